/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/touching.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "eligibility.touching";

/* Balls of 26 and 14 mm whose centres are @p apart_mm apart. */
static abl_volume *pair(double apart_mm)
{
    static const double spacing_mm[3] = {0.7, 0.7, 1.5};
    const abl_grid grid = phantom_grid(90, 60, 28, spacing_mm);
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    const double first_mm[3] = {20, 20, 20};
    const double second_mm[3] = {20 + apart_mm, 20, 20};
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
        abl_volume_f32(field)[v] = (float)fmax(
            -2, fmin(2, fmax(phantom_depth_mm(&grid, v, first_mm, 13),
                             phantom_depth_mm(&grid, v, second_mm, 7))));
    return field;
}

static abl_touching measure(double apart_mm, const char *origin)
{
    abl_error err;
    abl_touching found;
    abl_lesion lesion = {
        .field = pair(apart_mm), .edge_sd_mm = 0.5, .origin = origin};
    ABL_CHECK_OK(abl_touching_measure(&found, &lesion, &err), &err);
    abl_volume_destroy(lesion.field);
    return found;
}

static void joined_pair_has_two_readings(void)
{
    const abl_touching found = measure(17, "lesion_ct");
    CU_ASSERT_EQUAL_FATAL(found.count, 2);
    CU_ASSERT(found.longest_mm[0].measured && found.longest_mm[1].measured);
    ABL_CHECK_NEAR(found.longest_mm[0].value, 26, 1.5);
    ABL_CHECK_NEAR(found.longest_mm[1].value, 14, 1.5);
    CU_ASSERT(found.longest_mm[0].uncertainty > 0);
}

static void outline_without_a_neck_has_one_reading(void)
{
    const abl_touching found = measure(6, "lesion_ct");
    CU_ASSERT_EQUAL(found.count, 1);
    CU_ASSERT(!found.longest_mm[0].measured);
}

static void outline_of_somebody_else_is_taken_as_it_is(void)
{
    CU_ASSERT_EQUAL(measure(17, "imported").count, 0);
    CU_ASSERT_EQUAL(measure(17, "edited").count, 0);
    CU_ASSERT_EQUAL(measure(17, NULL).count, 0);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(joined_pair_has_two_readings),
    ABL_TEST(outline_without_a_neck_has_one_reading),
    ABL_TEST(outline_of_somebody_else_is_taken_as_it_is),
    CU_TEST_INFO_NULL,
};
