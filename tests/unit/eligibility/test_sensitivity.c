/* The stated change flips the result, and a step less does not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/sensitivity.h"

#include "tests/unit/check.h"
#include "tests/unit/eligibility/random_findings.h"

const char *const abl_test_suite = "eligibility.sensitivity";

static abl_profile net;

/* Without R8, which the sample does not keep. */
static void load_net(void)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_profile_load(&net, "net", &err), &err);
    net.rules[7].enabled = false;
}

static abl_assessment *assess(const abl_findings *findings,
                              const abl_profile *profile)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    ABL_CHECK_OK(abl_assess(&assessment, findings, profile, &err), &err);
    return assessment;
}

/* The judgement of a lesion, or of the patient. */
static const abl_judgement *judgement_of(const abl_assessment *assessment,
                                         size_t index)
{
    return index == ABL_SENSITIVITY_PATIENT ? &assessment->patient
                                            : &assessment->lesions[index];
}

static void measure(abl_sensitivity *out, const abl_findings *findings,
                    size_t index)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = assess(findings, &net);
    ABL_CHECK_OK(abl_sensitivity_measure(out, findings, index, &net,
                                         judgement_of(assessment, index), &err),
                 &err);
    abl_assessment_destroy(assessment);
}

static const abl_rule_sensitivity *rule_of(const abl_sensitivity *of,
                                           const char *id)
{
    for (size_t n = 0; n < of->rule_count; n++)
        if (strcmp(of->rules[n].rule->id, id) == 0)
            return &of->rules[n];
    CU_FAIL("no such rule");
    return &of->rules[0];
}

static double tidy(double value)
{
    return rint(value * 1000) / 1000;
}

/* What the whole program says with another limit. */
static abl_result with_limit(const abl_findings *findings, size_t index,
                             const char *id, double limit)
{
    static abl_profile changed;
    changed = net;
    for (size_t n = 0; n < ABL_RULE_COUNT; n++) {
        abl_rule *rule = &changed.rules[n];
        if (strcmp(rule->id, id) != 0)
            continue;
        rule->band_low = tidy(rule->band_low + limit - rule->limit);
        rule->band_high = tidy(rule->band_high + limit - rule->limit);
        rule->limit = limit;
    }
    abl_assessment *assessment = assess(findings, &changed);
    const abl_result result =
        sample_result(judgement_of(assessment, index), id)->result;
    abl_assessment_destroy(assessment);
    return result;
}

typedef bool (*is_goal)(abl_result result);
static bool is_met(abl_result r)
{
    return r == ABL_MET;
}
static bool is_not_met(abl_result r)
{
    return r == ABL_NOT_MET;
}
static bool is_less_than_met(abl_result r)
{
    return r != ABL_MET;
}
static bool is_not_excluded(abl_result r)
{
    return r != ABL_NOT_MET;
}

static double step_of(const abl_rule *rule)
{
    return strcmp(rule->id, "R1") == 0 ? 1 : 0.1;
}

/* The limit found flips the result; none of the smaller changes does. */
static void check_limit(const abl_findings *findings, size_t index,
                        const abl_rule_sensitivity *of, const abl_flip *flip,
                        is_goal goal)
{
    const double step = step_of(of->rule);
    const double side = flip->limit_change > 0 ? 1 : -1;
    const long steps = lrint(fabs(flip->limit_change) / step);
    CU_ASSERT_TRUE(steps > 0);
    ABL_CHECK_NEAR(of->rule->limit + flip->limit_change, flip->limit, 1e-6);
    CU_ASSERT_TRUE(flip->limit >= 0);
    for (long n = steps; n >= 0; n -= steps > 40 ? steps / 20 : 1) {
        const double limit = tidy(of->rule->limit + side * (double)n * step);
        const abl_result result =
            with_limit(findings, index, of->rule->id, limit);
        if (goal(result) != (n == steps))
            fprintf(stderr, "%s: %s at limit %g, %ld of %ld steps\n",
                    of->rule->id, abl_result_name(result), limit, n, steps);
        CU_ASSERT_EQUAL(goal(result), n == steps);
    }
    CU_ASSERT_FALSE(goal(
        with_limit(findings, index, of->rule->id,
                   tidy(of->rule->limit + side * (double)(steps - 1) * step))));
}

/* Without a flip no limit on the way to 0, or far beyond, gives the goal. */
static void check_no_limit(const abl_findings *findings, size_t index,
                           const abl_rule_sensitivity *of, int side,
                           is_goal goal)
{
    const double step = step_of(of->rule);
    for (int n = 0; n <= 40; n++) {
        const double far = side > 0 ? 400 : of->rule->limit;
        const double limit =
            tidy(of->rule->limit + side * step * rint(far * n / 40 / step));
        if (limit < 0)
            continue;
        CU_ASSERT_FALSE(goal(with_limit(findings, index, of->rule->id, limit)));
    }
}

static void check_flip(const abl_findings *findings, size_t index,
                       const abl_rule_sensitivity *of, const abl_flip *flip,
                       is_goal goal, bool eases)
{
    const bool small_is_good = of->rule->comparison == ABL_BELOW ||
                               of->rule->comparison == ABL_AT_MOST;
    if (flip->has_limit)
        check_limit(findings, index, of, flip, goal);
    else
        check_no_limit(findings, index, of, small_is_good == eases ? 1 : -1,
                       goal);
}

static void check_rule(const abl_findings *findings, size_t index,
                       const abl_rule_sensitivity *of)
{
    const bool is_known = of->observed.measured &&
                          of->rule->comparison != ABL_IS_TRUE &&
                          of->result != ABL_NOT_ASSESSABLE;
    if (!is_known) {
        CU_ASSERT_FALSE(of->to_met.has_limit || of->to_met.has_value);
        CU_ASSERT_FALSE(of->to_borderline.has_limit);
        CU_ASSERT_FALSE(of->to_not_met.has_limit);
        return;
    }
    if (of->result != ABL_MET)
        check_flip(findings, index, of, &of->to_met, is_met, true);
    if (of->result == ABL_NOT_MET)
        check_flip(findings, index, of, &of->to_borderline, is_not_excluded,
                   true);
    if (of->result == ABL_MET)
        check_flip(findings, index, of, &of->to_borderline, is_less_than_met,
                   false);
    if (of->result != ABL_NOT_MET)
        check_flip(findings, index, of, &of->to_not_met, is_not_met, false);
}

static void stated_limits_flip_and_a_step_less_does_not(void)
{
    static abl_sensitivity of;
    uint64_t state = 7;
    load_net();
    for (int round = 0; round < 4; round++) {
        abl_findings *findings = random_findings(&state);
        for (size_t n = 0; n < findings->lesion_count && n < 2; n++) {
            measure(&of, findings, n);
            for (size_t r = 0; r < of.rule_count; r++)
                check_rule(findings, n, &of.rules[r]);
        }
        measure(&of, findings, ABL_SENSITIVITY_PATIENT);
        for (size_t r = 0; r < of.rule_count; r++)
            check_rule(findings, ABL_SENSITIVITY_PATIENT, &of.rules[r]);
        abl_findings_destroy(findings);
    }
}

/* The one measure of a rule that its check reads, set by hand here. */
static bool set_measure(abl_findings *f, const char *id, double value)
{
    abl_lesion_findings *l = f->lesions;
    switch (strtoul(id + 1, NULL, 10)) {
    case 2:
        l->longest_axial_diameter.mm.value =
            fmin(l->longest_axial_diameter.mm.value, value);
        l->max_3d_diameter.mm.value = fmin(l->max_3d_diameter.mm.value, value);
        return true;
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
        for (int n = 0; n < ABL_STRUCTURE_COUNT; n++)
            l->to[n].nearest.mm.value = fmax(l->to[n].nearest.mm.value, value);
        l->portal_trunk.nearest.mm.value =
            fmax(l->portal_trunk.nearest.mm.value, value);
        l->vessels.nearest.to.nearest.mm.value =
            fmax(l->vessels.nearest.to.nearest.mm.value, value);
        return true;
    case 10:
        l->access.path.length_mm = value;
        return true;
    case 11:
        l->access.path.clearance_mm = value;
        return true;
    case 12:
        l->access.path.liver_transit_mm = value;
        return true;
    case 13:
        l->access.path.capsule_angle_deg = value;
        return true;
    case 14:
        l->cnr.value = value;
        return true;
    default:
        return false;
    }
}

static abl_result with_value(const abl_findings *findings, const char *id,
                             double value)
{
    abl_findings changed = *findings;
    abl_lesion_findings lesion = findings->lesions[0];
    changed.lesions = &lesion;
    changed.lesion_count = 1;
    CU_ASSERT_TRUE(set_measure(&changed, id, value));
    abl_assessment *assessment = assess(&changed, &net);
    const abl_result result =
        sample_result(&assessment->lesions[0], id)->result;
    abl_assessment_destroy(assessment);
    return result;
}

static void check_value(const abl_findings *findings,
                        const abl_rule_sensitivity *of, const abl_flip *flip,
                        is_goal goal)
{
    if (!flip->has_value || strcmp(of->rule->id, "R4") == 0)
        return;
    const double side = flip->value_change > 0 ? 1 : -1;
    CU_ASSERT_TRUE(goal(with_value(findings, of->rule->id, flip->value)));
    for (int n = 1; n < 12 && 0.1 * n < fabs(flip->value_change) + 0.05; n++)
        CU_ASSERT_FALSE(goal(with_value(findings, of->rule->id,
                                        tidy(flip->value - side * 0.1 * n))));
}

static void stated_measures_flip_and_a_step_less_does_not(void)
{
    static abl_sensitivity of;
    uint64_t state = 11;
    size_t seen = 0;
    load_net();
    for (int round = 0; round < 60; round++) {
        abl_findings *findings = random_findings(&state);
        if (findings->lesion_count) {
            measure(&of, findings, 0);
            for (size_t r = 0; r < of.rule_count; r++) {
                check_value(findings, &of.rules[r], &of.rules[r].to_met,
                            is_met);
                if (of.rules[r].result == ABL_NOT_MET)
                    check_value(findings, &of.rules[r],
                                &of.rules[r].to_borderline, is_not_excluded);
                seen += of.rules[r].to_met.has_value;
            }
        }
        abl_findings_destroy(findings);
    }
    CU_ASSERT_TRUE(seen > 60);
}

/* Every rule of a way changed as stated gives the verdict; all but one of
 * them does not. */
static abl_verdict with_way(const abl_findings *findings, size_t index,
                            const abl_way *way, size_t left_out)
{
    static abl_profile changed;
    changed = net;
    for (size_t n = 0; n < way->count; n++) {
        const abl_rule_sensitivity *of = way->rules[n];
        const abl_flip *flip =
            way->target == ABL_VERDICT_MEETS ? &of->to_met : &of->to_borderline;
        abl_rule *rule = &changed.rules[of->rule - net.rules];
        if (n == left_out)
            continue;
        rule->limit = flip->limit;
        rule->band_low = tidy(rule->band_low + flip->limit_change);
        rule->band_high = tidy(rule->band_high + flip->limit_change);
    }
    abl_assessment *assessment = assess(findings, &changed);
    const abl_verdict verdict = assessment->lesions[index].verdict;
    abl_assessment_destroy(assessment);
    return verdict;
}

static bool all_by_limit(const abl_way *way)
{
    for (size_t n = 0; n < way->count; n++)
        if (way->target == ABL_VERDICT_MEETS
                ? !way->rules[n]->to_met.has_limit
                : !way->rules[n]->to_borderline.has_limit)
            return false;
    return way->count > 0;
}

static size_t check_way(const abl_findings *findings, size_t index,
                        const abl_way *way, abl_verdict present)
{
    CU_ASSERT_EQUAL(way->is_single, way->count == 1 && !way->unknown &&
                                        !way->no_reach && way->is_better);
    if (!way->is_better) {
        CU_ASSERT_EQUAL(way->count, 0);
        return 0;
    }
    if (!all_by_limit(way))
        return 0;
    CU_ASSERT_EQUAL(with_way(findings, index, way, way->count), way->target);
    for (size_t n = 0; n < way->count; n++)
        CU_ASSERT_EQUAL(with_way(findings, index, way, n), present);
    return 1;
}

static void the_rules_of_a_way_flip_the_verdict_and_one_less_does_not(void)
{
    static abl_sensitivity of;
    uint64_t state = 3;
    size_t checked = 0;
    load_net();
    for (int round = 0; round < 60; round++) {
        abl_findings *findings = random_findings(&state);
        abl_assessment *assessment = assess(findings, &net);
        for (size_t n = 0; n < findings->lesion_count; n++) {
            measure(&of, findings, n);
            checked += check_way(findings, n, &of.to_borderline,
                                 assessment->lesions[n].verdict);
        }
        abl_assessment_destroy(assessment);
        abl_findings_destroy(findings);
    }
    CU_ASSERT_TRUE(checked > 50);
}

static void a_large_lesion_is_explained_by_its_diameter(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].max_3d_diameter.mm = sample_value(36.2, 0.8);
    measure(&of, findings, 0);
    const abl_rule_sensitivity *r2 = rule_of(&of, "R2");
    CU_ASSERT_TRUE(of.to_borderline.is_single && of.to_meets.is_single);
    ABL_CHECK_NEAR(r2->to_borderline.limit, 33.2, 1e-9);
    ABL_CHECK_NEAR(r2->to_borderline.value, 33.0, 1e-9);
    ABL_CHECK_NEAR(r2->to_borderline.value_change, -3.2, 1e-9);
    ABL_CHECK_NEAR(r2->to_met.value, 26.9, 1e-9);
    ABL_CHECK_NEAR(r2->to_met.limit, 39.3, 1e-9);
    CU_ASSERT_STRING_EQUAL(
        of.text, "It would be borderline if the lesion were 3.2 mm smaller "
                 "(33.0 mm) or the limit 33.2 mm instead of 30, and would "
                 "meet if the lesion were 9.3 mm smaller (26.9 mm) or the "
                 "limit 39.3 mm instead of 30.");
    abl_findings_destroy(findings);
}

static void several_failing_rules_are_counted(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].max_3d_diameter.mm = sample_value(40, 0);
    findings->lesions[0].access.path.length_mm = 230;
    findings->has_liver_vessels = false;
    measure(&of, findings, 0);
    CU_ASSERT_EQUAL(of.to_borderline.count, 2);
    CU_ASSERT_FALSE(of.to_borderline.is_single);
    CU_ASSERT_EQUAL(of.to_meets.unknown, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(of.text, "2 rules would have to change"));
    CU_ASSERT_PTR_NOT_NULL(strstr(of.text, "R10 path (30.0 mm shorter)"));
    abl_findings_destroy(findings);
}

static void a_closed_way_in_is_not_opened_by_a_number(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(1);
    abl_access *access = &findings->lesions[0].access;
    access->has_path = false;
    access->clear = access->clear_long = access->blocked_no_skin = 0;
    measure(&of, findings, 0);
    CU_ASSERT_EQUAL(of.to_borderline.count, 1);
    CU_ASSERT_EQUAL(of.to_borderline.no_reach, 1);
    CU_ASSERT_FALSE(of.to_borderline.is_single);
    CU_ASSERT_PTR_NOT_NULL(strstr(of.text, "no number changes it"));
    abl_findings_destroy(findings);
}

static void a_limit_that_opens_a_way_in_is_named(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(1);
    abl_access *access = &findings->lesions[0].access;
    access->has_path = false;
    access->clear = access->clear_long = access->blocked_no_skin = 0;
    access->relaxation_count = 1;
    snprintf(access->relaxations[0].text, sizeof access->relaxations[0].text,
             "a corridor exists if the pleural margin is 3.0 mm instead of "
             "5.0");
    measure(&of, findings, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(of.text, "R10 path (a corridor exists if the "
                                           "pleural margin is 3.0 mm"));
    CU_ASSERT_FALSE(of.to_borderline.is_single);
    access->has_path = true;
    measure(&of, findings, 0);
    CU_ASSERT_STRING_EQUAL(of.way_in, "");
    abl_findings_destroy(findings);
}

static void unknown_is_named_and_no_limit_is_offered(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->has_liver_vessels = false;
    measure(&of, findings, 0);
    CU_ASSERT_EQUAL(of.to_meets.count, of.to_meets.unknown);
    CU_ASSERT_PTR_NOT_NULL(strstr(of.text, "not assessable"));
    CU_ASSERT_PTR_NULL(strstr(of.text, "limit"));
    CU_ASSERT_FALSE(rule_of(&of, "R7")->to_met.has_limit);
    abl_findings_destroy(findings);
}

static void what_meets_tells_its_least_reserve(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].max_3d_diameter.mm = sample_value(26.5, 0);
    measure(&of, findings, 0);
    CU_ASSERT_FALSE(of.to_meets.is_better);
    CU_ASSERT_PTR_NOT_NULL(of.closest);
    CU_ASSERT_STRING_EQUAL(of.closest->rule->id, "R2");
    ABL_CHECK_NEAR(of.closest->to_borderline.limit, 29.5, 1e-9);
    abl_findings_destroy(findings);
}

static void fewer_lesions_are_counted_in_whole_ones(void)
{
    static abl_sensitivity of;
    load_net();
    abl_findings *findings = sample_findings(12);
    measure(&of, findings, ABL_SENSITIVITY_PATIENT);
    const abl_rule_sensitivity *r1 = rule_of(&of, "R1");
    CU_ASSERT_EQUAL(r1->result, ABL_NOT_MET);
    ABL_CHECK_NEAR(r1->to_borderline.value, 10, 0);
    ABL_CHECK_NEAR(r1->to_borderline.limit, 7, 0);
    ABL_CHECK_NEAR(r1->to_met.value, 5, 0);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(of.text, "the number of lesions were 2 lower (10)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(of.text, "leaving the single lesions"));
    abl_findings_destroy(findings);
}

static void a_judgement_of_another_profile_is_refused(void)
{
    static abl_sensitivity of;
    static abl_profile other;
    abl_error err = {ABL_OK, ""};
    load_net();
    other = net;
    abl_findings *findings = sample_findings(1);
    abl_assessment *assessment = assess(findings, &other);
    ABL_CHECK_FAILS(abl_sensitivity_measure(&of, findings, 0, &net,
                                            &assessment->lesions[0], &err),
                    ABL_E_INVALID, "another profile", &err);
    ABL_CHECK_FAILS(abl_sensitivity_measure(&of, findings, 1, &other,
                                            &assessment->lesions[0], &err),
                    ABL_E_INVALID, "no lesion 2", &err);
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
}

static void findings_that_are_no_numbers_are_refused(void)
{
    static abl_sensitivity of;
    abl_error err = {ABL_OK, ""};
    load_net();
    abl_findings *findings = sample_findings(2);
    abl_assessment *assessment = assess(findings, &net);
    findings->lesions[1].max_3d_diameter.mm.value = NAN;
    ABL_CHECK_FAILS(abl_sensitivity_measure(&of, findings, 1, &net,
                                            &assessment->lesions[1], &err),
                    ABL_E_INTERNAL, "lesion 2", &err);
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(stated_limits_flip_and_a_step_less_does_not),
    ABL_TEST(stated_measures_flip_and_a_step_less_does_not),
    ABL_TEST(the_rules_of_a_way_flip_the_verdict_and_one_less_does_not),
    ABL_TEST(a_large_lesion_is_explained_by_its_diameter),
    ABL_TEST(several_failing_rules_are_counted),
    ABL_TEST(a_closed_way_in_is_not_opened_by_a_number),
    ABL_TEST(a_limit_that_opens_a_way_in_is_named),
    ABL_TEST(unknown_is_named_and_no_limit_is_offered),
    ABL_TEST(what_meets_tells_its_least_reserve),
    ABL_TEST(fewer_lesions_are_counted_in_whole_ones),
    ABL_TEST(a_judgement_of_another_profile_is_refused),
    ABL_TEST(findings_that_are_no_numbers_are_refused),
    CU_TEST_INFO_NULL,
};
