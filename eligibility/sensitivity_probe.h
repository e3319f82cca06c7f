/* Judging one rule again with another limit or another measure; internal to
 * sensitivity.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_SENSITIVITY_PROBE_H
#define ABL_ELIGIBILITY_SENSITIVITY_PROBE_H

#include "eligibility/rules.h"

/** Findings and profile that can be changed, and the originals. */
typedef struct abl_probe {
    const abl_findings *findings;
    const abl_profile *profile;
    bool of_lesion;
    size_t first; /**< the lesion, or 0 */
    abl_findings changed;
    abl_lesion_findings *lesions; /**< of changed; owned */
    abl_profile *only;            /**< one rule enabled; owned */
    size_t rule;                  /**< that rule: 0 is R1 */
} abl_probe;

/** @param index lesion, or ABL_SENSITIVITY_PATIENT
 * @retval ABL_E_NOMEM; the caller clears in any case */
abl_status abl_probe_open(abl_probe *out, const abl_findings *findings,
                          size_t index, const abl_profile *profile,
                          abl_error *err) ABL_MUST_CHECK;
void abl_probe_clear(abl_probe *probe);

/** Everything as it was, and only rule @p rule enabled. */
void abl_probe_reset(abl_probe *probe, size_t rule);

/** 0.1, or 1 for a number of things. */
double abl_probe_step(const abl_probe *probe);

/** Moves limit and band by a number of steps from the original. */
void abl_probe_move_limit(abl_probe *probe, long steps);

/** Makes the measure of the rule @p value; everything else is as it was.
 * @return false when the rule has no measure that can be set */
bool abl_probe_set_value(abl_probe *probe, double value);

/** Whether the measure is the least or largest of several that all move. */
bool abl_probe_has_several(const abl_probe *probe);

/** The result of the rule as things stand. */
abl_status abl_probe_judge(abl_result *out, const abl_probe *probe,
                           abl_error *err) ABL_MUST_CHECK;

#endif
