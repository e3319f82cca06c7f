/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/file_bytes.h"
#include "imaging/png_encode.h"

static const double inks[][3] = {
    {0.941, 0.894, 0.259}, {0.337, 0.706, 0.914}, {0.840, 0.520, 0.690},
    {0.900, 0.420, 0.050}, {0.000, 0.700, 0.510}, {0.700, 0.700, 0.700},
    {0.950, 0.650, 0.050}, {1.000, 1.000, 1.000}, {0.930, 0.930, 0.930},
    {0.660, 0.660, 0.660}, {0.250, 0.500, 0.980},
};

abl_status abl_canvas_open(abl_canvas *canvas, size_t width, size_t height,
                           abl_error *err)
{
    memset(canvas, 0, sizeof *canvas);
    if (width < 1 || height < 1 || width > 8192 || height > 8192)
        return abl_error_set(err, ABL_E_INVALID, "a picture of %zu x %zu",
                             width, height);
    canvas->surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    canvas->cairo = cairo_create(canvas->surface);
    canvas->width_px = (double)width;
    canvas->height_px = (double)height;
    abl_canvas_limit(canvas, 0, 0, canvas->width_px, canvas->height_px);
    if (cairo_status(canvas->cairo) != CAIRO_STATUS_SUCCESS) {
        abl_canvas_clear(canvas);
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for a picture");
    }
    cairo_select_font_face(canvas->cairo, "DejaVu Sans",
                           CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_line_cap(canvas->cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
    return ABL_OK;
}

void abl_canvas_clear(abl_canvas *canvas)
{
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    memset(canvas, 0, sizeof *canvas);
}

/* What is drawn, as cairo keeps it: native-endian 0xRRGGBB words, whose upper
 * byte is free. */
typedef struct raster {
    unsigned char *data;
    size_t stride, columns, rows;
} raster;

static raster raster_of(const abl_canvas *canvas)
{
    cairo_surface_t *surface = canvas->surface;
    cairo_surface_flush(surface);
    return (raster){cairo_image_surface_get_data(surface),
                    (size_t)cairo_image_surface_get_stride(surface),
                    (size_t)cairo_image_surface_get_width(surface),
                    (size_t)cairo_image_surface_get_height(surface)};
}

void abl_canvas_grey(abl_canvas *canvas, const uint8_t *grey, size_t width,
                     size_t height, size_t left, size_t top)
{
    const raster to = raster_of(canvas);
    for (size_t row = 0; row < height && top + row < to.rows; row++) {
        unsigned char *pixel = to.data + (top + row) * to.stride + 4 * left;
        for (size_t n = 0; n < width && left + n < to.columns; n++)
            memset(pixel + 4 * n, grey[row * width + n], 3);
    }
    cairo_surface_mark_dirty(canvas->surface);
}

void abl_canvas_rgb(abl_canvas *canvas, const uint8_t *rgb, size_t width,
                    size_t height, size_t left, size_t top)
{
    const raster to = raster_of(canvas);
    for (size_t row = 0; row < height && top + row < to.rows; row++)
        for (size_t n = 0; n < width && left + n < to.columns; n++) {
            const uint8_t *from = rgb + 3 * (row * width + n);
            const uint32_t word = (uint32_t)from[0] << 16 |
                                  (uint32_t)from[1] << 8 | (uint32_t)from[2];
            memcpy(to.data + (top + row) * to.stride + 4 * (left + n), &word,
                   4);
        }
    cairo_surface_mark_dirty(canvas->surface);
}

/* Ink of a colour over a pixel; both as 0xRRGGBB. */
static uint32_t blend(uint32_t under, uint32_t over, double share)
{
    uint32_t out = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        const double from = (double)(under >> shift & 255);
        const double to = (double)(over >> shift & 255);
        out |= (uint32_t)(from + share * (to - from) + 0.5) << shift;
    }
    return out;
}

void abl_canvas_dot(abl_canvas *canvas, const double at[2], double radius_px,
                    uint32_t rgb)
{
    const raster to = raster_of(canvas);
    const double reach = radius_px + 0.5; /* of the softened edge */
    const double last[2] = {(double)to.columns - 1, (double)to.rows - 1};
    const double left = ceil(fmax(at[0] - 0.5 - reach, 0));
    const double right = floor(fmin(at[0] - 0.5 + reach, last[0]));
    const double top = ceil(fmax(at[1] - 0.5 - reach, 0));
    const double bottom = floor(fmin(at[1] - 0.5 + reach, last[1]));
    for (double y = top; y <= bottom; y++)
        for (double x = left; x <= right; x++) {
            uint32_t word;
            unsigned char *pixel =
                to.data + (size_t)y * to.stride + 4 * (size_t)x;
            const double off = hypot(x + 0.5 - at[0], y + 0.5 - at[1]);
            memcpy(&word, pixel, 4);
            word = blend(word, rgb, fmin(fmax(reach - off, 0), 1));
            memcpy(pixel, &word, 4);
        }
    cairo_surface_mark_dirty(canvas->surface);
}

void abl_canvas_ink(abl_canvas *canvas, abl_ink ink, double alpha)
{
    cairo_set_source_rgba(canvas->cairo, inks[ink][0], inks[ink][1],
                          inks[ink][2], alpha);
}

void abl_canvas_stroke(abl_canvas *canvas, abl_ink ink, double width_px)
{
    cairo_t *cairo = canvas->cairo;
    cairo_set_source_rgba(cairo, 0, 0, 0, 0.55);
    cairo_set_line_width(cairo, width_px + 1.6);
    cairo_stroke_preserve(cairo);
    abl_canvas_ink(canvas, ink, 1);
    cairo_set_line_width(cairo, width_px);
    cairo_stroke(cairo);
}

void abl_canvas_outline(abl_canvas *canvas, const abl_line *line)
{
    static const double patterns[][4] = {
        {0}, {9, 4}, {4, 3.5}, {0.5, 4}, {9, 4, 0.5, 4}};
    static const int counts[] = {0, 2, 2, 2, 4};
    cairo_set_dash(canvas->cairo, patterns[line->dash], counts[line->dash], 0);
    abl_canvas_stroke(canvas, line->ink, line->width_px);
    cairo_set_dash(canvas->cairo, NULL, 0, 0);
}

void abl_canvas_line(abl_canvas *canvas, const double from[2],
                     const double to[2], abl_ink ink, double width_px,
                     double tick_px, bool dashed)
{
    static const double dashes[] = {6, 5};
    cairo_t *cairo = canvas->cairo;
    double dx = to[0] - from[0], dy = to[1] - from[1];
    double length = sqrt(dx * dx + dy * dy);
    cairo_new_path(cairo);
    cairo_move_to(cairo, from[0], from[1]);
    cairo_line_to(cairo, to[0], to[1]);
    cairo_set_dash(cairo, dashes, dashed ? 2 : 0, 0);
    abl_canvas_stroke(canvas, ink, width_px);
    cairo_set_dash(cairo, NULL, 0, 0);
    if (tick_px <= 0 || length <= 0)
        return;
    double tx = -dy / length * tick_px, ty = dx / length * tick_px;
    cairo_move_to(cairo, from[0] - tx, from[1] - ty);
    cairo_line_to(cairo, from[0] + tx, from[1] + ty);
    cairo_move_to(cairo, to[0] - tx, to[1] - ty);
    cairo_line_to(cairo, to[0] + tx, to[1] + ty);
    abl_canvas_stroke(canvas, ink, width_px);
}

double abl_canvas_text_width(abl_canvas *canvas, double size_px,
                             const char *text)
{
    cairo_text_extents_t extents;
    cairo_set_font_size(canvas->cairo, size_px);
    cairo_text_extents(canvas->cairo, text, &extents);
    return extents.x_advance;
}

/* Whether nothing but black lies in a box of the canvas. */
static bool is_black(const abl_canvas *canvas, double left, double top,
                     double right, double bottom)
{
    const raster of = raster_of(canvas);
    const size_t first = (size_t)fmax(left, 0), row = (size_t)fmax(top, 0);
    const size_t end = (size_t)fmin(fmax(right, 0), (double)of.columns);
    const size_t below = (size_t)fmin(fmax(bottom, 0), (double)of.rows);
    for (size_t y = row; y < below; y++)
        for (size_t x = first; x < end; x++) {
            uint32_t word;
            memcpy(&word, of.data + y * of.stride + 4 * x, 4);
            if (word & 0xFFFFFF)
                return false;
        }
    return true;
}

/* On black there is no halo to be seen, and stroking letters takes long. */
double abl_canvas_text(abl_canvas *canvas, double left_px, double base_px,
                       double size_px, abl_ink ink, const char *text)
{
    cairo_t *cairo = canvas->cairo;
    double width = abl_canvas_text_width(canvas, size_px, text);
    const bool is_plain =
        is_black(canvas, left_px - 4, base_px - 1.3 * size_px,
                 left_px + width + 4, base_px + 0.5 * size_px);
    cairo_new_path(cairo);
    cairo_move_to(cairo, left_px, base_px);
    if (!is_plain) {
        cairo_text_path(cairo, text);
        cairo_set_source_rgba(cairo, 0, 0, 0, 0.8);
        cairo_set_line_width(cairo, 2.4);
        cairo_stroke_preserve(cairo);
    }
    abl_canvas_ink(canvas, ink, 1);
    if (is_plain)
        cairo_show_text(cairo, text);
    else
        cairo_fill(cairo);
    cairo_new_path(cairo);
    return width;
}

void abl_canvas_plate_text(abl_canvas *canvas, double left_px, double base_px,
                           double size_px, const char *text)
{
    const double width = abl_canvas_text_width(canvas, size_px, text);
    cairo_new_path(canvas->cairo);
    cairo_rectangle(canvas->cairo, floor(left_px - 4), floor(base_px - size_px),
                    ceil(width + 8), ceil(1.3 * size_px));
    cairo_set_source_rgba(canvas->cairo, 0, 0, 0, 0.55);
    cairo_fill(canvas->cairo);
    abl_canvas_text(canvas, left_px, base_px, size_px, ABL_INK_TEXT, text);
}

/* The start of a text with "..." behind it, cut between characters. */
static size_t shorten(char *out, size_t size, const char *text, size_t keep)
{
    keep = keep < size - 4 ? keep : size - 4;
    while (keep > 0 && (text[keep] & 0xC0) == 0x80)
        keep--;
    snprintf(out, size, "%.*s...", (int)keep, text);
    return keep;
}

void abl_canvas_fit_text(abl_canvas *canvas, double left, double base,
                         double size_px, abl_ink ink, const char *text)
{
    char fitted[512];
    const double room = canvas->width_px - left - 12;
    size_t keep = strlen(text);
    if (keep < sizeof fitted)
        snprintf(fitted, sizeof fitted, "%s", text);
    else
        keep = shorten(fitted, sizeof fitted, text, keep);
    while (keep > 0 && abl_canvas_text_width(canvas, size_px, fitted) > room)
        keep = shorten(fitted, sizeof fitted, text, keep - 1);
    abl_canvas_text(canvas, left, base, size_px, ink, fitted);
}

/* As much of a text as fits, ended between characters. */
static void copy_whole(char *out, size_t size, const char *text)
{
    size_t keep = strlen(text);
    keep = keep < size ? keep : size - 1;
    while (keep > 0 && (text[keep] & 0xC0) == 0x80)
        keep--;
    snprintf(out, size, "%.*s", (int)keep, text);
}

/* "R7", whose name comes next. */
static bool ends_in_rule(const char *text, const char *space)
{
    const char *digit = space;
    while (digit > text && digit[-1] >= '0' && digit[-1] <= '9')
        digit--;
    return digit < space && digit > text && digit[-1] == 'R';
}

/* A number stays with its unit and its uncertainty, a rule with its name. */
static bool may_break(const char *text, const char *space)
{
    static const char *const bound[] = {"mm", "mL", "HU", "%", "\xc2\xb1"};
    for (size_t n = 0; n < sizeof bound / sizeof bound[0]; n++)
        if (strncmp(space + 1, bound[n], strlen(bound[n])) == 0)
            return false;
    return !ends_in_rule(text, space) &&
           (space - text < 2 || memcmp(space - 2, "\xc2\xb1", 2) != 0);
}

/* Ends a line at the last space that may end one; false when there is none. */
static bool cut_line(char *line)
{
    for (size_t n = strlen(line); n-- > 1;)
        if (line[n] == ' ' && may_break(line, line + n)) {
            line[n] = '\0';
            return true;
        }
    return false;
}

double abl_canvas_wrap_text(abl_canvas *canvas, double left, double base,
                            double size_px, abl_ink ink, int lines,
                            const char *text)
{
    const double room = canvas->width_px - left - 12;
    for (; lines > 1 && *text; lines--) {
        char first[512];
        copy_whole(first, sizeof first, text);
        while (abl_canvas_text_width(canvas, size_px, first) > room &&
               cut_line(first))
            ;
        abl_canvas_fit_text(canvas, left, base, size_px, ink, first);
        base += size_px + 4;
        text += strlen(first);
        text += *text == ' ';
    }
    if (*text) {
        abl_canvas_fit_text(canvas, left, base, size_px, ink, text);
        base += size_px + 4;
    }
    return base;
}

void abl_canvas_limit(abl_canvas *canvas, double left, double top, double right,
                      double bottom)
{
    canvas->area[0] = left;
    canvas->area[1] = top;
    canvas->area[2] = right;
    canvas->area[3] = bottom;
    canvas->box_count = 0;
    memset(canvas->is_label, 0, sizeof canvas->is_label);
    memset(canvas->is_lesion, 0, sizeof canvas->is_lesion);
}

void abl_canvas_reserve(abl_canvas *canvas, double left, double top,
                        double right, double bottom)
{
    if (canvas->box_count == ABL_CANVAS_MAX_BOXES)
        return;
    double *box = canvas->boxes[canvas->box_count++];
    box[0] = left;
    box[1] = top;
    box[2] = right;
    box[3] = bottom;
}

static bool is_free(const abl_canvas *canvas, const double box[4])
{
    const double *area = canvas->area;
    if (box[0] < area[0] + 2 || box[1] < area[1] + 2 || box[2] > area[2] - 2 ||
        box[3] > area[3] - 2)
        return false;
    for (size_t n = 0; n < canvas->box_count; n++) {
        const double *taken = canvas->boxes[n];
        if (box[0] < taken[2] && box[2] > taken[0] && box[1] < taken[3] &&
            box[3] > taken[1])
            return false;
    }
    return true;
}

void abl_canvas_reserve_lesion(abl_canvas *canvas, const double box[4])
{
    if (canvas->box_count < ABL_CANVAS_MAX_BOXES)
        canvas->is_lesion[canvas->box_count] = true;
    abl_canvas_reserve(canvas, box[0], box[1], box[2], box[3]);
}

void abl_canvas_reserve_line(abl_canvas *canvas, const double from[2],
                             const double to[2], double half_px)
{
    const double length = hypot(to[0] - from[0], to[1] - from[1]);
    const int pieces = (int)fmin(1 + length / fmax(2 * half_px, 6), 32);
    for (int n = 0; n <= pieces; n++) {
        const double along = (double)n / pieces;
        const double x = from[0] + along * (to[0] - from[0]);
        const double y = from[1] + along * (to[1] - from[1]);
        abl_canvas_reserve(canvas, x - half_px, y - half_px, x + half_px,
                           y + half_px);
    }
}

/* The point of a box that is nearest to the anchor. */
static void nearest_of_box(double at[2], const double box[4],
                           const double anchor[2])
{
    at[0] = fmin(fmax(anchor[0], box[0]), box[2]);
    at[1] = fmin(fmax(anchor[1], box[1]), box[3]);
}

static bool is_within(const double box[4], const double at[2])
{
    return at[0] > box[0] && at[0] < box[2] && at[1] > box[1] && at[1] < box[3];
}

/* How much of a line lies in a box [px]. */
static double length_within(const double box[4], const double from[2],
                            const double to[2])
{
    const int steps = 24;
    int inside = 0;
    for (int step = 0; step < steps; step++) {
        const double along = (double)step / (steps - 1);
        inside +=
            is_within(box, (double[2]){from[0] + along * (to[0] - from[0]),
                                       from[1] + along * (to[1] - from[1])});
    }
    return hypot(to[0] - from[0], to[1] - from[1]) * inside / steps;
}

/* How far a line to a label may run over a lesion: a way out of it is not
 * across it. */
static double allowed_px(const double box[4], const double anchor[2])
{
    return is_within(box, anchor) ? 0.4 * fmin(box[2] - box[0], box[3] - box[1])
                                  : 0;
}

/* Whether the line to a label runs over another label; a strict one not across
 * a lesion either. */
static bool crosses(const abl_canvas *canvas, const double box[4],
                    const double anchor[2], bool strict)
{
    double from[2];
    nearest_of_box(from, box, anchor);
    for (size_t n = 0; n < canvas->box_count; n++) {
        const double *taken = canvas->boxes[n];
        const bool is_across =
            strict && canvas->is_lesion[n] &&
            length_within(taken, from, anchor) > allowed_px(taken, anchor);
        if (is_across ||
            (canvas->is_label[n] && length_within(taken, from, anchor) > 0))
            return true;
    }
    return false;
}

/* On a ring around the anchor, the sides first. */
static bool find_on_ring(double box[4], const abl_canvas *canvas,
                         const double anchor[2], double radius, bool strict)
{
    const double width = box[2] - box[0], height = box[3] - box[1];
    for (int step = 0; step < 24; step++) {
        const double turn = 6.283185307179586 * step / 24;
        const double mid_x = anchor[0] + cos(turn) * (radius + 0.5 * width);
        const double mid_y = anchor[1] + sin(turn) * (radius + 0.5 * height);
        box[0] = floor(mid_x - 0.5 * width);
        box[1] = floor(mid_y - 0.5 * height);
        box[2] = box[0] + width;
        box[3] = box[1] + height;
        if (is_free(canvas, box) && !crosses(canvas, box, anchor, strict))
            return true;
    }
    return false;
}

/* Rings of growing radius; which anchor it is, or @p count. */
static size_t find_place(double box[4], const abl_canvas *canvas,
                         const double (*anchors)[2], size_t count)
{
    for (int strict = 1; strict >= 0; strict--)
        for (int ring = 0; ring < 20; ring++)
            for (size_t n = 0; n < count; n++)
                if (find_on_ring(box, canvas, anchors[n], 12 + 14.0 * ring,
                                 strict))
                    return n;
    return count;
}

static void join_to_anchor(abl_canvas *canvas, const double box[4],
                           const double anchor[2])
{
    double at[2];
    nearest_of_box(at, box, anchor);
    if (hypot(anchor[0] - at[0], anchor[1] - at[1]) < 16)
        return;
    cairo_t *cairo = canvas->cairo;
    for (int pass = 0; pass < 2; pass++) {
        cairo_new_path(cairo);
        cairo_move_to(cairo, at[0], at[1]);
        cairo_line_to(cairo, anchor[0], anchor[1]);
        if (pass)
            abl_canvas_ink(canvas, ABL_INK_TEXT, 0.9);
        else
            cairo_set_source_rgba(cairo, 0, 0, 0, 0.6);
        cairo_set_line_width(cairo, pass ? 1.0 : 2.6);
        cairo_stroke(cairo);
    }
}

bool abl_canvas_label(abl_canvas *canvas, const double anchor[2],
                      double size_px, abl_ink ink, const char *text)
{
    const double anchors[1][2] = {{anchor[0], anchor[1]}};
    return abl_canvas_label_any(canvas, anchors, 1, size_px, ink, text);
}

bool abl_canvas_label_any(abl_canvas *canvas, const double (*anchors)[2],
                          size_t count, double size_px, abl_ink ink,
                          const char *text)
{
    const double width = abl_canvas_text_width(canvas, size_px, text) + 10;
    const double height = size_px + 8;
    double box[4] = {0, 0, width, height};
    const size_t which = find_place(box, canvas, anchors, count);
    if (which == count)
        return false;
    join_to_anchor(canvas, box, anchors[which]);
    cairo_rectangle(canvas->cairo, box[0], box[1], width, height);
    cairo_set_source_rgba(canvas->cairo, 0, 0, 0, 0.7);
    cairo_fill(canvas->cairo);
    abl_canvas_text(canvas, box[0] + 5, box[1] + size_px + 2, size_px, ink,
                    text);
    if (canvas->box_count < ABL_CANVAS_MAX_BOXES)
        canvas->is_label[canvas->box_count] = true;
    abl_canvas_reserve(canvas, box[0], box[1], box[2], box[3]);
    return true;
}

void abl_canvas_marks(abl_canvas *canvas, const abl_mark *marks, size_t count,
                      double size_px, abl_ink ink)
{
    for (size_t n = 0; n < count; n++) {
        const double x = marks[n].at[0], y = marks[n].at[1];
        const double half = marks[n].radius_px + 2;
        cairo_new_sub_path(canvas->cairo);
        cairo_arc(canvas->cairo, x, y, marks[n].radius_px, 0, 2 * acos(-1.0));
        abl_canvas_stroke(canvas, ink, 2);
        abl_canvas_reserve(canvas, x - half, y - half, x + half, y + half);
    }
    for (size_t n = 0; n < count; n++)
        abl_canvas_label(canvas, marks[n].at, size_px, ink, marks[n].text);
}

/* What is drawn as palette numbers; abl_pixels_clear() it. */
static abl_status reduce_colours(abl_pixels *out, abl_canvas *canvas,
                                 abl_error *err)
{
    const raster from = raster_of(canvas);
    out->width = from.columns;
    out->height = from.rows;
    const size_t count = out->width * out->height;
    uint32_t *words = abl_alloc(count, sizeof *words, err);
    out->numbers = abl_alloc(count, 1, err);
    abl_status status = words && out->numbers ? ABL_OK : ABL_E_NOMEM;
    for (size_t row = 0; row < out->height && !status; row++)
        memcpy(words + row * out->width, from.data + row * from.stride,
               4 * out->width);
    if (!status)
        status =
            abl_palette_apply(&out->palette, out->numbers, words, count, err);
    free(words);
    if (status)
        abl_pixels_clear(out);
    return status;
}

static abl_status check_drawn(abl_canvas *canvas, const char *path,
                              abl_error *err)
{
    cairo_surface_flush(canvas->surface);
    if (cairo_status(canvas->cairo) != CAIRO_STATUS_SUCCESS)
        return abl_error_set(
            err, ABL_E_INTERNAL, "%s: could not be drawn: %s", path,
            cairo_status_to_string(cairo_status(canvas->cairo)));
    return ABL_OK;
}

static abl_status take_colours(abl_pixels *out, abl_canvas *canvas,
                               abl_error *err)
{
    const raster from = raster_of(canvas);
    out->width = from.columns;
    out->height = from.rows;
    out->rgb = abl_alloc(from.columns * from.rows, 3, err);
    uint8_t *to = out->rgb;
    for (size_t row = 0; to && row < from.rows; row++)
        for (size_t n = 0; n < from.columns; n++) {
            uint32_t word;
            memcpy(&word, from.data + row * from.stride + 4 * n, 4);
            for (int shift = 16; shift >= 0; shift -= 8)
                *to++ = (uint8_t)(word >> shift);
        }
    return to ? ABL_OK : ABL_E_NOMEM;
}

abl_status abl_canvas_write_full(abl_canvas *canvas, const char *path,
                                 abl_pixels *kept, abl_error *err)
{
    memset(kept, 0, sizeof *kept);
    abl_status status = check_drawn(canvas, path, err);
    if (!status)
        status = take_colours(kept, canvas, err);
    if (!status)
        status = abl_png_encode_rgb(&kept->png, &kept->png_bytes, kept->rgb,
                                    kept->width, kept->height, err);
    if (!status)
        status = abl_file_write(path, kept->png, kept->png_bytes, err);
    return status;
}

abl_status abl_canvas_write(abl_canvas *canvas, const char *path,
                            abl_pixels *kept, abl_error *err)
{
    memset(kept, 0, sizeof *kept);
    abl_status status = check_drawn(canvas, path, err);
    if (!status)
        status = reduce_colours(kept, canvas, err);
    if (!status)
        status = abl_png_encode(&kept->png, &kept->png_bytes, kept->numbers,
                                kept->width, kept->height, kept->palette.rgb[0],
                                kept->palette.count, err);
    if (!status)
        status = abl_file_write(path, kept->png, kept->png_bytes, err);
    return status;
}
