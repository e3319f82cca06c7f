/* Shapes that people gave as fields on the image.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_IMPORT_FIELD_H
#define ABL_SEGMENTATION_IMPORT_FIELD_H

#include "segmentation/field.h"

/** The crop of @p image that holds all of @p grid that lies on it; false when
 * they do not meet. */
bool abl_grid_crop_around(abl_grid *out, const abl_grid *image,
                          const abl_grid *grid);

/**
 * Field of a mask, sampled on a crop of the image when the grids differ.
 * @param[out] out  NULL when the mask is empty or lies beside the image
 */
abl_status abl_import_field(abl_volume **out, const abl_volume *mask,
                            const abl_grid *image,
                            abl_error *err) ABL_MUST_CHECK;

/** Replaces *field by the union with @p other, on a crop of the image.
 * *field may be NULL. */
abl_status abl_field_join(abl_volume **field, const abl_volume *other,
                          const abl_grid *image, abl_error *err) ABL_MUST_CHECK;

/** Whether a field on a crop of @p image is positive in the image's outermost
 * voxels. */
bool abl_field_reaches_end(const abl_volume *field, const abl_grid *image);

/** The image's values as f32 on the field's grid, a crop of the image's. */
abl_status abl_image_under(abl_volume **out, const abl_volume *image,
                           const abl_grid *crop, abl_error *err) ABL_MUST_CHECK;

#endif
