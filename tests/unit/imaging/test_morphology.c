/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/distance.h"
#include "imaging/oracle.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/volumes.h"

typedef abl_status (*operation)(abl_volume **out, const abl_volume *mask,
                                double radius_mm, abl_error *err);
static const operation operations[4] = {abl_dilate, abl_erode, abl_open,
                                        abl_close};

static abl_volume *morph(operation function, const abl_volume *mask,
                         double radius_mm)
{
    abl_error err;
    abl_volume *out = NULL;
    ABL_CHECK_OK(function(&out, mask, radius_mm, &err), &err);
    return out;
}

static void compare_with_itk(const abl_volume *mask, double radius_mm)
{
    for (int n = 0; n < 4; n++) {
        abl_error err;
        abl_volume *oracle = NULL;
        abl_volume *ours = morph(operations[n], mask, radius_mm);
        ABL_CHECK_OK(abl_oracle_morph(&oracle, mask, (abl_oracle_morphology)n,
                                      radius_mm, &err),
                     &err);
        ABL_CHECK_NEAR(count_differences(ours, oracle), 0, 0);
        abl_volume_destroy(ours);
        abl_volume_destroy(oracle);
    }
}

/* 2.1 mm is exactly three voxels along i, 2.7 mm three along j. */
static void balls_of_any_radius_agree_with_itk(void)
{
    abl_grid grid = odd_grid(43, 37, 11);
    const double radii[] = {0.5, 2.1, 2.7, 5.3};
    abl_volume *masks[] = {blob_mask(&grid, 3, 12), random_mask(&grid, 2, 3),
                           random_mask(&grid, 97, 4)};
    for (size_t m = 0; m < 3; m++) {
        for (size_t r = 0; r < 4; r++)
            compare_with_itk(masks[m], radii[r]);
        abl_volume_destroy(masks[m]);
    }
}

static void thin_volumes_agree_with_itk(void)
{
    const size_t sizes[][3] = {{23, 19, 1}, {1, 19, 9}, {23, 1, 9}};
    for (size_t s = 0; s < 3; s++) {
        abl_grid grid = odd_grid(sizes[s][0], sizes[s][1], sizes[s][2]);
        abl_volume *mask = random_mask(&grid, 60, 5 + s);
        compare_with_itk(mask, 1.9);
        abl_volume_destroy(mask);
    }
}

static void empty_stays_empty_and_full_stays_full(void)
{
    abl_grid grid = odd_grid(11, 9, 5);
    abl_volume *empty = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume *full = random_mask(&grid, 100, 1);
    for (int n = 0; n < 4; n++) {
        abl_volume *out = morph(operations[n], empty, 3);
        CU_ASSERT_EQUAL(count_voxels(out), 0);
        abl_volume_destroy(out);
        out = morph(operations[n], full, 3);
        CU_ASSERT_EQUAL(count_voxels(out), 11 * 9 * 5);
        abl_volume_destroy(out);
    }
    abl_volume_destroy(empty);
    abl_volume_destroy(full);
}

static void radius_zero_changes_nothing(void)
{
    abl_grid grid = odd_grid(11, 9, 5);
    abl_volume *mask = random_mask(&grid, 40, 2);
    for (int n = 0; n < 4; n++) {
        abl_volume *out = morph(operations[n], mask, 0);
        CU_ASSERT_EQUAL(count_differences(out, mask), 0);
        abl_volume_destroy(out);
    }
    abl_volume_destroy(mask);
}

/* Half a volume: eroding it moves only the face inside the volume. */
static void the_border_does_not_erode(void)
{
    abl_grid grid = abl_grid_axial(10, 6, 6, 1, 1, 1);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < 360; n++)
        abl_volume_u8(mask)[n] = n % 10 < 5;
    abl_volume *out = morph(abl_erode, mask, 2);
    CU_ASSERT_EQUAL(count_voxels(out), 3 * 36);
    abl_volume_destroy(out);
    abl_volume_destroy(mask);
}

/* A gap between two plates is closed; the gap between a voxel and the border
 * is not: the volume goes on as background. */
static void closing_does_not_stick_to_the_border(void)
{
    abl_grid grid = abl_grid_axial(20, 9, 9, 1, 1, 1);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(mask)[abl_grid_offset(&grid, 1, 4, 4)] = 1;
    for (size_t n = 0; n < 20 * 9 * 9; n++)
        if (n % 20 == 10 || n % 20 == 12)
            abl_volume_u8(mask)[n] = 1;
    abl_volume *out = morph(abl_close, mask, 3);
    CU_ASSERT_EQUAL(abl_volume_u8(out)[abl_grid_offset(&grid, 0, 4, 4)], 0);
    CU_ASSERT_EQUAL(abl_volume_u8(out)[abl_grid_offset(&grid, 1, 4, 4)], 1);
    CU_ASSERT_EQUAL(abl_volume_u8(out)[abl_grid_offset(&grid, 11, 4, 4)], 1);
    CU_ASSERT_EQUAL(abl_volume_u8(out)[abl_grid_offset(&grid, 14, 4, 4)], 0);
    abl_volume_destroy(out);
    abl_volume_destroy(mask);
}

static void a_radius_beyond_the_volume_fills_it(void)
{
    abl_grid grid = odd_grid(11, 9, 5);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(mask)[7] = 9;
    abl_volume *out = morph(abl_dilate, mask, 9999);
    CU_ASSERT_EQUAL(count_voxels(out), 11 * 9 * 5);
    abl_volume_destroy(out);
    out = morph(abl_open, mask, 9999);
    CU_ASSERT_EQUAL(count_voxels(out), 0);
    abl_volume_destroy(out);
    abl_volume_destroy(mask);
}

static void bad_arguments_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(5, 5, 5);
    abl_volume *mask = random_mask(&grid, 50, 1), *out = mask;
    abl_volume *image = new_volume(&grid, ABL_PIXEL_F32);
    const double bad[] = {-1, NAN, INFINITY, 10001};
    for (int n = 0; n < 4; n++) {
        for (int b = 0; b < 4; b++)
            ABL_CHECK_FAILS(operations[n](&out, mask, bad[b], &err),
                            ABL_E_INVALID, "radius", &err);
        CU_ASSERT_PTR_NULL(out);
        ABL_CHECK_FAILS(operations[n](&out, image, 1, &err), ABL_E_INVALID,
                        "8-bit", &err);
    }
    ABL_CHECK_FAILS(abl_close(&out, mask, 9999, &err), ABL_E_GEOMETRY, "voxels",
                    &err);
    abl_volume_destroy(mask);
    abl_volume_destroy(image);
}

static void threads_do_not_change_a_bit(void)
{
    abl_grid grid = odd_grid(43, 37, 11);
    abl_volume *mask = blob_mask(&grid, 3, 12);
    for (int n = 0; n < 4; n++) {
        abl_threads_set(1);
        abl_volume *one = morph(operations[n], mask, 2.7);
        abl_threads_set(2);
        abl_volume *two = morph(operations[n], mask, 2.7);
        CU_ASSERT_EQUAL(count_differences(one, two), 0);
        abl_volume_destroy(one);
        abl_volume_destroy(two);
    }
    abl_volume_destroy(mask);
}

const char *const abl_test_suite = "imaging.morphology";
CU_TestInfo abl_tests[] = {
    ABL_TEST(balls_of_any_radius_agree_with_itk),
    ABL_TEST(thin_volumes_agree_with_itk),
    ABL_TEST(empty_stays_empty_and_full_stays_full),
    ABL_TEST(radius_zero_changes_nothing),
    ABL_TEST(the_border_does_not_erode),
    ABL_TEST(closing_does_not_stick_to_the_border),
    ABL_TEST(a_radius_beyond_the_volume_fills_it),
    ABL_TEST(bad_arguments_are_refused),
    ABL_TEST(threads_do_not_change_a_bit),
    CU_TEST_INFO_NULL,
};
