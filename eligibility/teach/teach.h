/* Teaching pages from finished results: answer first, then compare.
 * SPDX-License-Identifier: Apache-2.0
 *
 * De-identification (DICOM PS3.15, Annex E, Basic Profile, as far as it
 * applies to what is written): no attribute of the source is copied. The pages
 * hold words that are built into the program, measured numbers, and pictures
 * painted anew from their pixels. Sentences of a report pass only where every
 * word is in a fixed list (safe_text.h); sources of limits only where they are
 * those of a built-in profile. What the pixels themselves show cannot be
 * checked: see abl_teach_check_burned_in().
 */
#ifndef ABL_ELIGIBILITY_TEACH_TEACH_H
#define ABL_ELIGIBILITY_TEACH_TEACH_H

#include "eligibility/cases/find_results.h"
#include "imaging/series.h"

/** The file by which a folder of pages is known. */
#define ABL_TEACH_MARKER "teaching-set.json"

typedef struct abl_teach_options {
    const void *salt; /**< for the names of cases; NULL: by order */
    size_t salt_bytes;
    bool accept_burned_in;
    abl_progress progress;
} abl_teach_options;

/** A result that is not in the set. */
typedef struct abl_teach_left_out {
    char name[256]; /**< of its folder: not for the pages */
    char reason[512];
} abl_teach_left_out;

typedef struct abl_teach_summary {
    size_t case_count;
    size_t left_out_count;
    abl_teach_left_out *left_out;
} abl_teach_summary;

/**
 * Writes index.html, one page and one folder of pictures per case, and the
 * marker into @p folder, which must exist and be empty.
 *
 * Cases are named by their order in @p results or, with a salt, by a keyed hash
 * of the series (of report.json where the series has no UID) and then listed
 * by name. Results that cannot be used are left out with a reason.
 *
 * @param[out] out  clear with abl_teach_summary_clear(), also after failure
 * @retval ABL_E_FORMAT  no result could be used; the text is the first reason
 * @retval ABL_E_IO, ABL_E_NOMEM, ABL_E_CANCELLED
 */
abl_status abl_teach_write(abl_teach_summary *out, const char *folder,
                           const abl_found_results *results,
                           const abl_teach_options *options,
                           abl_error *err) ABL_MUST_CHECK;
void abl_teach_summary_clear(abl_teach_summary *summary);

#endif
