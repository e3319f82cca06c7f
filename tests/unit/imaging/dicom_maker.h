/* Small DICOM files, byte by byte, for the reader's tests: right ones and
 * every kind of wrong one.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_IMAGING_DICOM_MAKER_H
#define ABL_TESTS_UNIT_IMAGING_DICOM_MAKER_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

#define MAKER_EXPLICIT "1.2.840.10008.1.2.1"
#define MAKER_IMPLICIT "1.2.840.10008.1.2"
#define MAKER_BIG      "1.2.840.10008.1.2.2"

enum {
    MAKER_BYTES = 1 << 20
};

typedef struct maker {
    uint8_t *bytes;
    size_t count;
    bool is_implicit, is_big;
} maker;

/** What one slice says. Texts may be NULL: the attribute is left out. */
typedef struct maker_slice {
    const char *syntax, *modality, *sop_class, *image_type, *description;
    const char *series_uid, *study_uid, *frame_uid, *photometric, *rescale_type;
    const char *burned_in;
    char sop_uid[65];
    double position[3], orientation[6], spacing[2]; /* between rows first */
    unsigned rows, columns, bits_allocated, bits_stored;
    bool is_signed, has_position, has_rescale, has_preamble;
    double slope, intercept;
    int acquisition, instance; /* -1: left out */
    int padding;               /* INT32_MIN: left out */
    const uint16_t *pixels;    /* NULL: stored value = pixel index % 1000 */
    size_t pixel_bytes;        /* 0: as many as needed */
} maker_slice;

/** A 32 x 24 axial CT slice, number @p k of a stack 2.5 mm apart. */
static inline maker_slice maker_ct(int k)
{
    maker_slice s;
    memset(&s, 0, sizeof s);
    s.syntax = MAKER_EXPLICIT;
    s.modality = "CT";
    s.sop_class = "1.2.840.10008.5.1.4.1.1.2";
    s.image_type = "ORIGINAL\\PRIMARY\\AXIAL";
    s.description = "LIVER PV";
    s.study_uid = "1.2.3";
    s.series_uid = "1.2.3.4";
    s.frame_uid = "1.2.3.9";
    s.photometric = "MONOCHROME2";
    snprintf(s.sop_uid, sizeof s.sop_uid, "1.2.3.4.%d", k + 1);
    const double position[3] = {-150, -200, 30 + 2.5 * k};
    const double orientation[6] = {1, 0, 0, 0, 1, 0};
    memcpy(s.position, position, sizeof position);
    memcpy(s.orientation, orientation, sizeof orientation);
    s.spacing[0] = 9;
    s.spacing[1] = 9.5;
    s.rows = 24;
    s.columns = 32;
    s.bits_allocated = s.bits_stored = 16;
    s.has_position = s.has_rescale = s.has_preamble = true;
    s.slope = 1;
    s.intercept = -1024;
    s.acquisition = 1;
    s.instance = k + 1;
    s.padding = INT32_MIN;
    return s;
}

static inline void put_number(maker *m, uint32_t value, size_t bytes)
{
    for (size_t n = 0; n < bytes; n++)
        m->bytes[m->count++] =
            (uint8_t)(value >> 8 * (m->is_big ? bytes - 1 - n : n));
}

static inline void put_head(maker *m, unsigned tag, const char *vr,
                            uint32_t length)
{
    put_number(m, tag >> 16, 2);
    put_number(m, tag & 0xffff, 2);
    if (m->is_implicit) {
        put_number(m, length, 4);
        return;
    }
    memcpy(m->bytes + m->count, vr, 2);
    m->count += 2;
    if (strcmp(vr, "OW") == 0 || strcmp(vr, "SQ") == 0 ||
        strcmp(vr, "OB") == 0 || strcmp(vr, "UN") == 0) {
        put_number(m, 0, 2);
        put_number(m, length, 4);
    } else {
        put_number(m, length, 2);
    }
}

static inline void put_text(maker *m, unsigned tag, const char *vr,
                            const char *text)
{
    if (!text)
        return;
    const size_t length = strlen(text), even = (length + 1) / 2 * 2;
    put_head(m, tag, vr, (uint32_t)even);
    memcpy(m->bytes + m->count, text, length);
    if (even > length)
        m->bytes[m->count + length] = strcmp(vr, "UI") == 0 ? 0 : ' ';
    m->count += even;
}

static inline void put_short(maker *m, unsigned tag, unsigned value)
{
    put_head(m, tag, "US", 2);
    put_number(m, value, 2);
}

static inline void put_reals(maker *m, unsigned tag, const double *values,
                             size_t count)
{
    char text[200] = "";
    for (size_t n = 0; n < count; n++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.9g", n ? "\\" : "",
                 values[n]);
    }
    put_text(m, tag, "DS", text);
}

static inline void put_integer(maker *m, unsigned tag, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    if (value >= 0)
        put_text(m, tag, "IS", text);
}

/** Preamble and meta header, and the syntax of what follows. */
static inline void put_meta(maker *m, const char *syntax, bool has_preamble)
{
    m->is_implicit = m->is_big = false;
    if (has_preamble) {
        memset(m->bytes, 0, 128);
        memcpy(m->bytes + 128, "DICM", 4);
        m->count = 132;
        put_head(m, 0x00020000, "UL", 4);
        put_number(m, (uint32_t)(8 + (strlen(syntax) + 1) / 2 * 2), 4);
        put_text(m, 0x00020010, "UI", syntax);
    }
    m->is_implicit = strcmp(syntax, MAKER_IMPLICIT) == 0;
    m->is_big = strcmp(syntax, MAKER_BIG) == 0;
}

static inline void put_pixels(maker *m, const maker_slice *s)
{
    const size_t pixels = (size_t)s->rows * s->columns;
    const size_t each = s->bits_allocated / 8;
    const size_t bytes = s->pixel_bytes ? s->pixel_bytes : pixels * each;
    put_head(m, 0x7fe00010, "OW", (uint32_t)bytes);
    for (size_t n = 0; n < bytes / each; n++)
        put_number(m, s->pixels ? s->pixels[n] : (uint32_t)(n % 1000), each);
}

static inline void put_slice(maker *m, const maker_slice *s)
{
    put_text(m, 0x00080008, "CS", s->image_type);
    put_text(m, 0x00080016, "UI", s->sop_class);
    put_text(m, 0x00080018, "UI", s->sop_uid);
    put_text(m, 0x00080060, "CS", s->modality);
    put_text(m, 0x0008103e, "LO", s->description);
    put_text(m, 0x00100010, "PN", "SECRET^NAME");
    put_text(m, 0x00100020, "LO", "SECRET-ID");
    put_text(m, 0x0020000d, "UI", s->study_uid);
    put_text(m, 0x0020000e, "UI", s->series_uid);
    put_integer(m, 0x00200011, 7);
    put_integer(m, 0x00200012, s->acquisition);
    put_integer(m, 0x00200013, s->instance);
    if (s->has_position) {
        put_reals(m, 0x00200032, s->position, 3);
        put_reals(m, 0x00200037, s->orientation, 6);
    }
    put_text(m, 0x00200052, "UI", s->frame_uid);
    put_short(m, 0x00280002, 1);
    put_text(m, 0x00280004, "CS", s->photometric);
    put_short(m, 0x00280010, s->rows);
    put_short(m, 0x00280011, s->columns);
    put_reals(m, 0x00280030, s->spacing, 2);
    put_short(m, 0x00280100, s->bits_allocated);
    put_short(m, 0x00280101, s->bits_stored);
    put_short(m, 0x00280102, s->bits_stored - 1);
    put_short(m, 0x00280103, s->is_signed);
    if (s->padding != INT32_MIN)
        put_short(m, 0x00280120, (unsigned)s->padding & 0xffffu);
    put_text(m, 0x00280301, "CS", s->burned_in);
    if (s->has_rescale) {
        put_reals(m, 0x00281052, &s->intercept, 1);
        put_reals(m, 0x00281053, &s->slope, 1);
    }
    put_text(m, 0x00281054, "LO", s->rescale_type);
    put_pixels(m, s);
}

static inline void maker_write(const char *folder, const char *name,
                               const uint8_t *bytes, size_t count)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        fprintf(stderr, "%s cannot be written\n", path);
        exit(1);
    }
}

/** Bytes of a slice's file; free() them. */
static inline maker maker_bytes(const maker_slice *s)
{
    maker m = {malloc(MAKER_BYTES), 0, false, false};
    if (!m.bytes)
        exit(1);
    put_meta(&m, s->syntax, s->has_preamble);
    put_slice(&m, s);
    return m;
}

static inline void maker_write_slice(const char *folder, const char *name,
                                     const maker_slice *s)
{
    maker m = maker_bytes(s);
    maker_write(folder, name, m.bytes, m.count);
    free(m.bytes);
}

/** slice-00.dcm and on, in the order of instances. */
static inline void maker_write_all(const char *folder,
                                   const maker_slice *slices, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        char name[32];
        snprintf(name, sizeof name, "slice-%02zu.dcm", n);
        maker_write_slice(folder, name, slices + n);
    }
}

static inline void maker_new_folder(char folder[64])
{
    snprintf(folder, 64, "dicom-test-XXXXXX");
    if (!mkdtemp(folder))
        exit(1);
}

/** Removes a folder with everything in it. */
static inline void maker_remove(const char *path)
{
    char inner[1024];
    DIR *stream = opendir(path);
    for (struct dirent *e = stream ? readdir(stream) : NULL; e;
         e = readdir(stream)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        struct stat info;
        if (lstat(inner, &info) == 0 && S_ISDIR(info.st_mode))
            maker_remove(inner);
        else
            unlink(inner);
    }
    if (stream)
        closedir(stream);
    rmdir(path);
}

#endif
