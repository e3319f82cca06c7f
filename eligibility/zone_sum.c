/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/zone_sum.h"

#include <math.h>
#include <string.h>

/* Change from one voxel to the next along an axis: the lesser of both sides,
 * so that the border of a cropped field does not count as a surface. */
static double slope_along(const float *at, size_t n, size_t size, size_t stride)
{
    double before = HUGE_VAL, after = HUGE_VAL;
    if (n > 0)
        before = (double)at[0] - (double)*(at - stride);
    if (n + 1 < size)
        after = (double)at[stride] - (double)at[0];
    const double lesser = fabs(before) < fabs(after) ? before : after;
    return isfinite(lesser) ? lesser : 0;
}

abl_zone_plane abl_zone_plane_at(const float *values, const abl_grid *grid,
                                 const size_t ijk[3])
{
    const size_t strides[3] = {1, grid->size[0], grid->size[0] * grid->size[1]};
    const float *at = values + abl_grid_offset(grid, ijk[0], ijk[1], ijk[2]);
    abl_zone_plane plane = {(double)at[0], 0, {0, 0, 0}};
    for (int a = 0; a < 3; a++) {
        const double slope = slope_along(at, ijk[a], grid->size[a], strides[a]);
        plane.across += fabs(slope);
        plane.slope_per_mm[a] = slope / grid->spacing_mm[a];
    }
    return plane;
}

double abl_zone_share_above(const abl_zone_plane *plane, double level)
{
    const double value = plane->value - level;
    if (!(plane->across > 0))
        return value > 0;
    return fmin(1, fmax(0, 0.5 + value / plane->across));
}

static double cosine_of(const double a[3], const double b[3])
{
    double ab = 0, aa = 0, bb = 0;
    for (int r = 0; r < 3; r++) {
        ab += a[r] * b[r];
        aa += a[r] * a[r];
        bb += b[r] * b[r];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

double abl_zone_share_of_both(double a, double b, double cosine)
{
    const double aligned = fabs(cosine);
    const double extreme = cosine > 0 ? fmin(a, b) : fmax(0, a + b - 1);
    return (1 - aligned) * a * b + aligned * extreme;
}

/* The other solid in one voxel; slopes point into it. */
typedef struct other_solid {
    double share;
    double into[3];
} other_solid;

static other_solid look_at_other(const abl_zone_sum *of, const size_t ijk[3])
{
    other_solid other = {1, {0, 0, 0}};
    if (!of->inside)
        return other;
    const abl_zone_plane plane =
        abl_zone_plane_at(of->inside, &of->work->grid, ijk);
    const double sign = of->reversed ? -1 : 1;
    other.share = abl_zone_share_above(&plane, 0);
    if (of->reversed)
        other.share = 1 - other.share;
    for (int a = 0; a < 3; a++)
        other.into[a] = sign * plane.slope_per_mm[a];
    return other;
}

static void add_voxel(abl_zone_spread *sum, const abl_zone_sum *of,
                      const size_t ijk[3])
{
    const abl_zone_work *work = of->work;
    const float *away = abl_volume_f32(work->away);
    const double near = 2 * work->grid.spacing_mm[2];
    const double mm =
        (double)away[abl_grid_offset(&work->grid, ijk[0], ijk[1], ijk[2])];
    const double moves[3] = {0, -of->doubt_mm, of->doubt_mm};
    if (!(mm <= of->margin_mm + of->doubt_mm + near))
        return;
    const other_solid other = look_at_other(of, ijk);
    if (!(other.share > 0))
        return;
    abl_zone_plane edge = {mm, 0, {0, 0, 0}};
    if (mm >= of->margin_mm - of->doubt_mm - near)
        edge = abl_zone_plane_at(away, &work->grid, ijk);
    /* the distance grows outwards, the field of a solid inwards */
    const double cosine = -cosine_of(edge.slope_per_mm, other.into);
    for (int n = 0; n < 3; n++) {
        const double own =
            1 - abl_zone_share_above(&edge, of->margin_mm + moves[n]);
        sum->ml[n] +=
            work->voxel_ml * abl_zone_share_of_both(own, other.share, cosine);
    }
}

abl_zone_spread abl_zone_add_up(const abl_zone_sum *of)
{
    const size_t *size = of->work->grid.size;
    abl_zone_spread sum = {{0, 0, 0}};
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++)
                add_voxel(&sum, of, (size_t[3]){i, j, k});
    return sum;
}
