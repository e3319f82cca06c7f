/* The order of a worklist, its links and its CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eligibility/cases/worklist.h"
#include "eligibility/report/csv_out.h"
#include "tests/unit/check.h"
#include "tests/unit/eligibility/case_text.h"

static abl_case_rule rule(double value, double uncertainty, double limit,
                          double band_low, double band_high)
{
    abl_case_rule out = {.id = 2,
                         .result = ABL_MET,
                         .severity = ABL_SEVERITY_EXCLUDE,
                         .observed = {true, value, uncertainty},
                         .comparison = ABL_BELOW,
                         .limit = limit,
                         .has_band = band_high > band_low,
                         .band_low = band_low,
                         .band_high = band_high};
    return out;
}

static void closeness_is_distance_over_the_wider_of_band_and_uncertainty(void)
{
    abl_case_rule of = rule(27, 1, 30, 27, 33);
    ABL_CHECK_NEAR(abl_rule_closeness(&of).ratio, 1, 1e-12);
    of = rule(27, 6, 30, 27, 33);
    ABL_CHECK_NEAR(abl_rule_closeness(&of).ratio, 0.5, 1e-12);
    of = rule(36, 1, 30, 27, 33);
    ABL_CHECK_NEAR(abl_rule_closeness(&of).ratio, 2, 1e-12);
    of = rule(30, 1, 30, 27, 33);
    ABL_CHECK_NEAR(abl_rule_closeness(&of).ratio, 0, 0);
    of = rule(6, 0, 5, 0, 0); /* neither: a tenth of the limit */
    ABL_CHECK_NEAR(abl_rule_closeness(&of).ratio, 2, 1e-12);
    of = rule(3, 0, 0, 0, 0); /* a limit of 0: one unit */
    ABL_CHECK_NEAR(abl_rule_closeness(&of).ratio, 3, 1e-12);
}

static void only_rules_that_decide_count(void)
{
    const abl_case_rule good = rule(29, 1, 30, 27, 33);
    abl_case_rule of = good;
    CU_ASSERT_TRUE(abl_rule_closeness(&of).known);
    of.severity = ABL_SEVERITY_NOTE;
    CU_ASSERT_FALSE(abl_rule_closeness(&of).known);
    of = good;
    of.result = ABL_NOT_ASSESSABLE;
    CU_ASSERT_FALSE(abl_rule_closeness(&of).known);
    of = good;
    of.observed.measured = false;
    CU_ASSERT_FALSE(abl_rule_closeness(&of).known);
    of = good;
    of.comparison = ABL_IS_TRUE;
    CU_ASSERT_FALSE(abl_rule_closeness(&of).known);
    const abl_case_judgement none = {.rule_count = 0};
    CU_ASSERT_FALSE(abl_judgement_closeness(&none).known);
}

static void a_patient_takes_the_nearest_of_all_lesions(void)
{
    abl_case_lesion lesions[2] = {{.number = 1, .judged = {.rule_count = 1}},
                                  {.number = 7, .judged = {.rule_count = 1}}};
    lesions[0].judged.rules[0] = rule(20, 1, 30, 27, 33);
    lesions[1].judged.rules[0] = rule(29, 1, 30, 27, 33);
    abl_case item = {.lesion_count = 2, .lesions = lesions};
    CU_ASSERT_EQUAL(abl_case_closeness(&item).lesion, 7);
    item.patient.rule_count = 1;
    item.patient.rules[0] = rule(30, 1, 30, 27, 33);
    CU_ASSERT_EQUAL(abl_case_closeness(&item).lesion, 0);
    CU_ASSERT_TRUE(abl_case_closeness(&item).known);
}

static void write_case(const char *root, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
    if (!text)
        return;
    snprintf(path, sizeof path, "%s/%s/report.json", root, name);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static void remove_case(const char *root, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s/report.json", root, name);
    unlink(path);
    snprintf(path, sizeof path, "%s/%s", root, name);
    rmdir(path);
}

static char *verdict_text(const char *verdict, const char *diameter_mm)
{
    char *first = case_with("lesions.0.rules.0.observed", "value", diameter_mm);
    json_t *root = json_loads(first, 0, NULL);
    json_object_set_new(case_at(root, "patient"), "verdict",
                        json_string(verdict));
    json_object_set_new(case_at(root, "lesions.0"), "verdict",
                        json_string(verdict));
    char *text = json_dumps(root, 0);
    json_decref(root);
    free(first);
    return text;
}

static const char *const folder_names[] = {
    "a-far",   "b-near",   "c-meets",           "d-not-met", "e-unknown",
    "f-empty", "g-broken", ".h.partial-AB12cd", ".hidden"};

static void fill_folders(const char *root)
{
    char *texts[] = {verdict_text("borderline", "27.5"),
                     verdict_text("borderline", "29.9"),
                     verdict_text("meets", "20"),
                     verdict_text("does-not-meet", "30"),
                     verdict_text("not-assessable", "29.99"),
                     NULL,
                     strdup("{\"schema\": 4}"),
                     NULL,
                     NULL};
    for (size_t n = 0; n < sizeof folder_names / sizeof folder_names[0]; n++) {
        write_case(root, folder_names[n], texts[n]);
        free(texts[n]);
    }
}

static void borderline_first_then_near_ones_and_failures_never_hidden(void)
{
    static const struct {
        const char *name;
        int lesion;
        abl_case_status status;
    } wanted[] = {{"b-near", 0, ABL_CASE_READ},
                  {"b-near", 1, ABL_CASE_READ},
                  {"a-far", 0, ABL_CASE_READ},
                  {"a-far", 1, ABL_CASE_READ},
                  {"d-not-met", 0, ABL_CASE_READ},
                  {"d-not-met", 1, ABL_CASE_READ},
                  {"c-meets", 0, ABL_CASE_READ},
                  {"c-meets", 1, ABL_CASE_READ},
                  {"e-unknown", 0, ABL_CASE_READ},
                  {"e-unknown", 1, ABL_CASE_READ},
                  {".h.partial-AB12cd", 0, ABL_CASE_ABSENT},
                  {"f-empty", 0, ABL_CASE_ABSENT},
                  {"g-broken", 0, ABL_CASE_UNREADABLE},
                  {"nowhere", 0, ABL_CASE_ABSENT}};
    const size_t count = sizeof wanted / sizeof wanted[0];
    char root[] = "worklist_XXXXXX";
    abl_error err = {ABL_OK, ""};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
    fill_folders(root);
    const char *const paths[] = {root, "nowhere", root};
    abl_found_results results;
    abl_worklist list;
    ABL_CHECK_OK(abl_results_find(&results, paths, 3, &err), &err);
    CU_ASSERT_EQUAL(results.count, 9);
    ABL_CHECK_OK(abl_worklist_build(&list, &results, "/t", &err), &err);
    CU_ASSERT_EQUAL(list.folder_count, 9);
    CU_ASSERT_EQUAL(list.read_count, 5);
    CU_ASSERT_EQUAL(list.row_count, count);
    for (size_t n = 0; n < count && n < list.row_count; n++) {
        CU_ASSERT_STRING_EQUAL(list.rows[n].name, wanted[n].name);
        CU_ASSERT_EQUAL(list.rows[n].lesion, wanted[n].lesion);
        CU_ASSERT_EQUAL(list.rows[n].status, wanted[n].status);
        CU_ASSERT_TRUE(list.rows[n].status == ABL_CASE_READ ||
                       list.rows[n].message[0]);
    }
    abl_worklist_clear(&list);
    abl_found_results_clear(&results);
    for (size_t n = 0; n < sizeof folder_names / sizeof folder_names[0]; n++)
        remove_case(root, folder_names[n]);
    rmdir(root);
}

static void csv_fields_are_quoted_and_never_a_formula(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {"=1+1", "\"'=1+1\""},
        {"+cmd", "\"'+cmd\""},
        {"-2", "\"'-2\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\tx", "\"'\tx\""},
        {"\xef\xbc\x9d"
         "1",
         "\"'\xef\xbc\x9d"
         "1\""},
        {"=\"a\",1", "\"'=\"\"a\"\",1\""},
    };
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        char *text = NULL;
        size_t bytes = 0;
        FILE *file = open_memstream(&text, &bytes);
        abl_csv_text(file, cases[n].in);
        fclose(file);
        CU_ASSERT_STRING_EQUAL(text, cases[n].out);
        free(text);
    }
}

static void links_are_relative_and_encoded(void)
{
    static const struct {
        const char *from, *to, *url;
    } cases[] = {
        {"/a/t", "/a/r/x.html", "../r/x.html"},
        {"/a/t", "/a/t/x.html", "x.html"},
        {"/a/t", "/a/tt/x.html", "../tt/x.html"},
        {"/a/b/t", "/c/x.html", "../../../c/x.html"},
        {"/", "/c/x.html", "c/x.html"},
        {"/a", "/a", "."},
        {"/a/b", "/a", ".."},
        {"/a", "/a/javascript:alert(1)/x", "./javascript%3Aalert%281%29/x"},
        {"/a", "/a/b c\"<%#?&'/x", "b%20c%22%3C%25%23%3F%26%27/x"},
        {"/a", "/a/\xc3\xa9/x", "%C3%A9/x"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        char *url = abl_relative_url(cases[n].from, cases[n].to);
        if (strcmp(url, cases[n].url) != 0)
            fprintf(stderr, "%s instead of %s\n", url, cases[n].url);
        CU_ASSERT_STRING_EQUAL(url, cases[n].url);
        free(url);
    }
}

const char *const abl_test_suite = "worklist";
CU_TestInfo abl_tests[] = {
    ABL_TEST(closeness_is_distance_over_the_wider_of_band_and_uncertainty),
    ABL_TEST(only_rules_that_decide_count),
    ABL_TEST(a_patient_takes_the_nearest_of_all_lesions),
    ABL_TEST(borderline_first_then_near_ones_and_failures_never_hidden),
    ABL_TEST(csv_fields_are_quoted_and_never_a_formula),
    ABL_TEST(links_are_relative_and_encoded),
    CU_TEST_INFO_NULL,
};
