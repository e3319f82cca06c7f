/* Pieces of report.html. Everything foreign goes through abl_html_text().
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_HTML_OUT_H
#define ABL_ELIGIBILITY_REPORT_HTML_OUT_H

#include <stdio.h>

#include "eligibility/report/report.h"

/** Pictures beyond this many bytes are named instead of embedded, so that a
 * liver full of lesions still opens. */
#define ABL_HTML_MAX_PICTURE_BYTES ((size_t)48 << 20)

/** A page being written; write errors are found when it is closed. */
typedef struct abl_html {
    FILE *file;
    const char *folder; /**< that holds the pictures */
    const abl_report *report;
    const abl_pictures *pictures;
    size_t picture_bytes; /**< embedded so far */
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

/** Figures of one lesion (0: the patient), embedded.
 * @retval ABL_E_IO a picture cannot be read */
abl_status abl_html_pictures(abl_html *html, int lesion,
                             abl_error *err) ABL_MUST_CHECK;

/** How a lesion can be reached, as a table. */
void abl_html_access(const abl_html *html, const abl_access *access);

/** The section of one lesion. */
abl_status abl_html_lesion(abl_html *html, size_t index,
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
