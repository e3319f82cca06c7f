/* The other reading of one outline: several lesions that touch.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LESION_BULGES_H
#define ABL_SEGMENTATION_LESION_BULGES_H

#include "imaging/volume.h"

/** A neck narrower than this part of the smaller bulge leaves it open whether
 * an outline is one lesion or several [convention]. From
 * abl_candidates_find()'s 0.6 down they are several. Two equal spheres of
 * radius r are in between when their centres are 1.05 to 1.6 r apart. */
#define ABL_LESION_BULGE_NECK 0.85f

/** Bulges that are measured. */
#define ABL_LESION_BULGES 2

/** How one outline may be read as several. */
typedef struct abl_lesion_bulges {
    size_t count; /**< bulges; 1: it has no neck, and there are no fields */
    abl_volume *fields[ABL_LESION_BULGES]; /**< of the two largest, on the grid
                                                of the outline's field */
} abl_lesion_bulges;

void abl_lesion_bulges_clear(abl_lesion_bulges *bulges);

/**
 * Looks for necks in one lesion's outline.
 *
 * The field is sampled at 1.25 mm, or coarser for a large lesion (a 24th of
 * its equivalent diameter), and cut as abl_candidates_cut() does, with
 * ABL_LESION_BULGE_NECK. Where two bulges meet, each field changes sign.
 *
 * @param field f32, positive inside
 * @retval ABL_E_NOMEM
 */
abl_status abl_lesion_bulges_find(abl_lesion_bulges *out,
                                  const abl_volume *field,
                                  abl_error *err) ABL_MUST_CHECK;

#endif
