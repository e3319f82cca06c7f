/* Skin, lungs, bone, gas, heart and nameless soft tissue, by attenuation,
 * connection and place.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. Works on a body grid: the image averaged to about 1.5 mm in plane and
 *     at least 1.5 mm between slices. Fields lie on that grid, cropped to the
 *     body.
 *  2. A field is attenuation minus threshold where attenuation defines the
 *     surface (skin, lung, gas, bone), scaled and limited to -1..1; elsewhere
 *     (heart, unclassified) a smoothed mask minus one half. It is not a
 *     distance.
 *  3. Where the body goes on beyond the field of view the skin field stays
 *     positive up to the border of its grid: there is no skin there.
 *  4. Scans whose lowest value is above -300 HU were clipped: air and fat
 *     differ by little, and gas, lung and skin are rougher. The result says
 *     so (intensity_clipped, warning "intensity-clipped").
 */
#ifndef ABL_SEGMENTATION_BODY_H
#define ABL_SEGMENTATION_BODY_H

#include "segmentation/structures.h"

/**
 * Fills the items ABL_LUNG, ABL_BONE, ABL_BOWEL_GAS, ABL_HEART, ABL_SKIN and
 * ABL_UNCLASSIFIED, intensity_clipped, and appends warnings.
 *
 * Bone is bright and in the wall: organs, vessels, heart and contrast in the
 * bowel are left out. ABL_SKIN is the body's surface without table, clothes
 * and separate arms. ABL_HEART is coarse. ABL_UNCLASSIFIED is belly content
 * without a name (bowel without gas, mesentery, masses), thicker than about
 * 8 mm, inside an estimate of the muscular wall.
 *
 * @param structures labels (organs 1..13 on the image grid) may be NULL or
 *                   empty: then bone may hold vessels, and nothing is called
 *                   unclassified
 * @param image      i16 HU in canonical order
 * @retval ABL_E_INVALID not i16, or labels on another grid
 * @retval ABL_E_CANCELLED, ABL_E_NOMEM
 * @par Thread results do not depend on the number of threads
 */
abl_status abl_body_find(abl_structures *structures, const abl_volume *image,
                         const abl_progress *progress,
                         abl_error *err) ABL_MUST_CHECK;

#endif
