/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/overlay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/contour.h"

#define OUTLINE_STEP_PX 2.0
#define SHEETS          4 /* pictures of the patient */

abl_status abl_pane_draw_windowed(const abl_pane *pane, const abl_volume *image,
                                  double centre_hu, double width_hu,
                                  abl_error *err)
{
    const abl_view *view = &pane->view;
    uint8_t *grey = abl_alloc(view->width_px * view->height_px, 1, err);
    if (!grey)
        return ABL_E_NOMEM;
    abl_view_render_hu(grey, view, image, centre_hu, width_hu);
    abl_canvas_grey(pane->canvas, grey, view->width_px, view->height_px,
                    (size_t)pane->left_px, (size_t)pane->top_px);
    free(grey);
    return ABL_OK;
}

abl_status abl_pane_draw_image(const abl_pane *pane, const abl_volume *image,
                               abl_error *err)
{
    return abl_pane_draw_windowed(pane, image, ABL_WINDOW_CENTRE_HU,
                                  ABL_WINDOW_WIDTH_HU, err);
}

double abl_overlay_liver_centre(const abl_structures *structures)
{
    const abl_structure *liver = &structures->items[ABL_LIVER];
    if (!liver->field)
        return ABL_WINDOW_CENTRE_HU;
    return 10 * floor(0.1 * fmin(fmax(liver->mean_hu, 40), 150) + 0.5);
}

static void add_point(void *user, const double point_px[2], bool starts)
{
    const abl_pane *pane = user;
    const double x = pane->left_px + point_px[0] + 0.5;
    const double y = pane->top_px + point_px[1] + 0.5;
    if (starts)
        cairo_move_to(pane->canvas->cairo, x, y);
    else
        cairo_line_to(pane->canvas->cairo, x, y);
}

abl_status abl_pane_draw_field(const abl_pane *pane, const abl_volume *field,
                               const abl_line *line, abl_error *err)
{
    if (!field)
        return ABL_OK;
    abl_pane target = *pane;
    cairo_new_path(pane->canvas->cairo);
    abl_status status = abl_contour_field(&pane->view, field, OUTLINE_STEP_PX,
                                          add_point, &target, err);
    if (!status)
        abl_canvas_outline(pane->canvas, line);
    return status;
}

abl_status abl_pane_draw_lesion(const abl_pane *pane, const abl_lesion *lesion,
                                double width_px, abl_error *err)
{
    const bool is_read =
        lesion->origin && strcmp(lesion->origin, "edited") == 0;
    const abl_line line = {ABL_INK_LESION, width_px,
                           is_read ? ABL_DASH_LONG : ABL_DASH_NONE};
    return abl_pane_draw_field(pane, lesion->field, &line, err);
}

/* Each kind differs in dashes too, for grey print. */
abl_line abl_overlay_line(abl_structure_id id)
{
    switch (id) {
    case ABL_LIVER:
        return (abl_line){ABL_INK_LIVER, 1.6, ABL_DASH_NONE};
    case ABL_AORTA:
        return (abl_line){ABL_INK_ARTERY, 1.6, ABL_DASH_DOT};
    case ABL_INFERIOR_VENA_CAVA:
    case ABL_HEPATIC_VEINS:
        return (abl_line){ABL_INK_HEPATIC, 1.7, ABL_DASH_LONG};
    case ABL_PORTAL_AND_SPLENIC_VEIN:
    case ABL_PORTAL_VEINS:
        return (abl_line){ABL_INK_PORTAL, 1.8, ABL_DASH_SHORT};
    case ABL_LIVER_VESSELS:
        return (abl_line){ABL_INK_BODY, 1.2, ABL_DASH_SHORT};
    default:
        return (abl_line){ABL_INK_ORGAN, 1.2, ABL_DASH_MIXED};
    }
}

static const abl_structure_id body[] = {ABL_BONE, ABL_LUNG, ABL_BOWEL_GAS,
                                        ABL_HEART, ABL_SKIN};

bool abl_overlay_is_body(abl_structure_id id)
{
    for (size_t n = 0; n < sizeof body / sizeof body[0]; n++)
        if (body[n] == id)
            return true;
    return false;
}

abl_status abl_pane_draw_body_part(const abl_pane *pane,
                                   const abl_structures *structures,
                                   abl_structure_id id, abl_error *err)
{
    static const abl_line thin = {ABL_INK_BODY, 0.8, ABL_DASH_NONE};
    return abl_pane_draw_field(pane, structures->items[id].field, &thin, err);
}

abl_status abl_pane_draw_body(const abl_pane *pane,
                              const abl_structures *structures, abl_error *err)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; n < sizeof body / sizeof body[0] && !status; n++)
        status = abl_pane_draw_body_part(pane, structures, body[n], err);
    return status;
}

abl_status abl_pane_draw_structures(const abl_pane *pane,
                                    const abl_structures *structures,
                                    int number, abl_error *err)
{
    static const abl_structure_id inside[] = {
        ABL_LIVER_VESSELS, ABL_PORTAL_VEINS, ABL_HEPATIC_VEINS};
    abl_status status = ABL_OK;
    for (int id = ABL_LEFT_ADRENAL_GLAND; id >= ABL_LIVER && !status; id--) {
        const abl_line line = abl_overlay_line((abl_structure_id)id);
        status =
            abl_pane_draw_field(pane, structures->items[id].field, &line, err);
    }
    for (size_t n = 0; n < sizeof inside / sizeof inside[0] && !status; n++) {
        const abl_line line = abl_overlay_line(inside[n]);
        status = abl_pane_draw_field(pane, structures->items[inside[n]].field,
                                     &line, err);
    }
    for (size_t n = 0; n < structures->lesion_count && !status; n++)
        if ((int)n + 1 != number)
            status =
                abl_pane_draw_lesion(pane, &structures->lesions[n], 1.3, err);
    if (!status && number > 0)
        status = abl_pane_draw_lesion(pane, &structures->lesions[number - 1],
                                      2.0, err);
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
    abl_canvas_plate_text(pane->canvas, at[0] - 0.5 * width,
                          at[1] + 0.35 * size_px, size_px, letters);
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
    double width = abl_canvas_text_width(pane->canvas, ABL_TEXT_LABEL_PX, text);
    abl_canvas_plate_text(pane->canvas, to[0] - 0.5 * (length + width),
                          to[1] - 10, ABL_TEXT_LABEL_PX, text);
    abl_canvas_reserve(pane->canvas, from[0] - 6, to[1] - 28, right, bottom);
}

void abl_pane_limit_labels(const abl_pane *pane)
{
    abl_canvas_limit(pane->canvas, pane->left_px, pane->top_px,
                     pane->left_px + (double)pane->view.width_px,
                     pane->top_px + (double)pane->view.height_px);
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

typedef struct outline {
    const abl_pane *pane;
    size_t points;
    abl_seen seen;
} outline;

static void add_to_outline(void *user, const double point_px[2], bool starts)
{
    outline *of = user;
    abl_seen *seen = &of->seen;
    const double at[2] = {of->pane->left_px + point_px[0] + 0.5,
                          of->pane->top_px + point_px[1] + 0.5};
    (void)starts;
    for (int a = 0; a < 2; a++) {
        seen->middle[a] += at[a];
        if (!of->points || at[a] < seen->box[a]) {
            seen->box[a] = at[a];
            memcpy(seen->ends[a], at, sizeof at);
        }
        if (!of->points || at[a] > seen->box[a + 2]) {
            seen->box[a + 2] = at[a];
            memcpy(seen->ends[a + 2], at, sizeof at);
        }
    }
    of->points++;
}

bool abl_pane_find_field(abl_seen *seen, const abl_pane *pane,
                         const abl_volume *field)
{
    outline of = {.pane = pane};
    if (abl_contour_field(&pane->view, field, OUTLINE_STEP_PX, add_to_outline,
                          &of, NULL) ||
        of.points == 0)
        return false;
    *seen = of.seen;
    seen->is_seen = true;
    for (int a = 0; a < 2; a++)
        seen->middle[a] /= (double)of.points;
    return true;
}

void abl_pane_find_lesions(abl_seen *seen, const abl_pane *pane,
                           const abl_volume *const *fields, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        seen[n].is_seen =
            fields[n] && abl_pane_find_field(&seen[n], pane, fields[n]);
        if (seen[n].is_seen)
            abl_canvas_reserve_lesion(pane->canvas, seen[n].box);
    }
}

void abl_pane_number(const abl_pane *pane, const abl_seen *seen, size_t count,
                     int except)
{
    for (size_t n = 0; n < count; n++) {
        double ends[4][2]; /* the right one first; no line crosses the lesion */
        char text[24];
        if (!seen[n].is_seen || (int)n + 1 == except)
            continue;
        for (size_t end = 0; end < 4; end++)
            memcpy(ends[end], seen[n].ends[(end + 2) % 4], sizeof ends[end]);
        snprintf(text, sizeof text, "%zu", n + 1);
        abl_canvas_label_any(pane->canvas, (const double(*)[2])ends, 4,
                             ABL_TEXT_LABEL_PX, ABL_INK_LESION, text);
    }
}

void abl_pictures_clear(abl_pictures *pictures)
{
    for (size_t n = 0; n < pictures->count; n++)
        abl_pixels_clear(&pictures->items[n].pixels);
    free(pictures->items);
    pictures->items = NULL;
    pictures->count = 0;
}

typedef abl_status (*sheet_fn)(abl_picture *out, const char *folder,
                               const abl_report *report, abl_error *err);

/* One picture to draw: a sheet of the patient, or a view of a lesion. */
typedef struct task {
    sheet_fn sheet;
    size_t lesion;
    abl_lesion_view kind;
    abl_status status;
    abl_error err;
} task;

static bool is_wanted(abl_lesion_view kind, const abl_lesion_findings *lesion)
{
    const abl_access *access = &lesion->access;
    if (kind == ABL_VIEW_NEAREST)
        return abl_overlay_has_nearest(lesion);
    if (kind == ABL_VIEW_PATH || kind == ABL_VIEW_NEEDLE)
        return access->assessed && access->has_path;
    if (kind == ABL_VIEW_ACCESS)
        return access->assessed && access->map;
    return true;
}

static size_t list_tasks(task *tasks, const abl_report *report)
{
    size_t count = 0;
    tasks[count++].sheet = abl_overlay_surface; /* takes longest */
    tasks[count++].sheet = abl_overlay_overview;
    tasks[count++].sheet = abl_overlay_projection;
    if (report->findings->lesion_count)
        tasks[count++].sheet = abl_overlay_montage;
    for (size_t n = 0; n < report->findings->lesion_count; n++) {
        const abl_lesion_findings *lesion = &report->findings->lesions[n];
        for (int kind = 0; kind < ABL_VIEW_COUNT; kind++) {
            if (!is_wanted((abl_lesion_view)kind, lesion))
                continue;
            tasks[count].lesion = n;
            tasks[count++].kind = (abl_lesion_view)kind;
        }
    }
    return count;
}

static void draw_task(task *one, abl_picture *picture, const char *folder,
                      const abl_report *report)
{
    if (one->sheet)
        one->status = one->sheet(picture, folder, report, &one->err);
    else if (one->kind == ABL_VIEW_ACCESS)
        one->status =
            abl_overlay_access(picture, folder, report, one->lesion, &one->err);
    else if (one->kind == ABL_VIEW_NEEDLE)
        one->status =
            abl_overlay_needle(picture, folder, report, one->lesion, &one->err);
    else
        one->status = abl_overlay_lesion(picture, folder, report, one->lesion,
                                         one->kind, &one->err);
}

/* Pictures are independent, so each thread draws whole ones. */
static abl_status draw_tasks(task *tasks, abl_pictures *out, const char *folder,
                             const abl_report *report,
                             const abl_progress *progress, abl_error *err)
{
    const size_t count = out->count;
    bool stop = false;
#pragma omp parallel for schedule(dynamic)
    for (size_t n = 0; n < count; n++) {
        abl_status step = ABL_OK;
#pragma omp critical(abl_overlay_progress)
        {
            if (!stop)
                step =
                    abl_progress_step(progress, "drawing",
                                      (double)n / (double)count, &tasks[n].err);
            stop = stop || step;
            tasks[n].status = step;
        }
        if (!stop)
            draw_task(&tasks[n], &out->items[n], folder, report);
    }
    for (size_t n = 0; n < count; n++)
        if (tasks[n].status) {
            if (err)
                *err = tasks[n].err;
            return tasks[n].status;
        }
    return ABL_OK;
}

abl_status abl_overlays_write(abl_pictures *out, const char *folder,
                              const abl_report *report,
                              const abl_progress *progress, abl_error *err)
{
    const size_t most =
        SHEETS + report->findings->lesion_count * ABL_VIEW_COUNT;
    out->count = 0;
    out->items = abl_alloc(most, sizeof *out->items, err);
    task *tasks = abl_alloc(most, sizeof *tasks, err);
    abl_status status = ABL_E_NOMEM;
    if (out->items && tasks) {
        out->count = list_tasks(tasks, report);
        status = draw_tasks(tasks, out, folder, report, progress, err);
    }
    free(tasks);
    if (status)
        abl_pictures_clear(out);
    return status;
}
