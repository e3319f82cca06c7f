/* What a finished result says, read back from its report.json.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file is not trusted: its size, nesting and number of values are bounded
 * before it is parsed, and each value that is used is checked for its type and
 * range. Keys that are not known are passed over.
 */
#ifndef ABL_ELIGIBILITY_CASES_CASE_READ_H
#define ABL_ELIGIBILITY_CASES_CASE_READ_H

#include "eligibility/rules.h"

#define ABL_CASE_MAX_BYTES   ((size_t)32 << 20)
#define ABL_CASE_MAX_LESIONS 256

/** The version of report.json that is understood. */
#define ABL_CASE_SCHEMA "ablascreen-report/1"

typedef enum abl_case_status {
    ABL_CASE_READ,
    ABL_CASE_ABSENT,      /**< no report.json */
    ABL_CASE_UNREADABLE,  /**< cannot be read, or is not what it should be */
    ABL_CASE_OTHER_SCHEMA /**< another version of report.json, or another kind
                               of file */
} abl_case_status;
/** "read", "absent", "unreadable", "other-schema" */
const char *abl_case_status_name(abl_case_status status);

/** A number of the report; @p value is NAN-free and 0 when not measured. */
typedef struct abl_case_value {
    bool measured;
    double value;
    double uncertainty; /**< half-width of the 95 % interval */
} abl_case_value;

/** One rule with its result, as reported. Texts are cleaned UTF-8. */
typedef struct abl_case_rule {
    int id; /**< 1 to ABL_RULE_COUNT: R1 to R18 */
    char title[96];
    abl_result result;
    abl_severity severity;
    abl_case_value observed; /**< in @p unit */
    bool is_at_least;        /**< observed is a lower bound */
    char unit[16];
    abl_structure_id structure; /**< that decided; ABL_BACKGROUND: none */
    char text[384];
    abl_comparison comparison;
    double limit; /**< 0 with ABL_IS_TRUE */
    char limit_text[96];
    abl_source source;
    bool has_band;
    double band_low, band_high;
    size_t slice; /**< from 1; 0: none */
} abl_case_rule;

typedef struct abl_case_judgement {
    abl_verdict verdict;
    char limiting_factor[768];
    size_t rule_count;
    abl_case_rule rules[ABL_RULE_COUNT];
} abl_case_judgement;

typedef struct abl_case_lesion {
    int number; /**< from 1 */
    abl_case_judgement judged;
    bool low_confidence;
    size_t slice; /**< of its middle, from 1; 0: none */
    double centroid_lps[3];
    abl_case_value longest_axial_diameter_mm;
    abl_case_value capsule_mm;
    abl_case_value exophytic_percent;
    abl_case_value vessel_mm;         /**< to the nearest that may count */
    abl_case_value vessel_calibre_mm; /**< of that one */
} abl_case_lesion;

typedef struct abl_case {
    abl_case_status status;
    char message[768]; /**< why it was not read; "" when it was */
    abl_case_judgement patient;
    size_t lesion_count;
    abl_case_lesion *lesions;
    bool was_read_by_reader; /**< an override was applied */
    char series_uid[65];     /**< "" when there is none; identifies */
    char phase[32];          /**< contrast phase, e.g. "portal venous" */
} abl_case;

/**
 * Reads @p folder/report.json.
 *
 * A file that cannot be used is an answer, not a failure: its reason is in
 * @p out->status and @p out->message, and nothing else of @p out is filled.
 *
 * @param[out] out  clear with abl_case_clear(), also after failure
 * @retval ABL_E_NOMEM
 */
abl_status abl_case_load(abl_case *out, const char *folder,
                         abl_error *err) ABL_MUST_CHECK;

/** The same from a text in memory; @p name is for messages. */
abl_status abl_case_parse(abl_case *out, const char *text, size_t bytes,
                          const char *name, abl_error *err) ABL_MUST_CHECK;

void abl_case_clear(abl_case *item);

#endif
