/* From veins and portal branches to the borders of the segments.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "segmentation/couinaud_veins.h"
#include "segmentation/structures.h"

#define NONE ABL_VESSEL_NO_PARENT

static const double usual_middle_degrees = -30;
/* The middle vein and the gallbladder both lie in the plane between the lobes:
 * farther apart, one of them was mistaken (conventions). */
static const double most_off_gallbladder_degrees = 35;
static const double least_apart_degrees = 15;
/* Half of a vena cava and its wall: segment I begins beside it. */
static const double cava_half_mm = 12;

/* ---- Vena cava and gallbladder ---- */

/* Mean place of a field's inside between two heights; false when empty. */
static bool find_centre(double lps[3], const abl_volume *field, double low_z,
                        double high_z)
{
    const abl_grid *grid = &field->grid;
    const float *value = abl_volume_f32(field);
    double sum[3] = {0, 0, 0}, count = 0, at[3];
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                if (!(*value++ > 0))
                    continue;
                abl_grid_to_lps(at, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                if (at[2] < low_z || at[2] > high_z)
                    continue;
                count++;
                for (int a = 0; a < 3; a++)
                    sum[a] += at[a];
            }
    for (int a = 0; a < 3 && count > 0; a++)
        lps[a] = sum[a] / count;
    return count > 0;
}

/* The vena cava at a height, or up to 30 mm below. */
static bool find_cava(double lps[3], const abl_volume *cava, double z)
{
    for (int down = 0; cava && down <= 30; down += 5)
        if (find_centre(lps, cava, z - down - 4, z - down + 4)) {
            lps[2] = z;
            return true;
        }
    return false;
}

/* Where the middle vein is expected, and whether the gallbladder says so. */
static double expect_middle(bool *is_told, const abl_couinaud_map *map,
                            const abl_volume *gallbladder)
{
    double lps[3];
    *is_told = false;
    if (!gallbladder || !find_centre(lps, gallbladder, -HUGE_VAL, HUGE_VAL))
        return usual_middle_degrees;
    const double degrees = abl_degrees_around(map->cava_lps, lps);
    const double away =
        hypot(lps[0] - map->cava_lps[0], lps[1] - map->cava_lps[1]);
    *is_told = away >= 20 && degrees >= -75 && degrees <= 15;
    return *is_told ? degrees : usual_middle_degrees;
}

/* ---- Curtains ---- */

/* Mean direction of the course's nodes about @p radius_mm; false when none is
 * near. */
static bool mean_direction(double *degrees, const abl_vessel_walk *walk,
                           const bool *is_own, const double cava_lps[3],
                           double radius_mm)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    double front = 0, left = 0, total = 0;
    for (size_t n = 0; n < walk->vessels->node_count; n++) {
        const double x = nodes[n].lps[0] - cava_lps[0];
        const double y = cava_lps[1] - nodes[n].lps[1], r = hypot(x, y);
        const double off = (r - radius_mm) / ABL_CURTAIN_STEP_MM;
        if (!is_own[n] || fabs(off) > 2 || !(r > 0))
            continue;
        const double weight = walk->edge_mm[n] * exp(-0.5 * off * off);
        front += weight * y / r;
        left += weight * x / r;
        total += weight;
    }
    *degrees = atan2(left, front) * 180 / M_PI;
    return total > 0.3 && hypot(front, left) > 0;
}

/* Nearest known step on each side; straight between. */
static void bridge(double *degrees, const bool *is_known)
{
    int before = -1;
    for (int n = 0; n < ABL_CURTAIN_STEPS; n++) {
        if (is_known[n]) {
            before = n;
            continue;
        }
        int after = n + 1;
        while (after < ABL_CURTAIN_STEPS && !is_known[after])
            after++;
        if (after == ABL_CURTAIN_STEPS)
            degrees[n] = degrees[before];
        else if (before < 0)
            degrees[n] = degrees[after];
        else
            degrees[n] = degrees[before] + (degrees[after] - degrees[before]) *
                                               (double)(n - before) /
                                               (double)(after - before);
    }
}

static void hang_curtain(abl_curtain *out, const abl_vessel_walk *walk,
                         const bool *is_own, const double cava_lps[3])
{
    bool is_known[ABL_CURTAIN_STEPS] = {false};
    for (int n = 2; n < ABL_CURTAIN_STEPS; n++) {
        is_known[n] = mean_direction(&out->degrees[n], walk, is_own, cava_lps,
                                     n * ABL_CURTAIN_STEP_MM);
        out->is_found |= is_known[n];
    }
    if (out->is_found)
        bridge(out->degrees, is_known);
}

static double mean_height(const abl_vessel_walk *walk, const bool *is_own)
{
    double sum = 0, total = 0;
    for (size_t n = 0; n < walk->vessels->node_count; n++)
        if (is_own[n]) {
            sum += walk->edge_mm[n] * walk->vessels->nodes[n].lps[2];
            total += walk->edge_mm[n];
        }
    return total > 0 ? sum / total : 0;
}

/* Curtains that nearly meet are branches of one vein. */
static bool hang_apart(const abl_curtain *right, const abl_curtain *left)
{
    for (double radius = 30; radius <= 70; radius += 10)
        if (abl_curtain_degrees(left, radius) <
            abl_curtain_degrees(right, radius) + least_apart_degrees)
            return false;
    return true;
}

static void check_veins(abl_couinaud_map *map, double expected_degrees,
                        bool is_told)
{
    const double off = abl_curtain_degrees(&map->middle, 50) - expected_degrees;
    if (is_told && fabs(off) > most_off_gallbladder_degrees)
        map->middle.is_found = false;
    if (map->right.is_found && map->middle.is_found)
        map->right.is_found = hang_apart(&map->right, &map->middle);
    if (map->middle.is_found && map->left.is_found)
        map->left.is_found = hang_apart(&map->middle, &map->left);
}

/* Courses, curtains and names; what is not plausible is not found. */
static abl_status find_veins(abl_couinaud_map *out, abl_vessels *vessels,
                             const abl_vessel_walk *walk,
                             const abl_volume *gallbladder, abl_error *err)
{
    abl_curtain *const curtains[ABL_HEPATIC_VEINS_COUNT] = {
        &out->right, &out->middle, &out->left};
    abl_hepatic_courses courses;
    bool is_told;
    const double expected = expect_middle(&is_told, out, gallbladder);
    abl_status status =
        abl_hepatic_courses_find(&courses, walk, out->cava_lps, expected, err);
    if (!status) {
        for (int v = 0; v < ABL_HEPATIC_VEINS_COUNT; v++)
            hang_curtain(curtains[v], walk, courses.is_own[v], out->cava_lps);
        out->left_vein_z = mean_height(walk, courses.is_own[ABL_LEFT_VEIN]);
        check_veins(out, expected, is_told);
        for (int v = 0; v < ABL_HEPATIC_VEINS_COUNT; v++)
            if (!curtains[v]->is_found)
                memset(courses.is_own[v], 0,
                       vessels->node_count * sizeof *courses.is_own[v]);
        abl_hepatic_courses_name(vessels, &courses);
    }
    abl_hepatic_courses_clear(&courses);
    return status;
}

/* ---- Portal levels ---- */

static bool is_left_portal(const abl_vessel_node *node)
{
    return node->tree == ABL_TREE_PORTAL &&
           (node->part == ABL_PART_LEFT_PORTAL ||
            node->part == ABL_PART_LEFT_PORTAL_BRANCH);
}

/* Whether the vessel ran to the front over the last 5 mm. */
static bool runs_to_front(const abl_vessel_walk *walk, int32_t node)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    int32_t back = node;
    while (nodes[back].parent != NONE &&
           walk->from_root_mm[node] - walk->from_root_mm[back] < 5)
        back = nodes[back].parent;
    const double length = walk->from_root_mm[node] - walk->from_root_mm[back];
    return length > 0 &&
           nodes[back].lps[1] - nodes[node].lps[1] >= 0.5 * length;
}

/* The umbilical portion: the thick part of the left portal vein that turns to
 * the front. */
static void find_umbilical(abl_couinaud_map *out, const abl_vessel_walk *walk,
                           const abl_hilum *hilum)
{
    if (!hilum->left.count)
        return;
    const abl_vessel_node *nodes = walk->vessels->nodes;
    const int32_t first = hilum->left.nodes[0];
    const double thick_mm =
        fmax(4, 0.5 * abl_vessel_branch_calibre_mm(walk, first, 20));
    double sum[3] = {0, 0, 0}, total = 0;
    for (size_t n = 0; n < walk->vessels->node_count; n++) {
        if (!is_left_portal(&nodes[n]) || nodes[n].calibre_mm < thick_mm ||
            walk->from_root_mm[n] - walk->from_root_mm[first] > 80 ||
            !runs_to_front(walk, (int32_t)n))
            continue;
        total += walk->edge_mm[n];
        for (int a = 0; a < 3; a++)
            sum[a] += walk->edge_mm[n] * nodes[n].lps[a];
    }
    if (total < 8)
        return;
    const double centre[3] = {sum[0] / total, sum[1] / total, sum[2] / total};
    const double middle =
        abl_curtain_degrees(&out->middle, hypot(centre[0] - out->cava_lps[0],
                                                centre[1] - out->cava_lps[1]));
    out->umbilical_degrees = abl_degrees_around(out->cava_lps, centre);
    out->umbilical_z = centre[2];
    out->has_umbilical = out->umbilical_degrees > middle + 10 &&
                         out->umbilical_degrees < middle + 110;
}

static void find_levels(abl_couinaud_map *out, const abl_hilum *hilum)
{
    const bool is_short = hilum->is_early || hilum->right.length_mm <= 0;
    out->right_level_z =
        is_short ? hilum->bifurcation_lps[2] : hilum->right.end_lps[2];
    out->left_level_z = out->has_umbilical          ? out->umbilical_z
                        : hilum->left.length_mm > 0 ? hilum->left.end_lps[2]
                                                    : hilum->bifurcation_lps[2];
}

/* Behind a line from the bifurcation over the left portal vein to the front of
 * the vena cava where the veins join it; beside the vena cava and as far left
 * as the left portal vein reaches. */
static void find_caudate(abl_couinaud_map *out, const abl_hilum *hilum,
                         const abl_volume *cava)
{
    const double *b = hilum->bifurcation_lps;
    const double *u = hilum->left.end_lps;
    double low[3];
    if (!find_cava(low, cava, 0.5 * (b[2] + out->cava_lps[2])))
        return;
    const double top[3] = {out->cava_lps[0], out->cava_lps[1] - cava_half_mm,
                           out->cava_lps[2]};
    const bool is_between = u[2] > b[2] && u[2] < top[2];
    const double *line[3] = {b, is_between ? u : b, top};
    for (int n = 0; n < 3; n++) {
        out->caudate_front_y[n] = line[n][1];
        out->caudate_front_z[n] = line[n][2];
    }
    out->caudate_lo[0] = low[0] - cava_half_mm;
    out->caudate_hi[0] = fmax(u[0], low[0] + 2 * cava_half_mm);
    out->caudate_lo[1] = -HUGE_VAL;
    out->caudate_hi[1] = low[1] + cava_half_mm;
    out->caudate_lo[2] = b[2] - cava_half_mm;
    out->caudate_hi[2] = out->cava_lps[2] - 5;
    out->has_caudate = out->caudate_lo[2] < out->caudate_hi[2] && b[2] < top[2];
}

/* ---- All together ---- */

static void say_missing(abl_couinaud_map *map, const abl_hilum *hilum)
{
    const bool veins[3] = {map->right.is_found, map->middle.is_found,
                           map->left.is_found};
    static const char *const names[3] = {"right", "middle", "left"};
    char *out = map->why_not;
    const size_t size = sizeof map->why_not;
    for (int v = 0; v < 3; v++)
        if (!veins[v])
            snprintf(out + strlen(out), size - strlen(out), "%s%s",
                     out[0] ? " and " : "the ", names[v]);
    if (out[0])
        snprintf(out + strlen(out), size - strlen(out),
                 " hepatic vein was not told apart");
    if (!hilum->is_found)
        snprintf(out + strlen(out), size - strlen(out),
                 "%sthe portal bifurcation was not found", out[0] ? "; " : "");
}

static abl_status locate(abl_couinaud_map *out, abl_vessels *vessels,
                         const abl_vessel_walk *walk, const abl_hilum *hilum,
                         const abl_volume *cava, const abl_volume *gallbladder,
                         abl_error *err)
{
    double confluence[3];
    if (!abl_hepatic_confluence(confluence, walk)) {
        snprintf(out->why_not, sizeof out->why_not,
                 "no great hepatic vein was seen to join the vena cava");
        return ABL_OK;
    }
    if (!find_cava(out->cava_lps, cava, confluence[2]))
        memcpy(out->cava_lps, confluence, sizeof confluence);
    abl_status status = find_veins(out, vessels, walk, gallbladder, err);
    if (status)
        return status;
    out->has_lobes = out->middle.is_found;
    if (hilum->is_found) {
        find_umbilical(out, walk, hilum);
        find_levels(out, hilum);
        find_caudate(out, hilum, cava);
    }
    out->has_right = out->has_lobes && out->right.is_found && hilum->is_found;
    out->has_left = out->has_lobes && out->left.is_found && hilum->is_found;
    out->has_caudate &= out->has_left;
    say_missing(out, hilum);
    return ABL_OK;
}

abl_status abl_couinaud_locate(abl_couinaud_map *out, abl_vessels *vessels,
                               const abl_hilum *hilum, const abl_volume *cava,
                               const abl_volume *gallbladder, abl_error *err)
{
    memset(out, 0, sizeof *out);
    abl_vessel_walk walk;
    abl_status status = abl_vessel_walk_make(&walk, vessels, err);
    if (!status)
        status = locate(out, vessels, &walk, hilum, cava, gallbladder, err);
    abl_vessel_walk_clear(&walk);
    return status;
}

abl_status abl_couinaud_find(abl_structures *structures, abl_error *err)
{
    abl_couinaud_map *map = abl_alloc(1, sizeof *map, err);
    if (!map)
        return ABL_E_NOMEM;
    structures->couinaud = map;
    const abl_vessels *vessels = structures->vessels;
    if (!vessels) {
        snprintf(map->why_not, sizeof map->why_not,
                 "vessels inside the liver were not looked for");
        return ABL_OK;
    }
    if (!vessels->trees[ABL_TREE_HEPATIC].is_assessable) {
        snprintf(map->why_not, sizeof map->why_not, "%s",
                 vessels->trees[ABL_TREE_HEPATIC].why_not);
        return ABL_OK;
    }
    return abl_couinaud_locate(map, structures->vessels, structures->hilum,
                               structures->items[ABL_INFERIOR_VENA_CAVA].field,
                               structures->items[ABL_GALLBLADDER].field, err);
}
