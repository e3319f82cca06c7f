/* Finds finished results below folders.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_CASES_FIND_RESULTS_H
#define ABL_ELIGIBILITY_CASES_FIND_RESULTS_H

#include "imaging/status.h"

#define ABL_FIND_MAX_DEPTH   8
#define ABL_FIND_MAX_RESULTS 5000
#define ABL_FIND_MAX_ENTRIES 500000

/** A folder that holds a result, or should. */
typedef struct abl_found_result {
    char *folder; /**< absolute, links resolved; as given when it is missing */
    char *name;   /**< below the folder that was given, or that as given */
    const char *problem; /**< why there is no report.json in it; NULL when
                            there is one. Static storage */
} abl_found_result;

typedef struct abl_found_results {
    size_t count;
    abl_found_result *items;
} abl_found_results;

/**
 * Looks into each folder of @p paths: one with a report.json is a result and
 * is not searched further, others are searched to ABL_FIND_MAX_DEPTH in the
 * order of their names; links to folders are not followed.
 *
 * Nothing that should be a result is left out. Listed with a problem are: a
 * path that is no folder; a given folder, or a direct child of one, in which
 * nothing was found; at any depth a folder with parts of a result but no
 * report.json; and what a run that was killed left behind. A folder reached
 * twice is listed once.
 *
 * @param[out] out  clear with abl_found_results_clear(), also after failure
 * @retval ABL_E_FORMAT more entries or results than the limits above
 * @retval ABL_E_NOMEM
 */
abl_status abl_results_find(abl_found_results *out, const char *const *paths,
                            size_t count, abl_error *err) ABL_MUST_CHECK;
void abl_found_results_clear(abl_found_results *results);

#endif
