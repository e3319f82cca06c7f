/* Distance to the nearest obstacle, on one grid; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_MAP_H
#define ABL_ELIGIBILITY_ACCESS_MAP_H

#include "eligibility/access.h"
#include "eligibility/applicators.h"

/** Ribs go by ids of their own, so that the one that is in the way can be
 * named: ABL_RIB_FIRST + its number, 1.. */
#define ABL_RIB_FIRST 100
#define ABL_MAX_RIBS  60

/** An obstacle's field and the number it goes by. */
typedef struct abl_obstacle {
    const abl_volume *field;
    uint8_t id;         /**< abl_obstacle_id > 0, or a lesion's number */
    const uint8_t *ids; /**< NULL, or on the map's grid: where it is not 0 it
                             goes before id */
} abl_obstacle;

/** Distance [mm] to the nearest surface of any obstacle (negative inside),
 * and which obstacle that is (0: there is none). Millimetres along the grid's
 * third axis count axial_scale. */
typedef struct abl_obstacle_map {
    abl_grid grid; /**< not scaled */
    double axial_scale;
    double half_diagonal_mm; /**< of a voxel, scaled */
    float *mm;               /**< NULL: no obstacle within reach */
    uint8_t *id;
} abl_obstacle_map;

/** Obstacles by what happens when they are met. */
typedef enum abl_layer {
    ABL_LAYER_HARD,   /**< bone, organs, great vessels, bowel with its wall */
    ABL_LAYER_LUNG,   /**< hard */
    ABL_LAYER_PLEURA, /**< margin around the lung and the recess: hard */
    ABL_LAYER_BUNDLE, /**< below ribs: costly */
    ABL_LAYER_VESSEL, /**< in the liver: soft */
    ABL_LAYER_UNCLASSIFIED, /**< caution */
    ABL_LAYER_COUNT
} abl_layer;

/** A rib as far as the scan shows it. */
typedef struct abl_rib {
    bool is_right; /**< the patient's right side */
    int order;     /**< 1..: from the head, of its side, in the scan */
} abl_rib;

/** What the patient lies on. */
typedef struct abl_table {
    const char *known_from; /**< "the header", "the image", "assumed" */
    double down_lps[3];     /**< unit vector towards it */
    double level_mm;        /**< its surface: position along down_lps */
    double middle_lps[3];   /**< of the body */
} abl_table;

struct abl_access_map {
    const abl_structures *structures; /**< borrowed */
    const abl_volume *image;          /**< borrowed; data may be NULL */
    abl_access_options options;
    abl_grid image_grid; /**< extent of the scan */
    abl_grid grid;
    double axial_scale; /**< of all layers */
    float *skin;        /**< skin field on grid */
    uint8_t *is_deep;   /**< voxels with nothing but body around them */
    abl_obstacle_map layers[ABL_LAYER_COUNT];
    size_t lesion_count;
    abl_obstacle_map *lesions; /**< each on its box and ABL_ACCESS_FAR_MM */
    size_t rib_count;
    abl_rib ribs[ABL_MAX_RIBS + 1]; /**< by number, from 1 */
    abl_table table;
    abl_applicators applicators;
    const char *why_not; /**< why no path can be planned, or NULL */
    const char *uncertain_why;
};

/** Value where the nearest obstacle is farther than anything. */
#define ABL_OBSTACLE_NONE_MM 1.0e6f

/**
 * Sub-voxel distance map: distance between voxel centres (exact), corrected
 * by how deep the nearest inside voxel lies below the surface.
 * @param axial_scale in 0.01..1: what a millimetre along the grid's third
 *                    axis counts
 * @retval ABL_E_NOMEM
 */
abl_status abl_obstacle_map_create(abl_obstacle_map *out, const abl_grid *grid,
                                   double axial_scale,
                                   const abl_obstacle *obstacles, size_t count,
                                   abl_error *err) ABL_MUST_CHECK;
void abl_obstacle_map_clear(abl_obstacle_map *map);

/** The part of @p grid that @p field and @p mm around it reach; false when
 * the two do not meet. */
bool abl_grid_reach(abl_grid *out, size_t lo[3], const abl_grid *grid,
                    const abl_grid *field, double mm);

/** A field whose surface lies @p mm outside of @p field's, on the part of
 * @p grid within reach; *out is NULL when they do not meet. Caller destroys.
 * @retval ABL_E_NOMEM */
abl_status abl_field_grow(abl_volume **out, const abl_grid *grid,
                          const abl_volume *field, double mm,
                          abl_error *err) ABL_MUST_CHECK;

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
