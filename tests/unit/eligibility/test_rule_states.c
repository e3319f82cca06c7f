/* Every rule in every state: met, in the band, not met, unknown in each way
 * it can be; and what is not known is never met.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules.h"

#include "tests/unit/check.h"
#include "tests/unit/eligibility/sample.h"

const char *const abl_test_suite = "eligibility.rule_states";

enum {
    M = ABL_MET,
    B = ABL_BORDERLINE,
    X = ABL_NOT_MET,
    U = ABL_NOT_ASSESSABLE
};

static abl_profile net;
static abl_context context;

static void load_net(void)
{
    static const char text[] =
        "{\"schema\": \"ablascreen-context/1\","
        "\"extra_hepatic_disease\": {\"value\": \"none\"},"
        "\"coagulation\": {\"value\": \"normal\"},"
        "\"biliary_surgery\": {\"value\": \"no\"},"
        "\"ascites\": {\"value\": \"none\"},"
        "\"target_visible_on_ultrasound\": {\"value\": \"yes\"}}";
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_profile_load(&net, "net", &err), &err);
    ABL_CHECK_OK(
        abl_context_parse(&context, text, sizeof text - 1, "context", &err),
        &err);
}

/* What a row sets; @p v is the row's value with its uncertainty. */
typedef void (*setter)(abl_findings *f, abl_value v);

#define SETTER(name) static void name(abl_findings *f, abl_value v)
#define LESION       (&f->lesions[0])

SETTER(nothing)
{
    (void)f;
    (void)v;
}
SETTER(liver_cut)
{
    (void)v;
    f->exam.liver_whole = false;
}
SETTER(axial)
{
    LESION->longest_axial_diameter.mm = v;
}
SETTER(in_3d)
{
    LESION->max_3d_diameter.mm = v;
}
/* 38 mm as one; the larger of its two parts is the row's value. */
SETTER(neck)
{
    in_3d(f, sample_value(38, 0));
    LESION->touching.count = 2;
    LESION->touching.longest_mm[0] = v;
    LESION->touching.longest_mm[1] = sample_value(16, 0);
}
SETTER(neck_under_a_reading)
{
    neck(f, v);
    LESION->max_3d_diameter.is_read = true;
}
SETTER(neck_of_one_that_fits)
{
    neck(f, v);
    in_3d(f, sample_value(20, 0));
}
/* The first lesion may be as many as the row's value. */
SETTER(may_be)
{
    LESION->touching.count = (size_t)v.value;
    LESION->touching.longest_mm[0] = sample_value(12, 0);
    LESION->touching.longest_mm[1] = sample_value(11, 0);
}
SETTER(lesion_cut)
{
    (void)v;
    LESION->touches_border = true;
}
/* Organs outside the liver are no nearer than the capsule. */
static void put(abl_findings *f, abl_structure_id id, abl_value v)
{
    LESION->to[id].nearest.mm = v;
    if (v.value < LESION->capsule.mm.value)
        LESION->capsule.mm.value = v.value;
}
SETTER(spleen)
{
    put(f, ABL_SPLEEN, v);
}
SETTER(stomach)
{
    put(f, ABL_STOMACH, v);
}
SETTER(colon)
{
    put(f, ABL_COLON, v);
}
SETTER(gas)
{
    put(f, ABL_BOWEL_GAS, v);
}
SETTER(unnamed)
{
    put(f, ABL_UNCLASSIFIED, v);
}
SETTER(kidney)
{
    put(f, ABL_RIGHT_KIDNEY, v);
}
SETTER(gallbladder)
{
    LESION->to[ABL_GALLBLADDER].nearest.mm = v;
}
SETTER(cava)
{
    LESION->to[ABL_INFERIOR_VENA_CAVA].nearest.mm = v;
}
SETTER(trunk)
{
    LESION->portal_trunk.nearest.mm = v;
}
SETTER(hilum)
{
    LESION->to[ABL_HILUM].nearest.mm = v;
}
SETTER(no_hilum)
{
    f->has_hilum = false;
    LESION->to[ABL_HILUM].nearest.mm = sample_unknown();
    LESION->portal_trunk.nearest.mm = v;
}
SETTER(branch)
{
    LESION->vessels.nearest =
        sample_vessel(ABL_TREE_PORTAL, ABL_PART_RIGHT_PORTAL_BRANCH, 1, 4.1);
    LESION->vessels.nearest.to.nearest.mm = v;
    LESION->vessels.doubtful = LESION->vessels.nearest;
}
SETTER(thin_branch)
{
    LESION->vessels.doubtful =
        sample_vessel(ABL_TREE_UNNAMED, ABL_PART_NONE, v.value, 2.7);
}
SETTER(no_tree)
{
    (void)v;
    f->trees[ABL_TREE_PORTAL].is_assessable = false;
}
SETTER(capsule)
{
    LESION->capsule.mm = v;
}
SETTER(capsule_by_stomach)
{
    LESION->capsule.mm = v;
    LESION->beyond_capsule_named.structure = ABL_STOMACH;
    LESION->beyond_capsule_named.nearest.mm = sample_value(10, 0);
    LESION->beyond_capsule = LESION->beyond_capsule_named;
}
SETTER(capsule_by_far_stomach)
{
    capsule_by_stomach(f, v);
    LESION->beyond_capsule_named.nearest.mm = sample_value(10.1, 0);
    LESION->beyond_capsule = LESION->beyond_capsule_named;
}
SETTER(capsule_by_unnamed)
{
    LESION->capsule.mm = v;
    LESION->beyond_capsule.structure = ABL_UNCLASSIFIED;
    LESION->beyond_capsule.nearest.mm = sample_value(10, 0);
}
SETTER(capsule_by_unseen)
{
    LESION->capsule.mm = v;
    LESION->beyond_capsule.nearest.mm = sample_unknown();
    LESION->beyond_capsule_named.nearest.mm = sample_unknown();
}
SETTER(capsule_at_scan_end)
{
    LESION->capsule_is_upper_bound = true;
    LESION->capsule_at_least_mm = v.value;
}
SETTER(exophytic)
{
    LESION->exophytic_share = v;
    LESION->exophytic_share.value /= 100;
}
SETTER(no_plan)
{
    (void)v;
    LESION->access.assessed = false;
}
SETTER(no_path)
{
    (void)v;
    LESION->access.has_path = false;
}
SETTER(no_path_past_unnamed)
{
    no_path(f, v);
    LESION->access.blocked[ABL_UNCLASSIFIED] = 1;
}
SETTER(path_length)
{
    LESION->access.path.length_mm = v.value;
}
SETTER(path_clearance)
{
    LESION->access.path.clearance_mm = v.value;
}
SETTER(path_transit)
{
    LESION->access.path.liver_transit_mm = v.value;
}
SETTER(path_angle)
{
    LESION->access.path.capsule_angle_deg = v.value;
}
SETTER(path_doubtful)
{
    (void)v;
    LESION->access.obstacles_uncertain = true;
}
SETTER(cnr)
{
    LESION->cnr = v;
}
SETTER(burden)
{
    f->tumour_burden = sample_value(v.value / 100, v.uncertainty / 100);
    f->tumour_burden.measured = v.measured;
}
SETTER(ablated_10mm)
{
    f->ablated_fraction_10mm = sample_value(v.value / 100, v.uncertainty / 100);
    f->ablated_fraction_10mm.measured = v.measured;
}
SETTER(ablated_both)
{
    ablated_10mm(f, v);
    f->ablated_fraction_5mm = f->ablated_fraction_10mm;
}
SETTER(ablated_10mm_only)
{
    ablated_10mm(f, v);
    f->ablated_fraction_5mm = sample_unknown();
}
SETTER(spacing)
{
    f->exam.slice_spacing_mm = v.measured ? v.value : 0;
    f->exam.slice_thickness_mm = f->exam.slice_spacing_mm;
}
SETTER(thickness)
{
    f->exam.slice_thickness_mm = v.value;
}
SETTER(noise)
{
    f->exam.noise_hu = v;
}
SETTER(metal)
{
    f->exam.metal_ml = v;
}
SETTER(phase)
{
    f->exam.phase.phase = (abl_phase)(int)v.value;
}
SETTER(header_disagrees)
{
    (void)v;
    f->exam.phase.disagrees_with_header = true;
}
SETTER(clipped)
{
    (void)v;
    f->exam.intensity_clipped = true;
}
SETTER(tilt)
{
    f->exam.gantry_tilt_deg = v.value;
}
SETTER(from_nifti)
{
    (void)v;
    f->exam.geometry_checked = false;
}
SETTER(no_context)
{
    (void)v;
    f->context = NULL;
}
/* Field and meaning in one number: 10 * field + meaning. */
SETTER(fact)
{
    static abl_context changed;
    changed = context;
    changed.facts[(int)v.value / 10].meaning =
        (abl_context_meaning)((int)v.value % 10);
    f->context = &changed;
}
SETTER(fact_missing)
{
    static abl_context changed;
    changed = context;
    changed.facts[(int)v.value].given = false;
    f->context = &changed;
}

static const struct row {
    int rule;
    setter set;
    double value, uncertainty; /* < 0: not measured */
    int expected;
    size_t lesions; /* 0: one */
} rows[] = {
    {1, nothing, 0, 0, M, 1},
    {1, nothing, 0, 0, M, 5},
    {1, nothing, 0, 0, B, 6},
    {1, nothing, 0, 0, B, 8},
    {1, nothing, 0, 0, B, 10},
    {1, nothing, 0, 0, X, 11},
    {1, nothing, 0, 0, X, 150},
    {1, may_be, 2, 0, M, 4},
    {1, may_be, 3, 0, B, 4},
    {1, may_be, 9, 0, B, 5},
    {1, may_be, 2, 0, X, 11},
    {1, liver_cut, 0, 0, U, 5},
    {1, liver_cut, 0, 0, X, 11},
    {2, in_3d, 26.9, 0, M, 0},
    {2, in_3d, 27, 0, B, 0},
    {2, in_3d, 30, 0, B, 0},
    {2, in_3d, 33, 0, B, 0},
    {2, in_3d, 33.1, 0, X, 0},
    {2, axial, 33.1, 0, X, 0},
    {2, in_3d, 26, 4, B, 0},
    {2, in_3d, 34, 4.1, B, 0},
    {2, in_3d, 0, -1, U, 0},
    {2, axial, 0, -1, U, 0},
    {2, neck, 20, 0, B, 0},
    {2, neck, 33, 0, B, 0},
    {2, neck, 33.1, 0, X, 0},
    {2, neck, 34, 4.1, B, 0},
    {2, neck, 0, -1, X, 0},
    {2, neck_under_a_reading, 20, 0, X, 0},
    {2, neck_of_one_that_fits, 15, 0, M, 0},
    {2, lesion_cut, 0, 0, U, 0},
    {3, spleen, 10.1, 0, M, 0},
    {3, spleen, 10, 0, M, 0},
    {3, spleen, 9.9, 0, B, 0},
    {3, spleen, 5, 0, B, 0},
    {3, spleen, 4.9, 0, X, 0},
    {3, spleen, 11, 1.1, B, 0},
    {3, unnamed, 9, 0, U, 0},
    {3, lesion_cut, 0, 0, U, 0},
    {4, capsule, 10.1, 0, M, 0},
    {4, capsule, 10, 0, B, 0},
    {4, capsule, 0, 0, B, 0},
    {4, capsule_by_stomach, 10.1, 0, M, 0},
    {4, capsule_by_stomach, 10, 0, B, 0},
    {4, capsule_by_stomach, 7, 0, B, 0},
    {4, capsule_by_stomach, 5, 0, B, 0},
    {4, capsule_by_stomach, 4.9, 0, X, 0},
    {4, capsule_by_stomach, 0, 0, X, 0},
    {4, capsule_by_far_stomach, 0, 0, B, 0},
    {4, capsule_by_unnamed, 0, 0, U, 0},
    {4, capsule_by_unseen, 0, 0, U, 0},
    {4, capsule_at_scan_end, 9, 0, U, 0},
    {4, capsule, 0, -1, U, 0},
    {4, lesion_cut, 0, 0, U, 0},
    {4, exophytic, 10, 0, M, 0},
    {4, exophytic, 10.1, 0, B, 0},
    {4, exophytic, 0, -1, U, 0},
    {5, stomach, 10.1, 0, M, 0},
    {5, stomach, 11, 1.1, B, 0},
    {5, stomach, 0, -1, U, 0},
    {5, stomach, 10, 0, B, 0},
    {5, stomach, 5, 0, B, 0},
    {5, stomach, 4.9, 0, X, 0},
    {5, gas, 7, 0, B, 0},
    {5, gas, 4.9, 0, X, 0},
    {5, colon, 10.1, 0, M, 0},
    {5, colon, 10, 0, X, 0},
    {5, colon, 7, 0, X, 0},
    {5, colon, 10.5, 0.6, B, 0},
    {5, unnamed, 9, 0, U, 0},
    {5, lesion_cut, 0, 0, U, 0},
    {6, gallbladder, 10.1, 0, M, 0},
    {6, gallbladder, 10, 0, B, 0},
    {6, gallbladder, 5, 0, B, 0},
    {6, gallbladder, 4.9, 0, X, 0},
    {6, gallbladder, 10.5, 0.6, B, 0},
    {6, kidney, 4.9, 0, X, 0},
    {6, kidney, 7, 0, B, 0},
    {6, gallbladder, 0, -1, U, 0},
    {6, capsule, 8, 0, U, 0}, /* the diaphragm has no outline */
    {6, lesion_cut, 0, 0, U, 0},
    {7, cava, 10.1, 0, M, 0},
    {7, cava, 10, 0, B, 0},
    {7, cava, 5.1, 0, B, 0},
    {7, cava, 5, 0, X, 0},
    {7, cava, 4.9, 0, X, 0},
    {7, branch, 10.1, 0, M, 0},
    {7, branch, 10, 0, B, 0},
    {7, branch, 5.1, 0, B, 0},
    {7, branch, 5, 0, X, 0},
    {7, branch, 0, 0, X, 0},
    {7, thin_branch, 4.9, 0, B, 0},
    {7, no_tree, 0, 0, U, 0},
    {7, cava, 0, -1, U, 0},
    {7, lesion_cut, 0, 0, U, 0},
    {8, hilum, 15.1, 0, M, 0},
    {8, hilum, 15, 0, B, 0},
    {8, hilum, 10.1, 0, B, 0},
    {8, hilum, 10, 0, X, 0},
    {8, hilum, 9.9, 0, X, 0},
    {8, hilum, 0, 0, X, 0},
    {8, hilum, 16, 6.1, B, 0},
    {8, no_hilum, 10, 0, X, 0}, /* the trunk fails it and meets nothing */
    {8, no_hilum, 60, 0, U, 0},
    {8, lesion_cut, 0, 0, U, 0},
    {9, cava, 5.1, 0, M, 0},
    {9, cava, 5, 0, X, 0},
    {9, cava, 4.9, 0, X, 0},
    {9, trunk, 5.1, 0, M, 0},
    {9, trunk, 5, 0, X, 0},
    {9, trunk, 4.9, 0, X, 0},
    {9, trunk, 5.5, 0.6, B, 0},
    {9, trunk, 0, -1, U, 0},
    {9, cava, 5.5, 0.6, B, 0},
    {9, cava, 0, -1, U, 0},
    {9, lesion_cut, 0, 0, U, 0},
    {10, path_length, 149.9, 0, M, 0},
    {10, path_length, 150, 0, M, 0},
    {10, path_length, 150.1, 0, B, 0},
    {10, path_length, 200, 0, B, 0},
    {10, path_length, 200.1, 0, X, 0},
    {10, no_path, 0, 0, X, 0},
    {10, no_path_past_unnamed, 0, 0, U, 0},
    {10, no_plan, 0, 0, U, 0},
    {10, path_doubtful, 0, 0, B, 0},
    {11, path_clearance, 5, 0, M, 0},
    {11, path_clearance, 5.1, 0, M, 0},
    {11, path_clearance, 4.9, 0, X, 0},
    {11, no_path, 0, 0, U, 0},
    {11, no_plan, 0, 0, U, 0},
    {11, path_doubtful, 0, 0, U, 0},
    {12, path_transit, 10.1, 0, M, 0},
    {12, path_transit, 10, 0, M, 0},
    {12, path_transit, 9.9, 0, B, 0},
    {12, path_transit, 5, 0, B, 0},
    {12, path_transit, 4.9, 0, X, 0},
    {12, no_path, 0, 0, U, 0},
    {12, no_plan, 0, 0, U, 0},
    {13, path_angle, 59.9, 0, M, 0},
    {13, path_angle, 60, 0, M, 0},
    {13, path_angle, 60.1, 0, B, 0},
    {13, path_angle, 70, 0, B, 0},
    {13, path_angle, 70.1, 0, X, 0},
    {13, no_path, 0, 0, U, 0},
    {13, no_plan, 0, 0, U, 0},
    {14, cnr, 3, 0, M, 0},
    {14, cnr, 2.9, 0, B, 0},
    {14, cnr, 2, 0, B, 0},
    {14, cnr, 1.9, 0, X, 0},
    {14, cnr, 3.5, 0.6, B, 0},
    {14, axial, 9.9, 0, B, 0},
    {14, axial, 10, 0, M, 0},
    {14, cnr, 0, -1, U, 0},
    {14, axial, 0, -1, U, 0},
    {15, burden, 24.9, 0, M, 0},
    {15, burden, 25, 0, M, 0},
    {15, burden, 25.1, 0, B, 0},
    {15, burden, 50, 0, B, 0},
    {15, burden, 50.1, 0, X, 0},
    {15, burden, 0, -1, U, 0},
    {15, liver_cut, 0, 0, U, 0},
    {16, ablated_both, 14.9, 0, M, 0},
    {16, ablated_both, 15, 0, B, 0},
    {16, ablated_both, 17, 0, B, 0},
    {16, ablated_both, 20, 0, B, 0},
    {16, ablated_both, 20.1, 0, X, 0},
    {16, ablated_10mm, 20.1, 0, B, 0}, /* fits with 5 mm */
    {16, ablated_10mm_only, 20.1, 0, X, 0},
    {16, ablated_10mm, 0, -1, U, 0},
    {16, liver_cut, 0, 0, U, 0},
    {17, spacing, 3, 0, M, 0},
    {17, spacing, 3.1, 0, B, 0},
    {17, spacing, 5, 0, B, 0},
    {17, spacing, 5.1, 0, X, 0},
    {17, spacing, 0, -1, U, 0},
    {17, thickness, 3, 0, M, 0},
    {17, thickness, 3.1, 0, B, 0},
    {17, thickness, 5.1, 0, X, 0},
    {17, thickness, 1.1, 0, B, 0}, /* gaps: 1.5 mm apart */
    {17, thickness, 1.2, 0, M, 0},
    {17, noise, 20, 0, M, 0},
    {17, noise, 20.1, 0, B, 0},
    {17, noise, 30, 0, B, 0},
    {17, noise, 30.1, 0, X, 0},
    {17, noise, 19, 1.1, B, 0},
    {17, noise, 0, -1, U, 0},
    {17, metal, 0.5, 0, M, 0},
    {17, metal, 0.51, 0, B, 0},
    {17, metal, 900, 0, B, 0},
    {17, metal, 0, -1, U, 0},
    {17, phase, ABL_PHASE_PORTAL_VENOUS, 0, M, 0},
    {17, phase, ABL_PHASE_ARTERIAL, 0, B, 0},
    {17, phase, ABL_PHASE_DELAYED, 0, B, 0},
    {17, phase, ABL_PHASE_UNENHANCED, 0, X, 0},
    {17, phase, ABL_PHASE_UNKNOWN, 0, U, 0},
    {17, header_disagrees, 0, 0, B, 0},
    {17, liver_cut, 0, 0, X, 0},
    {17, clipped, 0, 0, B, 0},
    {17, tilt, 12, 0, B, 0},
    {17, from_nifti, 0, 0, M, 0}, /* listed, not counted */
    {18, nothing, 0, 0, M, 0},
    {18, fact, 1, 0, B, 0},
    {18, fact, 2, 0, X, 0},
    {18, fact, 11, 0, B, 0},
    {18, fact, 12, 0, X, 0},
    {18, fact, 21, 0, B, 0},
    {18, fact, 31, 0, B, 0},
    {18, fact, 32, 0, X, 0},
    {18, fact, 41, 0, B, 0},
    {18, fact_missing, 0, 0, U, 0},
    {18, fact_missing, 1, 0, U, 0},
    {18, fact_missing, 2, 0, U, 0},
    {18, fact_missing, 3, 0, U, 0},
    {18, fact_missing, 4, 0, U, 0},
    {18, no_context, 0, 0, U, 0},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* Takes one piece of knowledge away. */
static const struct loss {
    const char *name;
    setter set;
} losses[] = {
    {"axial diameter", axial},
    {"3-D diameter", in_3d},
    {"spleen", spleen},
    {"stomach", stomach},
    {"gas", gas},
    {"kidney", kidney},
    {"gallbladder", gallbladder},
    {"vena cava", cava},
    {"hilum", hilum},
    {"portal trunk", trunk},
    {"portal tree", no_tree},
    {"capsule", capsule},
    {"what lies beyond the capsule", capsule_by_unseen},
    {"exophytic share", exophytic},
    {"access", no_plan},
    {"path", no_path},
    {"contrast to noise", cnr},
    {"burden", burden},
    {"ablated share", ablated_10mm},
    {"slices", spacing},
    {"noise", noise},
    {"metal", metal},
    {"phase", phase},
    {"whole liver", liver_cut},
    {"whole lesion", lesion_cut},
    {"context", no_context},
};
#define LOSS_COUNT (sizeof losses / sizeof losses[0])

static abl_result judge(const abl_findings *findings, int rule)
{
    abl_error err = {ABL_OK, ""};
    abl_assessment *assessment = NULL;
    char id[8];
    snprintf(id, sizeof id, "R%d", rule);
    ABL_CHECK_OK(abl_assess(&assessment, findings, &net, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(assessment);
    const abl_rule_result *found = sample_result(&assessment->patient, id);
    if (!found)
        found = sample_result(&assessment->lesions[0], id);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    const abl_result result = found->result;
    abl_assessment_destroy(assessment);
    return result;
}

static abl_findings *findings_of(const struct row *row)
{
    abl_findings *f = sample_findings(row->lesions ? row->lesions : 1);
    const abl_value v = row->uncertainty < 0
                            ? sample_unknown()
                            : sample_value(row->value, row->uncertainty);
    f->context = &context;
    row->set(f, v);
    return f;
}

static void check_row(const struct row *row)
{
    abl_findings *f = findings_of(row);
    const abl_result result = judge(f, row->rule);
    if (result != (abl_result)row->expected)
        fprintf(stderr, "R%d, row %td at %g +- %g: %s, expected %s\n",
                row->rule, row - rows, row->value, row->uncertainty,
                abl_result_name(result),
                abl_result_name((abl_result)row->expected));
    CU_ASSERT_EQUAL(result, (abl_result)row->expected);
    abl_findings_destroy(f);
}

static void every_rule_has_every_state(void)
{
    load_net();
    for (size_t n = 0; n < ROW_COUNT; n++)
        check_row(&rows[n]);
}

static void no_rule_and_no_state_is_left_out(void)
{
    for (int rule = 1; rule <= ABL_RULE_COUNT; rule++) {
        unsigned states = 0;
        for (size_t n = 0; n < ROW_COUNT; n++)
            if (rows[n].rule == rule)
                states |= 1u << rows[n].expected;
        /* a corridor has no band; a vessel in it: test_rules.c */
        CU_ASSERT_EQUAL(states, rule == 11 ? 15u & ~(1u << B) : 15u);
    }
}

static double value_of(const struct row *row)
{
    return row->rule == 1 ? (double)row->lesions : row->value;
}

/* Rows of exact values in [low, high], ends left out when @p open. */
static size_t count_rows(int rule, double low, double high, bool open)
{
    size_t count = 0;
    for (size_t n = 0; n < ROW_COUNT; n++) {
        const double v = value_of(&rows[n]);
        count += rows[n].rule == rule && rows[n].uncertainty == 0 &&
                 rows[n].expected != U &&
                 (open ? v > low && v < high : v >= low && v <= high);
    }
    return count;
}

/* Below, at and above every limit and both ends of every band, and in it. */
static void every_limit_and_band_is_met_from_both_sides(void)
{
    load_net();
    for (int rule = 1; rule < ABL_RULE_COUNT; rule++) { /* R18 has no number */
        const abl_rule *r = &net.rules[rule - 1];
        const double edges[3] = {r->limit, r->has_band ? r->band_low : r->limit,
                                 r->has_band ? r->band_high : r->limit};
        for (int n = 0; n < 3; n++) {
            const size_t at = count_rows(rule, edges[n], edges[n], false);
            const size_t below = count_rows(rule, -1, edges[n], true);
            const size_t above = count_rows(rule, edges[n], 1e9, true);
            if (!at || !below || !above)
                fprintf(stderr, "R%d: no row below, at or above %g\n", rule,
                        edges[n]);
            CU_ASSERT(at && below && above);
        }
        CU_ASSERT(!r->has_band ||
                  count_rows(rule, r->band_low, r->band_high, true) > 0);
    }
}

static void lose(abl_findings *f, const struct loss *loss)
{
    loss->set(f, sample_unknown());
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++)
        if (!f->lesions[0].to[id].nearest.mm.measured)
            f->structures[id].found = ABL_NOT_LOOKED_FOR;
}

/* Whatever a rule said before, knowing less never makes it met. */
static void losing_knowledge_never_makes_a_rule_met(void)
{
    load_net();
    for (size_t n = 0; n < ROW_COUNT; n++)
        for (size_t m = 0; m < LOSS_COUNT; m++) {
            if (rows[n].expected == M || rows[n].lesions > 20)
                continue;
            abl_findings *f = findings_of(&rows[n]);
            lose(f, &losses[m]);
            const abl_result result = judge(f, rows[n].rule);
            if (result == ABL_MET)
                fprintf(stderr, "R%d, row %zu without %s is met\n",
                        rows[n].rule, n, losses[m].name);
            CU_ASSERT_NOT_EQUAL(result, ABL_MET);
            abl_findings_destroy(f);
        }
}

/* Which losses each rule must notice, as it needs them. */
static void every_input_of_a_rule_is_needed(void)
{
    static const struct {
        int rule;
        setter lost;
    } needed[] = {
        {2, axial},      {2, in_3d},       {3, gallbladder},   {3, cava},
        {4, capsule},    {6, gallbladder}, {7, cava},          {9, cava},
        {10, no_plan},   {11, no_plan},    {11, no_path},      {12, no_plan},
        {12, no_path},   {13, no_plan},    {13, no_path},      {14, cnr},
        {14, axial},     {15, burden},     {16, ablated_10mm}, {17, spacing},
        {17, noise},     {17, metal},      {17, phase},        {18, no_context},
        {1, liver_cut},  {15, liver_cut},  {16, liver_cut},    {17, liver_cut},
        {2, lesion_cut}, {3, lesion_cut},  {4, lesion_cut},    {5, lesion_cut},
        {6, lesion_cut}, {7, lesion_cut},  {8, lesion_cut},    {9, lesion_cut},
    };
    load_net();
    for (size_t n = 0; n < sizeof needed / sizeof needed[0]; n++) {
        const struct row row = {needed[n].rule, needed[n].lost, 0, -1, U, 1};
        abl_findings *f = findings_of(&row);
        CU_ASSERT_NOT_EQUAL(judge(f, row.rule), ABL_MET);
        abl_findings_destroy(f);
    }
}

static void nothing_measured_meets_nothing(void)
{
    load_net();
    abl_findings *f = sample_findings(1);
    abl_lesion_findings *lesions = f->lesions;
    memset(f, 0, sizeof *f);
    memset(lesions, 0, sizeof *lesions);
    f->lesions = lesions;
    f->lesion_count = 1;
    for (int rule = 1; rule <= ABL_RULE_COUNT; rule++)
        CU_ASSERT_NOT_EQUAL(judge(f, rule), ABL_MET);
    abl_findings_destroy(f);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(every_rule_has_every_state),
    ABL_TEST(no_rule_and_no_state_is_left_out),
    ABL_TEST(every_limit_and_band_is_met_from_both_sides),
    ABL_TEST(losing_knowledge_never_makes_a_rule_met),
    ABL_TEST(every_input_of_a_rule_is_needed),
    ABL_TEST(nothing_measured_meets_nothing),
    CU_TEST_INFO_NULL,
};
