/* Pictures of a PDF taken as they are packed in their PNG files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Cairo unpacks every picture to three bytes a pixel and packs it again, which
 * takes longer than all the rest of a report and makes it larger. It is given
 * a stand-in of one row instead. When the file is done, each stand-in's object
 * is written again behind its end with the rows of the PNG, whose filters are
 * PDF's own predictors: an incremental update.
 * @par Source ISO 32000-1:2008, 7.4.4.4 (predictors), 7.5.6 (incremental
 * updates), 8.6.6.3 (indexed colour spaces)
 */
#ifndef ABL_ELIGIBILITY_REPORT_PDF_SHARE_H
#define ABL_ELIGIBILITY_REPORT_PDF_SHARE_H

#include <cairo.h>

#include "eligibility/report/pixels.h"
#include "imaging/status.h"

enum {
    ABL_PDF_MAX_SHARED = 1024 /**< cairo packs what is beyond */
};

/** The pictures that stand-ins were given for; zeroed: none. */
typedef struct abl_pdf_shared {
    size_t count;
    const abl_pixels *items[ABL_PDF_MAX_SHARED]; /**< borrowed */
} abl_pdf_shared;

/** A stand-in to paint over the picture's rectangle, which the caller destroys;
 * NULL when nothing was kept of the picture or too many are there. */
cairo_surface_t *abl_pdf_share(abl_pdf_shared *shared,
                               const abl_pixels *pixels);

/** Puts the pictures into the finished file at @p path.
 * @retval ABL_E_INTERNAL the file is not as cairo 1.16 writes PDF 1.4: write it
 *         again without stand-ins
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_pdf_share_finish(const abl_pdf_shared *shared, const char *path,
                                abl_error *err) ABL_MUST_CHECK;

#endif
