/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/nifti.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "imaging/nifti_header.h"

enum {
    CHUNK_VOXELS = 1 << 17,
    CHUNK_BYTES = CHUNK_VOXELS * 8
};

/* No deflate stream grows by more than this when unpacked (zlib manual). */
static const double max_gzip_ratio = 1040;

typedef struct reader {
    gzFile file;
    const char *path;
    abl_nifti_header header;
    uint8_t *chunk;
} reader;

static abl_status fail_read(const reader *in, abl_error *err)
{
    int code = Z_OK;
    const char *text = gzerror(in->file, &code);
    if (code == Z_OK || code == Z_BUF_ERROR)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: the file ends too early; copy it again",
                             in->path);
    return abl_error_set(err, code == Z_ERRNO ? ABL_E_IO : ABL_E_FORMAT,
                         "%s: %s", in->path,
                         code == Z_ERRNO ? strerror(errno) : text);
}

static abl_status read_exactly(reader *in, uint8_t *to, size_t bytes,
                               abl_error *err)
{
    if (gzread(in->file, to, (unsigned)bytes) != (int)bytes)
        return fail_read(in, err);
    return ABL_OK;
}

/* A header may not ask for more voxels than the file can hold. */
static abl_status check_file_size(const reader *in, off_t file_bytes,
                                  abl_error *err)
{
    const abl_nifti_header *h = &in->header;
    const double needed =
        (double)h->voxel_offset +
        (double)abl_grid_voxels(&h->grid) * (double)h->voxel_bytes;
    const double ratio = gzdirect(in->file) ? 1 : max_gzip_ratio;
    if (needed > (double)file_bytes * ratio)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %lld bytes cannot hold %zu x %zu x %zu "
                             "voxels; the file is truncated or damaged",
                             in->path, (long long)file_bytes, h->grid.size[0],
                             h->grid.size[1], h->grid.size[2]);
    return ABL_OK;
}

static void close_reader(reader *in)
{
    if (in->file)
        gzclose_r(in->file);
    free(in->chunk);
    memset(in, 0, sizeof *in);
}

static abl_status skip_to_voxels(reader *in, size_t at, abl_error *err)
{
    while (at < in->header.voxel_offset) {
        size_t step = in->header.voxel_offset - at;
        step = step < CHUNK_BYTES ? step : CHUNK_BYTES;
        abl_status status = read_exactly(in, in->chunk, step, err);
        if (status)
            return status;
        at += step;
    }
    return ABL_OK;
}

/* Leaves the file at its first voxel. */
static abl_status open_reader(reader *in, const char *path, abl_error *err)
{
    memset(in, 0, sizeof *in);
    in->path = path;
    struct stat info;
    if (stat(path, &info) != 0)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return abl_error_set(err, ABL_E_IO, "%s: not a regular file", path);
    in->chunk = abl_alloc(CHUNK_BYTES, 1, err);
    if (!in->chunk)
        return ABL_E_NOMEM;
    in->file = gzopen(path, "rb");
    if (!in->file)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    gzbuffer(in->file, 1u << 18);
    uint8_t bytes[ABL_NIFTI_HEADER_BYTES];
    const int count = gzread(in->file, bytes, sizeof bytes);
    if (count < 0)
        return fail_read(in, err);
    abl_status status =
        abl_nifti_header_parse(&in->header, bytes, (size_t)count, err);
    if (status) {
        abl_error_prefix(err, "%s", path);
        return status;
    }
    status = check_file_size(in, info.st_size, err);
    if (status)
        return status;
    if (gzrewind(in->file) != 0)
        return fail_read(in, err);
    return skip_to_voxels(in, 0, err);
}

static void swap_bytes(uint8_t *bytes, size_t count, size_t each)
{
    for (size_t n = 0; n < count; n++, bytes += each)
        for (size_t b = 0; b < each / 2; b++) {
            uint8_t kept = bytes[b];
            bytes[b] = bytes[each - 1 - b];
            bytes[each - 1 - b] = kept;
        }
}

#define WIDEN(type)                                          \
    do {                                                     \
        for (size_t n = 0; n < count; n++) {                 \
            type one;                                        \
            memcpy(&one, from + n * sizeof one, sizeof one); \
            to[n] = (double)one;                             \
        }                                                    \
    } while (0)

static void widen(double *to, const uint8_t *from, size_t count,
                  abl_nifti_type type)
{
    switch (type) {
    case ABL_NIFTI_U8:
        WIDEN(uint8_t);
        break;
    case ABL_NIFTI_I8:
        WIDEN(int8_t);
        break;
    case ABL_NIFTI_I16:
        WIDEN(int16_t);
        break;
    case ABL_NIFTI_U16:
        WIDEN(uint16_t);
        break;
    case ABL_NIFTI_I32:
        WIDEN(int32_t);
        break;
    case ABL_NIFTI_U32:
        WIDEN(uint32_t);
        break;
    case ABL_NIFTI_I64:
        WIDEN(int64_t);
        break;
    case ABL_NIFTI_U64:
        WIDEN(uint64_t);
        break;
    case ABL_NIFTI_F32:
        WIDEN(float);
        break;
    case ABL_NIFTI_F64:
        WIDEN(double);
        break;
    }
}

/* The next voxels of the file as real values, at most CHUNK_VOXELS. */
static abl_status read_values(reader *in, double *values, size_t count,
                              abl_error *err)
{
    const abl_nifti_header *h = &in->header;
    abl_status status =
        read_exactly(in, in->chunk, count * h->voxel_bytes, err);
    if (status)
        return status;
    if (h->swapped)
        swap_bytes(in->chunk, count, h->voxel_bytes);
    widen(values, in->chunk, count, h->type);
    if (h->slope != 1 || h->inter != 0)
        for (size_t n = 0; n < count; n++)
            values[n] = h->slope * values[n] + h->inter;
    for (size_t n = 0; n < count; n++)
        if (!isfinite(values[n]))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: holds voxels that are no numbers (NaN "
                                 "or infinite); replace them, with -1024 "
                                 "outside a CT",
                                 in->path);
    return ABL_OK;
}

static abl_status store_values(abl_volume *volume, size_t at,
                               const double *values, size_t count,
                               abl_error *err)
{
    if (volume->type == ABL_PIXEL_F32) {
        float *to = abl_volume_f32(volume) + at;
        for (size_t n = 0; n < count; n++)
            to[n] = (float)fmax(fmin(values[n], 3.0e38), -3.0e38);
        return ABL_OK;
    }
    if (volume->type == ABL_PIXEL_I16) {
        int16_t *to = abl_volume_i16(volume) + at;
        for (size_t n = 0; n < count; n++)
            to[n] = (int16_t)rint(fmax(fmin(values[n], 32767), -32768));
        return ABL_OK;
    }
    uint8_t *to = abl_volume_u8(volume) + at;
    for (size_t n = 0; n < count; n++) {
        if (!(values[n] > -0.5 && values[n] < 255.5))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "the value %g does not fit a label map "
                                 "(0 to 255)",
                                 values[n]);
        to[n] = (uint8_t)rint(values[n]);
    }
    return ABL_OK;
}

static abl_status read_voxels(abl_volume *volume, reader *in, abl_error *err)
{
    double *values = abl_alloc(CHUNK_VOXELS, sizeof *values, err);
    if (!values)
        return ABL_E_NOMEM;
    const size_t total = abl_grid_voxels(&volume->grid);
    abl_status status = ABL_OK;
    for (size_t at = 0; at < total && !status; at += CHUNK_VOXELS) {
        const size_t left = total - at;
        const size_t count = left < CHUNK_VOXELS ? left : CHUNK_VOXELS;
        status = read_values(in, values, count, err);
        if (!status)
            status = store_values(volume, at, values, count, err);
    }
    free(values);
    return status;
}

abl_status abl_nifti_read(abl_volume **out, const char *path,
                          abl_pixel_type type, abl_error *err)
{
    *out = NULL;
    if (type == ABL_PIXEL_I32)
        return abl_error_set(err, ABL_E_INVALID,
                             "NIfTI is read as u8, i16 or f32");
    reader in;
    abl_status status = open_reader(&in, path, err);
    if (!status)
        status = abl_volume_create(out, &in.header.grid, type, err);
    if (!status)
        status = read_voxels(*out, &in, err);
    if (status) {
        abl_volume_destroy(*out);
        *out = NULL;
    }
    close_reader(&in);
    return status;
}

abl_status abl_nifti_read_grid(abl_grid *out, const char *path, abl_error *err)
{
    memset(out, 0, sizeof *out);
    reader in;
    abl_status status = open_reader(&in, path, err);
    if (!status)
        *out = in.header.grid;
    close_reader(&in);
    return status;
}

static void count_values(abl_nifti_summary *out, const double *values,
                         size_t count)
{
    for (size_t n = 0; n < count; n++) {
        out->min = fmin(out->min, values[n]);
        out->max = fmax(out->max, values[n]);
        out->below_minus_50 += values[n] < -50;
    }
    out->voxels += count;
}

abl_status abl_nifti_summarise(abl_nifti_summary *out, const char *path,
                               abl_error *err)
{
    *out = (abl_nifti_summary){.min = INFINITY, .max = -INFINITY};
    reader in;
    double *values = NULL;
    abl_status status = open_reader(&in, path, err);
    if (status)
        goto done;
    out->grid = in.header.grid;
    out->is_8_bit = in.header.voxel_bytes == 1;
    values = abl_alloc(CHUNK_VOXELS, sizeof *values, err);
    if (!values) {
        status = ABL_E_NOMEM;
        goto done;
    }
    size_t left = out->is_8_bit ? 0 : abl_grid_voxels(&out->grid);
    while (left > 0 && !status && out->below_minus_50 < 20000) {
        const size_t count = left < CHUNK_VOXELS ? left : CHUNK_VOXELS;
        status = read_values(&in, values, count, err);
        if (!status)
            count_values(out, values, count);
        left -= count;
    }
done:
    free(values);
    close_reader(&in);
    return status;
}

typedef struct writer {
    FILE *file;
    bool packed;
    z_stream stream;
    uint8_t *chunk;
} writer;

/* Pushes bytes through deflate (finish at the end) into the file. */
static bool write_packed(writer *out, const uint8_t *bytes, size_t count,
                         int flush)
{
    out->stream.next_in = (z_const Bytef *)(uintptr_t)bytes;
    out->stream.avail_in = (uInt)count;
    do {
        out->stream.next_out = out->chunk;
        out->stream.avail_out = CHUNK_BYTES;
        if (deflate(&out->stream, flush) == Z_STREAM_ERROR)
            return false;
        const size_t made = CHUNK_BYTES - out->stream.avail_out;
        if (fwrite(out->chunk, 1, made, out->file) != made)
            return false;
    } while (out->stream.avail_out == 0);
    return true;
}

static bool write_bytes(writer *out, const uint8_t *bytes, size_t count)
{
    while (count > 0) {
        const size_t step = count < (1u << 24) ? count : (1u << 24);
        const bool good = out->packed
                              ? write_packed(out, bytes, step, Z_NO_FLUSH)
                              : fwrite(bytes, 1, step, out->file) == step;
        if (!good)
            return false;
        bytes += step;
        count -= step;
    }
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static abl_status open_writer(writer *out, const char *path, abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->chunk = abl_alloc(CHUNK_BYTES, 1, err);
    if (!out->chunk)
        return ABL_E_NOMEM;
    if (ends_with(path, ".gz")) {
        /* 31: gzip wrapper, whose header then holds no time and no name. */
        if (deflateInit2(&out->stream, 1, Z_DEFLATED, 31, 9,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            return abl_error_set(err, ABL_E_NOMEM, "out of memory for zlib");
        out->packed = true;
    }
    out->file = fopen(path, "wb");
    if (!out->file)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    return ABL_OK;
}

/* True when everything has reached the file. */
static bool close_writer(writer *out)
{
    bool good = out->file != NULL;
    if (out->packed) {
        good = good && write_packed(out, NULL, 0, Z_FINISH);
        deflateEnd(&out->stream);
    }
    if (out->file && fclose(out->file) != 0)
        good = false;
    free(out->chunk);
    return good;
}

static abl_status type_to_write(abl_nifti_type *type, const abl_volume *volume,
                                abl_error *err)
{
    switch (volume->type) {
    case ABL_PIXEL_U8:
        *type = ABL_NIFTI_U8;
        return ABL_OK;
    case ABL_PIXEL_I16:
        *type = ABL_NIFTI_I16;
        return ABL_OK;
    case ABL_PIXEL_F32:
        *type = ABL_NIFTI_F32;
        return ABL_OK;
    case ABL_PIXEL_I32:
        break;
    }
    return abl_error_set(err, ABL_E_INVALID,
                         "only u8, i16 and f32 volumes become NIfTI");
}

abl_status abl_nifti_write(const char *path, const abl_volume *volume,
                           abl_error *err)
{
    uint8_t header[ABL_NIFTI_VOXEL_OFFSET];
    abl_nifti_type type = ABL_NIFTI_U8;
    abl_status status = abl_grid_validate(&volume->grid, err);
    if (!status)
        status = type_to_write(&type, volume, err);
    if (!status)
        status = abl_nifti_header_format(header, &volume->grid, type, err);
    if (status)
        return status;
    writer out;
    status = open_writer(&out, path, err);
    struct stat info;
    const bool is_ours = out.file && fstat(fileno(out.file), &info) == 0 &&
                         S_ISREG(info.st_mode);
    bool good = !status && write_bytes(&out, header, sizeof header) &&
                write_bytes(&out, volume->data,
                            abl_grid_voxels(&volume->grid) *
                                abl_pixel_size(volume->type));
    int code = errno;
    if (!close_writer(&out) && good) {
        good = false;
        code = errno;
    }
    if (status || good)
        return status;
    if (is_ours)
        unlink(path);
    return abl_error_set(err, ABL_E_IO, "%s: could not be written: %s", path,
                         strerror(code));
}
