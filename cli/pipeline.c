/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pipeline.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/dicom_output.h"
#include "cli/version.h"
#include "imaging/file_bytes.h"

double abl_pipeline_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static abl_status read_image(abl_pipeline *pipeline,
                             const abl_pipeline_options *options,
                             abl_error *err)
{
    abl_status status = abl_study_scan(&pipeline->study, options->input,
                                       &options->progress, err);
    if (!status)
        status = abl_study_choose(&pipeline->series, pipeline->study,
                                  options->series, err);
    abl_volume *native = NULL;
    if (!status)
        status = abl_series_load(&native, pipeline->study, pipeline->series,
                                 &options->progress, err);
    if (status)
        return status;
    pipeline->native_grid = native->grid;
    const abl_orientation orientation = abl_grid_orientation(&native->grid);
    pipeline->report.native_to_canonical = orientation;
    status = abl_volume_reorient(&pipeline->image, native, orientation, err);
    abl_volume_destroy(native);
    return status;
}

static void note_input(abl_pipeline *pipeline, const char *role,
                       const char *file, const char *sha256)
{
    abl_input_file *to = &pipeline->inputs[pipeline->report.input_count++];
    to->role = role;
    snprintf(to->file, sizeof to->file, "%s", file);
    snprintf(to->sha256, sizeof to->sha256, "%s", sha256);
}

static const char *names_of(const abl_pipeline_options *options, size_t n)
{
    return options->label_name_count == 0   ? NULL
           : options->label_name_count == 1 ? options->label_names[0]
                                            : options->label_names[n];
}

/* Outlines are read before the networks run: a wrong file costs no time. */
static abl_status read_labels(abl_import_maps *maps, abl_pipeline *pipeline,
                              const abl_pipeline_options *options,
                              abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < options->label_count && !status; n++) {
        const size_t first = maps->count;
        status = abl_import_file_read(
            maps, options->labels[n], names_of(options, n),
            &pipeline->image->grid,
            abl_study_series(pipeline->study, pipeline->series), err);
        if (status)
            break;
        const abl_import_map *map = &maps->items[first];
        note_input(pipeline, "labels", map->file, map->sha256);
        note_input(pipeline, "label-names", map->names.source,
                   map->names.sha256);
    }
    return status;
}

static abl_status find_structures(abl_pipeline *pipeline,
                                  const abl_pipeline_options *options,
                                  abl_error *err)
{
    double seconds[ABL_SEGMENT_STAGES] = {0};
    const abl_segment_options how = {.model_dir = options->model_dir,
                                     .progress = options->progress,
                                     .without_vessels =
                                         options->label_count > 0,
                                     .stage_seconds = seconds};
    abl_status status = abl_segment_ct(
        &pipeline->structures, pipeline->image,
        abl_study_series(pipeline->study, pipeline->series), &how, err);
    pipeline->seconds[ABL_STAGE_ORGANS] = seconds[ABL_SEGMENT_ORGANS];
    pipeline->seconds[ABL_STAGE_LESIONS] = seconds[ABL_SEGMENT_LESIONS];
    pipeline->seconds[ABL_STAGE_VESSELS] = seconds[ABL_SEGMENT_VESSELS];
    pipeline->seconds[ABL_STAGE_BODY] = seconds[ABL_SEGMENT_BODY];
    return status;
}

static abl_status segment(abl_pipeline *pipeline,
                          const abl_pipeline_options *options, abl_error *err)
{
    abl_import_maps maps = {0, NULL};
    abl_status status = read_labels(&maps, pipeline, options, err);
    if (!status)
        status = find_structures(pipeline, options, err);
    const double start = abl_pipeline_clock_s();
    if (!status)
        status = abl_import_labels(
            pipeline->structures, pipeline->image,
            abl_study_series(pipeline->study, pipeline->series), maps.items,
            maps.count, &options->progress, err);
    pipeline->seconds[ABL_STAGE_BODY] += abl_pipeline_clock_s() - start;
    abl_import_maps_clear(&maps);
    return status;
}

static abl_measure_options measure_options(const abl_pipeline *pipeline,
                                           const abl_pipeline_options *options)
{
    abl_measure_options how = abl_measure_options_default();
    how.progress = options->progress;
    how.access = abl_access_options_from(&pipeline->profile.access);
    how.vessel_calibre_mm = abl_profile_vessel_calibre_mm(&pipeline->profile);
    return how;
}

/* The same measures and rules once more, with the reader's lesions. */
static abl_status read_again(abl_pipeline *pipeline,
                             const abl_measure_options *how, abl_error *err)
{
    if (!pipeline->override)
        return ABL_OK;
    const abl_reading_scan scan = {
        pipeline->image, abl_study_series(pipeline->study, pipeline->series),
        &how->progress};
    abl_status status = abl_reading_create(
        &pipeline->reading, pipeline->override, &pipeline->outlines,
        pipeline->structures, &scan, err);
    if (!status)
        status = abl_reading_measure(pipeline->reading, &scan,
                                     pipeline->findings->context, how, err);
    if (!status)
        status =
            abl_assess(&pipeline->read_assessment, pipeline->reading->findings,
                       &pipeline->profile, err);
    return status;
}

static abl_status judge(abl_pipeline *pipeline,
                        const abl_pipeline_options *options, abl_error *err)
{
    const abl_measure_options how = measure_options(pipeline, options);
    abl_status status = abl_measure(
        &pipeline->findings, pipeline->image, pipeline->structures,
        abl_study_series(pipeline->study, pipeline->series), &how, err);
    if (!status && options->context)
        pipeline->findings->context = &pipeline->context;
    if (!status)
        status = abl_assess(&pipeline->assessment, pipeline->findings,
                            &pipeline->profile, err);
    if (!status)
        status = read_again(pipeline, &how, err);
    if (!status)
        status = abl_explain(&pipeline->explanation,
                             pipeline->reading ? pipeline->reading->structures
                                               : pipeline->structures,
                             pipeline->reading ? pipeline->reading->findings
                                               : pipeline->findings,
                             pipeline->reading ? pipeline->read_assessment
                                               : pipeline->assessment,
                             err);
    return status;
}

/* The read result comes first, with the automatic one beside it. */
static void show_reading(abl_pipeline *pipeline)
{
    abl_report *report = &pipeline->report;
    report->reading = pipeline->reading;
    report->automatic_structures = pipeline->structures;
    report->automatic_findings = pipeline->findings;
    report->automatic_assessment = pipeline->assessment;
    report->structures = pipeline->reading->structures;
    report->findings = pipeline->reading->findings;
    report->assessment = pipeline->read_assessment;
}

static void fill_report(abl_pipeline *pipeline,
                        const abl_pipeline_options *options)
{
    abl_report *report = &pipeline->report;
    report->image = pipeline->image;
    report->native_grid = &pipeline->native_grid;
    report->info = abl_study_series(pipeline->study, pipeline->series);
    report->structures = pipeline->structures;
    report->findings = pipeline->findings;
    report->profile = &pipeline->profile;
    report->assessment = pipeline->assessment;
    report->explanation = pipeline->explanation;
    if (pipeline->reading)
        show_reading(pipeline);
    report->inputs = pipeline->inputs;
    report->input = abl_file_last_name(options->input);
    report->version = ABL_VERSION;
    report->organ_model_sha256 = pipeline->structures->organ_model_sha256;
    report->lesion_model_sha256 = pipeline->structures->lesion_model_sha256;
}

static abl_status load_override(abl_pipeline *pipeline,
                                const abl_pipeline_options *options,
                                abl_error *err)
{
    if (!options->override)
        return ABL_OK;
    abl_status status =
        abl_override_load(&pipeline->override, options->override, err);
    if (!status)
        note_input(pipeline, "override", pipeline->override->file,
                   pipeline->override->sha256);
    return status;
}

/* The reader's outlines, before the networks run. */
static abl_status read_outlines(abl_pipeline *pipeline, abl_error *err)
{
    abl_override *override = pipeline->override;
    if (!override || !override->labels_path[0])
        return ABL_OK;
    const abl_status status = abl_reading_maps_read(
        &pipeline->outlines, override, &pipeline->image->grid,
        abl_study_series(pipeline->study, pipeline->series), err);
    if (status)
        return status;
    const abl_import_map *map = pipeline->outlines.items;
    note_input(pipeline, "override-labels", map->file, map->sha256);
    note_input(pipeline, "label-names", map->names.source, map->names.sha256);
    return ABL_OK;
}

abl_status abl_pipeline_run(abl_pipeline *pipeline,
                            const abl_pipeline_options *options, abl_error *err)
{
    memset(pipeline, 0, sizeof *pipeline);
    abl_status status =
        abl_profile_load(&pipeline->profile, options->profile, err);
    if (!status && options->context)
        status = abl_context_load(&pipeline->context, options->context, err);
    if (!status)
        status = load_override(pipeline, options, err);
    double start = abl_pipeline_clock_s();
    if (!status)
        status = read_image(pipeline, options, err);
    if (!status)
        status = read_outlines(pipeline, err);
    pipeline->seconds[ABL_STAGE_READ] = abl_pipeline_clock_s() - start;
    if (!status)
        status = segment(pipeline, options, err);
    start = abl_pipeline_clock_s();
    if (!status)
        status = judge(pipeline, options, err);
    pipeline->seconds[ABL_STAGE_MEASURE] = abl_pipeline_clock_s() - start;
    if (!status)
        fill_report(pipeline, options);
    return status;
}

void abl_pipeline_clear(abl_pipeline *pipeline)
{
    abl_explanation_destroy(pipeline->explanation);
    abl_assessment_destroy(pipeline->read_assessment);
    abl_reading_destroy(pipeline->reading);
    free(pipeline->override);
    abl_import_maps_clear(&pipeline->outlines);
    abl_assessment_destroy(pipeline->assessment);
    abl_findings_destroy(pipeline->findings);
    abl_structures_destroy(pipeline->structures);
    abl_volume_destroy(pipeline->image);
    abl_study_destroy(pipeline->study);
    memset(pipeline, 0, sizeof *pipeline);
}
