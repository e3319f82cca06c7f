/* Sums of errors, split by spacing and size, and their tables.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_TALLY_H
#define ABL_TESTS_ACCURACY_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "eligibility/findings.h"

/** All draws, three classes of slice spacing, three of size. */
enum {
    TALLY_ALL,
    TALLY_THIN,
    TALLY_MEDIUM,
    TALLY_THICK,
    TALLY_UNDER_10,
    TALLY_10_TO_20,
    TALLY_FROM_20,
    TALLY_GROUPS
};
#define TALLY_ROWS 12

typedef struct tally {
    size_t count, within, covered;
    double sum, squares, worst;
    double stated; /* sum of the half-widths of the intervals */
} tally;

typedef struct tally_table {
    const char *const *names;
    size_t rows;
    tally cells[TALLY_GROUPS][TALLY_ROWS];
} tally_table;

/** What a draw belongs to. */
typedef struct tally_class {
    double slice_mm, longest_mm;
    /** Not NULL: each value is printed as it is added, one line of
     * V name row value truth stated target, to be fitted elsewhere. */
    const char *name;
} tally_class;

/** One measured value against its truth, both in the row's unit. */
typedef struct tally_entry {
    double value, truth, stated, target;
} tally_entry;

void tally_add(tally_table *table, const tally_class *of, size_t row,
               const tally_entry *entry);
/** As above from a value in the row's unit; nothing when not measured. */
void tally_add_value(tally_table *table, const tally_class *of, size_t row,
                     const abl_value *value, double truth, double target);

/** The whole table, and with @p split one line per class and row. */
void tally_print(const char *title, const tally_table *table, bool split);

double tally_share_within(const tally_table *table, size_t row);

#endif
