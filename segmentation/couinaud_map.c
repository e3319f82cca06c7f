/* From veins and portal branches to the borders of the segments.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "segmentation/couinaud_landmarks.h"
#include "segmentation/couinaud_veins.h"
#include "segmentation/structures.h"

#define NONE ABL_VESSEL_NO_PARENT

static const double usual_middle_degrees = -30;
/* The middle vein and the gallbladder both lie in the plane between the lobes:
 * farther apart, one of them was mistaken (conventions). */
static const double most_off_gallbladder_degrees = 35;
static const double least_apart_degrees = 15;

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

static void check_veins(abl_couinaud_map *map)
{
    const double off =
        abl_curtain_degrees(&map->middle, 50) - map->gallbladder_degrees;
    if (map->has_gallbladder && fabs(off) > most_off_gallbladder_degrees)
        map->middle.is_found = false;
    if (map->right.is_found && map->middle.is_found)
        map->right.is_found = hang_apart(&map->right, &map->middle);
    if (map->middle.is_found && map->left.is_found)
        map->left.is_found = hang_apart(&map->middle, &map->left);
}

/* Courses, curtains and names; what is not plausible is not found. */
static abl_status find_veins(abl_couinaud_map *out, abl_vessels *vessels,
                             const abl_vessel_walk *walk, abl_error *err)
{
    abl_curtain *const curtains[ABL_HEPATIC_VEINS_COUNT] = {
        &out->right, &out->middle, &out->left};
    abl_hepatic_courses courses;
    const double expected =
        out->has_gallbladder ? out->gallbladder_degrees : usual_middle_degrees;
    abl_status status =
        abl_hepatic_courses_find(&courses, walk, out->cava_lps, expected, err);
    if (!status) {
        for (int v = 0; v < ABL_HEPATIC_VEINS_COUNT; v++)
            hang_curtain(curtains[v], walk, courses.is_own[v], out->cava_lps);
        out->left_vein_z = mean_height(walk, courses.is_own[ABL_LEFT_VEIN]);
        out->middle_vein_z = mean_height(walk, courses.is_own[ABL_MIDDLE_VEIN]);
        check_veins(out);
        for (int v = 0; v < ABL_HEPATIC_VEINS_COUNT; v++)
            if (!curtains[v]->is_found)
                memset(courses.is_own[v], 0,
                       vessels->node_count * sizeof *courses.is_own[v]);
        abl_hepatic_courses_name(vessels, &courses);
    }
    abl_hepatic_courses_clear(&courses);
    return status;
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
    if (!abl_couinaud_cava(out->cava_lps, cava, confluence[2]))
        memcpy(out->cava_lps, confluence, sizeof confluence);
    abl_couinaud_gallbladder(out, gallbladder);
    abl_status status = find_veins(out, vessels, walk, err);
    if (status)
        return status;
    out->has_lobes = out->middle.is_found;
    if (hilum->is_found)
        abl_couinaud_portal(out, walk, hilum, cava);
    out->has_right = out->has_lobes && out->right.is_found && hilum->is_found;
    out->has_left = out->has_lobes && out->left.is_found && hilum->is_found;
    out->has_left_below = out->has_lobes && out->has_umbilical;
    out->has_caudate &= out->has_left || out->has_left_below;
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
