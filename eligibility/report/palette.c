/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/palette.h"

#include <stdlib.h>

enum {
    BINS = 1 << 15,
    NOT_SEEN = 0,
    GREY_SPREAD = 2, /* channels this alike are a grey */
    ENTRIES = 256,
    COMMONEST = 160 /* are kept in any case; then what would change most */
};

/* All colours that share the upper five bits of each channel. */
typedef struct bin {
    uint32_t seen;
    uint32_t number; /* in the palette */
    uint64_t loss;   /* squared, over all its pixels, without an entry */
    uint64_t sum[3];
} bin;

static void split(int rgb[3], uint32_t word)
{
    for (int c = 0; c < 3; c++)
        rgb[c] = (int)(word >> (16 - 8 * c) & 255);
}

static bool is_grey(const int rgb[3])
{
    return abs(rgb[0] - rgb[1]) <= GREY_SPREAD &&
           abs(rgb[1] - rgb[2]) <= GREY_SPREAD &&
           abs(rgb[0] - rgb[2]) <= GREY_SPREAD;
}

/* Nearly all pixels: all channels the same. */
static bool is_even(uint32_t word)
{
    return ((word ^ word >> 8) & 0xFFFF) == 0;
}

static size_t bin_of(const int rgb[3])
{
    return (size_t)(rgb[0] >> 3 << 10 | rgb[1] >> 3 << 5 | rgb[2] >> 3);
}

static void count_colours(bin *bins, const uint32_t *words, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        int rgb[3];
        if (is_even(words[n]))
            continue;
        split(rgb, words[n]);
        if (is_grey(rgb))
            continue;
        bin *one = &bins[bin_of(rgb)];
        one->seen++;
        for (int c = 0; c < 3; c++)
            one->sum[c] += (uint64_t)rgb[c];
    }
}

static int commonest_first(const void *a, const void *b)
{
    const bin *const *left = a, *const *right = b;
    if ((*left)->seen != (*right)->seen)
        return (*left)->seen < (*right)->seen ? 1 : -1;
    return *left < *right ? -1 : 1;
}

static void mean_of(int rgb[3], const bin *one)
{
    for (int c = 0; c < 3; c++)
        rgb[c] = (int)((one->sum[c] + one->seen / 2) / one->seen);
}

static uint32_t nearest(uint64_t *distance, const abl_palette *palette,
                        const int rgb[3])
{
    uint32_t best = 0;
    int least = 1 << 30;
    for (size_t n = 0; n < palette->count; n++) {
        int sum = 0;
        for (int c = 0; c < 3; c++) {
            const int off = rgb[c] - palette->rgb[n][c];
            sum += off * off;
        }
        if (sum < least) {
            least = sum;
            best = (uint32_t)n;
        }
    }
    *distance = (uint64_t)least;
    return best;
}

static void keep(abl_palette *palette, bin *one)
{
    int rgb[3];
    mean_of(rgb, one);
    for (int c = 0; c < 3; c++)
        palette->rgb[palette->count][c] = (uint8_t)rgb[c];
    one->number = (uint32_t)palette->count++;
}

static void approximate(const abl_palette *palette, bin *one)
{
    int rgb[3];
    uint64_t distance;
    mean_of(rgb, one);
    one->number = nearest(&distance, palette, rgb);
    one->loss = distance * one->seen;
}

static int greatest_loss_first(const void *a, const void *b)
{
    const bin *const *left = a, *const *right = b;
    if ((*left)->loss != (*right)->loss)
        return (*left)->loss < (*right)->loss ? 1 : -1;
    return *left < *right ? -1 : 1;
}

/* A key of a legend is rare, but unlike all else. */
static void fill_palette(abl_palette *palette, bin **used, size_t used_count)
{
    const size_t most = ENTRIES - ABL_PALETTE_GREYS;
    for (size_t n = 0; n < ABL_PALETTE_GREYS; n++)
        for (int c = 0; c < 3; c++)
            palette->rgb[n][c] = (uint8_t)(n * 255 / (ABL_PALETTE_GREYS - 1));
    palette->count = ABL_PALETTE_GREYS;
    palette->is_short = used_count > most;
    const size_t sure = palette->is_short ? COMMONEST : used_count;
    for (size_t n = 0; n < sure; n++)
        keep(palette, used[n]);
    for (size_t n = sure; n < used_count; n++)
        approximate(palette, used[n]);
    qsort(used + sure, used_count - sure, sizeof *used, greatest_loss_first);
    for (size_t n = sure; n < used_count && n < most; n++)
        keep(palette, used[n]);
    for (size_t n = most; n < used_count; n++)
        approximate(palette, used[n]);
}

static void number_pixels(uint8_t *numbers, const bin *bins,
                          const uint32_t *words, size_t count)
{
    uint8_t greys[256];
    for (int n = 0; n < 256; n++)
        greys[n] = (uint8_t)((n * 63 + 127) / 255);
    for (size_t n = 0; n < count; n++) {
        int rgb[3];
        if (is_even(words[n])) {
            numbers[n] = greys[words[n] & 255];
            continue;
        }
        split(rgb, words[n]);
        numbers[n] = (uint8_t)(is_grey(rgb) ? (rgb[1] * 63 + 127) / 255
                                            : (int)bins[bin_of(rgb)].number);
    }
}

abl_status abl_palette_apply(abl_palette *palette, uint8_t *numbers,
                             const uint32_t *words, size_t count,
                             abl_error *err)
{
    bin *bins = abl_alloc(BINS, sizeof *bins, err);
    bin **used = abl_alloc(BINS, sizeof *used, err);
    abl_status status = bins && used ? ABL_OK : ABL_E_NOMEM;
    if (!status) {
        size_t used_count = 0;
        count_colours(bins, words, count);
        for (size_t n = 0; n < BINS; n++)
            if (bins[n].seen != NOT_SEEN)
                used[used_count++] = &bins[n];
        qsort(used, used_count, sizeof *used, commonest_first);
        fill_palette(palette, used, used_count);
        number_pixels(numbers, bins, words, count);
    }
    free(used);
    free(bins);
    return status;
}
