/* Thinning a mask to lines without changing how it hangs together.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_THINNING_H
#define ABL_IMAGING_THINNING_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * In place: removes simple voxels (26-connected object, 6-connected
 * background) in rising order of @p depth, so that what stays is centred,
 * and keeps the ends of lines. Ties go by storage order: the result does not
 * depend on threads. Voxels on the volume's border are cleared first.
 *
 * @param mask  u8; 1 object, 2 object that is never removed (a trunk)
 * @param depth f32 on the same grid: distance to background
 * @retval ABL_E_INVALID  a volume has another type
 * @retval ABL_E_GEOMETRY the grids differ
 * @retval ABL_E_NOMEM    (8 bytes per object voxel)
 * @par Source simple points: Malandain & Bertrand, Proc ICPR 1992 C:232;
 * ordering by distance: Pudney, Comput Vis Image Underst 1998;72:404
 */
abl_status abl_mask_thin(abl_volume *mask, const abl_volume *depth,
                         abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
