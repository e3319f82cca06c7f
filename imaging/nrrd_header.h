/* The head of an NRRD file. Internal to its reader.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_NRRD_HEADER_H
#define ABL_IMAGING_NRRD_HEADER_H

#include "imaging/nrrd.h"

typedef enum abl_nrrd_type {
    ABL_NRRD_I8,
    ABL_NRRD_U8,
    ABL_NRRD_I16,
    ABL_NRRD_U16,
    ABL_NRRD_I32,
    ABL_NRRD_U32,
    ABL_NRRD_I64,
    ABL_NRRD_U64,
    ABL_NRRD_F32,
    ABL_NRRD_F64,
    ABL_NRRD_NO_TYPE
} abl_nrrd_type;

typedef struct abl_nrrd_header {
    abl_nrrd_type type;
    bool is_gzip, is_big_endian;
    bool layers_first; /**< of four axes, the first holds layers */
    abl_grid grid;
    size_t layer_count;
    size_t data_offset; /**< bytes before the data */
    size_t part_count;
    abl_outline_part *parts;
    size_t *part_layer;
} abl_nrrd_header;

/** Bytes of one value. */
size_t abl_nrrd_type_bytes(abl_nrrd_type type);

/** @p text holds the whole file, with a terminator behind it.
 * @param[out] out parts and part_layer: free() them, also after failure */
abl_status abl_nrrd_header_parse(abl_nrrd_header *out, const char *text,
                                 size_t bytes, const char *path,
                                 abl_error *err) ABL_MUST_CHECK;

#endif
