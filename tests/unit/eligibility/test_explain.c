/* Next exams, facts for the tumour board, and that the parts belong together.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/explain.h"

#include "tests/unit/check.h"
#include "tests/unit/eligibility/random_findings.h"

const char *const abl_test_suite = "eligibility.explain";

static abl_profile net;

typedef struct explained {
    abl_findings *findings;
    abl_assessment *assessment;
    abl_explanation *explanation;
} explained;

/* Without R8, which the sample does not keep. */
static void open_sample(explained *e, size_t lesions)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_profile_load(&net, "net", &err), &err);
    net.rules[7].enabled = false;
    memset(e, 0, sizeof *e);
    e->findings = sample_findings(lesions);
}

static void explain(explained *e)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_assess(&e->assessment, e->findings, &net, &err), &err);
    ABL_CHECK_OK(
        abl_explain(&e->explanation, NULL, e->findings, e->assessment, &err),
        &err);
}

static void close_sample(explained *e)
{
    abl_explanation_destroy(e->explanation);
    abl_assessment_destroy(e->assessment);
    abl_findings_destroy(e->findings);
}

static const abl_next_exam *exam_of(const explained *e, const char *code)
{
    for (size_t n = 0; n < e->explanation->next_exam_count; n++)
        if (strcmp(e->explanation->next_exams[n].code, code) == 0)
            return &e->explanation->next_exams[n];
    return NULL;
}

static void a_good_exam_needs_no_other(void)
{
    explained e;
    open_sample(&e, 2);
    explain(&e);
    CU_ASSERT_EQUAL(e.explanation->next_exam_count, 0);
    close_sample(&e);
}

static void spoil_phase(abl_findings *f)
{
    f->exam.phase.phase = ABL_PHASE_UNENHANCED;
}
static void spoil_header(abl_findings *f)
{
    f->exam.phase.disagrees_with_header = true;
}
static void spoil_slices(abl_findings *f)
{
    f->exam.slice_thickness_mm = 5;
}
static void spoil_liver(abl_findings *f)
{
    f->exam.liver_whole = false;
}
static void spoil_contrast(abl_findings *f)
{
    f->lesions[1].cnr = sample_value(1.2, 0);
}
static void spoil_contrast_unknown(abl_findings *f)
{
    f->lesions[1].cnr = sample_unknown();
}
static void spoil_size(abl_findings *f)
{
    f->lesions[1].longest_axial_diameter.mm = sample_value(7, 0.5);
}
static void spoil_confidence(abl_findings *f)
{
    f->lesions[1].is_low_confidence = true;
}
static void spoil_skin(abl_findings *f)
{
    f->lesions[1].access.has_path = false;
    f->lesions[1].access.blocked_no_skin = 12000;
}
static void spoil_bowel(abl_findings *f)
{
    f->lesions[1].capsule.mm = sample_value(3, 0);
    sample_distance(&f->lesions[1], ABL_UNCLASSIFIED, 3);
}
static void spoil_vessels(abl_findings *f)
{
    f->has_liver_vessels = false;
    f->exam.phase.phase = ABL_PHASE_ARTERIAL;
}

static void each_thing_left_open_names_its_exam(void)
{
    static const struct {
        void (*spoil)(abl_findings *);
        const char *code, *reason, *exam;
    } rows[] = {
        {spoil_phase, "phase", "unenhanced", "portal venous"},
        {spoil_header, "phase", "header says otherwise", "portal venous"},
        {spoil_slices, "thick-slices", "5.0 mm", "2.5 mm or less"},
        {spoil_liver, "liver-cut", "not wholly", "whole liver"},
        {spoil_contrast, "poorly-seen", "Lesion 2:", "hepatobiliary"},
        {spoil_contrast_unknown, "poorly-seen", "Lesion 2:", "hepatobiliary"},
        {spoil_size, "too-small", "Lesion 2:", "hepatobiliary"},
        {spoil_confidence, "low-confidence", "Lesion 2:", "hepatobiliary"},
        {spoil_skin, "skin-outside", "Lesion 2:", "field of view"},
        {spoil_bowel, "unnamed-tissue", "Lesion 2:", "reader"},
        {spoil_vessels, "vessels", "Lesions 1, 2:", "portal venous"},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        explained e;
        open_sample(&e, 2);
        rows[n].spoil(e.findings);
        explain(&e);
        const abl_next_exam *exam = exam_of(&e, rows[n].code);
        if (!exam || !strstr(exam->reason, rows[n].reason))
            fprintf(stderr, "row %zu: %s\n", n, exam ? exam->reason : "none");
        CU_ASSERT_PTR_NOT_NULL(exam);
        if (exam) {
            CU_ASSERT_PTR_NOT_NULL(strstr(exam->reason, rows[n].reason));
            CU_ASSERT_PTR_NOT_NULL(strstr(exam->exam, rows[n].exam));
            CU_ASSERT_TRUE(exam->why[0] && exam->source[0]);
        }
        close_sample(&e);
    }
}

static void no_lesion_asks_for_a_more_sensitive_exam(void)
{
    explained e;
    open_sample(&e, 0);
    explain(&e);
    CU_ASSERT_PTR_NOT_NULL(exam_of(&e, "no-lesion"));
    CU_ASSERT_FALSE(e.explanation->board.applies);
    close_sample(&e);
}

static void many_lesions_are_cut_short_in_a_reason(void)
{
    explained e;
    open_sample(&e, 40);
    for (size_t n = 0; n < 40; n++)
        e.findings->lesions[n].cnr = sample_value(1, 0);
    explain(&e);
    const abl_next_exam *exam = exam_of(&e, "poorly-seen");
    CU_ASSERT_PTR_NOT_NULL(exam);
    if (exam)
        CU_ASSERT_PTR_NOT_NULL(strstr(exam->reason, "and 32 more:"));
    close_sample(&e);
}

static void the_board_gets_volumes_by_verdict(void)
{
    explained e;
    open_sample(&e, 4);
    abl_lesion_findings *lesions = e.findings->lesions;
    lesions[0].max_3d_diameter.mm = sample_value(60, 0);
    lesions[1].max_3d_diameter.mm = sample_value(30, 0);
    lesions[0].volume_ml = sample_value(60, 3);
    lesions[1].volume_ml = sample_value(14, 1);
    lesions[2].volume_ml = sample_value(4, 0.5);
    lesions[3].volume_ml = sample_value(2, 0.5);
    explain(&e);
    const abl_board *board = &e.explanation->board;
    CU_ASSERT_TRUE(board->applies);
    CU_ASSERT_EQUAL(board->meets.lesions, 2);
    CU_ASSERT_EQUAL(board->borderline.lesions, 1);
    CU_ASSERT_EQUAL(board->beyond.lesions, 1);
    ABL_CHECK_NEAR(board->meets.volume_ml.value, 6, 1e-9);
    ABL_CHECK_NEAR(board->meets.share.value, 6.0 / 80, 1e-9);
    ABL_CHECK_NEAR(board->beyond.share.value, 60.0 / 80, 1e-9);
    ABL_CHECK_NEAR(board->meets.share.value + board->borderline.share.value +
                       board->beyond.share.value,
                   1, 1e-9);
    ABL_CHECK_NEAR(board->beyond.share.uncertainty,
                   hypot(20 * 3, 60 * hypot(1, hypot(0.5, 0.5))) / 6400, 1e-9);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(board->segments_text, "estimated: VIII (4 lesions)"));
    close_sample(&e);
}

static void a_volume_that_is_missing_gives_no_share(void)
{
    explained e;
    open_sample(&e, 2);
    e.findings->lesions[0].max_3d_diameter.mm = sample_value(60, 0);
    e.findings->lesions[1].volume_ml = sample_unknown();
    explain(&e);
    const abl_board *board = &e.explanation->board;
    CU_ASSERT_FALSE(board->meets.share.measured);
    CU_ASSERT_FALSE(board->beyond.share.measured);
    CU_ASSERT_TRUE(board->beyond.volume_ml.measured);
    CU_ASSERT_PTR_NOT_NULL(board->meets.share.why_not);
    close_sample(&e);
}

static void the_board_is_not_for_what_meets_or_is_borderline(void)
{
    for (int round = 0; round < 2; round++) {
        explained e;
        open_sample(&e, 1);
        if (round)
            e.findings->lesions[0].max_3d_diameter.mm = sample_value(30, 0);
        explain(&e);
        CU_ASSERT_FALSE(e.explanation->board.applies);
        close_sample(&e);
    }
}

static void a_portal_trunk_is_never_called_open(void)
{
    static const abl_found found[] = {ABL_NOT_LOOKED_FOR, ABL_NOT_FOUND,
                                      ABL_FOUND, ABL_FOUND_CUT};
    static const char *const words[] = {"not assessed", "not seen", "seen;",
                                        "in part"};
    for (size_t n = 0; n < 4; n++) {
        explained e;
        open_sample(&e, 1);
        e.findings->structures[ABL_PORTAL_AND_SPLENIC_VEIN].found = found[n];
        explain(&e);
        const char *text = e.explanation->board.portal_trunk_text;
        CU_ASSERT_PTR_NOT_NULL(strstr(text, words[n]));
        CU_ASSERT_PTR_NULL(strstr(text, "open"));
        CU_ASSERT_PTR_NULL(strstr(text, "patent"));
        close_sample(&e);
    }
}

static void options_are_in_alphabetical_order_and_say_so(void)
{
    size_t count = 0;
    for (; abl_board_option(count); count++)
        if (count)
            CU_ASSERT_TRUE(strcmp(abl_board_option(count - 1),
                                  abl_board_option(count)) < 0);
    CU_ASSERT_EQUAL(count, 6);
    CU_ASSERT_PTR_NULL(abl_board_option(1000));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(abl_board_option_note(), "no ranking is meant"));
}

static void what_does_not_belong_together_is_refused(void)
{
    abl_error err = {ABL_OK, ""};
    explained e;
    open_sample(&e, 2);
    explain(&e);
    abl_explanation *other = NULL;
    e.findings->lesion_count = 1;
    ABL_CHECK_FAILS(abl_explain(&other, NULL, e.findings, e.assessment, &err),
                    ABL_E_INVALID, "of 2 lesions, not 1", &err);
    CU_ASSERT_PTR_NULL(other);
    close_sample(&e);
}

static void broken_numbers_are_refused(void)
{
    abl_error err = {ABL_OK, ""};
    explained e;
    open_sample(&e, 2);
    explain(&e);
    abl_explanation *other = NULL;
    e.findings->lesions[1].cnr.value = INFINITY;
    ABL_CHECK_FAILS(abl_explain(&other, NULL, e.findings, e.assessment, &err),
                    ABL_E_INTERNAL, "lesion 2", &err);
    CU_ASSERT_PTR_NULL(other);
    close_sample(&e);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(a_good_exam_needs_no_other),
    ABL_TEST(each_thing_left_open_names_its_exam),
    ABL_TEST(no_lesion_asks_for_a_more_sensitive_exam),
    ABL_TEST(many_lesions_are_cut_short_in_a_reason),
    ABL_TEST(the_board_gets_volumes_by_verdict),
    ABL_TEST(a_volume_that_is_missing_gives_no_share),
    ABL_TEST(the_board_is_not_for_what_meets_or_is_borderline),
    ABL_TEST(a_portal_trunk_is_never_called_open),
    ABL_TEST(options_are_in_alphabetical_order_and_say_so),
    ABL_TEST(what_does_not_belong_together_is_refused),
    ABL_TEST(broken_numbers_are_refused),
    CU_TEST_INFO_NULL,
};
