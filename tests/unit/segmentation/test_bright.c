/* Lesions brighter than the liver: what the network is shown, and pieces of
 * the portal vein that are lesions.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "segmentation/net_run.h"
#include "segmentation/vein_islands.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.bright";

static const double spacing_mm[3] = {2, 2, 2};
static const double middle_mm[3] = {40, 40, 40};

enum {
    SIDE = 41
};

static abl_grid cube(void)
{
    return phantom_grid(SIDE, SIDE, SIDE, spacing_mm);
}

/* f32: signed distance to spheres, the greatest of them. */
static abl_volume *spheres(const double (*centres_mm)[3],
                           const double *radii_mm, size_t count)
{
    const abl_grid grid = cube();
    abl_volume *out = phantom_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; v < abl_grid_voxels(&grid); v++) {
        double most = -1e9;
        for (size_t s = 0; s < count; s++)
            most = fmax(most,
                        phantom_depth_mm(&grid, v, centres_mm[s], radii_mm[s]));
        abl_volume_f32(out)[v] = (float)most;
    }
    return out;
}

static size_t middle_voxel(void)
{
    const abl_grid grid = cube();
    return abl_grid_offset(&grid, SIDE / 2, SIDE / 2, SIDE / 2);
}

static void bright_liver_is_shown_dark_and_nothing_else_is(void)
{
    const double radius_mm = 30;
    abl_volume *liver = spheres(&middle_mm, &radius_mm, 1);
    abl_volume *hu = phantom_volume(&liver->grid, ABL_PIXEL_F32);
    float *value = abl_volume_f32(hu);
    const size_t here = middle_voxel();
    value[here] = 130;     /* 40 above */
    value[here + 1] = 400; /* far above */
    value[here + 2] = 70;  /* darker already */
    value[here + 3] = 90;  /* the level */
    value[0] = 300;        /* outside */
    const abl_net_fold fold = {liver, 90};
    abl_error err;
    ABL_CHECK_OK(abl_net_fold_bright(hu, &fold, &err), &err);
    CU_ASSERT_DOUBLE_EQUAL(value[here], 50, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(value[here + 1], 90 - ABL_NET_MOST_FOLD_HU, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(value[here + 2], 70, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(value[here + 3], 90, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(value[0], 300, 1e-4);
    abl_volume_destroy(hu);
    abl_volume_destroy(liver);
}

typedef struct vein_scene {
    abl_structures structures;
    abl_volume *image, *lesion;
} vein_scene;

static const double trunk_mm[3] = {40, 40, 40}, island_mm[3] = {66, 40, 40};

/* A vein of two pieces and a lesion map with p at one of them. */
static vein_scene make_scene(const double lesion_mm[3], float p)
{
    const double centres_mm[2][3] = {{40, 40, 40}, {66, 40, 40}};
    const double radii_mm[2] = {12, 6}, lesion_radius_mm = 7;
    vein_scene out;
    memset(&out, 0, sizeof out);
    abl_structure *vein = &out.structures.items[ABL_PORTAL_AND_SPLENIC_VEIN];
    vein->field = spheres(centres_mm, radii_mm, 2);
    vein->found = ABL_FOUND;
    vein->mean_hu = 123;
    vein->volume_ml = 8.1;
    out.image = phantom_volume(&vein->field->grid, ABL_PIXEL_I16);
    int16_t *hu = out.image->data;
    for (size_t v = 0; v < abl_grid_voxels(&out.image->grid); v++)
        hu[v] = v % SIDE > 27 ? 200 : 100;
    out.lesion = spheres((const double(*)[3])lesion_mm, &lesion_radius_mm, 1);
    float *map = abl_volume_f32(out.lesion);
    for (size_t v = 0; v < abl_grid_voxels(&out.image->grid); v++)
        map[v] = map[v] > 0 ? p : 0;
    return out;
}

static void clear_scene(vein_scene *scene)
{
    abl_volume_destroy(
        scene->structures.items[ABL_PORTAL_AND_SPLENIC_VEIN].field);
    abl_volume_destroy(scene->image);
    abl_volume_destroy(scene->lesion);
}

static bool is_vein_at(const vein_scene *scene, const double mm[3])
{
    const abl_volume *field =
        scene->structures.items[ABL_PORTAL_AND_SPLENIC_VEIN].field;
    const double ijk[3] = {mm[0] / 2, mm[1] / 2, mm[2] / 2};
    double lps[3];
    abl_grid_to_lps(lps, &field->grid, ijk);
    return abl_volume_sample_lps(field, lps) > 0;
}

static void piece_that_is_lesion_is_no_vein(void)
{
    vein_scene s = make_scene(island_mm, 0.8f);
    const abl_structure *vein =
        &s.structures.items[ABL_PORTAL_AND_SPLENIC_VEIN];
    abl_error err;
    ABL_CHECK_OK(abl_vein_islands_yield(&s.structures, s.image, s.lesion, &err),
                 &err);
    CU_ASSERT(!is_vein_at(&s, island_mm));
    CU_ASSERT(is_vein_at(&s, trunk_mm));
    CU_ASSERT_EQUAL(vein->found, ABL_FOUND);
    CU_ASSERT_DOUBLE_EQUAL(vein->volume_ml, 7.24, 0.15);
    CU_ASSERT_DOUBLE_EQUAL(vein->mean_hu, 100, 0.5);
    clear_scene(&s);
}

static void piece_that_is_hardly_lesion_stays_vein(void)
{
    vein_scene s = make_scene(island_mm, 0.45f);
    const abl_structure *vein =
        &s.structures.items[ABL_PORTAL_AND_SPLENIC_VEIN];
    abl_error err;
    ABL_CHECK_OK(abl_vein_islands_yield(&s.structures, s.image, s.lesion, &err),
                 &err);
    CU_ASSERT(is_vein_at(&s, island_mm));
    CU_ASSERT_EQUAL(vein->volume_ml, 8.1);
    CU_ASSERT_EQUAL(vein->mean_hu, 123);
    clear_scene(&s);
}

/* A lesion that covers a quarter of the trunk does not take it away. */
static void trunk_beside_a_lesion_stays(void)
{
    const double beside_mm[3] = {50, 40, 40};
    vein_scene s = make_scene(beside_mm, 1);
    abl_error err;
    ABL_CHECK_OK(abl_vein_islands_yield(&s.structures, s.image, s.lesion, &err),
                 &err);
    CU_ASSERT(is_vein_at(&s, trunk_mm));
    CU_ASSERT(is_vein_at(&s, island_mm));
    clear_scene(&s);
}

static void vein_of_lesions_alone_is_not_found(void)
{
    vein_scene s = make_scene(island_mm, 1);
    const abl_structure *vein =
        &s.structures.items[ABL_PORTAL_AND_SPLENIC_VEIN];
    float *map = abl_volume_f32(s.lesion);
    for (size_t v = 0; v < abl_grid_voxels(&s.lesion->grid); v++)
        map[v] = 1;
    abl_error err;
    ABL_CHECK_OK(abl_vein_islands_yield(&s.structures, s.image, s.lesion, &err),
                 &err);
    CU_ASSERT_EQUAL(vein->found, ABL_NOT_FOUND);
    CU_ASSERT_PTR_NULL(vein->field);
    CU_ASSERT_EQUAL(vein->volume_ml, 0);
    clear_scene(&s);
}

static void scan_without_the_vein_is_left_alone(void)
{
    vein_scene s = make_scene(island_mm, 1);
    abl_structures none;
    memset(&none, 0, sizeof none);
    abl_error err;
    ABL_CHECK_OK(abl_vein_islands_yield(&none, s.image, s.lesion, &err), &err);
    CU_ASSERT_PTR_NULL(none.items[ABL_PORTAL_AND_SPLENIC_VEIN].field);
    clear_scene(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(bright_liver_is_shown_dark_and_nothing_else_is),
    ABL_TEST(piece_that_is_lesion_is_no_vein),
    ABL_TEST(piece_that_is_hardly_lesion_stays_vein),
    ABL_TEST(trunk_beside_a_lesion_stays),
    ABL_TEST(vein_of_lesions_alone_is_not_found),
    ABL_TEST(scan_without_the_vein_is_left_alone),
    CU_TEST_INFO_NULL,
};
