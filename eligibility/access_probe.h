/* Following one direction through maps and fields; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_PROBE_H
#define ABL_ELIGIBILITY_ACCESS_PROBE_H

#include "eligibility/access_trace.h"

/** A ray in the index space of a grid, so that each step is three sums. */
typedef struct abl_index_ray {
    double start[3], per_mm[3];
} abl_index_ray;

/** What one direction looks with. */
typedef struct abl_probe {
    double away[3];
    double widening;      /**< see abl_ray_widening() */
    double rate;          /**< most that a scaled distance changes per mm */
    double growth_per_mm; /**< of the half-width, with depth */
    double outer;         /**< where the corridor begins: skin, or the limit */
} abl_probe;

/** Result of following the axis through one distance map. */
typedef struct abl_traced {
    double least_mm, at_mm; /**< least room, and where */
    double block_mm;        /**< first place from the skin that blocks */
    bool blocked;
    uint8_t id; /**< of what blocks, or is nearest */
} abl_traced;

/** Nothing within reach. */
#define ABL_TRACED_NOTHING ((abl_traced){.least_mm = ABL_ACCESS_FAR_MM})

void abl_point_at(double lps[3], const double start[3], const double away[3],
                  double mm);

abl_index_ray abl_index_ray_make(const abl_grid *grid,
                                 const double start_lps[3],
                                 const double away[3]);
double abl_index_ray_sample(const abl_index_ray *ray, const abl_grid *grid,
                            const float *values, double mm);
/** Part of the ray inside a grid, cut to [*inner, *outer]; false when none. */
bool abl_index_ray_clip(double *inner, double *outer, const abl_index_ray *ray,
                        const abl_grid *grid);

/** Without outer, which is set when the skin is known. */
abl_probe abl_probe_make(const abl_ray_task *task, const double away[3]);

/** Where the corridor first comes to the end of the scan; negative when it
 * starts there. */
double abl_probe_in_scan(const abl_ray_task *task, const abl_probe *p);

/** Distance to the first point outside the body, or a negative number when
 * there is none up to @p limit. */
double abl_probe_skin(const abl_access_map *map, const abl_index_ray *ray,
                      double limit);

/** The corridor through one map, between @p from mm off the target and the
 * skin; stops where the room is below @p half_width, or with is_full below
 * ABL_LEAST_CORRIDOR_MM where that is less. */
abl_traced abl_probe_trace(const abl_obstacle_map *map,
                           const abl_ray_task *task, const abl_probe *p,
                           double from, double half_width);

/** Where the ray first leaves its own lesion, up to @p limit. */
double abl_ray_leaves_lesion(const abl_ray_task *task, const double away[3],
                             double limit);

/** Fills transit_mm and capsule_deg: liver between the capsule and the
 * lesion, coming from the skin at out->length_mm. */
void abl_ray_tissue(abl_ray *out, const abl_ray_task *task,
                    const double away[3]);

#endif
