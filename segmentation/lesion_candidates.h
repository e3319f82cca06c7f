/* Which voxels may be lesions, and where one ends and the next begins.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LESION_CANDIDATES_H
#define ABL_SEGMENTATION_LESION_CANDIDATES_H

#include "segmentation/field.h"

/** p(lesion) that starts a candidate, and down to which it spreads. */
#define ABL_LESION_SEED_P   0.5f
#define ABL_LESION_SPREAD_P 0.3f

/** A neck up to this part of the smaller bulge's depth parts two lesions. */
#define ABL_LESION_NECK 0.6f

/** Numbered candidates on the network's grid. */
typedef struct abl_candidates {
    abl_volume *labels; /**< i32: 0, or candidate 1..count */
    size_t count;
} abl_candidates;

void abl_candidates_clear(abl_candidates *candidates);

/**
 * Pieces of p >= 0.3 (connected by faces) that hold a voxel of p >= 0.5, each
 * cut where it is necked.
 *
 * Cutting: with d the distance to the outside, two bulges of depths d1 >= d2
 * that meet at depth s are two lesions when d2 >= 3 mm and s <= 0.6 d2: a neck
 * narrower than 60 % of the smaller bulge [convention, meant to be rare]. A
 * wider neck leaves both readings open: lesion_bulges.h.
 * Voxels are visited deepest first (ties in storage order) and join the bulge
 * that rises most steeply from them.
 *
 * @param lesion f32 p(lesion)
 * @param liver  u8 mask on the same grid; candidates stay inside
 */
abl_status abl_candidates_find(abl_candidates *out, const abl_volume *lesion,
                               const abl_volume *liver,
                               abl_error *err) ABL_MUST_CHECK;

/** The cutting alone, for one mask: numbers its bulges into @p labels from
 * *count + 1 on and raises *count. @p labels: i32, same grid; @p neck_share:
 * ABL_LESION_NECK above. */
abl_status abl_candidates_cut(abl_volume *labels, size_t *count,
                              const abl_volume *mask, float neck_share,
                              abl_error *err) ABL_MUST_CHECK;

#endif
