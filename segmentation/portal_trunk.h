/* The portal trunk without the splenic vein.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_PORTAL_TRUNK_H
#define ABL_SEGMENTATION_PORTAL_TRUNK_H

#include "imaging/volume.h"

/**
 * The part of the portal and splenic vein that lies right of the aorta: the
 * splenic vein joins the portal trunk right of it (common anatomy, no source
 * was read), so that what is left of the aorta's middle is splenic vein.
 *
 * @param[out] out    f32 on the grid of @p portal; caller destroys
 * @param[out] is_cut false, and a copy, where the aorta has no voxel at these
 *                    heights or nothing would be left
 * @param      aorta  may be NULL
 * @retval ABL_E_INVALID a field is not f32; ABL_E_NOMEM
 */
abl_status abl_portal_trunk_field(abl_volume **out, bool *is_cut,
                                  const abl_volume *portal,
                                  const abl_volume *aorta,
                                  abl_error *err) ABL_MUST_CHECK;

#endif
