/* Distance to the wall of the nearest vessel that is thick enough.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/vessel_near.h"

#include "tests/unit/check.h"
#include "tests/unit/eligibility/scene.h"

const char *const abl_test_suite = "eligibility.vessel_near";

#define LESION ABL_LESION_LABEL_FIRST

static abl_grid axial_grid(void)
{
    abl_grid grid = abl_grid_axial(70, 60, 60, 1, 1, 1);
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] = -30;
    return grid;
}

static abl_grid oblique_grid(void)
{
    abl_grid grid = abl_grid_axial(90, 90, 48, 0.9, 0.8, 2);
    const double c = cos(0.6), s = sin(0.6);
    const double direction[3][3] = {{c, 0, s}, {0, 1, 0}, {-s, 0, c}};
    double middle[3];
    memcpy(grid.direction, direction, sizeof direction);
    abl_grid_to_lps(middle, &grid, (double[3]){45, 45, 24});
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] = (a == 0 ? 5 : 0) - middle[a];
    return grid;
}

/* A scene with its vessels: rods of the vessel structures become nodes every
 * millimetre, of the rod's calibre. */
typedef struct world {
    scene sc;
    abl_structures *structures;
    abl_scene scene;
} world;

static void add_nodes(abl_vessels *v, const scene_shape *rod, abl_tree tree)
{
    const int steps = (int)ceil(scene_apart(rod->a, rod->b));
    for (int n = 0; n <= steps; n++) {
        abl_vessel_node *node = &v->nodes[v->node_count];
        *node = (abl_vessel_node){.calibre_mm = 2 * rod->radius_mm,
                                  .calibre_sd_mm = 0.1,
                                  .parent = n ? (int32_t)v->node_count - 1
                                              : ABL_VESSEL_NO_PARENT,
                                  .tree = tree};
        for (int a = 0; a < 3; a++)
            node->lps[a] = rod->a[a] + (rod->b[a] - rod->a[a]) * n / steps;
        v->node_count++;
    }
}

static void open_world(world *w)
{
    abl_error err = {ABL_OK, ""};
    w->structures = scene_structures(&w->sc);
    abl_vessels *v = calloc(1, sizeof *v);
    v->nodes = calloc(1000, sizeof *v->nodes);
    for (size_t n = 0; n < w->sc.count; n++)
        for (int t = 0; t < ABL_TREE_COUNT; t++)
            if (w->sc.shapes[n].id == (int)abl_tree_structure((abl_tree)t))
                add_nodes(v, &w->sc.shapes[n], (abl_tree)t);
    w->structures->vessels = v;
    ABL_CHECK_OK(abl_scene_create(&w->scene, NULL, w->structures, &err), &err);
}

static void close_world(world *w)
{
    abl_scene_clear(&w->scene);
    abl_structures_destroy(w->structures);
}

static abl_lesion_vessels look(const world *w, double calibre_mm,
                               double seen_within_mm)
{
    abl_error err = {ABL_OK, ""};
    abl_vessel_walls walls;
    abl_lesion_vessels found;
    ABL_CHECK_OK(abl_vessel_walls_make(&walls, &w->scene, calibre_mm, &err),
                 &err);
    abl_vessels_near(&found, &walls, &w->scene.lesions[0], seen_within_mm);
    abl_vessel_walls_clear(&walls);
    return found;
}

static void add_lesion(world *w, double x, double radius)
{
    scene_add(&w->sc, (scene_shape){.kind = SCENE_BALL,
                                    .id = LESION,
                                    .a = {x, 0, 0},
                                    .radius_mm = radius});
}

/* Upright at x, slightly leaning. */
static void add_vessel(world *w, int id, double x, double calibre_mm)
{
    scene_add(&w->sc, (scene_shape){.kind = SCENE_ROD,
                                    .id = id,
                                    .a = {x, -2, -18},
                                    .b = {x, 2, 18},
                                    .radius_mm = calibre_mm / 2});
}

static void distance_is_to_the_wall_on_any_grid(void)
{
    const abl_grid grids[2] = {axial_grid(), oblique_grid()};
    for (int g = 0; g < 2; g++) {
        world w = {.sc.grid = grids[g]};
        add_lesion(&w, -5, 8);
        add_vessel(&w, ABL_PORTAL_VEINS, 15, 6);
        open_world(&w);
        for (size_t n = 10; n < 30; n++)
            w.structures->vessels->nodes[n].part = ABL_PART_RIGHT_PORTAL_BRANCH;
        const abl_lesion_vessels found = look(&w, 3, 1000);
        const abl_vessel_near *near = &found.nearest;
        ABL_CHECK_NEAR(near->to.nearest.mm.value, 20 - 8 - 3, 0.1);
        CU_ASSERT_TRUE(near->to.nearest.mm.uncertainty > 0);
        CU_ASSERT_EQUAL(near->to.structure, ABL_PORTAL_VEINS);
        CU_ASSERT_EQUAL(near->tree, ABL_TREE_PORTAL);
        CU_ASSERT_EQUAL(near->part, ABL_PART_RIGHT_PORTAL_BRANCH);
        ABL_CHECK_NEAR(near->calibre_mm.value, 6, 1e-9);
        ABL_CHECK_NEAR(near->calibre_mm.uncertainty, 0.196, 1e-9);
        ABL_CHECK_NEAR(near->to.nearest.to_lps[0], 12, 0.1);
        ABL_CHECK_NEAR(near->to.nearest.from_lps[0], 3, 0.1);
        CU_ASSERT_FALSE(near->to.is_upper_bound);
        close_world(&w);
    }
}

static void thin_vessel_does_not_count(void)
{
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, -5, 6);
    add_vessel(&w, ABL_PORTAL_VEINS, 8, 2.6);
    add_vessel(&w, ABL_PORTAL_VEINS, 22, 5);
    open_world(&w);
    abl_lesion_vessels found = look(&w, 3, 1000);
    ABL_CHECK_NEAR(found.nearest.to.nearest.mm.value, 27 - 6 - 2.5, 0.1);
    ABL_CHECK_NEAR(found.doubtful.to.nearest.mm.value, 27 - 6 - 2.5, 0.1);
    found = look(&w, 2, 1000);
    ABL_CHECK_NEAR(found.nearest.to.nearest.mm.value, 13 - 6 - 1.3, 0.15);
    found = look(&w, 6, 1000);
    CU_ASSERT_FALSE(found.nearest.to.nearest.mm.measured);
    CU_ASSERT_FALSE(found.nearest.calibre_mm.measured);
    CU_ASSERT_STRING_EQUAL(found.nearest.to.nearest.mm.why_not,
                           "no vessel of this calibre was seen");
    close_world(&w);
}

static void vessel_whose_interval_reaches_the_calibre_is_doubtful(void)
{
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, -5, 6);
    add_vessel(&w, ABL_PORTAL_VEINS, 8, 2.6);
    add_vessel(&w, ABL_HEPATIC_VEINS, 22, 5);
    open_world(&w);
    for (size_t n = 0; n < w.structures->vessels->node_count; n++)
        w.structures->vessels->nodes[n].calibre_sd_mm = 0.25;
    const abl_lesion_vessels found = look(&w, 3, 1000);
    CU_ASSERT_EQUAL(found.nearest.tree, ABL_TREE_HEPATIC);
    CU_ASSERT_EQUAL(found.doubtful.tree, ABL_TREE_PORTAL);
    ABL_CHECK_NEAR(found.doubtful.to.nearest.mm.value, 13 - 6 - 1.3, 0.15);
    CU_ASSERT_FALSE(found.of[ABL_TREE_PORTAL].to.nearest.mm.measured);
    close_world(&w);
}

static void calibre_is_compared_as_printed(void)
{
    static const double calibres[] = {2.94, 2.96};
    for (int n = 0; n < 2; n++) {
        world w = {.sc.grid = axial_grid()};
        add_lesion(&w, -5, 6);
        add_vessel(&w, ABL_PORTAL_VEINS, 10, calibres[n]);
        open_world(&w);
        const abl_lesion_vessels found = look(&w, 3, 1000);
        CU_ASSERT_EQUAL(found.nearest.to.nearest.mm.measured, n == 1);
        close_world(&w);
    }
}

/* Along z the calibre is 3 or more only from z = 12 up. */
static void thick_part_of_a_vessel_counts_where_it_is_thick(void)
{
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, -5, 6);
    add_vessel(&w, ABL_PORTAL_VEINS, 10, 3);
    open_world(&w);
    abl_vessels *v = w.structures->vessels;
    for (size_t n = 0; n < v->node_count; n++)
        v->nodes[n].calibre_mm = v->nodes[n].lps[2] >= 11.5 ? 3 : 2.5;
    const abl_lesion_vessels found = look(&w, 3, 1000);
    const double up = found.nearest.to.nearest.to_lps[2];
    CU_ASSERT_TRUE(up > 9 && up < 12.5);
    ABL_CHECK_NEAR(found.nearest.to.nearest.mm.value, hypot(15 - 1.5, up) - 6,
                   0.3);
    close_world(&w);
}

static void nearest_of_each_tree_is_told(void)
{
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, 0, 5);
    add_vessel(&w, ABL_HEPATIC_VEINS, 20, 6);
    add_vessel(&w, ABL_PORTAL_VEINS, -15, 4);
    add_vessel(&w, ABL_LIVER_VESSELS, 28, 4);
    open_world(&w);
    const abl_lesion_vessels found = look(&w, 3, 1000);
    static const double mm[] = {20 - 5 - 3, 15 - 5 - 2, 28 - 5 - 2};
    for (int t = 0; t < ABL_TREE_COUNT; t++) {
        CU_ASSERT_EQUAL(found.of[t].tree, t);
        ABL_CHECK_NEAR(found.of[t].to.nearest.mm.value, mm[t], 0.1);
    }
    CU_ASSERT_EQUAL(found.nearest.tree, ABL_TREE_PORTAL);
    CU_ASSERT_STRING_EQUAL(abl_vessel_near_title(&found.nearest),
                           "portal vein");
    close_world(&w);
}

static void touching_is_zero(void)
{
    static const double at[][2] = {{6, 3}, {0, 3}, {10, 26}};
    for (int n = 0; n < 3; n++) { /* crossing, vessel inside, lesion inside */
        world w = {.sc.grid = axial_grid()};
        add_lesion(&w, 0, 5);
        add_vessel(&w, ABL_PORTAL_VEINS, at[n][0], at[n][1]);
        open_world(&w);
        const abl_lesion_vessels found = look(&w, 3, 1000);
        ABL_CHECK_NEAR(found.nearest.to.nearest.mm.value, 0, 1e-3);
        close_world(&w);
    }
}

static void unseen_liver_makes_an_upper_bound(void)
{
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, -5, 8);
    add_vessel(&w, ABL_PORTAL_VEINS, 15, 6);
    open_world(&w);
    const abl_lesion_vessels found = look(&w, 3, 4);
    CU_ASSERT_TRUE(found.nearest.to.is_upper_bound);
    ABL_CHECK_NEAR(found.nearest.to.at_least_mm, 4, 1e-9);
    ABL_CHECK_NEAR(found.seen_within_mm, 4, 1e-9);
    close_world(&w);
}

static void without_vessels_nothing_is_measured(void)
{
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, 0, 5);
    open_world(&w);
    abl_lesion_vessels found = look(&w, 3, HUGE_VAL);
    CU_ASSERT_STRING_EQUAL(found.nearest.to.nearest.mm.why_not,
                           "no vessel of this calibre was seen");
    abl_vessels_destroy(w.structures->vessels);
    w.structures->vessels = NULL;
    found = look(&w, 3, HUGE_VAL);
    CU_ASSERT_FALSE(found.nearest.to.nearest.mm.measured);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(found.nearest.to.nearest.mm.why_not, "not looked for"));
    CU_ASSERT_TRUE(isfinite(found.seen_within_mm));
    close_world(&w);
}

static void impossible_calibres_are_refused(void)
{
    abl_error err = {ABL_OK, ""};
    static const double calibres[] = {-0.1, 50.1, NAN, INFINITY};
    world w = {.sc.grid = axial_grid()};
    add_lesion(&w, 0, 5);
    open_world(&w);
    for (int n = 0; n < 4; n++) {
        abl_vessel_walls walls;
        ABL_CHECK_FAILS(
            abl_vessel_walls_make(&walls, &w.scene, calibres[n], &err),
            ABL_E_INVALID, "calibre", &err);
        abl_vessel_walls_clear(&walls);
    }
    close_world(&w);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(distance_is_to_the_wall_on_any_grid),
    ABL_TEST(thin_vessel_does_not_count),
    ABL_TEST(vessel_whose_interval_reaches_the_calibre_is_doubtful),
    ABL_TEST(calibre_is_compared_as_printed),
    ABL_TEST(thick_part_of_a_vessel_counts_where_it_is_thick),
    ABL_TEST(nearest_of_each_tree_is_told),
    ABL_TEST(touching_is_zero),
    ABL_TEST(unseen_liver_makes_an_upper_bound),
    ABL_TEST(without_vessels_nothing_is_measured),
    ABL_TEST(impossible_calibres_are_refused),
    CU_TEST_INFO_NULL,
};
