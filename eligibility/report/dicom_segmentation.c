/* Liver, lesions, vessels and organs as a DICOM Segmentation.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/dicom_codes.h"
#include "eligibility/report/dicom_results.h"

enum {
    MOST_SEGMENTS = ABL_STRUCTURE_COUNT + ABL_MAX_LESIONS
};

typedef struct segment_list {
    size_t count;
    abl_dicom_segment items[MOST_SEGMENTS];
    char labels[ABL_MAX_LESIONS][32];
    char uids[ABL_MAX_LESIONS][65];
} segment_list;

static bool holds(const abl_volume *labels, uint8_t value)
{
    return memchr(labels->data, value, abl_grid_voxels(&labels->grid)) != NULL;
}

/* Colours that colour-blind readers can tell apart (Okabe and Ito). */
static void colour_of(uint8_t rgb[3], abl_structure_id id)
{
    static const uint8_t liver[3] = {86, 180, 233}, hepatic[3] = {0, 114, 178},
                         portal[3] = {204, 121, 167}, artery[3] = {213, 94, 0},
                         organ[3] = {0, 158, 115};
    const uint8_t *from = organ;
    if (id == ABL_LIVER)
        from = liver;
    else if (id == ABL_HEPATIC_VEINS || id == ABL_INFERIOR_VENA_CAVA)
        from = hepatic;
    else if (id == ABL_PORTAL_VEINS || id == ABL_PORTAL_AND_SPLENIC_VEIN)
        from = portal;
    else if (id == ABL_AORTA)
        from = artery;
    memcpy(rgb, from, 3);
}

/* An outline that was given is not ours; who drew it in an imported file is not
 * known. */
static void name_algorithm(abl_dicom_segment *out, abl_outline_source outline,
                           const char *origin)
{
    static const char *const descriptions[] = {
        [ABL_OUTLINE_FOUND] = NULL,
        [ABL_OUTLINE_EXTENDED] = "Found by the program, and extended by "
                                 "outlines that were given to it",
        [ABL_OUTLINE_IMPORTED] = "Imported outline; how it was made is not "
                                 "known",
        [ABL_OUTLINE_READ] = "Drawn by a reader",
    };
    out->description = descriptions[outline];
    out->algorithm = outline == ABL_OUTLINE_FOUND  ? ABL_DICOM_AUTOMATIC
                     : outline == ABL_OUTLINE_READ ? ABL_DICOM_MANUAL
                                                   : ABL_DICOM_SEMIAUTOMATIC;
    out->algorithm_name =
        outline == ABL_OUTLINE_IMPORTED ? "imported outline" : origin;
}

static void add_structure(segment_list *list, const abl_dicom_job *job,
                          abl_structure_id id)
{
    const abl_structure *structure = &job->report->structures->items[id];
    const abl_code type = abl_code_of_structure(id);
    const bool is_vessel = id >= ABL_HEPATIC_VEINS && id <= ABL_LIVER_VESSELS;
    const abl_volume *labels = is_vessel         ? job->vessel_labels
                               : id == ABL_LIVER ? job->liver_labels
                                                 : job->organ_labels;
    if (!structure->field || !type.value || !labels ||
        !holds(labels, (uint8_t)id))
        return;
    abl_dicom_segment *out = &list->items[list->count++];
    *out = (abl_dicom_segment){.label = abl_structure_title(id),
                               .category = abl_code_anatomical,
                               .type = type,
                               .side = abl_code_of_side(id),
                               .labels = labels,
                               .value = (uint8_t)id};
    colour_of(out->rgb, id);
    name_algorithm(out,
                   abl_outline_source_of_structure(job->report->findings, id),
                   structure->origin);
}

static void add_lesion(segment_list *list, abl_dicom_job *job, size_t n)
{
    if (!holds(job->lesion_labels, (uint8_t)(n + 1)))
        return;
    abl_dicom_segment *out = &list->items[list->count++];
    snprintf(list->labels[n], sizeof list->labels[n], "Lesion %zu", n + 1);
    abl_dicom_tracking_uid(list->uids[n], job, (int)n + 1);
    *out = (abl_dicom_segment){.label = list->labels[n],
                               .category = abl_code_abnormal,
                               .type = abl_code_lesion,
                               .tracking_id = list->labels[n],
                               .tracking_uid = list->uids[n],
                               .labels = job->lesion_labels,
                               .value = (uint8_t)(n + 1),
                               .rgb = {240, 228, 66}};
    const char *origin = job->report->structures->lesions[n].origin;
    name_algorithm(out, abl_outline_source_of(origin), origin);
    job->lesion_segment[n] = (unsigned)list->count;
}

abl_status abl_dicom_write_segmentation(abl_dicom_job *job, const char *path,
                                        abl_error *err)
{
    segment_list *list = abl_alloc(1, sizeof *list, err);
    if (!list)
        return ABL_E_NOMEM;
    for (int id = ABL_LIVER; id < ABL_STRUCTURE_COUNT; id++)
        add_structure(list, job, (abl_structure_id)id);
    for (size_t n = 0; n < job->report->structures->lesion_count; n++)
        add_lesion(list, job, n);
    const abl_status status =
        abl_dicom_seg_write(path, job->source, &job->info, list->items,
                            list->count, job->planes, err);
    job->segment_count = list->count;
    job->has_segmentation = !status;
    free(list);
    return status;
}
