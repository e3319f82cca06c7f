/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_ribs.h"

#include <math.h>
#include <stdlib.h>

#include "imaging/components.h"

#define LATERAL_MM 38.0 /* spine and breastbone are nearer to the midline */
#define LEAST_ML   0.3
#define MOST_ML    60.0
#define NO_BONE    (-1e3f)

typedef struct work {
    abl_access_map *map;
    const abl_grid *grid;
    float *bone;
    abl_volume *mask;
    abl_components parts;
    uint8_t number[ABL_MAX_RIBS + 1]; /* by part, from 1 */
} work;

/* Voxels of bone away from the midline. */
static void mark_lateral(work *w)
{
    const abl_grid *g = w->grid;
    uint8_t *mask = abl_volume_u8(w->mask);
    double middle[3];
    abl_grid_to_ijk(middle, g, w->map->table.middle_lps);
    const double away = LATERAL_MM / g->spacing_mm[0];
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                const size_t n = abl_grid_offset(g, i, j, k);
                mask[n] = w->bone[n] > 0 && fabs((double)i - middle[0]) > away;
            }
}

static bool is_rib(const work *w, const abl_component *part)
{
    const double ml = 1e-3 * (double)part->voxels * abl_grid_voxel_mm3(w->grid);
    return ml >= LEAST_ML && ml <= MOST_ML;
}

/* Numbers from the head on each side; parts come largest first. */
static void number_ribs(work *w)
{
    double middle[3];
    abl_grid_to_ijk(middle, w->grid, w->map->table.middle_lps);
    size_t count = 0;
    size_t part_of[ABL_MAX_RIBS + 1];
    for (size_t n = 0; n < w->parts.count && n < ABL_MAX_RIBS; n++)
        if (is_rib(w, &w->parts.items[n])) {
            count++;
            part_of[count] = n;
            w->number[n + 1] = (uint8_t)count;
            w->map->ribs[count].is_right =
                w->parts.items[n].centroid_ijk[0] < middle[0];
        }
    w->map->rib_count = count;
    for (size_t a = 1; a <= count; a++) {
        abl_rib *rib = &w->map->ribs[a];
        const double height = w->parts.items[part_of[a]].centroid_ijk[2];
        rib->order = 1;
        for (size_t b = 1; b <= count; b++) {
            const double other = w->parts.items[part_of[b]].centroid_ijk[2];
            if (w->map->ribs[b].is_right == rib->is_right &&
                (other > height || (other == height && b < a)))
                rib->order++;
        }
    }
}

static void fill_ids(uint8_t *ids, const work *w)
{
    const size_t voxels = abl_grid_voxels(w->grid);
    const int32_t *label = abl_volume_i32(w->parts.labels);
    for (size_t n = 0; n < voxels; n++)
        if (label[n] > 0 && label[n] <= ABL_MAX_RIBS && w->number[label[n]])
            ids[n] = (uint8_t)(ABL_RIB_FIRST + w->number[label[n]]);
}

/* Below the lower end of one run of a rib in a column along k. */
static void hang_bundle(float *field, const work *w, size_t column, size_t k)
{
    const abl_grid *g = w->grid;
    const size_t plane = g->size[0] * g->size[1];
    const double in = (double)w->bone[k * plane + column];
    const double out = (double)w->bone[(k - 1) * plane + column];
    const double lower = (double)k - fmin(1, in / (in - out));
    const double half = 0.5 * ABL_BUNDLE_MM;
    for (size_t below = k; below-- > 0;) {
        const double down = (lower - (double)below) * g->spacing_mm[2];
        if (down > ABL_BUNDLE_MM + g->spacing_mm[2])
            return;
        const float depth = (float)(half - fabs(down - half));
        float *at = &field[below * plane + column];
        if (depth > *at)
            *at = depth;
    }
}

static void fill_bundle(float *field, const work *w, const uint8_t *ids)
{
    const size_t plane = w->grid->size[0] * w->grid->size[1];
    const size_t voxels = abl_grid_voxels(w->grid);
    for (size_t n = 0; n < voxels; n++)
        field[n] = (float)(-0.5 * ABL_BUNDLE_MM);
    for (size_t k = 1; k < w->grid->size[2]; k++)
        for (size_t at = 0; at < plane; at++)
            if (ids[k * plane + at] && !(w->bone[(k - 1) * plane + at] > 0))
                hang_bundle(field, w, at, k);
}

static abl_status start(work *w, abl_access_map *map, const abl_volume *bone,
                        abl_error *err)
{
    w->map = map;
    w->grid = &map->grid;
    w->bone = abl_alloc(abl_grid_voxels(w->grid), sizeof *w->bone, err);
    if (!w->bone)
        return ABL_E_NOMEM;
    abl_field_sample_grid(w->bone, w->grid, bone, NO_BONE);
    abl_status status = abl_volume_create(&w->mask, w->grid, ABL_PIXEL_U8, err);
    if (!status)
        mark_lateral(w);
    if (!status)
        status =
            abl_components_find(&w->parts, w->mask, ABL_CONNECT_CORNERS, err);
    return status;
}

abl_status abl_ribs_find(abl_ribs *out, abl_access_map *map,
                         const abl_volume *bone, abl_error *err)
{
    work w = {.bone = NULL};
    *out = (abl_ribs){NULL, NULL};
    abl_status status = start(&w, map, bone, err);
    if (!status) {
        out->ids = abl_alloc(abl_grid_voxels(w.grid), sizeof *out->ids, err);
        status = out->ids ? ABL_OK : ABL_E_NOMEM;
    }
    if (!status) {
        number_ribs(&w);
        fill_ids(out->ids, &w);
        if (map->rib_count > 0)
            status =
                abl_volume_create(&out->bundle, w.grid, ABL_PIXEL_F32, err);
    }
    if (!status && out->bundle)
        fill_bundle(abl_volume_f32(out->bundle), &w, out->ids);
    free(w.bone);
    abl_volume_destroy(w.mask);
    abl_components_clear(&w.parts);
    if (status)
        abl_ribs_clear(out);
    return status;
}

void abl_ribs_clear(abl_ribs *ribs)
{
    free(ribs->ids);
    abl_volume_destroy(ribs->bundle);
    *ribs = (abl_ribs){NULL, NULL};
}
