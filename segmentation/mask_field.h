/* A field from a binary mask, for shapes that come as labels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_MASK_FIELD_H
#define ABL_SEGMENTATION_MASK_FIELD_H

#include "imaging/volume.h"

/**
 * The field of which the mask is the sign, as near as can be told: smooth in
 * each slice with the slice's area kept, and quadratic from slice to slice.
 *
 * In a slice: signed distance to the mask, smoothed by one voxel, shifted
 * until the area inside equals that of the voxels. Along k: an ellipsoid's
 * sections are one ellipse, scaled and moved, with an area that is quadratic
 * in k and a centre that is linear; so each slice's distance d, with its
 * greatest value m, becomes area * (1 - (1 - d / m)^2), which is exactly
 * quadratic along k for every ellipsoid, and the caps beyond the last slices
 * follow from the same two laws, held between two slices. For a shape that is
 * long in its slices, such as a vessel, the square of the inner radius takes
 * the place of the area, which is exact for tubes. Any other shape keeps its
 * outline in every slice.
 *
 * Lost: in-plane detail below about two voxels.
 *
 * @param[out] out  f32 on the mask's box with up to 3 voxels around; a mask
 *                  without a voxel gives one of -1 on a 1 x 1 x 1 crop
 * @param      mask u8; non-zero is the object
 * @retval ABL_E_INVALID the mask is not u8; ABL_E_NOMEM (9 bytes per voxel of
 *         the box)
 */
abl_status abl_field_from_mask(abl_volume **out, const abl_volume *mask,
                               abl_error *err) ABL_MUST_CHECK;

/** 1-sigma [mm] to state for the surface of such a field where its direction
 * is not known; from the phantom table of abl_accuracy_measures. */
double abl_mask_edge_sd_mm(const abl_grid *grid);

/** The voxel [mm] of a label map along each axis of the image: for
 * abl_lesion::label_mm and abl_structure::label_mm, from which lengths are
 * stated by their direction. */
void abl_mask_label_mm(double out[3], const abl_grid *map,
                       const abl_grid *image);

#endif
