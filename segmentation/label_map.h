/* One label per voxel, from overlapping fields.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LABEL_MAP_H
#define ABL_SEGMENTATION_LABEL_MAP_H

#include "segmentation/structures.h"

/**
 * Fills structures->labels (ids 1..13 and 24..26 on the image grid) from the fields and
 * lesion_labels.
 *
 * A voxel whose centre has a positive field gets that structure. Where several
 * are positive the largest field wins (fields of the networks are differences
 * of probabilities and compare), ties go to the lower id. Lesion voxels are
 * liver, whatever else is there.
 */
abl_status abl_label_map_make(abl_structures *structures, const abl_grid *image,
                              abl_error *err) ABL_MUST_CHECK;

#endif
