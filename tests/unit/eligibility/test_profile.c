/* Profiles are read strictly, and every fault names its line and key.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules.h"

#include <unistd.h>

#include "eligibility/embedded.h"
#include "eligibility/json_line.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "eligibility.profile";

/* The built-in text with one piece replaced. */
static char *replaced(const char *from, const char *to)
{
    const char *text = (const char *)abl_profile_net_json;
    const char *at = strstr(text, from);
    CU_ASSERT_PTR_NOT_NULL(at);
    if (!at)
        return NULL;
    const size_t before = (size_t)(at - text), room = strlen(text) + strlen(to);
    char *out = malloc(room + 1);
    snprintf(out, room + 1, "%.*s%s%s", (int)before, text, to,
             at + strlen(from));
    return out;
}

static void check_refused(const char *from, const char *to, const char *words)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    char *text = replaced(from, to);
    if (text)
        ABL_CHECK_FAILS(
            abl_profile_parse(&profile, text, strlen(text), "my.json", &err),
            ABL_E_FORMAT, words, &err);
    free(text);
}

static void net_profile_loads(void)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    ABL_CHECK_OK(abl_profile_load(&profile, "net", &err), &err);
    CU_ASSERT_STRING_EQUAL(profile.rules[1].id, "R2");
    CU_ASSERT_EQUAL(profile.rules[1].comparison, ABL_BELOW);
    ABL_CHECK_NEAR(profile.rules[1].limit, 30, 0);
    CU_ASSERT_EQUAL(profile.rules[17].severity, ABL_SEVERITY_NOTE);
    CU_ASSERT_EQUAL(strlen(profile.sha256), 64);
    for (int n = 0; n < ABL_RULE_COUNT; n++) {
        CU_ASSERT(profile.rules[n].enabled);
        CU_ASSERT(profile.rules[n].source.text[0] != '\0');
    }
}

static void unknown_keys_are_refused(void)
{
    check_refused("\"title\": \"Longest", "\"colour\": \"Longest",
                  "rules.R2.colour: unknown key");
    check_refused("\"rules\": {", "\"extra\": 1, \"rules\": {",
                  "extra: unknown key");
    check_refused("\"low\": 27", "\"lower\": 27",
                  "rules.R2.band.lower: unknown key");
}

static void missing_keys_are_refused(void)
{
    check_refused("\"value\": 30,", "", "rules.R2.limit: \"value\" is missing");
    check_refused("\"if_not_met\": {", "\"also\": {", "no second number");
    check_refused("\"also\": {", "\"band\": {", "duplicate");
    check_refused("\"unit\": \"mm\",", "", "\"unit\" is missing");
}

static void limit_without_source_or_tag_is_refused(void)
{
    check_refused("\"tag\": \"unverified\",\n        \"source\": \"a contrast",
                  "\"source\": \"a contrast",
                  "rules.R14.limit: \"tag\" is missing");
    check_refused("\"source\": \"a margin for the surrogate\"",
                  "\"source\": \"\"",
                  "rules.R8.band.source: must not be empty");
    check_refused("\"tag\": \"convention\"", "\"tag\": \"guideline\"",
                  "\"guideline\" is not one of: cited, convention, "
                  "unverified");
}

static void numbers_out_of_range_are_refused(void)
{
    check_refused("\"value\": 30,", "\"value\": -30,", "-30 is out of range");
    check_refused("\"value\": 30,", "\"value\": 3000,", "3000 is out of range");
    check_refused("\"value\": 30,", "\"value\": \"30\",", "must be a number");
    check_refused("\"value\": 30,", "\"value\": null,", "must be a number");
    check_refused("\"value\": 5,", "\"value\": 5.5,", "must be a whole number");
    check_refused("\"value\": 30,", "\"value\": 1e999,", "my.json:31");
    check_refused("\"value\": 30,", "\"value\": NaN,", "my.json:31");
}

static void bands_off_the_limit_are_refused(void)
{
    check_refused("\"low\": 27", "\"low\": 34", "must be below high");
    check_refused("\"high\": 33", "\"high\": 29", "leaves out the limit of 30");
    check_refused("\"low\": 27", "\"low\": 31", "leaves out the limit of 30");
}

static void meanings_cannot_be_changed(void)
{
    check_refused("\"compare\": \"below\"", "\"compare\": \"above\"",
                  "\"above\" is not one of: below, at-most");
    check_refused("\"unit\": \"deg\"", "\"unit\": \"mm\"",
                  "R13 is measured in \"deg\"");
    check_refused("\"value\": 10,\n        \"unit\": \"mm\",\n        "
                  "\"tag\": \"cited\",\n        \"source\": \"Wang",
                  "\"value\": 7,\n        \"unit\": \"mm\",\n        "
                  "\"tag\": \"cited\",\n        \"source\": \"Wang",
                  "for 5 and for 10 mm only");
    check_refused("\"severity\": \"exclude\"", "\"severity\": \"ignore\"",
                  "\"ignore\" is not one of: exclude, flag, note");
}

static void every_rule_comes_once(void)
{
    check_refused("\"R2\": {", "\"R1\": {", "duplicate");
    check_refused("\"R18\": {", "\"R19\": {", "is no rule");
    check_refused("\"R18\": {", "\"R018\": {", "is no rule");
    check_refused("\"R18\": {", "\"r18\": {", "is no rule");
    check_refused("\"title\": \"Longest",
                  "\"title\": \"x\", \"title\": \"Longest", "duplicate");
}

static void missing_rule_is_named(void)
{
    static const char text[] = "{\"schema\": \"ablascreen-profile/1\", "
                               "\"name\": \"x\", \"title\": \"y\", "
                               "\"rules\": {}}";
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    ABL_CHECK_FAILS(
        abl_profile_parse(&profile, text, sizeof text - 1, "x", &err),
        ABL_E_FORMAT, "R1 is missing", &err);
}

static void text_that_is_no_profile_is_refused(void)
{
    static const char *const texts[] = {
        "",
        "[]",
        "17",
        "{",
        "{\"schema\": \"ablascreen-profile/2\"}",
        "{\"schema\": \"ablascreen-profile/1\", \"name\": \"\xff\"}",
        "{\"schema\": \"ablascreen-profile/1\", \"name\": \"a\\nb\"}",
        "{\"schema\": \"ablascreen-profile/1\", \"name\": \"a\\u0000b\"}"};
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++)
        ABL_CHECK_FAILS(abl_profile_parse(&profile, texts[n], strlen(texts[n]),
                                          "bad.json", &err),
                        ABL_E_FORMAT, "bad.json:1", &err);
}

static void overlong_text_is_refused(void)
{
    char title[200] = "\"title\": \"";
    memset(title + 10, 'x', 150);
    check_refused("\"title\": \"Longest diameter", title,
                  "is longer than 95 bytes");
}

static void faults_name_their_line(void)
{
    check_refused("\"value\": 30,", "\"value\": 3000,",
                  "my.json:31: rules.R2.limit.value: ");
    check_refused("\"value\": 30,", "\"value\": 30", "my.json:32: column 13: ");
}

static void line_of_a_path_is_found(void)
{
    static const char text[] = "{\n \"a\": \"x]}\\\"\",\n \"b\": [1, {\n"
                               "  \"c\": [], \"d\": 5},\n {\"c\":\n true}]\n}";
    const size_t bytes = sizeof text - 1;
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, ""), 1);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "a"), 2);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "b"), 3);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "b[1].d"), 4);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "b[2].c"), 6);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "b[2].nothing"), 5);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "b[9]"), 3);
    CU_ASSERT_EQUAL(abl_json_line(text, bytes, "nothing.at.all"), 1);
    CU_ASSERT_EQUAL(abl_json_line("", 0, "a[0].b"), 1);
}

static void written_profile_reads_back_equal(void)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile, again;
    static char text[1 << 16];
    ABL_CHECK_OK(abl_profile_load(&profile, "net", &err), &err);
    profile.rules[4].limit = 7.25;
    profile.rules[6].enabled = false;
    FILE *file = fmemopen(text, sizeof text, "w");
    ABL_CHECK_OK(abl_profile_write(file, &profile, &err), &err);
    fclose(file);
    ABL_CHECK_OK(abl_profile_parse(&again, text, strlen(text), "again", &err),
                 &err);
    CU_ASSERT(strcmp(again.sha256, profile.sha256) != 0);
    memcpy(again.sha256, profile.sha256, sizeof again.sha256);
    CU_ASSERT_EQUAL(memcmp(&again, &profile, sizeof profile), 0);
}

static void files_that_cannot_be_read_are_told_apart(void)
{
    abl_error err = {ABL_OK, ""};
    abl_profile profile;
    ABL_CHECK_FAILS(
        abl_profile_load(&profile, "no-such-profile", &err), ABL_E_INVALID,
        "neither built in (net, strict, collision) nor a file", &err);
    ABL_CHECK_FAILS(abl_profile_load(&profile, "/", &err), ABL_E_IO,
                    "cannot be read", &err);
    ABL_CHECK_FAILS(abl_profile_load(&profile, "/dev/zero", &err), ABL_E_FORMAT,
                    "larger than 1 MB", &err);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(net_profile_loads),
    ABL_TEST(unknown_keys_are_refused),
    ABL_TEST(missing_keys_are_refused),
    ABL_TEST(limit_without_source_or_tag_is_refused),
    ABL_TEST(numbers_out_of_range_are_refused),
    ABL_TEST(bands_off_the_limit_are_refused),
    ABL_TEST(meanings_cannot_be_changed),
    ABL_TEST(every_rule_comes_once),
    ABL_TEST(missing_rule_is_named),
    ABL_TEST(text_that_is_no_profile_is_refused),
    ABL_TEST(overlong_text_is_refused),
    ABL_TEST(faults_name_their_line),
    ABL_TEST(line_of_a_path_is_found),
    ABL_TEST(written_profile_reads_back_equal),
    ABL_TEST(files_that_cannot_be_read_are_told_apart),
    CU_TEST_INFO_NULL,
};
