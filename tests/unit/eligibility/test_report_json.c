/* report.json keeps its schema, its bytes and its temper.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/eligibility/sample_report.h"
#include "tests/unit/eligibility/schema_check.h"

const char *const abl_test_suite = "eligibility.report_json";

static json_t *load_schema(void)
{
    json_error_t fault;
    json_t *schema =
        json_load_file(ABL_SOURCE_DIR "/eligibility/report/report.schema.json",
                       JSON_REJECT_DUPLICATES, &fault);
    CU_ASSERT_PTR_NOT_NULL(schema);
    return schema;
}

static char *write_json(sample_report *s)
{
    abl_error err = {ABL_OK, ""};
    snprintf(s->path, sizeof s->path, "%s/report.json", s->folder);
    ABL_CHECK_OK(abl_report_write_json(s->path, &s->report, &s->pictures, &err),
                 &err);
    return sample_read(s->path);
}

static void check_valid(const char *text)
{
    char why[512] = "";
    json_error_t fault;
    json_t *schema = load_schema();
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &fault);
    CU_ASSERT_PTR_NOT_NULL(value);
    const int valid =
        schema && value && schema_check(why, sizeof why, schema, value);
    if (!valid)
        fprintf(stderr, "schema: %s\n", why);
    CU_ASSERT(valid);
    json_decref(value);
    json_decref(schema);
}

static void written_report_fits_the_schema(void)
{
    sample_report s;
    sample_report_open(&s, 3);
    char *text = write_json(&s);
    check_valid(text);
    free(text);
    sample_report_close(&s);
}

static void other_reading_of_an_outline_is_written(void)
{
    sample_report s;
    sample_report_open(&s, 2);
    abl_touching *touching = &s.findings->lesions[0].touching;
    touching->count = 3;
    touching->longest_mm[0] = sample_value(27.04, 1);
    touching->longest_mm[1] = sample_value(14, 1);
    sample_report_judge(&s);
    char *text = write_json(&s);
    check_valid(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"value\": 27.0"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"may_be_touching_lesions\": null"));
    free(text);
    sample_report_close(&s);
}

static void report_of_unknowns_fits_the_schema(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    abl_lesion_findings *lesion = &s.findings->lesions[0];
    const int number = lesion->number;
    memset(lesion, 0, sizeof *lesion);
    lesion->number = number;
    memset(&s.findings->exam, 0, sizeof s.findings->exam);
    memset(s.findings->structures, 0, sizeof s.findings->structures);
    s.findings->liver_volume_ml = s.findings->tumour_burden =
        s.findings->ablated_fraction_5mm = sample_unknown();
    memset(&s.info, 0, sizeof s.info);
    s.info.series_number = -1;
    sample_report_judge(&s);
    char *text = write_json(&s);
    check_valid(text);
    free(text);
    sample_report_close(&s);
}

static void report_without_lesions_fits_the_schema(void)
{
    sample_report s;
    sample_report_open(&s, 0);
    char *text = write_json(&s);
    check_valid(text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"verdict\": \"not-assessable\""));
    free(text);
    sample_report_close(&s);
}

static const json_t *fact_of(const json_t *root, size_t n)
{
    const json_t *context = json_object_get(root, "context");
    return json_array_get(json_object_get(context, "facts"), n);
}

static void context_is_repeated_as_given(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    sample_report_give_context(&s);
    char *text = write_json(&s);
    check_valid(text);
    json_t *root = json_loads(text, 0, NULL);
    const json_t *coagulation = fact_of(root, ABL_CONTEXT_COAGULATION);
    CU_ASSERT(json_is_true(json_object_get(coagulation, "given")));
    CU_ASSERT_STRING_EQUAL(
        json_string_value(json_object_get(coagulation, "value")), "impaired");
    CU_ASSERT_STRING_EQUAL(
        json_string_value(json_object_get(coagulation, "by")), "ward 3");
    const json_t *surgery = fact_of(root, ABL_CONTEXT_BILIARY_SURGERY);
    CU_ASSERT(json_is_false(json_object_get(surgery, "given")));
    CU_ASSERT(json_is_null(json_object_get(surgery, "value")));
    json_decref(root);
    free(text);
    sample_report_close(&s);
}

static void every_part_of_the_exam_is_listed(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    s.findings->exam.noise_hu = sample_value(41, 2);
    s.findings->exam.metal_ml = sample_unknown();
    sample_report_judge(&s);
    char *text = write_json(&s);
    check_valid(text);
    json_t *root = json_loads(text, 0, NULL);
    const json_t *parts =
        json_object_get(json_object_get(root, "exam"), "adequacy");
    static const char *const results[] = {
        "met", "met", "met",           "not-met", "not-assessable",
        "met", "met", "not-assessable"};
    for (size_t n = 0; n < 8; n++)
        CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(
                                   json_array_get(parts, n), "result")),
                               results[n]);
    json_decref(root);
    free(text);
    sample_report_close(&s);
}

static void same_findings_give_the_same_bytes(void)
{
    sample_report s;
    sample_report_open(&s, 2);
    char *first = write_json(&s), *second = write_json(&s);
    CU_ASSERT_STRING_EQUAL(first, second);
    free(first);
    free(second);
    sample_report_close(&s);
}

static void numbers_have_fixed_decimals(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    s.findings->lesions[0].max_3d_diameter.mm = sample_value(20.123456, 0.0);
    s.findings->lesions[0].contrast_hu = sample_value(-0.0001, 0.1);
    char *text = write_json(&s);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "20.12,"));
    CU_ASSERT_PTR_NULL(strstr(text, "20.123"));
    CU_ASSERT_PTR_NULL(strstr(text, "-0.0,"));
    free(text);
    sample_report_close(&s);
}

static void no_number_that_is_not_finite_is_written(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    abl_lesion_findings *lesion = &s.findings->lesions[0];
    double *const fields[] = {&lesion->mean_hu.value, &lesion->centroid_lps[1],
                              &lesion->access.path.entry_lps[2],
                              &lesion->confidence,
                              &s.findings->exam.slice_spacing_mm};
    for (size_t n = 0; n < sizeof fields / sizeof fields[0]; n++) {
        abl_error err = {ABL_OK, ""};
        const double before = *fields[n];
        char path[96];
        *fields[n] = n % 2 ? INFINITY : NAN;
        snprintf(path, sizeof path, "%s/bad.json", s.folder);
        ABL_CHECK_FAILS(
            abl_report_write_json(path, &s.report, &s.pictures, &err),
            ABL_E_INTERNAL, "not finite", &err);
        CU_ASSERT(access(path, F_OK) != 0);
        *fields[n] = before;
    }
    sample_report_close(&s);
}

static void hostile_text_is_cleaned(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    char *text = write_json(&s);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "</script> & \\\"\xef\xbf\xbd"));
    CU_ASSERT_PTR_NULL(strstr(text, "\x1b"));
    CU_ASSERT_PTR_NULL(strstr(text, "\\u001b"));
    CU_ASSERT_PTR_NULL(strstr(text, "\xe2\x80\xae"));
    free(text);
    sample_report_close(&s);
}

static void file_that_cannot_be_written_is_an_error(void)
{
    sample_report s;
    abl_error err = {ABL_OK, ""};
    sample_report_open(&s, 1);
    ABL_CHECK_FAILS(abl_report_write_json("no/such/folder.json", &s.report,
                                          &s.pictures, &err),
                    ABL_E_IO, "no/such/folder.json", &err);
    ABL_CHECK_FAILS(
        abl_report_write_json("/dev/full", &s.report, &s.pictures, &err),
        ABL_E_IO, "could not be written whole", &err);
    sample_report_close(&s);
}

static void schema_checker_refuses_what_does_not_fit(void)
{
    static const struct {
        const char *schema, *value, *why;
    } rows[] = {
        {"{\"type\": \"object\", \"required\": [\"a\"]}", "{}", "lacks a"},
        {"{\"additionalProperties\": false, \"properties\": {}}", "{\"b\": 1}",
         "/b: is an unknown key"},
        {"{\"type\": \"integer\"}", "1.5", "not of type integer"},
        {"{\"type\": [\"null\", \"string\"]}", "1", "none of the types"},
        {"{\"enum\": [\"x\"]}", "\"y\"", "enum"},
        {"{\"items\": {\"type\": \"string\"}}", "[\"a\", 2]", "/1: "},
        {"{\"minItems\": 2}", "[1]", "too few"},
        {"{\"maxItems\": 0}", "[1]", "too many"},
        {"{\"minimum\": 0}", "-1", "below"},
        {"{\"maximum\": 1}", "1.01", "above"},
        {"{\"pattern\": \"^R[0-9]+$\"}", "\"R1x\"", "does not fit"},
        {"{\"$ref\": \"#/definitions/no\"}", "1", "$ref to nothing"},
        {"{\"anyOf\": []}", "1", "not checked: anyOf"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        char why[512];
        json_t *schema = json_loads(rows[n].schema, 0, NULL);
        json_t *value = json_loads(rows[n].value, JSON_DECODE_ANY, NULL);
        CU_ASSERT(!schema_check(why, sizeof why, schema, value));
        if (!strstr(why, rows[n].why))
            fprintf(stderr, "\"%s\" lacks \"%s\"\n", why, rows[n].why);
        CU_ASSERT_PTR_NOT_NULL(strstr(why, rows[n].why));
        json_decref(schema);
        json_decref(value);
    }
}

static void summary_gives_the_answer_first(void)
{
    sample_report s;
    abl_error err = {ABL_OK, ""};
    static char text[1 << 14];
    sample_report_open(&s, 12);
    FILE *stream = fmemopen(text, sizeof text, "w");
    ABL_CHECK_OK(abl_report_print_summary(stream, &s.report, &err), &err);
    fclose(stream);
    CU_ASSERT_EQUAL(strncmp(text, "VERDICT: does not meet", 22), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "12 found"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Research use only"));
    CU_ASSERT_PTR_NULL(strstr(text, "\x1b"));
    sample_report_close(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(written_report_fits_the_schema),
    ABL_TEST(other_reading_of_an_outline_is_written),
    ABL_TEST(report_of_unknowns_fits_the_schema),
    ABL_TEST(report_without_lesions_fits_the_schema),
    ABL_TEST(context_is_repeated_as_given),
    ABL_TEST(every_part_of_the_exam_is_listed),
    ABL_TEST(same_findings_give_the_same_bytes),
    ABL_TEST(numbers_have_fixed_decimals),
    ABL_TEST(no_number_that_is_not_finite_is_written),
    ABL_TEST(hostile_text_is_cleaned),
    ABL_TEST(file_that_cannot_be_written_is_an_error),
    ABL_TEST(schema_checker_refuses_what_does_not_fit),
    ABL_TEST(summary_gives_the_answer_first),
    CU_TEST_INFO_NULL,
};
