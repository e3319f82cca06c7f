/* Where a needle may end in a lesion; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_TARGET_H
#define ABL_ELIGIBILITY_ACCESS_TARGET_H

#include "eligibility/access_map.h"

/**
 * The centroid of a field's inside, or, when that is outside, the voxel that
 * lies deepest (the first in storage order among equals).
 *
 * @param[out] found false when no voxel is inside
 * @retval ABL_E_NOMEM
 */
abl_status abl_access_target(double target_lps[3], bool *found,
                             const abl_volume *field,
                             abl_error *err) ABL_MUST_CHECK;

/** A lesion counts as long from this ratio of its first to its second
 * principal axis, and from this length: conventions. */
#define ABL_LONG_RATIO 1.3
#define ABL_LONG_MM    15.0

/** Direction and size of a lesion, from the second moments of its inside: an
 * ellipsoid's exact axes. */
typedef struct abl_lesion_axes {
    double centre_lps[3];
    double long_lps[3];  /**< unit vector */
    double length_mm[3]; /**< full axes, longest first; 0 when empty */
} abl_lesion_axes;

abl_lesion_axes abl_lesion_axes_of(const abl_volume *field);
bool abl_lesion_is_long(const abl_lesion_axes *axes);

enum {
    ABL_MAX_TARGETS = 3
};

/** Targets of a lesion; the first is abl_access_target()'s. A long lesion has
 * two more, a quarter of its length to each side of the middle, where those
 * lie inside. */
typedef struct abl_targets {
    size_t count; /**< 0: no voxel is inside */
    double lps[ABL_MAX_TARGETS][3];
    abl_lesion_axes axes;
} abl_targets;

/** @retval ABL_E_NOMEM */
abl_status abl_targets_find(abl_targets *out, const abl_volume *field,
                            abl_error *err) ABL_MUST_CHECK;

#endif
