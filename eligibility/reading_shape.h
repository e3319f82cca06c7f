/* Shapes that a reader gave. Internal to readings.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_READING_SHAPE_H
#define ABL_ELIGIBILITY_READING_SHAPE_H

#include "eligibility/reading.h"

/** Distance from a point to a shape's voxels [mm]; 0 inside its outline. */
double abl_shape_distance_mm(const abl_volume *field, const double lps[3]);

/** Where shapes come from and lie. */
typedef struct abl_shape_source {
    const abl_import_maps *maps; /**< NULL: no shape is a label */
    const abl_grid *image;
} abl_shape_source;

/** Gives read lesion @p n the shape of its entry; extends the read liver.
 * @retval ABL_E_INVALID as for abl_reading_create() */
abl_status abl_reading_take_shape(abl_reading *reading, size_t n,
                                  const abl_shape_source *source,
                                  abl_error *err) ABL_MUST_CHECK;

#endif
