/* Metal near the liver is counted; what bulges beyond the liver's contour is
 * told from what merely reaches the capsule.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/exam.h"
#include "eligibility/exophytic.h"
#include "tests/unit/eligibility/shapes.h"

const char *const abl_test_suite = "eligibility.exam_exophytic";

static abl_grid small_grid(void)
{
    const size_t size[3] = {70, 70, 60};
    const double mm[3] = {2, 2, 2.5}, centre[3] = {0, 0, 0};
    return turned_grid(size, mm, centre, 0, 0);
}

/* Keeps the larger of two fields, or the smaller. */
static void combine(abl_volume *into, const abl_volume *with, bool larger)
{
    const size_t voxels = abl_grid_voxels(&into->grid);
    float *a = abl_volume_f32(into);
    const float *b = abl_volume_f32(with);
    for (size_t n = 0; n < voxels; n++)
        a[n] = larger == (a[n] > b[n]) ? a[n] : b[n];
}

/* Liver with lesion, and the lesion; a truncated lesion ends at the capsule.
 */
static abl_value share_of(const solid *liver_solid, const solid *lesion_solid,
                          bool truncated)
{
    abl_error err = {ABL_OK, ""};
    const abl_grid grid = small_grid();
    abl_volume *liver = solid_field(&grid, liver_solid);
    abl_volume *lesion = solid_field(&grid, lesion_solid);
    abl_shape shapes[2];
    abl_value share = {false, -1, 0, NULL};
    memset(shapes, 0, sizeof shapes);
    if (truncated)
        combine(lesion, liver, false);
    combine(liver, lesion, true);
    ABL_CHECK_OK(abl_shape_create(&shapes[0], liver, 0.5, &err), &err);
    ABL_CHECK_OK(abl_shape_create(&shapes[1], lesion, 0.5, &err), &err);
    ABL_CHECK_OK(abl_exophytic_share(&share, &shapes[0], &shapes[1],
                                     2 * lesion_solid->half_mm[0], &err),
                 &err);
    abl_shape_clear(&shapes[0]);
    abl_shape_clear(&shapes[1]);
    abl_volume_destroy(liver);
    abl_volume_destroy(lesion);
    return share;
}

/* A flat liver whose capsule is the plane z = 20. */
static solid flat_liver(void)
{
    solid liver = solid_ellipsoid(0, 0, -40, 60, 60, 60);
    liver.is_box = true;
    return liver;
}

static void half_a_ball_outside_is_seen_as_such(void)
{
    const solid liver = flat_liver();
    for (double radius = 8; radius <= 20; radius += 12) {
        const solid lesion = solid_sphere(5, -3, 20, radius);
        const abl_value share = share_of(&liver, &lesion, false);
        CU_ASSERT(share.measured);
        if (share.value < 0.3 || share.value > 0.5)
            fprintf(stderr, "radius %g: %.3f +- %.3f\n", radius, share.value,
                    share.uncertainty);
        CU_ASSERT(share.value > 0.3 && share.value < 0.5);
        CU_ASSERT(share.uncertainty > 0 && share.uncertainty < 0.2);
    }
}

static void the_farther_out_the_larger_the_share(void)
{
    const solid liver = flat_liver();
    double before = -1;
    for (double z = 5; z <= 30; z += 12.5) {
        const solid lesion = solid_sphere(0, 0, z, 15);
        const abl_value share = share_of(&liver, &lesion, false);
        CU_ASSERT(share.value >= before);
        before = share.value;
    }
    CU_ASSERT(before > 0.6 && before < 0.9);
}

static void lesion_that_ends_at_the_capsule_does_not_bulge(void)
{
    const solid flat = flat_liver(), round = solid_sphere(0, 0, -60, 80);
    for (double z = 10; z <= 20; z += 5) {
        const solid lesion = solid_sphere(0, 0, z, 14);
        ABL_CHECK_NEAR(share_of(&flat, &lesion, true).value, 0, 0.04);
        ABL_CHECK_NEAR(share_of(&round, &lesion, true).value, 0, 0.04);
    }
}

static void lesion_inside_does_not_bulge(void)
{
    const solid liver = flat_liver();
    const solid deep = solid_sphere(0, 0, -20, 18);
    const solid touching = solid_sphere(0, 0, 8, 12);
    ABL_CHECK_NEAR(share_of(&liver, &deep, false).value, 0, 0);
    ABL_CHECK_NEAR(share_of(&liver, &touching, false).value, 0, 0);
}

static void lesion_in_a_thin_lobe_does_not_bulge(void)
{
    solid lobe = solid_ellipsoid(0, 0, 0, 60, 60, 9);
    lobe.is_box = true;
    const solid lesion = solid_sphere(0, 0, 0, 8.5);
    ABL_CHECK_NEAR(share_of(&lobe, &lesion, false).value, 0, 0);
}

static void nothing_to_compare_is_not_measured(void)
{
    abl_error err = {ABL_OK, ""};
    abl_shape none;
    abl_value share = {true, 1, 0, NULL};
    memset(&none, 0, sizeof none);
    ABL_CHECK_OK(abl_exophytic_share(&share, &none, &none, 20, &err), &err);
    CU_ASSERT(!share.measured);
    CU_ASSERT_PTR_NOT_NULL(share.why_not);
}

/* A liver of 10 voxels in the middle of a scan of 2 mm. */
static void make_exam(abl_volume **image, abl_volume **labels)
{
    abl_error err = {ABL_OK, ""};
    const abl_grid grid = abl_grid_axial(60, 60, 60, 2, 2, 2);
    ABL_CHECK_OK(abl_volume_create(image, &grid, ABL_PIXEL_I16, &err), &err);
    ABL_CHECK_OK(abl_volume_create(labels, &grid, ABL_PIXEL_U8, &err), &err);
    for (size_t k = 25; k < 35; k++)
        for (size_t j = 25; j < 35; j++)
            for (size_t i = 25; i < 35; i++)
                abl_volume_u8(*labels)[abl_grid_offset(&grid, i, j, k)] =
                    ABL_LIVER;
}

static double metal_at(size_t i, size_t j, size_t k, int16_t hu)
{
    abl_volume *image = NULL, *labels = NULL;
    make_exam(&image, &labels);
    abl_volume_i16(image)[abl_grid_offset(&image->grid, i, j, k)] = hu;
    const abl_value metal = abl_exam_metal_ml(image, labels);
    CU_ASSERT(metal.measured);
    abl_volume_destroy(image);
    abl_volume_destroy(labels);
    return metal.value;
}

static void metal_near_the_liver_is_counted(void)
{
    ABL_CHECK_NEAR(metal_at(30, 30, 30, 3071), 0.008, 1e-12);
    ABL_CHECK_NEAR(metal_at(30, 30, 30, 32767), 0.008, 1e-12);
    ABL_CHECK_NEAR(metal_at(10, 30, 49, 3001), 0.008, 1e-12);
    ABL_CHECK_NEAR(metal_at(30, 30, 30, 3000), 0, 0);
    ABL_CHECK_NEAR(metal_at(9, 30, 30, 3071), 0, 0);
    ABL_CHECK_NEAR(metal_at(30, 50, 30, 3071), 0, 0);
    ABL_CHECK_NEAR(metal_at(0, 0, 0, 3071), 0, 0);
}

static void metal_without_a_liver_is_not_measured(void)
{
    abl_volume *image = NULL, *labels = NULL;
    make_exam(&image, &labels);
    memset(abl_volume_u8(labels), 0, abl_grid_voxels(&labels->grid));
    const abl_value metal = abl_exam_metal_ml(image, labels);
    CU_ASSERT(!metal.measured);
    abl_volume_destroy(image);
    abl_volume_destroy(labels);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(half_a_ball_outside_is_seen_as_such),
    ABL_TEST(the_farther_out_the_larger_the_share),
    ABL_TEST(lesion_that_ends_at_the_capsule_does_not_bulge),
    ABL_TEST(lesion_inside_does_not_bulge),
    ABL_TEST(lesion_in_a_thin_lobe_does_not_bulge),
    ABL_TEST(nothing_to_compare_is_not_measured),
    ABL_TEST(metal_near_the_liver_is_counted),
    ABL_TEST(metal_without_a_liver_is_not_measured),
    CU_TEST_INFO_NULL,
};
