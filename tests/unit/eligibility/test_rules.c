/* Every limit from below to above, what is unknown, and the verdict.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules.h"

#include "tests/unit/check.h"
#include "tests/unit/eligibility/spoiled.h"

const char *const abl_test_suite = "eligibility.rules";

static void set_path(abl_access *access, int rule, abl_value v)
{
    double *const numbers[] = {
        &access->path.length_mm, &access->path.clearance_mm,
        &access->path.liver_transit_mm, &access->path.capsule_angle_deg};
    *numbers[rule - 10] = v.value;
    access->assessed = access->assessed && (v.measured || rule > 11);
    access->has_path = access->has_path && (v.measured || rule <= 11);
}

/* The finding that a rule looks at. */
static void set_finding(abl_findings *f, int rule, abl_value v)
{
    abl_lesion_findings *l = f->lesions;
    abl_value percent = v;
    percent.value /= 100;
    percent.uncertainty /= 100;
    switch (rule) {
    case 2:
        l->longest_axial_diameter.mm = l->max_3d_diameter.mm = v;
        break;
    case 3:
        l->to[ABL_SPLEEN].nearest.mm = v;
        l->capsule.mm = v;
        break;
    case 4:
        l->capsule.mm = v;
        l->beyond_capsule_named.structure = ABL_STOMACH;
        l->beyond_capsule_named.nearest.mm = sample_value(9, 0);
        break;
    case 5:
        l->to[ABL_STOMACH].nearest.mm = v;
        l->capsule.mm = v;
        break;
    case 6:
        l->to[ABL_GALLBLADDER].nearest.mm = v;
        break;
    case 7:
        l->vessels.nearest.to.nearest.mm = v;
        l->vessels.doubtful = l->vessels.nearest;
        for (int id = ABL_AORTA; id <= ABL_PORTAL_AND_SPLENIC_VEIN; id++)
            if (!v.measured)
                l->to[id].nearest.mm = v;
        break;
    case 8:
        l->to[ABL_HILUM].nearest.mm = v;
        break;
    case 9:
        l->portal_trunk.nearest.mm = v;
        break;
    case 10:
    case 11:
    case 12:
    case 13:
        set_path(&l->access, rule, v);
        break;
    case 14:
        l->cnr = v;
        break;
    case 15:
        f->tumour_burden = percent;
        break;
    case 16:
        f->ablated_fraction_5mm = f->ablated_fraction_10mm = percent;
        break;
    case 17:
        f->exam.slice_spacing_mm = v.measured ? v.value : 0;
        f->exam.slice_thickness_mm = 0;
        break;
    default:
        break;
    }
}

static abl_result result_of(int rule, abl_value v)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    abl_findings *findings = sample_findings(rule == 1 ? (size_t)v.value : 1);
    char id[8];
    snprintf(id, sizeof id, "R%d", rule);
    if (rule != 1)
        set_finding(findings, rule, v);
    abl_result result = ABL_NOT_ASSESSABLE;
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    if (assessment) {
        const abl_rule_result *found = NULL;
        if (findings->lesion_count)
            found = sample_result(&assessment->lesions[0], id);
        if (!found)
            found = sample_result(&assessment->patient, id);
        CU_ASSERT_PTR_NOT_NULL(found);
        if (found)
            result = found->result;
    }
    abl_assessment_destroy(assessment);
    abl_findings_destroy(findings);
    return result;
}

static void check_result(int rule, double value, double u, abl_result expected)
{
    abl_result actual = result_of(rule, sample_value(value, u));
    if (actual != expected)
        fprintf(stderr, "R%d at %g +- %g: %s, expected %s\n", rule, value, u,
                abl_result_name(actual), abl_result_name(expected));
    CU_ASSERT_EQUAL(actual, expected);
}

static void every_limit_is_judged_below_at_and_above(void)
{
    enum {
        M = ABL_MET,
        B = ABL_BORDERLINE,
        X = ABL_NOT_MET
    };
    static const struct {
        int rule;
        double value;
        int expected;
    } rows[] = {
        {1, 1, M},      {1, 5, M},     {1, 6, B},      {1, 10, B},
        {1, 11, X},     {2, 26.9, M},  {2, 27, B},     {2, 30, B},
        {2, 33, B},     {2, 33.1, X},  {3, 10.1, M},   {3, 10, M},
        {3, 9.9, B},    {3, 5, B},     {3, 4.9, X},    {3, 0, X},
        {4, 10.1, M},   {4, 10, B},    {4, 5, B},      {4, 4.9, X},
        {4, 0, X},      {5, 10.1, M},  {5, 10, B},     {5, 5, B},
        {5, 4.9, X},    {5, 0, X},     {6, 10.1, M},   {6, 10, B},
        {6, 5, B},      {6, 4.9, X},   {6, 0, X},      {7, 10.1, M},
        {7, 10, B},     {7, 5.1, B},   {7, 5, X},      {7, 0, X},
        {8, 15.1, M},   {8, 15, B},    {8, 10.1, B},   {8, 10, X},
        {8, 0, X},      {9, 5.1, M},   {9, 5, X},      {9, 0, X},
        {10, 149, M},   {10, 150, M},  {10, 150.1, B}, {10, 200, B},
        {10, 200.1, X}, {11, 5.1, M},  {11, 5, M},     {11, 4.9, X},
        {12, 10, M},    {12, 9.9, B},  {12, 5, B},     {12, 4.9, X},
        {13, 60, M},    {13, 60.1, B}, {13, 70, B},    {13, 70.1, X},
        {14, 3, M},     {14, 2.9, B},  {14, 2, B},     {14, 1.9, X},
        {15, 25, M},    {15, 25.1, B}, {15, 50, B},    {15, 50.1, X},
        {16, 14.9, M},  {16, 15, B},   {16, 20, B},    {16, 20.1, X},
        {17, 1, M},     {17, 3, M},    {17, 3.1, B},   {17, 5, B},
        {17, 5.1, X},
    };
    load_net();
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++)
        check_result(rows[n].rule, rows[n].value, 0,
                     (abl_result)rows[n].expected);
}

static void unknown_is_never_met(void)
{
    load_net();
    for (int rule = 2; rule <= ABL_RULE_COUNT; rule++)
        CU_ASSERT_EQUAL(result_of(rule, sample_unknown()), ABL_NOT_ASSESSABLE);
}

static void interval_across_the_limit_is_borderline(void)
{
    load_net();
    check_result(2, 26, 3.9, ABL_MET);
    check_result(2, 26, 4.0, ABL_BORDERLINE);
    check_result(2, 34, 3.9, ABL_NOT_MET);
    check_result(2, 34, 4.1, ABL_BORDERLINE);
    check_result(9, 6, 0.9, ABL_MET);
    check_result(9, 6, 1.0, ABL_BORDERLINE);
    check_result(9, 4, 1.1, ABL_BORDERLINE);
    check_result(9, 4, 0.9, ABL_NOT_MET);
}

static void values_are_judged_as_printed(void)
{
    load_net();
    check_result(2, 26.96, 0, ABL_BORDERLINE);
    check_result(2, 26.94, 0, ABL_MET);
    check_result(17, 3.0000002, 0, ABL_MET);
}

static void judge_refuses_what_is_no_number(void)
{
    load_net();
    const abl_rule *size = &net.rules[1];
    CU_ASSERT_EQUAL(abl_rule_judge(size, NAN, 0), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(abl_rule_judge(size, -INFINITY, 0), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(abl_rule_judge(size, 3, NAN), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(abl_rule_judge(size, 3, -1), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(abl_rule_judge(&net.rules[17], 1, 0), ABL_NOT_ASSESSABLE);
}

/* Runs one spoiled sample and hands back a rule's result. */
static void lose(abl_findings *f, abl_structure_id id)
{
    f->structures[id].found = ABL_NOT_FOUND;
    f->lesions[0].to[id].nearest.mm = sample_unknown();
}

static void lose_gallbladder(abl_findings *f)
{
    lose(f, ABL_GALLBLADDER);
}
static void lose_kidney(abl_findings *f)
{
    lose(f, ABL_LEFT_KIDNEY);
}
static void lose_shallow_kidney(abl_findings *f)
{
    lose(f, ABL_LEFT_KIDNEY);
    f->lesions[0].capsule.mm = sample_value(8, 0);
}
static void lose_shallow_gas(abl_findings *f)
{
    lose(f, ABL_BOWEL_GAS);
    f->lesions[0].capsule.mm = sample_value(8, 0);
}
static void lose_portal_vein(abl_findings *f)
{
    lose(f, ABL_PORTAL_AND_SPLENIC_VEIN);
    f->lesions[0].portal_trunk.nearest.mm = sample_unknown();
}

static void missed_structure_makes_its_rule_unknown(void)
{
    CU_ASSERT_EQUAL(spoiled("R6", lose_gallbladder, "removed or missed"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R6", lose_shallow_kidney, "left kidney"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R9", lose_portal_vein, "portal"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R3", lose_gallbladder, "gallbladder"),
                    ABL_NOT_ASSESSABLE);
}

static void deep_lesion_needs_no_organ_outside_the_liver(void)
{
    CU_ASSERT_EQUAL(spoiled("R6", lose_kidney, NULL), ABL_MET);
}

static void bowel_without_gas_is_asked_of_unclassified_tissue(void)
{
    CU_ASSERT_EQUAL(spoiled("R5", lose_shallow_gas, NULL), ABL_MET);
}

static void put_unclassified_near(abl_findings *f)
{
    f->lesions[0].capsule.mm = sample_value(2, 0);
    sample_distance(&f->lesions[0], ABL_UNCLASSIFIED, 7);
}

static void unnamed_tissue_nearby_may_be_bowel(void)
{
    CU_ASSERT_EQUAL(spoiled("R5", put_unclassified_near, "colon"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R3", put_unclassified_near, "colon"),
                    ABL_NOT_ASSESSABLE);
}

static void outline_colon_near(abl_findings *f)
{
    f->lesions[0].capsule.mm = sample_value(2, 0);
    sample_distance(&f->lesions[0], ABL_COLON, 3);
}
static void lose_shallow_bowel(abl_findings *f)
{
    static const abl_structure_id ids[] = {ABL_COLON, ABL_DUODENUM,
                                           ABL_SMALL_BOWEL};
    f->lesions[0].capsule.mm = sample_value(2, 0);
    for (int n = 0; n < 3; n++) {
        f->structures[ids[n]].found = ABL_NOT_LOOKED_FOR;
        f->lesions[0].to[ids[n]].nearest.mm = sample_unknown();
    }
}

static void outlined_bowel_is_judged_like_bowel_gas(void)
{
    CU_ASSERT_EQUAL(spoiled("R5", outline_colon_near, "colon"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R3", outline_colon_near, "colon"), ABL_NOT_MET);
}

static void bowel_without_outline_is_asked_of_unclassified_tissue(void)
{
    CU_ASSERT_EQUAL(spoiled("R5", lose_shallow_bowel, NULL), ABL_MET);
}

static void cut_the_kidney(abl_findings *f)
{
    f->lesions[0].capsule.mm = sample_value(8, 0);
    sample_distance(&f->lesions[0], ABL_RIGHT_KIDNEY, 20);
    f->lesions[0].to[ABL_RIGHT_KIDNEY].is_upper_bound = true;
    f->lesions[0].to[ABL_RIGHT_KIDNEY].at_least_mm = 9;
}
static void cut_the_near_cava(abl_findings *f)
{
    sample_distance(&f->lesions[0], ABL_INFERIOR_VENA_CAVA, 2);
    f->lesions[0].to[ABL_INFERIOR_VENA_CAVA].is_upper_bound = true;
    f->lesions[0].to[ABL_INFERIOR_VENA_CAVA].at_least_mm = 1;
}
static void cut_the_far_cava(abl_findings *f)
{
    f->lesions[0].to[ABL_INFERIOR_VENA_CAVA].is_upper_bound = true;
    f->lesions[0].to[ABL_INFERIOR_VENA_CAVA].at_least_mm = 4;
}
static void cut_the_capsule(abl_findings *f)
{
    f->lesions[0].capsule_is_upper_bound = true;
    f->lesions[0].capsule_at_least_mm = 4;
}

static void upper_bound_is_never_met(void)
{
    CU_ASSERT_EQUAL(spoiled("R6", cut_the_kidney, "beyond the scan"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R9", cut_the_near_cava, NULL), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R9", cut_the_far_cava, "vena cava"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R4", cut_the_capsule, "beyond the scan"),
                    ABL_NOT_ASSESSABLE);
}

static void cut_the_lesion(abl_findings *f)
{
    f->lesions[0].touches_border = true;
}

static void cut_lesion_meets_no_distance(void)
{
    static const char *const ids[] = {"R2", "R3", "R4", "R5",
                                      "R6", "R7", "R8", "R9"};
    for (size_t n = 0; n < sizeof ids / sizeof ids[0]; n++)
        CU_ASSERT_EQUAL(spoiled(ids[n], cut_the_lesion, NULL),
                        ABL_NOT_ASSESSABLE);
}

static void put_at_surface(abl_findings *f)
{
    f->lesions[0].capsule.mm = sample_value(1, 0);
}
static void put_at_surface_far_organ(abl_findings *f)
{
    put_at_surface(f);
    f->lesions[0].beyond_capsule_named.structure = ABL_STOMACH;
    f->lesions[0].beyond_capsule_named.nearest.mm = sample_value(10.5, 0);
}
static void put_at_surface_near_organ(abl_findings *f)
{
    put_at_surface(f);
    f->lesions[0].beyond_capsule_named.structure = ABL_STOMACH;
    f->lesions[0].beyond_capsule_named.nearest.mm = sample_value(10, 0);
}
static void put_at_surface_cut(abl_findings *f)
{
    put_at_surface(f);
    f->lesions[0].beyond_capsule.is_upper_bound = true;
    f->lesions[0].beyond_capsule.at_least_mm = 6;
}
static void put_at_surface_unseen(abl_findings *f)
{
    put_at_surface(f);
    f->lesions[0].beyond_capsule.nearest.mm = sample_unknown();
    f->lesions[0].beyond_capsule_named.nearest.mm = sample_unknown();
}
static void put_at_surface_unnamed(abl_findings *f)
{
    put_at_surface(f);
    f->lesions[0].beyond_capsule.structure = ABL_UNCLASSIFIED;
    f->lesions[0].beyond_capsule.nearest.mm = sample_value(3, 0);
}

static void surface_excludes_only_beside_an_organ(void)
{
    CU_ASSERT_EQUAL(spoiled("R4", put_at_surface, "no organ"), ABL_BORDERLINE);
    CU_ASSERT_EQUAL(spoiled("R4", put_at_surface_far_organ, "no organ"),
                    ABL_BORDERLINE);
    CU_ASSERT_EQUAL(spoiled("R4", put_at_surface_cut, "not seen"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R4", put_at_surface_unseen, "not seen"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R4", put_at_surface_near_organ, "stomach"),
                    ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R4", put_at_surface_unnamed, "may be an organ"),
                    ABL_NOT_ASSESSABLE);
}

static void close_all_paths(abl_findings *f)
{
    f->lesions[0].access.has_path = false;
    f->lesions[0].access.clear = f->lesions[0].access.clear_long = 0;
}
static void close_paths_by_unnamed(abl_findings *f)
{
    close_all_paths(f);
    f->lesions[0].access.blocked[ABL_UNCLASSIFIED] = 1;
}
static void close_paths_by_scan(abl_findings *f)
{
    close_all_paths(f);
    f->lesions[0].access.blocked_no_skin = 1;
}
static void doubt_obstacles(abl_findings *f)
{
    f->lesions[0].access.obstacles_uncertain = true;
}

static void no_path_fails_only_when_all_was_seen(void)
{
    CU_ASSERT_EQUAL(spoiled("R10", close_all_paths, "most meet bone"),
                    ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R10", close_paths_by_unnamed, "without a name"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R10", close_paths_by_scan, "leave the scan"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R11", close_all_paths, NULL), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R10", doubt_obstacles, "missed"), ABL_BORDERLINE);
    CU_ASSERT_EQUAL(spoiled("R11", doubt_obstacles, "missed"),
                    ABL_NOT_ASSESSABLE);
}

static void make_small(abl_findings *f)
{
    f->lesions[0].longest_axial_diameter.mm = sample_value(9.5, 0);
}
static void drop_axial(abl_findings *f)
{
    f->lesions[0].longest_axial_diameter.mm = sample_unknown();
}
static void make_long(abl_findings *f)
{
    f->lesions[0].max_3d_diameter.mm = sample_value(36, 1);
}

static void longest_diameter_is_the_larger_of_two(void)
{
    CU_ASSERT_EQUAL(spoiled("R2", make_long, "axial 18.0"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R2", drop_axial, "may be longer"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R14", drop_axial, NULL), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R14", make_small, "may be under 10 mm"),
                    ABL_BORDERLINE);
}

static void cut_the_liver(abl_findings *f)
{
    f->exam.liver_whole = false;
}
static void clip(abl_findings *f)
{
    f->exam.intensity_clipped = true;
}
static void thick(abl_findings *f)
{
    f->exam.slice_thickness_mm = 7;
}
static void unenhanced(abl_findings *f)
{
    f->exam.phase.phase = ABL_PHASE_UNENHANCED;
}
static void arterial(abl_findings *f)
{
    f->exam.phase.phase = ABL_PHASE_ARTERIAL;
}
static void no_phase(abl_findings *f)
{
    f->exam.phase.phase = ABL_PHASE_UNKNOWN;
}
static void wrong_header(abl_findings *f)
{
    f->exam.phase.disagrees_with_header = true;
}

static void poor_exam_is_never_met(void)
{
    CU_ASSERT_EQUAL(spoiled("R17", cut_the_liver, "not wholly"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R1", cut_the_liver, NULL), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R15", cut_the_liver, NULL), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R16", cut_the_liver, NULL), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R17", clip, "clipped"), ABL_BORDERLINE);
    CU_ASSERT_EQUAL(spoiled("R17", thick, "7.0 mm"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R17", unenhanced, "unenhanced"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R17", arterial, "arterial"), ABL_BORDERLINE);
    CU_ASSERT_EQUAL(spoiled("R17", no_phase, "unknown"), ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R17", wrong_header, "header"), ABL_BORDERLINE);
}

/* As many lesions as are kept; more may have been left out. */
static void fill_the_list(abl_findings *f)
{
    abl_findings *full = sample_findings(ABL_MAX_LESIONS);
    abl_lesion_findings *one = f->lesions;
    f->lesions = full->lesions;
    f->lesion_count = ABL_MAX_LESIONS;
    full->lesions = one;
    full->lesion_count = 1;
    abl_findings_destroy(full);
}

static void full_list_meets_no_total(void)
{
    CU_ASSERT_EQUAL(spoiled("R1", fill_the_list, "may be more"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R15", fill_the_list, "left out"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R16", fill_the_list, "left out"),
                    ABL_NOT_ASSESSABLE);
}

static void verdict_follows_the_truth_table(void)
{
    static const struct {
        abl_result results[2];
        abl_severity severities[2];
        abl_verdict expected;
    } rows[] = {
        {{ABL_MET, ABL_MET}, {0, 0}, ABL_VERDICT_MEETS},
        {{ABL_MET, ABL_BORDERLINE}, {0, 0}, ABL_VERDICT_BORDERLINE},
        {{ABL_MET, ABL_NOT_ASSESSABLE}, {0, 0}, ABL_VERDICT_BORDERLINE},
        {{ABL_NOT_ASSESSABLE, ABL_NOT_MET}, {0, 0}, ABL_VERDICT_DOES_NOT_MEET},
        {{ABL_BORDERLINE, ABL_NOT_MET}, {0, 0}, ABL_VERDICT_DOES_NOT_MEET},
        {{ABL_MET, ABL_NOT_MET},
         {0, ABL_SEVERITY_FLAG},
         ABL_VERDICT_BORDERLINE},
        {{ABL_MET, ABL_NOT_ASSESSABLE},
         {0, ABL_SEVERITY_FLAG},
         ABL_VERDICT_BORDERLINE},
        {{ABL_MET, ABL_NOT_ASSESSABLE},
         {0, ABL_SEVERITY_NOTE},
         ABL_VERDICT_MEETS},
        {{ABL_MET, ABL_MET},
         {ABL_SEVERITY_NOTE, ABL_SEVERITY_NOTE},
         ABL_VERDICT_NOT_ASSESSABLE},
    };
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        abl_rule rules[2] = {{.severity = rows[n].severities[0]},
                             {.severity = rows[n].severities[1]}};
        abl_rule_result results[2] = {
            {.rule = &rules[0], .result = rows[n].results[0]},
            {.rule = &rules[1], .result = rows[n].results[1]}};
        CU_ASSERT_EQUAL(abl_verdict_combine(results, 2), rows[n].expected);
    }
    CU_ASSERT_EQUAL(abl_verdict_combine(NULL, 0), ABL_VERDICT_NOT_ASSESSABLE);
}

static abl_assessment *assess(const abl_findings *findings)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    return assessment;
}

static void all_limits_kept_meets(void)
{
    load_net();
    abl_findings *findings = sample_findings(2);
    abl_assessment *a = assess(findings);
    CU_ASSERT_EQUAL(a->patient.verdict, ABL_VERDICT_MEETS);
    CU_ASSERT_EQUAL(a->verdict_counts[ABL_VERDICT_MEETS], 2);
    CU_ASSERT_STRING_EQUAL(a->patient.limiting_factor, "Every limit is met.");
    abl_assessment_destroy(a);
    abl_findings_destroy(findings);
}

static void no_lesion_is_not_assessable(void)
{
    load_net();
    abl_findings *findings = sample_findings(0);
    abl_assessment *a = assess(findings);
    CU_ASSERT_EQUAL(a->patient.verdict, ABL_VERDICT_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(a->without_low_confidence, ABL_VERDICT_NOT_ASSESSABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(a->summary, "No lesion was found"));
    abl_assessment_destroy(a);
    abl_findings_destroy(findings);
}

static void low_confidence_lesions_are_left_out_once(void)
{
    load_net();
    abl_findings *findings = sample_findings(6);
    findings->lesions[3].is_low_confidence = true;
    findings->lesions[3].max_3d_diameter.mm = sample_value(40, 1);
    abl_assessment *a = assess(findings);
    CU_ASSERT_EQUAL(a->patient.verdict, ABL_VERDICT_DOES_NOT_MEET);
    CU_ASSERT_EQUAL(a->without_low_confidence, ABL_VERDICT_MEETS);
    CU_ASSERT_EQUAL(a->low_confidence_count, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(a->patient.limiting_factor, "Lesion 4"));
    CU_ASSERT_PTR_NOT_NULL(strstr(a->patient.limiting_factor, "Fails only on"));
    abl_assessment_destroy(a);
    abl_findings_destroy(findings);
}

static void only_low_confidence_lesions_leave_nothing(void)
{
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].is_low_confidence = true;
    abl_assessment *a = assess(findings);
    CU_ASSERT_EQUAL(a->without_low_confidence, ABL_VERDICT_NOT_ASSESSABLE);
    abl_assessment_destroy(a);
    abl_findings_destroy(findings);
}

static void limiting_factor_names_rule_limit_and_source(void)
{
    load_net();
    abl_findings *findings = sample_findings(1);
    findings->lesions[0].max_3d_diameter.mm = sample_value(34.2, 1);
    abl_assessment *a = assess(findings);
    const char *text = a->lesions[0].limiting_factor;
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Fails only on longest diameter (R2)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "34.2 ± 1.0 mm"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "below 30 mm"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "27 to 33 mm (cited)."));
    abl_assessment_destroy(a);
    abl_findings_destroy(findings);
}

static void nothing_is_called_fit_for_treatment(void)
{
    for (int v = ABL_VERDICT_MEETS; v <= ABL_VERDICT_NOT_ASSESSABLE; v++) {
        CU_ASSERT_PTR_NULL(strstr(abl_verdict_text((abl_verdict)v), "treat"));
        CU_ASSERT_PTR_NULL(strstr(abl_verdict_text((abl_verdict)v), "eligib"));
    }
}

static void findings_that_are_no_numbers_are_refused(void)
{
    abl_error err = {ABL_OK, ""};
    load_net();
    for (int field = 0; field < 8; field++) {
        abl_findings *f = sample_findings(1);
        abl_lesion_findings *l = f->lesions;
        abl_assessment *a = NULL;
        double *const fields[] = {&l->cnr.value,
                                  &l->capsule.mm.uncertainty,
                                  &l->to[ABL_HEART].nearest.mm.value,
                                  &l->access.path.length_mm,
                                  &f->tumour_burden.value,
                                  &f->exam.slice_spacing_mm,
                                  &l->vessels.nearest.to.nearest.mm.value,
                                  &l->portal_trunk.nearest.mm.value};
        *fields[field] = field % 2 ? INFINITY : NAN;
        ABL_CHECK_FAILS(abl_assess(&a, f, &net, &err), ABL_E_INTERNAL,
                        "not a number", &err);
        CU_ASSERT_PTR_NULL(a);
        abl_findings_destroy(f);
    }
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(every_limit_is_judged_below_at_and_above),
    ABL_TEST(unknown_is_never_met),
    ABL_TEST(interval_across_the_limit_is_borderline),
    ABL_TEST(values_are_judged_as_printed),
    ABL_TEST(judge_refuses_what_is_no_number),
    ABL_TEST(missed_structure_makes_its_rule_unknown),
    ABL_TEST(deep_lesion_needs_no_organ_outside_the_liver),
    ABL_TEST(bowel_without_gas_is_asked_of_unclassified_tissue),
    ABL_TEST(unnamed_tissue_nearby_may_be_bowel),
    ABL_TEST(outlined_bowel_is_judged_like_bowel_gas),
    ABL_TEST(bowel_without_outline_is_asked_of_unclassified_tissue),
    ABL_TEST(upper_bound_is_never_met),
    ABL_TEST(cut_lesion_meets_no_distance),
    ABL_TEST(surface_excludes_only_beside_an_organ),
    ABL_TEST(no_path_fails_only_when_all_was_seen),
    ABL_TEST(longest_diameter_is_the_larger_of_two),
    ABL_TEST(poor_exam_is_never_met),
    ABL_TEST(full_list_meets_no_total),
    ABL_TEST(verdict_follows_the_truth_table),
    ABL_TEST(all_limits_kept_meets),
    ABL_TEST(no_lesion_is_not_assessable),
    ABL_TEST(low_confidence_lesions_are_left_out_once),
    ABL_TEST(only_low_confidence_lesions_leave_nothing),
    ABL_TEST(limiting_factor_names_rule_limit_and_source),
    ABL_TEST(nothing_is_called_fit_for_treatment),
    ABL_TEST(findings_that_are_no_numbers_are_refused),
    CU_TEST_INFO_NULL,
};
