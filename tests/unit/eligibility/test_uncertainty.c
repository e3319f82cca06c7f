/* Half-widths against values worked out by hand from the header's formulas.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "eligibility/uncertainty.h"

#include "tests/unit/check.h"

static const abl_edge network = {.sd_mm = 1};
static const abl_edge label = {.sd_mm = 9, .step_mm = 0.8, .label_mm = 0.8};

static void longest_diameter_has_its_value_in_a_slice_and_in_space(void)
{
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter(30, &network), 4.0264,
                           1e-3);
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter_3d(30, &network), 4.5250,
                           1e-3);
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter(10, &network), 3.3638,
                           1e-3);
}

static void larger_lesions_have_wider_intervals_but_not_those_of_labels(void)
{
    for (double mm = 10; mm < 50; mm += 5) {
        CU_ASSERT(abl_uncertainty_of_diameter(mm + 5, &network) >
                  abl_uncertainty_of_diameter(mm, &network));
        CU_ASSERT(abl_uncertainty_of_diameter_3d(mm + 5, &network) >
                  abl_uncertainty_of_diameter_3d(mm, &network));
        CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter(mm, &label), 0.36437,
                               1e-4);
    }
}

/* Nobody saw how it goes on. */
static void intervals_grow_no_further_than_was_seen(void)
{
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter_3d(50, &network), 5.987,
                           1e-3);
    CU_ASSERT_EQUAL(abl_uncertainty_of_diameter_3d(118, &network),
                    abl_uncertainty_of_diameter_3d(60, &network));
    CU_ASSERT_EQUAL(abl_uncertainty_of_diameter(118, &network),
                    abl_uncertainty_of_diameter(60, &network));
}

static void ends_of_a_short_diameter_err_together(void)
{
    const double near = abl_uncertainty_of_diameter(0.001, &network);
    CU_ASSERT_DOUBLE_EQUAL(near, 1.96 * 2.04939, 1e-3);
    CU_ASSERT(near > abl_uncertainty_of_diameter(10, &network));
}

static void half_widths_follow_the_surface_and_the_voxel(void)
{
    const abl_edge vague = {.sd_mm = 2}, sampled = {.step_mm = 2};
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter(30, &vague),
                           2 * abl_uncertainty_of_diameter(30, &network), 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_diameter(30, &sampled), 0.27719,
                           1e-4);
}

static void distance_adds_the_variances_of_both_surfaces(void)
{
    const abl_edge edges[2] = {{.sd_mm = 0.6}, {.sd_mm = 0.8}};
    const abl_edge mixed[2] = {label, {.sd_mm = 0.9}};
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_distance(edges), 1.96, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_distance(mixed), 1.7795, 1e-3);
}

static void volume_averages_what_is_not_common(void)
{
    const double area_mm2 = 1256.637, voxel_mm[3] = {0.8, 0.8, 2};
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_volume(area_mm2, 1, 0), 1397.5,
                           0.5);
    CU_ASSERT_DOUBLE_EQUAL(abl_uncertainty_of_label_volume(area_mm2, voxel_mm),
                           36.74, 0.02);
}

const char *const abl_test_suite = "eligibility.uncertainty";
CU_TestInfo abl_tests[] = {
    ABL_TEST(longest_diameter_has_its_value_in_a_slice_and_in_space),
    ABL_TEST(larger_lesions_have_wider_intervals_but_not_those_of_labels),
    ABL_TEST(intervals_grow_no_further_than_was_seen),
    ABL_TEST(ends_of_a_short_diameter_err_together),
    ABL_TEST(half_widths_follow_the_surface_and_the_voxel),
    ABL_TEST(distance_adds_the_variances_of_both_surfaces),
    ABL_TEST(volume_averages_what_is_not_common),
    CU_TEST_INFO_NULL,
};
