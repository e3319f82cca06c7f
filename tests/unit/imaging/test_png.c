/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/png.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "imaging/file_bytes.h"
#include "imaging/png_encode.h"
#include "tests/unit/imaging/volumes.h"

static uint8_t *random_pixels(size_t width, size_t height)
{
    uint64_t seed = 99;
    uint8_t *rgba = malloc(width * height * 4);
    for (size_t n = 0; n < width * height * 4; n++)
        rgba[n] = (uint8_t)next_random(&seed);
    return rgba;
}

static char *read_file(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    char *data = calloc(1, 1 << 20);
    *bytes = file && data ? fread(data, 1, 1 << 20, file) : 0;
    if (file)
        fclose(file);
    return data;
}

static void write_file(const char *path, const char *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_EQUAL(fwrite(data, 1, bytes, file), bytes);
    fclose(file);
}

static void pixels_survive_writing_and_reading(void)
{
    abl_error err;
    const size_t sizes[][2] = {{37, 23}, {1, 1}, {1, 50}, {50, 1}};
    for (size_t s = 0; s < 4; s++) {
        size_t width = sizes[s][0], height = sizes[s][1], w = 0, h = 0;
        uint8_t *rgba = random_pixels(width, height), *back = NULL;
        ABL_CHECK_OK(abl_png_write("round.png", rgba, width, height, &err),
                     &err);
        ABL_CHECK_OK(abl_png_read(&back, &w, &h, "round.png", &err), &err);
        CU_ASSERT_EQUAL(w, width);
        CU_ASSERT_EQUAL(h, height);
        CU_ASSERT_TRUE(back && !memcmp(back, rgba, width * height * 4));
        free(back);
        free(rgba);
    }
    remove("round.png");
}

static void same_pixels_give_the_same_bytes(void)
{
    abl_error err;
    uint8_t *rgba = random_pixels(64, 48);
    size_t a = 0, b = 0;
    ABL_CHECK_OK(abl_png_write("a.png", rgba, 64, 48, &err), &err);
    ABL_CHECK_OK(abl_png_write("b.png", rgba, 64, 48, &err), &err);
    char *first = read_file("a.png", &a), *second = read_file("b.png", &b);
    CU_ASSERT_TRUE(a > 0 && a == b && !memcmp(first, second, a));
    free(first);
    free(second);
    free(rgba);
    remove("a.png");
    remove("b.png");
}

/* What libpng makes of an encoded picture. */
static uint8_t *encode_and_read(const uint8_t *pixels, size_t width,
                                size_t height, const uint8_t *palette_rgb)
{
    abl_error err;
    uint8_t *png = NULL, *rgba = NULL;
    size_t bytes = 0, w = 0, h = 0;
    ABL_CHECK_OK(abl_png_encode(&png, &bytes, pixels, width, height,
                                palette_rgb, 256, &err),
                 &err);
    ABL_CHECK_OK(abl_file_write("coded.png", png, bytes, &err), &err);
    ABL_CHECK_OK(abl_png_read(&rgba, &w, &h, "coded.png", &err), &err);
    CU_ASSERT(w == width && h == height);
    free(png);
    remove("coded.png");
    return rgba;
}

static void encoded_pixels_are_what_libpng_reads(void)
{
    const size_t sizes[][2] = {{37, 23}, {1, 1}, {1, 50}, {50, 1}, {301, 7}};
    uint8_t palette[256][3];
    for (size_t n = 0; n < 256; n++)
        for (size_t c = 0; c < 3; c++)
            palette[n][c] = (uint8_t)(n * (2 * c + 1));
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t count = sizes[s][0] * sizes[s][1];
        uint8_t *pixels = random_pixels(sizes[s][0], sizes[s][1]);
        for (int coloured = 0; coloured < 2; coloured++) {
            uint8_t *back = encode_and_read(pixels, sizes[s][0], sizes[s][1],
                                            coloured ? palette[0] : NULL);
            size_t wrong = back ? 0 : count;
            for (size_t n = 0; n < count && back; n++)
                for (size_t c = 0; c < 3; c++)
                    wrong += back[4 * n + c] !=
                             (coloured ? palette[pixels[n]][c] : pixels[n]);
            CU_ASSERT_EQUAL(wrong, 0);
            free(back);
        }
        free(pixels);
    }
}

static void encoded_colours_are_what_libpng_reads(void)
{
    const size_t sizes[][2] = {{37, 23}, {1, 1}, {1, 50}, {50, 1}};
    abl_error err;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t count = sizes[s][0] * sizes[s][1];
        uint8_t *rgb = random_pixels(sizes[s][0], sizes[s][1]);
        uint8_t *png = NULL, *back = NULL;
        size_t bytes = 0, w = 0, h = 0, wrong = 0;
        ABL_CHECK_OK(abl_png_encode_rgb(&png, &bytes, rgb, sizes[s][0],
                                        sizes[s][1], &err),
                     &err);
        ABL_CHECK_OK(abl_file_write("coded.png", png, bytes, &err), &err);
        ABL_CHECK_OK(abl_png_read(&back, &w, &h, "coded.png", &err), &err);
        CU_ASSERT_FATAL(w == sizes[s][0] && h == sizes[s][1]);
        for (size_t n = 0; n < count; n++)
            wrong += memcmp(back + 4 * n, rgb + 3 * n, 3) != 0;
        CU_ASSERT_EQUAL(wrong, 0);
        free(rgb);
        free(png);
        free(back);
    }
    remove("coded.png");
}

static void pictures_that_cannot_be_are_not_encoded(void)
{
    static const uint8_t pixel = 0, palette[3] = {1, 2, 3};
    abl_error err;
    uint8_t *png = NULL;
    size_t bytes = 0;
    const struct {
        size_t width, height, colours;
    } rows[] = {{0, 1, 1}, {1, 0, 1},   {65536, 1, 1},    {1, 65536, 1},
                {1, 1, 0}, {1, 1, 257}, {65535, 65535, 1}};
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        ABL_CHECK_FAILS(abl_png_encode(&png, &bytes, &pixel, rows[n].width,
                                       rows[n].height, palette, rows[n].colours,
                                       &err),
                        ABL_E_INVALID, "a picture of", &err);
        CU_ASSERT_PTR_NULL(png);
    }
}

static void files_that_cannot_be_written_whole_are_removed(void)
{
    abl_error err;
    ABL_CHECK_FAILS(abl_file_write("no/such/file", "abc", 3, &err), ABL_E_IO,
                    "no/such/file", &err);
    ABL_CHECK_FAILS(abl_file_write("/dev/full", "abc", 3, &err), ABL_E_IO,
                    "/dev/full", &err);
    struct stat info;
    CU_ASSERT_EQUAL(stat("/dev/full", &info), 0);
}

static void places_that_cannot_be_written_are_named(void)
{
    abl_error err;
    uint8_t *rgba = random_pixels(300, 300);
    ABL_CHECK_FAILS(abl_png_write("no/such/folder.png", rgba, 300, 300, &err),
                    ABL_E_IO, "no/such/folder.png", &err);
    ABL_CHECK_FAILS(abl_png_write(".", rgba, 300, 300, &err), ABL_E_IO, ".",
                    &err);
    /* A full disk; the device itself must survive the clean-up. */
    struct stat info;
    if (stat("/dev/full", &info) == 0) {
        ABL_CHECK_FAILS(abl_png_write("/dev/full", rgba, 300, 300, &err),
                        ABL_E_IO, "/dev/full", &err);
        CU_ASSERT_EQUAL(stat("/dev/full", &info), 0);
        uint8_t one[4] = {1, 2, 3, 4};
        ABL_CHECK_FAILS(abl_png_write("/dev/full", one, 1, 1, &err), ABL_E_IO,
                        "/dev/full", &err);
    }
    free(rgba);
}

/* A file that may not grow any further, as on a full disk. */
static void half_a_picture_is_removed(void)
{
    abl_error err;
    struct stat info;
    struct rlimit before, small;
    uint8_t *rgba = random_pixels(300, 300);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 10000;
    signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    ABL_CHECK_FAILS(abl_png_write("half.png", rgba, 300, 300, &err), ABL_E_IO,
                    "half.png", &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    CU_ASSERT_NOT_EQUAL(stat("half.png", &info), 0);
    free(rgba);
}

static void pictures_without_pixels_or_too_large_are_refused(void)
{
    abl_error err;
    uint8_t one[4] = {0};
    ABL_CHECK_FAILS(abl_png_write("x.png", one, 0, 1, &err), ABL_E_INVALID,
                    "0 x 1", &err);
    ABL_CHECK_FAILS(abl_png_write("x.png", one, 1, 0, &err), ABL_E_INVALID,
                    "1 x 0", &err);
    ABL_CHECK_FAILS(abl_png_write("x.png", one, 16385, 1, &err), ABL_E_INVALID,
                    "16385", &err);
}

static void files_that_are_no_png_are_refused(void)
{
    abl_error err;
    uint8_t *rgba = (uint8_t *)&err;
    size_t w = 9, h = 9;
    ABL_CHECK_FAILS(abl_png_read(&rgba, &w, &h, "missing.png", &err), ABL_E_IO,
                    "missing.png", &err);
    CU_ASSERT_PTR_NULL(rgba);
    CU_ASSERT_EQUAL(w + h, 0);
    ABL_CHECK_FAILS(abl_png_read(&rgba, &w, &h, ".", &err), ABL_E_FORMAT, ".",
                    &err);
    write_file("bad.png", "", 0);
    ABL_CHECK_FAILS(abl_png_read(&rgba, &w, &h, "bad.png", &err), ABL_E_FORMAT,
                    "bad.png", &err);
    write_file("bad.png", "this is not a picture", 21);
    ABL_CHECK_FAILS(abl_png_read(&rgba, &w, &h, "bad.png", &err), ABL_E_FORMAT,
                    "bad.png", &err);
    remove("bad.png");
}

/* Cut anywhere, or with any byte of the header changed: refused or read, but
 * never believed to be larger than it is. */
static void damaged_pngs_are_refused(void)
{
    abl_error err;
    uint8_t *rgba = random_pixels(20, 20), *back = NULL;
    size_t bytes = 0, w = 0, h = 0;
    ABL_CHECK_OK(abl_png_write("cut.png", rgba, 20, 20, &err), &err);
    char *data = read_file("cut.png", &bytes);
    for (size_t cut = 1; cut < bytes - 12; cut += 29) {
        write_file("cut.png", data, cut);
        ABL_CHECK_FAILS(abl_png_read(&back, &w, &h, "cut.png", &err),
                        ABL_E_FORMAT, "cut.png", &err);
        CU_ASSERT_PTR_NULL(back);
    }
    for (size_t at = 8; at < 33; at++) {
        data[at] ^= 0x41;
        write_file("cut.png", data, bytes);
        ABL_CHECK_FAILS(abl_png_read(&back, &w, &h, "cut.png", &err),
                        ABL_E_FORMAT, "cut.png", &err);
        data[at] ^= 0x41;
    }
    free(data);
    free(rgba);
    remove("cut.png");
}

const char *const abl_test_suite = "imaging.png";
CU_TestInfo abl_tests[] = {
    ABL_TEST(pixels_survive_writing_and_reading),
    ABL_TEST(same_pixels_give_the_same_bytes),
    ABL_TEST(encoded_pixels_are_what_libpng_reads),
    ABL_TEST(encoded_colours_are_what_libpng_reads),
    ABL_TEST(pictures_that_cannot_be_are_not_encoded),
    ABL_TEST(files_that_cannot_be_written_whole_are_removed),
    ABL_TEST(places_that_cannot_be_written_are_named),
    ABL_TEST(half_a_picture_is_removed),
    ABL_TEST(pictures_without_pixels_or_too_large_are_refused),
    ABL_TEST(files_that_are_no_png_are_refused),
    ABL_TEST(damaged_pngs_are_refused),
    CU_TEST_INFO_NULL,
};
