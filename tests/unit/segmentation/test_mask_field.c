/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/mask_field.h"

#include <string.h>

#include "eligibility/diameter.h"
#include "tests/unit/eligibility/shapes.h"

static abl_volume *mask_of(const abl_grid *grid, const solid *from)
{
    abl_error err;
    abl_volume *mask = NULL, *field = solid_field(grid, from);
    ABL_CHECK_OK(abl_volume_create(&mask, grid, ABL_PIXEL_U8, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(grid); n++)
        abl_volume_u8(mask)[n] = abl_volume_f32(field)[n] > 0;
    abl_volume_destroy(field);
    return mask;
}

static abl_volume *field_of(const abl_volume *mask)
{
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_field_from_mask(&field, mask, &err), &err);
    return field;
}

static void check_ball(double spacing_k, double shift, double radius,
                       double volume_tolerance)
{
    const double centre[3] = {3, 4, 5};
    const abl_grid grid =
        turned_grid((size_t[3]){49, 51, 27}, (double[3]){0.8, 0.7, spacing_k},
                    centre, 0.2, 0.3);
    const solid ball = solid_sphere(3, 4, 5 + shift, radius);
    abl_volume *mask = mask_of(&grid, &ball), *field = field_of(mask);
    abl_error err;
    abl_shape shape;
    abl_segment feret;
    ABL_CHECK_OK(abl_shape_create(&shape, field, 0, &err), &err);
    const double truth = 4.0 / 3 * M_PI * pow(radius, 3);
    ABL_CHECK_NEAR(shape.surface->volume_mm3 / truth, 1, volume_tolerance);
    abl_diameter_3d(&feret, &shape);
    ABL_CHECK_NEAR(feret.mm.value, 2 * radius, 0.5 + 0.5 * spacing_k);
    abl_shape_clear(&shape);
    abl_volume_destroy(mask);
    abl_volume_destroy(field);
}

static void ball_keeps_volume_and_diameter_on_thin_and_thick_slices(void)
{
    for (int n = 0; n < 3; n++) {
        check_ball(1.0, 0.21 * n, 9, 0.02);
        check_ball(2.5, 0.6 * n, 9, 0.02);
        check_ball(5.0, 1.2 * n, 14, 0.03);
    }
}

static void section_keeps_its_area_in_every_slice(void)
{
    const abl_grid grid = abl_grid_axial(47, 45, 9, 0.8, 0.9, 4);
    const solid egg = solid_ellipsoid(18, 19, 16, 13, 9, 11);
    abl_volume *mask = mask_of(&grid, &egg), *field = field_of(mask);
    double ijk[3];
    abl_grid_to_ijk(ijk, &grid, field->grid.origin_lps);
    for (size_t k = 0; k < field->grid.size[2]; k++) {
        double voxels = 0, area = 0;
        const size_t from = (size_t)(ijk[2] + 0.5) + k;
        for (size_t n = 0; n < 47 * 45; n++)
            voxels += abl_volume_u8(mask)[from * 47 * 45 + n];
        const size_t ni = field->grid.size[0];
        const float *slice =
            abl_volume_f32(field) + k * ni * field->grid.size[1];
        for (size_t j = 0; j + 1 < field->grid.size[1]; j++)
            for (size_t i = 0; i + 1 < ni; i++) {
                const float *v = slice + j * ni + i;
                area += abl_cell_area((double[4]){(double)v[0], (double)v[1],
                                                  (double)v[ni + 1],
                                                  (double)v[ni]});
            }
        ABL_CHECK_NEAR(area, voxels, 0.02 * voxels + 1e-9);
    }
    abl_volume_destroy(mask);
    abl_volume_destroy(field);
}

static void single_voxel_and_single_slice_do_not_vanish(void)
{
    const abl_grid grid = abl_grid_axial(15, 15, 5, 1, 1, 3);
    abl_error err;
    abl_volume *mask = NULL;
    ABL_CHECK_OK(abl_volume_create(&mask, &grid, ABL_PIXEL_U8, &err), &err);
    abl_volume_u8(mask)[abl_grid_offset(&grid, 7, 7, 2)] = 9;
    abl_volume *field = field_of(mask);
    abl_surface *surface = NULL;
    ABL_CHECK_OK(abl_surface_create(&surface, field, &err), &err);
    CU_ASSERT(surface->count > 4);
    CU_ASSERT(surface->volume_mm3 > 0.5 && surface->volume_mm3 < 6);
    abl_surface_destroy(surface);
    abl_volume_destroy(field);
    abl_volume_destroy(mask);
}

static void mask_on_the_border_stays_in_its_grid(void)
{
    const abl_grid grid = abl_grid_axial(21, 21, 5, 1, 1, 3);
    const solid ball = solid_sphere(0, 10, 12, 8);
    abl_volume *mask = mask_of(&grid, &ball), *field = field_of(mask);
    for (int a = 0; a < 3; a++)
        CU_ASSERT(field->grid.size[a] <= grid.size[a]);
    abl_error err;
    abl_surface *surface = NULL;
    ABL_CHECK_OK(abl_surface_create(&surface, field, &err), &err);
    CU_ASSERT(surface->is_open[0][0] && surface->is_open[2][1]);
    abl_surface_destroy(surface);
    abl_volume_destroy(mask);
    abl_volume_destroy(field);
}

static void full_mask_and_gaps_between_slices_are_handled(void)
{
    const abl_grid grid = abl_grid_axial(9, 9, 7, 1, 1, 3);
    abl_error err;
    abl_volume *mask = NULL;
    ABL_CHECK_OK(abl_volume_create(&mask, &grid, ABL_PIXEL_U8, &err), &err);
    memset(abl_volume_u8(mask), 1, 9 * 9 * 7);
    abl_volume *field = field_of(mask);
    CU_ASSERT(abl_volume_f32(field)[0] > 0);
    abl_volume_destroy(field);
    memset(abl_volume_u8(mask) + 81, 0, 81 * 5);
    field = field_of(mask);
    for (size_t k = 1; k < 6; k++)
        CU_ASSERT(
            abl_volume_f32(field)[abl_grid_offset(&field->grid, 4, 4, k)] < 0);
    abl_volume_destroy(field);
    abl_volume_destroy(mask);
}

static void empty_mask_gives_an_empty_field(void)
{
    const abl_grid grid = abl_grid_axial(9, 9, 7, 1, 1, 3);
    abl_error err;
    abl_volume *mask = NULL;
    ABL_CHECK_OK(abl_volume_create(&mask, &grid, ABL_PIXEL_U8, &err), &err);
    abl_volume *field = field_of(mask);
    CU_ASSERT_EQUAL(abl_grid_voxels(&field->grid), 1);
    CU_ASSERT(abl_volume_f32(field)[0] < 0);
    abl_volume_destroy(field);
    abl_volume_destroy(mask);
}

static void mask_of_another_type_is_refused(void)
{
    const abl_grid grid = abl_grid_axial(4, 4, 4, 1, 1, 1);
    abl_error err;
    abl_volume *wrong = NULL, *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&wrong, &grid, ABL_PIXEL_F32, &err), &err);
    ABL_CHECK_FAILS(abl_field_from_mask(&field, wrong, &err), ABL_E_INVALID,
                    "u8", &err);
    CU_ASSERT_PTR_NULL(field);
    abl_volume_destroy(wrong);
}

/* A map whose slices are the image's columns. */
static void voxel_of_labels_is_told_along_the_axes_of_the_image(void)
{
    const abl_grid image = abl_grid_axial(9, 9, 9, 0.8, 0.8, 3);
    abl_grid map = abl_grid_axial(9, 9, 9, 0.7, 0.9, 5);
    const double turned[3][3] = {{0, 0, 1}, {0, 1, 0}, {-1, 0, 0}};
    double mm[3];
    abl_mask_label_mm(mm, &map, &image);
    CU_ASSERT_DOUBLE_EQUAL(mm[0], 0.7, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(mm[2], 5, 1e-9);
    memcpy(map.direction, turned, sizeof turned);
    abl_mask_label_mm(mm, &map, &image);
    CU_ASSERT_DOUBLE_EQUAL(mm[0], 5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(mm[1], 0.9, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(mm[2], 0.7, 1e-9);
}

const char *const abl_test_suite = "eligibility.mask_field";
CU_TestInfo abl_tests[] = {
    ABL_TEST(ball_keeps_volume_and_diameter_on_thin_and_thick_slices),
    ABL_TEST(section_keeps_its_area_in_every_slice),
    ABL_TEST(single_voxel_and_single_slice_do_not_vanish),
    ABL_TEST(mask_on_the_border_stays_in_its_grid),
    ABL_TEST(full_mask_and_gaps_between_slices_are_handled),
    ABL_TEST(empty_mask_gives_an_empty_field),
    ABL_TEST(mask_of_another_type_is_refused),
    ABL_TEST(voxel_of_labels_is_told_along_the_axes_of_the_image),
    CU_TEST_INFO_NULL,
};
