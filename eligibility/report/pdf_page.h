/* Text, tables and pictures that flow over A4 pages.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_PDF_PAGE_H
#define ABL_ELIGIBILITY_REPORT_PDF_PAGE_H

#include <cairo.h>

#include "eligibility/report/pdf_share.h"
#include "imaging/status.h"

/** Points; A4 is 595 x 842. */
#define ABL_PDF_MARGIN_PT 42.0
#define ABL_PDF_WIDTH_PT  595.0
#define ABL_PDF_HEIGHT_PT 842.0

typedef struct abl_pdf {
    cairo_surface_t *surface;
    cairo_t *cairo;
    double y_pt;        /**< where the next thing goes */
    int page;           /**< from 1 */
    const char *footer; /**< on every page; borrowed */
    bool is_plain;      /**< set it after opening: cairo packs all pictures */
    abl_pdf_shared shared;
} abl_pdf;

/** @param date ISO 8601, written as the creation date so that the same result
 *              gives the same bytes
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_pdf_open(abl_pdf *pdf, const char *path, const char *title,
                        const char *date, const char *footer,
                        abl_error *err) ABL_MUST_CHECK;
/** Ends the file; tells whether all of it was written.
 * @retval ABL_E_INTERNAL pictures found no place: write a plain one */
abl_status abl_pdf_close(abl_pdf *pdf, const char *path,
                         abl_error *err) ABL_MUST_CHECK;

/** Begins a page unless @p height_pt more fit on this one. */
void abl_pdf_need(abl_pdf *pdf, double height_pt);
/** Height that is left on this page [pt]. */
double abl_pdf_room(const abl_pdf *pdf);
void abl_pdf_new_page(abl_pdf *pdf);
void abl_pdf_gap(abl_pdf *pdf, double height_pt);

typedef struct abl_pdf_style {
    double size_pt;
    bool bold;
    double grey; /**< 0 black to 1 white */
} abl_pdf_style;

/** A paragraph, wrapped at words, in the column [left, left + width). */
void abl_pdf_text(abl_pdf *pdf, double left_pt, double width_pt,
                  abl_pdf_style style, const char *text);
/** Height that abl_pdf_text() would take. */
double abl_pdf_text_height(abl_pdf *pdf, double width_pt, abl_pdf_style style,
                           const char *text);

/** A table row: cells side by side, a hair line above. */
void abl_pdf_row(abl_pdf *pdf, const double *widths_pt,
                 const char *const *cells, size_t count, abl_pdf_style style);

/** A picture scaled to a width; @p y_pt is its top. @p pixels must live until
 * the file is closed; where nothing was kept the PNG at @p path is read. @return its height, 0 when it could not be read */
double abl_pdf_picture(abl_pdf *pdf, const abl_pixels *pixels, const char *path,
                       double left_pt, double y_pt, double width_pt);

#endif
