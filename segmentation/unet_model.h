/* What a weight file says about its network. Internal to the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Axes are z, y, x here (the order of the tensors), except in abl_unet_info.
 */
#ifndef ABL_SEGMENTATION_UNET_MODEL_H
#define ABL_SEGMENTATION_UNET_MODEL_H

#include "segmentation/unet.h"

enum {
    ABL_UNET_MAX_LEVELS = 8,
    ABL_UNET_MAX_CHANNELS = 1024,
    ABL_UNET_MAX_STRIDE = 4,
    ABL_UNET_MAX_CLASSES = 64,
    ABL_UNET_MAX_LABEL = 64
};

/** How voxel values become network input. */
typedef enum abl_unet_transform {
    ABL_UNET_CT_WINDOW,    /**< (clamp(HU, -125, 275) + 125) / 400 */
    ABL_UNET_MR_PERCENTILE /**< 0.902 I / p99.5, clamped at 1 */
} abl_unet_transform;

/** One convolution: (out, in, kernel z, y, x) and bias (out). Those of `up`
 * are turned round while reading, so that all are out first. */
typedef struct abl_unet_kernel {
    size_t out, in;
    size_t size[3];
    float *weight;
    float *bias;
} abl_unet_kernel;

typedef struct abl_unet_model {
    abl_unet_info info;
    char name[ABL_UNET_MAX_LABEL];
    char labels[ABL_UNET_MAX_CLASSES][ABL_UNET_MAX_LABEL];
    const char *label_list[ABL_UNET_MAX_CLASSES];
    abl_unet_transform transform;
    size_t levels;
    size_t channels[ABL_UNET_MAX_LEVELS];
    size_t strides[ABL_UNET_MAX_LEVELS][3]; /**< from level L to L + 1 */
    abl_unet_kernel encoder[ABL_UNET_MAX_LEVELS][2];
    abl_unet_kernel up[ABL_UNET_MAX_LEVELS];         /**< to level L */
    abl_unet_kernel decoder[ABL_UNET_MAX_LEVELS][2]; /**< of level L */
    abl_unet_kernel head;
} abl_unet_model;

/**
 * Reads a weight file; every tensor the architecture needs must be there with
 * its exact shape, and no other.
 * @retval as abl_unet_load()
 */
abl_status abl_unet_model_load(abl_unet_model **out, const char *path,
                               abl_error *err) ABL_MUST_CHECK;
void abl_unet_model_destroy(abl_unet_model *model);

/** Product of all strides along z, y, x. */
void abl_unet_model_total_stride(size_t total[3], const abl_unet_model *model);

#endif
