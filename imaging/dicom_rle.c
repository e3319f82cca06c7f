/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_rle.h"

#include <string.h>

enum {
    HEADER_BYTES = 64
};

static size_t get_offset(const uint8_t *bytes, size_t index)
{
    const uint8_t *at = bytes + 4 * index;
    return (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 |
           (size_t)at[3] << 24;
}

/* Ors one byte of every pixel into place; false when the segment is short. */
static bool unpack_segment(uint16_t *words, size_t pixels, unsigned shift,
                           const uint8_t *from, size_t count)
{
    size_t made = 0, at = 0;
    while (made < pixels) {
        if (at >= count)
            return false;
        const uint8_t code = from[at++];
        if (code == 128)
            continue;
        const bool is_run = code > 128;
        size_t length = is_run ? 257u - code : code + 1u;
        if (count - at < (is_run ? 1 : length))
            return false;
        for (; length > 0 && made < pixels; length--) {
            words[made] = (uint16_t)(words[made] | (unsigned)from[at] << shift);
            made++;
            at += !is_run;
        }
        at += is_run ? 1 : length;
    }
    return true;
}

abl_status abl_dicom_rle_decode(uint16_t *words, size_t pixels,
                                unsigned bytes_per_pixel, const uint8_t *bytes,
                                size_t count, abl_error *err)
{
    memset(words, 0, pixels * sizeof *words);
    if (count < HEADER_BYTES || get_offset(bytes, 0) != bytes_per_pixel)
        return abl_error_set(err, ABL_E_FORMAT,
                             "the RLE header does not fit %u bytes a pixel",
                             bytes_per_pixel);
    for (unsigned s = 0; s < bytes_per_pixel; s++) {
        const size_t start = get_offset(bytes, s + 1);
        const size_t end =
            s + 1 < bytes_per_pixel ? get_offset(bytes, s + 2) : count;
        /* The most significant byte comes first. */
        const unsigned shift = 8 * (bytes_per_pixel - 1 - s);
        if (start < HEADER_BYTES || start > end || end > count ||
            !unpack_segment(words, pixels, shift, bytes + start, end - start))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "RLE segment %u is too short", s + 1);
    }
    return ABL_OK;
}
