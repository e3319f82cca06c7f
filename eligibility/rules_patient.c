/* The whole liver and the exam: R1 and R15 to R18.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules_check.h"

/* A liver that is not wholly in the scan may hold more than was seen. */
static void doubt_cut_liver(abl_rule_result *out, const abl_rule_case *what)
{
    if (out->result == ABL_MET && !what->findings->exam.liver_whole)
        abl_rule_unknown(out, "the liver is not wholly in the scan, so there "
                              "may be more");
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
    if (findings->lesion_count >= ABL_MAX_LESIONS)
        abl_rule_say(out, "; there may be more");
    doubt_cut_liver(out, what);
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
    doubt_cut_liver(out, what);
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
        abl_rule_say(out, " (%.1f %% with %d mm)", 100 * other->value,
                     aims_at_ten ? 5 : 10);
    doubt_cut_liver(out, what);
}

static void check_phase(abl_rule_result *out, const abl_phase_estimate *phase)
{
    abl_result result = ABL_NOT_ASSESSABLE;
    switch (phase->phase) {
    case ABL_PHASE_PORTAL_VENOUS:
        result = phase->disagrees_with_header ? ABL_BORDERLINE : ABL_MET;
        break;
    case ABL_PHASE_ARTERIAL:
    case ABL_PHASE_DELAYED:
        result = ABL_BORDERLINE;
        break;
    case ABL_PHASE_UNENHANCED:
        result = ABL_NOT_MET;
        break;
    case ABL_PHASE_UNKNOWN:
    default:
        break;
    }
    out->result = abl_result_worse(out->result, result);
    abl_rule_say(out, "; phase %s%s", abl_phase_name(phase->phase),
                 phase->disagrees_with_header ? " (the header says otherwise)"
                                              : "");
}

/* The larger of spacing and thickness: overlapping slices are as blurred as
 * they are thick, and gaps between slices are unseen. */
void abl_check_exam(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_exam *exam = &what->findings->exam;
    const bool is_thick = exam->slice_thickness_mm > exam->slice_spacing_mm;
    const double slice_mm =
        is_thick ? exam->slice_thickness_mm : exam->slice_spacing_mm;
    if (!(slice_mm > 0)) {
        abl_rule_unknown(out, "slice spacing is not known");
        return;
    }
    out->observed = (abl_value){true, slice_mm, 0, NULL};
    out->result = abl_rule_judge(out->rule, slice_mm, 0);
    abl_rule_say(out, "slices of %.1f mm, %.1f mm apart",
                 exam->slice_thickness_mm > 0 ? exam->slice_thickness_mm
                                              : exam->slice_spacing_mm,
                 exam->slice_spacing_mm);
    check_phase(out, &exam->phase);
    if (!exam->liver_whole)
        out->result = ABL_NOT_MET;
    abl_rule_say(out, "; liver %s in the scan",
                 exam->liver_whole ? "wholly" : "not wholly");
    if (exam->intensity_clipped) {
        out->result = abl_result_worse(out->result, ABL_BORDERLINE);
        abl_rule_say(out, "; intensities are clipped");
    }
}

void abl_check_context(abl_rule_result *out, const abl_rule_case *what)
{
    (void)what;
    abl_rule_unknown(out, "not in the images and not given");
}
