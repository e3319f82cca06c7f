/* Building JSON with fixed decimals; nothing that is not finite gets in.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_JSON_OUT_H
#define ABL_ELIGIBILITY_REPORT_JSON_OUT_H

#include <jansson.h>

#include "eligibility/report/report.h"

/** What went wrong so far, so that building code needs no checks. */
typedef struct abl_json_out {
    bool out_of_memory;
    bool not_finite;
} abl_json_out;

/** object[key] = value; takes the reference. NULL sets out_of_memory. */
void abl_out_set(abl_json_out *out, json_t *object, const char *key,
                 json_t *value);
void abl_out_append(abl_json_out *out, json_t *array, json_t *value);

/** Rounded to @p decimals; -0 becomes 0. Not finite: null and noted. */
json_t *abl_out_number(abl_json_out *out, double value, int decimals);
json_t *abl_out_count(size_t count);
/** Cleaned of ill-formed and control characters. */
json_t *abl_out_text(const char *text);
/** The text, or null when it is empty. */
json_t *abl_out_text_or_null(const char *text);
json_t *abl_out_lps(abl_json_out *out, const double lps[3]);

/** {"measured": true, "value": 12.3, "uncertainty": 0.4, "unit": "mm"} or
 * {"measured": false, "unit": "mm", "why_not": "..."}.
 * @param scale  of value and uncertainty, e.g. 100 for % */
json_t *abl_out_value(abl_json_out *out, const abl_value *value,
                      const char *unit, double scale);

/** "lesions": one object per lesion. */
json_t *abl_out_lesions(abl_json_out *out, const abl_report *report,
                        const abl_pictures *pictures);
/** Adds what R17 looks at to the object "exam". */
void abl_out_adequacy(abl_json_out *out, json_t *exam,
                      const abl_report *report);
/** "context": what was given, as given. */
json_t *abl_out_context(abl_json_out *out, const abl_report *report);
/** Imported label maps and overrides, each with its SHA-256. */
json_t *abl_out_input_files(abl_json_out *out, const abl_report *report);
/** The other reading of an outline as several lesions; null: there is none. */
json_t *abl_out_touching(abl_json_out *out, const abl_touching *touching);
/** Access to one lesion: counts, paths, what would open one, coverage. */
json_t *abl_out_access(abl_json_out *out, const abl_report *report,
                       const abl_access *access);
/** Who read it, and the automatic beside the read result; null without an
 * override. */
json_t *abl_out_reading(abl_json_out *out, const abl_report *report);
/** Every rule of a judgement, in the order of the ids. */
json_t *abl_out_rules(abl_json_out *out, const abl_report *report,
                      const abl_judgement *judgement);
/** What would flip the verdict of a lesion or of the patient's own rules. */
json_t *abl_out_sensitivity(abl_json_out *out, const abl_sensitivity *of);
/** How many draws gave which verdict. */
json_t *abl_out_stability(abl_json_out *out, const abl_stability *of,
                          uint64_t seed);
json_t *abl_out_under_limit(abl_json_out *out, const abl_under_limit *of);
/** "what_if_zones": of one lesion. */
json_t *abl_out_zones(abl_json_out *out, const abl_zone zones[ABL_ZONE_COUNT]);
/** "next_exams": what would settle what was left open. */
json_t *abl_out_next_exams(abl_json_out *out,
                           const abl_explanation *explanation);
/** "tumour_board": null unless the criteria are not met. */
json_t *abl_out_board(abl_json_out *out, const abl_board *board);
/** A distance with its ends, bound and structure. */
json_t *abl_out_clearance(abl_json_out *out, const abl_report *report,
                          const abl_clearance *to, abl_structure_id id);

/** Vessels beside one lesion, and the segment it lies in. */
json_t *abl_out_lesion_vessels(abl_json_out *out, const abl_report *report,
                               const abl_lesion_findings *lesion);
json_t *abl_out_lesion_segment(abl_json_out *out,
                               const abl_lesion_segment *segment);
/** What of vessels and segments holds for the whole liver. */
json_t *abl_out_vessels(abl_json_out *out, const abl_findings *findings);
json_t *abl_out_segments(abl_json_out *out, const abl_findings *findings);

/** Pictures of one lesion; 0 for the patient's, -1 for all. */
json_t *abl_out_pictures(abl_json_out *out, const abl_pictures *pictures,
                         int lesion);

#endif
