/* Where a needle should end in a lesion; internal to access.
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

#endif
