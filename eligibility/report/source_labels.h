/* Labels on the pixels of the source's images.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each voxel of a label map has one value, and the liver yields to the trunk of
 * the portal vein, the vena cava and the gallbladder where they run in it. Its
 * own mask keeps what runs in it, so that a liver that is imported again has
 * the same capsule.
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
 * abl_structures::lesion_labels and abl_vessel_labels_make(); and ABL_LIVER
 * with all that runs in it. */
enum {
    ABL_SOURCE_ORGANS,
    ABL_SOURCE_LIVER,
    ABL_SOURCE_LESIONS,
    ABL_SOURCE_VESSELS,
    ABL_SOURCE_LABELS
};

/** Whether the series was put upright and its images are one to one the slices
 * of that. */
bool abl_source_is_tilted(const abl_report *report,
                          const abl_dicom_source *source);

/** The liver's field and the lesions, value ABL_LIVER, on the grid of
 * structures->labels.
 * @param[out] out u8; caller destroys
 * @retval ABL_E_NOMEM */
abl_status abl_liver_labels_make(abl_volume **out,
                                 const abl_structures *structures,
                                 abl_error *err) ABL_MUST_CHECK;

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
