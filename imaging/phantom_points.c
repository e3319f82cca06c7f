/* Tubes and lofts of a recipe: solids that are made of points.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "imaging/phantom_model.h"

enum {
    CURVE_STEPS = 4
};

static const abl_number_range any_mm = {-2000, 2000};
static const abl_number_range radius_mm = {0.1, 2000};

static abl_status append_point(abl_recipe *recipe, const abl_solid_point *point,
                               abl_error *err)
{
    abl_solids *solids = &recipe->phantom->solids;
    if (solids->point_count == ABL_PHANTOM_MAX_POINTS)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: tubes and lofts have more than %d points",
                             recipe->name, ABL_PHANTOM_MAX_POINTS);
    solids->points[solids->point_count++] = *point;
    return ABL_OK;
}

/* Catmull-Rom between p[1] and p[2]. */
static abl_solid_point curve_point(double p[4][4], double t)
{
    double at[4], t2 = t * t, t3 = t2 * t;
    for (int c = 0; c < 4; c++)
        at[c] =
            0.5 * (2 * p[1][c] + (p[2][c] - p[0][c]) * t +
                   (2 * p[0][c] - 5 * p[1][c] + 4 * p[2][c] - p[3][c]) * t2 +
                   (3 * p[1][c] - p[0][c] - 3 * p[2][c] + p[3][c]) * t3);
    abl_solid_point point = {.lps = {at[0], at[1], at[2]},
                             .radius_mm = fmax(at[3], 0.1)};
    return point;
}

static abl_status read_tube_point(const abl_recipe *recipe, double out[4],
                                  const json_t *points, size_t n,
                                  const char *where, abl_error *err)
{
    char place[256];
    snprintf(place, sizeof place, "%s.points[%zu]", where, n);
    abl_status status = abl_recipe_numbers(
        recipe, out, 4, json_array_get(points, n), any_mm, place, err);
    if (!status && !(out[3] >= radius_mm.min))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s has the radius %g; allowed are %g to "
                               "%g",
                               recipe->name, place, out[3], radius_mm.min,
                               radius_mm.max);
    return status;
}

/* Appends the points from n - 1 to n, the first of them only for n = 1. */
static abl_status append_piece(abl_recipe *recipe, const json_t *points,
                               size_t n, int steps, const char *where,
                               abl_error *err)
{
    size_t count = json_array_size(points);
    const size_t used[4] = {n > 1 ? n - 2 : n - 1, n - 1, n,
                            n + 1 < count ? n + 1 : n};
    double p[4][4];
    for (int m = 0; m < 4; m++) {
        abl_status status =
            read_tube_point(recipe, p[m], points, used[m], where, err);
        if (status)
            return status;
    }
    double apart = 0;
    for (int a = 0; a < 3; a++)
        apart += fabs(p[2][a] - p[1][a]);
    if (!(apart > 1e-3))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s.points[%zu] repeats the one before",
                             recipe->name, where, n);
    for (int step = n == 1 ? 0 : 1; step <= steps; step++) {
        abl_solid_point point = curve_point(p, (double)step / steps);
        if (steps == 1)
            point = (abl_solid_point){
                .lps = {p[1 + step][0], p[1 + step][1], p[1 + step][2]},
                .radius_mm = p[1 + step][3]};
        abl_status status = append_point(recipe, &point, err);
        if (status)
            return status;
    }
    return ABL_OK;
}

abl_status abl_recipe_tube(abl_recipe *recipe, abl_solid_node *node,
                           const json_t *object, const char *where,
                           abl_error *err)
{
    static const char *const keys[] = {"kind", "points", "curved", NULL};
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (status)
        return status;
    const json_t *points = json_object_get(object, "points");
    if (!json_is_array(points) || json_array_size(points) < 2)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s.points must be 2 or more [x, y, z, "
                             "radius]",
                             recipe->name, where);
    int steps =
        json_is_true(json_object_get(object, "curved")) ? CURVE_STEPS : 1;
    node->first = recipe->phantom->solids.point_count;
    for (size_t n = 1; !status && n < json_array_size(points); n++)
        status = append_piece(recipe, points, n, steps, where, err);
    node->count = recipe->phantom->solids.point_count - node->first;
    return status;
}

/* [z, x, y, half width, half depth to the front, to the back] */
static abl_status append_section(abl_recipe *recipe, double exponent,
                                 const json_t *values, const char *where,
                                 abl_error *err)
{
    double v[6];
    abl_status status =
        abl_recipe_numbers(recipe, v, 6, values, any_mm, where, err);
    if (status)
        return status;
    if (!(fmin(v[3], fmin(v[4], v[5])) >= radius_mm.min))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s has a half axis below %g", recipe->name,
                             where, radius_mm.min);
    abl_solid_point point = {.lps = {v[1], v[2], v[0]},
                             .left_mm = v[3],
                             .front_mm = v[4],
                             .back_mm = v[5],
                             .exponent = exponent};
    return append_point(recipe, &point, err);
}

/* Cubic Hermite between b and c with the slopes of their neighbours. */
static double interpolate(const double v[4], const double z[4], double t)
{
    double step = z[2] - z[1];
    double start = z[2] > z[0] ? (v[2] - v[0]) / (z[2] - z[0]) * step : 0;
    double end = z[3] > z[1] ? (v[3] - v[1]) / (z[3] - z[1]) * step : 0;
    double t2 = t * t, t3 = t2 * t;
    return (2 * t3 - 3 * t2 + 1) * v[1] + (t3 - 2 * t2 + t) * start +
           (3 * t2 - 2 * t3) * v[2] + (t3 - t2) * end;
}

/* Section @p step of @p steps from the first to the last given one. */
static abl_solid_point even_section(const abl_solid_point *points, size_t count,
                                    size_t step, size_t steps)
{
    double low = points[0].lps[2], high = points[count - 1].lps[2];
    double at = low + (high - low) * (double)step / (double)steps;
    size_t n = 0;
    while (n + 2 < count && points[n + 1].lps[2] <= at)
        n++;
    const abl_solid_point *p[4] = {points + (n > 0 ? n - 1 : n), points + n,
                                   points + n + 1,
                                   points + (n + 2 < count ? n + 2 : n + 1)};
    double t = (at - p[1]->lps[2]) / (p[2]->lps[2] - p[1]->lps[2]);
    double z[4], v[5][4], found[5];
    for (int m = 0; m < 4; m++) {
        z[m] = p[m]->lps[2];
        v[0][m] = p[m]->lps[0];
        v[1][m] = p[m]->lps[1];
        v[2][m] = p[m]->left_mm;
        v[3][m] = p[m]->front_mm;
        v[4][m] = p[m]->back_mm;
    }
    for (int m = 0; m < 5; m++)
        found[m] = interpolate(v[m], z, t);
    abl_solid_point section = {.lps = {found[0], found[1], at},
                               .left_mm = fmax(found[2], radius_mm.min),
                               .front_mm = fmax(found[3], radius_mm.min),
                               .back_mm = fmax(found[4], radius_mm.min),
                               .exponent = points[0].exponent};
    return section;
}

/* Evenly spaced sections, some 2 mm apart, in place of the given ones. */
static abl_status space_evenly(abl_recipe *recipe, abl_solid_node *node,
                               abl_error *err)
{
    abl_solids *solids = &recipe->phantom->solids;
    const abl_solid_point *given = solids->points + node->first;
    double length = given[node->count - 1].lps[2] - given[0].lps[2];
    size_t steps = (size_t)ceil(length / 2), first = solids->point_count;
    for (size_t n = 0; n <= steps; n++) {
        const abl_solid_point point =
            even_section(given, node->count, n, steps);
        abl_status status = append_point(recipe, &point, err);
        if (status)
            return status;
    }
    node->first = first;
    node->count = steps + 1;
    return ABL_OK;
}

abl_status abl_recipe_loft(abl_recipe *recipe, abl_solid_node *node,
                           const json_t *object, const char *where,
                           abl_error *err)
{
    static const char *const keys[] = {"kind", "sections", "exponent", NULL};
    double exponent = 2;
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = abl_recipe_number(recipe, &exponent, object, "exponent",
                                   (abl_number_range){2, 16}, where, err);
    if (status)
        return status;
    const json_t *sections = json_object_get(object, "sections");
    size_t count = json_array_size(sections);
    if (count < 2)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s.sections must be 2 or more lists",
                             recipe->name, where);
    const abl_solids *solids = &recipe->phantom->solids;
    node->first = solids->point_count;
    for (size_t n = 0; n < count; n++) {
        char place[256];
        snprintf(place, sizeof place, "%s.sections[%zu]", where, n);
        status = append_section(recipe, exponent, json_array_get(sections, n),
                                place, err);
        if (status)
            return status;
        const abl_solid_point *now = solids->points + solids->point_count - 1;
        if (n > 0 && !(now->lps[2] >= now[-1].lps[2] + 0.1))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: %s is not above the one before",
                                 recipe->name, place);
    }
    node->count = count;
    return space_evenly(recipe, node, err);
}
