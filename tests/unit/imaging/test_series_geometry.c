/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series_geometry.h"
#include "tests/unit/check.h"

enum {
    COUNT = 12
};

static const char *const names[COUNT] = {"a.dcm", "b.dcm", "c.dcm", "d.dcm",
                                         "e.dcm", "f.dcm", "g.dcm", "h.dcm",
                                         "i.dcm", "j.dcm", "k.dcm", "l.dcm"};

/* An oblique, off-origin stack in a shuffled order, 2.5 mm apart, with pixels
 * of 0.7 mm between columns and 0.9 mm between rows. */
static void make_stack(abl_plane planes[COUNT])
{
    const double c = cos(0.3), s = sin(0.3);
    memset(planes, 0, COUNT * sizeof *planes);
    for (size_t n = 0; n < COUNT; n++) {
        const double k = (double)(n * 5 % COUNT);
        abl_plane *plane = planes + n;
        const double row[3] = {c, 0, -s}, column[3] = {0, 1, 0};
        const double normal[3] = {s, 0, c}, first[3] = {-31.5, 12.25, 88};
        memcpy(plane->row_lps, row, sizeof row);
        memcpy(plane->column_lps, column, sizeof column);
        for (int r = 0; r < 3; r++)
            plane->position_lps[r] = first[r] + 2.5 * k * normal[r];
        plane->spacing_mm[0] = 0.7;
        plane->spacing_mm[1] = 0.9;
        plane->size[0] = 61;
        plane->size[1] = 53;
        plane->name = names[n];
    }
}

/* The plane that is number @p k along the normal. */
static abl_plane *slice(abl_plane planes[COUNT], size_t k)
{
    for (size_t n = 0; n < COUNT; n++)
        if (n * 5 % COUNT == k)
            return planes + n;
    return NULL;
}

static void move(abl_plane *plane, double i_mm, double j_mm, double k_mm)
{
    double normal[3];
    abl_plane_normal(normal, plane);
    for (int r = 0; r < 3; r++)
        plane->position_lps[r] += i_mm * plane->row_lps[r] +
                                  j_mm * plane->column_lps[r] +
                                  k_mm * normal[r];
}

static void expect_refusal(const abl_plane *planes, size_t count,
                           const char *words)
{
    abl_error err;
    abl_stack stack;
    ABL_CHECK_FAILS(abl_stack_build(&stack, planes, count, &err),
                    ABL_E_GEOMETRY, words, &err);
    abl_stack_clear(&stack);
}

static void shuffled_oblique_stack_is_sorted_along_its_normal(void)
{
    abl_error err;
    abl_stack stack;
    abl_plane planes[COUNT];
    make_stack(planes);
    ABL_CHECK_OK(abl_stack_build(&stack, planes, COUNT, &err), &err);
    for (size_t k = 0; k < COUNT; k++)
        CU_ASSERT_EQUAL(stack.order[k] * 5 % COUNT, k);
    ABL_CHECK_NEAR(stack.grid.spacing_mm[0], 0.7, 1e-12);
    ABL_CHECK_NEAR(stack.grid.spacing_mm[1], 0.9, 1e-12);
    ABL_CHECK_NEAR(stack.grid.spacing_mm[2], 2.5, 1e-9);
    ABL_CHECK_NEAR(stack.grid.origin_lps[0], -31.5, 1e-12);
    ABL_CHECK_NEAR(stack.grid.direction[0][2], sin(0.3), 1e-12);
    ABL_CHECK_NEAR(stack.grid.direction[2][0], -sin(0.3), 1e-12);
    ABL_CHECK_NEAR(stack.tilt_deg, 0, 0);
    CU_ASSERT_EQUAL(stack.grid.size[0], 61);
    CU_ASSERT_EQUAL(stack.grid.size[2], COUNT);
    abl_stack_clear(&stack);
}

static void positions_rounded_to_a_tenth_are_accepted(void)
{
    abl_error err;
    abl_stack stack;
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t n = 0; n < COUNT; n++) {
        planes[n].row_lps[0] = 1;
        planes[n].row_lps[2] = 0;
        planes[n].position_lps[0] = -100;
        planes[n].position_lps[2] = rint(12.5 * (double)n) / 10;
    }
    ABL_CHECK_OK(abl_stack_build(&stack, planes, COUNT, &err), &err);
    ABL_CHECK_NEAR(stack.grid.spacing_mm[2], 1.25, 0.01);
    abl_stack_clear(&stack);
}

static void missing_slices_are_named(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    abl_plane rest[COUNT];
    size_t count = 0;
    for (size_t n = 0; n < COUNT; n++)
        if (planes + n != slice(planes, 5))
            rest[count++] = planes[n];
    expect_refusal(rest, count, "1 slice missing between");
    expect_refusal(rest, count, slice(planes, 4)->name);
    expect_refusal(rest, count, slice(planes, 6)->name);
}

static void gap_of_three_slices_counts_them(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t k = 6; k < COUNT; k++)
        move(slice(planes, k), 0, 0, 7.5);
    expect_refusal(planes, COUNT, "3 slices missing between");
}

static void uneven_gap_is_refused_with_its_size(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t k = 6; k < COUNT; k++)
        move(slice(planes, k), 0, 0, 0.4);
    expect_refusal(planes, COUNT, "2.90 mm instead of 2.50 mm");
}

static void slowly_changing_gaps_are_refused(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t k = 0; k < COUNT; k++)
        move(slice(planes, k), 0, 0, 0.008 * (double)(k * k));
    expect_refusal(planes, COUNT, "not evenly spaced");
}

static void repeated_position_names_both_images(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    move(slice(planes, 4), 0, 0, -2.5);
    expect_refusal(planes, COUNT, "held by more than one image");
    expect_refusal(planes, COUNT, slice(planes, 4)->name);
    expect_refusal(planes, COUNT, slice(planes, 3)->name);
}

static void images_at_one_position_are_no_volume(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t n = 1; n < COUNT; n++)
        memcpy(planes[n].position_lps, planes[0].position_lps,
               sizeof planes[n].position_lps);
    expect_refusal(planes, COUNT, "all 12 images are at one position");
}

static void single_image_and_none_are_refused(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    expect_refusal(planes, 1, "single image");
    expect_refusal(planes, 0, "no image");
}

static void mixed_images_are_refused(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    planes[7].size[0] = 60;
    expect_refusal(planes, COUNT, "mixed image sizes: a.dcm has 61 x 53");
    make_stack(planes);
    planes[7].spacing_mm[1] = 0.91;
    expect_refusal(planes, COUNT, "mixed pixel spacing");
    make_stack(planes);
    planes[7].row_lps[0] = cos(0.32);
    planes[7].row_lps[2] = -sin(0.32);
    expect_refusal(planes, COUNT, "mixed orientations: a.dcm and h.dcm");
}

static void numbers_that_are_no_numbers_are_refused(void)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e30};
    abl_plane planes[COUNT];
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        make_stack(planes);
        planes[3].position_lps[1] = bad[n];
        expect_refusal(planes, COUNT, "d.dcm: ImagePositionPatient");
        make_stack(planes);
        planes[3].row_lps[1] = bad[n];
        expect_refusal(planes, COUNT, "d.dcm: ImageOrientationPatient");
        make_stack(planes);
        planes[3].spacing_mm[0] = bad[n];
        expect_refusal(planes, COUNT, "d.dcm: PixelSpacing");
    }
}

static void impossible_spacing_and_axes_are_refused(void)
{
    static const double bad[] = {0, -0.7, 0.001, 101};
    abl_plane planes[COUNT];
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        make_stack(planes);
        planes[0].spacing_mm[1] = bad[n];
        expect_refusal(planes, COUNT, "a.dcm: PixelSpacing");
    }
    make_stack(planes);
    memset(planes[2].column_lps, 0, sizeof planes[2].column_lps);
    expect_refusal(planes, COUNT, "c.dcm: ImageOrientationPatient");
    make_stack(planes);
    memcpy(planes[2].column_lps, planes[2].row_lps,
           sizeof planes[2].column_lps);
    expect_refusal(planes, COUNT, "c.dcm: ImageOrientationPatient");
}

static void constant_tilt_becomes_a_shift_per_slice(void)
{
    abl_error err;
    abl_stack stack;
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t k = 0; k < COUNT; k++)
        move(slice(planes, k), 0, -0.8 * (double)k, 0);
    ABL_CHECK_OK(abl_stack_build(&stack, planes, COUNT, &err), &err);
    ABL_CHECK_NEAR(stack.tilt_deg, atan2(0.8, 2.5) * 180 / acos(-1), 1e-6);
    ABL_CHECK_NEAR(stack.shift_px[0], 0, 1e-9);
    ABL_CHECK_NEAR(stack.shift_px[1], -0.8 / 0.9, 1e-9);
    ABL_CHECK_NEAR(stack.first_px[1], ceil(0.8 * 11 / 0.9), 0);
    CU_ASSERT_EQUAL(stack.grid.size[1], 53 + 10);
    /* Slice 11, pixel (0, 0) must be found where its header says. */
    const double ijk[3] = {stack.first_px[0] + 11 * stack.shift_px[0],
                           stack.first_px[1] + 11 * stack.shift_px[1], 11};
    double lps[3];
    abl_grid_to_lps(lps, &stack.grid, ijk);
    for (int r = 0; r < 3; r++)
        ABL_CHECK_NEAR(lps[r], slice(planes, 11)->position_lps[r], 1e-9);
    abl_stack_clear(&stack);
}

static void small_sideways_drift_is_no_tilt(void)
{
    abl_error err;
    abl_stack stack;
    abl_plane planes[COUNT];
    make_stack(planes);
    for (size_t k = 0; k < COUNT; k++)
        move(slice(planes, k), 0.03 * (double)k, 0, 0);
    ABL_CHECK_OK(abl_stack_build(&stack, planes, COUNT, &err), &err);
    ABL_CHECK_NEAR(stack.tilt_deg, 0, 0);
    CU_ASSERT_EQUAL(stack.grid.size[0], 61);
    abl_stack_clear(&stack);
}

static void sideways_jump_and_extreme_tilt_are_refused(void)
{
    abl_plane planes[COUNT];
    make_stack(planes);
    move(slice(planes, 6), 5, 0, 0);
    expect_refusal(planes, COUNT, "displaced by 5.00 mm along its rows");
    make_stack(planes);
    for (size_t k = 0; k < COUNT; k++)
        move(slice(planes, k), 0, 3 * (double)k, 0);
    expect_refusal(planes, COUNT, "gantry tilt of 50.2 degrees");
}

const char *const abl_test_suite = "imaging/series_geometry";
CU_TestInfo abl_tests[] = {
    ABL_TEST(shuffled_oblique_stack_is_sorted_along_its_normal),
    ABL_TEST(positions_rounded_to_a_tenth_are_accepted),
    ABL_TEST(missing_slices_are_named),
    ABL_TEST(gap_of_three_slices_counts_them),
    ABL_TEST(uneven_gap_is_refused_with_its_size),
    ABL_TEST(slowly_changing_gaps_are_refused),
    ABL_TEST(repeated_position_names_both_images),
    ABL_TEST(images_at_one_position_are_no_volume),
    ABL_TEST(single_image_and_none_are_refused),
    ABL_TEST(mixed_images_are_refused),
    ABL_TEST(numbers_that_are_no_numbers_are_refused),
    ABL_TEST(impossible_spacing_and_axes_are_refused),
    ABL_TEST(constant_tilt_becomes_a_shift_per_slice),
    ABL_TEST(small_sideways_drift_is_no_tilt),
    ABL_TEST(sideways_jump_and_extreme_tilt_are_refused),
    CU_TEST_INFO_NULL,
};
