/* report.html needs nothing else, and nothing foreign acts in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/html_out.h"
#include "eligibility/report/text.h"
#include "tests/unit/eligibility/sample_report.h"

const char *const abl_test_suite = "eligibility.report_html";

static char *write_html(sample_report *s)
{
    abl_error err = {ABL_OK, ""};
    snprintf(s->path, sizeof s->path, "%s/report.html", s->folder);
    ABL_CHECK_OK(abl_report_write_html(s->path, s->folder, &s->report,
                                       &s->pictures, &err),
                 &err);
    return sample_read(s->path);
}

static void check_has(const char *text, const char *words)
{
    if (!strstr(text, words))
        fprintf(stderr, "the page lacks \"%s\"\n", words);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, words));
}

static void page_says_what_it_must(void)
{
    sample_report s;
    sample_report_open(&s, 2);
    char *text = write_html(&s);
    check_has(text, "meets imaging criteria");
    check_has(text, "right portal branch, 4.2 ± 0.5&nbsp;mm calibre, <b>21.0");
    check_has(text, "<b>VIII</b>, 4&nbsp;mm from V");
    check_has(text, "2 lesions, 6.2&nbsp;mL of tumour");
    check_has(text, "Research use only");
    check_has(text, "under-counts");
    check_has(text, "What was not assessed");
    check_has(text, "id=\"lesion-2\"");
    check_has(text, "id=\"source-R18\"");
    check_has(text, "R8</span>");
    const char *verdict = strstr(text, "<h1>");
    CU_ASSERT(verdict && verdict < strstr(text, "<h2>"));
    CU_ASSERT_PTR_NULL(strstr(text, "eligible for treatment"));
    free(text);
    sample_report_close(&s);
}

static void foreign_text_is_escaped(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    s.findings->warning_count = 1;
    snprintf(s.findings->warnings[0].text, sizeof s.findings->warnings[0].text,
             "%s", SAMPLE_HOSTILE);
    char *text = write_html(&s);
    CU_ASSERT_PTR_NULL(strstr(text, "<script>alert"));
    CU_ASSERT_PTR_NULL(strstr(text, "<more>"));
    CU_ASSERT_PTR_NULL(strstr(text, "\x1b"));
    CU_ASSERT_PTR_NULL(strstr(text, "\xe2\x80\xae"));
    check_has(text, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "
                    "&quot;\xef\xbf\xbd");
    free(text);
    sample_report_close(&s);
}

static void context_and_exam_are_tables_of_their_own(void)
{
    sample_report s;
    sample_report_open(&s, 1);
    sample_report_give_context(&s);
    char *text = write_html(&s);
    check_has(text, "Context, as given (R18)");
    check_has(text, "impaired");
    check_has(text, "2025-03-31");
    check_has(text, "not assessed");
    check_has(text, "Is the exam good enough? (R17)");
    check_has(text, "no metal near the liver");
    check_has(text, "Steepest tilt out of the axial plane");
    CU_ASSERT_PTR_NULL(strstr(text, SAMPLE_HOSTILE));
    free(text);
    sample_report_close(&s);
}

static void page_refers_to_nothing_outside(void)
{
    static const char *const refused[] = {"http://", "https://",       "url(",
                                          "@import", "src=\"overlays", "<link",
                                          "<iframe", "javascript:",    "file:"};
    sample_report s;
    sample_report_open(&s, 1);
    char *text = write_html(&s);
    for (size_t n = 0; n < sizeof refused / sizeof refused[0]; n++)
        CU_ASSERT_PTR_NULL(strstr(text, refused[n]));
    check_has(text, "Content-Security-Policy");
    free(text);
    sample_report_close(&s);
}

static int decode_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);
    return at && c ? (int)(at - digits) : 0;
}

static void embedded_picture_has_the_bytes_of_the_file(void)
{
    sample_report s;
    char path[160];
    sample_report_open(&s, 1);
    char *text = write_html(&s);
    snprintf(path, sizeof path, "%s/overview.png", s.folder);
    FILE *file = fopen(path, "rb");
    const char *at = strstr(text, "data:image/png;base64,");
    CU_ASSERT(file && at);
    if (file && at) {
        int byte = 0;
        for (at += 22; (byte = fgetc(file)) != EOF && *at != '"'; at += 4) {
            unsigned all = 0;
            for (int d = 0; d < 4; d++)
                all = all << 6 | (unsigned)decode_digit(at[d]);
            CU_ASSERT_EQUAL(byte, (int)(all >> 16));
            for (int shift = 8; shift >= 0 && at[3 - shift / 8] != '=';
                 shift -= 8)
                CU_ASSERT_EQUAL(fgetc(file), (int)(all >> shift & 255));
        }
        CU_ASSERT_EQUAL(byte, EOF);
        CU_ASSERT_EQUAL(*at, '"');
        fclose(file);
    }
    free(text);
    sample_report_close(&s);
}

static void missing_picture_is_an_error(void)
{
    sample_report s;
    abl_error err = {ABL_OK, ""};
    sample_report_open(&s, 1);
    snprintf(s.path, sizeof s.path, "%s/report.html", s.folder);
    s.items[2] = s.items[1];
    snprintf(s.items[2].file, sizeof s.items[2].file, "lost.png");
    const abl_pictures pictures = {3, s.items};
    ABL_CHECK_FAILS(
        abl_report_write_html(s.path, s.folder, &s.report, &pictures, &err),
        ABL_E_IO, "lost.png", &err);
    sample_report_close(&s);
}

static void pictures_that_do_not_fit_are_named(void)
{
    sample_report s;
    abl_error err = {ABL_OK, ""};
    char path[160];
    sample_report_open(&s, 1);
    s.items[2] = s.items[1];
    snprintf(s.items[2].file, sizeof s.items[2].file, "lesion-01-sagittal.png");
    snprintf(path, sizeof path, "%s/%s", s.folder, s.items[2].file);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_EQUAL(ftruncate(fileno(file), 40 << 20), 0);
    fclose(file);
    const abl_pictures pictures = {3, s.items};
    snprintf(s.path, sizeof s.path, "%s/report.html", s.folder);
    ABL_CHECK_OK(
        abl_report_write_html(s.path, s.folder, &s.report, &pictures, &err),
        &err);
    char *text = sample_read(s.path);
    check_has(text, "beside it lie: <a href=\"lesion-01-sagittal.png\">"
                    "lesion-01-sagittal.png</a></p>");
    const char *first = strstr(text, "<figure");
    const char *second = first ? strstr(first + 1, "<figure") : NULL;
    CU_ASSERT(second && !strstr(second + 1, "<figure"));
    free(text);
    remove(path);
    sample_report_close(&s);
}

static void full_disk_is_an_error(void)
{
    sample_report s;
    abl_error err = {ABL_OK, ""};
    sample_report_open(&s, 1);
    ABL_CHECK_FAILS(abl_report_write_html("/dev/full", s.folder, &s.report,
                                          &s.pictures, &err),
                    ABL_E_IO, "could not be written whole", &err);
    sample_report_close(&s);
}

static void tags_are_balanced(void)
{
    static const char *const tags[] = {
        "table", "tbody",  "thead", "tr", "td", "section", "div",   "ul",
        "li",    "figure", "span",  "h2", "dl", "main",    "header"};
    sample_report s;
    sample_report_open(&s, 2);
    s.findings->lesions[1].access.has_path = false;
    s.findings->lesions[0].access.assessed = false;
    s.findings->lesions[0].to[ABL_LUNG].is_upper_bound = true;
    sample_report_judge(&s);
    char *text = write_html(&s);
    for (size_t n = 0; n < sizeof tags / sizeof tags[0]; n++) {
        int open = 0;
        const size_t length = strlen(tags[n]);
        for (const char *at = strchr(text, '<'); at; at = strchr(at + 1, '<')) {
            const bool closes = at[1] == '/';
            const char *name = at + 1 + closes;
            if (strncmp(name, tags[n], length) == 0 &&
                (name[length] == '>' || name[length] == ' '))
                open += closes ? -1 : 1;
        }
        if (open)
            fprintf(stderr, "<%s> is unbalanced by %d\n", tags[n], open);
        CU_ASSERT_EQUAL(open, 0);
    }
    free(text);
    sample_report_close(&s);
}

static void ill_formed_text_becomes_replacement_characters(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain", "plain"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf4\x90\x80\x80",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"a\tb\x7f", "a\xef\xbf\xbd"
                     "b\xef\xbf\xbd"},
        {"\xc2\x85", "\xef\xbf\xbd"},
        {"\xe2\x80\xaexe\xe2\x81\xa6", "\xef\xbf\xbdxe\xef\xbf\xbd"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        char out[64];
        CU_ASSERT_EQUAL(abl_text_clean(out, sizeof out, rows[n].in),
                        strlen(rows[n].out));
        CU_ASSERT_STRING_EQUAL(out, rows[n].out);
    }
    char small[4];
    CU_ASSERT_EQUAL(abl_text_clean(small, sizeof small, "a\xe2\x82\xac"), 1);
    CU_ASSERT_EQUAL(abl_text_clean(small, sizeof small, NULL), 0);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(page_says_what_it_must),
    ABL_TEST(foreign_text_is_escaped),
    ABL_TEST(context_and_exam_are_tables_of_their_own),
    ABL_TEST(page_refers_to_nothing_outside),
    ABL_TEST(embedded_picture_has_the_bytes_of_the_file),
    ABL_TEST(missing_picture_is_an_error),
    ABL_TEST(pictures_that_do_not_fit_are_named),
    ABL_TEST(full_disk_is_an_error),
    ABL_TEST(tags_are_balanced),
    ABL_TEST(ill_formed_text_becomes_replacement_characters),
    CU_TEST_INFO_NULL,
};
