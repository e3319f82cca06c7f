/* Names of the great vessels inside the liver.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VESSEL_PART_H
#define ABL_SEGMENTATION_VESSEL_PART_H

/** Which vessel a node of a tree belongs to, where that could be told. */
typedef enum abl_vessel_part {
    ABL_PART_NONE,                /**< not told */
    ABL_PART_PORTAL_TRUNK,        /**< before the bifurcation */
    ABL_PART_RIGHT_PORTAL,        /**< first order: up to its division */
    ABL_PART_LEFT_PORTAL,         /**< the same on the left */
    ABL_PART_RIGHT_PORTAL_BRANCH, /**< beyond the first order */
    ABL_PART_LEFT_PORTAL_BRANCH,
    ABL_PART_RIGHT_HEPATIC, /**< main course or a tributary of it */
    ABL_PART_MIDDLE_HEPATIC,
    ABL_PART_LEFT_HEPATIC,
    ABL_PART_COUNT
} abl_vessel_part;

/** "right portal branch": for people; "vessel" for ABL_PART_NONE. */
const char *abl_vessel_part_title(abl_vessel_part part);
/** "right_portal_branch": for programs; "none" for ABL_PART_NONE. */
const char *abl_vessel_part_name(abl_vessel_part part);

#endif
