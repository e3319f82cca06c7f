/* Names of label values: known, unknown, and files that are wrong.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/label_names.h"

#include "tests/unit/check.h"

const char *const abl_test_suite = "segmentation.label_names";

static abl_label_names names;

static abl_status parse(const char *text, abl_error *err)
{
    return abl_label_names_parse(&names, text, strlen(text), "n.json", err);
}

static abl_structure_id id_of(const char *name)
{
    const abl_label_meaning meaning = abl_label_meaning_of(name);
    return meaning.kind == ABL_LABEL_STRUCTURE ? meaning.id : ABL_BACKGROUND;
}

static void names_of_both_kinds_are_known(void)
{
    CU_ASSERT_EQUAL(id_of("kidney_right"), ABL_RIGHT_KIDNEY);
    CU_ASSERT_EQUAL(id_of("left_kidney"), ABL_LEFT_KIDNEY);
    CU_ASSERT_EQUAL(id_of("portal_vein_and_splenic_vein"),
                    ABL_PORTAL_AND_SPLENIC_VEIN);
    CU_ASSERT_EQUAL(id_of("lung_middle_lobe_right"), ABL_LUNG);
    CU_ASSERT_EQUAL(id_of("rib_left_7"), ABL_BONE);
    CU_ASSERT_EQUAL(id_of("vertebrae_T12"), ABL_BONE);
    CU_ASSERT_EQUAL(id_of("liver_segment_4"), ABL_LIVER);
    CU_ASSERT_EQUAL(id_of("small_bowel"), ABL_SMALL_BOWEL);
    CU_ASSERT_EQUAL(abl_label_meaning_of("lesion_07").kind, ABL_LABEL_LESION);
    CU_ASSERT_EQUAL(abl_label_meaning_of("liver_tumor").kind, ABL_LABEL_TUMOUR);
    CU_ASSERT_EQUAL(abl_label_meaning_of("femur_left").kind, ABL_LABEL_IGNORED);
}

static void what_nobody_knows_has_no_meaning(void)
{
    static const char *const unknown[] = {
        "",     "livr",    "Liver",        "liver ", "lesion_",
        "skin", "lesionx", "unclassified", "rib",    "lesion_1a"};
    for (size_t n = 0; n < sizeof unknown / sizeof *unknown; n++)
        CU_ASSERT_EQUAL(abl_label_meaning_of(unknown[n]).kind,
                        ABL_LABEL_UNNAMED);
}

static void our_own_numbering_is_that_of_the_label_map(void)
{
    abl_error err;
    ABL_CHECK_OK(abl_label_names_load(&names, NULL, &err), &err);
    CU_ASSERT_EQUAL(names.of[ABL_COLON].id, ABL_COLON);
    CU_ASSERT_EQUAL(names.of[ABL_LIVER].id, ABL_LIVER);
    CU_ASSERT_EQUAL(names.of[ABL_SKIN].kind, ABL_LABEL_IGNORED);
    CU_ASSERT_EQUAL(names.of[101].kind, ABL_LABEL_LESION);
    CU_ASSERT_EQUAL(names.of[250].kind, ABL_LABEL_LESION);
    CU_ASSERT_EQUAL(names.of[251].kind, ABL_LABEL_UNNAMED);
    CU_ASSERT_EQUAL(names.of[40].kind, ABL_LABEL_UNNAMED);
    CU_ASSERT_EQUAL(names.of[ABL_IN_LIVER_LABEL + ABL_LIVER].kind,
                    ABL_LABEL_UNNAMED);
    CU_ASSERT_EQUAL(names.of[60].id, ABL_PORTAL_AND_SPLENIC_VEIN);
    CU_ASSERT_TRUE(names.of[60].in_liver && !names.of[10].in_liver);
}

static void totalsegmentator_is_numbered_as_in_its_version_2(void)
{
    static const struct {
        int value;
        abl_structure_id id;
    } rows[] = {{1, ABL_SPLEEN},
                {2, ABL_RIGHT_KIDNEY},
                {5, ABL_LIVER},
                {7, ABL_PANCREAS},
                {14, ABL_LUNG},
                {15, ABL_ESOPHAGUS},
                {18, ABL_SMALL_BOWEL},
                {19, ABL_DUODENUM},
                {20, ABL_COLON},
                {26, ABL_BONE},
                {50, ABL_BONE},
                {51, ABL_HEART},
                {52, ABL_AORTA},
                {63, ABL_INFERIOR_VENA_CAVA},
                {64, ABL_PORTAL_AND_SPLENIC_VEIN},
                {92, ABL_BONE},
                {115, ABL_BONE},
                {116, ABL_BONE},
                {117, ABL_BONE}};
    abl_error err;
    ABL_CHECK_OK(abl_label_names_load(&names, "totalsegmentator", &err), &err);
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
        CU_ASSERT_EQUAL(names.of[rows[n].value].id, rows[n].id);
    CU_ASSERT_EQUAL(names.of[16].kind, ABL_LABEL_IGNORED);
    CU_ASSERT_EQUAL(names.of[91].kind, ABL_LABEL_IGNORED);
    for (int value = 1; value <= 117; value++)
        CU_ASSERT_NOT_EQUAL(names.of[value].kind, ABL_LABEL_UNNAMED);
    CU_ASSERT_EQUAL(names.of[118].kind, ABL_LABEL_UNNAMED);
}

static void both_forms_of_a_file_are_read(void)
{
    abl_error err;
    ABL_CHECK_OK(parse("{\"1\": \"liver\", \"7\": \"ignore\"}", &err), &err);
    CU_ASSERT_EQUAL(names.of[1].id, ABL_LIVER);
    CU_ASSERT_EQUAL(names.of[7].kind, ABL_LABEL_IGNORED);
    CU_ASSERT_EQUAL(strlen(names.sha256), 64);
    ABL_CHECK_OK(parse("{\"labels\": [{\"value\": 101, \"name\": "
                       "\"lesion_01\"}]}",
                       &err),
                 &err);
    CU_ASSERT_EQUAL(names.of[101].kind, ABL_LABEL_LESION);
}

static void wrong_files_are_refused(void)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "n.json:1"},
        {"[]", "must be {"},
        {"{}", "nothing that can be used"},
        {"{\"1\": \"ignore\"}", "nothing that can be used"},
        {"{\"1\": \"liver\",\n\"1\": \"spleen\"}", "n.json:2"},
        {"{\"1\": \"liver\", \"01\": \"spleen\"}", "twice"},
        {"{\"1\": \"livr\"}", "\"livr\""},
        {"{\"1\": 3}", "text in quotes"},
        {"{\"0\": \"liver\"}", "label 0"},
        {"{\"1024\": \"liver\"}", "1024"},
        {"{\"99999999999\": \"liver\"}", "not in 1"},
        {"{\"-1\": \"liver\"}", "no label value"},
        {"{\"\": \"liver\"}", "no label value"},
        {"{\"liver\": 1}", "no label value"},
        {"{\"labels\": {}}", "list"},
        {"{\"labels\": [], \"more\": 1}", "nothing else"},
        {"{\"labels\": [{\"value\": 1}]}", "labels[0]"},
        {"{\"labels\": [{\"value\": 1.5, \"name\": \"liver\"}]}", "labels[0]"},
        {"{\"labels\": [{\"value\": 1, \"name\": \"liver\", \"x\": 1}]}",
         "labels[0]"},
        {"{\"labels\": [{\"value\": 1, \"name\": \"liver\"}, 3]}", "labels[1]"},
        {"{\"1\": \"liver\"} x", "n.json:1"},
    };
    abl_error err;
    for (size_t n = 0; n < sizeof rows / sizeof *rows; n++)
        ABL_CHECK_FAILS(parse(rows[n].text, &err), ABL_E_FORMAT, rows[n].words,
                        &err);
    ABL_CHECK_FAILS(abl_label_names_load(&names, "no/such.json", &err),
                    ABL_E_IO, "no/such.json", &err);
    ABL_CHECK_FAILS(abl_label_names_load(&names, "/", &err), ABL_E_IO,
                    "is not a file", &err);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(names_of_both_kinds_are_known),
    ABL_TEST(what_nobody_knows_has_no_meaning),
    ABL_TEST(our_own_numbering_is_that_of_the_label_map),
    ABL_TEST(totalsegmentator_is_numbered_as_in_its_version_2),
    ABL_TEST(both_forms_of_a_file_are_read),
    ABL_TEST(wrong_files_are_refused),
    CU_TEST_INFO_NULL,
};
