/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/overlay.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

abl_status abl_pane_draw_image(const abl_pane *pane, const abl_volume *image,
                               abl_error *err)
{
    const abl_view *view = &pane->view;
    uint8_t *grey = abl_alloc(view->width_px * view->height_px, 1, err);
    if (!grey)
        return ABL_E_NOMEM;
    abl_view_render_hu(grey, view, image, ABL_WINDOW_CENTRE_HU,
                       ABL_WINDOW_WIDTH_HU);
    abl_canvas_grey(pane->canvas, grey, view->width_px, view->height_px,
                    (size_t)pane->left_px, (size_t)pane->top_px);
    free(grey);
    return ABL_OK;
}

static void add_piece(void *user, const double from[2], const double to[2])
{
    const abl_pane *pane = user;
    cairo_t *cairo = pane->canvas->cairo;
    cairo_move_to(cairo, pane->left_px + from[0] + 0.5,
                  pane->top_px + from[1] + 0.5);
    cairo_line_to(cairo, pane->left_px + to[0] + 0.5,
                  pane->top_px + to[1] + 0.5);
}

abl_status abl_pane_draw_field(const abl_pane *pane, const abl_volume *field,
                               abl_ink ink, double width_px, abl_error *err)
{
    if (!field)
        return ABL_OK;
    const abl_lattice lattice =
        abl_view_lattice(&pane->view, &field->grid, 2.0);
    if (lattice.size[0] < 2 || lattice.size[1] < 2)
        return ABL_OK;
    float *values =
        abl_alloc(lattice.size[0] * lattice.size[1], sizeof *values, err);
    if (!values)
        return ABL_E_NOMEM;
    abl_view_sample_field(values, &pane->view, field, &lattice, -1.0f);
    cairo_new_path(pane->canvas->cairo);
    abl_pane target = *pane;
    abl_contour_trace(values, &lattice, add_piece, &target);
    abl_canvas_stroke(pane->canvas, ink, width_px);
    free(values);
    return ABL_OK;
}

static abl_ink ink_of(abl_structure_id id)
{
    switch (id) {
    case ABL_LIVER:
        return ABL_INK_LIVER;
    case ABL_AORTA:
        return ABL_INK_ARTERY;
    case ABL_INFERIOR_VENA_CAVA:
    case ABL_PORTAL_AND_SPLENIC_VEIN:
        return ABL_INK_VESSEL;
    default:
        return ABL_INK_ORGAN;
    }
}

abl_status abl_pane_draw_structures(const abl_pane *pane,
                                    const abl_structures *structures,
                                    int number, abl_error *err)
{
    abl_status status = ABL_OK;
    for (int id = ABL_LEFT_ADRENAL_GLAND; id >= ABL_LIVER && !status; id--) {
        bool is_vessel = id >= ABL_AORTA && id <= ABL_PORTAL_AND_SPLENIC_VEIN;
        bool is_main = id == ABL_LIVER || is_vessel;
        status = abl_pane_draw_field(pane, structures->items[id].field,
                                     ink_of((abl_structure_id)id),
                                     is_main ? 1.5 : 1.0, err);
    }
    for (size_t n = 0; n < structures->lesion_count && !status; n++)
        if ((int)n + 1 != number)
            status = abl_pane_draw_field(pane, structures->lesions[n].field,
                                         ABL_INK_LESION, 1.2, err);
    if (!status && number > 0)
        status =
            abl_pane_draw_field(pane, structures->lesions[number - 1].field,
                                ABL_INK_LESION, 2.0, err);
    return status;
}

void abl_pane_locate(double pixel[2], double *depth_mm, const abl_pane *pane,
                     const double lps[3])
{
    abl_view_from_lps(pixel, depth_mm, &pane->view, lps);
    pixel[0] += pane->left_px + 0.5;
    pixel[1] += pane->top_px + 0.5;
}

static void draw_letter(const abl_pane *pane, const double direction_lps[3],
                        double sign, const double at[2])
{
    const double size_px = 20;
    double toward[3];
    char letters[4];
    for (int r = 0; r < 3; r++)
        toward[r] = sign * direction_lps[r];
    abl_view_letters(letters, toward);
    double width = abl_canvas_text_width(pane->canvas, size_px, letters);
    abl_canvas_text(pane->canvas, at[0] - 0.5 * width, at[1] + 0.35 * size_px,
                    size_px, ABL_INK_TEXT, letters);
    abl_canvas_reserve(pane->canvas, at[0] - width, at[1] - size_px,
                       at[0] + width, at[1] + size_px);
}

static void draw_scale_bar(const abl_pane *pane, double right, double bottom)
{
    double room_mm = 0.35 * (double)pane->view.width_px * pane->view.mm_per_px;
    double bar_mm = room_mm >= 100 ? 100 : room_mm >= 50 ? 50 : 20;
    double length = bar_mm / pane->view.mm_per_px;
    const double to[2] = {right - 16, bottom - 16};
    const double from[2] = {to[0] - length, to[1]};
    abl_canvas_line(pane->canvas, from, to, ABL_INK_MEASURE, 2, 5, false);
    char text[16];
    snprintf(text, sizeof text, "%.0f mm", bar_mm);
    double width = abl_canvas_text_width(pane->canvas, 14, text);
    abl_canvas_text(pane->canvas, to[0] - 0.5 * (length + width), to[1] - 9, 14,
                    ABL_INK_TEXT, text);
    abl_canvas_reserve(pane->canvas, from[0] - 6, to[1] - 28, right, bottom);
}

void abl_pane_draw_frame(const abl_pane *pane)
{
    double left = pane->left_px, top = pane->top_px;
    double right = left + (double)pane->view.width_px;
    double bottom = top + (double)pane->view.height_px;
    double x = 0.5 * (left + right), y = 0.5 * (top + bottom);
    draw_letter(pane, pane->view.right_lps, -1, (double[2]){left + 18, y});
    draw_letter(pane, pane->view.right_lps, 1, (double[2]){right - 18, y});
    draw_letter(pane, pane->view.down_lps, -1, (double[2]){x, top + 18});
    draw_letter(pane, pane->view.down_lps, 1, (double[2]){x, bottom - 18});
    draw_scale_bar(pane, right, bottom);
}

size_t abl_native_slice_number(const abl_report *report, size_t k)
{
    if (report->native_to_canonical.axis[2] != 2)
        return 0;
    return report->native_to_canonical.flip[2]
               ? report->native_grid->size[2] - k
               : k + 1;
}

abl_status abl_overlay_finish(abl_pictures *out, abl_canvas *canvas,
                              const char *folder, const abl_picture *picture,
                              abl_error *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, picture->file);
    abl_status status = abl_canvas_write(canvas, path, err);
    if (status)
        return status;
    abl_picture *items =
        realloc(out->items, (out->count + 1) * sizeof *out->items);
    if (!items)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    out->items = items;
    out->items[out->count] = *picture;
    out->items[out->count].width =
        (size_t)cairo_image_surface_get_width(canvas->surface);
    out->items[out->count].height =
        (size_t)cairo_image_surface_get_height(canvas->surface);
    out->count++;
    return ABL_OK;
}

void abl_pictures_clear(abl_pictures *pictures)
{
    free(pictures->items);
    pictures->items = NULL;
    pictures->count = 0;
}

abl_status abl_overlays_write(abl_pictures *out, const char *folder,
                              const abl_report *report,
                              const abl_progress *progress, abl_error *err)
{
    out->count = 0;
    out->items = NULL;
    abl_status status = abl_overlay_overview(out, folder, report, err);
    const size_t lesions = report->findings->lesion_count;
    for (size_t n = 0; n < lesions && !status; n++) {
        status = abl_progress_step(progress, "drawing",
                                   (double)n / (double)lesions, err);
        if (!status)
            status = abl_overlay_lesion(out, folder, report, n, err);
    }
    if (status)
        abl_pictures_clear(out);
    return status;
}
