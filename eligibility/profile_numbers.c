/* The numbers of a profile that are no rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "eligibility/profile_parts.h"

static const abl_number_kind kinds[ABL_NUMBER_COUNT] = {
    {"access", "corridor_out_of_plane_mm", "mm",
     "Corridor half-width out of the axial plane", 0.5, 25},
    {"access", "growth_per_100mm", "mm",
     "Growth of the corridor per 100 mm of path", 0, 10},
    {"access", "pleura_margin_mm", "mm",
     "Margin kept from the lung beside the corridor", 0, 50},
    {"access", "max_axial_tilt_deg", "deg",
     "Steepest tilt out of the axial plane", 0, 90},
    {"access", "min_path_mm", "mm", "Shortest path", 0, 100},
    {"exam", "max_noise_hu", "HU", "Noise in the liver, at most", 1, 200},
    {"exam", "high_noise_hu", "HU", "Noise in the liver, in no case over", 1,
     200},
    {"exam", "max_metal_ml", "mL", "Metal near the liver, at most", 0, 100},
    {"surface", "max_exophytic_percent", "%",
     "Share of a lesion's surface beyond the liver's contour, at most", 0, 100},
};

static const size_t offsets[ABL_NUMBER_COUNT] = {
    offsetof(abl_profile, access.corridor_out_of_plane_mm),
    offsetof(abl_profile, access.growth_per_100mm),
    offsetof(abl_profile, access.pleura_margin_mm),
    offsetof(abl_profile, access.max_axial_tilt_deg),
    offsetof(abl_profile, access.min_path_mm),
    offsetof(abl_profile, exam.max_noise_hu),
    offsetof(abl_profile, exam.high_noise_hu),
    offsetof(abl_profile, exam.max_metal_ml),
    offsetof(abl_profile, max_exophytic_percent),
};

static const char *const groups[] = {"access", "exam", "surface"};
#define GROUP_COUNT (sizeof groups / sizeof groups[0])

const abl_number_kind *abl_number_kind_of(abl_profile_number number)
{
    return &kinds[number];
}

double abl_profile_number_get(const abl_profile *profile,
                              abl_profile_number number)
{
    double value = 0;
    memcpy(&value, (const char *)profile + offsets[number], sizeof value);
    return value;
}

static abl_status read_number(abl_profile *profile, size_t number,
                              const abl_json_reader *reader,
                              const json_t *object)
{
    static const char *const keys[] = {"value", "tag", "source", NULL};
    const abl_number_kind *kind = &kinds[number];
    const abl_json_number what = {"value", kind->min, kind->max, false};
    double value = 0;
    abl_status status = abl_json_check_keys(reader, object, keys);
    if (!status)
        status = abl_json_number_get(&value, reader, object, &what);
    if (!status)
        status =
            abl_source_read(&profile->number_sources[number], reader, object);
    memcpy((char *)profile + offsets[number], &value, sizeof value);
    return status;
}

static abl_status read_group(abl_profile *profile, const char *group,
                             const abl_json_reader *reader,
                             const json_t *object, bool changes_only)
{
    const char *keys[ABL_NUMBER_COUNT + 1] = {NULL};
    size_t count = 0;
    for (size_t n = 0; n < ABL_NUMBER_COUNT; n++)
        if (strcmp(kinds[n].group, group) == 0)
            keys[count++] = kinds[n].key;
    abl_status status = abl_json_check_keys(reader, object, keys);
    for (size_t n = 0; !status && n < ABL_NUMBER_COUNT; n++) {
        abl_json_reader inner;
        if (strcmp(kinds[n].group, group) != 0)
            continue;
        const json_t *number =
            abl_json_enter(&inner, reader, object, kinds[n].key);
        if (number)
            status = read_number(profile, n, &inner, number);
        else if (!changes_only)
            status =
                abl_json_fail(reader, "", "\"%s\" is missing", kinds[n].key);
    }
    return status;
}

/* What the planner needs of the rules is written once, in the rules. */
static void take_from_rules(abl_profile *profile)
{
    const abl_rule *rules = profile->rules;
    abl_profile_access *access = &profile->access;
    access->corridor_in_plane_mm = rules[10].limit;
    access->max_path_mm = rules[9].limit;
    access->borderline_path_mm =
        rules[9].has_band ? rules[9].band_high : rules[9].limit;
    access->min_liver_transit_mm = rules[11].limit;
    access->max_capsule_angle_deg = rules[12].limit;
    access->min_vessel_calibre_mm = rules[6].also.limit;
}

static abl_status check_together(const abl_profile *profile,
                                 const abl_json_reader *reader)
{
    const abl_profile_access *access = &profile->access;
    if (access->corridor_out_of_plane_mm < access->corridor_in_plane_mm)
        return abl_json_fail(reader, "access.corridor_out_of_plane_mm.value",
                             "%g is below the half-width in the axial plane, "
                             "%g (R11)",
                             access->corridor_out_of_plane_mm,
                             access->corridor_in_plane_mm);
    if (access->min_path_mm > access->max_path_mm)
        return abl_json_fail(reader, "access.min_path_mm.value",
                             "%g is above the longest path, %g (R10)",
                             access->min_path_mm, access->max_path_mm);
    if (profile->exam.high_noise_hu < profile->exam.max_noise_hu)
        return abl_json_fail(
            reader, "exam.high_noise_hu.value", "%g is below max_noise_hu, %g",
            profile->exam.high_noise_hu, profile->exam.max_noise_hu);
    return ABL_OK;
}

abl_status abl_profile_read_numbers(abl_profile *profile,
                                    const abl_json_reader *reader,
                                    const json_t *root, bool changes_only)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < GROUP_COUNT; n++) {
        abl_json_reader inner;
        const json_t *group = abl_json_enter(&inner, reader, root, groups[n]);
        if (group)
            status =
                read_group(profile, groups[n], &inner, group, changes_only);
        else if (!changes_only)
            status = abl_json_fail(reader, "", "\"%s\" is missing", groups[n]);
    }
    if (status)
        return status;
    take_from_rules(profile);
    return check_together(profile, reader);
}
