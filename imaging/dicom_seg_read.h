/* DICOM Segmentation objects, of any program.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bits are unpacked here, lowest first and without padding between frames
 * (DICOM PS3.5 section 8.1.1): DCMTK 3.6.7 does it wrong where rows * columns
 * is no multiple of 8. Frames stand where their positions say, in any order,
 * and frames that are not there are empty. Functional groups are read from
 * the shared ones and, over them, from those of each frame.
 */
#ifndef ABL_IMAGING_DICOM_SEG_READ_H
#define ABL_IMAGING_DICOM_SEG_READ_H

#include "imaging/outline.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Most bytes of pixels that are read. */
#define ABL_DICOM_SEG_MAX_BYTES ((size_t)1 << 30)

typedef struct abl_dicom_seg_frame {
    size_t part;            /**< index of its segment */
    double position_lps[3]; /**< centre of the first pixel [mm] */
} abl_dicom_seg_frame;

typedef struct abl_dicom_seg {
    abl_outline_origin origin;
    size_t part_count;
    abl_outline_part *parts;
    size_t columns, rows;
    double spacing_mm[2];             /**< between columns (i), rows (j) */
    double row_lps[3], column_lps[3]; /**< unit, along i and j */
    double step_mm;                   /**< SpacingBetweenSlices; 0: absent */
    double thickness_mm;              /**< SliceThickness; 0: absent */
    unsigned fractional_max;          /**< MaximumFractionalValue; 0: binary */
    char fractional_type[17];         /**< "PROBABILITY", "OCCUPANCY" */
    size_t frame_count;
    abl_dicom_seg_frame *frames;
    uint8_t *pixels; /**< as stored */
} abl_dicom_seg;

/**
 * @param[out] out  clear with abl_dicom_seg_clear(), also after failure
 * @retval ABL_E_FORMAT       damaged, truncated or contradictory; says where
 * @retval ABL_E_UNSUPPORTED  label map or surface segmentation, compressed
 *                            pixels, too large, frames in several orientations
 *                            or on a slide
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_dicom_seg_read(abl_dicom_seg *out, const char *path,
                              abl_error *err) ABL_MUST_CHECK;
void abl_dicom_seg_clear(abl_dicom_seg *seg);

/** 0 or 1 for each pixel of a frame, rows * columns of them. Of fractions the
 * upper half counts: value >= fractional_max / 2. */
void abl_dicom_seg_mask(uint8_t *mask, const abl_dicom_seg *seg, size_t frame);

#ifdef __cplusplus
}
#endif
#endif
