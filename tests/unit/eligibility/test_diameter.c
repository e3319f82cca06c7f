/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/diameter.h"

#include "tests/unit/eligibility/shapes.h"

static const double centre[3] = {-12.5, 33.0, 901.0};

static abl_axial_diameters axial_of(const abl_volume *field)
{
    abl_error err;
    abl_axial_diameters out;
    const abl_shape shape = {.field = field};
    ABL_CHECK_OK(abl_diameters_axial(&out, &shape, &err), &err);
    return out;
}

static abl_segment feret_of(const abl_volume *field)
{
    abl_error err;
    abl_shape shape;
    abl_segment out;
    ABL_CHECK_OK(abl_shape_create(&shape, field, 0, &err), &err);
    abl_diameter_3d(&out, &shape);
    abl_shape_clear(&shape);
    return out;
}

/* An ellipsoid turned about the k axis. */
static solid turned_egg(double a, double b, double c, double angle)
{
    solid egg = solid_ellipsoid(centre[0], centre[1], centre[2], a, b, c);
    egg.axes[0][0] = cos(angle);
    egg.axes[0][1] = sin(angle);
    egg.axes[1][0] = -sin(angle);
    egg.axes[1][1] = cos(angle);
    return egg;
}

static void ellipsoid_has_its_axes_at_any_angle(void)
{
    const abl_grid grid = turned_grid((size_t[3]){61, 53, 13},
                                      (double[3]){0.7, 0.9, 5.0}, centre, 0, 0);
    for (int n = 0; n < 7; n++) {
        const solid egg = turned_egg(15, 9, 21, 0.45 * n);
        abl_volume *field = solid_field(&grid, &egg);
        const abl_axial_diameters found = axial_of(field);
        ABL_CHECK_NEAR(found.longest.mm.value, 30, 0.1);
        ABL_CHECK_NEAR(found.perpendicular.mm.value, 18, 0.1);
        CU_ASSERT_EQUAL(found.slice, 6);
        ABL_CHECK_NEAR(feret_of(field).mm.value, 42, 0.3);
        double dot = 0;
        for (int a = 0; a < 3; a++) {
            dot += (found.longest.to_lps[a] - found.longest.from_lps[a]) *
                   (found.perpendicular.to_lps[a] -
                    found.perpendicular.from_lps[a]);
            ABL_CHECK_NEAR(found.longest.to_lps[2],
                           found.perpendicular.from_lps[2], 1e-9);
        }
        ABL_CHECK_NEAR(dot, 0, 1e-6);
        ABL_CHECK_NEAR(solid_value(&egg, found.longest.to_lps), 0, 0.05);
        ABL_CHECK_NEAR(solid_value(&egg, found.perpendicular.from_lps), 0,
                       0.05);
        abl_volume_destroy(field);
    }
}

static void long_lesion_across_slices_is_long_in_3d_only(void)
{
    const abl_grid grid = turned_grid((size_t[3]){41, 41, 17},
                                      (double[3]){0.8, 0.8, 2.5}, centre, 0, 0);
    const solid egg = turned_egg(14, 12, 18, 0);
    abl_volume *field = solid_field(&grid, &egg);
    ABL_CHECK_NEAR(axial_of(field).longest.mm.value, 28, 0.1);
    ABL_CHECK_NEAR(feret_of(field).mm.value, 36, 0.15);
    abl_volume_destroy(field);
}

static void oblique_slices_give_the_section_in_their_plane(void)
{
    /* a rod-like egg along the patient's z, slices pitched by 30 degrees */
    const double pitch = M_PI / 6;
    const abl_grid grid = turned_grid(
        (size_t[3]){61, 91, 31}, (double[3]){0.8, 0.8, 1.5}, centre, 0, pitch);
    const solid egg = turned_egg(6, 6, 20, 0);
    abl_volume *field = solid_field(&grid, &egg);
    const double along =
        sqrt(1 / (pow(cos(pitch) / 6, 2) + pow(sin(pitch) / 20, 2)));
    ABL_CHECK_NEAR(axial_of(field).longest.mm.value, 2 * along, 0.1);
    ABL_CHECK_NEAR(axial_of(field).perpendicular.mm.value, 12, 0.1);
    ABL_CHECK_NEAR(feret_of(field).mm.value, 40, 0.2);
    abl_volume_destroy(field);
}

static void rectangle_is_measured_along_its_diagonal(void)
{
    const abl_grid grid = abl_grid_axial(40, 30, 5, 0.5, 0.5, 3);
    solid box = solid_ellipsoid(9.6, 7.1, 6, 8, 6, 4);
    box.is_box = true;
    abl_volume *field = solid_field(&grid, &box);
    const abl_axial_diameters found = axial_of(field);
    ABL_CHECK_NEAR(found.longest.mm.value, 20, 0.3);
    /* the longest line at right angles to a diagonal of 16 x 12: 15 */
    ABL_CHECK_NEAR(found.perpendicular.mm.value, 15, 0.3);
    abl_volume_destroy(field);
}

static void notch_shortens_the_perpendicular_only_where_it_is(void)
{
    /* two overlapping discs: the waist is not the perpendicular */
    const abl_grid grid = abl_grid_axial(101, 61, 3, 0.5, 0.5, 3);
    abl_volume *field = NULL;
    abl_error err;
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        const double i = 0.5 * (double)(n % 101);
        const double j = 0.5 * (double)(n / 101 % 61);
        const double one = 8 - hypot(i - 17.2, j - 15.1);
        const double two = 8 - hypot(i - 31.2, j - 15.1);
        abl_volume_f32(field)[n] = n / 6161 == 1 ? (float)fmax(one, two) : -1;
    }
    const abl_axial_diameters found = axial_of(field);
    CU_ASSERT_EQUAL(found.slice, 1);
    ABL_CHECK_NEAR(found.longest.mm.value, 30, 0.1);
    ABL_CHECK_NEAR(found.perpendicular.mm.value, 16, 0.1);
    abl_volume_destroy(field);
}

static void flips_and_swapped_axes_change_nothing(void)
{
    const abl_grid grid = turned_grid(
        (size_t[3]){51, 53, 11}, (double[3]){0.7, 0.9, 4.0}, centre, 0.3, 0.2);
    const solid egg = turned_egg(13, 9, 16, 0.7);
    abl_volume *field = solid_field(&grid, &egg), *turned = NULL;
    const abl_axial_diameters plain = axial_of(field);
    const double feret = feret_of(field).mm.value;
    const abl_orientation others[] = {
        {{0, 1, 2}, {true, false, false}},
        {{0, 1, 2}, {false, true, true}},
        {{1, 0, 2}, {true, false, true}},
    };
    for (size_t n = 0; n < 3; n++) {
        abl_error err;
        ABL_CHECK_OK(abl_volume_reorient(&turned, field, others[n], &err),
                     &err);
        const abl_axial_diameters found = axial_of(turned);
        ABL_CHECK_NEAR(found.longest.mm.value, plain.longest.mm.value, 1e-4);
        ABL_CHECK_NEAR(found.perpendicular.mm.value,
                       plain.perpendicular.mm.value, 2e-2);
        ABL_CHECK_NEAR(feret_of(turned).mm.value, feret, 1e-4);
        abl_volume_destroy(turned);
    }
    abl_volume_destroy(field);
}

static void moving_the_grid_moves_the_ends_only(void)
{
    abl_grid grid = abl_grid_axial(51, 53, 11, 0.7, 0.9, 4.0);
    const solid egg = solid_ellipsoid(17, 23, 20, 13, 9, 12);
    abl_volume *field = solid_field(&grid, &egg);
    const abl_axial_diameters here = axial_of(field);
    const double away[3] = {123.4, -567.8, 90.1};
    memcpy(field->grid.origin_lps, away, sizeof away);
    const abl_axial_diameters there = axial_of(field);
    ABL_CHECK_NEAR(there.longest.mm.value, here.longest.mm.value, 1e-9);
    for (int a = 0; a < 3; a++)
        ABL_CHECK_NEAR(there.longest.to_lps[a],
                       here.longest.to_lps[a] + away[a], 1e-9);
    abl_volume_destroy(field);
}

static void lesion_at_the_border_ends_at_the_last_voxel(void)
{
    const abl_grid grid = abl_grid_axial(31, 31, 3, 1, 1, 2);
    const solid ball = solid_sphere(30, 15, 2, 10);
    abl_volume *field = solid_field(&grid, &ball);
    const abl_axial_diameters found = axial_of(field);
    ABL_CHECK_NEAR(found.longest.mm.value, 20, 0.1);
    ABL_CHECK_NEAR(found.perpendicular.mm.value, 10, 0.6);
    abl_volume_destroy(field);
}

static void empty_field_is_not_measured(void)
{
    const abl_grid grid = abl_grid_axial(9, 8, 7, 1, 1, 2);
    const solid away = solid_sphere(200, 0, 0, 5);
    abl_volume *field = solid_field(&grid, &away);
    const abl_axial_diameters found = axial_of(field);
    CU_ASSERT(!found.longest.mm.measured && !found.perpendicular.mm.measured);
    CU_ASSERT_PTR_NOT_NULL(found.longest.mm.why_not);
    CU_ASSERT(!feret_of(field).mm.measured);
    abl_volume_destroy(field);
}

static void lone_voxel_has_a_small_diameter(void)
{
    const abl_grid grid = abl_grid_axial(5, 5, 3, 1, 1, 2);
    abl_error err;
    abl_volume *field = NULL;
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < 75; n++)
        abl_volume_f32(field)[n] = n == 37 ? 1 : -1;
    const abl_axial_diameters found = axial_of(field);
    ABL_CHECK_NEAR(found.longest.mm.value, 1, 1e-6);
    CU_ASSERT_EQUAL(found.slice, 1);
    abl_volume_destroy(field);
}

static void field_of_another_type_is_refused(void)
{
    const abl_grid grid = abl_grid_axial(4, 4, 4, 1, 1, 1);
    abl_error err;
    abl_volume *mask = NULL;
    abl_axial_diameters out;
    ABL_CHECK_OK(abl_volume_create(&mask, &grid, ABL_PIXEL_U8, &err), &err);
    const abl_shape shape = {.field = mask};
    ABL_CHECK_FAILS(abl_diameters_axial(&out, &shape, &err), ABL_E_INVALID,
                    "f32", &err);
    CU_ASSERT(!out.longest.mm.measured);
    abl_volume_destroy(mask);
}

static void uncertainty_grows_with_the_stated_edge(void)
{
    const abl_grid grid = abl_grid_axial(41, 41, 11, 1, 1, 3);
    const solid ball = solid_sphere(20, 20, 15, 12);
    abl_volume *field = solid_field(&grid, &ball);
    abl_error err;
    abl_axial_diameters exact, vague;
    abl_shape shape = {.field = field};
    ABL_CHECK_OK(abl_diameters_axial(&exact, &shape, &err), &err);
    shape.edge_sd_mm = 1;
    ABL_CHECK_OK(abl_diameters_axial(&vague, &shape, &err), &err);
    CU_ASSERT(exact.longest.mm.uncertainty > 0.05);
    CU_ASSERT(exact.longest.mm.uncertainty < 0.2);
    /* between ends that err on their own and ends that move together */
    CU_ASSERT(vague.longest.mm.uncertainty > 1.96 * sqrt(2));
    CU_ASSERT(vague.longest.mm.uncertainty < 1.96 * 2.1);
    abl_volume_destroy(field);
}

/* What slices leave open does not widen a diameter that lies in them. */
static void diameter_of_labels_is_stated_by_its_direction(void)
{
    const abl_grid grid = abl_grid_axial(41, 41, 21, 1, 1, 5);
    const solid upright = solid_ellipsoid(20, 20, 50, 10, 10, 30);
    abl_volume *field = solid_field(&grid, &upright);
    abl_error err;
    abl_shape shape;
    abl_axial_diameters axial;
    abl_segment along;
    ABL_CHECK_OK(abl_shape_create(&shape, field, 3, &err), &err);
    shape.label_mm[0] = shape.label_mm[1] = 1;
    shape.label_mm[2] = 5;
    ABL_CHECK_OK(abl_diameters_axial(&axial, &shape, &err), &err);
    abl_diameter_3d(&along, &shape);
    CU_ASSERT(axial.longest.mm.uncertainty > 0.3);
    CU_ASSERT(axial.longest.mm.uncertainty < 0.6);
    CU_ASSERT(along.mm.uncertainty > 1.2);
    CU_ASSERT(along.mm.uncertainty < 2);
    abl_shape_clear(&shape);
    abl_volume_destroy(field);
}

/* Two voxels right of an egg, and their gap. */
static double length_with_parts(size_t voxels)
{
    const abl_grid grid = abl_grid_axial(60, 30, 5, 1, 1, 3);
    const solid egg = solid_ellipsoid(15, 15, 6, 10, 8, 20);
    abl_volume *field = solid_field(&grid, &egg);
    for (size_t n = 0; n < voxels; n++)
        abl_volume_f32(field)[abl_grid_offset(&grid, 40 + n, 15, 2)] = 0.3F;
    const double mm = axial_of(field).longest.mm.value;
    CU_ASSERT(!voxels ||
              abl_volume_f32(field)[abl_grid_offset(&grid, 40, 15, 2)] >
                  0); /* it is left alone */
    abl_volume_destroy(field);
    return mm;
}

static void a_speck_beside_the_lesion_is_no_end_of_a_diameter(void)
{
    const double alone = length_with_parts(0);
    ABL_CHECK_NEAR(alone, 20, 0.2);
    ABL_CHECK_NEAR(length_with_parts(1), alone, 0);
    ABL_CHECK_NEAR(length_with_parts(2), alone, 0);
    CU_ASSERT(length_with_parts(3) > 35);
}

const char *const abl_test_suite = "eligibility.diameter";
CU_TestInfo abl_tests[] = {
    ABL_TEST(ellipsoid_has_its_axes_at_any_angle),
    ABL_TEST(long_lesion_across_slices_is_long_in_3d_only),
    ABL_TEST(oblique_slices_give_the_section_in_their_plane),
    ABL_TEST(rectangle_is_measured_along_its_diagonal),
    ABL_TEST(notch_shortens_the_perpendicular_only_where_it_is),
    ABL_TEST(flips_and_swapped_axes_change_nothing),
    ABL_TEST(moving_the_grid_moves_the_ends_only),
    ABL_TEST(lesion_at_the_border_ends_at_the_last_voxel),
    ABL_TEST(empty_field_is_not_measured),
    ABL_TEST(lone_voxel_has_a_small_diameter),
    ABL_TEST(field_of_another_type_is_refused),
    ABL_TEST(uncertainty_grows_with_the_stated_edge),
    ABL_TEST(a_speck_beside_the_lesion_is_no_end_of_a_diameter),
    ABL_TEST(diameter_of_labels_is_stated_by_its_direction),
    CU_TEST_INFO_NULL,
};
