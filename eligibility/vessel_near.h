/* Distance from lesions to the walls of vessels inside the liver; used by
 * abl_measure() alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_VESSEL_NEAR_H
#define ABL_ELIGIBILITY_VESSEL_NEAR_H

#include "eligibility/measure_lesion.h"
#include "segmentation/vessel_index.h"

/** Points of the walls of one tree by the calibre of the nearest node. */
typedef struct abl_wall_points {
    abl_point_index *counted;  /**< calibre at or above the limit */
    abl_point_index *doubtful; /**< counted, or its interval reaches it */
    abl_vessel_index nodes;
} abl_wall_points;

typedef struct abl_vessel_walls {
    const abl_scene *scene; /**< borrowed */
    abl_wall_points trees[ABL_TREE_COUNT];
} abl_vessel_walls;

/** The structure that holds the walls of a tree. */
abl_structure_id abl_tree_structure(abl_tree tree);

/**
 * Sorts the points of the walls once for all lesions. Nothing in it where
 * vessels were not looked for.
 * @param[out] out caller clears, also after an error
 * @retval ABL_E_INVALID calibre not in 0..50 mm; ABL_E_NOMEM
 */
abl_status abl_vessel_walls_make(abl_vessel_walls *out, const abl_scene *scene,
                                 double calibre_mm,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_vessel_walls_clear(abl_vessel_walls *walls);

/**
 * Fills the distances and what they end at. The calibre is that of the node
 * whose wall is nearest to that point; its uncertainty 1.96 calibre_sd_mm.
 * @param seen_within_mm as in abl_lesion_vessels
 */
void abl_vessels_near(abl_lesion_vessels *out, const abl_vessel_walls *walls,
                      const abl_shape *lesion, double seen_within_mm);

#endif
