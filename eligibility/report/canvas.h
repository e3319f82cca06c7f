/* Drawing on a picture: lines with halo, labels that do not overlap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_CANVAS_H
#define ABL_ELIGIBILITY_REPORT_CANVAS_H

#include <cairo.h>

#include "eligibility/report/pixels.h"
#include "eligibility/report/view.h"

/** Colours that stay apart for colour-blind readers and in grey print.
 * @par Source Okabe & Ito, "Color Universal Design" (2008) */
typedef enum abl_ink {
    ABL_INK_LESION,  /**< yellow */
    ABL_INK_LIVER,   /**< sky blue */
    ABL_INK_PORTAL,  /**< reddish purple */
    ABL_INK_ARTERY,  /**< vermilion */
    ABL_INK_ORGAN,   /**< bluish green */
    ABL_INK_BODY,    /**< light grey */
    ABL_INK_PATH,    /**< orange */
    ABL_INK_MEASURE, /**< white */
    ABL_INK_TEXT,    /**< near white */
    ABL_INK_DIM,     /**< grey text */
    ABL_INK_HEPATIC  /**< blue */
} abl_ink;

typedef enum abl_dash {
    ABL_DASH_NONE,
    ABL_DASH_LONG,
    ABL_DASH_SHORT,
    ABL_DASH_DOT,
    ABL_DASH_MIXED /**< long and dot */
} abl_dash;

/** How an outline looks; kinds differ in more than their colour. */
typedef struct abl_line {
    abl_ink ink;
    double width_px;
    abl_dash dash;
} abl_line;

enum {
    ABL_CANVAS_MAX_BOXES = 512
};

/** A picture being drawn; boxes are where no label may go any more. */
typedef struct abl_canvas {
    cairo_surface_t *surface;
    cairo_t *cairo;
    double width_px, height_px;
    double area[4]; /**< that labels may use: left, top, right, bottom */
    size_t box_count;
    double boxes[ABL_CANVAS_MAX_BOXES][4]; /**< left, top, right, bottom */
    bool is_label[ABL_CANVAS_MAX_BOXES], is_lesion[ABL_CANVAS_MAX_BOXES];
} abl_canvas;

/** Black picture of @p width x @p height; clear with abl_canvas_clear(). */
abl_status abl_canvas_open(abl_canvas *canvas, size_t width, size_t height,
                           abl_error *err) ABL_MUST_CHECK;
void abl_canvas_clear(abl_canvas *canvas);

/** Puts a grey image with its upper left corner at (left, top). */
void abl_canvas_grey(abl_canvas *canvas, const uint8_t *grey, size_t width,
                     size_t height, size_t left, size_t top);

/** The same in colour, 3 bytes a pixel. */
void abl_canvas_rgb(abl_canvas *canvas, const uint8_t *rgb, size_t width,
                    size_t height, size_t left, size_t top);

/** A disc with a soft edge; for thousands of them. @p rgb is 0xRRGGBB. */
void abl_canvas_dot(abl_canvas *canvas, const double at[2], double radius_px,
                    uint32_t rgb);

void abl_canvas_ink(abl_canvas *canvas, abl_ink ink, double alpha);

/** Strokes the current path in @p ink over a darker halo. */
void abl_canvas_stroke(abl_canvas *canvas, abl_ink ink, double width_px);

/** The same, dashed. */
void abl_canvas_outline(abl_canvas *canvas, const abl_line *line);

/** A straight line, dashed or not, with end ticks of @p tick_px. */
void abl_canvas_line(abl_canvas *canvas, const double from[2],
                     const double to[2], abl_ink ink, double width_px,
                     double tick_px, bool dashed);

/** Text with its baseline's left end at (x, y); returns its width. */
double abl_canvas_text(abl_canvas *canvas, double left_px, double base_px,
                       double size_px, abl_ink ink, const char *text);
double abl_canvas_text_width(abl_canvas *canvas, double size_px,
                             const char *text);

/** The same on a dark plate, to be read over bone as well. */
void abl_canvas_plate_text(abl_canvas *canvas, double left_px, double base_px,
                           double size_px, const char *text);

/** Text ended by "..." where the canvas ends. */
void abl_canvas_fit_text(abl_canvas *canvas, double left_px, double base_px,
                         double size_px, abl_ink ink, const char *text);

/** Over at most @p lines, broken between words; returns the next base line. */
double abl_canvas_wrap_text(abl_canvas *canvas, double left_px, double base_px,
                            double size_px, abl_ink ink, int lines,
                            const char *text);

/** From now on labels go into this rectangle only; what was reserved is
 * forgotten. At first it is the whole picture. */
void abl_canvas_limit(abl_canvas *canvas, double left, double top, double right,
                      double bottom);

/** Keeps labels out of a rectangle. */
void abl_canvas_reserve(abl_canvas *canvas, double left, double top,
                        double right, double bottom);

/** The same; lines to labels go round it where they can. */
void abl_canvas_reserve_lesion(abl_canvas *canvas, const double box[4]);

/** The same for a straight line and @p half_px to each side of it. */
void abl_canvas_reserve_line(abl_canvas *canvas, const double from[2],
                             const double to[2], double half_px);

/** A label on a dark plate near @p anchor, where it covers no other label and
 * no reserved box; joined to the anchor by a thin line, which crosses no other
 * label, when it is far. It is left out (false) when there is no free place. */
bool abl_canvas_label(abl_canvas *canvas, const double anchor[2],
                      double size_px, abl_ink ink, const char *text);

/** The same near any of @p count anchors; of places as near, that of the first
 * anchor. */
bool abl_canvas_label_any(abl_canvas *canvas, const double (*anchors)[2],
                          size_t count, double size_px, abl_ink ink,
                          const char *text);

/** A ring with a few characters beside it. */
typedef struct abl_mark {
    double at[2], radius_px;
    char text[8];
} abl_mark;

/** Draws all rings, then their texts, which cover no ring. */
void abl_canvas_marks(abl_canvas *canvas, const abl_mark *marks, size_t count,
                      double size_px, abl_ink ink);

/** Writes the picture with at most 256 colours; @p kept takes what the file
 * then holds, and is cleared by the caller. */
abl_status abl_canvas_write(abl_canvas *canvas, const char *path,
                            abl_pixels *kept, abl_error *err) ABL_MUST_CHECK;

/** The same with all of its colours; larger. */
abl_status abl_canvas_write_full(abl_canvas *canvas, const char *path,
                                 abl_pixels *kept,
                                 abl_error *err) ABL_MUST_CHECK;

#endif
