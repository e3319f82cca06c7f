/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_labels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body.h"
#include "segmentation/import_field.h"
#include "segmentation/import_work.h"
#include "segmentation/label_map.h"
#include "segmentation/lesion_list.h"
#include "segmentation/mask_field.h"
#include "segmentation/noise.h"
#include "segmentation/organs.h"
#include "segmentation/phase.h"

const char abl_imported[] = "imported";
static const char imported_and_found[] = "imported and found";

static bool is_structure(const abl_label_meaning *meaning, int value,
                         int wanted)
{
    (void)value;
    if (wanted == ABL_LIVER && abl_label_is_of_liver(meaning))
        return true;
    return meaning->kind == ABL_LABEL_STRUCTURE && (int)meaning->id == wanted;
}

/* Says volume, attenuation and whether it is cut. */
static abl_status describe(abl_structure *item, const abl_volume *image,
                           double edge_sd_mm, abl_error *err)
{
    abl_volume *hu = NULL;
    item->found = abl_field_reaches_end(item->field, &image->grid)
                      ? ABL_FOUND_CUT
                      : ABL_FOUND;
    item->volume_ml = abl_field_volume_ml(item->field);
    item->reliability = 1;
    item->edge_sd_mm = edge_sd_mm;
    item->origin = abl_imported;
    abl_status status = abl_image_under(&hu, image, &item->field->grid, err);
    if (!status)
        status = abl_organ_mean_hu(&item->mean_hu, item->field, hu, err);
    abl_volume_destroy(hu);
    return status;
}

/* Found in several pieces, of which a label map may hold a few. */
static bool is_joined(abl_structure_id id)
{
    return id == ABL_LUNG || id == ABL_BONE || id == ABL_BOWEL_GAS ||
           id == ABL_HEART;
}

static bool is_there(const abl_structure *item)
{
    return item->field && item->found >= ABL_FOUND;
}

static abl_status take_structure(abl_importer *in, const abl_import_map *map,
                                 abl_structure_id id, abl_error *err)
{
    abl_structure *item = &in->structures->items[id];
    abl_volume *mask = NULL, *field = NULL;
    abl_status status = abl_import_mask(&mask, map, is_structure, (int)id, err);
    if (!status && mask)
        status = abl_import_field(&field, mask, &in->image->grid, err);
    abl_volume_destroy(mask);
    if (status || !field)
        return status;
    double edge_sd_mm = abl_mask_edge_sd_mm(&map->values->grid);
    const bool is_both = is_joined(id) && !in->from_nothing && is_there(item);
    if (is_both) {
        edge_sd_mm = fmax(edge_sd_mm, item->edge_sd_mm);
        status = abl_field_join(&field, item->field, &in->image->grid, err);
    }
    abl_volume_destroy(item->field);
    *item = (abl_structure){.field = field};
    if (!status)
        status = describe(item, in->image, edge_sd_mm, err);
    if (is_both)
        item->origin = imported_and_found;
    else
        abl_mask_label_mm(item->label_mm, &map->values->grid, &in->image->grid);
    return status;
}

/* Whether a map names a structure at all, and whether it has voxels of it. */
static bool names_structure(const abl_import_map *map, abl_structure_id id,
                            bool with_voxels)
{
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++)
        if (map->names.of[value].kind == ABL_LABEL_STRUCTURE &&
            map->names.of[value].id == id &&
            (!with_voxels || map->counts[value]))
            return true;
    return false;
}

static abl_status take_structures(abl_importer *in, bool body, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t m = 0; m < in->count; m++)
        for (int id = 1; !status && id < ABL_STRUCTURE_COUNT; id++)
            if (is_joined((abl_structure_id)id) == body &&
                !abl_structure_is_in_liver((abl_structure_id)id) &&
                names_structure(&in->maps[m], (abl_structure_id)id, true))
                status =
                    take_structure(in, &in->maps[m], (abl_structure_id)id, err);
    return status;
}

/* Whether the middle of a lesion's box lies in the liver. */
static bool is_in_liver(const abl_lesion *lesion, const abl_volume *liver,
                        const abl_grid *image)
{
    double ijk[3], lps[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = 0.5 * (double)(lesion->lo[a] + lesion->hi[a]);
    abl_grid_to_lps(lps, image, ijk);
    return abl_volume_contains_lps(liver, lps) &&
           abl_volume_sample_lps(liver, lps) > 0;
}

/* A candidate of the network where the imported liver has no liver. */
static void doubt(abl_lesion *lesion)
{
    lesion->confidence = fmin(lesion->confidence, 0.1);
    lesion->is_low_confidence = true;
    snprintf(lesion->confidence_reason, sizeof lesion->confidence_reason,
             "Low: its middle lies outside of the imported liver.");
}

/* The liver is liver with its lesions; found ones count only where the liver
 * was found too. */
static abl_status add_lesions_to_liver(abl_importer *in, abl_error *err)
{
    abl_structure *liver = &in->structures->items[ABL_LIVER];
    const abl_grid *image = &in->image->grid;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < in->structures->lesion_count && !status; n++) {
        abl_lesion *lesion = &in->structures->lesions[n];
        const bool inside = is_in_liver(lesion, liver->field, image);
        if (lesion->origin != abl_imported) {
            if (!inside && liver->origin == abl_imported)
                doubt(lesion);
            continue;
        }
        if (!inside)
            abl_structures_warn(in->structures, "lesion-outside-liver",
                                "The middle of imported lesion %zu lies "
                                "outside of the liver's outline; the liver was "
                                "extended to it.",
                                n + 1);
        status = abl_field_join(&liver->field, lesion->field, image, err);
    }
    if (!status)
        liver->volume_ml = abl_field_volume_ml(liver->field);
    return status;
}

/* Level and noise of the liver, lesions left out. */
static abl_status measure_liver(abl_importer *in, abl_error *err)
{
    abl_structure *liver = &in->structures->items[ABL_LIVER];
    const abl_volume *labels = in->structures->lesion_labels;
    abl_volume *lesion = NULL;
    abl_liver_noise noise;
    abl_status status =
        abl_volume_create(&lesion, &labels->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    const size_t voxels = abl_grid_voxels(&labels->grid);
    for (size_t n = 0; n < voxels; n++)
        abl_volume_f32(lesion)[n] = abl_volume_u8(labels)[n] ? 1 : 0;
    status =
        abl_liver_noise_measure(&noise, in->image, liver->field, lesion, err);
    abl_volume_destroy(lesion);
    if (status)
        return status;
    in->structures->noise_hu = noise.noise_hu;
    if (noise.noise_hu >= 0)
        liver->mean_hu = noise.liver_hu;
    return ABL_OK;
}

void abl_import_map_warn(abl_structures *structures, const abl_import_map *map)
{
    const abl_grid *grid = &map->values->grid;
    for (size_t n = 0; n < map->note_count; n++)
        abl_structures_warn(structures, map->notes[n].code, "%s",
                            map->notes[n].text);
    if (map->part[0])
        return; /* the notes of its file say it */
    if (map->is_resampled)
        abl_structures_warn(
            structures, "labels-resampled",
            "%s has a grid of its own (%zu x %zu x %zu voxels of %.2f x %.2f x "
            "%.2f mm); it was placed by its positions and resampled.",
            map->file, grid->size[0], grid->size[1], grid->size[2],
            grid->spacing_mm[0], grid->spacing_mm[1], grid->spacing_mm[2]);
    if (map->coverage < 0.999)
        abl_structures_warn(structures, "labels-partial",
                            "%s covers %.0f %% of the series; elsewhere it "
                            "says nothing.",
                            map->file, 100 * map->coverage);
    if (map->outside > 0)
        abl_structures_warn(structures, "labels-outside",
                            "%.1f %% of the labelled voxels of %s lie outside "
                            "of the series.",
                            100 * map->outside, map->file);
}

/* Names of ours without a voxel: a removed organ or an unused class. */
static void warn_of_empty(const abl_importer *in, const abl_import_map *map)
{
    char list[160] = "";
    bool has_lesion_name = false, has_lesion = false;
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++) {
        const size_t used = strlen(list);
        if (names_structure(map, (abl_structure_id)id, false) &&
            !names_structure(map, (abl_structure_id)id, true))
            snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                     abl_structure_title((abl_structure_id)id));
    }
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++) {
        if (map->names.of[value].kind < ABL_LABEL_LESION)
            continue;
        has_lesion_name = true;
        has_lesion |= map->counts[value] > 0;
    }
    const size_t used = strlen(list);
    if (has_lesion_name && !has_lesion)
        snprintf(list + used, sizeof list - used, "%slesions",
                 used ? ", " : "");
    /* our own numbering always names all; only a file's names are a claim */
    if (list[0] && map->names.sha256[0])
        abl_structures_warn(in->structures, "labels-empty",
                            "%s has no voxel of: %s; nothing was taken from "
                            "it for these.",
                            map->file, list);
}

/* What the names know and the labels do not hold was looked for in vain. */
static void mark_absent(const abl_importer *in)
{
    for (size_t m = 0; m < in->count; m++)
        for (int id = 1; id < ABL_STRUCTURE_COUNT; id++) {
            abl_structure *item = &in->structures->items[id];
            if (item->found == ABL_NOT_LOOKED_FOR &&
                names_structure(&in->maps[m], (abl_structure_id)id, false) &&
                id < ABL_HEPATIC_VEINS)
                item->found = ABL_NOT_FOUND;
        }
}

/* Everything that follows from organs and lesions. */
static abl_status follow_up(abl_importer *in, const abl_series_info *info,
                            const abl_progress *progress, abl_error *err)
{
    abl_structures *structures = in->structures;
    abl_status status = add_lesions_to_liver(in, err);
    if (!status)
        status = abl_lesions_draw(structures, &in->image->grid, err);
    abl_volume_destroy(structures->labels);
    structures->labels = NULL;
    if (!status)
        status = abl_label_map_make(structures, &in->image->grid, err);
    if (!status)
        status = measure_liver(in, err);
    if (!status)
        abl_phase_find(structures, info);
    if (!status)
        status = abl_import_vessels(in, progress, err);
    if (!status)
        status = abl_body_find(structures, in->image, progress, err);
    if (!status)
        status = take_structures(in, true, err);
    return status;
}

static abl_status import(abl_importer *in, const abl_series_info *info,
                         const abl_progress *progress, abl_error *err)
{
    for (size_t m = 0; m < in->count; m++) {
        abl_import_map_warn(in->structures, &in->maps[m]);
        warn_of_empty(in, &in->maps[m]);
    }
    abl_status status = take_structures(in, false, err);
    if (!status && !in->structures->items[ABL_LIVER].field)
        return abl_error_set(err, ABL_E_UNSUPPORTED, "%s: no liver is labelled",
                             in->maps[0].file);
    if (!status)
        status = abl_import_lesions(in, err);
    if (in->from_nothing)
        mark_absent(in);
    if (!status)
        status = follow_up(in, info, progress, err);
    free(in->lesions);
    return status;
}

abl_status abl_import_labels(abl_structures *structures,
                             const abl_volume *image,
                             const abl_series_info *info,
                             const abl_import_map *maps, size_t count,
                             const abl_progress *progress, abl_error *err)
{
    abl_importer in = {structures, image, maps, count, false, 0, 0, NULL, 0, 0};
    return count ? import(&in, info, progress, err) : ABL_OK;
}

abl_status abl_structures_from_labels(abl_structures **out,
                                      const abl_volume *image,
                                      const abl_series_info *info,
                                      const abl_import_map *maps, size_t count,
                                      const abl_progress *progress,
                                      abl_error *err)
{
    *out = NULL;
    if (image->type != ABL_PIXEL_I16 || count == 0)
        return abl_error_set(err, ABL_E_INVALID,
                             "an i16 image and a label map are needed");
    abl_structures *structures = abl_alloc(1, sizeof *structures, err);
    if (!structures)
        return ABL_E_NOMEM;
    structures->noise_hu = -1;
    abl_importer in = {structures, image, maps, count, true, 0, 0, NULL, 0, 0};
    abl_status status = import(&in, info, progress, err);
    if (status)
        abl_structures_destroy(structures);
    else
        *out = structures;
    return status;
}
