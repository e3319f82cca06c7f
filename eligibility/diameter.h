/* Diameters of one lesion.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_DIAMETER_H
#define ABL_ELIGIBILITY_DIAMETER_H

#include "eligibility/clearance.h"

typedef struct abl_axial_diameters {
    abl_segment longest;
    abl_segment perpendicular;
    size_t slice; /**< k on the field's grid */
} abl_axial_diameters;

/**
 * Longest diameter in any image slice (constant k), and its perpendicular in
 * the same slice, as in RECIST 1.1 and WHO.
 *
 * Longest: the greatest distance between two points of the slice's outline
 * (marching squares, linear between voxel centres); of equal ones the lowest
 * k. It may cross a notch or the gap between two parts, but leaves out specks
 * (see specks.h).
 * Perpendicular: among all lines of the slice at right angles to it, the
 * greatest distance between the outermost points of the outline on one line.
 *
 * Only image slices count, as for a reader: between two slices the lesion may
 * be larger, which the 3-D diameter sees.
 *
 * Uncertainty: abl_uncertainty_of_diameter() with the voxel along each.
 *
 * @param shape its field is f32, positive inside
 * Both are not measured when no voxel is positive.
 * @retval ABL_E_INVALID the field is not f32; ABL_E_NOMEM
 * @par Source Eisenhauer et al., Eur J Cancer 2009;45:228 (RECIST 1.1)
 */
abl_status abl_diameters_axial(abl_axial_diameters *out, const abl_shape *shape,
                               abl_error *err) ABL_MUST_CHECK;

/**
 * The greatest distance between two surface points (maximum 3-D diameter,
 * Feret; IBSI L0JK), exact for the points of the surface.
 * Uncertainty as above.
 */
void abl_diameter_3d(abl_segment *out, const abl_shape *shape);

#endif
