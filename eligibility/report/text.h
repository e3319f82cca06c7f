/* Text that is safe to print: foreign strings, notes, slice numbers.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_TEXT_H
#define ABL_ELIGIBILITY_REPORT_TEXT_H

#include "eligibility/report/report.h"

/**
 * Copies well-formed UTF-8; ill-formed bytes, control characters and
 * characters that turn the writing direction become U+FFFD.
 * @param in  NULL is empty
 * @return bytes written without the terminator; cut at a whole character
 */
size_t abl_text_clean(char *out, size_t size, const char *in);

/** One thing that was not assessed. */
typedef struct abl_note {
    const char *code; /**< stable, e.g. "bile-ducts" */
    char text[384];
} abl_note;
#define ABL_MAX_NOTES 12

/** What this analysis cannot say, for the report.
 * @return how many of @p out were filled */
size_t abl_notes_list(abl_note out[ABL_MAX_NOTES],
                      const abl_findings *findings);

/** Slice of the image, counted from 1 at the feet; 0 when outside. */
size_t abl_report_slice(const abl_report *report, const double lps[3]);

/** "portal venous, confidence 0.93". */
void abl_phase_describe(char out[64], const abl_phase_estimate *phase);

/** Opens for writing. @retval ABL_E_IO */
abl_status abl_text_open(FILE **out, const char *path,
                         abl_error *err) ABL_MUST_CHECK;
/** Closes and tells whether everything reached the file. @retval ABL_E_IO */
abl_status abl_text_close(FILE *file, const char *path,
                          abl_error *err) ABL_MUST_CHECK;

#endif
