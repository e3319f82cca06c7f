/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_candidates.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.lesion_candidates";

static const double spacing_mm[3] = {1.25, 1.25, 2.5};

typedef struct scene {
    abl_volume *lesion, *liver;
    abl_candidates found;
} scene;

static bool make_scene(scene *s)
{
    const abl_grid grid = phantom_grid(65, 57, 29, spacing_mm);
    memset(s, 0, sizeof *s);
    s->lesion = phantom_volume(&grid, ABL_PIXEL_F32);
    s->liver = phantom_volume(&grid, ABL_PIXEL_U8);
    if (!s->lesion || !s->liver)
        return false;
    memset(abl_volume_u8(s->liver), 1, abl_grid_voxels(&grid));
    return true;
}

static void put(scene *s, double i_mm, double j_mm, double radius_mm, float top)
{
    const double centre_mm[3] = {i_mm, j_mm, 35};
    phantom_sphere(s->lesion, centre_mm, radius_mm, 3, top);
}

static size_t count(scene *s)
{
    abl_error err;
    abl_candidates_clear(&s->found);
    ABL_CHECK_OK(abl_candidates_find(&s->found, s->lesion, s->liver, &err),
                 &err);
    return s->found.count;
}

static void clear(scene *s)
{
    abl_volume_destroy(s->lesion);
    abl_volume_destroy(s->liver);
    abl_candidates_clear(&s->found);
}

static int label_at(const scene *s, double i_mm, double j_mm)
{
    return abl_volume_i32(s->found.labels)[abl_grid_offset(
        &s->found.labels->grid, (size_t)lround(i_mm / 1.25),
        (size_t)lround(j_mm / 1.25), 14)];
}

static void nothing_above_the_seed_is_nothing(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    CU_ASSERT_EQUAL(count(&s), 0);
    put(&s, 40, 35, 12, 0.49f);
    CU_ASSERT_EQUAL(count(&s), 0);
    put(&s, 40, 35, 12, 0.55f);
    CU_ASSERT_EQUAL(count(&s), 1);
    clear(&s);
}

static void candidate_spreads_down_to_the_lower_limit(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, 40, 35, 15, 0.35f);
    put(&s, 40, 35, 5, 0.9f);
    CU_ASSERT_EQUAL(count(&s), 1);
    CU_ASSERT_EQUAL(label_at(&s, 40 + 13, 35), 1);
    CU_ASSERT_EQUAL(label_at(&s, 40 + 18, 35), 0);
    clear(&s);
}

static void touching_balls_are_two(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, 25, 35, 10, 0.95f);
    put(&s, 44, 35, 9, 0.95f);
    CU_ASSERT_EQUAL_FATAL(count(&s), 2);
    CU_ASSERT(label_at(&s, 25, 35) != label_at(&s, 44, 35));
    CU_ASSERT(label_at(&s, 33, 35) == label_at(&s, 25, 35));
    CU_ASSERT(label_at(&s, 37, 35) == label_at(&s, 44, 35));
    clear(&s);
}

static void merged_balls_are_one(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, 25, 35, 10, 0.95f);
    put(&s, 36, 35, 9, 0.95f);
    CU_ASSERT_EQUAL(count(&s), 1);
    clear(&s);
}

static void small_bump_is_not_cut_off(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, 30, 35, 13, 0.95f);
    put(&s, 45, 35, 2.8, 0.95f);
    CU_ASSERT_EQUAL(count(&s), 1);
    clear(&s);
}

static void long_lesion_is_one(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    for (double i_mm = 15; i_mm <= 65; i_mm += 1)
        put(&s, i_mm, 35, 7, 0.95f);
    CU_ASSERT_EQUAL(count(&s), 1);
    clear(&s);
}

static void candidates_stay_in_the_liver(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, 40, 35, 10, 0.95f);
    for (size_t v = 0; v < abl_grid_voxels(&s.liver->grid); v++)
        abl_volume_u8(s.liver)[v] = v % 65 < 32;
    CU_ASSERT_EQUAL(count(&s), 1);
    CU_ASSERT_EQUAL(label_at(&s, 36, 35), 1);
    CU_ASSERT_EQUAL(label_at(&s, 43, 35), 0);
    memset(abl_volume_u8(s.liver), 0, abl_grid_voxels(&s.liver->grid));
    CU_ASSERT_EQUAL(count(&s), 0);
    clear(&s);
}

static void shape_at_the_border_is_found(void)
{
    scene s;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, 0, 0, 12, 0.95f);
    CU_ASSERT_EQUAL(count(&s), 1);
    clear(&s);
}

static void other_grids_are_refused(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    s.liver->grid.origin_lps[0] += 5;
    ABL_CHECK_FAILS(abl_candidates_find(&s.found, s.lesion, s.liver, &err),
                    ABL_E_GEOMETRY, "differ", &err);
    CU_ASSERT_PTR_NULL(s.found.labels);
    clear(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(nothing_above_the_seed_is_nothing),
    ABL_TEST(candidate_spreads_down_to_the_lower_limit),
    ABL_TEST(touching_balls_are_two),
    ABL_TEST(merged_balls_are_one),
    ABL_TEST(small_bump_is_not_cut_off),
    ABL_TEST(long_lesion_is_one),
    ABL_TEST(candidates_stay_in_the_liver),
    ABL_TEST(shape_at_the_border_is_found),
    ABL_TEST(other_grids_are_refused),
    CU_TEST_INFO_NULL,
};
