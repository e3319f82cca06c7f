/* The way in: R10 to R13.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules_check.h"

/* Directions more than 60 degrees out of the axial plane are no way in
 * (Path-Planning-for-liver-Ablation at 8979e60, max_angle_deg = 60). They are
 * 1 - sin(60 deg) of the sphere, so that as many unknown ones change
 * nothing. */
#define STEEP_SHARE 0.134

static bool has_plan(abl_rule_result *out, const abl_access *access)
{
    if (!access->assessed)
        abl_rule_unknown(out, access->why_not);
    return access->assessed;
}

static bool has_path(abl_rule_result *out, const abl_access *access)
{
    if (!has_plan(out, access))
        return false;
    if (!access->has_path)
        abl_rule_unknown(out, "there is no path to look at");
    return access->has_path;
}

static size_t blocked_by_unknown(const abl_access *access)
{
    const size_t steep = (size_t)(STEEP_SHARE * (double)access->directions);
    const size_t no_skin = access->blocked_no_skin;
    return access->blocked[ABL_UNCLASSIFIED] +
           (no_skin > steep ? no_skin - steep : 0);
}

static abl_structure_id most_blocking(const abl_access *access)
{
    size_t most = 0;
    abl_structure_id id = ABL_BACKGROUND;
    for (int n = 1; n < ABL_STRUCTURE_COUNT; n++)
        if (n != ABL_UNCLASSIFIED && access->blocked[n] > most) {
            most = access->blocked[n];
            id = (abl_structure_id)n;
        }
    return id;
}

static void say_no_path(abl_rule_result *out, const abl_access *access)
{
    out->structure = most_blocking(access);
    out->result = ABL_NOT_MET;
    abl_rule_say(out, "none of %zu directions is clear", access->directions);
    if (out->structure != ABL_BACKGROUND)
        abl_rule_say(out, "; most meet %s",
                     abl_structure_title(out->structure));
    if (blocked_by_unknown(access) > 0) {
        abl_rule_say(out,
                     "; %zu meet only soft tissue without a name and "
                     "%zu leave the scan",
                     access->blocked[ABL_UNCLASSIFIED],
                     access->blocked_no_skin);
        out->result = ABL_NOT_ASSESSABLE;
    }
}

void abl_check_path(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_access *access = &what->lesion->access;
    if (!has_plan(out, access))
        return;
    if (!access->has_path) {
        say_no_path(out, access);
        abl_rule_at(out, what->lesion->centroid_lps);
        return;
    }
    out->observed = (abl_value){true, access->path.length_mm, 0, NULL};
    out->result = abl_rule_judge(out->rule, access->path.length_mm, 0);
    abl_rule_say(out, "%.1f mm, %zu of %zu directions are clear",
                 access->path.length_mm, access->clear + access->clear_long,
                 access->directions);
    abl_rule_at(out, access->path.target_lps);
    if (access->obstacles_uncertain && out->result == ABL_MET) {
        out->result = ABL_BORDERLINE;
        abl_rule_say(out, "; %s",
                     access->uncertain_why
                         ? access->uncertain_why
                         : "an obstacle may have been missed");
    }
}

static void say_nearest(abl_rule_result *out, const abl_path *path)
{
    if (path->nearest_lesion > 0)
        abl_rule_say(out, " from the axis to lesion %d", path->nearest_lesion);
    else if (path->nearest_obstacle != ABL_BACKGROUND)
        abl_rule_say(out, " from the axis to the %s",
                     abl_structure_title(path->nearest_obstacle));
    else
        abl_rule_say(out, " around the axis is free");
    out->structure = path->nearest_obstacle;
}

void abl_check_corridor(abl_rule_result *out, const abl_rule_case *what)
{
    const abl_access *access = &what->lesion->access;
    if (!has_path(out, access))
        return;
    out->observed = (abl_value){true, access->path.clearance_mm, 0, NULL};
    out->result = abl_rule_judge(out->rule, access->path.clearance_mm, 0);
    abl_rule_say(out, "%.1f mm", access->path.clearance_mm);
    say_nearest(out, &access->path);
    abl_rule_at(out, access->path.target_lps);
    if (out->result != ABL_MET)
        return;
    if (access->obstacles_uncertain)
        abl_rule_unknown(out, access->uncertain_why
                                  ? access->uncertain_why
                                  : "an obstacle may have been missed");
    if (!what->findings->has_liver_vessels)
        abl_rule_unknown(out, "vessels inside the liver were not looked for");
}

static void observe_path(abl_rule_result *out, const abl_rule_case *what,
                         double value)
{
    const abl_value observed = {true, value, 0, NULL};
    out->observed = observed;
    out->result = abl_rule_judge(out->rule, value, 0);
    abl_rule_say(out, "%.1f %s", value, out->rule->unit);
    abl_rule_at(out, what->lesion->access.path.target_lps);
}

void abl_check_transit(abl_rule_result *out, const abl_rule_case *what)
{
    if (has_path(out, &what->lesion->access))
        observe_path(out, what, what->lesion->access.path.liver_transit_mm);
}

void abl_check_angle(abl_rule_result *out, const abl_rule_case *what)
{
    if (has_path(out, &what->lesion->access))
        observe_path(out, what, what->lesion->access.path.capsule_angle_deg);
}
