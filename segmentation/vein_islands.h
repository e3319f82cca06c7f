/* Pieces of the portal vein that are lesions.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VEIN_ISLANDS_H
#define ABL_SEGMENTATION_VEIN_ISLANDS_H

#include "segmentation/structures.h"

/**
 * organ_ct takes a round bright lesion in the liver for a piece of the portal
 * vein that hangs on nothing. Each piece of that vein (connected by corners)
 * where the mean p(lesion) is at least ABL_ISLAND_LEAST_P is taken out of its
 * field, and volume and mean_hu are measured anew. With no piece left the vein
 * is ABL_NOT_FOUND.
 *
 * @param image  i16 HU
 * @param lesion f32 p(lesion), any grid; 0 outside of it
 */
abl_status abl_vein_islands_yield(abl_structures *structures,
                                  const abl_volume *image,
                                  const abl_volume *lesion,
                                  abl_error *err) ABL_MUST_CHECK;

/** As likely a lesion as not [convention]. */
#define ABL_ISLAND_LEAST_P 0.5

#endif
