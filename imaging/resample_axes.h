/* Separable resampling with a chosen filter per axis (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_RESAMPLE_AXES_H
#define ABL_IMAGING_RESAMPLE_AXES_H

#include "imaging/axis_filter.h"

/** Directions equal within 1e-4. */
bool abl_grid_shares_axes(const abl_grid *a, const abl_grid *b);

/** abl_resample() with other filters; positions outside the input take the
 * border value.
 * @retval ABL_E_GEOMETRY the grid is not valid or has other axes
 * @retval ABL_E_NOMEM */
abl_status abl_resample_axes(abl_volume **out, const abl_volume *in,
                             const abl_grid *grid,
                             const abl_axis_kernel kernels[3],
                             abl_error *err) ABL_MUST_CHECK;

#endif
