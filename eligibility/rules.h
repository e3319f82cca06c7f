/* Limits as data, and the verdict they give.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. A rule looks at one number and says met, borderline, not met or not
 *     assessable. Unknown is never met: a rule that needs a structure nobody
 *     found is not assessable, however good the rest looks.
 *  2. The number is judged as it is printed, rounded to one decimal.
 *  3. The band holds what sources and readers disagree on: a value in it is
 *     borderline. An edge of the band that is the limit itself falls on the
 *     side the comparison gives it ("at most 3, band 3 to 5": 3 is met).
 *  4. The uncertainty is our own: met and not met are only said when the
 *     whole 95 % interval lies on one side of the limit, else borderline. It
 *     is compared with the limit and not with the band, so that the same
 *     doubt is not counted twice.
 *  5. Verdict: any excluding rule not met: does not meet imaging criteria;
 *     else any rule not met, borderline or not assessable: borderline; else
 *     meets. Notes never count. Nothing is ever called fit for treatment.
 */
#ifndef ABL_ELIGIBILITY_RULES_H
#define ABL_ELIGIBILITY_RULES_H

#include "eligibility/findings.h"
#include "eligibility/profile.h"

/** Unknown is never met. */
typedef enum abl_result {
    ABL_MET,
    ABL_BORDERLINE,
    ABL_NOT_MET,
    ABL_NOT_ASSESSABLE
} abl_result;
const char *abl_result_name(abl_result result); /**< "met", "not-assessable" */

/** The calibre from which R7 counts a vessel, for
 * abl_measure_options.vessel_calibre_mm. */
double abl_profile_vessel_calibre_mm(const abl_profile *profile);

/** Result of one value under one rule, by conventions 2 to 4 above.
 * @param value   in the rule's unit; not finite gives not assessable
 * @param uncertainty  half-width of the 95 % interval, >= 0 */
abl_result abl_rule_judge(const abl_rule *rule, double value,
                          double uncertainty);

/** What a rule looks at in a word or two: "margin" for R3; "" when its id is
 * none of R1 to R18. */
const char *abl_rule_aspect(const abl_rule *rule);

/** "below 30 mm" and "27 to 33 mm"; the band is "" when there is none. */
void abl_rule_describe(char limit[96], char band[96], const abl_rule *rule);

typedef struct abl_rule_result {
    const abl_rule *rule; /**< borrowed from the profile */
    abl_result result;
    abl_value observed;         /**< in the rule's unit */
    bool is_at_least;           /**< observed is a lower bound, e.g. from the
                                     depth in the liver */
    abl_structure_id structure; /**< that decided; ABL_BACKGROUND: none */
    bool has_point;
    double point_lps[3]; /**< where it can be seen */
    char text[320];      /**< what was measured, with the numbers */
} abl_rule_result;

typedef enum abl_verdict {
    ABL_VERDICT_MEETS,
    ABL_VERDICT_BORDERLINE,
    ABL_VERDICT_DOES_NOT_MEET,
    ABL_VERDICT_NOT_ASSESSABLE /**< e.g. no lesion found */
} abl_verdict;
/** "meets imaging criteria", "borderline: needs review", ... */
const char *abl_verdict_text(abl_verdict verdict);
/** "meets", "borderline", "does-not-meet", "not-assessable" */
const char *abl_verdict_name(abl_verdict verdict);

/** Convention 5. No counting result at all gives not assessable. */
abl_verdict abl_verdict_combine(const abl_rule_result *results, size_t count);

typedef struct abl_judgement {
    abl_verdict verdict;
    size_t result_count;
    abl_rule_result results[ABL_RULE_COUNT]; /**< in the order of the ids */
    char limiting_factor[640];               /**< one sentence */
} abl_judgement;

typedef struct abl_assessment {
    const abl_profile *profile; /**< borrowed */
    size_t lesion_count;
    abl_judgement *lesions; /**< per-lesion rules */
    abl_judgement patient;  /**< results: per-patient rules; verdict: those
                                 and all lesions */
    abl_verdict without_low_confidence; /**< verdict leaving those out; volume
                                 rules keep all, which is the careful side */
    size_t low_confidence_count;
    size_t verdict_counts[4]; /**< lesions by abl_verdict */
    char summary[512];        /**< the answer in a sentence or two */
} abl_assessment;

/**
 * Applies every enabled rule of the profile.
 *
 * No lesion found is not assessable, never "meets".
 *
 * @param findings, profile  borrowed; profile must outlive the assessment
 * @retval ABL_E_INTERNAL a finding is not a finite number or out of range
 * @retval ABL_E_NOMEM
 */
abl_status abl_assess(abl_assessment **out, const abl_findings *findings,
                      const abl_profile *profile,
                      abl_error *err) ABL_MUST_CHECK;
void abl_assessment_destroy(abl_assessment *assessment);

/** CT under-counts neuroendocrine metastases: text with numbers, and where
 * they come from. Static storage; in every report. */
const char *abl_undercount_text(void);
const char *abl_undercount_source(void);

#endif
