/* Results as DICOM objects of the same study.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_DICOM_RESULTS_H
#define ABL_ELIGIBILITY_REPORT_DICOM_RESULTS_H

#include "eligibility/report/report.h"
#include "imaging/dicom_object.h"

/** Which objects to write. */
typedef struct abl_dicom_choice {
    bool segmentation, report, captures, document;
    bool is_named; /**< one by one: what cannot be written is an error. Else
                        it is left out with a warning */
} abl_dicom_choice;

/**
 * Takes what a source does not allow out of a choice, each with a warning
 * ("no-dicom-seg", "-sr", "-sc", "-pdf") that says why. A segmentation needs
 * a frame of reference; it and the report name the images by their UIDs.
 *
 * @param source NULL: nothing can be written, because of @p reason
 * @param notes  takes the warnings
 * @retval ABL_E_UNSUPPORTED the kind was named
 */
abl_status abl_dicom_choice_check(abl_dicom_choice *choice,
                                  const abl_dicom_source *source,
                                  const char *reason, abl_findings *notes,
                                  abl_error *err) ABL_MUST_CHECK;

/** First series number of the objects; viewers sort by it. */
#define ABL_DICOM_SERIES_NUMBER 9001

/** What the writers of the objects share; internal. */
typedef struct abl_dicom_job {
    const abl_report *report;
    const abl_dicom_source *source;
    abl_dicom_object_info info;
    abl_dicom_planes planes;        /**< on which the labels lie */
    const abl_volume *organ_labels; /**< native order */
    const abl_volume *liver_labels; /**< with what runs in it */
    const abl_volume *lesion_labels;
    const abl_volume *vessel_labels; /**< native order, ids 20 to 22 */
    bool source_matches; /**< slices of the native grid are source images */
    size_t segment_count;
    bool has_segmentation;
    unsigned lesion_segment[ABL_MAX_LESIONS]; /**< segment number, 0: none */
} abl_dicom_job;

/** "1.2.3.4" of a lesion: the same in segmentation and report. */
void abl_dicom_tracking_uid(char out[65], const abl_dicom_job *job,
                            int lesion_number);

abl_status abl_dicom_write_segmentation(abl_dicom_job *job, const char *path,
                                        abl_error *err) ABL_MUST_CHECK;
abl_status abl_dicom_write_report(const abl_dicom_job *job, const char *path,
                                  abl_error *err) ABL_MUST_CHECK;

/** Room for a result's key. */
#define ABL_DICOM_KEY_BYTES 160

/** The series, and the sum of report.json in @p folder, which must be written
 * before. Read once for all calls of abl_dicom_results_write().
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_dicom_results_key(char key[ABL_DICOM_KEY_BYTES],
                                 const char *folder,
                                 const abl_dicom_source *source,
                                 abl_error *err) ABL_MUST_CHECK;

/**
 * Writes the chosen objects into @p folder/dicom, which must exist:
 * segmentation.dcm, report.dcm (Comprehensive 3D SR, TID 1500), capture-NN.dcm
 * (each overlay picture), document.dcm (@p pdf_path as Encapsulated PDF).
 *
 * UIDs are derived from @p key: a changed result gives new objects, the same
 * result the same ones.
 *
 * An object that cannot be made is left out with a warning in @p notes, unless
 * it was named; reports written before should then be written again.
 *
 * @param pictures the overlays in @p folder
 * @param pdf_path may be NULL when no document is chosen
 * @retval ABL_E_IO, ABL_E_NOMEM, ABL_E_INVALID
 */
abl_status abl_dicom_results_write(const char *folder, const abl_report *report,
                                   const abl_pictures *pictures,
                                   const char *pdf_path,
                                   const abl_dicom_source *source,
                                   const char *key, abl_dicom_choice choice,
                                   abl_findings *notes,
                                   abl_error *err) ABL_MUST_CHECK;

#endif
