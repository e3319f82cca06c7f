/* The way in: R10 to R13.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules_check.h"

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

/* Directions that nothing known closes; those too steep are not counted
 * here at all. */
static size_t blocked_by_unknown(const abl_access *access)
{
    return access->blocked[ABL_UNCLASSIFIED] + access->blocked_no_skin;
}

static int most_blocking(const abl_access *access)
{
    size_t most = 0;
    int obstacle = ABL_BACKGROUND;
    for (int n = 1; n < ABL_OBSTACLE_COUNT; n++)
        if (n != ABL_UNCLASSIFIED && access->blocked[n] > most) {
            most = access->blocked[n];
            obstacle = n;
        }
    return obstacle;
}

static void say_no_path(abl_rule_result *out, const abl_access *access)
{
    const int obstacle = most_blocking(access);
    out->structure = abl_obstacle_structure(obstacle);
    out->result = ABL_NOT_MET;
    abl_rule_say(out, "none of %zu directions is clear", access->directions);
    if (obstacle != ABL_BACKGROUND)
        abl_rule_say(out, "; most meet %s", abl_obstacle_title(obstacle));
    if (access->relaxation_count > 0)
        abl_rule_say(out, "; %s", access->relaxations[0].text);
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
    else if (path->nearest_rib > 0)
        abl_rule_say(out, " from the axis to rib %d of the %s side in the scan",
                     path->nearest_rib, path->is_right_rib ? "right" : "left");
    else if (path->nearest_obstacle != ABL_BACKGROUND)
        abl_rule_say(out, " from the axis to the %s",
                     abl_obstacle_title(path->nearest_obstacle));
    else
        abl_rule_say(out, " around the axis is free");
    out->structure = abl_obstacle_structure(path->nearest_obstacle);
}

/* A vessel in the corridor that the needle itself does not meet. */
static void say_vessel(abl_rule_result *out, const abl_path *path)
{
    if (!path->touches_vessel || out->result != ABL_MET)
        return;
    abl_rule_say(out, "; %.1f mm to %s in the liver", path->vessel_mm,
                 abl_structure_title(path->nearest_vessel));
    out->result = ABL_BORDERLINE;
    out->structure = path->nearest_vessel;
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
    say_vessel(out, &access->path);
    abl_rule_at(out, access->path.target_lps);
    if (out->result != ABL_MET)
        return;
    if (access->obstacles_uncertain)
        abl_rule_unknown(out, access->uncertain_why
                                  ? access->uncertain_why
                                  : "an obstacle may have been missed");
    char why[240];
    if (abl_vessels_unseen(why, what->findings, ABL_VESSEL_LEAST_MM))
        abl_rule_unknown(out, why);
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
