/* Connected components of a mask, with statistics, and hole filling.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_COMPONENTS_H
#define ABL_IMAGING_COMPONENTS_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum abl_connectivity {
    ABL_CONNECT_FACES = 6,
    ABL_CONNECT_CORNERS = 26
} abl_connectivity;

typedef struct abl_component {
    size_t voxels;
    size_t lo[3], hi[3];    /**< bounding box, both ends included */
    double centroid_ijk[3]; /**< mean voxel position */
} abl_component;

/** Components, largest first; ties by first voxel in storage order. */
typedef struct abl_components {
    abl_volume *labels; /**< i32: 0 background, n = items[n - 1] */
    size_t count;
    abl_component *items;
} abl_components;

/**
 * @param mask u8; voxels >= 1 are the object
 * @param[out] out  caller clears with abl_components_clear()
 * @retval ABL_E_INVALID the mask is not u8 (so for all below), or the
 *         connectivity is unknown
 */
abl_status abl_components_find(abl_components *out, const abl_volume *mask,
                               abl_connectivity connectivity,
                               abl_error *err) ABL_MUST_CHECK;
void abl_components_clear(abl_components *components);

/** In place: keeps the largest component; returns how many voxels it has in
 * @p voxels (may be NULL). An empty mask stays empty. */
abl_status abl_mask_keep_largest(abl_volume *mask,
                                 abl_connectivity connectivity, size_t *voxels,
                                 abl_error *err) ABL_MUST_CHECK;

/** In place: fills (with 1) background that is not connected by faces to the
 * volume's border. */
abl_status abl_mask_fill_holes(abl_volume *mask, abl_error *err) ABL_MUST_CHECK;

/** In place: the same, slice by slice along k (4-neighbours). */
abl_status abl_mask_fill_holes_2d(abl_volume *mask,
                                  abl_error *err) ABL_MUST_CHECK;

/** New u8 mask of every voxel reached from @p seed
 * voxels (u8, same grid) through @p allowed (u8): hysteresis thresholding.
 * A seed outside the allowed reaches nothing. */
abl_status abl_mask_reconstruct(abl_volume **out, const abl_volume *seed,
                                const abl_volume *allowed,
                                abl_connectivity connectivity,
                                abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
