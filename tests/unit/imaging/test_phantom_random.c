/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/phantom.h"

#include "tests/unit/imaging/phantoms.h"

enum {
    SEEDS = 2
};

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

static void lesions_keep_apart_and_have_the_stated_sizes(void)
{
    size_t lesions = 0;
    for (uint64_t seed = 50; seed < 50 + SEEDS; seed++) {
        char *text = must_draw(seed);
        abl_phantom *phantom = must_parse(text);
        size_t count = abl_phantom_lesion_count(phantom);
        CU_ASSERT(count <= 12);
        for (size_t n = 0; n < count; n++) {
            abl_phantom_lesion_truth truth = abl_phantom_lesion_get(phantom, n);
            CU_ASSERT(truth.diameters_mm[0] > 4 && truth.diameters_mm[0] < 70);
            for (size_t m = 0; m < n; m++)
                CU_ASSERT(abl_phantom_lesion_gap_mm(phantom, n, m) > 1);
        }
        lesions += count;
        abl_phantom_destroy(phantom);
        free(text);
    }
    CU_ASSERT(lesions > SEEDS);
}

static void every_draw_is_a_recipe_that_can_be_scanned(void)
{
    for (uint64_t seed = 50; seed < 50 + SEEDS; seed++) {
        abl_error err;
        abl_grid grid;
        abl_phantom *phantom = NULL;
        ABL_CHECK_OK(abl_phantom_random(&phantom, seed, &err), &err);
        if (!phantom)
            continue;
        const abl_grid *own = abl_phantom_grid(phantom);
        ABL_CHECK_OK(abl_phantom_upright_grid(&grid, phantom, &err), &err);
        for (int a = 0; a < 2; a++)
            CU_ASSERT(own->spacing_mm[a] > 0.59 && own->spacing_mm[a] < 1.01);
        CU_ASSERT(own->spacing_mm[2] > 0.79 && own->spacing_mm[2] < 5.01);
        CU_ASSERT(grid.size[1] >= own->size[1]);
        abl_phantom_destroy(phantom);
    }
}

const char *const abl_test_suite = "imaging.phantom_random";
CU_TestInfo abl_tests[] = {
    ABL_TEST(same_seed_same_text),
    ABL_TEST(lesions_keep_apart_and_have_the_stated_sizes),
    ABL_TEST(every_draw_is_a_recipe_that_can_be_scanned),
    CU_TEST_INFO_NULL,
};
