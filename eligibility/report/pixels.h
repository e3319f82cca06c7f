/* A drawn picture as it stands in its file: numbers of at most 256 colours.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_PIXELS_H
#define ABL_ELIGIBILITY_REPORT_PIXELS_H

#include <stddef.h>

#include "eligibility/report/palette.h"

/** Kept beside the file, so that nobody has to decode it again. */
typedef struct abl_pixels {
    size_t width, height;
    uint8_t *numbers; /**< row by row, top row first; NULL: nothing is kept */
    abl_palette palette;
} abl_pixels;

void abl_pixels_clear(abl_pixels *pixels);

/** Three bytes a pixel into @p rgb, which holds 3 * width * height. */
void abl_pixels_to_rgb(uint8_t *rgb, const abl_pixels *pixels);

/** A row as 0xRRGGBB words. @p row is below the height. */
void abl_pixels_row_to_words(uint32_t *words, const abl_pixels *pixels,
                             size_t row);

#endif
