/* What the steps of body finding share; internal to body.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_BODY_WORK_H
#define ABL_SEGMENTATION_BODY_WORK_H

#include "imaging/components.h"
#include "segmentation/body.h"

/** State of one search; every mask is u8 on grid. */
typedef struct abl_body_work {
    abl_grid grid;
    abl_volume *hu;    /**< i16, averaged */
    abl_volume *organ; /**< abl_structure_id 0..13 */
    abl_volume *pad;   /**< outside the reconstructed field of view */
    abl_volume *body;  /**< filled */
    abl_volume *lung, *gas, *bone, *heart, *unclassified;
    abl_volume *inner; /**< body without skin and the fat below it */
    bool has_organs;
    bool clipped;   /**< at the low end */
    double skin_hu; /**< air below, skin above */
    double gas_hu;  /**< gas and lung below */
    double bone_hu;
    double least_hu, most_hu;  /**< of the image, padding left out */
    size_t liver_lo, liver_hi; /**< slices of the liver; lo > hi: none */
    bool cut; /**< the body goes on beyond the field of view in plane */
} abl_body_work;

/* body_grid.c */

/** Averages the image, samples the labels, finds padding and thresholds. */
abl_status abl_body_prepare(abl_body_work *work, const abl_volume *image,
                            const abl_volume *labels,
                            abl_error *err) ABL_MUST_CHECK;
/** Crops every volume of @p work to the body and a small rim. */
abl_status abl_body_crop(abl_body_work *work, abl_error *err) ABL_MUST_CHECK;
void abl_body_work_clear(abl_body_work *work);

/* body_skin.c */
abl_status abl_body_find_skin(abl_body_work *work,
                              abl_error *err) ABL_MUST_CHECK;
/* body_gas.c */
abl_status abl_body_find_gas(abl_body_work *work,
                             abl_error *err) ABL_MUST_CHECK;
/* body_bone.c; contrast in the bowel is left to the unclassified */
abl_status abl_body_find_bone(abl_body_work *work,
                              abl_error *err) ABL_MUST_CHECK;
/* body_heart.c */
abl_status abl_body_find_heart(abl_body_work *work,
                               abl_error *err) ABL_MUST_CHECK;
/* body_wall.c */
abl_status abl_body_find_inner(abl_body_work *work,
                               abl_error *err) ABL_MUST_CHECK;
/* body_belly.c */
abl_status abl_body_find_unclassified(abl_body_work *work,
                                      abl_error *err) ABL_MUST_CHECK;

/** Millilitres of a mask. */
double abl_body_mask_ml(const abl_volume *mask);

/* body_mask.c: all in place, slice by slice unless said */

/** Square of (2 r + 1) voxels in plane; outside the slice counts as object. */
void abl_body_erode_square(abl_volume *mask, size_t radius);
void abl_body_dilate_square(abl_volume *mask, size_t radius);
/** Line of (2 r + 1) voxels along k; outside counts as object. */
void abl_body_erode_k(abl_volume *mask, size_t radius);
void abl_body_dilate_k(abl_volume *mask, size_t radius);
/** Fills background regions of a slice that do not reach its border, are at
 * most @p max_mm2 large and free of @p forbidden (may be NULL). */
abl_status abl_body_fill_small(abl_volume *mask, const abl_volume *forbidden,
                               double max_mm2, abl_error *err) ABL_MUST_CHECK;
/** Replaces the object of each slice by its convex hull. */
abl_status abl_body_hull(abl_volume *mask, abl_error *err) ABL_MUST_CHECK;
/** Radius in voxels in plane for @p mm, at least 1. */
size_t abl_body_radius(const abl_grid *grid, double mm);

#endif
