/* Many results as one table, the nearest to a limit first.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_CASES_WORKLIST_H
#define ABL_ELIGIBILITY_CASES_WORKLIST_H

#include "eligibility/cases/closeness.h"
#include "eligibility/cases/find_results.h"

/** A patient, a lesion, or a folder that could not be read. */
typedef struct abl_worklist_row {
    char name[256];         /**< of the folder, cleaned for printing */
    char *report;           /**< report.html relative to the table, percent-
                                 encoded per name; "" when there is none */
    abl_case_status status; /**< of the case */
    char message[768];      /**< why it was not read, else "" */
    int lesion;             /**< 0: the patient */
    abl_worklist_group group;
    abl_verdict verdict; /**< of the row; meaningless when not read */
    char limiting_factor[768];
    bool close;       /**< the fields below are filled */
    double ratio;     /**< abl_closeness::ratio */
    int close_lesion; /**< that the nearest rule belongs to; 0: patient */
    abl_case_rule nearest;
    bool low_confidence;
    size_t slice; /**< of a lesion's middle; 0: none */
    abl_case_value longest_axial_diameter_mm, capsule_mm, vessel_mm;
    size_t lesion_count; /**< of the case */
    bool was_read_by_reader;
} abl_worklist_row;

typedef struct abl_worklist {
    size_t folder_count, read_count, row_count, capacity;
    abl_worklist_row *rows;
} abl_worklist;

/**
 * One row for each patient and each lesion of the results, one for each folder
 * that could not be read, in this order: borderline; meets or does not meet;
 * not assessable; not read. Within a group the smallest ratio comes first, rows
 * without one last, ties by name and lesion.
 *
 * @param[out] out  clear with abl_worklist_clear(), also after failure
 * @param table_folder  where the table will be: links are relative to it.
 *                      Absolute, without "." and ".."
 * @retval ABL_E_NOMEM
 */
abl_status abl_worklist_build(abl_worklist *out,
                              const abl_found_results *results,
                              const char *table_folder,
                              abl_error *err) ABL_MUST_CHECK;
void abl_worklist_clear(abl_worklist *list);

/**
 * worklist.csv: RFC 4180, UTF-8, CRLF, one header line whose names carry
 * units. Text that a spreadsheet would take for a formula gets an apostrophe
 * in front. Empty: not measured or not applicable.
 * @retval ABL_E_IO
 */
abl_status abl_worklist_write_csv(const char *path, const abl_worklist *list,
                                  abl_error *err) ABL_MUST_CHECK;

/** worklist.html: one self-contained page. @retval ABL_E_IO */
abl_status abl_worklist_write_html(const char *path, const abl_worklist *list,
                                   abl_error *err) ABL_MUST_CHECK;

/**
 * The way from folder @p from to @p to, both absolute, as a relative URL with
 * each name percent-encoded; "." for the same folder. free() it.
 * @return NULL when out of memory
 */
char *abl_relative_url(const char *from, const char *to);

#endif
