/* The order of the layers for one input size, and where their images lie in
 * memory. Internal to the engine.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_UNET_PLAN_H
#define ABL_SEGMENTATION_UNET_PLAN_H

#include "segmentation/unet_layers.h"

enum {
    ABL_UNET_MAX_IMAGES = 48
};

typedef enum abl_unet_step_kind {
    ABL_UNET_STRIDED,
    ABL_UNET_WINOGRAD,
    ABL_UNET_UP,
    ABL_UNET_HEAD
} abl_unet_step_kind;

typedef struct abl_unet_step {
    abl_unet_step_kind kind;
    char name[16];
    const abl_unet_kernel *kernel;
    int sources[2]; /**< numbers of images; -1: none */
    int result;     /**< -1 for the head */
    double flop;
} abl_unet_step;

typedef struct abl_unet_plan {
    const abl_unet_device *device;
    size_t images;
    abl_unet_image image[ABL_UNET_MAX_IMAGES]; /**< number 0 is the input */
    size_t offset[ABL_UNET_MAX_IMAGES];        /**< in bytes of the arena */
    size_t last_use[ABL_UNET_MAX_IMAGES];      /**< step */
    size_t steps;
    abl_unet_step step[ABL_UNET_MAX_LAYERS];
    size_t bytes; /**< of the arena */
    double flop;
} abl_unet_plan;

/**
 * Plans, without allocating anything.
 * @param size z, y, x; multiples of the model's total stride
 * @retval ABL_E_INVALID sizes that are no such multiples, or too large
 */
abl_status abl_unet_plan_make(abl_unet_plan *plan, const abl_unet_model *model,
                              const abl_unet_device *device,
                              const size_t size[3],
                              abl_error *err) ABL_MUST_CHECK;

/** plan->bytes for the images; abl_unet_arena_free() it. */
void *abl_unet_arena_create(const abl_unet_plan *plan,
                            abl_error *err) ABL_MUST_CHECK;

/** Points the images into the arena and returns the input's voxels, z, y, x
 * without padding, to be filled. */
float *abl_unet_plan_bind(abl_unet_plan *plan, void *arena);

/** How far a run is, over all tiles. */
typedef struct abl_unet_run {
    const abl_unet_options *options;
    double flop_done, flop_total;
} abl_unet_run;

/** Runs all layers on the filled input.
 * @retval ABL_E_CANCELLED, ABL_E_NOMEM, ABL_E_INTERNAL */
abl_status abl_unet_plan_run(abl_unet_plan *plan, const abl_unet_sink *sink,
                             abl_unet_run *run, abl_error *err) ABL_MUST_CHECK;

#endif
