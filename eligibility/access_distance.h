/* Nearest marked voxel for every voxel of a grid; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_DISTANCE_H
#define ABL_ELIGIBILITY_ACCESS_DISTANCE_H

#include "imaging/volume.h"

/** No voxel is marked. */
#define ABL_ACCESS_NO_SEED (-1)

/**
 * Exact Euclidean distance transform that also tells which voxel is nearest.
 *
 * @param[out] seed       offset of the nearest marked voxel, or
 *                        ABL_ACCESS_NO_SEED; one per voxel, caller's
 * @param[out] square_mm2 squared distance between the two centres; one per
 *                        voxel, caller's; FLT_MAX when nothing is marked
 * @param      marks      non-zero is marked
 * @retval ABL_E_NOMEM
 * @par Source Felzenszwalb & Huttenlocher, Theory of Computing 8 (2012) 415
 */
abl_status abl_access_nearest(int32_t *seed, float *square_mm2,
                              const abl_grid *grid, const uint8_t *marks,
                              abl_error *err) ABL_MUST_CHECK;

#endif
