/* One direction from a target to the skin; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_TRACE_H
#define ABL_ELIGIBILITY_ACCESS_TRACE_H

#include "eligibility/access_map.h"

typedef enum abl_ray_state {
    ABL_RAY_STEEP,
    ABL_RAY_TABLE,
    ABL_RAY_BLOCKED, /**< by obstacle or lesion */
    ABL_RAY_NO_SKIN,
    ABL_RAY_TOO_LONG,
    ABL_RAY_TOO_SHORT,
    ABL_RAY_UNCLASSIFIED,
    ABL_RAY_FOLD, /**< an arm, a fold or something solid before the skin */
    ABL_RAY_CLEAR,
    ABL_RAY_CLEAR_LONG
} abl_ray_state;

/** What is wrong with a direction; bits. */
enum {
    ABL_FAULT_STEEP = 1,
    ABL_FAULT_TABLE = 2,
    ABL_FAULT_HARD = 4, /**< hard obstacle but pleura; other lesion */
    ABL_FAULT_PLEURA = 8,
    ABL_FAULT_NEEDLE = 16, /**< the needle itself meets a vessel or bundle */
    ABL_FAULT_NO_SKIN = 32,
    ABL_FAULT_LONG = 64, /**< beyond the borderline length */
    ABL_FAULT_SHORT = 128,
    ABL_FAULT_UNCLASSIFIED = 256,
    ABL_FAULT_FOLD = 512
};

/** What became of one direction. Room is the distance from the axis to the
 * nearest obstacle as a corridor's half-width in the axial plane is measured
 * (see access.h), up to ABL_ACCESS_FAR_MM. */
typedef struct abl_ray {
    abl_ray_state state;
    unsigned faults;  /**< the first, or more (abl_ray_task::is_full) */
    uint8_t obstacle; /**< abl_obstacle_id that blocks, or is nearest; or 0 */
    uint8_t rib;      /**< its number when that is a rib; or 0 */
    uint8_t lesion;   /**< the same for other lesions, 1..; or 0 */
    uint8_t vessel;   /**< abl_structure_id of the nearest vessel, or 0 */
    double length_mm; /**< target to skin; 0 when no skin was met */
    double clearance_mm;     /**< room to hard obstacles, pleura, lesions */
    double lung_mm, hard_mm; /**< the same to lung alone; to all but pleura */
    double unclassified_mm, vessel_mm, bundle_mm;
    double transit_mm, capsule_deg, tilt_deg;
} abl_ray;

/** What all directions of one target share. */
typedef struct abl_ray_task {
    const abl_access_map *map;
    size_t lesion_index;
    const abl_volume *lesion; /**< its own field */
    const abl_volume *liver;
    double target_lps[3];
    bool is_full; /**< look on after the first fault, while one changed limit
                       could still open the direction */
} abl_ray_task;

/** No corridor narrower than this is thought of when none is clear [mm]:
 * convention. */
#define ABL_LEAST_CORRIDOR_MM 2.0

/** The needle's own half-width [mm], with which it may meet neither a vessel
 * of the liver nor an intercostal bundle: convention; shafts are 1.3 to 2.4
 * mm thick (unverified). */
#define ABL_NEEDLE_MM 2.0

/** How many times wider than corridor_mm a corridor must be in the scaled
 * metric so that it reaches its full half-width out of the plane although it
 * is tilted; 1 in the axial plane. */
double abl_ray_widening(const abl_access_options *options,
                        const double away_lps[3], const abl_grid *grid);

/** Judges the direction @p away_lps (unit vector from target to skin). */
abl_ray abl_ray_judge(const abl_ray_task *task, const double away_lps[3]);

#endif
