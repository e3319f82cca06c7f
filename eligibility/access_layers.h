/* Which structure is an obstacle of which kind; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_LAYERS_H
#define ABL_ELIGIBILITY_ACCESS_LAYERS_H

#include "eligibility/access_map.h"

/** Wall of stomach and bowel around their gas [mm]: convention; a normal
 * wall is up to 3 mm thick when the lumen is filled (unverified). */
#define ABL_GAS_WALL_MM 3.0

/** How far the pleural recess reaches below the lung's lower edge, outside of
 * the liver [mm]. Unverified: on deep inspiration the lung descends into it,
 * and no source was read for the number; that interspace punctures below the
 * lung cross the pleura is in AJR 1984;142:1013. */
#define ABL_PLEURAL_RECESS_MM 10.0

/** False when an obstacle was not looked for at all. */
bool abl_layers_are_known(const abl_structures *structures);

/** Ribs, pleura and distance maps of all layers; the map's grid and skin are
 * there.
 * @retval ABL_E_NOMEM */
abl_status abl_layers_create(abl_access_map *map,
                             abl_error *err) ABL_MUST_CHECK;

#endif
