/* Lesions as a list: where each lies, and one label map of all.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LESION_LIST_H
#define ABL_SEGMENTATION_LESION_LIST_H

#include "segmentation/structures.h"

/**
 * Fills lo, hi and touches_border of a lesion from its field, which lies on a
 * crop of @p image.
 * @return false when the field is positive nowhere
 */
bool abl_lesion_place(abl_lesion *lesion, const abl_grid *image);

/** Fills volume_ml and equivalent_diameter_mm from the field. */
void abl_lesion_weigh(abl_lesion *lesion);

/** Makes structures->lesion_labels anew from the lesions' fields; where two
 * overlap, the earlier one stays. */
abl_status abl_lesions_draw(abl_structures *structures, const abl_grid *image,
                            abl_error *err) ABL_MUST_CHECK;

/** For qsort(): largest volume first, ties by position from the head down. */
int abl_lesion_compare(const void *a, const void *b);

#endif
