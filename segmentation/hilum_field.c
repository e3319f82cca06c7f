/* The hilum's shape and its place among the structures.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/field.h"
#include "segmentation/hilum.h"
#include "segmentation/hilum_check.h"
#include "segmentation/structures.h"

static const double step_mm = 1, margin_mm = 4;
/* 1-sigma of a centreline's place across the vessel (convention). */
static const double axis_sd_mm = 0.3;

/* A piece of vessel: a ball rolling from one end to the other. */
typedef struct cone {
    double from[3], to[3], from_mm, to_mm; /* radii */
} cone;

typedef struct cone_list {
    size_t count;
    cone *items;
} cone_list;

/* From the nearest node of the hilum, else from the bifurcation, where it
 * runs inside the trunk's outline. */
static cone make_cone(const abl_hilum *hilum, const abl_vessels *vessels,
                      const abl_portal_branch *branch, size_t index)
{
    const abl_vessel_node *node = &vessels->nodes[branch->nodes[index]];
    const bool starts = node->parent == ABL_VESSEL_NO_PARENT;
    const abl_vessel_node *before =
        starts ? node : &vessels->nodes[node->parent];
    cone out = {.from_mm = 0.5 * before->calibre_mm,
                .to_mm = 0.5 * node->calibre_mm};
    memcpy(out.from, starts ? hilum->bifurcation_lps : before->lps,
           sizeof out.from);
    memcpy(out.to, node->lps, sizeof out.to);
    return out;
}

static abl_status list_cones(cone_list *out, const abl_hilum *hilum,
                             const abl_vessels *vessels, abl_error *err)
{
    const abl_portal_branch *sides[2] = {&hilum->right, &hilum->left};
    out->items = abl_alloc(hilum->right.count + hilum->left.count,
                           sizeof *out->items, err);
    if (!out->items)
        return ABL_E_NOMEM;
    for (int s = 0; s < 2; s++)
        for (size_t n = 0; n < sides[s]->count; n++)
            out->items[out->count++] = make_cone(hilum, vessels, sides[s], n);
    return ABL_OK;
}

static double depth_in(const cone *c, const double p[3])
{
    double along = 0, length2 = 0, off2 = 0;
    for (int a = 0; a < 3; a++) {
        along += (p[a] - c->from[a]) * (c->to[a] - c->from[a]);
        length2 += (c->to[a] - c->from[a]) * (c->to[a] - c->from[a]);
    }
    const double t = length2 > 0 ? fmin(1, fmax(0, along / length2)) : 0;
    for (int a = 0; a < 3; a++) {
        const double d = p[a] - c->from[a] - t * (c->to[a] - c->from[a]);
        off2 += d * d;
    }
    return c->from_mm + t * (c->to_mm - c->from_mm) - sqrt(off2);
}

/* A grid with the axes of @p like around all cones. */
static abl_grid enclose(const cone_list *cones, const abl_grid *like)
{
    abl_grid grid = *like;
    double lo[3] = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
    double hi[3] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (int a = 0; a < 3; a++)
        grid.spacing_mm[a] = step_mm;
    for (size_t n = 0; n < cones->count; n++) {
        const cone *c = &cones->items[n];
        const double *ends[2] = {c->from, c->to};
        const double reach = fmax(c->from_mm, c->to_mm) + margin_mm;
        for (int e = 0; e < 2; e++) {
            double ijk[3];
            abl_grid_to_ijk(ijk, &grid, ends[e]);
            for (int a = 0; a < 3; a++) {
                lo[a] = fmin(lo[a], ijk[a] - reach / step_mm);
                hi[a] = fmax(hi[a], ijk[a] + reach / step_mm);
            }
        }
    }
    for (int a = 0; a < 3; a++) {
        lo[a] = floor(lo[a]);
        grid.size[a] = (size_t)(ceil(hi[a]) - lo[a]) + 1;
    }
    abl_grid_to_lps(grid.origin_lps, &grid, lo);
    return grid;
}

static void fill(const abl_volume *field, const cone_list *cones)
{
    const abl_grid *grid = &field->grid;
    float *value = abl_volume_f32(field);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                double lps[3], depth = -HUGE_VAL;
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                for (size_t n = 0; n < cones->count; n++)
                    depth = fmax(depth, depth_in(&cones->items[n], lps));
                value[abl_grid_offset(grid, i, j, k)] = (float)depth;
            }
}

abl_status abl_hilum_field(abl_volume **out, const abl_hilum *hilum,
                           const abl_vessels *vessels, const abl_grid *like,
                           abl_error *err)
{
    *out = NULL;
    cone_list cones = {0, NULL};
    abl_status status = list_cones(&cones, hilum, vessels, err);
    if (!status && cones.count == 0)
        status = abl_error_set(err, ABL_E_INVALID, "the hilum has no vessel");
    if (!status) {
        const abl_grid grid = enclose(&cones, like);
        status = abl_volume_create(out, &grid, ABL_PIXEL_F32, err);
    }
    if (!status)
        fill(*out, &cones);
    free(cones.items);
    return status;
}

/* A node within 5 mm of the first or last slice may go on beyond it. */
static bool reaches_scan_end(const abl_hilum *hilum, const abl_vessels *vessels,
                             const abl_grid *image)
{
    const abl_portal_branch *sides[2] = {&hilum->right, &hilum->left};
    for (int s = 0; s < 2; s++)
        for (size_t n = 0; n < sides[s]->count; n++) {
            double ijk[3];
            abl_grid_to_ijk(ijk, image, vessels->nodes[sides[s]->nodes[n]].lps);
            const double below = ijk[2] + 0.5;
            const double above = (double)image->size[2] - 0.5 - ijk[2];
            if (fmin(below, above) * image->spacing_mm[2] < 5)
                return true;
        }
    return false;
}

static double mean_radius_sd_mm(const abl_hilum *hilum,
                                const abl_vessels *vessels)
{
    const abl_portal_branch *sides[2] = {&hilum->right, &hilum->left};
    double sum = 0, count = 0;
    for (int s = 0; s < 2; s++)
        for (size_t n = 0; n < sides[s]->count; n++) {
            sum += 0.5 * vessels->nodes[sides[s]->nodes[n]].calibre_sd_mm;
            count++;
        }
    return count > 0 ? sum / count : 0;
}

static abl_status fill_item(abl_structures *structures, abl_error *err)
{
    const abl_hilum *hilum = structures->hilum;
    abl_structure *item = &structures->items[ABL_HILUM];
    item->found = ABL_NOT_FOUND;
    if (!hilum->is_found)
        return ABL_OK;
    const abl_grid *image = &structures->labels->grid;
    abl_status status =
        abl_hilum_field(&item->field, hilum, structures->vessels, image, err);
    if (status)
        return status;
    item->found = reaches_scan_end(hilum, structures->vessels, image)
                      ? ABL_FOUND_CUT
                      : ABL_FOUND;
    item->volume_ml = abl_field_volume_ml(item->field);
    item->edge_sd_mm =
        hypot(axis_sd_mm, mean_radius_sd_mm(hilum, structures->vessels));
    item->reliability = 1;
    item->origin = "portal tree";
    return ABL_OK;
}

abl_status abl_hilum_find(abl_structures *structures, abl_error *err)
{
    abl_hilum *hilum = abl_alloc(1, sizeof *hilum, err);
    if (!hilum)
        return ABL_E_NOMEM;
    structures->hilum = hilum;
    const abl_vessels *vessels = structures->vessels;
    if (!vessels) {
        snprintf(hilum->why_not, sizeof hilum->why_not,
                 "vessels inside the liver were not looked for");
        return ABL_OK;
    }
    if (!vessels->trees[ABL_TREE_PORTAL].is_assessable) {
        snprintf(hilum->why_not, sizeof hilum->why_not, "%s",
                 vessels->trees[ABL_TREE_PORTAL].why_not);
        return ABL_OK;
    }
    abl_status status = abl_hilum_locate(hilum, structures->vessels, err);
    if (!status)
        abl_hilum_check(hilum, structures);
    return status ? status : fill_item(structures, err);
}
