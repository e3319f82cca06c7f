/* Codes of DICOM for what this program finds.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: SNOMED CT, DCM, IBSI and UCUM codes as in DICOM PS3.16 (context
 * groups 7150, 7159, 7469 and templates 1500, 1411, 4019).
 */
#ifndef ABL_ELIGIBILITY_REPORT_DICOM_CODES_H
#define ABL_ELIGIBILITY_REPORT_DICOM_CODES_H

#include "eligibility/rules.h"
#include "imaging/dicom_object.h"

/** Anatomy; value is NULL for what has no code (unclassified tissue, gas). */
abl_code abl_code_of_structure(abl_structure_id id);
/** Private codes of this program: results and verdicts. */
abl_code abl_code_of_result(abl_result result);
abl_code abl_code_of_verdict(abl_verdict verdict);

/** Where an outline comes from, as DICOM asks for it. */
typedef enum abl_dicom_outline {
    ABL_OUTLINE_FOUND,
    ABL_OUTLINE_EXTENDED, /**< found, and joined with what was given */
    ABL_OUTLINE_IMPORTED,
    ABL_OUTLINE_READ /**< drawn by a reader */
} abl_dicom_outline;

/** From abl_structure::origin or abl_lesion::origin. */
abl_dicom_outline abl_dicom_outline_of(const char *origin);
/** Private codes for that. */
abl_code abl_code_of_outline(abl_dicom_outline outline);

extern const abl_code abl_code_anatomical, abl_code_abnormal, abl_code_lesion;

#endif
