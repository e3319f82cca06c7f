/* Cutting a volume that is too large for memory into overlapping tiles.
 * Internal to the engine.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every tile starts and ends at a multiple of the network's total stride, so
 * that the grids of all levels coincide with those of the whole volume. A
 * voxel whose distance to the tile's cut is at least the network's reach sees
 * nothing of the cut; with a full halo every voxel of the core is such a one
 * and the result is that of the whole volume but for rounding. When the limit
 * leaves no room for that, the halo is smaller, down to a quarter of the reach,
 * and voxels near the borders of cores may differ (organ_ct on a CT of the
 * abdomen with a third of the reach: 0.02 % of the labels).
 */
#ifndef ABL_SEGMENTATION_UNET_TILES_H
#define ABL_SEGMENTATION_UNET_TILES_H

#include "segmentation/unet_plan.h"

typedef struct abl_unet_tiling {
    size_t size[3];    /**< of the whole, z, y, x */
    size_t parts[3];   /**< cores along each axis */
    size_t core[3];    /**< of every tile but the last of an axis */
    size_t halo[3];    /**< around cores, cut at the volume's ends */
    size_t largest[3]; /**< extent that holds any tile */
    size_t count;
    double flop;   /**< of all tiles */
    bool is_exact; /**< whole, or full halos */
} abl_unet_tiling;

typedef struct abl_unet_tile {
    size_t from[3], extent[3]; /**< with halo */
    size_t core_from[3], core[3];
} abl_unet_tile;

/** How far one result voxel's inputs reach along z, y, x, rounded up to the
 * total stride. */
void abl_unet_reach(size_t reach[3], const abl_unet_model *model);

/**
 * The whole when its activations fit into @p max_bytes, else the cheapest cut
 * with the largest of four halos that fits and costs at most three times the
 * work, twelve times for the smallest halo.
 * @retval ABL_E_INVALID no cut fits: the limit is too small
 */
abl_status abl_unet_tiling_choose(abl_unet_tiling *tiling,
                                  const abl_unet_model *model,
                                  const abl_unet_device *device,
                                  const size_t size[3], size_t max_bytes,
                                  abl_error *err) ABL_MUST_CHECK;

void abl_unet_tiling_at(abl_unet_tile *tile, const abl_unet_tiling *tiling,
                        size_t index);

#endif
