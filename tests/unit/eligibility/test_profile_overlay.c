/* Overlays change what they name and nothing else; own files need not repeat
 * what they are based on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/profile.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/check.h"

const char *const abl_test_suite = "eligibility.profile_overlay";

#define HEAD_OF(schema) \
    "{\n\"schema\": \"" schema "\",\n\"name\": \"mine\",\n\"title\": \"t\",\n"
#define BASED   HEAD_OF("ablascreen-profile/1") "\"based_on\": \"net\",\n"
#define OVERLAY HEAD_OF("ablascreen-overlay/1")

static void load(abl_profile *out, const char *what)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_profile_load(out, what, &err), &err);
}

static void check_refused(const char *text, const char *words)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    ABL_CHECK_FAILS(
        abl_profile_parse(&profile, text, strlen(text), "my.json", &err),
        ABL_E_FORMAT, words, &err);
}

static void check_overlay_refused(const char *text, abl_status expected,
                                  const char *words)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    load(&profile, "net+cryo");
    ABL_CHECK_FAILS(
        abl_profile_overlay(&profile, text, strlen(text), "my.json", &err),
        expected, words, &err);
}

static void check_reads_back(const abl_profile *profile)
{
    abl_error err = {ABL_OK, ""};
    abl_profile again;
    static char text[1 << 16];
    FILE *file = fmemopen(text, sizeof text, "w");
    ABL_CHECK_OK(abl_profile_write(file, profile, &err), &err);
    fclose(file);
    ABL_CHECK_OK(abl_profile_parse(&again, text, strlen(text), "again", &err),
                 &err);
    memcpy(again.sha256, profile->sha256, sizeof again.sha256);
    CU_ASSERT_EQUAL(memcmp(&again, profile, sizeof again), 0);
}

static void every_combination_loads_and_reads_back(void)
{
    static const char *const modalities[] = {"", "+mwa", "+cryo", "+rfa"};
    static const char *const placements[] = {"", "+navigated"};
    size_t count = 0;
    for (size_t p = 0; abl_profile_names[p]; p++)
        for (size_t m = 0; m < 4; m++)
            for (size_t n = 0; n < 2; n++, count++) {
                char what[64];
                abl_profile profile;
                snprintf(what, sizeof what, "%s%s%s", abl_profile_names[p],
                         modalities[m], placements[n]);
                load(&profile, what);
                CU_ASSERT_STRING_EQUAL(profile.name, what);
                CU_ASSERT_STRING_EQUAL(profile.modality, modalities[m][0]
                                                             ? modalities[m] + 1
                                                             : "");
                check_reads_back(&profile);
            }
    CU_ASSERT_EQUAL(count, 24);
}

static size_t count_changed(const abl_profile *a, const abl_profile *b)
{
    size_t changed = 0;
    for (int n = 0; n < ABL_RULE_COUNT; n++)
        changed += memcmp(&a->rules[n], &b->rules[n], sizeof a->rules[n]) != 0;
    return changed;
}

static void modality_changes_vessels_and_nothing_else(void)
{
    abl_profile net, rfa, mwa, cryo;
    load(&net, "net");
    load(&rfa, "net+rfa");
    load(&mwa, "net+mwa");
    load(&cryo, "net+cryo");
    CU_ASSERT_EQUAL(rfa.rules[6].severity, ABL_SEVERITY_EXCLUDE);
    CU_ASSERT_EQUAL(mwa.rules[6].severity, ABL_SEVERITY_FLAG);
    CU_ASSERT_EQUAL(cryo.rules[6].severity, ABL_SEVERITY_FLAG);
    CU_ASSERT_EQUAL(count_changed(&net, &rfa), 1);
    CU_ASSERT_EQUAL(count_changed(&net, &mwa), 1);
    CU_ASSERT_EQUAL(count_changed(&net, &cryo), 2);
    CU_ASSERT_EQUAL(cryo.context_needed, ABL_NEEDS_COAGULATION);
    CU_ASSERT_EQUAL(net.context_needed, 0);
    ABL_CHECK_NEAR(rfa.rules[6].limit, net.rules[6].limit, 0);
}

static void navigation_narrows_the_corridor(void)
{
    abl_profile net, navigated;
    load(&net, "net");
    load(&navigated, "net+navigated");
    ABL_CHECK_NEAR(net.access.corridor_in_plane_mm, 5, 0);
    ABL_CHECK_NEAR(net.access.corridor_out_of_plane_mm, 10, 0);
    ABL_CHECK_NEAR(navigated.access.corridor_in_plane_mm, 3, 0);
    ABL_CHECK_NEAR(navigated.access.corridor_out_of_plane_mm, 3, 0);
    CU_ASSERT_EQUAL(count_changed(&net, &navigated), 1);
}

static void access_limits_are_those_of_the_rules(void)
{
    abl_profile net, strict;
    load(&net, "net");
    load(&strict, "strict");
    ABL_CHECK_NEAR(net.access.max_path_mm, 150, 0);
    ABL_CHECK_NEAR(net.access.borderline_path_mm, 200, 0);
    ABL_CHECK_NEAR(strict.access.borderline_path_mm, 150, 0);
    ABL_CHECK_NEAR(net.access.min_liver_transit_mm, 10, 0);
    ABL_CHECK_NEAR(net.access.max_capsule_angle_deg, 60, 0);
    ABL_CHECK_NEAR(net.access.min_vessel_calibre_mm, 3, 0);
}

static void profiles_differ_where_they_say(void)
{
    abl_profile strict, collision;
    load(&strict, "strict");
    load(&collision, "collision");
    ABL_CHECK_NEAR(strict.rules[0].limit, 3, 0);
    ABL_CHECK_NEAR(collision.rules[0].limit, 10, 0);
    CU_ASSERT(!collision.rules[0].has_band);
    CU_ASSERT_EQUAL(collision.rules[1].comparison, ABL_AT_MOST);
    CU_ASSERT(!strict.rules[9].has_band);
    CU_ASSERT_EQUAL(collision.context_needed, ABL_NEEDS_EXTRA_HEPATIC_DISEASE);
}

static void own_file_says_only_what_differs(void)
{
    static const char text[] =
        BASED "\"rules\": {\"R2\": {\"band\": null, \"limit\": {\"compare\": "
              "\"below\", \"value\": 20, \"tag\": \"convention\", \"source\": "
              "\"ours\"}}, \"R13\": {\"enabled\": false}},\n\"exam\": "
              "{\"max_noise_hu\": {\"value\": 25, \"tag\": \"convention\", "
              "\"source\": \"ours\"}}}";
    abl_error err = {ABL_OK, ""};
    abl_profile net, mine;
    load(&net, "net");
    ABL_CHECK_OK(
        abl_profile_parse(&mine, text, sizeof text - 1, "my.json", &err), &err);
    CU_ASSERT_STRING_EQUAL(mine.name, "mine");
    CU_ASSERT_STRING_EQUAL(mine.title, "t");
    ABL_CHECK_NEAR(mine.rules[1].limit, 20, 0);
    CU_ASSERT_STRING_EQUAL(mine.rules[1].source.text, "ours");
    CU_ASSERT(!mine.rules[1].has_band);
    CU_ASSERT(!mine.rules[12].enabled);
    ABL_CHECK_NEAR(mine.exam.max_noise_hu, 25, 0);
    ABL_CHECK_NEAR(mine.exam.high_noise_hu, net.exam.high_noise_hu, 0);
    CU_ASSERT_EQUAL(count_changed(&net, &mine), 2);
    CU_ASSERT(strcmp(net.sha256, mine.sha256) != 0);
    check_reads_back(&mine);
}

static void own_file_is_read_as_strictly(void)
{
    check_refused(BASED "\"rules\": {\"R2\": {\"limit\": {\"compare\": "
                        "\"below\", \"value\": 20, \"tag\": "
                        "\"convention\"}}}}",
                  "my.json:6: rules.R2.limit: \"source\" is missing");
    check_refused(BASED "\"rules\": {\"R2\": {\"limit\": {\"compare\": "
                        "\"below\", \"value\": 20, \"tag\": "
                        "\"convention\", \"source\": \"ours\"}}}}",
                  "27 to 33 leaves out the limit of 20");
    check_refused(BASED "\"rules\": {\"R2\": {}}}", "changes nothing");
    check_refused(BASED "\"rules\": {\"R2\": 20}}", "must be an object");
    check_refused(BASED "\"rules\": {\"R2\": null}}", "must be an object");
    check_refused(BASED "\"rules\": {\"R2\": {\"limit\": null}}}",
                  "must be an object");
    check_refused(BASED "\"rules\": [1]}", "rules: must be an object");
    check_refused(BASED "\n\"rules\": {\"R0\": {}}}", "my.json:7: rules.R0");
    check_refused(BASED "\"access\": {\"width\": 3}}",
                  "access.width: unknown key");
    check_refused(BASED "\"access\": {\"max_path_mm\": 3}}", "unknown key");
    check_refused(BASED "\"exam\": {\"max_noise_hu\": 25}}",
                  "exam.max_noise_hu: must be an object");
    check_refused(BASED "\"exam\": {\"max_noise_hu\": {\"value\": 25, "
                        "\"tag\": \"cited\"}}}",
                  "\"source\" is missing");
    check_refused(BASED "\"modality\": \"laser\"}", "not one of: mwa");
    check_refused(BASED "\"context_needed\": \"ascites\"}", "must be a list");
    check_refused(BASED "\"context_needed\": [\"ascites\",\n\"mood\"]}",
                  "my.json:7: context_needed[1]");
    check_refused(BASED "\"context_needed\": [7]}", "is no fact");
}

static void bases_are_built_in(void)
{
    check_refused(HEAD_OF("ablascreen-profile/1") "\"based_on\": \"other\"}",
                  "my.json:5: based_on: \"other\" is not built in");
    check_refused(HEAD_OF("ablascreen-profile/1") "\"based_on\": \"rfa\"}",
                  "not built in");
    check_refused(HEAD_OF("ablascreen-profile/1") "\"based_on\": \"/tmp/x\"}",
                  "not built in");
    check_refused(HEAD_OF("ablascreen-profile/1") "\"based_on\": "
                                                  "\"net+mwa+rfa\"}",
                  "one modality at a time");
    check_refused(HEAD_OF("ablascreen-profile/1") "\"based_on\": 7}",
                  "must be text");
    check_refused(HEAD_OF("ablascreen-profile/1") "\"based_on\": \"\"}",
                  "must not be empty");
}

static void overlays_and_profiles_are_told_apart(void)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    check_refused(OVERLAY "\"rules\": {}}", "this is an overlay");
    check_overlay_refused(BASED "\"rules\": {}}", ABL_E_FORMAT,
                          "this is a profile");
    check_overlay_refused(OVERLAY "\"based_on\": \"net\"}", ABL_E_FORMAT,
                          "lies on any profile");
    check_overlay_refused(OVERLAY "\"modality\": \"rfa\"}", ABL_E_INVALID,
                          "one modality at a time");
    check_overlay_refused("[]", ABL_E_FORMAT, "must be an object");
    check_overlay_refused("{", ABL_E_FORMAT, "my.json:1");
    check_overlay_refused("{}", ABL_E_FORMAT, "\"schema\" is missing");
    ABL_CHECK_FAILS(abl_profile_load(&profile, "mwa", &err), ABL_E_INVALID,
                    "as in net+mwa", &err);
    ABL_CHECK_FAILS(abl_profile_load(&profile, "net+strict", &err),
                    ABL_E_INVALID, "it comes first", &err);
    ABL_CHECK_FAILS(abl_profile_load(&profile, "net+", &err), ABL_E_INVALID,
                    "overlay ''", &err);
    ABL_CHECK_FAILS(abl_profile_load(&profile, "net+laser", &err),
                    ABL_E_INVALID, "navigated) nor a file", &err);
    ABL_CHECK_FAILS(abl_profile_load(&profile, "net+rfa+mwa", &err),
                    ABL_E_INVALID, "one modality at a time", &err);
}

static void numbers_that_contradict_are_refused(void)
{
    static const char number[] = "{\"value\": %g, \"tag\": \"convention\", "
                                 "\"source\": \"ours\"}}}";
    static const struct {
        const char *start;
        double value;
        const char *words;
    } rows[] = {
        {BASED "\"access\": {\"corridor_out_of_plane_mm\": ", 4.9,
         "my.json:6: access.corridor_out_of_plane_mm.value: 4.9 is below"},
        {BASED "\"exam\": {\"high_noise_hu\": ", 19, "below max_noise_hu, 20"},
        {BASED "\"exam\": {\"max_noise_hu\": ", 31, "below max_noise_hu, 31"},
        {BASED "\"access\": {\"min_path_mm\": ", 101, "out of range"},
        {BASED "\"access\": {\"growth_per_100mm\": ", -1, "out of range"},
        {BASED "\"surface\": {\"max_exophytic_percent\": ", 101,
         "out of range"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        char end[sizeof number + 32], text[1024];
        snprintf(end, sizeof end, number, rows[n].value);
        snprintf(text, sizeof text, "%s%s", rows[n].start, end);
        check_refused(text, rows[n].words);
    }
}

static void names_that_grow_too_long_are_refused(void)
{
    char text[256];
    snprintf(text, sizeof text,
             "{\"schema\": \"ablascreen-overlay/1\", \"name\": \"%060d\", "
             "\"title\": \"t\"}",
             7);
    check_overlay_refused(text, ABL_E_FORMAT, "longer than 63 bytes");
}

static void deep_nesting_is_refused(void)
{
    const size_t depth = 200000;
    char *text = malloc(depth + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, '[', depth);
    text[depth] = '\0';
    check_refused(text, "my.json:1");
    free(text);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(every_combination_loads_and_reads_back),
    ABL_TEST(modality_changes_vessels_and_nothing_else),
    ABL_TEST(navigation_narrows_the_corridor),
    ABL_TEST(access_limits_are_those_of_the_rules),
    ABL_TEST(profiles_differ_where_they_say),
    ABL_TEST(own_file_says_only_what_differs),
    ABL_TEST(own_file_is_read_as_strictly),
    ABL_TEST(bases_are_built_in),
    ABL_TEST(overlays_and_profiles_are_told_apart),
    ABL_TEST(numbers_that_contradict_are_refused),
    ABL_TEST(names_that_grow_too_long_are_refused),
    ABL_TEST(deep_nesting_is_refused),
    CU_TEST_INFO_NULL,
};
