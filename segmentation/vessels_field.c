/* Fields of the trees: tubes around their centrelines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/field.h"
#include "segmentation/vessels_work.h"

static const double shell_mm = 2.5; /* how far beyond the wall a field goes */
static const double liver_slack_mm = 2;
static const abl_structure_id item_of[ABL_TREE_COUNT] = {
    [ABL_TREE_HEPATIC] = ABL_HEPATIC_VEINS,
    [ABL_TREE_PORTAL] = ABL_PORTAL_VEINS,
    [ABL_TREE_UNNAMED] = ABL_LIVER_VESSELS};

typedef struct brush {
    abl_volume *field; /* on the whole work grid */
    const abl_vessel_work *work;
} brush;

static bool is_in_liver(const abl_vessel_work *work,
                        const abl_vessel_node *node)
{
    return abl_volume_sample_lps(work->outside, node->lps) <= liver_slack_mm;
}

/* A cone from @p a to @p b with round ends. */
static void paint_piece(const brush *b, const double from[3], double r0,
                        const double to[3], double r1)
{
    const abl_grid *grid = &b->work->grid;
    size_t lo[3], hi[3];
    const double reach = fmax(r0, r1) + shell_mm;
    double d[3], square = 0;
    for (int a = 0; a < 3; a++) {
        const double h = grid->spacing_mm[a];
        const double low = (fmin(from[a], to[a]) - reach) / h;
        const double high = (fmax(from[a], to[a]) + reach) / h;
        const double top = (double)grid->size[a] - 1;
        if (high < 0 || low > top)
            return;
        lo[a] = low > 0 ? (size_t)ceil(low) : 0;
        hi[a] = high < top ? (size_t)high : grid->size[a] - 1;
        d[a] = to[a] - from[a];
        square += d[a] * d[a];
    }
    float *field = abl_volume_f32(b->field);
    for (size_t k = lo[2]; k <= hi[2]; k++)
        for (size_t j = lo[1]; j <= hi[1]; j++)
            for (size_t i = lo[0]; i <= hi[0]; i++) {
                const double p[3] = {(double)i * grid->spacing_mm[0] - from[0],
                                     (double)j * grid->spacing_mm[1] - from[1],
                                     (double)k * grid->spacing_mm[2] - from[2]};
                double t = p[0] * d[0] + p[1] * d[1] + p[2] * d[2];
                t = square > 0 ? fmin(fmax(t / square, 0), 1) : 0;
                double off = 0;
                for (int a = 0; a < 3; a++)
                    off += (p[a] - t * d[a]) * (p[a] - t * d[a]);
                const float value = (float)(r0 + t * (r1 - r0) - sqrt(off));
                float *old = &field[abl_grid_offset(grid, i, j, k)];
                *old = value > *old ? value : *old;
            }
}

static bool counts(const abl_vessel_node *node, const abl_vessel_work *work)
{
    return node->calibre_mm >= ABL_VESSEL_LEAST_MM && is_in_liver(work, node);
}

/* Paints the nodes that count, each with the piece to its parent when that
 * counts too; variance of the wall's position. */
static size_t paint_tree(const brush *b, double *variance,
                         const abl_vessels *vessels, int tree)
{
    size_t painted = 0;
    *variance = 0;
    for (size_t n = 0; n < vessels->node_count; n++) {
        const abl_vessel_node *node = &vessels->nodes[n];
        if ((int)node->tree != tree || !counts(node, b->work))
            continue;
        double at[3], before[3];
        abl_vessel_from_lps(at, &b->work->grid, node->lps);
        memcpy(before, at, sizeof at);
        double r = 0.5 * node->calibre_mm, r0 = r;
        if (node->parent >= 0 &&
            counts(&vessels->nodes[node->parent], b->work)) {
            const abl_vessel_node *parent = &vessels->nodes[node->parent];
            abl_vessel_from_lps(before, &b->work->grid, parent->lps);
            /* a branch does not take its trunk's calibre */
            r0 = parent->branch == node->branch ? 0.5 * parent->calibre_mm : r;
        }
        paint_piece(b, before, r0, at, r);
        *variance += 0.25 * node->calibre_sd_mm * node->calibre_sd_mm;
        painted++;
    }
    *variance = painted > 0 ? *variance / (double)painted : 0;
    return painted;
}

/* Voxels in lesions are outside of every vessel. */
static void leave_lesions_out(const brush *b)
{
    const abl_structures *s = b->work->structures;
    float *field = abl_volume_f32(b->field);
    for (size_t n = 0; n < s->lesion_count; n++) {
        const abl_volume *lesion = s->lesions[n].field;
        abl_box box;
        if (!abl_box_of_overlap(&box, &b->work->grid, &lesion->grid))
            continue;
        for (size_t k = box.lo[2]; k <= box.hi[2]; k++)
            for (size_t j = box.lo[1]; j <= box.hi[1]; j++)
                for (size_t i = box.lo[0]; i <= box.hi[0]; i++) {
                    const size_t v = abl_grid_offset(&b->work->grid, i, j, k);
                    const double ijk[3] = {(double)i, (double)j, (double)k};
                    double lps[3];
                    if (field[v] <= -ABL_FIELD_EPS)
                        continue;
                    abl_grid_to_lps(lps, &b->work->grid, ijk);
                    if (abl_volume_sample_lps(lesion, lps) > 0)
                        field[v] = -ABL_FIELD_EPS;
                }
    }
}

static void limit(abl_volume *field)
{
    float *value = abl_volume_f32(field);
    for (size_t v = 0; v < abl_grid_voxels(&field->grid); v++)
        value[v] = value[v] < (float)-shell_mm ? (float)-shell_mm : value[v];
}

static abl_status finish(abl_structure *item, const brush *b, double variance,
                         abl_error *err)
{
    abl_status status = abl_field_trim(&item->field, b->field, 2, err);
    if (status)
        return status;
    const abl_grid *grid = &b->work->grid;
    const double cell = grid->spacing_mm[0] * grid->spacing_mm[0] / 12;
    item->found = ABL_FOUND;
    item->volume_ml = abl_field_volume_ml(item->field);
    item->mean_hu = b->work->liver_hu + b->work->contrast_hu;
    item->reliability = 1;
    item->edge_sd_mm = sqrt(variance + cell);
    return ABL_OK;
}

abl_status abl_vessels_paint(abl_structures *structures,
                             const abl_vessels *vessels,
                             const abl_vessel_work *work, abl_error *err)
{
    brush b = {NULL, work};
    abl_status status =
        abl_volume_create(&b.field, &work->grid, ABL_PIXEL_F32, err);
    for (int tree = 0; tree < ABL_TREE_COUNT && !status; tree++) {
        abl_structure *item = &structures->items[item_of[tree]];
        double variance;
        item->origin = "vessels";
        if (!vessels->trees[tree].is_assessable)
            continue;
        item->found = ABL_NOT_FOUND;
        float *value = abl_volume_f32(b.field);
        for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
            value[v] = -1e6f;
        if (paint_tree(&b, &variance, vessels, tree) == 0)
            continue;
        limit(b.field);
        leave_lesions_out(&b);
        status = finish(item, &b, variance, err);
    }
    abl_volume_destroy(b.field);
    return status;
}
