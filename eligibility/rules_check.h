/* One function per rule: findings in, result with its sentence out. Internal
 * to eligibility/; no check reads another's result.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_RULES_CHECK_H
#define ABL_ELIGIBILITY_RULES_CHECK_H

#include "eligibility/rules.h"

/** What a rule looks at. */
typedef struct abl_rule_case {
    const abl_findings *findings;
    const abl_lesion_findings *lesion; /**< NULL for patient rules */
    bool leave_out_low_confidence;
    const abl_profile *profile; /**< that the rule is of */
} abl_rule_case;

/** @p out comes with rule set and everything else zero. */
typedef void (*abl_rule_check)(abl_rule_result *out, const abl_rule_case *what);

/** The check of rules[n]; R1 is 0. */
abl_rule_check abl_rule_check_of(size_t n);

/** The worse of two for the verdict: not met, then not assessable, then
 * borderline, then met. */
abl_result abl_result_worse(abl_result a, abl_result b);

/** Sets result, observed value and where it is; text is "12.3 ± 0.4 mm". */
void abl_rule_observe(abl_rule_result *out, const abl_value *value);

/** Appends a phrase to the result's text; cut when full. */
void abl_rule_say(abl_rule_result *out, const char *format, ...)
    ABL_PRINTF(2, 3);

/** Not assessable, for a reason. */
void abl_rule_unknown(abl_rule_result *out, const char *why);

void abl_rule_at(abl_rule_result *out, const double point_lps[3]);

/** The nearest of several structures decides; met needs every one measured
 * and far enough, or the lesion so deep that it must be. */
void abl_check_structures(abl_rule_result *out, const abl_rule_case *what,
                          const abl_structure_id *ids, size_t count);
/** The second half of it alone. */
void abl_doubt_structures(abl_rule_result *out, const abl_rule_case *what,
                          const abl_structure_id *ids, size_t count);

/** Whether a vessel of this calibre in the liver may have been missed, and
 * why: not looked for, a tree not assessable, thinner than the scan shows. */
bool abl_vessels_unseen(char why[240], const abl_findings *findings,
                        double calibre_mm);

/** Every number of the lesion's vessels is one. */
bool abl_lesion_vessels_are_sound(const abl_lesion_findings *lesion);

void abl_check_count(abl_rule_result *out, const abl_rule_case *what);
void abl_check_diameter(abl_rule_result *out, const abl_rule_case *what);
void abl_check_margin(abl_rule_result *out, const abl_rule_case *what);
void abl_check_subcapsular(abl_rule_result *out, const abl_rule_case *what);
void abl_check_bowel(abl_rule_result *out, const abl_rule_case *what);
void abl_check_organs(abl_rule_result *out, const abl_rule_case *what);
void abl_check_vessels(abl_rule_result *out, const abl_rule_case *what);
void abl_check_hilum(abl_rule_result *out, const abl_rule_case *what);
void abl_check_trunks(abl_rule_result *out, const abl_rule_case *what);
void abl_check_path(abl_rule_result *out, const abl_rule_case *what);
void abl_check_corridor(abl_rule_result *out, const abl_rule_case *what);
void abl_check_transit(abl_rule_result *out, const abl_rule_case *what);
void abl_check_angle(abl_rule_result *out, const abl_rule_case *what);
void abl_check_visible(abl_rule_result *out, const abl_rule_case *what);
void abl_check_burden(abl_rule_result *out, const abl_rule_case *what);
void abl_check_ablated(abl_rule_result *out, const abl_rule_case *what);
void abl_check_exam(abl_rule_result *out, const abl_rule_case *what);
void abl_check_context(abl_rule_result *out, const abl_rule_case *what);

#endif
