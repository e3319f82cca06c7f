/* The grid of a lesion's zones; internal to zone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ZONE_WORK_H
#define ABL_ELIGIBILITY_ZONE_WORK_H

#include "eligibility/zone.h"

/** The zone's surface is not moved farther than this for an uncertainty. */
#define ABL_ZONE_MAX_DOUBT_MM 4.0

/** A lesion on the grid of its zones: around the lesion, along the axes of
 * its field, voxels of the image but thick slices divided; coarser for a
 * lesion that would need more than 3 million voxels. */
typedef struct abl_zone_work {
    const abl_structures *structures;
    const abl_findings *findings;
    size_t index;
    abl_grid grid;
    double voxel_ml;
    abl_volume *lesion; /**< its field; -1 outside its crop */
    abl_volume *away;   /**< distance from it [mm] */
} abl_zone_work;

/** @p out->away stays NULL when the lesion has no inside. The caller clears in
 * any case. @retval ABL_E_NOMEM, ABL_E_GEOMETRY */
abl_status abl_zone_work_open(abl_zone_work *out,
                              const abl_structures *structures,
                              const abl_findings *findings, size_t index,
                              abl_error *err) ABL_MUST_CHECK;
void abl_zone_work_clear(abl_zone_work *work);

/** The voxels of a field that are inside; false when there are none. */
bool abl_zone_box(double lo[3], double hi[3], const abl_volume *field);

#endif
