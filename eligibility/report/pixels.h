/* A drawn picture as it stands in its file.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_PIXELS_H
#define ABL_ELIGIBILITY_REPORT_PIXELS_H

#include <stdbool.h>
#include <stddef.h>

#include "eligibility/report/palette.h"

/** Kept beside the file, so that nobody has to decode it again. */
typedef struct abl_pixels {
    size_t width, height;
    uint8_t *numbers; /**< of the palette; row by row, top row first */
    abl_palette palette;
    uint8_t *rgb; /**< 3 bytes a pixel instead of numbers, in full colour */
    uint8_t *png; /**< the file itself; NULL: nothing is kept */
    size_t png_bytes;
} abl_pixels;

void abl_pixels_clear(abl_pixels *pixels);

/** Whether a picture is kept at all. */
bool abl_pixels_kept(const abl_pixels *pixels);

/** Three bytes a pixel into @p rgb, which holds 3 * width * height. */
void abl_pixels_to_rgb(uint8_t *rgb, const abl_pixels *pixels);

#endif
