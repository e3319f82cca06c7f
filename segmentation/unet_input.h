/* From voxel values to network input. Internal to the engine.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_UNET_INPUT_H
#define ABL_SEGMENTATION_UNET_INPUT_H

#include "segmentation/unet_model.h"

/**
 * The transform of the weight file, then zeros at the high end up to the
 * padding multiple.
 *
 * @param[out] out  size[0] * size[1] * size[2] floats, x fastest; free() it
 * @param[out] size z, y, x with padding
 * @param      input u8, i16 or f32 voxels
 * @retval ABL_E_INVALID     a value is not a number
 * @retval ABL_E_UNSUPPORTED another pixel type
 * @retval ABL_E_NOMEM
 */
abl_status abl_unet_input_make(float **out, size_t size[3],
                               const abl_unet_model *model,
                               const abl_volume *input,
                               abl_error *err) ABL_MUST_CHECK;

/** numpy's percentile: linear between order statistics of n >= 1 values,
 * 0 <= fraction <= 1; @p values are reordered. */
float abl_unet_percentile(float *values, size_t n, double fraction);

#endif
