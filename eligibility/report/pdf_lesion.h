/* What explains the verdict of one lesion, on paper.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_PDF_LESION_H
#define ABL_ELIGIBILITY_REPORT_PDF_LESION_H

#include "eligibility/report/pdf_page.h"
#include "eligibility/report/report.h"

/** "same verdict in 138 of 200 draws of the measurement error (borderline 62,
 * does not meet 138)"; empty without draws. */
void abl_pdf_stability_text(char *out, size_t size, const abl_stability *of);

/** The smallest change that flips the verdict, how stable it is, and how
 * probably the diameter is under the limit. */
void abl_pdf_explain(abl_pdf *pdf, const abl_report *report, size_t index);

/** Table of what ideal zones would touch, or why it was not measured. */
void abl_pdf_zones(abl_pdf *pdf, const abl_report *report, size_t index);

/** Table of the best path, or why there is none. */
void abl_pdf_access(abl_pdf *pdf, const abl_report *report, size_t index);

#endif
