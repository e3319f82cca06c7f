/* SPDX-License-Identifier: Apache-2.0 */
#define ZLIB_CONST /* zlib reads what it is given */
#include "imaging/nrrd.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "imaging/file_bytes.h"
#include "imaging/nrrd_header.h"

/* Deflate cannot pack tighter than this. */
#define MOST_TIMES_SMALLER 1040

bool abl_nrrd_is(const char *path)
{
    char start[8] = "";
    FILE *file = fopen(path, "rb");
    const bool is = file && fread(start, 1, 8, file) == 8 &&
                    memcmp(start, "NRRD000", 7) == 0;
    if (file)
        fclose(file);
    return is;
}

static abl_status unpack(unsigned char *to, size_t bytes, const char *from,
                         size_t packed, const char *path, abl_error *err)
{
    z_stream stream = {.next_in = (const Bytef *)from,
                       .avail_in = (uInt)packed,
                       .next_out = to,
                       .avail_out = (uInt)bytes};
    if (inflateInit2(&stream, 15 + 32) != Z_OK)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    const int result = inflate(&stream, Z_FINISH);
    const size_t got = stream.total_out;
    inflateEnd(&stream);
    if (got == bytes && result == Z_STREAM_END)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: its data unpack to %zu of %zu bytes; the file is "
                         "truncated or damaged",
                         path, got, bytes);
}

/* The data as stored; *owned is what to free. */
static abl_status find_data(const unsigned char **data, unsigned char **owned,
                            const abl_nrrd_header *header, const char *text,
                            size_t bytes, const char *path, abl_error *err)
{
    const char *from = text + header->data_offset;
    const size_t held = bytes - header->data_offset;
    size_t values = 0, needed = 0;
    *owned = NULL;
    if (!abl_mul_size(&values, abl_grid_voxels(&header->grid),
                      header->layer_count) ||
        !abl_mul_size(&needed, values, abl_nrrd_type_bytes(header->type)) ||
        needed > ABL_NRRD_MAX_DATA_BYTES)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: larger than what is read", path);
    if (needed > (header->is_gzip ? held * MOST_TIMES_SMALLER : held))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: holds %zu bytes of data where %zu are "
                             "needed; the file is truncated",
                             path, held, needed);
    *data = (const unsigned char *)from;
    if (!header->is_gzip)
        return ABL_OK;
    *owned = abl_alloc(needed, 1, err);
    *data = *owned;
    return *owned ? unpack(*owned, needed, from, held, path, err) : ABL_E_NOMEM;
}

static double value_at(const unsigned char *from, abl_nrrd_type type,
                       bool is_big_endian)
{
    const size_t bytes = abl_nrrd_type_bytes(type);
    uint64_t bits = 0;
    for (size_t n = 0; n < bytes; n++)
        bits |= (uint64_t)from[is_big_endian ? bytes - 1 - n : n] << 8 * n;
    const uint32_t low = (uint32_t)bits;
    float f;
    double d;
    memcpy(&f, &low, sizeof f);
    memcpy(&d, &bits, sizeof d);
    switch (type) {
    case ABL_NRRD_I8:
        return (int8_t)bits;
    case ABL_NRRD_I16:
        return (int16_t)bits;
    case ABL_NRRD_I32:
        return (int32_t)bits;
    case ABL_NRRD_I64:
        return (double)(int64_t)bits;
    case ABL_NRRD_F32:
        return (double)f;
    case ABL_NRRD_F64:
        return d;
    default:
        return (double)bits;
    }
}

static abl_status convert(abl_nrrd *out, const abl_nrrd_header *header,
                          const unsigned char *data, int highest,
                          const char *path, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&header->grid);
    const size_t layers = header->layer_count;
    const size_t bytes = abl_nrrd_type_bytes(header->type);
    out->values = abl_alloc(voxels * layers, sizeof *out->values, err);
    if (!out->values)
        return ABL_E_NOMEM;
    for (size_t layer = 0; layer < layers; layer++)
        for (size_t n = 0; n < voxels; n++) {
            const size_t at =
                header->layers_first ? n * layers + layer : layer * voxels + n;
            const double value = value_at(data + at * bytes, header->type,
                                          header->is_big_endian);
            if (!(value >= 0 && value <= highest) || rint(value) != value)
                return abl_error_set(err, ABL_E_FORMAT,
                                     "%s: holds the value %g; a label map has "
                                     "whole numbers from 0 to %d",
                                     path, value, highest);
            out->values[layer * voxels + n] = (int16_t)value;
        }
    return ABL_OK;
}

abl_status abl_nrrd_read(abl_nrrd *out, const char *path, int highest,
                         abl_error *err)
{
    char *text = NULL;
    unsigned char *owned = NULL;
    const unsigned char *data = NULL;
    size_t bytes = 0;
    abl_nrrd_header header;
    memset(out, 0, sizeof *out);
    abl_status status =
        abl_file_read(&text, &bytes, path, ABL_NRRD_MAX_FILE_BYTES, err);
    if (status)
        return status;
    status = abl_nrrd_header_parse(&header, text, bytes, path, err);
    out->grid = header.grid;
    out->layer_count = header.layer_count;
    out->part_count = header.part_count;
    out->parts = header.parts;
    out->part_layer = header.part_layer;
    if (!status)
        status = find_data(&data, &owned, &header, text, bytes, path, err);
    if (!status)
        status = convert(out, &header, data, highest, path, err);
    free(owned);
    free(text);
    return status;
}

void abl_nrrd_clear(abl_nrrd *nrrd)
{
    free(nrrd->values);
    free(nrrd->parts);
    free(nrrd->part_layer);
    memset(nrrd, 0, sizeof *nrrd);
}
