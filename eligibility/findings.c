/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void abl_findings_destroy(abl_findings *findings)
{
    if (!findings)
        return;
    for (size_t n = 0; findings->lesions && n < findings->lesion_count; n++)
        free(findings->lesions[n].access.map);
    free(findings->lesions);
    free(findings);
}

void abl_findings_warn(abl_findings *findings, const char *code,
                       const char *format, ...)
{
    const size_t n = findings->warning_count;
    if (n == ABL_MAX_WARNINGS) {
        findings->warnings[n - 1] = (abl_warning){
            "warnings-left-out", "More warnings than can be listed."};
        return;
    }
    abl_warning *to = &findings->warnings[findings->warning_count++];
    snprintf(to->code, sizeof to->code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(to->text, sizeof to->text, format, args);
    va_end(args);
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

void abl_segments_describe(char out[256], const abl_segment_findings *segments)
{
    const char *between = "estimated: ";
    out[0] = '\0';
    for (int s = 1; s < ABL_COUINAUD_COUNT; s++) {
        const size_t count = segments->lesion_count[s], used = strlen(out);
        if (!count)
            continue;
        snprintf(out + used, 256 - used, "%s%s (%zu lesion%s)", between,
                 abl_couinaud_title((abl_couinaud)s), count,
                 count == 1 ? "" : "s");
        between = ", ";
    }
    const size_t used = strlen(out);
    if (segments->why_not[0])
        snprintf(out + used, 256 - used, "%s%s",
                 used ? "; " : "not assessed: ", segments->why_not);
    else if (!used)
        snprintf(out, 256, "none");
}
