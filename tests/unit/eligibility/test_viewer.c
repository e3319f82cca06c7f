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
    abl_lesion lesion, both[2];
    abl_lesion_findings found, two[2];
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

/* One picture of a set as pixels, through the file that a browser would read.
 */
static uint8_t *unpack(const abl_viewer_set *set, size_t at)
{
    abl_error err;
    uint8_t *rgba = NULL;
    size_t width = 0, height = 0;
    const size_t left = set->slice_count - at * ABL_VIEWER_PACK_SLICES;
    ABL_CHECK_OK(
        abl_file_write("stack.png", set->png[at], set->png_bytes[at], &err),
        &err);
    ABL_CHECK_OK(abl_png_read(&rgba, &width, &height, "stack.png", &err), &err);
    CU_ASSERT_EQUAL(width, set->width_px);
    CU_ASSERT_EQUAL(height,
                    set->height_px * (left < ABL_VIEWER_PACK_SLICES
                                          ? left
                                          : (size_t)ABL_VIEWER_PACK_SLICES));
    remove("stack.png");
    return rgba;
}

static void create(abl_viewer *out, const scene *s)
{
    abl_error err;
    ABL_CHECK_OK(
        abl_viewer_create(out, &s->report, s->findings.lesion_count, &err),
        &err);
    CU_ASSERT_EQUAL_FATAL(out->stack_count, s->findings.lesion_count);
}

static void slices_are_the_voxels_of_the_scan(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, SLICES, 1);
    create(&viewer, &s);
    CU_ASSERT_EQUAL_FATAL(viewer.set_count, 1);
    const abl_viewer_set *set = &viewer.sets[0];
    CU_ASSERT_EQUAL(set->width_px, 161);
    CU_ASSERT_EQUAL(set->slice_count, SLICES);
    CU_ASSERT_EQUAL(set->png_count, 2);
    size_t wrong = 0;
    uint8_t *packs[2] = {unpack(set, 0), unpack(set, 1)};
    for (size_t n = 0; n < SLICES; n++)
        for (size_t row = 0; row < 161; row++)
            for (size_t column = 0; column < 161; column++) {
                const bool outside =
                    column < 30 || row < 30 || column > 130 || row > 130;
                const uint8_t code =
                    packs[n / 16][4 * ((n % 16 * 161 + row) * 161 + column)];
                wrong += code != (outside ? 0
                                          : abl_viewer_code(hu_of(
                                                column - 30, row - 30, n)));
            }
    CU_ASSERT_EQUAL(wrong, 0);
    const abl_viewer_stack *stack = &viewer.stacks[0];
    CU_ASSERT_PTR_NOT_NULL(strstr(stack->facts, "\"start\":12,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(stack->facts, "\"slices\":[0,1,2,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(set->facts, "{\"number\":13,\"z\":12.0,"));
    free(packs[0]);
    free(packs[1]);
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

/* A second lesion at the same place, for the test to move or change. */
static abl_lesion_findings *add_second(scene *s)
{
    for (int n = 0; n < 2; n++) {
        s->both[n] = s->lesion;
        s->two[n] = s->found;
    }
    s->two[1].number = 2;
    s->structures.lesions = s->both;
    s->findings.lesions = s->two;
    s->structures.lesion_count = s->findings.lesion_count = 2;
    return &s->two[1];
}

/* Two lesions, one of them 30 mm to the left and 8 slices higher. */
static void lesions_share_slices_and_pixels(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, SLICES, 1);
    abl_lesion_findings *second = add_second(&s);
    second->axial_slice = SLICE + 8;
    second->centroid_lps[0] += 30;
    second->centroid_lps[2] += 8;
    create(&viewer, &s);
    CU_ASSERT_EQUAL_FATAL(viewer.set_count, 1);
    const abl_viewer_set *set = &viewer.sets[0];
    CU_ASSERT_EQUAL(set->width_px, 191);
    CU_ASSERT_EQUAL(set->slice_count, SLICES);
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[0].facts, "\"x\":0,\"y\":0,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[1].facts, "\"x\":30,\"y\":0,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[1].facts, "\"slices\":[0,"));
    uint8_t *rgba = unpack(set, 0);
    const size_t at = 4 * ((SLICE * 161 + 80) * 191 + 80);
    CU_ASSERT_EQUAL(rgba[at], abl_viewer_code(hu_of(AT, AT, SLICE)));
    free(rgba);
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

/* What no window reaches is black, so that it costs nothing. */
static void slices_hold_only_what_windows_show(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, 60, 1);
    abl_lesion_findings *second = add_second(&s);
    second->axial_slice = 48;
    second->centroid_lps[0] += 45;
    second->centroid_lps[2] = 48;
    create(&viewer, &s);
    CU_ASSERT_EQUAL_FATAL(viewer.set_count, 1);
    const abl_viewer_set *set = &viewer.sets[0];
    CU_ASSERT_EQUAL(set->width_px, 206);
    CU_ASSERT_EQUAL(set->slice_count, 60);
    uint8_t *first = unpack(set, 0), *last = unpack(set, set->png_count - 1);
    CU_ASSERT(first[4 * (80 * 206 + 30)] > 0);
    CU_ASSERT_EQUAL(last[4 * (80 * 206 + 30)], 0);
    CU_ASSERT(last[4 * (80 * 206 + 80)] > 0);
    free(first);
    free(last);
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

static void a_lesion_too_large_for_its_pixels_has_slices_of_its_own(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, SLICES, 1);
    abl_lesion_findings *second = add_second(&s);
    second->max_3d_diameter.mm.value = 250;
    create(&viewer, &s);
    CU_ASSERT_EQUAL_FATAL(viewer.set_count, 2);
    CU_ASSERT_EQUAL(viewer.sets[0].width_px, 161);
    CU_ASSERT_EQUAL(viewer.sets[1].width_px, 257);
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[1].facts, "\"set\":1,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[1].facts, "\"mm\":1.36187,"));
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

static void outline_of_the_measured_slice_has_the_lesions_size(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, SLICES, 1);
    create(&viewer, &s);
    const char *slice = strstr(viewer.sets[0].facts, "{\"number\":13,");
    const char *path = slice ? strstr(slice, "\"lesions\":[\"M") : NULL;
    CU_ASSERT_PTR_NOT_NULL(path);
    long x = 0, y = 0, step[2], low = 1 << 20, high = 0;
    if (path) {
        char *at = (char *)path + strlen("\"lesions\":[\"M");
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
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

static void flipped_series_keep_their_own_order(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, SLICES, 1);
    s.report.native_to_canonical.flip[2] = true;
    create(&viewer, &s);
    const char *first = strstr(viewer.sets[0].facts, "{\"number\":");
    CU_ASSERT(first && strncmp(first, "{\"number\":1,\"z\":30.0,", 21) == 0);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(viewer.sets[0].facts, "{\"number\":19,\"z\":12.0,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[0].facts, "\"start\":18,"));
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

static void long_stacks_are_thinned_and_short_ones_cut(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, 300, 0.2);
    create(&viewer, &s);
    CU_ASSERT(viewer.stacks[0].slice_count <= ABL_VIEWER_MAX_SLICES);
    CU_ASSERT(viewer.stacks[0].slice_count > 20);
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[0].facts, "\"stride\":5,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.sets[0].facts, "{\"number\":13,"));
    abl_viewer_clear(&viewer);
    close_scene(&s);
    open_scene(&s, SLICE + 1, 5);
    create(&viewer, &s);
    CU_ASSERT_EQUAL(viewer.stacks[0].slice_count, ABL_VIEWER_LEAST_SLICES + 1);
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

static void a_lesion_without_diameters_is_shown_at_its_middle(void)
{
    scene s;
    abl_viewer viewer;
    open_scene(&s, SLICES, 1);
    s.found.longest_axial_diameter.mm = s.found.max_3d_diameter.mm =
        (abl_value){false, 0, 0, "read"};
    s.found.axial_slice = 0;
    create(&viewer, &s);
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.stacks[0].facts, "\"start\":10,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(viewer.sets[0].facts, "{\"number\":13,"));
    abl_viewer_clear(&viewer);
    close_scene(&s);
}

static void markup_holds_no_text_that_ends_its_attribute(void)
{
    scene s;
    abl_viewer viewer;
    char *text = NULL;
    size_t bytes = 0;
    open_scene(&s, SLICES, 1);
    create(&viewer, &s);
    CU_ASSERT_PTR_NULL(strpbrk(viewer.stacks[0].facts, "'<>&"));
    CU_ASSERT_PTR_NULL(strpbrk(viewer.sets[0].facts, "'<>&"));
    FILE *file = open_memstream(&text, &bytes);
    abl_viewer_write_slices(file, &viewer);
    abl_viewer_write_stack(file, &viewer.stacks[0]);
    fclose(file);
    CU_ASSERT(bytes <= abl_viewer_page_bytes(&viewer));
    CU_ASSERT_EQUAL(strncmp(text, "<!--slices-->", 13), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<!--viewer 1-->"));
    free(text);
    char source[56];
    abl_viewer_script_source(source);
    CU_ASSERT_EQUAL(strlen(source), 53);
    CU_ASSERT_EQUAL(strncmp(source, "'sha256-", 8), 0);
    abl_viewer_clear(&viewer);
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
    ABL_TEST(lesions_share_slices_and_pixels),
    ABL_TEST(slices_hold_only_what_windows_show),
    ABL_TEST(a_lesion_too_large_for_its_pixels_has_slices_of_its_own),
    ABL_TEST(outline_of_the_measured_slice_has_the_lesions_size),
    ABL_TEST(flipped_series_keep_their_own_order),
    ABL_TEST(long_stacks_are_thinned_and_short_ones_cut),
    ABL_TEST(a_lesion_without_diameters_is_shown_at_its_middle),
    ABL_TEST(markup_holds_no_text_that_ends_its_attribute),
    ABL_TEST(cells_are_quoted_and_no_formula),
    CU_TEST_INFO_NULL,
};
