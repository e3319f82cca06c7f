/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/series_private.h"

static int order_of(double left, double right)
{
    return left < right ? -1 : left > right;
}

/* Lesions show best in the portal venous phase and hardly without contrast. */
static int phase_rank(abl_phase phase)
{
    switch (phase) {
    case ABL_PHASE_PORTAL_VENOUS:
        return 0;
    case ABL_PHASE_UNENHANCED:
        return 2;
    case ABL_PHASE_UNKNOWN:
    case ABL_PHASE_ARTERIAL:
    case ABL_PHASE_DELAYED:
        break;
    }
    return 1;
}

/* Thinner is better down to 1 mm; below, noise and time grow and detail does
 * not, so such a series comes after those of up to 3 mm. */
static double step_rank(double step_mm)
{
    return step_mm >= 1 ? step_mm : 4 - step_mm;
}

int abl_series_compare(const void *left, const void *right)
{
    const abl_series *a = left, *b = right;
    const abl_series_info *x = &a->info, *y = &b->info;
    int order = (int)y->usable - (int)x->usable;
    if (!order)
        order =
            (x->modality != ABL_MODALITY_CT) - (y->modality != ABL_MODALITY_CT);
    if (!order)
        order = (int)b->is_loadable - (int)a->is_loadable;
    if (!order)
        order = phase_rank(x->phase_hint) - phase_rank(y->phase_hint);
    if (!order)
        order = (int)b->is_axial - (int)a->is_axial;
    if (!order)
        order = (int)a->is_sharp - (int)b->is_sharp;
    if (!order)
        order =
            order_of(step_rank(x->spacing_mm[2]), step_rank(y->spacing_mm[2]));
    if (!order)
        order = order_of((double)y->size[2], (double)x->size[2]);
    if (!order)
        order = strcmp(x->series_uid, y->series_uid);
    if (!order)
        order = order_of((double)a->part, (double)b->part);
    if (!order)
        order = strcmp(a->path ? a->path : "", b->path ? b->path : "");
    if (!order && a->slice_count > 0 && b->slice_count > 0)
        order = order_of((double)a->slices->file, (double)b->slices->file);
    return order;
}

static bool is_number(const char *text)
{
    return text[0] && strspn(text, "0123456789") == strlen(text) &&
           strlen(text) < 10;
}

/* "#3" is the third series of the list. */
static bool matches(const abl_study *study, size_t index, const char *wanted)
{
    const abl_series_info *info = &study->series[index].info;
    if (wanted[0] == '#')
        return is_number(wanted + 1) &&
               strtoul(wanted + 1, NULL, 10) == index + 1;
    if (is_number(wanted))
        return !info->is_nifti &&
               strtol(wanted, NULL, 10) == info->series_number;
    if (info->is_nifti)
        return strcmp(info->description, wanted) == 0;
    return strncmp(info->series_uid, wanted, strlen(wanted)) == 0;
}

static bool matches_exactly(const abl_series_info *info, const char *wanted)
{
    return strcmp(info->series_uid, wanted) == 0;
}

static abl_status fail_ambiguous(const abl_study *study, const char *wanted,
                                 size_t first, size_t second, abl_error *err)
{
    return abl_error_set(err, ABL_E_INVALID,
                         "more than one series fits '%s': #%zu (%s) and #%zu "
                         "(%s); name one as #%zu",
                         wanted, first + 1,
                         study->series[first].info.description, second + 1,
                         study->series[second].info.description, first + 1);
}

/* Series that fit the text; usable ones first in the list, so that an
 * unusable part of the same series does not stand in the way. */
static abl_status choose_named(size_t *index, const abl_study *study,
                               const char *wanted, abl_error *err)
{
    size_t found = study->series_count;
    for (size_t n = 0; n < study->series_count; n++) {
        if (!wanted[0] || !matches(study, n, wanted))
            continue;
        const abl_series_info *info = &study->series[n].info;
        if (found == study->series_count) {
            found = n;
            continue;
        }
        const abl_series_info *before = &study->series[found].info;
        if (matches_exactly(before, wanted) && !matches_exactly(info, wanted))
            continue;
        if (!matches_exactly(before, wanted) && matches_exactly(info, wanted))
            found = n;
        else if (info->usable || !before->usable)
            return fail_ambiguous(study, wanted, found, n, err);
    }
    if (found == study->series_count)
        return abl_error_set(err, ABL_E_INVALID,
                             "no series '%s'; 'ablascreen list' shows them",
                             wanted);
    if (!study->series[found].info.usable)
        return abl_error_set(err, ABL_E_INVALID,
                             "series '%s' cannot be analysed: %s", wanted,
                             study->series[found].info.reason);
    *index = found;
    return ABL_OK;
}

static abl_status fail_none_usable(const abl_study *study, abl_error *err)
{
    char text[600] = "";
    const size_t shown = study->series_count < 4 ? study->series_count : 4;
    for (size_t n = 0; n < shown; n++) {
        const abl_series_info *info = &study->series[n].info;
        const size_t share = shown == 1 ? 500 : 560 / shown - 40;
        abl_text_append(text, sizeof text, "%s \"%.30s\": %.*s",
                        info->modality_text[0] ? info->modality_text : "file",
                        info->description, (int)share, info->reason);
    }
    return abl_error_set(
        err, ABL_E_UNSUPPORTED, "no series can be analysed: %s%s", text,
        study->series_count > shown ? "; and more ('list')" : "");
}

abl_status abl_study_choose(size_t *index, const abl_study *study,
                            const char *series_uid, abl_error *err)
{
    *index = 0;
    if (series_uid)
        return choose_named(index, study, series_uid, err);
    if (study->series_count > 0 && study->series[0].info.usable)
        return ABL_OK;
    return fail_none_usable(study, err);
}
