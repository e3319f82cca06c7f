/* One lesion's surface at the resolution of the scan.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LESION_SHAPE_H
#define ABL_SEGMENTATION_LESION_SHAPE_H

#include "segmentation/lesion_candidates.h"
#include "segmentation/liver.h"

/** All that a shape is made from; borrowed. */
typedef struct abl_lesion_scene {
    const abl_volume *image;          /**< i16 HU */
    const abl_lesion_maps *maps;      /**< lesion_ct's probabilities */
    const abl_candidates *candidates; /**< on the grid of the maps */
    const abl_volume *liver;          /**< field */
} abl_lesion_scene;

typedef struct abl_lesion_shape {
    abl_volume *field; /**< f32 on a crop of the image grid */
    size_t lo[3];      /**< of that crop */
    double mean_probability;
    double inner_hu;      /**< median of the inner half */
    double contrast_hu;   /**< lesion minus ring, medians */
    double spread_hu;     /**< robust SD of the ring after smoothing */
    double liver_share;   /**< of the voxels just outside, 0..1 */
    double fissure_share; /**< abl_fissure_share() of its first surface */
    double edge_sd_mm;
} abl_lesion_shape;

void abl_lesion_shape_clear(abl_lesion_shape *shape);

/**
 * The surface of candidate @p number, whose voxels lie in @p box (grid of the
 * maps).
 *
 * 1. p(lesion), trilinear on the image's voxels; the first surface is p = 0.4,
 *    in the middle of the hysteresis (0.3 when the candidate would otherwise
 *    be under 3 voxels). Its field g goes linearly from -1 at p = 0 over 0 at
 *    the surface to 1 at p = 1.
 * 2. Levels: median of the lightly smoothed HU (Gaussian 0.8 mm) in its inner
 *    half, and in a ring of liver 2 to 8 mm outside with p(lesion) < 0.15; the
 *    ring's spread is 1.4826 times its median absolute deviation.
 * 3. Within 2.5 mm of the first surface (less for small lesions: 0.3 of the
 *    radius at its deepest), inside the liver, the field is a mixture of g
 *    and of the half-height model
 *        h = 2 (HU - (inner + ring) / 2) / (inner - ring), clamped to -1..1.
 *    The share of h grows from 0 at a contrast of 1 spread to 0.8 at 3,
 *    and fades with the square of the distance from the first surface: where
 *    there is little contrast the network decides alone.
 * 4. Pieces that do not hold the first shape's bulk are dropped, holes are
 *    filled. Topology stays: one piece.
 *
 * edge_sd_mm: hypot(0.8 mm, 0.4 s), s what the network's
 * abl_field_slope_sd_mm() of g and a voxel's uniform variance add up to. With
 * these numbers the 95 % intervals of diameters and volumes hold the truth of
 * about 95 % of the lesions of random phantoms (abl_accuracy_images), where the
 * error hardly depends on s. A sharp image edge does not make it smaller.
 * What readers disagree about is not in it: surfaces made here spread by 1.3
 * to 2.9 mm against outlines drawn by hand.
 *
 * @param[out] out empty (field NULL) when nothing is left
 */
abl_status abl_lesion_shape_find(abl_lesion_shape *out,
                                 const abl_lesion_scene *scene, int32_t number,
                                 const abl_box *box,
                                 abl_error *err) ABL_MUST_CHECK;

#endif
