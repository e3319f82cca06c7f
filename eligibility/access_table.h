/* What the patient lies on; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_TABLE_H
#define ABL_ELIGIBILITY_ACCESS_TABLE_H

#include "eligibility/access_map.h"

/** An applicator stands this far out of the skin before it is pushed in
 * [mm], and tables are this wide to each side [mm]: conventions. */
#define ABL_HANDLE_MM     150.0
#define ABL_TABLE_HALF_MM 265.0

/**
 * Which side the table is on and where its surface is: by the header's
 * patient position (Supine, Prone, Decubitus Right or Left), else by what is
 * seen behind or in front of the skin, else supine is assumed. The surface is
 * the lowest point of the body on that side.
 *
 * @param map needs grid and skin; without image data nothing is seen
 */
void abl_table_find(abl_table *out, const abl_access_map *map,
                    const char *patient_position);

/** Whether air can be told in the image: there are values, not clipped. */
bool abl_table_can_see(const abl_access_map *map);

/** Whether an applicator at @p entry_lps, that comes from the unit direction
 * @p away_lps, would meet the table. */
bool abl_table_blocks(const abl_table *table, const double entry_lps[3],
                      const double away_lps[3]);

#endif
