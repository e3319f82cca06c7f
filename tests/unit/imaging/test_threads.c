/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/threads.h"

#include "imaging/distance.h"
#include "imaging/resample.h"
#include "tests/unit/imaging/volumes.h"

abl_status plain_gaussian(abl_volume **out, const abl_volume *in,
                          const double sigma_mm[3], abl_error *err);
abl_status plain_resample(abl_volume **out, const abl_volume *in,
                          const abl_grid *grid, abl_error *err);
abl_status plain_distance_signed(abl_volume **out, const abl_volume *mask,
                                 abl_error *err);

static void expect_same_bits(abl_volume *ours, abl_volume *plain)
{
    CU_ASSERT_EQUAL(count_differences(ours, plain), 0);
    abl_volume_destroy(ours);
    abl_volume_destroy(plain);
}

static void smoothing_has_the_same_bits_on_every_processor(void)
{
    abl_error err;
    abl_grid grid = odd_grid(203, 53, 17);
    abl_volume *in = random_image(&grid, ABL_PIXEL_I16, 5);
    const double sigma_mm[3] = {2, 1.1, 4};
    abl_volume *ours = NULL, *plain = NULL;
    ABL_CHECK_OK(abl_gaussian(&ours, in, sigma_mm, &err), &err);
    ABL_CHECK_OK(plain_gaussian(&plain, in, sigma_mm, &err), &err);
    expect_same_bits(ours, plain);
    abl_volume_destroy(in);
}

static void resampling_has_the_same_bits_on_every_processor(void)
{
    abl_error err;
    abl_grid grid = odd_grid(203, 53, 17), target;
    abl_volume *in = random_image(&grid, ABL_PIXEL_F32, 6);
    const double spacings[3][3] = {
        {2.5, 2.5, 3}, {0.31, 0.4, 1.1}, {1.9, 0.4, 7}};
    for (int s = 0; s < 3; s++) {
        abl_volume *ours = NULL, *plain = NULL;
        ABL_CHECK_OK(abl_grid_respace(&target, &grid, spacings[s], &err), &err);
        ABL_CHECK_OK(abl_resample(&ours, in, &target, &err), &err);
        ABL_CHECK_OK(plain_resample(&plain, in, &target, &err), &err);
        expect_same_bits(ours, plain);
    }
    abl_volume_destroy(in);
}

static void distances_have_the_same_bits_on_every_processor(void)
{
    abl_error err;
    abl_grid grid = odd_grid(203, 53, 17);
    abl_volume *masks[2] = {random_mask(&grid, 1, 7), blob_mask(&grid, 6, 8)};
    for (int m = 0; m < 2; m++) {
        abl_volume *ours = NULL, *plain = NULL;
        ABL_CHECK_OK(abl_distance_signed(&ours, masks[m], &err), &err);
        ABL_CHECK_OK(plain_distance_signed(&plain, masks[m], &err), &err);
        expect_same_bits(ours, plain);
        abl_volume_destroy(masks[m]);
    }
}

static void the_number_of_threads_is_bounded(void)
{
    abl_threads_set(3);
    CU_ASSERT_EQUAL(abl_threads_get(), 3);
    abl_threads_set(100000);
    CU_ASSERT_EQUAL(abl_threads_get(), 256);
    abl_threads_set(-5);
    CU_ASSERT_TRUE(abl_threads_get() >= 1);
    abl_threads_set(0);
    CU_ASSERT_TRUE(abl_threads_get() >= 1);
}

const char *const abl_test_suite = "imaging.threads";
CU_TestInfo abl_tests[] = {
    ABL_TEST(smoothing_has_the_same_bits_on_every_processor),
    ABL_TEST(resampling_has_the_same_bits_on_every_processor),
    ABL_TEST(distances_have_the_same_bits_on_every_processor),
    ABL_TEST(the_number_of_threads_is_bounded),
    CU_TEST_INFO_NULL,
};
