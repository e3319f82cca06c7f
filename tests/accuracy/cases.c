/* SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "imaging/nifti.h"
#include "imaging/resample.h"

const case_entry case_list[] = {
    {"chaos_ct_3", "chaos_ct_3/dicom", "chaos_ct_3/truth_liver.nii.gz",
     CASE_LIVER, 0.955},
    {"lits09", "lits09/ct.nii.gz", "lits09/truth_liver1_lesion2.nii.gz",
     CASE_LIVER_AND_LESION, 0.96},
    {"lits16", "lits16/ct.nii.gz", "lits16/truth_liver1_lesion2.nii.gz",
     CASE_LIVER_AND_LESION, 0.96},
    {"lits33", "lits33/ct.nii.gz", "lits33/truth_liver1_lesion2.nii.gz",
     CASE_LIVER_AND_LESION, 0.96},
    {"btcv03", "btcv03/ct.nii.gz", "btcv03/truth_organs.nii.gz", CASE_ORGANS,
     0.955},
    {"btcv25", "btcv25/ct.nii.gz", "btcv25/truth_organs.nii.gz", CASE_ORGANS,
     0.955},
    {"hcc_tace_006", "hcc_tace_006", NULL, CASE_NO_TRUTH, 0},
    {"crlm_1004", "crlm_1004", NULL, CASE_NO_TRUTH, 0},
};
const size_t case_count = sizeof case_list / sizeof *case_list;

static abl_status make_canonical(abl_volume **volume, abl_error *err)
{
    abl_volume *native = *volume;
    const abl_orientation o = abl_grid_orientation(&native->grid);
    abl_status status = abl_volume_reorient(volume, native, o, err);
    abl_volume_destroy(native);
    return status;
}

static abl_status read_image(case_data *out, const char *path, bool is_nifti,
                             abl_error *err)
{
    if (is_nifti)
        return abl_nifti_read(&out->image, path, ABL_PIXEL_I16, err);
    size_t index = 0;
    abl_status status = abl_study_scan(&out->study, path, NULL, err);
    if (!status)
        status = abl_study_choose(&index, out->study, NULL, err);
    if (!status)
        status = abl_series_load(&out->image, out->study, index, NULL, err);
    if (!status)
        out->info = abl_study_series(out->study, index);
    return status;
}

static abl_status read_truth(case_data *out, const char *path, abl_error *err)
{
    abl_status status = abl_nifti_read(&out->truth, path, ABL_PIXEL_U8, err);
    if (!status)
        status = make_canonical(&out->truth, err);
    if (status)
        return status;
    if (abl_grid_check_same(&out->truth->grid, &out->image->grid, 0.1, NULL) ==
        ABL_OK)
        return ABL_OK;
    abl_volume *other = out->truth;
    out->truth = NULL;
    out->truth_moved = true;
    status = abl_resample_nearest(&out->truth, other, &out->image->grid, err);
    abl_volume_destroy(other);
    return status;
}

abl_status case_load(case_data *out, const char *folder,
                     const case_entry *entry, abl_error *err)
{
    memset(out, 0, sizeof *out);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, entry->image);
    abl_status status =
        read_image(out, path, strstr(path, ".nii") != NULL, err);
    if (!status)
        status = make_canonical(&out->image, err);
    if (!status && entry->truth) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->truth);
        status = read_truth(out, path, err);
    }
    if (status)
        case_clear(out);
    return status;
}

void case_clear(case_data *data)
{
    abl_volume_destroy(data->image);
    abl_volume_destroy(data->truth);
    abl_study_destroy(data->study);
    memset(data, 0, sizeof *data);
}
