/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/organs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/distance.h"
#include "segmentation/field.h"

/* Least volumes and shares: convention, see organs.h. */
static const struct {
    double least_ml;
    double piece_share; /* pieces of at least this share of the largest stay */
} rules[ABL_ORGAN_LAST + 1] = {
    [ABL_LIVER] = {50, 0.10},
    [ABL_SPLEEN] = {8, 1},
    [ABL_RIGHT_KIDNEY] = {10, 1},
    [ABL_LEFT_KIDNEY] = {10, 1},
    [ABL_GALLBLADDER] = {1.0, 1},
    [ABL_ESOPHAGUS] = {0.8, 0.25},
    [ABL_STOMACH] = {8, 0.10},
    [ABL_AORTA] = {4, 0.10},
    [ABL_INFERIOR_VENA_CAVA] = {3, 0.10},
    [ABL_PORTAL_AND_SPLENIC_VEIN] = {1.5, 0.02},
    [ABL_PANCREAS] = {3, 0.10},
    [ABL_RIGHT_ADRENAL_GLAND] = {0.3, 0.25},
    [ABL_LEFT_ADRENAL_GLAND] = {0.3, 0.25},
};

static const double split_least_ml = 100;
static const double deep_mm = 4;
static const size_t least_neighbours = 4;

void abl_organ_maps_clear(abl_organ_maps *maps)
{
    abl_volume_destroy(maps->hu);
    for (int id = 0; id <= ABL_ORGAN_LAST; id++)
        abl_volume_destroy(maps->probability[id]);
    memset(maps, 0, sizeof *maps);
}

/* The most probable class of each voxel; ties go to the lower id. */
static abl_status find_labels(abl_volume **out, const abl_organ_maps *maps,
                              abl_error *err)
{
    abl_status status =
        abl_volume_create(out, &maps->hu->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const size_t plane = maps->hu->grid.size[0] * maps->hu->grid.size[1];
    uint8_t *labels = abl_volume_u8(*out);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < maps->hu->grid.size[2]; k++)
        for (size_t v = k * plane; v < (k + 1) * plane; v++) {
            float best = -1;
            for (int id = 0; id <= ABL_ORGAN_LAST; id++) {
                const abl_volume *map = maps->probability[id];
                const float p = map ? ((const float *)map->data)[v] : -1;
                if (p > best) {
                    best = p;
                    labels[v] = (uint8_t)id;
                }
            }
        }
    return ABL_OK;
}

/* Keeps the largest piece and those not much smaller. */
static abl_status keep_pieces(abl_volume *mask, double share, size_t *second,
                              abl_error *err)
{
    abl_components pieces = {0};
    abl_status status =
        abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    if (status)
        return status;
    *second = pieces.count > 1 ? pieces.items[1].voxels : 0;
    size_t kept = pieces.count > 0;
    while (kept < pieces.count && (double)pieces.items[kept].voxels >=
                                      share * (double)pieces.items[0].voxels)
        kept += 1;
    const int32_t *label = abl_volume_i32(pieces.labels);
    uint8_t *inside = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    for (size_t v = 0; v < voxels; v++)
        inside[v] = label[v] > 0 && (size_t)label[v] <= kept;
    abl_components_clear(&pieces);
    return abl_mask_fill_holes(mask, err);
}

static abl_status crop_mask(abl_volume **out, const abl_volume *labels,
                            const abl_box *box, int id, abl_error *err)
{
    size_t size[3];
    abl_box_size(size, box);
    abl_status status = abl_volume_crop(out, labels, box->lo, size, err);
    if (status)
        return status;
    uint8_t *mask = abl_volume_u8(*out);
    const size_t voxels = abl_grid_voxels(&(*out)->grid);
    for (size_t v = 0; v < voxels; v++)
        mask[v] = mask[v] == id;
    return ABL_OK;
}

/* p(organ) - max p(other) in one row of the maps. */
static void difference_row(float *out, const abl_organ_maps *maps, int id,
                           size_t offset, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float other = 0;
        for (int c = 0; c <= ABL_ORGAN_LAST; c++) {
            const abl_volume *map = maps->probability[c];
            if (!map || c == id)
                continue;
            const float p = ((const float *)map->data)[offset + i];
            other = p > other ? p : other;
        }
        out[i] =
            ((const float *)maps->probability[id]->data)[offset + i] - other;
    }
}

static abl_status make_field(abl_volume **out, const abl_organ_maps *maps,
                             int id, const abl_box *box, const abl_volume *mask,
                             abl_error *err)
{
    abl_status status = abl_volume_create(out, &mask->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    const size_t *n = mask->grid.size;
    float *f = abl_volume_f32(*out);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            difference_row(f + abl_grid_offset(&mask->grid, 0, j, k), maps, id,
                           abl_grid_offset(&maps->hu->grid, box->lo[0],
                                           box->lo[1] + j, box->lo[2] + k),
                           n[0]);
    abl_field_reconcile(*out, mask);
    return ABL_OK;
}

static double mean_inside(const abl_volume *values, const abl_volume *mask,
                          const abl_box *box)
{
    const size_t *n = mask->grid.size;
    const uint8_t *inside = abl_volume_u8(mask);
    const float *data = abl_volume_f32(values);
    double sum = 0;
    size_t count = 0;
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++) {
            const size_t row = abl_grid_offset(&mask->grid, 0, j, k);
            const float *from =
                data + abl_grid_offset(&values->grid, box->lo[0],
                                       box->lo[1] + j, box->lo[2] + k);
            for (size_t i = 0; i < n[0]; i++) {
                if (!inside[row + i])
                    continue;
                sum += (double)from[i];
                count++;
            }
        }
    return count ? sum / (double)count : 0;
}

/* Keeps the voxels of a mask that are deep in it. */
static abl_status keep_deep(abl_volume *mask, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&mask->grid);
    uint8_t *inside = abl_volume_u8(mask);
    for (size_t v = 0; v < voxels; v++)
        inside[v] = !inside[v];
    abl_volume *distance = NULL;
    abl_status status = abl_distance_map(&distance, mask, err);
    if (status)
        return status;
    const float *d = abl_volume_f32(distance);
    float greatest = 0;
    for (size_t v = 0; v < voxels; v++)
        greatest = d[v] > greatest ? d[v] : greatest;
    const float half = 0.5f * greatest;
    const float least = half < (float)deep_mm ? half : (float)deep_mm;
    for (size_t v = 0; v < voxels; v++)
        inside[v] = d[v] > 0 && d[v] >= least;
    abl_volume_destroy(distance);
    return ABL_OK;
}

abl_status abl_organ_mean_hu(double *out, const abl_volume *field,
                             const abl_volume *hu, abl_error *err)
{
    *out = 0;
    abl_volume *mask = NULL;
    abl_status status = abl_grid_check_same(&field->grid, &hu->grid, 0.01, err);
    if (!status)
        status = abl_field_mask(&mask, field, err);
    if (!status)
        status = keep_deep(mask, err);
    if (!status) {
        const abl_box all = {{0, 0, 0}, {0, 0, 0}};
        *out = mean_inside(hu, mask, &all);
    }
    abl_volume_destroy(mask);
    return status;
}

/* Whether a mask on a crop that starts at box->lo reaches an end of the
 * scan. */
static bool is_cut(const abl_volume *mask, const abl_box *box,
                   const abl_organ_maps *maps)
{
    abl_box own;
    if (!abl_mask_box(&own, mask))
        return false;
    for (int a = 0; a < 3; a++)
        if ((maps->is_scan_end[a][0] && box->lo[a] + own.lo[a] == 0) ||
            (maps->is_scan_end[a][1] &&
             box->lo[a] + own.hi[a] + 1 == maps->hu->grid.size[a]))
            return true;
    return false;
}

/* Everything that is said of an organ, from its mask on the box. */
static abl_status describe(abl_structure *item, const abl_organ_maps *maps,
                           int id, abl_volume *mask, const abl_box *box,
                           abl_error *err)
{
    abl_volume *field = NULL;
    abl_status status = make_field(&field, maps, id, box, mask, err);
    if (!status)
        status = abl_field_trim(&item->field, field, 2, err);
    abl_volume_destroy(field);
    if (status)
        return status;
    item->found = is_cut(mask, box, maps) ? ABL_FOUND_CUT : ABL_FOUND;
    item->volume_ml = abl_field_volume_ml(item->field);
    item->reliability = mean_inside(maps->probability[id], mask, box);
    item->edge_sd_mm = ABL_FIELD_EDGE_SHARE * abl_field_edge_sd_mm(item->field);
    item->origin = "organ_ct";
    status = keep_deep(mask, err);
    if (!status)
        item->mean_hu = mean_inside(maps->hu, mask, box);
    return status;
}

static abl_status find_organ(abl_structures *structures,
                             const abl_organ_maps *maps, int id,
                             const abl_volume *labels, abl_error *err)
{
    abl_structure *item = &structures->items[id];
    item->found = maps->probability[id] ? ABL_NOT_FOUND : ABL_NOT_LOOKED_FOR;
    abl_box box;
    if (!maps->probability[id] || !abl_label_box(&box, labels, (uint8_t)id))
        return ABL_OK;
    abl_box_grow(&box, &labels->grid, 2);
    abl_volume *mask = NULL;
    size_t second = 0;
    abl_status status = crop_mask(&mask, labels, &box, id, err);
    if (!status)
        status = keep_pieces(mask, rules[id].piece_share, &second, err);
    if (status)
        goto done;
    const double voxel_ml = abl_grid_voxel_mm3(&labels->grid) / 1000;
    const double ml = (double)abl_mask_count(mask) * voxel_ml;
    if (ml < rules[id].least_ml)
        goto done;
    if (id == ABL_LIVER && (double)second * voxel_ml >= split_least_ml &&
        (double)second * voxel_ml >= rules[id].piece_share * ml)
        abl_structures_warn(structures, "liver-split",
                            "More than one region looks like liver (the "
                            "second has %.0f mL); check the outline.",
                            (double)second * voxel_ml);
    status = describe(item, maps, id, mask, &box, err);
done:
    abl_volume_destroy(mask);
    return status;
}

static abl_status check_liver(const abl_structures *structures, abl_error *err)
{
    const abl_structure *liver = &structures->items[ABL_LIVER];
    if (!liver->field)
        return abl_error_set(
            err, ABL_E_UNSUPPORTED,
            "no liver was found in this scan (less than %.0f mL); give a CT "
            "of the upper abdomen",
            rules[ABL_LIVER].least_ml);
    return ABL_OK;
}

abl_status abl_organs_find(abl_structures *structures,
                           const abl_organ_maps *maps, abl_error *err)
{
    abl_volume *labels = NULL;
    abl_status status = find_labels(&labels, maps, err);
    for (int id = 1; id <= ABL_ORGAN_LAST && !status; id++)
        status = find_organ(structures, maps, id, labels, err);
    abl_volume_destroy(labels);
    return status ? status : check_liver(structures, err);
}

abl_status abl_organs_check_body(const abl_structures *structures,
                                 abl_error *err)
{
    size_t others = 0;
    for (int id = 1; id <= ABL_ORGAN_LAST; id++)
        others += id != ABL_LIVER && structures->items[id].field != NULL;
    if (structures->items[ABL_AORTA].field || others >= least_neighbours)
        return ABL_OK;
    return abl_error_set(
        err, ABL_E_UNSUPPORTED,
        "what looks like a liver has neither an aorta nor enough other organs "
        "beside it (%zu found); give a CT of the upper abdomen",
        others);
}
