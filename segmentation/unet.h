/* The network engine: a U-Net described by its weight file, run by oneDNN.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_UNET_H
#define ABL_SEGMENTATION_UNET_H

#include "imaging/series.h"

/** A loaded network. Immutable after loading. */
typedef struct abl_unet abl_unet;

/** How the file says voxel values become network input. */
typedef struct abl_unet_info {
    const char *name; /**< "organ_ct" */
    abl_modality modality;
    double spacing_mm[3]; /**< along i, j, k */
    size_t classes;       /**< labels, background first */
    const char *const *labels;
    size_t pad_multiple[3]; /**< along i, j, k */
    char sha256[65];        /**< of the weight file, for provenance */
} abl_unet_info;

/**
 * Reads architecture and weights from a safetensors file.
 * @retval ABL_E_IO, ABL_E_FORMAT (damaged, hostile), ABL_E_UNSUPPORTED (an
 *         architecture or input transform we do not know)
 */
abl_status abl_unet_load(abl_unet **out, const char *path,
                         abl_error *err) ABL_MUST_CHECK;
void abl_unet_destroy(abl_unet *net);

/** Borrowed; lives as long as the network. */
const abl_unet_info *abl_unet_get_info(const abl_unet *net);

/** What one layer took; for benchmarks. */
typedef struct abl_unet_layer_time {
    char name[16];           /**< "decoder.0.1" */
    char implementation[40]; /**< oneDNN's, "w4x4" when filtered minimally */
    double flop;             /**< of the plain algorithm, over all tiles */
    double wall_s;
} abl_unet_layer_time;

#define ABL_UNET_MAX_LAYERS 48

typedef struct abl_unet_trace {
    size_t layers;
    abl_unet_layer_time layer[ABL_UNET_MAX_LAYERS];
    size_t tiles;            /**< 1: the whole volume at once */
    bool is_exact;           /**< as if untiled, but for rounding */
    size_t halo[3];          /**< overlap on each side, along i, j, k */
    size_t activation_bytes; /**< of the largest tile */
} abl_unet_trace;

typedef struct abl_unet_options {
    /** Most bytes of activations at once; larger inputs are tiled with
     * overlap. 0: 1.5 GiB. */
    size_t max_activation_bytes;
    abl_progress progress;
    const char *stage;     /**< text for progress */
    abl_unet_trace *trace; /**< NULL, or filled */
} abl_unet_options;

/**
 * Class probabilities (softmax) of a whole volume that already has the
 * network's spacing and axis order (i~L, j~P, k~H) and holds raw values (HU
 * for CT). Applies the file's input transform and padding.
 *
 * @param[out] out classes volumes (f32, on the input's grid) in an array of
 *             info->classes pointers supplied by the caller; caller destroys
 *             each; all NULL on failure
 */
abl_status abl_unet_probabilities(abl_volume **out, const abl_unet *net,
                                  const abl_volume *input,
                                  const abl_unet_options *options,
                                  abl_error *err) ABL_MUST_CHECK;

/** Raw logits for a transformed input, for tests: @p input has
 * size[2]*size[1]*size[0] floats (i fastest) whose sizes are multiples of
 * pad_multiple; @p logits classes times as many. */
abl_status abl_unet_logits(float *logits, const abl_unet *net,
                           const float *input, const size_t size[3],
                           const abl_unet_options *options,
                           abl_error *err) ABL_MUST_CHECK;

/** Floating point operations of one run at this (padded) size. */
double abl_unet_flop(const abl_unet *net, const size_t size[3]);

#endif
