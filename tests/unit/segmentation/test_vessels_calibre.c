/* The parts that calibre and trees are made of: the blurred disc, sections,
 * smoothing along a tree, and brightness of edges.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/vessels_section.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

static void a_blurred_disc_keeps_its_area(void)
{
    static abl_vessel_profile profile;
    abl_vessel_profile_fill(&profile);
    const double radii[] = {0.8, 1.5, 3, 6.5, 11};
    for (int n = 0; n < 5; n++) {
        double area = 0;
        for (double rho = 0.005; rho < radii[n] + 6; rho += 0.01)
            area += 2 * M_PI * rho * 0.01 *
                    abl_vessel_profile_at(&profile, rho, radii[n], 0.9);
        ABL_CHECK_NEAR(sqrt(area / M_PI), radii[n], 0.02 * radii[n]);
        ABL_CHECK_NEAR(abl_vessel_profile_at(&profile, 0, radii[n], 0.9),
                       1 - exp(-radii[n] * radii[n] / (2 * 0.81)), 0.01);
    }
}

static void the_slope_is_what_a_wider_disc_adds(void)
{
    static abl_vessel_profile profile;
    abl_vessel_profile_fill(&profile);
    for (double rho = 0; rho < 5; rho += 0.7) {
        const double step = abl_vessel_profile_at(&profile, rho, 2.25, 0.8) -
                            abl_vessel_profile_at(&profile, rho, 1.75, 0.8);
        ABL_CHECK_NEAR(abl_vessel_profile_slope(rho, 2, 0.8), step / 0.5, 0.03);
    }
}

/* A vessel of 40 HU along the third axis at (x, 20), blurred by 0.9 mm. */
static abl_volume *paint_vessel(double x_mm, double radius_mm)
{
    static abl_vessel_profile profile;
    abl_vessel_profile_fill(&profile);
    const double spacing[3] = {1, 1, 1};
    const abl_grid grid = phantom_grid(41, 41, 9, spacing);
    abl_volume *volume = phantom_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        const double rho =
            hypot((double)(v % 41) - x_mm, (double)(v / 41 % 41) - 20);
        abl_volume_f32(volume)[v] =
            (float)(40 * abl_vessel_profile_at(&profile, rho, radius_mm, 0.9));
    }
    return volume;
}

static void a_section_says_how_wide_the_vessel_is_and_where_its_middle(void)
{
    static abl_vessel_profile profile;
    abl_vessel_profile_fill(&profile);
    abl_volume *volume = paint_vessel(20.5, 2.4);
    const abl_vessel_work work = {.grid = volume->grid, .contrast = volume};
    abl_vessel_section section;
    const double course[3] = {0, 0, 1}, at[3] = {20, 20, 4};
    double weight, shift[2], u[3], v[3];
    abl_section_sample(&section, &work, at, course, 7);
    const double more = abl_section_widening(&weight, shift, &section, &profile,
                                             2, 0.98, 0, 40);
    ABL_CHECK_NEAR(2 + more, 2.4, 0.15);
    abl_section_frame(u, v, course);
    ABL_CHECK_NEAR(shift[0] * u[0] + shift[1] * v[0], 0.5, 0.15);
    ABL_CHECK_NEAR(shift[0] * u[1] + shift[1] * v[1], 0, 0.05);
    CU_ASSERT_TRUE(weight > 0);
    ABL_CHECK_NEAR(sqrt(abl_section_square_radius(&section, 10, 0, 40)), 2.4,
                   0.1);
    CU_ASSERT_TRUE(abl_section_misfit(&section, &profile, 2.4, 0.98, 0, 40) <
                   0.5 *
                       abl_section_misfit(&section, &profile, 2.4, 1.6, 0, 40));
    abl_volume_destroy(volume);
}

enum {
    NODES = 60
};

static void smooth(double radius[NODES], double sd[NODES],
                   const double value[NODES], double variance)
{
    abl_error err;
    abl_vessel_node nodes[NODES];
    double mm[NODES][3], variances[NODES];
    memset(nodes, 0, sizeof nodes);
    for (int n = 0; n < NODES; n++) {
        nodes[n].parent = n - 1;
        nodes[n].calibre_mm = 2 * value[n];
        mm[n][0] = n;
        mm[n][1] = mm[n][2] = 0;
        variances[n] = variance;
    }
    const abl_vessels vessels = {.node_count = NODES, .nodes = nodes};
    ABL_CHECK_OK(abl_vessel_radii_smooth(radius, sd, &vessels,
                                         (const double(*)[3])mm, value,
                                         variances, &err),
                 &err);
}

static void noise_along_a_branch_is_averaged_and_its_rest_stated(void)
{
    double value[NODES], radius[NODES], sd[NODES], worst = 0;
    uint64_t state = 3;
    for (int n = 0; n < NODES; n++)
        value[n] = 4 - 0.02 * n + phantom_noise(&state, 0.5);
    smooth(radius, sd, value, 0.25);
    for (int n = 0; n < NODES; n++) {
        worst = fmax(worst, fabs(radius[n] - 4 + 0.02 * n));
        CU_ASSERT_TRUE(sd[n] > 0.05 && sd[n] < 0.35);
    }
    CU_ASSERT_TRUE(worst < 0.5);
}

static void a_place_far_off_the_rest_of_its_branch_hardly_counts(void)
{
    double value[NODES], radius[NODES], sd[NODES];
    for (int n = 0; n < NODES; n++)
        value[n] = n == 30 ? 9 : 3;
    smooth(radius, sd, value, 0.1);
    ABL_CHECK_NEAR(radius[30], 3, 0.2);
    ABL_CHECK_NEAR(radius[10], 3, 0.2);
}

/* Two edges of each tree with 60 and 40 HU, and a fifth of @p hu. */
static void compare_brightness(double mismatch[2][5], double hu, double portal)
{
    abl_error err;
    const double spacing[3] = {1, 1, 1};
    const abl_grid grid = phantom_grid(30, 5, 1, spacing);
    abl_volume *contrast = phantom_volume(&grid, ABL_PIXEL_F32);
    uint32_t points[150];
    abl_vessel_edge edges[5];
    memset(edges, 0, sizeof edges);
    const abl_tree trees[5] = {ABL_TREE_HEPATIC, ABL_TREE_HEPATIC,
                               ABL_TREE_PORTAL, ABL_TREE_PORTAL,
                               ABL_TREE_UNNAMED};
    const double bright[5] = {40, 40, portal, portal, hu};
    for (uint32_t v = 0; v < 150; v++) {
        points[v] = v;
        abl_volume_f32(contrast)[v] = (float)bright[v / 30];
    }
    for (size_t e = 0; e < 5; e++) {
        edges[e].first = 30 * e;
        edges[e].count = 30;
        edges[e].length_mm = 30;
        edges[e].radius_mm = 3;
    }
    const abl_vessel_work work = {
        .grid = grid,
        .contrast = contrast,
        .noise_hu = 8,
        .graph = {.edge_count = 5, .edges = edges, .points = points}};
    double *out[2] = {mismatch[0], mismatch[1]};
    ABL_CHECK_OK(abl_vessel_edges_mismatch(out, &work, trees, &err), &err);
    abl_volume_destroy(contrast);
}

static void an_edge_as_bright_as_one_tree_costs_under_the_other(void)
{
    double mismatch[2][5];
    compare_brightness(mismatch, 58, 60);
    CU_ASSERT_TRUE(mismatch[ABL_TREE_HEPATIC][4] > 10);
    ABL_CHECK_NEAR(mismatch[ABL_TREE_PORTAL][4], 0, 1e-12);
    compare_brightness(mismatch, 41, 60);
    ABL_CHECK_NEAR(mismatch[ABL_TREE_HEPATIC][4], 0, 1e-12);
    CU_ASSERT_TRUE(mismatch[ABL_TREE_PORTAL][4] > 10);
}

static void where_trees_are_equally_bright_brightness_says_nothing(void)
{
    double mismatch[2][5];
    compare_brightness(mismatch, 58, 40);
    ABL_CHECK_NEAR(mismatch[ABL_TREE_HEPATIC][4], 0, 1e-9);
    ABL_CHECK_NEAR(mismatch[ABL_TREE_PORTAL][4], 0, 1e-9);
}

const char *const abl_test_suite = "segmentation.vessels_calibre";
CU_TestInfo abl_tests[] = {
    ABL_TEST(a_blurred_disc_keeps_its_area),
    ABL_TEST(the_slope_is_what_a_wider_disc_adds),
    ABL_TEST(a_section_says_how_wide_the_vessel_is_and_where_its_middle),
    ABL_TEST(noise_along_a_branch_is_averaged_and_its_rest_stated),
    ABL_TEST(a_place_far_off_the_rest_of_its_branch_hardly_counts),
    ABL_TEST(an_edge_as_bright_as_one_tree_costs_under_the_other),
    ABL_TEST(where_trees_are_equally_bright_brightness_says_nothing),
    CU_TEST_INFO_NULL,
};
