/* Going down a vessel tree: children, lengths, main courses.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every choice between branches is made by length, calibre and place, never
 * by the order of the nodes.
 */
#ifndef ABL_SEGMENTATION_VESSEL_WALK_H
#define ABL_SEGMENTATION_VESSEL_WALK_H

#include "segmentation/vessel_tree.h"

/** Most nodes of one abl_vessels: 10 m of centreline every 0.1 mm. */
#define ABL_VESSEL_MAX_NODES ((size_t)100000)

/** Per node, for all trees at once. */
typedef struct abl_vessel_walk {
    const abl_vessels *vessels; /**< borrowed */
    int32_t *first_child;       /**< or ABL_VESSEL_NO_PARENT */
    int32_t *next_sibling;
    double *edge_mm;        /**< to the parent; 0 for a root */
    double *from_root_mm;   /**< along the centreline */
    double *below_mm;       /**< all centreline below the node */
    double (*below_lps)[3]; /**< its mean position, weighted by length; the
                                 node itself where nothing is below */
} abl_vessel_walk;

/**
 * @param[out] out caller clears, also after an error
 * @retval ABL_E_INVALID a parent that is not before its child or is of
 *         another tree, a position or calibre that is no number, or more than
 *         ABL_VESSEL_MAX_NODES
 * @retval ABL_E_NOMEM
 */
abl_status abl_vessel_walk_make(abl_vessel_walk *out,
                                const abl_vessels *vessels,
                                abl_error *err) ABL_MUST_CHECK;
void abl_vessel_walk_clear(abl_vessel_walk *walk);

/** Length at and below child: its edge and everything below it. */
double abl_vessel_branch_mm(const abl_vessel_walk *walk, int32_t child);

/** Greatest calibre of the main course of @p node within @p within_mm. */
double abl_vessel_branch_calibre_mm(const abl_vessel_walk *walk, int32_t node,
                                    double within_mm);

/** The child that carries most centreline; ABL_VESSEL_NO_PARENT at a leaf. */
int32_t abl_vessel_main_child(const abl_vessel_walk *walk, int32_t node);

#endif
