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

/**
 * Looks at the files of the series before reports are written, and takes out
 * of @p choice what they do not allow, with warnings in @p notes.
 *
 * @param[out] out  caller destroys; NULL when nothing can be written
 * @retval ABL_E_UNSUPPORTED a kind was named that cannot be written
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_dicom_output_open(abl_dicom_source **out,
                                 abl_dicom_choice *choice,
                                 const abl_pipeline *pipeline,
                                 abl_findings *notes,
                                 abl_error *err) ABL_MUST_CHECK;

/** Writes the chosen objects below @p folder/dicom, which must exist; see
 * abl_dicom_results_write(). @p source may be NULL: nothing is written. */
abl_status abl_dicom_output_write(const abl_pipeline *pipeline,
                                  const abl_dicom_source *source,
                                  const char *folder,
                                  const abl_pictures *pictures, const char *key,
                                  abl_dicom_choice choice, abl_findings *notes,
                                  abl_error *err) ABL_MUST_CHECK;

#endif
