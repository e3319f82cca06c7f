/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/import_work.h"

static void note(abl_warning *notes, size_t *count, const char *code,
                 const char *format, va_list args)
{
    if (*count == ABL_MAX_IMPORT_NOTES)
        return;
    abl_warning *to = &notes[(*count)++];
    snprintf(to->code, sizeof to->code, "%s", code);
    vsnprintf(to->text, sizeof to->text, format, args);
}

void abl_import_job_note(abl_import_job *job, const char *code,
                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note(job->notes, &job->note_count, code, format, args);
    va_end(args);
}

void abl_import_note(abl_import_map *map, const char *code, const char *format,
                     ...)
{
    va_list args;
    va_start(args, format);
    note(map->notes, &map->note_count, code, format, args);
    va_end(args);
}

static bool is_used(abl_label_meaning meaning)
{
    return meaning.kind > ABL_LABEL_IGNORED;
}

double abl_import_step(double *positions, size_t count, double same)
{
    double step = 0;
    for (size_t gap = count / 2; gap > 0; gap /= 2) /* Shell's sort */
        for (size_t n = gap; n < count; n++)
            for (size_t m = n; m >= gap && positions[m - gap] > positions[m];
                 m -= gap) {
                const double swap = positions[m];
                positions[m] = positions[m - gap];
                positions[m - gap] = swap;
            }
    for (size_t n = 1; n < count; n++) {
        const double gap = positions[n] - positions[n - 1];
        if (gap > same && (step == 0 || gap < step))
            step = gap;
    }
    return step;
}

abl_status abl_import_maps_add(abl_import_map **out, abl_import_maps *maps,
                               abl_error *err)
{
    *out = NULL;
    if (maps->count == ABL_MAX_IMPORT_MAPS)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "more than %d outlines to import",
                             ABL_MAX_IMPORT_MAPS);
    abl_import_map *items =
        abl_alloc(maps->count + 1, sizeof *maps->items, err);
    if (!items)
        return ABL_E_NOMEM;
    if (maps->items)
        memcpy(items, maps->items, maps->count * sizeof *items);
    free(maps->items);
    maps->items = items;
    *out = &items[maps->count++];
    return ABL_OK;
}

/* What is said of all maps of a file together. */
typedef struct placing {
    abl_name_list outside, at_edge;
    bool is_resampled;
} placing;

/* One map of the parts of @p members. */
static abl_status add_group(abl_import_job *job, const abl_mask_planes *planes,
                            const bool *members, abl_label_meaning meaning,
                            const abl_outline_part *first, const char *label,
                            placing *seen, abl_error *err)
{
    abl_import_map map;
    abl_import_map *to = NULL;
    abl_status status =
        abl_import_planes(&map, planes, members, job->image, err);
    map.names.of[1] = meaning;
    map.number = first->number;
    snprintf(map.part, sizeof map.part, "%s", label[0] ? label : "no name");
    snprintf(map.sha256, sizeof map.sha256, "%s", job->sha256);
    memcpy(map.names.source, job->names_source, sizeof map.names.source);
    memcpy(map.names.sha256, job->names_sha256, sizeof map.names.sha256);
    if (!status && map.values)
        status = abl_import_check_place(&map, job->image, err);
    if (!status && map.values && map.outside > 0)
        abl_name_list_add(&seen->outside, map.part, NULL);
    if (!status && map.values && map.is_at_edge)
        abl_name_list_add(&seen->at_edge, map.part, NULL);
    if (!status && map.values && map.outside < 1)
        status = abl_import_maps_add(&to, job->maps, err);
    if (!to) {
        abl_import_map_clear(&map);
        return status;
    }
    seen->is_resampled |= map.is_resampled;
    *to = map;
    return ABL_OK;
}

static bool is_liver(abl_label_meaning meaning)
{
    return meaning.kind == ABL_LABEL_STRUCTURE && meaning.id == ABL_LIVER;
}

/* The liver is liver with its lesions and vessels, where their planes are of
 * one kind; the others are joined with it later. */
static void add_to_liver(bool *members, const abl_mask_planes *planes,
                         const abl_label_meaning *meanings)
{
    double step = 0;
    for (size_t n = 0; n < planes->part_count; n++)
        if (is_liver(meanings[n]) && planes->parts[n].plane_count)
            step = planes->step_mm[n];
    for (size_t n = 0; n < planes->part_count; n++)
        if (!is_liver(meanings[n]) && abl_label_is_of_liver(&meanings[n]) &&
            (planes->step_mm[n] == 0 ||
             fabs(planes->step_mm[n] - step) < 0.1 * step))
            members[n] = true;
}

/* Whether two parts go into one map. */
static bool is_one(abl_label_meaning a, abl_label_meaning b)
{
    return a.kind == b.kind && a.kind != ABL_LABEL_LESION &&
           (a.kind != ABL_LABEL_STRUCTURE || a.id == b.id);
}

static bool is_first_of(const abl_label_meaning *meanings, size_t n)
{
    for (size_t m = 0; m < n; m++)
        if (is_one(meanings[m], meanings[n]))
            return false;
    return true;
}

static abl_status add_group_of(abl_import_job *job,
                               const abl_mask_planes *planes,
                               const abl_label_meaning *meanings, size_t n,
                               bool *members, placing *seen, abl_error *err)
{
    const abl_label_meaning meaning = meanings[n];
    bool is_several = false;
    for (size_t m = 0; m < planes->part_count; m++) {
        members[m] = m == n || is_one(meanings[m], meaning);
        is_several |= members[m] && m != n;
    }
    if (is_liver(meaning))
        add_to_liver(members, planes, meanings);
    return add_group(job, planes, members, meaning, &planes->parts[n],
                     is_several ? abl_label_meaning_title(meaning)
                                : planes->parts[n].label,
                     seen, err);
}

static void note_places(abl_import_job *job, const abl_mask_planes *planes,
                        placing *seen)
{
    if (seen->is_resampled)
        abl_import_job_note(job, "labels-resampled",
                            "%.60s has planes of its own (%zu x %zu pixels of "
                            "%.2f x %.2f mm); they were placed by their "
                            "positions and resampled.",
                            job->file, planes->columns, planes->rows,
                            planes->spacing_mm[0], planes->spacing_mm[1]);
    if (abl_name_list_end(&seen->at_edge)[0])
        abl_import_job_note(job, "labels-at-edge",
                            "%.40s: %s reaches the edge of its planes, and may "
                            "be cut there.",
                            job->file, seen->at_edge.text);
    if (abl_name_list_end(&seen->outside)[0])
        abl_import_job_note(job, "labels-outside",
                            "%.40s: parts of %s lie outside of the series.",
                            job->file, seen->outside.text);
}

static abl_status take_groups(abl_import_job *job,
                              const abl_mask_planes *planes,
                              const abl_label_meaning *meanings, bool *members,
                              abl_error *err)
{
    const size_t first = job->maps->count;
    placing seen = {.is_resampled = false};
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < planes->part_count; n++)
        if (is_used(meanings[n]) && is_first_of(meanings, n) &&
            !(meanings[n].kind == ABL_LABEL_STRUCTURE &&
              abl_structure_is_in_liver(meanings[n].id)))
            status =
                add_group_of(job, planes, meanings, n, members, &seen, err);
    if (status)
        return status;
    note_places(job, planes, &seen);
    if (job->maps->count == first)
        return abl_error_set(
            err, seen.outside.text[0] ? ABL_E_GEOMETRY : ABL_E_FORMAT,
            "%s: nothing that can be used lies on the series "
            "that is analysed",
            job->file);
    abl_import_map *map = &job->maps->items[first];
    memcpy(map->notes, job->notes, sizeof job->notes);
    map->note_count = job->note_count;
    return ABL_OK;
}

static void note_empty(abl_import_job *job, const abl_mask_planes *planes,
                       const abl_label_meaning *meanings)
{
    abl_name_list empty = {"", 0, 0};
    for (size_t n = 0; n < planes->part_count; n++)
        if (is_used(meanings[n]) && !planes->parts[n].plane_count)
            abl_name_list_add(&empty, planes->parts[n].label, NULL);
    if (abl_name_list_end(&empty)[0])
        abl_import_job_note(job, "labels-empty",
                            "%.40s has no voxel of %s; nothing was taken from "
                            "it for these.",
                            job->file, empty.text);
}

abl_status abl_import_group_parts(abl_import_job *job,
                                  const abl_mask_planes *planes,
                                  const abl_label_meaning *meanings,
                                  abl_error *err)
{
    bool *members = abl_alloc(planes->part_count, sizeof *members, err);
    if (!members)
        return ABL_E_NOMEM;
    note_empty(job, planes, meanings);
    const abl_status status = take_groups(job, planes, meanings, members, err);
    free(members);
    return status;
}
