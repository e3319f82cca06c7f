/* Slices of a page: what they show is what the scan holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/viewer.h"

#include <stdlib.h>
#include <string.h>

#include "eligibility/report/csv_out.h"
#include "imaging/file_bytes.h"
#include "imaging/png.h"
#include "tests/unit/check.h"

enum {
    SIDE = 101,
    SLICES = 31,
    AT = 50,
    SLICE = 12
};

/* One lesion of 10 mm around (50, 50, 12) mm in a scan of growing HU. */
typedef struct scene {
    abl_volume *image, *field;
    abl_structures structures;
    abl_lesion lesion;
    abl_lesion_findings found;
    abl_findings findings;
    abl_report report;
} scene;

static int16_t hu_of(size_t i, size_t j, size_t k)
{
    return (int16_t)((int)i + (int)j / 2 + 3 * (int)k - 40);
}

static void fill(scene *s)
{
    const abl_grid *grid = &s->image->grid;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                const size_t n = abl_grid_offset(grid, i, j, k);
                const double x = (double)i - AT, y = (double)j - AT,
                             z = (double)k - SLICE;
                abl_volume_i16(s->image)[n] = hu_of(i, j, k);
                abl_volume_f32(s->field)[n] =
                    (float)(10 - sqrt(x * x + y * y + z * z));
            }
}

static void open_scene(scene *s, size_t slices, double spacing_mm)
{
    abl_error err;
    const abl_grid grid = abl_grid_axial(SIDE, SIDE, slices, 1, 1, spacing_mm);
    memset(s, 0, sizeof *s);
    ABL_CHECK_OK(abl_volume_create(&s->image, &grid, ABL_PIXEL_I16, &err),
                 &err);
    ABL_CHECK_OK(abl_volume_create(&s->field, &grid, ABL_PIXEL_F32, &err),
                 &err);
    fill(s);
    s->lesion.field = s->field;
    s->structures.lesions = &s->lesion;
    s->structures.lesion_count = 1;
    s->found.number = 1;
    s->found.axial_slice = SLICE;
    s->found.centroid_lps[0] = s->found.centroid_lps[1] = AT;
    s->found.centroid_lps[2] = SLICE * spacing_mm;
    s->found.longest_axial_diameter.mm = (abl_value){true, 20, 1, NULL};
    s->found.max_3d_diameter.mm = (abl_value){true, 20, 1, NULL};
    s->findings.lesions = &s->found;
    s->findings.lesion_count = 1;
    s->report =
        (abl_report){.image = s->image,
                     .native_grid = &s->image->grid,
                     .native_to_canonical = {{0, 1, 2}, {false, false, false}},
                     .structures = &s->structures,
                     .findings = &s->findings};
}

static void close_scene(scene *s)
{
    abl_volume_destroy(s->image);
    abl_volume_destroy(s->field);
}

static void codes_hold_hu_to_half_a_step(void)
{
    for (int hu = -1016; hu < 1544; hu++) {
        const double half = hu >= -200 && hu < 312 ? 2 : 8;
        ABL_CHECK_NEAR(abl_viewer_code_hu(abl_viewer_code(hu)), hu, half);
    }
    CU_ASSERT_EQUAL(abl_viewer_code(-3000), 0);
    CU_ASSERT_EQUAL(abl_viewer_code(3000), 255);
    CU_ASSERT_EQUAL(abl_viewer_code(NAN), 0);
    for (int code = 0; code < 256; code++)
        CU_ASSERT_EQUAL(abl_viewer_code(abl_viewer_code_hu((uint8_t)code)),
                        code);
}

/* The stack as pixels, through the file that a browser would read. */
static uint8_t *unpack(const abl_viewer_stack *stack)
{
    abl_error err;
    uint8_t *rgba = NULL;
    size_t width = 0, height = 0;
    ABL_CHECK_OK(
        abl_file_write("stack.png", stack->png, stack->png_bytes, &err), &err);
    ABL_CHECK_OK(abl_png_read(&rgba, &width, &height, "stack.png", &err), &err);
    CU_ASSERT_EQUAL(width, stack->width_px);
    CU_ASSERT_EQUAL(height, stack->height_px * stack->slice_count);
    remove("stack.png");
    return rgba;
}

static void slices_are_the_voxels_of_the_scan(void)
{
    scene s;
    abl_error err;
    abl_viewer_stack stack;
    open_scene(&s, SLICES, 1);
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    CU_ASSERT_EQUAL(stack.width_px, 161);
    CU_ASSERT_EQUAL(stack.slice_count, SLICES);
    uint8_t *rgba = unpack(&stack);
    size_t wrong = 0;
    for (size_t n = 0; rgba && n < stack.slice_count; n++)
        for (size_t row = 0; row < 161; row++)
            for (size_t column = 0; column < 161; column++) {
                const bool outside =
                    column < 30 || row < 30 || column > 130 || row > 130;
                const uint8_t code = rgba[4 * ((n * 161 + row) * 161 + column)];
                wrong += code != (outside ? 0
                                          : abl_viewer_code(hu_of(
                                                column - 30, row - 30, n)));
            }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "\"start\":12,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "{\"number\":13,\"z\":12.0,"));
    free(rgba);
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
}

static void outline_of_the_measured_slice_has_the_lesions_size(void)
{
    scene s;
    abl_error err;
    abl_viewer_stack stack;
    open_scene(&s, SLICES, 1);
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    const char *slice = strstr(stack.facts, "{\"number\":13,");
    const char *path = slice ? strstr(slice, "\"lesion\":\"M") : NULL;
    CU_ASSERT_PTR_NOT_NULL(path);
    long x = 0, y = 0, step[2], low = 1 << 20, high = 0;
    if (path) {
        char *at = (char *)path + strlen("\"lesion\":\"M");
        x = strtol(at, &at, 10);
        y = strtol(at, &at, 10);
        CU_ASSERT_EQUAL(*at, 'l');
        for (at++; *at != '"' && *at != 'M'; x += step[0], y += step[1]) {
            low = x < low ? x : low;
            high = x > high ? x : high;
            step[0] = strtol(at, &at, 10);
            step[1] = strtol(at, &at, 10);
        }
    }
    /* From 40 to 60 of the scan, 30 pixels in, half a pixel to a centre. */
    ABL_CHECK_NEAR((double)low, 705, 4);
    ABL_CHECK_NEAR((double)high, 905, 4);
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
}

static void flipped_series_keep_their_own_order(void)
{
    scene s;
    abl_error err;
    abl_viewer_stack stack;
    open_scene(&s, SLICES, 1);
    s.report.native_to_canonical.flip[2] = true;
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    const char *first = strstr(stack.facts, "{\"number\":");
    CU_ASSERT(first && strncmp(first, "{\"number\":1,\"z\":30.0,", 21) == 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "{\"number\":19,\"z\":12.0,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "\"start\":18,"));
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
}

static void long_stacks_are_thinned_and_short_ones_cut(void)
{
    scene s;
    abl_error err;
    abl_viewer_stack stack;
    open_scene(&s, 300, 0.2);
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    CU_ASSERT(stack.slice_count <= ABL_VIEWER_MAX_SLICES);
    CU_ASSERT(stack.slice_count > 20);
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "\"stride\":5,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "{\"number\":13,"));
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
    open_scene(&s, SLICE + 1, 5);
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    CU_ASSERT_EQUAL(stack.slice_count, ABL_VIEWER_LEAST_SLICES + 1);
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
}

static void a_lesion_without_diameters_is_shown_at_its_middle(void)
{
    scene s;
    abl_error err;
    abl_viewer_stack stack;
    open_scene(&s, SLICES, 1);
    s.found.longest_axial_diameter.mm = s.found.max_3d_diameter.mm =
        (abl_value){false, 0, 0, "read"};
    s.found.axial_slice = 0;
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "\"start\":10,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(stack.facts, "{\"number\":13,"));
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
}

static void markup_holds_no_text_that_ends_its_attribute(void)
{
    scene s;
    abl_error err;
    abl_viewer_stack stack;
    char *text = NULL;
    size_t bytes = 0;
    open_scene(&s, SLICES, 1);
    ABL_CHECK_OK(abl_viewer_stack_create(&stack, &s.report, 0, &err), &err);
    CU_ASSERT_PTR_NULL(strpbrk(stack.facts, "'<>&"));
    FILE *file = open_memstream(&text, &bytes);
    abl_viewer_write(file, &stack);
    fclose(file);
    CU_ASSERT(bytes <= abl_viewer_page_bytes(&stack));
    CU_ASSERT_EQUAL(strncmp(text, "<!--viewer 1-->", 15), 0);
    free(text);
    char source[56];
    abl_viewer_script_source(source);
    CU_ASSERT_EQUAL(strlen(source), 53);
    CU_ASSERT_EQUAL(strncmp(source, "'sha256-", 8), 0);
    abl_viewer_stack_clear(&stack);
    close_scene(&s);
}

static void cells_are_quoted_and_no_formula(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {NULL, ""},
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"=a,b", "\"'=a,b\""},
        {"a\r\nb", "a\xef\xbf\xbd\xef\xbf\xbd"
                   "b"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        char *text = NULL;
        size_t bytes = 0;
        abl_csv csv = {open_memstream(&text, &bytes), 0};
        abl_csv_cell(&csv, rows[n].in);
        abl_csv_number(&csv, -1.25, 1);
        abl_csv_value(&csv, &(abl_value){false, 3, 1, "why"}, 1, 1);
        abl_csv_end_row(&csv);
        fclose(csv.file);
        char wanted[64];
        snprintf(wanted, sizeof wanted, "%s,-1.2,,\r\n", rows[n].out);
        CU_ASSERT_STRING_EQUAL(text, wanted);
        free(text);
    }
}

const char *const abl_test_suite = "eligibility.viewer";
CU_TestInfo abl_tests[] = {
    ABL_TEST(codes_hold_hu_to_half_a_step),
    ABL_TEST(slices_are_the_voxels_of_the_scan),
    ABL_TEST(outline_of_the_measured_slice_has_the_lesions_size),
    ABL_TEST(flipped_series_keep_their_own_order),
    ABL_TEST(long_stacks_are_thinned_and_short_ones_cut),
    ABL_TEST(a_lesion_without_diameters_is_shown_at_its_middle),
    ABL_TEST(markup_holds_no_text_that_ends_its_attribute),
    ABL_TEST(cells_are_quoted_and_no_formula),
    CU_TEST_INFO_NULL,
};
