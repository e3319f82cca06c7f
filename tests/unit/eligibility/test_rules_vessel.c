/* What vessels and the hilum do to R7, R8, R9 and R11.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/eligibility/spoiled.h"

const char *const abl_test_suite = "eligibility.rules_vessel";

static void forget_liver_vessels(abl_findings *f)
{
    f->has_liver_vessels = false;
}

static void vessels_not_looked_for_are_not_clear(void)
{
    CU_ASSERT_EQUAL(spoiled("R7", forget_liver_vessels, "not looked for"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R11", forget_liver_vessels, "not looked for"),
                    ABL_NOT_ASSESSABLE);
}

/* ---- Vessels inside the liver ---- */

static void put_vessel(abl_findings *f, double mm, double calibre_mm)
{
    f->lesions[0].vessels.nearest = sample_vessel(
        ABL_TREE_PORTAL, ABL_PART_RIGHT_PORTAL_BRANCH, mm, calibre_mm);
    f->lesions[0].vessels.doubtful = f->lesions[0].vessels.nearest;
}
static void put_branch_near(abl_findings *f)
{
    put_vessel(f, 4.2, 4.1);
}
static void put_branch_in_band(abl_findings *f)
{
    put_vessel(f, 7, 4.1);
}
static void lose_liver_vessel(abl_findings *f)
{
    f->lesions[0].vessels.nearest.to.nearest.mm = sample_unknown();
    f->lesions[0].vessels.doubtful.to.nearest.mm = sample_unknown();
}
static void put_thin_near(abl_findings *f)
{
    f->lesions[0].vessels.doubtful =
        sample_vessel(ABL_TREE_UNNAMED, ABL_PART_NONE, 3, 2.7);
}
static void lose_hepatic_tree(abl_findings *f)
{
    f->trees[ABL_TREE_HEPATIC].is_assessable = false;
    snprintf(f->trees[ABL_TREE_HEPATIC].why_not,
             sizeof f->trees[ABL_TREE_HEPATIC].why_not, "arterial phase");
}
static void lose_hepatic_tree_near_branch(abl_findings *f)
{
    lose_hepatic_tree(f);
    put_branch_near(f);
}
static void see_only_thick(abl_findings *f)
{
    f->vessel_least_mm = 5.1;
}
static void see_only_thick_near_branch(abl_findings *f)
{
    see_only_thick(f);
    put_branch_near(f);
}
static void measure_other_calibre(abl_findings *f)
{
    f->vessel_calibre_mm = 5;
}
static void see_less_liver(abl_findings *f)
{
    f->lesions[0].vessels.seen_within_mm = 9;
}
static void put_cava_nearer(abl_findings *f)
{
    put_branch_in_band(f);
    sample_distance(&f->lesions[0], ABL_INFERIOR_VENA_CAVA, 5);
}

static void vessel_seen_near_is_a_fact(void)
{
    CU_ASSERT_EQUAL(spoiled("R7", put_branch_near,
                            "4.2 ± 0.0 mm to the right portal branch (calibre "
                            "4.1 ± 0.5 mm)"),
                    ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R7", put_branch_in_band, "right portal branch"),
                    ABL_BORDERLINE);
    CU_ASSERT_EQUAL(spoiled("R7", lose_hepatic_tree_near_branch, NULL),
                    ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R7", see_only_thick_near_branch, NULL),
                    ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R7", put_cava_nearer, "vena cava"), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R7", lose_liver_vessel, NULL), ABL_MET);
}

static void vessel_not_seen_is_no_fact(void)
{
    CU_ASSERT_EQUAL(spoiled("R7", lose_hepatic_tree, "arterial phase"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R11", lose_hepatic_tree, "arterial phase"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R7", see_only_thick, "thinner than 5.1 mm"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R11", see_only_thick, "thinner than 5.1 mm"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R7", measure_other_calibre, "another calibre"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R7", see_less_liver, "end of the scan"),
                    ABL_NOT_ASSESSABLE);
}

static void vessel_that_may_be_thick_enough_is_borderline(void)
{
    CU_ASSERT_EQUAL(
        spoiled("R7", put_thin_near, "a vessel of unknown tree at 3.0 mm"),
        ABL_BORDERLINE);
}

/* ---- Hilum and trunk ---- */

static void lose_hilum(abl_findings *f)
{
    f->has_hilum = false;
    f->lesions[0].to[ABL_HILUM].nearest.mm = sample_unknown();
    snprintf(f->hilum_why_not, sizeof f->hilum_why_not, "slices too thick");
}
static void lose_hilum_near_trunk(abl_findings *f)
{
    lose_hilum(f);
    f->lesions[0].portal_trunk.nearest.mm = sample_value(8, 0);
}
static void lose_hilum_in_band(abl_findings *f)
{
    lose_hilum(f);
    f->lesions[0].portal_trunk.nearest.mm = sample_value(12, 0);
}
static void lose_hilum_and_aorta(abl_findings *f)
{
    lose_hilum_near_trunk(f);
    f->is_trunk_cut = false;
}
static void lose_hilum_near_splenic(abl_findings *f)
{
    lose_hilum(f);
    sample_distance(&f->lesions[0], ABL_PORTAL_AND_SPLENIC_VEIN, 2);
}
static void put_near_trunk_not_hilum(abl_findings *f)
{
    f->lesions[0].portal_trunk.nearest.mm = sample_value(8, 0);
}
static void cut_the_hilum(abl_findings *f)
{
    f->lesions[0].to[ABL_HILUM].is_upper_bound = true;
    f->lesions[0].to[ABL_HILUM].at_least_mm = 12;
}

static void hilum_that_was_not_located_is_never_far(void)
{
    CU_ASSERT_EQUAL(spoiled("R8", lose_hilum, "slices too thick"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R8", lose_hilum_near_trunk, "portal trunk"),
                    ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R8", lose_hilum_in_band, "not located"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R8", lose_hilum_and_aorta, "not located"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R8", cut_the_hilum, "beyond the scan"),
                    ABL_NOT_ASSESSABLE);
}

static void splenic_vein_is_not_the_hilum(void)
{
    CU_ASSERT_EQUAL(spoiled("R8", lose_hilum_near_splenic, "not located"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R9", lose_hilum_near_splenic, NULL), ABL_MET);
    CU_ASSERT_EQUAL(spoiled("R8", put_near_trunk_not_hilum, "bile ducts"),
                    ABL_MET);
}

static void lose_aorta_near_trunk(abl_findings *f)
{
    f->is_trunk_cut = false;
    f->lesions[0].portal_trunk.nearest.mm = sample_value(3, 0);
}
static void lose_aorta_near_both(abl_findings *f)
{
    lose_aorta_near_trunk(f);
    sample_distance(&f->lesions[0], ABL_INFERIOR_VENA_CAVA, 4);
}
static void cut_the_far_trunk(abl_findings *f)
{
    f->lesions[0].portal_trunk.is_upper_bound = true;
    f->lesions[0].portal_trunk.at_least_mm = 4;
}

static void trunk_excludes_only_when_it_is_the_trunk(void)
{
    CU_ASSERT_EQUAL(spoiled("R9", lose_aorta_near_trunk, "splenic vein"),
                    ABL_NOT_ASSESSABLE);
    CU_ASSERT_EQUAL(spoiled("R9", lose_aorta_near_both, NULL), ABL_NOT_MET);
    CU_ASSERT_EQUAL(spoiled("R9", cut_the_far_trunk, "portal trunk"),
                    ABL_NOT_ASSESSABLE);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(vessels_not_looked_for_are_not_clear),
    ABL_TEST(vessel_seen_near_is_a_fact),
    ABL_TEST(vessel_not_seen_is_no_fact),
    ABL_TEST(vessel_that_may_be_thick_enough_is_borderline),
    ABL_TEST(hilum_that_was_not_located_is_never_far),
    ABL_TEST(splenic_vein_is_not_the_hilum),
    ABL_TEST(trunk_excludes_only_when_it_is_the_trunk),
    CU_TEST_INFO_NULL,
};
