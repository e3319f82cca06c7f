/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/series_private.h"

const char *abl_phase_name(abl_phase phase)
{
    static const char *const names[] = {"unknown", "unenhanced", "arterial",
                                        "portal venous", "delayed"};
    const size_t index = (size_t)phase;
    return index < sizeof names / sizeof names[0] ? names[index] : names[0];
}

abl_status abl_study_add_series(abl_series **out, abl_study *study,
                                abl_error *err)
{
    *out = NULL;
    if (study->series_count == study->series_room) {
        const size_t room = study->series_room ? 2 * study->series_room : 16;
        abl_series *series = abl_alloc(room, sizeof *series, err);
        if (!series)
            return ABL_E_NOMEM;
        if (study->series_count > 0)
            memcpy(series, study->series, study->series_count * sizeof *series);
        free(study->series);
        study->series = series;
        study->series_room = room;
    }
    *out = study->series + study->series_count++;
    return ABL_OK;
}

static abl_status add_nifti(abl_study *study, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < study->file_count && !status; n++) {
        if (study->files[n].kind != ABL_FILE_NIFTI)
            continue;
        abl_series *series = NULL;
        status = abl_study_add_series(&series, study, err);
        if (!status)
            series->path = study->files[n].path;
    }
    return status;
}

/* A folder with several patients or visits is worth knowing about. */
static void note_other_studies(abl_study *study)
{
    size_t others = 0;
    for (size_t n = 1; n < study->series_count; n++)
        others += !study->series[n].path && !study->series[0].path &&
                  strcmp(study->series[n].info.study_uid,
                         study->series[0].info.study_uid) != 0;
    for (size_t n = 0; n < study->series_count && others > 0; n++)
        if (study->series[n].info.usable)
            abl_text_append(study->series[n].info.notes,
                            sizeof study->series[n].info.notes,
                            "the input holds more than one study");
}

static abl_status describe_all(abl_study *study, const abl_progress *progress,
                               abl_error *err)
{
    for (size_t n = 0; n < study->series_count; n++) {
        abl_series *series = study->series + n;
        abl_status status =
            abl_progress_step(progress, "sorting slices",
                              (double)n / (double)study->series_count, err);
        if (!status)
            status = series->path ? abl_series_describe_nifti(series, err)
                                  : abl_series_describe(series, study, err);
        if (status)
            return status;
    }
    qsort(study->series, study->series_count, sizeof *study->series,
          abl_series_compare);
    note_other_studies(study);
    return ABL_OK;
}

static abl_status fail_without_series(const abl_study *study, const char *input,
                                      abl_error *err)
{
    const size_t looked = study->file_count + study->skipped_count;
    if (looked == 0)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: an empty folder; no DICOM or NIfTI image",
                             input);
    if (study->file_count == 1 && study->skipped_count == 1)
        return abl_error_set(err, ABL_E_FORMAT, "%s", study->skipped_reason);
    return abl_error_set(
        err, ABL_E_FORMAT, "%s: no DICOM or NIfTI image among %zu files%s%s",
        input, study->file_count ? study->file_count : study->skipped_count,
        study->skipped_reason[0] ? "; first " : "", study->skipped_reason);
}

static abl_status scan(abl_study *study, const char *input,
                       const abl_progress *progress, abl_error *err)
{
    abl_status status = abl_study_list_files(study, input, err);
    study->is_lone_file =
        study->file_count == 1 && strcmp(study->files[0].path, input) == 0;
    if (!status)
        status = abl_study_read_headers(study, progress, err);
    if (!status)
        status = abl_study_mark_copies(study, err);
    if (!status)
        status = abl_study_group(study, err);
    if (!status)
        status = add_nifti(study, err);
    if (!status && study->series_count == 0)
        status = fail_without_series(study, input, err);
    if (!status)
        status = describe_all(study, progress, err);
    return status;
}

abl_status abl_study_scan(abl_study **out, const char *input,
                          const abl_progress *progress, abl_error *err)
{
    *out = NULL;
    abl_study *study = abl_alloc(1, sizeof *study, err);
    if (!study)
        return ABL_E_NOMEM;
    const abl_status status = scan(study, input, progress, err);
    if (status)
        abl_study_destroy(study);
    else
        *out = study;
    return status;
}

void abl_study_destroy(abl_study *study)
{
    if (!study)
        return;
    for (size_t n = 0; n < study->file_count; n++) {
        abl_dicom_header_clear(&study->files[n].header);
        free(study->files[n].trouble);
        free(study->files[n].path);
    }
    for (size_t n = 0; n < study->series_count; n++) {
        abl_stack_clear(&study->series[n].stack);
        free(study->series[n].slices);
    }
    free(study->files);
    free(study->series);
    free(study);
}

size_t abl_study_series_count(const abl_study *study)
{
    return study->series_count;
}

const abl_series_info *abl_study_series(const abl_study *study, size_t index)
{
    return index < study->series_count ? &study->series[index].info : NULL;
}

size_t abl_study_skipped_count(const abl_study *study)
{
    return study->skipped_count;
}

const char *abl_study_skipped_reason(const abl_study *study)
{
    return study->skipped_reason;
}

const char *abl_study_file(const abl_study *study, size_t index, size_t file)
{
    if (index >= study->series_count)
        return NULL;
    const abl_series *series = study->series + index;
    if (series->path)
        return file == 0 ? series->path : NULL;
    size_t seen = 0;
    for (size_t n = 0; n < series->slice_count; n++) {
        const bool is_new =
            n == 0 || series->slices[n].file != series->slices[n - 1].file;
        if (is_new && seen++ == file)
            return study->files[series->slices[n].file].path;
    }
    return NULL;
}
