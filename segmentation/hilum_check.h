/* Whether a division that was found can be the portal bifurcation.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_HILUM_CHECK_H
#define ABL_SEGMENTATION_HILUM_CHECK_H

struct abl_hilum;
struct abl_structures;

/**
 * Takes back hilum->is_found, with the reason, when the division
 *   lies more than 15 mm from the outline of the portal trunk, where the
 *     organs' network saw one;
 *   has no branch that was followed;
 *   has vessels of unknown tree (from 4 mm calibre) on its right that are more
 *     than twice as long as all its right branch supplies: they may be it;
 *   supplies on its right what lies on average more than 10 mm to the left of
 *     the liver's centre, or on its left what lies to the right of it: then it
 *     is a later division, of the left or of the right branch.
 * All numbers are conventions. Expects the parts of the portal nodes as
 * abl_hilum_locate() names them.
 */
void abl_hilum_check(struct abl_hilum *hilum,
                     const struct abl_structures *structures);

#endif
