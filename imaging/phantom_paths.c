/* Straight ways from the skin: what stands in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/phantom_truth.h"

enum {
    DIRECTIONS = 200
};

static const double farthest_mm = 500;

abl_status abl_recipe_path(abl_recipe *recipe, const json_t *item,
                           const char *where, abl_error *err)
{
    static const char *const keys[] = {"name", "entry_lps", "target_lps",
                                       "half_width_mm", NULL};
    static const abl_number_range any_mm = {-2000, 2000};
    abl_phantom *phantom = recipe->phantom;
    abl_phantom_path *path = phantom->paths + phantom->path_count;
    char place[128];
    path->half_width_mm = 5;
    abl_status status = abl_recipe_keys(recipe, item, keys, where, err);
    if (!status)
        status = abl_recipe_text(recipe, path->name, sizeof path->name, item,
                                 "name", where, err);
    snprintf(place, sizeof place, "%s.entry_lps", where);
    if (!status)
        status = abl_recipe_numbers(recipe, path->entry_lps, 3,
                                    json_object_get(item, "entry_lps"), any_mm,
                                    place, err);
    snprintf(place, sizeof place, "%s.target_lps", where);
    if (!status)
        status = abl_recipe_numbers(recipe, path->target_lps, 3,
                                    json_object_get(item, "target_lps"), any_mm,
                                    place, err);
    if (!status)
        status = abl_recipe_number(recipe, &path->half_width_mm, item,
                                   "half_width_mm", (abl_number_range){0, 50},
                                   where, err);
    if (!status)
        phantom->path_count++;
    return status;
}

typedef struct ray_line {
    double from[3], unit[3], length_mm;
} ray_line;

static void point_on(double lps[3], const ray_line *line, double at_mm)
{
    for (int a = 0; a < 3; a++)
        lps[a] = line->from[a] + at_mm * line->unit[a];
}

static ray_line line_between(const double from[3], const double to[3])
{
    ray_line line = {.length_mm = 0};
    memcpy(line.from, from, sizeof line.from);
    for (int a = 0; a < 3; a++)
        line.length_mm += (to[a] - from[a]) * (to[a] - from[a]);
    line.length_mm = sqrt(line.length_mm);
    for (int a = 0; a < 3; a++)
        line.unit[a] =
            line.length_mm > 0 ? (to[a] - from[a]) / line.length_mm : 0;
    return line;
}

/* Where a line first meets a solid, or INFINITY. @p least_mm becomes a lower
 * bound of the distance between them: between two samples the field cannot
 * fall below what its slope of at most one allows. @p least_at_mm is the
 * sample with the smallest value. */
static double first_hit(double *least_mm, double *least_at_mm,
                        const abl_phantom *phantom, size_t solid,
                        const ray_line *line)
{
    double least_value = INFINITY, last = INFINITY, step = 0;
    *least_mm = INFINITY;
    *least_at_mm = 0;
    for (double at = 0;; at = fmin(at + step, line->length_mm)) {
        double lps[3];
        point_on(lps, line, at);
        double value = abl_solid_value(&phantom->solids, solid, lps);
        if (value < least_value) {
            least_value = value;
            *least_at_mm = at;
        }
        *least_mm = fmin(*least_mm, fmin(value, (value + last - step) / 2));
        if (value < 0)
            return at;
        if (at >= line->length_mm)
            return INFINITY;
        last = value;
        step = value > 1 ? fmax(value / 3, 1) : fmax(value, 0.05);
    }
}

/* The distance between a line and a solid that it does not meet: nearest
 * points in turn, from where the field is least. */
static double distance_to_line(const abl_phantom *phantom, size_t solid,
                               const ray_line *line, double at_mm)
{
    double best = INFINITY, lps[3], nearest[3];
    for (int n = 0; n < 30; n++) {
        point_on(lps, line, at_mm);
        double found =
            n == 0 ? abl_solid_nearest_mm(nearest, &phantom->solids, solid, lps,
                                          farthest_mm)
                   : abl_solid_nearest_from_mm(nearest, &phantom->solids, solid,
                                               lps, nearest);
        if (!(found < best - 1e-4))
            break;
        best = found;
        at_mm = 0;
        for (int a = 0; a < 3; a++)
            at_mm += (nearest[a] - line->from[a]) * line->unit[a];
        at_mm = fmin(fmax(at_mm, 0), line->length_mm);
    }
    return best;
}

static json_t *name_or_null(const char *name)
{
    return name ? json_string(name) : json_null();
}

static json_t *describe_path(const abl_phantom *phantom,
                             const abl_phantom_path *path)
{
    const ray_line line = line_between(path->entry_lps, path->target_lps);
    const char *first = NULL, *nearest = NULL;
    double first_mm = INFINITY, clearance_mm = INFINITY;
    for (size_t n = 0; n < phantom->obstacle_count; n++) {
        const abl_phantom_target *o = phantom->obstacles + n;
        double value, at;
        double hit = first_hit(&value, &at, phantom, o->solid, &line);
        if (hit < first_mm) {
            first_mm = hit;
            first = o->name;
        }
        double apart = isfinite(hit) ? 0
                       : value < clearance_mm
                           ? distance_to_line(phantom, o->solid, &line, at)
                           : INFINITY;
        if (apart < clearance_mm) {
            clearance_mm = apart;
            nearest = o->name;
        }
    }
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(path->name));
    json_object_set_new(object, "entry_lps",
                        abl_truth_numbers(path->entry_lps, 3));
    json_object_set_new(object, "target_lps",
                        abl_truth_numbers(path->target_lps, 3));
    json_object_set_new(object, "length_mm", abl_truth_number(line.length_mm));
    json_object_set_new(object, "half_width_mm",
                        abl_truth_number(path->half_width_mm));
    json_object_set_new(object, "clear",
                        json_boolean(clearance_mm > path->half_width_mm));
    json_object_set_new(object, "clearance_mm", abl_truth_number(clearance_mm));
    json_object_set_new(object, "nearest", name_or_null(nearest));
    json_object_set_new(object, "first_on_axis", name_or_null(first));
    json_object_set_new(object, "first_at_mm", abl_truth_number(first_mm));
    return object;
}

json_t *abl_truth_paths(const abl_phantom *phantom)
{
    json_t *list = json_array();
    for (size_t n = 0; n < phantom->path_count; n++)
        json_array_append_new(list, describe_path(phantom, phantom->paths + n));
    return list;
}

typedef struct way {
    ray_line line; /* from the middle of the lesion to the skin */
    const char *obstacle;
    double at_mm, least_mm;
} way;

static double leave_body(const abl_phantom *phantom, const ray_line *line)
{
    double at = 0, lps[3];
    while (at < farthest_mm) {
        point_on(lps, line, at);
        double value = abl_solid_value(&phantom->solids, phantom->skin, lps);
        if (value >= 0)
            return at;
        at += fmax(-value, 0.05);
    }
    return at;
}

/* The first obstacle as seen from the skin. */
static void judge_way(way *w, const abl_phantom *phantom)
{
    w->line.length_mm = leave_body(phantom, &w->line);
    double skin_lps[3];
    point_on(skin_lps, &w->line, w->line.length_mm);
    const ray_line inwards = line_between(skin_lps, w->line.from);
    w->at_mm = w->least_mm = INFINITY;
    for (size_t n = 0; n < phantom->obstacle_count; n++) {
        double value, at;
        double hit = first_hit(&value, &at, phantom,
                               phantom->obstacles[n].solid, &inwards);
        w->least_mm = fmin(w->least_mm, fmax(value, 0));
        if (hit < w->at_mm) {
            w->at_mm = hit;
            w->obstacle = phantom->obstacles[n].name;
        }
    }
}

static void aim_ways(way ways[DIRECTIONS], const double middle[3])
{
    for (int n = 0; n < DIRECTIONS; n++) {
        double z = 1 - (2 * n + 1.0) / DIRECTIONS, r = sqrt(1 - z * z);
        double around = n * 2.39996322972865332;
        ways[n] = (way){.obstacle = NULL};
        memcpy(ways[n].line.from, middle, sizeof ways[n].line.from);
        ways[n].line.unit[0] = r * cos(around);
        ways[n].line.unit[1] = r * sin(around);
        ways[n].line.unit[2] = z;
    }
}

json_t *abl_truth_directions(const abl_phantom *phantom, size_t lesion)
{
    way ways[DIRECTIONS];
    const abl_solid_node *node =
        phantom->solids.nodes + phantom->lesions[lesion].solid;
    double middle[3];
    for (int a = 0; a < 3; a++)
        middle[a] = (node->lo[a] + node->hi[a]) / 2;
    aim_ways(ways, middle);
#pragma omp parallel for schedule(dynamic, 8)
    for (int n = 0; n < DIRECTIONS; n++)
        judge_way(ways + n, phantom);
    json_t *list = json_array();
    for (int n = 0; n < DIRECTIONS; n++) {
        const way *w = ways + n;
        json_t *entry = json_object();
        json_object_set_new(entry, "to_skin_lps",
                            abl_truth_numbers(w->line.unit, 3));
        json_object_set_new(entry, "depth_mm",
                            abl_truth_number(w->line.length_mm));
        json_object_set_new(entry, "first_on_axis", name_or_null(w->obstacle));
        json_object_set_new(entry, "first_at_mm", abl_truth_number(w->at_mm));
        json_object_set_new(entry, "clearance_at_least_mm",
                            abl_truth_number(w->least_mm));
        json_array_append_new(list, entry);
    }
    return list;
}
