/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series_phase.h"
#include "tests/unit/check.h"

typedef struct sample {
    const char *text;
    abl_phase phase;
} sample;

static void check_samples(const sample *samples, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        const abl_phase found = abl_phase_from_text(NULL, samples[n].text);
        if (found != samples[n].phase)
            fprintf(stderr, "\"%s\" gave %s, expected %s\n", samples[n].text,
                    abl_phase_name(found), abl_phase_name(samples[n].phase));
        CU_ASSERT_EQUAL(found, samples[n].phase);
    }
}

#define CHECK_SAMPLES(list) \
    check_samples((list), sizeof(list) / sizeof((list)[0]))

static void words_of_a_phase_are_found(void)
{
    static const sample samples[] = {
        {"ABD PORTAL VENOUS 3.0 B30f", ABL_PHASE_PORTAL_VENOUS},
        {"Liver PV 2.5mm", ABL_PHASE_PORTAL_VENOUS},
        {"PORT VEN", ABL_PHASE_PORTAL_VENOUS},
        {"portalvenoes 5mm", ABL_PHASE_PORTAL_VENOUS},
        {"Portalvenös", ABL_PHASE_PORTAL_VENOUS},
        {"temps veineux", ABL_PHASE_PORTAL_VENOUS},
        {"FASE PORTAL", ABL_PHASE_PORTAL_VENOUS},
        {"70s venous", ABL_PHASE_PORTAL_VENOUS},
        {"Late portal", ABL_PHASE_PORTAL_VENOUS},
        {"ARTERIAL", ABL_PHASE_ARTERIAL},
        {"Art30s 1.0", ABL_PHASE_ARTERIAL},
        {"LATE ARTERIAL LIVER", ABL_PHASE_ARTERIAL},
        {"Spätarteriell", ABL_PHASE_ARTERIAL},
        {"temps artériel", ABL_PHASE_ARTERIAL},
        {"fase arteriosa", ABL_PHASE_ARTERIAL},
        {"LIVER 3 PHASE AP", ABL_PHASE_ARTERIAL},
        {"LIVER 3 PHASE (AP)", ABL_PHASE_ARTERIAL},
        {"DELAYED 5 MIN", ABL_PHASE_DELAYED},
        {"late phase", ABL_PHASE_DELAYED},
        {"Spätphase", ABL_PHASE_DELAYED},
        {"temps tardif", ABL_PHASE_DELAYED},
        {"EQUILIBRIUM", ABL_PHASE_DELAYED},
        {"PRE LIVER", ABL_PHASE_UNENHANCED},
        {"ABD W/O", ABL_PHASE_UNENHANCED},
        {"Abdomen nativ 5.0", ABL_PHASE_UNENHANCED},
        {"non-contrast", ABL_PHASE_UNENHANCED},
        {"Unenhanced liver", ABL_PHASE_UNENHANCED},
        {"Abdomen ohne KM", ABL_PHASE_UNENHANCED},
        {"sans injection", ABL_PHASE_UNENHANCED},
        {"ADDOME C-", ABL_PHASE_UNENHANCED},
        {"門脈相", ABL_PHASE_PORTAL_VENOUS},
        {"动脉期", ABL_PHASE_ARTERIAL},
        {"артериальная фаза", ABL_PHASE_ARTERIAL},
    };
    CHECK_SAMPLES(samples);
}

static void other_words_are_no_phase(void)
{
    static const sample samples[] = {
        {"", ABL_PHASE_UNKNOWN},
        {"CT CH/AB/PEL", ABL_PHASE_UNKNOWN},
        {"CT Body 3.0", ABL_PHASE_UNKNOWN},
        {"CHEST AP", ABL_PHASE_UNKNOWN},
        {"AP", ABL_PHASE_UNKNOWN},
        {"LIVER AP SCOUT", ABL_PHASE_UNKNOWN},
        {"ABD/PELVIS A/P", ABL_PHASE_UNKNOWN},
        {"START PARTIAL SMART", ABL_PHASE_UNKNOWN},
        {"PRE ABLATION PLANNING", ABL_PHASE_UNKNOWN},
        {"PRE OP LIVER", ABL_PHASE_UNKNOWN},
        {"C-SPINE", ABL_PHASE_UNKNOWN},
        {"PRESSURE INJECTOR", ABL_PHASE_UNKNOWN},
        {"LIVER 3 PHASE", ABL_PHASE_UNKNOWN},
        {"CONTRAST", ABL_PHASE_UNKNOWN},
        {"T2SPIR", ABL_PHASE_UNKNOWN},
        {"LATERAL", ABL_PHASE_UNKNOWN},
    };
    CHECK_SAMPLES(samples);
}

static void two_phases_in_one_text_are_unknown(void)
{
    static const char *const texts[] = {
        "ART/PV",          "ABD W/O & PV",      "arterial and venous",
        "NATIVE ART VEN",  "PRE LIVER, PORTAL", "delayed portal venous",
        "LIVER AP VENOUS",
    };
    for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++) {
        bool is_conflict = false;
        CU_ASSERT_EQUAL(abl_phase_from_text(&is_conflict, texts[n]),
                        ABL_PHASE_UNKNOWN);
        CU_ASSERT_TRUE(is_conflict);
    }
}

static void with_and_without_contrast_is_unknown(void)
{
    static const sample samples[] = {
        {"ABD W/O & W CONTRAST", ABL_PHASE_UNKNOWN},
        {"ABDOMEN W WO", ABL_PHASE_UNKNOWN},
        {"CT LIVER WITHOUT AND WITH CONTRAST", ABL_PHASE_UNKNOWN},
        {"PRE AND POST CONTRAST", ABL_PHASE_UNKNOWN},
    };
    CHECK_SAMPLES(samples);
}

static void long_and_odd_text_is_harmless(void)
{
    char text[4096];
    for (size_t n = 0; n + 1 < sizeof text; n++)
        text[n] = (char)(n % 3 ? 0xc3 : 'A' + n % 26);
    text[sizeof text - 1] = '\0';
    CU_ASSERT_EQUAL(abl_phase_from_text(NULL, text), ABL_PHASE_UNKNOWN);
    memset(text, 'A', sizeof text - 1);
    CU_ASSERT_EQUAL(abl_phase_from_text(NULL, text), ABL_PHASE_UNKNOWN);
    CU_ASSERT_EQUAL(abl_phase_from_text(NULL, "\xc3"), ABL_PHASE_UNKNOWN);
}

const char *const abl_test_suite = "imaging/series_phase";
CU_TestInfo abl_tests[] = {
    ABL_TEST(words_of_a_phase_are_found),
    ABL_TEST(other_words_are_no_phase),
    ABL_TEST(two_phases_in_one_text_are_unknown),
    ABL_TEST(with_and_without_contrast_is_unknown),
    ABL_TEST(long_and_odd_text_is_harmless),
    CU_TEST_INFO_NULL,
};
