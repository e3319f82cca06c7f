/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/distance.h"

#include "imaging/oracle.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/volumes.h"

static abl_volume *map_of(const abl_volume *mask)
{
    abl_error err;
    abl_volume *map = NULL;
    ABL_CHECK_OK(abl_distance_map(&map, mask, &err), &err);
    return map;
}

static double squared_mm(const abl_grid *grid, size_t a, size_t b)
{
    size_t ni = grid->size[0], nj = grid->size[1];
    double di = (double)(a % ni) - (double)(b % ni);
    double dj = (double)(a / ni % nj) - (double)(b / ni % nj);
    double dk = (double)(a / ni / nj) - (double)(b / ni / nj);
    di *= grid->spacing_mm[0];
    dj *= grid->spacing_mm[1];
    dk *= grid->spacing_mm[2];
    return di * di + dj * dj + dk * dk;
}

/* Largest error against every pair of voxels. */
static double brute_force_error(const abl_volume *map, const abl_volume *mask)
{
    double worst = 0;
    size_t voxels = abl_grid_voxels(&mask->grid);
    for (size_t n = 0; n < voxels; n++) {
        double best = INFINITY;
        for (size_t q = 0; q < voxels; q++)
            if (abl_volume_u8(mask)[q])
                best = fmin(best, squared_mm(&mask->grid, n, q));
        worst = fmax(worst, fabs(sqrt(best) - (double)abl_volume_f32(map)[n]));
    }
    return worst;
}

static void every_voxel_has_its_exact_distance(void)
{
    const size_t sizes[][3] = {{19, 17, 7}, {1, 13, 9}, {13, 1, 9}, {13, 9, 1},
                               {1, 1, 31},  {2, 2, 2},  {1, 1, 1}};
    const unsigned percent[] = {1, 20, 90};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t p = 0; p < 3; p++) {
            abl_grid grid = odd_grid(sizes[s][0], sizes[s][1], sizes[s][2]);
            abl_volume *mask = random_mask(&grid, percent[p], 11 + s);
            abl_volume_u8(mask)[abl_grid_voxels(&grid) / 2] = 1;
            abl_volume *map = map_of(mask);
            ABL_CHECK_NEAR(brute_force_error(map, mask), 0, 1e-5);
            abl_volume_destroy(map);
            abl_volume_destroy(mask);
        }
}

static void one_corner_voxel_reaches_everywhere(void)
{
    abl_grid grid = odd_grid(31, 23, 9);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(mask)[abl_grid_offset(&grid, 30, 0, 8)] = 255;
    abl_volume *map = map_of(mask);
    ABL_CHECK_NEAR(brute_force_error(map, mask), 0, 1e-5);
    abl_volume_destroy(map);
    abl_volume_destroy(mask);
}

static void long_and_extreme_axes_stay_exact(void)
{
    abl_grid grid = abl_grid_axial(9000, 2, 3, 0.05, 100, 0.01);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(mask)[8999] = 1;
    abl_volume *map = map_of(mask);
    const float *mm = abl_volume_f32(map);
    ABL_CHECK_NEAR(mm[0], 449.95, 3e-5);
    ABL_CHECK_NEAR(mm[9000], sqrt(449.95 * 449.95 + 1e4), 3e-5);
    ABL_CHECK_NEAR(mm[5 * 9000 + 8999], sqrt(1e4 + 0.02 * 0.02), 3e-5);
    abl_volume_destroy(map);
    abl_volume_destroy(mask);
}

static void an_empty_mask_is_infinitely_far(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 8, 7);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8), *in_mm = NULL;
    abl_volume *map = map_of(mask);
    ABL_CHECK_OK(abl_distance_signed(&in_mm, mask, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        CU_ASSERT_EQUAL(abl_volume_f32(map)[n], ABL_DISTANCE_NONE);
        CU_ASSERT_EQUAL(abl_volume_f32(in_mm)[n], ABL_DISTANCE_NONE);
    }
    abl_volume_destroy(map);
    abl_volume_destroy(in_mm);
    abl_volume_destroy(mask);
}

static void a_full_mask_is_infinitely_deep(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 8, 7);
    abl_volume *mask = random_mask(&grid, 100, 1), *in_mm = NULL;
    abl_volume *map = map_of(mask);
    ABL_CHECK_OK(abl_distance_signed(&in_mm, mask, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        CU_ASSERT_EQUAL(abl_volume_f32(map)[n], 0);
        CU_ASSERT_EQUAL(abl_volume_f32(in_mm)[n], -ABL_DISTANCE_NONE);
    }
    abl_volume_destroy(map);
    abl_volume_destroy(in_mm);
    abl_volume_destroy(mask);
}

static void invert(abl_volume *mask)
{
    for (size_t n = 0; n < abl_grid_voxels(&mask->grid); n++)
        abl_volume_u8(mask)[n] = !abl_volume_u8(mask)[n];
}

/* Outside values only: inside, ITK measures to the object's edge voxels. */
static void compare_outside(const abl_volume *in_mm, const abl_volume *mask,
                            double sign)
{
    abl_error err;
    abl_volume *oracle = NULL;
    double worst = 0;
    ABL_CHECK_OK(abl_oracle_distance(&oracle, mask, &err), &err);
    for (size_t n = 0; oracle && n < abl_grid_voxels(&mask->grid); n++)
        if (!abl_volume_u8(mask)[n])
            worst = fmax(worst, fabs(sign * (double)abl_volume_f32(in_mm)[n] -
                                     (double)abl_volume_f32(oracle)[n]));
    ABL_CHECK_NEAR(worst, 0, 3e-5);
    abl_volume_destroy(oracle);
}

static void signed_distance_agrees_with_itk(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *masks[] = {random_mask(&grid, 1, 5), random_mask(&grid, 30, 6),
                           random_mask(&grid, 99, 7), blob_mask(&grid, 5, 8)};
    for (size_t m = 0; m < 4; m++) {
        abl_volume *in_mm = NULL;
        ABL_CHECK_OK(abl_distance_signed(&in_mm, masks[m], &err), &err);
        compare_outside(in_mm, masks[m], 1);
        invert(masks[m]);
        compare_outside(in_mm, masks[m], -1);
        abl_volume_destroy(in_mm);
        abl_volume_destroy(masks[m]);
    }
}

static void a_limit_only_removes_what_is_farther(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *mask = blob_mask(&grid, 2, 21), *within = NULL;
    abl_volume *map = map_of(mask);
    const double limits[] = {0, 2.1, 7};
    for (size_t m = 0; m < 3; m++) {
        ABL_CHECK_OK(abl_distance_map_within(&within, mask, limits[m], &err),
                     &err);
        size_t wrong = 0;
        for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
            float full = abl_volume_f32(map)[n];
            float expected =
                (double)full > limits[m] + 1e-5 ? ABL_DISTANCE_NONE : full;
            wrong += abl_volume_f32(within)[n] != expected;
        }
        CU_ASSERT_EQUAL(wrong, 0);
        abl_volume_destroy(within);
    }
    abl_volume_destroy(map);
    abl_volume_destroy(mask);
}

static void depth_is_the_map_of_the_background(void)
{
    abl_error err;
    abl_grid grid = odd_grid(31, 23, 9);
    abl_volume *mask = blob_mask(&grid, 3, 4), *depth = NULL;
    ABL_CHECK_OK(abl_distance_to_background(&depth, mask, INFINITY, &err),
                 &err);
    invert(mask);
    abl_volume *map = map_of(mask);
    CU_ASSERT_EQUAL(count_differences(depth, map), 0);
    abl_volume_destroy(depth);
    abl_volume_destroy(map);
    abl_volume_destroy(mask);
}

static void threads_do_not_change_a_bit(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *mask = blob_mask(&grid, 4, 9), *maps[2] = {NULL, NULL};
    for (int threads = 1; threads <= 2; threads++) {
        abl_threads_set(threads);
        ABL_CHECK_OK(abl_distance_signed(&maps[threads - 1], mask, &err), &err);
    }
    CU_ASSERT_EQUAL(count_differences(maps[0], maps[1]), 0);
    abl_volume_destroy(maps[0]);
    abl_volume_destroy(maps[1]);
    abl_volume_destroy(mask);
}

static void other_pixels_and_bad_limits_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(4, 4, 4);
    abl_volume *image = new_volume(&grid, ABL_PIXEL_I16);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume *map = mask;
    ABL_CHECK_FAILS(abl_distance_map(&map, image, &err), ABL_E_INVALID, "8-bit",
                    &err);
    CU_ASSERT_PTR_NULL(map);
    ABL_CHECK_FAILS(abl_distance_signed(&map, image, &err), ABL_E_INVALID,
                    "8-bit", &err);
    ABL_CHECK_FAILS(abl_distance_map_within(&map, mask, -1, &err),
                    ABL_E_INVALID, "-1 mm", &err);
    ABL_CHECK_FAILS(abl_distance_map_within(&map, mask, NAN, &err),
                    ABL_E_INVALID, "nan mm", &err);
    ABL_CHECK_FAILS(abl_distance_to_background(&map, mask, NAN, &err),
                    ABL_E_INVALID, "nan mm", &err);
    CU_ASSERT_PTR_NULL(map);
    abl_volume_destroy(image);
    abl_volume_destroy(mask);
}

const char *const abl_test_suite = "imaging.distance";
CU_TestInfo abl_tests[] = {
    ABL_TEST(every_voxel_has_its_exact_distance),
    ABL_TEST(one_corner_voxel_reaches_everywhere),
    ABL_TEST(long_and_extreme_axes_stay_exact),
    ABL_TEST(an_empty_mask_is_infinitely_far),
    ABL_TEST(a_full_mask_is_infinitely_deep),
    ABL_TEST(signed_distance_agrees_with_itk),
    ABL_TEST(a_limit_only_removes_what_is_farther),
    ABL_TEST(depth_is_the_map_of_the_background),
    ABL_TEST(threads_do_not_change_a_bit),
    ABL_TEST(other_pixels_and_bad_limits_are_refused),
    CU_TEST_INFO_NULL,
};
