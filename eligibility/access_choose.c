/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_choose.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEG 57.29577951308232

/* Cost of a path: conventions of this project, see access.h. */
#define WANTED_CLEARANCE_MM 15.0
#define COST_PER_CLEARANCE  4.0
#define COST_PER_TILT_DEG   0.5
#define COST_PER_BUNDLE_MM  2.0
#define COST_PER_VESSEL_MM  2.0
#define COST_PER_AXIS_DEG   0.2
#define COST_PER_OFFSET_MM  0.5
#define OTHERS_APART_DEG    10.0
#define ENOUGH_CLEARANCE_MM 20.0 /* more is no better */
#define ENOUGH_TRANSIT_MM   30.0

enum {
    CRITERIA = 5
};
static const char *const criterion_names[CRITERIA] = {
    "widest clearance", "shortest", "most liver before the lesion",
    "least tilt", "most upright to the capsule"};

/* A clear direction, and what it is judged by: less is better. */
typedef struct candidate {
    size_t ray; /* index in the set */
    int tier;
    double cost;
    double criteria[CRITERIA];
    bool dominated;
} candidate;

static const double *target_of(const abl_ray_set *set, size_t ray)
{
    return set->targets->lps[ray / ABL_ACCESS_DIRECTIONS];
}

static double axis_angle_deg(const abl_ray_set *set, const double away[3])
{
    double along = 0;
    for (int r = 0; r < 3; r++)
        along += away[r] * set->targets->axes.long_lps[r];
    return DEG * acos(fmin(1, fabs(along)));
}

static double off_centre_mm(const abl_ray_set *set, size_t ray)
{
    double sum = 0;
    for (int r = 0; r < 3; r++) {
        const double apart =
            target_of(set, ray)[r] - set->targets->axes.centre_lps[r];
        sum += apart * apart;
    }
    return sqrt(sum);
}

static double ray_cost(const abl_ray_set *set, size_t n)
{
    const abl_ray *ray = &set->rays[n];
    const double half = set->map->options.corridor_mm;
    double away[3], cost = ray->length_mm;
    abl_access_direction(away, n % ABL_ACCESS_DIRECTIONS);
    const double room = fmin(ray->clearance_mm, ray->unclassified_mm);
    cost += COST_PER_CLEARANCE * fmax(0, WANTED_CLEARANCE_MM - room);
    cost += COST_PER_TILT_DEG * fabs(ray->tilt_deg);
    cost += COST_PER_BUNDLE_MM * fmax(0, half - ray->bundle_mm);
    cost += COST_PER_VESSEL_MM * fmax(0, half - ray->vessel_mm);
    cost += COST_PER_OFFSET_MM * off_centre_mm(set, n);
    if (abl_lesion_is_long(&set->targets->axes))
        cost += COST_PER_AXIS_DEG * axis_angle_deg(set, away);
    return cost;
}

/* How many of the limits a path has on the borderline side. */
static int ray_tier(const abl_access_options *options, const abl_ray *ray)
{
    return (ray->state == ABL_RAY_CLEAR ? 0 : 2) +
           (ray->vessel_mm < options->corridor_mm ? 1 : 0) +
           (ray->transit_mm >= options->min_liver_transit_mm ? 0 : 1) +
           (ray->capsule_deg <= options->max_capsule_angle_deg ? 0 : 1);
}

static bool is_clear(const abl_ray *ray)
{
    return ray->state == ABL_RAY_CLEAR || ray->state == ABL_RAY_CLEAR_LONG;
}

static void weigh(candidate *c, const abl_ray_set *set, size_t n)
{
    const abl_ray *ray = &set->rays[n];
    const double room = fmin(ray->clearance_mm, ray->unclassified_mm);
    c->ray = n;
    c->tier = ray_tier(&set->map->options, ray);
    c->cost = ray_cost(set, n);
    /* steps finer than these make no difference to anybody */
    c->criteria[0] = -floor(2 * fmin(room, ENOUGH_CLEARANCE_MM)) / 2;
    c->criteria[1] = ceil(ray->length_mm);
    c->criteria[2] = -floor(fmin(ray->transit_mm, ENOUGH_TRANSIT_MM));
    c->criteria[3] = ceil(fabs(ray->tilt_deg));
    c->criteria[4] = ceil(ray->capsule_deg);
}

static int compare(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->tier != y->tier)
        return x->tier < y->tier ? -1 : 1;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->ray < y->ray ? -1 : x->ray > y->ray;
}

static bool betters(const candidate *a, const candidate *b)
{
    bool is_better = false;
    for (int n = 0; n < CRITERIA; n++) {
        if (a->criteria[n] > b->criteria[n])
            return false;
        is_better = is_better || a->criteria[n] < b->criteria[n];
    }
    return is_better;
}

static size_t find_pareto(candidate *all, size_t count)
{
    size_t front = 0;
#pragma omp parallel for schedule(dynamic, 64) reduction(+ : front)
    for (size_t n = 0; n < count; n++) {
        for (size_t m = 0; m < count && !all[n].dominated; m++)
            if (betters(&all[m], &all[n]))
                all[n].dominated = true;
        front += all[n].dominated ? 0 : 1;
    }
    return front;
}

static void fill_clearances(abl_path *path, const abl_access_map *map,
                            const abl_ray *ray)
{
    path->clearance_mm = ray->clearance_mm;
    path->nearest_obstacle = ray->obstacle;
    path->nearest_lesion = ray->lesion;
    if (ray->rib > 0) {
        path->nearest_rib = map->ribs[ray->rib].order;
        path->is_right_rib = map->ribs[ray->rib].is_right;
    }
    path->unclassified_mm = ray->unclassified_mm;
    path->vessel_mm = ray->vessel_mm;
    path->nearest_vessel = (abl_structure_id)ray->vessel;
    path->bundle_mm = ray->bundle_mm;
    path->touches_vessel = ray->vessel_mm < map->options.corridor_mm;
    path->touches_bundle = ray->bundle_mm < map->options.corridor_mm;
}

static void fill_path(abl_path *path, const abl_ray_set *set, size_t n)
{
    const abl_ray *ray = &set->rays[n];
    const double *target = target_of(set, n);
    double away[3];
    abl_access_direction(away, n % ABL_ACCESS_DIRECTIONS);
    *path = (abl_path){.length_mm = ray->length_mm};
    for (int r = 0; r < 3; r++) {
        path->target_lps[r] = target[r];
        path->entry_lps[r] = target[r] + ray->length_mm * away[r];
    }
    fill_clearances(path, set->map, ray);
    path->liver_transit_mm = ray->transit_mm;
    path->capsule_angle_deg = ray->capsule_deg;
    path->axial_tilt_deg = ray->tilt_deg;
    path->in_plane_angle_deg = DEG * atan2(away[0], -away[1]);
    path->long_axis_angle_deg = axis_angle_deg(set, away);
    path->off_centre_mm = off_centre_mm(set, n);
    path->midline_mm = path->entry_lps[0] - set->map->table.middle_lps[0];
}

static bool is_apart(const abl_path *a, const abl_path *b)
{
    double along = 0;
    for (int r = 0; r < 3; r++)
        along += (a->entry_lps[r] - a->target_lps[r]) *
                 (b->entry_lps[r] - b->target_lps[r]);
    along /= fmax(a->length_mm * b->length_mm, 1e-9);
    return DEG * acos(fmin(1, fmax(-1, along))) >= OTHERS_APART_DEG;
}

static bool is_new(const abl_access *out, const abl_path *path)
{
    bool apart = is_apart(&out->path, path);
    for (size_t n = 0; apart && n < out->other_count; n++)
        apart = is_apart(&out->others[n], path);
    return apart;
}

/* The best of the front by one criterion that is not near one taken; then by
 * rank. */
static void add_other(abl_access *out, const abl_ray_set *set,
                      const candidate *all, size_t count, int criterion)
{
    const candidate *best = NULL;
    for (size_t n = 0; n < count; n++) {
        abl_path path;
        if (all[n].dominated ||
            (best && best->criteria[criterion] <= all[n].criteria[criterion]))
            continue;
        fill_path(&path, set, all[n].ray);
        if (is_new(out, &path))
            best = &all[n];
    }
    if (!best)
        return;
    abl_path *path = &out->others[out->other_count++];
    fill_path(path, set, best->ray);
    snprintf(path->reason, sizeof path->reason,
             "%s of the paths more than %.0f degrees from those before",
             criterion_names[criterion], OTHERS_APART_DEG);
}

static void give_reasons(abl_path *path, const candidate *best,
                         const candidate *shortest, size_t clear)
{
    char what[64] = "nothing";
    if (path->nearest_lesion > 0)
        snprintf(what, sizeof what, "lesion %d", path->nearest_lesion);
    else if (path->nearest_obstacle != ABL_BACKGROUND)
        snprintf(what, sizeof what, "the %s",
                 abl_obstacle_title(path->nearest_obstacle));
    snprintf(
        path->reason, sizeof path->reason,
        "least cost of %zu clear paths%s: %.0f mm long (the shortest has "
        "%.0f), %.1f mm of room to %s, %.0f mm of liver before the "
        "lesion, tilt %.0f and capsule angle %.0f degrees",
        clear, best->tier > 0 ? ", all with a limit on the borderline" : "",
        path->length_mm, shortest->criteria[1], path->clearance_mm, what,
        path->liver_transit_mm, path->axial_tilt_deg, path->capsule_angle_deg);
}

static void show_paths(abl_access *out, const abl_ray_set *set, candidate *all,
                       size_t count)
{
    qsort(all, count, sizeof *all, compare);
    out->pareto_count = find_pareto(all, count);
    const candidate *shortest = &all[0];
    for (size_t n = 1; n < count; n++)
        if (all[n].criteria[1] < shortest->criteria[1])
            shortest = &all[n];
    fill_path(&out->path, set, all[0].ray);
    give_reasons(&out->path, &all[0], shortest, count);
    for (int n = 0; n < CRITERIA && n < ABL_ACCESS_MAX_OTHERS; n++)
        add_other(out, set, all, count, n);
}

abl_status abl_access_choose(abl_access *out, const abl_ray_set *set,
                             abl_error *err)
{
    const size_t total = set->targets->count * ABL_ACCESS_DIRECTIONS;
    size_t count = 0;
    for (size_t n = 0; n < total; n++)
        count += is_clear(&set->rays[n]) ? 1 : 0;
    out->has_path = count > 0;
    if (!count)
        return ABL_OK;
    candidate *all = abl_alloc(count, sizeof *all, err);
    if (!all)
        return ABL_E_NOMEM;
    count = 0;
    for (size_t n = 0; n < total; n++)
        if (is_clear(&set->rays[n]))
            weigh(&all[count++], set, n);
    show_paths(out, set, all, count);
    free(all);
    return ABL_OK;
}
