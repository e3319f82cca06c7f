/* DICOM RT Structure Sets.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_DICOM_CONTOURS_H
#define ABL_IMAGING_DICOM_CONTOURS_H

#include "imaging/outline.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Most contours and points that are read. */
#define ABL_DICOM_MAX_CONTOURS ((size_t)1 << 20)
#define ABL_DICOM_MAX_POINTS   ((size_t)1 << 23)

/** A closed line in a plane; the last point joins the first. */
typedef struct abl_dicom_contour {
    size_t part;         /**< index of its region */
    size_t first, count; /**< its points, at least 3 */
} abl_dicom_contour;

typedef struct abl_dicom_contours {
    abl_outline_origin origin;
    size_t part_count;
    abl_outline_part *parts;
    size_t contour_count;
    abl_dicom_contour *contours;
    size_t point_count;
    double (*points_lps)[3];
} abl_dicom_contours;

/**
 * Reads the closed planar contours; others are counted in
 * abl_outline_part::left_out.
 *
 * @param[out] out  clear with abl_dicom_contours_clear(), also after failure
 * @retval ABL_E_FORMAT       damaged: a region that is not listed, a contour
 *                            whose numbers do not make points
 * @retval ABL_E_UNSUPPORTED  another kind of object, or too many points
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_dicom_contours_read(abl_dicom_contours *out, const char *path,
                                   abl_error *err) ABL_MUST_CHECK;
void abl_dicom_contours_clear(abl_dicom_contours *contours);

#ifdef __cplusplus
}
#endif
#endif
