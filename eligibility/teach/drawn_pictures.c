/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/teach/clean_pictures.h"

/* What the headers say in numbers and fixed words. */
static abl_series_info without_texts(const abl_series_info *info)
{
    abl_series_info out = {.modality = info->modality,
                           .description = "not named",
                           .series_number = -1,
                           .acquisition_number = -1,
                           .files = info->files,
                           .slice_thickness_mm = info->slice_thickness_mm,
                           .gantry_tilt_deg = info->gantry_tilt_deg,
                           .kvp = info->kvp,
                           .is_nifti = info->is_nifti,
                           .usable = info->usable};
    memcpy(out.size, info->size, sizeof out.size);
    memcpy(out.spacing_mm, info->spacing_mm, sizeof out.spacing_mm);
    return out;
}

/* A copy without who read it and when, and without notes. */
static abl_status without_reader(abl_override **out, const abl_override *from,
                                 abl_error *err)
{
    *out = abl_alloc(1, sizeof **out, err);
    if (!*out)
        return ABL_E_NOMEM;
    **out = *from;
    abl_override *copy = *out;
    snprintf(copy->reader_name, sizeof copy->reader_name, "a reader");
    copy->reader_when[0] = copy->reader_role[0] = '\0';
    copy->file[0] = copy->sha256[0] = '\0';
    copy->labels_path[0] = copy->labels_names[0] = '\0';
    copy->labels_file[0] = copy->labels_sha256[0] = '\0';
    for (size_t n = 0; n < ABL_OVERRIDE_MAX; n++)
        copy->items[n].note[0] = '\0';
    return ABL_OK;
}

abl_status abl_drawn_pictures_write(const char *folder,
                                    const abl_report *report,
                                    const abl_progress *progress,
                                    abl_error *err)
{
    char path[PATH_MAX];
    const abl_series_info info = without_texts(report->info);
    abl_report plain = *report;
    abl_override *override = NULL;
    abl_reading reading;
    abl_pictures pictures = {0, NULL};
    plain.info = &info;
    plain.input = "";
    plain.inputs = NULL;
    plain.input_count = 0;
    const int length = snprintf(path, sizeof path, "%s/teaching", folder);
    if (length < 0 || (size_t)length >= sizeof path)
        return abl_error_set(err, ABL_E_IO, "%s: the path is too long", folder);
    abl_status status = ABL_OK;
    if (report->reading) {
        status = without_reader(&override, report->reading->override, err);
        reading = *report->reading;
        reading.override = override;
        plain.reading = &reading;
    }
    if (!status)
        status = abl_overlays_write(&pictures, path, &plain, progress, err);
    free(override);
    abl_pictures_clear(&pictures);
    return status;
}
