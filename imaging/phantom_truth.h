/* Parts of truth.json (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_PHANTOM_TRUTH_H
#define ABL_IMAGING_PHANTOM_TRUTH_H

#include "imaging/phantom_model.h"

/** Rounded to 1e-4, so that the last digits of libm do not show; null when
 * not finite. */
json_t *abl_truth_number(double value);
json_t *abl_truth_numbers(const double *values, size_t count);

/** Trees as tubes of points with radii, where they lie within their organ. */
json_t *abl_truth_vessels(const abl_phantom *phantom);
/** Per tree the nearest wall from 3 mm calibre up. */
json_t *abl_truth_nearest_vessels(const abl_phantom *phantom, size_t lesion);

/** Stated corridors. */
json_t *abl_truth_paths(const abl_phantom *phantom);
/** Straight ways from a lesion's middle to the skin, evenly over the sphere. */
json_t *abl_truth_directions(const abl_phantom *phantom, size_t lesion);

#endif
