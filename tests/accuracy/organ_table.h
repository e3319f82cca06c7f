/* Organs of the cases with all organs drawn, against the model card.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_ORGAN_TABLE_H
#define ABL_TESTS_ACCURACY_ORGAN_TABLE_H

#include "segmentation/structures.h"

enum {
    ORGAN_CASES = 2,
    ORGAN_ROWS = 11
};

typedef struct organ_table {
    const char *case_name[ORGAN_CASES];
    double dice[ORGAN_CASES][ORGAN_ROWS];
    size_t cases;
} organ_table;

/** Adds a case; @p truth is u8 in BTCV's numbers on the grid of labels. */
void organ_table_add(organ_table *table, const char *name,
                     const abl_structures *structures, const abl_volume *truth);

/** Prints the table; returns how many rows miss the card by more than 0.02.
 * Rows with a figure per case in the card are compared per case, others by
 * the mean of the cases, and only when both were run. */
size_t organ_table_print(const organ_table *table);

#endif
