/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dicom_output.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool take_part(abl_dicom_choice *choice, const char *part, size_t length)
{
    const struct {
        const char *name;
        bool *flag;
    } parts[] = {{"seg", &choice->segmentation},
                 {"sr", &choice->report},
                 {"sc", &choice->captures},
                 {"pdf", &choice->document}};
    for (size_t n = 0; n < sizeof parts / sizeof parts[0]; n++)
        if (strlen(parts[n].name) == length &&
            strncmp(parts[n].name, part, length) == 0)
            return *parts[n].flag = true;
    return false;
}

abl_status abl_dicom_choice_parse(abl_dicom_choice *out, const char *text,
                                  abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (strcmp(text, "none") == 0)
        return ABL_OK;
    if (strcmp(text, "all") == 0) {
        *out = (abl_dicom_choice){true, true, true, true, false};
        return ABL_OK;
    }
    out->is_named = true;
    for (const char *part = text;;) {
        const size_t length = strcspn(part, ",");
        if (!take_part(out, part, length))
            return abl_error_set(err, ABL_E_INVALID,
                                 "--dicom: '%.*s' is none of seg, sr, sc, pdf, "
                                 "all, none",
                                 (int)(length < 40 ? length : 40), part);
        if (!part[length])
            return ABL_OK;
        part += length + 1;
    }
}

static abl_status open_source(abl_dicom_source **out,
                              const abl_pipeline *pipeline,
                              const abl_series_info *info, abl_error *err)
{
    const char **paths = abl_alloc(info->files, sizeof *paths, err);
    if (!paths)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < info->files; n++)
        paths[n] = abl_study_file(pipeline->study, pipeline->series, n);
    const abl_status status =
        abl_dicom_source_open(out, paths, info->files, err);
    free(paths);
    return status;
}

static bool is_any(abl_dicom_choice choice)
{
    return choice.segmentation || choice.report || choice.captures ||
           choice.document;
}

abl_status abl_dicom_output_open(abl_dicom_source **out,
                                 abl_dicom_choice *choice,
                                 const abl_pipeline *pipeline,
                                 abl_findings *notes, abl_error *err)
{
    const abl_series_info *info =
        abl_study_series(pipeline->study, pipeline->series);
    abl_error fault = {ABL_OK, ""};
    *out = NULL;
    if (!is_any(*choice))
        return ABL_OK;
    if (info->is_nifti && !choice->is_named)
        return ABL_OK; /* belongs to no study; nobody expects objects */
    if (info->is_nifti)
        return abl_dicom_choice_check(
            choice, NULL, "the input is NIfTI, which belongs to no study",
            notes, err);
    const abl_status status = open_source(out, pipeline, info, &fault);
    if (status == ABL_E_IO || status == ABL_E_NOMEM)
        return abl_error_set(err, status, "%s", fault.message);
    return abl_dicom_choice_check(choice, *out, fault.message, notes, err);
}

abl_status abl_dicom_output_write(const abl_pipeline *pipeline,
                                  const abl_dicom_source *source,
                                  const char *folder,
                                  const abl_pictures *pictures, const char *key,
                                  abl_dicom_choice choice, abl_findings *notes,
                                  abl_error *err)
{
    char pdf_path[PATH_MAX];
    if (!source || !is_any(choice))
        return ABL_OK;
    snprintf(pdf_path, sizeof pdf_path, "%s/report.pdf", folder);
    return abl_dicom_results_write(folder, &pipeline->report, pictures,
                                   pdf_path, source, key, choice, notes, err);
}
