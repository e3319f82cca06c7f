/* Where a straight ray first meets the things of a scene.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_SURFACE_MARCH_H
#define ABL_ELIGIBILITY_REPORT_SURFACE_MARCH_H

#include "eligibility/report/surface_scene.h"

/** Beyond every distance: nothing is met. */
#define ABL_RAY_NEVER 1e30f

/** One volume of a scene, as rays read it. */
typedef struct abl_ray_volume {
    const float *values;
    int size[3], stride[3];
} abl_ray_volume;

/** A scene made ready for rays; borrows it. */
typedef struct abl_marcher {
    const abl_surface_scene *scene;
    abl_ray_volume things[ABL_THING_COUNT];
    float mm_per_voxel;
} abl_marcher;

typedef struct abl_ray {
    double origin_lps[3], along_lps[3]; /**< along: unit */
    float start[3], step[3];            /**< voxels; step for one mm */
    float per_voxel[3];                 /**< 1 / step; 0 across the ray */
    float from_mm, to_mm; /**< within the grid; from above to: misses it */
} abl_ray;

abl_marcher abl_marcher_make(const abl_surface_scene *scene);

abl_ray abl_ray_make(const abl_grid *grid, const double origin_lps[3],
                     const double along_lps[3]);

/** Voxel position at @p mm along a ray. */
void abl_ray_point(float at[3], const abl_ray *r, float mm);

/** Distance from the ray's origin [mm] to each thing; ABL_RAY_NEVER: missed.
 * Blocks that hold none of what is still looked for are leapt over. */
void abl_march(float met_mm[ABL_THING_COUNT], const abl_marcher *c,
               const abl_ray *r);

/** Unit LPS vector out of a thing at a voxel position: down its gradient. */
void abl_march_normal(float normal[3], const abl_marcher *c, abl_thing thing,
                      const float at[3]);

/** The number of the nearest voxel that has one, within two: smoothing moves
 * surfaces outwards. 0: none has. */
uint8_t abl_march_id(const abl_volume *ids, const float at[3]);

#endif
