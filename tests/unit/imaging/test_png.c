/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/png.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

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
    ABL_TEST(places_that_cannot_be_written_are_named),
    ABL_TEST(half_a_picture_is_removed),
    ABL_TEST(pictures_without_pixels_or_too_large_are_refused),
    ABL_TEST(files_that_are_no_png_are_refused),
    ABL_TEST(damaged_pngs_are_refused),
    CU_TEST_INFO_NULL,
};
