/* The layers of the network, on images that stay channel-blocked throughout.
 * Internal to the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An image is [z][channel block][y][x][lane]: each slice is one oneDNN image,
 * and slices follow each other, so that three neighbouring slices are one
 * image with three times the channels. That turns a 3x3x3 convolution into a
 * 2-D one over such windows. Channels are padded to whole blocks with zeros;
 * weights of padding are zero too.
 */
#ifndef ABL_SEGMENTATION_UNET_LAYERS_H
#define ABL_SEGMENTATION_UNET_LAYERS_H

#include "segmentation/unet_conv.h"
#include "segmentation/unet_model.h"

typedef struct abl_unet_image {
    float *data;     /**< of slice 0; slices -1 and size[0] exist and are 0 */
    size_t channels; /**< real ones */
    size_t block;    /**< lanes; 1 for the network's input */
    size_t size[3];  /**< z, y, x */
} abl_unet_image;

/** Channels with padding. */
static inline size_t abl_unet_padded(size_t channels, size_t block)
{
    return (channels + block - 1) / block * block;
}

/** Floats of one slice. */
static inline size_t abl_unet_slice(const abl_unet_image *image)
{
    return abl_unet_padded(image->channels, image->block) * image->size[1] *
           image->size[2];
}

/** What every layer gets. */
typedef struct abl_unet_layer {
    const char *name;
    const abl_unet_device *device;
    const abl_unet_kernel *kernel;
    const abl_unet_image *sources[2]; /**< second NULL, or concatenated */
    abl_unet_image *result;
    char implementation[40]; /**< out: what ran */
} abl_unet_layer;

/** Where the classes of the head go: part of a tile into whole volumes. */
typedef struct abl_unet_sink {
    float **classes;   /**< one volume each, x fastest */
    size_t size[3];    /**< of these volumes, z, y, x */
    size_t at[3];      /**< where the part starts in the volumes */
    size_t from[3];    /**< where the part starts in the tile */
    size_t extent[3];  /**< of the part */
    bool wants_logits; /**< else probabilities */
} abl_unet_sink;

/** 3x3x3 convolution, padding 1, bias, ReLU, with a stride of result size
 * over source size; one source. */
abl_status abl_unet_run_strided(abl_unet_layer *layer,
                                abl_error *err) ABL_MUST_CHECK;

/**
 * 3x3x3 convolution, stride 1, padding 1, bias, ReLU, of one or two sources
 * side by side, with a quarter of the multiplications.
 *
 * Minimal filtering F(4, 3) along z and y nested, ordinary convolution along x
 * (36 products for 16 results of 9 taps each).
 * @par Source Lavin, Gray: Fast algorithms for convolutional neural networks,
 *      CVPR 2016, arXiv:1509.09308, section 4
 */
abl_status abl_unet_run_winograd(abl_unet_layer *layer,
                                 abl_error *err) ABL_MUST_CHECK;

/** Transposed convolution with kernel = stride, bias, no ReLU. */
abl_status abl_unet_run_up(abl_unet_layer *layer,
                           abl_error *err) ABL_MUST_CHECK;

/** 1x1x1 convolution to classes, and softmax. */
abl_status abl_unet_run_head(abl_unet_layer *layer, const abl_unet_sink *sink,
                             abl_error *err) ABL_MUST_CHECK;

/** softmax over classes of n voxels in place: values[c * stride + v]. The
 * exponential is within 2e-7 of the true one, relative, and 0 below -87. */
void abl_unet_softmax(float *values, size_t classes, size_t stride, size_t n);

#endif
