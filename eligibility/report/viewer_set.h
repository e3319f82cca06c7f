/* The slices of a set: their codes as pictures, their outlines as text.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_VIEWER_SET_H
#define ABL_ELIGIBILITY_REPORT_VIEWER_SET_H

#include "eligibility/report/viewer_plan.h"

/** @param[out] out  cleared by abl_viewer_clear(), also after failure
 * @retval ABL_E_NOMEM */
abl_status abl_viewer_set_make(abl_viewer_set *out, const abl_viewer_plan *plan,
                               size_t set, abl_error *err) ABL_MUST_CHECK;

#endif
