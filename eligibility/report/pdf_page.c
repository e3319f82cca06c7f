/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/pdf_page.h"

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double line_height = 1.32; /* of the letter size */

static void use_style(abl_pdf *pdf, abl_pdf_style style)
{
    cairo_select_font_face(pdf->cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           style.bold ? CAIRO_FONT_WEIGHT_BOLD
                                      : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(pdf->cairo, style.size_pt);
    cairo_set_source_rgb(pdf->cairo, style.grey, style.grey, style.grey);
}

static void put_footer(abl_pdf *pdf)
{
    char number[16];
    const double base_pt = ABL_PDF_HEIGHT_PT - 24;
    const abl_pdf_style style = {7.5, false, 0.35};
    use_style(pdf, style);
    cairo_move_to(pdf->cairo, ABL_PDF_MARGIN_PT, base_pt);
    cairo_show_text(pdf->cairo, pdf->footer);
    snprintf(number, sizeof number, "%d", pdf->page);
    cairo_move_to(pdf->cairo, ABL_PDF_WIDTH_PT - ABL_PDF_MARGIN_PT - 12,
                  base_pt);
    cairo_show_text(pdf->cairo, number);
}

abl_status abl_pdf_open(abl_pdf *pdf, const char *path, const char *title,
                        const char *date, const char *footer, abl_error *err)
{
    memset(pdf, 0, sizeof *pdf);
    pdf->surface =
        cairo_pdf_surface_create(path, ABL_PDF_WIDTH_PT, ABL_PDF_HEIGHT_PT);
    cairo_pdf_surface_restrict_to_version(pdf->surface, CAIRO_PDF_VERSION_1_4);
    pdf->cairo = cairo_create(pdf->surface);
    pdf->footer = footer;
    pdf->page = 1;
    pdf->y_pt = ABL_PDF_MARGIN_PT;
    const cairo_status_t status = cairo_status(pdf->cairo);
    if (status != CAIRO_STATUS_SUCCESS) {
        cairo_destroy(pdf->cairo);
        cairo_surface_destroy(pdf->surface);
        memset(pdf, 0, sizeof *pdf);
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written: %s", path,
                             cairo_status_to_string(status));
    }
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_TITLE,
                                   title);
    cairo_pdf_surface_set_metadata(pdf->surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   date);
    return ABL_OK;
}

abl_status abl_pdf_close(abl_pdf *pdf, const char *path, abl_error *err)
{
    put_footer(pdf);
    cairo_show_page(pdf->cairo);
    cairo_surface_finish(pdf->surface);
    cairo_status_t status = cairo_status(pdf->cairo);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(pdf->surface);
    cairo_destroy(pdf->cairo);
    cairo_surface_destroy(pdf->surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written in full: %s",
                             path, cairo_status_to_string(status));
    return abl_pdf_share_finish(&pdf->shared, path, err);
}

void abl_pdf_new_page(abl_pdf *pdf)
{
    put_footer(pdf);
    cairo_show_page(pdf->cairo);
    pdf->page++;
    pdf->y_pt = ABL_PDF_MARGIN_PT;
}

double abl_pdf_room(const abl_pdf *pdf)
{
    return ABL_PDF_HEIGHT_PT - ABL_PDF_MARGIN_PT - pdf->y_pt;
}

void abl_pdf_need(abl_pdf *pdf, double height_pt)
{
    if (height_pt > abl_pdf_room(pdf) && pdf->y_pt > ABL_PDF_MARGIN_PT)
        abl_pdf_new_page(pdf);
}

void abl_pdf_gap(abl_pdf *pdf, double height_pt)
{
    pdf->y_pt += height_pt;
}

static double width_of(abl_pdf *pdf, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(pdf->cairo, text, &extents);
    return extents.x_advance;
}

/* Takes the words that fit into one line; at least one word. */
static const char *take_line(abl_pdf *pdf, char *line, size_t size,
                             const char *text, double width_pt)
{
    size_t kept = 0;
    const char *rest = text;
    for (const char *at = text; *at;) {
        const size_t word = strcspn(at, " ");
        const size_t used = (size_t)(at - text) + word;
        if (used >= size)
            break;
        memcpy(line, text, used);
        line[used] = '\0';
        if (kept && width_of(pdf, line) > width_pt)
            break;
        kept = used;
        at += word;
        at += strspn(at, " ");
        rest = at;
    }
    if (!kept)
        kept = strnlen(text, size - 1);
    memcpy(line, text, kept);
    line[kept] = '\0';
    return rest == text ? text + kept : rest;
}

double abl_pdf_text_height(abl_pdf *pdf, double width_pt, abl_pdf_style style,
                           const char *text)
{
    char line[512];
    double height = 0;
    use_style(pdf, style);
    while (*text) {
        text = take_line(pdf, line, sizeof line, text, width_pt);
        height += style.size_pt * line_height;
    }
    return height;
}

static double draw_text(abl_pdf *pdf, double left_pt, double y_pt,
                        double width_pt, abl_pdf_style style, const char *text)
{
    char line[512];
    use_style(pdf, style);
    while (*text) {
        text = take_line(pdf, line, sizeof line, text, width_pt);
        cairo_move_to(pdf->cairo, left_pt, y_pt + style.size_pt);
        cairo_show_text(pdf->cairo, line);
        y_pt += style.size_pt * line_height;
    }
    return y_pt;
}

void abl_pdf_text(abl_pdf *pdf, double left_pt, double width_pt,
                  abl_pdf_style style, const char *text)
{
    abl_pdf_need(pdf, abl_pdf_text_height(pdf, width_pt, style, text));
    pdf->y_pt = draw_text(pdf, left_pt, pdf->y_pt, width_pt, style, text);
}

void abl_pdf_row(abl_pdf *pdf, const double *widths_pt,
                 const char *const *cells, size_t count, abl_pdf_style style)
{
    const double pad_pt = 3;
    double height = 0, left = ABL_PDF_MARGIN_PT;
    for (size_t n = 0; n < count; n++)
        height =
            fmax(height, abl_pdf_text_height(pdf, widths_pt[n] - 2 * pad_pt,
                                             style, cells[n]));
    abl_pdf_need(pdf, height + 2 * pad_pt);
    cairo_set_source_rgb(pdf->cairo, 0.75, 0.75, 0.75);
    cairo_set_line_width(pdf->cairo, 0.5);
    cairo_move_to(pdf->cairo, left, pdf->y_pt);
    cairo_line_to(pdf->cairo, ABL_PDF_WIDTH_PT - ABL_PDF_MARGIN_PT, pdf->y_pt);
    cairo_stroke(pdf->cairo);
    for (size_t n = 0; n < count; n++) {
        draw_text(pdf, left + pad_pt, pdf->y_pt + pad_pt,
                  widths_pt[n] - 2 * pad_pt, style, cells[n]);
        left += widths_pt[n];
    }
    pdf->y_pt += height + 2 * pad_pt;
}

double abl_pdf_picture(abl_pdf *pdf, const abl_pixels *pixels, const char *path,
                       double left_pt, double y_pt, double width_pt)
{
    cairo_surface_t *image =
        pdf->is_plain ? NULL : abl_pdf_share(&pdf->shared, pixels);
    const bool is_shared = image != NULL;
    double height_pt = 0;
    if (!image)
        image = cairo_image_surface_create_from_png(path);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        const int columns = cairo_image_surface_get_width(image);
        const int rows = cairo_image_surface_get_height(image);
        height_pt = is_shared ? width_pt * (double)pixels->height /
                                    (double)pixels->width
                              : width_pt * rows / columns;
        cairo_save(pdf->cairo);
        cairo_translate(pdf->cairo, left_pt, y_pt);
        cairo_scale(pdf->cairo, width_pt / columns, height_pt / rows);
        cairo_set_source_surface(pdf->cairo, image, 0, 0);
        cairo_paint(pdf->cairo);
        cairo_restore(pdf->cairo);
    }
    cairo_surface_destroy(image);
    return height_pt;
}
