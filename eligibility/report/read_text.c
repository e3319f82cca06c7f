/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/read_text.h"

#include "eligibility/report/text.h"

void abl_read_line(char *out, size_t size, const abl_report *report)
{
    char name[128], role[128], when[96];
    out[0] = '\0';
    if (!report->reading)
        return;
    const abl_override *override = report->reading->override;
    abl_text_clean(name, sizeof name, override->reader_name);
    abl_text_clean(role, sizeof role, override->reader_role);
    abl_text_clean(when, sizeof when, override->reader_when);
    snprintf(out, size, "Read by %s%s%s%s, %s. Automatic result: %s.", name,
             role[0] ? " (" : "", role, role[0] ? ")" : "", when,
             abl_verdict_text(report->automatic_assessment->patient.verdict));
}

void abl_read_lesion_line(char *out, size_t size, const abl_report *report,
                          size_t n)
{
    char name[128];
    out[0] = '\0';
    if (!report->reading || report->reading->lesions[n].item == ABL_READ_NONE)
        return;
    const abl_override *override = report->reading->override;
    const abl_read_lesion *read = &report->reading->lesions[n];
    const abl_override_item *item = &override->items[read->item];
    abl_text_clean(name, sizeof name, override->reader_name);
    if (item->action == ABL_READ_ADD)
        snprintf(out, size,
                 "Added by %s: dashed outline; not found by the "
                 "program.",
                 name);
    else if (item->action == ABL_READ_CONFIRM)
        snprintf(out, size, "Automatic lesion %d, confirmed by %s.",
                 read->automatic + 1, name);
    else if (item->has_shape)
        snprintf(out, size,
                 "Dashed outline by %s; automatic lesion %d in grey.", name,
                 read->automatic + 1);
    else
        snprintf(out, size,
                 "Automatic lesion %d; diameters as given by %s have no line.",
                 read->automatic + 1, name);
}
