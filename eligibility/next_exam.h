/* Which exam would settle what this one left open.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A table from reason to exam. It proposes images, never a therapy, and says
 * nothing about who should have one: contrast media, radiation and access to
 * a scanner are for others to weigh.
 */
#ifndef ABL_ELIGIBILITY_NEXT_EXAM_H
#define ABL_ELIGIBILITY_NEXT_EXAM_H

#include "eligibility/rules.h"

/** What an advice needs to be printed. Static texts except reason. */
typedef struct abl_next_exam {
    const char *code; /**< stable: "phase", "thick-slices" */
    char reason[256]; /**< what was not assessable, with lesion numbers */
    const char *exam; /**< what would settle it */
    const char *why;  /**< numbers */
    const char *source;
    abl_source_tag tag;
} abl_next_exam;
#define ABL_MAX_NEXT_EXAMS 10

/**
 * @param[out] out  in the order of the table, most general first; none when
 *                  nothing was left open that an exam would settle
 * @return how many were filled
 */
size_t abl_next_exams_list(abl_next_exam out[ABL_MAX_NEXT_EXAMS],
                           const abl_findings *findings,
                           const abl_assessment *assessment);

#endif
