/* The vessels of a phantom: which there are, and how near they come.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_truth.h"

static const double step_mm = 0.5;

static abl_status read_names(abl_recipe *recipe, abl_phantom_vessel *vessel,
                             const json_t *item, const char *where,
                             abl_error *err)
{
    static const char *const keys[] = {"name", "solid", "within", NULL};
    char path[128];
    abl_status status = abl_recipe_keys(recipe, item, keys, where, err);
    if (!status)
        status = abl_recipe_text(recipe, vessel->name, sizeof vessel->name,
                                 item, "name", where, err);
    snprintf(path, sizeof path, "%s.solid", where);
    if (!status)
        status = abl_recipe_solid(recipe, &vessel->solid,
                                  json_object_get(item, "solid"), path, err);
    snprintf(path, sizeof path, "%s.within", where);
    if (!status)
        status = abl_recipe_solid(recipe, &vessel->within,
                                  json_object_get(item, "within"), path, err);
    return status;
}

static bool is_tubes(const abl_solids *solids, size_t index)
{
    const abl_solid_node *node = solids->nodes + index;
    bool all = node->kind == ABL_SOLID_TUBE || node->kind == ABL_SOLID_UNION;
    for (size_t n = 0; n < node->count && node->kind == ABL_SOLID_UNION; n++)
        all = all && is_tubes(solids, solids->children[node->first + n]);
    return all;
}

abl_status abl_recipe_vessel(abl_recipe *recipe, const json_t *item,
                             const char *where, abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    abl_phantom_vessel *vessel = phantom->vessels + phantom->vessel_count;
    abl_status status = read_names(recipe, vessel, item, where, err);
    if (!status && !is_tubes(&phantom->solids, vessel->solid))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s.solid must be a tube or a union of "
                               "tubes",
                               recipe->name, where);
    if (!status && vessel->name[0] == '\0')
        status = abl_error_set(err, ABL_E_FORMAT, "%s: %s needs \"name\"",
                               recipe->name, where);
    if (!status)
        phantom->vessel_count++;
    return status;
}

/* What happens at each point of a tree's centrelines. */
typedef void (*point_fn)(void *user, size_t tube, const double lps[3],
                         double radius_mm);

static void walk_tube(const abl_solids *solids, const abl_solid_node *node,
                      size_t tube, point_fn visit, void *user)
{
    const abl_solid_point *points = solids->points + node->first;
    for (size_t n = 0; n + 1 < node->count; n++) {
        const abl_solid_point *p = points + n, *q = p + 1;
        double length = 0, lps[3];
        for (int a = 0; a < 3; a++)
            length += (q->lps[a] - p->lps[a]) * (q->lps[a] - p->lps[a]);
        int steps = (int)ceil(sqrt(length) / step_mm);
        for (int k = 0; k < steps || (n + 2 == node->count && k == steps);
             k++) {
            double t = steps > 0 ? (double)k / steps : 0;
            for (int a = 0; a < 3; a++)
                lps[a] = p->lps[a] + t * (q->lps[a] - p->lps[a]);
            visit(user, tube, lps,
                  p->radius_mm + t * (q->radius_mm - p->radius_mm));
        }
    }
}

static void walk_tree(const abl_solids *solids, size_t index, size_t *tube,
                      point_fn visit, void *user)
{
    const abl_solid_node *node = solids->nodes + index;
    if (node->kind == ABL_SOLID_TUBE) {
        walk_tube(solids, node, (*tube)++, visit, user);
        return;
    }
    for (size_t n = 0; n < node->count; n++)
        walk_tree(solids, solids->children[node->first + n], tube, visit, user);
}

typedef struct nearest_search {
    const abl_phantom *phantom;
    const abl_phantom_vessel *vessel;
    size_t lesion;
    double least_calibre_mm;
    abl_phantom_nearest_vessel best;
} nearest_search;

/* Distance of a point from a lesion's surface, negative inside; exact only
 * where it is below @p most_mm, else a lower bound. */
static double from_lesion_mm(const abl_phantom *phantom, size_t lesion,
                             const double lps[3], double most_mm)
{
    size_t solid = phantom->lesions[lesion].solid;
    const abl_solid_node *node = phantom->solids.nodes + solid;
    double value = abl_solid_value(&phantom->solids, solid, lps), nearest[3];
    if (value < 0 || value >= most_mm || abl_solid_is_sphere(node))
        return value;
    return abl_solid_nearest_mm(nearest, &phantom->solids, solid, lps, 400);
}

static void consider(void *user, size_t tube, const double lps[3],
                     double radius_mm)
{
    nearest_search *s = user;
    (void)tube;
    if (2 * radius_mm < s->least_calibre_mm ||
        !(abl_solid_value(&s->phantom->solids, s->vessel->within, lps) < 0))
        return;
    double most = s->best.gap_mm + radius_mm;
    double gap = from_lesion_mm(s->phantom, s->lesion, lps, most) - radius_mm;
    if (gap < s->best.gap_mm) {
        s->best.gap_mm = gap;
        s->best.calibre_mm = 2 * radius_mm;
        memcpy(s->best.at_lps, lps, sizeof s->best.at_lps);
    }
}

abl_phantom_nearest_vessel abl_phantom_vessel_near(const abl_phantom *phantom,
                                                   size_t vessel, size_t lesion,
                                                   double least_calibre_mm)
{
    nearest_search s = {phantom,
                        phantom->vessels + vessel,
                        lesion,
                        least_calibre_mm,
                        {INFINITY, NAN, {NAN, NAN, NAN}}};
    size_t tube = 0;
    walk_tree(&phantom->solids, s.vessel->solid, &tube, consider, &s);
    s.best.gap_mm = isinf(s.best.gap_mm) ? NAN : fmax(s.best.gap_mm, 0);
    return s.best;
}

typedef struct tree_writer {
    const abl_phantom *phantom;
    const abl_phantom_vessel *vessel;
    json_t *tubes, *points; /* points of the tube at hand */
    size_t tube, seen;
    double within_mm, wide_mm; /* lengths; wide: 3 mm calibre and more */
} tree_writer;

static void write_point(void *user, size_t tube, const double lps[3],
                        double radius_mm)
{
    enum {
        EVERY = 4
    };
    tree_writer *w = user;
    if (!w->points || tube != w->tube) {
        w->points = json_array();
        json_array_append_new(w->tubes, w->points);
        w->tube = tube;
        w->seen = 0;
    }
    if (!(abl_solid_value(&w->phantom->solids, w->vessel->within, lps) < 0))
        return;
    w->within_mm += step_mm;
    w->wide_mm += 2 * radius_mm >= 3 ? step_mm : 0;
    if (w->seen++ % EVERY != 0)
        return;
    const double values[4] = {lps[0], lps[1], lps[2], radius_mm};
    json_array_append_new(w->points, abl_truth_numbers(values, 4));
}

json_t *abl_truth_vessels(const abl_phantom *phantom)
{
    json_t *list = json_array();
    for (size_t n = 0; n < phantom->vessel_count; n++) {
        tree_writer w = {.phantom = phantom,
                         .vessel = phantom->vessels + n,
                         .tubes = json_array()};
        size_t tube = 0;
        walk_tree(&phantom->solids, w.vessel->solid, &tube, write_point, &w);
        json_t *entry = json_object();
        json_object_set_new(entry, "name", json_string(w.vessel->name));
        json_object_set_new(entry, "length_mm", abl_truth_number(w.within_mm));
        json_object_set_new(entry, "length_from_3_mm_calibre_mm",
                            abl_truth_number(w.wide_mm));
        json_object_set_new(entry, "tubes_lps_radius_mm", w.tubes);
        json_array_append_new(list, entry);
    }
    return list;
}

json_t *abl_truth_nearest_vessels(const abl_phantom *phantom, size_t lesion)
{
    json_t *object = json_object();
    for (size_t n = 0; n < phantom->vessel_count; n++) {
        abl_phantom_nearest_vessel near =
            abl_phantom_vessel_near(phantom, n, lesion, 3);
        json_t *entry = json_object();
        json_object_set_new(entry, "gap_mm", abl_truth_number(near.gap_mm));
        json_object_set_new(entry, "calibre_mm",
                            abl_truth_number(near.calibre_mm));
        json_object_set_new(entry, "at_lps", abl_truth_numbers(near.at_lps, 3));
        json_object_set_new(object, phantom->vessels[n].name, entry);
    }
    return object;
}

size_t abl_phantom_vessel_count(const abl_phantom *phantom)
{
    return phantom->vessel_count;
}

const char *abl_phantom_vessel_name(const abl_phantom *phantom, size_t vessel)
{
    return phantom->vessels[vessel].name;
}
