/* Labels on the pixels of the images of a tilted series.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A series with a tilted gantry is put upright when it is read, so its label
 * map has no voxel where the images have pixels. The fields of structures and
 * lesions are asked again at every pixel's centre.
 */
#ifndef ABL_ELIGIBILITY_REPORT_SOURCE_LABELS_H
#define ABL_ELIGIBILITY_REPORT_SOURCE_LABELS_H

#include "eligibility/report/report.h"
#include "imaging/dicom_object.h"

/** Organs, lesions, vessels: values as in abl_structures::labels,
 * abl_structures::lesion_labels and abl_vessel_labels_make(). */
enum {
    ABL_SOURCE_ORGANS,
    ABL_SOURCE_LESIONS,
    ABL_SOURCE_VESSELS,
    ABL_SOURCE_LABELS
};

/** Whether the series was put upright and its images are one to one the slices
 * of that. */
bool abl_source_is_tilted(const abl_report *report,
                          const abl_dicom_source *source);

/**
 * u8 volumes of columns x rows x instances; slice k lies on instance k, so
 * their grid's position means nothing (ABL_PLANES_OF_SOURCE).
 *
 * @param[out] out NULL before; caller destroys, also after failure
 * @param source   abl_source_is_tilted() holds
 * @retval ABL_E_NOMEM
 */
abl_status abl_source_labels_make(abl_volume *out[ABL_SOURCE_LABELS],
                                  const abl_report *report,
                                  const abl_dicom_source *source,
                                  abl_error *err) ABL_MUST_CHECK;

#endif
