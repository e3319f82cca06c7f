/* Ribs one by one, and what runs below them; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A rib is a connected piece of bone lateral of the spine and the breastbone,
 * of 0.3 to 60 mL; what is larger (pelvis, shoulder blade, ribs grown
 * together) stays bone without a number. Artery, vein and nerve run along the
 * lower border, so a needle goes over the upper one (J Vasc Interv Radiol
 * 2022;33:416).
 */
#ifndef ABL_ELIGIBILITY_ACCESS_RIBS_H
#define ABL_ELIGIBILITY_ACCESS_RIBS_H

#include "eligibility/access_map.h"

/** Height of the bundle below a rib [mm]: convention; no source was read for
 * the number. */
#define ABL_BUNDLE_MM 5.0

typedef struct abl_ribs {
    uint8_t *ids;       /**< on the map's grid: ABL_RIB_FIRST + number, or 0 */
    abl_volume *bundle; /**< field, or NULL when there is no rib */
} abl_ribs;

/** Finds the ribs, numbers them in map->ribs.
 * @retval ABL_E_NOMEM */
abl_status abl_ribs_find(abl_ribs *out, abl_access_map *map,
                         const abl_volume *bone, abl_error *err) ABL_MUST_CHECK;
void abl_ribs_clear(abl_ribs *ribs);

#endif
