/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/findings.h"

#include <stdlib.h>

void abl_findings_destroy(abl_findings *findings)
{
    if (!findings)
        return;
    for (size_t n = 0; findings->lesions && n < findings->lesion_count; n++)
        free(findings->lesions[n].access.map);
    free(findings->lesions);
    free(findings);
}

const char *abl_obstacle_title(int obstacle)
{
    if (obstacle == ABL_OBSTACLE_PLEURA)
        return "pleural margin";
    if (obstacle == ABL_OBSTACLE_BUNDLE)
        return "intercostal bundle";
    return abl_structure_title((abl_structure_id)obstacle);
}

const char *abl_obstacle_name(int obstacle)
{
    if (obstacle == ABL_OBSTACLE_PLEURA)
        return "pleural_margin";
    if (obstacle == ABL_OBSTACLE_BUNDLE)
        return "intercostal_bundle";
    return abl_structure_name((abl_structure_id)obstacle);
}

abl_structure_id abl_obstacle_structure(int obstacle)
{
    if (obstacle == ABL_OBSTACLE_PLEURA)
        return ABL_LUNG;
    if (obstacle == ABL_OBSTACLE_BUNDLE)
        return ABL_BONE;
    return (abl_structure_id)obstacle;
}

const char *abl_vessel_near_title(const abl_vessel_near *near)
{
    return near->part == ABL_PART_NONE ? abl_tree_title(near->tree)
                                       : abl_vessel_part_title(near->part);
}
