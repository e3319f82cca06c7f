/* The whole liver: R1, R15 and R16.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules_check.h"

/* There may be more than was seen or kept. */
static void doubt_total(abl_rule_result *out, const abl_rule_case *what)
{
    if (out->result != ABL_MET)
        return;
    if (!what->findings->exam.liver_whole)
        abl_rule_unknown(out, "the liver is not wholly in the scan, so there "
                              "may be more");
    else if (what->findings->lesion_count >= ABL_MAX_LESIONS)
        abl_rule_unknown(out, "more lesions may have been left out than fit "
                              "the list");
}

/* How many more there are if outlines that may be several lesions are. */
static size_t count_more(const abl_rule_case *what)
{
    size_t more = 0;
    for (size_t n = 0; n < what->findings->lesion_count; n++) {
        const abl_lesion_findings *lesion = &what->findings->lesions[n];
        if (lesion->touching.count > 1 &&
            !(what->leave_out_low_confidence && lesion->is_low_confidence))
            more += lesion->touching.count - 1;
    }
    return more;
}

/* Few enough as outlined, but not if what touches is counted apart. */
static void doubt_unity(abl_rule_result *out, const abl_rule_case *what,
                        size_t count)
{
    const size_t most = count + count_more(what);
    if (most == count)
        return;
    abl_rule_say(out, "; %zu when lesions that touch are counted apart", most);
    if (out->result == ABL_MET)
        out->result = abl_result_worse(
            out->result, abl_rule_judge(out->rule, (double)most, 0) == ABL_MET
                             ? ABL_MET
                             : ABL_BORDERLINE);
}

void abl_check_count(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_findings *findings = what->findings;
    size_t low = 0;
    for (size_t n = 0; n < findings->lesion_count; n++)
        low += findings->lesions[n].is_low_confidence;
    const size_t count =
        findings->lesion_count - (what->leave_out_low_confidence ? low : 0);
    if (count == 0) {
        abl_rule_unknown(out, "no lesion was found on this series");
        return;
    }
    out->observed = (abl_value){true, (double)count, 0, NULL};
    out->result = abl_rule_judge(out->rule, (double)count, 0);
    abl_rule_say(out, "%zu found", count);
    if (low)
        abl_rule_say(out, ", %zu of them of low confidence", low);
    if (findings->lesion_count >= ABL_MAX_LESIONS && out->result != ABL_MET)
        abl_rule_say(out, "; there may be more");
    doubt_unity(out, what, count);
    doubt_total(out, what);
}

static void observe_share(abl_rule_result *out, const abl_value *share)
{
    abl_value percent = *share;
    percent.value *= 100;
    percent.uncertainty *= 100;
    abl_rule_observe(out, &percent);
}

void abl_check_burden(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_findings *findings = what->findings;
    observe_share(out, &findings->tumour_burden);
    if (findings->tumour_volume_ml.measured &&
        findings->liver_volume_ml.measured)
        abl_rule_say(out, " (%.1f mL of %.0f mL)",
                     findings->tumour_volume_ml.value,
                     findings->liver_volume_ml.value);
    doubt_total(out, what);
}

/* Too much with the margin that is aimed at, but not with the least one:
 * fewer holes are possible, at the price of a smaller margin. */
static void relent(abl_rule_result *out, const abl_value *least)
{
    if (out->result != ABL_NOT_MET || !least->measured)
        return;
    if (abl_rule_judge(out->rule, 100 * least->value,
                       100 * least->uncertainty) != ABL_NOT_MET)
        out->result = ABL_BORDERLINE;
}

void abl_check_ablated(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_value *five = &what->findings->ablated_fraction_5mm;
    const abl_value *ten = &what->findings->ablated_fraction_10mm;
    const bool aims_at_ten = out->rule->also.limit > 7.5;
    const abl_value *other = aims_at_ten ? five : ten;
    observe_share(out, aims_at_ten ? ten : five);
    abl_rule_say(out, " with a margin of %g mm", out->rule->also.limit);
    if (other->measured)
        abl_rule_say(out, " (%.1f ± %.1f %% with %d mm)", 100 * other->value,
                     100 * other->uncertainty, aims_at_ten ? 5 : 10);
    else
        abl_rule_say(out, " (not measured with %d mm)", aims_at_ten ? 5 : 10);
    if (aims_at_ten)
        relent(out, five);
    doubt_total(out, what);
}
