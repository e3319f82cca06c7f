/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/components.h"

#include "imaging/oracle.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/volumes.h"

static abl_components find(const abl_volume *mask, abl_connectivity how)
{
    abl_error err;
    abl_components found;
    ABL_CHECK_OK(abl_components_find(&found, mask, how, &err), &err);
    return found;
}

/* Voxels where two label volumes disagree about which belong together. */
static size_t partition_differences(const abl_components *ours,
                                    const abl_volume *oracle, size_t count)
{
    size_t differences = 0;
    int32_t *name = calloc(count + 1, sizeof *name);
    for (size_t n = 0; name && n < abl_grid_voxels(&oracle->grid); n++) {
        int32_t a = abl_volume_i32(ours->labels)[n];
        int32_t b = abl_volume_i32(oracle)[n];
        if (name[b] == 0 && b != 0)
            name[b] = a;
        differences += name[b] != a;
    }
    free(name);
    return differences;
}

static void compare_with_itk(const abl_volume *mask, abl_connectivity how)
{
    abl_error err;
    abl_volume *oracle = NULL;
    size_t count = 0;
    abl_components ours = find(mask, how);
    ABL_CHECK_OK(abl_oracle_components(&oracle, &count, mask, how, &err), &err);
    ABL_CHECK_NEAR(ours.count, count, 0);
    ABL_CHECK_NEAR(partition_differences(&ours, oracle, count), 0, 0);
    abl_volume_destroy(oracle);
    abl_components_clear(&ours);
}

static void components_agree_with_itk(void)
{
    const size_t sizes[][3] = {
        {61, 53, 17}, {1, 53, 17}, {61, 1, 17}, {61, 53, 1}, {8, 16, 5}};
    const unsigned percent[] = {0, 3, 30, 50, 97, 100};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (size_t p = 0; p < 6; p++) {
            abl_grid grid = odd_grid(sizes[s][0], sizes[s][1], sizes[s][2]);
            abl_volume *mask = random_mask(&grid, percent[p], 31 + s);
            compare_with_itk(mask, ABL_CONNECT_FACES);
            compare_with_itk(mask, ABL_CONNECT_CORNERS);
            abl_volume_destroy(mask);
        }
}

static void corners_join_and_faces_do_not(void)
{
    abl_grid grid = odd_grid(4, 4, 4);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(mask)[abl_grid_offset(&grid, 1, 1, 1)] = 1;
    abl_volume_u8(mask)[abl_grid_offset(&grid, 2, 0, 2)] = 1;
    abl_components corners = find(mask, ABL_CONNECT_CORNERS);
    abl_components faces = find(mask, ABL_CONNECT_FACES);
    CU_ASSERT_EQUAL(corners.count, 1);
    CU_ASSERT_EQUAL(faces.count, 2);
    abl_components_clear(&corners);
    abl_components_clear(&faces);
    abl_volume_destroy(mask);
}

/* Three bars: two of four voxels and, between them in storage, one of six. */
static void statistics_and_order_are_as_promised(void)
{
    abl_grid grid = odd_grid(9, 7, 5);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < 6; n++) {
        abl_volume_u8(mask)[abl_grid_offset(&grid, 2 + n, 3, 1)] = 200;
        if (n < 4) {
            abl_volume_u8(mask)[abl_grid_offset(&grid, 8, n, 0)] = 1;
            abl_volume_u8(mask)[abl_grid_offset(&grid, 0, 6, n + 1)] = 7;
        }
    }
    abl_components found = find(mask, ABL_CONNECT_FACES);
    CU_ASSERT_EQUAL_FATAL(found.count, 3);
    CU_ASSERT_EQUAL(found.items[0].voxels, 6);
    CU_ASSERT_EQUAL(found.items[0].lo[0], 2);
    CU_ASSERT_EQUAL(found.items[0].hi[0], 7);
    ABL_CHECK_NEAR(found.items[0].centroid_ijk[0], 4.5, 1e-12);
    CU_ASSERT_EQUAL(found.items[1].lo[0], 8);
    ABL_CHECK_NEAR(found.items[1].centroid_ijk[1], 1.5, 1e-12);
    CU_ASSERT_EQUAL(found.items[2].hi[2], 4);
    ABL_CHECK_NEAR(found.items[2].centroid_ijk[2], 2.5, 1e-12);
    CU_ASSERT_EQUAL(
        abl_volume_i32(found.labels)[abl_grid_offset(&grid, 0, 6, 2)], 3);
    abl_components_clear(&found);
    abl_volume_destroy(mask);
}

/* Noise between slabs of 6466, 12932 and 3233 voxels. */
static void sizes_add_up_and_never_grow(void)
{
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *mask = random_mask(&grid, 15, 8);
    const size_t slice = 61 * 53;
    const char *content = "xx x   xxxx   ...";
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        if (content[n / slice] != '.')
            abl_volume_u8(mask)[n] = content[n / slice] == 'x';
    abl_components found = find(mask, ABL_CONNECT_FACES);
    size_t *counted = calloc(found.count + 1, sizeof *counted), wrong = 0;
    for (size_t n = 0; counted && n < abl_grid_voxels(&grid); n++)
        counted[abl_volume_i32(found.labels)[n]]++;
    for (size_t c = 0; counted && c < found.count; c++) {
        wrong += counted[c + 1] != found.items[c].voxels;
        wrong += c > 0 && found.items[c].voxels > found.items[c - 1].voxels;
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(found.items[0].voxels, 4 * slice);
    CU_ASSERT_EQUAL(found.items[1].voxels, 2 * slice);
    CU_ASSERT_EQUAL(found.items[2].voxels, slice);
    free(counted);
    abl_components_clear(&found);
    abl_volume_destroy(mask);
}

static void the_largest_agrees_with_itk(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *mask = random_mask(&grid, 28, 77), *oracle = NULL;
    ABL_CHECK_OK(
        abl_oracle_keep_largest(&oracle, mask, ABL_CONNECT_FACES, &err), &err);
    size_t voxels = 0;
    ABL_CHECK_OK(abl_mask_keep_largest(mask, ABL_CONNECT_FACES, &voxels, &err),
                 &err);
    CU_ASSERT_EQUAL(count_differences(mask, oracle), 0);
    CU_ASSERT_EQUAL(voxels, count_voxels(oracle));
    abl_volume_destroy(oracle);
    abl_volume_destroy(mask);
}

static void the_first_of_equals_is_kept_and_empty_stays_empty(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 7, 5);
    size_t voxels = 99;
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    ABL_CHECK_OK(
        abl_mask_keep_largest(mask, ABL_CONNECT_CORNERS, &voxels, &err), &err);
    CU_ASSERT_EQUAL(voxels, 0);
    abl_volume_u8(mask)[30] = 5;
    abl_volume_u8(mask)[100] = 5;
    ABL_CHECK_OK(abl_mask_keep_largest(mask, ABL_CONNECT_CORNERS, NULL, &err),
                 &err);
    CU_ASSERT_EQUAL(count_voxels(mask), 1);
    CU_ASSERT_EQUAL(abl_volume_u8(mask)[30], 5);
    abl_volume_destroy(mask);
}

static void filled_holes_agree_with_itk(void)
{
    abl_grid grid = odd_grid(61, 53, 17);
    const unsigned percent[] = {0, 10, 60, 72, 100};
    for (size_t p = 0; p < 5; p++) {
        abl_error err;
        abl_volume *mask = random_mask(&grid, percent[p], 40), *oracle = NULL;
        ABL_CHECK_OK(abl_oracle_fill_holes(&oracle, mask, &err), &err);
        ABL_CHECK_OK(abl_mask_fill_holes(mask, &err), &err);
        ABL_CHECK_NEAR(count_differences(mask, oracle), 0, 0);
        abl_volume_destroy(oracle);
        abl_volume_destroy(mask);
    }
}

/* A tube along k: no hole in three dimensions, one in every slice. */
static void slices_are_filled_one_by_one(void)
{
    abl_error err;
    abl_grid grid = odd_grid(9, 9, 4);
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < 9 * 9 * 4; n++) {
        long i = (long)(n % 9) - 4, j = (long)(n / 9 % 9) - 4;
        abl_volume_u8(mask)[n] =
            labs(i) <= 3 && labs(j) <= 3 && (labs(i) == 3 || labs(j) == 3);
    }
    ABL_CHECK_OK(abl_mask_fill_holes(mask, &err), &err);
    CU_ASSERT_EQUAL(count_voxels(mask), 24 * 4);
    ABL_CHECK_OK(abl_mask_fill_holes_2d(mask, &err), &err);
    CU_ASSERT_EQUAL(count_voxels(mask), 49 * 4);
    abl_volume_destroy(mask);
}

static void slice_holes_agree_with_itk_slice_by_slice(void)
{
    abl_error err;
    abl_grid grid = odd_grid(61, 53, 7);
    abl_volume *mask = random_mask(&grid, 55, 41);
    abl_volume *expected = NULL;
    ABL_CHECK_OK(abl_volume_clone(&expected, mask, &err), &err);
    for (size_t k = 0; k < 7; k++) {
        abl_volume *slice = NULL, *oracle = NULL;
        const size_t lo[3] = {0, 0, k}, size[3] = {61, 53, 1};
        ABL_CHECK_OK(abl_volume_crop(&slice, mask, lo, size, &err), &err);
        /* One slice alone is all border in three dimensions, so its holes are
         * found between two full slices. */
        abl_grid three = odd_grid(61, 53, 3);
        abl_volume *sandwich = random_mask(&three, 100, 1);
        memcpy(abl_volume_u8(sandwich) + 61 * 53, slice->data, 61 * 53);
        ABL_CHECK_OK(abl_oracle_fill_holes(&oracle, sandwich, &err), &err);
        memcpy(abl_volume_u8(expected) + k * 61 * 53,
               abl_volume_u8(oracle) + 61 * 53, 61 * 53);
        abl_volume_destroy(slice);
        abl_volume_destroy(oracle);
        abl_volume_destroy(sandwich);
    }
    ABL_CHECK_OK(abl_mask_fill_holes_2d(mask, &err), &err);
    CU_ASSERT_EQUAL(count_differences(mask, expected), 0);
    abl_volume_destroy(expected);
    abl_volume_destroy(mask);
}

static void reconstruction_agrees_with_itk(void)
{
    abl_grid grid = odd_grid(61, 53, 17);
    const abl_connectivity both[] = {ABL_CONNECT_FACES, ABL_CONNECT_CORNERS};
    for (size_t c = 0; c < 2; c++) {
        abl_error err;
        abl_volume *allowed = random_mask(&grid, c ? 10 : 30, 50);
        abl_volume *seed = random_mask(&grid, 1, 51);
        abl_volume *ours = NULL, *oracle = NULL;
        ABL_CHECK_OK(abl_mask_reconstruct(&ours, seed, allowed, both[c], &err),
                     &err);
        ABL_CHECK_OK(
            abl_oracle_reconstruct(&oracle, seed, allowed, both[c], &err),
            &err);
        ABL_CHECK_NEAR(count_differences(ours, oracle), 0, 0);
        CU_ASSERT_TRUE(count_voxels(ours) > 0);
        CU_ASSERT_TRUE(count_voxels(ours) < count_voxels(allowed));
        abl_volume_destroy(ours);
        abl_volume_destroy(oracle);
        abl_volume_destroy(seed);
        abl_volume_destroy(allowed);
    }
}

static void a_seed_outside_the_allowed_reaches_nothing(void)
{
    abl_error err;
    abl_grid grid = odd_grid(5, 5, 5);
    abl_volume *allowed = new_volume(&grid, ABL_PIXEL_U8), *out = NULL;
    abl_volume *seed = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume_u8(allowed)[60] = 1;
    abl_volume_u8(seed)[61] = 1;
    ABL_CHECK_OK(
        abl_mask_reconstruct(&out, seed, allowed, ABL_CONNECT_CORNERS, &err),
        &err);
    CU_ASSERT_EQUAL(count_voxels(out), 0);
    abl_volume_destroy(out);
    abl_volume_destroy(seed);
    abl_volume_destroy(allowed);
}

static void threads_do_not_change_a_bit(void)
{
    abl_grid grid = odd_grid(61, 53, 17);
    abl_volume *mask = random_mask(&grid, 30, 60);
    abl_threads_set(1);
    abl_components one = find(mask, ABL_CONNECT_CORNERS);
    abl_threads_set(2);
    abl_components two = find(mask, ABL_CONNECT_CORNERS);
    CU_ASSERT_EQUAL(count_differences(one.labels, two.labels), 0);
    CU_ASSERT_EQUAL(memcmp(one.items, two.items, one.count * sizeof *one.items),
                    0);
    abl_components_clear(&one);
    abl_components_clear(&two);
    abl_volume_destroy(mask);
}

static void other_pixels_grids_and_connectivities_are_refused(void)
{
    abl_error err;
    abl_grid grid = odd_grid(5, 5, 5), other = odd_grid(5, 5, 6);
    abl_volume *image = new_volume(&grid, ABL_PIXEL_I16), *out = image;
    abl_volume *mask = new_volume(&grid, ABL_PIXEL_U8);
    abl_volume *larger = new_volume(&other, ABL_PIXEL_U8);
    abl_components found;
    ABL_CHECK_FAILS(abl_components_find(&found, image, ABL_CONNECT_FACES, &err),
                    ABL_E_INVALID, "8-bit", &err);
    CU_ASSERT_EQUAL(found.count, 0);
    CU_ASSERT_PTR_NULL(found.labels);
    ABL_CHECK_FAILS(
        abl_components_find(&found, mask, (abl_connectivity)18, &err),
        ABL_E_INVALID, "18", &err);
    ABL_CHECK_FAILS(abl_mask_fill_holes(image, &err), ABL_E_INVALID, "8-bit",
                    &err);
    ABL_CHECK_FAILS(abl_mask_fill_holes_2d(image, &err), ABL_E_INVALID, "8-bit",
                    &err);
    ABL_CHECK_FAILS(abl_mask_keep_largest(image, ABL_CONNECT_FACES, NULL, &err),
                    ABL_E_INVALID, "8-bit", &err);
    ABL_CHECK_FAILS(
        abl_mask_reconstruct(&out, image, mask, ABL_CONNECT_FACES, &err),
        ABL_E_INVALID, "8-bit", &err);
    CU_ASSERT_PTR_NULL(out);
    ABL_CHECK_FAILS(
        abl_mask_reconstruct(&out, mask, larger, ABL_CONNECT_FACES, &err),
        ABL_E_GEOMETRY, "differ", &err);
    abl_volume_destroy(image);
    abl_volume_destroy(mask);
    abl_volume_destroy(larger);
}

const char *const abl_test_suite = "imaging.components";
CU_TestInfo abl_tests[] = {
    ABL_TEST(components_agree_with_itk),
    ABL_TEST(corners_join_and_faces_do_not),
    ABL_TEST(statistics_and_order_are_as_promised),
    ABL_TEST(sizes_add_up_and_never_grow),
    ABL_TEST(the_largest_agrees_with_itk),
    ABL_TEST(the_first_of_equals_is_kept_and_empty_stays_empty),
    ABL_TEST(filled_holes_agree_with_itk),
    ABL_TEST(slices_are_filled_one_by_one),
    ABL_TEST(slice_holes_agree_with_itk_slice_by_slice),
    ABL_TEST(reconstruction_agrees_with_itk),
    ABL_TEST(a_seed_outside_the_allowed_reaches_nothing),
    ABL_TEST(threads_do_not_change_a_bit),
    ABL_TEST(other_pixels_grids_and_connectivities_are_refused),
    CU_TEST_INFO_NULL,
};
