/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/volume.h"

#include "tests/unit/imaging/volumes.h"

/* 3 i + 5 j - 7 k + 11: trilinear interpolation must reproduce it. */
static abl_volume *ramp(const abl_grid *grid, abl_pixel_type type)
{
    abl_volume *volume = new_volume(grid, type);
    for (size_t n = 0; n < abl_grid_voxels(grid); n++) {
        size_t ni = grid->size[0], nj = grid->size[1];
        double value = 3 * (double)(n % ni) + 5 * (double)(n / ni % nj) -
                       7 * (double)(n / ni / nj) + 11;
        if (type == ABL_PIXEL_F32)
            abl_volume_f32(volume)[n] = (float)value;
        else if (type == ABL_PIXEL_I32)
            abl_volume_i32(volume)[n] = (int32_t)value;
        else
            abl_volume_i16(volume)[n] = (int16_t)value;
    }
    return volume;
}

static void a_ramp_is_interpolated_exactly(void)
{
    const abl_pixel_type types[] = {ABL_PIXEL_I16, ABL_PIXEL_I32,
                                    ABL_PIXEL_F32};
    abl_grid grid = odd_grid(9, 7, 5);
    for (int t = 0; t < 3; t++) {
        abl_volume *volume = ramp(&grid, types[t]);
        const double ijk[3] = {3.25, 5.5, 2.125};
        double lps[3];
        abl_grid_to_lps(lps, &grid, ijk);
        ABL_CHECK_NEAR(abl_volume_sample_ijk(volume, ijk),
                       3 * 3.25 + 5 * 5.5 - 7 * 2.125 + 11, 1e-9);
        ABL_CHECK_NEAR(abl_volume_sample_lps(volume, lps),
                       3 * 3.25 + 5 * 5.5 - 7 * 2.125 + 11, 1e-9);
        abl_volume_destroy(volume);
    }
}

static void outside_takes_the_border_value(void)
{
    abl_grid grid = odd_grid(9, 7, 5);
    abl_volume *volume = ramp(&grid, ABL_PIXEL_F32);
    const double low[3] = {-4, 2, -INFINITY}, high[3] = {99, 6.0001, INFINITY};
    ABL_CHECK_NEAR(abl_volume_sample_ijk(volume, low), 10 + 11, 1e-9);
    ABL_CHECK_NEAR(abl_volume_sample_ijk(volume, high), 24 + 30 - 28 + 11,
                   1e-9);
    const double nowhere[3] = {NAN, NAN, NAN};
    CU_ASSERT_TRUE(isfinite(abl_volume_sample_ijk(volume, nowhere)));
    abl_volume_destroy(volume);
}

static void one_voxel_can_be_sampled(void)
{
    abl_grid grid = odd_grid(1, 1, 1);
    abl_volume *volume = ramp(&grid, ABL_PIXEL_I16);
    ABL_CHECK_NEAR(abl_volume_sample_ijk(volume, (double[3]){0.4, 0, -3}), 11,
                   0);
    abl_volume_destroy(volume);
}

static void a_volume_ends_half_a_voxel_after_its_centres(void)
{
    abl_grid grid = odd_grid(9, 7, 5);
    abl_volume *volume = new_volume(&grid, ABL_PIXEL_U8);
    const double cases[][4] = {
        {-0.49, 0, 0, 1}, {-0.51, 0, 0, 0}, {8.49, 6, 4, 1}, {8.51, 6, 4, 0},
        {4, 6.49, 4, 1},  {4, 6.51, 4, 0},  {4, 3, 4.49, 1}, {4, 3, 4.51, 0}};
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        double lps[3];
        abl_grid_to_lps(lps, &grid, cases[n]);
        CU_ASSERT_EQUAL(abl_volume_contains_lps(volume, lps), cases[n][3] > 0);
    }
    const double nowhere[3] = {NAN, 0, 0};
    CU_ASSERT_FALSE(abl_volume_contains_lps(volume, nowhere));
    abl_volume_destroy(volume);
}

static void a_clone_shares_nothing(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 7, 5);
    abl_volume *volume = ramp(&grid, ABL_PIXEL_I16), *clone = NULL;
    ABL_CHECK_OK(abl_volume_clone(&clone, volume, &err), &err);
    CU_ASSERT_EQUAL(count_differences(volume, clone), 0);
    abl_volume_i16(volume)[3] = 999;
    CU_ASSERT_EQUAL(count_differences(volume, clone), 1);
    abl_volume_destroy(volume);
    abl_volume_destroy(clone);
    abl_volume_destroy(NULL);
}

static void unusable_grids_are_refused(void)
{
    abl_error err;
    abl_volume *volume = (abl_volume *)&err;
    abl_grid grid = odd_grid(9, 7, 5);
    grid.spacing_mm[2] = 0;
    ABL_CHECK_FAILS(abl_volume_create(&volume, &grid, ABL_PIXEL_U8, &err),
                    ABL_E_GEOMETRY, "spacing", &err);
    CU_ASSERT_PTR_NULL(volume);
    grid = odd_grid(9, 7, 5);
    grid.origin_lps[1] = NAN;
    ABL_CHECK_FAILS(abl_volume_create(&volume, &grid, ABL_PIXEL_U8, &err),
                    ABL_E_GEOMETRY, "origin", &err);
    grid = odd_grid(9, 16385, 5);
    ABL_CHECK_FAILS(abl_volume_create(&volume, &grid, ABL_PIXEL_U8, &err),
                    ABL_E_GEOMETRY, "16385", &err);
}

static void crops_outside_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 7, 5);
    abl_volume *volume = ramp(&grid, ABL_PIXEL_I16), *crop = volume;
    const size_t cases[][6] = {{9, 0, 0, 1, 1, 1},
                               {0, 0, 0, 9, 7, 6},
                               {0, 0, 0, 0, 1, 1},
                               {1, 0, 0, SIZE_MAX, 1, 1},
                               {SIZE_MAX, 0, 0, 2, 1, 1}};
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        ABL_CHECK_FAILS(
            abl_volume_crop(&crop, volume, cases[n], cases[n] + 3, &err),
            ABL_E_INVALID, "leaves the grid", &err);
        CU_ASSERT_PTR_NULL(crop);
    }
    abl_volume_destroy(volume);
}

const char *const abl_test_suite = "imaging.volume";
CU_TestInfo abl_tests[] = {
    ABL_TEST(a_ramp_is_interpolated_exactly),
    ABL_TEST(outside_takes_the_border_value),
    ABL_TEST(one_voxel_can_be_sampled),
    ABL_TEST(a_volume_ends_half_a_voxel_after_its_centres),
    ABL_TEST(a_clone_shares_nothing),
    ABL_TEST(unusable_grids_are_refused),
    ABL_TEST(crops_outside_are_refused),
    CU_TEST_INFO_NULL,
};
