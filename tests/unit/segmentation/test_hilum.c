/* The portal bifurcation and its first branches in made-up trees.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/hilum.h"

#include "segmentation/structures.h"
#include "segmentation/surface.h"
#include "segmentation/vessel_index.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/veins.h"

const char *const abl_test_suite = "segmentation.hilum";

#define NONE ABL_VESSEL_NO_PARENT
#define P    ABL_TREE_PORTAL

static abl_hilum locate(abl_vessels *v)
{
    abl_error err = {ABL_OK, ""};
    abl_hilum hilum;
    ABL_CHECK_OK(abl_hilum_locate(&hilum, v, &err), &err);
    return hilum;
}

static void check_point(const double lps[3], double x, double y, double z)
{
    ABL_CHECK_NEAR(lps[0], x, 1e-9);
    ABL_CHECK_NEAR(lps[1], y, 1e-9);
    ABL_CHECK_NEAR(lps[2], z, 1e-9);
}

static void check_usual(const abl_hilum *hilum)
{
    CU_ASSERT_TRUE(hilum->is_found);
    check_point(hilum->bifurcation_lps, -8, -30, 50);
    check_point(hilum->right.end_lps, -30, -25, 55);
    check_point(hilum->left.end_lps, 30, -50, 56);
    ABL_CHECK_NEAR(hilum->right.length_mm, sqrt(22 * 22 + 5 * 5 + 5 * 5), 1e-6);
    CU_ASSERT_FALSE(hilum->is_early);
    CU_ASSERT_FALSE(hilum->joins_roots);
}

static void portal_vein_divides_where_right_and_left_part(void)
{
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    abl_hilum hilum = locate(v);
    check_usual(&hilum);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void node_order_does_not_matter(void)
{
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    for (unsigned seed = 1; seed <= 5; seed++) {
        abl_vessels *shuffled = veins_shuffle(v, seed);
        abl_hilum hilum = locate(shuffled);
        check_usual(&hilum);
        abl_hilum_clear(&hilum);
        abl_vessels_destroy(shuffled);
    }
    abl_vessels_destroy(v);
}

static void twigs_end_no_branch(void)
{
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    for (int32_t n = (int32_t)v->node_count - 1; n > 0; n--)
        if (fabs(v->nodes[n].lps[0] + 30) > 30 && v->nodes[n].calibre_mm > 7)
            VEINS_LINE(v, P, n, 3.2,
                       {v->nodes[n].lps[0], v->nodes[n].lps[1],
                        v->nodes[n].lps[2] + 12});
    abl_hilum hilum = locate(v);
    check_usual(&hilum);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void parts_follow_the_bifurcation(void)
{
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    abl_hilum hilum = locate(v);
    size_t seen[ABL_PART_COUNT] = {0};
    for (size_t n = 0; n < v->node_count; n++) {
        const abl_vessel_node *node = &v->nodes[n];
        seen[node->part]++;
        if (node->part == ABL_PART_PORTAL_TRUNK)
            CU_ASSERT_TRUE(node->lps[2] <= 50);
        if (node->lps[0] < -31)
            CU_ASSERT_EQUAL(node->part, ABL_PART_RIGHT_PORTAL_BRANCH);
        if (node->lps[1] < -51)
            CU_ASSERT_EQUAL(node->part, ABL_PART_LEFT_PORTAL_BRANCH);
    }
    CU_ASSERT_EQUAL(seen[ABL_PART_NONE], 0);
    CU_ASSERT_EQUAL(seen[ABL_PART_RIGHT_PORTAL], hilum.right.count);
    CU_ASSERT_EQUAL(seen[ABL_PART_LEFT_PORTAL], hilum.left.count);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void two_roots_in_the_trunk_join_half_way(void)
{
    abl_vessels *v = veins_create();
    VEINS_LINE(v, P, NONE, 8, {-20, -30, 50}, {-70, -20, 60});
    VEINS_LINE(v, P, NONE, 7, {10, -32, 54}, {40, -60, 56});
    abl_hilum hilum = locate(v);
    CU_ASSERT_TRUE(hilum.is_found);
    CU_ASSERT_TRUE(hilum.joins_roots);
    check_point(hilum.bifurcation_lps, -5, -31, 52);
    CU_ASSERT_TRUE(hilum.right.length_mm <= ABL_HILUM_MOST_MM);
    CU_ASSERT_TRUE(hilum.left.length_mm > 40);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void trifurcation_reaches_ten_millimetres(void)
{
    abl_vessels *v = veins_create();
    const int32_t bif = VEINS_LINE(v, P, NONE, 12, {0, -30, 30}, {0, -30, 50});
    VEINS_LINE(v, P, bif, 7, {-30, -60, 60});
    VEINS_LINE(v, P, bif, 7, {-45, -10, 55});
    VEINS_LINE(v, P, bif, 7, {30, -45, 55}, {40, -60, 50});
    abl_hilum hilum = locate(v);
    CU_ASSERT_TRUE(hilum.is_found);
    CU_ASSERT_TRUE(hilum.is_early);
    double farthest = 0;
    size_t to_front = 0;
    for (size_t n = 0; n < hilum.right.count; n++) {
        const double *p = v->nodes[hilum.right.nodes[n]].lps;
        farthest = fmax(farthest, sqrt(p[0] * p[0] + (p[1] + 30) * (p[1] + 30) +
                                       (p[2] - 50) * (p[2] - 50)));
        to_front += p[1] < -30;
    }
    CU_ASSERT_TRUE(farthest <= ABL_HILUM_LEAST_MM + 1e-6);
    CU_ASSERT_TRUE(farthest > ABL_HILUM_LEAST_MM - 1.1);
    CU_ASSERT_TRUE(to_front >= 9 && to_front < hilum.right.count);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

/* The right posterior branch leaves 13 mm before right anterior and left
 * part. */
static void early_branch_of_the_trunk_belongs_to_the_hilum(void)
{
    abl_vessels *v = veins_create();
    const int32_t first =
        VEINS_LINE(v, P, NONE, 12, {0, -30, 30}, {-6, -28, 42});
    VEINS_LINE(v, P, first, 7, {-60, 10, 45});
    const int32_t second = VEINS_LINE(v, P, first, 10, {-8, -32, 54});
    VEINS_LINE(v, P, second, 7, {-70, -60, 70});
    VEINS_LINE(v, P, second, 7, {20, -38, 58}, {32, -60, 56});
    abl_hilum hilum = locate(v);
    CU_ASSERT_TRUE(hilum.is_found);
    check_point(hilum.bifurcation_lps, -8, -32, 54);
    CU_ASSERT_TRUE(hilum.left.end_lps[0] > 15);
    CU_ASSERT_TRUE(hilum.is_early);
    size_t trunk = 0, posterior = 0;
    for (size_t n = 0; n < hilum.right.count; n++) {
        const double *p = v->nodes[hilum.right.nodes[n]].lps;
        trunk += p[2] > 42.5 && p[2] < 53.9 && p[0] >= -8;
        posterior += p[1] > -27.9 && p[1] < -20;
    }
    CU_ASSERT_TRUE(trunk >= 10 && posterior >= 8);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void division_of_the_right_branch_is_no_bifurcation(void)
{
    abl_vessels *v = veins_create();
    const int32_t at = VEINS_LINE(v, P, NONE, 9, {0, -30, 30}, {-20, -30, 50});
    VEINS_LINE(v, P, at, 7, {-80, -50, 60});
    VEINS_LINE(v, P, at, 7, {-30, 20, 20});
    abl_hilum hilum = locate(v);
    CU_ASSERT_FALSE(hilum.is_found);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void tree_without_division_is_not_found_with_a_reason(void)
{
    abl_vessels *v = veins_create();
    VEINS_LINE(v, P, NONE, 9, {0, -30, 30}, {-8, -30, 50}, {-60, -20, 60});
    VEINS_LINE(v, ABL_TREE_HEPATIC, NONE, 9, {0, 0, 90}, {60, -20, 60});
    abl_hilum hilum = locate(v);
    CU_ASSERT_FALSE(hilum.is_found);
    CU_ASSERT_PTR_NOT_NULL(strstr(hilum.why_not, "no division"));
    abl_hilum_clear(&hilum);
    v->node_count = 0;
    hilum = locate(v);
    CU_ASSERT_FALSE(hilum.is_found);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void division_into_front_and_back_is_none(void)
{
    abl_vessels *v = veins_create();
    const int32_t at = VEINS_LINE(v, P, NONE, 9, {0, -30, 30}, {-40, -30, 50});
    VEINS_LINE(v, P, at, 7, {-50, -70, 60});
    VEINS_LINE(v, P, at, 7, {-50, 20, 60});
    abl_hilum hilum = locate(v);
    CU_ASSERT_FALSE(hilum.is_found);
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static void broken_trees_are_refused(void)
{
    abl_error err = {ABL_OK, ""};
    for (int fault = 0; fault < 7; fault++) {
        abl_vessels *v = veins_create();
        abl_hilum hilum;
        veins_add_portal(v);
        abl_vessel_node *node = &v->nodes[20];
        switch (fault) {
        case 0:
            node->parent = 20;
            break;
        case 1:
            node->parent = -2;
            break;
        case 2:
            node->parent = 30;
            break;
        case 3:
            node->tree = ABL_TREE_HEPATIC;
            break;
        case 4:
            node->lps[1] = NAN;
            break;
        case 5:
            node->calibre_mm = 0;
            break;
        default:
            node->calibre_sd_mm = INFINITY;
            break;
        }
        ABL_CHECK_FAILS(abl_hilum_locate(&hilum, v, &err), ABL_E_INVALID,
                        "vessel node 2", &err);
        CU_ASSERT_FALSE(hilum.is_found);
        abl_hilum_clear(&hilum);
        abl_vessels_destroy(v);
    }
}

static abl_grid oblique_grid(void)
{
    abl_grid grid = abl_grid_axial(80, 80, 60, 0.8, 0.9, 2.5);
    const double c = cos(0.4), s = sin(0.4);
    const double direction[3][3] = {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    memcpy(grid.direction, direction, sizeof direction);
    grid.origin_lps[0] = -40;
    grid.origin_lps[1] = -70;
    return grid;
}

static void field_is_the_depth_in_the_vessels_on_any_grid(void)
{
    abl_error err = {ABL_OK, ""};
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    abl_hilum hilum = locate(v);
    const abl_grid grids[2] = {abl_grid_axial(9, 9, 9, 1, 1, 1),
                               oblique_grid()};
    for (int g = 0; g < 2; g++) {
        abl_volume *field = NULL;
        ABL_CHECK_OK(abl_hilum_field(&field, &hilum, v, &grids[g], &err), &err);
        if (!field)
            continue;
        /* across the right main portal vein at its middle, r = 4.5 */
        const double axis[3] = {-19, -27.5, 52.5};
        const double up[3] = {5 / hypot(5, 22), 0, 22 / hypot(5, 22)};
        for (double mm = 2; mm < 7; mm += 0.5) {
            double p[3];
            for (int a = 0; a < 3; a++)
                p[a] = axis[a] + mm * up[a];
            ABL_CHECK_NEAR(abl_field_sample_lps(field, p), 4.5 - mm, 0.1);
        }
        CU_ASSERT_TRUE(abl_field_sample_lps(field, (double[3]){-50, -45, 75}) <
                       0);
        abl_volume_destroy(field);
    }
    abl_hilum_clear(&hilum);
    abl_vessels_destroy(v);
}

static abl_structures *structures_with(abl_vessels *v)
{
    abl_structures *s = calloc(1, sizeof *s);
    abl_grid grid = oblique_grid();
    s->vessels = v;
    CU_ASSERT_EQUAL(abl_volume_create(&s->labels, &grid, ABL_PIXEL_U8, NULL),
                    ABL_OK);
    return s;
}

/* A ball of portal trunk 12 and 18 mm from the bifurcation. */
static void division_away_from_the_trunk_is_refused(void)
{
    abl_error err = {ABL_OK, ""};
    for (int far = 0; far < 2; far++) {
        abl_structures *s = structures_with(veins_create());
        veins_add_portal(s->vessels);
        abl_grid grid = abl_grid_axial(11, 11, 11, 1, 1, 1);
        grid.origin_lps[0] = -13;
        grid.origin_lps[1] = -35;
        grid.origin_lps[2] = far ? 24 : 30;
        abl_structure *portal = &s->items[ABL_PORTAL_AND_SPLENIC_VEIN];
        ABL_CHECK_OK(
            abl_volume_create(&portal->field, &grid, ABL_PIXEL_F32, &err),
            &err);
        for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
            abl_volume_f32(portal->field)[n] =
                (float)(3.2 - fabs((double)(n / 121) - 5));
        ABL_CHECK_OK(abl_hilum_find(s, &err), &err);
        CU_ASSERT_EQUAL(s->items[ABL_HILUM].found,
                        far ? ABL_NOT_FOUND : ABL_FOUND);
        CU_ASSERT_EQUAL(strstr(s->hilum->why_not, "away from") != NULL, far);
        abl_structures_destroy(s);
    }
}

/* A liver of one block, from the right to the left in x. */
static void put_liver(abl_structures *s, double right_x, double left_x)
{
    abl_error err = {ABL_OK, ""};
    abl_grid grid = abl_grid_axial(9, 9, 9, (left_x - right_x) / 8, 10, 10);
    grid.origin_lps[0] = right_x;
    grid.origin_lps[1] = -80;
    grid.origin_lps[2] = 20;
    abl_volume **field = &s->items[ABL_LIVER].field;
    ABL_CHECK_OK(abl_volume_create(field, &grid, ABL_PIXEL_F32, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        abl_volume_f32(*field)[n] = 1;
}

/* The right branch supplies x = -47 on average, the left one 31. */
static void division_of_one_half_of_the_liver_is_refused(void)
{
    static const struct {
        double middle_x;
        const char *why;
    } cases[] = {{-62, "no right half"},
                 {-50, NULL},
                 {-8, NULL},
                 {25, NULL},
                 {40, "no left half"}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        abl_error err = {ABL_OK, ""};
        abl_structures *s = structures_with(veins_create());
        veins_add_portal(s->vessels);
        put_liver(s, cases[n].middle_x - 100, cases[n].middle_x + 100);
        ABL_CHECK_OK(abl_hilum_find(s, &err), &err);
        CU_ASSERT_EQUAL(s->items[ABL_HILUM].found,
                        cases[n].why ? ABL_NOT_FOUND : ABL_FOUND);
        CU_ASSERT(!cases[n].why || strstr(s->hilum->why_not, cases[n].why));
        abl_structures_destroy(s);
    }
}

/* 200 mm beside a right branch of 118 mm are borne, 300 mm are not, unless
 * they are thin or on the left. */
static void unknown_vessels_may_be_the_right_branch(void)
{
    static const struct {
        double x, calibre_mm, length_mm;
        bool is_found;
    } cases[] = {{-60, 6, 200, true},
                 {-60, 6, 300, false},
                 {-60, 3.5, 300, true},
                 {60, 6, 300, true}};
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        abl_error err = {ABL_OK, ""};
        abl_structures *s = structures_with(veins_create());
        veins_add_portal(s->vessels);
        VEINS_LINE(s->vessels, ABL_TREE_UNNAMED, NONE, cases[n].calibre_mm,
                   {cases[n].x, 0, 0}, {cases[n].x, cases[n].length_mm, 0});
        ABL_CHECK_OK(abl_hilum_find(s, &err), &err);
        CU_ASSERT_EQUAL(s->items[ABL_HILUM].found,
                        cases[n].is_found ? ABL_FOUND : ABL_NOT_FOUND);
        CU_ASSERT_EQUAL(strstr(s->hilum->why_not, "outweigh") != NULL,
                        !cases[n].is_found);
        abl_structures_destroy(s);
    }
}

static void nearest_wall_is_that_of_a_search_through_all(void)
{
    abl_error err = {ABL_OK, ""};
    abl_vessels *v = veins_create();
    veins_add_portal(v);
    veins_add_hepatic(v);
    abl_vessel_index index;
    ABL_CHECK_OK(abl_vessel_index_make(&index, v, P, &err), &err);
    unsigned seed = 7;
    for (int n = 0; n < 500; n++) {
        double p[3], least = HUGE_VAL;
        for (int a = 0; a < 3; a++) {
            seed = seed * 1664525u + 1013904223u;
            p[a] = (seed >> 8) % 200 - 100.0;
        }
        const abl_vessel_node *found = abl_vessel_index_nearest(&index, p);
        double mm = HUGE_VAL;
        for (size_t k = 0; k < v->node_count; k++) {
            const double *q = v->nodes[k].lps;
            const double off = sqrt((p[0] - q[0]) * (p[0] - q[0]) +
                                    (p[1] - q[1]) * (p[1] - q[1]) +
                                    (p[2] - q[2]) * (p[2] - q[2])) -
                               0.5 * v->nodes[k].calibre_mm;
            if (v->nodes[k].tree == P)
                least = fmin(least, off);
            if (&v->nodes[k] == found)
                mm = off;
        }
        ABL_CHECK_NEAR(mm, least, 1e-12);
    }
    abl_vessel_index_clear(&index);
    v->node_count = 0;
    ABL_CHECK_OK(abl_vessel_index_make(&index, v, P, &err), &err);
    CU_ASSERT_PTR_NULL(abl_vessel_index_nearest(&index, (double[3]){0, 0, 0}));
    abl_vessel_index_clear(&index);
    abl_vessels_destroy(v);
}

static void item_says_found_not_found_or_not_looked_for(void)
{
    abl_error err = {ABL_OK, ""};
    static const abl_found expected[] = {ABL_FOUND, ABL_NOT_FOUND,
                                         ABL_NOT_LOOKED_FOR, ABL_NOT_LOOKED_FOR,
                                         ABL_FOUND_CUT};
    for (int n = 0; n < 5; n++) {
        abl_structures *s = structures_with(n == 3 ? NULL : veins_create());
        if (n != 1 && n != 3)
            veins_add_portal(s->vessels);
        if (n == 2)
            s->vessels->trees[P].is_assessable = false;
        if (n == 2)
            snprintf(s->vessels->trees[P].why_not,
                     sizeof s->vessels->trees[P].why_not, "slices of 5 mm");
        if (n == 4)
            s->labels->grid.origin_lps[2] = 49;
        ABL_CHECK_OK(abl_hilum_find(s, &err), &err);
        CU_ASSERT_EQUAL(s->items[ABL_HILUM].found, expected[n]);
        CU_ASSERT_EQUAL(s->items[ABL_HILUM].field != NULL, n == 0 || n == 4);
        CU_ASSERT_EQUAL(s->hilum->why_not[0] == '\0', n == 0 || n == 4);
        if (n == 2)
            CU_ASSERT_STRING_EQUAL(s->hilum->why_not, "slices of 5 mm");
        abl_structures_destroy(s);
    }
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(portal_vein_divides_where_right_and_left_part),
    ABL_TEST(node_order_does_not_matter),
    ABL_TEST(twigs_end_no_branch),
    ABL_TEST(parts_follow_the_bifurcation),
    ABL_TEST(two_roots_in_the_trunk_join_half_way),
    ABL_TEST(trifurcation_reaches_ten_millimetres),
    ABL_TEST(early_branch_of_the_trunk_belongs_to_the_hilum),
    ABL_TEST(division_of_the_right_branch_is_no_bifurcation),
    ABL_TEST(tree_without_division_is_not_found_with_a_reason),
    ABL_TEST(division_into_front_and_back_is_none),
    ABL_TEST(broken_trees_are_refused),
    ABL_TEST(field_is_the_depth_in_the_vessels_on_any_grid),
    ABL_TEST(division_away_from_the_trunk_is_refused),
    ABL_TEST(division_of_one_half_of_the_liver_is_refused),
    ABL_TEST(unknown_vessels_may_be_the_right_branch),
    ABL_TEST(nearest_wall_is_that_of_a_search_through_all),
    ABL_TEST(item_says_found_not_found_or_not_looked_for),
    CU_TEST_INFO_NULL,
};
