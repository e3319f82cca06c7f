/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/surface.h"

#include "imaging/point.h"
#include "imaging/threads.h"
#include "tests/unit/eligibility/shapes.h"

static const double centre[3] = {-31.5, 112.25, -488.0};

static abl_grid oblique_grid(void)
{
    return turned_grid((size_t[3]){61, 53, 17}, (double[3]){0.7, 0.9, 2.5},
                       centre, 0.3, -0.2);
}

static abl_surface *surface_of(const abl_volume *field)
{
    abl_error err;
    abl_surface *surface = NULL;
    ABL_CHECK_OK(abl_surface_create(&surface, field, &err), &err);
    return surface;
}

static void sphere_on_oblique_grid_has_its_points_and_volume(void)
{
    const abl_grid grid = oblique_grid();
    const solid ball =
        solid_sphere(centre[0] + 1.3, centre[1] - 0.8, centre[2] + 0.7, 11.3);
    abl_volume *field = solid_field(&grid, &ball);
    abl_surface *surface = surface_of(field);
    CU_ASSERT(surface->count > 3000);
    double worst = 0;
    for (size_t n = 0; n < surface->count; n++)
        worst = fmax(worst, fabs(solid_value(&ball, surface->points_lps[n])));
    ABL_CHECK_NEAR(worst, 0, 0.05);
    const double volume = 4.0 / 3 * M_PI * pow(11.3, 3);
    ABL_CHECK_NEAR(surface->volume_mm3 / volume, 1, 0.005);
    ABL_CHECK_NEAR(surface->area_mm2 / (4 * M_PI * 11.3 * 11.3), 1, 0.1);
    for (int a = 0; a < 3; a++)
        CU_ASSERT(!surface->is_open[a][0] && !surface->is_open[a][1]);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void small_sphere_on_thick_slices_keeps_its_volume(void)
{
    /* 12 mm on 5 mm slices, every position between the slices */
    for (int n = 0; n < 10; n++) {
        const abl_grid grid = turned_grid(
            (size_t[3]){31, 33, 9}, (double[3]){0.8, 0.7, 5.0}, centre, 0, 0);
        const solid ball =
            solid_sphere(centre[0], centre[1], centre[2] + 0.5 * n, 6);
        abl_volume *field = solid_field(&grid, &ball);
        abl_surface *surface = surface_of(field);
        ABL_CHECK_NEAR(surface->volume_mm3 / (4.0 / 3 * M_PI * 216), 1, 0.05);
        abl_surface_destroy(surface);
        abl_volume_destroy(field);
    }
}

static void box_is_right_but_for_the_overshoot_at_its_edges(void)
{
    const abl_grid grid = abl_grid_axial(20, 22, 14, 0.7, 0.9, 2.5);
    solid box = solid_ellipsoid(6.4, 9.3, 16.1, 3.15, 4.0, 7.0);
    box.is_box = true;
    abl_volume *field = solid_field(&grid, &box);
    abl_surface *surface = surface_of(field);
    /* Catmull-Rom overshoots where the field has a kink: at most 8 % of a
     * slice */
    ABL_CHECK_NEAR(surface->lo_lps[0], 3.25, 0.2);
    ABL_CHECK_NEAR(surface->hi_lps[0], 9.55, 0.2);
    ABL_CHECK_NEAR(surface->lo_lps[1], 5.3, 0.2);
    ABL_CHECK_NEAR(surface->lo_lps[2], 9.1, 0.2);
    ABL_CHECK_NEAR(surface->hi_lps[2], 23.1, 0.2);
    ABL_CHECK_NEAR(surface->volume_mm3, 6.3 * 8 * 14, 0.02 * 6.3 * 8 * 14);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void empty_field_has_no_points_and_no_volume(void)
{
    const abl_grid grid = oblique_grid();
    const solid away = solid_sphere(centre[0] + 200, centre[1], centre[2], 5);
    abl_volume *field = solid_field(&grid, &away);
    abl_surface *surface = surface_of(field);
    CU_ASSERT_EQUAL(surface->count, 0);
    ABL_CHECK_NEAR(surface->volume_mm3, 0, 0);
    CU_ASSERT(surface->lo_lps[0] > surface->hi_lps[0]);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void wholly_positive_field_is_open_everywhere(void)
{
    const abl_grid grid = abl_grid_axial(5, 6, 7, 1, 1, 2);
    const solid all = solid_sphere(0, 0, 0, 500);
    abl_volume *field = solid_field(&grid, &all);
    abl_surface *surface = surface_of(field);
    CU_ASSERT_EQUAL(surface->count, 0);
    for (int a = 0; a < 3; a++)
        CU_ASSERT(surface->is_open[a][0] && surface->is_open[a][1]);
    ABL_CHECK_NEAR(surface->volume_mm3, 4 * 5 * 7 * 2, 1e-9);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void object_cut_by_the_last_slice_is_open_there_only(void)
{
    const abl_grid grid = abl_grid_axial(41, 41, 9, 1, 1, 2);
    const solid ball = solid_sphere(20, 20, 16, 8);
    abl_volume *field = solid_field(&grid, &ball);
    abl_surface *surface = surface_of(field);
    CU_ASSERT(surface->is_open[2][1]);
    CU_ASSERT(!surface->is_open[2][0] && !surface->is_open[0][0]);
    ABL_CHECK_NEAR(surface->hi_lps[2], 16, 1e-9);
    /* half a ball and half a slice */
    const double volume = 2.0 / 3 * M_PI * 512 + M_PI * 64;
    ABL_CHECK_NEAR(surface->volume_mm3 / volume, 1, 0.02);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void single_slice_and_single_voxel_are_measured(void)
{
    const abl_grid grid = abl_grid_axial(31, 31, 1, 1, 1, 5);
    const solid disc = solid_sphere(15, 15, 0, 10);
    abl_volume *field = solid_field(&grid, &disc);
    abl_surface *surface = surface_of(field);
    ABL_CHECK_NEAR(surface->volume_mm3 / (M_PI * 100 * 5), 1, 0.01);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
    const abl_grid one = abl_grid_axial(1, 1, 1, 1, 1, 5);
    field = solid_field(&one, &disc);
    surface = surface_of(field);
    CU_ASSERT_EQUAL(surface->count, 0);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void no_island_appears_between_two_slices(void)
{
    /* two slices a little under zero between two far below: Catmull-Rom alone
     * would rise above zero between them; the object is in two corners */
    const abl_grid grid = abl_grid_axial(9, 9, 4, 1, 1, 5);
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < 4 * 81; n++)
        abl_volume_f32(field)[n] = n / 81 == 1 || n / 81 == 2 ? -0.05f : -1;
    abl_volume_f32(field)[81] = 1;
    abl_volume_f32(field)[81 + 80] = 1;
    abl_surface *surface = surface_of(field);
    CU_ASSERT(surface->count > 0);
    for (size_t n = 0; n < surface->count; n++)
        CU_ASSERT(fabs(surface->points_lps[n][0] - 4) > 2 &&
                  fabs(surface->points_lps[n][1] - 4) > 2);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

/* As where a hole of a network's liver was filled: just above 0 in two slices,
 * far above in those beside them. */
static void no_hole_appears_between_two_slices(void)
{
    const abl_grid grid = abl_grid_axial(31, 31, 12, 1, 1, 2.5);
    const solid ball = solid_sphere(15, 15, 13.75, 13);
    abl_volume *field = solid_field(&grid, &ball);
    for (size_t k = 5; k <= 6; k++)
        for (size_t j = 13; j <= 17; j++)
            for (size_t i = 13; i <= 17; i++)
                abl_volume_f32(field)[abl_grid_offset(&grid, i, j, k)] = 0.02F;
    abl_surface *surface = surface_of(field);
    for (size_t n = 0; n < surface->count; n++)
        CU_ASSERT(abl_point_distance_mm(surface->points_lps[n],
                                        (double[3]){15, 15, 13.75}) > 12);
    ABL_CHECK_NEAR(surface->volume_mm3 / (4.0 / 3 * M_PI * pow(13, 3)), 1,
                   0.02);
    for (double z = 12.5; z <= 15; z += 0.25)
        CU_ASSERT(abl_field_sample_lps(field, (double[3]){15.3, 15, z}) > 0);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void not_a_number_does_not_crash(void)
{
    const abl_grid grid = abl_grid_axial(7, 7, 7, 1, 1, 1);
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    const float odd[] = {NAN, INFINITY, -INFINITY, 0, 1, -1, 1e30f};
    for (size_t n = 0; n < 343; n++)
        abl_volume_f32(field)[n] = odd[(n * n + n / 3) % 7];
    abl_surface *surface = surface_of(field);
    for (size_t n = 0; n < surface->count; n++)
        for (int a = 0; a < 3; a++)
            CU_ASSERT(surface->points_lps[n][a] >= 0 &&
                      surface->points_lps[n][a] <= 6);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
}

static void field_of_another_type_is_refused(void)
{
    const abl_grid grid = abl_grid_axial(4, 4, 4, 1, 1, 1);
    abl_error err;
    abl_volume *mask = NULL;
    abl_surface *surface = NULL;
    ABL_CHECK_OK(abl_volume_create(&mask, &grid, ABL_PIXEL_U8, &err), &err);
    ABL_CHECK_FAILS(abl_surface_create(&surface, mask, &err), ABL_E_INVALID,
                    "f32", &err);
    CU_ASSERT_PTR_NULL(surface);
    abl_volume_destroy(mask);
}

static void noise_is_refused_instead_of_filling_the_memory(void)
{
    const abl_grid grid = abl_grid_axial(160, 160, 160, 1, 1, 1);
    abl_error err;
    abl_volume *field = NULL;
    abl_surface *surface = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        abl_volume_f32(field)[n] = (n + n / 160 + n / 25600) % 2 ? 1.0f : -1.0f;
    ABL_CHECK_FAILS(abl_surface_create(&surface, field, &err),
                    ABL_E_UNSUPPORTED, "noise", &err);
    CU_ASSERT_PTR_NULL(surface);
    abl_volume_destroy(field);
}

static void one_and_two_threads_give_the_same_bytes(void)
{
    const abl_grid grid = oblique_grid();
    const solid egg =
        solid_ellipsoid(centre[0], centre[1], centre[2], 12, 9, 15);
    abl_volume *field = solid_field(&grid, &egg);
    abl_threads_set(1);
    abl_surface *one = surface_of(field);
    abl_threads_set(2);
    abl_surface *two = surface_of(field);
    CU_ASSERT_EQUAL(one->count, two->count);
    CU_ASSERT_EQUAL(memcmp(one->points_lps, two->points_lps,
                           one->count * sizeof one->points_lps[0]),
                    0);
    CU_ASSERT_EQUAL(memcmp(&one->volume_mm3, &two->volume_mm3, 8), 0);
    abl_surface_destroy(one);
    abl_surface_destroy(two);
    abl_volume_destroy(field);
}

static void area_of_a_cell_follows_its_corners(void)
{
    ABL_CHECK_NEAR(abl_cell_area((double[4]){1, 1, 1, 1}), 1, 1e-12);
    ABL_CHECK_NEAR(abl_cell_area((double[4]){-1, -1, -1, -1}), 0, 1e-12);
    ABL_CHECK_NEAR(abl_cell_area((double[4]){1, -1, -1, -1}), 0.125, 1e-12);
    ABL_CHECK_NEAR(abl_cell_area((double[4]){-1, 1, 1, 1}), 0.875, 1e-12);
    ABL_CHECK_NEAR(abl_cell_area((double[4]){1, 1, -3, -3}), 0.25, 1e-12);
    /* saddles: joined when the middle is inside, apart when not */
    ABL_CHECK_NEAR(abl_cell_area((double[4]){3, -1, 3, -1}), 1 - 0.0625, 1e-12);
    ABL_CHECK_NEAR(abl_cell_area((double[4]){-3, 1, -3, 1}), 0.0625, 1e-12);
}

static void sampling_is_exact_at_voxels_and_for_quadratic_slices(void)
{
    const abl_grid grid = abl_grid_axial(5, 4, 6, 1, 2, 3);
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < 120; n++) {
        const double k = (double)(n / 20);
        abl_volume_f32(field)[n] = (float)(2 + 3 * k - k * k);
    }
    ABL_CHECK_NEAR(abl_field_sample_ijk(field, (double[3]){2, 1, 4}), -2, 1e-6);
    ABL_CHECK_NEAR(abl_field_sample_ijk(field, (double[3]){2.2, 1.7, 2.5}),
                   2 + 7.5 - 6.25, 1e-6);
    ABL_CHECK_NEAR(abl_field_sample_ijk(field, (double[3]){-9, 99, 99}), -8,
                   1e-6);
    abl_volume_destroy(field);
}

const char *const abl_test_suite = "eligibility.surface";
CU_TestInfo abl_tests[] = {
    ABL_TEST(sphere_on_oblique_grid_has_its_points_and_volume),
    ABL_TEST(small_sphere_on_thick_slices_keeps_its_volume),
    ABL_TEST(box_is_right_but_for_the_overshoot_at_its_edges),
    ABL_TEST(empty_field_has_no_points_and_no_volume),
    ABL_TEST(wholly_positive_field_is_open_everywhere),
    ABL_TEST(object_cut_by_the_last_slice_is_open_there_only),
    ABL_TEST(single_slice_and_single_voxel_are_measured),
    ABL_TEST(no_island_appears_between_two_slices),
    ABL_TEST(no_hole_appears_between_two_slices),
    ABL_TEST(not_a_number_does_not_crash),
    ABL_TEST(field_of_another_type_is_refused),
    ABL_TEST(noise_is_refused_instead_of_filling_the_memory),
    ABL_TEST(one_and_two_threads_give_the_same_bytes),
    ABL_TEST(area_of_a_cell_follows_its_corners),
    ABL_TEST(sampling_is_exact_at_voxels_and_for_quadratic_slices),
    CU_TEST_INFO_NULL,
};
