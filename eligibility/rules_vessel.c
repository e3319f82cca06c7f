/* Vessels and the hilum: R7 to R9, and what nobody could see of vessels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "eligibility/rules_check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static double rule_calibre_mm(const abl_rule *rule)
{
    return rule->also.present ? rule->also.limit : ABL_VESSEL_LEAST_MM;
}

double abl_profile_vessel_calibre_mm(const abl_profile *profile)
{
    return rule_calibre_mm(&profile->rules[6]);
}

bool abl_vessels_unseen(char why[240], const abl_findings *findings,
                        double calibre_mm)
{
    why[0] = '\0';
    if (!findings->has_liver_vessels) {
        snprintf(why, 240, "vessels inside the liver were not looked for");
        return true;
    }
    for (int t = ABL_TREE_HEPATIC; t <= ABL_TREE_PORTAL; t++)
        if (!findings->trees[t].is_assessable) {
            const char *reason = findings->trees[t].why_not;
            snprintf(why, 240, "the %ss cannot be assessed%s%s",
                     abl_tree_title((abl_tree)t), reason[0] ? ": " : "",
                     reason);
            return true;
        }
    if (findings->vessel_least_mm > calibre_mm) {
        snprintf(why, 240,
                 "vessels thinner than %.1f mm are not reliably seen in this "
                 "scan",
                 findings->vessel_least_mm);
        return true;
    }
    return false;
}

static double least_mm(const abl_clearance *to)
{
    return to->is_upper_bound ? to->at_least_mm : to->nearest.mm.value;
}

static bool keeps_limit(const abl_rule_result *out, const abl_clearance *to)
{
    return abl_rule_judge(out->rule, least_mm(to),
                          to->nearest.mm.uncertainty) == ABL_MET;
}

static void observe(abl_rule_result *out, const abl_clearance *to,
                    const char *title)
{
    abl_rule_observe(out, &to->nearest.mm);
    abl_rule_say(out, " to the %s", title);
    out->structure = to->structure;
    abl_rule_at(out, to->nearest.from_lps);
}

/* ---- R7 ---- */

/* Only what is surely thick enough decides; what may be keeps it from met. */
static void doubt_thin(abl_rule_result *out, const abl_lesion_vessels *vessels)
{
    const abl_vessel_near *near = &vessels->doubtful;
    if (out->result != ABL_MET || !near->to.nearest.mm.measured)
        return;
    if (keeps_limit(out, &near->to))
        return;
    out->result = ABL_BORDERLINE;
    abl_rule_say(out,
                 "; a %s at %.1f mm, of calibre %.1f ± %.1f mm, may be thick "
                 "enough to count",
                 abl_vessel_near_title(near), near->to.nearest.mm.value,
                 near->calibre_mm.value, near->calibre_mm.uncertainty);
}

static void doubt_unseen(abl_rule_result *out, const abl_rule_case *what)
{
    char why[240];
    const double calibre_mm = rule_calibre_mm(out->rule);
    const double seen_mm = what->lesion->vessels.seen_within_mm;
    if (out->result == ABL_NOT_MET || out->result == ABL_NOT_ASSESSABLE)
        return;
    if (out->result == ABL_MET &&
        abl_vessels_unseen(why, what->findings, calibre_mm))
        abl_rule_unknown(out, why);
    else if (fabs(what->findings->vessel_calibre_mm - calibre_mm) > 0.05 &&
             what->findings->has_liver_vessels)
        abl_rule_unknown(out, "vessels were measured from another calibre");
    else if (out->result == ABL_MET &&
             abl_rule_judge(out->rule, seen_mm, 0) != ABL_MET)
        abl_rule_unknown(out, "a vessel beyond the end of the scan may be "
                              "nearer");
}

void abl_check_vessels(abl_rule_result *out, const abl_rule_case *what)
{
    static const abl_structure_id ids[] = {
        ABL_INFERIOR_VENA_CAVA, ABL_PORTAL_AND_SPLENIC_VEIN, ABL_AORTA};
    const abl_vessel_near *near = &what->lesion->vessels.nearest;
    bool is_nearest = near->to.nearest.mm.measured;
    for (size_t n = 0; n < COUNT(ids); n++) {
        const abl_value *mm = &what->lesion->to[ids[n]].nearest.mm;
        is_nearest = is_nearest &&
                     (!mm->measured || near->to.nearest.mm.value <= mm->value);
    }
    if (is_nearest) {
        observe(out, &near->to, abl_vessel_near_title(near));
        abl_rule_say(out, " (calibre %.1f ± %.1f mm)", near->calibre_mm.value,
                     near->calibre_mm.uncertainty);
        if (out->result == ABL_MET)
            abl_doubt_structures(out, what, ids, COUNT(ids));
    } else {
        abl_check_structures(out, what, ids, COUNT(ids));
    }
    doubt_thin(out, &what->lesion->vessels);
    doubt_unseen(out, what);
}

/* ---- R8 ---- */

/* Without a bifurcation only nearness to the trunk says anything: ducts run
 * along it, but they go on where nobody knows. */
static void fall_back_on_trunk(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_clearance *trunk = &what->lesion->portal_trunk;
    const abl_findings *findings = what->findings;
    char why[240];
    snprintf(why, sizeof why, "the portal bifurcation was not located%s%s",
             findings->hilum_why_not[0] ? ": " : "", findings->hilum_why_not);
    if (trunk->nearest.mm.measured && findings->is_trunk_cut) {
        observe(out, trunk, "portal trunk");
        if (out->result != ABL_NOT_MET)
            abl_rule_unknown(out, why);
        else
            abl_rule_say(out, ", which stands in for the hilum");
        return;
    }
    abl_rule_unknown(out, why);
}

void abl_check_hilum(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_clearance *hilum = &what->lesion->to[ABL_HILUM];
    if (!what->findings->has_hilum || !hilum->nearest.mm.measured) {
        fall_back_on_trunk(out, what);
        return;
    }
    observe(out, hilum, "portal bifurcation or its first branches");
    out->structure = ABL_HILUM;
    abl_rule_say(out, ", which stand in for the central bile ducts");
    if (out->result == ABL_MET && !keeps_limit(out, hilum))
        abl_rule_unknown(out, "it goes on beyond the scan");
}

/* ---- R9 ---- */

static void doubt_trunk(abl_rule_result *out, const abl_rule_case *what,
                        const abl_clearance *to, const char *title)
{
    if (to->nearest.mm.measured && keeps_limit(out, to))
        return;
    const char *why =
        to->nearest.mm.measured ? "goes on beyond the scan"
        : what->findings->structures[to->structure].found == ABL_NOT_FOUND
            ? "not found: missed or outside the scan"
        : to->nearest.mm.why_not ? to->nearest.mm.why_not
                                 : "not measured";
    abl_rule_say(out, "; not known: %s (%s)", title, why);
    out->result = abl_result_worse(out->result, ABL_NOT_ASSESSABLE);
}

void abl_check_trunks(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_lesion_findings *lesion = what->lesion;
    abl_clearance cava = lesion->to[ABL_INFERIOR_VENA_CAVA];
    abl_clearance trunk = lesion->portal_trunk;
    cava.structure = ABL_INFERIOR_VENA_CAVA;
    trunk.structure = ABL_PORTAL_AND_SPLENIC_VEIN;
    const abl_value *a = &cava.nearest.mm, *b = &trunk.nearest.mm;
    const bool is_trunk = b->measured && (!a->measured || b->value < a->value);
    if (is_trunk)
        observe(out, &trunk, "portal trunk");
    else if (a->measured)
        observe(out, &cava, "inferior vena cava");
    else
        abl_rule_unknown(out, "neither of these was measured");
    if (out->result == ABL_NOT_MET && is_trunk &&
        !what->findings->is_trunk_cut) {
        abl_rule_unknown(out, "this may be the splenic vein, as no aorta was "
                              "found to tell them apart");
        if (a->measured &&
            abl_rule_judge(out->rule, a->value, a->uncertainty) == ABL_NOT_MET)
            out->result = ABL_NOT_MET;
    }
    if (out->result != ABL_MET && (a->measured || b->measured))
        return;
    doubt_trunk(out, what, &cava, "inferior vena cava");
    doubt_trunk(out, what, &trunk, "portal trunk");
}

/* ---- Soundness ---- */

static bool is_number(const abl_value *value)
{
    return !value->measured ||
           (isfinite(value->value) && value->value >= 0 &&
            isfinite(value->uncertainty) && value->uncertainty >= 0);
}

static bool is_sound_near(const abl_vessel_near *near)
{
    return is_number(&near->to.nearest.mm) && is_number(&near->calibre_mm) &&
           (!near->to.is_upper_bound || isfinite(near->to.at_least_mm));
}

bool abl_lesion_vessels_are_sound(const abl_lesion_findings *lesion)
{
    const abl_lesion_vessels *vessels = &lesion->vessels;
    bool good = is_sound_near(&vessels->nearest) &&
                is_sound_near(&vessels->doubtful) &&
                is_number(&lesion->portal_trunk.nearest.mm) &&
                isfinite(lesion->portal_trunk.at_least_mm) &&
                isfinite(lesion->segment.second_mm);
    for (int t = 0; t < ABL_TREE_COUNT; t++)
        good = good && is_sound_near(&vessels->of[t]);
    for (int s = 0; s < ABL_COUINAUD_COUNT; s++)
        good = good && isfinite(lesion->segment.share[s]);
    return good;
}
