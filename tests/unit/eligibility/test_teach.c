/* What may stand on teaching pages, by what a case is listed, and what is
 * refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <unistd.h>

#include "eligibility/teach/case_id.h"
#include "eligibility/teach/repaint.h"
#include "eligibility/teach/teach_case.h"
#include "imaging/file_bytes.h"
#include "imaging/png.h"
#include "tests/unit/check.h"
#include "tests/unit/eligibility/random_findings.h"

static void words_numbers_and_marks_of_rules_are_safe(void)
{
    static const char *const safe[] = {
        "",
        "26.0 ± 3.1 mm (axial 25.9, 3-D 26.0 mm)",
        "10.3 ± 4.3 mm to the portal and splenic vein",
        "120.6 mm, 424 of 12000 directions are clear",
        "not measured: not found; removed or missed",
        "-51 HU against the liver",
    };
    for (size_t n = 0; n < sizeof safe / sizeof safe[0]; n++)
        CU_ASSERT_TRUE(abl_teach_text_is_safe(safe[n]));
}

static void names_dates_uids_and_odd_characters_are_not_safe(void)
{
    static const char *const unsafe[] = {
        "Doe^Jane",
        "read by Smith",
        "the liver of JANSSEN",
        "2.5 mm on 20240517",
        "2024-05-17",
        "17/05/2024",
        "17.05.2024",
        "12:30:59",
        "1.2.840.10008",
        "ID 4711A",
        "A4711",
        "123456 mm",
        "12.345 mm",
        "liver\nvein",
        "liver\tvein",
        "<b>liver</b>",
        "liver & vein",
        "l\xc3\xa9sion",
        "\xe2\x80\xae liver",
        "liverliverliverliverliverliverliverliver",
        "live",
        "\"liver\"",
        "a_b",
        "jane@liver",
    };
    for (size_t n = 0; n < sizeof unsafe / sizeof unsafe[0]; n++) {
        if (abl_teach_text_is_safe(unsafe[n]))
            fprintf(stderr, "passed: %s\n", unsafe[n]);
        CU_ASSERT_FALSE(abl_teach_text_is_safe(unsafe[n]));
    }
}

static size_t count_withheld(const abl_judgement *judged)
{
    size_t count = 0;
    for (size_t n = 0; n < judged->result_count; n++) {
        const abl_rule_result *result = &judged->results[n];
        if (strcmp(result->rule->id, "R18") == 0 ||
            strstr(result->text, "left out on purpose") ||
            abl_teach_text_is_safe(result->text))
            continue;
        fprintf(stderr, "%s: %s\n", result->rule->id, result->text);
        count++;
    }
    return count;
}

static void every_sentence_that_rules_make_is_shown(void)
{
    static const char *const profiles[] = {"net", "strict+rfa", "collision"};
    uint64_t state = 20240517;
    abl_error err;
    size_t withheld = 0;
    for (int n = 0; n < 300; n++) {
        abl_profile profile;
        abl_assessment *assessment = NULL;
        abl_findings *findings = random_findings(&state);
        ABL_CHECK_OK(abl_profile_load(&profile, profiles[n % 3], &err), &err);
        ABL_CHECK_OK(abl_assess(&assessment, findings, &profile, &err), &err);
        withheld += count_withheld(&assessment->patient);
        for (size_t k = 0; k < assessment->lesion_count; k++)
            withheld += count_withheld(&assessment->lesions[k]);
        abl_assessment_destroy(assessment);
        abl_findings_destroy(findings);
    }
    CU_ASSERT_EQUAL(withheld, 0);
}

static abl_case_rule rule(int id, abl_result result)
{
    abl_case_rule out = {.id = id,
                         .result = result,
                         .severity = ABL_SEVERITY_EXCLUDE,
                         .observed = {true, 12, 1},
                         .unit = "mm",
                         .comparison = ABL_ABOVE,
                         .limit = 10};
    return out;
}

static unsigned classes_of(int id, abl_result result)
{
    abl_case_lesion lesion = {.number = 1, .judged = {.rule_count = 1}};
    abl_case item = {.lesion_count = 1, .lesions = &lesion};
    lesion.judged.rules[0] = rule(id, result);
    return abl_finding_classes(&item, 20);
}

static void classes_follow_from_rule_results(void)
{
    static const struct {
        int id;
        abl_result result;
        abl_finding_class finding;
    } cases[] = {
        {1, ABL_NOT_MET, ABL_CLASS_MANY},
        {2, ABL_BORDERLINE, ABL_CLASS_SIZE_AT_LIMIT},
        {2, ABL_NOT_MET, ABL_CLASS_TOO_LARGE},
        {2, ABL_MET, ABL_CLASS_PLAIN},
        {2, ABL_NOT_ASSESSABLE, ABL_CLASS_PLAIN},
        {4, ABL_BORDERLINE, ABL_CLASS_SUBCAPSULAR},
        {5, ABL_NOT_MET, ABL_CLASS_NEAR_BOWEL},
        {6, ABL_BORDERLINE, ABL_CLASS_NEAR_ORGAN},
        {7, ABL_NOT_MET, ABL_CLASS_PERIVASCULAR},
        {7, ABL_MET, ABL_CLASS_PLAIN},
        {8, ABL_BORDERLINE, ABL_CLASS_HILAR},
        {9, ABL_NOT_MET, ABL_CLASS_GREAT_VESSEL},
        {10, ABL_NOT_MET, ABL_CLASS_NO_PATH},
        {10, ABL_BORDERLINE, ABL_CLASS_HARD_ACCESS},
        {10, ABL_NOT_ASSESSABLE, ABL_CLASS_PLAIN},
        {13, ABL_NOT_MET, ABL_CLASS_HARD_ACCESS},
        {14, ABL_NOT_ASSESSABLE, ABL_CLASS_FAINT},
        {15, ABL_BORDERLINE, ABL_CLASS_BURDEN},
        {17, ABL_NOT_MET, ABL_CLASS_POOR_EXAM},
        {18, ABL_NOT_MET, ABL_CLASS_PLAIN},
    };
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++)
        CU_ASSERT_EQUAL(classes_of(cases[n].id, cases[n].result),
                        1u << cases[n].finding);
}

static void kissing_and_exophytic_follow_from_measures(void)
{
    abl_case_lesion lesions[2] = {
        {.number = 1, .longest_axial_diameter_mm = {true, 20, 1}},
        {.number = 2,
         .longest_axial_diameter_mm = {true, 10, 1},
         .centroid_lps = {0, 12, 16}}}; /* 20 mm apart, 5 mm between */
    abl_case item = {.lesion_count = 2, .lesions = lesions};
    CU_ASSERT_EQUAL(abl_finding_classes(&item, 20), 1u << ABL_CLASS_KISSING);
    lesions[1].centroid_lps[2] = 17;
    CU_ASSERT_EQUAL(abl_finding_classes(&item, 20), 1u << ABL_CLASS_PLAIN);
    lesions[1].longest_axial_diameter_mm.measured = false;
    lesions[1].centroid_lps[2] = 0;
    CU_ASSERT_EQUAL(abl_finding_classes(&item, 20), 1u << ABL_CLASS_PLAIN);
    lesions[0].exophytic_percent = (abl_case_value){true, 20.1, 3};
    CU_ASSERT_EQUAL(abl_finding_classes(&item, 20), 1u << ABL_CLASS_EXOPHYTIC);
    lesions[0].exophytic_percent.measured = false;
    CU_ASSERT_EQUAL(abl_finding_classes(&item, 20), 1u << ABL_CLASS_PLAIN);
    item.lesion_count = 0;
    CU_ASSERT_EQUAL(abl_finding_classes(&item, 20), 1u << ABL_CLASS_NO_LESION);
}

/* RFC 4231, cases 1, 2 and 6. */
static void hmac_gives_the_published_sums(void)
{
    char hex[65], key[131];
    memset(key, 0x0b, 20);
    abl_hmac_sha256(hex, key, 20, "Hi There", 8);
    CU_ASSERT_STRING_EQUAL(hex, "b0344c61d8db38535ca8afceaf0bf12b"
                                "881dc200c9833da726e9376c2e32cff7");
    abl_hmac_sha256(hex, "Jefe", 4, "what do ya want for nothing?", 28);
    CU_ASSERT_STRING_EQUAL(hex, "5bdcc146bf60754e6a042426089575c7"
                                "5a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    abl_hmac_sha256(hex, key, sizeof key,
                    "Test Using Larger Than Block-Size Key - Hash Key First",
                    54);
    CU_ASSERT_STRING_EQUAL(hex, "60e431591ee0b67f0d8a26aacbf5b77f"
                                "8e0bc6213728c5140546040f0ee37f54");
}

static void a_case_id_depends_on_salt_and_data(void)
{
    char one[24], two[24];
    abl_case_id_from_salt(one, "0123456789abcdef", 16, "1.2.3");
    abl_case_id_from_salt(two, "0123456789abcdef", 16, "1.2.3");
    CU_ASSERT_STRING_EQUAL(one, two);
    CU_ASSERT_EQUAL(strlen(one), 15);
    abl_case_id_from_salt(two, "0123456789abcdeg", 16, "1.2.3");
    CU_ASSERT_STRING_NOT_EQUAL(one, two);
    abl_case_id_from_salt(two, "0123456789abcdef", 16, "1.2.4");
    CU_ASSERT_STRING_NOT_EQUAL(one, two);
}

static const char source_text[] =
    "{'schema':'ablascreen-teaching/1','burned_in_annotation':'absent',"
    "'is_secondary':false,'outside_is_black':true,'mm_per_px':0.7,'axial':[{"
    "'file':'axial-001.png','slice':3,'width_px':512,'height_px':300}],"
    "'lesions':[{'number':1,'axial':{'file':'axial-001.png','lesion_px':[4,5]}"
    ",'coronal':{'file':'lesion-01-coronal.png','slice':0,'width_px':512,"
    "'height_px':300,'lesion_px':[4,5]},'sagittal':{'file':"
    "'lesion-01-sagittal.png','slice':0,'width_px':512,'height_px':300,"
    "'lesion_px':[4,5]}}]}";

/* The text with one passage replaced; single quotes are double ones. */
static char *spoil(const char *passage, const char *by)
{
    const char *at = strstr(source_text, passage);
    char *out = malloc(sizeof source_text + strlen(by) + 1);
    const size_t before = (size_t)(at - source_text);
    memcpy(out, source_text, before);
    memcpy(out + before, by, strlen(by));
    memcpy(out + before + strlen(by), at + strlen(passage),
           strlen(at + strlen(passage)) + 1);
    for (char *c = out; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return out;
}

static void a_wrong_list_of_clean_pictures_is_refused(void)
{
    static const struct {
        const char *passage, *by;
        abl_status status;
        const char *words;
    } wrong[] = {
        {"'schema':'ablascreen-teaching/1'", "'schema':'x/1'",
         ABL_E_UNSUPPORTED, "another version"},
        {"'absent'", "'maybe'", ABL_E_FORMAT, "is not one of"},
        {"'is_secondary':false", "'is_secondary':0", ABL_E_FORMAT, "true or"},
        {"'mm_per_px':0.7", "'mm_per_px':0", ABL_E_FORMAT, "out of range"},
        {"'mm_per_px':0.7", "'mm_per_px':'1'", ABL_E_FORMAT, "a number"},
        {"'axial-001.png','slice'", "'../../etc/x','slice'", ABL_E_FORMAT,
         "must be \"axial-001.png\""},
        {"'axial-001.png','slice'", "'axial-002.png','slice'", ABL_E_FORMAT,
         "must be"},
        {"'slice':3", "'slice':-3", ABL_E_FORMAT, "out of range"},
        {"'width_px':512,'height_px':300}]", "'width_px':9,'height_px':3}]",
         ABL_E_FORMAT, "out of range"},
        {"'axial-001.png','lesion_px'", "'axial-007.png','lesion_px'",
         ABL_E_FORMAT, "unknown axial picture"},
        {"'lesion_px':[4,5]},'sagittal'", "'lesion_px':[4]},'sagittal'",
         ABL_E_FORMAT, "two numbers"},
        {"'lesion-01-coronal.png'", "'lesion-02-coronal.png'", ABL_E_FORMAT,
         "must be"},
        {"'number':1", "'number':0", ABL_E_FORMAT, "out of range"},
        {"'lesions':[", "'lesions':[[],", ABL_E_FORMAT, "must hold objects"},
        {"'axial':[{", "'axial':[],'axial':[{", ABL_E_FORMAT, "duplicate"},
        {"{'schema'", "[[[[[[[[[{'schema'", ABL_E_FORMAT, "nested"},
    };
    abl_error err;
    abl_teach_source source;
    char *good = spoil("'slice':3", "'slice':4");
    ABL_CHECK_OK(abl_teach_source_parse(&source, good, strlen(good), &err),
                 &err);
    CU_ASSERT_EQUAL(source.axial[0].slice, 4);
    abl_teach_source_clear(&source);
    free(good);
    for (size_t n = 0; n < sizeof wrong / sizeof wrong[0]; n++) {
        char *text = spoil(wrong[n].passage, wrong[n].by);
        ABL_CHECK_FAILS(
            abl_teach_source_parse(&source, text, strlen(text), &err),
            wrong[n].status, wrong[n].words, &err);
        abl_teach_source_clear(&source);
        free(text);
    }
}

static void burned_in_text_is_refused_where_it_is_likely(void)
{
    abl_error err;
    abl_teach_source source = {.burned_in = ABL_BURNED_IN_NO};
    ABL_CHECK_OK(abl_teach_check_burned_in(&source, &err), &err);
    source.is_secondary = true;
    ABL_CHECK_OK(abl_teach_check_burned_in(&source, &err), &err);
    source.burned_in = ABL_BURNED_IN_ABSENT;
    ABL_CHECK_FAILS(abl_teach_check_burned_in(&source, &err), ABL_E_UNSUPPORTED,
                    "--accept-burned-in", &err);
    source.is_secondary = false;
    ABL_CHECK_OK(abl_teach_check_burned_in(&source, &err), &err);
    source.burned_in = ABL_BURNED_IN_YES;
    ABL_CHECK_FAILS(abl_teach_check_burned_in(&source, &err), ABL_E_UNSUPPORTED,
                    "burned in", &err);
}

static void sections_hold_nothing_of_the_reports_own_words(void)
{
    abl_error err;
    abl_teach_sources *sources = NULL;
    size_t questions = 0;
    ABL_CHECK_OK(abl_teach_sources_create(&sources, &err), &err);
    abl_case item = {.patient = {.rule_count = 3}};
    abl_case_judgement *patient = &item.patient;
    for (int n = 0; n < 3; n++) {
        abl_case_rule *one = &patient->rules[n];
        *one = rule(n == 2 ? 18 : n + 1, ABL_BORDERLINE);
        snprintf(one->title, sizeof one->title, "SENTINEL");
        snprintf(one->text, sizeof one->text, "SENTINEL 4 mm");
        snprintf(one->limit_text, sizeof one->limit_text, "SENTINEL");
        snprintf(one->unit, sizeof one->unit, "SENTINEL");
        snprintf(one->source.text, sizeof one->source.text, "SENTINEL");
    }
    snprintf(patient->limiting_factor, sizeof patient->limiting_factor,
             "SENTINEL");
    snprintf(item.series_uid, sizeof item.series_uid, "SENTINEL");
    snprintf(item.phase, sizeof item.phase, "SENTINEL");
    json_t *sections = abl_teach_sections(&item, sources, &questions);
    char *text = json_dumps(sections, 0);
    CU_ASSERT_EQUAL(questions, 2); /* not R18 */
    CU_ASSERT_PTR_NULL(strstr(text, "SENTINEL"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "above 10"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "not built in"));
    free(text);
    json_decref(sections);
    abl_teach_sources_destroy(sources);
}

/* Puts a text chunk behind IHDR and bytes behind the end. */
static void hide_text(const char *path)
{
    static const unsigned char chunk[] = {0,   0,   0,    8,    't',  'E', 'X',
                                          't', 'N', 'a',  'm',  'e',  0,   'D',
                                          'o', 'e', 0xa0, 0x4a, 0x29, 0xb8};
    char *png = NULL;
    size_t bytes = 0;
    abl_error err;
    ABL_CHECK_OK(abl_file_read(&png, &bytes, path, 1 << 20, &err), &err);
    FILE *file = fopen(path, "wb");
    fwrite(png, 1, 33, file);
    fwrite(chunk, 1, sizeof chunk, file);
    fwrite(png + 33, 1, bytes - 33, file);
    fputs("Doe^Jane", file);
    fclose(file);
    free(png);
}

static bool file_holds(const char *path, const char *words)
{
    char *bytes = NULL;
    size_t count = 0;
    abl_error err;
    ABL_CHECK_OK(abl_file_read(&bytes, &count, path, 1 << 20, &err), &err);
    bool found = false;
    for (size_t n = 0; n + strlen(words) <= count; n++)
        found = found || memcmp(bytes + n, words, strlen(words)) == 0;
    free(bytes);
    return found;
}

static void a_repainted_picture_holds_its_pixels_only(void)
{
    uint8_t rgba[4 * 6], *again = NULL;
    size_t width = 0, height = 0;
    abl_error err;
    for (size_t n = 0; n < sizeof rgba; n++)
        rgba[n] = n % 4 == 3 ? 255 : (uint8_t)(n / 4 * 255 / 63 * 4);
    ABL_CHECK_OK(abl_png_write("repaint_in.png", rgba, 3, 2, &err), &err);
    hide_text("repaint_in.png");
    CU_ASSERT_TRUE(file_holds("repaint_in.png", "Doe"));
    ABL_CHECK_OK(
        abl_repaint(&width, &height, "repaint_out.png", "repaint_in.png", &err),
        &err);
    CU_ASSERT_EQUAL(width, 3);
    CU_ASSERT_EQUAL(height, 2);
    CU_ASSERT_FALSE(file_holds("repaint_out.png", "Doe"));
    CU_ASSERT_FALSE(file_holds("repaint_out.png", "tEXt"));
    ABL_CHECK_OK(abl_png_read(&again, &width, &height, "repaint_out.png", &err),
                 &err);
    for (size_t n = 0; n < sizeof rgba; n++)
        ABL_CHECK_NEAR(again[n], rgba[n], 2);
    free(again);
    unlink("repaint_in.png");
    unlink("repaint_out.png");
}

static void a_shaded_picture_keeps_its_colours(void)
{
    enum {
        SIDE = 40
    };
    static uint8_t rgba[4 * SIDE * SIDE];
    uint8_t *again = NULL;
    size_t width = 0, height = 0;
    abl_error err;
    for (size_t n = 0; n < SIDE * SIDE; n++) {
        rgba[4 * n] = (uint8_t)(n % SIDE * 6);
        rgba[4 * n + 1] = (uint8_t)(n / SIDE * 6);
        rgba[4 * n + 2] = 90;
        rgba[4 * n + 3] = 255;
    }
    ABL_CHECK_OK(abl_png_write("shaded_in.png", rgba, SIDE, SIDE, &err), &err);
    hide_text("shaded_in.png");
    ABL_CHECK_OK(
        abl_repaint(&width, &height, "shaded_out.png", "shaded_in.png", &err),
        &err);
    CU_ASSERT_FALSE(file_holds("shaded_out.png", "Doe"));
    ABL_CHECK_OK(abl_png_read(&again, &width, &height, "shaded_out.png", &err),
                 &err);
    CU_ASSERT_EQUAL(memcmp(again, rgba, sizeof rgba), 0);
    free(again);
    unlink("shaded_in.png");
    unlink("shaded_out.png");
}

static void what_is_no_picture_is_refused(void)
{
    static const unsigned char huge[] = {
        0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0,  13,
        'I',  'H', 'D', 'R', 0,    0,    64,   0,    0, 0, 64, 0};
    size_t width = 0, height = 0;
    abl_error err;
    ABL_CHECK_FAILS(abl_repaint(&width, &height, "o.png", "nowhere.png", &err),
                    ABL_E_IO, "is no file", &err);
    ABL_CHECK_FAILS(abl_repaint(&width, &height, "o.png", ".", &err), ABL_E_IO,
                    "is no file", &err);
    ABL_CHECK_OK(abl_file_write("repaint_bad.png", "GIF89a", 6, &err), &err);
    ABL_CHECK_FAILS(
        abl_repaint(&width, &height, "o.png", "repaint_bad.png", &err),
        ABL_E_FORMAT, "is no PNG", &err);
    ABL_CHECK_OK(abl_file_write("repaint_bad.png", huge, sizeof huge, &err),
                 &err);
    ABL_CHECK_FAILS(
        abl_repaint(&width, &height, "o.png", "repaint_bad.png", &err),
        ABL_E_FORMAT, "larger than 4096", &err);
    unlink("repaint_bad.png");
    CU_ASSERT_NOT_EQUAL(access("o.png", F_OK), 0);
}

const char *const abl_test_suite = "teach";
CU_TestInfo abl_tests[] = {
    ABL_TEST(words_numbers_and_marks_of_rules_are_safe),
    ABL_TEST(names_dates_uids_and_odd_characters_are_not_safe),
    ABL_TEST(every_sentence_that_rules_make_is_shown),
    ABL_TEST(classes_follow_from_rule_results),
    ABL_TEST(kissing_and_exophytic_follow_from_measures),
    ABL_TEST(hmac_gives_the_published_sums),
    ABL_TEST(a_case_id_depends_on_salt_and_data),
    ABL_TEST(a_wrong_list_of_clean_pictures_is_refused),
    ABL_TEST(burned_in_text_is_refused_where_it_is_likely),
    ABL_TEST(sections_hold_nothing_of_the_reports_own_words),
    ABL_TEST(a_repainted_picture_holds_its_pixels_only),
    ABL_TEST(a_shaded_picture_keeps_its_colours),
    ABL_TEST(what_is_no_picture_is_refused),
    CU_TEST_INFO_NULL,
};
