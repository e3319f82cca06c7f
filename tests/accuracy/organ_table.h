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

/**
 * Prints the table; returns how many rows miss their target.
 *
 * Two figures are given for each case: the model card's, where it states one
 * for the case, and "plain", the Dice of the same network without anything of
 * ours after it: its probabilities interpolated to the scan's grid, and the
 * most probable class. The target is to be within 0.02 of both. Where plain is
 * itself more than 0.02 below the card, the card's figure cannot be had from
 * this network on this copy of the scan: then plain alone counts, and the row
 * says so.
 */
size_t organ_table_print(const organ_table *table);

#endif
