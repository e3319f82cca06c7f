/* One direction from a target to the skin; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_TRACE_H
#define ABL_ELIGIBILITY_ACCESS_TRACE_H

#include "eligibility/access_map.h"

typedef enum abl_ray_state {
    ABL_RAY_BLOCKED, /**< by obstacle or lesion */
    ABL_RAY_NO_SKIN,
    ABL_RAY_TOO_LONG,
    ABL_RAY_UNCLASSIFIED,
    ABL_RAY_CLEAR,
    ABL_RAY_CLEAR_LONG
} abl_ray_state;

/** What became of one direction. */
typedef struct abl_ray {
    abl_ray_state state;
    uint8_t obstacle; /**< structure id that blocks, or is nearest; or 0 */
    uint8_t lesion;   /**< the same for other lesions, 1..; or 0 */
    double length_mm; /**< target to skin; 0 when no skin was met */
    double clearance_mm, unclassified_mm;     /**< when clear */
    double transit_mm, capsule_deg, tilt_deg; /**< when clear */
} abl_ray;

/** What all directions of one lesion share. */
typedef struct abl_ray_task {
    const abl_access_map *map;
    size_t lesion_index;
    const abl_volume *lesion; /**< its own field */
    const abl_volume *liver;
    double target_lps[3];
} abl_ray_task;

/** Judges the direction @p away_lps (unit vector from target to skin). */
abl_ray abl_ray_judge(const abl_ray_task *task, const double away_lps[3]);

#endif
