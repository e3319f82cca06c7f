/* One 2-D convolution on channel-blocked images, done by oneDNN. Internal to
 * the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Images are [channel block][y][x][block lane] (oneDNN's nChw8c or nChw16c
 * with one image). Channel counts given here are already padded to whole
 * blocks. A convolution is made for one thread: callers split the work into
 * independent images and run them in parallel, so that the arithmetic, and
 * with it every bit of the result, is the same at any thread count.
 */
#ifndef ABL_SEGMENTATION_UNET_CONV_H
#define ABL_SEGMENTATION_UNET_CONV_H

#include <dnnl.h>

#include "imaging/status.h"

/** The library handle, and the lanes of a channel block on this processor. */
typedef struct abl_unet_device {
    dnnl_engine_t engine;
    size_t block; /**< 8 or 16 */
} abl_unet_device;

/** @retval ABL_E_INTERNAL, ABL_E_NOMEM */
abl_status abl_unet_device_open(abl_unet_device *device, bool allow_wide,
                                abl_error *err) ABL_MUST_CHECK;
void abl_unet_device_close(abl_unet_device *device);

typedef struct abl_unet_conv_shape {
    const char *name;  /**< of the layer, for errors; borrowed */
    size_t groups;     /**< independent convolutions side by side */
    size_t in, out;    /**< channels of one group, whole blocks */
    size_t in_size[2]; /**< y, x */
    size_t kernel[2], stride[2], pad[2];
    bool is_plain_input; /**< in [channel][y][x], not blocked */
    bool relu;
} abl_unet_conv_shape;

typedef struct abl_unet_conv {
    dnnl_primitive_t primitive;
    dnnl_engine_t engine;
    dnnl_memory_desc_t parts[5]; /* as in abl_unet_conv_run's memories */
    float *weight, *bias;        /* as the implementation wants them */
    size_t work_bytes;           /**< of scratch per thread */
    size_t out_size[2];
    char implementation[40]; /**< oneDNN's name, e.g. "jit:avx2" */
} abl_unet_conv;

/**
 * @param weight (groups, out, in, kernel y, kernel x), padding filled with 0
 * @param bias   (groups * out), or NULL
 * @retval ABL_E_INTERNAL only the slow reference implementation exists
 * @retval ABL_E_NOMEM
 */
abl_status abl_unet_conv_create(abl_unet_conv *conv,
                                const abl_unet_device *device,
                                const abl_unet_conv_shape *shape,
                                const float *weight, const float *bias,
                                abl_error *err) ABL_MUST_CHECK;
void abl_unet_conv_clear(abl_unet_conv *conv);

/** What one thread needs to run a convolution. */
typedef struct abl_unet_conv_run {
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    dnnl_memory_t memories[5]; /* source, weight, bias, result, work */
    dnnl_exec_arg_t args[5];
    int count;
} abl_unet_conv_run;

/** @param work conv->work_bytes, 64-byte aligned; may be NULL when 0 */
bool abl_unet_conv_run_open(abl_unet_conv_run *run, const abl_unet_conv *conv,
                            void *work);
void abl_unet_conv_run_close(abl_unet_conv_run *run);

/** Convolves one image; both 64-byte aligned. */
bool abl_unet_conv_execute(abl_unet_conv_run *run, const float *source,
                           float *result);

#endif
