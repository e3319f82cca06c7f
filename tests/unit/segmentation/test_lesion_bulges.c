/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_bulges.h"

#include "segmentation/field.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.lesion_bulges";

/* Two balls whose centres are @p apart_mm apart along i; radius 0: one. */
static abl_volume *balls(const double spacing_mm[3], double radius_mm,
                         double other_mm, double apart_mm)
{
    const size_t n[3] = {(size_t)(110 / spacing_mm[0]),
                         (size_t)(60 / spacing_mm[1]),
                         (size_t)(60 / spacing_mm[2])};
    const abl_grid grid = phantom_grid(n[0], n[1], n[2], spacing_mm);
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    const double first_mm[3] = {30, 30, 30};
    const double second_mm[3] = {30 + apart_mm, 30, 30};
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    float *f = abl_volume_f32(field);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        const double a = phantom_depth_mm(&grid, v, first_mm, radius_mm);
        const double b = phantom_depth_mm(&grid, v, second_mm, other_mm);
        const double depth = other_mm > 0 && b > a ? b : a;
        f[v] = (float)fmax(-1, fmin(1, depth / 2));
    }
    return field;
}

static size_t count(const double spacing_mm[3], double radius_mm,
                    double other_mm, double apart_mm)
{
    abl_error err;
    abl_lesion_bulges found;
    abl_volume *field = balls(spacing_mm, radius_mm, other_mm, apart_mm);
    ABL_CHECK_OK(abl_lesion_bulges_find(&found, field, &err), &err);
    const size_t bulges = found.count;
    CU_ASSERT_EQUAL(found.fields[0] != NULL, bulges > 1);
    CU_ASSERT_EQUAL(found.fields[1] != NULL, bulges > 1);
    abl_lesion_bulges_clear(&found);
    abl_volume_destroy(field);
    return bulges;
}

static const double fine_mm[3] = {0.8, 0.8, 1}, usual_mm[3] = {0.7, 0.7, 2.5},
                    thick_mm[3] = {0.8, 0.8, 5};

static void ball_is_one(void)
{
    CU_ASSERT_EQUAL(count(fine_mm, 3, 0, 0), 1);
    CU_ASSERT_EQUAL(count(fine_mm, 15, 0, 0), 1);
    CU_ASSERT_EQUAL(count(usual_mm, 15, 0, 0), 1);
    CU_ASSERT_EQUAL(count(thick_mm, 5, 0, 0), 1);
    CU_ASSERT_EQUAL(count(thick_mm, 25, 0, 0), 1);
}

static void wide_neck_may_be_two(void)
{
    CU_ASSERT_EQUAL(count(fine_mm, 13, 13, 19), 2);
    CU_ASSERT_EQUAL(count(usual_mm, 13, 13, 19), 2);
    CU_ASSERT_EQUAL(count(thick_mm, 13, 13, 19), 2);
    CU_ASSERT_EQUAL(count(usual_mm, 13, 7, 17), 2);
}

static void bulge_without_a_neck_is_one(void)
{
    CU_ASSERT_EQUAL(count(fine_mm, 13, 13, 8), 1);
    CU_ASSERT_EQUAL(count(usual_mm, 13, 13, 8), 1);
    CU_ASSERT_EQUAL(count(usual_mm, 14, 2.5, 15), 1);
}

static double longest_along_i_mm(const abl_volume *field)
{
    abl_volume *mask = NULL;
    abl_box box = {{0, 0, 0}, {0, 0, 0}};
    CU_ASSERT_EQUAL(abl_field_mask(&mask, field, NULL), ABL_OK);
    CU_ASSERT(mask && abl_mask_box(&box, mask));
    abl_volume_destroy(mask);
    return (double)(box.hi[0] + 1 - box.lo[0]) * field->grid.spacing_mm[0];
}

static void parts_are_measured_apart_and_nothing_is_lost(void)
{
    abl_error err;
    abl_lesion_bulges found;
    abl_volume *field = balls(usual_mm, 14, 8, 19);
    ABL_CHECK_OK(abl_lesion_bulges_find(&found, field, &err), &err);
    CU_ASSERT_EQUAL_FATAL(found.count, 2);
    const double all = abl_field_volume_ml(field);
    const double first = abl_field_volume_ml(found.fields[0]);
    const double second = abl_field_volume_ml(found.fields[1]);
    CU_ASSERT(first > second);
    ABL_CHECK_NEAR(first + second, all, 0.02 * all);
    ABL_CHECK_NEAR(longest_along_i_mm(found.fields[0]), 28, 3);
    ABL_CHECK_NEAR(longest_along_i_mm(found.fields[1]), 13, 3);
    for (size_t v = 0; v < abl_grid_voxels(&field->grid); v++)
        CU_ASSERT(!(abl_volume_f32(found.fields[0])[v] > 0 &&
                    abl_volume_f32(found.fields[1])[v] > 0));
    abl_lesion_bulges_clear(&found);
    abl_volume_destroy(field);
}

static void empty_field_has_no_bulges(void)
{
    abl_error err;
    abl_lesion_bulges found;
    abl_volume *field = balls(usual_mm, -9, 0, 0);
    ABL_CHECK_OK(abl_lesion_bulges_find(&found, field, &err), &err);
    CU_ASSERT(found.count <= 1);
    CU_ASSERT_PTR_NULL(found.fields[0]);
    abl_lesion_bulges_clear(&found);
    abl_volume_destroy(field);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(ball_is_one),
    ABL_TEST(wide_neck_may_be_two),
    ABL_TEST(bulge_without_a_neck_is_one),
    ABL_TEST(parts_are_measured_apart_and_nothing_is_lost),
    ABL_TEST(empty_field_has_no_bulges),
    CU_TEST_INFO_NULL,
};
