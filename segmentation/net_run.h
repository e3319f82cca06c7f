/* A network applied to a part of a scan.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_NET_RUN_H
#define ABL_SEGMENTATION_NET_RUN_H

#include "segmentation/liver.h"
#include "segmentation/organs.h"
#include "segmentation/unet.h"

/** Longest part of a scan that organ_ct is given [mm]; a longer scan is
 * searched for the liver first. */
#define ABL_ORGAN_MOST_LENGTH_MM 700.0

/** Loads folder/name.safetensors and checks that it is a CT network. */
abl_status abl_net_load(abl_unet **out, const char *folder, const char *name,
                        abl_error *err) ABL_MUST_CHECK;

/**
 * organ_ct on a scan (i16 HU, canonical order).
 *
 * What the network would see as air around the body is left out: the box of
 * the largest piece above -100 HU, and 20 mm around it. In a scan longer than
 * 700 mm, parts of 240 mm are looked at first, and then 350 mm to either side
 * of the middle of the liver found in the part with the most of it.
 *
 * @param[out] out abl_organ_maps_clear() it
 * @retval ABL_E_UNSUPPORTED the network lacks the class liver
 */
abl_status abl_net_run_organs(abl_organ_maps *out, const abl_unet *net,
                              const abl_volume *image,
                              const abl_progress *progress,
                              abl_error *err) ABL_MUST_CHECK;

/** Liver brighter than its level is shown to a network as much darker than it,
 * down to ABL_NET_MOST_FOLD_HU below it: lesion_ct has learned dark lesions
 * alone. */
typedef struct abl_net_fold {
    const abl_volume *liver; /**< field, any grid; outside nothing is folded */
    double level_hu;
} abl_net_fold;

#define ABL_NET_MOST_FOLD_HU 60.0

/** In place: what the network is shown. @param hu f32, any grid */
abl_status abl_net_fold_bright(abl_volume *hu, const abl_net_fold *fold,
                               abl_error *err) ABL_MUST_CHECK;

/** lesion_ct on the voxels @p box of a scan.
 * @param     fold NULL: the scan as it is
 * @param[out] out abl_lesion_maps_clear() it
 * @retval ABL_E_UNSUPPORTED the network lacks the classes liver and lesion */
abl_status abl_net_run_lesions(abl_lesion_maps *out, const abl_unet *net,
                               const abl_volume *image, const abl_box *box,
                               const abl_net_fold *fold,
                               const abl_progress *progress,
                               abl_error *err) ABL_MUST_CHECK;

#endif
