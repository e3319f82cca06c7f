/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading_labels.h"

#include <stdio.h>
#include <string.h>

static const char edited[] = "edited";

static bool holds(const abl_import_map *map, abl_structure_id id)
{
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++)
        if (map->counts[value] &&
            map->names.of[value].kind == ABL_LABEL_STRUCTURE &&
            map->names.of[value].id == id)
            return true;
    return false;
}

static abl_status check_map(const abl_import_map *map,
                            const abl_override *override, abl_error *err)
{
    for (size_t n = 0; n < override->count; n++)
        if (override->items[n].label && !map->counts[override->items[n].label])
            return abl_error_set(err, ABL_E_INVALID,
                                 "%s: lesions[%zu]: %s has no voxel of label "
                                 "%d",
                                 override->file, n, map->file,
                                 override->items[n].label);
    for (size_t n = 0; n < override->structure_count; n++)
        if (!holds(map, override->structures[n].id))
            return abl_error_set(
                err, ABL_E_INVALID,
                "%s: structures[%zu]: %s has no voxel of %s (names from %s)",
                override->file, n, map->file,
                abl_structure_name(override->structures[n].id),
                map->names.source);
    return ABL_OK;
}

abl_status abl_reading_map_read(abl_import_map *out, abl_override *override,
                                const abl_grid *image, abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (!override->labels_path[0])
        return ABL_OK;
    abl_status status = abl_import_map_read(
        out, override->labels_path,
        override->labels_names[0] ? override->labels_names : NULL, image, err);
    if (status)
        return status;
    snprintf(override->labels_file, sizeof override->labels_file, "%s",
             out->file);
    snprintf(override->labels_sha256, sizeof override->labels_sha256, "%s",
             out->sha256);
    return check_map(out, override, err);
}

static bool is_listed(const abl_override *override, abl_structure_id id)
{
    for (size_t n = 0; n < override->structure_count; n++)
        if (override->structures[n].id == id)
            return true;
    return false;
}

/* What lies in the liver is liver when that was outlined. */
static bool is_of_liver(const abl_label_meaning *meaning)
{
    return meaning->kind >= ABL_LABEL_LESION ||
           (meaning->kind == ABL_LABEL_STRUCTURE &&
            (meaning->id == ABL_LIVER ||
             abl_structure_is_in_liver(meaning->id)));
}

/* Leaves the listed structures alone; no lesions. */
static void restrict_map(abl_import_map *map, const abl_override *override)
{
    const abl_label_meaning ignored = {ABL_LABEL_IGNORED, ABL_BACKGROUND};
    const abl_label_meaning liver = {ABL_LABEL_STRUCTURE, ABL_LIVER};
    const bool has_liver = is_listed(override, ABL_LIVER);
    for (int value = 0; value <= ABL_LABEL_MAX_VALUE; value++) {
        abl_label_meaning *meaning = &map->names.of[value];
        if (has_liver && is_of_liver(meaning))
            *meaning = liver;
        else if (meaning->kind != ABL_LABEL_STRUCTURE ||
                 !is_listed(override, meaning->id))
            *meaning = ignored;
    }
}

abl_status abl_reading_outline(abl_structures **out,
                               const abl_override *override,
                               const abl_import_map *map,
                               const abl_structures *automatic,
                               const abl_reading_scan *scan, abl_error *err)
{
    *out = NULL;
    if (!override->structure_count)
        return ABL_OK;
    if (!map || !map->values)
        return abl_error_set(err, ABL_E_INVALID, "%s: its labels were not read",
                             override->file);
    abl_import_map part = *map; /* the voxels are borrowed */
    restrict_map(&part, override);
    abl_structures *made = NULL;
    abl_status status = abl_structures_clone(&made, automatic, err);
    if (!status)
        status = abl_import_labels(made, scan->image, scan->info, &part, 1,
                                   scan->progress, err);
    for (size_t n = 0; !status && n < override->structure_count; n++)
        made->items[override->structures[n].id].origin = edited;
    if (status)
        abl_structures_destroy(made);
    else
        *out = made;
    return status;
}
