/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/phase.h"

#include "tests/unit/check.h"

const char *const abl_test_suite = "segmentation.phase";

/* Levels in HU; 0 is not found. */
typedef struct levels {
    double aorta, portal, kidney, spleen, liver;
} levels;

static void set(abl_structures *s, abl_structure_id id, double hu)
{
    s->items[id].found = hu != 0 ? ABL_FOUND : ABL_NOT_FOUND;
    s->items[id].mean_hu = hu;
}

static abl_structures make(levels l)
{
    abl_structures s = {.noise_hu = -1};
    set(&s, ABL_AORTA, l.aorta);
    set(&s, ABL_PORTAL_AND_SPLENIC_VEIN, l.portal);
    set(&s, ABL_RIGHT_KIDNEY, l.kidney);
    set(&s, ABL_LEFT_KIDNEY, l.kidney);
    set(&s, ABL_SPLEEN, l.spleen);
    set(&s, ABL_LIVER, l.liver);
    return s;
}

static void typical_levels_tell_their_phase(void)
{
    static const struct {
        levels of;
        abl_phase phase;
    } rows[] = {
        {{42, 38, 32, 48, 58}, ABL_PHASE_UNENHANCED},
        {{30, 32, 28, 44, 30}, ABL_PHASE_UNENHANCED}, /* anaemia, fat liver */
        {{0, 0, 30, 48, 58}, ABL_PHASE_UNENHANCED},
        {{290, 60, 120, 120, 60}, ABL_PHASE_ARTERIAL},
        {{310, 140, 170, 140, 75}, ABL_PHASE_ARTERIAL}, /* portal inflow */
        {{320, 0, 150, 130, 65}, ABL_PHASE_ARTERIAL},
        {{150, 175, 190, 125, 108}, ABL_PHASE_PORTAL_VENOUS},
        {{180, 190, 200, 130, 145}, ABL_PHASE_PORTAL_VENOUS},
        {{140, 150, 190, 110, 60}, ABL_PHASE_PORTAL_VENOUS}, /* fat liver */
        {{95, 96, 150, 88, 86}, ABL_PHASE_DELAYED},
        {{85, 85, 140, 80, 82}, ABL_PHASE_DELAYED},
        {{94, 117, 119, 76, 93}, ABL_PHASE_PORTAL_VENOUS}, /* low dose */
        {{78, 0, 0, 55, 60}, ABL_PHASE_UNKNOWN},   /* blood, or some contrast */
        {{190, 135, 0, 0, 90}, ABL_PHASE_UNKNOWN}, /* between two phases */
    };
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        abl_structures s = make(rows[n].of);
        abl_phase_find(&s, NULL);
        if (s.phase.phase != rows[n].phase)
            fprintf(stderr, "row %zu: %s, %.2f\n", n,
                    abl_phase_name(s.phase.phase), s.phase.confidence);
        CU_ASSERT_EQUAL(s.phase.phase, rows[n].phase);
        CU_ASSERT(s.phase.confidence >= 0 && s.phase.confidence <= 1);
        CU_ASSERT(s.phase.reason[0] != '\0');
    }
}

static void missing_organs_make_it_unknown(void)
{
    static const levels rows[] = {{0, 0, 0, 0, 100},
                                  {0, 150, 0, 110, 100},
                                  {0, 0, 180, 110, 100},
                                  {160, 170, 180, 120, 0}};
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++) {
        abl_structures s = make(rows[n]);
        abl_phase_find(&s, NULL);
        CU_ASSERT_EQUAL(s.phase.phase, ABL_PHASE_UNKNOWN);
        CU_ASSERT(s.phase.confidence < 0.6);
    }
}

static void header_that_says_otherwise_is_warned_of(void)
{
    abl_series_info info = {.phase_hint = ABL_PHASE_ARTERIAL};
    snprintf(info.phase_hint_source, sizeof info.phase_hint_source,
             "SeriesDescription \"ART\"");
    abl_structures s = make((levels){150, 175, 190, 125, 108});
    abl_phase_find(&s, &info);
    CU_ASSERT_TRUE(s.phase.disagrees_with_header);
    CU_ASSERT_EQUAL_FATAL(s.warning_count, 1);
    CU_ASSERT_STRING_EQUAL(s.warnings[0].code, "phase-disagrees");
    CU_ASSERT_PTR_NOT_NULL(strstr(s.warnings[0].text, "arterial"));
}

static void header_that_agrees_or_is_silent_is_not(void)
{
    static const abl_phase hints[] = {ABL_PHASE_PORTAL_VENOUS,
                                      ABL_PHASE_UNKNOWN};
    for (size_t n = 0; n < 2; n++) {
        abl_series_info info = {.phase_hint = hints[n]};
        abl_structures s = make((levels){150, 175, 190, 125, 108});
        abl_phase_find(&s, &info);
        CU_ASSERT_FALSE(s.phase.disagrees_with_header);
        CU_ASSERT_EQUAL(s.warning_count, 0);
    }
    abl_series_info info = {.phase_hint = ABL_PHASE_ARTERIAL};
    abl_structures s = make((levels){0, 0, 0, 0, 100});
    abl_phase_find(&s, &info);
    CU_ASSERT_FALSE(s.phase.disagrees_with_header);
}

static void levels_are_kept_for_the_report(void)
{
    abl_structures s = make((levels){150, 175, 190, 125, 108});
    set(&s, ABL_LEFT_KIDNEY, 0);
    abl_phase_find(&s, NULL);
    ABL_CHECK_NEAR(s.phase.kidney_hu, 190, 0);
    ABL_CHECK_NEAR(s.phase.aorta_hu, 150, 0);
    ABL_CHECK_NEAR(s.phase.ivc_hu, 0, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(s.phase.reason, "portal vein 175"));
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(typical_levels_tell_their_phase),
    ABL_TEST(missing_organs_make_it_unknown),
    ABL_TEST(header_that_says_otherwise_is_warned_of),
    ABL_TEST(header_that_agrees_or_is_silent_is_not),
    ABL_TEST(levels_are_kept_for_the_report),
    CU_TEST_INFO_NULL,
};
