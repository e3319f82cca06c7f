/* Volumes of a zone, of what lies in a structure and of what lies outside of
 * it; voxels on a surface count in part. Internal to zone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ZONE_SUM_H
#define ABL_ELIGIBILITY_ZONE_SUM_H

#include "eligibility/zone_work.h"

/** Volumes of one zone with its surface as it is, pulled in, pushed out. */
typedef struct abl_zone_spread {
    double ml[3];
} abl_zone_spread;

/** What is added up over a zone. */
typedef struct abl_zone_sum {
    const abl_zone_work *work;
    double margin_mm, doubt_mm;
    const float *inside; /**< a field on the same grid; NULL: everything */
    bool reversed;       /**< outside of that field */
} abl_zone_sum;

abl_zone_spread abl_zone_add_up(const abl_zone_sum *of);

/** Values in a voxel, as if they were linear. */
typedef struct abl_zone_plane {
    double value;  /**< at the centre */
    double across; /**< how much they change from side to side at most */
    double slope_per_mm[3];
} abl_zone_plane;

abl_zone_plane abl_zone_plane_at(const float *values, const abl_grid *grid,
                                 const size_t ijk[3]);

/** Share of the voxel where the values are above @p level. */
double abl_zone_share_above(const abl_zone_plane *plane, double level);

/** Share of a voxel in both of two solids that have the shares @p a and @p b
 * of it: a b when their surfaces are at right angles, min(a, b) when they face
 * the same way, max(0, a + b - 1) when they face each other, in between in
 * proportion to the cosine of the angle between their inward normals. */
double abl_zone_share_of_both(double a, double b, double cosine);

#endif
