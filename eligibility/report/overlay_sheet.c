/* How pictures begin and end: file, caption, the lines at their top.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/report/overlay.h"
#include "eligibility/report/read_text.h"

/* "3 lesions, 1 of low confidence", "no lesion was found". */
static void describe_count(char *text, size_t size,
                           const abl_findings *findings)
{
    const size_t count = findings->lesion_count;
    const char *plural = count == 1 ? "" : "s";
    size_t weak = 0;
    for (size_t n = 0; n < count; n++)
        weak += findings->lesions[n].is_low_confidence;
    if (!count)
        snprintf(text, size, "no lesion was found");
    else if (!weak)
        snprintf(text, size, "%zu lesion%s", count, plural);
    else if (weak == count)
        snprintf(text, size, "%zu lesion%s of low confidence", count, plural);
    else
        snprintf(text, size, "%zu lesion%s, %zu of low confidence", count,
                 plural, weak);
}

void abl_overlay_head(char *text, size_t size, const abl_report *report)
{
    char read[256], count[64];
    abl_read_line(read, sizeof read, report);
    describe_count(count, sizeof count, report->findings);
    snprintf(text, size, "%s; %s   %s",
             abl_verdict_text(report->assessment->patient.verdict), count,
             read);
}

void abl_overlay_series(char *text, size_t size, const abl_report *report)
{
    const abl_series_info *info = report->info;
    char number[24] = "";
    if (info->series_number >= 0)
        snprintf(number, sizeof number, "%d ", info->series_number);
    const int length =
        snprintf(text, size, "series %s%s", number, info->description);
    if (length > 0 && (size_t)length < size && text[length - 1] == ' ')
        text[length - 1] = '\0'; /* without a description */
}

abl_status abl_overlay_open(abl_picture *out, abl_canvas *canvas,
                            const char *name, const char *caption, size_t width,
                            size_t height, abl_error *err)
{
    memset(out, 0, sizeof *out);
    snprintf(out->file, sizeof out->file, "overlays/%s.png", name);
    snprintf(out->caption, sizeof out->caption, "%s", caption);
    return abl_canvas_open(canvas, width, height, err);
}

void abl_overlay_draw_head(abl_canvas *canvas, const abl_report *report,
                           const char *what)
{
    char text[512], series[192];
    abl_overlay_head(text, sizeof text, report);
    abl_canvas_fit_text(canvas, 14, 30, ABL_TEXT_TITLE_PX, ABL_INK_LESION,
                        text);
    abl_canvas_fit_text(canvas, 14, 56, ABL_TEXT_LABEL_PX, ABL_INK_TEXT, what);
    abl_overlay_series(series, sizeof series, report);
    snprintf(text, sizeof text, "%s   |   %s", series, ABL_RESEARCH_USE);
    abl_canvas_fit_text(canvas, 14, 82, ABL_TEXT_SMALL_PX, ABL_INK_DIM, text);
}

abl_status abl_overlay_finish(abl_picture *picture, abl_canvas *canvas,
                              const char *folder, abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, picture->file);
    picture->width = (size_t)cairo_image_surface_get_width(canvas->surface);
    picture->height = (size_t)cairo_image_surface_get_height(canvas->surface);
    return abl_canvas_write(canvas, path, &picture->pixels, err);
}
