/* The result of a run as DICOM objects.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_CLI_DICOM_OUTPUT_H
#define ABL_CLI_DICOM_OUTPUT_H

#include "cli/pipeline.h"
#include "eligibility/report/dicom_results.h"

/**
 * Reads "all", "none" or a list such as "seg,sr" of seg, sr, sc and pdf.
 * @retval ABL_E_INVALID names the part that is no object
 */
abl_status abl_dicom_choice_parse(abl_dicom_choice *out, const char *text,
                                  abl_error *err) ABL_MUST_CHECK;

/** Writes the chosen objects below @p folder/dicom, which must exist. Nothing
 * for NIfTI, which belongs to no study. */
abl_status abl_dicom_output_write(const abl_pipeline *pipeline,
                                  const char *folder,
                                  const abl_pictures *pictures,
                                  abl_dicom_choice choice,
                                  abl_error *err) ABL_MUST_CHECK;

#endif
