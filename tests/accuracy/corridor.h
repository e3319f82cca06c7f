/* What lies in the recommended corridors of a real scan, by its values alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_CORRIDOR_H
#define ABL_TESTS_ACCURACY_CORRIDOR_H

#include "imaging/series.h"
#include "segmentation/structures.h"

/** Brighter than this is bone, or a vessel or kidney well filled; darker is
 * gas or lung. Muscle, liver and fat lie between. Conventions. */
#define CORRIDOR_MOST_HU  220.0
#define CORRIDOR_LEAST_HU (-200.0)

typedef struct corridor_check {
    size_t lesions, paths;
    double most_hu, least_hu; /**< of all corridors; 0 without a path */
} corridor_check;

/**
 * Measures and plans with the usual limits, then samples the smoothed scan
 * (sigma 0.8 mm) in the ellipse of each recommended path, from 6 mm below the
 * skin to the target. No label, mask or distance map is asked.
 * @retval as abl_measure() and abl_gaussian()
 */
abl_status corridor_check_find(corridor_check *out, const abl_volume *image,
                               const abl_structures *structures,
                               const abl_series_info *info,
                               abl_error *err) ABL_MUST_CHECK;

#endif
