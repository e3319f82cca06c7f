/* What the steps of body finding share; internal to body.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_BODY_WORK_H
#define ABL_SEGMENTATION_BODY_WORK_H

#include "imaging/components.h"
#include "segmentation/body.h"

/** The muscular wall, in polar coordinates around each slice's middle. */
#define ABL_WALL_ANGLES 180
typedef struct abl_body_wall {
    double *middle;    /**< two per slice, in mm on the grid's axes */
    float *radius_mm;  /**< of its outside, by slice and angle */
    uint8_t *thick_mm; /**< as seen along one ray */
    float *limit_mm;   /**< as believed */
} abl_body_wall;

/** State of one search; every mask is u8 on grid. */
typedef struct abl_body_work {
    abl_grid grid;
    abl_volume *hu;    /**< i16, averaged */
    abl_volume *organ; /**< abl_structure_id 0..13 */
    abl_volume *pad;   /**< outside the reconstructed field of view */
    abl_volume *body;  /**< filled */
    abl_volume *lung, *gas, *bone, *heart, *unclassified;
    abl_body_wall wall;
    abl_volume *inner; /**< body without skin and the fat below it */
    bool clipped;      /**< at the low end */
    double skin_hu;    /**< air below, skin above */
    double gas_hu;     /**< gas and lung below */
    double lung_hu;    /**< lung beside lung below; differs when clipped */
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
/* body_arms.c */
/** Arms that touch the trunk's side, as a mask on work->grid; NULL when there
 * are none. work->body is filled. */
abl_status abl_body_find_arms(abl_volume **arms, const abl_body_work *work,
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
/** Fills work->wall; bright things count as wall. */
abl_status abl_body_find_wall(abl_body_work *work,
                              abl_error *err) ABL_MUST_CHECK;
void abl_body_wall_clear(abl_body_wall *wall);
bool abl_body_is_in_wall(const abl_body_work *work, size_t i, size_t j,
                         size_t k);
/* body_belly.c */
abl_status abl_body_find_unclassified(abl_body_work *work,
                                      abl_error *err) ABL_MUST_CHECK;

/** Millilitres of a mask. */
double abl_body_mask_ml(const abl_volume *mask);

/* body_mask.c: all in place */

/** Shrinks by a box of (2 radius + 1) voxels in plane and (2 slices + 1)
 * along k; outside the volume counts as object. */
abl_status abl_body_erode(abl_volume *mask, size_t radius, size_t slices,
                          abl_error *err) ABL_MUST_CHECK;
/** Grows by the same box. */
abl_status abl_body_dilate(abl_volume *mask, size_t radius, size_t slices,
                           abl_error *err) ABL_MUST_CHECK;
/** First and last object voxel of a row; false when it has none. */
bool abl_body_row_ends(size_t *first, size_t *last, const uint8_t *row,
                       size_t count);
/** Middle of a filled mask along i and j. */
void abl_body_middle(double middle[2], const abl_volume *body);
/** Bounding box, ends included; false when the mask is empty. */
bool abl_body_box(size_t lo[3], size_t hi[3], const abl_volume *mask);
/** Fills background regions of a slice that do not reach its border, are at
 * most @p max_mm2 large and free of @p forbidden (may be NULL). */
abl_status abl_body_fill_small(abl_volume *mask, const abl_volume *forbidden,
                               double max_mm2, abl_error *err) ABL_MUST_CHECK;
/** Fills what is enclosed in a slice. The slice's sides and its padding count
 * as walls, so that a lung cut by the field of view is filled; air in front
 * and behind stays out. */
abl_status abl_body_fill_trunk(abl_volume *mask, const abl_volume *pad,
                               abl_error *err) ABL_MUST_CHECK;
/** Replaces the object of each slice by its convex hull. */
abl_status abl_body_hull(abl_volume *mask, abl_error *err) ABL_MUST_CHECK;
/** Radius in voxels in plane for @p mm, at least 1. */
size_t abl_body_radius(const abl_grid *grid, double mm);

#endif
