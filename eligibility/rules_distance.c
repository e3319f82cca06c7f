/* What lies near a lesion: R3 to R6.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "eligibility/rules_check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Structures outside the liver are at least as far as the capsule; those in
 * its fissures are not. */
typedef struct group {
    const abl_structure_id *ids;
    size_t count;
} group;

static bool lies_in_fissure(abl_structure_id id)
{
    return id == ABL_GALLBLADDER || id == ABL_INFERIOR_VENA_CAVA ||
           id == ABL_PORTAL_AND_SPLENIC_VEIN;
}

/* Least distance that holds whatever lies outside the scan. */
static double least_mm(const abl_clearance *to)
{
    return to->is_upper_bound ? to->at_least_mm : to->nearest.mm.value;
}

static double capsule_least_mm(const abl_lesion_findings *lesion)
{
    return lesion->capsule_is_upper_bound ? lesion->capsule_at_least_mm
                                          : lesion->capsule.mm.value;
}

/* Whether the depth in the liver alone keeps the rule. */
static bool is_deep(const abl_rule *rule, const abl_lesion_findings *lesion)
{
    return lesion->capsule.mm.measured &&
           abl_rule_judge(rule, capsule_least_mm(lesion),
                          lesion->capsule.mm.uncertainty) == ABL_MET;
}

static const abl_clearance *find_nearest(const abl_lesion_findings *lesion,
                                         group among)
{
    const abl_clearance *best = NULL;
    for (size_t n = 0; n < among.count; n++) {
        const abl_clearance *to = &lesion->to[among.ids[n]];
        if (to->nearest.mm.measured &&
            (!best || to->nearest.mm.value < best->nearest.mm.value))
            best = to;
    }
    return best;
}

static void observe_clearance(abl_rule_result *out, const abl_clearance *to,
                              abl_structure_id id)
{
    abl_rule_observe(out, &to->nearest.mm);
    abl_rule_say(out, " to the %s", abl_structure_title(id));
    out->structure = id;
    abl_rule_at(out, to->nearest.from_lps);
}

/* Nothing of the group was measured, but all of it lies beyond the capsule. */
static void observe_depth(abl_rule_result *out,
                          const abl_lesion_findings *lesion)
{
    abl_value depth = lesion->capsule.mm;
    depth.value = capsule_least_mm(lesion);
    abl_rule_observe(out, &depth);
    abl_rule_say(out, " or more: it lies that deep in the liver");
    out->is_at_least = true;
    abl_rule_at(out, lesion->capsule.from_lps);
}

/* A met result needs every member far enough or known to be. */
static void doubt_members(abl_rule_result *out, const abl_rule_case *what,
                          group among)
{
    const abl_lesion_findings *lesion = what->lesion;
    const bool deep = is_deep(out->rule, lesion);
    const char *between = "; not known: ";
    for (size_t n = 0; n < among.count; n++) {
        const abl_structure_id id = among.ids[n];
        const abl_clearance *to = &lesion->to[id];
        const abl_found found = what->findings->structures[id].found;
        if (deep && !lies_in_fissure(id))
            continue;
        if (to->nearest.mm.measured &&
            (!to->is_upper_bound ||
             abl_rule_judge(out->rule, least_mm(to),
                            to->nearest.mm.uncertainty) == ABL_MET))
            continue;
        /* Bowel without gas or outline is unclassified tissue, which is
         * asked for. */
        if ((id == ABL_BOWEL_GAS && found == ABL_NOT_FOUND) ||
            (abl_structure_is_bowel(id) && found < ABL_FOUND))
            continue;
        const char *why = to->nearest.mm.measured ? "goes on beyond the scan"
                          : found == ABL_NOT_FOUND
                              ? "not found: removed or missed"
                          : to->nearest.mm.why_not ? to->nearest.mm.why_not
                                                   : "not measured";
        abl_rule_say(out, "%s%s (%s)", between, abl_structure_title(id), why);
        between = ", ";
        out->result = abl_result_worse(out->result, ABL_NOT_ASSESSABLE);
    }
}

static void check_group(abl_rule_result *out, const abl_rule_case *what,
                        group among)
{
    const abl_clearance *nearest = find_nearest(what->lesion, among);
    if (nearest)
        observe_clearance(out, nearest,
                          (abl_structure_id)(nearest - what->lesion->to));
    else if (is_deep(out->rule, what->lesion))
        observe_depth(out, what->lesion);
    else
        abl_rule_unknown(out, "none of these was measured");
    if (out->result == ABL_MET || !nearest)
        doubt_members(out, what, among);
}

void abl_check_structures(abl_rule_result *out, const abl_rule_case *what,
                          const abl_structure_id *ids, size_t count)
{
    check_group(out, what, (group){ids, count});
}

void abl_doubt_structures(abl_rule_result *out, const abl_rule_case *what,
                          const abl_structure_id *ids, size_t count)
{
    doubt_members(out, what, (group){ids, count});
}

/* Colon, duodenum and small bowel have no outline: soft tissue without a
 * name may be one of them. */
static void doubt_unclassified(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_lesion_findings *lesion = what->lesion;
    const abl_clearance *to = &lesion->to[ABL_UNCLASSIFIED];
    const abl_found found = what->findings->structures[ABL_UNCLASSIFIED].found;
    if (out->result != ABL_MET || is_deep(out->rule, lesion))
        return;
    if (!to->nearest.mm.measured && found == ABL_NOT_FOUND)
        return;
    if (!to->nearest.mm.measured)
        abl_rule_unknown(out, "tissue without a name was not measured");
    else if (abl_rule_judge(out->rule, least_mm(to),
                            to->nearest.mm.uncertainty) != ABL_MET) {
        out->result = ABL_NOT_ASSESSABLE;
        abl_rule_say(out,
                     "; soft tissue without a name at %.1f mm may be "
                     "colon, duodenum or small bowel",
                     to->nearest.mm.value);
    }
}

/* Colon is at greater risk than the rest and has a limit of its own. */
static void judge_colon(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_segment *colon = &what->lesion->to[ABL_COLON].nearest;
    const double limit_mm = out->rule->also.limit;
    abl_rule rule = *out->rule;
    rule.comparison = ABL_ABOVE;
    rule.limit = limit_mm;
    rule.has_band = false;
    if (!colon->mm.measured)
        return;
    const abl_result result =
        abl_rule_judge(&rule, colon->mm.value, colon->mm.uncertainty);
    if (result == ABL_MET ||
        abl_result_worse(out->result, result) == out->result)
        return;
    out->result = result;
    out->structure = ABL_COLON;
    abl_rule_say(
        out, "; colon at %.1f ± %.1f mm, where more than %g mm is asked for",
        colon->mm.value, colon->mm.uncertainty, limit_mm);
    abl_rule_at(out, colon->from_lps);
}

void abl_check_bowel(abl_rule_result *out, const abl_rule_case *what)
{
    static const abl_structure_id ids[] = {ABL_STOMACH,   ABL_ESOPHAGUS,
                                           ABL_BOWEL_GAS, ABL_COLON,
                                           ABL_DUODENUM,  ABL_SMALL_BOWEL};
    check_group(out, what, (group){ids, COUNT(ids)});
    if (out->structure == ABL_BOWEL_GAS)
        abl_rule_say(out, " (its wall is nearer; it may be colon)");
    judge_colon(out, what);
    doubt_unclassified(out, what);
}

/* The diaphragm has no outline. Under the lung, the lung stands in for it;
 * elsewhere only the depth in the liver tells how far it is. */
void abl_check_organs(abl_rule_result *out, const abl_rule_case *what)
{
    static const abl_structure_id ids[] = {
        ABL_GALLBLADDER,       ABL_HEART,       ABL_LUNG,
        ABL_RIGHT_KIDNEY,      ABL_LEFT_KIDNEY, ABL_RIGHT_ADRENAL_GLAND,
        ABL_LEFT_ADRENAL_GLAND};
    check_group(out, what, (group){ids, COUNT(ids)});
    if (out->structure == ABL_LUNG)
        abl_rule_say(out, " (stands in for the diaphragm)");
    if (out->result == ABL_MET && !is_deep(out->rule, what->lesion))
        abl_rule_unknown(out, "the diaphragm away from the lung has no "
                              "outline");
}

/* How much margin fits before something that must not be heated or that
 * cools. Towards the free capsule no margin is counted as missing, as there
 * is no tumour beyond it (qam, artorg-unibe-ch/qam at cedfa65). */
void abl_check_margin(abl_rule_result *out, const abl_rule_case *what)
{
    static const abl_structure_id ids[] = {ABL_GALLBLADDER,
                                           ABL_HEART,
                                           ABL_LUNG,
                                           ABL_RIGHT_KIDNEY,
                                           ABL_LEFT_KIDNEY,
                                           ABL_RIGHT_ADRENAL_GLAND,
                                           ABL_LEFT_ADRENAL_GLAND,
                                           ABL_STOMACH,
                                           ABL_ESOPHAGUS,
                                           ABL_BOWEL_GAS,
                                           ABL_COLON,
                                           ABL_DUODENUM,
                                           ABL_SMALL_BOWEL,
                                           ABL_PANCREAS,
                                           ABL_SPLEEN,
                                           ABL_INFERIOR_VENA_CAVA,
                                           ABL_PORTAL_AND_SPLENIC_VEIN,
                                           ABL_AORTA};
    check_group(out, what, (group){ids, COUNT(ids)});
    doubt_unclassified(out, what);
}

/* The organ beyond the patch decides between a flag and an exclusion. */
static void judge_neighbour(abl_rule_result *out,
                            const abl_lesion_findings *lesion)
{
    const abl_clearance *named = &lesion->beyond_capsule_named;
    const abl_clearance *any = &lesion->beyond_capsule;
    const double limit_mm = out->rule->also.limit;
    if (named->nearest.mm.measured && named->nearest.mm.value <= limit_mm) {
        out->structure = named->structure;
        abl_rule_say(out, "; beyond that patch the %s at %.1f mm",
                     abl_structure_title(named->structure),
                     named->nearest.mm.value);
        return;
    }
    if (any->nearest.mm.measured && any->nearest.mm.value <= limit_mm) {
        out->result = ABL_NOT_ASSESSABLE;
        out->structure = any->structure;
        abl_rule_say(out,
                     "; beyond that patch %s at %.1f mm, which may be an "
                     "organ",
                     abl_structure_title(any->structure),
                     any->nearest.mm.value);
        return;
    }
    if (!any->nearest.mm.measured || least_mm(any) <= limit_mm) {
        abl_rule_unknown(out, "what lies beyond that patch was not seen");
        return;
    }
    out->result = ABL_BORDERLINE;
    abl_rule_say(out,
                 "; near the surface, but no organ was seen within %g mm "
                 "beyond it",
                 limit_mm);
}

/* Bulging beyond the contour is a flag, not an exclusion. */
static void flag_exophytic(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_value *share = &what->lesion->exophytic_share;
    if (!share->measured && out->result == ABL_MET)
        abl_rule_unknown(out, "whether it bulges was not measured");
    if (!share->measured ||
        100 * share->value <= what->profile->max_exophytic_percent)
        return;
    out->result = abl_result_worse(out->result, ABL_BORDERLINE);
    abl_rule_say(out, "; exophytic, %.0f ± %.0f %% of its surface bulges",
                 100 * share->value, 100 * share->uncertainty);
}

void abl_check_subcapsular(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_lesion_findings *lesion = what->lesion;
    abl_rule_observe(out, &lesion->capsule.mm);
    if (!lesion->capsule.mm.measured)
        return;
    abl_rule_say(out, " under the capsule");
    abl_rule_at(out, lesion->capsule.from_lps);
    if (out->result != ABL_MET)
        judge_neighbour(out, lesion);
    else if (lesion->capsule_is_upper_bound && !is_deep(out->rule, lesion))
        abl_rule_unknown(out, "the capsule beyond the scan may be nearer");
    flag_exophytic(out, what);
}
