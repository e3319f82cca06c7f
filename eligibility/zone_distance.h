/* Distance from a solid given by its field, exact between voxels; internal to
 * the what-if zone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ZONE_DISTANCE_H
#define ABL_ELIGIBILITY_ZONE_DISTANCE_H

#include "imaging/volume.h"

/**
 * Distance [mm] of every voxel centre to the solid, 0 inside.
 *
 * The solid is where grid lines run through positive field, between the
 * crossings of zero that lie between voxels. The distance to the segments of
 * one axis is exact (distance along the line, then lower envelopes of
 * parabolas along the two other axes); the least over the three axes is the
 * distance to every crossing on any grid line. A flat surface is therefore
 * missed by at most h^2 / (4 d) at distance d with voxels of h.
 *
 * @param[out] mm      one float per voxel, caller's; above @p limit_mm
 *                     HUGE_VALF
 * @param      field   f32, positive inside
 * @retval ABL_E_NOMEM
 * @par Source Felzenszwalb & Huttenlocher, Theory of Computing 8 (2012) 415
 * @par Thread lines in parallel, same bytes always
 */
abl_status abl_zone_distance(float *mm, const abl_volume *field,
                             double limit_mm, abl_error *err) ABL_MUST_CHECK;

#endif
