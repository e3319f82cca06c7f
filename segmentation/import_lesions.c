/* Lesions from label maps.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "segmentation/import_field.h"
#include "segmentation/import_work.h"
#include "segmentation/lesion_list.h"
#include "segmentation/lesions.h"
#include "segmentation/mask_field.h"

static bool is_value(const abl_label_meaning *meaning, int value, int wanted)
{
    (void)meaning;
    return value == wanted;
}

static bool is_tumour(const abl_label_meaning *meaning, int value, int wanted)
{
    (void)value;
    (void)wanted;
    return meaning->kind == ABL_LABEL_TUMOUR;
}

/* Appends one lesion; @p mask on the map's grid. */
static abl_status take_lesion(abl_importer *in, const abl_import_map *map,
                              const abl_volume *mask, abl_error *err)
{
    abl_lesion lesion = {0};
    if (in->lesion_count == ABL_MAX_LESIONS) {
        in->lesions_left_out++;
        return ABL_OK;
    }
    abl_status status =
        abl_import_field(&lesion.field, mask, &in->image->grid, err);
    if (status || !lesion.field)
        return status;
    if (!abl_lesion_place(&lesion, &in->image->grid)) {
        in->specks++;
        abl_volume_destroy(lesion.field);
        return ABL_OK;
    }
    abl_lesion_weigh(&lesion);
    lesion.mean_probability = 1;
    lesion.confidence = 1;
    abl_mask_label_mm(lesion.label_mm, &map->values->grid, &in->image->grid);
    lesion.edge_sd_mm = abl_mask_edge_sd_mm(&map->values->grid);
    lesion.origin = abl_imported;
    snprintf(lesion.confidence_reason, sizeof lesion.confidence_reason,
             "Its outline was imported from a label map.");
    in->lesions[in->lesion_count++] = lesion;
    return ABL_OK;
}

/* One value, one lesion, even when it comes in pieces. */
static abl_status take_numbered(abl_importer *in, const abl_import_map *map,
                                int value, abl_error *err)
{
    abl_volume *mask = NULL;
    abl_components pieces = {0};
    abl_status status = abl_import_mask(&mask, map, is_value, value, err);
    if (!status)
        status = abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    if (!status)
        status = take_lesion(in, map, mask, err);
    if (!status && pieces.count > 1)
        abl_structures_warn(in->structures, "lesions-in-pieces",
                            "%s: label %d is one lesion in %zu pieces; its "
                            "diameters may reach from one to another.",
                            map->file, value, pieces.count);
    abl_components_clear(&pieces);
    abl_volume_destroy(mask);
    return status;
}

static double diameter_of(size_t voxels, const abl_grid *grid)
{
    const double pi = 3.14159265358979323846;
    return cbrt(6 * (double)voxels * abl_grid_voxel_mm3(grid) / pi);
}

static abl_status take_piece(abl_importer *in, const abl_import_map *map,
                             const abl_components *pieces, size_t n,
                             abl_error *err)
{
    const abl_grid *grid = &pieces->labels->grid;
    const int32_t *label = abl_volume_i32(pieces->labels);
    abl_volume *mask = NULL;
    abl_status status = abl_volume_create(&mask, grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const abl_component *piece = &pieces->items[n];
    for (size_t k = piece->lo[2]; k <= piece->hi[2]; k++)
        for (size_t j = piece->lo[1]; j <= piece->hi[1]; j++)
            for (size_t i = piece->lo[0]; i <= piece->hi[0]; i++) {
                const size_t at = abl_grid_offset(grid, i, j, k);
                abl_volume_u8(mask)[at] = label[at] == (int32_t)(n + 1) ? 1 : 0;
            }
    status = take_lesion(in, map, mask, err);
    abl_volume_destroy(mask);
    return status;
}

/* Connected pieces of the tumour labels, largest first. */
static abl_status take_pieces(abl_importer *in, const abl_import_map *map,
                              abl_error *err)
{
    abl_volume *mask = NULL;
    abl_components pieces = {0};
    abl_status status = abl_import_mask(&mask, map, is_tumour, 0, err);
    if (status || !mask)
        return status;
    status = abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    for (size_t n = 0; n < pieces.count && !status; n++) {
        const double mm = diameter_of(pieces.items[n].voxels, &mask->grid);
        if (mm >= ABL_LESION_LEAST_MM) {
            status = take_piece(in, map, &pieces, n, err);
            continue;
        }
        in->specks++;
        in->speck_mm = fmax(in->speck_mm, mm);
    }
    abl_components_clear(&pieces);
    abl_volume_destroy(mask);
    return status;
}

static void warn_of_lesions(abl_importer *in, bool is_renumbered)
{
    if (is_renumbered)
        abl_structures_warn(in->structures, "lesions-renumbered",
                            "The imported lesions are numbered 1 to %zu in the "
                            "order of their labels, whose numbers have gaps.",
                            in->lesion_count);
    if (in->specks)
        abl_structures_warn(in->structures, "lesions-specks",
                            "%zu piece%s of an imported lesion label under "
                            "%.0f mm across (up to %.1f mm) %s left out.",
                            in->specks, in->specks == 1 ? "" : "s",
                            ABL_LESION_LEAST_MM, in->speck_mm,
                            in->specks == 1 ? "was" : "were");
    if (in->lesions_left_out)
        abl_structures_warn(in->structures, "lesions-left-out",
                            "%zu imported lesions are more than the %d that "
                            "can be measured.",
                            in->lesions_left_out, ABL_MAX_LESIONS);
}

static void drop_lesions(abl_structures *structures)
{
    for (size_t n = 0; n < structures->lesion_count; n++)
        abl_volume_destroy(structures->lesions[n].field);
    free(structures->lesions);
    structures->lesions = NULL;
    structures->lesion_count = 0;
}

static abl_status take_lesions_of(abl_importer *in, const abl_import_map *map,
                                  bool *is_renumbered, abl_error *err)
{
    abl_status status = ABL_OK;
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE && !status; value++) {
        if (!map->counts[value] ||
            map->names.of[value].kind != ABL_LABEL_LESION)
            continue;
        status = take_numbered(in, map, value, err);
        *is_renumbered |=
            strcmp(map->names.source, "ablascreen") == 0 &&
            value != ABL_LESION_LABEL_FIRST - 1 + (int)in->lesion_count;
    }
    return status ? status : take_pieces(in, map, err);
}

/* Imported lesions replace all that were found. */
abl_status abl_import_lesions(abl_importer *in, abl_error *err)
{
    bool any = false, is_renumbered = false;
    for (size_t m = 0; m < in->count; m++)
        for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++)
            any |= in->maps[m].counts[value] &&
                   in->maps[m].names.of[value].kind >= ABL_LABEL_LESION;
    if (!any)
        return ABL_OK;
    in->lesions = abl_alloc(ABL_MAX_LESIONS, sizeof *in->lesions, err);
    abl_status status = in->lesions ? ABL_OK : ABL_E_NOMEM;
    for (size_t m = 0; m < in->count && !status; m++)
        status = take_lesions_of(in, &in->maps[m], &is_renumbered, err);
    warn_of_lesions(in, is_renumbered);
    drop_lesions(in->structures);
    in->structures->lesions = in->lesions;
    in->structures->lesion_count = in->lesion_count;
    in->lesions = NULL;
    return status;
}
