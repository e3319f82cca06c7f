/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/nrrd_header.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_HEADER_BYTES = 1 << 20,
    MAX_LINE = 4096,
    MAX_AXES = 4,
    MAX_PARTS = 1024
};

typedef struct reader {
    abl_nrrd_header *out;
    const char *path;
    abl_error *err;
    size_t axes;
    size_t sizes[MAX_AXES];
    bool has_direction[MAX_AXES];
    double directions[MAX_AXES][3];
    double origin[3];
    double sign[3]; /* to LPS; 0: no space named */
    bool has_sizes, has_directions, has_origin, has_encoding, has_endian;
} reader;

static abl_status refuse(const reader *in, abl_status status, const char *why)
{
    return abl_error_set(in->err, status, "%s: %s", in->path, why);
}

size_t abl_nrrd_type_bytes(abl_nrrd_type type)
{
    static const size_t bytes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 0};
    return bytes[type];
}

static abl_nrrd_type type_of(const char *name)
{
    static const struct {
        const char *name;
        abl_nrrd_type type;
    } names[] = {
        {"signed char", ABL_NRRD_I8},
        {"int8", ABL_NRRD_I8},
        {"int8_t", ABL_NRRD_I8},
        {"uchar", ABL_NRRD_U8},
        {"unsigned char", ABL_NRRD_U8},
        {"uint8", ABL_NRRD_U8},
        {"uint8_t", ABL_NRRD_U8},
        {"short", ABL_NRRD_I16},
        {"short int", ABL_NRRD_I16},
        {"signed short", ABL_NRRD_I16},
        {"signed short int", ABL_NRRD_I16},
        {"int16", ABL_NRRD_I16},
        {"int16_t", ABL_NRRD_I16},
        {"ushort", ABL_NRRD_U16},
        {"unsigned short", ABL_NRRD_U16},
        {"unsigned short int", ABL_NRRD_U16},
        {"uint16", ABL_NRRD_U16},
        {"uint16_t", ABL_NRRD_U16},
        {"int", ABL_NRRD_I32},
        {"signed int", ABL_NRRD_I32},
        {"int32", ABL_NRRD_I32},
        {"int32_t", ABL_NRRD_I32},
        {"uint", ABL_NRRD_U32},
        {"unsigned int", ABL_NRRD_U32},
        {"uint32", ABL_NRRD_U32},
        {"uint32_t", ABL_NRRD_U32},
        {"longlong", ABL_NRRD_I64},
        {"long long", ABL_NRRD_I64},
        {"long long int", ABL_NRRD_I64},
        {"signed long long", ABL_NRRD_I64},
        {"signed long long int", ABL_NRRD_I64},
        {"int64", ABL_NRRD_I64},
        {"int64_t", ABL_NRRD_I64},
        {"ulonglong", ABL_NRRD_U64},
        {"unsigned long long", ABL_NRRD_U64},
        {"unsigned long long int", ABL_NRRD_U64},
        {"uint64", ABL_NRRD_U64},
        {"uint64_t", ABL_NRRD_U64},
        {"float", ABL_NRRD_F32},
        {"double", ABL_NRRD_F64},
    };
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        if (strcmp(names[n].name, name) == 0)
            return names[n].type;
    return ABL_NRRD_NO_TYPE;
}

static bool set_space(reader *in, const char *name)
{
    static const struct {
        const char *names[2];
        double sign[3];
    } spaces[] = {
        {{"left-posterior-superior", "LPS"}, {1, 1, 1}},
        {{"right-anterior-superior", "RAS"}, {-1, -1, 1}},
        {{"left-anterior-superior", "LAS"}, {1, -1, 1}},
    };
    for (size_t n = 0; n < sizeof spaces / sizeof spaces[0]; n++)
        if (strcmp(spaces[n].names[0], name) == 0 ||
            strcmp(spaces[n].names[1], name) == 0) {
            memcpy(in->sign, spaces[n].sign, sizeof in->sign);
            return true;
        }
    return false;
}

/* "(1,0,0)", finite; moves behind it. */
static bool take_vector(double out[3], const char **at)
{
    const char *text = *at + strspn(*at, " ");
    if (*text++ != '(')
        return false;
    for (int a = 0; a < 3; a++) {
        char *end = NULL;
        out[a] = strtod(text, &end);
        if (end == text || !isfinite(out[a]) || fabs(out[a]) > 1e6)
            return false;
        end += strspn(end, " ");
        if (*end != (a < 2 ? ',' : ')'))
            return false;
        text = end + 1;
    }
    *at = text;
    return true;
}

static bool take_directions(reader *in, const char *text)
{
    for (size_t n = 0; n < in->axes; n++) {
        text += strspn(text, " ");
        if (strncmp(text, "none", 4) == 0) {
            text += 4;
            continue;
        }
        if (!take_vector(in->directions[n], &text))
            return false;
        in->has_direction[n] = true;
    }
    return text[strspn(text, " ")] == '\0';
}

static bool take_sizes(reader *in, const char *text)
{
    for (size_t n = 0; n < in->axes; n++) {
        char *end = NULL;
        const long long size = strtoll(text, &end, 10);
        if (end == text || size < 1 || size > (long long)ABL_GRID_MAX_SIZE)
            return false;
        in->sizes[n] = (size_t)size;
        text = end;
    }
    return text[strspn(text, " ")] == '\0';
}

static abl_status take_encoding(reader *in, const char *value)
{
    in->has_encoding = true;
    in->out->is_gzip = strcmp(value, "gzip") == 0 || strcmp(value, "gz") == 0;
    if (in->out->is_gzip || strcmp(value, "raw") == 0)
        return ABL_OK;
    return abl_error_set(in->err, ABL_E_UNSUPPORTED,
                         "%s: encoding '%.40s'; raw and gzip are read",
                         in->path, value);
}

static abl_status take_dimension(reader *in, const char *value)
{
    in->axes = strcmp(value, "3") == 0 ? 3 : strcmp(value, "4") == 0 ? 4 : 0;
    return in->axes ? ABL_OK
                    : abl_error_set(in->err, ABL_E_UNSUPPORTED,
                                    "%s: %.20s axes; a label map has 3, or 4 "
                                    "with layers",
                                    in->path, value);
}

static abl_status take_field(reader *in, const char *name, const char *value)
{
    if (strcmp(name, "dimension") == 0)
        return take_dimension(in, value);
    if (strcmp(name, "encoding") == 0)
        return take_encoding(in, value);
    if (strcmp(name, "data file") == 0 || strcmp(name, "datafile") == 0)
        return refuse(in, ABL_E_UNSUPPORTED,
                      "its data lie in another file; save it as one file "
                      "(.nrrd, not .nhdr)");
    if ((strcmp(name, "byte skip") == 0 || strcmp(name, "line skip") == 0 ||
         strcmp(name, "byteskip") == 0 || strcmp(name, "lineskip") == 0) &&
        strcmp(value, "0") != 0)
        return refuse(in, ABL_E_UNSUPPORTED, "skips bytes before its data");
    if (strcmp(name, "type") == 0 &&
        (in->out->type = type_of(value)) == ABL_NRRD_NO_TYPE)
        return abl_error_set(in->err, ABL_E_UNSUPPORTED,
                             "%s: values of type '%.40s' are not read",
                             in->path, value);
    if (strcmp(name, "space") == 0 && !set_space(in, value))
        return abl_error_set(in->err, ABL_E_UNSUPPORTED,
                             "%s: space '%.40s' is not that of a patient",
                             in->path, value);
    if (strcmp(name, "endian") == 0) {
        in->has_endian = true;
        in->out->is_big_endian = strcmp(value, "big") == 0;
    }
    if (strcmp(name, "sizes") == 0 && !(in->has_sizes = take_sizes(in, value)))
        return refuse(in, ABL_E_FORMAT, "'sizes' are not what they must be");
    if (strcmp(name, "space directions") == 0 &&
        !(in->has_directions = take_directions(in, value)))
        return refuse(in, ABL_E_FORMAT,
                      "'space directions' are not what they must be");
    if (strcmp(name, "space origin") == 0 &&
        !(in->has_origin = take_vector(in->origin, &value)))
        return refuse(in, ABL_E_FORMAT,
                      "'space origin' is not what it must be");
    return ABL_OK;
}

/* Copies up to a mark, without control characters. */
static const char *take_until(char *to, size_t size, const char *from,
                              char mark)
{
    size_t used = 0;
    for (; *from && *from != mark && *from != '~' && *from != '|'; from++)
        if (used + 1 < size)
            to[used++] = (unsigned char)*from < 32 ? '?' : *from;
    to[used] = '\0';
    return *from == mark ? from + 1 : from;
}

/* "...TerminologyEntry:context~SCT^1^Category~SCT^2^Type~^^~..." */
static void take_tags(abl_outline_part *part, const char *text)
{
    const char *at = strstr(text, "TerminologyEntry:");
    for (int n = 0; at && n < 2; n++) {
        at = strchr(at, '~');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return;
    at = take_until(part->scheme, sizeof part->scheme, at, '^');
    at = take_until(part->code, sizeof part->code, at, '^');
    at = take_until(part->meaning, sizeof part->meaning, at, '~');
    char scheme[17];
    at = take_until(scheme, sizeof scheme, at, '^');
    take_until(part->side, sizeof part->side, at, '^');
}

/* "Segment3_Name" and such. */
static abl_status take_segment(reader *in, const char *key, const char *value)
{
    abl_nrrd_header *out = in->out;
    char *end = NULL;
    if (strncmp(key, "Segment", 7) != 0 || key[7] < '0' || key[7] > '9')
        return ABL_OK;
    const long n = strtol(key + 7, &end, 10);
    if (n >= MAX_PARTS)
        return refuse(in, ABL_E_UNSUPPORTED, "has more segments than are read");
    if (!out->parts) {
        out->parts = abl_alloc(MAX_PARTS, sizeof *out->parts, in->err);
        out->part_layer =
            abl_alloc(MAX_PARTS, sizeof *out->part_layer, in->err);
        if (!out->parts || !out->part_layer)
            return ABL_E_NOMEM;
    }
    abl_outline_part *part = &out->parts[n];
    if ((size_t)n >= out->part_count)
        out->part_count = (size_t)n + 1;
    if (strcmp(end, "_Name") == 0)
        take_until(part->label, sizeof part->label, value, '\0');
    if (strcmp(end, "_LabelValue") == 0)
        part->number = strtol(value, NULL, 10);
    if (strcmp(end, "_Tags") == 0)
        take_tags(part, value);
    if (strcmp(end, "_Layer") == 0) {
        const long layer = strtol(value, NULL, 10);
        out->part_layer[n] = layer < 0 ? SIZE_MAX : (size_t)layer;
    }
    return ABL_OK;
}

static abl_status take_line(reader *in, char *line)
{
    char *mark = strchr(line, ':');
    if (line[0] == '#' || !mark)
        return line[0] == '#' || !line[0]
                   ? ABL_OK
                   : refuse(in, ABL_E_FORMAT, "a line of its head is damaged");
    *mark = '\0';
    if (mark[1] == '=')
        return take_segment(in, line, mark + 2);
    return take_field(in, line, mark + 1 + strspn(mark + 1, " "));
}

static abl_status read_lines(reader *in, const char *text, size_t bytes)
{
    char line[MAX_LINE];
    const size_t most = bytes < MAX_HEADER_BYTES ? bytes : MAX_HEADER_BYTES;
    for (size_t at = 0; at < most;) {
        const char *end = memchr(text + at, '\n', most - at);
        if (!end)
            break;
        size_t length = (size_t)(end - text) - at;
        const size_t next = at + length + 1;
        length -= length && text[at + length - 1] == '\r';
        if (length == 0) {
            in->out->data_offset = next;
            return ABL_OK;
        }
        if (length >= sizeof line || memchr(text + at, '\0', length))
            return refuse(in, ABL_E_FORMAT, "a line of its head is too long");
        memcpy(line, text + at, length);
        line[length] = '\0';
        const bool is_magic = at == 0;
        at = next;
        const abl_status status = is_magic ? ABL_OK : take_line(in, line);
        if (status)
            return status;
    }
    return refuse(in, ABL_E_FORMAT, "its head has no end");
}

static abl_status check_fields(const reader *in)
{
    const char *missing =
        in->out->type == ABL_NRRD_NO_TYPE ? "type"
        : !in->has_sizes                  ? "sizes"
        : !in->has_encoding               ? "encoding"
        : in->sign[0] == 0                ? "space"
        : !in->has_directions             ? "space directions"
        : !in->has_origin                 ? "space origin"
        : abl_nrrd_type_bytes(in->out->type) > 1 && !in->has_endian ? "endian"
                                                                    : NULL;
    return missing ? abl_error_set(in->err, ABL_E_FORMAT,
                                   "%s: its head does not say '%s'", in->path,
                                   missing)
                   : ABL_OK;
}

/* Which three axes are those of space, and which holds layers. */
static abl_status choose_axes(reader *in, size_t axis[3])
{
    abl_nrrd_header *out = in->out;
    size_t used = 0;
    out->layer_count = 1;
    for (size_t n = 0; n < in->axes; n++) {
        if (in->has_direction[n]) {
            if (used == 3)
                return refuse(in, ABL_E_FORMAT, "has four axes in space");
            axis[used++] = n;
            continue;
        }
        out->layer_count *= in->sizes[n];
        out->layers_first = n == 0;
        if (n != 0 && n != in->axes - 1)
            return refuse(in, ABL_E_UNSUPPORTED,
                          "has layers between its axes in space");
    }
    if (used != 3 || out->layer_count > ABL_NRRD_MAX_LAYERS)
        return refuse(in, ABL_E_UNSUPPORTED,
                      "must have three axes in space and at most 64 layers");
    return ABL_OK;
}

static abl_status make_grid(reader *in)
{
    abl_grid *grid = &in->out->grid;
    size_t axis[3];
    abl_status status = choose_axes(in, axis);
    if (status)
        return status;
    for (int a = 0; a < 3; a++) {
        const double *d = in->directions[axis[a]];
        grid->size[a] = in->sizes[axis[a]];
        grid->spacing_mm[a] = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        for (int r = 0; r < 3; r++)
            grid->direction[r][a] =
                in->sign[r] * d[r] / fmax(grid->spacing_mm[a], 1e-9);
        grid->origin_lps[a] = in->sign[a] * in->origin[a];
    }
    status = abl_grid_validate(grid, in->err);
    if (status)
        abl_error_prefix(in->err, "%s", in->path);
    return status;
}

static abl_status check_parts(const reader *in)
{
    const abl_nrrd_header *out = in->out;
    for (size_t n = 0; n < out->part_count; n++)
        if (out->part_layer[n] >= out->layer_count)
            return abl_error_set(in->err, ABL_E_FORMAT,
                                 "%s: segment %zu lies in a layer that is not "
                                 "there",
                                 in->path, n);
    return ABL_OK;
}

abl_status abl_nrrd_header_parse(abl_nrrd_header *out, const char *text,
                                 size_t bytes, const char *path, abl_error *err)
{
    reader in = {.out = out, .path = path, .err = err};
    memset(out, 0, sizeof *out);
    out->type = ABL_NRRD_NO_TYPE;
    if (bytes < 8 || memcmp(text, "NRRD000", 7) != 0)
        return refuse(&in, ABL_E_FORMAT, "no NRRD file");
    abl_status status = read_lines(&in, text, bytes);
    if (!status)
        status = check_fields(&in);
    if (!status)
        status = make_grid(&in);
    return status ? status : check_parts(&in);
}
