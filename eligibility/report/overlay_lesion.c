/* Per lesion: axial, coronal and sagittal pictures, and the best path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/report/overlay_scene.h"
#include "eligibility/report/read_text.h"

static const char *const view_names[ABL_VIEW_COUNT] = {
    "axial", "coronal", "sagittal", "nearest", "path"};

bool abl_overlay_has_nearest(const abl_lesion_findings *lesion)
{
    abl_shortest shortest;
    return abl_scene_find_shortest(&shortest, lesion);
}

static double field_of_view_mm(const abl_scene *s)
{
    if (s->kind == ABL_VIEW_PATH)
        return fmax(180, 1.4 * s->lesion->access.path.length_mm);
    double extent = s->lesion->max_3d_diameter.mm.measured
                        ? s->lesion->max_3d_diameter.mm.value
                        : 0;
    const bool is_near = s->kind == ABL_VIEW_NEAREST;
    return fmin(fmax(is_near ? 90 : 120, 2.6 * extent), 400);
}

/* The axial picture shows the very slice the diameters were measured in. */
static void view_centre(double centre_lps[3], const abl_scene *s)
{
    const abl_lesion_findings *lesion = s->lesion;
    memcpy(centre_lps, lesion->centroid_lps, 3 * sizeof *centre_lps);
    if (s->kind == ABL_VIEW_AXIAL) {
        double ijk[3];
        abl_grid_to_ijk(ijk, &s->report->image->grid, centre_lps);
        ijk[2] = (double)lesion->axial_slice;
        abl_grid_to_lps(centre_lps, &s->report->image->grid, ijk);
    } else if (s->kind == ABL_VIEW_PATH) {
        const abl_path *path = &lesion->access.path;
        for (int r = 0; r < 3; r++)
            centre_lps[r] = 0.5 * (path->entry_lps[r] + path->target_lps[r]);
    }
}

/* Centre and width; a path needs skin and fat to be seen. */
static void choose_window(double window_hu[2], const abl_scene *s)
{
    const bool is_close = s->kind != ABL_VIEW_PATH;
    window_hu[0] = is_close ? abl_overlay_liver_centre(s->report->structures)
                            : ABL_WINDOW_CENTRE_HU;
    window_hu[1] = is_close ? ABL_WINDOW_LIVER_WIDTH_HU : ABL_WINDOW_WIDTH_HU;
}

/* Holds the segment, near to axial or coronal. */
static abl_view view_of_segment(const abl_scene *s, const double from_lps[3],
                                const double to_lps[3],
                                const double centre_lps[3])
{
    const size_t side = ABL_OVERLAY_SIDE_PX;
    double along[3], length = 0, right = 0, down = 0;
    for (int r = 0; r < 3; r++) {
        along[r] = to_lps[r] - from_lps[r];
        length += along[r] * along[r];
    }
    length = fmax(sqrt(length), 1e-6);
    for (int r = 0; r < 3; r++)
        along[r] /= length;
    abl_view view = abl_view_along(
        from_lps, along, field_of_view_mm(s) / (double)side, side, side);
    for (int r = 0; r < 3; r++) {
        right += (centre_lps[r] - from_lps[r]) * view.right_lps[r];
        down += (centre_lps[r] - from_lps[r]) * view.down_lps[r];
    }
    for (int r = 0; r < 3; r++)
        view.centre_lps[r] +=
            right * view.right_lps[r] + down * view.down_lps[r];
    return view;
}

static void choose_view(abl_scene *s)
{
    static const abl_plane planes[] = {ABL_PLANE_AXIAL, ABL_PLANE_CORONAL,
                                       ABL_PLANE_SAGITTAL};
    const size_t side = ABL_OVERLAY_SIDE_PX;
    const abl_path *path = &s->lesion->access.path;
    double centre_lps[3];
    abl_shortest shortest;
    view_centre(centre_lps, s);
    if (s->kind == ABL_VIEW_PATH)
        s->pane.view =
            view_of_segment(s, path->entry_lps, path->target_lps, centre_lps);
    else if (s->kind == ABL_VIEW_NEAREST &&
             abl_scene_find_shortest(&shortest, s->lesion))
        s->pane.view = view_of_segment(s, shortest.segment->from_lps,
                                       shortest.segment->to_lps, centre_lps);
    else
        s->pane.view =
            abl_view_plane(&s->report->image->grid, planes[s->kind], centre_lps,
                           field_of_view_mm(s) / (double)side, side, side);
}

static void find_lesions(abl_seen seen[ABL_MAX_LESIONS], const abl_scene *s)
{
    const abl_structures *structures = s->report->structures;
    const abl_volume *fields[ABL_MAX_LESIONS] = {NULL};
    for (size_t n = 0; n < structures->lesion_count && n < ABL_MAX_LESIONS; n++)
        fields[n] = structures->lesions[n].field;
    abl_pane_find_lesions(seen, &s->pane, fields, ABL_MAX_LESIONS);
}

static void describe_nearest(char *text, size_t size, const abl_scene *s)
{
    const abl_view *view = &s->pane.view;
    const double upright = view->right_lps[0] * view->down_lps[1] -
                           view->right_lps[1] * view->down_lps[0];
    snprintf(text, size,
             "plane through the shortest distance, %.0f\xc2\xb0 from axial",
             57.29577951308232 * acos(fmin(1, fabs(upright))));
}

static void describe_plane(char *text, size_t size, const abl_scene *s)
{
    const abl_grid *grid = &s->report->image->grid;
    const double *lps = s->pane.view.centre_lps;
    size_t number = abl_native_slice_number(s->report, s->lesion->axial_slice);
    if (s->kind == ABL_VIEW_PATH)
        snprintf(text, size, "plane through the path");
    else if (s->kind == ABL_VIEW_NEAREST)
        describe_nearest(text, size, s);
    else if (s->kind == ABL_VIEW_AXIAL && number > 0)
        snprintf(text, size, "axial, slice %zu of %zu (z %.1f mm)", number,
                 grid->size[2], lps[2]);
    else
        snprintf(text, size, "%s, %s %.1f mm", view_names[s->kind],
                 s->kind == ABL_VIEW_SAGITTAL  ? "x"
                 : s->kind == ABL_VIEW_CORONAL ? "y"
                                               : "z",
                 lps[s->kind == ABL_VIEW_SAGITTAL  ? 0
                     : s->kind == ABL_VIEW_CORONAL ? 1
                                                   : 2]);
}

static void describe_sizes(char *text, size_t size, const abl_scene *s)
{
    const abl_lesion_findings *l = s->lesion;
    const abl_value *axial = &l->longest_axial_diameter.mm;
    const abl_value *across = &l->perpendicular_diameter.mm;
    const abl_value *feret = &l->max_3d_diameter.mm;
    if (axial->measured && across->measured && feret->measured)
        snprintf(text, size,
                 "axial %.1f \xc2\xb1 %.1f x %.1f mm   3-D %.1f \xc2\xb1 %.1f "
                 "mm   volume %.*f mL",
                 axial->value, axial->uncertainty, across->value, feret->value,
                 feret->uncertainty, l->volume_ml.value < 1 ? 2 : 1,
                 l->volume_ml.value);
    else
        snprintf(text, size, "diameters were not measured");
}

/* Who drew or changed it, at the upper edge. */
static void draw_read_line(abl_scene *s)
{
    char line[256];
    abl_read_lesion_line(line, sizeof line, s->report, s->index);
    if (!line[0])
        return;
    abl_canvas_fit_text(&s->canvas, 12, 84, ABL_TEXT_SMALL_PX, ABL_INK_LESION,
                        line);
    abl_canvas_reserve(&s->canvas, 0, 68, s->canvas.width_px, 92);
}

/* In smaller letters where it would not fit; returns the next base line. */
static double draw_reason(abl_canvas *canvas, double base, const char *reason)
{
    const double lines =
        abl_canvas_text_width(canvas, ABL_TEXT_LABEL_PX, reason) /
        (canvas->width_px - 24);
    const bool is_long =
        lines > 3.7; /* four, less what is lost at their ends */
    return abl_canvas_wrap_text(canvas, 12, base,
                                is_long ? ABL_TEXT_SMALL_PX : ABL_TEXT_LABEL_PX,
                                ABL_INK_TEXT, is_long ? 5 : 4, reason);
}

static void draw_panel(abl_scene *s)
{
    abl_canvas *canvas = &s->canvas;
    const abl_judgement *judged = &s->report->assessment->lesions[s->index];
    const double top = ABL_OVERLAY_SIDE_PX;
    char text[512], part[192], series[192];
    double window_hu[2];
    snprintf(text, sizeof text, "Lesion %d%s: %s", s->lesion->number,
             s->lesion->is_low_confidence ? " (low confidence)" : "",
             abl_verdict_text(judged->verdict));
    abl_canvas_fit_text(canvas, 12, top + 26, ABL_TEXT_TITLE_PX, ABL_INK_LESION,
                        text);
    double base = draw_reason(canvas, top + 50, judged->limiting_factor);
    describe_sizes(text, sizeof text, s);
    abl_canvas_fit_text(canvas, 12, base, ABL_TEXT_LABEL_PX, ABL_INK_TEXT,
                        text);
    describe_plane(part, sizeof part, s);
    abl_overlay_series(series, sizeof series, s->report);
    choose_window(window_hu, s);
    snprintf(text, sizeof text, "%s   |   window %.0f / %.0f HU   |   %s", part,
             window_hu[0], window_hu[1], series);
    abl_canvas_fit_text(canvas, 12, top + ABL_OVERLAY_PANEL_PX - 27,
                        ABL_TEXT_SMALL_PX, ABL_INK_DIM, text);
    abl_canvas_fit_text(canvas, 12, top + ABL_OVERLAY_PANEL_PX - 8,
                        ABL_TEXT_SMALL_PX, ABL_INK_DIM, ABL_RESEARCH_USE);
}

static abl_status draw_scene(abl_scene *s, abl_error *err)
{
    double window_hu[2];
    abl_seen seen[ABL_MAX_LESIONS];
    choose_window(window_hu, s);
    abl_status status = abl_pane_draw_windowed(&s->pane, s->report->image,
                                               window_hu[0], window_hu[1], err);
    if (!status)
        status = s->kind == ABL_VIEW_PATH
                     ? abl_pane_draw_body(&s->pane, s->report->structures, err)
                     : abl_scene_draw_neighbours(s, err);
    if (!status)
        status = abl_pane_draw_structures(&s->pane, s->report->structures,
                                          s->lesion->number, err);
    if (status)
        return status;
    abl_pane_limit_labels(&s->pane);
    abl_pane_draw_frame(&s->pane);
    find_lesions(seen, s);
    draw_read_line(s);
    status = abl_pane_draw_replaced(&s->pane, s->report, err);
    if (status)
        return status;
    if (s->kind == ABL_VIEW_PATH)
        abl_scene_draw_path(s);
    else
        abl_scene_draw_measures(s);
    abl_scene_draw_elsewhere(s);
    abl_scene_place_labels(s);
    abl_pane_number(&s->pane, seen, ABL_MAX_LESIONS, s->lesion->number);
    draw_panel(s);
    return ABL_OK;
}

static void name_picture(abl_picture *picture, const abl_scene *s)
{
    char plane[128];
    memset(picture, 0, sizeof *picture);
    picture->lesion = s->lesion->number;
    snprintf(picture->file, sizeof picture->file, "overlays/lesion-%02d-%s.png",
             s->lesion->number, view_names[s->kind]);
    describe_plane(plane, sizeof plane, s);
    snprintf(picture->caption, sizeof picture->caption, "Lesion %d, %s",
             s->lesion->number, plane);
}

abl_status abl_overlay_lesion(abl_picture *out, const char *folder,
                              const abl_report *report, size_t lesion,
                              abl_lesion_view kind, abl_error *err)
{
    abl_scene s;
    memset(&s, 0, sizeof s);
    s.report = report;
    s.lesion = &report->findings->lesions[lesion];
    s.index = lesion;
    s.kind = kind;
    abl_status status =
        abl_canvas_open(&s.canvas, ABL_OVERLAY_SIDE_PX,
                        ABL_OVERLAY_SIDE_PX + ABL_OVERLAY_PANEL_PX, err);
    if (status)
        return status;
    s.pane.canvas = &s.canvas;
    choose_view(&s);
    name_picture(out, &s);
    status = draw_scene(&s, err);
    if (!status)
        status = abl_overlay_finish(out, &s.canvas, folder, err);
    abl_canvas_clear(&s.canvas);
    return status;
}
