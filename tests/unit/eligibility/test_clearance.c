/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/clearance.h"

#include "imaging/threads.h"
#include "tests/unit/eligibility/shapes.h"

static const double centre[3] = {57.5, -80.25, 412.0};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void fill_random(double (*points)[3], size_t count, double offset,
                        uint32_t seed)
{
    for (size_t n = 0; n < count; n++)
        for (int a = 0; a < 3; a++)
            points[n][a] =
                (a == 0 ? offset : 0) + next_random(&seed) % 10007 * 0.005;
}

static double apart(const double a[3], const double b[3])
{
    double sum = 0;
    for (int n = 0; n < 3; n++)
        sum += (a[n] - b[n]) * (a[n] - b[n]);
    return sqrt(sum);
}

enum {
    MANY = 700
};
static double cloud_a[MANY][3], cloud_b[MANY][3];

static abl_point_index *index_of(const double (*points)[3], size_t count)
{
    abl_error err;
    abl_point_index *index = NULL;
    ABL_CHECK_OK(abl_point_index_create(&index, points, count, &err), &err);
    return index;
}

static void nearest_and_farthest_pairs_are_those_of_brute_force(void)
{
    for (uint32_t seed = 1; seed <= 5; seed++) {
        fill_random(cloud_a, MANY, 0, seed);
        fill_random(cloud_b, MANY, 12.0 * seed, seed + 100);
        double nearest = HUGE_VAL, farthest = 0;
        for (size_t m = 0; m < MANY; m++)
            for (size_t n = 0; n < MANY; n++) {
                nearest = fmin(nearest, apart(cloud_a[m], cloud_b[n]));
                farthest = fmax(farthest, apart(cloud_a[m], cloud_a[n]));
            }
        abl_point_index *a = index_of((const double(*)[3])cloud_a, MANY);
        abl_point_index *b = index_of((const double(*)[3])cloud_b, MANY);
        double from[3], to[3];
        ABL_CHECK_NEAR(abl_point_index_nearest(a, b, HUGE_VAL, from, to),
                       nearest, 1e-12);
        ABL_CHECK_NEAR(apart(from, to), nearest, 1e-12);
        CU_ASSERT_EQUAL(abl_point_index_nearest(a, b, nearest * 0.99, from, to),
                        HUGE_VAL);
        ABL_CHECK_NEAR(abl_point_index_farthest(a, from, to), farthest, 1e-12);
        ABL_CHECK_NEAR(apart(from, to), farthest, 1e-12);
        abl_point_index_destroy(a);
        abl_point_index_destroy(b);
    }
}

static void points_within_a_radius_are_those_of_brute_force(void)
{
    fill_random(cloud_a, MANY, 0, 3);
    fill_random(cloud_b, MANY, 45, 4);
    size_t expected = 0, count = 0;
    for (size_t m = 0; m < MANY; m++) {
        bool near = false;
        for (size_t n = 0; n < MANY; n++)
            near |= apart(cloud_a[m], cloud_b[n]) <= 6;
        expected += near;
    }
    abl_error err;
    double(*points)[3] = NULL;
    abl_point_index *a = index_of((const double(*)[3])cloud_a, MANY);
    abl_point_index *b = index_of((const double(*)[3])cloud_b, MANY);
    ABL_CHECK_OK(abl_point_index_within(&points, &count, a, b, 6, &err), &err);
    CU_ASSERT(expected > 20);
    CU_ASSERT_EQUAL(count, expected);
    free(points);
    abl_point_index_destroy(a);
    abl_point_index_destroy(b);
}

static void sets_without_or_with_equal_points_are_handled(void)
{
    static const double same[3][3] = {{1, 2, 3}, {1, 2, 3}, {1, 2, 3}};
    double from[3], to[3];
    abl_point_index *none = index_of(NULL, 0);
    abl_point_index *three = index_of(same, 3);
    CU_ASSERT_EQUAL(abl_point_index_nearest(none, three, HUGE_VAL, from, to),
                    HUGE_VAL);
    CU_ASSERT_EQUAL(abl_point_index_nearest(three, none, HUGE_VAL, from, to),
                    HUGE_VAL);
    ABL_CHECK_NEAR(abl_point_index_farthest(none, from, to), 0, 0);
    ABL_CHECK_NEAR(abl_point_index_farthest(three, from, to), 0, 0);
    abl_point_index_destroy(none);
    abl_point_index_destroy(three);
    abl_point_index_destroy(NULL);
}

/* A solid on its own grid, ready to measure. */
typedef struct body {
    abl_volume *field;
    abl_shape shape;
} body;

static body body_on(const abl_grid *grid, const solid *from)
{
    abl_error err;
    body out;
    out.field = solid_field(grid, from);
    ABL_CHECK_OK(abl_shape_create(&out.shape, out.field, 0.3, &err), &err);
    return out;
}

static void clear_body(body *b)
{
    abl_shape_clear(&b->shape);
    abl_volume_destroy(b->field);
}

/* 5 mm slices for the lesion, 2.5 mm voxels for the organ, both turned. */
static body make_lesion(const solid *from)
{
    const abl_grid grid =
        turned_grid((size_t[3]){51, 53, 13}, (double[3]){0.8, 0.9, 5.0}, centre,
                    0.25, -0.2);
    return body_on(&grid, from);
}

static body make_organ(const solid *from)
{
    const abl_grid grid =
        turned_grid((size_t[3]){41, 39, 37}, (double[3]){2.5, 2.5, 3.0},
                    from->centre_lps, -0.4, 0.1);
    return body_on(&grid, from);
}

static void check_between(const solid *a, const solid *b, double expected,
                          double tolerance)
{
    body lesion = make_lesion(a), organ = make_organ(b);
    abl_segment found;
    abl_clearance_between(&found, &lesion.shape, &organ.shape);
    CU_ASSERT(found.mm.measured);
    CU_ASSERT_PTR_NULL(found.mm.why_not);
    ABL_CHECK_NEAR(found.mm.value, expected, tolerance);
    ABL_CHECK_NEAR(apart(found.from_lps, found.to_lps), found.mm.value, 1e-9);
    CU_ASSERT(found.mm.uncertainty >= 1.96 * 0.3 * sqrt(2));
    clear_body(&lesion);
    clear_body(&organ);
}

static void two_spheres_are_as_far_apart_as_computed(void)
{
    for (int n = 0; n < 8; n++) {
        const double gap = 0.4 + 4.1 * n, turn = 0.8 * n;
        const double reach = 8 + gap + 21;
        const solid a = solid_sphere(centre[0], centre[1], centre[2], 8);
        const solid b = solid_sphere(centre[0] + reach * cos(turn) * 0.8,
                                     centre[1] + reach * sin(turn) * 0.8,
                                     centre[2] + reach * 0.6, 21);
        check_between(&a, &b, gap, 0.12);
    }
}

static void overlapping_solids_touch(void)
{
    const solid a = solid_sphere(centre[0], centre[1], centre[2], 8);
    const solid b = solid_sphere(centre[0] + 26, centre[1], centre[2], 20);
    check_between(&a, &b, 0, 0);
}

static void enclosed_solids_touch_in_either_order(void)
{
    const solid small = solid_sphere(centre[0], centre[1], centre[2], 4);
    const solid large = solid_sphere(centre[0] + 2, centre[1], centre[2], 15);
    check_between(&small, &large, 0, 0);
    check_between(&large, &small, 0, 0);
}

static void depth_in_a_solid_is_measured_from_inside(void)
{
    const solid a =
        solid_sphere(centre[0] + 6, centre[1] + 3, centre[2] - 6, 7);
    const solid b = solid_sphere(centre[0], centre[1], centre[2], 40);
    body lesion = make_lesion(&a), liver = make_organ(&b);
    abl_segment found;
    abl_clearance_inside(&found, &lesion.shape, &liver.shape);
    ABL_CHECK_NEAR(found.mm.value, 40 - 9 - 7, 0.25);
    abl_clearance_between(&found, &lesion.shape, &liver.shape);
    ABL_CHECK_NEAR(found.mm.value, 0, 0);
    clear_body(&lesion);
    clear_body(&liver);
}

static void solid_that_bulges_out_has_no_depth(void)
{
    const solid a = solid_sphere(centre[0] + 35, centre[1], centre[2], 7);
    const solid b = solid_sphere(centre[0], centre[1], centre[2], 40);
    const abl_grid grid =
        turned_grid((size_t[3]){51, 53, 13}, (double[3]){0.8, 0.9, 3.0},
                    a.centre_lps, 0, 0);
    body lesion = body_on(&grid, &a), liver = make_organ(&b);
    abl_segment found;
    abl_clearance_inside(&found, &lesion.shape, &liver.shape);
    CU_ASSERT(found.mm.measured);
    ABL_CHECK_NEAR(found.mm.value, 0, 0);
    /* the point shown is the one that is farthest out */
    ABL_CHECK_NEAR(found.from_lps[0], centre[0] + 42, 0.5);
    clear_body(&lesion);
    clear_body(&liver);
}

static void nothing_is_measured_to_an_empty_shape(void)
{
    const solid a = solid_sphere(centre[0], centre[1], centre[2], 8);
    body lesion = make_lesion(&a);
    const solid away = solid_sphere(centre[0] + 900, centre[1], centre[2], 8);
    body empty = make_lesion(&away);
    const abl_shape missing = {.field = NULL};
    abl_segment found;
    abl_clearance_between(&found, &lesion.shape, &missing);
    CU_ASSERT(!found.mm.measured);
    CU_ASSERT_PTR_NOT_NULL(found.mm.why_not);
    abl_clearance_between(&found, &empty.shape, &lesion.shape);
    CU_ASSERT(!found.mm.measured);
    abl_clearance_inside(&found, &lesion.shape, &missing);
    CU_ASSERT(!found.mm.measured);
    clear_body(&lesion);
    clear_body(&empty);
}

static void open_end_of_a_cut_solid_is_no_surface(void)
{
    /* the liver goes on above the last slice: the capsule is not there */
    const abl_grid grid = abl_grid_axial(41, 41, 21, 2, 2, 2);
    const solid liver = solid_sphere(40, 40, 45, 36);
    const abl_grid fine = abl_grid_axial(41, 41, 9, 0.5, 0.5, 1);
    abl_grid moved = fine;
    moved.origin_lps[0] = 30;
    moved.origin_lps[1] = 30;
    moved.origin_lps[2] = 31;
    const solid ball = solid_sphere(40, 40, 35, 3);
    body a = body_on(&moved, &ball), b = body_on(&grid, &liver);
    CU_ASSERT(b.shape.surface->is_open[2][1]);
    abl_segment found;
    abl_clearance_inside(&found, &a.shape, &b.shape);
    ABL_CHECK_NEAR(found.mm.value, 36 - 10 - 3, 0.3);
    clear_body(&a);
    clear_body(&b);
}

static double distance_seen_through(abl_orientation orientation)
{
    const solid a = solid_sphere(centre[0], centre[1], centre[2], 8);
    const solid b = solid_ellipsoid(centre[0] + 20, centre[1] + 26,
                                    centre[2] + 9, 14, 17, 11);
    body lesion = make_lesion(&a), organ = make_organ(&b);
    abl_error err;
    abl_volume *turned = NULL;
    abl_shape shape;
    ABL_CHECK_OK(abl_volume_reorient(&turned, lesion.field, orientation, &err),
                 &err);
    ABL_CHECK_OK(abl_shape_create(&shape, turned, 0.3, &err), &err);
    abl_segment found;
    abl_clearance_between(&found, &shape, &organ.shape);
    abl_shape_clear(&shape);
    abl_volume_destroy(turned);
    clear_body(&lesion);
    clear_body(&organ);
    return found.mm.value;
}

static void flipping_the_grid_changes_nothing(void)
{
    const double plain = distance_seen_through(
        (abl_orientation){{0, 1, 2}, {false, false, false}});
    CU_ASSERT(plain > 5);
    const abl_orientation others[] = {
        {{0, 1, 2}, {true, false, false}},
        {{1, 0, 2}, {false, true, true}},
        {{0, 1, 2}, {true, true, true}},
    };
    for (size_t n = 0; n < 3; n++)
        ABL_CHECK_NEAR(distance_seen_through(others[n]), plain, 2e-3);
}

static void one_and_two_threads_give_the_same_distance(void)
{
    const abl_orientation plain = {{0, 1, 2}, {false, false, false}};
    abl_threads_set(1);
    const double one = distance_seen_through(plain);
    abl_threads_set(2);
    const double two = distance_seen_through(plain);
    CU_ASSERT_EQUAL(memcmp(&one, &two, sizeof one), 0);
}

const char *const abl_test_suite = "eligibility.clearance";
CU_TestInfo abl_tests[] = {
    ABL_TEST(nearest_and_farthest_pairs_are_those_of_brute_force),
    ABL_TEST(points_within_a_radius_are_those_of_brute_force),
    ABL_TEST(sets_without_or_with_equal_points_are_handled),
    ABL_TEST(two_spheres_are_as_far_apart_as_computed),
    ABL_TEST(overlapping_solids_touch),
    ABL_TEST(enclosed_solids_touch_in_either_order),
    ABL_TEST(depth_in_a_solid_is_measured_from_inside),
    ABL_TEST(solid_that_bulges_out_has_no_depth),
    ABL_TEST(nothing_is_measured_to_an_empty_shape),
    ABL_TEST(open_end_of_a_cut_solid_is_no_surface),
    ABL_TEST(flipping_the_grid_changes_nothing),
    ABL_TEST(one_and_two_threads_give_the_same_distance),
    CU_TEST_INFO_NULL,
};
