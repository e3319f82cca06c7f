/* How many applicator positions cover a lesion; internal to access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ACCESS_COVER_H
#define ABL_ELIGIBILITY_ACCESS_COVER_H

#include "eligibility/access_target.h"
#include "eligibility/applicators.h"

/** Least margin that a zone has to reach around a lesion [mm]: the limit of
 * R3, PMC4122121. The margin is not asked for outside of the liver. */
#define ABL_COVER_MARGIN_MM 5.0
/** More positions than this are not tried: convention. */
#define ABL_COVER_MOST 14

/**
 * A number of parallel zones that is enough, one for each applicator of the
 * library: every voxel of the 2 mm grid in the lesion and its margin lies in
 * a zone with half a voxel to spare. Positions are found as the centres of
 * least enclosing balls (Badoiu & Clarkson, SODA 2003) of clusters, in a
 * space where the zone is a ball; fewer may do, so the number is an upper
 * bound.
 *
 * @param along_lps unit vector of the zones' long axis
 * @retval ABL_E_NOMEM
 */
abl_status abl_access_cover(abl_access *out, const abl_access_map *map,
                            const abl_volume *lesion, const double along_lps[3],
                            abl_error *err) ABL_MUST_CHECK;

#endif
