/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/grid.h"

#include <math.h>
#include <string.h>

abl_grid abl_grid_axial(size_t ni, size_t nj, size_t nk, double di_mm,
                        double dj_mm, double dk_mm)
{
    abl_grid grid = {{ni, nj, nk},
                     {di_mm, dj_mm, dk_mm},
                     {0, 0, 0},
                     {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    return grid;
}

static double axis_dot(const abl_grid *grid, int a, int b)
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += grid->direction[r][a] * grid->direction[r][b];
    return sum;
}

static abl_status validate_axis(const abl_grid *grid, int axis, abl_error *err)
{
    if (grid->size[axis] < 1 || grid->size[axis] > ABL_GRID_MAX_SIZE)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "axis %d has %zu voxels; allowed are 1 to %zu",
                             axis, grid->size[axis], ABL_GRID_MAX_SIZE);
    double spacing = grid->spacing_mm[axis];
    if (!(spacing >= 0.01 && spacing <= 100.0))
        return abl_error_set(
            err, ABL_E_GEOMETRY,
            "voxel spacing %g mm on axis %d is outside 0.01 to 100 mm", spacing,
            axis);
    if (!isfinite(grid->origin_lps[axis]))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "the origin is not a finite position");
    return ABL_OK;
}

abl_status abl_grid_validate(const abl_grid *grid, abl_error *err)
{
    for (int a = 0; a < 3; a++) {
        abl_status status = validate_axis(grid, a, err);
        if (status)
            return status;
        for (int b = a; b < 3; b++) {
            double expected = a == b ? 1.0 : 0.0;
            if (!(fabs(axis_dot(grid, a, b) - expected) < 1e-3))
                return abl_error_set(err, ABL_E_GEOMETRY,
                                     "axes %d and %d are not orthonormal", a,
                                     b);
        }
    }
    size_t voxels = 0;
    if (!abl_mul_size(&voxels, grid->size[0], grid->size[1]) ||
        !abl_mul_size(&voxels, voxels, grid->size[2]) ||
        voxels > ABL_GRID_MAX_VOXELS)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "%zu x %zu x %zu voxels are more than supported",
                             grid->size[0], grid->size[1], grid->size[2]);
    return ABL_OK;
}

void abl_grid_to_lps(double lps[3], const abl_grid *grid, const double ijk[3])
{
    double scaled[3];
    for (int a = 0; a < 3; a++)
        scaled[a] = ijk[a] * grid->spacing_mm[a];
    for (int r = 0; r < 3; r++)
        lps[r] = grid->origin_lps[r] + grid->direction[r][0] * scaled[0] +
                 grid->direction[r][1] * scaled[1] +
                 grid->direction[r][2] * scaled[2];
}

void abl_grid_to_ijk(double ijk[3], const abl_grid *grid, const double lps[3])
{
    double offset[3];
    for (int r = 0; r < 3; r++)
        offset[r] = lps[r] - grid->origin_lps[r];
    for (int a = 0; a < 3; a++)
        ijk[a] = (grid->direction[0][a] * offset[0] +
                  grid->direction[1][a] * offset[1] +
                  grid->direction[2][a] * offset[2]) /
                 grid->spacing_mm[a];
}

double abl_grid_half_diagonal_mm(const abl_grid *grid)
{
    const double *s = grid->spacing_mm;
    return 0.5 * sqrt(s[0] * s[0] + s[1] * s[1] + s[2] * s[2]);
}

double abl_grid_step_along_mm(const abl_grid *grid, const double unit_lps[3])
{
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        double along = grid->direction[0][a] * unit_lps[0] +
                       grid->direction[1][a] * unit_lps[1] +
                       grid->direction[2][a] * unit_lps[2];
        double step = along * grid->spacing_mm[a];
        sum += step * step;
    }
    return sqrt(sum);
}

double abl_grid_voxel_mm3(const abl_grid *grid)
{
    return grid->spacing_mm[0] * grid->spacing_mm[1] * grid->spacing_mm[2];
}

abl_status abl_grid_check_same(const abl_grid *a, const abl_grid *b,
                               double tolerance_mm, abl_error *err)
{
    if (memcmp(a->size, b->size, sizeof a->size) != 0)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "grids differ: %zu x %zu x %zu and %zu x %zu x "
                             "%zu voxels",
                             a->size[0], a->size[1], a->size[2], b->size[0],
                             b->size[1], b->size[2]);
    for (unsigned corner = 0; corner < 8; corner++) {
        double ijk[3], pa[3], pb[3];
        for (unsigned axis = 0; axis < 3; axis++)
            ijk[axis] =
                (corner >> axis) & 1u ? (double)(a->size[axis] - 1) : 0.0;
        abl_grid_to_lps(pa, a, ijk);
        abl_grid_to_lps(pb, b, ijk);
        double apart = sqrt((pa[0] - pb[0]) * (pa[0] - pb[0]) +
                            (pa[1] - pb[1]) * (pa[1] - pb[1]) +
                            (pa[2] - pb[2]) * (pa[2] - pb[2]));
        if (!(apart <= tolerance_mm))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "grids differ: a corner is %.3f mm apart",
                                 apart);
    }
    return ABL_OK;
}

abl_status abl_grid_crop(abl_grid *out, const abl_grid *grid,
                         const size_t lo[3], const size_t size[3],
                         abl_error *err)
{
    *out = *grid;
    double first[3];
    for (int a = 0; a < 3; a++) {
        if (size[a] < 1 || lo[a] >= grid->size[a] ||
            size[a] > grid->size[a] - lo[a])
            return abl_error_set(err, ABL_E_INVALID,
                                 "crop %zu+%zu on axis %d leaves the grid of "
                                 "%zu voxels",
                                 lo[a], size[a], a, grid->size[a]);
        first[a] = (double)lo[a];
    }
    memcpy(out->size, size, sizeof out->size);
    abl_grid_to_lps(out->origin_lps, grid, first);
    return ABL_OK;
}

/* Best of the six permutations by the summed |cosines|, so that an axis 45
 * degrees oblique can never be claimed twice. */
abl_orientation abl_grid_orientation(const abl_grid *grid)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int best = 0;
    double best_sum = -1;
    for (int p = 0; p < 6; p++) {
        double sum = 0;
        for (int r = 0; r < 3; r++)
            sum += fabs(grid->direction[r][orders[p][r]]);
        if (sum > best_sum + 1e-9) {
            best_sum = sum;
            best = p;
        }
    }
    abl_orientation orientation;
    for (int r = 0; r < 3; r++) {
        orientation.axis[r] = orders[best][r];
        orientation.flip[r] = grid->direction[r][orders[best][r]] < 0;
    }
    return orientation;
}

abl_grid abl_grid_reorient(const abl_grid *grid, abl_orientation orientation)
{
    abl_grid out = *grid;
    double first[3] = {0, 0, 0};
    for (int a = 0; a < 3; a++) {
        int from = orientation.axis[a];
        double sign = orientation.flip[a] ? -1.0 : 1.0;
        out.size[a] = grid->size[from];
        out.spacing_mm[a] = grid->spacing_mm[from];
        for (int r = 0; r < 3; r++)
            out.direction[r][a] = sign * grid->direction[r][from];
        if (orientation.flip[a])
            first[from] = (double)(grid->size[from] - 1);
    }
    abl_grid_to_lps(out.origin_lps, grid, first);
    return out;
}

abl_orientation abl_orientation_invert(abl_orientation orientation)
{
    abl_orientation inverse;
    for (int a = 0; a < 3; a++) {
        inverse.axis[orientation.axis[a]] = a;
        inverse.flip[orientation.axis[a]] = orientation.flip[a];
    }
    return inverse;
}
