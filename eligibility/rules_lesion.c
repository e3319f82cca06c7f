/* Size and visibility: R2 and R14.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "eligibility/rules_check.h"

static void say_other(abl_rule_result *out, const char *name,
                      const abl_value *mm)
{
    if (mm->measured)
        abl_rule_say(out, "%s %.1f", name, mm->value);
    else
        abl_rule_say(out, "%s not measured", name);
}

/* Too long as one lesion, but not if it is several that touch. */
static void doubt_unity(abl_rule_result *out, const abl_touching *touching)
{
    if (touching->count < 2 || !touching->longest_mm[0].measured)
        return;
    const abl_value *first = &touching->longest_mm[0];
    const abl_value *second = &touching->longest_mm[1];
    const double longest = fmax(first->value, second->value);
    abl_rule_say(out,
                 "; it may be %zu lesions that touch, of %.1f and %.1f mm%s",
                 touching->count, first->value, second->value,
                 touching->count > ABL_LESION_BULGES ? " and less" : "");
    if (out->result == ABL_NOT_MET &&
        abl_rule_judge(out->rule, longest, first->uncertainty) != ABL_NOT_MET)
        out->result = ABL_BORDERLINE;
}

void abl_check_diameter(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_segment *axial = &what->lesion->longest_axial_diameter;
    const abl_segment *all = &what->lesion->max_3d_diameter;
    const bool use_axial =
        axial->mm.measured &&
        (!all->mm.measured || axial->mm.value > all->mm.value);
    const abl_segment *longest = use_axial ? axial : all;
    abl_rule_observe(out, &longest->mm);
    if (!longest->mm.measured)
        return;
    if (longest->is_read)
        abl_rule_say(out, ", as a reader measured");
    abl_rule_say(out, " (");
    say_other(out, "axial", &axial->mm);
    say_other(out, ", 3-D", &all->mm);
    abl_rule_say(out, " mm)");
    abl_rule_at(out, longest->from_lps);
    if (!longest->is_read)
        doubt_unity(out, &what->lesion->touching);
    if (out->result == ABL_MET && !(axial->mm.measured && all->mm.measured))
        abl_rule_unknown(out, "one of the two was not measured, and it may "
                              "be longer");
}

void abl_check_visible(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_segment *axial = &what->lesion->longest_axial_diameter;
    abl_rule_observe(out, &what->lesion->cnr);
    if (!what->lesion->cnr.measured)
        return;
    if (what->lesion->contrast_hu.measured)
        abl_rule_say(out, " (%+.0f HU against the liver)",
                     what->lesion->contrast_hu.value);
    abl_rule_at(out, what->lesion->centroid_lps);
    if (!axial->mm.measured) {
        if (out->result == ABL_MET)
            abl_rule_unknown(out, "its diameter was not measured");
        return;
    }
    if (axial->mm.value - axial->mm.uncertainty < out->rule->also.limit) {
        out->result = abl_result_worse(out->result, ABL_BORDERLINE);
        abl_rule_say(out, "; at %.1f ± %.1f mm it may be under %g mm",
                     axial->mm.value, axial->mm.uncertainty,
                     out->rule->also.limit);
    }
}
