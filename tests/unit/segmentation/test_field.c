/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/field.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.field";

static const double spacing_mm[3] = {0.8, 1.1, 2.5};

/* A field that is the distance to a sphere, times a slope. */
static abl_volume *make_ball(double radius_mm, double slope)
{
    const abl_grid grid = phantom_grid(41, 33, 17, spacing_mm);
    const double centre_mm[3] = {15.7, 17.2, 19.9};
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; field && v < abl_grid_voxels(&grid); v++)
        abl_volume_f32(field)[v] =
            (float)(slope * phantom_depth_mm(&grid, v, centre_mm, radius_mm));
    return field;
}

/* Trilinear values of a convex shape's distance are a little low: 1.7 % of
 * the diameter at twice the slice spacing. */
static void volume_of_a_ball_is_right_below_a_voxel(void)
{
    for (double radius_mm = 4.9; radius_mm < 13; radius_mm += 2.6) {
        abl_volume *field = make_ball(radius_mm, 0.2);
        CU_ASSERT_PTR_NOT_NULL_FATAL(field);
        const double ml = abl_field_volume_ml(field);
        ABL_CHECK_NEAR(cbrt(6000 * ml / acos(-1)), 2 * radius_mm,
                       0.02 * 2 * radius_mm);
        abl_volume_destroy(field);
    }
}

static void edge_sd_follows_the_slope(void)
{
    const double grid_sd = sqrt((0.8 * 0.8 + 1.1 * 1.1 + 2.5 * 2.5) / 3 / 12);
    for (double slope = 0.2; slope < 0.9; slope += 0.3) {
        abl_volume *field = make_ball(11, slope);
        CU_ASSERT_PTR_NOT_NULL_FATAL(field);
        const double sd = 2 / (sqrt(2 * acos(-1)) * slope);
        ABL_CHECK_NEAR(abl_field_slope_sd_mm(field), sd, 0.05 * sd);
        ABL_CHECK_NEAR(abl_field_edge_sd_mm(field),
                       sqrt(sd * sd + grid_sd * grid_sd), 0.05 * sd);
        abl_volume_destroy(field);
    }
}

static void field_without_surface_states_half_a_diagonal(void)
{
    abl_volume *field = make_ball(-50, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    ABL_CHECK_NEAR(abl_field_edge_sd_mm(field),
                   abl_grid_half_diagonal_mm(&field->grid), 1e-9);
    ABL_CHECK_NEAR(abl_field_volume_ml(field), 0, 0);
    abl_volume_destroy(field);
}

static void boxes_end_where_the_mask_ends(void)
{
    const abl_grid grid = phantom_grid(9, 7, 5, spacing_mm);
    abl_volume *mask = phantom_volume(&grid, ABL_PIXEL_U8);
    abl_box box;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mask);
    CU_ASSERT_FALSE(abl_mask_box(&box, mask));
    abl_volume_u8(mask)[abl_grid_offset(&grid, 2, 6, 1)] = 3;
    abl_volume_u8(mask)[abl_grid_offset(&grid, 7, 4, 4)] = 9;
    CU_ASSERT_TRUE(abl_mask_box(&box, mask));
    CU_ASSERT(box.lo[0] == 2 && box.hi[0] == 7);
    CU_ASSERT(box.lo[1] == 4 && box.hi[1] == 6);
    CU_ASSERT(box.lo[2] == 1 && box.hi[2] == 4);
    CU_ASSERT_TRUE(abl_label_box(&box, mask, 9));
    CU_ASSERT(box.lo[0] == 7 && box.hi[1] == 4 && box.lo[2] == 4);
    CU_ASSERT_FALSE(abl_label_box(&box, mask, 4));
    CU_ASSERT_TRUE(abl_label_box(&box, mask, 3));
    abl_box_grow_mm(&box, &grid, 2.0);
    CU_ASSERT(box.lo[0] == 0 && box.hi[0] == 5);
    CU_ASSERT(box.lo[1] == 4 && box.hi[1] == 6);
    CU_ASSERT(box.lo[2] == 0 && box.hi[2] == 2);
    abl_volume_destroy(mask);
}

static void reconciled_sign_is_the_mask(void)
{
    abl_volume *field = make_ball(9, 0.1), *mask = NULL;
    abl_error err;
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    ABL_CHECK_OK(abl_field_mask(&mask, field, &err), &err);
    const size_t hole = abl_grid_offset(&field->grid, 20, 16, 8);
    const size_t far = abl_grid_offset(&field->grid, 1, 1, 1);
    abl_volume_u8(mask)[hole] = 0;
    abl_volume_u8(mask)[far] = 1;
    abl_field_reconcile(field, mask);
    ABL_CHECK_NEAR(abl_volume_f32(field)[hole], -ABL_FIELD_EPS, 0);
    ABL_CHECK_NEAR(abl_volume_f32(field)[far], ABL_FIELD_EPS, 0);
    for (size_t v = 0; v < abl_grid_voxels(&field->grid); v++)
        if ((abl_volume_f32(field)[v] > 0) != (abl_volume_u8(mask)[v] != 0))
            CU_FAIL("sign and mask differ");
    abl_volume_destroy(field);
    abl_volume_destroy(mask);
}

static void trimmed_field_keeps_its_place(void)
{
    abl_volume *field = make_ball(5, 0.1), *part = NULL;
    abl_error err;
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    ABL_CHECK_OK(abl_field_trim(&part, field, 2, &err), &err);
    CU_ASSERT(part->grid.size[0] < 20 && part->grid.size[2] < 10);
    const double lps[3] = {-87.3 + 15.7 + 5.0, 41.9 + 17.2, -512.6 + 19.9};
    ABL_CHECK_NEAR(abl_volume_sample_lps(part, lps),
                   abl_volume_sample_lps(field, lps), 1e-5);
    ABL_CHECK_NEAR(abl_volume_sample_lps(part, lps), 0, 0.01);
    abl_volume_destroy(part);
    abl_volume_destroy(field);
    field = make_ball(-50, 1);
    ABL_CHECK_FAILS(abl_field_trim(&part, field, 2, &err), ABL_E_INVALID,
                    "nowhere positive", &err);
    CU_ASSERT_PTR_NULL(part);
    abl_volume_destroy(field);
}

/* Rows through taps against trilinear sampling at the same places. */
static void rows_are_trilinear(void)
{
    abl_volume *field = make_ball(9, 0.1);
    const double fine_mm[3] = {0.53, 0.71, 0.9};
    abl_grid target = phantom_grid(70, 60, 60, fine_mm);
    target.origin_lps[0] -= 3.1;
    target.origin_lps[2] += 4.4;
    abl_field_taps taps;
    abl_error err;
    bool meets = false;
    float row[70];
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    ABL_CHECK_OK(
        abl_field_taps_make(&taps, &meets, &field->grid, &target, &err), &err);
    CU_ASSERT_FATAL(meets);
    CU_ASSERT(taps.box.lo[0] > 0);
    for (size_t k = taps.box.lo[2]; k <= taps.box.hi[2]; k += 3)
        for (size_t j = taps.box.lo[1]; j <= taps.box.hi[1]; j += 5) {
            abl_field_row(row, field, &taps, j, k);
            for (size_t i = taps.box.lo[0]; i <= taps.box.hi[0]; i += 7) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, &target, ijk);
                ABL_CHECK_NEAR(row[i - taps.box.lo[0]],
                               abl_volume_sample_lps(field, lps), 1e-4);
            }
        }
    abl_field_taps_clear(&taps);
    abl_volume_destroy(field);
}

static void one_slice_fields_are_read(void)
{
    const abl_grid grid = phantom_grid(5, 4, 1, spacing_mm);
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    abl_field_taps taps;
    abl_error err;
    bool meets = false;
    float row[5];
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    for (size_t v = 0; v < 20; v++)
        abl_volume_f32(field)[v] = (float)v;
    ABL_CHECK_OK(abl_field_taps_make(&taps, &meets, &grid, &grid, &err), &err);
    abl_field_row(row, field, &taps, 3, 0);
    for (size_t i = 0; i < 5; i++)
        ABL_CHECK_NEAR(row[i], 15 + (double)i, 1e-6);
    abl_field_taps_clear(&taps);
    abl_volume_destroy(field);
}

static void grids_that_do_not_meet_have_no_overlap(void)
{
    const abl_grid grid = phantom_grid(9, 7, 5, spacing_mm);
    abl_grid other = grid;
    abl_field_taps taps;
    abl_error err;
    abl_box box;
    bool meets = true;
    other.origin_lps[1] += 7 * 1.1 + 1;
    CU_ASSERT_FALSE(abl_box_of_overlap(&box, &grid, &other));
    ABL_CHECK_OK(abl_field_taps_make(&taps, &meets, &grid, &other, &err), &err);
    CU_ASSERT_FALSE(meets);
    abl_field_taps_clear(&taps);
    other.origin_lps[1] = grid.origin_lps[1] + 6 * 1.1;
    CU_ASSERT_TRUE(abl_box_of_overlap(&box, &grid, &other));
    CU_ASSERT(box.lo[1] == 6 && box.hi[1] == 6);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(volume_of_a_ball_is_right_below_a_voxel),
    ABL_TEST(edge_sd_follows_the_slope),
    ABL_TEST(field_without_surface_states_half_a_diagonal),
    ABL_TEST(boxes_end_where_the_mask_ends),
    ABL_TEST(reconciled_sign_is_the_mask),
    ABL_TEST(trimmed_field_keeps_its_place),
    ABL_TEST(rows_are_trilinear),
    ABL_TEST(one_slice_fields_are_read),
    ABL_TEST(grids_that_do_not_meet_have_no_overlap),
    CU_TEST_INFO_NULL,
};
