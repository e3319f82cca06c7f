/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ABL_ELIGIBILITY_REPORT_NEAREST_H
#define ABL_ELIGIBILITY_REPORT_NEAREST_H

#include "eligibility/findings.h"

/** The nearest neighbour outside of the liver that is no vessel, bone, skin or
 * tissue without a name; NULL when none was measured. */
const abl_clearance *abl_nearest_organ(const abl_lesion_findings *lesion);

/** The nearest of aorta, vena cava and portal and splenic vein, or NULL. */
const abl_clearance *abl_nearest_trunk(const abl_lesion_findings *lesion);

#endif
