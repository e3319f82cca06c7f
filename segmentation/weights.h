/* Reader of safetensors weight files that trusts nothing in them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The layout: 8 bytes length of the header (little endian), a JSON header that
 * gives dtype, shape and byte range of every tensor and text metadata, then
 * the bytes. What the format's own rules demand is enforced: ranges start at
 * the header's end, neither overlap nor leave gaps, and end with the file.
 */
#ifndef ABL_SEGMENTATION_WEIGHTS_H
#define ABL_SEGMENTATION_WEIGHTS_H

#include "imaging/status.h"

#define ABL_WEIGHTS_MAX_BYTES   ((size_t)1 << 30) /**< of the file */
#define ABL_WEIGHTS_MAX_HEADER  ((size_t)1 << 20)
#define ABL_WEIGHTS_MAX_TENSORS ((size_t)4096)
#define ABL_WEIGHTS_MAX_RANK    ((size_t)8)
#define ABL_WEIGHTS_MAX_NAME    ((size_t)127)

typedef enum abl_weights_type {
    ABL_WEIGHTS_F16, /**< IEEE 754 binary16 */
    ABL_WEIGHTS_F32
} abl_weights_type;

/** One tensor; borrowed from the file. */
typedef struct abl_tensor {
    char name[ABL_WEIGHTS_MAX_NAME + 1];
    abl_weights_type type;
    size_t rank; /**< 1..ABL_WEIGHTS_MAX_RANK */
    size_t shape[ABL_WEIGHTS_MAX_RANK];
    size_t count;              /**< product of the shape, >= 1 */
    const unsigned char *data; /**< not aligned; see abl_tensor_read() */
} abl_tensor;

/** A whole file in memory. Immutable. */
typedef struct abl_weights abl_weights;

/**
 * Reads and checks a file.
 * @retval ABL_E_IO          cannot be read
 * @retval ABL_E_FORMAT      not a safetensors file, damaged or hostile
 * @retval ABL_E_UNSUPPORTED well-formed, but a dtype, rank or size that is not
 *                           handled here
 */
abl_status abl_weights_load(abl_weights **out, const char *path,
                            abl_error *err) ABL_MUST_CHECK;
void abl_weights_destroy(abl_weights *weights);

/** Metadata text; NULL when the key is absent. Borrowed. */
const char *abl_weights_metadata(const abl_weights *weights, const char *key);

size_t abl_weights_count(const abl_weights *weights);
/** In the order of the file's bytes. Borrowed. */
const abl_tensor *abl_weights_at(const abl_weights *weights, size_t index);
/** NULL when there is no such tensor. Borrowed. */
const abl_tensor *abl_weights_find(const abl_weights *weights,
                                   const char *name);

/** 64 hex digits of the file's SHA-256. Borrowed. */
const char *abl_weights_sha256(const abl_weights *weights);

/**
 * The tensor's values as float.
 * @param[out] values room for tensor->count
 * @retval ABL_E_FORMAT a value is infinite or not a number
 */
abl_status abl_tensor_read(float *values, const abl_tensor *tensor,
                           abl_error *err) ABL_MUST_CHECK;

/** Exact value of a binary16 number, subnormals included. */
float abl_half_to_float(unsigned half);

#endif
