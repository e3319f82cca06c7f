/* Pictures of a PDF: the rows of their PNG files, where readers look for them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "eligibility/report/canvas.h"
#include "eligibility/report/pdf_page.h"
#include "imaging/file_bytes.h"
#include "imaging/png_encode.h"
#include "tests/unit/check.h"

static const char pdf_path[] = "test_pdf.pdf", png_path[] = "test_pdf.png";

/* A picture of one colour, of its own size. */
static abl_pixels picture(size_t width, size_t height, bool full)
{
    abl_error err;
    abl_canvas canvas;
    abl_pixels kept;
    ABL_CHECK_OK(abl_canvas_open(&canvas, width, height, &err), &err);
    abl_canvas_dot(&canvas, (double[2]){5, 5}, 4, 0xF0E442);
    ABL_CHECK_OK(full ? abl_canvas_write_full(&canvas, png_path, &kept, &err)
                      : abl_canvas_write(&canvas, png_path, &kept, &err),
                 &err);
    abl_canvas_clear(&canvas);
    return kept;
}

/* A finished file. */
typedef struct file {
    char *text;
    size_t bytes;
} file;

static file draw(const abl_pixels *const *pictures, size_t count)
{
    abl_error err;
    file out = {NULL, 0};
    abl_pdf *pdf = abl_alloc(1, sizeof *pdf, &err);
    if (!pdf)
        return out;
    ABL_CHECK_OK(abl_pdf_open(pdf, pdf_path, "a test", "2025-01-01T00:00:00Z",
                              "footer", &err),
                 &err);
    for (size_t n = 0; n < count; n++) {
        const double height_pt = abl_pdf_picture(pdf, pictures[n], png_path, 42,
                                                 50 + 200 * (double)n, 100);
        ABL_CHECK_NEAR(height_pt,
                       100 * (double)pictures[n]->height /
                           (double)pictures[n]->width,
                       1e-9);
    }
    ABL_CHECK_OK(abl_pdf_close(pdf, pdf_path, &err), &err);
    ABL_CHECK_OK(abl_file_read(&out.text, &out.bytes, pdf_path, 1 << 24, &err),
                 &err);
    free(pdf);
    remove(pdf_path);
    return out;
}

/* The number behind a word that must stand there; *rest: behind it. */
static unsigned long number_behind(const char *text, const char *word,
                                   const char **rest)
{
    char *end = NULL;
    CU_ASSERT_EQUAL_FATAL(strncmp(text, word, strlen(word)), 0);
    const unsigned long out = strtoul(text + strlen(word), &end, 10);
    CU_ASSERT_FATAL(end > text + strlen(word));
    if (rest)
        *rest = end;
    return out;
}

/* The list of objects that a reader finds from the end. */
static const char *last_list(const file *f)
{
    const char *tail = f->text + f->bytes - (f->bytes > 40 ? 40 : f->bytes);
    const char *start = strstr(tail, "startxref");
    CU_ASSERT_PTR_NOT_NULL_FATAL(start);
    const unsigned long at = number_behind(start, "startxref\n", NULL);
    CU_ASSERT_FATAL(at < f->bytes);
    CU_ASSERT_EQUAL_FATAL(strncmp(f->text + at, "xref\n", 5), 0);
    return f->text + at + 5;
}

/* Whether an object of the last list has the size and the rows of a picture. */
static bool is_picture(const file *f, unsigned long at, const abl_pixels *of)
{
    char size[64], length[64];
    const uint8_t *packed = NULL;
    size_t bytes = 0;
    abl_png_packed(&packed, &bytes, of->png, of->png_bytes);
    const char *object = f->text + at, *stream = strstr(object, "stream\n");
    if (!packed || !stream || (size_t)(stream + 7 - f->text) + bytes > f->bytes)
        return false;
    snprintf(size, sizeof size, "/Width %zu\n   /Height %zu\n", of->width,
             of->height);
    snprintf(length, sizeof length, "/Length %zu\n", bytes);
    const char *has_size = strstr(object, size);
    const char *has_length = strstr(object, length);
    return has_size && has_size < stream && has_length && has_length < stream &&
           memcmp(stream + 7, packed, bytes) == 0 &&
           strncmp(stream + 7 + bytes, "\nendstream\nendobj\n", 18) == 0;
}

static void readers_find_the_rows_of_every_picture(void)
{
    abl_pixels a = picture(40, 30, false), b = picture(24, 36, true);
    const abl_pixels *const both[] = {&a, &b};
    const file f = draw(both, 2);
    const char *line = last_list(&f);
    for (size_t n = 0; n < 2; n++) {
        const unsigned long number = number_behind(line, "", &line);
        const unsigned long at = number_behind(line, " 1\n", &line);
        const char *kind = NULL;
        CU_ASSERT_EQUAL(strncmp(line, " 00000 n \n", 10), 0);
        CU_ASSERT_FATAL(at < f.bytes);
        CU_ASSERT_EQUAL(number_behind(f.text + at, "", &kind), number);
        CU_ASSERT_EQUAL(strncmp(kind, " 0 obj", 6), 0);
        CU_ASSERT_TRUE(is_picture(&f, at, both[n]));
        line += 10;
    }
    CU_ASSERT_EQUAL(strncmp(line, "trailer", 7), 0);
    const char *before = strstr(line, "/Prev ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(before);
    const unsigned long at = number_behind(before, "/Prev ", NULL);
    CU_ASSERT_FATAL(at < f.bytes);
    CU_ASSERT_EQUAL(strncmp(f.text + at, "xref\n0 ", 7), 0);
    free(f.text);
    abl_pixels_clear(&a);
    abl_pixels_clear(&b);
}

static void a_picture_that_is_not_kept_is_read_from_its_file(void)
{
    abl_pixels kept = picture(40, 30, false);
    const abl_pixels nothing = {.width = 40, .height = 30};
    const abl_pixels *const one[] = {&nothing};
    const file f = draw(one, 1);
    CU_ASSERT_EQUAL(strncmp(last_list(&f), "0 ", 2), 0); /* cairo's own */
    free(f.text);
    abl_pixels_clear(&kept);
}

static void a_plain_file_has_its_pictures_from_cairo(void)
{
    abl_error err;
    abl_pixels kept = picture(40, 30, false);
    abl_pdf *pdf = abl_alloc(1, sizeof *pdf, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(pdf);
    ABL_CHECK_OK(abl_pdf_open(pdf, pdf_path, "a test", "2025-01-01T00:00:00Z",
                              "footer", &err),
                 &err);
    pdf->is_plain = true;
    ABL_CHECK_NEAR(abl_pdf_picture(pdf, &kept, png_path, 42, 50, 100), 75,
                   1e-9);
    ABL_CHECK_OK(abl_pdf_close(pdf, pdf_path, &err), &err);
    file f = {NULL, 0};
    ABL_CHECK_OK(abl_file_read(&f.text, &f.bytes, pdf_path, 1 << 24, &err),
                 &err);
    CU_ASSERT_EQUAL(strncmp(last_list(&f), "0 ", 2), 0);
    free(f.text);
    free(pdf);
    remove(pdf_path);
    abl_pixels_clear(&kept);
}

static void the_same_picture_may_stand_twice(void)
{
    abl_pixels a = picture(40, 30, false);
    const abl_pixels *const twice[] = {&a, &a};
    const file f = draw(twice, 2), again = draw(twice, 2);
    CU_ASSERT_PTR_NOT_NULL(last_list(&f));
    CU_ASSERT_TRUE(f.bytes == again.bytes &&
                   memcmp(f.text, again.text, f.bytes) == 0);
    free(f.text);
    free(again.text);
    abl_pixels_clear(&a);
}

static void a_file_without_places_is_refused(void)
{
    static const char *const texts[] = {
        "", "%PDF-1.4\nno list\n",
        "trailer\n<< /Root 1 0 R /Info 2 0 R >>\nstartxref\n99999999\n%%EOF\n",
        "xref\n0 900000\ntrailer\n<< /Root 1 0 R /Info 2 0 R "
        ">>\nstartxref\n0\n%%EOF\n",
        "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R /Info 2 0 R "
        ">>\nstartxref\n0\n%%EOF\n                              "};
    abl_error err;
    abl_pixels a = picture(40, 30, false);
    const abl_pdf_shared one = {1, {&a}}, none = {0, {NULL}};
    for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++) {
        ABL_CHECK_OK(abl_file_write(pdf_path, texts[n], strlen(texts[n]), &err),
                     &err);
        ABL_CHECK_FAILS(abl_pdf_share_finish(&one, pdf_path, &err),
                        ABL_E_INTERNAL, "", &err);
        ABL_CHECK_OK(abl_pdf_share_finish(&none, pdf_path, &err), &err);
    }
    remove(pdf_path);
    abl_pixels_clear(&a);
    remove(png_path);
}

const char *const abl_test_suite = "eligibility.pdf";
CU_TestInfo abl_tests[] = {
    ABL_TEST(readers_find_the_rows_of_every_picture),
    ABL_TEST(a_picture_that_is_not_kept_is_read_from_its_file),
    ABL_TEST(a_plain_file_has_its_pictures_from_cairo),
    ABL_TEST(the_same_picture_may_stand_twice),
    ABL_TEST(a_file_without_places_is_refused),
    CU_TEST_INFO_NULL,
};
