/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/liver.h"

#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.liver";

static const double net_mm[3] = {1.7, 1.6, 2.5}, organ_mm[3] = {2.5, 2.6, 3.0};
static const double liver_mm[3] = {75, 70, 75};

typedef struct scene {
    abl_lesion_maps maps;
    abl_structures structures;
} scene;

/* organ_ct's liver, 45 mm; lesion_ct's maps are empty. */
static bool make_scene(scene *s)
{
    const abl_grid net = phantom_grid(89, 87, 61, net_mm);
    const abl_grid organ = phantom_grid(60, 55, 50, organ_mm);
    memset(s, 0, sizeof *s);
    s->maps.liver = phantom_volume(&net, ABL_PIXEL_F32);
    s->maps.lesion = phantom_volume(&net, ABL_PIXEL_F32);
    abl_structure *liver = &s->structures.items[ABL_LIVER];
    liver->field = phantom_volume(&organ, ABL_PIXEL_F32);
    if (!s->maps.liver || !s->maps.lesion || !liver->field)
        return false;
    for (size_t v = 0; v < abl_grid_voxels(&organ); v++) {
        const double d = phantom_depth_mm(&organ, v, liver_mm, 45) / 4;
        abl_volume_f32(liver->field)[v] = (float)(d < -1 ? -1 : d > 1 ? 1 : d);
    }
    liver->found = ABL_FOUND;
    liver->volume_ml = 381.7;
    liver->origin = "organ_ct";
    return true;
}

static void clear(scene *s)
{
    abl_lesion_maps_clear(&s->maps);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(s->structures.items[id].field);
}

static void put_organ(scene *s, abl_structure_id id, const double centre_mm[3],
                      double radius_mm)
{
    const abl_grid grid = s->structures.items[ABL_LIVER].field->grid;
    abl_volume *field = phantom_volume(&grid, ABL_PIXEL_F32);
    for (size_t v = 0; field && v < abl_grid_voxels(&grid); v++)
        abl_volume_f32(field)[v] =
            phantom_depth_mm(&grid, v, centre_mm, radius_mm) > 0 ? 0.9f : -0.9f;
    s->structures.items[id].field = field;
}

static double field_at(const scene *s, double i_mm, double j_mm, double k_mm)
{
    const double lps[3] = {-87.3 + i_mm, 41.9 + j_mm, -512.6 + k_mm};
    return abl_volume_sample_lps(s->structures.items[ABL_LIVER].field, lps);
}

static bool has_warning(const scene *s, const char *code)
{
    for (size_t n = 0; n < s->structures.warning_count; n++)
        if (strcmp(s->structures.warnings[n].code, code) == 0)
            return true;
    return false;
}

static void lesion_belongs_to_the_liver(void)
{
    scene s;
    abl_error err;
    const double lesion_mm[3] = {110, 70, 75};
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 45, 3, 1);
    phantom_sphere(s.maps.lesion, lesion_mm, 15, 3, 1);
    for (size_t v = 0; v < abl_grid_voxels(&s.maps.liver->grid); v++) {
        float *p = &abl_volume_f32(s.maps.liver)[v];
        *p = fminf(*p, 1 - abl_volume_f32(s.maps.lesion)[v]);
    }
    ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT_STRING_EQUAL(s.structures.items[ABL_LIVER].origin, "lesion_ct");
    CU_ASSERT(field_at(&s, 110, 70, 75) > 0.5);
    CU_ASSERT(field_at(&s, 123, 70, 75) > 0);
    CU_ASSERT(field_at(&s, 30.9, 70, 75) > 0 && field_at(&s, 29.1, 70, 75) < 0);
    CU_ASSERT_EQUAL(s.structures.items[ABL_LIVER].found, ABL_FOUND);
    CU_ASSERT_EQUAL(s.structures.warning_count, 0);
    clear(&s);
}

static void far_bowel_is_left_out(void)
{
    scene s;
    abl_error err;
    const double bowel_mm[3] = {75, 122, 75};
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 45, 3, 1);
    phantom_sphere(s.maps.liver, bowel_mm, 12, 3, 1);
    ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT(field_at(&s, 75, 112, 75) > 0);
    CU_ASSERT(field_at(&s, 75, 128, 75) < 0);
    clear(&s);
}

static void kidney_is_left_to_the_kidney(void)
{
    scene s;
    abl_error err;
    const double kidney_mm[3] = {75, 105, 60};
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 45, 3, 1);
    put_organ(&s, ABL_RIGHT_KIDNEY, kidney_mm, 14);
    ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT(field_at(&s, 75, 105, 60) < 0);
    CU_ASSERT(field_at(&s, 75, 85, 75) > 0);
    clear(&s);
}

static void piece_that_is_no_liver_for_organ_ct_is_dropped(void)
{
    scene s;
    abl_error err;
    const double spleen_mm[3] = {137, 118, 75};
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 45, 3, 1);
    phantom_sphere(s.maps.lesion, spleen_mm, 15, 3, 1);
    ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
    ABL_CHECK_NEAR(s.structures.items[ABL_LIVER].volume_ml, 381.7, 4);
    clear(&s);
}

static void liver_at_an_end_of_the_scan_is_cut(void)
{
    const double high_mm[3] = {75, 70, 130};
    for (int end = 0; end < 2; end++) {
        scene s;
        abl_error err;
        CU_ASSERT_FATAL(make_scene(&s));
        const abl_grid organ = s.structures.items[ABL_LIVER].field->grid;
        for (size_t v = 0; v < abl_grid_voxels(&organ); v++)
            abl_volume_f32(s.structures.items[ABL_LIVER].field)[v] =
                phantom_depth_mm(&organ, v, high_mm, 45) > 0 ? 1.0f : -1.0f;
        s.structures.items[ABL_LIVER].volume_ml = 300;
        phantom_sphere(s.maps.liver, high_mm, 45, 3, 1);
        s.maps.is_scan_end[2][1] = end == 1;
        ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
        CU_ASSERT_EQUAL(s.structures.items[ABL_LIVER].found,
                        end ? ABL_FOUND_CUT : ABL_FOUND);
        CU_ASSERT_EQUAL(has_warning(&s, "liver-cut"), end == 1);
        clear(&s);
    }
}

static void small_liver_is_warned_of(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 38, 3, 1);
    ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT_TRUE(has_warning(&s, "liver-small"));
    CU_ASSERT_FALSE(has_warning(&s, "liver-cut"));
    clear(&s);
}

static void coarse_liver_stays_when_the_networks_disagree(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 30, 3, 1);
    ABL_CHECK_OK(abl_liver_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT_STRING_EQUAL(s.structures.items[ABL_LIVER].origin, "organ_ct");
    CU_ASSERT_TRUE(has_warning(&s, "liver-coarse"));
    clear(&s);
}

static void box_is_the_liver_and_its_margin(void)
{
    scene s;
    abl_error err;
    abl_box box;
    const double native_mm[3] = {0.75, 0.75, 5};
    CU_ASSERT_FATAL(make_scene(&s));
    const abl_grid native = phantom_grid(512, 512, 60, native_mm);
    const abl_volume *field = s.structures.items[ABL_LIVER].field;
    ABL_CHECK_OK(abl_liver_box(&box, field, &native, 15, &err), &err);
    ABL_CHECK_NEAR((double)box.lo[0] * 0.75, 75 - 45 - 15, 5.5);
    ABL_CHECK_NEAR((double)box.hi[0] * 0.75, 75 + 45 + 15, 5.5);
    ABL_CHECK_NEAR((double)box.lo[2] * 5, 75 - 45 - 15, 9);
    CU_ASSERT((double)box.lo[0] * 0.75 <= 75 - 45 - 15 + 0.75);
    CU_ASSERT((double)box.hi[2] * 5 >= 75 + 45 + 15 - 5);
    clear(&s);
}

static void box_of_a_liver_outside_the_scan_fails(void)
{
    scene s;
    abl_error err;
    abl_box box;
    CU_ASSERT_FATAL(make_scene(&s));
    abl_grid native = s.maps.liver->grid;
    native.origin_lps[2] += 900;
    ABL_CHECK_FAILS(abl_liver_box(&box, s.structures.items[ABL_LIVER].field,
                                  &native, 15, &err),
                    ABL_E_INTERNAL, "outside the scan", &err);
    clear(&s);
}

static void liver_that_runs_out_of_the_box_is_noticed(void)
{
    scene s;
    bool sides[3][2];
    const double low_mm[3] = {75, 70, 20};
    CU_ASSERT_FATAL(make_scene(&s));
    phantom_sphere(s.maps.liver, liver_mm, 45, 3, 1);
    CU_ASSERT_FALSE(abl_liver_leaves_box(sides, &s.maps));
    phantom_sphere(s.maps.liver, low_mm, 45, 3, 1);
    CU_ASSERT_TRUE(abl_liver_leaves_box(sides, &s.maps));
    CU_ASSERT(sides[2][0] && !sides[2][1] && !sides[0][0] && !sides[1][1]);
    s.maps.is_scan_end[2][0] = true;
    CU_ASSERT_FALSE(abl_liver_leaves_box(sides, &s.maps));
    clear(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(lesion_belongs_to_the_liver),
    ABL_TEST(far_bowel_is_left_out),
    ABL_TEST(kidney_is_left_to_the_kidney),
    ABL_TEST(piece_that_is_no_liver_for_organ_ct_is_dropped),
    ABL_TEST(liver_at_an_end_of_the_scan_is_cut),
    ABL_TEST(small_liver_is_warned_of),
    ABL_TEST(coarse_liver_stays_when_the_networks_disagree),
    ABL_TEST(box_is_the_liver_and_its_margin),
    ABL_TEST(box_of_a_liver_outside_the_scan_fails),
    ABL_TEST(liver_that_runs_out_of_the_box_is_noticed),
    CU_TEST_INFO_NULL,
};
