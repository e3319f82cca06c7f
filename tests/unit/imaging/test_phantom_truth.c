/* What truth.json states, against formulas and brute force.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <unistd.h>

#include "tests/unit/imaging/phantoms.h"

static const double pi = 3.14159265358979323846;

#define WORLD(lesion, more)                                                                                             \
    "{\"image\":{\"size\":[8,8,8],\"orientation\":[0.8,0.6,0,-0.6,0.8,0]},"                                             \
    "\"solids\":{\"body\":" PHANTOM_BALL(0, 0, 0, 100) ",\"organ\":" PHANTOM_BALL(                                      \
        0, 0, 0,                                                                                                        \
        60) ",\"stone\":" PHANTOM_BALL(40, 0, 0,                                                                        \
                                       4) ",\"tree\":{\"kind\":\"union\",\"of\":[{\"kind\":\"tube\",\"points\":"        \
                                          "[[-30,-50,0,1],[-30,50,0,4]]},{\"kind\":\"tube\",\"points\":"                \
                                          "[[0,0,30,1.2],[0,50,30,1.2]]}]}},\"parts\":[{\"solid\":\"organ\","           \
                                          "\"hu\":9}],\"targets\":[\"organ\"],\"lesions\":[{\"hu\":1,\"solid\":" lesion \
                                          "}]" more "}"

#define VESSELS \
    ",\"vessels\":[{\"name\":\"tree\",\"solid\":\"tree\",\"within\":\"organ\"}]"

static abl_phantom_lesion_truth truth_of(const char *recipe)
{
    abl_phantom *phantom = must_parse(recipe);
    abl_phantom_lesion_truth truth = abl_phantom_lesion_get(phantom, 0);
    truth.name = NULL;
    abl_phantom_destroy(phantom);
    return truth;
}

#define TURNED                                                     \
    "{\"kind\":\"ellipsoid\",\"centre_lps\":[1,2,3],\"radii_mm\":" \
    "[12,7,9],\"rotate_deg\":[25,-35,50]}"

/* A union of an ellipsoid with a ball inside it is the same shape, sampled. */
static void sampled_sizes_agree_with_closed_formulas(void)
{
    abl_phantom_lesion_truth closed = truth_of(WORLD(TURNED, ""));
    abl_phantom_lesion_truth sampled = truth_of(WORLD(
        "{\"kind\":\"union\",\"of\":[" TURNED "," PHANTOM_BALL(1, 2, 3, 2) "]}",
        ""));
    CU_ASSERT(closed.is_exact && !sampled.is_exact);
    ABL_CHECK_NEAR(closed.diameter_3d_mm, 24, 1e-9);
    ABL_CHECK_NEAR(closed.volume_ml, 4 * pi / 3 * 12 * 7 * 9 / 1000, 1e-9);
    for (int n = 0; n < 2; n++) {
        ABL_CHECK_NEAR(sampled.axial_mm[n], closed.axial_mm[n], 0.03);
        ABL_CHECK_NEAR(sampled.slice_mm[n], closed.slice_mm[n], 0.03);
    }
    ABL_CHECK_NEAR(sampled.diameter_3d_mm, closed.diameter_3d_mm, 0.05);
    ABL_CHECK_NEAR(sampled.volume_ml, closed.volume_ml,
                   0.002 * closed.volume_ml);
    CU_ASSERT(sampled.diameter_error_mm < 0.2);
    CU_ASSERT(sampled.volume_error_ml < 0.01 * closed.volume_ml);
}

/* Two balls that overlap: every size is known. */
static void a_pair_of_balls_has_the_sizes_of_a_pair(void)
{
    const double r = 8, apart = 12, cap = r - apart / 2;
    abl_phantom_lesion_truth t =
        truth_of(WORLD("{\"kind\":\"union\",\"of\":[" PHANTOM_BALL(
                           -6, 0, 0, 8) "," PHANTOM_BALL(6, 0, 0, 8) "]}",
                       ""));
    ABL_CHECK_NEAR(t.axial_mm[0], apart + 2 * r, 0.03);
    ABL_CHECK_NEAR(t.axial_mm[1], 2 * r, 0.05);
    ABL_CHECK_NEAR(t.diameter_3d_mm, apart + 2 * r, 0.05);
    ABL_CHECK_NEAR(
        t.volume_ml * 1000,
        8 * pi / 3 * r * r * r - 2 * pi * cap * cap * (3 * r - cap) / 3, 10);
}

static void axial_and_slice_diameters_differ_when_slices_lean(void)
{
    abl_phantom_lesion_truth t = truth_of(
        "{\"image\":{\"size\":[8,8,8],\"orientation\":[1,0,0,0,0,-1]},"
        "\"parts\":[{\"solid\":" PHANTOM_BALL(
            0, 0, 0, 60) ",\"hu\":9}],\"lesions\":[{\"hu\":1,\"solid\":"
                         "{\"kind\":\"ellipsoid\",\"centre_lps\":[0,0,0],"
                         "\"radii_mm\":[5,6,9]}}]}");
    ABL_CHECK_NEAR(t.axial_mm[0], 12, 1e-9);
    ABL_CHECK_NEAR(t.axial_mm[1], 10, 1e-9);
    ABL_CHECK_NEAR(t.slice_mm[0], 18, 1e-9);
    ABL_CHECK_NEAR(t.slice_mm[1], 10, 1e-9);
}

static void the_nearest_vessel_has_its_calibre_there(void)
{
    abl_phantom *phantom =
        must_parse(WORLD(PHANTOM_BALL(0, 0, 0, 10), VESSELS));
    abl_phantom_nearest_vessel near = abl_phantom_vessel_near(phantom, 0, 0, 3);
    /* Brute force over the taper, radius 1 to 4 along y. */
    double best = INFINITY, at = 0;
    for (double y = -50; y <= 50; y += 0.01) {
        double radius = 1 + 3 * (y + 50) / 100;
        double gap = hypot(30, y) - 10 - radius;
        if (2 * radius >= 3 && gap < best) {
            best = gap;
            at = 2 * radius;
        }
    }
    ABL_CHECK_NEAR(near.gap_mm, best, 0.01);
    ABL_CHECK_NEAR(near.calibre_mm, at, 0.05);
    /* The thin one is nearer and counts only when asked for. */
    near = abl_phantom_vessel_near(phantom, 0, 0, 0);
    ABL_CHECK_NEAR(near.gap_mm, fmin(best, 30 - 10 - 1.2), 0.01);
    near = abl_phantom_vessel_near(phantom, 0, 0, 9);
    CU_ASSERT(isnan(near.gap_mm));
    abl_phantom_destroy(phantom);
}

static json_t *truth_json(const char *recipe)
{
    abl_error err;
    char path[] = "truth-XXXXXX";
    int file = mkstemp(path);
    CU_ASSERT_FATAL(file >= 0);
    close(file);
    abl_phantom *phantom = must_parse(recipe);
    ABL_CHECK_OK(abl_phantom_write_truth(path, phantom, 1, &err), &err);
    abl_phantom_destroy(phantom);
    json_t *root = json_load_file(path, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    unlink(path);
    return root;
}

#define PATH(entry) \
    "{\"entry_lps\":" entry ",\"target_lps\":[0,0,0],\"half_width_mm\":5}"

static void corridors_are_clear_up_to_their_half_width(void)
{
    json_t *root = truth_json(WORLD(
        PHANTOM_BALL(0, 0, 0, 10),
        ",\"skin\":\"body\",\"obstacles\":[\"stone\"],\"paths\":[" PATH(
            "[100,0,0]") "," PATH("[98,20,0]") "," PATH("[90,40,0]") "]"));
    const json_t *paths = json_object_get(root, "paths");
    CU_ASSERT_EQUAL_FATAL(json_array_size(paths), 3);
    const double clearances[3] = {0, 40 * 20 / hypot(98, 20) - 4,
                                  40 * 40 / hypot(90, 40) - 4};
    for (size_t n = 0; n < 3; n++) {
        const json_t *path = json_array_get(paths, n);
        ABL_CHECK_NEAR(json_number_value(json_object_get(path, "clearance_mm")),
                       clearances[n], 1e-3);
        CU_ASSERT_EQUAL(json_is_true(json_object_get(path, "clear")),
                        clearances[n] > 5);
        CU_ASSERT_EQUAL(json_is_string(json_object_get(path, "first_on_axis")),
                        n == 0);
    }
    ABL_CHECK_NEAR(json_number_value(json_object_get(json_array_get(paths, 0),
                                                     "first_at_mm")),
                   56, 0.06);
    json_decref(root);
}

static void directions_name_what_stands_in_them(void)
{
    json_t *root =
        truth_json(WORLD(PHANTOM_BALL(0, 0, 0, 10),
                         ",\"skin\":\"body\",\"obstacles\":[\"stone\"]"));
    const json_t *list = json_object_get(
        json_array_get(json_object_get(root, "lesions"), 0), "directions");
    size_t n, blocked = 0;
    const json_t *entry;
    json_array_foreach((json_t *)(uintptr_t)list, n, entry)
    {
        double x = json_number_value(
            json_array_get(json_object_get(entry, "to_skin_lps"), 0));
        bool hits = json_is_string(json_object_get(entry, "first_on_axis"));
        double apart = x > 0 ? 40 * sqrt(1 - x * x) : 40;
        CU_ASSERT_EQUAL(hits, apart < 4);
        double least =
            json_number_value(json_object_get(entry, "clearance_at_least_mm"));
        CU_ASSERT(least <= fmax(apart - 4, 0) + 0.01);
        ABL_CHECK_NEAR(json_number_value(json_object_get(entry, "depth_mm")),
                       100, 0.06);
        blocked += hits;
    }
    CU_ASSERT(json_array_size(list) == 200 && blocked < 5);
    json_decref(root);
}

static void the_expectation_is_repeated(void)
{
    json_t *root = truth_json(
        WORLD(PHANTOM_BALL(0, 0, 0, 10),
              ",\"about\":\"why\",\"expect\":{\"verdict\":\"borderline\","
              "\"limiting_rule\":[\"R4\",\"R18\"],\"lesions\":[{\"verdict\":"
              "\"meets\"}]}"));
    const json_t *expect = json_object_get(root, "expect");
    CU_ASSERT_STRING_EQUAL(
        json_string_value(json_object_get(expect, "verdict")), "borderline");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(root, "about")),
                           "why");
    json_decref(root);
}

const char *const abl_test_suite = "imaging.phantom_truth";
CU_TestInfo abl_tests[] = {
    ABL_TEST(sampled_sizes_agree_with_closed_formulas),
    ABL_TEST(a_pair_of_balls_has_the_sizes_of_a_pair),
    ABL_TEST(axial_and_slice_diameters_differ_when_slices_lean),
    ABL_TEST(the_nearest_vessel_has_its_calibre_there),
    ABL_TEST(corridors_are_clear_up_to_their_half_width),
    ABL_TEST(directions_name_what_stands_in_them),
    ABL_TEST(the_expectation_is_repeated),
    CU_TEST_INFO_NULL,
};
