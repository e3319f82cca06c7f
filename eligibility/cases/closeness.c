/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/cases/closeness.h"

#include <math.h>

static double width_of(const abl_case_rule *rule)
{
    const double half_band =
        rule->has_band ? 0.5 * (rule->band_high - rule->band_low) : 0;
    const double width = fmax(half_band, rule->observed.uncertainty);
    if (width > 0)
        return width;
    return rule->limit != 0 ? 0.1 * fabs(rule->limit) : 1;
}

abl_closeness abl_rule_closeness(const abl_case_rule *rule)
{
    abl_closeness out = {false, 0, NULL, 0};
    if (rule->severity == ABL_SEVERITY_NOTE ||
        rule->result == ABL_NOT_ASSESSABLE || !rule->observed.measured ||
        rule->comparison == ABL_IS_TRUE)
        return out;
    out.known = true;
    out.ratio = fabs(rule->observed.value - rule->limit) / width_of(rule);
    out.rule = rule;
    return out;
}

static abl_closeness nearer(abl_closeness first, abl_closeness second)
{
    const bool second_wins =
        second.known && (!first.known || second.ratio < first.ratio);
    return second_wins ? second : first;
}

abl_closeness abl_judgement_closeness(const abl_case_judgement *judgement)
{
    abl_closeness out = {false, 0, NULL, 0};
    for (size_t n = 0; n < judgement->rule_count; n++)
        out = nearer(out, abl_rule_closeness(&judgement->rules[n]));
    return out;
}

abl_closeness abl_case_closeness(const abl_case *item)
{
    abl_closeness out = abl_judgement_closeness(&item->patient);
    for (size_t n = 0; n < item->lesion_count; n++) {
        abl_closeness of = abl_judgement_closeness(&item->lesions[n].judged);
        of.lesion = item->lesions[n].number;
        out = nearer(out, of);
    }
    return out;
}

abl_worklist_group abl_worklist_group_of(abl_verdict verdict)
{
    switch (verdict) {
    case ABL_VERDICT_BORDERLINE:
        return ABL_GROUP_BORDERLINE;
    case ABL_VERDICT_MEETS:
    case ABL_VERDICT_DOES_NOT_MEET:
        return ABL_GROUP_DECIDED;
    case ABL_VERDICT_NOT_ASSESSABLE:
    default:
        return ABL_GROUP_NOT_ASSESSABLE;
    }
}
