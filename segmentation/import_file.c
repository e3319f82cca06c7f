/* Files with outlines, told apart by what is in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/dicom_file.h"
#include "imaging/file_bytes.h"
#include "imaging/nrrd.h"
#include "segmentation/import_parts.h"

static abl_status import_dicom(abl_import_job *job, abl_error *err)
{
    abl_outline_kind kind;
    char modality[17];
    const abl_status status =
        abl_dicom_outline_kind(&kind, modality, job->path, err);
    if (status)
        return status;
    if (kind == ABL_OUTLINE_SEGMENTATION)
        return abl_import_seg(job, err);
    if (kind == ABL_OUTLINE_CONTOURS)
        return abl_import_contours(job, err);
    if (kind == ABL_OUTLINE_LABELMAP || kind == ABL_OUTLINE_SURFACE)
        return abl_error_set(
            err, ABL_E_UNSUPPORTED,
            "%s: a %s segmentation is not read; export it as "
            "a BINARY segmentation",
            job->file, kind == ABL_OUTLINE_LABELMAP ? "label map" : "surface");
    return abl_error_set(err, ABL_E_UNSUPPORTED,
                         "%s: a DICOM object of modality '%s'; outlines come "
                         "as SEG, RTSTRUCT, NIfTI or NRRD",
                         job->file, modality);
}

static abl_status import_nifti(abl_import_job *job, abl_error *err)
{
    abl_import_map *map = NULL;
    abl_status status = abl_import_maps_add(&map, job->maps, err);
    return status ? status
                  : abl_import_map_read(map, job->path, job->names, job->image,
                                        err);
}

abl_status abl_import_file_read(abl_import_maps *maps, const char *path,
                                const char *names, const abl_grid *image,
                                const abl_series_info *info, abl_error *err)
{
    return abl_import_file_select(maps, path, names, NULL, image, info, err);
}

abl_status abl_import_file_select(abl_import_maps *maps, const char *path,
                                  const char *names,
                                  const abl_import_selection *only,
                                  const abl_grid *image,
                                  const abl_series_info *info, abl_error *err)
{
    char sha256[65];
    bool is_dicom = false;
    abl_import_job job = {.maps = maps,
                          .path = path,
                          .file = abl_file_last_name(path),
                          .sha256 = sha256,
                          .names = names,
                          .only = only,
                          .image = image,
                          .info = info};
    abl_status status = abl_file_sha256(sha256, path, err);
    if (!status)
        status = abl_dicom_sniff(&is_dicom, path, err);
    if (status)
        return status;
    return is_dicom            ? import_dicom(&job, err)
           : abl_nrrd_is(path) ? abl_import_nrrd(&job, err)
                               : import_nifti(&job, err);
}

void abl_import_maps_clear(abl_import_maps *maps)
{
    for (size_t n = 0; n < maps->count; n++)
        abl_import_map_clear(&maps->items[n]);
    free(maps->items);
    *maps = (abl_import_maps){0, NULL};
}
