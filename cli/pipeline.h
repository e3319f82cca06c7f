/* The main job from input to a finished result in memory.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_CLI_PIPELINE_H
#define ABL_CLI_PIPELINE_H

#include "eligibility/measure.h"
#include "eligibility/report/dicom_results.h"
#include "eligibility/report/report.h"
#include "segmentation/import_labels.h"

typedef struct abl_pipeline_options {
    const char *input;         /**< file or folder */
    const char *series;        /**< series UID, prefix or number; NULL: best */
    const char *model_dir;     /**< folder with the networks */
    const char *profile;       /**< PROFILE[+OVERLAY...], names or paths */
    const char *context;       /**< file with facts no image shows, or NULL */
    const char *const *labels; /**< label maps to import, or NULL */
    size_t label_count;
    const char *const *label_names; /**< none, one for all, or one for each */
    size_t label_name_count;
    const char *override; /**< a reader's file, or NULL */
    abl_progress progress;
} abl_pipeline_options;

/** Seconds of wall time by stage. */
enum {
    ABL_STAGE_READ,
    ABL_STAGE_ORGANS,
    ABL_STAGE_LESIONS,
    ABL_STAGE_VESSELS,
    ABL_STAGE_BODY,
    ABL_STAGE_MEASURE,
    ABL_STAGE_WRITE,
    ABL_STAGE_COUNT
};

/** Owns everything a report borrows. */
typedef struct abl_pipeline {
    abl_study *study;
    size_t series;
    abl_grid native_grid;
    abl_volume *image; /**< canonical order */
    abl_structures *structures;
    abl_input_file inputs[2 * ABL_MAX_IMPORT_FILES + 3];
    abl_findings *findings;
    abl_profile profile;
    abl_context context;
    abl_assessment *assessment;
    abl_override *override;   /**< NULL: nobody read it */
    abl_import_maps outlines; /**< of the override; none without */
    abl_reading *reading;
    abl_assessment *read_assessment;
    abl_explanation *explanation; /**< of what is shown first */
    double seconds[ABL_STAGE_COUNT];
    abl_report report;
} abl_pipeline;

/**
 * Reads, segments, measures and judges one study.
 * @param[out] pipeline  clear with abl_pipeline_clear(), also after failure
 */
abl_status abl_pipeline_run(abl_pipeline *pipeline,
                            const abl_pipeline_options *options,
                            abl_error *err) ABL_MUST_CHECK;

/** Writes overlays/, masks/, report.json, report.html and the chosen DICOM
 * objects into @p folder. */
abl_status abl_pipeline_write(abl_pipeline *pipeline, const char *folder,
                              abl_dicom_choice dicom,
                              const abl_progress *progress,
                              abl_error *err) ABL_MUST_CHECK;

void abl_pipeline_clear(abl_pipeline *pipeline);

/** Monotonic seconds. */
double abl_pipeline_clock_s(void);

#endif
