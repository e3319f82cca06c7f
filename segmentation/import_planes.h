/* Masks that come plane by plane, placed by where the planes lie.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Segments of a DICOM Segmentation, regions of an RT Structure Set and named
 * segments of an NRRD file are all planes with a mask. Where every pixel is a
 * voxel of the image they are copied voxel for voxel; else they become a map
 * on a grid of their own, upright on the planes' normal. Planes that are not
 * there are empty.
 */
#ifndef ABL_SEGMENTATION_IMPORT_PLANES_H
#define ABL_SEGMENTATION_IMPORT_PLANES_H

#include "imaging/outline.h"
#include "segmentation/import_labels.h"

/** How far [mm] pixels may lie from voxels to be the same. */
#define ABL_SAME_VOXEL_MM 0.1

typedef struct abl_mask_plane {
    size_t part;            /**< index of its segment or region */
    double position_lps[3]; /**< centre of the first pixel */
} abl_mask_plane;

/** All planes of a file; everything is borrowed. */
typedef struct abl_mask_planes {
    const char *file; /**< for messages */
    size_t part_count;
    const abl_outline_part *parts;
    size_t columns, rows;
    double spacing_mm[2];             /**< between columns, rows */
    double row_lps[3], column_lps[3]; /**< unit, along columns and rows */
    size_t count;
    const abl_mask_plane *planes;
    const double *step_mm; /**< of each part: from plane to plane; 0: unknown */
    /** 0 or 1 for each pixel of a plane. */
    void (*mask)(uint8_t *out, const void *user, size_t plane);
    const void *user;
} abl_mask_planes;

/**
 * One map with the union of the parts of @p members as value 1.
 *
 * @param[out] out      values is NULL when no member has a voxel; clear with
 *                      abl_import_map_clear(), also after failure
 * @param      members  part_count flags; their steps must agree
 * @param      image    grid of the image in canonical order
 * @retval ABL_E_GEOMETRY     planes at uneven distances, or of unknown
 *                            thickness between the slices of the image
 * @retval ABL_E_UNSUPPORTED  larger than a grid may be
 * @retval ABL_E_NOMEM
 */
abl_status abl_import_planes(abl_import_map *out, const abl_mask_planes *planes,
                             const bool *members, const abl_grid *image,
                             abl_error *err) ABL_MUST_CHECK;

#endif
