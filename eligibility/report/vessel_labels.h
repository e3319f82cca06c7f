/* The vessels inside the liver as labels on the image grid.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_VESSEL_LABELS_H
#define ABL_ELIGIBILITY_VESSEL_LABELS_H

#include "segmentation/structures.h"

/**
 * Values 20 to 22 (abl_structure_id) where the field of a tree is positive at
 * the voxel's centre, 23 in the hilum when @p with_hilum; else 0. Where two
 * overlap the higher value stands, so that the hilum lies on the portal
 * branches that it is made of.
 *
 * @param[out] out u8 on the grid of structures->labels; caller destroys
 * @retval ABL_E_NOMEM
 */
abl_status abl_vessel_labels_make(abl_volume **out,
                                  const abl_structures *structures,
                                  bool with_hilum,
                                  abl_error *err) ABL_MUST_CHECK;

/** A row of labels and the field at their centres. */
typedef void (*abl_labels_fn)(void *user, uint8_t *labels, const float *field,
                              size_t count);

/** Every row of u8 labels that a field meets. @retval ABL_E_NOMEM */
abl_status abl_labels_visit(abl_volume *labels, const abl_volume *field,
                            abl_labels_fn visit, void *user,
                            abl_error *err) ABL_MUST_CHECK;

/** Puts @p value where a field is positive at the centre of a voxel of u8
 * labels.
 * @retval ABL_E_NOMEM */
abl_status abl_labels_paint(abl_volume *labels, const abl_volume *field,
                            uint8_t value, abl_error *err) ABL_MUST_CHECK;

#endif
