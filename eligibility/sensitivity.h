/* How far a limit or a measure would have to move before a result, and with
 * it a verdict, becomes another one.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. Nothing is estimated: the rule is judged again by abl_assess() with the
 *     changed limit or measure, and what is stated is the smallest change in
 *     whole steps that gives the other result. The step is 0.1 in the unit of
 *     the rule, 1 for the number of lesions.
 *  2. A band moves with its limit: it says how far readers disagree, and that
 *     does not change with the limit. A limit below 0 is not offered.
 *  3. A measure changes alone, and keeps its uncertainty. For a distance, all
 *     structures of the rule that are nearer move out to the new distance;
 *     for the diameter, both diameters shrink to the new one.
 *  4. No number is offered for a result that is not assessable, as long as
 *     what is missing is missing.
 *  5. Paths are not planned again: another limit of R10 to R13 is compared with
 *     the path that was chosen under the present ones.
 *  6. A verdict is the worst of its rules, so the rules that must change for a
 *     better one are one definite set.
 */
#ifndef ABL_ELIGIBILITY_SENSITIVITY_H
#define ABL_ELIGIBILITY_SENSITIVITY_H

#include "eligibility/rules.h"

/** The smallest change that gives one result. */
typedef struct abl_flip {
    bool has_limit;
    double limit;        /**< the new limit, in the rule's unit */
    double limit_change; /**< new minus old; the band moves with it */
    bool has_value;
    double value; /**< what would have to be measured; the larger diameter,
                       the least distance, for its rule */
    double value_change; /**< that minus the measured, as printed */
} abl_flip;

/** One rule; every flip is looked for from its present result. */
typedef struct abl_rule_sensitivity {
    const abl_rule *rule; /**< borrowed from the profile */
    abl_result result;
    abl_value observed;
    abl_flip to_met;        /**< when not met or borderline */
    abl_flip to_borderline; /**< when not met: no longer not met (it may be
                                 not assessable instead); when met: no longer
                                 met, the limit only */
    abl_flip to_not_met;    /**< when met or borderline: the limit only */
} abl_rule_sensitivity;

/** The rules that must all change before the verdict is @p target. */
typedef struct abl_way {
    abl_verdict target;
    bool is_better;  /**< false: the verdict is that already, or better */
    bool is_single;  /**< one rule alone, and a number does it */
    size_t count;    /**< rules that must change */
    size_t unknown;  /**< of these not assessable */
    size_t no_reach; /**< of these failing where no number changes that */
    const abl_rule_sensitivity *rules[ABL_RULE_COUNT];
} abl_way;

typedef struct abl_sensitivity {
    size_t rule_count; /**< as in the judgement, same order */
    abl_rule_sensitivity rules[ABL_RULE_COUNT];
    abl_way to_borderline, to_meets;
    const abl_rule_sensitivity *closest; /**< when every rule is met: the one
                                  with the least reserve in proportion to its
                                  limit; else NULL */
    char way_in[200]; /**< with no path: the limit of the access plan that,
                           changed alone, opens one; else "" */
    char text[640];   /**< the smallest change in one or two sentences */
} abl_sensitivity;

/**
 * Of one lesion's rules, or of the patient's own.
 *
 * @param[out] out      points into itself and into the profile: do not copy
 * @param      index    lesion, or ABL_SENSITIVITY_PATIENT
 * @param      judgement what abl_assess() gave for it with the same profile
 * @retval ABL_E_INVALID no such lesion, or a judgement of another profile
 * @retval ABL_E_INTERNAL, ABL_E_NOMEM as abl_assess()
 */
abl_status abl_sensitivity_measure(abl_sensitivity *out,
                                   const abl_findings *findings, size_t index,
                                   const abl_profile *profile,
                                   const abl_judgement *judgement,
                                   abl_error *err) ABL_MUST_CHECK;
#define ABL_SENSITIVITY_PATIENT ((size_t)-1)

#endif
