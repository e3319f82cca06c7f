/* Writing a volume as a DICOM CT or MR series.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_DICOM_WRITE_H
#define ABL_IMAGING_DICOM_WRITE_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the headers say. Texts are ASCII; empty ones stay empty in the files.
 * Start from abl_dicom_write_defaults(). */
typedef struct abl_dicom_write_info {
    char patient_name[65]; /**< "FAMILY^GIVEN" */
    char patient_id[65];
    char study_description[65];
    char series_description[65];
    char study_uid[65];              /**< required */
    char series_uid[65];             /**< required */
    char frame_of_reference_uid[65]; /**< required */
    char date[9];                    /**< YYYYMMDD, study to content */
    char time[7];                    /**< HHMMSS */
    char patient_position[17];       /**< "HFS" */
    char manufacturer[65];
    char model_name[65];
    char kernel[17];         /**< ConvolutionKernel; empty: left out */
    char contrast_agent[65]; /**< empty: unenhanced, left out */
    char comment[65];        /**< ImageComments; empty: left out */
    char mr_weighting[3];    /**< "T1" or "T2": an MR series of signal values;
                               empty: a CT series */
    int series_number;
    double kvp;
    double slice_thickness_mm; /**< 0: the spacing along k */
    double window_centre_hu, window_width_hu;
    int rescale_intercept_hu; /**< stored value = HU - intercept */
    /** LPS position of the first voxel of every slice, 3 per slice, where the
     * files must not follow the grid (missing slices, tilt); NULL: the grid */
    const double *positions_lps;
} abl_dicom_write_info;

/** Portal venous phantom, HFS, 120 kV, abdominal window, intercept -1024, a
 * fixed date; UIDs are empty. */
abl_dicom_write_info abl_dicom_write_defaults(void);

/** "2.25." and the 128 bits of a hash of @p text as a version 8 UUID (DICOM
 * PS3.5 B.2): same text, same UID. */
void abl_dicom_uid(char out[65], const char *text);

/**
 * Writes @p volume as one CT (or MR) Image Storage file per slice, explicit VR little
 * endian, named IM00001.dcm and on in the order of k. SOP instance UIDs are
 * derived from the series UID and the slice: same input, same bytes.
 *
 * @param folder exists; files of these names in it are overwritten
 * @param volume i16 HU, any orientation and handedness, at most 65535 columns,
 *               rows and 99999 slices
 * @retval ABL_E_INVALID  not i16, a UID or the weighting is bad, or HU -
 *                        intercept leaves the 16 bits of a file; MR values
 *                        are stored as they are
 * @retval ABL_E_IO       a file cannot be written in full (names the file);
 *                        files written before it stay
 */
abl_status abl_dicom_series_write(const char *folder, const abl_volume *volume,
                                  const abl_dicom_write_info *info,
                                  abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
