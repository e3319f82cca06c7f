/* The liver's hilum: where the portal vein divides, and its first branches.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Central bile ducts are hardly ever seen on CT. They run beside the portal
 * vein in one sheath, so the portal bifurcation and its first-order branches
 * stand in for them (a surrogate: common anatomy, no source was read).
 */
#ifndef ABL_SEGMENTATION_HILUM_H
#define ABL_SEGMENTATION_HILUM_H

#include "imaging/grid.h"
#include "segmentation/vessel_tree.h"

struct abl_structures;

/** A first-order branch: from the bifurcation to its next division. */
typedef struct abl_portal_branch {
    size_t count;
    int32_t *nodes;    /**< from the bifurcation outwards; none when the vessel
                            was first seen beyond its division */
    double end_lps[3]; /**< its division, or where it was last seen */
    double length_mm;
} abl_portal_branch;

typedef struct abl_hilum {
    bool is_found;
    char why_not[160]; /**< one sentence when not found, else "" */
    double bifurcation_lps[3];
    bool joins_roots; /**< the division lies in the trunk's own outline: the
                            point is half way between the first nodes */
    bool is_early;    /**< a first-order branch divides within
                            ABL_HILUM_LEAST_MM (trifurcation): the hilum goes
                            that far along what follows */
    abl_portal_branch right, left;
} abl_hilum;

/** Shorter first-order branches are followed beyond their division as far as
 * this [mm] (convention). */
#define ABL_HILUM_LEAST_MM 10.0
/** Longest first-order branch [mm] (convention: the transverse part of the
 * left portal vein and its bend). */
#define ABL_HILUM_MOST_MM 50.0

/**
 * Finds the bifurcation in the portal tree and names the nodes' parts.
 *
 * It is the division that parts right from left best: the length supplied by
 * the smaller side times how far apart the sides' supplies are in x (15 mm at
 * least), between which it must lie; a branch counts from 25 mm of centreline
 * and 4 mm of calibre (conventions). A branch of that size that leaves the
 * trunk up to 25 mm before (the right posterior one in some people) belongs to
 * the hilum for its first ABL_HILUM_LEAST_MM, and the trunk between.
 *
 * @param[out]    out     caller clears, also after an error
 * @param[in,out] vessels the parts of portal nodes are set
 * @retval ABL_E_INVALID as abl_vessel_walk_make(); ABL_E_NOMEM
 */
abl_status abl_hilum_locate(abl_hilum *out, abl_vessels *vessels,
                            abl_error *err) ABL_MUST_CHECK;
void abl_hilum_clear(abl_hilum *hilum);

/**
 * The hilum as a field: cones between its nodes, positive inside, in mm from
 * their wall, on a grid with the axes of @p like and about 1 mm spacing.
 * @param hilum found
 * @retval ABL_E_NOMEM
 */
abl_status abl_hilum_field(abl_volume **out, const abl_hilum *hilum,
                           const abl_vessels *vessels, const abl_grid *like,
                           abl_error *err) ABL_MUST_CHECK;

/**
 * Fills structures->hilum and the item ABL_HILUM: found, not found (with the
 * reason in hilum->why_not; also when abl_hilum_check() takes it back), or not
 * looked for where the portal tree is not assessable or vessels were not
 * looked for.
 */
abl_status abl_hilum_find(struct abl_structures *structures,
                          abl_error *err) ABL_MUST_CHECK;

#endif
