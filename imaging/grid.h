/* Where voxels are: sizes, spacing, origin and axes in LPS millimetres.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_GRID_H
#define ABL_IMAGING_GRID_H

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Most voxels one volume may have: 2^31, 4 GiB as int16. */
#define ABL_GRID_MAX_VOXELS ((size_t)1 << 31)
/** Most voxels along one axis. */
#define ABL_GRID_MAX_SIZE ((size_t)16384)

/**
 * A rectangular voxel grid.
 *
 * Storage order: i fastest, offset = (k * size[1] + j) * size[0] + i.
 * lps = origin + direction * diag(spacing) * ijk. Voxel k covers the interval
 * [k - 0.5, k + 0.5] in index units.
 */
typedef struct abl_grid {
    size_t size[3];         /**< voxels along i (columns), j (rows), k */
    double spacing_mm[3];   /**< centre to centre along i, j, k; > 0 */
    double origin_lps[3];   /**< centre of voxel (0,0,0) */
    double direction[3][3]; /**< row-major; column a = unit vector of axis a */
} abl_grid;

/** Axis permutation and flips that bring a grid to i~L, j~P, k~H(ead):
 * canonical axis a is native axis axis[a], reversed when flip[a]. */
typedef struct abl_orientation {
    int axis[3];
    bool flip[3];
} abl_orientation;

/** Offset of voxel (i, j, k); no range check. */
static inline size_t abl_grid_offset(const abl_grid *grid, size_t i, size_t j,
                                     size_t k)
{
    return (k * grid->size[1] + j) * grid->size[0] + i;
}

/** Product of the sizes; callers hold a valid grid. */
static inline size_t abl_grid_voxels(const abl_grid *grid)
{
    return grid->size[0] * grid->size[1] * grid->size[2];
}

/** Axis-aligned grid with its first voxel centre at the origin. */
abl_grid abl_grid_axial(size_t ni, size_t nj, size_t nk, double di_mm,
                        double dj_mm, double dk_mm);

/**
 * Sizes 1..ABL_GRID_MAX_SIZE, at most ABL_GRID_MAX_VOXELS, finite positive
 * spacing (0.01..100 mm), orthonormal direction (1e-3; either handedness).
 * @retval ABL_E_GEOMETRY otherwise, saying what is wrong
 */
abl_status abl_grid_validate(const abl_grid *grid,
                             abl_error *err) ABL_MUST_CHECK;

void abl_grid_to_lps(double lps[3], const abl_grid *grid, const double ijk[3]);
void abl_grid_to_ijk(double ijk[3], const abl_grid *grid, const double lps[3]);

/** Half the length of a voxel's diagonal [mm]. */
double abl_grid_half_diagonal_mm(const abl_grid *grid);

/** Extent of one voxel along a unit LPS direction [mm]: the step of the grid
 * in that direction, used for "half a voxel in the direction measured". */
double abl_grid_step_along_mm(const abl_grid *grid, const double unit_lps[3]);

/** Volume of a voxel [mm3]. */
double abl_grid_voxel_mm3(const abl_grid *grid);

/** Same sizes, and corners within @p tolerance_mm of each other. */
abl_status abl_grid_check_same(const abl_grid *a, const abl_grid *b,
                               double tolerance_mm,
                               abl_error *err) ABL_MUST_CHECK;

/** The part [lo, lo + size) of a grid; the range must lie inside. */
abl_status abl_grid_crop(abl_grid *out, const abl_grid *grid,
                         const size_t lo[3], const size_t size[3],
                         abl_error *err) ABL_MUST_CHECK;

/** The permutation and flips nearest to i~L, j~P, k~H. */
abl_orientation abl_grid_orientation(const abl_grid *grid);

/** The grid seen through @p orientation (same voxels, other order). */
abl_grid abl_grid_reorient(const abl_grid *grid, abl_orientation orientation);

/** The orientation that undoes @p orientation. */
abl_orientation abl_orientation_invert(abl_orientation orientation);

#ifdef __cplusplus
}
#endif
#endif
