/* Per lesion: axial, coronal and sagittal pictures, and the best path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/report/nearest.h"
#include "eligibility/report/overlay.h"
#include "eligibility/report/read_text.h"

/* Lines this far from the plane are still drawn, dashed. */
#define FAR_OFF_MM 8.0

static const char *const view_names[ABL_VIEW_COUNT] = {"axial", "coronal",
                                                       "sagittal", "path"};

/* Words to place once all lines are drawn. */
typedef struct label {
    double anchor[2];
    abl_ink ink;
    char text[96];
} label;

/* One picture of one lesion. */
typedef struct scene {
    const abl_report *report;
    const abl_lesion_findings *lesion;
    size_t index;
    abl_lesion_view kind;
    abl_canvas canvas;
    abl_pane pane;
    size_t label_count;
    label labels[8];
    char elsewhere[192]; /* distances that lie off this plane */
} scene;

static double field_of_view_mm(const scene *s)
{
    if (s->kind == ABL_VIEW_PATH)
        return fmax(180, 1.4 * s->lesion->access.path.length_mm);
    double extent = s->lesion->max_3d_diameter.mm.measured
                        ? s->lesion->max_3d_diameter.mm.value
                        : 0;
    return fmin(fmax(120, 2.6 * extent), 400);
}

/* The axial picture shows the very slice the diameters were measured in. */
static void view_centre(double centre_lps[3], const scene *s)
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

static void choose_view(scene *s)
{
    const size_t side = ABL_OVERLAY_SIDE_PX;
    const double mm_per_px = field_of_view_mm(s) / (double)side;
    double centre_lps[3];
    view_centre(centre_lps, s);
    if (s->kind != ABL_VIEW_PATH) {
        static const abl_plane planes[] = {ABL_PLANE_AXIAL, ABL_PLANE_CORONAL,
                                           ABL_PLANE_SAGITTAL};
        s->pane.view = abl_view_plane(&s->report->image->grid, planes[s->kind],
                                      centre_lps, mm_per_px, side, side);
        return;
    }
    const abl_path *path = &s->lesion->access.path;
    double along[3], length = fmax(path->length_mm, 1e-6);
    for (int r = 0; r < 3; r++)
        along[r] = (path->target_lps[r] - path->entry_lps[r]) / length;
    s->pane.view = abl_view_along(centre_lps, along, mm_per_px, side, side);
}

static bool on_picture(const scene *s, const double pixel[2])
{
    return pixel[0] > 4 && pixel[1] > 4 &&
           pixel[0] < (double)s->pane.view.width_px - 4 &&
           pixel[1] < (double)s->pane.view.height_px - 4;
}

/* Within this a point lies in the plane. */
static double in_plane_mm(const scene *s)
{
    return fmax(3.0, s->report->image->grid.spacing_mm[2]);
}

static void add_label(scene *s, const double anchor[2], abl_ink ink,
                      const char *text)
{
    if (s->label_count == sizeof s->labels / sizeof s->labels[0])
        return;
    label *one = &s->labels[s->label_count++];
    memcpy(one->anchor, anchor, sizeof one->anchor);
    one->ink = ink;
    snprintf(one->text, sizeof one->text, "%s", text);
}

/* "5 mm H": how far off the plane, and towards where. */
static void describe_depth(char out[24], const scene *s, double depth_mm)
{
    char letters[4];
    double away[3];
    const abl_view *view = &s->pane.view;
    for (int r = 0; r < 3; r++) {
        const int a = (r + 1) % 3, b = (r + 2) % 3;
        away[r] = view->right_lps[a] * view->down_lps[b] -
                  view->right_lps[b] * view->down_lps[a];
        away[r] = depth_mm < 0 ? -away[r] : away[r];
    }
    abl_view_letters(letters, away);
    snprintf(out, 24, "%.0f mm %s", fabs(depth_mm), letters);
}

static void add_elsewhere(scene *s, const char *text, const char *depth)
{
    const size_t used = strlen(s->elsewhere);
    snprintf(s->elsewhere + used, sizeof s->elsewhere - used, "%s%s (%s)",
             used ? ", " : "", text, depth);
}

/* A line far off the plane is only named: drawn on top of other anatomy it
 * would mislead. */
static void draw_length(scene *s, const abl_segment *segment, abl_ink ink,
                        double tick_px, const char *name)
{
    if (!segment->mm.measured || segment->is_read)
        return;
    double from[2], to[2], from_mm, to_mm;
    char text[96];
    abl_pane_locate(from, &from_mm, &s->pane, segment->from_lps);
    abl_pane_locate(to, &to_mm, &s->pane, segment->to_lps);
    if (segment->mm.value < 0.05 && name[0])
        snprintf(text, sizeof text, "touches %s", name);
    else
        snprintf(text, sizeof text, "%s%s%.1f mm", name, name[0] ? " " : "",
                 segment->mm.value);
    const double off_mm = fabs(from_mm) < fabs(to_mm) ? from_mm : to_mm;
    const double far_mm = fmax(fabs(from_mm), fabs(to_mm));
    char depth[24];
    describe_depth(depth, s, off_mm);
    if (fabs(off_mm) > FAR_OFF_MM) {
        add_elsewhere(s, text, depth);
        return;
    }
    if (!on_picture(s, from) || !on_picture(s, to))
        return;
    const bool leaves = far_mm > in_plane_mm(s);
    abl_canvas_line(&s->canvas, from, to, ink, 1.8, tick_px, leaves);
    abl_canvas_reserve_line(&s->canvas, from, to, tick_px + 3);
    const bool is_off = fabs(off_mm) > in_plane_mm(s);
    char words[128];
    snprintf(words, sizeof words, "%s%s%s%s", text, leaves ? " (" : "",
             is_off   ? depth
             : leaves ? "oblique"
                      : "",
             leaves ? ")" : "");
    add_label(s, to, ink, words);
}

static void draw_measures(scene *s)
{
    const abl_lesion_findings *lesion = s->lesion;
    if (s->kind == ABL_VIEW_AXIAL) {
        draw_length(s, &lesion->longest_axial_diameter, ABL_INK_MEASURE, 5, "");
        draw_length(s, &lesion->perpendicular_diameter, ABL_INK_MEASURE, 5, "");
    }
    draw_length(s, &lesion->capsule, ABL_INK_LIVER, 4, "capsule");
    const abl_clearance *vessel = abl_nearest_trunk(lesion);
    const abl_vessel_near *near = &lesion->vessels.nearest;
    const bool is_inside =
        near->to.nearest.mm.measured &&
        (!vessel || near->to.nearest.mm.value < vessel->nearest.mm.value);
    if (is_inside)
        draw_length(s, &near->to.nearest,
                    abl_overlay_line(near->to.structure).ink, 4,
                    abl_vessel_near_title(near));
    else if (vessel)
        draw_length(s, &vessel->nearest,
                    abl_overlay_line(vessel->structure).ink, 4,
                    abl_structure_title(vessel->structure));
    const abl_clearance *organ = abl_nearest_organ(lesion);
    if (organ)
        draw_length(s, &organ->nearest, ABL_INK_ORGAN, 4,
                    abl_structure_title(organ->structure));
}

/* The axis of the corridor, its edges, entry and target. */
static void draw_path(scene *s)
{
    const abl_path *path = &s->lesion->access.path;
    double entry[2], target[2];
    abl_pane_locate(entry, NULL, &s->pane, path->entry_lps);
    abl_pane_locate(target, NULL, &s->pane, path->target_lps);
    double dx = target[0] - entry[0], dy = target[1] - entry[1];
    double length = fmax(hypot(dx, dy), 1e-6);
    double half =
        s->lesion->access.corridor_mm / s->pane.view.mm_per_px / length;
    for (int side = -1; side <= 1; side += 2) {
        double ox = -dy * half * side, oy = dx * half * side;
        abl_canvas_line(&s->canvas, (double[2]){entry[0] + ox, entry[1] + oy},
                        (double[2]){target[0] + ox, target[1] + oy},
                        ABL_INK_PATH, 1.0, 0, true);
    }
    abl_canvas_line(&s->canvas, entry, target, ABL_INK_PATH, 2.4, 0, false);
    abl_canvas_reserve_line(
        &s->canvas, entry, target,
        s->lesion->access.corridor_mm / s->pane.view.mm_per_px + 2);
    char text[96];
    snprintf(text, sizeof text, "entry: %.0f mm to target", path->length_mm);
    add_label(s, entry, ABL_INK_PATH, text);
    const char *nearest_title =
        path->nearest_lesion > 0 ? "another lesion"
        : path->nearest_obstacle == ABL_BACKGROUND
            ? "nothing nearer in the scan"
            : abl_obstacle_title(path->nearest_obstacle);
    snprintf(text, sizeof text, "clearance %.1f mm (%s)", path->clearance_mm,
             nearest_title);
    add_label(
        s,
        (double[2]){0.5 * (entry[0] + target[0]), 0.5 * (entry[1] + target[1])},
        ABL_INK_PATH, text);
}

/* Labels keep off the lesion itself. */
static void reserve_lesion(scene *s)
{
    const abl_volume *field = s->report->structures->lesions[s->index].field;
    if (!field)
        return;
    const abl_lattice box = abl_view_lattice(&s->pane.view, &field->grid, 1);
    double pad_px = 2 * field->grid.spacing_mm[0] / s->pane.view.mm_per_px;
    abl_canvas_reserve(&s->canvas, box.first_px[0] + pad_px,
                       box.first_px[1] + pad_px,
                       box.first_px[0] + (double)box.size[0] - pad_px,
                       box.first_px[1] + (double)box.size[1] - pad_px);
}

static void describe_plane(char *text, size_t size, const scene *s)
{
    const abl_grid *grid = &s->report->image->grid;
    const double *lps = s->pane.view.centre_lps;
    size_t number = abl_native_slice_number(s->report, s->lesion->axial_slice);
    if (s->kind == ABL_VIEW_PATH)
        snprintf(text, size, "plane through the path");
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

static void describe_sizes(char *text, size_t size, const scene *s)
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
static void draw_read_line(scene *s)
{
    char line[256];
    abl_read_lesion_line(line, sizeof line, s->report, s->index);
    if (!line[0])
        return;
    abl_canvas_fit_text(&s->canvas, 12, 60, ABL_TEXT_SMALL_PX, ABL_INK_LESION,
                        line);
    abl_canvas_reserve(&s->canvas, 0, 44, s->canvas.width_px, 68);
}

/* Distances that another plane shows, at the upper edge. */
static void draw_elsewhere(scene *s)
{
    char line[224];
    if (!s->elsewhere[0])
        return;
    snprintf(line, sizeof line, "Not in this plane: %s", s->elsewhere);
    abl_canvas_fit_text(&s->canvas, 12, 40, ABL_TEXT_SMALL_PX, ABL_INK_TEXT,
                        line);
    abl_canvas_reserve(&s->canvas, 0, 24, s->canvas.width_px, 46);
}

static void place_labels(scene *s)
{
    for (size_t n = 0; n < s->label_count; n++)
        abl_canvas_label(&s->canvas, s->labels[n].anchor, ABL_TEXT_LABEL_PX,
                         s->labels[n].ink, s->labels[n].text);
}

static void draw_panel(scene *s)
{
    abl_canvas *canvas = &s->canvas;
    const abl_judgement *judged = &s->report->assessment->lesions[s->index];
    const double top = ABL_OVERLAY_SIDE_PX;
    char text[512], part[192], series[192];
    canvas->height_px = top + ABL_OVERLAY_PANEL_PX;
    snprintf(text, sizeof text, "Lesion %d: %s", s->lesion->number,
             abl_verdict_text(judged->verdict));
    abl_canvas_fit_text(canvas, 12, top + 26, ABL_TEXT_TITLE_PX, ABL_INK_LESION,
                        text);
    double base =
        abl_canvas_wrap_text(canvas, 12, top + 50, ABL_TEXT_LABEL_PX,
                             ABL_INK_TEXT, 3, judged->limiting_factor);
    describe_sizes(text, sizeof text, s);
    abl_canvas_fit_text(canvas, 12, base, ABL_TEXT_LABEL_PX, ABL_INK_TEXT,
                        text);
    describe_plane(part, sizeof part, s);
    abl_overlay_series(series, sizeof series, s->report);
    snprintf(text, sizeof text, "%s   |   window %.0f / %.0f HU   |   %s", part,
             ABL_WINDOW_CENTRE_HU, ABL_WINDOW_WIDTH_HU, series);
    abl_canvas_fit_text(canvas, 12, top + 137, ABL_TEXT_SMALL_PX, ABL_INK_DIM,
                        text);
    abl_canvas_fit_text(canvas, 12, top + 156, ABL_TEXT_SMALL_PX, ABL_INK_DIM,
                        ABL_RESEARCH_USE);
}

static abl_status draw_scene(scene *s, abl_error *err)
{
    abl_status status = abl_pane_draw_image(&s->pane, s->report->image, err);
    if (!status && s->kind == ABL_VIEW_PATH)
        status = abl_pane_draw_body(&s->pane, s->report->structures, err);
    if (!status)
        status = abl_pane_draw_structures(&s->pane, s->report->structures,
                                          s->lesion->number, err);
    if (status)
        return status;
    s->canvas.height_px = ABL_OVERLAY_SIDE_PX;
    abl_pane_draw_frame(&s->pane);
    reserve_lesion(s);
    draw_read_line(s);
    status = abl_pane_draw_replaced(&s->pane, s->report, err);
    if (status)
        return status;
    if (s->kind == ABL_VIEW_PATH)
        draw_path(s);
    else
        draw_measures(s);
    draw_elsewhere(s);
    place_labels(s);
    draw_panel(s);
    return ABL_OK;
}

static void name_picture(abl_picture *picture, const scene *s)
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
    scene s;
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
