/* Where an outline comes from: found, imported or drawn by a reader.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_OUTLINE_SOURCE_H
#define ABL_ELIGIBILITY_REPORT_OUTLINE_SOURCE_H

#include "eligibility/findings.h"

typedef enum abl_outline_source {
    ABL_OUTLINE_FOUND,
    ABL_OUTLINE_EXTENDED, /**< found, and joined with what was given */
    ABL_OUTLINE_IMPORTED,
    ABL_OUTLINE_READ /**< drawn by a reader */
} abl_outline_source;

/** From abl_structure::origin or abl_lesion::origin. */
abl_outline_source abl_outline_source_of(const char *origin);

/** Of a structure: a liver that was found holds the lesions that were given. */
abl_outline_source abl_outline_source_of_structure(const abl_findings *findings,
                                                   abl_structure_id id);

/** "found", "found-and-given", "imported", "edited". */
const char *abl_outline_source_name(abl_outline_source source);
/** "found by the program", ...: for people. */
const char *abl_outline_source_title(abl_outline_source source);

#endif
