/* Image noise, measured in the liver.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_NOISE_H
#define ABL_SEGMENTATION_NOISE_H

#include "imaging/volume.h"

typedef struct abl_liver_noise {
    double noise_hu; /**< < 0 when not measured */
    double liver_hu; /**< level of the parenchyma; 0 when not measured */
    size_t blocks;   /**< how many were used */
} abl_liver_noise;

/**
 * Standard deviation of the voxel values in liver tissue, without trends.
 *
 * Square blocks of 8 x 8 mm in single slices, on a lattice of 8 mm, whose
 * centres lie at least 8 mm from the liver's surface and from any lesion
 * (p(lesion) >= 0.3). A plane is fitted to each and the SD of the residuals
 * taken (n - 3 degrees of freedom). The noise is the median of these SDs, the
 * level the median of the blocks' means: blocks that a vessel crosses are a
 * minority and do not move a median much. Fewer than 10 blocks: not measured.
 *
 * @param image  i16 HU
 * @param liver  f32 field, any grid with the image's axes
 * @param lesion f32 p(lesion), any grid with the image's axes
 */
abl_status abl_liver_noise_measure(abl_liver_noise *out,
                                   const abl_volume *image,
                                   const abl_volume *liver,
                                   const abl_volume *lesion,
                                   abl_error *err) ABL_MUST_CHECK;

#endif
