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

#include <stdio.h>

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
    ABL_SOURCE_CITED,      /**< read in the source itself */
    ABL_SOURCE_CONVENTION, /**< computed or decided in this project */
    ABL_SOURCE_UNVERIFIED  /**< common knowledge; no source was read */
} abl_source_tag;
const char *abl_source_tag_name(abl_source_tag tag);

#define ABL_RULE_COUNT 18 /**< R1..R18 */

/** What failing a rule means. */
typedef enum abl_severity {
    ABL_SEVERITY_EXCLUDE, /**< not met: does not meet imaging criteria */
    ABL_SEVERITY_FLAG,    /**< not met: at most borderline */
    ABL_SEVERITY_NOTE     /**< listed only; never part of the verdict */
} abl_severity;
const char *abl_severity_name(abl_severity severity);

typedef enum abl_comparison {
    ABL_BELOW,    /**< value < limit is met */
    ABL_AT_MOST,  /**< value <= limit is met */
    ABL_ABOVE,    /**< value > limit is met */
    ABL_AT_LEAST, /**< value >= limit is met */
    ABL_IS_TRUE   /**< no number */
} abl_comparison;
const char *abl_comparison_name(abl_comparison comparison); /**< "at-most" */

/** Where a number comes from. */
typedef struct abl_source {
    abl_source_tag tag;
    char text[384];
} abl_source;

/** One limit of a profile. */
typedef struct abl_rule {
    char id[8]; /**< "R2" */
    char title[96];
    char unit[16]; /**< "mm", "", "%" */
    abl_comparison comparison;
    double limit;
    abl_source source;
    bool has_band;
    double band_low, band_high; /**< values in [low, high] are borderline */
    abl_source band_source;
    bool per_lesion; /**< else per patient */
    bool enabled;
    abl_severity severity;
    char severity_reason[256];
    struct {
        bool present;
        char quantity[96]; /**< "organ beyond the same capsule patch" */
        double limit;
        char unit[16];
        abl_source source;
    } also; /**< a second number the rule needs */
} abl_rule;

typedef struct abl_profile {
    char name[32];
    char title[128];
    char sha256[65];                /**< of the JSON it came from */
    abl_rule rules[ABL_RULE_COUNT]; /**< rules[0] is R1 */
} abl_profile;

/** Built-in profile by name ("net"), or a JSON file by path.
 * @retval ABL_E_INVALID no such profile; lists the names there are
 * @retval ABL_E_IO      the file cannot be read
 * @retval ABL_E_FORMAT  names file, line and key */
abl_status abl_profile_load(abl_profile *out, const char *name_or_path,
                            abl_error *err) ABL_MUST_CHECK;

/**
 * Reads a profile from JSON text.
 *
 * Strict: every rule R1..R18 once, no unknown keys, every number in the
 * rule's range with a source and a tag, bands around the limit in the right
 * direction, units as the rule measures.
 *
 * @param name  file or profile name, for messages
 * @retval ABL_E_FORMAT "NAME:LINE: KEY: what is wrong"
 */
abl_status abl_profile_parse(abl_profile *out, const char *text, size_t bytes,
                             const char *name, abl_error *err) ABL_MUST_CHECK;

/** Writes the profile as JSON that abl_profile_parse() reads back equal.
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_profile_write(FILE *stream, const abl_profile *profile,
                             abl_error *err) ABL_MUST_CHECK;

/** Result of one value under one rule, by conventions 2 to 4 above.
 * @param value   in the rule's unit; not finite gives not assessable
 * @param uncertainty  half-width of the 95 % interval, >= 0 */
abl_result abl_rule_judge(const abl_rule *rule, double value,
                          double uncertainty);

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
