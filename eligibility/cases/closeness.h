/* How near a result is to one of its limits: the order of a worklist.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Of one rule: |value - limit| / width, where width is the larger of half of
 * its borderline band and the measurement's 95 % half-width. 0 is on the
 * limit, 1 is where the band or the measurement ends to tell. A rule that has
 * neither is divided by a tenth of its limit (or by 1 where the limit is 0): a
 * convention, for the order only.
 *
 * Rules count that decide something: not those that are listed only, not those
 * that could not be assessed, not those without a number.
 */
#ifndef ABL_ELIGIBILITY_CASES_CLOSENESS_H
#define ABL_ELIGIBILITY_CASES_CLOSENESS_H

#include "eligibility/cases/case_read.h"

typedef struct abl_closeness {
    bool known;   /**< false: no rule with a number decides anything */
    double ratio; /**< 0 or above; no unit */
    const abl_case_rule *rule; /**< the nearest to its limit; borrowed */
    int lesion;                /**< that it belongs to; 0: the patient */
} abl_closeness;

/** Of one rule; @p rule is NULL in the answer where it does not count. */
abl_closeness abl_rule_closeness(const abl_case_rule *rule);

/** The smallest of one judgement; ties go to the rule that comes first. */
abl_closeness abl_judgement_closeness(const abl_case_judgement *judgement);

/** The smallest of the patient's rules and those of all lesions. */
abl_closeness abl_case_closeness(const abl_case *item);

/** Groups of the worklist, in its order. */
typedef enum abl_worklist_group {
    ABL_GROUP_BORDERLINE,
    ABL_GROUP_DECIDED, /**< meets or does not meet */
    ABL_GROUP_NOT_ASSESSABLE,
    ABL_GROUP_NOT_READ
} abl_worklist_group;
abl_worklist_group abl_worklist_group_of(abl_verdict verdict);

#endif
