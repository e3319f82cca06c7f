/* Every lesion's measured slice on one sheet, with its verdict.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/report/overlay.h"

enum {
    MOST_TILES = 40,
    HEAD_PX = 74,
    TEXT_PX = 52 /* below each tile */
};

typedef struct layout {
    size_t count, columns, rows, tile_px;
} layout;

static layout choose_layout(size_t lesions)
{
    layout out = {lesions < MOST_TILES ? lesions : MOST_TILES, 1, 1, 480};
    while (out.columns * out.columns < out.count)
        out.columns++;
    if (out.count == 3)
        out.columns = 3;
    out.rows = (out.count + out.columns - 1) / out.columns;
    out.tile_px = out.columns < 2   ? ABL_OVERLAY_SIDE_PX
                  : out.columns < 3 ? 512
                  : out.columns < 5 ? 384
                                    : 320;
    return out;
}

static abl_view view_of(const abl_report *report, size_t index, size_t side)
{
    const abl_lesion_findings *lesion = &report->findings->lesions[index];
    const abl_grid *grid = &report->image->grid;
    const abl_value *extent = &lesion->max_3d_diameter.mm;
    const double field_mm =
        fmin(fmax(110, extent->measured ? 2.2 * extent->value : 0), 400);
    double ijk[3], centre_lps[3];
    abl_grid_to_ijk(ijk, grid, lesion->centroid_lps);
    ijk[2] = (double)lesion->axial_slice;
    abl_grid_to_lps(centre_lps, grid, ijk);
    return abl_view_plane(grid, ABL_PLANE_AXIAL, centre_lps,
                          field_mm / (double)side, side, side);
}

/* One shape for each verdict, as on the page. */
static void draw_mark(abl_canvas *canvas, double x, double y,
                      abl_verdict verdict)
{
    static const abl_ink inks[] = {ABL_INK_LIVER, ABL_INK_PATH, ABL_INK_ARTERY,
                                   ABL_INK_BODY};
    static const int corners[] = {24, 3, 8, 4};
    static const double turns[] = {0, -0.25, 0.0625, 0.125};
    const double whole = 2 * acos(-1.0);
    for (int n = 0; n < corners[verdict]; n++) {
        const double angle =
            whole * (turns[verdict] + (double)n / corners[verdict]);
        cairo_line_to(canvas->cairo, x + 8 * cos(angle), y + 8 * sin(angle));
    }
    cairo_close_path(canvas->cairo);
    abl_canvas_ink(canvas, inks[verdict], 1);
    cairo_set_line_width(canvas->cairo, 2);
    if (verdict == ABL_VERDICT_NOT_ASSESSABLE)
        cairo_stroke(canvas->cairo);
    else
        cairo_fill(canvas->cairo);
}

static void draw_words(abl_canvas *canvas, const abl_report *report,
                       size_t index, double left, double top)
{
    static const char *const words[] = {"meets", "borderline", "does not meet",
                                        "not assessable"};
    const abl_lesion_findings *lesion = &report->findings->lesions[index];
    const abl_verdict verdict = report->assessment->lesions[index].verdict;
    const abl_value *axial = &lesion->longest_axial_diameter.mm;
    const size_t slice = abl_native_slice_number(report, lesion->axial_slice);
    char text[128], place[48] = "", size[48] = "diameter not measured";
    draw_mark(canvas, left + 18, top + 16, verdict);
    snprintf(text, sizeof text, "%d  %s", lesion->number, words[verdict]);
    abl_canvas_text(canvas, left + 34, top + 22, ABL_TEXT_LABEL_PX,
                    ABL_INK_LESION, text);
    if (slice)
        snprintf(place, sizeof place, ", slice %zu", slice);
    if (axial->measured)
        snprintf(size, sizeof size, "%.1f mm axial", axial->value);
    snprintf(text, sizeof text, "%s%s%s", size, place,
             lesion->is_low_confidence ? ", low confidence" : "");
    abl_canvas_text(canvas, left + 10, top + 42, ABL_TEXT_SMALL_PX,
                    ABL_INK_TEXT, text);
}

/* Tells one tile from the next. */
static void draw_seam(abl_canvas *canvas, double left, double top, double side)
{
    abl_canvas_line(canvas, (double[2]){left, top},
                    (double[2]){left, top + side}, ABL_INK_DIM, 1, 0, false);
}

static abl_status draw_tile(abl_canvas *canvas, const abl_report *report,
                            const layout *sheet, size_t index, abl_error *err)
{
    const double side = (double)sheet->tile_px;
    const double left = side * (double)(index % sheet->columns);
    const double top =
        HEAD_PX + (side + TEXT_PX) * (double)(index / sheet->columns);
    abl_pane pane = {.canvas = canvas,
                     .view = view_of(report, index, sheet->tile_px),
                     .left_px = left,
                     .top_px = top};
    abl_status status = abl_pane_draw_windowed(
        &pane, report->image, abl_overlay_liver_centre(report->structures),
        ABL_WINDOW_LIVER_WIDTH_HU, err);
    cairo_save(canvas->cairo);
    cairo_rectangle(canvas->cairo, left, top, side, side);
    cairo_clip(canvas->cairo);
    if (!status)
        status = abl_pane_draw_structures(
            &pane, report->structures, report->findings->lesions[index].number,
            err);
    abl_pane_draw_frame(&pane);
    cairo_restore(canvas->cairo);
    if (left > 0)
        draw_seam(canvas, left, top, side);
    if (!status)
        draw_words(canvas, report, index, left, top + side);
    return status;
}

static void draw_head(abl_canvas *canvas, const abl_report *report,
                      const layout *sheet)
{
    char text[512], more[64] = "";
    abl_overlay_head(text, sizeof text, report);
    abl_canvas_fit_text(canvas, 14, 30, ABL_TEXT_TITLE_PX, ABL_INK_LESION,
                        text);
    if (report->findings->lesion_count > sheet->count)
        snprintf(more, sizeof more, "the first %zu of %zu   |   ", sheet->count,
                 report->findings->lesion_count);
    snprintf(text, sizeof text, "%swindow %.0f / %.0f HU   |   %s", more,
             abl_overlay_liver_centre(report->structures),
             ABL_WINDOW_LIVER_WIDTH_HU, ABL_RESEARCH_USE);
    abl_canvas_text(canvas, 14, 56, ABL_TEXT_SMALL_PX, ABL_INK_TEXT, text);
}

abl_status abl_overlay_montage(abl_picture *out, const char *folder,
                               const abl_report *report, abl_error *err)
{
    const layout sheet = choose_layout(report->findings->lesion_count);
    abl_canvas canvas;
    memset(out, 0, sizeof *out);
    snprintf(out->file, sizeof out->file, "overlays/montage.png");
    snprintf(out->caption, sizeof out->caption,
             "Every lesion in the slice of its longest axial diameter");
    abl_status status =
        abl_canvas_open(&canvas, sheet.columns * sheet.tile_px,
                        HEAD_PX + sheet.rows * (sheet.tile_px + TEXT_PX), err);
    if (status)
        return status;
    draw_head(&canvas, report, &sheet);
    for (size_t n = 0; n < sheet.count && !status; n++)
        status = draw_tile(&canvas, report, &sheet, n, err);
    if (!status)
        status = abl_overlay_finish(out, &canvas, folder, err);
    abl_canvas_clear(&canvas);
    return status;
}
