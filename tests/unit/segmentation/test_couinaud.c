/* Segments around made-up veins.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/couinaud.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/veins.h"

const char *const abl_test_suite = "segmentation.couinaud";

/* Positive inside an upright cylinder. */
static abl_volume *cylinder(abl_grid grid, double x, double y, double radius)
{
    abl_volume *v = NULL;
    CU_ASSERT_EQUAL(abl_volume_create(&v, &grid, ABL_PIXEL_F32, NULL), ABL_OK);
    for (size_t k = 0; k < grid.size[2]; k++)
        for (size_t j = 0; j < grid.size[1]; j++)
            for (size_t i = 0; i < grid.size[0]; i++) {
                double p[3];
                const double ijk[3] = {(double)i, (double)j, (double)k};
                abl_grid_to_lps(p, &grid, ijk);
                abl_volume_f32(v)[abl_grid_offset(&grid, i, j, k)] =
                    (float)(radius - hypot(p[0] - x, p[1] - y));
            }
    return v;
}

static abl_volume *ball(const abl_grid *grid, const double c[3], double radius)
{
    abl_volume *v = NULL;
    CU_ASSERT_EQUAL(abl_volume_create(&v, grid, ABL_PIXEL_F32, NULL), ABL_OK);
    for (size_t n = 0; n < abl_grid_voxels(grid); n++) {
        double p[3];
        const double ijk[3] = {(double)(n % grid->size[0]),
                               (double)(n / grid->size[0] % grid->size[1]),
                               (double)(n / grid->size[0] / grid->size[1])};
        abl_grid_to_lps(p, grid, ijk);
        abl_volume_f32(v)[n] =
            (float)(radius - sqrt((p[0] - c[0]) * (p[0] - c[0]) +
                                  (p[1] - c[1]) * (p[1] - c[1]) +
                                  (p[2] - c[2]) * (p[2] - c[2])));
    }
    return v;
}

static abl_grid cava_grid(void)
{
    abl_grid grid = abl_grid_axial(21, 21, 24, 2, 2, 5);
    grid.origin_lps[0] = grid.origin_lps[1] = -20;
    return grid;
}

static abl_couinaud_map locate_with(abl_vessels *v,
                                    const abl_volume *gallbladder)
{
    abl_error err = {ABL_OK, ""};
    abl_couinaud_map map;
    abl_hilum hilum;
    abl_volume *cava = cylinder(cava_grid(), 0, 0, 11);
    ABL_CHECK_OK(abl_hilum_locate(&hilum, v, &err), &err);
    ABL_CHECK_OK(abl_couinaud_locate(&map, v, &hilum, cava, gallbladder, &err),
                 &err);
    abl_hilum_clear(&hilum);
    abl_volume_destroy(cava);
    return map;
}

static abl_couinaud_map locate(abl_vessels *v)
{
    return locate_with(v, NULL);
}

static const struct place {
    double lps[3];
    abl_couinaud segment;
} places[] = {
    {{8, -15, 75}, ABL_COUINAUD_I},      {{60, -30, 80}, ABL_COUINAUD_II},
    {{55, -72, 40}, ABL_COUINAUD_III},   {{5, -50, 85}, ABL_COUINAUD_IVA},
    {{5, -65, 35}, ABL_COUINAUD_IVB},    {{-40, -45, 35}, ABL_COUINAUD_V},
    {{-60, 35, 30}, ABL_COUINAUD_VI},    {{-60, 35, 80}, ABL_COUINAUD_VII},
    {{-45, -40, 85}, ABL_COUINAUD_VIII}, {{-90, 5, 70}, ABL_COUINAUD_VIII},
    {{-90, 40, 40}, ABL_COUINAUD_VI},    {{80, -60, 60}, ABL_COUINAUD_II},
};

static void check_places(const abl_couinaud_map *map)
{
    CU_ASSERT_TRUE(map->has_lobes && map->has_right && map->has_left);
    CU_ASSERT_STRING_EQUAL(map->why_not, "");
    for (size_t n = 0; n < sizeof places / sizeof places[0]; n++) {
        const abl_couinaud found = abl_couinaud_at(map, places[n].lps);
        if (found != places[n].segment)
            fprintf(stderr, "place %zu: %s, expected %s\n", n,
                    abl_couinaud_title(found),
                    abl_couinaud_title(places[n].segment));
        CU_ASSERT_EQUAL(found, places[n].segment);
    }
}

static void nine_places_have_their_segments(void)
{
    abl_vessels *v = veins_create();
    veins_add_hepatic(v);
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    check_places(&map);
    CU_ASSERT_TRUE(map.has_umbilical);
    ABL_CHECK_NEAR(map.right_level_z, 55, 1e-6);
    abl_vessels_destroy(v);
}

static void node_order_does_not_matter(void)
{
    abl_vessels *v = veins_create();
    veins_add_hepatic(v);
    veins_add_portal(v);
    for (unsigned seed = 1; seed <= 5; seed++) {
        abl_vessels *shuffled = veins_shuffle(v, seed);
        const abl_couinaud_map map = locate(shuffled);
        check_places(&map);
        abl_vessels_destroy(shuffled);
    }
    abl_vessels_destroy(v);
}

static void veins_are_named_with_their_tributaries(void)
{
    abl_vessels *v = veins_create();
    veins_add_hepatic(v);
    veins_add_portal(v);
    (void)locate(v);
    for (size_t n = 0; n < v->node_count; n++) {
        const abl_vessel_node *node = &v->nodes[n];
        if (node->tree != ABL_TREE_HEPATIC ||
            hypot(node->lps[0], node->lps[1]) < 15)
            continue;
        const double x = node->lps[0], y = node->lps[1];
        const abl_vessel_part expected = x > 0   ? ABL_PART_LEFT_HEPATIC
                                         : y < x ? ABL_PART_MIDDLE_HEPATIC
                                                 : ABL_PART_RIGHT_HEPATIC;
        CU_ASSERT_EQUAL(node->part, expected);
    }
    abl_vessels_destroy(v);
}

static void common_trunk_of_middle_and_left_is_followed(void)
{
    const abl_tree h = ABL_TREE_HEPATIC;
    const int32_t none = ABL_VESSEL_NO_PARENT;
    abl_vessels *v = veins_create();
    VEINS_LINE(v, h, none, 8, {-12, -2, 100}, {-40, 0, 85}, {-75, 15, 55});
    const int32_t trunk =
        VEINS_LINE(v, h, none, 9, {2, -11, 101}, {3, -20, 98});
    VEINS_LINE(v, h, trunk, 8, {-15, -38, 85}, {-35, -68, 55});
    VEINS_LINE(v, h, trunk, 7, {25, -32, 92}, {50, -50, 75});
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    check_places(&map);
    abl_vessels_destroy(v);
}

/* Keeps only nodes of one side of the hepatic tree. */
static abl_vessels *without(int vein)
{
    const abl_tree h = ABL_TREE_HEPATIC;
    const int32_t none = ABL_VESSEL_NO_PARENT;
    abl_vessels *v = veins_create();
    if (vein != 0)
        VEINS_LINE(v, h, none, 8, {-12, -2, 100}, {-40, 0, 85}, {-75, 15, 55});
    if (vein != 1)
        VEINS_LINE(v, h, none, 8, {-4, -12, 100}, {-15, -35, 85},
                   {-35, -68, 55});
    if (vein != 2)
        VEINS_LINE(v, h, none, 7, {4, -12, 100}, {25, -30, 92}, {50, -50, 75});
    return v;
}

static void missing_vein_leaves_lobes_or_nothing(void)
{
    static const char *const words[] = {"right", "middle", "left"};
    for (int vein = 0; vein < 3; vein++) {
        abl_vessels *v = without(vein);
        veins_add_portal(v);
        const abl_couinaud_map map = locate(v);
        CU_ASSERT_EQUAL(map.has_lobes, vein != 1);
        CU_ASSERT_EQUAL(map.has_right, vein == 2);
        CU_ASSERT_EQUAL(map.has_left, vein == 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(map.why_not, words[vein]));
        const abl_couinaud right = abl_couinaud_at(&map, places[8].lps);
        const abl_couinaud left = abl_couinaud_at(&map, places[1].lps);
        CU_ASSERT_EQUAL(right, vein == 0   ? ABL_COUINAUD_RIGHT
                               : vein == 1 ? ABL_COUINAUD_NONE
                                           : ABL_COUINAUD_VIII);
        CU_ASSERT_EQUAL(left, vein == 0   ? ABL_COUINAUD_II
                              : vein == 1 ? ABL_COUINAUD_NONE
                                          : ABL_COUINAUD_LEFT);
        abl_vessels_destroy(v);
    }
}

/* The middle vein hangs at -24 to -27 degrees. A gallbladder at -5 moves the
 * border of IVb and V there, not that of IVa and VIII; one of 1 mL or beside
 * the vena cava moves nothing. */
static void gallbladder_turns_the_border_between_the_lobes(void)
{
    static const double centres[][3] = {
        {-5, -60, 20}, {-5, -60, 20}, {-3, -15, 20}};
    static const double radius[] = {14, 6, 14};
    for (int n = 0; n < 3; n++) {
        abl_grid grid = abl_grid_axial(40, 40, 20, 3, 3, 4);
        grid.origin_lps[0] = -60;
        grid.origin_lps[1] = -100;
        grid.origin_lps[2] = -18;
        abl_volume *gallbladder = ball(&grid, centres[n], radius[n]);
        abl_vessels *v = veins_create();
        veins_add_hepatic(v);
        veins_add_portal(v);
        const abl_couinaud_map map = locate_with(v, gallbladder);
        CU_ASSERT_EQUAL(map.has_gallbladder, n == 0);
        CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){-15, -70, 15}),
                        n == 0 ? ABL_COUINAUD_V : ABL_COUINAUD_IVB);
        CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){0, -70, 15}),
                        ABL_COUINAUD_IVB);
        CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){-15, -70, 95}),
                        ABL_COUINAUD_IVA);
        abl_vessels_destroy(v);
        abl_volume_destroy(gallbladder);
    }
}

/* Without the left vein: III and IVb beside the umbilical portion, above it
 * only the lobe. */
static void umbilical_portion_alone_parts_the_lower_left_liver(void)
{
    abl_vessels *v = without(2);
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    CU_ASSERT_FALSE(map.has_left);
    CU_ASSERT_TRUE(map.has_left_below && map.has_umbilical);
    CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){55, -72, 40}),
                    ABL_COUINAUD_III);
    CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){5, -65, 35}),
                    ABL_COUINAUD_IVB);
    CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){55, -72, 80}),
                    ABL_COUINAUD_LEFT);
    CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){5, -65, 80}),
                    ABL_COUINAUD_LEFT);
    abl_vessels_destroy(v);
}

/* In front of the vena cava's right half lies what the middle vein drains;
 * left of it segment I reaches to the fissure. */
static void caudate_does_not_reach_in_front_of_the_vena_cava(void)
{
    abl_vessels *v = veins_create();
    veins_add_hepatic(v);
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    CU_ASSERT_EQUAL(abl_couinaud_at(&map, (double[3]){14, -22, 72}),
                    ABL_COUINAUD_I);
    CU_ASSERT_NOT_EQUAL(abl_couinaud_at(&map, (double[3]){-10, -22, 72}),
                        ABL_COUINAUD_I);
    CU_ASSERT_NOT_EQUAL(abl_couinaud_at(&map, (double[3]){14, -10, 94}),
                        ABL_COUINAUD_I);
    abl_vessels_destroy(v);
}

/* A ball in the direction of the middle vein, then 40 degrees left of it. */
static void gallbladder_elsewhere_refuses_the_middle_vein(void)
{
    static const double centres[][3] = {{-28, -55, 30}, {14, -60, 30}};
    for (int n = 0; n < 2; n++) {
        abl_grid grid = abl_grid_axial(40, 40, 20, 3, 3, 4);
        grid.origin_lps[0] = -60;
        grid.origin_lps[1] = -100;
        abl_volume *gallbladder = ball(&grid, centres[n], 12);
        abl_vessels *v = veins_create();
        veins_add_hepatic(v);
        veins_add_portal(v);
        const abl_couinaud_map map = locate_with(v, gallbladder);
        CU_ASSERT_EQUAL(map.has_lobes, n == 0);
        CU_ASSERT_EQUAL(strstr(map.why_not, "middle") == NULL, n == 0);
        size_t named = 0;
        for (size_t k = 0; k < v->node_count; k++)
            named += v->nodes[k].part == ABL_PART_MIDDLE_HEPATIC;
        CU_ASSERT_EQUAL(named > 0, n == 0);
        abl_vessels_destroy(v);
        abl_volume_destroy(gallbladder);
    }
}

static void curtains_that_meet_are_not_told_apart(void)
{
    const abl_tree h = ABL_TREE_HEPATIC;
    const int32_t none = ABL_VESSEL_NO_PARENT;
    abl_vessels *v = without(2);
    VEINS_LINE(v, h, none, 7, {2, -12, 100}, {22, -25, 92}, {8, -45, 84},
               {-18, -55, 75});
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    CU_ASSERT_TRUE(map.has_lobes && map.has_right);
    CU_ASSERT_FALSE(map.has_left);
    CU_ASSERT_PTR_NOT_NULL(strstr(map.why_not, "left"));
    abl_vessels_destroy(v);
}

static void no_bifurcation_leaves_lobes(void)
{
    abl_vessels *v = veins_create();
    veins_add_hepatic(v);
    const abl_couinaud_map map = locate(v);
    CU_ASSERT_TRUE(map.has_lobes);
    CU_ASSERT_FALSE(map.has_right || map.has_left || map.has_caudate);
    CU_ASSERT_PTR_NOT_NULL(strstr(map.why_not, "bifurcation"));
    CU_ASSERT_EQUAL(abl_couinaud_at(&map, places[6].lps), ABL_COUINAUD_RIGHT);
    abl_vessels_destroy(v);
}

static void no_hepatic_vein_leaves_nothing(void)
{
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    CU_ASSERT_FALSE(map.has_lobes);
    CU_ASSERT_PTR_NOT_NULL(strstr(map.why_not, "vena cava"));
    abl_vessels_destroy(v);
}

static abl_lesion_segment look(const double centre[3], double radius,
                               bool is_oblique)
{
    abl_error err = {ABL_OK, ""};
    abl_vessels *v = veins_create();
    veins_add_hepatic(v);
    veins_add_portal(v);
    const abl_couinaud_map map = locate(v);
    abl_grid wide = abl_grid_axial(60, 60, 40, 5, 5, 5);
    wide.origin_lps[0] = wide.origin_lps[1] = -150;
    wide.origin_lps[2] = -40;
    abl_grid near = abl_grid_axial(41, 41, 21, 1, 1, 2);
    if (is_oblique) {
        const double c = cos(0.5), s = sin(0.5);
        const double direction[3][3] = {{c, 0, s}, {0, 1, 0}, {-s, 0, c}};
        memcpy(near.direction, direction, sizeof direction);
    }
    double corner[3];
    abl_grid_to_lps(corner, &near, (double[3]){20, 20, 10});
    for (int a = 0; a < 3; a++)
        near.origin_lps[a] = centre[a] - corner[a];
    abl_volume *liver = ball(&wide, (double[3]){-20, -20, 60}, 130);
    abl_volume *lesion = ball(&near, centre, radius);
    abl_lesion_segment found;
    ABL_CHECK_OK(abl_couinaud_of_lesion(&found, &map, liver, lesion, &err),
                 &err);
    abl_volume_destroy(liver);
    abl_volume_destroy(lesion);
    abl_vessels_destroy(v);
    return found;
}

/* 9 mm under the portal level of 55, radius 6: 3 mm to VIII. */
static void second_segment_is_named_near_a_border(void)
{
    for (int oblique = 0; oblique < 2; oblique++) {
        const abl_lesion_segment found =
            look((double[3]){-45, -45, 46}, 6, oblique);
        CU_ASSERT_TRUE(found.is_assessed);
        CU_ASSERT_EQUAL(found.main, ABL_COUINAUD_V);
        ABL_CHECK_NEAR(found.share[ABL_COUINAUD_V], 1, 1e-9);
        CU_ASSERT_EQUAL(found.second, ABL_COUINAUD_VIII);
        ABL_CHECK_NEAR(found.second_mm, 3, 1);
    }
}

static void no_second_segment_beyond_ten_millimetres(void)
{
    const abl_lesion_segment found = look((double[3]){-48, -48, 20}, 6, false);
    CU_ASSERT_EQUAL(found.main, ABL_COUINAUD_V);
    CU_ASSERT_EQUAL(found.second, ABL_COUINAUD_NONE);
}

static void lesion_across_a_border_has_shares(void)
{
    const abl_lesion_segment found = look((double[3]){-45, -45, 53}, 8, true);
    CU_ASSERT_EQUAL(found.main, ABL_COUINAUD_V);
    CU_ASSERT_EQUAL(found.second, ABL_COUINAUD_VIII);
    ABL_CHECK_NEAR(found.second_mm, 0, 1e-9);
    /* cap of height 6 of a ball of radius 8 */
    ABL_CHECK_NEAR(found.share[ABL_COUINAUD_VIII], 36.0 * 18 / (4 * 512), 0.03);
}

static void unknown_map_assesses_nothing(void)
{
    abl_error err = {ABL_OK, ""};
    abl_couinaud_map map;
    memset(&map, 0, sizeof map);
    abl_lesion_segment found;
    const abl_grid grid = abl_grid_axial(9, 9, 9, 1, 1, 1);
    abl_volume *lesion = ball(&grid, (double[3]){4, 4, 4}, 3);
    ABL_CHECK_OK(abl_couinaud_of_lesion(&found, &map, lesion, lesion, &err),
                 &err);
    CU_ASSERT_FALSE(found.is_assessed);
    CU_ASSERT_EQUAL(found.main, ABL_COUINAUD_NONE);
    abl_volume_destroy(lesion);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(nine_places_have_their_segments),
    ABL_TEST(node_order_does_not_matter),
    ABL_TEST(veins_are_named_with_their_tributaries),
    ABL_TEST(common_trunk_of_middle_and_left_is_followed),
    ABL_TEST(missing_vein_leaves_lobes_or_nothing),
    ABL_TEST(gallbladder_turns_the_border_between_the_lobes),
    ABL_TEST(umbilical_portion_alone_parts_the_lower_left_liver),
    ABL_TEST(caudate_does_not_reach_in_front_of_the_vena_cava),
    ABL_TEST(gallbladder_elsewhere_refuses_the_middle_vein),
    ABL_TEST(curtains_that_meet_are_not_told_apart),
    ABL_TEST(no_bifurcation_leaves_lobes),
    ABL_TEST(no_hepatic_vein_leaves_nothing),
    ABL_TEST(second_segment_is_named_near_a_border),
    ABL_TEST(no_second_segment_beyond_ten_millimetres),
    ABL_TEST(lesion_across_a_border_has_shares),
    ABL_TEST(unknown_map_assesses_nothing),
    CU_TEST_INFO_NULL,
};
