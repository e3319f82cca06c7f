/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/grid.h"
#include "imaging/volume.h"
#include "tests/unit/check.h"

/* Oblique, anisotropic, off-origin: a swapped axis cannot hide. */
static abl_grid oblique_grid(void)
{
    abl_grid grid = abl_grid_axial(61, 53, 17, 0.7, 0.9, 2.5);
    double c = cos(0.3), s = sin(0.3);
    double direction[3][3] = {{c, 0, s}, {0, 1, 0}, {-s, 0, c}};
    memcpy(grid.direction, direction, sizeof direction);
    double origin[3] = {-31.5, 12.25, 88.0};
    memcpy(grid.origin_lps, origin, sizeof origin);
    return grid;
}

static void lps_round_trip_is_exact(void)
{
    abl_grid grid = oblique_grid();
    double ijk[3] = {12.5, 40.25, 3.75}, lps[3], back[3];
    abl_grid_to_lps(lps, &grid, ijk);
    abl_grid_to_ijk(back, &grid, lps);
    for (int a = 0; a < 3; a++)
        ABL_CHECK_NEAR(back[a], ijk[a], 1e-10);
    ABL_CHECK_NEAR(lps[1], 12.25 + 40.25 * 0.9, 1e-10);
}

static void grid_without_voxels_is_refused(void)
{
    abl_error err;
    abl_grid grid = abl_grid_axial(4, 0, 4, 1, 1, 1);
    ABL_CHECK_FAILS(abl_grid_validate(&grid, &err), ABL_E_GEOMETRY, "axis 1",
                    &err);
}

static void huge_grid_is_refused_before_allocating(void)
{
    abl_error err;
    abl_volume *volume = NULL;
    abl_grid grid = abl_grid_axial(16384, 16384, 16384, 1, 1, 1);
    ABL_CHECK_FAILS(abl_volume_create(&volume, &grid, ABL_PIXEL_F32, &err),
                    ABL_E_GEOMETRY, "more than supported", &err);
    CU_ASSERT_PTR_NULL(volume);
}

static void bad_spacing_and_skewed_axes_are_refused(void)
{
    abl_error err;
    const double bad[] = {0, -1, NAN, INFINITY, 101};
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        abl_grid grid = abl_grid_axial(4, 4, 4, 1, 1, bad[n]);
        ABL_CHECK_FAILS(abl_grid_validate(&grid, &err), ABL_E_GEOMETRY,
                        "spacing", &err);
    }
    abl_grid skewed = abl_grid_axial(4, 4, 4, 1, 1, 1);
    skewed.direction[0][2] = 0.1;
    ABL_CHECK_FAILS(abl_grid_validate(&skewed, &err), ABL_E_GEOMETRY,
                    "orthonormal", &err);
}

static void crop_keeps_positions_and_values(void)
{
    abl_error err;
    abl_grid grid = oblique_grid();
    abl_volume *volume = NULL, *crop = NULL;
    ABL_CHECK_OK(abl_volume_create(&volume, &grid, ABL_PIXEL_I16, &err), &err);
    abl_volume_i16(volume)[abl_grid_offset(&grid, 20, 31, 9)] = 1234;
    const size_t lo[3] = {18, 30, 5}, size[3] = {5, 4, 6};
    ABL_CHECK_OK(abl_volume_crop(&crop, volume, lo, size, &err), &err);
    CU_ASSERT_EQUAL(abl_volume_i16(crop)[abl_grid_offset(&crop->grid, 2, 1, 4)],
                    1234);
    double a[3], b[3];
    abl_grid_to_lps(a, &grid, (double[3]){20, 31, 9});
    abl_grid_to_lps(b, &crop->grid, (double[3]){2, 1, 4});
    for (int r = 0; r < 3; r++)
        ABL_CHECK_NEAR(a[r], b[r], 1e-9);
    abl_volume_destroy(crop);
    const size_t outside[3] = {57, 0, 0};
    ABL_CHECK_FAILS(abl_volume_crop(&crop, volume, outside, size, &err),
                    ABL_E_INVALID, "leaves the grid", &err);
    abl_volume_destroy(volume);
}

static void reorienting_moves_no_voxel_in_space(void)
{
    abl_error err;
    abl_grid grid = abl_grid_axial(3, 4, 5, 0.7, 0.9, 2.5);
    double direction[3][3] = {{0, -1, 0}, {0, 0, 1}, {-1, 0, 0}};
    memcpy(grid.direction, direction, sizeof direction);
    abl_volume *volume = NULL, *canonical = NULL, *back = NULL;
    ABL_CHECK_OK(abl_volume_create(&volume, &grid, ABL_PIXEL_U8, &err), &err);
    for (size_t n = 0; n < 60; n++)
        abl_volume_u8(volume)[n] = (uint8_t)n;
    abl_orientation orientation = abl_grid_orientation(&grid);
    ABL_CHECK_OK(abl_volume_reorient(&canonical, volume, orientation, &err),
                 &err);
    for (int a = 0; a < 3; a++)
        ABL_CHECK_NEAR(canonical->grid.direction[a][a], 1, 1e-12);
    double at[3] = {1, 2, 3}, lps[3];
    abl_grid_to_lps(lps, &grid, at);
    ABL_CHECK_NEAR(abl_volume_sample_lps(canonical, lps), 1 + 3 * (2 + 4 * 3),
                   1e-9);
    ABL_CHECK_OK(abl_volume_reorient(&back, canonical,
                                     abl_orientation_invert(orientation), &err),
                 &err);
    ABL_CHECK_OK(abl_grid_check_same(&back->grid, &grid, 1e-9, &err), &err);
    CU_ASSERT_EQUAL(memcmp(back->data, volume->data, 60), 0);
    abl_volume_destroy(volume);
    abl_volume_destroy(canonical);
    abl_volume_destroy(back);
}

static void grids_that_differ_are_told_apart(void)
{
    abl_error err;
    abl_grid a = oblique_grid(), b = oblique_grid();
    ABL_CHECK_OK(abl_grid_check_same(&a, &b, 1e-6, &err), &err);
    b.spacing_mm[2] = 2.51;
    ABL_CHECK_FAILS(abl_grid_check_same(&a, &b, 0.1, &err), ABL_E_GEOMETRY,
                    "apart", &err);
    b.size[0] = 60;
    ABL_CHECK_FAILS(abl_grid_check_same(&a, &b, 0.1, &err), ABL_E_GEOMETRY,
                    "voxels", &err);
}

const char *const abl_test_suite = "imaging.grid";
CU_TestInfo abl_tests[] = {
    ABL_TEST(lps_round_trip_is_exact),
    ABL_TEST(grid_without_voxels_is_refused),
    ABL_TEST(huge_grid_is_refused_before_allocating),
    ABL_TEST(bad_spacing_and_skewed_axes_are_refused),
    ABL_TEST(crop_keeps_positions_and_values),
    ABL_TEST(reorienting_moves_no_voxel_in_space),
    ABL_TEST(grids_that_differ_are_told_apart),
    CU_TEST_INFO_NULL,
};
