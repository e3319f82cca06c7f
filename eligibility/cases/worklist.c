/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/cases/worklist.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/report/text.h"

static abl_worklist_row *add_row(abl_worklist *list,
                                 const abl_found_result *from,
                                 const char *report, abl_error *err)
{
    if (list->row_count == list->capacity) {
        const size_t wanted = list->capacity ? 2 * list->capacity : 64;
        void *grown = realloc(list->rows, wanted * sizeof *list->rows);
        if (!grown) {
            (void)abl_error_set(err, ABL_E_NOMEM, "out of memory");
            return NULL;
        }
        list->rows = grown;
        list->capacity = wanted;
    }
    abl_worklist_row *row = &list->rows[list->row_count];
    memset(row, 0, sizeof *row);
    row->report = strdup(report);
    if (!row->report) {
        (void)abl_error_set(err, ABL_E_NOMEM, "out of memory");
        return NULL;
    }
    list->row_count++;
    abl_text_clean(row->name, sizeof row->name, from->name);
    return row;
}

static void fill_judgement(abl_worklist_row *row,
                           const abl_case_judgement *judged,
                           const abl_closeness *near)
{
    row->verdict = judged->verdict;
    row->group = abl_worklist_group_of(judged->verdict);
    memcpy(row->limiting_factor, judged->limiting_factor,
           sizeof row->limiting_factor);
    row->close = near->known;
    if (!near->known)
        return;
    row->ratio = near->ratio;
    row->close_lesion = near->lesion;
    row->nearest = *near->rule;
}

static abl_status add_lesion(abl_worklist *list, const abl_found_result *from,
                             const char *report, const abl_case *item,
                             const abl_case_lesion *lesion, abl_error *err)
{
    abl_worklist_row *row = add_row(list, from, report, err);
    if (!row)
        return ABL_E_NOMEM;
    abl_closeness near = abl_judgement_closeness(&lesion->judged);
    near.lesion = lesion->number;
    row->lesion = lesion->number;
    fill_judgement(row, &lesion->judged, &near);
    row->low_confidence = lesion->low_confidence;
    row->slice = lesion->slice;
    row->longest_axial_diameter_mm = lesion->longest_axial_diameter_mm;
    row->capsule_mm = lesion->capsule_mm;
    row->vessel_mm = lesion->vessel_mm;
    row->lesion_count = item->lesion_count;
    row->was_read_by_reader = item->was_read_by_reader;
    return ABL_OK;
}

static abl_status add_case(abl_worklist *list, const abl_found_result *from,
                           const char *report, const abl_case *item,
                           abl_error *err)
{
    abl_worklist_row *row = add_row(list, from, report, err);
    if (!row)
        return ABL_E_NOMEM;
    const abl_closeness near = abl_case_closeness(item);
    fill_judgement(row, &item->patient, &near);
    row->lesion_count = item->lesion_count;
    row->was_read_by_reader = item->was_read_by_reader;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < item->lesion_count && !status; n++)
        status = add_lesion(list, from, report, item, &item->lesions[n], err);
    return status;
}

static abl_status add_problem(abl_worklist *list, const abl_found_result *from,
                              const char *report, abl_case_status what,
                              const char *message, abl_error *err)
{
    abl_worklist_row *row = add_row(list, from, report, err);
    if (!row)
        return ABL_E_NOMEM;
    row->status = what;
    row->group = ABL_GROUP_NOT_READ;
    abl_text_clean(row->message, sizeof row->message, message);
    return ABL_OK;
}

/* "" when there is no page to open. */
static abl_status link_to(char **out, const char *folder, const char *table,
                          abl_error *err)
{
    struct stat info;
    const size_t size = strlen(folder) + sizeof "/report.html";
    char *page = malloc(size);
    *out = NULL;
    if (page) {
        snprintf(page, size, "%s/report.html", folder);
        const bool there = lstat(page, &info) == 0 && S_ISREG(info.st_mode);
        *out = there ? abl_relative_url(table, page) : strdup("");
    }
    free(page);
    return *out ? ABL_OK : abl_error_set(err, ABL_E_NOMEM, "out of memory");
}

static abl_status add_result(abl_worklist *list, const abl_found_result *from,
                             const char *table, abl_error *err)
{
    abl_case item = {.status = ABL_CASE_ABSENT};
    char *report = NULL;
    abl_status status = link_to(&report, from->folder, table, err);
    if (!status && !from->problem)
        status = abl_case_load(&item, from->folder, err);
    const char *message = from->problem ? from->problem : item.message;
    if (!status && item.status == ABL_CASE_READ) {
        list->read_count++;
        status = add_case(list, from, report, &item, err);
    } else if (!status) {
        status = add_problem(list, from, report, item.status, message, err);
    }
    list->folder_count++;
    abl_case_clear(&item);
    free(report);
    return status;
}

static int compare_rows(const void *left_row, const void *right_row)
{
    const abl_worklist_row *left = left_row, *right = right_row;
    if (left->group != right->group)
        return left->group < right->group ? -1 : 1;
    if (left->close != right->close)
        return left->close ? -1 : 1;
    if (left->ratio != right->ratio)
        return left->ratio < right->ratio ? -1 : 1;
    const int names = strcmp(left->name, right->name);
    if (names != 0)
        return names;
    const int reports = strcmp(left->report, right->report);
    return reports != 0 ? reports : left->lesion - right->lesion;
}

abl_status abl_worklist_build(abl_worklist *out,
                              const abl_found_results *results,
                              const char *table_folder, abl_error *err)
{
    memset(out, 0, sizeof *out);
    abl_status status = ABL_OK;
    for (size_t n = 0; n < results->count && !status; n++)
        status = add_result(out, &results->items[n], table_folder, err);
    if (!status && out->row_count)
        qsort(out->rows, out->row_count, sizeof *out->rows, compare_rows);
    return status;
}

void abl_worklist_clear(abl_worklist *list)
{
    for (size_t n = 0; n < list->row_count; n++)
        free(list->rows[n].report);
    free(list->rows);
    memset(list, 0, sizeof *list);
}
