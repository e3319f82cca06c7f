/* What a reader changed, in pictures: automatic outlines in grey.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/overlay.h"
#include "eligibility/report/read_text.h"

static bool is_replaced(const abl_reading *reading, size_t automatic)
{
    const int entry = reading->item_of[automatic];
    if (entry == ABL_READ_NONE)
        return false;
    const abl_override_item *item = &reading->override->items[entry];
    return item->action == ABL_READ_REJECT || item->has_shape;
}

abl_status abl_pane_draw_replaced(const abl_pane *pane,
                                  const abl_report *report, abl_error *err)
{
    static const abl_line faint = {ABL_INK_DIM, 1.2, ABL_DASH_NONE};
    abl_status status = ABL_OK;
    if (!report->reading)
        return ABL_OK;
    const abl_structures *automatic = report->automatic_structures;
    for (size_t n = 0; n < automatic->lesion_count && !status; n++) {
        const abl_volume *field = automatic->lesions[n].field;
        abl_seen seen;
        char text[64];
        if (!is_replaced(report->reading, n))
            continue;
        status = abl_pane_draw_field(pane, field, &faint, err);
        const int entry = report->reading->item_of[n];
        const bool rejected =
            report->reading->override->items[entry].action == ABL_READ_REJECT;
        snprintf(text, sizeof text, "automatic %zu%s", n + 1,
                 rejected ? ", rejected" : "");
        if (!status && abl_pane_find_field(&seen, pane, field))
            abl_canvas_label(pane->canvas, seen.middle, 12, ABL_INK_DIM, text);
    }
    return status;
}
