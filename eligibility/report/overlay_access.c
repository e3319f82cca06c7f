/* Where the skin is open: every direction as a dot, by what closes it; and
 * the needle's-eye view.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/access.h"
#include "eligibility/access_trace.h"
#include "eligibility/report/overlay.h"

#define DEG 57.29577951308232

enum {
    MAP_LEFT = 56,
    MAP_TOP = 40,
    MAP_WIDTH = 690,
    MAP_HEIGHT = 345,
    MAP_FOOT = 322,
    EYE_PX = ABL_OVERLAY_SIDE_PX / 2
};

/* What a dot says; each has its colour and its shape. */
typedef enum kind {
    KIND_CLEAR,
    KIND_BORDERLINE,
    KIND_BONE,
    KIND_LUNG,
    KIND_BOWEL,
    KIND_ORGAN,
    KIND_VESSEL,
    KIND_LESION,
    KIND_UNKNOWN,
    KIND_ENTRY,
    KIND_COUNT
} kind;

/* Okabe and Ito's colours; large dots are open, small ones closed. */
static const struct {
    uint32_t rgb;
    double radius;
    const char *title;
} kinds[KIND_COUNT] = {
    {0x00B282, 3.4, "clear"},
    {0xF0E342, 3.4, "clear but long (borderline)"},
    {0xCCCCCC, 1.7, "bone, intercostal bundle"},
    {0x57B5E8, 1.7, "lung, pleural margin"},
    {0xD65E00, 1.7, "bowel, stomach"},
    {0xCC78A6, 1.7, "other organ"},
    {0x0073B2, 1.7, "heart, vessel"},
    {0xE69900, 1.7, "other lesion"},
    {0x8C664C, 1.7, "unnamed tissue, end of scan"},
    {0x4C4C4C, 1.7, "table, angle, length, arm or fold"},
};

static kind kind_of_obstacle(int obstacle)
{
    switch (obstacle) {
    case ABL_BONE:
    case ABL_OBSTACLE_BUNDLE:
        return KIND_BONE;
    case ABL_LUNG:
    case ABL_OBSTACLE_PLEURA:
        return KIND_LUNG;
    case ABL_BOWEL_GAS:
    case ABL_COLON:
    case ABL_DUODENUM:
    case ABL_SMALL_BOWEL:
    case ABL_STOMACH:
        return KIND_BOWEL;
    case ABL_HEART:
    case ABL_AORTA:
    case ABL_INFERIOR_VENA_CAVA:
    case ABL_PORTAL_AND_SPLENIC_VEIN:
    case ABL_HEPATIC_VEINS:
    case ABL_PORTAL_VEINS:
    case ABL_LIVER_VESSELS:
        return KIND_VESSEL;
    default:
        return KIND_ORGAN;
    }
}

static kind kind_of(const abl_direction *direction)
{
    switch ((abl_ray_state)direction->state) {
    case ABL_RAY_CLEAR:
        return KIND_CLEAR;
    case ABL_RAY_CLEAR_LONG:
        return KIND_BORDERLINE;
    case ABL_RAY_BLOCKED:
        return direction->lesion ? KIND_LESION
                                 : kind_of_obstacle(direction->obstacle);
    case ABL_RAY_NO_SKIN:
    case ABL_RAY_UNCLASSIFIED:
        return KIND_UNKNOWN;
    default:
        return KIND_ENTRY;
    }
}

/* Angle around the body to the right of the picture (0 in front, the
 * patient's left to the right), angle to the head upwards. */
static void place(double pixel[2], const double away[3])
{
    const double around = DEG * atan2(away[0], -away[1]);
    const double up = DEG * asin(fmin(1, fmax(-1, away[2])));
    pixel[0] = MAP_LEFT + MAP_WIDTH * (around + 180) / 360;
    pixel[1] = MAP_TOP + MAP_HEIGHT * (90 - up) / 180;
}

/* Closed directions first, so that open ones lie on top. */
static void draw_dots(abl_canvas *canvas, const abl_access *access,
                      size_t counts[KIND_COUNT])
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t n = 0; n < access->directions; n++) {
            const kind what = kind_of(&access->map[n]);
            const bool is_open = what <= KIND_BORDERLINE;
            double away[3], at[2];
            if (is_open != (pass == 1))
                continue;
            abl_access_direction(away, n);
            place(at, away);
            abl_canvas_dot(canvas, at, kinds[what].radius, kinds[what].rgb);
            counts[what]++;
        }
}

static void draw_axes(abl_canvas *canvas)
{
    static const char *const sides[] = {"back", "right", "front", "left",
                                        "back"};
    const double bottom = MAP_TOP + MAP_HEIGHT;
    for (int n = 0; n < 5; n++) {
        const double x = MAP_LEFT + 0.25 * n * MAP_WIDTH;
        const double width =
            abl_canvas_text_width(canvas, ABL_TEXT_SMALL_PX, sides[n]);
        abl_canvas_line(canvas, (double[2]){x, bottom},
                        (double[2]){x, bottom + 5}, ABL_INK_DIM, 1, 0, false);
        abl_canvas_text(
            canvas,
            fmin(fmax(x - 0.5 * width, 4), ABL_OVERLAY_SIDE_PX - width - 4),
            bottom + 20, ABL_TEXT_SMALL_PX, ABL_INK_TEXT, sides[n]);
    }
    for (int deg = -90; deg <= 90; deg += 30) {
        char text[16];
        const double y = MAP_TOP + MAP_HEIGHT * (90 - deg) / 180.0;
        snprintf(text, sizeof text, "%d\xc2\xb0", deg);
        abl_canvas_text(canvas, 8, y + 5, ABL_TEXT_SMALL_PX, ABL_INK_TEXT,
                        text);
        abl_canvas_line(canvas, (double[2]){MAP_LEFT - 5, y},
                        (double[2]){MAP_LEFT, y}, ABL_INK_DIM, 1, 0, false);
    }
    abl_canvas_text(canvas, 8, MAP_TOP - 16, ABL_TEXT_SMALL_PX, ABL_INK_DIM,
                    "entry towards the head (+) or feet (-)");
}

static void mark_path(abl_mark *mark, const abl_path *path, size_t number)
{
    double away[3];
    const double length = fmax(path->length_mm, 1e-6);
    for (int r = 0; r < 3; r++)
        away[r] = (path->entry_lps[r] - path->target_lps[r]) / length;
    place(mark->at, away);
    mark->radius_px = number == 1 ? 8 : 5;
    snprintf(mark->text, sizeof mark->text, "%zu", number);
}

static void mark_paths(abl_canvas *canvas, const abl_access *access)
{
    abl_mark marks[1 + ABL_ACCESS_MAX_OTHERS];
    size_t count = 0;
    if (access->has_path)
        mark_path(&marks[count++], &access->path, 1);
    for (size_t n = 0; n < access->other_count; n++)
        mark_path(&marks[count++], &access->others[n], n + 2);
    abl_canvas_limit(canvas, MAP_LEFT, MAP_TOP, MAP_LEFT + MAP_WIDTH,
                     MAP_TOP + MAP_HEIGHT);
    abl_canvas_marks(canvas, marks, count, ABL_TEXT_SMALL_PX, ABL_INK_MEASURE);
}

/* Few clear directions are not none. */
static void describe_share(char *text, size_t size, const char *title,
                           double percent)
{
    if (percent > 0 && percent < 0.05)
        snprintf(text, size, "%s: under 0.1 %%", title);
    else
        snprintf(text, size, "%s: %.1f %%", title, percent);
}

static void draw_legend(abl_canvas *canvas, const size_t counts[KIND_COUNT],
                        size_t directions)
{
    const double top = MAP_TOP + MAP_HEIGHT + 50;
    for (int n = 0; n < KIND_COUNT; n++) {
        char text[96];
        const double x = 24 + (n % 2) * 370, y = top + 26 * (double)(n / 2);
        abl_canvas_dot(canvas, (double[2]){x, y}, 6, kinds[n].rgb);
        describe_share(text, sizeof text, kinds[n].title,
                       100.0 * (double)counts[n] / (double)directions);
        abl_canvas_text(canvas, x + 14, y + 5, ABL_TEXT_SMALL_PX, ABL_INK_TEXT,
                        text);
    }
}

static void describe_source(char *text, size_t size, const char *known_from)
{
    const bool is_known = known_from && strcmp(known_from, "assumed") != 0;
    snprintf(text, size, ABL_RESEARCH_USE "   |   side of the table: %s%s",
             is_known ? "known from " : "",
             known_from ? known_from : "not known");
}

/* What weakens the answer, and what would open a way. */
static void describe_doubt(char *text, size_t size, const abl_access *access)
{
    const bool is_uncertain =
        access->obstacles_uncertain && access->uncertain_why;
    const bool has_way = !access->has_path && access->relaxation_count > 0;
    snprintf(text, size, "%s%s%s%s%s", has_way ? "No path; " : "",
             has_way ? access->relaxations[0].text : "",
             has_way && is_uncertain ? ". " : "",
             is_uncertain ? "Caution: " : "",
             is_uncertain ? access->uncertain_why : "");
}

static void describe_lesion(abl_canvas *canvas, int number,
                            const abl_access *access)
{
    char text[512];
    double y = MAP_TOP + MAP_HEIGHT + 202;
    snprintf(text, sizeof text,
             "Lesion %d: %zu directions from its middle to the skin%s", number,
             access->directions,
             access->has_path ? "; 1: recommended path" : "; none is clear");
    abl_canvas_fit_text(canvas, 12, y, ABL_TEXT_LABEL_PX, ABL_INK_LESION, text);
    snprintf(text, sizeof text,
             "Colour: what closes it first. Corridor %.1f mm in the axial "
             "plane and %.1f mm across it to each side; pleural margin %.1f mm",
             access->corridor_mm, access->corridor_out_of_plane_mm,
             access->pleura_margin_mm);
    y = abl_canvas_wrap_text(canvas, 12, y + 20, ABL_TEXT_SMALL_PX,
                             ABL_INK_TEXT, 2, text);
    describe_doubt(text, sizeof text, access);
    abl_canvas_wrap_text(canvas, 12, y, ABL_TEXT_SMALL_PX, ABL_INK_ARTERY, 3,
                         text);
    describe_source(text, sizeof text, access->table_known_from);
    abl_canvas_text(canvas, 12, MAP_TOP + MAP_HEIGHT + MAP_FOOT - 8,
                    ABL_TEXT_SMALL_PX, ABL_INK_DIM, text);
}

abl_status abl_overlay_access(abl_picture *out, const char *folder,
                              const abl_report *report, size_t lesion,
                              abl_error *err)
{
    const abl_lesion_findings *findings = &report->findings->lesions[lesion];
    const abl_access *access = &findings->access;
    size_t counts[KIND_COUNT] = {0};
    abl_canvas canvas;
    memset(out, 0, sizeof *out);
    out->lesion = findings->number;
    snprintf(out->file, sizeof out->file, "overlays/lesion-%02d-access.png",
             findings->number);
    snprintf(out->caption, sizeof out->caption,
             "Lesion %d, access over the skin: around the body and towards "
             "head and feet",
             findings->number);
    abl_status status = abl_canvas_open(&canvas, ABL_OVERLAY_SIDE_PX,
                                        MAP_TOP + MAP_HEIGHT + MAP_FOOT, err);
    if (status)
        return status;
    draw_dots(&canvas, access, counts);
    draw_axes(&canvas);
    mark_paths(&canvas, access);
    draw_legend(&canvas, counts, access->directions);
    describe_lesion(&canvas, findings->number, access);
    status = abl_overlay_finish(out, &canvas, folder, err);
    abl_canvas_clear(&canvas);
    return status;
}

/* Across the path, seen from the skin towards the target. */
static abl_view view_across(const abl_path *path, double share)
{
    abl_view view = {
        .mm_per_px = 120.0 / EYE_PX, .width_px = EYE_PX, .height_px = EYE_PX};
    double along[3];
    const double length = fmax(path->length_mm, 1e-6);
    for (int r = 0; r < 3; r++) {
        along[r] = (path->target_lps[r] - path->entry_lps[r]) / length;
        view.centre_lps[r] =
            path->entry_lps[r] + share * path->length_mm * along[r];
    }
    /* right lies in the axial plane; down = along x right points to the feet */
    double right[3] = {along[1], -along[0], 0};
    double size = hypot(right[0], right[1]);
    if (size < 1e-3) {
        right[0] = size = 1;
        right[1] = 0;
    }
    for (int r = 0; r < 3; r++)
        view.right_lps[r] = right[r] / size;
    for (int r = 0; r < 3; r++) {
        const int s = (r + 1) % 3, t = (r + 2) % 3;
        view.down_lps[r] =
            along[s] * view.right_lps[t] - along[t] * view.right_lps[s];
    }
    const double sign = view.down_lps[2] > 0 ? -1 : 1;
    for (int r = 0; r < 3; r++) {
        view.right_lps[r] *= sign;
        view.down_lps[r] *= sign;
    }
    return view;
}

static void draw_corridor(const abl_pane *pane, const abl_access *access)
{
    cairo_t *c = pane->canvas->cairo;
    double at[2];
    abl_pane_locate(at, NULL, pane, pane->view.centre_lps);
    const double tilt = access->path.axial_tilt_deg / DEG;
    const double scale = access->corridor_mm / access->corridor_out_of_plane_mm;
    const double widening = 1 / hypot(cos(tilt), scale * sin(tilt));
    cairo_save(c);
    cairo_translate(c, at[0], at[1]);
    cairo_scale(c, widening * access->corridor_mm / pane->view.mm_per_px,
                access->corridor_out_of_plane_mm / pane->view.mm_per_px);
    cairo_new_sub_path(c);
    cairo_arc(c, 0, 0, 1, 0, 2 * acos(-1.0));
    cairo_restore(c);
    abl_canvas_stroke(pane->canvas, ABL_INK_PATH, 2);
    cairo_arc(c, at[0], at[1], 2.5, 0, 2 * acos(-1.0));
    abl_canvas_ink(pane->canvas, ABL_INK_PATH, 1);
    cairo_fill(c);
}

static abl_status draw_eye(abl_canvas *canvas, const abl_report *report,
                           const abl_lesion_findings *findings, int cell,
                           abl_error *err)
{
    static const double shares[] = {0.1, 0.4, 0.7, 1.0};
    const abl_path *path = &findings->access.path;
    const abl_pane pane = {.canvas = canvas,
                           .view = view_across(path, shares[cell]),
                           .left_px = EYE_PX * (cell % 2),
                           .top_px = EYE_PX * (cell / 2)};
    char text[64];
    abl_status status = abl_pane_draw_image(&pane, report->image, err);
    cairo_save(canvas->cairo);
    cairo_rectangle(canvas->cairo, pane.left_px, pane.top_px, EYE_PX, EYE_PX);
    cairo_clip(canvas->cairo);
    if (!status)
        status = abl_pane_draw_body(&pane, report->structures, err);
    if (!status)
        status = abl_pane_draw_structures(&pane, report->structures,
                                          findings->number, err);
    draw_corridor(&pane, &findings->access);
    abl_pane_draw_frame(&pane);
    snprintf(text, sizeof text, "%.0f mm deep", shares[cell] * path->length_mm);
    abl_canvas_plate_text(canvas, pane.left_px + 10, pane.top_px + 22,
                          ABL_TEXT_LABEL_PX, text);
    cairo_restore(canvas->cairo);
    return status;
}

/* Between the four planes. */
static void draw_seams(abl_canvas *canvas)
{
    const double all = ABL_OVERLAY_SIDE_PX;
    abl_canvas_line(canvas, (double[2]){EYE_PX, 0}, (double[2]){EYE_PX, all},
                    ABL_INK_DIM, 1, 0, false);
    abl_canvas_line(canvas, (double[2]){0, EYE_PX}, (double[2]){all, EYE_PX},
                    ABL_INK_DIM, 1, 0, false);
}

abl_status abl_overlay_needle(abl_picture *out, const char *folder,
                              const abl_report *report, size_t lesion,
                              abl_error *err)
{
    const abl_lesion_findings *findings = &report->findings->lesions[lesion];
    abl_canvas canvas;
    memset(out, 0, sizeof *out);
    out->lesion = findings->number;
    snprintf(out->file, sizeof out->file, "overlays/lesion-%02d-needle.png",
             findings->number);
    snprintf(out->caption, sizeof out->caption,
             "Lesion %d, along the needle: four planes across the recommended "
             "path with its corridor",
             findings->number);
    abl_status status = abl_canvas_open(&canvas, ABL_OVERLAY_SIDE_PX,
                                        ABL_OVERLAY_SIDE_PX + 26, err);
    for (int cell = 0; cell < 4 && !status; cell++)
        status = draw_eye(&canvas, report, findings, cell, err);
    if (!status) {
        char text[192];
        draw_seams(&canvas);
        snprintf(text, sizeof text, "Lesion %d; ellipse: corridor.   %s",
                 findings->number, ABL_RESEARCH_USE);
        abl_canvas_text(&canvas, 12, ABL_OVERLAY_SIDE_PX + 19,
                        ABL_TEXT_SMALL_PX, ABL_INK_TEXT, text);
        status = abl_overlay_finish(out, &canvas, folder, err);
    }
    if (canvas.cairo)
        abl_canvas_clear(&canvas);
    return status;
}
