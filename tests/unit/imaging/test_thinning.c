/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/thinning.h"

#include "imaging/components.h"
#include "imaging/distance.h"
#include "tests/unit/imaging/volumes.h"

static void thin(abl_volume *mask)
{
    abl_error err;
    abl_volume *depth = NULL;
    ABL_CHECK_OK(abl_distance_to_background(&depth, mask, 50, &err), &err);
    ABL_CHECK_OK(abl_mask_thin(mask, depth, &err), &err);
    abl_volume_destroy(depth);
}

static size_t count(const abl_volume *mask)
{
    size_t sum = 0;
    for (size_t v = 0; v < abl_grid_voxels(&mask->grid); v++)
        sum += abl_volume_u8(mask)[v] != 0;
    return sum;
}

static size_t pieces(const abl_volume *mask)
{
    abl_error err;
    abl_components found;
    ABL_CHECK_OK(abl_components_find(&found, mask, ABL_CONNECT_CORNERS, &err),
                 &err);
    const size_t sum = found.count;
    abl_components_clear(&found);
    return sum;
}

/* A cylinder of 4 mm radius along i, from 8 to 52. */
static abl_volume *cylinder(void)
{
    abl_grid grid = abl_grid_axial(60, 21, 21, 1, 1, 1);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    for (size_t k = 0; k < 21; k++)
        for (size_t j = 0; j < 21; j++)
            for (size_t i = 8; i <= 52; i++) {
                const double y = (double)j - 10, z = (double)k - 10;
                abl_volume_u8(mask)[abl_grid_offset(&grid, i, j, k)] =
                    y * y + z * z <= 16;
            }
    return mask;
}

static void a_cylinder_becomes_its_axis(void)
{
    abl_volume *mask = cylinder();
    thin(mask);
    size_t on_axis = 0;
    for (size_t i = 0; i < 60; i++)
        on_axis += abl_volume_u8(mask)[abl_grid_offset(&mask->grid, i, 10, 10)];
    CU_ASSERT_TRUE(on_axis >= 34);
    CU_ASSERT_EQUAL(pieces(mask), 1);
    CU_ASSERT_TRUE(count(mask) < 80);
    abl_volume_destroy(mask);
}

static void what_hangs_together_still_does(void)
{
    abl_grid grid = odd_grid(40, 38, 36);
    for (uint64_t seed = 1; seed < 6; seed++) {
        abl_volume *mask = blob_mask(&grid, 14, seed);
        const size_t size[3] = {40, 38, 36};
        for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
            const size_t at[3] = {v % 40, v / 40 % 38, v / 40 / 38};
            for (int a = 0; a < 3; a++)
                if (at[a] == 0 || at[a] + 1 == size[a])
                    abl_volume_u8(mask)[v] = 0;
        }
        const size_t before = pieces(mask), voxels = count(mask);
        thin(mask);
        CU_ASSERT_EQUAL(pieces(mask), before);
        CU_ASSERT_TRUE(count(mask) < voxels / 4);
        abl_volume_destroy(mask);
    }
}

static void a_trunk_stays_whole_and_keeps_its_branch(void)
{
    abl_volume *mask = cylinder();
    size_t trunk = 0;
    for (size_t k = 6; k < 15; k++)
        for (size_t j = 6; j < 15; j++)
            for (size_t i = 4; i < 8; i++) {
                abl_volume_u8(mask)[abl_grid_offset(&mask->grid, i, j, k)] = 2;
                trunk++;
            }
    thin(mask);
    size_t left = 0;
    for (size_t v = 0; v < abl_grid_voxels(&mask->grid); v++)
        left += abl_volume_u8(mask)[v] == 2;
    CU_ASSERT_EQUAL(left, trunk);
    CU_ASSERT_EQUAL(pieces(mask), 1);
    abl_volume_destroy(mask);
}

static void a_ring_stays_a_ring(void)
{
    abl_grid grid = abl_grid_axial(40, 40, 11, 1, 1, 1);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        const double x = (double)(v % 40) - 20, y = (double)(v / 40 % 40) - 20;
        const double z = (double)(v / 1600) - 5, off = sqrt(x * x + y * y) - 12;
        abl_volume_u8(mask)[v] = off * off + z * z <= 9;
    }
    thin(mask);
    CU_ASSERT_EQUAL(pieces(mask), 1);
    CU_ASSERT_TRUE(count(mask) > 40);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
        abl_volume_u8(mask)[v] = !abl_volume_u8(mask)[v] && v / 1600 == 5;
    abl_error err;
    abl_components found;
    ABL_CHECK_OK(abl_components_find(&found, mask, ABL_CONNECT_FACES, &err),
                 &err);
    CU_ASSERT_TRUE(found.count >= 1);
    abl_components_clear(&found);
    abl_volume_destroy(mask);
}

static void nothing_stays_of_an_empty_mask_or_the_border(void)
{
    const size_t sizes[3][3] = {{9, 8, 7}, {1, 8, 7}, {2, 2, 2}};
    for (int n = 0; n < 3; n++) {
        abl_grid grid = odd_grid(sizes[n][0], sizes[n][1], sizes[n][2]);
        abl_volume *empty = new_volume(&grid, ABL_PIXEL_U8);
        thin(empty);
        CU_ASSERT_EQUAL(count(empty), 0);
        abl_volume_u8(empty)[0] = 1;
        thin(empty);
        CU_ASSERT_EQUAL(count(empty), 0);
        abl_volume_destroy(empty);
    }
}

static void wrong_inputs_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 8, 7), other = odd_grid(9, 8, 6);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume *depth = new_volume(&grid, ABL_PIXEL_F32);
    abl_volume *small = new_volume(&other, ABL_PIXEL_F32);
    ABL_CHECK_FAILS(abl_mask_thin(depth, depth, &err), ABL_E_INVALID, "8-bit",
                    &err);
    ABL_CHECK_FAILS(abl_mask_thin(mask, mask, &err), ABL_E_INVALID, "float",
                    &err);
    ABL_CHECK_FAILS(abl_mask_thin(mask, small, &err), ABL_E_GEOMETRY, "", &err);
    abl_volume_destroy(mask);
    abl_volume_destroy(depth);
    abl_volume_destroy(small);
}

const char *const abl_test_suite = "imaging.thinning";
CU_TestInfo abl_tests[] = {
    ABL_TEST(a_cylinder_becomes_its_axis),
    ABL_TEST(what_hangs_together_still_does),
    ABL_TEST(a_trunk_stays_whole_and_keeps_its_branch),
    ABL_TEST(a_ring_stays_a_ring),
    ABL_TEST(nothing_stays_of_an_empty_mask_or_the_border),
    ABL_TEST(wrong_inputs_are_refused),
    CU_TEST_INFO_NULL,
};
