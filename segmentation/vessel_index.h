/* The vessel node whose wall is nearest to a point, fast.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VESSEL_INDEX_H
#define ABL_SEGMENTATION_VESSEL_INDEX_H

#include "segmentation/vessel_tree.h"

/** The nodes of one tree, sorted along x. */
typedef struct abl_vessel_index {
    size_t count;
    const abl_vessel_node **by_x; /**< borrowed nodes */
    double most_radius_mm;
} abl_vessel_index;

/** @param[out] out caller clears, also after an error
 * @retval ABL_E_NOMEM */
abl_status abl_vessel_index_make(abl_vessel_index *out,
                                 const abl_vessels *vessels, abl_tree tree,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_vessel_index_clear(abl_vessel_index *index);

/** The node with the least distance minus half its calibre; NULL without a
 * node. */
const abl_vessel_node *abl_vessel_index_nearest(const abl_vessel_index *index,
                                                const double lps[3]);

#endif
