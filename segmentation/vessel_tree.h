/* Vessels inside the liver as centrelines with their calibre.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. A tree is a set of nodes; each points to its parent, the next node
 *     nearer to the trunk. A root's parent is ABL_VESSEL_NO_PARENT.
 *  2. Nodes of all trees lie in one array, every parent before its children.
 *  3. Calibre is the diameter of the circle whose area is that of the vessel's
 *     section at the node, smoothed along the branch.
 *  4. A vessel that joins no trunk belongs to ABL_TREE_UNNAMED: it is a
 *     vessel, but nobody knows of which tree.
 */
#ifndef ABL_SEGMENTATION_VESSEL_TREE_H
#define ABL_SEGMENTATION_VESSEL_TREE_H

#include "imaging/volume.h"
#include "segmentation/vessel_part.h"

/** Calibre from which a vessel counts for a lesion beside it [mm] (Thanos,
 * Diagn Interv Radiol 2008;14:51; Lin, J Cancer Res Ther 2016;12:153). */
#define ABL_VESSEL_LEAST_MM 3.0

#define ABL_VESSEL_NO_PARENT (-1)

typedef enum abl_tree {
    ABL_TREE_HEPATIC, /**< joins the inferior vena cava */
    ABL_TREE_PORTAL,  /**< joins the portal trunk */
    ABL_TREE_UNNAMED, /**< joins neither */
    ABL_TREE_COUNT
} abl_tree;
/** "hepatic vein", "portal vein", "vessel of unknown tree": for people. */
const char *abl_tree_title(abl_tree tree);

typedef struct abl_vessel_node {
    double lps[3];
    double calibre_mm;
    double calibre_sd_mm; /**< stated 1-sigma of the calibre */
    int32_t parent;       /**< index, or ABL_VESSEL_NO_PARENT */
    int32_t branch;       /**< nodes between two junctions share a number and
                               follow one another in the array */
    abl_tree tree;
    abl_vessel_part part; /**< filled by hilum.h and couinaud.h */
} abl_vessel_node;

/** What was found of one tree. */
typedef struct abl_tree_state {
    bool is_assessable; /**< false: absence of a vessel means nothing */
    char why_not[160];  /**< one sentence when not assessable, else "" */
    double length_mm;   /**< of its centreline at or above the least calibre */
} abl_tree_state;

typedef struct abl_vessels {
    size_t node_count;
    abl_vessel_node *nodes;
    abl_tree_state trees[ABL_TREE_COUNT];
    double least_calibre_mm; /**< thinner vessels are not reliably seen in
                                  this scan; >= ABL_VESSEL_LEAST_MM */
} abl_vessels;

void abl_vessels_destroy(abl_vessels *vessels);

#endif
