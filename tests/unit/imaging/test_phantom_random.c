/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/phantom.h"

#include "tests/unit/imaging/phantoms.h"

static char *must_draw(uint64_t seed)
{
    abl_error err;
    char *text = NULL;
    if (abl_phantom_random_recipe(&text, seed, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return text;
}

static void same_seed_same_text(void)
{
    char *one = must_draw(51), *two = must_draw(51), *other = must_draw(1);
    CU_ASSERT_STRING_EQUAL(one, two);
    CU_ASSERT_STRING_NOT_EQUAL(one, other);
    free(one);
    free(two);
    free(other);
}

static void check_lesions(const abl_phantom *phantom)
{
    size_t count = abl_phantom_lesion_count(phantom);
    CU_ASSERT(count > 2 && count <= 12);
    for (size_t n = 0; n < count; n++) {
        abl_phantom_lesion_truth truth = abl_phantom_lesion_get(phantom, n);
        CU_ASSERT(truth.diameter_3d_mm > 4.9 && truth.diameter_3d_mm < 70);
        CU_ASSERT(truth.volume_ml > 0.02 && truth.volume_ml < 70);
        for (size_t m = 0; m < n; m++)
            CU_ASSERT(abl_phantom_lesion_gap_mm(phantom, n, m) > 1);
    }
}

static void a_draw_can_be_scanned_and_its_lesions_keep_apart(void)
{
    abl_error err;
    abl_grid grid;
    abl_phantom *phantom = NULL;
    ABL_CHECK_OK(abl_phantom_random(&phantom, 51, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(phantom);
    const abl_grid *own = abl_phantom_grid(phantom);
    ABL_CHECK_OK(abl_phantom_upright_grid(&grid, phantom, &err), &err);
    for (int a = 0; a < 2; a++)
        CU_ASSERT(own->spacing_mm[a] > 0.59 && own->spacing_mm[a] < 1.01);
    CU_ASSERT(own->spacing_mm[2] > 0.79 && own->spacing_mm[2] < 5.01);
    CU_ASSERT(grid.size[1] >= own->size[1]);
    check_lesions(phantom);
    abl_phantom_destroy(phantom);
}

const char *const abl_test_suite = "imaging.phantom_random";
CU_TestInfo abl_tests[] = {
    ABL_TEST(same_seed_same_text),
    ABL_TEST(a_draw_can_be_scanned_and_its_lesions_keep_apart),
    CU_TEST_INFO_NULL,
};
