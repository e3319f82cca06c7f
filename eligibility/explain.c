/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/explain.h"

#include <stdlib.h>

/* A reader may have added or rejected lesions: then there is no field to grow
 * a zone from. */
static abl_status measure_zones(abl_zone zones[ABL_ZONE_COUNT],
                                const abl_structures *structures,
                                const abl_findings *findings, size_t n,
                                abl_error *err)
{
    if (structures && structures->lesion_count == findings->lesion_count)
        return abl_zones_measure(zones, structures, findings, n, err);
    for (int z = 0; z < ABL_ZONE_COUNT; z++) {
        zones[z].margin_mm =
            z == ABL_ZONE_AIM ? ABL_ZONE_AIM_MM : ABL_ZONE_LEAST_MM;
        zones[z].why_not = "there is no outline to grow a zone from";
    }
    return ABL_OK;
}

static abl_status measure_stability(abl_explanation *out,
                                    const abl_findings *findings,
                                    const abl_assessment *assessment,
                                    abl_error *err)
{
    abl_stability *lesions =
        abl_alloc(findings->lesion_count, sizeof *lesions, err);
    if (!lesions)
        return ABL_E_NOMEM;
    out->seed = ABL_STABILITY_SEED;
    abl_status status =
        abl_stability_measure(lesions, &out->stability, findings, assessment,
                              ABL_STABILITY_DRAWS, out->seed, err);
    for (size_t n = 0; !status && n < findings->lesion_count; n++)
        out->lesions[n].stability = lesions[n];
    free(lesions);
    return status;
}

static abl_status explain_lesion(abl_lesion_explanation *out,
                                 const abl_structures *structures,
                                 const abl_findings *findings,
                                 const abl_assessment *assessment, size_t n,
                                 abl_error *err)
{
    const abl_judgement *judged = &assessment->lesions[n];
    abl_under_limit_of(&out->under_limit, &findings->lesions[n], judged,
                       findings->exam.phase.phase);
    abl_status status = abl_sensitivity_measure(
        &out->sensitivity, findings, n, assessment->profile, judged, err);
    return status ? status
                  : measure_zones(out->zones, structures, findings, n, err);
}

static abl_status explain_all(abl_explanation *out,
                              const abl_structures *structures,
                              const abl_findings *findings,
                              const abl_assessment *assessment, abl_error *err)
{
    abl_status status = measure_stability(out, findings, assessment, err);
    for (size_t n = 0; !status && n < findings->lesion_count; n++)
        status = explain_lesion(&out->lesions[n], structures, findings,
                                assessment, n, err);
    if (!status)
        status = abl_sensitivity_measure(
            &out->patient, findings, ABL_SENSITIVITY_PATIENT,
            assessment->profile, &assessment->patient, err);
    return status;
}

abl_status abl_explain(abl_explanation **out, const abl_structures *structures,
                       const abl_findings *findings,
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
        status = explain_all(made, structures, findings, assessment, err);
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
