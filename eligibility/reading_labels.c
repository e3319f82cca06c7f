/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char edited[] = "edited";

static bool holds(const abl_import_maps *maps, abl_structure_id id)
{
    for (size_t n = 0; n < maps->count; n++) {
        const abl_import_map *map = &maps->items[n];
        for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++)
            if (map->counts[value] &&
                map->names.of[value].kind == ABL_LABEL_STRUCTURE &&
                map->names.of[value].id == id)
                return true;
    }
    return false;
}

static abl_status check_maps(const abl_import_maps *maps,
                             const abl_override *override, abl_error *err)
{
    const abl_import_map *first = &maps->items[0];
    for (size_t n = 0; n < override->count; n++)
        if (override->items[n].label &&
            !abl_import_map_of(maps, override->items[n].label))
            return abl_error_set(err, ABL_E_INVALID,
                                 "%s: lesions[%zu]: %s has no voxel of label "
                                 "%d",
                                 override->file, n, first->file,
                                 override->items[n].label);
    for (size_t n = 0; n < override->structure_count; n++)
        if (!holds(maps, override->structures[n].id))
            return abl_error_set(
                err, ABL_E_INVALID,
                "%s: structures[%zu]: %s has no voxel of %s (names from %s)",
                override->file, n, first->file,
                abl_structure_name(override->structures[n].id),
                first->names.source);
    return ABL_OK;
}

static abl_import_selection select_parts(const abl_override *override)
{
    abl_import_selection only = {{false}, {false}};
    for (size_t n = 0; n < override->structure_count; n++)
        only.structures[override->structures[n].id] = true;
    for (size_t n = 0; n < override->count; n++)
        only.lesions[override->items[n].label] |= override->items[n].label > 0;
    return only;
}

abl_status abl_reading_maps_read(abl_import_maps *out, abl_override *override,
                                 const abl_grid *image,
                                 const abl_series_info *info, abl_error *err)
{
    *out = (abl_import_maps){0, NULL};
    if (!override->labels_path[0])
        return ABL_OK;
    const abl_import_selection only = select_parts(override);
    abl_status status = abl_import_file_select(
        out, override->labels_path,
        override->labels_names[0] ? override->labels_names : NULL, &only, image,
        info, err);
    if (status)
        return status;
    snprintf(override->labels_file, sizeof override->labels_file, "%s",
             out->items[0].file);
    snprintf(override->labels_sha256, sizeof override->labels_sha256, "%s",
             out->items[0].sha256);
    return check_maps(out, override, err);
}

static bool is_listed(const abl_override *override, abl_structure_id id)
{
    for (size_t n = 0; n < override->structure_count; n++)
        if (override->structures[n].id == id)
            return true;
    return false;
}

/* Leaves the listed structures alone; no lesions. A file that names its parts
 * has them in its liver already. */
static void restrict_map(abl_import_map *map, const abl_override *override)
{
    const abl_label_meaning ignored = {ABL_LABEL_IGNORED, ABL_BACKGROUND,
                                       false};
    const abl_label_meaning liver = {ABL_LABEL_STRUCTURE, ABL_LIVER, false};
    const bool has_liver = !map->part[0] && is_listed(override, ABL_LIVER);
    for (int value = 0; value <= ABL_LABEL_MAX_VALUE; value++) {
        abl_label_meaning *meaning = &map->names.of[value];
        const bool is_named = meaning->kind == ABL_LABEL_STRUCTURE &&
                              is_listed(override, meaning->id);
        const bool is_liver = has_liver && abl_label_is_of_liver(meaning);
        if (is_liver && !(is_named && meaning->in_liver))
            *meaning = liver; /* what lies in it is liver */
        else if (!is_named)
            *meaning = ignored;
        meaning->in_liver = is_liver && meaning->in_liver;
    }
}

/* Copies of the maps, whose voxels are borrowed. */
static abl_status restrict_maps(abl_import_map **out,
                                const abl_import_maps *maps,
                                const abl_override *override, abl_error *err)
{
    *out = abl_alloc(maps->count, sizeof **out, err);
    if (!*out)
        return ABL_E_NOMEM;
    memcpy(*out, maps->items, maps->count * sizeof **out);
    for (size_t n = 0; n < maps->count; n++)
        restrict_map(&(*out)[n], override);
    return ABL_OK;
}

abl_status abl_reading_outline(abl_structures **out,
                               const abl_override *override,
                               const abl_import_maps *maps,
                               const abl_structures *automatic,
                               const abl_reading_scan *scan, abl_error *err)
{
    abl_import_map *parts = NULL;
    abl_structures *made = NULL;
    *out = NULL;
    if (!override->structure_count)
        return ABL_OK;
    if (!maps || !maps->count)
        return abl_error_set(err, ABL_E_INVALID, "%s: its labels were not read",
                             override->file);
    abl_status status = restrict_maps(&parts, maps, override, err);
    if (!status)
        status = abl_structures_clone(&made, automatic, err);
    if (!status)
        status = abl_import_labels(made, scan->image, scan->info, parts,
                                   maps->count, scan->progress, err);
    for (size_t n = 0; !status && n < override->structure_count; n++)
        made->items[override->structures[n].id].origin = edited;
    free(parts);
    if (status)
        abl_structures_destroy(made);
    else
        *out = made;
    return status;
}
