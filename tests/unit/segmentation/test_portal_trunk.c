/* The portal trunk apart from the splenic vein.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/portal_trunk.h"

#include "tests/unit/check.h"

const char *const abl_test_suite = "segmentation.portal_trunk";

/* Positive in a bar along x between two ends, at heights low to high. */
static abl_volume *bar(abl_grid grid, double x0, double x1, double low,
                       double high)
{
    abl_volume *v = NULL;
    CU_ASSERT_EQUAL(abl_volume_create(&v, &grid, ABL_PIXEL_F32, NULL), ABL_OK);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        double p[3];
        const double ijk[3] = {(double)(n % grid.size[0]),
                               (double)(n / grid.size[0] % grid.size[1]),
                               (double)(n / grid.size[0] / grid.size[1])};
        abl_grid_to_lps(p, &grid, ijk);
        const bool inside =
            p[0] >= x0 && p[0] <= x1 && p[2] >= low && p[2] <= high;
        abl_volume_f32(v)[n] = inside ? 1 : -1;
    }
    return v;
}

static abl_grid grid_of(bool is_turned)
{
    abl_grid grid = abl_grid_axial(60, 10, 10, 2, 2, 3);
    grid.origin_lps[0] = -60;
    if (is_turned) { /* i runs to the right */
        grid.direction[0][0] = grid.direction[1][1] = -1;
        grid.origin_lps[0] = 58;
    }
    return grid;
}

static void what_is_left_of_the_aorta_is_cut_off(void)
{
    abl_error err = {ABL_OK, ""};
    for (int turned = 0; turned < 2; turned++) {
        const abl_grid grid = grid_of(turned);
        abl_volume *portal = bar(grid, -40, 50, 3, 20), *trunk = NULL;
        abl_volume *aorta = bar(grid, 0, 20, -100, 100);
        bool is_cut = false;
        ABL_CHECK_OK(
            abl_portal_trunk_field(&trunk, &is_cut, portal, aorta, &err), &err);
        CU_ASSERT_TRUE(is_cut);
        for (double x = -38; x < 48; x += 4) {
            double ijk[3];
            const double y = grid.direction[1][1] * 8, at[3] = {x, y, 12};
            abl_grid_to_ijk(ijk, &grid, at);
            const size_t n =
                abl_grid_offset(&grid, (size_t)lround(ijk[0]),
                                (size_t)lround(ijk[1]), (size_t)lround(ijk[2]));
            CU_ASSERT_EQUAL(abl_volume_f32(trunk)[n] > 0, x < 10);
            CU_ASSERT_TRUE(abl_volume_f32(portal)[n] > 0);
        }
        abl_volume_destroy(portal);
        abl_volume_destroy(aorta);
        abl_volume_destroy(trunk);
    }
}

static void without_an_aorta_nothing_is_cut(void)
{
    abl_error err = {ABL_OK, ""};
    const abl_grid grid = grid_of(false);
    abl_volume *portal = bar(grid, -40, 50, 3, 20);
    /* none; elsewhere along the body; right of all of it */
    abl_volume *aortas[3] = {NULL, bar(grid, 0, 20, 24, 30),
                             bar(grid, -60, -50, -100, 100)};
    for (int n = 0; n < 3; n++) {
        abl_volume *trunk = NULL;
        bool is_cut = true;
        ABL_CHECK_OK(
            abl_portal_trunk_field(&trunk, &is_cut, portal, aortas[n], &err),
            &err);
        CU_ASSERT_FALSE(is_cut);
        CU_ASSERT_EQUAL(memcmp(trunk->data, portal->data,
                               abl_grid_voxels(&grid) * sizeof(float)),
                        0);
        abl_volume_destroy(trunk);
        abl_volume_destroy(aortas[n]);
    }
    abl_volume_destroy(portal);
}

static void masks_are_refused(void)
{
    abl_error err = {ABL_OK, ""};
    const abl_grid grid = grid_of(false);
    abl_volume *field = bar(grid, -40, 50, 3, 20), *mask = NULL, *trunk = NULL;
    bool is_cut = true;
    ABL_CHECK_OK(abl_volume_create(&mask, &grid, ABL_PIXEL_U8, &err), &err);
    ABL_CHECK_FAILS(abl_portal_trunk_field(&trunk, &is_cut, mask, field, &err),
                    ABL_E_INVALID, "not a field", &err);
    ABL_CHECK_FAILS(abl_portal_trunk_field(&trunk, &is_cut, field, mask, &err),
                    ABL_E_INVALID, "not a field", &err);
    CU_ASSERT_PTR_NULL(trunk);
    CU_ASSERT_FALSE(is_cut);
    abl_volume_destroy(field);
    abl_volume_destroy(mask);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(what_is_left_of_the_aorta_is_cut_off),
    ABL_TEST(without_an_aorta_nothing_is_cut),
    ABL_TEST(masks_are_refused),
    CU_TEST_INFO_NULL,
};
