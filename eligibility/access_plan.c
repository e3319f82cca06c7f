/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "eligibility/access_target.h"
#include "eligibility/access_trace.h"

#define DEG              57.29577951308232
#define GOLDEN_ANGLE_RAD 2.399963229728653

/* Cost of a path: conventions of this project, see access.h. */
#define WANTED_CLEARANCE_MM 15.0
#define COST_PER_CLEARANCE  4.0
#define COST_PER_TILT_DEG   0.5

/* Direction n of a Fibonacci lattice on the sphere. */
static void direction_lps(double away[3], size_t n)
{
    const double total = ABL_ACCESS_DIRECTIONS;
    const double height = 1 - (2 * (double)n + 1) / total;
    const double radius = sqrt(1 - height * height);
    away[0] = radius * cos(GOLDEN_ANGLE_RAD * (double)n);
    away[1] = radius * sin(GOLDEN_ANGLE_RAD * (double)n);
    away[2] = height;
}

static double ray_cost(const abl_ray *ray)
{
    const double missing = fmax(
        0, WANTED_CLEARANCE_MM - fmin(ray->clearance_mm, ray->unclassified_mm));
    return ray->length_mm + COST_PER_CLEARANCE * missing +
           COST_PER_TILT_DEG * fabs(ray->tilt_deg);
}

/* 0 is best: within the length, then liver transit and capsule angle. */
static int ray_tier(const abl_ray *ray)
{
    const bool good = ray->transit_mm >= ABL_ACCESS_MIN_TRANSIT_MM &&
                      ray->capsule_deg <= ABL_ACCESS_MAX_CAPSULE_DEG;
    return (ray->state == ABL_RAY_CLEAR ? 0 : 2) + (good ? 0 : 1);
}

static bool is_clear(const abl_ray *ray)
{
    return ray->state == ABL_RAY_CLEAR || ray->state == ABL_RAY_CLEAR_LONG;
}

/* The first of the best; ABL_ACCESS_DIRECTIONS when none is clear. */
static size_t choose(const abl_ray *rays)
{
    size_t best = ABL_ACCESS_DIRECTIONS;
    int best_tier = 0;
    double best_cost = DBL_MAX;
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n++) {
        if (!is_clear(&rays[n]))
            continue;
        const int tier = ray_tier(&rays[n]);
        const double cost = ray_cost(&rays[n]);
        if (best == ABL_ACCESS_DIRECTIONS || tier < best_tier ||
            (tier == best_tier && cost < best_cost)) {
            best = n;
            best_tier = tier;
            best_cost = cost;
        }
    }
    return best;
}

static void count_ray(abl_access *out, const abl_ray *ray)
{
    switch (ray->state) {
    case ABL_RAY_BLOCKED:
        if (ray->lesion)
            out->blocked_lesion++;
        else
            out->blocked[ray->obstacle]++;
        break;
    case ABL_RAY_NO_SKIN:
        out->blocked_no_skin++;
        break;
    case ABL_RAY_TOO_LONG:
        out->blocked_too_long++;
        break;
    case ABL_RAY_UNCLASSIFIED:
        out->blocked[ABL_UNCLASSIFIED]++;
        break;
    case ABL_RAY_CLEAR:
        out->clear++;
        break;
    case ABL_RAY_CLEAR_LONG:
        out->clear_long++;
        break;
    }
}

static void fill_path(abl_path *path, const abl_ray_task *task,
                      const abl_ray *ray, const double away[3])
{
    for (int r = 0; r < 3; r++) {
        path->target_lps[r] = task->target_lps[r];
        path->entry_lps[r] = task->target_lps[r] + ray->length_mm * away[r];
    }
    path->length_mm = ray->length_mm;
    path->clearance_mm = ray->clearance_mm;
    path->nearest_obstacle = (abl_structure_id)ray->obstacle;
    path->nearest_lesion = ray->lesion;
    path->unclassified_mm = ray->unclassified_mm;
    path->liver_transit_mm = ray->transit_mm;
    path->capsule_angle_deg = ray->capsule_deg;
    path->axial_tilt_deg = ray->tilt_deg;
    path->in_plane_angle_deg = DEG * atan2(away[0], -away[1]);
}

static abl_status judge_all(abl_access *out, const abl_ray_task *task,
                            abl_error *err)
{
    abl_ray *rays = abl_alloc(ABL_ACCESS_DIRECTIONS, sizeof *rays, err);
    if (!rays)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(dynamic, 64)
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n++) {
        double away[3];
        direction_lps(away, n);
        rays[n] = abl_ray_judge(task, away);
    }
    out->directions = ABL_ACCESS_DIRECTIONS;
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n++)
        count_ray(out, &rays[n]);
    const size_t best = choose(rays);
    out->has_path = best < ABL_ACCESS_DIRECTIONS;
    if (out->has_path) {
        double away[3];
        direction_lps(away, best);
        fill_path(&out->path, task, &rays[best], away);
    }
    free(rays);
    return ABL_OK;
}

static abl_status start(abl_access *out, const abl_access_map *map,
                        size_t lesion_index, abl_error *err)
{
    *out = (abl_access){.corridor_mm = map->options.corridor_mm,
                        .uncertain_why = map->uncertain_why,
                        .obstacles_uncertain = map->uncertain_why != NULL,
                        .why_not = map->why_not};
    if (lesion_index >= map->structures->lesion_count)
        return abl_error_set(err, ABL_E_INVALID, "there is no lesion %zu",
                             lesion_index + 1);
    const abl_volume *field = map->structures->lesions[lesion_index].field;
    bool found = false;
    abl_status status = ABL_OK;
    if (field)
        status = abl_access_target(out->target_lps, &found, field, err);
    if (!found && !out->why_not)
        out->why_not = "the lesion is smaller than a voxel";
    return status;
}

abl_status abl_access_plan(abl_access *out, const abl_access_map *map,
                           size_t lesion_index, abl_error *err)
{
    abl_status status = start(out, map, lesion_index, err);
    if (status || out->why_not)
        return status;
    abl_ray_task task = {.map = map,
                         .lesion_index = lesion_index,
                         .lesion = map->structures->lesions[lesion_index].field,
                         .liver = map->structures->items[ABL_LIVER].field};
    for (int r = 0; r < 3; r++)
        task.target_lps[r] = out->target_lps[r];
    double ijk[3];
    abl_grid_to_ijk(ijk, &map->grid, task.target_lps);
    if (!(abl_grid_sample_f32(&map->grid, map->skin, ijk) > 0))
        out->why_not = "the lesion lies outside the body that was found";
    else
        status = judge_all(out, &task, err);
    out->assessed = !status && !out->why_not;
    return status;
}
