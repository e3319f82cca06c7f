/* Named situations with known answers: windows, margins, tables, ribs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_choose.h"
#include "scene.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "access cases";

static const double middle[3] = {100, 100, 100};

static scene_shape ball(int id, double left, double back, double up,
                        double radius)
{
    return (scene_shape){
        .kind = SCENE_BALL,
        .id = id,
        .a = {middle[0] + left, middle[1] + back, middle[2] + up},
        .radius_mm = radius};
}

static scene_shape rod(int id, const double from[3], const double to[3],
                       double radius)
{
    scene_shape s = ball(id, from[0], from[1], from[2], radius);
    s.kind = SCENE_ROD;
    for (int r = 0; r < 3; r++)
        s.b[r] = middle[r] + to[r];
    return s;
}

/* Closed all round but for a hole towards @p away. */
static scene_shape shell(int id, const double away[3], double hole)
{
    scene_shape s = ball(id, 0, 0, 0, 60);
    s.kind = SCENE_SHELL;
    s.hole_mm = hole;
    for (int r = 0; r < 3; r++)
        s.b[r] = middle[r] + 10 * away[r];
    return s;
}

static scene body(void)
{
    scene sc = {.grid = abl_grid_axial(81, 81, 81, 2.5, 2.5, 2.5)};
    scene_add(&sc, ball(ABL_SKIN, 0, 0, 0, 80));
    scene_add(&sc, ball(ABL_LIVER, 0, 0, 0, 45));
    scene_add(&sc, ball(ABL_LESION_LABEL_FIRST, 0, 0, 0, 8));
    return sc;
}

static abl_access plan(const scene *sc, const abl_access_options *options,
                       const char *position)
{
    abl_structures *s = scene_structures(sc);
    abl_access out = {0};
    abl_access_map *map = NULL;
    abl_error err = {0};
    abl_series_info info = {.modality = ABL_MODALITY_CT};
    snprintf(info.patient_position, sizeof info.patient_position, "%s",
             position);
    const abl_volume image = {.grid = sc->grid, .type = ABL_PIXEL_I16};
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, &info, options, &err),
                 &err);
    if (map)
        ABL_CHECK_OK(abl_access_plan(&out, map, 0, &err), &err);
    free(out.map);
    out.map = NULL;
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
    return out;
}

static abl_ray judge(const scene *sc, const abl_access_options *options,
                     const double target[3], const double away[3])
{
    abl_structures *s = scene_structures(sc);
    abl_ray ray = {0};
    abl_access_map *map = NULL;
    abl_error err = {0};
    const abl_volume image = {.grid = sc->grid, .type = ABL_PIXEL_I16};
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, NULL, options, &err),
                 &err);
    if (map) {
        const abl_ray_task task = {.map = map,
                                   .lesion = s->lesions[0].field,
                                   .liver = s->items[ABL_LIVER].field,
                                   .target_lps = {middle[0] + target[0],
                                                  middle[1] + target[1],
                                                  middle[2] + target[2]}};
        ray = abl_ray_judge(&task, away);
    }
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
    return ray;
}

static abl_access_options round_corridor(double half)
{
    abl_access_options o = abl_access_options_default();
    o.corridor_mm = o.corridor_out_of_plane_mm = half;
    o.pleura_margin_mm = 0;
    o.is_table_side_allowed = true;
    return o;
}

static const abl_relaxation *relaxed(const abl_access *a,
                                     abl_relaxation_kind kind)
{
    for (size_t n = 0; n < a->relaxation_count; n++)
        if (a->relaxations[n].kind == kind)
            return &a->relaxations[n];
    return NULL;
}

static void a_dome_lesion_is_not_reached_through_the_lung_or_its_margin(void)
{
    scene sc = body();
    scene_add(&sc, ball(ABL_LUNG, 0, 0, 75, 55));
    abl_access_options o = abl_access_options_default();
    const abl_access with = plan(&sc, &o, "HFS");
    o.pleura_margin_mm = 0;
    const abl_access without = plan(&sc, &o, "HFS");
    CU_ASSERT(with.has_path && without.has_path);
    CU_ASSERT(with.blocked[ABL_OBSTACLE_PLEURA] > 100);
    CU_ASSERT_EQUAL(without.blocked[ABL_OBSTACLE_PLEURA], 0);
    CU_ASSERT(with.clear < without.clear);
    CU_ASSERT(with.path.clearance_mm >= 5);
}

static void the_recess_below_the_lung_is_closed_outside_of_the_liver(void)
{
    scene sc = body();
    sc.shapes[1].radius_mm = 20;
    scene_add(&sc, ball(ABL_LUNG, 60, 0, 26, 12));
    abl_access_options o = round_corridor(1);
    const double left[3] = {1, 0, 0};
    CU_ASSERT_EQUAL(judge(&sc, &o, (double[3]){0, 0, 6}, left).state,
                    ABL_RAY_CLEAR);
    o.pleura_margin_mm = 1;
    const abl_ray ray = judge(&sc, &o, (double[3]){0, 0, 6}, left);
    CU_ASSERT_EQUAL(ray.state, ABL_RAY_BLOCKED);
    CU_ASSERT_EQUAL(ray.obstacle, ABL_OBSTACLE_PLEURA);
}

static void a_lesion_behind_colon_is_reached_from_elsewhere(void)
{
    scene sc = body();
    scene_add(&sc, ball(ABL_COLON, 0, -60, 0, 25));
    const abl_access_options o = abl_access_options_default();
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(a.has_path && a.blocked[ABL_COLON] > 200);
    CU_ASSERT(fabs(a.path.in_plane_angle_deg) > 25);
}

static void what_leaves_a_gap_for_a_navigated_needle_only_says_so(void)
{
    scene sc = body();
    scene_add(&sc, shell(ABL_BONE, (const double[3]){0, -1, 0}, 4));
    const abl_access_options o = round_corridor(5);
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(a.assessed && !a.has_path);
    const abl_relaxation *r = relaxed(&a, ABL_RELAX_CORRIDOR);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    ABL_CHECK_NEAR(r->to, 4, 1.5);
    CU_ASSERT(r->to < 5 && strstr(r->text, "half-widths"));
}

static void a_margin_that_closes_the_only_window_says_so(void)
{
    scene sc = body();
    scene_add(&sc, shell(ABL_LUNG, (const double[3]){0, -1, 0}, 9));
    abl_access_options o = round_corridor(5);
    o.pleura_margin_mm = 8;
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(a.assessed && !a.has_path);
    const abl_relaxation *r = relaxed(&a, ABL_RELAX_PLEURA_MARGIN);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    ABL_CHECK_NEAR(r->to, 4, 1.5);
    CU_ASSERT(strstr(r->text, "instead of 8.0") != NULL);
    o.pleura_margin_mm = r->to - 1;
    CU_ASSERT(plan(&sc, &o, "HFS").has_path);
}

static void no_window_at_all_opens_for_nothing(void)
{
    scene sc = body();
    scene_add(&sc, shell(ABL_BONE, (const double[3]){0, -1, 0}, 0));
    const abl_access_options o = round_corridor(5);
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(a.assessed && !a.has_path);
    CU_ASSERT_EQUAL(a.relaxation_count, 0);
    CU_ASSERT(a.blocked[ABL_BONE] > 9000);
}

static void a_window_at_the_back_is_under_the_patient(void)
{
    scene sc = body();
    scene_add(&sc, shell(ABL_BONE, (const double[3]){0, 1, 0}, 15));
    abl_access_options o = round_corridor(5);
    CU_ASSERT(plan(&sc, &o, "HFS").has_path);
    o.is_table_side_allowed = false;
    const abl_access supine = plan(&sc, &o, "HFS");
    CU_ASSERT(!supine.has_path && supine.blocked_table > 1000);
    CU_ASSERT_PTR_NOT_NULL(relaxed(&supine, ABL_RELAX_TABLE_SIDE));
    CU_ASSERT(plan(&sc, &o, "FFP").has_path);
    CU_ASSERT(!plan(&sc, &o, "").has_path);
    CU_ASSERT_STRING_EQUAL(supine.table_known_from, "the header");
    CU_ASSERT_STRING_EQUAL(plan(&sc, &o, "HFX").table_known_from, "assumed");
}

static void a_window_at_the_head_is_too_steep(void)
{
    scene sc = body();
    scene_add(&sc, shell(ABL_BONE, (const double[3]){0, 0, 1}, 9));
    const abl_access_options o = round_corridor(5);
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(!a.has_path && a.blocked_steep > 1000);
    CU_ASSERT_PTR_NOT_NULL(relaxed(&a, ABL_RELAX_TILT));
}

/* A bar across, 8 mm above a level axis. */
static void the_corridor_is_higher_than_wide(void)
{
    scene sc = body();
    const double left[3] = {1, 0, 0}, origin[3] = {0, 0, 0};
    scene_add(&sc, rod(ABL_STOMACH, (double[3]){55, -30, 14},
                       (double[3]){55, 30, 14}, 6));
    abl_access_options o = round_corridor(5);
    CU_ASSERT_EQUAL(judge(&sc, &o, origin, left).state, ABL_RAY_CLEAR);
    o.corridor_out_of_plane_mm = 10;
    const abl_ray ray = judge(&sc, &o, origin, left);
    CU_ASSERT_EQUAL(ray.state, ABL_RAY_BLOCKED);
    CU_ASSERT_EQUAL(ray.obstacle, ABL_STOMACH);
    ABL_CHECK_NEAR(ray.clearance_mm, 4, 1);
    /* the same bar beside the axis is 8 mm of room */
    sc.shapes[3] =
        rod(ABL_STOMACH, (double[3]){55, 14, -30}, (double[3]){55, 14, 30}, 6);
    const abl_ray beside = judge(&sc, &o, origin, left);
    CU_ASSERT_EQUAL(beside.state, ABL_RAY_CLEAR);
    ABL_CHECK_NEAR(beside.clearance_mm, 8, 1);
}

static void a_corridor_that_grows_with_depth_closes(void)
{
    scene sc = body();
    const double left[3] = {1, 0, 0}, origin[3] = {0, 0, 0};
    scene_add(&sc, rod(ABL_STOMACH, (double[3]){20, 13, -30},
                       (double[3]){20, 13, 30}, 6));
    abl_access_options o = round_corridor(5);
    const abl_ray straight = judge(&sc, &o, origin, left);
    CU_ASSERT_EQUAL(straight.state, ABL_RAY_CLEAR);
    ABL_CHECK_NEAR(straight.clearance_mm, 7, 1);
    o.growth_per_100mm = 6; /* 3.6 mm at 60 mm under the skin */
    const abl_ray grown = judge(&sc, &o, origin, left);
    CU_ASSERT_EQUAL(grown.state, ABL_RAY_BLOCKED);
    ABL_CHECK_NEAR(grown.clearance_mm, 3.4, 1.6);
}

/* A rib runs front to back on the left; a level axis just above or below. */
static void a_needle_goes_over_the_upper_border_of_a_rib(void)
{
    scene sc = body();
    const double left[3] = {1, 0, 0};
    scene_add(
        &sc, rod(ABL_BONE, (double[3]){60, -25, 0}, (double[3]){60, 25, 0}, 5));
    const abl_access_options o = round_corridor(1);
    const abl_ray above = judge(&sc, &o, (double[3]){0, 0, 7}, left);
    const abl_ray below = judge(&sc, &o, (double[3]){0, 0, -7}, left);
    CU_ASSERT_EQUAL(above.state, ABL_RAY_CLEAR);
    CU_ASSERT_EQUAL(above.rib, 1);
    CU_ASSERT_EQUAL(below.state, ABL_RAY_BLOCKED);
    CU_ASSERT_EQUAL(below.obstacle, ABL_OBSTACLE_BUNDLE);
    CU_ASSERT(judge(&sc, &o, (double[3]){0, 0, -14}, left).bundle_mm > 2);
}

static void ribs_are_counted_from_the_head_on_each_side(void)
{
    scene sc = body();
    for (int n = 0; n < 3; n++)
        for (int side = -1; side <= 1; side += 2)
            scene_add(&sc,
                      rod(ABL_BONE, (double[3]){side * 60, -20, 24 * n - 24},
                          (double[3]){side * 60, 20, 24 * n - 24}, 4));
    const abl_access_options o = round_corridor(2);
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(a.has_path);
    abl_structures *s = scene_structures(&sc);
    abl_access_map *map = NULL;
    const abl_volume image = {.grid = sc.grid, .type = ABL_PIXEL_I16};
    CU_ASSERT_EQUAL(abl_access_map_create(&map, &image, s, NULL, &o, NULL),
                    ABL_OK);
    CU_ASSERT_EQUAL(map->rib_count, 6);
    int right = 0, sum = 0;
    for (size_t n = 1; n <= map->rib_count; n++) {
        right += map->ribs[n].is_right;
        sum += map->ribs[n].order;
    }
    CU_ASSERT_EQUAL(right, 3);
    CU_ASSERT_EQUAL(sum, 2 * (1 + 2 + 3));
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
}

static void a_vessel_in_the_corridor_is_told_and_not_pierced(void)
{
    scene sc = body();
    const double left[3] = {1, 0, 0}, origin[3] = {0, 0, 0};
    scene_add(&sc, rod(ABL_HEPATIC_VEINS, (double[3]){25, 6, -20},
                       (double[3]){25, 6, 20}, 2.5));
    const abl_access_options o = round_corridor(5);
    const abl_ray near = judge(&sc, &o, origin, left);
    CU_ASSERT_EQUAL(near.state, ABL_RAY_CLEAR);
    CU_ASSERT_EQUAL(near.vessel, ABL_HEPATIC_VEINS);
    ABL_CHECK_NEAR(near.vessel_mm, 3.5, 1);
    sc.shapes[3] = rod(ABL_HEPATIC_VEINS, (double[3]){25, 1, -20},
                       (double[3]){25, 1, 20}, 2.5);
    const abl_ray through = judge(&sc, &o, origin, left);
    CU_ASSERT_EQUAL(through.state, ABL_RAY_BLOCKED);
    CU_ASSERT_EQUAL(through.obstacle, ABL_HEPATIC_VEINS);
}

static void skin_behind_another_part_of_the_body_is_no_entry(void)
{
    scene sc = body();
    const double left[3] = {1, 0, 0}, origin[3] = {0, 0, 0};
    const abl_access_options o = round_corridor(5);
    sc.shapes[0].radius_mm = 60;
    CU_ASSERT_EQUAL(judge(&sc, &o, origin, left).state, ABL_RAY_CLEAR);
    scene_add(&sc, rod(ABL_SKIN, (double[3]){80, -30, 0},
                       (double[3]){80, 30, 0}, 12));
    CU_ASSERT_EQUAL(judge(&sc, &o, origin, left).state, ABL_RAY_FOLD);
}

static void a_path_shorter_than_the_least_is_not_offered(void)
{
    scene sc = body();
    abl_access_options o = round_corridor(5);
    o.min_path_mm = 90;
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT(!a.has_path && a.blocked_too_short > 9000);
    const abl_relaxation *r = relaxed(&a, ABL_RELAX_MIN_LENGTH);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    ABL_CHECK_NEAR(r->to, 80, 1);
}

static void a_long_lesion_is_also_aimed_at_beside_its_middle(void)
{
    scene sc = body();
    sc.shapes[2] = rod(ABL_LESION_LABEL_FIRST, (double[3]){-12, -12, 0},
                       (double[3]){12, 12, 0}, 6);
    abl_volume *field = scene_field(&sc, ABL_LESION_LABEL_FIRST);
    abl_targets targets;
    CU_ASSERT_EQUAL(abl_targets_find(&targets, field, NULL), ABL_OK);
    CU_ASSERT_EQUAL(targets.count, 3);
    ABL_CHECK_NEAR(fabs(targets.axes.long_lps[0]), sqrt(0.5), 0.02);
    ABL_CHECK_NEAR(fabs(targets.axes.long_lps[2]), 0, 0.02);
    CU_ASSERT(targets.axes.long_lps[0] * targets.axes.long_lps[1] > 0);
    for (size_t n = 0; n < targets.count; n++)
        CU_ASSERT(scene_depth(&sc.shapes[2], targets.lps[n]) > 3);
    abl_volume_destroy(field);
}

static void a_round_lesion_has_one_target(void)
{
    const scene sc = body();
    abl_volume *field = scene_field(&sc, ABL_LESION_LABEL_FIRST);
    abl_targets targets;
    CU_ASSERT_EQUAL(abl_targets_find(&targets, field, NULL), ABL_OK);
    CU_ASSERT_EQUAL(targets.count, 1);
    ABL_CHECK_NEAR(targets.axes.length_mm[0], 16, 1.5);
    abl_volume_destroy(field);
}

static bool betters(const abl_path *a, const abl_path *b)
{
    return a->clearance_mm > b->clearance_mm + 1 &&
           a->length_mm < b->length_mm - 2 &&
           a->liver_transit_mm > b->liver_transit_mm + 2 &&
           fabs(a->axial_tilt_deg) < fabs(b->axial_tilt_deg) - 2 &&
           a->capsule_angle_deg < b->capsule_angle_deg - 2;
}

static void no_path_shown_is_bettered_in_everything_by_another(void)
{
    scene sc = body();
    scene_add(&sc, ball(ABL_STOMACH, 45, -45, 10, 15));
    scene_add(&sc, ball(ABL_LUNG, 0, 0, 80, 20));
    const abl_access_options o = abl_access_options_default();
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT_FATAL(a.has_path && a.other_count > 0);
    CU_ASSERT(a.pareto_count >= a.other_count);
    CU_ASSERT(strstr(a.path.reason, "least cost") != NULL);
    for (size_t n = 0; n < a.other_count; n++)
        for (size_t m = 0; m < a.other_count; m++)
            CU_ASSERT(!betters(&a.others[n], &a.others[m]));
}

static int positions_for(double radius, const char *applicator)
{
    scene sc = body();
    sc.shapes[2].radius_mm = radius;
    const abl_access_options o = round_corridor(5);
    const abl_access a = plan(&sc, &o, "HFS");
    CU_ASSERT_EQUAL(a.coverage_count, 3);
    for (size_t n = 0; n < a.coverage_count; n++)
        if (strncmp(a.coverage[n].applicator, applicator, 5) == 0)
            return a.coverage[n].positions;
    return -1;
}

static void larger_lesions_need_more_positions(void)
{
    /* radius and 5 mm of margin in half-axes of 15.9 and 13.8 mm */
    CU_ASSERT_EQUAL(positions_for(6, "microwave"), 1);
    /* 15 mm with margin: four balls cover one whose radius is 1/0.943 of
     * theirs, and these zones are slim */
    const int some = positions_for(10, "microwave");
    CU_ASSERT(some >= 3 && some <= 10);
    CU_ASSERT(positions_for(6, "cryoablation") > 1);
    CU_ASSERT_EQUAL(positions_for(40, "cryoablation"), 0);
}

static void check_library(const char *entry, const char *says)
{
    char text[600];
    abl_error err = {0};
    abl_applicators out;
    snprintf(text, sizeof text, "{\"title\": \"t\", \"applicators\": [%s]}",
             entry);
    if (says)
        ABL_CHECK_FAILS(
            abl_applicators_parse(&out, text, strlen(text), "x.json", &err),
            ABL_E_FORMAT, says, &err);
    else
        ABL_CHECK_OK(
            abl_applicators_parse(&out, text, strlen(text), "x.json", &err),
            &err);
}

static void a_library_of_applicators_is_read_strictly(void)
{
#define ONE(name, length, width, tag, more)                                   \
    "{\"name\": " name ", \"modality\": \"mwa\", \"zone_length_mm\": " length \
    ", \"zone_width_mm\": " width ", \"tag\": \"" tag                         \
    "\", \"source\": \"s\"" more "}"
    check_library(ONE("\"a\"", "30", "20", "cited", ""), NULL);
    check_library(ONE("\"\"", "30", "20", "cited", ""), "name");
    check_library(ONE("7", "30", "20", "cited", ""), "name");
    check_library(ONE("\"a\"", "300", "20", "cited", ""), "5 to 150");
    check_library(ONE("\"a\"", "\"30\"", "20", "cited", ""), "5 to 150");
    check_library(ONE("\"a\"", "20", "30", "cited", ""), "more than");
    check_library(ONE("\"a\"", "30", "-1", "cited", ""), "zone_width_mm");
    check_library(ONE("\"a\"", "30", "20", "sure", ""), "tag");
    check_library(ONE("\"a\"", "30", "20", "cited", ", \"x\": 1"), "keys");
    check_library("", "1 to 8");
    check_library("3", "keys");
    check_library("{", "x.json:1");
#undef ONE
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(larger_lesions_need_more_positions),
    ABL_TEST(a_library_of_applicators_is_read_strictly),
    ABL_TEST(a_dome_lesion_is_not_reached_through_the_lung_or_its_margin),
    ABL_TEST(the_recess_below_the_lung_is_closed_outside_of_the_liver),
    ABL_TEST(a_lesion_behind_colon_is_reached_from_elsewhere),
    ABL_TEST(what_leaves_a_gap_for_a_navigated_needle_only_says_so),
    ABL_TEST(a_margin_that_closes_the_only_window_says_so),
    ABL_TEST(no_window_at_all_opens_for_nothing),
    ABL_TEST(a_window_at_the_back_is_under_the_patient),
    ABL_TEST(a_window_at_the_head_is_too_steep),
    ABL_TEST(the_corridor_is_higher_than_wide),
    ABL_TEST(a_corridor_that_grows_with_depth_closes),
    ABL_TEST(a_needle_goes_over_the_upper_border_of_a_rib),
    ABL_TEST(ribs_are_counted_from_the_head_on_each_side),
    ABL_TEST(a_vessel_in_the_corridor_is_told_and_not_pierced),
    ABL_TEST(skin_behind_another_part_of_the_body_is_no_entry),
    ABL_TEST(a_path_shorter_than_the_least_is_not_offered),
    ABL_TEST(a_long_lesion_is_also_aimed_at_beside_its_middle),
    ABL_TEST(a_round_lesion_has_one_target),
    ABL_TEST(no_path_shown_is_bettered_in_everything_by_another),
    CU_TEST_INFO_NULL,
};
