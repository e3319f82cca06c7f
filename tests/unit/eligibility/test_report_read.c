/* A read result stands first, and the automatic one stays beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/read_text.h"
#include "tests/unit/eligibility/sample_report.h"
#include "tests/unit/eligibility/schema_check.h"

const char *const abl_test_suite = "eligibility.report_read";

/* Two automatic lesions, of which the reader rejected the second, gave a
 * diameter of the first and added one. */
typedef struct read_report {
    sample_report sample; /* what was read */
    abl_findings *automatic_findings;
    abl_assessment *automatic;
    abl_override override;
    abl_structures structures;
    abl_read_lesion lesions[2];
    int item_of[2];
    abl_input_file file;
    abl_reading reading;
} read_report;

static void open_report(read_report *r)
{
    abl_error err = {ABL_OK, ""};
    memset(r, 0, sizeof *r);
    sample_report_open(&r->sample, 2);
    r->automatic_findings = sample_findings(2);
    r->automatic_findings->lesions[1].max_3d_diameter.mm =
        sample_value(44.4, 0);
    ABL_CHECK_OK(abl_assess(&r->automatic, r->automatic_findings,
                            &r->sample.profile, &err),
                 &err);
    abl_segment *given = &r->sample.findings->lesions[0].longest_axial_diameter;
    given->mm = sample_value(19.25, 5.3);
    given->is_read = true;
    sample_report_judge(&r->sample);
    abl_override *o = &r->override;
    o->count = 3;
    snprintf(o->reader_name, sizeof o->reader_name, "%s", SAMPLE_HOSTILE);
    snprintf(o->reader_when, sizeof o->reader_when, "2024-05-17");
    snprintf(o->reader_role, sizeof o->reader_role, "radiologist");
    o->items[0].action = ABL_READ_EDIT;
    o->items[0].has_value[ABL_READ_LONGEST_AXIAL] = true;
    o->items[1].action = ABL_READ_REJECT;
    snprintf(o->items[1].note, sizeof o->items[1].note, "a vessel <x>");
    o->items[2].action = ABL_READ_ADD;
    o->items[2].has_shape = true;
    o->items[2].label = 107;
    snprintf(o->labels_path, sizeof o->labels_path, "some/where/e.nii.gz");
    snprintf(o->labels_file, sizeof o->labels_file, "e.nii.gz");
    o->structure_count = 1;
    o->structures[0].id = ABL_STOMACH;
    snprintf(o->structures[0].note, sizeof o->structures[0].note, "full <y>");
    o->context.facts[ABL_CONTEXT_ASCITES] =
        (abl_context_fact){.given = true, .value = "little", .by = "R1"};
    r->structures.lesion_count = 2;
    r->lesions[0] = (abl_read_lesion){.automatic = 0, .item = 0};
    r->lesions[1] = (abl_read_lesion){.automatic = ABL_READ_NONE, .item = 2};
    r->item_of[1] = 1;
    r->reading = (abl_reading){.override = o,
                               .structures = &r->structures,
                               .findings = r->sample.findings,
                               .lesions = r->lesions,
                               .item_of = r->item_of,
                               .automatic_count = 2};
    r->file = (abl_input_file){"override", "o.json", "abc"};
    abl_report *report = &r->sample.report;
    report->reading = &r->reading;
    report->automatic_findings = r->automatic_findings;
    report->automatic_assessment = r->automatic;
    report->inputs = &r->file;
    report->input_count = 1;
}

static void close_report(read_report *r)
{
    sample_report_close(&r->sample);
    abl_assessment_destroy(r->automatic);
    abl_findings_destroy(r->automatic_findings);
}

static json_t *write_json(read_report *r)
{
    abl_error err = {ABL_OK, ""};
    sample_report *s = &r->sample;
    json_error_t fault;
    snprintf(s->path, sizeof s->path, "%s/report.json", s->folder);
    ABL_CHECK_OK(abl_report_write_json(s->path, &s->report, &s->pictures, &err),
                 &err);
    return json_load_file(s->path, JSON_REJECT_DUPLICATES, &fault);
}

static const json_t *at(const json_t *from, const char *key)
{
    return json_object_get(from, key);
}

static const char *text_at(const json_t *from, const char *key)
{
    const char *text = json_string_value(at(from, key));
    return text ? text : "";
}

static void both_verdicts_are_in_report_json(void)
{
    read_report r;
    char why[512] = "";
    json_error_t fault;
    open_report(&r);
    json_t *root = write_json(&r);
    json_t *schema = json_load_file(
        ABL_SOURCE_DIR "/eligibility/report/report.schema.json", 0, &fault);
    CU_ASSERT_FATAL(root && schema);
    if (!schema_check(why, sizeof why, schema, root)) {
        fprintf(stderr, "schema: %s\n", why);
        CU_FAIL("the report does not fit its schema");
    }
    const json_t *reading = at(root, "reading");
    CU_ASSERT_STRING_EQUAL(text_at(at(reading, "automatic"), "verdict"),
                           "does-not-meet");
    CU_ASSERT_STRING_EQUAL(text_at(at(reading, "read"), "verdict"),
                           text_at(at(root, "patient"), "verdict"));
    CU_ASSERT_STRING_NOT_EQUAL(text_at(at(root, "patient"), "verdict"),
                               "does-not-meet");
    CU_ASSERT_STRING_EQUAL(text_at(at(reading, "reader"), "when"),
                           "2024-05-17");
    const json_t *lesions = at(reading, "lesions");
    CU_ASSERT_EQUAL(json_array_size(lesions), 3);
    const json_t *edited = json_array_get(lesions, 0);
    ABL_CHECK_NEAR(
        json_number_value(
            at(at(at(edited, "read"), "longest_axial_diameter"), "value")),
        19.25, 0);
    ABL_CHECK_NEAR(
        json_number_value(
            at(at(at(edited, "automatic"), "longest_axial_diameter"), "value")),
        18, 0);
    const json_t *rejected = json_array_get(lesions, 1);
    CU_ASSERT_STRING_EQUAL(text_at(rejected, "action"), "reject");
    CU_ASSERT(json_is_null(at(rejected, "read")));
    CU_ASSERT(json_is_object(at(rejected, "automatic")));
    const json_t *added = json_array_get(lesions, 2);
    CU_ASSERT(json_is_null(at(added, "automatic")));
    ABL_CHECK_NEAR(json_integer_value(at(added, "label_given")), 107, 0);
    CU_ASSERT(json_is_null(at(edited, "label_given")));
    json_decref(root);
    json_decref(schema);
    close_report(&r);
}

static void outlines_and_facts_of_the_reader_stand_beside_the_automatic(void)
{
    read_report r;
    open_report(&r);
    json_t *root = write_json(&r);
    const json_t *reading = at(root, "reading");
    CU_ASSERT_STRING_EQUAL(text_at(at(reading, "labels"), "file"), "e.nii.gz");
    const json_t *structure = json_array_get(at(reading, "structures"), 0);
    CU_ASSERT_STRING_EQUAL(text_at(structure, "name"), "stomach");
    CU_ASSERT_STRING_EQUAL(text_at(structure, "note"), "full <y>");
    ABL_CHECK_NEAR(
        json_number_value(at(at(structure, "automatic_volume"), "value")), 107,
        0);
    ABL_CHECK_NEAR(json_number_value(at(at(structure, "read_volume"), "value")),
                   107, 0);
    CU_ASSERT_EQUAL(json_array_size(at(reading, "context")), 1);
    const json_t *fact = json_array_get(at(reading, "context"), 0);
    CU_ASSERT_STRING_EQUAL(text_at(fact, "name"), "ascites");
    CU_ASSERT_STRING_EQUAL(text_at(fact, "read"), "little");
    json_decref(root);
    close_report(&r);
}

static void a_value_of_a_reader_has_no_line(void)
{
    read_report r;
    open_report(&r);
    json_t *root = write_json(&r);
    const json_t *measures =
        at(json_array_get(at(root, "lesions"), 0), "measures");
    const json_t *given = at(measures, "longest_axial_diameter");
    CU_ASSERT(json_is_true(at(given, "given_by_reader")));
    CU_ASSERT_PTR_NULL(at(given, "from_lps_mm"));
    CU_ASSERT_PTR_NOT_NULL(at(at(measures, "max_3d_diameter"), "from_lps_mm"));
    json_decref(root);
    close_report(&r);
}

static void the_page_says_who_read_it_and_what_was_automatic(void)
{
    static const char *const words[] = {
        "(radiologist), 2024-05-17. Automatic result: does not meet imaging "
        "criteria.",
        "automatic 2",
        "rejected: a vessel &lt;x&gt;",
        "44.4",
        "Added by",
        "Outlined by the reader: stomach (<b>107.0</b>",
        ", automatic <b>107.0</b>",
        "full &lt;y&gt;",
        "Given by the reader: ascites: little.",
        "o.json, SHA-256 abc"};
    abl_error err = {ABL_OK, ""};
    read_report r;
    open_report(&r);
    sample_report *s = &r.sample;
    snprintf(s->path, sizeof s->path, "%s/report.html", s->folder);
    ABL_CHECK_OK(abl_report_write_html(s->path, s->folder, &s->report,
                                       &s->pictures, &err),
                 &err);
    char *text = sample_read(s->path);
    for (size_t n = 0; n < sizeof words / sizeof *words; n++) {
        if (!strstr(text, words[n]))
            fprintf(stderr, "not on the page: %s\n", words[n]);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, words[n]));
    }
    CU_ASSERT_PTR_NULL(strstr(text, "<script>alert"));
    free(text);
    close_report(&r);
}

static void without_an_override_nothing_is_said(void)
{
    sample_report s;
    char line[64] = "x";
    sample_report_open(&s, 1);
    abl_read_line(line, sizeof line, &s.report);
    CU_ASSERT_STRING_EQUAL(line, "");
    abl_read_lesion_line(line, sizeof line, &s.report, 0);
    CU_ASSERT_STRING_EQUAL(line, "");
    sample_report_close(&s);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(outlines_and_facts_of_the_reader_stand_beside_the_automatic),
    ABL_TEST(both_verdicts_are_in_report_json),
    ABL_TEST(a_value_of_a_reader_has_no_line),
    ABL_TEST(the_page_says_who_read_it_and_what_was_automatic),
    ABL_TEST(without_an_override_nothing_is_said),
    CU_TEST_INFO_NULL,
};
