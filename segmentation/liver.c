/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/liver.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/distance.h"
#include "imaging/resample.h"

static const double small_liver_ml = 300; /* convention */
static const double least_piece_ml = 10;  /* convention */
static const float sure_of_other = 0.5f;  /* lead of another organ */
static const double least_face_mm2 = 100; /* 1 cm2 */
static const double most_apart_mm = 8;    /* from organ_ct's liver */
static const double least_share = 0.5;    /* of organ_ct's volume */

void abl_lesion_maps_clear(abl_lesion_maps *maps)
{
    abl_volume_destroy(maps->liver);
    abl_volume_destroy(maps->lesion);
    memset(maps, 0, sizeof *maps);
}

abl_status abl_liver_box(abl_box *out, const abl_volume *liver_field,
                         const abl_grid *image, double margin_mm,
                         abl_error *err)
{
    abl_volume *part = NULL;
    abl_status status = abl_field_trim(&part, liver_field, 1, err);
    if (status)
        return status;
    const bool meets = abl_box_of_overlap(out, image, &part->grid);
    abl_volume_destroy(part);
    if (!meets)
        return abl_error_set(err, ABL_E_INTERNAL,
                             "the liver lies outside the scan");
    abl_box_grow_mm(out, image, margin_mm);
    return ABL_OK;
}

static bool is_liver(const abl_lesion_maps *maps, size_t v)
{
    return ((const float *)maps->liver->data)[v] +
               ((const float *)maps->lesion->data)[v] >=
           0.5f;
}

/* Area of liver on one face of the grid. */
static double face_area_mm2(const abl_lesion_maps *maps, int axis, int side)
{
    const abl_grid *grid = &maps->liver->grid;
    const int u = axis == 0 ? 1 : 0, w = axis == 2 ? 1 : 2;
    size_t at[3], count = 0;
    at[axis] = side ? grid->size[axis] - 1 : 0;
    for (at[w] = 0; at[w] < grid->size[w]; at[w]++)
        for (at[u] = 0; at[u] < grid->size[u]; at[u]++)
            count += is_liver(maps, abl_grid_offset(grid, at[0], at[1], at[2]));
    return (double)count * grid->spacing_mm[u] * grid->spacing_mm[w];
}

bool abl_liver_leaves_box(bool sides[3][2], const abl_lesion_maps *maps)
{
    bool any = false;
    for (int axis = 0; axis < 3; axis++)
        for (int side = 0; side < 2; side++) {
            sides[axis][side] =
                !maps->is_scan_end[axis][side] &&
                face_area_mm2(maps, axis, side) >= least_face_mm2;
            any = any || sides[axis][side];
        }
    return any;
}

static abl_status first_mask(abl_volume **out, const abl_lesion_maps *maps,
                             abl_error *err)
{
    abl_status status =
        abl_volume_create(out, &maps->liver->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    uint8_t *mask = abl_volume_u8(*out);
    const size_t voxels = abl_grid_voxels(&maps->liver->grid);
    for (size_t v = 0; v < voxels; v++)
        mask[v] = is_liver(maps, v);
    return ABL_OK;
}

/* Takes from the mask what another organ claims with a lead. */
static abl_status leave_to_other(abl_volume *mask, const abl_volume *field,
                                 abl_error *err)
{
    abl_field_taps taps;
    bool meets = false;
    abl_status status =
        abl_field_taps_make(&taps, &meets, &field->grid, &mask->grid, err);
    if (status || !meets)
        return status;
    const size_t count = taps.box.hi[0] - taps.box.lo[0] + 1;
    float *row = abl_alloc(count, sizeof *row, err);
    for (size_t k = taps.box.lo[2]; row && k <= taps.box.hi[2]; k++)
        for (size_t j = taps.box.lo[1]; j <= taps.box.hi[1]; j++) {
            abl_field_row(row, field, &taps, j, k);
            uint8_t *to = abl_volume_u8(mask) +
                          abl_grid_offset(&mask->grid, taps.box.lo[0], j, k);
            for (size_t i = 0; i < count; i++)
                to[i] = row[i] >= sure_of_other ? 0 : to[i];
        }
    status = row ? ABL_OK : ABL_E_NOMEM;
    free(row);
    abl_field_taps_clear(&taps);
    return status;
}

static abl_status leave_to_neighbours(abl_volume *mask,
                                      const abl_structures *structures,
                                      abl_error *err)
{
    static const int others[] = {ABL_GALLBLADDER, ABL_STOMACH, ABL_SPLEEN,
                                 ABL_RIGHT_KIDNEY, ABL_LEFT_KIDNEY};
    abl_status status = ABL_OK;
    for (size_t n = 0; n < sizeof others / sizeof *others && !status; n++)
        if (structures->items[others[n]].field)
            status =
                leave_to_other(mask, structures->items[others[n]].field, err);
    return status;
}

/* Takes from the mask what lies far from organ_ct's liver and is no lesion:
 * with less context, lesion_ct takes bowel for liver. */
static abl_status leave_far_parts(abl_volume *mask, const abl_volume *liver,
                                  const abl_volume *lesion, abl_error *err)
{
    abl_volume *field = NULL, *coarse = NULL, *near = NULL;
    abl_status status =
        abl_resample_linear(&field, liver, &mask->grid, -1, err);
    if (!status)
        status = abl_field_mask(&coarse, field, err);
    abl_volume_destroy(field);
    if (!status)
        status = abl_dilate(&near, coarse, most_apart_mm, err);
    abl_volume_destroy(coarse);
    if (status)
        return status;
    const uint8_t *is_near = abl_volume_u8(near);
    const float *p = abl_volume_f32(lesion);
    uint8_t *inside = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    for (size_t v = 0; v < voxels; v++)
        inside[v] = inside[v] && (is_near[v] || p[v] >= 0.5f);
    abl_volume_destroy(near);
    return ABL_OK;
}

/* How many voxels of each piece organ_ct calls liver, into hits[1..]. */
static abl_status count_overlap(size_t *hits, const abl_components *pieces,
                                const abl_volume *liver, abl_error *err)
{
    const abl_grid *grid = &pieces->labels->grid;
    abl_field_taps taps;
    bool meets = false;
    abl_status status =
        abl_field_taps_make(&taps, &meets, &liver->grid, grid, err);
    if (status || !meets)
        return status;
    const size_t count = taps.box.hi[0] - taps.box.lo[0] + 1;
    float *row = abl_alloc(count, sizeof *row, err);
    for (size_t k = taps.box.lo[2]; row && k <= taps.box.hi[2]; k++)
        for (size_t j = taps.box.lo[1]; j <= taps.box.hi[1]; j++) {
            abl_field_row(row, liver, &taps, j, k);
            const int32_t *label = abl_volume_i32(pieces->labels) +
                                   abl_grid_offset(grid, taps.box.lo[0], j, k);
            for (size_t i = 0; i < count; i++)
                hits[label[i]] += label[i] > 0 && row[i] > 0;
        }
    status = row ? ABL_OK : ABL_E_NOMEM;
    free(row);
    abl_field_taps_clear(&taps);
    return status;
}

/* The largest piece that organ_ct also calls liver, and others like it. */
static abl_status keep_liver_pieces(abl_volume *mask, const abl_volume *liver,
                                    abl_error *err)
{
    abl_components pieces = {0};
    size_t *hits = NULL;
    abl_status status =
        abl_components_find(&pieces, mask, ABL_CONNECT_FACES, err);
    if (status)
        return status;
    status = ABL_E_NOMEM;
    hits = abl_alloc(pieces.count + 1, sizeof *hits, err);
    if (!hits)
        goto done;
    status = count_overlap(hits, &pieces, liver, err);
    if (status)
        goto done;
    const double voxel_ml = abl_grid_voxel_mm3(&mask->grid) / 1000;
    bool has_first = false;
    for (size_t n = 1; n <= pieces.count; n++) {
        const size_t size = pieces.items[n - 1].voxels;
        const bool alike = 2 * hits[n] >= size;
        const bool keep =
            alike && (!has_first || (double)size * voxel_ml >= least_piece_ml);
        has_first = has_first || keep;
        hits[n] = keep;
    }
    const int32_t *label = abl_volume_i32(pieces.labels);
    uint8_t *inside = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    for (size_t v = 0; v < voxels; v++)
        inside[v] = label[v] > 0 && hits[label[v]];
    status = abl_mask_fill_holes(mask, err);
done:
    free(hits);
    abl_components_clear(&pieces);
    return status;
}

static abl_status make_field(abl_volume **out, const abl_lesion_maps *maps,
                             const abl_volume *mask, abl_error *err)
{
    abl_volume *field = NULL;
    *out = NULL;
    abl_status status =
        abl_volume_create(&field, &mask->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    const float *liver = abl_volume_f32(maps->liver);
    const float *lesion = abl_volume_f32(maps->lesion);
    float *f = abl_volume_f32(field);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    for (size_t v = 0; v < voxels; v++)
        f[v] = 2 * (liver[v] + lesion[v]) - 1;
    abl_field_reconcile(field, mask);
    status = abl_field_trim(out, field, 2, err);
    abl_volume_destroy(field);
    return status;
}

static bool is_cut(const abl_volume *mask, const abl_lesion_maps *maps)
{
    abl_box box;
    if (!abl_mask_box(&box, mask))
        return false;
    for (int a = 0; a < 3; a++)
        if ((maps->is_scan_end[a][0] && box.lo[a] == 0) ||
            (maps->is_scan_end[a][1] && box.hi[a] + 1 == mask->grid.size[a]))
            return true;
    return false;
}

static double mean_probability(const abl_lesion_maps *maps,
                               const abl_volume *mask)
{
    const uint8_t *inside = abl_volume_u8(mask);
    const float *liver = abl_volume_f32(maps->liver);
    const float *lesion = abl_volume_f32(maps->lesion);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    double sum = 0;
    size_t count = 0;
    for (size_t v = 0; v < voxels; v++) {
        if (!inside[v])
            continue;
        sum += (double)(liver[v] + lesion[v]);
        count++;
    }
    return count ? sum / (double)count : 0;
}

static abl_status replace_liver(abl_structure *item,
                                const abl_lesion_maps *maps,
                                const abl_volume *mask, abl_error *err)
{
    abl_volume *field = NULL;
    abl_status status = make_field(&field, maps, mask, err);
    if (status)
        return status;
    abl_volume_destroy(item->field);
    item->field = field;
    item->found = is_cut(mask, maps) ? ABL_FOUND_CUT : ABL_FOUND;
    item->volume_ml = abl_field_volume_ml(field);
    item->reliability = mean_probability(maps, mask);
    item->edge_sd_mm = ABL_FIELD_EDGE_SHARE * abl_field_edge_sd_mm(field);
    item->origin = "lesion_ct";
    return ABL_OK;
}

static void warn(abl_structures *structures)
{
    const abl_structure *liver = &structures->items[ABL_LIVER];
    if (liver->found == ABL_FOUND_CUT)
        abl_structures_warn(structures, "liver-cut",
                            "The liver reaches the end of the scan: parts of "
                            "it, and lesions there, are not seen.");
    if (liver->volume_ml < small_liver_ml)
        abl_structures_warn(structures, "liver-small",
                            "Only %.0f mL of liver were found.",
                            liver->volume_ml);
}

abl_status abl_liver_find(abl_structures *structures,
                          const abl_lesion_maps *maps, abl_error *err)
{
    abl_structure *liver = &structures->items[ABL_LIVER];
    abl_volume *mask = NULL;
    abl_status status = first_mask(&mask, maps, err);
    if (!status)
        status = leave_to_neighbours(mask, structures, err);
    if (!status)
        status = leave_far_parts(mask, liver->field, maps->lesion, err);
    if (!status)
        status = keep_liver_pieces(mask, liver->field, err);
    if (status)
        goto done;
    const double ml =
        (double)abl_mask_count(mask) * abl_grid_voxel_mm3(&mask->grid) / 1000;
    if (ml >= least_share * liver->volume_ml)
        status = replace_liver(liver, maps, mask, err);
    else
        abl_structures_warn(structures, "liver-coarse",
                            "The two networks disagree about the liver (%.0f "
                            "and %.0f mL); its outline is the coarse one.",
                            liver->volume_ml, ml);
    if (!status)
        warn(structures);
done:
    abl_volume_destroy(mask);
    return status;
}
