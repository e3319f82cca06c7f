/* Draws repeat by seed, move together, and never make the unknown known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/stability.h"

#include "imaging/threads.h"
#include "tests/unit/check.h"
#include "tests/unit/eligibility/random_findings.h"

const char *const abl_test_suite = "eligibility.stability";

#define MAX_LESIONS 16

static abl_profile net;

/* Without R8, which the sample does not keep. */
static void load_net(void)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_profile_load(&net, "net", &err), &err);
    net.rules[7].enabled = false;
}

typedef struct outcome {
    abl_stability lesions[MAX_LESIONS], patient;
    abl_verdict verdicts[MAX_LESIONS];
} outcome;

static void measure(outcome *out, const abl_findings *findings, size_t draws,
                    uint64_t seed)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    memset(out, 0, sizeof *out);
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    ABL_CHECK_OK(abl_stability_measure(out->lesions, &out->patient, findings,
                                       assessment, draws, seed, &err),
                 &err);
    for (size_t n = 0; n < findings->lesion_count; n++)
        out->verdicts[n] = assessment->lesions[n].verdict;
    abl_assessment_destroy(assessment);
}

static size_t sum_of(const abl_stability *of)
{
    return of->verdicts[0] + of->verdicts[1] + of->verdicts[2] +
           of->verdicts[3];
}

static void the_same_seed_gives_the_same_draws_at_any_thread_count(void)
{
    static outcome first, second, other;
    uint64_t state = 5;
    load_net();
    bool any_differs = false;
    for (int round = 0; round < 12; round++) {
        abl_findings *findings = random_findings(&state);
        abl_threads_set(1);
        measure(&first, findings, 60, 42);
        abl_threads_set(3);
        measure(&second, findings, 60, 42);
        measure(&other, findings, 60, 43);
        CU_ASSERT_EQUAL(memcmp(&first, &second, sizeof first), 0);
        any_differs = any_differs || memcmp(&first, &other, sizeof first) != 0;
        CU_ASSERT_EQUAL(sum_of(&first.patient), 60);
        for (size_t n = 0; n < findings->lesion_count; n++)
            CU_ASSERT_EQUAL(sum_of(&first.lesions[n]), 60);
        abl_findings_destroy(findings);
    }
    abl_threads_set(0);
    CU_ASSERT_TRUE(any_differs);
}

static void without_uncertainty_every_draw_agrees(void)
{
    static outcome got;
    load_net();
    abl_findings *findings = sample_findings(3);
    findings->lesions[1].max_3d_diameter.mm = sample_value(30, 0);
    findings->lesions[2].max_3d_diameter.mm = sample_value(50, 0);
    measure(&got, findings, 50, 9);
    for (size_t n = 0; n < 3; n++)
        CU_ASSERT_EQUAL(got.lesions[n].same, 50);
    CU_ASSERT_EQUAL(got.lesions[0].verdicts[ABL_VERDICT_MEETS], 50);
    CU_ASSERT_EQUAL(got.lesions[1].verdicts[ABL_VERDICT_BORDERLINE], 50);
    CU_ASSERT_EQUAL(got.lesions[2].verdicts[ABL_VERDICT_DOES_NOT_MEET], 50);
    CU_ASSERT_EQUAL(got.patient.same, 50);
    abl_findings_destroy(findings);
}

/* Judged is the diameter as printed: below 27 and its interval below 30. */
static void shares_follow_the_normal_law(void)
{
    static outcome got;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].longest_axial_diameter.mm = sample_value(20, 0);
    findings->lesions[0].max_3d_diameter.mm = sample_value(26, 1.96);
    measure(&got, findings, 20000, 1);
    const double expected = 0.5 * erfc(-(26.95 - 26) / sqrt(2));
    ABL_CHECK_NEAR((double)got.lesions[0].verdicts[ABL_VERDICT_MEETS] / 20000,
                   expected, 0.012);
    abl_findings_destroy(findings);
}

typedef struct moments {
    double n, a, b, aa, bb, ab;
} moments;

static void add_pair(moments *m, double a, double b)
{
    m->n++;
    m->a += a;
    m->b += b;
    m->aa += a * a;
    m->bb += b * b;
    m->ab += a * b;
}

static double sd_of_first(const moments *m)
{
    return sqrt(m->aa / m->n - m->a * m->a / m->n / m->n);
}

static double correlation(const moments *m)
{
    const double ab = m->ab / m->n - m->a * m->b / m->n / m->n;
    const double bb = m->bb / m->n - m->b * m->b / m->n / m->n;
    return ab / sd_of_first(m) / sqrt(bb);
}

static void what_shares_a_surface_moves_together(void)
{
    moments diameters = {0}, near = {0}, others = {0}, organs = {0};
    abl_findings drawn, *findings = sample_findings(2);
    abl_lesion_findings lesions[2];
    for (size_t n = 0; n < 2; n++) {
        abl_lesion_findings *lesion = &findings->lesions[n];
        lesion->longest_axial_diameter.mm = sample_value(40, 1.96);
        lesion->max_3d_diameter.mm = sample_value(60, 3.92);
        lesion->to[ABL_STOMACH].nearest.mm = sample_value(30, 1.96);
        lesion->to[ABL_HEART].nearest.mm = sample_value(30, 1.96);
    }
    for (size_t n = 0; n < 20000; n++) {
        abl_findings_draw(&drawn, lesions, findings, 3, n);
        const abl_lesion_findings *one = &lesions[0];
        const double axial = one->longest_axial_diameter.mm.value;
        add_pair(&diameters, axial, one->max_3d_diameter.mm.value);
        add_pair(&near, axial, one->to[ABL_STOMACH].nearest.mm.value);
        add_pair(&organs, one->to[ABL_HEART].nearest.mm.value,
                 one->to[ABL_STOMACH].nearest.mm.value);
        add_pair(&others, axial, lesions[1].longest_axial_diameter.mm.value);
    }
    ABL_CHECK_NEAR(diameters.a / diameters.n, 40, 0.03);
    ABL_CHECK_NEAR(sd_of_first(&diameters), 1, 0.02);
    ABL_CHECK_NEAR(sd_of_first(&organs), 1, 0.02);
    ABL_CHECK_NEAR(correlation(&diameters), 1, 1e-6);
    ABL_CHECK_NEAR(correlation(&near), -sqrt(0.5), 0.02);
    ABL_CHECK_NEAR(correlation(&organs), 0.5, 0.02);
    ABL_CHECK_NEAR(correlation(&others), 0, 0.02);
    abl_findings_destroy(findings);
}

static void check_same_unknown(const abl_value *before, const abl_value *after)
{
    CU_ASSERT_EQUAL(before->measured, after->measured);
    CU_ASSERT_TRUE(isfinite(after->value));
    CU_ASSERT_TRUE(before->measured ? after->value >= 0
                                    : after->value == before->value);
    CU_ASSERT_EQUAL(before->uncertainty, after->uncertainty);
}

static void the_unknown_stays_unknown_and_lengths_stay_positive(void)
{
    abl_lesion_findings lesions[MAX_LESIONS];
    abl_findings drawn;
    uint64_t state = 21;
    for (int round = 0; round < 60; round++) {
        abl_findings *f = random_findings(&state);
        abl_findings_draw(&drawn, lesions, f, state, 0);
        for (size_t n = 0; n < f->lesion_count; n++) {
            const abl_lesion_findings *a = &f->lesions[n], *b = &lesions[n];
            check_same_unknown(&a->longest_axial_diameter.mm,
                               &b->longest_axial_diameter.mm);
            check_same_unknown(&a->max_3d_diameter.mm, &b->max_3d_diameter.mm);
            check_same_unknown(&a->capsule.mm, &b->capsule.mm);
            check_same_unknown(&a->cnr, &b->cnr);
            for (int id = 0; id < ABL_STRUCTURE_COUNT; id++) {
                check_same_unknown(&a->to[id].nearest.mm,
                                   &b->to[id].nearest.mm);
                CU_ASSERT_TRUE(b->to[id].at_least_mm >= 0);
                CU_ASSERT_TRUE(b->to[id].at_least_mm <=
                               b->to[id].nearest.mm.value + 1e-9);
            }
            CU_ASSERT_EQUAL(a->touches_border, b->touches_border);
            CU_ASSERT_EQUAL(a->access.has_path, b->access.has_path);
        }
        check_same_unknown(&f->tumour_burden, &drawn.tumour_burden);
        CU_ASSERT_EQUAL(drawn.exam.liver_whole, f->exam.liver_whole);
        abl_findings_destroy(f);
    }
}

/* A lesion with one unknown that matters meets in no draw. */
static void unknown_is_met_in_no_draw(void)
{
    static outcome got;
    load_net();
    for (int n = 0; n < 6; n++) {
        abl_findings *findings = sample_findings(1);
        abl_lesion_findings *lesion = &findings->lesions[0];
        lesion->longest_axial_diameter.mm.uncertainty = 3;
        lesion->max_3d_diameter.mm.uncertainty = 3;
        if (n == 0)
            lesion->max_3d_diameter.mm = sample_unknown();
        else if (n == 1)
            lesion->cnr = sample_unknown();
        else if (n == 2)
            lesion->access.assessed = false;
        else if (n == 3)
            lesion->touches_border = true;
        else if (n == 4)
            findings->has_liver_vessels = false;
        else
            lesion->capsule.mm = sample_unknown();
        measure(&got, findings, 300, (uint64_t)n);
        CU_ASSERT_EQUAL(got.lesions[0].verdicts[ABL_VERDICT_MEETS], 0);
        CU_ASSERT_EQUAL(got.patient.verdicts[ABL_VERDICT_MEETS], 0);
        abl_findings_destroy(findings);
    }
}

static void a_draw_does_not_depend_on_the_other_lesions(void)
{
    abl_findings drawn, *three = sample_findings(3), *one = sample_findings(1);
    abl_lesion_findings a[3], b[1];
    for (size_t n = 0; n < 3; n++)
        three->lesions[n].max_3d_diameter.mm = sample_value(20, 2);
    one->lesions[0] = three->lesions[2];
    abl_findings_draw(&drawn, a, three, 5, 17);
    abl_findings_draw(&drawn, b, one, 5, 17);
    CU_ASSERT_EQUAL(a[2].max_3d_diameter.mm.value,
                    b[0].max_3d_diameter.mm.value);
    CU_ASSERT_NOT_EQUAL(a[1].max_3d_diameter.mm.value,
                        b[0].max_3d_diameter.mm.value);
    abl_findings_destroy(three);
    abl_findings_destroy(one);
}

static abl_under_limit under_limit(abl_value mm)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    abl_under_limit got;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].longest_axial_diameter.mm = mm;
    findings->lesions[0].max_3d_diameter.mm = mm;
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    abl_under_limit_of(&got, &findings->lesions[0], &assessment->lesions[0],
                       ABL_PHASE_PORTAL_VENOUS);
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
    return got;
}

/* 27 mm, read without error of our own: Phi(3 / 2.7) = 0.867. */
static void the_probability_of_being_under_the_limit_is_as_computed(void)
{
    ABL_CHECK_NEAR(under_limit(sample_value(27, 0)).probability, 0.8667, 1e-3);
    ABL_CHECK_NEAR(under_limit(sample_value(30, 5)).probability, 0.5, 1e-12);
    ABL_CHECK_NEAR(under_limit(sample_value(33, 0)).probability, 0.1333, 1e-3);
    const abl_under_limit got = under_limit(sample_value(27, 1.96 * 3.6));
    ABL_CHECK_NEAR(got.own_sd_mm, 3.6, 1e-9);
    ABL_CHECK_NEAR(got.probability, 0.74751, 1e-3); /* Phi(3 / 4.5) */
    CU_ASSERT_FALSE(under_limit(sample_unknown()).measured);
}

/* What a reader measured has a reader's error once, not twice. */
static void a_readers_diameter_is_not_widened_again(void)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    abl_under_limit got;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].max_3d_diameter.mm = sample_value(27, 1.96 * 3);
    findings->lesions[0].max_3d_diameter.is_read = true;
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    abl_under_limit_of(&got, &findings->lesions[0], &assessment->lesions[0],
                       ABL_PHASE_PORTAL_VENOUS);
    ABL_CHECK_NEAR(got.probability, 0.841345, 1e-5); /* Phi(1) */
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
}

static void without_the_rule_no_probability_is_given(void)
{
    abl_judgement none;
    abl_under_limit got;
    memset(&none, 0, sizeof none);
    abl_lesion_findings lesion;
    memset(&lesion, 0, sizeof lesion);
    abl_under_limit_of(&got, &lesion, &none, ABL_PHASE_PORTAL_VENOUS);
    CU_ASSERT_FALSE(got.measured);
    CU_ASSERT_PTR_NOT_NULL(got.why_not);
}

static void bad_requests_are_refused(void)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    abl_stability lesions[2], patient;
    load_net();
    abl_findings *findings = sample_findings(2);
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    ABL_CHECK_FAILS(abl_stability_measure(lesions, &patient, findings,
                                          assessment, 0, 1, &err),
                    ABL_E_INVALID, "0 draws", &err);
    ABL_CHECK_FAILS(abl_stability_measure(lesions, &patient, findings,
                                          assessment, 100001, 1, &err),
                    ABL_E_INVALID, "100001 draws", &err);
    findings->lesions[1].cnr.uncertainty = -1;
    ABL_CHECK_FAILS(abl_stability_measure(lesions, &patient, findings,
                                          assessment, 10, 1, &err),
                    ABL_E_INTERNAL, "lesion 2", &err);
    findings->lesion_count = 1;
    ABL_CHECK_FAILS(abl_stability_measure(lesions, &patient, findings,
                                          assessment, 10, 1, &err),
                    ABL_E_INVALID, "of 2 lesions, not 1", &err);
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(the_same_seed_gives_the_same_draws_at_any_thread_count),
    ABL_TEST(without_uncertainty_every_draw_agrees),
    ABL_TEST(shares_follow_the_normal_law),
    ABL_TEST(what_shares_a_surface_moves_together),
    ABL_TEST(the_unknown_stays_unknown_and_lengths_stay_positive),
    ABL_TEST(unknown_is_met_in_no_draw),
    ABL_TEST(a_draw_does_not_depend_on_the_other_lesions),
    ABL_TEST(the_probability_of_being_under_the_limit_is_as_computed),
    ABL_TEST(a_readers_diameter_is_not_widened_again),
    ABL_TEST(without_the_rule_no_probability_is_given),
    ABL_TEST(bad_requests_are_refused),
    CU_TEST_INFO_NULL,
};
