/* Access to one lesion in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access.h"
#include "eligibility/report/json_out.h"
#include "eligibility/report/text.h"

static void set_mm(abl_json_out *out, json_t *object, const char *key,
                   double value)
{
    abl_out_set(out, object, key, abl_out_number(out, value, 2));
}

static void set_deg(abl_json_out *out, json_t *object, const char *key,
                    double value)
{
    abl_out_set(out, object, key, abl_out_number(out, value, 1));
}

static json_t *name_or_null(int obstacle)
{
    return obstacle == ABL_BACKGROUND
               ? json_null()
               : abl_out_text(abl_obstacle_name(obstacle));
}

static json_t *build_rib(abl_json_out *out, const abl_path *path)
{
    if (path->nearest_rib == 0)
        return json_null();
    json_t *object = json_object();
    abl_out_set(out, object, "side",
                abl_out_text(path->is_right_rib ? "right" : "left"));
    abl_out_set(out, object, "order_from_the_head_in_the_scan",
                json_integer(path->nearest_rib));
    return object;
}

static void add_clearances(abl_json_out *out, json_t *object,
                           const abl_path *path)
{
    set_mm(out, object, "clearance_mm", path->clearance_mm);
    abl_out_set(out, object, "nearest_obstacle",
                name_or_null(path->nearest_obstacle));
    abl_out_set(out, object, "nearest_rib", build_rib(out, path));
    abl_out_set(out, object, "nearest_lesion",
                path->nearest_lesion > 0 ? json_integer(path->nearest_lesion)
                                         : json_null());
    set_mm(out, object, "unclassified_tissue_mm", path->unclassified_mm);
    set_mm(out, object, "liver_vessel_mm", path->vessel_mm);
    abl_out_set(out, object, "nearest_liver_vessel",
                name_or_null((int)path->nearest_vessel));
    set_mm(out, object, "intercostal_bundle_mm", path->bundle_mm);
    abl_out_set(out, object, "vessel_in_corridor",
                json_boolean(path->touches_vessel));
    abl_out_set(out, object, "bundle_in_corridor",
                json_boolean(path->touches_bundle));
    abl_out_set(out, object, "clearances_capped_at_mm",
                abl_out_number(out, ABL_ACCESS_FAR_MM, 1));
}

static json_t *build_path(abl_json_out *out, const abl_report *report,
                          const abl_path *path)
{
    json_t *object = json_object();
    const size_t slice = abl_report_slice(report, path->entry_lps);
    abl_out_set(out, object, "entry_lps_mm", abl_out_lps(out, path->entry_lps));
    abl_out_set(out, object, "target_lps_mm",
                abl_out_lps(out, path->target_lps));
    abl_out_set(out, object, "entry_slice",
                slice ? abl_out_count(slice) : json_null());
    set_mm(out, object, "entry_from_midline_mm", path->midline_mm);
    set_mm(out, object, "length_mm", path->length_mm);
    add_clearances(out, object, path);
    set_mm(out, object, "liver_transit_mm", path->liver_transit_mm);
    set_deg(out, object, "capsule_angle_deg", path->capsule_angle_deg);
    set_deg(out, object, "axial_tilt_deg", path->axial_tilt_deg);
    set_deg(out, object, "in_plane_angle_deg", path->in_plane_angle_deg);
    set_deg(out, object, "long_axis_angle_deg", path->long_axis_angle_deg);
    set_mm(out, object, "target_off_centre_mm", path->off_centre_mm);
    abl_out_set(out, object, "reason", abl_out_text(path->reason));
    return object;
}

static json_t *build_others(abl_json_out *out, const abl_report *report,
                            const abl_access *access)
{
    json_t *array = json_array();
    for (size_t n = 0; n < access->other_count; n++)
        abl_out_append(out, array, build_path(out, report, &access->others[n]));
    return array;
}

static json_t *build_blocked(abl_json_out *out, const abl_access *access)
{
    json_t *object = json_object();
    for (int id = ABL_SPLEEN; id < ABL_OBSTACLE_COUNT; id++)
        if (access->blocked[id])
            abl_out_set(out, object, abl_obstacle_name(id),
                        abl_out_count(access->blocked[id]));
    abl_out_set(out, object, "other_lesion",
                abl_out_count(access->blocked_lesion));
    abl_out_set(out, object, "no_skin_in_scan",
                abl_out_count(access->blocked_no_skin));
    abl_out_set(out, object, "too_long",
                abl_out_count(access->blocked_too_long));
    abl_out_set(out, object, "too_short",
                abl_out_count(access->blocked_too_short));
    abl_out_set(out, object, "too_steep", abl_out_count(access->blocked_steep));
    abl_out_set(out, object, "table", abl_out_count(access->blocked_table));
    abl_out_set(out, object, "arm_or_fold",
                abl_out_count(access->blocked_fold));
    return object;
}

static json_t *build_relaxations(abl_json_out *out, const abl_access *access)
{
    json_t *array = json_array();
    for (size_t n = 0; n < access->relaxation_count; n++) {
        const abl_relaxation *one = &access->relaxations[n];
        json_t *object = json_object();
        abl_out_set(out, object, "text", abl_out_text(one->text));
        abl_out_set(out, object, "from", abl_out_number(out, one->from, 1));
        abl_out_set(out, object, "to", abl_out_number(out, one->to, 1));
        abl_out_set(out, object, "entry_lps_mm",
                    abl_out_lps(out, one->entry_lps));
        abl_out_append(out, array, object);
    }
    return array;
}

static json_t *build_coverage(abl_json_out *out, const abl_access *access)
{
    json_t *array = json_array();
    for (size_t n = 0; n < access->coverage_count; n++) {
        const abl_coverage *one = &access->coverage[n];
        json_t *object = json_object();
        abl_out_set(out, object, "applicator", abl_out_text(one->applicator));
        set_mm(out, object, "zone_length_mm", one->zone_mm[0]);
        set_mm(out, object, "zone_width_mm", one->zone_mm[1]);
        set_mm(out, object, "margin_mm", one->margin_mm);
        abl_out_set(out, object, "along",
                    abl_out_text(one->is_along_path ? "path" : "long axis"));
        abl_out_set(out, object, "positions",
                    one->positions > 0 ? json_integer(one->positions)
                                       : json_null());
        abl_out_append(out, array, object);
    }
    return array;
}

static void add_limits(abl_json_out *out, json_t *object,
                       const abl_access *access)
{
    set_mm(out, object, "corridor_half_width_mm", access->corridor_mm);
    set_mm(out, object, "corridor_half_width_out_of_plane_mm",
           access->corridor_out_of_plane_mm);
    set_mm(out, object, "pleural_margin_mm", access->pleura_margin_mm);
    abl_out_set(out, object, "table_known_from",
                abl_out_text_or_null(
                    access->table_known_from ? access->table_known_from : ""));
    abl_out_set(out, object, "obstacles_uncertain",
                json_boolean(access->obstacles_uncertain));
    abl_out_set(out, object, "uncertain_why",
                access->obstacles_uncertain
                    ? abl_out_text_or_null(access->uncertain_why)
                    : json_null());
}

json_t *abl_out_access(abl_json_out *out, const abl_report *report,
                       const abl_access *access)
{
    json_t *object = json_object();
    abl_out_set(out, object, "assessed", json_boolean(access->assessed));
    if (!access->assessed) {
        abl_out_set(
            out, object, "why_not",
            abl_out_text(access->why_not ? access->why_not : "not planned"));
        return object;
    }
    add_limits(out, object, access);
    abl_out_set(out, object, "directions", abl_out_count(access->directions));
    abl_out_set(out, object, "clear", abl_out_count(access->clear));
    abl_out_set(out, object, "clear_but_long",
                abl_out_count(access->clear_long));
    abl_out_set(out, object, "blocked_by", build_blocked(out, access));
    abl_out_set(out, object, "path",
                access->has_path ? build_path(out, report, &access->path)
                                 : json_null());
    abl_out_set(out, object, "pareto_paths",
                abl_out_count(access->pareto_count));
    abl_out_set(out, object, "other_paths", build_others(out, report, access));
    abl_out_set(out, object, "would_open_a_path",
                build_relaxations(out, access));
    abl_out_set(out, object, "coverage", build_coverage(out, access));
    return object;
}
