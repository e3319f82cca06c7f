/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/png_encode.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    MAX_SIDE = 65535,
    FILTER_PAETH = 4,
    FRAME_BYTES = 8 + 25 + 12 + 768 + 12 + 12 /* all but the packed rows */
};

static void put_u32(uint8_t *to, size_t value)
{
    for (int n = 0; n < 4; n++)
        to[n] = (uint8_t)(value >> (24 - 8 * n));
}

/* Length, name, data (already in place when NULL) and check sum. */
static uint8_t *put_chunk(uint8_t *at, const char name[5], const uint8_t *data,
                          size_t bytes)
{
    put_u32(at, bytes);
    memcpy(at + 4, name, 4);
    if (data)
        memcpy(at + 8, data, bytes);
    put_u32(at + 8 + bytes, crc32(crc32(0, NULL, 0), at + 4, (uInt)bytes + 4));
    return at + 12 + bytes;
}

static uint8_t paeth(int left, int up, int corner)
{
    const int from_left = abs(up - corner), from_up = abs(left - corner);
    const int from_corner = abs(left + up - 2 * corner);
    if (from_left <= from_up && from_left <= from_corner)
        return (uint8_t)left;
    return (uint8_t)(from_up <= from_corner ? up : corner);
}

static void filter_row(uint8_t *to, const uint8_t *row, const uint8_t *above,
                       size_t width)
{
    *to++ = FILTER_PAETH;
    to[0] = (uint8_t)(row[0] - above[0]);
    for (size_t n = 1; n < width; n++)
        to[n] = (uint8_t)(row[n] - paeth(row[n - 1], above[n], above[n - 1]));
}

/* Packs all rows behind @p out; *bytes holds the room, then what was used. */
static abl_status pack_rows(uint8_t *out, size_t *bytes, const uint8_t *pixels,
                            size_t width, size_t height, abl_error *err)
{
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    uint8_t *line = abl_alloc(width + 1, 1, err);
    uint8_t *zeros = abl_alloc(width, 1, err);
    const bool ready =
        line && zeros &&
        deflateInit2(&stream, 6, Z_DEFLATED, 15, 9, Z_RLE) == Z_OK;
    stream.next_out = out;
    stream.avail_out = (uInt)*bytes;
    int state = ready ? Z_OK : Z_MEM_ERROR;
    for (size_t row = 0; row < height && state == Z_OK; row++) {
        const uint8_t *here = pixels + row * width;
        filter_row(line, here, row ? here - width : zeros, width);
        stream.next_in = line;
        stream.avail_in = (uInt)(width + 1);
        state = deflate(&stream, row + 1 < height ? Z_NO_FLUSH : Z_FINISH);
    }
    *bytes -= stream.avail_out;
    if (ready)
        deflateEnd(&stream);
    free(line);
    free(zeros);
    if (!ready)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for a picture");
    return state == Z_STREAM_END
               ? ABL_OK
               : abl_error_set(err, ABL_E_INTERNAL, "a picture did not pack");
}

static uint8_t *put_header(uint8_t *at, size_t width, size_t height,
                           const uint8_t *palette_rgb, size_t colours)
{
    static const uint8_t signature[8] = {0x89, 'P',  'N',  'G',
                                         '\r', '\n', 0x1a, '\n'};
    uint8_t header[13] = {0};
    memcpy(at, signature, sizeof signature);
    put_u32(header, width);
    put_u32(header + 4, height);
    header[8] = 8;
    header[9] = palette_rgb ? 3 : 0;
    at = put_chunk(at + sizeof signature, "IHDR", header, sizeof header);
    return palette_rgb ? put_chunk(at, "PLTE", palette_rgb, 3 * colours) : at;
}

abl_status abl_png_encode(uint8_t **png, size_t *bytes, const uint8_t *pixels,
                          size_t width, size_t height,
                          const uint8_t *palette_rgb, size_t colours,
                          abl_error *err)
{
    *png = NULL;
    *bytes = 0;
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE ||
        (palette_rgb && (colours < 1 || colours > 256)))
        return abl_error_set(err, ABL_E_INVALID,
                             "a picture of %zu x %zu pixels with %zu colours",
                             width, height, colours);
    const size_t rows = (width + 1) * height;
    size_t room = rows + rows / 8 + 1024;
    if (room > UINT32_MAX - FRAME_BYTES)
        return abl_error_set(err, ABL_E_INVALID,
                             "a picture of %zu x %zu pixels is too large",
                             width, height);
    uint8_t *all = abl_alloc(room + FRAME_BYTES, 1, err);
    if (!all)
        return ABL_E_NOMEM;
    uint8_t *at = put_header(all, width, height, palette_rgb, colours);
    abl_status status = pack_rows(at + 8, &room, pixels, width, height, err);
    if (status) {
        free(all);
        return status;
    }
    at = put_chunk(at, "IDAT", NULL, room);
    at = put_chunk(at, "IEND", (const uint8_t *)"", 0);
    *bytes = (size_t)(at - all);
    *png = all;
    return ABL_OK;
}
