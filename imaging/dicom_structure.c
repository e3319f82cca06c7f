/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_structure.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    CHUNK_BYTES = 1 << 16,
    UNDEFINED = -1
};

typedef struct source {
    FILE *file;
    const char *path;
    long data_set; /* where it starts */
    long size;     /* of the file */
    bool is_big, is_implicit, is_deflated;
    uint8_t chunk[CHUNK_BYTES];
    uint8_t inflated[CHUNK_BYTES];
} source;

static uint32_t get_number(const source *in, const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t n = 0; n < count; n++)
        value = value << 8 | bytes[in->is_big ? n : count - 1 - n];
    return value;
}

static abl_status fail_read(const source *in, abl_error *err)
{
    return abl_error_set(err, ABL_E_IO, "%s: %s", in->path, strerror(errno));
}

/* Length of the value of TransferSyntaxUID in the meta header, or NULL. */
static const uint8_t *find_syntax(const uint8_t *bytes, size_t count,
                                  size_t *length)
{
    static const uint8_t start[6] = {2, 0, 0x10, 0, 'U', 'I'};
    for (size_t n = 0; n + 8 < count; n++)
        if (memcmp(bytes + n, start, sizeof start) == 0) {
            *length = (size_t)bytes[n + 6] | (size_t)bytes[n + 7] << 8;
            return n + 8 + *length <= count ? bytes + n + 8 : NULL;
        }
    return NULL;
}

static bool is_syntax(const uint8_t *value, size_t length, const char *uid)
{
    const size_t n = strlen(uid);
    return (length == n || (length == n + 1 && value[n] == 0)) &&
           memcmp(value, uid, n) == 0;
}

/* Syntax and start of the data set; what a file without meta header holds is
 * guessed from its first element. */
static void find_data_set(source *in, size_t count)
{
    const uint8_t *bytes = in->chunk;
    const bool has_preamble =
        count >= 132 && memcmp(bytes + 128, "DICM", 4) == 0;
    const size_t meta = has_preamble ? 132 : 0;
    in->data_set = (long)meta;
    size_t length = 0;
    const uint8_t *syntax =
        count > meta ? find_syntax(bytes + meta, count - meta, &length) : NULL;
    if (!syntax) {
        in->is_big = count > meta + 1 && bytes[meta] == 0;
        in->is_implicit = count > meta + 6 &&
                          (bytes[meta + 4] < 'A' || bytes[meta + 4] > 'Z');
        return;
    }
    in->is_implicit = is_syntax(syntax, length, "1.2.840.10008.1.2");
    in->is_big = is_syntax(syntax, length, "1.2.840.10008.1.2.2");
    in->is_deflated = is_syntax(syntax, length, "1.2.840.10008.1.2.1.99");
    /* The meta header is explicit little endian and ends where group 2 does. */
    size_t at = meta;
    while (at + 8 <= count && bytes[at] == 2 && bytes[at + 1] == 0) {
        const bool is_long = memcmp(bytes + at + 4, "OB", 2) == 0 ||
                             memcmp(bytes + at + 4, "UN", 2) == 0;
        if (is_long && at + 12 > count)
            break;
        at += is_long
                  ? 12 + ((size_t)bytes[at + 8] | (size_t)bytes[at + 9] << 8)
                  : 8 + ((size_t)bytes[at + 6] | (size_t)bytes[at + 7] << 8);
    }
    in->data_set = (long)at;
}

/* Item tags in either byte order. The last three bytes are kept between calls,
 * so that a tag across a border counts. */
static size_t count_items(const uint8_t *bytes, size_t count, uint32_t *last)
{
    size_t found = 0;
    uint32_t seen = *last;
    for (size_t n = 0; n < count; n++) {
        seen = seen << 8 | bytes[n];
        found += seen == 0xfeff00e0u || seen == 0xfffee000u;
    }
    *last = seen;
    return found;
}

static abl_status count_plain_items(size_t *out, source *in, abl_error *err)
{
    uint32_t last = 0;
    *out = 0;
    size_t count = 0;
    do {
        count = fread(in->chunk, 1, CHUNK_BYTES, in->file);
        *out += count_items(in->chunk, count, &last);
    } while (count == CHUNK_BYTES && *out <= ABL_DICOM_FREE_ITEMS);
    return ferror(in->file) ? fail_read(in, err) : ABL_OK;
}

static abl_status inflate_items(size_t *out, source *in, z_stream *stream,
                                abl_error *err)
{
    uint32_t last = 0;
    size_t total = 0;
    int code = Z_OK;
    while (code == Z_OK) {
        if (stream->avail_in == 0) {
            stream->next_in = in->chunk;
            stream->avail_in = (uInt)fread(in->chunk, 1, CHUNK_BYTES, in->file);
            if (stream->avail_in == 0)
                break;
        }
        stream->next_out = in->inflated;
        stream->avail_out = CHUNK_BYTES;
        code = inflate(stream, Z_NO_FLUSH);
        const size_t made = CHUNK_BYTES - stream->avail_out;
        total += made;
        *out += count_items(in->inflated, made, &last);
        if (total > ABL_DICOM_MAX_INFLATED_BYTES)
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: unpacks to more than %zu bytes", in->path,
                                 ABL_DICOM_MAX_INFLATED_BYTES);
    }
    return ABL_OK;
}

static abl_status count_deflated_items(size_t *out, source *in, abl_error *err)
{
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    *out = 0;
    if (fseek(in->file, in->data_set, SEEK_SET) != 0)
        return fail_read(in, err);
    if (inflateInit2(&stream, -15) != Z_OK)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory for zlib");
    const abl_status status = inflate_items(out, in, &stream, err);
    inflateEnd(&stream);
    return status;
}

/* A level of the structure: where it ends (or UNDEFINED), and how its elements
 * are written. */
typedef struct level {
    long end;
    bool is_sequence; /* holds items; else elements */
    bool is_implicit;
    bool is_raw; /* items hold no elements: encapsulated pixels */
} level;

typedef struct walker {
    source *in;
    long at;
    size_t depth;
    level levels[2 * ABL_DICOM_MAX_NESTING + 2];
} walker;

static abl_status fail_structure(const walker *walk, const char *what,
                                 abl_error *err)
{
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: %s at byte %ld; the file is damaged",
                         walk->in->path, what, walk->at);
}

static bool read_at(walker *walk, uint8_t *to, size_t count, long ahead)
{
    return fseek(walk->in->file, walk->at + ahead, SEEK_SET) == 0 &&
           fread(to, 1, count, walk->in->file) == count;
}

static abl_status enter(walker *walk, level inner, abl_error *err)
{
    const size_t room = sizeof walk->levels / sizeof walk->levels[0];
    if (walk->depth == room)
        return fail_structure(walk, "sequences nested too deeply", err);
    walk->levels[walk->depth++] = inner;
    return ABL_OK;
}

static abl_status skip(walker *walk, uint32_t length, abl_error *err)
{
    if ((int64_t)walk->at + length > walk->in->size)
        return fail_structure(walk, "a value beyond the end of the file", err);
    walk->at += (long)length;
    return ABL_OK;
}

static bool is_item_tag(const source *in, const uint8_t *tag)
{
    return get_number(in, tag, 2) == 0xfffe &&
           get_number(in, tag + 2, 2) == 0xe000;
}

static abl_status walk_item(walker *walk, const uint8_t *bytes, abl_error *err)
{
    const source *in = walk->in;
    const level *outer = walk->levels + walk->depth - 1;
    const uint32_t element = get_number(in, bytes + 2, 2);
    const uint32_t length = get_number(in, bytes + 4, 4);
    walk->at += 8;
    if (element == 0xe00d || element == 0xe0dd) {
        if (walk->depth == 1 || outer->end != UNDEFINED ||
            outer->is_sequence != (element == 0xe0dd))
            return fail_structure(walk, "a delimiter out of place", err);
        walk->depth--;
        return ABL_OK;
    }
    if (element != 0xe000 || !outer->is_sequence)
        return fail_structure(walk, "an item out of place", err);
    if (outer->is_raw)
        return skip(walk, length, err);
    const level inner = {length == UINT32_MAX ? UNDEFINED
                                              : walk->at + (long)length,
                         false, outer->is_implicit, false};
    return enter(walk, inner, err);
}

static bool is_vr(const uint8_t *vr, const char *list)
{
    for (; *list; list += 2)
        if (vr[0] == (uint8_t)list[0] && vr[1] == (uint8_t)list[1])
            return true;
    return false;
}

/* An element of a data set; a value that starts with an item is followed as a
 * sequence whatever its VR, since a parser might. */
static abl_status walk_element(walker *walk, const uint8_t *bytes,
                               abl_error *err)
{
    const source *in = walk->in;
    bool implicit = walk->levels[walk->depth - 1].is_implicit;
    uint32_t length = 0;
    bool is_raw = get_number(in, bytes, 2) == 0x7fe0;
    if (implicit) {
        length = get_number(in, bytes + 4, 4);
        walk->at += 8;
    } else if (bytes[4] < 'A' || bytes[4] > 'Z' || bytes[5] < 'A' ||
               bytes[5] > 'Z') {
        return fail_structure(walk, "an unknown value representation", err);
    } else if (is_vr(bytes + 4, "OBODOFOLOVOWSQSVUCUNURUTUV")) {
        uint8_t four[4];
        if (!read_at(walk, four, 4, 8))
            return fail_structure(walk, "the file ends", err);
        length = get_number(in, four, 4);
        walk->at += 12;
        implicit = is_vr(bytes + 4, "UN");
        is_raw = is_vr(bytes + 4, "OBOW");
    } else {
        length = get_number(in, bytes + 6, 2);
        walk->at += 8;
    }
    if (length == UINT32_MAX) {
        const level inner = {UNDEFINED, true, implicit, is_raw};
        return enter(walk, inner, err);
    }
    uint8_t tag[4];
    if (length >= 8 && read_at(walk, tag, 4, 0) && is_item_tag(in, tag)) {
        const level inner = {walk->at + (long)length, true, implicit, false};
        return enter(walk, inner, err);
    }
    return skip(walk, length, err);
}

static abl_status walk_structure(source *in, abl_error *err)
{
    walker walk = {
        in, in->data_set, 1, {{in->size, false, in->is_implicit, false}}};
    abl_status status = ABL_OK;
    while (!status && walk.depth > 0) {
        const level *top = walk.levels + walk.depth - 1;
        if (top->end != UNDEFINED && walk.at >= top->end) {
            if (walk.at > top->end)
                return fail_structure(&walk, "a value beyond its item", err);
            walk.depth--;
            continue;
        }
        uint8_t bytes[8];
        if (!read_at(&walk, bytes, sizeof bytes, 0))
            return fail_structure(&walk, "the file ends", err);
        if (get_number(in, bytes, 2) == 0xfffe)
            status = walk_item(&walk, bytes, err);
        else if (top->is_sequence)
            status = fail_structure(&walk, "an element between items", err);
        else
            status = walk_element(&walk, bytes, err);
    }
    return status;
}

static abl_status check_source(source *in, abl_error *err)
{
    if (fseek(in->file, 0, SEEK_END) != 0)
        return fail_read(in, err);
    in->size = ftell(in->file);
    rewind(in->file);
    const size_t count = fread(in->chunk, 1, CHUNK_BYTES, in->file);
    find_data_set(in, count);
    rewind(in->file);
    size_t items = 0;
    const abl_status status = in->is_deflated
                                  ? count_deflated_items(&items, in, err)
                                  : count_plain_items(&items, in, err);
    if (status || items <= ABL_DICOM_FREE_ITEMS)
        return status;
    if (in->is_deflated)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: more than %d sequence items in a deflated "
                             "file; inflate it first",
                             in->path, ABL_DICOM_FREE_ITEMS);
    return walk_structure(in, err);
}

abl_status abl_dicom_structure_check(const char *path, abl_error *err)
{
    source *in = abl_alloc(1, sizeof *in, err);
    if (!in)
        return ABL_E_NOMEM;
    in->path = path;
    in->file = fopen(path, "rb");
    abl_status status = ABL_OK;
    if (!in->file)
        status = fail_read(in, err);
    else
        status = check_source(in, err);
    if (in->file)
        fclose(in->file);
    free(in);
    return status;
}
