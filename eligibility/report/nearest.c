/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/nearest.h"

static bool is_vessel(int id)
{
    return id >= ABL_AORTA && id <= ABL_PORTAL_AND_SPLENIC_VEIN;
}

static bool is_neighbour(int id)
{
    return id != ABL_LIVER && id != ABL_BONE && id != ABL_SKIN &&
           id != ABL_UNCLASSIFIED && id != ABL_BACKGROUND && !is_vessel(id) &&
           id != ABL_HEPATIC_VEINS && id != ABL_PORTAL_VEINS &&
           id != ABL_LIVER_VESSELS && id != ABL_HILUM;
}

static const abl_clearance *nearest(const abl_lesion_findings *lesion,
                                    bool (*wanted)(int id))
{
    const abl_clearance *best = NULL;
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++) {
        const abl_clearance *one = &lesion->to[id];
        if (wanted(id) && one->nearest.mm.measured &&
            (!best || one->nearest.mm.value < best->nearest.mm.value))
            best = one;
    }
    return best;
}

const abl_clearance *abl_nearest_organ(const abl_lesion_findings *lesion)
{
    return nearest(lesion, is_neighbour);
}

const abl_clearance *abl_nearest_trunk(const abl_lesion_findings *lesion)
{
    return nearest(lesion, is_vessel);
}
