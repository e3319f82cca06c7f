/* What files that hold outlines (DICOM Segmentation, RT Structure Set) say of
 * one segment or region.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_OUTLINE_H
#define ABL_IMAGING_OUTLINE_H

#include <stdint.h>

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A segment or a region of interest. Texts are UTF-8 without control
 * characters, empty when absent. */
typedef struct abl_outline_part {
    long number;        /**< SegmentNumber or ROINumber */
    char label[65];     /**< SegmentLabel or ROIName */
    char code[17];      /**< of its type: "10200004" */
    char scheme[17];    /**< "SCT", "SRT" */
    char meaning[65];   /**< "Liver" */
    char side[17];      /**< code of its modifier, e.g. right */
    char role[17];      /**< RTROIInterpretedType: "GTV", "ORGAN" */
    char frame_uid[65]; /**< frame of reference of its positions */
    bool is_tracked;    /**< has a tracking identifier: it is one thing */
    size_t left_out;    /**< contours that are not closed and planar */
    size_t plane_count; /**< frames or contours it has */
} abl_outline_part;

/** What an object was drawn on. */
typedef struct abl_outline_origin {
    char study_uid[65];
    char frame_uid[65]; /**< "" when absent */
    size_t series_count;
    char (*series_uids)[65]; /**< referenced series */
} abl_outline_origin;

typedef enum abl_outline_kind {
    ABL_OUTLINE_NONE, /**< some other DICOM object, or a damaged one */
    ABL_OUTLINE_SEGMENTATION,
    ABL_OUTLINE_LABELMAP, /**< label map segmentation (Supplement 243) */
    ABL_OUTLINE_SURFACE,  /**< surface segmentation */
    ABL_OUTLINE_CONTOURS  /**< RT Structure Set */
} abl_outline_kind;

/**
 * What a DICOM file is, by its SOP class.
 * @param[out] modality  as written, for messages
 * @retval ABL_E_IO, ABL_E_FORMAT
 */
abl_status abl_dicom_outline_kind(abl_outline_kind *kind, char modality[17],
                                  const char *path,
                                  abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
