/* Resampling between grids that share their axes, and smoothing.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_RESAMPLE_H
#define ABL_IMAGING_RESAMPLE_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The grid with the same axes and the same outer borders, at another spacing
 * ("voxel-centre aligned": output voxel k covers the input interval
 * [k, k+1) * ratio, ratio = output / input spacing). Sizes are rounded to
 * nearest, at least 1; spacing is kept exactly as asked.
 * @retval ABL_E_GEOMETRY spacing or sizes leave abl_grid_validate()'s ranges
 */
abl_status abl_grid_respace(abl_grid *out, const abl_grid *grid,
                            const double spacing_mm[3],
                            abl_error *err) ABL_MUST_CHECK;

/**
 * Anti-aliased separable resampling to @p grid, whose axes must be those of
 * the input (1e-4); any spacing, size and offset. Shrinking: triangle filter
 * of half-width one output spacing along i and j; Gaussian of
 * 0.4 * output/input input voxels, then linear, along k. Growing: linear.
 * Positions outside the input take the border value. Ratios within 1e-4 of 1
 * do not count as shrinking. Only the part of the input that is needed is
 * read.
 *
 * @param[out] out  f32 volume on @p grid; caller destroys
 * @param      in   any pixel type
 * @retval ABL_E_GEOMETRY the grid is not valid or has other axes
 */
abl_status abl_resample(abl_volume **out, const abl_volume *in,
                        const abl_grid *grid, abl_error *err) ABL_MUST_CHECK;

/** Plain trilinear sampling to any grid (oblique too), f32; positions whose
 * voxel lies outside the input become @p outside. */
abl_status abl_resample_linear(abl_volume **out, const abl_volume *in,
                               const abl_grid *grid, float outside,
                               abl_error *err) ABL_MUST_CHECK;

/** Nearest voxel to any grid, for labels; outside is 0. Same pixel type. */
abl_status abl_resample_nearest(abl_volume **out, const abl_volume *in,
                                const abl_grid *grid,
                                abl_error *err) ABL_MUST_CHECK;

/** Gaussian smoothing, f32 out; sigma per axis in mm (0 to 100), 0 leaves an
 * axis as it is; sampled kernel cut at 4 sigma and normalised; borders
 * replicate. Any pixel type.
 * @retval ABL_E_INVALID sigma out of range */
abl_status abl_gaussian(abl_volume **out, const abl_volume *in,
                        const double sigma_mm[3],
                        abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
