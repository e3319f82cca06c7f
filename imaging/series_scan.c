/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "imaging/series_private.h"

/* Files beside images that nobody needs to hear about. */
static bool is_expected_stranger(const abl_file *file)
{
    return strcasecmp(abl_path_name(file->path), "DICOMDIR") == 0 ||
           strcmp(file->header.sop_class_uid, "1.2.840.10008.1.3.10") == 0;
}

static void set_trouble(abl_file *file, const char *text)
{
    free(file->trouble);
    file->trouble = strdup(text);
}

static void read_file(abl_file *file)
{
    abl_error err = {ABL_OK, ""};
    bool is_dicom = false;
    if (abl_path_is_nifti(file->path)) {
        file->kind = ABL_FILE_NIFTI;
        return;
    }
    abl_status status = abl_dicom_sniff(&is_dicom, file->path, &err);
    file->is_unreadable = status != ABL_OK;
    if (!status && is_dicom) {
        file->kind = ABL_FILE_DICOM;
        status = abl_dicom_header_read(&file->header, file->path, &err);
    }
    file->is_ignored = is_expected_stranger(file);
    if (status) {
        abl_dicom_header_clear(&file->header);
        set_trouble(file, err.message);
    } else if (file->kind == ABL_FILE_OTHER) {
        char text[512];
        snprintf(text, sizeof text, "%.480s: no DICOM or NIfTI image",
                 file->path);
        set_trouble(file, text);
    }
}

/* A damaged image says more than a text file beside the images. */
static void count_skipped(abl_study *study)
{
    const abl_file *first = NULL;
    size_t images = 0;
    for (size_t n = 0; n < study->file_count; n++) {
        const abl_file *file = study->files + n;
        if (!file->trouble || file->is_ignored)
            continue;
        const bool is_image =
            file->kind == ABL_FILE_DICOM || file->is_unreadable;
        if (!first || (is_image && images == 0))
            first = file;
        study->skipped_count++;
        images += is_image;
    }
    if (first && (images > 0 || !study->skipped_reason[0]))
        snprintf(study->skipped_reason, sizeof study->skipped_reason, "%s",
                 first->trouble);
    study->damaged_count += images;
}

abl_status abl_study_read_headers(abl_study *study,
                                  const abl_progress *progress, abl_error *err)
{
    abl_status status = abl_progress_step(progress, "reading headers", 0, err);
    size_t done = 0;
    bool stop = status != ABL_OK;
#pragma omp parallel for schedule(dynamic, 4)
    for (size_t n = 0; n < study->file_count; n++) {
        bool stopped;
#pragma omp atomic read
        stopped = stop;
        if (stopped)
            continue;
        read_file(study->files + n);
        size_t so_far;
#pragma omp atomic capture
        so_far = ++done;
        if (omp_get_thread_num() == 0 && n % 4 == 0) {
            const abl_status step = abl_progress_step(
                progress, "reading headers",
                (double)so_far / (double)study->file_count, err);
            if (step) {
                status = step;
#pragma omp atomic write
                stop = true;
            }
        }
    }
    if (!status)
        count_skipped(study);
    return status;
}

typedef struct instance {
    const abl_study *study;
    size_t file;
} instance;

static int compare_instances(const void *left, const void *right)
{
    const instance *a = left, *b = right;
    const abl_dicom_header *x = &a->study->files[a->file].header;
    const abl_dicom_header *y = &b->study->files[b->file].header;
    int order = strcmp(x->sop_instance_uid, y->sop_instance_uid);
    if (!order)
        order = strcmp(x->series_uid, y->series_uid);
    if (!order)
        order = (x->damage[0] != 0) - (y->damage[0] != 0);
    if (!order)
        order = a->file < b->file ? -1 : a->file > b->file;
    return order;
}

static bool same_instance(const abl_dicom_header *a, const abl_dicom_header *b)
{
    if (!a->sop_instance_uid[0] ||
        strcmp(a->sop_instance_uid, b->sop_instance_uid) != 0 ||
        strcmp(a->series_uid, b->series_uid) != 0)
        return false;
    if (a->rows != b->rows || a->columns != b->columns ||
        a->frame_count != b->frame_count)
        return false;
    return a->frame_count == 0 ||
           memcmp(a->frames->position_lps, b->frames->position_lps,
                  sizeof a->frames->position_lps) == 0;
}

abl_status abl_study_mark_copies(abl_study *study, abl_error *err)
{
    instance *list = abl_alloc(study->file_count, sizeof *list, err);
    if (!list)
        return ABL_E_NOMEM;
    size_t count = 0;
    for (size_t n = 0; n < study->file_count; n++)
        if (study->files[n].kind == ABL_FILE_DICOM && !study->files[n].trouble)
            list[count++] = (instance){study, n};
    qsort(list, count, sizeof *list, compare_instances);
    for (size_t n = 1, kept = 0; n < count; n++) {
        abl_file *file = study->files + list[n].file;
        file->is_copy =
            same_instance(&study->files[list[kept].file].header, &file->header);
        if (!file->is_copy)
            kept = n;
    }
    free(list);
    return ABL_OK;
}
