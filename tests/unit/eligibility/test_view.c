/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/contour.h"

#include "tests/unit/check.h"

static const double origin_lps[3] = {10, -20, 30};

static abl_view view_of(abl_plane plane)
{
    const abl_grid grid = abl_grid_axial(61, 53, 17, 0.7, 0.9, 2.5);
    return abl_view_plane(&grid, plane, origin_lps, 0.5, 101, 81);
}

static void check_step(const abl_view *view, const double step_lps[3],
                       double right_px, double down_px)
{
    double pixel[2], depth_mm, lps[3];
    for (int r = 0; r < 3; r++)
        lps[r] = origin_lps[r] + step_lps[r];
    abl_view_from_lps(pixel, &depth_mm, view, lps);
    ABL_CHECK_NEAR(pixel[0], 50 + right_px, 1e-9);
    ABL_CHECK_NEAR(pixel[1], 40 + down_px, 1e-9);
    ABL_CHECK_NEAR(depth_mm, 0, 1e-9);
}

static void axial_shows_left_on_the_right_and_back_below(void)
{
    abl_view view = view_of(ABL_PLANE_AXIAL);
    check_step(&view, (double[3]){5, 0, 0}, 10, 0);
    check_step(&view, (double[3]){0, 5, 0}, 0, 10);
}

static void coronal_shows_left_on_the_right_and_head_above(void)
{
    abl_view view = view_of(ABL_PLANE_CORONAL);
    check_step(&view, (double[3]){5, 0, 0}, 10, 0);
    check_step(&view, (double[3]){0, 0, 5}, 0, -10);
}

static void sagittal_shows_anterior_on_the_left_and_head_above(void)
{
    abl_view view = view_of(ABL_PLANE_SAGITTAL);
    check_step(&view, (double[3]){0, -5, 0}, -10, 0);
    check_step(&view, (double[3]){0, 0, 5}, 0, -10);
}

static void pixels_and_positions_round_trip(void)
{
    abl_view view = view_of(ABL_PLANE_SAGITTAL);
    double lps[3], pixel[2], depth_mm;
    abl_view_to_lps(lps, &view, 13.25, 71.5);
    abl_view_from_lps(pixel, &depth_mm, &view, lps);
    ABL_CHECK_NEAR(pixel[0], 13.25, 1e-9);
    ABL_CHECK_NEAR(pixel[1], 71.5, 1e-9);
}

static void oblique_view_holds_its_line_and_keeps_left_right(void)
{
    const double lines[][3] = {{0.6, 0.64, 0.48},
                               {-0.8, 0, 0.6},
                               {0, 0, 1},
                               {0, 1, 0},
                               {0.28, 0, -0.96}};
    for (size_t n = 0; n < sizeof lines / sizeof lines[0]; n++) {
        abl_view view = abl_view_along(origin_lps, lines[n], 0.5, 101, 81);
        double lps[3], pixel[2], depth_mm;
        for (int r = 0; r < 3; r++)
            lps[r] = origin_lps[r] + 10 * lines[n][r];
        abl_view_from_lps(pixel, &depth_mm, &view, lps);
        ABL_CHECK_NEAR(depth_mm, 0, 1e-9);
        ABL_CHECK_NEAR(hypot(pixel[0] - 50, pixel[1] - 40), 20, 1e-9);
        CU_ASSERT(view.right_lps[0] > 0.2);
        double upright =
            fabs(lines[n][2]) > 0.8 ? -view.down_lps[2] : view.down_lps[1];
        CU_ASSERT(upright > 0);
    }
}

static void letters_name_the_patients_side(void)
{
    char letters[4];
    abl_view_letters(letters, (double[3]){1, 0, 0});
    CU_ASSERT_STRING_EQUAL(letters, "L");
    abl_view_letters(letters, (double[3]){0, -1, 0});
    CU_ASSERT_STRING_EQUAL(letters, "A");
    abl_view_letters(letters, (double[3]){0, 0.6, 0.8});
    CU_ASSERT_STRING_EQUAL(letters, "HP");
    abl_view_letters(letters, (double[3]){-0.99, 0.1, 0});
    CU_ASSERT_STRING_EQUAL(letters, "R");
}

/* A sphere of 12 mm around origin_lps on an anisotropic grid. */
static abl_volume *sphere_field(double radius_mm)
{
    abl_error err;
    abl_volume *field = NULL;
    abl_grid grid = abl_grid_axial(61, 53, 21, 0.7, 0.9, 2.0);
    for (int r = 0; r < 3; r++)
        grid.origin_lps[r] = origin_lps[r] - 0.5 * (double)(grid.size[r] - 1) *
                                                 grid.spacing_mm[r];
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t k = 0; k < grid.size[2]; k++)
        for (size_t j = 0; j < grid.size[1]; j++)
            for (size_t i = 0; i < grid.size[0]; i++) {
                double lps[3], sum = 0;
                abl_grid_to_lps(lps, &grid,
                                (double[3]){(double)i, (double)j, (double)k});
                for (int r = 0; r < 3; r++)
                    sum += (lps[r] - origin_lps[r]) * (lps[r] - origin_lps[r]);
                abl_volume_f32(field)[abl_grid_offset(&grid, i, j, k)] =
                    (float)(radius_mm - sqrt(sum));
            }
    return field;
}

typedef struct ring {
    size_t lines, points;
    double first[2], last[2];
    double least_px, most_px;
} ring;

static void note_point(void *user, const double point_px[2], bool starts)
{
    ring *seen = user;
    double radius_px = hypot(point_px[0] - 50, point_px[1] - 40);
    seen->points++;
    seen->lines += starts;
    if (starts)
        memcpy(seen->first, point_px, sizeof seen->first);
    memcpy(seen->last, point_px, sizeof seen->last);
    seen->least_px = fmin(seen->least_px, radius_px);
    seen->most_px = fmax(seen->most_px, radius_px);
}

static void contour_is_one_closed_line_on_the_surface(void)
{
    abl_error err;
    abl_volume *field = sphere_field(12);
    for (int plane = 0; plane < 3; plane++) {
        abl_view view = view_of((abl_plane)plane);
        ring seen = {.least_px = 1e9};
        ABL_CHECK_OK(
            abl_contour_field(&view, field, 2, note_point, &seen, &err), &err);
        CU_ASSERT_EQUAL(seen.lines, 1);
        CU_ASSERT(seen.points > 40);
        ABL_CHECK_NEAR(seen.first[0], seen.last[0], 0);
        ABL_CHECK_NEAR(seen.first[1], seen.last[1], 0);
        ABL_CHECK_NEAR(seen.least_px, 24, 0.35);
        ABL_CHECK_NEAR(seen.most_px, 24, 0.35);
    }
    abl_volume_destroy(field);
}

static void trace(ring *seen, const float *values, size_t columns, size_t rows)
{
    abl_error err;
    const abl_lattice lattice = {{0, 0}, 1, {columns, rows}};
    *seen = (ring){.least_px = 1e9};
    ABL_CHECK_OK(abl_contour_trace(values, &lattice, note_point, seen, &err),
                 &err);
}

static void every_line_of_a_lattice_is_traced_once(void)
{
    ring seen;
    /* Two closed lines in a row, one of them around a hole of the other. */
    const float nested[7 * 7] = {
        -1, -1, -1, -1, -1, -1, -1, -1, 1,  1,  1,  1,  1,  -1, -1, 1, 1,
        1,  1,  1,  -1, -1, 1,  1,  -1, 1,  1,  -1, -1, 1,  1,  1,  1, 1,
        -1, -1, 1,  1,  1,  1,  1,  -1, -1, -1, -1, -1, -1, -1, -1};
    trace(&seen, nested, 7, 7);
    CU_ASSERT_EQUAL(seen.lines, 2);
    CU_ASSERT_EQUAL(seen.points, 20 + 1 + 4 + 1);
    /* Open lines run from border to border. */
    const float split[6] = {-1, -1, -1, 1, 1, 1};
    trace(&seen, split, 3, 2);
    CU_ASSERT_EQUAL(seen.lines, 1);
    CU_ASSERT_EQUAL(seen.points, 3);
    /* A saddle: its middle joins the two points inside, or parts them. */
    const float joined[4] = {3, -1, -1, 3}, parted[4] = {1, -3, -3, 1};
    trace(&seen, joined, 2, 2);
    CU_ASSERT_EQUAL(seen.lines, 2);
    CU_ASSERT_EQUAL(seen.points, 4);
    trace(&seen, parted, 2, 2);
    CU_ASSERT_EQUAL(seen.lines, 2);
    CU_ASSERT_EQUAL(seen.points, 4);
    const float none[4] = {-1, -1, -1, -1};
    trace(&seen, none, 2, 2);
    CU_ASSERT_EQUAL(seen.points, 0);
    trace(&seen, split, 6, 1);
    CU_ASSERT_EQUAL(seen.points, 0);
}

static void field_elsewhere_gives_no_lattice(void)
{
    abl_view view = view_of(ABL_PLANE_AXIAL);
    abl_grid far = abl_grid_axial(5, 5, 5, 1, 1, 1);
    far.origin_lps[0] = 500;
    abl_lattice lattice = abl_view_lattice(&view, &far, 2);
    CU_ASSERT_EQUAL(lattice.size[0] * lattice.size[1], 0);
}

static void grey_follows_the_window_and_is_black_outside(void)
{
    abl_error err;
    abl_volume *image = NULL;
    abl_grid grid = abl_grid_axial(9, 9, 3, 1, 1, 2);
    ABL_CHECK_OK(abl_volume_create(&image, &grid, ABL_PIXEL_I16, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        abl_volume_i16(image)[n] = 60;
    abl_volume_i16(image)[abl_grid_offset(&grid, 4, 4, 1)] = 2000;
    abl_view view =
        abl_view_plane(&grid, ABL_PLANE_AXIAL, (double[3]){4, 4, 2}, 1, 21, 21);
    uint8_t grey[21 * 21];
    abl_view_render_hu(grey, &view, image, 60, 360);
    CU_ASSERT_EQUAL(grey[10 * 21 + 10], 255);
    ABL_CHECK_NEAR(grey[10 * 21 + 8], 127.5, 2.1);
    CU_ASSERT_EQUAL(grey[0], 0);
    abl_volume_destroy(image);
}

/* Values without any order, in a box that views leave on all sides. */
static abl_volume *noise_field(size_t slices)
{
    abl_error err;
    abl_volume *field = NULL;
    abl_grid grid = abl_grid_axial(19, 23, slices, 0.7, 0.9, 2.0);
    for (int r = 0; r < 3; r++)
        grid.origin_lps[r] = origin_lps[r] - 0.5 * (double)(grid.size[r] - 1) *
                                                 grid.spacing_mm[r];
    ABL_CHECK_OK(abl_volume_create(&field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        abl_volume_f32(field)[n] = (float)(n * 2654435761u % 1000);
    return field;
}

static void check_samples(const abl_view *view, const abl_volume *field)
{
    const abl_lattice lattice = {{3.25, 1.5}, 1.75, {53, 44}};
    float values[53 * 44];
    size_t outside = 0, wrong = 0;
    abl_view_sample_field(values, view, field, &lattice, -7);
    for (size_t n = 0; n < 53u * 44u; n++) {
        double lps[3];
        abl_view_to_lps(lps, view,
                        lattice.first_px[0] + 1.75 * (double)(n % 53),
                        lattice.first_px[1] + 1.75 * (double)(n / 53));
        const bool is_in = abl_volume_contains_lps(field, lps);
        const double expected = is_in ? abl_volume_sample_lps(field, lps) : -7;
        outside += !is_in;
        wrong += fabs((double)values[n] - expected) < 2e-3 ? 0 : 1;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(outside > 100 && outside < 53u * 44u - 100);
}

static void samples_lie_between_the_eight_voxels_in_any_plane(void)
{
    static const double lines[][3] = {
        {0.6, 0.64, 0.48}, {-0.8, 0, 0.6}, {0, 0, 1}, {1, 0, 0}};
    abl_volume *field = noise_field(11), *slice = noise_field(1);
    for (int plane = ABL_PLANE_AXIAL; plane <= ABL_PLANE_SAGITTAL; plane++) {
        abl_view view = view_of((abl_plane)plane);
        view.mm_per_px = 0.4;
        view.centre_lps[1] += 0.31;
        view.centre_lps[2] += 0.77;
        check_samples(&view, field);
    }
    for (size_t n = 0; n < sizeof lines / sizeof lines[0]; n++) {
        const abl_view view =
            abl_view_along(origin_lps, lines[n], 0.4, 101, 81);
        check_samples(&view, field);
    }
    const abl_view axial = view_of(ABL_PLANE_AXIAL);
    check_samples(&axial, slice);
    abl_volume_destroy(field);
    abl_volume_destroy(slice);
}

const char *const abl_test_suite = "eligibility.view";
CU_TestInfo abl_tests[] = {
    ABL_TEST(axial_shows_left_on_the_right_and_back_below),
    ABL_TEST(coronal_shows_left_on_the_right_and_head_above),
    ABL_TEST(sagittal_shows_anterior_on_the_left_and_head_above),
    ABL_TEST(pixels_and_positions_round_trip),
    ABL_TEST(oblique_view_holds_its_line_and_keeps_left_right),
    ABL_TEST(letters_name_the_patients_side),
    ABL_TEST(contour_is_one_closed_line_on_the_surface),
    ABL_TEST(every_line_of_a_lattice_is_traced_once),
    ABL_TEST(field_elsewhere_gives_no_lattice),
    ABL_TEST(grey_follows_the_window_and_is_black_outside),
    ABL_TEST(samples_lie_between_the_eight_voxels_in_any_plane),
    CU_TEST_INFO_NULL,
};
