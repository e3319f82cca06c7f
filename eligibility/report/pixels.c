/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/pixels.h"

#include <stdlib.h>
#include <string.h>

void abl_pixels_clear(abl_pixels *pixels)
{
    free(pixels->numbers);
    free(pixels->rgb);
    free(pixels->png);
    memset(pixels, 0, sizeof *pixels);
}

bool abl_pixels_kept(const abl_pixels *pixels)
{
    return pixels->png && (pixels->numbers || pixels->rgb);
}

void abl_pixels_to_rgb(uint8_t *rgb, const abl_pixels *pixels)
{
    const size_t count = pixels->width * pixels->height;
    if (pixels->rgb)
        memcpy(rgb, pixels->rgb, 3 * count);
    else
        for (size_t n = 0; n < count; n++)
            memcpy(rgb + 3 * n, pixels->palette.rgb[pixels->numbers[n]], 3);
}
