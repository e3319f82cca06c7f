/* Pieces of report.html. Everything foreign goes through abl_html_text().
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_HTML_OUT_H
#define ABL_ELIGIBILITY_REPORT_HTML_OUT_H

#include <stdio.h>

#include "eligibility/report/report.h"
#include "eligibility/report/viewer.h"

/** Most bytes of pictures and slices in a page, as they lie in it; what does
 * not fit is named instead. */
#define ABL_HTML_MAX_PICTURE_BYTES ((size_t)15 << 20)
/** Most lesions with slices. */
#define ABL_HTML_MAX_STACKS ((size_t)40)

/** What a page holds. Pictures of the patient and axial ones come first, then
 * slices, paths, nearest distances, and the rest. */
typedef struct abl_html_budget {
    bool *holds;       /**< by picture */
    abl_viewer viewer; /**< of the first lesions; the others have no stack */
} abl_html_budget;

/** Makes the stacks and chooses.
 * @param pictures files in @p folder
 * @retval ABL_E_IO a picture is missing
 * @retval ABL_E_NOMEM */
abl_status abl_html_budget_make(abl_html_budget *budget, const char *folder,
                                const abl_report *report,
                                const abl_pictures *pictures,
                                abl_error *err) ABL_MUST_CHECK;
void abl_html_budget_clear(abl_html_budget *budget);

/** A page being written; write errors are found when it is closed. */
typedef struct abl_html {
    FILE *file;
    const char *folder; /**< that holds the pictures */
    const abl_report *report;
    const abl_pictures *pictures;
    const abl_html_budget *budget;
} abl_html;

/** Markup of our own, as it is. */
void abl_html_raw(const abl_html *html, const char *markup);
/** Numbers and our own words; never foreign text. */
void abl_html_put(const abl_html *html, const char *format, ...)
    ABL_PRINTF(2, 3);
/** Text with & < > " ' escaped and control characters removed. */
void abl_html_text(const abl_html *html, const char *text);
/** <tag class="class">text</tag>; @p class may be NULL. */
void abl_html_element(const abl_html *html, const char *tag, const char *class,
                      const char *text);

/** "12.3 ± 0.4 mm", or why it was not measured. */
void abl_html_value(const abl_html *html, const abl_value *value,
                    const char *unit, double scale);
/** One row of two cells: name and value. */
void abl_html_value_row(const abl_html *html, const char *name,
                        const abl_value *value, const char *unit, double scale);
void abl_html_text_row(const abl_html *html, const char *name,
                       const char *text);

/** Icon and word, never colour alone. */
void abl_html_verdict(const abl_html *html, abl_verdict verdict);
void abl_html_result(const abl_html *html, abl_result result);

/** Table of rules, the worst first. */
void abl_html_rules(const abl_html *html, const abl_judgement *judgement);

/** Slices and figures of one lesion (0: the patient), embedded.
 * @retval ABL_E_IO a picture cannot be read */
abl_status abl_html_pictures(const abl_html *html, int lesion,
                             abl_error *err) ABL_MUST_CHECK;

/** How a lesion can be reached, as a table. */
void abl_html_access(const abl_html *html, const abl_access *access);

/** The section of one lesion. */
abl_status abl_html_lesion(const abl_html *html, size_t index,
                           abl_error *err) ABL_MUST_CHECK;

/** The smallest change that flips a lesion's verdict. */
void abl_html_change(const abl_html *html, size_t index);
/** In how many draws the verdict was the same, with a bar. */
void abl_html_stability(const abl_html *html, const abl_stability *of);
/** The probability that a lesion's diameter is under the limit. */
void abl_html_under_limit(const abl_html *html, size_t index);
/** What an ablation zone around a lesion would touch. */
void abl_html_zones(const abl_html *html, size_t index);
/** What comes next: exams that would settle what is open, and the facts for
 * a tumour board where the criteria are not met. */
void abl_html_next(const abl_html *html);
/** Tables of R17's parts and of the context. */
void abl_html_adequacy(const abl_html *html);
void abl_html_context(const abl_html *html);
/** Segment and nearest vessels of one lesion; segments of the patient. */
void abl_html_lesion_vessels(const abl_html *html,
                             const abl_lesion_findings *lesion);
void abl_html_segments(const abl_html *html);

/** Who read it and what the automatic result was; nothing without an
 * override. */
void abl_html_read_line(const abl_html *html);
/** Table of both results, rejected lesions too. */
void abl_html_reading(const abl_html *html);
/** What the reader did to one read lesion. */
void abl_html_read_lesion(const abl_html *html, size_t index);

/** What follows the lesions: liver, exam, structures, sources, provenance. */
void abl_html_appendix(const abl_html *html);

#endif
