/* From clear directions to the paths that are shown; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_CHOOSE_H
#define ABL_ELIGIBILITY_ACCESS_CHOOSE_H

#include "eligibility/access_target.h"
#include "eligibility/access_trace.h"

/** All directions of all targets: rays[t * ABL_ACCESS_DIRECTIONS + n]. */
typedef struct abl_ray_set {
    const abl_access_map *map;
    const abl_targets *targets;
    abl_ray *rays;
} abl_ray_set;

/** Fills path, others, pareto_count and has_path.
 * @retval ABL_E_NOMEM */
abl_status abl_access_choose(abl_access *out, const abl_ray_set *set,
                             abl_error *err) ABL_MUST_CHECK;

/** Fills the relaxations from rays that were judged in full. */
void abl_access_relax(abl_access *out, const abl_ray_set *set);

#endif
