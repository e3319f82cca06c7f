/* Rows of a CSV file (RFC 4180: commas, CRLF, doubled quotes; UTF-8).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_CSV_OUT_H
#define ABL_ELIGIBILITY_REPORT_CSV_OUT_H

#include <stdio.h>

#include "eligibility/findings.h"

/** A row being written; write errors are left to the stream. */
typedef struct abl_csv {
    FILE *file;
    size_t cells; /**< in this row so far */
} abl_csv;

/** Writes one field of a CSV line, quoted where needed. What a spreadsheet
 * would take for a formula (= + - @ in front) gets an apostrophe before it. */
void abl_csv_text(FILE *file, const char *text);

/** The next cell: text with control characters removed. NULL: empty. */
void abl_csv_cell(abl_csv *csv, const char *text);

/** A number of our own; empty when not finite. */
void abl_csv_number(abl_csv *csv, double value, int decimals);

/** Value times @p scale and its uncertainty as two cells, both empty when it
 * was not measured. */
void abl_csv_value(abl_csv *csv, const abl_value *value, double scale,
                   int decimals);

void abl_csv_end_row(abl_csv *csv);

#endif
