/* How long the parts of an outline are if it is several lesions that touch.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TOUCHING_H
#define ABL_ELIGIBILITY_TOUCHING_H

#include "eligibility/clearance.h"

/**
 * Looks for the other reading of a lesion that the program outlined itself.
 * An outline that was imported or edited is somebody's word for one lesion.
 * @retval ABL_E_NOMEM
 */
abl_status abl_touching_measure(abl_touching *out, const abl_lesion *lesion,
                                abl_error *err) ABL_MUST_CHECK;

#endif
