/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/palette.h"

#include "tests/unit/check.h"

static uint32_t word_of(unsigned red, unsigned green, unsigned blue)
{
    return (uint32_t)(red << 16 | green << 8 | blue);
}

static uint32_t colour_of(const abl_palette *palette, uint8_t number)
{
    CU_ASSERT(number < palette->count);
    const uint8_t *rgb = palette->rgb[number];
    return word_of(rgb[0], rgb[1], rgb[2]);
}

static void apply(abl_palette *palette, uint8_t *numbers, const uint32_t *words,
                  size_t count)
{
    abl_error err;
    ABL_CHECK_OK(abl_palette_apply(palette, numbers, words, count, &err), &err);
}

static void the_greys_of_a_rendered_scan_are_kept(void)
{
    abl_palette palette;
    uint32_t words[64];
    uint8_t numbers[64];
    for (unsigned n = 0; n < 64; n++)
        words[n] = word_of(n * 255 / 63, n * 255 / 63, n * 255 / 63);
    apply(&palette, numbers, words, 64);
    CU_ASSERT_EQUAL(palette.count, ABL_PALETTE_GREYS);
    for (unsigned n = 0; n < 64; n++) {
        CU_ASSERT_EQUAL(numbers[n], n);
        CU_ASSERT_EQUAL(colour_of(&palette, numbers[n]), words[n]);
    }
}

static void few_colours_are_kept_exactly(void)
{
    abl_palette palette;
    uint32_t words[192];
    uint8_t numbers[192];
    for (unsigned n = 0; n < 192; n++)
        words[n] = word_of(255, n % 16 * 8, n / 16 * 8);
    apply(&palette, numbers, words, 192);
    for (unsigned n = 0; n < 192; n++)
        CU_ASSERT_EQUAL(colour_of(&palette, numbers[n]), words[n]);
}

/* Colour that one more pixel gets, beside 192 colours of two pixels each. */
static uint32_t colour_of_a_rare(uint32_t rare)
{
    abl_palette palette;
    enum {
        COMMON = 192,
        COUNT = 2 * COMMON + 1
    };
    uint32_t words[COUNT];
    uint8_t numbers[COUNT];
    for (unsigned n = 0; n < 2 * COMMON; n++)
        words[n] = word_of(255, n % COMMON % 16 * 8, n % COMMON / 16 * 8);
    words[2 * COMMON] = rare;
    apply(&palette, numbers, words, COUNT);
    CU_ASSERT_EQUAL(palette.count, 256);
    CU_ASSERT(palette.is_short);
    return colour_of(&palette, numbers[2 * COMMON]);
}

static void a_rare_colour_falls_on_its_nearest(void)
{
    CU_ASSERT_EQUAL(colour_of_a_rare(word_of(247, 0, 0)), word_of(255, 0, 0));
}

/* So the key of a legend keeps its colour. */
static void a_rare_colour_unlike_all_others_is_kept(void)
{
    CU_ASSERT_EQUAL(colour_of_a_rare(word_of(0, 178, 130)),
                    word_of(0, 178, 130));
}

const char *const abl_test_suite = "eligibility.palette";
CU_TestInfo abl_tests[] = {
    ABL_TEST(the_greys_of_a_rendered_scan_are_kept),
    ABL_TEST(few_colours_are_kept_exactly),
    ABL_TEST(a_rare_colour_falls_on_its_nearest),
    ABL_TEST(a_rare_colour_unlike_all_others_is_kept),
    CU_TEST_INFO_NULL,
};
