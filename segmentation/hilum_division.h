/* Divisions of the portal tree; used by hilum.c alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_HILUM_DIVISION_H
#define ABL_SEGMENTATION_HILUM_DIVISION_H

#include "segmentation/vessel_walk.h"

#define ABL_DIVISION_MAX 16

/** The branches of one division by the mean x of what they supply, rightmost
 * first. */
typedef struct abl_division {
    size_t count;
    size_t right_count; /**< of a bifurcation: these go right, others left */
    int32_t branch[ABL_DIVISION_MAX];
} abl_division;

/** Mean x of the centreline below a node. */
double abl_supply_x(const abl_vessel_walk *walk, int32_t node);

/** Branches below @p node of at least this length and calibre. */
abl_division abl_divide(const abl_vessel_walk *walk, int32_t node,
                        double length_mm, double calibre_mm);
/** The same with the limits of a bifurcation's branches. */
abl_division abl_divide_main(const abl_vessel_walk *walk, int32_t node);

/**
 * The bifurcation; see abl_hilum_locate().
 * @param[out] joins_roots it lies between two roots; @p lps half way
 * @return false when there is none
 */
bool abl_bifurcation_find(abl_division *out, double lps[3], bool *joins_roots,
                          const abl_vessel_walk *walk);

#endif
