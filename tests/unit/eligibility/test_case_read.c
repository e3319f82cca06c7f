/* Reading a report.json back: what is taken from it, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eligibility/cases/case_read.h"
#include "eligibility/cases/json_guard.h"
#include "tests/unit/check.h"
#include "tests/unit/eligibility/case_text.h"

static abl_case parse(const char *text)
{
    abl_error err = {ABL_OK, ""};
    abl_case item;
    ABL_CHECK_OK(abl_case_parse(&item, text, strlen(text), "report.json", &err),
                 &err);
    return item;
}

/* The case is not read, nothing of it is kept, and the reason holds words. */
static void check_refused(const char *text, abl_case_status status,
                          const char *words)
{
    abl_case item = parse(text);
    if (item.status != status || !strstr(item.message, words))
        fprintf(stderr, "%s \"%s\" instead of %s \"%s\"\n",
                abl_case_status_name(item.status), item.message,
                abl_case_status_name(status), words);
    CU_ASSERT_EQUAL(item.status, status);
    CU_ASSERT_PTR_NOT_NULL(strstr(item.message, words));
    CU_ASSERT_EQUAL(item.lesion_count, 0);
    CU_ASSERT_PTR_NULL(item.lesions);
    abl_case_clear(&item);
}

static void a_report_is_read_back(void)
{
    char *text = case_with("", "unknown_key", "{\"a\": [1]}");
    abl_case item = parse(text);
    CU_ASSERT_EQUAL_FATAL(item.status, ABL_CASE_READ);
    CU_ASSERT_EQUAL(item.patient.verdict, ABL_VERDICT_BORDERLINE);
    CU_ASSERT_EQUAL(item.patient.rule_count, 1);
    CU_ASSERT_EQUAL_FATAL(item.lesion_count, 1);
    const abl_case_lesion *lesion = &item.lesions[0];
    CU_ASSERT_EQUAL(lesion->number, 1);
    CU_ASSERT_EQUAL_FATAL(lesion->judged.rule_count, 2);
    CU_ASSERT_EQUAL(lesion->judged.rules[0].id, 2);
    CU_ASSERT_EQUAL(lesion->judged.rules[0].result, ABL_BORDERLINE);
    CU_ASSERT_EQUAL(lesion->judged.rules[1].severity, ABL_SEVERITY_FLAG);
    CU_ASSERT_EQUAL(lesion->judged.rules[1].comparison, ABL_AT_LEAST);
    CU_ASSERT_EQUAL(lesion->judged.rules[0].source.tag, ABL_SOURCE_CONVENTION);
    ABL_CHECK_NEAR(lesion->judged.rules[0].band_high, 33, 0);
    ABL_CHECK_NEAR(lesion->longest_axial_diameter_mm.value, 28, 0);
    ABL_CHECK_NEAR(lesion->vessel_calibre_mm.value, 4, 0);
    CU_ASSERT_FALSE(lesion->exophytic_percent.measured);
    CU_ASSERT_STRING_EQUAL(item.phase, "portal venous");
    abl_case_clear(&item);
    free(text);
}

static void every_wrong_value_is_refused_by_name(void)
{
    static const struct {
        const char *path, *key, *value, *words;
    } wrong[] = {
        {"", "patient", "null", "patient: must be an object"},
        {"", "lesions", "{}", "lesions: must be a list"},
        {"", "lesions", "[7]", "lesions[0]: must be an object"},
        {"", "reading", "true", "reading: must be an object or null"},
        {"", "exam", "[]", "exam: must be an object"},
        {"exam.phase", "name", "4", "must be text"},
        {"patient", "verdict", "\"fine\"", "is not one of"},
        {"patient", "verdict", NULL, "\"verdict\" is missing"},
        {"patient", "limiting_factor", "[]", "must be text"},
        {"patient", "rules", "\"R1\"", "patient.rules: must be a list"},
        {"patient", "rules", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
         "at most 18"},
        {"patient.rules.0", "id", "\"R19\"", "is no rule"},
        {"patient.rules.0", "id", "\"R\"", "is no rule"},
        {"patient.rules.0", "result", "0", "must be text"},
        {"patient.rules.0", "severity", "\"high\"", "is not one of"},
        {"patient.rules.0", "observed", "3", "must be an object or null"},
        {"patient.rules.0", "observed_is_at_least", "1", "true or false"},
        {"patient.rules.0", "slice", "0", "out of range"},
        {"patient.rules.0", "slice", "1.5", "whole number"},
        {"patient.rules.0", "structure", "9", "must be text"},
        {"patient.rules.0", "limit", NULL, "must be an object"},
        {"patient.rules.0", "band", "[5, 10]", "band: must be an object"},
        {"patient.rules.0.band", "low", "11", "low is above high"},
        {"patient.rules.0.limit", "value", "null", "must be a number"},
        {"patient.rules.0.limit", "value", "1e10", "out of range"},
        {"patient.rules.0.limit", "unit", "\"a unit of no use at all\"",
         "is longer than"},
        {"patient.rules.0.limit", "source", "\"me\"", "must be an object"},
        {"patient.rules.0.limit.source", "tag", "\"sure\"", "is not one of"},
        {"patient.rules.0.observed", "measured", "\"yes\"", "true or false"},
        {"patient.rules.0.observed", "value", "\"4\"", "must be a number"},
        {"patient.rules.0.observed", "uncertainty", "-1", "below 0"},
        {"lesions.0", "number", "0", "out of range"},
        {"lesions.0", "number", "\"1\"", "must be a number"},
        {"lesions.0", "low_confidence", "null", "true or false"},
        {"lesions.0", "centroid_lps_mm", "[1, 2]", "three numbers"},
        {"lesions.0", "centroid_lps_mm", "[1, 2, null]", "three numbers"},
        {"lesions.0", "measures", "[]", "measures: must be an object"},
        {"lesions.0", "distances", NULL, "distances: must be an object"},
        {"lesions.0.distances", "capsule", "12", "must be an object or null"},
        {"lesions.0.vessels", "nearest_that_may_count", "[]", "must hold"},
        {"lesions.0.rules.1", "text", "\"a\\u0007\"", "control character"},
    };
    for (size_t n = 0; n < sizeof wrong / sizeof wrong[0]; n++) {
        char *text = case_with(wrong[n].path, wrong[n].key, wrong[n].value);
        check_refused(text, ABL_CASE_UNREADABLE, wrong[n].words);
        free(text);
    }
}

static void another_version_says_so(void)
{
    char *text = case_with("", "schema", "\"ablascreen-report/2\"");
    check_refused(text, ABL_CASE_OTHER_SCHEMA, "ablascreen-report/2");
    free(text);
    text = case_with("", "schema", "\"ablascreen-profile/1\"");
    check_refused(text, ABL_CASE_OTHER_SCHEMA, "ablascreen-profile/1");
    free(text);
    text = case_with("", "schema", NULL);
    check_refused(text, ABL_CASE_UNREADABLE, "is no report");
    free(text);
}

static void text_that_is_no_json_is_refused(void)
{
    static const char *const wrong[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{} {}",
                                        "{\"a\": 1, \"a\": 2}",
                                        "{\"a\": \"\xff\"}",
                                        "{\"a\": 1e999}",
                                        "\xef\xbb\xbf{}"};
    for (size_t n = 0; n < sizeof wrong / sizeof wrong[0]; n++)
        check_refused(wrong[n], ABL_CASE_UNREADABLE, "report.json:");
}

static void nesting_and_number_of_values_are_bounded(void)
{
    enum {
        COUNT = 4000000
    };
    char *text = malloc(COUNT + 1);
    memset(text, '[', COUNT);
    text[COUNT] = '\0';
    check_refused(text, ABL_CASE_UNREADABLE, "nested too deeply");
    memset(text, ',', COUNT);
    check_refused(text, ABL_CASE_UNREADABLE, "too many values");
    free(text);
    const abl_json_bounds few = {2, 4};
    const char brackets_in_text[] = "{\"[[[[\": \"\\\"[[[,,,,,,\"}";
    CU_ASSERT_PTR_NULL(
        abl_json_exceeds(brackets_in_text, sizeof brackets_in_text - 1, &few));
    CU_ASSERT_PTR_NULL(abl_json_exceeds("[[1,2]]", 7, &few));
    CU_ASSERT_PTR_NOT_NULL(abl_json_exceeds("[[[1]]]", 7, &few));
    CU_ASSERT_PTR_NOT_NULL(abl_json_exceeds("[1,2,3,4]", 9, &few));
    CU_ASSERT_PTR_NULL(abl_json_exceeds("\"\\", 2, &few));
}

static void characters_that_turn_the_writing_are_removed(void)
{
    char *text = case_with("patient", "limiting_factor", "\"a\\u202eb\"");
    abl_case item = parse(text);
    CU_ASSERT_STRING_EQUAL(item.patient.limiting_factor, "a\xef\xbf\xbd"
                                                         "b");
    abl_case_clear(&item);
    free(text);
}

static void load_and_check(const char *folder, abl_case_status status,
                           const char *words)
{
    abl_error err = {ABL_OK, ""};
    abl_case item;
    ABL_CHECK_OK(abl_case_load(&item, folder, &err), &err);
    CU_ASSERT_EQUAL(item.status, status);
    CU_ASSERT_PTR_NOT_NULL(strstr(item.message, words));
    abl_case_clear(&item);
}

static void a_file_that_is_absent_huge_or_no_file_is_a_status(void)
{
    char folder[] = "case_read_XXXXXX", path[64];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/report.json", folder);
    load_and_check(folder, ABL_CASE_ABSENT, "no report.json");
    CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
    load_and_check(folder, ABL_CASE_UNREADABLE, "report.json");
    rmdir(path);
    CU_ASSERT_EQUAL(symlink("nowhere", path), 0);
    load_and_check(folder, ABL_CASE_UNREADABLE, "report.json");
    unlink(path);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_EQUAL(ftruncate(fileno(file), (off_t)ABL_CASE_MAX_BYTES + 1), 0);
    fclose(file);
    load_and_check(folder, ABL_CASE_UNREADABLE, "report.json");
    unlink(path);
    rmdir(folder);
}

const char *const abl_test_suite = "case_read";
CU_TestInfo abl_tests[] = {
    ABL_TEST(a_report_is_read_back),
    ABL_TEST(every_wrong_value_is_refused_by_name),
    ABL_TEST(another_version_says_so),
    ABL_TEST(text_that_is_no_json_is_refused),
    ABL_TEST(nesting_and_number_of_values_are_bounded),
    ABL_TEST(characters_that_turn_the_writing_are_removed),
    ABL_TEST(a_file_that_is_absent_huge_or_no_file_is_a_status),
    CU_TEST_INFO_NULL,
};
