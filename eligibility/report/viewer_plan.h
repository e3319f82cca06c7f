/* Which slices and which part of them a page needs.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_VIEWER_PLAN_H
#define ABL_ELIGIBILITY_REPORT_VIEWER_PLAN_H

#include "eligibility/report/view.h"
#include "eligibility/report/viewer.h"

/** A rectangle of a set's pixels: left, top, and behind its right and bottom
 * ends; may be negative while a set is planned. */
typedef struct abl_viewer_window {
    long left, top, right, bottom;
} abl_viewer_window;

/** The stack of one lesion. */
typedef struct abl_stack_plan {
    size_t index; /**< of the lesion */
    size_t set;
    bool is_native; /**< at the image's own pixels */
    double mm_per_px;
    abl_viewer_window window;             /**< in its set */
    size_t slices[ABL_VIEWER_MAX_SLICES]; /**< canonical k, in native order */
    size_t count, stride, start;          /**< start: where the reader begins */
} abl_stack_plan;

/** A set of slices. */
typedef struct abl_set_plan {
    bool is_native;
    abl_view view; /**< of the slice k = 0; others are moved along k */
    size_t count;
    size_t *slices;            /**< canonical k, in native order */
    abl_viewer_window *needed; /**< of each slice: what windows cover of it */
} abl_set_plan;

typedef struct abl_viewer_plan {
    const abl_report *report;
    size_t stack_count, set_count;
    abl_stack_plan *stacks;
    abl_set_plan *sets; /**< room for one more than there are stacks */
} abl_viewer_plan;

/** @retval ABL_E_NOMEM */
abl_status abl_viewer_plan_make(abl_viewer_plan *out, const abl_report *report,
                                size_t lesions, abl_error *err) ABL_MUST_CHECK;
void abl_viewer_plan_clear(abl_viewer_plan *plan);

/** The plane of slice @p k in a set. */
abl_view abl_viewer_plane(const abl_viewer_plan *plan, const abl_set_plan *set,
                          size_t k);

/** Number of slice @p k in a set, which has it. */
size_t abl_viewer_slice_at(const abl_set_plan *set, size_t k);

#endif
