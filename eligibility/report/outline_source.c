/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/outline_source.h"

#include <string.h>

abl_outline_source abl_outline_source_of(const char *origin)
{
    if (origin && strcmp(origin, "imported") == 0)
        return ABL_OUTLINE_IMPORTED;
    if (origin && strcmp(origin, "imported and found") == 0)
        return ABL_OUTLINE_EXTENDED;
    if (origin && strcmp(origin, "edited") == 0)
        return ABL_OUTLINE_READ;
    return ABL_OUTLINE_FOUND;
}

abl_outline_source abl_outline_source_of_structure(const abl_findings *findings,
                                                   abl_structure_id id)
{
    const abl_outline_source own =
        abl_outline_source_of(findings->structures[id].origin);
    if (id != ABL_LIVER || own != ABL_OUTLINE_FOUND)
        return own;
    for (size_t n = 0; n < findings->lesion_count; n++)
        if (abl_outline_source_of(findings->lesions[n].origin) !=
            ABL_OUTLINE_FOUND)
            return ABL_OUTLINE_EXTENDED;
    return own;
}

const char *abl_outline_source_name(abl_outline_source source)
{
    static const char *const names[] = {"found", "found-and-given", "imported",
                                        "edited"};
    return names[source];
}

const char *abl_outline_source_title(abl_outline_source source)
{
    static const char *const titles[] = {
        "found by the program", "found, and joined with what was given",
        "imported", "drawn by a reader"};
    return titles[source];
}
