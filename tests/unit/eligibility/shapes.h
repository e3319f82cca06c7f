/* Analytic solids as fields, on any grid, for tests.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_SHAPES_H
#define ABL_TESTS_UNIT_ELIGIBILITY_SHAPES_H

#include "imaging/volume.h"
#include "tests/unit/check.h"

/** Centre, half-axes and their directions (rows). A box when is_box. */
typedef struct solid {
    double centre_lps[3];
    double half_mm[3];
    double axes[3][3];
    bool is_box;
} solid;

static inline solid solid_ellipsoid(double c0, double c1, double c2, double a,
                                    double b, double c)
{
    const solid made = {
        {c0, c1, c2}, {a, b, c}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};
    return made;
}

static inline solid solid_sphere(double c0, double c1, double c2, double r)
{
    return solid_ellipsoid(c0, c1, c2, r, r, r);
}

/** About the distance to the surface in mm, positive inside; exact for
 * spheres and for boxes inside and near faces. */
static inline double solid_value(const solid *from, const double lps[3])
{
    double q = 0, q2 = 0, depth = HUGE_VAL;
    for (int a = 0; a < 3; a++) {
        double along = 0;
        for (int r = 0; r < 3; r++)
            along += from->axes[a][r] * (lps[r] - from->centre_lps[r]);
        const double half = from->half_mm[a];
        q += along * along / (half * half);
        q2 += along * along / (half * half * half * half);
        depth = fmin(depth, half - fabs(along));
    }
    if (from->is_box)
        return depth;
    if (!(q2 > 0))
        return fmin(from->half_mm[0], fmin(from->half_mm[1], from->half_mm[2]));
    return sqrt(q) * (1 - sqrt(q)) / sqrt(q2);
}

/** A grid of the given size, centred at centre, turned about two axes. */
static inline abl_grid turned_grid(const size_t size[3], const double mm[3],
                                   const double centre[3], double yaw,
                                   double pitch)
{
    abl_grid grid =
        abl_grid_axial(size[0], size[1], size[2], mm[0], mm[1], mm[2]);
    const double cy = cos(yaw), sy = sin(yaw), cp = cos(pitch), sp = sin(pitch);
    const double turn[3][3] = {
        {cy, -sy * cp, sy * sp}, {sy, cy * cp, -cy * sp}, {0, sp, cp}};
    memcpy(grid.direction, turn, sizeof turn);
    double middle[3], ijk[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = 0.5 * (double)(size[a] - 1);
    abl_grid_to_lps(middle, &grid, ijk);
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] += centre[a] - middle[a];
    return grid;
}

/** Field of one solid on a grid; NULL fails the test. */
static inline abl_volume *solid_field(const abl_grid *grid, const solid *from)
{
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, grid, ABL_PIXEL_F32, &err), &err);
    if (!field)
        return NULL;
    float *value = abl_volume_f32(field);
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                double lps[3];
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                *value++ = (float)solid_value(from, lps);
            }
    return field;
}

#endif
