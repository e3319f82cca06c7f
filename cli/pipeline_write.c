/* Pictures, then all other files of a result side by side.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/dicom_output.h"
#include "cli/pipeline.h"

/* What can be written beside the others, in the order in which threads take
 * them: the slow ones first. */
typedef enum part_id {
    PART_PAGES,
    PART_OBJECTS, /* segmentation and structured report */
    PART_MASKS,
    PART_CAPTURES,
    PART_PDF, /* and the DICOM document that holds it */
    PARTS
} part_id;

typedef struct part {
    abl_status status;
    abl_error err;
    abl_findings *notes; /* what is only known while writing */
} part;

/* The same for all parts. */
typedef struct job {
    const abl_pipeline *pipeline;
    const char *folder;
    const abl_pictures *pictures;
    const abl_dicom_source *source;
    char key[ABL_DICOM_KEY_BYTES]; /* of the objects; with a source */
    abl_dicom_choice dicom;
} job;

static abl_status write_json(const job *of, abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/report.json", of->folder);
    return abl_report_write_json(path, &of->pipeline->report, of->pictures,
                                 err);
}

static abl_status write_pdf(const job *of, abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/report.pdf", of->folder);
    return abl_report_write_pdf(path, of->folder, &of->pipeline->report,
                                of->pictures, err);
}

static abl_status write_pages(const job *of, abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/report.html", of->folder);
    abl_status status = abl_report_write_html(
        path, of->folder, &of->pipeline->report, of->pictures, err);
    snprintf(path, sizeof path, "%s/lesions.csv", of->folder);
    if (!status)
        status = abl_report_write_csv(path, &of->pipeline->report, err);
    return status;
}

static abl_status write_objects(const job *of, abl_dicom_choice only,
                                part *result)
{
    only.is_named = of->dicom.is_named;
    return abl_dicom_output_write(of->pipeline, of->source, of->folder,
                                  of->pictures, of->key, only, result->notes,
                                  &result->err);
}

static abl_status write_part(const job *of, part_id id, part *result)
{
    const abl_dicom_choice *dicom = &of->dicom;
    abl_status status = ABL_OK;
    switch (id) {
    case PART_PDF:
        status = write_pdf(of, &result->err);
        return status ? status
                      : write_objects(
                            of, (abl_dicom_choice){.document = dicom->document},
                            result);
    case PART_OBJECTS:
        return write_objects(
            of,
            (abl_dicom_choice){.segmentation = dicom->segmentation,
                               .report = dicom->report},
            result);
    case PART_PAGES:
        return write_pages(of, &result->err);
    case PART_CAPTURES:
        return write_objects(
            of, (abl_dicom_choice){.captures = dicom->captures}, result);
    case PART_MASKS:
        return abl_masks_write(of->folder, &of->pipeline->report, &result->err);
    case PARTS:
        break;
    }
    return status;
}

static void take_notes(abl_findings *to, const part *from)
{
    for (size_t n = 0; from->notes && n < from->notes->warning_count; n++)
        abl_findings_warn(to, from->notes->warnings[n].code, "%s",
                          from->notes->warnings[n].text);
}

/* Parts read the findings, so their own notes are added when all are done. */
static abl_status write_parts(const job *of, abl_findings *notes,
                              abl_error *err)
{
    part parts[PARTS] = {{ABL_OK, {ABL_OK, ""}, NULL}};
    abl_status status = ABL_OK;
    for (int n = 0; n < PARTS && !status; n++)
        if (!(parts[n].notes = abl_alloc(1, sizeof *parts[n].notes, err)))
            status = ABL_E_NOMEM;
    if (!status) {
#pragma omp parallel for schedule(dynamic, 1)
        for (int n = 0; n < PARTS; n++)
            parts[n].status = write_part(of, (part_id)n, &parts[n]);
    }
    for (int n = 0; n < PARTS; n++) {
        take_notes(notes, &parts[n]);
        if (parts[n].status && !status) {
            status = parts[n].status;
            if (err)
                *err = parts[n].err;
        }
        free(parts[n].notes);
    }
    return status;
}

/* Reports say which DICOM objects are missing, and objects are named after
 * report.json: it comes first, and what only shows while writing makes the
 * reports once more. */
static abl_status write_documents(job *of, abl_findings *notes, abl_error *err)
{
    abl_dicom_source *source = NULL;
    abl_status status =
        abl_dicom_output_open(&source, &of->dicom, of->pipeline, notes, err);
    of->source = source;
    const size_t said = notes->warning_count;
    if (!status)
        status = write_json(of, err);
    if (!status && source)
        status = abl_dicom_results_key(of->key, of->folder, source, err);
    if (!status)
        status = write_parts(of, notes, err);
    if (!status && notes->warning_count != said) {
        status = write_json(of, err);
        if (!status)
            status = write_pages(of, err);
        if (!status)
            status = write_pdf(of, err);
    }
    abl_dicom_source_destroy(source);
    return status;
}

abl_status abl_pipeline_write(abl_pipeline *pipeline, const char *folder,
                              abl_dicom_choice dicom,
                              const abl_progress *progress, abl_error *err)
{
    const double start = abl_pipeline_clock_s();
    abl_pictures pictures = {0, NULL};
    job of = {.pipeline = pipeline,
              .folder = folder,
              .pictures = &pictures,
              .dicom = dicom};
    abl_findings *notes =
        pipeline->reading ? pipeline->reading->findings : pipeline->findings;
    abl_status status =
        abl_overlays_write(&pictures, folder, &pipeline->report, progress, err);
    if (!status)
        status = write_documents(&of, notes, err);
    abl_pictures_clear(&pictures);
    pipeline->seconds[ABL_STAGE_WRITE] = abl_pipeline_clock_s() - start;
    return status;
}
