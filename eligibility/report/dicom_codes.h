/* Codes of DICOM for what this program finds.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: SNOMED CT, DCM, IBSI and UCUM codes as in DICOM PS3.16 (context
 * groups 7150, 7159, 7469 and templates 1500, 1411, 4019).
 */
#ifndef ABL_ELIGIBILITY_REPORT_DICOM_CODES_H
#define ABL_ELIGIBILITY_REPORT_DICOM_CODES_H

#include "eligibility/report/outline_source.h"
#include "eligibility/rules.h"
#include "imaging/dicom_object.h"

/** Anatomy; value is NULL for what has no code (unclassified tissue, gas). */
abl_code abl_code_of_structure(abl_structure_id id);
/** Left or right of paired organs, which share one code; value is NULL for
 * others. */
abl_code abl_code_of_side(abl_structure_id id);
/** Private codes of this program: results and verdicts. */
abl_code abl_code_of_result(abl_result result);
abl_code abl_code_of_verdict(abl_verdict verdict);

/** Private codes of this program: where an outline comes from. */
abl_code abl_code_of_outline(abl_outline_source source);

extern const abl_code abl_code_anatomical, abl_code_abnormal, abl_code_lesion;

#endif
