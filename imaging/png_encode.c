/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/png_encode.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "imaging/threads.h"

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

/* Without branches, so that many bytes are done at a time. */
static inline uint8_t paeth(int left, int up, int corner)
{
    const int from_left = abs(up - corner), from_up = abs(left - corner);
    const int from_corner = abs(left + up - 2 * corner);
    const int other = from_up <= from_corner ? up : corner;
    return (uint8_t)((from_left <= from_up) & (from_left <= from_corner)
                         ? left
                         : other);
}

/* What is packed: rows of bytes, @p pixel_bytes to a pixel. */
typedef struct raster {
    const uint8_t *rows;
    size_t width, height, pixel_bytes;
} raster;

ABL_HOT static void filter_bytes(uint8_t *restrict to, const uint8_t *row,
                                 const uint8_t *left, const uint8_t *above,
                                 const uint8_t *corner, size_t count)
{
    for (size_t n = 0; n < count; n++)
        to[n] = (uint8_t)(row[n] - paeth(left[n], above[n], corner[n]));
}

static void filter_row(uint8_t *to, const uint8_t *row, const uint8_t *above,
                       size_t row_bytes, size_t pixel_bytes)
{
    *to++ = FILTER_PAETH;
    for (size_t n = 0; n < pixel_bytes; n++)
        to[n] = (uint8_t)(row[n] - above[n]);
    filter_bytes(to + pixel_bytes, row + pixel_bytes, row, above + pixel_bytes,
                 above, row_bytes - pixel_bytes);
}

/* Packs all rows behind @p out; *bytes holds the room, then what was used. */
static abl_status pack_rows(uint8_t *out, size_t *bytes, const raster *from,
                            abl_error *err)
{
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    const size_t row_bytes = from->width * from->pixel_bytes;
    uint8_t *line = abl_alloc(row_bytes + 1, 1, err);
    uint8_t *zeros = abl_alloc(row_bytes, 1, err);
    const bool ready =
        line && zeros &&
        deflateInit2(&stream, 6, Z_DEFLATED, 15, 9, Z_RLE) == Z_OK;
    stream.next_out = out;
    stream.avail_out = (uInt)*bytes;
    int state = ready ? Z_OK : Z_MEM_ERROR;
    for (size_t row = 0; row < from->height && state == Z_OK; row++) {
        const uint8_t *here = from->rows + row * row_bytes;
        filter_row(line, here, row ? here - row_bytes : zeros, row_bytes,
                   from->pixel_bytes);
        stream.next_in = line;
        stream.avail_in = (uInt)(row_bytes + 1);
        state =
            deflate(&stream, row + 1 < from->height ? Z_NO_FLUSH : Z_FINISH);
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

static uint8_t *put_header(uint8_t *at, const raster *from,
                           const uint8_t *palette_rgb, size_t colours)
{
    static const uint8_t signature[8] = {0x89, 'P',  'N',  'G',
                                         '\r', '\n', 0x1a, '\n'};
    uint8_t header[13] = {0};
    memcpy(at, signature, sizeof signature);
    put_u32(header, from->width);
    put_u32(header + 4, from->height);
    header[8] = 8;
    header[9] = palette_rgb ? 3 : from->pixel_bytes == 3 ? 2 : 0;
    at = put_chunk(at + sizeof signature, "IHDR", header, sizeof header);
    return palette_rgb ? put_chunk(at, "PLTE", palette_rgb, 3 * colours) : at;
}

static abl_status encode(uint8_t **png, size_t *bytes, const raster *from,
                         const uint8_t *palette_rgb, size_t colours,
                         abl_error *err)
{
    const size_t width = from->width, height = from->height;
    *png = NULL;
    *bytes = 0;
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE ||
        (palette_rgb && (colours < 1 || colours > 256)))
        return abl_error_set(err, ABL_E_INVALID,
                             "a picture of %zu x %zu pixels with %zu colours",
                             width, height, colours);
    const size_t rows = (from->pixel_bytes * width + 1) * height;
    size_t room = rows + rows / 8 + 1024;
    if (room > UINT32_MAX - FRAME_BYTES)
        return abl_error_set(err, ABL_E_INVALID,
                             "a picture of %zu x %zu pixels is too large",
                             width, height);
    uint8_t *all = abl_alloc(room + FRAME_BYTES, 1, err);
    if (!all)
        return ABL_E_NOMEM;
    uint8_t *at = put_header(all, from, palette_rgb, colours);
    abl_status status = pack_rows(at + 8, &room, from, err);
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

abl_status abl_png_encode(uint8_t **png, size_t *bytes, const uint8_t *pixels,
                          size_t width, size_t height,
                          const uint8_t *palette_rgb, size_t colours,
                          abl_error *err)
{
    const raster from = {pixels, width, height, 1};
    return encode(png, bytes, &from, palette_rgb, colours, err);
}

abl_status abl_png_encode_rgb(uint8_t **png, size_t *bytes, const uint8_t *rgb,
                              size_t width, size_t height, abl_error *err)
{
    const raster from = {rgb, width, height, 3};
    return encode(png, bytes, &from, NULL, 0, err);
}

void abl_png_packed(const uint8_t **packed, size_t *packed_bytes,
                    const uint8_t *png, size_t bytes)
{
    *packed = NULL;
    *packed_bytes = 0;
    for (size_t at = 8; at + 12 <= bytes;) {
        size_t length = 0;
        for (int n = 0; n < 4; n++)
            length = length << 8 | png[at + (size_t)n];
        if (length > bytes - at - 12)
            return;
        if (memcmp(png + at + 4, "IDAT", 4) == 0) {
            *packed = png + at + 8;
            *packed_bytes = length;
            return;
        }
        at += 12 + length;
    }
}
