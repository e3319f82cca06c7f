/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/pixels.h"

#include <stdlib.h>
#include <string.h>

void abl_pixels_clear(abl_pixels *pixels)
{
    free(pixels->numbers);
    memset(pixels, 0, sizeof *pixels);
}

void abl_pixels_to_rgb(uint8_t *rgb, const abl_pixels *pixels)
{
    const size_t count = pixels->width * pixels->height;
    for (size_t n = 0; n < count; n++)
        memcpy(rgb + 3 * n, pixels->palette.rgb[pixels->numbers[n]], 3);
}

void abl_pixels_row_to_words(uint32_t *words, const abl_pixels *pixels,
                             size_t row)
{
    const uint8_t *numbers = pixels->numbers + row * pixels->width;
    for (size_t n = 0; n < pixels->width; n++) {
        const uint8_t *rgb = pixels->palette.rgb[numbers[n]];
        words[n] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    }
}
