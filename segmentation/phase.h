/* Contrast phase from how bright the organs are.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_PHASE_H
#define ABL_SEGMENTATION_PHASE_H

#include "segmentation/structures.h"

/**
 * Fills structures->phase from the mean_hu of aorta, portal vein, IVC,
 * kidneys (mean of those found), spleen and liver; 0 stays for what was not
 * found.
 *
 * Questions in this order, each with a soft limit (a logistic curve whose
 * 50 % point is the limit); limits are convention, drawn from what these
 * organs usually measure at 120 kV:
 *   1. contrast medium given? aorta above 80 HU, or kidneys above 75 HU.
 *      Plain blood has 30 to 55 HU, less in anaemia; plain kidneys 25 to 45.
 *   2. arterial? aorta minus portal vein above 55 HU, or without a portal
 *      vein the aorta above 210 HU. Portal venous: the two are within
 *      about 30 HU of each other.
 *   3. portal venous rather than delayed? any of: blood (mean of aorta and
 *      portal vein) minus liver above 27 HU; blood above 125 HU; portal vein
 *      minus aorta above 20 HU. With none of them it is delayed: blood and
 *      liver have levelled out.
 * The confidence is the product of the answers' probabilities along the way.
 * Below 0.6, or with neither aorta nor kidneys, the phase is unknown.
 *
 * Arterial includes late arterial (portal inflow). Kilovoltage, dose and
 * cardiac output move all of these: this is a check, no measurement.
 *
 * Warning "phase-disagrees" when the header names another phase and the
 * confidence is at least 0.8.
 *
 * @param info may be NULL
 */
void abl_phase_find(abl_structures *structures, const abl_series_info *info);

#endif
