/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/noise.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.noise";

typedef struct scene {
    abl_volume *image, *liver, *lesion;
} scene;

/* A ball of liver of this radius, 106 HU with a slope, noise and vessels. */
static bool make_scene(scene *s, double radius_mm, double sd, bool vessels)
{
    const double native_mm[3] = {0.9, 0.8, 3.0}, net_mm[3] = {1.3, 1.2, 2.4};
    const double centre_mm[3] = {45, 44, 42};
    const abl_grid native = phantom_grid(101, 111, 29, native_mm);
    const abl_grid net = phantom_grid(71, 75, 37, net_mm);
    uint64_t state = 7;
    s->image = phantom_volume(&native, ABL_PIXEL_I16);
    s->liver = phantom_volume(&net, ABL_PIXEL_F32);
    s->lesion = phantom_volume(&net, ABL_PIXEL_F32);
    if (!s->image || !s->liver || !s->lesion)
        return false;
    for (size_t v = 0; v < abl_grid_voxels(&net); v++)
        abl_volume_f32(s->liver)[v] =
            (float)phantom_depth_mm(&net, v, centre_mm, radius_mm) / 10;
    for (size_t v = 0; v < abl_grid_voxels(&native); v++) {
        const size_t i = v % 101, j = v / 101 % 111;
        const bool inside =
            phantom_depth_mm(&native, v, centre_mm, radius_mm) > 0;
        double hu = inside ? 106 + 0.2 * ((double)i - 50) : -300;
        if (vessels && i % 25 < 4 && j % 25 < 4)
            hu += 60;
        abl_volume_i16(s->image)[v] =
            (int16_t)lround(hu + phantom_noise(&state, sd));
    }
    return true;
}

static void clear(scene *s)
{
    abl_volume_destroy(s->image);
    abl_volume_destroy(s->liver);
    abl_volume_destroy(s->lesion);
}

static void noise_is_measured_without_trend_and_vessels(void)
{
    for (double sd = 6; sd < 40; sd *= 2.3) {
        scene s;
        abl_liver_noise noise;
        abl_error err;
        CU_ASSERT_FATAL(make_scene(&s, 40, sd, true));
        ABL_CHECK_OK(
            abl_liver_noise_measure(&noise, s.image, s.liver, s.lesion, &err),
            &err);
        ABL_CHECK_NEAR(noise.noise_hu, sd, 0.06 * sd + 0.2);
        ABL_CHECK_NEAR(noise.liver_hu, 106, 1.5);
        clear(&s);
    }
}

static void lesions_are_left_out(void)
{
    scene s;
    abl_liver_noise all, some;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s, 40, 10, false));
    ABL_CHECK_OK(
        abl_liver_noise_measure(&all, s.image, s.liver, s.lesion, &err), &err);
    const double centre_mm[3] = {45, 44, 42};
    phantom_sphere(s.lesion, centre_mm, 12, 2, 1);
    ABL_CHECK_OK(
        abl_liver_noise_measure(&some, s.image, s.liver, s.lesion, &err), &err);
    CU_ASSERT(some.blocks < all.blocks);
    clear(&s);
}

static void too_little_liver_is_not_measured(void)
{
    scene s;
    abl_liver_noise noise;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s, 9, 10, false));
    ABL_CHECK_OK(
        abl_liver_noise_measure(&noise, s.image, s.liver, s.lesion, &err),
        &err);
    CU_ASSERT(noise.noise_hu < 0);
    ABL_CHECK_NEAR(noise.liver_hu, 0, 0);
    clear(&s);
}

static void liver_outside_the_image_is_not_measured(void)
{
    scene s;
    abl_liver_noise noise;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s, 40, 10, false));
    s.liver->grid.origin_lps[2] += 4000;
    ABL_CHECK_OK(
        abl_liver_noise_measure(&noise, s.image, s.liver, s.lesion, &err),
        &err);
    CU_ASSERT(noise.noise_hu < 0);
    clear(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(noise_is_measured_without_trend_and_vessels),
    ABL_TEST(lesions_are_left_out),
    ABL_TEST(too_little_liver_is_not_measured),
    ABL_TEST(liver_outside_the_image_is_not_measured),
    CU_TEST_INFO_NULL,
};
