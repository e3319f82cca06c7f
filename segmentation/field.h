/* Fields: shapes that are positive inside and zero on their surface.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_FIELD_H
#define ABL_SEGMENTATION_FIELD_H

#include "imaging/volume.h"

/** A box of voxels, both ends included. */
typedef struct abl_box {
    size_t lo[3], hi[3];
} abl_box;

/** The box of the non-zero voxels of a u8 mask; false when there are none. */
bool abl_mask_box(abl_box *out, const abl_volume *mask);

/** The box of the voxels of a u8 label volume that equal @p label. */
bool abl_label_box(abl_box *out, const abl_volume *labels, uint8_t label);

/** Grows a box by @p voxels on each side, not beyond the grid. */
void abl_box_grow(abl_box *box, const abl_grid *grid, size_t voxels);

/** Grows a box by @p mm on each side, not beyond the grid. */
void abl_box_grow_mm(abl_box *box, const abl_grid *grid, double mm);

/** Voxels along each axis. */
void abl_box_size(size_t size[3], const abl_box *box);

/** Voxels of @p grid whose centres lie within half a voxel of another grid
 * with the same axes; false when the two do not meet. */
bool abl_box_of_overlap(abl_box *out, const abl_grid *grid,
                        const abl_grid *other);

/** Voxels of a u8 mask that are not zero. */
size_t abl_mask_count(const abl_volume *mask);

/** Least |value| of a reconciled field. */
#define ABL_FIELD_EPS 0.02f

/** Makes the sign of a field agree with a mask on the same grid:
 * max(field, EPS) in the mask, min(field, -EPS) outside. */
void abl_field_reconcile(abl_volume *field, const abl_volume *mask);

/** Mean position of the voxels where a field is positive; of its first voxel
 * when there is none. */
void abl_field_centroid(double lps[3], const abl_volume *field);

/** u8 mask of the voxels where a field is positive; caller destroys. */
abl_status abl_field_mask(abl_volume **out, const abl_volume *field,
                          abl_error *err) ABL_MUST_CHECK;

/** The part of a field within @p margin voxels of where it is positive. */
abl_status abl_field_trim(abl_volume **out, const abl_volume *field,
                          size_t margin, abl_error *err) ABL_MUST_CHECK;

/** Volume enclosed by the zero surface [mL]: 3 x 3 x 3 trilinear samples in
 * each voxel that the surface may cross. */
double abl_field_volume_ml(const abl_volume *field);

/**
 * Stated 1-sigma of the position of the surface of a field made of a
 * difference of probabilities, p - q with p + q = 1 near the surface.
 *
 * For a calibrated network p, along the normal, is the distribution function
 * of the surface's position; for a normal law the greatest slope of p is
 * 1 / (sd sqrt(2 pi)), so sd_p = 2 / (sqrt(2 pi) |grad f|) with the median
 * |grad f| [1/mm] over the inside voxels at the surface. The grid adds the
 * variance of a uniform law over a voxel:
 *     sd^2 = sd_p^2 + (mean of spacing^2) / 12.
 *
 * @return mm; half the voxel diagonal when there is no surface
 */
double abl_field_edge_sd_mm(const abl_volume *field);

/** What is stated of organs and the liver: this part of the above. The networks
 * are less sure than they are wrong; fitted to distances in random phantoms
 * (abl_accuracy_images). */
#define ABL_FIELD_EDGE_SHARE 0.65

/** sd_p alone; 0 when there is no surface. */
double abl_field_slope_sd_mm(const abl_volume *field);

/**
 * Where the voxels of one grid fall in a field on another grid with the same
 * axes: per axis the first and last voxel inside, and for each the lower
 * neighbour and the weight of the upper one.
 */
typedef struct abl_field_taps {
    abl_box box; /**< voxels of the target grid */
    uint32_t *base[3];
    float *weight[3];
} abl_field_taps;

/** @param[out] out clear with abl_field_taps_clear(); when the grids do not
 *                  meet, @p meets is false and there is nothing in it */
abl_status abl_field_taps_make(abl_field_taps *out, bool *meets,
                               const abl_grid *field, const abl_grid *target,
                               abl_error *err) ABL_MUST_CHECK;
void abl_field_taps_clear(abl_field_taps *taps);

/** One row of trilinear values: voxels taps->box.lo[0].. of row (j, k), which
 * must lie in the box. */
void abl_field_row(float *out, const abl_volume *field,
                   const abl_field_taps *taps, size_t j, size_t k);

#endif
