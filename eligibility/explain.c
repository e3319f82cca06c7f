/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/explain.h"

#include <stdlib.h>

static abl_status explain_lesions(abl_explanation *out,
                                  const abl_findings *findings,
                                  const abl_assessment *assessment,
                                  abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < findings->lesion_count; n++)
        status = abl_sensitivity_measure(&out->lesions[n].sensitivity, findings,
                                         n, assessment->profile,
                                         &assessment->lesions[n], err);
    return status;
}

abl_status abl_explain(abl_explanation **out, const abl_findings *findings,
                       const abl_assessment *assessment, abl_error *err)
{
    *out = NULL;
    if (findings->lesion_count != assessment->lesion_count)
        return abl_error_set(err, ABL_E_INVALID,
                             "the assessment is of %zu lesions, not %zu",
                             assessment->lesion_count, findings->lesion_count);
    abl_explanation *made = abl_alloc(1, sizeof *made, err);
    if (!made)
        return ABL_E_NOMEM;
    made->lesion_count = findings->lesion_count;
    made->lesions =
        abl_alloc(findings->lesion_count, sizeof *made->lesions, err);
    abl_status status = made->lesions ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        status = explain_lesions(made, findings, assessment, err);
    if (!status)
        status = abl_sensitivity_measure(
            &made->patient, findings, ABL_SENSITIVITY_PATIENT,
            assessment->profile, &assessment->patient, err);
    if (status) {
        abl_explanation_destroy(made);
        return status;
    }
    made->next_exam_count =
        abl_next_exams_list(made->next_exams, findings, assessment);
    abl_board_fill(&made->board, findings, assessment);
    *out = made;
    return ABL_OK;
}

void abl_explanation_destroy(abl_explanation *explanation)
{
    if (!explanation)
        return;
    free(explanation->lesions);
    free(explanation);
}
