/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/teach/repaint.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/report/palette.h"
#include "imaging/file_bytes.h"
#include "imaging/png.h"
#include "imaging/png_encode.h"

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

/* The size is checked before any memory is asked for. */
static abl_status check_size(const char *path, abl_error *err)
{
    static const unsigned char signature[] = {0x89, 'P',  'N', 'G', '\r', '\n',
                                              0x1a, '\n', 0,   0,   0,    13,
                                              'I',  'H',  'D', 'R'};
    unsigned char head[24];
    struct stat info;
    if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return abl_error_set(err, ABL_E_IO, "%s: is no file", path);
    FILE *file = fopen(path, "rb");
    const size_t got = file ? fread(head, 1, sizeof head, file) : 0;
    if (file)
        fclose(file);
    if (got != sizeof head || memcmp(head, signature, sizeof signature) != 0)
        return abl_error_set(err, ABL_E_FORMAT, "%s: is no PNG", path);
    if (big_endian(head + 16) > ABL_REPAINT_MAX_PX ||
        big_endian(head + 20) > ABL_REPAINT_MAX_PX)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: is larger than %d pixels across", path,
                             ABL_REPAINT_MAX_PX);
    return ABL_OK;
}

/* With few colours as they are drawn; a shaded picture, which has more, with
 * all of them. */
static abl_status write_pixels(const char *path, uint8_t *rgba, size_t width,
                               size_t height, abl_error *err)
{
    const size_t count = width * height;
    abl_palette palette;
    uint8_t *png = NULL;
    size_t bytes = 0;
    uint32_t *words = abl_alloc(count, sizeof *words, err);
    uint8_t *numbers = abl_alloc(count, 1, err);
    abl_status status = words && numbers ? ABL_OK : ABL_E_NOMEM;
    for (size_t n = 0; n < count && !status; n++) {
        words[n] = (uint32_t)rgba[4 * n] << 16 |
                   (uint32_t)rgba[4 * n + 1] << 8 | rgba[4 * n + 2];
        rgba[4 * n + 3] = 255;
    }
    if (!status)
        status = abl_palette_apply(&palette, numbers, words, count, err);
    if (!status && palette.is_short)
        status = abl_png_write(path, rgba, width, height, err);
    else if (!status)
        status = abl_png_encode(&png, &bytes, numbers, width, height,
                                &palette.rgb[0][0], palette.count, err);
    if (!status && png)
        status = abl_file_write(path, png, bytes, err);
    free(png);
    free(words);
    free(numbers);
    return status;
}

abl_status abl_repaint(size_t *width, size_t *height, const char *to,
                       const char *from, abl_error *err)
{
    uint8_t *rgba = NULL;
    *width = *height = 0;
    abl_status status = check_size(from, err);
    if (!status)
        status = abl_png_read(&rgba, width, height, from, err);
    if (!status)
        status = write_pixels(to, rgba, *width, *height, err);
    free(rgba);
    return status;
}
