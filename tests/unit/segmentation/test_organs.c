/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/organs.h"

#include "segmentation/field.h"
#include "tests/unit/check.h"
#include "tests/unit/segmentation/phantom.h"

const char *const abl_test_suite = "segmentation.organs";

static const double spacing_mm[3] = {2.5, 2.5, 3.0};
static const double liver_mm[3] = {70, 75, 80};

typedef struct scene {
    abl_organ_maps maps;
    abl_structures structures;
} scene;

/* Empty maps for every class; background takes what the others leave. */
static bool make_scene(scene *s)
{
    const abl_grid grid = phantom_grid(61, 59, 53, spacing_mm);
    memset(s, 0, sizeof *s);
    s->maps.hu = phantom_volume(&grid, ABL_PIXEL_F32);
    bool good = s->maps.hu != NULL;
    for (int id = 0; id <= ABL_ORGAN_LAST; id++) {
        s->maps.probability[id] = phantom_volume(&grid, ABL_PIXEL_F32);
        good = good && s->maps.probability[id];
    }
    for (int a = 0; a < 3; a++)
        s->maps.is_scan_end[a][0] = s->maps.is_scan_end[a][1] = true;
    return good;
}

static void fill_background(scene *s)
{
    for (size_t v = 0; v < abl_grid_voxels(&s->maps.hu->grid); v++) {
        float sum = 0;
        for (int id = 1; id <= ABL_ORGAN_LAST; id++)
            if (s->maps.probability[id])
                sum += abl_volume_f32(s->maps.probability[id])[v];
        abl_volume_f32(s->maps.probability[0])[v] = sum < 1 ? 1 - sum : 0;
    }
}

static void put(scene *s, int id, double i_mm, double j_mm, double k_mm,
                double radius_mm)
{
    const double centre_mm[3] = {i_mm, j_mm, k_mm};
    phantom_sphere(s->maps.probability[id], centre_mm, radius_mm, 5, 1);
}

static void put_liver(scene *s)
{
    put(s, ABL_LIVER, liver_mm[0], liver_mm[1], liver_mm[2], 45);
}

static void clear(scene *s)
{
    abl_organ_maps_clear(&s->maps);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(s->structures.items[id].field);
}

static void liver_surface_lies_between_voxels(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put_liver(&s);
    fill_background(&s);
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    const abl_structure *liver = &s.structures.items[ABL_LIVER];
    CU_ASSERT_PTR_NOT_NULL_FATAL(liver->field);
    CU_ASSERT_EQUAL(liver->found, ABL_FOUND);
    ABL_CHECK_NEAR(liver->volume_ml, 381.7, 3);
    const abl_grid *grid = &s.maps.hu->grid;
    for (int side = -1; side <= 1; side += 2) {
        double lps[3];
        for (int a = 0; a < 3; a++)
            lps[a] = grid->origin_lps[a] + liver_mm[a];
        lps[0] += side * 44.3;
        CU_ASSERT(abl_volume_sample_lps(liver->field, lps) > 0);
        lps[0] += side * 1.4;
        CU_ASSERT(abl_volume_sample_lps(liver->field, lps) < 0);
    }
    CU_ASSERT_STRING_EQUAL(liver->origin, "organ_ct");
    CU_ASSERT(liver->reliability > 0.8 && liver->reliability <= 1);
    clear(&s);
}

static void liver_at_the_last_slice_is_cut(void)
{
    for (int seen_end = 0; seen_end < 2; seen_end++) {
        scene s;
        abl_error err;
        CU_ASSERT_FATAL(make_scene(&s));
        put(&s, ABL_LIVER, 70, 75, 130, 45);
        fill_background(&s);
        s.maps.is_scan_end[2][1] = seen_end == 1;
        ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
        CU_ASSERT_EQUAL(s.structures.items[ABL_LIVER].found,
                        seen_end ? ABL_FOUND_CUT : ABL_FOUND);
        clear(&s);
    }
}

static void scan_without_liver_is_refused(void)
{
    const double radii_mm[] = {0, 8, 20};
    for (size_t n = 0; n < 3; n++) {
        scene s;
        abl_error err;
        CU_ASSERT_FATAL(make_scene(&s));
        if (radii_mm[n] > 0)
            put(&s, ABL_LIVER, 70, 75, 80, radii_mm[n]);
        put(&s, ABL_SPLEEN, 120, 75, 80, 25);
        fill_background(&s);
        ABL_CHECK_FAILS(abl_organs_find(&s.structures, &s.maps, &err),
                        ABL_E_UNSUPPORTED, "no liver was found", &err);
        clear(&s);
    }
}

static void speck_of_an_organ_is_not_found(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put_liver(&s);
    put(&s, ABL_SPLEEN, 130, 110, 30, 8);
    fill_background(&s);
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT_EQUAL(s.structures.items[ABL_SPLEEN].found, ABL_NOT_FOUND);
    CU_ASSERT_PTR_NULL(s.structures.items[ABL_SPLEEN].field);
    CU_ASSERT_EQUAL(s.structures.items[ABL_AORTA].found, ABL_NOT_FOUND);
    clear(&s);
}

static void class_the_network_lacks_was_not_looked_for(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put_liver(&s);
    abl_volume_destroy(s.maps.probability[ABL_AORTA]);
    s.maps.probability[ABL_AORTA] = NULL;
    fill_background(&s);
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT_EQUAL(s.structures.items[ABL_AORTA].found, ABL_NOT_LOOKED_FOR);
    clear(&s);
}

static void second_piece_of_a_spleen_is_dropped(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put_liver(&s);
    put(&s, ABL_SPLEEN, 130, 110, 30, 20);
    put(&s, ABL_SPLEEN, 130, 20, 130, 14);
    fill_background(&s);
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    ABL_CHECK_NEAR(s.structures.items[ABL_SPLEEN].volume_ml, 33.5, 1.5);
    clear(&s);
}

static void second_liver_is_warned_of(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put(&s, ABL_LIVER, 50, 75, 80, 42);
    put(&s, ABL_LIVER, 120, 105, 110, 31);
    fill_background(&s);
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    CU_ASSERT_EQUAL_FATAL(s.structures.warning_count, 1);
    CU_ASSERT_STRING_EQUAL(s.structures.warnings[0].code, "liver-split");
    clear(&s);
}

static void hole_in_the_liver_is_filled(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put_liver(&s);
    for (size_t v = 0; v < abl_grid_voxels(&s.maps.hu->grid); v++)
        if (phantom_depth_mm(&s.maps.hu->grid, v, liver_mm, 12) > 0)
            abl_volume_f32(s.maps.probability[ABL_LIVER])[v] = 0;
    fill_background(&s);
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    ABL_CHECK_NEAR(s.structures.items[ABL_LIVER].volume_ml, 381.7, 4);
    clear(&s);
}

static void mean_hu_is_of_the_inside(void)
{
    scene s;
    abl_error err;
    CU_ASSERT_FATAL(make_scene(&s));
    put_liver(&s);
    fill_background(&s);
    for (size_t v = 0; v < abl_grid_voxels(&s.maps.hu->grid); v++) {
        const double d = phantom_depth_mm(&s.maps.hu->grid, v, liver_mm, 45);
        abl_volume_f32(s.maps.hu)[v] = d > 2 ? 104.0f : -90.0f;
    }
    ABL_CHECK_OK(abl_organs_find(&s.structures, &s.maps, &err), &err);
    ABL_CHECK_NEAR(s.structures.items[ABL_LIVER].mean_hu, 104, 0.01);
    clear(&s);
}

static void liver_without_a_body_is_refused(void)
{
    static const struct {
        abl_structure_id id[5];
        bool good;
    } rows[] = {
        {{0}, false},
        {{ABL_SPLEEN, ABL_LEFT_KIDNEY, ABL_INFERIOR_VENA_CAVA}, false},
        {{ABL_AORTA}, true},
        {{ABL_SPLEEN, ABL_LEFT_KIDNEY, ABL_STOMACH, ABL_PANCREAS}, true}};
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        abl_structures s = {.noise_hu = -1};
        abl_volume present = {.type = ABL_PIXEL_F32};
        abl_error err;
        s.items[ABL_LIVER].field = &present;
        for (int o = 0; o < 5 && rows[n].id[o]; o++)
            s.items[rows[n].id[o]].field = &present;
        if (rows[n].good)
            ABL_CHECK_OK(abl_organs_check_body(&s, &err), &err);
        else
            ABL_CHECK_FAILS(abl_organs_check_body(&s, &err), ABL_E_UNSUPPORTED,
                            "neither an aorta", &err);
    }
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(liver_surface_lies_between_voxels),
    ABL_TEST(liver_at_the_last_slice_is_cut),
    ABL_TEST(scan_without_liver_is_refused),
    ABL_TEST(speck_of_an_organ_is_not_found),
    ABL_TEST(class_the_network_lacks_was_not_looked_for),
    ABL_TEST(second_piece_of_a_spleen_is_dropped),
    ABL_TEST(second_liver_is_warned_of),
    ABL_TEST(hole_in_the_liver_is_filled),
    ABL_TEST(mean_hu_is_of_the_inside),
    ABL_TEST(liver_without_a_body_is_refused),
    CU_TEST_INFO_NULL,
};
