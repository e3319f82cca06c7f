/* Small DICOM Segmentations and RT Structure Sets, byte by byte: as other
 * programs write them, and wrong ones.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_SEGMENTATION_OUTLINE_MAKER_H
#define ABL_TESTS_UNIT_SEGMENTATION_OUTLINE_MAKER_H

#include "tests/unit/imaging/dicom_maker.h"

#define MADE_SEG_CLASS      "1.2.840.10008.5.1.4.1.1.66.4"
#define MADE_LABELMAP_CLASS "1.2.840.10008.5.1.4.1.1.66.7"
#define MADE_SURFACE_CLASS  "1.2.840.10008.5.1.4.1.1.66.5"
#define MADE_RT_CLASS       "1.2.840.10008.5.1.4.1.1.481.3"

typedef struct made_segment {
    unsigned number;
    const char *label, *code, *scheme, *meaning;
    const char *tracking_uid; /* NULL: none */
} made_segment;

typedef struct made_frame {
    unsigned segment;
    double position[3];
    const uint8_t *pixels; /* rows * columns; 0 or 1, or fractions */
    bool is_turned, has_no_position;
} made_frame;

typedef struct made_seg {
    const char *sop_class, *type, *frame_uid, *series_uid, *syntax;
    unsigned rows, columns, bits, fractional_max;
    double orientation[6], spacing[2];
    double step_mm, thickness_mm; /* 0: not said */
    bool groups_per_frame;        /* else shared */
    size_t segment_count, frame_count, said_frames, pixel_bytes;
    const made_segment *segments;
    const made_frame *frames;
} made_seg;

static inline void open_sequence(maker *m, unsigned tag)
{
    put_head(m, tag, "SQ", 0xffffffffu);
}

static inline void put_delimiter(maker *m, unsigned element, uint32_t length)
{
    put_number(m, 0xfffe, 2);
    put_number(m, element, 2);
    put_number(m, length, 4);
}

static inline void open_item(maker *m)
{
    put_delimiter(m, 0xe000, 0xffffffffu);
}

static inline void close_item(maker *m)
{
    put_delimiter(m, 0xe00d, 0);
}

static inline void close_sequence(maker *m)
{
    put_delimiter(m, 0xe0dd, 0);
}

static inline void open_one(maker *m, unsigned tag)
{
    open_sequence(m, tag);
    open_item(m);
}

static inline void close_one(maker *m)
{
    close_item(m);
    close_sequence(m);
}

static inline void put_code(maker *m, unsigned tag, const char *value,
                            const char *scheme, const char *meaning)
{
    open_one(m, tag);
    put_text(m, 0x00080100, "SH", value);
    put_text(m, 0x00080102, "SH", scheme);
    put_text(m, 0x00080104, "LO", meaning);
    close_one(m);
}

static inline void put_made_geometry(maker *m, const made_seg *s,
                                     bool is_turned)
{
    const double turned[6] = {0, 1, 0, 1, 0, 0};
    open_one(m, 0x00209116); /* plane orientation */
    put_reals(m, 0x00200037, is_turned ? turned : s->orientation, 6);
    close_one(m);
    open_one(m, 0x00289110); /* pixel measures */
    if (s->thickness_mm > 0)
        put_reals(m, 0x00180050, &s->thickness_mm, 1);
    if (s->step_mm > 0)
        put_reals(m, 0x00180088, &s->step_mm, 1);
    put_reals(m, 0x00280030, s->spacing, 2);
    close_one(m);
}

static inline void put_made_frames(maker *m, const made_seg *s)
{
    open_one(m, 0x52009229); /* shared */
    if (!s->groups_per_frame)
        put_made_geometry(m, s, false);
    close_one(m);
    open_sequence(m, 0x52009230);
    for (size_t n = 0; n < s->frame_count; n++) {
        const made_frame *f = &s->frames[n];
        open_item(m);
        if (!f->has_no_position) {
            open_one(m, 0x00209113);
            put_reals(m, 0x00200032, f->position, 3);
            close_one(m);
        }
        if (s->groups_per_frame || f->is_turned)
            put_made_geometry(m, s, f->is_turned);
        open_one(m, 0x0062000a);
        put_short(m, 0x0062000b, f->segment);
        close_one(m);
        close_item(m);
    }
    close_sequence(m);
}

static inline void put_made_pixels(maker *m, const made_seg *s)
{
    const size_t pixels = (size_t)s->rows * s->columns;
    const size_t values = pixels * s->frame_count;
    size_t bytes = s->bits == 1 ? (values + 7) / 8 : values;
    bytes = s->pixel_bytes ? s->pixel_bytes : (bytes + 1) / 2 * 2;
    put_head(m, 0x7fe00010, "OB", (uint32_t)bytes);
    memset(m->bytes + m->count, 0, bytes);
    for (size_t n = 0; n < values; n++) {
        const uint8_t value = s->frames[n / pixels].pixels[n % pixels];
        const size_t at = s->bits == 1 ? n / 8 : n;
        if (at < bytes)
            m->bytes[m->count + at] |=
                (uint8_t)(s->bits == 1 ? value << (n % 8) : value);
    }
    m->count += bytes;
}

static inline void write_made_seg(const char *folder, const char *name,
                                  const made_seg *s)
{
    maker m = {malloc(MAKER_BYTES), 0, false, false};
    put_meta(&m, s->syntax ? s->syntax : MAKER_EXPLICIT, true);
    put_text(&m, 0x00080016, "UI", s->sop_class);
    put_text(&m, 0x00080018, "UI", "1.2.3.77");
    put_text(&m, 0x00080060, "CS", "SEG");
    if (s->series_uid) {
        open_one(&m, 0x00081115);
        put_text(&m, 0x0020000e, "UI", s->series_uid);
        close_one(&m);
    }
    put_text(&m, 0x0020000d, "UI", "1.2.3");
    put_text(&m, 0x0020000e, "UI", "1.2.3.7");
    put_text(&m, 0x00200052, "UI", s->frame_uid);
    put_short(&m, 0x00280002, 1);
    put_integer(&m, 0x00280008,
                (int)(s->said_frames ? s->said_frames : s->frame_count));
    put_short(&m, 0x00280010, s->rows);
    put_short(&m, 0x00280011, s->columns);
    put_short(&m, 0x00280100, s->bits);
    put_text(&m, 0x00620001, "CS", s->type);
    open_sequence(&m, 0x00620002);
    for (size_t n = 0; n < s->segment_count; n++) {
        const made_segment *segment = &s->segments[n];
        open_item(&m);
        put_short(&m, 0x00620004, segment->number);
        put_text(&m, 0x00620005, "LO", segment->label);
        if (segment->code)
            put_code(&m, 0x0062000f, segment->code, segment->scheme,
                     segment->meaning);
        put_text(&m, 0x00620021, "UI", segment->tracking_uid);
        close_item(&m);
    }
    close_sequence(&m);
    if (s->fractional_max) {
        put_short(&m, 0x0062000e, s->fractional_max);
        put_text(&m, 0x00620010, "CS", "PROBABILITY");
    }
    put_made_frames(&m, s);
    put_made_pixels(&m, s);
    maker_write(folder, name, m.bytes, m.count);
    free(m.bytes);
}

typedef struct made_contour {
    int region;
    const char *type; /* NULL: CLOSED_PLANAR */
    const char *text; /* points as written; NULL: those below */
    size_t said;      /* number of points; 0: as many as there are */
    size_t count;
    double points[8][3];
} made_contour;

typedef struct made_region {
    int number;
    const char *label, *role;
} made_region;

static inline void put_made_contour(maker *m, const made_contour *c)
{
    char text[1024] = "";
    for (size_t n = 0; n < 3 * c->count; n++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.6g", n ? "\\" : "",
                 c->points[n / 3][n % 3]);
    }
    put_text(m, 0x30060042, "CS", c->type ? c->type : "CLOSED_PLANAR");
    put_integer(m, 0x30060046, (int)(c->said ? c->said : c->count));
    put_text(m, 0x30060050, "DS", c->text ? c->text : text);
}

static inline void
write_made_contours(const char *folder, const char *name, const char *frame_uid,
                    const char *series_uid, const made_region *regions,
                    size_t region_count, const made_contour *contours,
                    size_t count)
{
    maker m = {malloc(MAKER_BYTES), 0, false, false};
    put_meta(&m, MAKER_IMPLICIT, true);
    put_text(&m, 0x00080016, "UI", MADE_RT_CLASS);
    put_text(&m, 0x00080018, "UI", "1.2.3.88");
    put_text(&m, 0x00080060, "CS", "RTSTRUCT");
    put_text(&m, 0x0020000d, "UI", "1.2.3");
    put_text(&m, 0x0020000e, "UI", "1.2.3.8");
    open_one(&m, 0x30060010);
    put_text(&m, 0x00200052, "UI", frame_uid);
    open_one(&m, 0x30060012);
    open_one(&m, 0x30060014);
    put_text(&m, 0x0020000e, "UI", series_uid);
    for (int n = 0; n < 3; n++)
        close_one(&m);
    open_sequence(&m, 0x30060020);
    for (size_t n = 0; n < region_count; n++) {
        open_item(&m);
        put_integer(&m, 0x30060022, regions[n].number);
        put_text(&m, 0x30060024, "UI", frame_uid);
        put_text(&m, 0x30060026, "LO", regions[n].label);
        close_item(&m);
    }
    close_sequence(&m);
    open_sequence(&m, 0x30060039);
    for (size_t n = 0; n < count; n++) {
        const bool is_first =
            n == 0 || contours[n].region != contours[n - 1].region;
        const bool is_last =
            n + 1 == count || contours[n].region != contours[n + 1].region;
        if (is_first) {
            open_item(&m);
            open_sequence(&m, 0x30060040);
        }
        open_item(&m);
        put_made_contour(&m, &contours[n]);
        close_item(&m);
        if (is_last) {
            close_sequence(&m);
            put_integer(&m, 0x30060084, contours[n].region);
            close_item(&m);
        }
    }
    close_sequence(&m);
    open_sequence(&m, 0x30060080);
    for (size_t n = 0; n < region_count; n++) {
        open_item(&m);
        put_integer(&m, 0x30060084, regions[n].number);
        put_text(&m, 0x300600a4, "CS", regions[n].role);
        close_item(&m);
    }
    close_sequence(&m);
    maker_write(folder, name, m.bytes, m.count);
    free(m.bytes);
}

#endif
