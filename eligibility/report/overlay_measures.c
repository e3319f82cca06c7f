/* Diameters, shortest distances and the path, drawn on a picture of a lesion.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/access.h"
#include "eligibility/report/nearest.h"
#include "eligibility/report/overlay_scene.h"

#define IN_PLANE_MM 2.0
#define SLANT_MM    10.0 /* an end farther off makes a line look too short */
#define RING_PX     3.5

static bool on_picture(const abl_scene *s, const double pixel[2])
{
    return pixel[0] > 4 && pixel[1] > 4 &&
           pixel[0] < (double)s->pane.view.width_px - 4 &&
           pixel[1] < (double)s->pane.view.height_px - 4;
}

/* Within this a point lies in the plane. */
static double in_plane_mm(const abl_scene *s)
{
    const double slice_mm = s->report->image->grid.spacing_mm[2];
    return s->kind == ABL_VIEW_AXIAL ? fmax(IN_PLANE_MM, 0.5 * slice_mm)
                                     : IN_PLANE_MM;
}

static void add_label(abl_scene *s, const double anchor[2],
                      const double other[2], abl_ink ink, const char *text)
{
    if (s->label_count == ABL_SCENE_MAX_LABELS)
        return;
    abl_scene_label *one = &s->labels[s->label_count++];
    memcpy(one->anchors[0], anchor, sizeof one->anchors[0]);
    memcpy(one->anchors[1], other, sizeof one->anchors[1]);
    one->ink = ink;
    snprintf(one->text, sizeof one->text, "%s", text);
}

/* "5 mm H": how far off the plane, and towards where. */
static void describe_depth(char out[24], const abl_scene *s, double depth_mm)
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

static void add_elsewhere(abl_scene *s, const char *text, const char *where,
                          double depth_mm)
{
    const size_t used = strlen(s->elsewhere);
    char depth[24];
    describe_depth(depth, s, depth_mm);
    snprintf(s->elsewhere + used, sizeof s->elsewhere - used, "%s%s (%s%s)",
             used ? ", " : "", text, where, depth);
}

static void draw_ring(abl_scene *s, const double at[2], abl_ink ink)
{
    cairo_new_sub_path(s->canvas.cairo);
    cairo_arc(s->canvas.cairo, at[0], at[1], RING_PX, 0, 2 * acos(-1.0));
    abl_canvas_stroke(&s->canvas, ink, 1.8);
}

/* Where a line ends in the plane: a tick across it. */
static void draw_tick(abl_scene *s, const double at[2], const double other[2],
                      abl_ink ink, double tick_px)
{
    const double dx = other[0] - at[0], dy = other[1] - at[1];
    const double length = hypot(dx, dy);
    if (length <= 0)
        return;
    const double tx = -dy / length * tick_px, ty = dx / length * tick_px;
    abl_canvas_line(&s->canvas, (double[2]){at[0] - tx, at[1] - ty},
                    (double[2]){at[0] + tx, at[1] + ty}, ink, 1.8, 0, false);
}

/* How a distance lies to the plane: its ends on the canvas, and how deep. */
typedef struct span {
    double from[2], to[2], from_mm, to_mm;
    bool starts_here, ends_here;
} span;

static span locate(const abl_scene *s, const abl_segment *segment)
{
    span out;
    abl_pane_locate(out.from, &out.from_mm, &s->pane, segment->from_lps);
    abl_pane_locate(out.to, &out.to_mm, &s->pane, segment->to_lps);
    out.starts_here = fabs(out.from_mm) <= in_plane_mm(s);
    out.ends_here = fabs(out.to_mm) <= in_plane_mm(s);
    return out;
}

static void draw_touch(abl_scene *s, const span *at, abl_ink ink,
                       const char *text)
{
    draw_ring(s, at->to, ink);
    abl_canvas_reserve(&s->canvas, at->to[0] - 6, at->to[1] - 6, at->to[0] + 6,
                       at->to[1] + 6);
    add_label(s, at->to, at->to, ink, text);
}

static void draw_span(abl_scene *s, const span *at, abl_ink ink, double tick_px,
                      const char *text)
{
    const double *ends[2] = {at->from, at->to};
    const bool here[2] = {at->starts_here, at->ends_here};
    char depth[24], words[128] = "";
    abl_canvas_line(&s->canvas, at->from, at->to, ink, 1.8, 0,
                    !here[0] || !here[1]);
    for (int n = 0; n < 2; n++)
        if (here[n])
            draw_tick(s, ends[n], ends[1 - n], ink, tick_px);
        else
            draw_ring(s, ends[n], ink);
    abl_canvas_reserve_line(&s->canvas, at->from, at->to, tick_px + 3);
    describe_depth(depth, s, here[1] ? at->from_mm : at->to_mm);
    snprintf(words, sizeof words, "%s (%s %s)", text,
             here[0] ? "ends" : "starts", depth);
    add_label(s, at->to, at->from, ink, here[0] && here[1] ? text : words);
}

/* A line off the plane is only named: drawn on top of other anatomy it would
 * mislead. */
static void draw_length(abl_scene *s, const abl_segment *segment, abl_ink ink,
                        double tick_px, const char *name)
{
    if (!segment->mm.measured || segment->is_read)
        return;
    const span at = locate(s, segment);
    const bool touches = segment->mm.value < ABL_SCENE_TOUCH_MM && name[0];
    char text[96];
    if (touches)
        snprintf(text, sizeof text, "touches %s", name);
    else
        snprintf(text, sizeof text, "%s%s%.1f mm", name, name[0] ? " " : "",
                 segment->mm.value);
    if (!at.starts_here && !at.ends_here)
        add_elsewhere(s, text, "",
                      fabs(at.from_mm) < fabs(at.to_mm) ? at.from_mm
                                                        : at.to_mm);
    else if (fabs(at.to_mm) > SLANT_MM)
        add_elsewhere(s, text, "ends ", at.to_mm);
    else if (fabs(at.from_mm) > SLANT_MM)
        add_elsewhere(s, text, "starts ", at.from_mm);
    else if (!on_picture(s, at.from) || !on_picture(s, at.to))
        return;
    else if (touches)
        draw_touch(s, &at, ink, text);
    else
        draw_span(s, &at, ink, tick_px, text);
}

/* Capsule, nearest vessel and nearest organ; returns how many. */
static size_t list_shortest(abl_shortest out[ABL_SCENE_SHORTEST],
                            const abl_lesion_findings *lesion)
{
    const abl_clearance *trunk = abl_nearest_trunk(lesion);
    const abl_clearance *organ = abl_nearest_organ(lesion);
    const abl_vessel_near *near = &lesion->vessels.nearest;
    const abl_segment *inside = &near->to.nearest;
    size_t count = 0;
    out[count++] =
        (abl_shortest){&lesion->capsule, ABL_INK_LIVER, "capsule", ABL_LIVER};
    if (inside->mm.measured &&
        (!trunk || inside->mm.value < trunk->nearest.mm.value))
        out[count++] =
            (abl_shortest){inside, abl_overlay_line(near->to.structure).ink,
                           abl_vessel_near_title(near), near->to.structure};
    else if (trunk)
        out[count++] = (abl_shortest){
            &trunk->nearest, abl_overlay_line(trunk->structure).ink,
            abl_structure_title(trunk->structure), trunk->structure};
    if (organ)
        out[count++] = (abl_shortest){&organ->nearest, ABL_INK_ORGAN,
                                      abl_structure_title(organ->structure),
                                      organ->structure};
    return count;
}

bool abl_scene_find_shortest(abl_shortest *out,
                             const abl_lesion_findings *lesion)
{
    abl_shortest all[ABL_SCENE_SHORTEST];
    const size_t count = list_shortest(all, lesion);
    bool found = false;
    for (size_t n = 0; n < count; n++) {
        const abl_segment *one = all[n].segment;
        if (!one->mm.measured || one->is_read ||
            one->mm.value < ABL_SCENE_TOUCH_MM)
            continue;
        if (!found || one->mm.value < out->segment->mm.value)
            *out = all[n];
        found = true;
    }
    return found;
}

abl_status abl_scene_draw_neighbours(const abl_scene *s, abl_error *err)
{
    abl_shortest all[ABL_SCENE_SHORTEST];
    const size_t count = list_shortest(all, s->lesion);
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++)
        if (all[n].segment->mm.measured &&
            abl_overlay_is_body(all[n].structure))
            status = abl_pane_draw_body_part(&s->pane, s->report->structures,
                                             all[n].structure, err);
    return status;
}

void abl_scene_draw_measures(abl_scene *s)
{
    abl_shortest all[ABL_SCENE_SHORTEST];
    const size_t count = list_shortest(all, s->lesion);
    if (s->kind == ABL_VIEW_AXIAL) {
        draw_length(s, &s->lesion->longest_axial_diameter, ABL_INK_MEASURE, 5,
                    "");
        draw_length(s, &s->lesion->perpendicular_diameter, ABL_INK_MEASURE, 5,
                    "");
    }
    for (size_t n = 0; n < count; n++)
        draw_length(s, all[n].segment, all[n].ink, 4, all[n].name);
}

static const char *room_title(const abl_path *path)
{
    return path->nearest_lesion > 0 ? "another lesion"
           : path->nearest_obstacle == ABL_BACKGROUND
               ? "nothing nearer in the scan"
               : abl_obstacle_title(path->nearest_obstacle);
}

void abl_scene_draw_path(abl_scene *s)
{
    const abl_path *path = &s->lesion->access.path;
    double entry[2], target[2];
    abl_pane_locate(entry, NULL, &s->pane, path->entry_lps);
    abl_pane_locate(target, NULL, &s->pane, path->target_lps);
    double dx = target[0] - entry[0], dy = target[1] - entry[1];
    double length = fmax(hypot(dx, dy), 1e-6);
    const double half_px =
        s->lesion->access.corridor_mm / s->pane.view.mm_per_px;
    for (int side = -1; side <= 1; side += 2) {
        double ox = -dy * half_px / length * side;
        double oy = dx * half_px / length * side;
        abl_canvas_line(&s->canvas, (double[2]){entry[0] + ox, entry[1] + oy},
                        (double[2]){target[0] + ox, target[1] + oy},
                        ABL_INK_PATH, 1.0, 0, true);
    }
    abl_canvas_line(&s->canvas, entry, target, ABL_INK_PATH, 2.4, 0, false);
    draw_tick(s, entry, target, ABL_INK_PATH, 6);
    draw_ring(s, target, ABL_INK_PATH);
    abl_canvas_reserve_line(&s->canvas, entry, target, half_px + 2);
    char text[96];
    snprintf(text, sizeof text, "entry: %.0f mm to target", path->length_mm);
    add_label(s, entry, entry, ABL_INK_PATH, text);
    snprintf(text, sizeof text, "clearance %.1f mm (%s)", path->clearance_mm,
             room_title(path));
    const double middle[2] = {0.5 * (entry[0] + target[0]),
                              0.5 * (entry[1] + target[1])};
    add_label(s, middle, middle, ABL_INK_PATH, text);
}

/* Spaces that do not follow a comma become such that no line ends at. */
static void bind_words(char *out, size_t size, const char *text)
{
    size_t used = 0;
    for (size_t n = 0; text[n] && used + 3 < size; n++) {
        const bool binds = text[n] == ' ' && n > 0 && text[n - 1] != ',';
        used += (size_t)snprintf(out + used, size - used, "%.*s", binds ? 2 : 1,
                                 binds ? "\xc2\xa0" : text + n);
    }
    out[used] = '\0';
}

void abl_scene_draw_elsewhere(abl_scene *s)
{
    char words[288], line[sizeof words * 2];
    if (!s->elsewhere[0])
        return;
    snprintf(words, sizeof words, "Not in this plane: %s", s->elsewhere);
    bind_words(line, sizeof line, words);
    const double width =
        abl_canvas_text_width(&s->canvas, ABL_TEXT_SMALL_PX, line);
    const double room = s->canvas.width_px - 24;
    cairo_rectangle(s->canvas.cairo, 0, 30, fmin(width, room) + 24,
                    width > room ? 40 : 22);
    cairo_set_source_rgba(s->canvas.cairo, 0, 0, 0, 0.45);
    cairo_fill(s->canvas.cairo);
    const double base = abl_canvas_wrap_text(
        &s->canvas, 12, 46, ABL_TEXT_SMALL_PX, ABL_INK_TEXT, 2, line);
    abl_canvas_reserve(&s->canvas, 0, 30, s->canvas.width_px,
                       base - ABL_TEXT_SMALL_PX);
}

static int longest_first(const void *a, const void *b)
{
    const abl_scene_label *left = a, *right = b;
    const size_t lengths[2] = {strlen(left->text), strlen(right->text)};
    if (lengths[0] != lengths[1])
        return lengths[0] < lengths[1] ? 1 : -1;
    return strcmp(left->text, right->text);
}

/* A short label finds room beside a long one rather than the other way. */
void abl_scene_place_labels(abl_scene *s)
{
    qsort(s->labels, s->label_count, sizeof s->labels[0], longest_first);
    for (size_t n = 0; n < s->label_count; n++)
        abl_canvas_label_any(
            &s->canvas, (const double(*)[2])s->labels[n].anchors, 2,
            ABL_TEXT_LABEL_PX, s->labels[n].ink, s->labels[n].text);
}
