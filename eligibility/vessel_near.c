/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/vessel_near.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double far_away_mm = 1000;

abl_structure_id abl_tree_structure(abl_tree tree)
{
    static const abl_structure_id ids[ABL_TREE_COUNT] = {
        ABL_HEPATIC_VEINS, ABL_PORTAL_VEINS, ABL_LIVER_VESSELS};
    return ids[(unsigned)tree < ABL_TREE_COUNT ? tree : ABL_TREE_UNNAMED];
}

static double calibre_half_width_mm(const abl_vessel_node *node)
{
    return 1.96 * node->calibre_sd_mm;
}

/* Calibres are compared as they are printed. */
static double printed(double mm)
{
    return floor(10 * mm + 0.5) / 10;
}

/* 2: counts; 1: may count; 0: too thin. */
static void grade_points(uint8_t *grades, const abl_vessel_index *nodes,
                         const abl_surface *surface, double calibre_mm)
{
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < surface->count; n++) {
        const abl_vessel_node *node =
            abl_vessel_index_nearest(nodes, surface->points_lps[n]);
        if (!node)
            grades[n] = 1;
        else if (printed(node->calibre_mm) >= calibre_mm)
            grades[n] = 2;
        else
            grades[n] = printed(node->calibre_mm +
                                calibre_half_width_mm(node)) >= calibre_mm;
    }
}

static abl_status index_points(abl_point_index **out,
                               const abl_surface *surface,
                               const uint8_t *grades, uint8_t least,
                               double (*points)[3], abl_error *err)
{
    size_t count = 0;
    for (size_t n = 0; n < surface->count; n++)
        if (grades[n] >= least)
            memcpy(points[count++], surface->points_lps[n], sizeof points[0]);
    return abl_point_index_create(out, (const double(*)[3])points, count, err);
}

static abl_status sort_tree(abl_wall_points *out, const abl_scene *scene,
                            abl_tree tree, double calibre_mm, abl_error *err)
{
    const abl_surface *surface = scene->items[abl_tree_structure(tree)].surface;
    if (!surface || !surface->count)
        return ABL_OK;
    uint8_t *grades = abl_alloc(surface->count, 1, err);
    double(*points)[3] = abl_alloc(surface->count, sizeof *points, err);
    abl_status status = grades && points ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        status = abl_vessel_index_make(&out->nodes, scene->structures->vessels,
                                       tree, err);
    if (!status) {
        grade_points(grades, &out->nodes, surface, calibre_mm);
        status = index_points(&out->counted, surface, grades, 2, points, err);
    }
    if (!status)
        status = index_points(&out->doubtful, surface, grades, 1, points, err);
    free(grades);
    free(points);
    return status;
}

abl_status abl_vessel_walls_make(abl_vessel_walls *out, const abl_scene *scene,
                                 double calibre_mm, abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->scene = scene;
    if (!(calibre_mm >= 0 && calibre_mm <= 50))
        return abl_error_set(err, ABL_E_INVALID,
                             "a vessel calibre of %g mm is not in 0 to 50",
                             calibre_mm);
    abl_status status = ABL_OK;
    for (int t = 0; !status && t < ABL_TREE_COUNT; t++)
        if (scene->structures->vessels)
            status =
                sort_tree(&out->trees[t], scene, (abl_tree)t, calibre_mm, err);
    return status;
}

void abl_vessel_walls_clear(abl_vessel_walls *walls)
{
    for (int t = 0; t < ABL_TREE_COUNT; t++) {
        abl_point_index_destroy(walls->trees[t].counted);
        abl_point_index_destroy(walls->trees[t].doubtful);
        abl_vessel_index_clear(&walls->trees[t].nodes);
    }
    memset(walls, 0, sizeof *walls);
}

static void describe(abl_vessel_near *near, const abl_vessel_index *nodes)
{
    if (!near->to.nearest.mm.measured)
        return;
    const abl_vessel_node *node =
        abl_vessel_index_nearest(nodes, near->to.nearest.to_lps);
    if (!node)
        return;
    near->part = node->part;
    near->calibre_mm =
        (abl_value){true, node->calibre_mm, calibre_half_width_mm(node), NULL};
}

static void measure_tree(abl_vessel_near *out, const abl_vessel_walls *walls,
                         abl_tree tree, const abl_point_index *part,
                         const abl_shape *lesion, double seen_within_mm)
{
    const abl_scene *scene = walls->scene;
    const abl_structure_id id = abl_tree_structure(tree);
    memset(out, 0, sizeof *out);
    out->tree = tree;
    out->to.structure = id;
    out->calibre_mm.why_not = "no vessel was measured";
    out->to.nearest.mm.why_not =
        scene->structures->vessels ? "no vessel of this calibre was seen"
                                   : "vessels inside the liver were not looked "
                                     "for";
    if (part && abl_point_index_count(part) > 0)
        abl_clearance_to_part(&out->to.nearest, lesion, part,
                              &scene->items[id]);
    const abl_value *mm = &out->to.nearest.mm;
    out->to.is_upper_bound = mm->measured && seen_within_mm < mm->value;
    out->to.at_least_mm = !mm->measured            ? 0
                          : out->to.is_upper_bound ? seen_within_mm
                                                   : mm->value;
    describe(out, &walls->trees[tree].nodes);
}

static void keep_nearer(abl_vessel_near *best, const abl_vessel_near *item)
{
    const abl_value *a = &best->to.nearest.mm, *b = &item->to.nearest.mm;
    if (b->measured && (!a->measured || b->value < a->value))
        *best = *item;
}

void abl_vessels_near(abl_lesion_vessels *out, const abl_vessel_walls *walls,
                      const abl_shape *lesion, double seen_within_mm)
{
    memset(out, 0, sizeof *out);
    out->seen_within_mm = fmin(far_away_mm, seen_within_mm);
    for (int t = 0; t < ABL_TREE_COUNT; t++) {
        abl_vessel_near doubtful;
        measure_tree(&out->of[t], walls, (abl_tree)t, walls->trees[t].counted,
                     lesion, out->seen_within_mm);
        measure_tree(&doubtful, walls, (abl_tree)t, walls->trees[t].doubtful,
                     lesion, out->seen_within_mm);
        if (t == 0) {
            out->nearest = out->of[t];
            out->doubtful = doubtful;
        }
        keep_nearer(&out->nearest, &out->of[t]);
        keep_nearer(&out->doubtful, &doubtful);
    }
}
