/* How firmly a verdict stands against the noise of what was measured.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. A draw shifts every measured value by a normal error of the stated
 *     uncertainty (half-width / 1.96) around what was measured, and judges
 *     everything again by abl_assess() with unchanged uncertainties. What was
 *     not measured stays so.
 *  2. What one surface decides moves together. A lesion's diameters and volume
 *     share one error. Its distances share half of their variance with it, the
 *     larger the nearer (convention: two surfaces, found equally well), and
 *     have the other half of their own, one for each structure. Vessel calibres and
 *     shares of a surface are not varied. Tumour
 *     volume, burden and ablated share move with the lesions' errors weighted
 *     by the uncertainties of their volumes.
 *  3. Not varied: the number of lesions, the access path (it has no stated
 *     uncertainty), exam and phase. A reader who draws another border is not
 *     in it either; that is in the probability of being under the limit.
 *  4. Errors are numbered by seed, draw, lesion and measure, so neither the
 *     number of threads nor that of other lesions changes a draw.
 */
#ifndef ABL_ELIGIBILITY_STABILITY_H
#define ABL_ELIGIBILITY_STABILITY_H

#include "eligibility/rules.h"

#define ABL_STABILITY_DRAWS     200
#define ABL_STABILITY_MAX_DRAWS 100000
#define ABL_STABILITY_SEED      1u

/** Verdicts over the draws. */
typedef struct abl_stability {
    size_t draws;
    size_t verdicts[4]; /**< by abl_verdict; the sum is draws */
    size_t same;        /**< draws with the verdict that was given */
} abl_stability;

/** Whether the diameter that decides is truly under the limit. */
typedef struct abl_under_limit {
    bool measured;
    const char *why_not;
    double diameter_mm, limit_mm;
    double own_sd_mm;    /**< uncertainty / 1.96 */
    double reader_sd_mm; /**< abl_reader_sd_mm(), what another reader adds; 0
                              where a reader gave the diameter, whose own
                              error it is then */
    double probability;  /**< Phi((limit - diameter) / hypot(both SD)): normal
                              and unbiased errors */
} abl_under_limit;

/**
 * @param[out] lesions  findings->lesion_count, caller's
 * @param[out] patient  of the whole verdict
 * @param      assessment of @p findings
 * @param      draws    1 to ABL_STABILITY_MAX_DRAWS
 * @retval ABL_E_INVALID  draws out of range; findings and assessment do not
 *                        belong together
 * @retval ABL_E_INTERNAL, ABL_E_NOMEM as abl_assess()
 * @par Thread draws in parallel, same bytes always
 */
abl_status abl_stability_measure(abl_stability *lesions, abl_stability *patient,
                                 const abl_findings *findings,
                                 const abl_assessment *assessment, size_t draws,
                                 uint64_t seed, abl_error *err) ABL_MUST_CHECK;

/** Findings with the errors of one draw; internal, for tests.
 * @param[out] lesions room for findings->lesion_count; @p out points to it */
void abl_findings_draw(abl_findings *out, abl_lesion_findings *lesions,
                       const abl_findings *findings, uint64_t seed,
                       size_t draw);

/** Not measured without a rule R2 of a diameter below a limit.
 * @param judged  of @p lesion */
void abl_under_limit_of(abl_under_limit *out, const abl_lesion_findings *lesion,
                        const abl_judgement *judged, abl_phase phase);

#endif
