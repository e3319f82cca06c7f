/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/net_run.h"
#include "segmentation/structures.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.segment";

static const double spacing_mm[3] = {3, 3, 5};

static void image_out_of_order_is_refused(void)
{
    abl_grid grid = phantom_grid(20, 20, 10, spacing_mm);
    const abl_segment_options options = {.model_dir = ABL_MODEL_DIR};
    abl_structures *out = NULL;
    abl_error err;
    grid.direction[2][2] = -1;
    abl_volume *image = phantom_volume(&grid, ABL_PIXEL_I16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(image);
    ABL_CHECK_FAILS(abl_segment_ct(&out, image, NULL, &options, &err),
                    ABL_E_INVALID, "canonical", &err);
    CU_ASSERT_PTR_NULL(out);
    abl_volume_destroy(image);
}

static void image_of_another_type_is_refused(void)
{
    const abl_grid grid = phantom_grid(20, 20, 10, spacing_mm);
    const abl_segment_options options = {.model_dir = ABL_MODEL_DIR};
    abl_structures *out = NULL;
    abl_error err;
    abl_volume *image = phantom_volume(&grid, ABL_PIXEL_F32);
    CU_ASSERT_PTR_NOT_NULL_FATAL(image);
    ABL_CHECK_FAILS(abl_segment_ct(&out, image, NULL, &options, &err),
                    ABL_E_INVALID, "16-bit", &err);
    abl_volume_destroy(image);
}

static void missing_models_are_named(void)
{
    const abl_grid grid = phantom_grid(20, 20, 10, spacing_mm);
    const abl_segment_options options = {.model_dir = "/nowhere/models"};
    abl_structures *out = NULL;
    abl_error err;
    abl_volume *image = phantom_volume(&grid, ABL_PIXEL_I16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(image);
    ABL_CHECK_FAILS(abl_segment_ct(&out, image, NULL, &options, &err), ABL_E_IO,
                    "/nowhere/models/organ_ct.safetensors", &err);
    abl_volume_destroy(image);
}

static void folder_name_without_end_is_refused(void)
{
    char folder[9000];
    abl_unet *net = NULL;
    abl_error err;
    memset(folder, 'x', sizeof folder);
    folder[sizeof folder - 1] = '\0';
    ABL_CHECK_FAILS(abl_net_load(&net, folder, "organ_ct", &err), ABL_E_IO,
                    "too long", &err);
    CU_ASSERT_PTR_NULL(net);
}

static void network_for_mr_is_refused(void)
{
    abl_unet *net = NULL;
    abl_error err;
    ABL_CHECK_FAILS(abl_net_load(&net, ABL_MODEL_DIR, "organ_mr", &err),
                    ABL_E_UNSUPPORTED, "not a network for CT", &err);
    CU_ASSERT_PTR_NULL(net);
}

static void water_has_no_liver(void)
{
    const abl_grid grid = phantom_grid(40, 36, 20, spacing_mm);
    double seconds[ABL_SEGMENT_STAGES] = {0};
    const abl_segment_options options = {.model_dir = ABL_MODEL_DIR,
                                         .stage_seconds = seconds};
    abl_structures *out = NULL;
    abl_error err;
    abl_volume *image = phantom_volume(&grid, ABL_PIXEL_I16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(image);
    ABL_CHECK_FAILS(abl_segment_ct(&out, image, NULL, &options, &err),
                    ABL_E_UNSUPPORTED, "no liver", &err);
    CU_ASSERT_PTR_NULL(out);
    CU_ASSERT(seconds[ABL_SEGMENT_ORGANS] > 0);
    abl_volume_destroy(image);
}

/* Only a ball of tissue: the network sees it and 20 mm around, no more. */
static void air_around_the_body_is_left_out(void)
{
    const abl_grid grid = phantom_grid(120, 110, 12, spacing_mm);
    const double centre_mm[3] = {200, 150, 30};
    abl_unet *net = NULL;
    abl_organ_maps maps;
    abl_error err;
    abl_volume *image = phantom_volume(&grid, ABL_PIXEL_I16);
    CU_ASSERT_PTR_NOT_NULL_FATAL(image);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++)
        abl_volume_i16(image)[v] =
            phantom_depth_mm(&grid, v, centre_mm, 60) > 0 ? 40 : -1000;
    ABL_CHECK_OK(abl_net_load(&net, ABL_MODEL_DIR, "organ_ct", &err), &err);
    ABL_CHECK_OK(abl_net_run_organs(&maps, net, image, NULL, &err), &err);
    const abl_grid *seen = &maps.hu->grid;
    ABL_CHECK_NEAR((double)seen->size[0] * 2.5, 160, 8);
    ABL_CHECK_NEAR(seen->origin_lps[0] - grid.origin_lps[0], 120, 5);
    CU_ASSERT_FALSE(maps.is_scan_end[0][0] || maps.is_scan_end[1][1]);
    CU_ASSERT_TRUE(maps.is_scan_end[2][0] && maps.is_scan_end[2][1]);
    abl_organ_maps_clear(&maps);
    abl_unet_destroy(net);
    abl_volume_destroy(image);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(image_out_of_order_is_refused),
    ABL_TEST(image_of_another_type_is_refused),
    ABL_TEST(missing_models_are_named),
    ABL_TEST(folder_name_without_end_is_refused),
    ABL_TEST(network_for_mr_is_refused),
    ABL_TEST(water_has_no_liver),
    ABL_TEST(air_around_the_body_is_left_out),
    CU_TEST_INFO_NULL,
};
