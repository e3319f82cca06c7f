/* The liver from the front and from the left, all lesions numbered.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/report/overlay.h"
#include "eligibility/report/project.h"

enum {
    PANE_PX = 700,
    HEAD_PX = 104
};
/* Vessels stand out from the brightest of liver and noise on a ray. */
#define WINDOW_ABOVE_LIVER_HU 20.0
#define WINDOW_WIDTH_HU       260.0

/* What both panes share. */
typedef struct sheet {
    abl_canvas canvas;
    const abl_report *report;
    size_t lo[3], hi[3]; /* of the liver on the image grid, with some room */
    double middle_lps[3];
    double mm_per_px;
} sheet;

static double window_centre_hu(const sheet *s)
{
    return abl_overlay_liver_centre(s->report->structures) +
           WINDOW_ABOVE_LIVER_HU;
}

/* The box of the liver's label; of the whole image without one. */
static void find_box(sheet *s)
{
    const abl_volume *image = s->report->image;
    const abl_volume *labels = s->report->structures->labels;
    const abl_grid *grid = &image->grid;
    for (int a = 0; a < 3; a++) {
        s->lo[a] = labels ? grid->size[a] : 0;
        s->hi[a] = labels ? 0 : grid->size[a] - 1;
    }
    const uint8_t *label = labels ? abl_volume_u8(labels) : NULL;
    for (size_t k = 0; label && k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                if (*label++ != ABL_LIVER)
                    continue;
                const size_t at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    s->lo[a] = at[a] < s->lo[a] ? at[a] : s->lo[a];
                    s->hi[a] = at[a] > s->hi[a] ? at[a] : s->hi[a];
                }
            }
    for (int a = 0; a < 3; a++)
        if (s->lo[a] > s->hi[a]) {
            s->lo[a] = 0;
            s->hi[a] = grid->size[a] - 1;
        }
}

static void choose_scale(sheet *s)
{
    const abl_grid *grid = &s->report->image->grid;
    double ijk[3], extent = 120;
    for (int a = 0; a < 3; a++) {
        ijk[a] = 0.5 * (double)(s->lo[a] + s->hi[a]);
        extent =
            fmax(extent, (double)(s->hi[a] - s->lo[a]) * grid->spacing_mm[a]);
    }
    abl_grid_to_lps(s->middle_lps, grid, ijk);
    s->mm_per_px = 1.2 * extent / PANE_PX;
}

static abl_status draw_shadow(const abl_pane *pane, const sheet *s,
                              const abl_volume *field, int axis,
                              const abl_line *line, abl_error *err)
{
    abl_volume *flat = NULL;
    if (!field)
        return ABL_OK;
    abl_status status =
        abl_project_field(&flat, field, axis, s->middle_lps, err);
    if (!status)
        status = abl_pane_draw_field(pane, flat, line, err);
    abl_volume_destroy(flat);
    return status;
}

static abl_status draw_lesions(const abl_pane *pane, const sheet *s, int axis,
                               abl_error *err)
{
    static const abl_line line = {ABL_INK_LESION, 2, ABL_DASH_NONE};
    const abl_structures *structures = s->report->structures;
    abl_volume *flat[ABL_MAX_LESIONS] = {NULL};
    const abl_volume *shown[ABL_MAX_LESIONS] = {NULL};
    size_t count = structures->lesion_count;
    count = count < ABL_MAX_LESIONS ? count : ABL_MAX_LESIONS;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++) {
        if (!structures->lesions[n].field)
            continue;
        status = abl_project_field(&flat[n], structures->lesions[n].field, axis,
                                   s->middle_lps, err);
        shown[n] = flat[n];
        if (!status)
            status = abl_pane_draw_field(pane, flat[n], &line, err);
    }
    abl_seen seen[ABL_MAX_LESIONS];
    abl_pane_find_lesions(seen, pane, shown, count);
    abl_pane_number(pane, seen, count, 0);
    for (size_t n = 0; n < count; n++)
        abl_volume_destroy(flat[n]);
    return status;
}

static abl_status draw_outlines(const abl_pane *pane, const sheet *s, int axis,
                                abl_error *err)
{
    static const abl_structure_id ids[] = {ABL_LIVER, ABL_GALLBLADDER,
                                           ABL_PORTAL_VEINS, ABL_HEPATIC_VEINS};
    abl_status status = ABL_OK;
    for (size_t n = 0; n < sizeof ids / sizeof ids[0] && !status; n++) {
        abl_line line = abl_overlay_line(ids[n]);
        line.width_px = ids[n] == ABL_LIVER ? 2 : 1.2;
        status =
            draw_shadow(pane, s, s->report->structures->items[ids[n]].field,
                        axis, &line, err);
    }
    return status;
}

static abl_status draw_pane(sheet *s, abl_plane plane, int cell, abl_error *err)
{
    const int axis = plane == ABL_PLANE_CORONAL ? 1 : 0;
    const size_t range[2] = {s->lo[axis], s->hi[axis]};
    abl_pane pane = {.canvas = &s->canvas,
                     .view = abl_view_plane(&s->report->image->grid, plane,
                                            s->middle_lps, s->mm_per_px,
                                            PANE_PX, PANE_PX),
                     .left_px = PANE_PX * cell,
                     .top_px = HEAD_PX};
    abl_volume *flat = NULL;
    abl_status status = abl_project_image(
        &flat, s->report->image, s->report->structures->labels, ABL_LIVER, axis,
        range, s->middle_lps, err);
    if (!status)
        status = abl_pane_draw_windowed(&pane, flat, window_centre_hu(s),
                                        WINDOW_WIDTH_HU, err);
    abl_volume_destroy(flat);
    cairo_save(s->canvas.cairo);
    cairo_rectangle(s->canvas.cairo, pane.left_px, pane.top_px, PANE_PX,
                    PANE_PX);
    cairo_clip(s->canvas.cairo);
    abl_pane_limit_labels(&pane);
    if (!status)
        status = draw_outlines(&pane, s, axis, err);
    abl_pane_draw_frame(&pane);
    abl_canvas_text(&s->canvas, pane.left_px + 10, pane.top_px + 24,
                    ABL_TEXT_LABEL_PX, ABL_INK_TEXT,
                    cell ? "from the left" : "from the front");
    if (!status)
        status = draw_lesions(&pane, s, axis, err);
    cairo_restore(s->canvas.cairo);
    return status;
}

static void draw_head(sheet *s)
{
    char what[192];
    snprintf(
        what, sizeof what,
        "maximum intensity of the liver; around it the mean over its depth; "
        "window %.0f / %.0f HU",
        window_centre_hu(s), WINDOW_WIDTH_HU);
    abl_overlay_draw_head(&s->canvas, s->report, what);
}

abl_status abl_overlay_projection(abl_picture *out, const char *folder,
                                  const abl_report *report, abl_error *err)
{
    sheet s;
    memset(&s, 0, sizeof s);
    s.report = report;
    find_box(&s);
    choose_scale(&s);
    abl_status status = abl_overlay_open(
        out, &s.canvas, "projection",
        "Maximum intensity from the front and from the left, all lesions "
        "numbered",
        2 * PANE_PX, HEAD_PX + PANE_PX, err);
    if (status)
        return status;
    draw_head(&s);
    status = draw_pane(&s, ABL_PLANE_CORONAL, 0, err);
    if (!status)
        status = draw_pane(&s, ABL_PLANE_SAGITTAL, 1, err);
    if (!status)
        status = abl_overlay_finish(out, &s.canvas, folder, err);
    abl_canvas_clear(&s.canvas);
    return status;
}
