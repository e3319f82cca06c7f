/* Distance to the nearest obstacle, on one grid; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_MAP_H
#define ABL_ELIGIBILITY_ACCESS_MAP_H

#include "eligibility/access.h"

/** An obstacle's field and the number it goes by. */
typedef struct abl_obstacle {
    const abl_volume *field;
    uint8_t id; /**< > 0 */
} abl_obstacle;

/** Signed distance [mm] to the nearest surface of any obstacle (negative
 * inside), and which obstacle that is (0: there is none). */
typedef struct abl_obstacle_map {
    abl_grid grid;
    float *mm;
    uint8_t *id;
} abl_obstacle_map;

struct abl_access_map {
    const abl_structures *structures; /**< borrowed */
    abl_measure_options options;
    abl_grid image_grid; /**< extent of the scan */
    abl_grid grid;
    float *skin;           /**< skin field on grid */
    abl_obstacle_map hard; /**< ids are abl_structure_id */
    abl_obstacle_map unclassified;
    size_t lesion_count;
    abl_obstacle_map *lesions; /**< each on its box and ABL_ACCESS_FAR_MM */
    const char *why_not;       /**< why no path can be planned, or NULL */
    const char *uncertain_why;
};

/** Value where the nearest obstacle is farther than anything. */
#define ABL_OBSTACLE_NONE_MM 1.0e6f

/**
 * Sub-voxel distance map: distance between voxel centres (exact), corrected
 * by how deep the nearest inside voxel lies below the surface.
 * @retval ABL_E_NOMEM
 */
abl_status abl_obstacle_map_create(abl_obstacle_map *out, const abl_grid *grid,
                                   const abl_obstacle *obstacles, size_t count,
                                   abl_error *err) ABL_MUST_CHECK;
void abl_obstacle_map_clear(abl_obstacle_map *map);

/** Samples @p field at the voxels of @p grid (f32, caller's); a position
 * outside the field becomes @p outside. */
void abl_field_sample_grid(float *out, const abl_grid *grid,
                           const abl_volume *field, float outside);

/** Trilinear value of voxels on @p grid, clamped to its border. */
double abl_grid_sample_f32(const abl_grid *grid, const float *values,
                           const double ijk[3]);

/** Voxels of @p grid that @p field's voxels can reach, ends included; false
 * when they do not meet. */
bool abl_grid_overlap(size_t lo[3], size_t hi[3], const abl_grid *grid,
                      const abl_grid *field);

#endif
