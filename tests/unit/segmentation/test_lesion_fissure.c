/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_fissure.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.lesion_fissure";

typedef struct scene {
    abl_volume *outside, *hu, *liver;
} scene;

static const double spacing_mm[3] = {0.8, 0.8, 2.5};

/* A lesion of 12 mm at 25 mm along i; liver of 110 HU everywhere. */
static scene make_scene(void)
{
    const double centre_mm[3] = {25, 20, 20};
    const abl_grid grid = phantom_grid(80, 50, 17, spacing_mm);
    scene s = {phantom_volume(&grid, ABL_PIXEL_F32),
               phantom_volume(&grid, ABL_PIXEL_F32),
               phantom_volume(&grid, ABL_PIXEL_F32)};
    CU_ASSERT_FATAL(s.outside && s.hu && s.liver);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        const double depth_mm = phantom_depth_mm(&grid, v, centre_mm, 6);
        abl_volume_f32(s.outside)[v] = (float)-depth_mm;
        abl_volume_f32(s.hu)[v] = depth_mm > 0 ? 55 : 110;
        abl_volume_f32(s.liver)[v] = 1;
    }
    return s;
}

/* Fills a layer across i that is no liver, but not the lesion. */
static void put_layer(scene *s, double from_mm, double to_mm, float hu)
{
    const size_t ni = s->hu->grid.size[0];
    for (size_t v = 0; v < abl_grid_voxels(&s->hu->grid); v++) {
        const double mm = (double)(v % ni) * spacing_mm[0];
        if (mm < from_mm || mm > to_mm || !(abl_volume_f32(s->outside)[v] > 0))
            continue;
        abl_volume_f32(s->hu)[v] = hu;
        abl_volume_f32(s->liver)[v] = -1;
    }
}

static double share_and_clear(scene *s)
{
    const double share = abl_fissure_share(s->outside, s->hu, s->liver);
    abl_volume_destroy(s->outside);
    abl_volume_destroy(s->hu);
    abl_volume_destroy(s->liver);
    return share;
}

static void lesion_inside_the_liver_is_beside_no_cleft(void)
{
    scene s = make_scene();
    CU_ASSERT_EQUAL(share_and_clear(&s), 0);
}

static void lesion_in_a_cleft_with_fat_is_doubted(void)
{
    scene s = make_scene();
    put_layer(&s, 23, 27, -80);
    CU_ASSERT(share_and_clear(&s) > 3 * ABL_FISSURE_SHARE);
    s = make_scene();
    put_layer(&s, 32, 35, -80);
    CU_ASSERT(share_and_clear(&s) > ABL_FISSURE_SHARE);
}

static void fat_on_the_outer_surface_is_no_cleft(void)
{
    scene s = make_scene();
    put_layer(&s, 27, 80, -80);
    CU_ASSERT(share_and_clear(&s) < ABL_FISSURE_SHARE);
    s = make_scene();
    put_layer(&s, 32, 80, -80);
    CU_ASSERT_EQUAL(share_and_clear(&s), 0);
}

static void cleft_must_be_near_and_hold_fat(void)
{
    scene s = make_scene();
    put_layer(&s, 35, 38, -80);
    CU_ASSERT_EQUAL(share_and_clear(&s), 0);
    s = make_scene();
    put_layer(&s, 32, 35, 20);
    CU_ASSERT_EQUAL(share_and_clear(&s), 0);
}

static void no_lesion_has_no_share(void)
{
    scene s = make_scene();
    for (size_t v = 0; v < abl_grid_voxels(&s.hu->grid); v++)
        abl_volume_f32(s.outside)[v] = 2;
    put_layer(&s, 23, 27, -80);
    CU_ASSERT_EQUAL(share_and_clear(&s), 0);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(lesion_inside_the_liver_is_beside_no_cleft),
    ABL_TEST(lesion_in_a_cleft_with_fat_is_doubted),
    ABL_TEST(fat_on_the_outer_surface_is_no_cleft),
    ABL_TEST(cleft_must_be_near_and_hold_fat),
    ABL_TEST(no_lesion_has_no_share),
    CU_TEST_INFO_NULL,
};
