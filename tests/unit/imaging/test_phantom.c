/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/phantom.h"

#include <dirent.h>

#include "tests/unit/imaging/phantoms.h"

#define BALL        PHANTOM_BALL(0, 0, 0, 5)
#define PART(solid) "{\"parts\":[{\"solid\":" solid ",\"hu\":50}]}"
#define SOLIDS(solids, use) \
    "{\"solids\":{" solids "},\"parts\":[{\"solid\":" use ",\"hu\":50}]}"
#define IMAGE(image) \
    "{\"image\":{" image "},\"parts\":[{\"solid\":" BALL ",\"hu\":50}]}"

typedef struct bad_recipe {
    const char *text, *words;
} bad_recipe;

static void expect_refused(const bad_recipe *bad, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        abl_error err = {ABL_OK, ""};
        abl_phantom *phantom = NULL;
        ABL_CHECK_FAILS(parse_text(&phantom, bad[n].text, &err), ABL_E_FORMAT,
                        bad[n].words, &err);
        CU_ASSERT_PTR_NULL(phantom);
        abl_phantom_destroy(phantom);
    }
}

static void text_that_is_no_recipe_is_refused(void)
{
    const bad_recipe bad[] = {
        {"", "line 1"},
        {"not json", "line 1"},
        {"[1,2]", "a recipe is an object"},
        {"{\"parts\":[{\"solid\":", "line 1"},
        {"{\"parts\":[]}", "no parts"},
        {"{}", "no parts"},
        {"{\"parts\":7}", "must be a list"},
        {"{\"part\":[]}", "no key \"part\""},
        {"{\"name\":\"a\",\"name\":\"b\"}", "duplicate"},
        {"{\"name\":\"\"}", "1 to 64 characters"},
        {"{\"name\":\"a\\u0007\"}", "plain ASCII"},
        {"{\"base\":\"no such\"}", "not built in"},
        {"{\"base\":3}", "not built in"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

static void numbers_out_of_range_are_refused(void)
{
    const bad_recipe bad[] = {
        {PART(PHANTOM_BALL(0, 0, 0, -3)), "radii_mm[0] is -3; allowed"},
        {PART(PHANTOM_BALL(0, 0, 0, 0)), "radii_mm[0] is 0"},
        {PART(PHANTOM_BALL(0, 0, NaN, 1)), "line 1"},
        {PART(PHANTOM_BALL(0, 0, 1e999, 1)), "real number overflow"},
        {PART(PHANTOM_BALL(0, 0, 1e9, 1)), "centre_lps[2]"},
        {PART(PHANTOM_BALL(0, 0, "1", 1)), "must be a number"},
        {"{\"parts\":[{\"solid\":" BALL ",\"hu\":1e6}]}", "hu is 1e+06"},
        {"{\"parts\":[{\"solid\":" BALL ",\"hu\":\"50\"}]}", "be a number"},
        {"{\"parts\":[{\"solid\":" BALL "}]}", "needs \"hu\""},
        {"{\"parts\":[{\"solid\":" BALL ",\"hu\":1,\"label\":101}]}", "label"},
        {"{\"parts\":[{\"solid\":" BALL ",\"hu\":1,\"label\":-1}]}", "label"},
        {"{\"parts\":[{\"solid\":" BALL ",\"hu\":1,\"label\":1.5}]}", "label"},
        {"{\"parts\":[{\"solid\":" BALL ",\"hu\":1,\"texture_mm\":0}]}",
         "texture_mm"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

static void images_that_are_too_large_are_refused(void)
{
    const bad_recipe bad[] = {
        {IMAGE("\"size\":[1025,512,10]"), "size[0] is 1025"},
        {IMAGE("\"size\":[512,512,2001]"), "size[2]"},
        {IMAGE("\"size\":[512,512,1e18]"), "size[2]"},
        {IMAGE("\"size\":[512,512]"), "3 numbers"},
        {IMAGE("\"size\":[512,512,-1]"), "size[2] is -1"},
        {IMAGE("\"size\":[512,512,1.5]"), "whole numbers"},
        {IMAGE("\"spacing_mm\":[0.7,0.7,0]"), "spacing_mm[2] is 0"},
        {IMAGE("\"spacing_mm\":[0.7,0.7,1000]"), "spacing_mm[2]"},
        {IMAGE("\"orientation\":[1,0,0,0.5,0.8,0]"), "orthonormal"},
        {IMAGE("\"orientation\":[1,0,0,1,0,0]"), "orthonormal"},
        {IMAGE("\"noise_hu\":-1"), "noise_hu is -1"},
        {IMAGE("\"psf_mm\":1e9"), "psf_mm"},
        {IMAGE("\"noise\":1"), "no key \"noise\""},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

static void shapes_that_make_no_sense_are_refused(void)
{
    const bad_recipe bad[] = {
        {PART("{\"kind\":\"banana\"}"), "unknown kind \"banana\""},
        {PART("{}"), "unknown kind"},
        {PART("7"), "must be a solid"},
        {PART("\"liver\""), "\"liver\", which is not in"},
        {PART("{\"kind\":\"ellipsoid\"}"), "centre_lps"},
        {PART("{\"kind\":\"tube\",\"points\":[[0,0,0,1]]}"), "2 or more"},
        {PART("{\"kind\":\"tube\",\"points\":[[0,0,0,1],[0,0,0,1]]}"),
         "repeats"},
        {PART("{\"kind\":\"tube\",\"points\":[[0,0,0,1],[0,0,9,-1]]}"),
         "radius -1"},
        {PART("{\"kind\":\"tube\",\"points\":[[0,0,0,1],[0,0,9]]}"),
         "4 numbers"},
        {PART("{\"kind\":\"loft\",\"sections\":[[0,0,0,1,1,1]]}"), "2 or more"},
        {PART("{\"kind\":\"loft\",\"sections\":[[5,0,0,1,1,1],"
              "[0,0,0,1,1,1]]}"),
         "not above"},
        {PART("{\"kind\":\"loft\",\"sections\":[[0,0,0,1,1,0],"
              "[9,0,0,1,1,1]]}"),
         "half axis"},
        {PART("{\"kind\":\"union\",\"of\":[]}"), "of must name"},
        {PART("{\"kind\":\"grow\",\"of\":" BALL "}"), "needs \"by_mm\""},
        {PART("{\"kind\":\"grow\",\"by_mm\":1,\"of\":[" BALL "," BALL "]}"),
         "one solid"},
        {PART("{\"kind\":\"halfspace\",\"centre_lps\":[0,0,0],"
              "\"normal\":[0,0,0]}"),
         "no length"},
        {PART("{\"kind\":\"box\",\"centre_lps\":[0,0,0],"
              "\"radii_mm\":[1,2,3],\"round_mm\":1.5}"),
         "round_mm"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

#define LESION(rest)                                                          \
    "{\"solids\":{\"liver\":" PHANTOM_BALL(                                   \
        0, 0, 0,                                                              \
        60) "},\"parts\":["                                                   \
            "{\"solid\":\"liver\",\"hu\":100}],\"lesions\":[{\"solid\":" BALL \
            ",\"hu\":50," rest "}]}"

static void places_that_cannot_be_kept_are_refused(void)
{
    const bad_recipe bad[] = {
        {LESION("\"place\":{}"), "near_lps"},
        {LESION("\"place\":{\"near_lps\":[0,0]}"), "3 numbers"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"side\":1}"), "side"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"gap_mm\":1}"), "together"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"to\":\"liver\"}"),
         "together"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"to\":\"capsule\","
                "\"gap_mm\":1}"),
         "\"in\" for the capsule"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"to\":\"spleen\","
                "\"gap_mm\":1}"),
         "\"spleen\""},
        {LESION("\"place\":{\"near_lps\":[0,0,90],\"in\":\"liver\"}"),
         "not inside"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"in\":\"liver\","
                "\"to\":\"capsule\",\"gap_mm\":-6}"),
         "less than its radius"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"in\":\"liver\","
                "\"to\":\"capsule\",\"gap_mm\":70}"),
         "no place near"},
        {LESION("\"place\":{\"near_lps\":[0,0,1],\"gap_mm\":\"2\","
                "\"to\":\"liver\"}"),
         "must be a number"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

#define LOOK(look, tissues, part)                          \
    "{\"image\":{\"look\":" look "},\"tissues\":{" tissues \
    "},\"parts\":[{\"solid\":" BALL "," part "}]}"

static void looks_without_values_are_refused(void)
{
    const bad_recipe bad[] = {
        {LOOK("\"venous\"", "", "\"hu\":1"), "look is \"venous\""},
        {LOOK("3", "", "\"hu\":1"), "look is"},
        {LOOK("\"t1\"", "", "\"tissue\":\"fat\""), "not in \"tissues\""},
        {LOOK("\"t1\"", "\"fat\":{\"t2\":5}", "\"tissue\":\"fat\""),
         "no value for the look \"t1\""},
        {LOOK("\"t1\"", "\"fat\":{\"t1\":9999}", "\"tissue\":\"fat\""),
         "t1 is 9999"},
        {LOOK("\"t1\"", "\"fat\":{\"t1\":9}", "\"tissue\":\"fat\",\"hu\":5"),
         "without \"hu\""},
        {LOOK("\"t1\"", "\"fat\":{\"t1\":9}", "\"tissue\":5"), "a name"},
        {IMAGE("\"tilt_deg\":50"), "tilt_deg is 50"},
        {IMAGE("\"slice_thickness_mm\":0"), "slice_thickness_mm is 0"},
        {IMAGE("\"slice_profile\":\"round\""), "slice_profile"},
        {IMAGE("\"slice_profile\":1"), "slice_profile"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

#define EXTRA(rest) "{\"parts\":[{\"solid\":" BALL ",\"hu\":50}]," rest "}"

static void expectations_that_no_report_gives_are_refused(void)
{
    const bad_recipe bad[] = {
        {EXTRA("\"expect\":3"), "expect must be an object"},
        {EXTRA("\"expect\":{}"), "expect.verdict"},
        {EXTRA("\"expect\":{\"verdict\":\"good\"}"), "expect.verdict"},
        {EXTRA("\"expect\":{\"verdict\":\"meets\","
               "\"without_low_confidence\":1}"),
         "expect.without_low_confidence"},
        {EXTRA("\"expect\":{\"verdict\":\"meets\",\"rule\":1}"), "\"rule\""},
        {EXTRA("\"expect\":{\"verdict\":\"meets\",\"limiting_rule\":"
               "\"R19\"}"),
         "R1 to R18"},
        {EXTRA("\"expect\":{\"verdict\":\"meets\",\"limiting_rule\":"
               "\"R0\"}"),
         "R1 to R18"},
        {EXTRA("\"expect\":{\"verdict\":\"meets\",\"limiting_rule\":[]}"),
         "R1 to R18"},
        {EXTRA("\"expect\":{\"verdict\":\"meets\",\"limiting_rule\":"
               "[\"R1\",2]}"),
         "R1 to R18"},
        {EXTRA("\"expect\":{\"verdict\":\"meets\",\"lesions\":[{}]}"),
         "each of the 0 lesions"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

static void corridors_and_vessels_without_sense_are_refused(void)
{
    const bad_recipe bad[] = {
        {EXTRA("\"paths\":[{}]"), "entry_lps"},
        {EXTRA("\"paths\":[{\"entry_lps\":[0,0,1]}]"), "target_lps"},
        {EXTRA("\"paths\":[{\"entry_lps\":[0,0,1],\"target_lps\":[0,0,1],"
               "\"half_width_mm\":-1}]"),
         "half_width_mm is -1"},
        {EXTRA("\"paths\":[{\"start\":1}]"), "\"start\""},
        {EXTRA("\"obstacles\":[\"wall\"]"), "\"wall\""},
        {EXTRA("\"obstacles\":[4]"), "name of a solid"},
        {EXTRA("\"skin\":\"hide\""), "\"hide\""},
        {EXTRA("\"vessels\":[{\"name\":\"a\"}]"), "must be a solid"},
        {EXTRA("\"vessels\":[{\"name\":\"a\",\"solid\":" BALL
               ",\"within\":" BALL "}]"),
         "union of tubes"},
        {EXTRA("\"lesions\":[{\"hu\":1,\"solid\":{\"kind\":\"halfspace\","
               "\"centre_lps\":[0,0,0],\"normal\":[0,0,1]}}]"),
         "has no end"},
        {EXTRA("\"about\":7"), "about must be a text"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

static void solids_that_contain_themselves_are_refused(void)
{
    const bad_recipe bad[] = {
        {SOLIDS("\"a\":{\"kind\":\"union\",\"of\":[\"a\"]}", "\"a\""),
         "nested"},
        {SOLIDS("\"a\":{\"kind\":\"union\",\"of\":[\"b\"]},"
                "\"b\":{\"kind\":\"grow\",\"by_mm\":1,\"of\":\"a\"}",
                "\"a\""),
         "nested"},
    };
    expect_refused(bad, sizeof bad / sizeof bad[0]);
}

/* Each solid joins the one before twice: 2^n evaluations. */
static void solids_that_explode_are_refused(void)
{
    abl_error err;
    char text[8192];
    size_t length = (size_t)snprintf(text, sizeof text, "{\"parts\":[");
    for (int n = 0; n < 22; n++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s{\"solid\":\"s%d\",\"hu\":1}",
                                   n > 0 ? "," : "", n);
    length += (size_t)snprintf(text + length, sizeof text - length,
                               "],\"solids\":{\"s0\":%s", BALL);
    for (int n = 1; n < 22; n++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   ",\"s%d\":{\"kind\":\"union\",\"of\":"
                                   "[\"s%d\",\"s%d\"]}",
                                   n, n - 1, n - 1);
    snprintf(text + length, sizeof text - length, "}}");
    abl_phantom *phantom = NULL;
    ABL_CHECK_FAILS(parse_text(&phantom, text, &err), ABL_E_FORMAT,
                    "too complex", &err);
}

static void endless_lists_are_refused(void)
{
    abl_error err;
    size_t size = 1 << 16, length = 0;
    char *text = calloc(1, size);
    length += (size_t)snprintf(text, size, "{\"parts\":[");
    for (int n = 0; n < 1025; n++)
        length += (size_t)snprintf(text + length, size - length, "%s{}",
                                   n > 0 ? "," : "");
    snprintf(text + length, size - length, "]}");
    abl_phantom *phantom = NULL;
    ABL_CHECK_FAILS(parse_text(&phantom, text, &err), ABL_E_FORMAT,
                    "at most 1024", &err);
    free(text);
}

static void missing_and_huge_files_are_refused(void)
{
    abl_error err;
    abl_phantom *phantom = NULL;
    ABL_CHECK_FAILS(abl_phantom_load(&phantom, "no/such.json", &err), ABL_E_IO,
                    "no/such.json", &err);
    ABL_CHECK_FAILS(abl_phantom_load(&phantom, "/dev/zero", &err), ABL_E_FORMAT,
                    "larger than 1 MB", &err);
    ABL_CHECK_FAILS(abl_phantom_load(&phantom, ".", &err), ABL_E_IO, ".", &err);
}

static void built_in_recipes_are_the_files(void)
{
    static const char *const names[] = {"adult", "demo"};
    for (int n = 0; n < 2; n++) {
        abl_error err;
        char path[512];
        abl_phantom *phantom = NULL;
        snprintf(path, sizeof path, "%s/recipes/%s.json", ABL_TESTDATA_DIR,
                 names[n]);
        ABL_CHECK_OK(abl_phantom_load(&phantom, path, &err), &err);
        if (phantom)
            CU_ASSERT_STRING_EQUAL(abl_phantom_name(phantom), names[n]);
        abl_phantom_destroy(phantom);
    }
}

/* Parsing places every lesion, so a recipe that is read can be kept. */
static void every_recipe_of_the_library_is_read(void)
{
    char path[1024];
    size_t found = 0;
    DIR *folder = opendir(ABL_TESTDATA_DIR "/recipes");
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        abl_error err;
        abl_phantom *phantom = NULL;
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "%s/recipes/%s", ABL_TESTDATA_DIR,
                 entry->d_name);
        ABL_CHECK_OK(abl_phantom_load(&phantom, path, &err), &err);
        abl_phantom_destroy(phantom);
        found++;
    }
    closedir(folder);
    CU_ASSERT(found > 25);
}

static void demo_has_lesions_in_an_enhanced_scan(void)
{
    abl_error err;
    abl_phantom *phantom = NULL;
    ABL_CHECK_OK(abl_phantom_load(&phantom, NULL, &err), &err);
    CU_ASSERT_FATAL(phantom != NULL);
    CU_ASSERT(abl_phantom_lesion_count(phantom) >= 3);
    CU_ASSERT(abl_phantom_is_enhanced(phantom));
    CU_ASSERT_EQUAL(abl_phantom_grid(phantom)->size[0], 512);
    abl_phantom_destroy(phantom);
}

static void a_recipe_may_change_its_base(void)
{
    abl_phantom *phantom = must_parse(
        "{\"base\":\"adult\",\"name\":\"thin\",\"image\":{\"size\":[64,64,9]},"
        "\"lesions\":[{\"solid\":" BALL ",\"hu\":60,\"rim_mm\":2,"
        "\"rim_hu\":120}]}");
    CU_ASSERT_STRING_EQUAL(abl_phantom_name(phantom), "thin");
    CU_ASSERT_EQUAL(abl_phantom_grid(phantom)->size[2], 9);
    ABL_CHECK_NEAR(abl_phantom_grid(phantom)->spacing_mm[2], 2.5, 1e-12);
    CU_ASSERT_EQUAL(abl_phantom_lesion_count(phantom), 1);
    abl_phantom_destroy(phantom);
}

const char *const abl_test_suite = "imaging.phantom";
CU_TestInfo abl_tests[] = {
    ABL_TEST(text_that_is_no_recipe_is_refused),
    ABL_TEST(numbers_out_of_range_are_refused),
    ABL_TEST(images_that_are_too_large_are_refused),
    ABL_TEST(shapes_that_make_no_sense_are_refused),
    ABL_TEST(places_that_cannot_be_kept_are_refused),
    ABL_TEST(looks_without_values_are_refused),
    ABL_TEST(expectations_that_no_report_gives_are_refused),
    ABL_TEST(corridors_and_vessels_without_sense_are_refused),
    ABL_TEST(solids_that_contain_themselves_are_refused),
    ABL_TEST(solids_that_explode_are_refused),
    ABL_TEST(endless_lists_are_refused),
    ABL_TEST(missing_and_huge_files_are_refused),
    ABL_TEST(built_in_recipes_are_the_files),
    ABL_TEST(every_recipe_of_the_library_is_read),
    ABL_TEST(demo_has_lesions_in_an_enhanced_scan),
    ABL_TEST(a_recipe_may_change_its_base),
    CU_TEST_INFO_NULL,
};
