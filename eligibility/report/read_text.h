/* Sentences about who read a study, shared by every form of the report.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_READ_TEXT_H
#define ABL_ELIGIBILITY_REPORT_READ_TEXT_H

#include "eligibility/report/report.h"

/** "Read by R1 (radiologist), 2024-05-17. Automatic result: borderline: needs
 * review." Empty without an override. Names are cleaned for printing. */
void abl_read_line(char *out, size_t size, const abl_report *report);

/** What the reader did to read lesion @p n: "outline by the reader, dashed;
 * automatic lesion 3 in grey". Empty when nothing. */
void abl_read_lesion_line(char *out, size_t size, const abl_report *report,
                          size_t n);

#endif
