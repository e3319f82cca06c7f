/* Moving a lesion until it keeps a stated distance.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

typedef struct placement {
    size_t in, to;
    bool has_in, has_to;
    double gap_mm;
} placement;

static abl_status named_solid(abl_recipe *recipe, size_t *solid, bool *given,
                              const json_t *place, const char *key,
                              const char *where, abl_error *err)
{
    char path[128];
    const json_t *name = json_object_get(place, key);
    if (!name)
        return ABL_OK;
    snprintf(path, sizeof path, "%s.place.%s", where, key);
    *given = true;
    return abl_recipe_solid(recipe, solid, name, path, err);
}

static abl_status read_placement(abl_recipe *recipe, placement *p,
                                 const json_t *place, const char *where,
                                 abl_error *err)
{
    char path[128];
    snprintf(path, sizeof path, "%s.place", where);
    abl_status status =
        named_solid(recipe, &p->in, &p->has_in, place, "in", where, err);
    const char *to = json_string_value(json_object_get(place, "to"));
    if (!status && to && strcmp(to, "capsule") == 0) {
        p->to = p->in;
        p->has_to = p->has_in;
    } else if (!status) {
        status =
            named_solid(recipe, &p->to, &p->has_to, place, "to", where, err);
    }
    if (!status)
        status = abl_recipe_number(recipe, &p->gap_mm, place, "gap_mm",
                                   (abl_number_range){-50, 100}, path, err);
    bool has_gap = json_object_get(place, "gap_mm") != NULL;
    if (!status && has_gap != p->has_to)
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s needs \"to\" and \"gap_mm\" together, "
                               "and \"in\" for the capsule",
                               recipe->name, path);
    return status;
}

/* An ellipsoid moves itself, so that its formulas stay closed; anything else
 * is seen through a displacement. */
static abl_status make_movable(abl_recipe *recipe, size_t *solid, bool is_named,
                               abl_error *err)
{
    abl_solids *solids = &recipe->phantom->solids;
    if (!is_named && abl_solid_is_ellipsoid(solids->nodes + *solid))
        return ABL_OK;
    if (solids->node_count == ABL_PHANTOM_MAX_NODES ||
        solids->child_count == ABL_PHANTOM_MAX_CHILDREN)
        return abl_error_set(err, ABL_E_FORMAT, "%s: too many solids",
                             recipe->name);
    const abl_solid_node node = {
        .kind = ABL_SOLID_MOVE, .first = solids->child_count, .count = 1};
    solids->children[solids->child_count++] = *solid;
    *solid = solids->node_count;
    solids->nodes[solids->node_count++] = node;
    return ABL_OK;
}

static void move_by(abl_solids *solids, size_t solid, const double by_mm[3])
{
    for (int a = 0; a < 3; a++)
        solids->nodes[solid].centre_lps[a] += by_mm[a];
    abl_solid_finish(solids, solid);
}

static double unit_towards(double unit[3], const double from[3],
                           const double to[3])
{
    double length = 0;
    for (int a = 0; a < 3; a++)
        length += (to[a] - from[a]) * (to[a] - from[a]);
    length = sqrt(length);
    for (int a = 0; a < 3; a++)
        unit[a] = length > 0 ? (to[a] - from[a]) / length : 0;
    return length;
}

static void middle_of(double lps[3], const abl_solid_node *node)
{
    for (int a = 0; a < 3; a++)
        lps[a] = (node->lo[a] + node->hi[a]) / 2;
}

/* How far to go, and where to, for the wanted gap. A sphere's may be negative:
 * so much of it then lies beyond the surface. @p span is the one before, or
 * NAN, and becomes this one. */
static double next_step(double unit[3], abl_solid_span *span,
                        const abl_solids *solids, size_t lesion,
                        const placement *p)
{
    const abl_solid_node *node = solids->nodes + lesion;
    double middle[3], nearest[3];
    middle_of(middle, node);
    if (!abl_solid_is_sphere(node)) {
        *span = isnan(span->gap_mm)
                    ? abl_solid_gap(solids, lesion, p->to)
                    : abl_solid_gap_near(solids, lesion, p->to, span);
        if (span->gap_mm > 0 && isfinite(span->gap_mm)) {
            unit_towards(unit, span->from_lps, span->to_lps);
            return span->gap_mm - p->gap_mm;
        }
        span->gap_mm = NAN;
    }
    if (isnan(span->to_lps[0]))
        abl_solid_nearest_mm(nearest, solids, p->to, middle, 400);
    else
        abl_solid_nearest_from_mm(nearest, solids, p->to, middle, span->to_lps);
    if (isnan(nearest[0]))
        return NAN;
    double length = unit_towards(unit, middle, nearest);
    if (!abl_solid_is_sphere(node))
        return -2;
    memcpy(span->to_lps, nearest, sizeof nearest);
    return length - node->radii_mm[0] - p->gap_mm;
}

static bool is_centre_inside(const abl_solids *solids, size_t lesion,
                             const placement *p)
{
    double middle[3];
    middle_of(middle, solids->nodes + lesion);
    return !p->has_in || abl_solid_value(solids, p->in, middle) < 0;
}

/* Steps from the nearest points of the step before; what they settle on is
 * looked at afresh, for something else may have come nearer. */
static bool settle(abl_solids *solids, size_t lesion, const placement *p)
{
    enum {
        ROUNDS = 80
    };
    const abl_solid_span afresh = {NAN, {NAN, NAN, NAN}, {NAN, NAN, NAN}};
    abl_solid_span span = afresh;
    bool is_afresh = true;
    for (int n = 0; n < ROUNDS; n++) {
        double unit[3] = {0, 0, 0}, by_mm[3];
        double step = next_step(unit, &span, solids, lesion, p);
        if (isnan(step))
            return false;
        if (fabs(step) < 1e-3 && is_afresh)
            return is_centre_inside(solids, lesion, p);
        is_afresh = fabs(step) < 1e-3;
        if (is_afresh)
            span = afresh;
        step = fmin(fmax(step, -5), 5) * (n < ROUNDS / 2 ? 1 : 0.5);
        for (int a = 0; a < 3; a++)
            by_mm[a] = step * unit[a];
        move_by(solids, lesion, by_mm);
        if (!is_centre_inside(solids, lesion, p))
            return false;
    }
    return false;
}

static abl_status check_gap(const abl_recipe *recipe, size_t lesion,
                            const placement *p, const char *where,
                            abl_error *err)
{
    const abl_solids *solids = &recipe->phantom->solids;
    if (p->gap_mm >= 0)
        return ABL_OK;
    const abl_solid_node *node = solids->nodes + lesion;
    if (abl_solid_is_sphere(node) && -p->gap_mm < node->radii_mm[0])
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: %s.place.gap_mm: only a sphere may lie through a "
                         "surface, and by less than its radius",
                         recipe->name, where);
}

static abl_status check_inside(const abl_recipe *recipe, size_t lesion,
                               const placement *p, const char *where,
                               abl_error *err)
{
    const abl_solids *solids = &recipe->phantom->solids;
    double centre[3];
    middle_of(centre, solids->nodes + lesion);
    if (is_centre_inside(solids, lesion, p))
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: %s.place: the lesion's centre %.1f %.1f %.1f is "
                         "not inside of \"in\"",
                         recipe->name, where, centre[0], centre[1], centre[2]);
}

abl_status abl_recipe_place(abl_recipe *recipe, size_t *solid,
                            const json_t *lesion, const char *where,
                            abl_error *err)
{
    static const char *const keys[] = {"near_lps", "in", "to", "gap_mm", NULL};
    const json_t *place = json_object_get(lesion, "place");
    if (!place)
        return ABL_OK;
    char path[128];
    placement p = {0};
    double near_lps[3];
    snprintf(path, sizeof path, "%s.place", where);
    abl_status status = abl_recipe_keys(recipe, place, keys, path, err);
    snprintf(path, sizeof path, "%s.place.near_lps", where);
    if (!status)
        status = abl_recipe_numbers(recipe, near_lps, 3,
                                    json_object_get(place, "near_lps"),
                                    (abl_number_range){-2000, 2000}, path, err);
    if (!status)
        status = read_placement(recipe, &p, place, where, err);
    bool is_named = json_is_string(json_object_get(lesion, "solid"));
    if (!status)
        status = make_movable(recipe, solid, is_named, err);
    if (status)
        return status;
    abl_solids *solids = &recipe->phantom->solids;
    move_by(solids, *solid, near_lps);
    if (!isfinite(solids->nodes[*solid].hi[0] - solids->nodes[*solid].lo[0]))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s: a solid without end cannot be placed",
                             recipe->name, where);
    status = check_inside(recipe, *solid, &p, where, err);
    if (!status)
        status = check_gap(recipe, *solid, &p, where, err);
    if (!status && p.has_to && !settle(solids, *solid, &p))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s.place: no place near near_lps keeps the "
                               "gap of %g mm; start elsewhere",
                               recipe->name, where, p.gap_mm);
    return status;
}
