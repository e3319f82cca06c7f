/* The real cases: what each is, and how it is read.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_CASES_H
#define ABL_TESTS_ACCURACY_CASES_H

#include "imaging/series.h"

typedef enum case_truth {
    CASE_NO_TRUTH,
    CASE_LIVER,            /**< non-zero is liver */
    CASE_LIVER_AND_LESION, /**< 1 liver, 2 lesion */
    CASE_ORGANS            /**< 1..13 in BTCV's order */
} case_truth;

typedef struct case_entry {
    const char *name, *image, *truth; /**< paths below the cases' folder */
    case_truth kind;
    double least_liver_dice; /**< target; 0: none */
} case_entry;

extern const case_entry case_list[];
extern const size_t case_count;

typedef struct case_data {
    abl_study *study; /**< NULL for NIfTI */
    const abl_series_info *info;
    abl_volume *image; /**< canonical order */
    abl_volume *truth; /**< u8 on the image's grid, or NULL */
    bool truth_moved;  /**< was sampled nearest from another grid */
} case_data;

abl_status case_load(case_data *out, const char *folder,
                     const case_entry *entry, abl_error *err) ABL_MUST_CHECK;
void case_clear(case_data *data);

#endif
