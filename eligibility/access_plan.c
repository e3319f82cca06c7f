/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "eligibility/access_choose.h"
#include "eligibility/access_cover.h"

#define GOLDEN_ANGLE_RAD 2.399963229728653

void abl_access_direction(double away_lps[3], size_t n)
{
    const double total = ABL_ACCESS_DIRECTIONS;
    const double height = 1 - (2 * (double)n + 1) / total;
    const double radius = sqrt(1 - height * height);
    away_lps[0] = radius * cos(GOLDEN_ANGLE_RAD * (double)n);
    away_lps[1] = radius * sin(GOLDEN_ANGLE_RAD * (double)n);
    away_lps[2] = height;
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
    case ABL_RAY_STEEP:
        out->blocked_steep++;
        break;
    case ABL_RAY_TABLE:
        out->blocked_table++;
        break;
    case ABL_RAY_NO_SKIN:
        out->blocked_no_skin++;
        break;
    case ABL_RAY_TOO_LONG:
        out->blocked_too_long++;
        break;
    case ABL_RAY_TOO_SHORT:
        out->blocked_too_short++;
        break;
    case ABL_RAY_UNCLASSIFIED:
        out->blocked[ABL_UNCLASSIFIED]++;
        break;
    case ABL_RAY_FOLD:
        out->blocked_fold++;
        break;
    case ABL_RAY_CLEAR:
        out->clear++;
        break;
    case ABL_RAY_CLEAR_LONG:
        out->clear_long++;
        break;
    }
}

static void judge_directions(const abl_ray_set *set, abl_ray_task *task)
{
    for (size_t t = 0; t < set->targets->count; t++) {
        abl_ray *rays = set->rays + t * ABL_ACCESS_DIRECTIONS;
        for (int r = 0; r < 3; r++)
            task->target_lps[r] = set->targets->lps[t][r];
#pragma omp parallel for schedule(dynamic, 64)
        for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n++) {
            double away[3];
            abl_access_direction(away, n);
            rays[n] = abl_ray_judge(task, away);
        }
    }
}

/* The counts and the map are those of the first target. */
static abl_status count_directions(abl_access *out, const abl_ray_set *set,
                                   abl_error *err)
{
    out->map = abl_alloc(ABL_ACCESS_DIRECTIONS, sizeof *out->map, err);
    if (!out->map)
        return ABL_E_NOMEM;
    out->directions = ABL_ACCESS_DIRECTIONS;
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n++) {
        const abl_ray *ray = &set->rays[n];
        const bool is_blocked = ray->state == ABL_RAY_BLOCKED;
        count_ray(out, ray);
        out->map[n] = (abl_direction){
            (uint8_t)ray->state, is_blocked ? ray->obstacle : 0,
            is_blocked ? ray->lesion : 0, (float)ray->length_mm};
    }
    return ABL_OK;
}

static abl_status judge_all(abl_access *out, abl_ray_task *task,
                            const abl_targets *targets, abl_error *err)
{
    abl_ray_set set = {.map = task->map, .targets = targets};
    set.rays = abl_alloc(targets->count * ABL_ACCESS_DIRECTIONS,
                         sizeof *set.rays, err);
    if (!set.rays)
        return ABL_E_NOMEM;
    judge_directions(&set, task);
    abl_status status = count_directions(out, &set, err);
    if (!status)
        status = abl_access_choose(out, &set, err);
    if (!status && !out->has_path) {
        task->is_full = true;
        judge_directions(&set, task);
        abl_access_relax(out, &set);
    }
    free(set.rays);
    return status;
}

/* Zones lie along the path, or along the lesion when there is none. */
static abl_status cover(abl_access *out, const abl_ray_task *task,
                        const abl_targets *targets, abl_error *err)
{
    double along[3];
    for (int r = 0; r < 3; r++)
        along[r] = out->has_path
                       ? (out->path.entry_lps[r] - out->path.target_lps[r]) /
                             out->path.length_mm
                       : targets->axes.long_lps[r];
    return abl_access_cover(out, task->map, task->lesion, along, err);
}

static abl_status start(abl_access *out, abl_targets *targets,
                        const abl_access_map *map, size_t lesion_index,
                        abl_error *err)
{
    const abl_access_options *options = &map->options;
    *out = (abl_access){.corridor_mm = options->corridor_mm,
                        .corridor_out_of_plane_mm =
                            options->corridor_out_of_plane_mm,
                        .pleura_margin_mm = options->pleura_margin_mm,
                        .table_known_from = map->table.known_from,
                        .uncertain_why = map->uncertain_why,
                        .obstacles_uncertain = map->uncertain_why != NULL,
                        .why_not = map->why_not};
    if (lesion_index >= map->structures->lesion_count)
        return abl_error_set(err, ABL_E_INVALID, "there is no lesion %zu",
                             lesion_index + 1);
    const abl_volume *field = map->structures->lesions[lesion_index].field;
    abl_status status = ABL_OK;
    if (field)
        status = abl_targets_find(targets, field, err);
    for (int r = 0; r < 3; r++)
        out->target_lps[r] = targets->lps[0][r];
    if (!targets->count && !out->why_not)
        out->why_not = "the lesion is smaller than a voxel";
    return status;
}

abl_status abl_access_plan(abl_access *out, const abl_access_map *map,
                           size_t lesion_index, abl_error *err)
{
    abl_targets targets = {.count = 0};
    abl_status status = start(out, &targets, map, lesion_index, err);
    if (status || out->why_not)
        return status;
    abl_ray_task task = {.map = map,
                         .lesion_index = lesion_index,
                         .lesion = map->structures->lesions[lesion_index].field,
                         .liver = map->structures->items[ABL_LIVER].field};
    double ijk[3];
    abl_grid_to_ijk(ijk, &map->grid, out->target_lps);
    if (!(abl_grid_sample_f32(&map->grid, map->skin, ijk) > 0))
        out->why_not = "the lesion lies outside the body that was found";
    else
        status = judge_all(out, &task, &targets, err);
    if (!status && !out->why_not)
        status = cover(out, &task, &targets, err);
    if (status) {
        free(out->map);
        out->map = NULL;
    }
    out->assessed = !status && !out->why_not;
    return status;
}
