/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/dicom_results.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/source_labels.h"
#include "eligibility/report/vessel_labels.h"
#include "imaging/dicom_write.h"
#include "imaging/file_bytes.h"
#include "imaging/png.h"
#include "imaging/sha256.h"
#include "imaging/threads.h"

enum {
    MOST_FILE_BYTES = 512 << 20
};

void abl_dicom_tracking_uid(char out[65], const abl_dicom_job *job,
                            int lesion_number)
{
    char text[4096];
    snprintf(text, sizeof text, "%s/lesion/%d", job->info.key, lesion_number);
    abl_dicom_uid(out, text);
}

abl_status abl_dicom_results_key(char key[ABL_DICOM_KEY_BYTES],
                                 const char *folder,
                                 const abl_dicom_source *source, abl_error *err)
{
    char path[PATH_MAX], sum[65];
    char *text = NULL;
    size_t bytes = 0;
    snprintf(path, sizeof path, "%s/report.json", folder);
    const abl_status status =
        abl_file_read(&text, &bytes, path, MOST_FILE_BYTES, err);
    if (status)
        return status;
    abl_sha256_hex(sum, text, bytes);
    free(text);
    snprintf(key, ABL_DICOM_KEY_BYTES, "%s/%s",
             abl_dicom_source_series_uid(source), sum);
    return ABL_OK;
}

/* Label maps in the order of the source's slices. */
static abl_status make_native(abl_volume *out[ABL_SOURCE_LABELS],
                              const abl_report *report, abl_error *err)
{
    abl_volume *vessels = NULL, *liver = NULL;
    const abl_orientation back =
        abl_orientation_invert(report->native_to_canonical);
    abl_status status =
        abl_vessel_labels_make(&vessels, report->structures, false, err);
    if (!status)
        status = abl_liver_labels_make(&liver, report->structures, err);
    const abl_volume *from[ABL_SOURCE_LABELS] = {
        report->structures->labels, liver, report->structures->lesion_labels,
        vessels};
    for (int n = 0; !status && n < ABL_SOURCE_LABELS; n++)
        status = abl_volume_reorient(&out[n], from[n], back, err);
    abl_volume_destroy(vessels);
    abl_volume_destroy(liver);
    return status;
}

static void flatten(uint8_t *pixels, size_t count)
{
    for (size_t n = 0; n < count; n++)
        memmove(pixels + 3 * n, pixels + 4 * n, 3);
}

/* Three bytes a pixel: what was kept of a picture, else what its file holds. */
static abl_status get_rgb(uint8_t **rgb, size_t size[2], const char *path,
                          const abl_pixels *kept, abl_error *err)
{
    size[0] = kept->width;
    size[1] = kept->height;
    if (abl_pixels_kept(kept)) {
        *rgb = abl_alloc(size[0] * size[1], 3, err);
        if (!*rgb)
            return ABL_E_NOMEM;
        abl_pixels_to_rgb(*rgb, kept);
        return ABL_OK;
    }
    const abl_status status = abl_png_read(rgb, &size[0], &size[1], path, err);
    if (!status)
        flatten(*rgb, size[0] * size[1]);
    return status;
}

static abl_status write_capture(const abl_dicom_job *job, const char *folder,
                                const abl_picture *picture, int number,
                                abl_error *err)
{
    char path[PATH_MAX];
    uint8_t *rgb = NULL;
    size_t size[2];
    abl_dicom_object_info info = job->info;
    snprintf(path, sizeof path, "%s/%s", folder, picture->file);
    abl_status status = get_rgb(&rgb, size, path, &picture->pixels, err);
    if (status)
        return status;
    info.series_description = "Ablation criteria, pictures";
    info.series_number = ABL_DICOM_SERIES_NUMBER + 2;
    info.instance_number = number;
    snprintf(path, sizeof path, "%s/dicom/capture-%03d.dcm", folder, number);
    status = abl_dicom_capture_write(path, job->source, &info, rgb, size[0],
                                     size[1], ABL_NO_SOURCE_IMAGE, err);
    free(rgb);
    return status;
}

static abl_status write_captures(const abl_dicom_job *job, const char *folder,
                                 const abl_pictures *pictures, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < pictures->count; n++)
        status =
            write_capture(job, folder, &pictures->items[n], (int)n + 1, err);
    return status;
}

static abl_status write_document(const abl_dicom_job *job, const char *folder,
                                 const char *pdf_path, abl_error *err)
{
    char path[PATH_MAX];
    char *pdf = NULL;
    size_t bytes = 0;
    abl_dicom_object_info info = job->info;
    info.series_description = "Ablation criteria, report";
    info.series_number = ABL_DICOM_SERIES_NUMBER + 3;
    abl_status status =
        abl_file_read(&pdf, &bytes, pdf_path, MOST_FILE_BYTES, err);
    snprintf(path, sizeof path, "%s/dicom/document.dcm", folder);
    if (!status)
        status = abl_dicom_pdf_write(path, job->source, &info,
                                     "Imaging criteria for thermal ablation",
                                     (const uint8_t *)pdf, bytes, err);
    free(pdf);
    return status;
}

/* A full disk stops the run; an object that cannot be made does not, unless it
 * was asked for by name. */
static abl_status leave_out(abl_status status, const char *code,
                            const char *title, abl_dicom_choice choice,
                            abl_findings *notes, const abl_error *err)
{
    if (!status || choice.is_named || status == ABL_E_IO ||
        status == ABL_E_NOMEM || status == ABL_E_CANCELLED)
        return status;
    abl_findings_warn(notes, code, "%s was not written: %.190s", title,
                      err->message);
    return ABL_OK;
}

static abl_status write_objects(abl_dicom_job *job, const char *folder,
                                const abl_pictures *pictures,
                                const char *pdf_path, abl_dicom_choice choice,
                                abl_findings *notes, abl_error *err)
{
    char path[PATH_MAX];
    abl_status status = ABL_OK;
    snprintf(path, sizeof path, "%s/dicom/segmentation.dcm", folder);
    if (choice.segmentation)
        status = leave_out(abl_dicom_write_segmentation(job, path, err),
                           "no-dicom-seg", "A DICOM segmentation (SEG)", choice,
                           notes, err);
    snprintf(path, sizeof path, "%s/dicom/report.dcm", folder);
    if (!status && choice.report)
        status =
            leave_out(abl_dicom_write_report(job, path, err), "no-dicom-sr",
                      "A DICOM structured report (SR)", choice, notes, err);
    if (!status && choice.captures)
        status =
            leave_out(write_captures(job, folder, pictures, err), "no-dicom-sc",
                      "DICOM secondary captures", choice, notes, err);
    if (!status && choice.document && pdf_path)
        status = leave_out(write_document(job, folder, pdf_path, err),
                           "no-dicom-pdf", "An encapsulated PDF", choice, notes,
                           err);
    return status;
}

abl_status abl_dicom_results_write(const char *folder, const abl_report *report,
                                   const abl_pictures *pictures,
                                   const char *pdf_path,
                                   const abl_dicom_source *source,
                                   const char *key, abl_dicom_choice choice,
                                   abl_findings *notes, abl_error *err)
{
    abl_volume *labels[ABL_SOURCE_LABELS] = {NULL};
    const bool is_tilted = abl_source_is_tilted(report, source);
    abl_dicom_job *job = abl_alloc(1, sizeof *job, err);
    abl_status status = job ? ABL_OK : ABL_E_NOMEM;
    if (!status && (choice.segmentation || choice.report))
        status = is_tilted ? abl_source_labels_make(labels, report, source, err)
                           : make_native(labels, report, err);
    if (!status) {
        job->report = report;
        job->source = source;
        job->info = (abl_dicom_object_info){
            .key = key,
            .series_description = "Ablation criteria, segmentation",
            .series_number = ABL_DICOM_SERIES_NUMBER,
            .instance_number = 1,
            .manufacturer = "AblaScreen",
            .model_name = "ablascreen",
            .version = report->version};
        job->planes = is_tilted ? ABL_PLANES_OF_SOURCE : ABL_PLANES_OF_GRID;
        job->organ_labels = labels[ABL_SOURCE_ORGANS];
        job->liver_labels = labels[ABL_SOURCE_LIVER];
        job->lesion_labels = labels[ABL_SOURCE_LESIONS];
        job->vessel_labels = labels[ABL_SOURCE_VESSELS];
        job->source_matches =
            abl_dicom_source_matches(source, report->native_grid);
        status =
            write_objects(job, folder, pictures, pdf_path, choice, notes, err);
    }
    for (int n = 0; n < ABL_SOURCE_LABELS; n++)
        abl_volume_destroy(labels[n]);
    free(job);
    return status;
}
