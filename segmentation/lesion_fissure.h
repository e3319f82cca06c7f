/* Fat between two parts of the liver, beside a lesion candidate.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LESION_FISSURE_H
#define ABL_SEGMENTATION_LESION_FISSURE_H

#include "imaging/volume.h"

/** From this share on a candidate may be a fissure [convention]. On eight real
 * scans a candidate in the fissure of the falciform ligament has 0.15, one
 * beside that ligament without a reference lesion 0.06, and the 48 others have
 * 0.02 or less. */
#define ABL_FISSURE_SHARE 0.04

/**
 * Volume of fat in a cleft of the liver beside a candidate, as a share of the
 * candidate's own volume.
 *
 * Fat: below -10 HU, outside the candidate and within 3 mm of it. In a cleft:
 * on one of 13 lines through the voxel (axes and diagonals) liver that is not
 * the candidate lies within 8 mm on both sides. Fat along the outer surface of
 * the liver has liver on one side only.
 *
 * @param outside f32 signed distance to the candidate, negative inside [mm]
 * @param hu      f32, smoothed; same grid
 * @param liver   f32 field, positive inside; same grid
 */
double abl_fissure_share(const abl_volume *outside, const abl_volume *hu,
                         const abl_volume *liver);

#endif
