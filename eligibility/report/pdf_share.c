/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/pdf_share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/file_bytes.h"
#include "imaging/png_encode.h"

enum {
    FIRST_WIDTH = 2, /* of a stand-in; one more for each, and one row high */
    MOST_BYTES = 512 << 20,
    HEAD_BYTES = 1024 /* of an object that are looked at */
};

cairo_surface_t *abl_pdf_share(abl_pdf_shared *shared, const abl_pixels *pixels)
{
    if (!abl_pixels_kept(pixels) || shared->count == ABL_PDF_MAX_SHARED)
        return NULL;
    const int width = FIRST_WIDTH + (int)shared->count;
    shared->items[shared->count++] = pixels;
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, 1);
}

/* A finished file and the list of its objects. */
typedef struct pdf_file {
    const char *text;
    size_t bytes;
    size_t table;     /* where the list is */
    long first, size; /* line of object 0 in the text; number of objects */
    long root, info;
} pdf_file;

/* Packed bytes may hold anything, so words are looked for from the end. */
static const char *find_last(const pdf_file *f, const char *word)
{
    const size_t length = strlen(word);
    for (size_t n = f->bytes; n >= length; n--)
        if (memcmp(f->text + n - length, word, length) == 0)
            return f->text + n - length;
    return NULL;
}

/* The number behind @p word, which must stand at @p text; *rest: behind it. */
static bool read_number(long *out, const char *text, const char *word,
                        const char **rest)
{
    const size_t length = strlen(word);
    char *end = NULL;
    if (!text || strncmp(text, word, length) != 0)
        return false;
    *out = strtol(text + length, &end, 10);
    if (rest)
        *rest = end;
    return end > text + length && *out >= 0;
}

static bool read_trailer(pdf_file *f)
{
    const char *trailer = find_last(f, "trailer");
    const char *start = find_last(f, "startxref");
    const char *rest = NULL;
    long table = 0;
    if (!trailer ||
        !read_number(&f->root, strstr(trailer, "/Root "), "/Root ", NULL) ||
        !read_number(&f->info, strstr(trailer, "/Info "), "/Info ", NULL) ||
        !read_number(&table, start, "startxref\n", NULL) ||
        (size_t)table >= f->bytes ||
        !read_number(&f->size, f->text + table, "xref\n0 ", &rest))
        return false;
    f->table = (size_t)table;
    f->first = rest + 1 - f->text;
    return f->size > 0 && (size_t)f->size < f->bytes / 20 &&
           (size_t)f->first + 20 * (size_t)f->size <= f->bytes;
}

/* Width of an object that is a stand-in, else 0. */
static long stand_in_width(const pdf_file *f, long number)
{
    char head[HEAD_BYTES + 1];
    long at = 0, width = 0, height = 0;
    if (!read_number(&at, f->text + f->first + 20 * number, "", NULL) ||
        (size_t)at >= f->bytes)
        return 0;
    const size_t left = f->bytes - (size_t)at;
    const size_t bytes = left < HEAD_BYTES ? left : HEAD_BYTES;
    memcpy(head, f->text + at, bytes);
    head[bytes] = '\0';
    char *end = strstr(head, "stream");
    const char *last = strstr(head, "endobj");
    if (!end || (last && last < end)) /* no stream of its own */
        return 0;
    *end = '\0';
    if (!strstr(head, "/Subtype /Image") ||
        !read_number(&width, strstr(head, "/Width "), "/Width ", NULL) ||
        !read_number(&height, strstr(head, "/Height "), "/Height ", NULL) ||
        height != 1)
        return 0;
    return width;
}

static void put_colours(FILE *out, const abl_pixels *pixels)
{
    if (!pixels->numbers) {
        fputs("   /ColorSpace /DeviceRGB\n", out);
        return;
    }
    const abl_palette *palette = &pixels->palette;
    fprintf(out, "   /ColorSpace [/Indexed /DeviceRGB %zu <",
            palette->count - 1);
    for (size_t n = 0; n < palette->count; n++)
        for (int c = 0; c < 3; c++)
            fprintf(out, "%02x", palette->rgb[n][c]);
    fputs(">]\n", out);
}

static void put_picture(FILE *out, const abl_pixels *pixels, long number,
                        const uint8_t *packed, size_t packed_bytes)
{
    fprintf(out,
            "%ld 0 obj\n<< /Type /XObject\n   /Subtype /Image\n"
            "   /Width %zu\n   /Height %zu\n",
            number, pixels->width, pixels->height);
    put_colours(out, pixels);
    fprintf(out,
            "   /BitsPerComponent 8\n   /Interpolate true\n"
            "   /Filter /FlateDecode\n   /DecodeParms << /Predictor 15 "
            "/Colors %d /BitsPerComponent 8 /Columns %zu >>\n"
            "   /Length %zu\n>>\nstream\n",
            pixels->numbers ? 1 : 3, pixels->width, packed_bytes);
    fwrite(packed, 1, packed_bytes, out);
    fputs("\nendstream\nendobj\n", out);
}

/* Writes every stand-in's object anew, and a list of where they now are. */
static abl_status put_update(FILE *out, const pdf_file *f,
                             const abl_pdf_shared *shared, abl_error *err)
{
    size_t found = 0;
    char *list = NULL;
    size_t list_bytes = 0;
    FILE *lines = open_memstream(&list, &list_bytes);
    if (!lines)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for a report");
    for (long number = 1; number < f->size; number++) {
        const long width = stand_in_width(f, number);
        const uint8_t *packed = NULL;
        size_t bytes = 0;
        if (width < FIRST_WIDTH || width - FIRST_WIDTH >= (long)shared->count)
            continue;
        const abl_pixels *pixels = shared->items[width - FIRST_WIDTH];
        abl_png_packed(&packed, &bytes, pixels->png, pixels->png_bytes);
        if (!packed)
            continue;
        fprintf(lines, "%ld 1\n%010ld 00000 n \n", number, ftell(out));
        put_picture(out, pixels, number, packed, bytes);
        found++;
    }
    const bool failed = fclose(lines) != 0;
    const long table = ftell(out);
    if (!failed)
        fprintf(out,
                "xref\n%strailer\n<< /Size %ld\n   /Root %ld 0 R\n   /Info "
                "%ld 0 R\n   /Prev %zu\n>>\nstartxref\n%ld\n%%%%EOF\n",
                list, f->size, f->root, f->info, f->table, table);
    free(list);
    if (failed)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for a report");
    return found == shared->count
               ? ABL_OK
               : abl_error_set(err, ABL_E_INTERNAL,
                               "%zu of %zu pictures found no place in a report",
                               shared->count - found, shared->count);
}

static abl_status append(const char *path, const pdf_file *f,
                         const abl_pdf_shared *shared, abl_error *err)
{
    FILE *out = fopen(path, "r+b");
    if (!out)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written: %s", path,
                             strerror(errno));
    abl_status status = ABL_OK;
    if (fseek(out, 0, SEEK_END) == 0)
        status = put_update(out, f, shared, err);
    const bool failed = ferror(out) != 0;
    if ((fclose(out) != 0 || failed) && !status)
        status = abl_error_set(err, ABL_E_IO,
                               "%s: cannot be written in full: "
                               "%s",
                               path, strerror(errno));
    return status;
}

abl_status abl_pdf_share_finish(const abl_pdf_shared *shared, const char *path,
                                abl_error *err)
{
    pdf_file f = {NULL, 0, 0, 0, 0, 0, 0};
    char *text = NULL;
    if (!shared->count)
        return ABL_OK;
    abl_status status = abl_file_read(&text, &f.bytes, path, MOST_BYTES, err);
    if (status)
        return status;
    f.text = text;
    status = read_trailer(&f)
                 ? append(path, &f, shared, err)
                 : abl_error_set(err, ABL_E_INTERNAL,
                                 "%s: has no list of objects", path);
    free(text);
    return status;
}
