/* What makes a verdict understandable: what would flip it, what an ablation
 * zone would touch, how firmly it stands, which exam comes next.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_EXPLAIN_H
#define ABL_ELIGIBILITY_EXPLAIN_H

#include "eligibility/board.h"
#include "eligibility/next_exam.h"
#include "eligibility/sensitivity.h"
#include "eligibility/stability.h"
#include "eligibility/zone.h"

typedef struct abl_lesion_explanation {
    abl_sensitivity sensitivity;
    abl_stability stability;
    abl_under_limit under_limit;
    abl_zone zones[ABL_ZONE_COUNT]; /**< ABL_ZONE_LEAST, ABL_ZONE_AIM */
} abl_lesion_explanation;

typedef struct abl_explanation {
    size_t lesion_count;
    abl_lesion_explanation *lesions; /**< same order as the findings */
    abl_sensitivity patient;         /**< of the patient's own rules */
    abl_stability stability;         /**< of the patient's verdict */
    uint64_t seed;                   /**< of the draws */
    size_t next_exam_count;
    abl_next_exam next_exams[ABL_MAX_NEXT_EXAMS];
    abl_board board;
} abl_explanation;

/**
 * Explains an assessment.
 *
 * @param[out] out  caller destroys with abl_explanation_destroy()
 * @param structures  what the findings were measured on; NULL, or with another
 *                    number of lesions: zones are not measured
 * @param assessment  of @p findings; its profile must outlive the explanation
 * @retval ABL_E_INVALID  findings and assessment do not belong together
 * @retval ABL_E_INTERNAL, ABL_E_NOMEM as abl_assess()
 */
abl_status abl_explain(abl_explanation **out, const abl_structures *structures,
                       const abl_findings *findings,
                       const abl_assessment *assessment,
                       abl_error *err) ABL_MUST_CHECK;
void abl_explanation_destroy(abl_explanation *explanation);

#endif
