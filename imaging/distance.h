/* Exact Euclidean distance maps and morphology built on them.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_DISTANCE_H
#define ABL_IMAGING_DISTANCE_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Distance [mm] of every voxel centre to the nearest non-zero voxel centre of
 * @p mask (0 inside), exact for unequal spacing.
 * An empty mask gives ABL_DISTANCE_NONE everywhere.
 *
 * @param[out] out  f32 volume on the mask's grid; caller destroys
 * @param      mask u8; non-zero is the object
 * @retval ABL_E_INVALID the mask is not u8
 * @par Source Felzenszwalb & Huttenlocher, Theory of Computing 8 (2012) 415
 */
abl_status abl_distance_map(abl_volume **out, const abl_volume *mask,
                            abl_error *err) ABL_MUST_CHECK;

/** Value of a distance where there is no object. */
#define ABL_DISTANCE_NONE 1.0e9f

/** As abl_distance_map(), but distances above @p limit_mm (>= 0) become
 * ABL_DISTANCE_NONE; faster the smaller the limit. */
abl_status abl_distance_map_within(abl_volume **out, const abl_volume *mask,
                                   double limit_mm,
                                   abl_error *err) ABL_MUST_CHECK;

/** The same to the nearest zero voxel of @p mask: depth inside the object. */
abl_status abl_distance_to_background(abl_volume **out, const abl_volume *mask,
                                      double limit_mm,
                                      abl_error *err) ABL_MUST_CHECK;

/** Signed: distance to the object outside, minus distance to the background
 * inside; both to voxel centres. */
abl_status abl_distance_signed(abl_volume **out, const abl_volume *mask,
                               abl_error *err) ABL_MUST_CHECK;

/**
 * Morphology with a ball of any radius, measured between voxel centres on the
 * anisotropic grid; results are 0 or 1. A radius is compared with a slack of
 * 1e-4 mm, so that a whole number of voxels always counts as reached. Costs
 * go with the object's box, not the volume.
 *
 * @param[out] out  u8 mask on the same grid; caller destroys
 * @param      mask u8; non-zero is the object
 * @param      radius_mm 0 (a copy) to 10000
 * @retval ABL_E_INVALID  the mask is not u8, or the radius is out of range
 * @retval ABL_E_GEOMETRY abl_close() only: object and radius are too large
 */

/** Voxels within (<=) radius_mm of the object. */
abl_status abl_dilate(abl_volume **out, const abl_volume *mask,
                      double radius_mm, abl_error *err) ABL_MUST_CHECK;
/** The object's voxels farther than radius_mm from background; the volume's
 * border does not erode. */
abl_status abl_erode(abl_volume **out, const abl_volume *mask, double radius_mm,
                     abl_error *err) ABL_MUST_CHECK;
/** Erosion then dilation; at the border as abl_erode(). */
abl_status abl_open(abl_volume **out, const abl_volume *mask, double radius_mm,
                    abl_error *err) ABL_MUST_CHECK;
/** Dilation then erosion, as if background went on around the volume: the
 * object does not stick to a border it does not touch. */
abl_status abl_close(abl_volume **out, const abl_volume *mask, double radius_mm,
                     abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
