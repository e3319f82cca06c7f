/* The patient at a glance: what was found, where, on six panes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/report/overlay.h"

enum {
    PANE_PX = 480,
    COLUMNS = 3,
    ROWS = 2,
    HEAD_PX = 104
};

/* Box of the liver in LPS; of the whole image when there is none. */
static void liver_box(double low_lps[3], double high_lps[3],
                      const abl_report *report)
{
    const abl_volume *field = report->structures->items[ABL_LIVER].field;
    const abl_grid *grid = field ? &field->grid : &report->image->grid;
    for (int r = 0; r < 3; r++) {
        low_lps[r] = 1e30;
        high_lps[r] = -1e30;
    }
    for (unsigned corner = 0; corner < 8; corner++) {
        double ijk[3], lps[3];
        for (unsigned a = 0; a < 3; a++)
            ijk[a] = (corner >> a) & 1u ? (double)(grid->size[a] - 1) : 0.0;
        abl_grid_to_lps(lps, grid, ijk);
        for (int r = 0; r < 3; r++) {
            low_lps[r] = fmin(low_lps[r], lps[r]);
            high_lps[r] = fmax(high_lps[r], lps[r]);
        }
    }
}

static void find_lesions(abl_seen seen[ABL_MAX_LESIONS], const abl_pane *pane,
                         const abl_structures *structures)
{
    const abl_volume *fields[ABL_MAX_LESIONS] = {NULL};
    for (size_t n = 0; n < structures->lesion_count && n < ABL_MAX_LESIONS; n++)
        fields[n] = structures->lesions[n].field;
    abl_pane_find_lesions(seen, pane, fields, ABL_MAX_LESIONS);
}

static abl_status draw_pane(abl_canvas *canvas, const abl_report *report,
                            abl_plane plane, const double centre_lps[3],
                            int cell, double mm_per_px, abl_error *err)
{
    abl_pane pane = {.canvas = canvas,
                     .view =
                         abl_view_plane(&report->image->grid, plane, centre_lps,
                                        mm_per_px, PANE_PX, PANE_PX),
                     .left_px = PANE_PX * (cell % COLUMNS),
                     .top_px = HEAD_PX + PANE_PX * (cell / COLUMNS)};
    abl_status status = abl_pane_draw_image(&pane, report->image, err);
    abl_pane_limit_labels(&pane);
    cairo_save(canvas->cairo);
    cairo_rectangle(canvas->cairo, pane.left_px, pane.top_px, PANE_PX, PANE_PX);
    cairo_clip(canvas->cairo);
    if (!status)
        status = abl_pane_draw_structures(&pane, report->structures, 0, err);
    abl_seen seen[ABL_MAX_LESIONS];
    abl_pane_draw_frame(&pane);
    find_lesions(seen, &pane, report->structures);
    if (!status)
        status = abl_pane_draw_replaced(&pane, report, err);
    abl_pane_number(&pane, seen, ABL_MAX_LESIONS, 0);
    char text[64];
    static const char *const names[] = {"axial z", "coronal y", "sagittal x"};
    static const int axis[] = {2, 1, 0};
    snprintf(text, sizeof text, "%s %.0f mm", names[plane],
             centre_lps[axis[plane]]);
    abl_canvas_plate_text(canvas, pane.left_px + 8, pane.top_px + PANE_PX - 10,
                          ABL_TEXT_SMALL_PX, text);
    cairo_restore(canvas->cairo);
    return status;
}

static void draw_legend(abl_canvas *canvas, double base_px)
{
    static const struct {
        abl_structure_id id;
        const char *name;
    } entries[] = {{ABL_LIVER, "liver"},
                   {ABL_PORTAL_VEINS, "portal vein"},
                   {ABL_HEPATIC_VEINS, "vena cava, hepatic veins"},
                   {ABL_LIVER_VESSELS, "vessel of unknown tree"},
                   {ABL_AORTA, "aorta"},
                   {ABL_SPLEEN, "other organs"}};
    abl_line line = {ABL_INK_LESION, 2, ABL_DASH_NONE};
    double left = 14;
    for (size_t n = 0; n <= sizeof entries / sizeof entries[0]; n++) {
        if (n)
            line = abl_overlay_line(entries[n - 1].id);
        line.width_px = 2; /* on whole rows of pixels, so that it is not dim */
        cairo_move_to(canvas->cairo, left, base_px - 5);
        cairo_line_to(canvas->cairo, left + 30, base_px - 5);
        abl_canvas_outline(canvas, &line);
        left += 36;
        left +=
            abl_canvas_text(canvas, left, base_px, ABL_TEXT_LABEL_PX,
                            ABL_INK_TEXT, n ? entries[n - 1].name : "lesion");
        left += 18;
    }
}

static void draw_head(abl_canvas *canvas, const abl_report *report)
{
    char text[512], series[192];
    abl_overlay_head(text, sizeof text, report);
    abl_canvas_text(canvas, 14, 32, 22, ABL_INK_LESION, text);
    abl_overlay_series(series, sizeof series, report);
    snprintf(text, sizeof text,
             "%s   |   %s phase   |   window %.0f / %.0f HU   |   %s", series,
             abl_phase_name(report->findings->exam.phase.phase),
             ABL_WINDOW_CENTRE_HU, ABL_WINDOW_WIDTH_HU, ABL_RESEARCH_USE);
    abl_canvas_text(canvas, 14, 60, ABL_TEXT_LABEL_PX, ABL_INK_TEXT, text);
    draw_legend(canvas, 88);
}

static abl_status draw_panes(abl_canvas *canvas, const abl_report *report,
                             abl_error *err)
{
    double low[3], high[3], middle[3];
    liver_box(low, high, report);
    double extent = 120;
    for (int r = 0; r < 3; r++) {
        middle[r] = 0.5 * (low[r] + high[r]);
        extent = fmax(extent, high[r] - low[r]);
    }
    const double mm_per_px = 1.25 * extent / PANE_PX;
    static const double levels[] = {0.78, 0.6, 0.42, 0.24};
    abl_status status =
        draw_pane(canvas, report, ABL_PLANE_CORONAL, middle, 0, mm_per_px, err);
    if (!status)
        status = draw_pane(canvas, report, ABL_PLANE_SAGITTAL, middle, 1,
                           mm_per_px, err);
    for (int n = 0; n < 4 && !status; n++) {
        double centre[3] = {middle[0], middle[1],
                            low[2] + levels[n] * (high[2] - low[2])};
        status = draw_pane(canvas, report, ABL_PLANE_AXIAL, centre, n + 2,
                           mm_per_px, err);
    }
    return status;
}

abl_status abl_overlay_overview(abl_picture *out, const char *folder,
                                const abl_report *report, abl_error *err)
{
    memset(out, 0, sizeof *out);
    snprintf(out->file, sizeof out->file, "overlays/overview.png");
    snprintf(out->caption, sizeof out->caption,
             "Overview: liver, lesions and neighbours on six planes");
    abl_canvas canvas;
    abl_status status = abl_canvas_open(&canvas, COLUMNS * PANE_PX,
                                        HEAD_PX + ROWS * PANE_PX, err);
    if (status)
        return status;
    draw_head(&canvas, report);
    status = draw_panes(&canvas, report, err);
    if (!status)
        status = abl_overlay_finish(out, &canvas, folder, err);
    abl_canvas_clear(&canvas);
    return status;
}
