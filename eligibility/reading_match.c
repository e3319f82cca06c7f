/* Which lesion each entry of an override means, and the read lesions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/reading_labels.h"
#include "eligibility/reading_shape.h"
#include "segmentation/field.h"
#include "segmentation/lesion_list.h"

static abl_status match_point(int *found, const abl_override *override,
                              size_t entry, const abl_structures *automatic,
                              abl_error *err)
{
    const abl_override_item *item = &override->items[entry];
    double nearest = HUGE_VAL;
    int nearest_number = 0;
    *found = ABL_READ_NONE;
    for (size_t n = 0; n < automatic->lesion_count; n++) {
        const double mm =
            abl_shape_distance_mm(automatic->lesions[n].field, item->point_lps);
        if (mm < nearest) {
            nearest = mm;
            nearest_number = (int)n + 1;
        }
        if (mm > item->radius_mm)
            continue;
        if (*found != ABL_READ_NONE)
            return abl_error_set(err, ABL_E_INVALID,
                                 "%s: lesions[%zu] means two lesions, %d and "
                                 "%zu; give a number or a smaller radius",
                                 override->file, entry, *found + 1, n + 1);
        *found = (int)n;
    }
    if (*found != ABL_READ_NONE)
        return ABL_OK;
    if (!nearest_number)
        return abl_error_set(err, ABL_E_INVALID,
                             "%s: lesions[%zu] means a lesion, but none was "
                             "found; use \"add\"",
                             override->file, entry);
    return abl_error_set(err, ABL_E_INVALID,
                         "%s: lesions[%zu] means no lesion: the nearest, "
                         "lesion %d, is %.1f mm from the point; use \"add\" "
                         "for one that was not found",
                         override->file, entry, nearest_number, nearest);
}

static abl_status match_item(int *found, const abl_override *override,
                             size_t entry, const abl_structures *automatic,
                             abl_error *err)
{
    const abl_override_item *item = &override->items[entry];
    if (item->number == 0)
        return match_point(found, override, entry, automatic, err);
    *found = item->number - 1;
    if ((size_t)item->number > automatic->lesion_count)
        return abl_error_set(err, ABL_E_INVALID,
                             "%s: lesions[%zu] means lesion %d, but %zu were "
                             "found",
                             override->file, entry, item->number,
                             automatic->lesion_count);
    return ABL_OK;
}

static abl_status match_all(abl_reading *reading,
                            const abl_structures *automatic, abl_error *err)
{
    const abl_override *override = reading->override;
    for (size_t n = 0; n < automatic->lesion_count; n++)
        reading->item_of[n] = ABL_READ_NONE;
    for (size_t entry = 0; entry < override->count; entry++) {
        int found = ABL_READ_NONE;
        if (override->items[entry].action == ABL_READ_ADD)
            continue;
        abl_status status = match_item(&found, override, entry, automatic, err);
        if (status)
            return status;
        if (reading->item_of[found] != ABL_READ_NONE)
            return abl_error_set(err, ABL_E_INVALID,
                                 "%s: lesions[%d] and lesions[%zu] both mean "
                                 "lesion %d; say it once",
                                 override->file, reading->item_of[found], entry,
                                 found + 1);
        reading->item_of[found] = (int)entry;
    }
    return ABL_OK;
}

/* An action other than rejecting. */
static abl_status apply(abl_reading *reading, size_t n,
                        const abl_shape_source *source, abl_error *err)
{
    static const char *const words[] = {"Confirmed", "Rejected", "Edited",
                                        "Added"};
    const abl_override *override = reading->override;
    const abl_override_item *item = &override->items[reading->lesions[n].item];
    abl_lesion *lesion = &reading->structures->lesions[n];
    if (item->action != ABL_READ_CONFIRM || lesion->is_low_confidence)
        lesion->confidence = 1;
    lesion->is_low_confidence = false;
    snprintf(lesion->confidence_reason, sizeof lesion->confidence_reason,
             "%s by %.90s.", words[item->action], override->reader_name);
    return item->has_shape ? abl_reading_take_shape(reading, n, source, err)
                           : ABL_OK;
}

/* Room for one more read lesion. */
static abl_status append(abl_lesion **lesion, abl_reading *reading,
                         int automatic, int item, abl_error *err)
{
    abl_structures *read = reading->structures;
    if (read->lesion_count == ABL_MAX_LESIONS)
        return abl_error_set(err, ABL_E_INVALID,
                             "%s: more than %d lesions would have to be "
                             "measured",
                             reading->override->file, ABL_MAX_LESIONS);
    reading->lesions[read->lesion_count] =
        (abl_read_lesion){.automatic = automatic, .item = item};
    *lesion = &read->lesions[read->lesion_count++];
    return ABL_OK;
}

static abl_status keep_lesions(abl_reading *reading,
                               const abl_structures *automatic,
                               const abl_shape_source *source, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < automatic->lesion_count && !status; n++) {
        const int entry = reading->item_of[n];
        abl_lesion *lesion = NULL;
        if (entry != ABL_READ_NONE &&
            reading->override->items[entry].action == ABL_READ_REJECT)
            continue;
        status = append(&lesion, reading, (int)n, entry, err);
        if (status)
            break;
        *lesion = automatic->lesions[n];
        lesion->field = NULL;
        status =
            abl_volume_clone(&lesion->field, automatic->lesions[n].field, err);
        if (!status && entry != ABL_READ_NONE)
            status = apply(reading, reading->structures->lesion_count - 1,
                           source, err);
    }
    return status;
}

static abl_status add_lesions(abl_reading *reading,
                              const abl_shape_source *source, abl_error *err)
{
    const abl_override *override = reading->override;
    abl_status status = ABL_OK;
    for (size_t entry = 0; entry < override->count && !status; entry++) {
        abl_lesion *lesion = NULL;
        if (override->items[entry].action != ABL_READ_ADD)
            continue;
        status = append(&lesion, reading, ABL_READ_NONE, (int)entry, err);
        if (!status)
            status = apply(reading, reading->structures->lesion_count - 1,
                           source, err);
    }
    return status;
}

/* A reader's shape whose middle lies in another lesion counts one twice. */
static abl_status check_apart(const abl_reading *reading, abl_error *err)
{
    const abl_structures *read = reading->structures;
    for (size_t n = 0; n < read->lesion_count; n++) {
        const int entry = reading->lesions[n].item;
        if (entry == ABL_READ_NONE ||
            !reading->override->items[entry].has_shape)
            continue;
        const double *centre = reading->lesions[n].centre_lps;
        for (size_t m = 0; m < read->lesion_count; m++)
            if (m != n &&
                abl_shape_distance_mm(read->lesions[m].field, centre) <= 0)
                return abl_error_set(
                    err, ABL_E_INVALID,
                    "%s: lesions[%d]: the middle of the shape lies in another "
                    "lesion, %zu of the read ones; edit or reject that one",
                    reading->override->file, entry, m + 1);
    }
    return ABL_OK;
}

/* Labels that follow from lesions. */
static abl_status relabel(abl_reading *reading, const abl_grid *image,
                          abl_error *err)
{
    abl_structures *read = reading->structures;
    abl_status status = abl_lesions_draw(read, image, err);
    if (status)
        return status;
    const uint8_t *lesion = abl_volume_u8(read->lesion_labels);
    uint8_t *label = abl_volume_u8(read->labels);
    const size_t voxels = abl_grid_voxels(image);
    for (size_t n = 0; n < voxels; n++)
        if (lesion[n])
            label[n] = ABL_LIVER;
    return ABL_OK;
}

/* Everything of the automatic structures but lesions and labels. */
static abl_status share(abl_reading *reading, const abl_structures *automatic,
                        abl_error *err)
{
    abl_structures *read = abl_alloc(1, sizeof *read, err);
    if (!read)
        return ABL_E_NOMEM;
    *read = *automatic;
    read->lesions = NULL;
    read->lesion_count = 0;
    read->labels = read->lesion_labels = NULL;
    reading->structures = read;
    const size_t most = ABL_MAX_LESIONS;
    read->lesions = abl_alloc(most, sizeof *read->lesions, err);
    reading->lesions = abl_alloc(most, sizeof *reading->lesions, err);
    reading->measured = abl_alloc(most, sizeof *reading->measured, err);
    reading->item_of =
        abl_alloc(automatic->lesion_count, sizeof *reading->item_of, err);
    if (!read->lesions || !reading->lesions || !reading->measured ||
        !reading->item_of)
        return ABL_E_NOMEM;
    reading->automatic_count = automatic->lesion_count;
    return abl_volume_clone(&read->labels, automatic->labels, err);
}

/* The liver that was extended to the reader's shapes. */
static void take_liver(abl_reading *reading)
{
    abl_structure *liver = &reading->structures->items[ABL_LIVER];
    liver->field = reading->liver;
    liver->volume_ml = abl_field_volume_ml(liver->field);
}

static bool has_shapes(const abl_override *override)
{
    for (size_t n = 0; n < override->count; n++)
        if (override->items[n].has_shape)
            return true;
    return false;
}

static abl_status apply_all(abl_reading *reading,
                            const abl_structures *automatic,
                            const abl_shape_source *source, abl_error *err)
{
    const abl_volume *liver = automatic->items[ABL_LIVER].field;
    abl_status status = share(reading, automatic, err);
    if (!status)
        status = match_all(reading, automatic, err);
    if (!status && has_shapes(reading->override) && liver)
        status = abl_volume_clone(&reading->liver, liver, err);
    if (!status)
        status = keep_lesions(reading, automatic, source, err);
    if (!status)
        status = add_lesions(reading, source, err);
    if (!status)
        status = check_apart(reading, err);
    if (!status && reading->liver)
        take_liver(reading);
    return status ? status : relabel(reading, source->image, err);
}

/* Structures that were outlined bring the warnings of their maps. */
static void warn_of_maps(abl_reading *reading, const abl_import_maps *maps)
{
    for (size_t n = 0; maps && n < maps->count; n++)
        abl_import_map_warn(reading->structures, &maps->items[n]);
}

abl_status abl_reading_create(abl_reading **out, const abl_override *override,
                              const abl_import_maps *maps,
                              const abl_structures *automatic,
                              const abl_reading_scan *scan, abl_error *err)
{
    const abl_shape_source source = {maps, &scan->image->grid};
    *out = NULL;
    abl_reading *reading = abl_alloc(1, sizeof *reading, err);
    if (!reading)
        return ABL_E_NOMEM;
    reading->override = override;
    abl_status status = abl_reading_outline(&reading->outlined, override, maps,
                                            automatic, scan, err);
    if (!status)
        status = apply_all(reading,
                           reading->outlined ? reading->outlined : automatic,
                           &source, err);
    if (!status && !reading->outlined)
        warn_of_maps(reading, maps);
    if (status)
        abl_reading_destroy(reading);
    else
        *out = reading;
    return status;
}
