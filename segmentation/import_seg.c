/* Maps from a DICOM Segmentation.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/dicom_seg_read.h"
#include "segmentation/import_parts.h"

static void mask(uint8_t *out, const void *user, size_t plane)
{
    abl_dicom_seg_mask(out, user, plane);
}

/* Distance of the planes along their normal: as stated, when the positions
 * agree with it, else the smallest that there is. */
static abl_status find_step(double *step_mm, const abl_dicom_seg *seg,
                            abl_error *err)
{
    const double *r = seg->row_lps, *c = seg->column_lps;
    const double normal[3] = {r[1] * c[2] - r[2] * c[1],
                              r[2] * c[0] - r[0] * c[2],
                              r[0] * c[1] - r[1] * c[0]};
    double *along = abl_alloc(seg->frame_count, sizeof *along, err);
    if (!along)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < seg->frame_count; n++)
        for (int a = 0; a < 3; a++)
            along[n] += normal[a] * (seg->frames[n].position_lps[a] -
                                     seg->frames[0].position_lps[a]);
    const double least =
        abl_import_step(along, seg->frame_count, ABL_SAME_VOXEL_MM / 2);
    free(along);
    /* slices may overlap: how thick one is says little of the next */
    const double stated =
        seg->step_mm > 0 || least == 0 ? seg->step_mm : seg->thickness_mm;
    const double steps = stated > 0 ? least / stated : 0;
    *step_mm = least == 0 || (stated > 0 && steps >= 0.9 &&
                              fabs(steps - rint(steps)) < 0.05)
                   ? stated
                   : least;
    return ABL_OK;
}

static abl_status group(abl_import_job *job, const abl_dicom_seg *seg,
                        const abl_label_meaning *meanings, abl_error *err)
{
    double step_mm = 0;
    double *steps = abl_alloc(seg->part_count, sizeof *steps, err);
    abl_mask_plane *planes = abl_alloc(seg->frame_count, sizeof *planes, err);
    abl_status status =
        steps && planes ? find_step(&step_mm, seg, err) : ABL_E_NOMEM;
    if (!status) {
        for (size_t n = 0; n < seg->part_count; n++)
            steps[n] = step_mm;
        for (size_t n = 0; n < seg->frame_count; n++) {
            planes[n].part = seg->frames[n].part;
            memcpy(planes[n].position_lps, seg->frames[n].position_lps,
                   sizeof planes[n].position_lps);
        }
        abl_mask_planes from = {.file = job->file,
                                .part_count = seg->part_count,
                                .parts = seg->parts,
                                .columns = seg->columns,
                                .rows = seg->rows,
                                .count = seg->frame_count,
                                .planes = planes,
                                .step_mm = steps,
                                .mask = mask,
                                .user = seg};
        memcpy(from.spacing_mm, seg->spacing_mm, sizeof from.spacing_mm);
        memcpy(from.row_lps, seg->row_lps, sizeof from.row_lps);
        memcpy(from.column_lps, seg->column_lps, sizeof from.column_lps);
        status = abl_import_group_parts(job, &from, meanings, err);
    }
    free(steps);
    free(planes);
    return status;
}

abl_status abl_import_seg(abl_import_job *job, abl_error *err)
{
    abl_dicom_seg seg;
    abl_label_meaning *meanings = NULL;
    abl_status status = abl_dicom_seg_read(&seg, job->path, err);
    if (!status &&
        !(meanings = abl_alloc(seg.part_count, sizeof *meanings, err)))
        status = ABL_E_NOMEM;
    if (!status)
        status = abl_import_name_parts(job, meanings, seg.parts, seg.part_count,
                                       err);
    if (!status)
        status = abl_import_belongs(job, &seg.origin, seg.parts, meanings,
                                    seg.part_count, err);
    if (!status && seg.fractional_max)
        abl_import_job_note(job, "labels-fractional",
                            "%.60s holds fractions (%s); pixels of at least "
                            "one half count as inside.",
                            job->file,
                            seg.fractional_type[0] ? seg.fractional_type
                                                   : "of no stated kind");
    if (!status)
        status = group(job, &seg, meanings, err);
    free(meanings);
    abl_dicom_seg_clear(&seg);
    return status;
}
