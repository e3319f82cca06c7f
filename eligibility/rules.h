/* Limits as data, and the verdict they give.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_RULES_H
#define ABL_ELIGIBILITY_RULES_H

#include "eligibility/findings.h"

/** Unknown is never met. */
typedef enum abl_result {
    ABL_MET,
    ABL_BORDERLINE,
    ABL_NOT_MET,
    ABL_NOT_ASSESSABLE
} abl_result;
const char *abl_result_name(abl_result result); /**< "met", "not-assessable" */

typedef enum abl_source_tag {
    ABL_SOURCE_CITED,
    ABL_SOURCE_CONVENTION,
    ABL_SOURCE_UNVERIFIED
} abl_source_tag;
const char *abl_source_tag_name(abl_source_tag tag);

#define ABL_RULE_COUNT 18 /**< R1..R18 */

/** What failing a rule means. */
typedef enum abl_severity {
    ABL_SEVERITY_EXCLUDE, /**< not met: does not meet imaging criteria */
    ABL_SEVERITY_FLAG     /**< not met: at most borderline */
} abl_severity;

/** One limit of a profile. For "at least" rules a value >= limit is met,
 * for "at most" and "below" rules a value <= or < limit. */
typedef struct abl_rule {
    char id[8]; /**< "R2" */
    char title[96];
    char unit[16];       /**< "mm", "", "%" */
    char comparison[12]; /**< "below", "at-most", "at-least", "is-true" */
    double limit;
    double band_low, band_high; /**< values in [low, high] are borderline */
    bool per_lesion;            /**< else per patient */
    bool enabled;
    abl_severity severity;
    abl_source_tag source_tag;
    char source[256]; /**< where the limit comes from */
    char band_source[256];
    abl_source_tag band_source_tag;
} abl_rule;

typedef struct abl_profile {
    char name[32];
    char title[128];
    char sha256[65];                /**< of the JSON it came from */
    abl_rule rules[ABL_RULE_COUNT]; /**< rules[0] is R1 */
} abl_profile;

/** Built-in profile by name ("net"), or a JSON file by path.
 * @retval ABL_E_INVALID no such profile; ABL_E_FORMAT names line and key */
abl_status abl_profile_load(abl_profile *out, const char *name_or_path,
                            abl_error *err) ABL_MUST_CHECK;

typedef struct abl_rule_result {
    const abl_rule *rule; /**< borrowed from the profile */
    abl_result result;
    abl_value observed;
    bool has_slice;
    size_t slice;   /**< canonical k that shows it */
    char text[320]; /**< one sentence with the numbers */
} abl_rule_result;

typedef enum abl_verdict {
    ABL_VERDICT_MEETS,
    ABL_VERDICT_BORDERLINE,
    ABL_VERDICT_DOES_NOT_MEET,
    ABL_VERDICT_NOT_ASSESSABLE /**< e.g. no lesion found */
} abl_verdict;
/** "meets imaging criteria", "borderline: needs review", ... */
const char *abl_verdict_text(abl_verdict verdict);

typedef struct abl_judgement {
    abl_verdict verdict;
    size_t result_count;
    abl_rule_result results[ABL_RULE_COUNT];
    char limiting_factor[320]; /**< one sentence */
} abl_judgement;

typedef struct abl_assessment {
    const abl_profile *profile; /**< borrowed */
    size_t lesion_count;
    abl_judgement *lesions; /**< per-lesion rules */
    abl_judgement patient;  /**< per-patient rules and all lesions */
    abl_verdict without_low_confidence; /**< verdict leaving those out */
    size_t low_confidence_count;
    char summary[512]; /**< the answer in a sentence or two */
} abl_assessment;

abl_status abl_assess(abl_assessment **out, const abl_findings *findings,
                      const abl_profile *profile,
                      abl_error *err) ABL_MUST_CHECK;
void abl_assessment_destroy(abl_assessment *assessment);

#endif
