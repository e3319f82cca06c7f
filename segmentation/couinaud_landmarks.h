/* What segments are read from besides the hepatic veins: vena cava,
 * gallbladder, umbilical portion, portal levels; used by couinaud_map.c alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_COUINAUD_LANDMARKS_H
#define ABL_SEGMENTATION_COUINAUD_LANDMARKS_H

#include "segmentation/couinaud.h"
#include "segmentation/vessel_walk.h"

/** The middle of the vena cava at a height, or up to 30 mm below it. @p cava
 * may be NULL. */
bool abl_couinaud_cava(double lps[3], const abl_volume *cava, double z);

/** Direction and height of the gallbladder around out->cava_lps, where it is
 * large enough and lies where gallbladders do; @p gallbladder may be NULL. */
void abl_couinaud_gallbladder(abl_couinaud_map *out,
                              const abl_volume *gallbladder);

/** Umbilical portion, portal levels and segment I of a hilum that was found. */
void abl_couinaud_portal(abl_couinaud_map *out, const abl_vessel_walk *walk,
                         const abl_hilum *hilum, const abl_volume *cava);

#endif
