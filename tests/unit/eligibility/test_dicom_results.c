/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/dicom_codes.h"
#include "eligibility/report/dicom_results.h"
#include "tests/unit/imaging/dicom_maker.h"

enum {
    SLICES = 2
};

typedef struct source {
    char folder[64];
    abl_dicom_source *source;
} source;

static source open_with(const char *frame_uid, const char *sop_class)
{
    abl_error err;
    source out = {.source = NULL};
    char names[SLICES][128];
    const char *paths[SLICES];
    maker_new_folder(out.folder);
    for (int k = 0; k < SLICES; k++) {
        maker_slice slice = maker_ct(k);
        slice.frame_uid = frame_uid;
        slice.sop_class = sop_class;
        snprintf(names[k], sizeof names[k], "%d.dcm", k);
        maker_write_slice(out.folder, names[k], &slice);
        snprintf(names[k], sizeof names[k], "%s/%d.dcm", out.folder, k);
        paths[k] = names[k];
    }
    ABL_CHECK_OK(abl_dicom_source_open(&out.source, paths, SLICES, &err), &err);
    return out;
}

static void close_it(source *of)
{
    abl_dicom_source_destroy(of->source);
    maker_remove(of->folder);
}

static const char ct_class[] = "1.2.840.10008.5.1.4.1.1.2";

static abl_dicom_choice everything(bool is_named)
{
    return (abl_dicom_choice){true, true, true, true, is_named};
}

static void what_a_source_allows_is_written(void)
{
    abl_error err;
    source of = open_with("1.2.3.9", ct_class);
    abl_dicom_choice choice = everything(true);
    abl_findings *notes = calloc(1, sizeof *notes);
    ABL_CHECK_OK(abl_dicom_choice_check(&choice, of.source, "", notes, &err),
                 &err);
    CU_ASSERT_TRUE(choice.segmentation && choice.report && choice.captures &&
                   choice.document);
    CU_ASSERT_EQUAL(notes->warning_count, 0);
    free(notes);
    close_it(&of);
}

static void without_a_frame_of_reference_only_the_segmentation_is_missing(void)
{
    abl_error err;
    source of = open_with(NULL, ct_class);
    abl_dicom_choice choice = everything(false);
    abl_findings *notes = calloc(1, sizeof *notes);
    ABL_CHECK_OK(abl_dicom_choice_check(&choice, of.source, "", notes, &err),
                 &err);
    CU_ASSERT_FALSE(choice.segmentation);
    CU_ASSERT_TRUE(choice.report && choice.captures && choice.document);
    CU_ASSERT_EQUAL_FATAL(notes->warning_count, 1);
    CU_ASSERT_STRING_EQUAL(notes->warnings[0].code, "no-dicom-seg");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(notes->warnings[0].text, "no frame of reference"));
    free(notes);
    close_it(&of);
}

static void images_without_uids_are_not_referred_to(void)
{
    abl_error err;
    source of = open_with("1.2.3.9", NULL);
    abl_dicom_choice choice = everything(false);
    abl_findings *notes = calloc(1, sizeof *notes);
    ABL_CHECK_OK(abl_dicom_choice_check(&choice, of.source, "", notes, &err),
                 &err);
    CU_ASSERT_FALSE(choice.segmentation || choice.report);
    CU_ASSERT_TRUE(choice.captures && choice.document);
    CU_ASSERT_EQUAL(notes->warning_count, 2);
    free(notes);
    close_it(&of);
}

static void a_named_object_that_cannot_be_written_is_an_error(void)
{
    abl_error err;
    source of = open_with(NULL, ct_class);
    abl_findings *notes = calloc(1, sizeof *notes);
    abl_dicom_choice seg = {.segmentation = true, .is_named = true};
    abl_dicom_choice others = {
        .report = true, .captures = true, .document = true, .is_named = true};
    ABL_CHECK_FAILS(abl_dicom_choice_check(&seg, of.source, "", notes, &err),
                    ABL_E_UNSUPPORTED, "frame of reference", &err);
    ABL_CHECK_OK(abl_dicom_choice_check(&others, of.source, "", notes, &err),
                 &err);
    ABL_CHECK_FAILS(
        abl_dicom_choice_check(&others, NULL, "two studies", notes, &err),
        ABL_E_UNSUPPORTED, "two studies", &err);
    CU_ASSERT_EQUAL(notes->warning_count, 0);
    free(notes);
    close_it(&of);
}

static void without_a_source_everything_is_missing_and_said(void)
{
    abl_error err;
    abl_dicom_choice choice = everything(false);
    abl_findings *notes = calloc(1, sizeof *notes);
    ABL_CHECK_OK(
        abl_dicom_choice_check(&choice, NULL, "two studies", notes, &err),
        &err);
    CU_ASSERT_FALSE(choice.segmentation || choice.report || choice.captures ||
                    choice.document);
    CU_ASSERT_EQUAL(notes->warning_count, 4);
    for (size_t n = 0; n < notes->warning_count; n++)
        CU_ASSERT_PTR_NOT_NULL(strstr(notes->warnings[n].text, "two studies"));
    free(notes);
}

static void an_outline_is_automatic_only_where_the_program_found_it(void)
{
    static const char *const found[] = {"organ_ct", "lesion_ct", "threshold",
                                        "vessels", NULL};
    for (size_t n = 0; n < sizeof found / sizeof found[0]; n++)
        CU_ASSERT_EQUAL(abl_outline_source_of(found[n]), ABL_OUTLINE_FOUND);
    CU_ASSERT_EQUAL(abl_outline_source_of("imported"), ABL_OUTLINE_IMPORTED);
    CU_ASSERT_EQUAL(abl_outline_source_of("edited"), ABL_OUTLINE_READ);
    CU_ASSERT_EQUAL(abl_outline_source_of("imported and found"),
                    ABL_OUTLINE_EXTENDED);
}

static bool holds(const char *bytes, size_t count, const char *words)
{
    const size_t length = strlen(words);
    for (size_t n = 0; n + length <= count; n++)
        if (memcmp(bytes + n, words, length) == 0)
            return true;
    return false;
}

static void a_liver_that_holds_given_lesions_is_said_to(void)
{
    abl_lesion_findings lesions[2] = {{.origin = "lesion_ct"},
                                      {.origin = "lesion_ct"}};
    abl_findings *findings = calloc(1, sizeof *findings);
    findings->structures[ABL_LIVER].origin = "lesion_ct";
    findings->structures[ABL_SPLEEN].origin = "organ_ct";
    findings->lesions = lesions;
    findings->lesion_count = 2;
    CU_ASSERT_EQUAL(abl_outline_source_of_structure(findings, ABL_LIVER),
                    ABL_OUTLINE_FOUND);
    lesions[1].origin = "edited";
    CU_ASSERT_EQUAL(abl_outline_source_of_structure(findings, ABL_LIVER),
                    ABL_OUTLINE_EXTENDED);
    CU_ASSERT_EQUAL(abl_outline_source_of_structure(findings, ABL_SPLEEN),
                    ABL_OUTLINE_FOUND);
    findings->structures[ABL_LIVER].origin = "imported";
    CU_ASSERT_EQUAL(abl_outline_source_of_structure(findings, ABL_LIVER),
                    ABL_OUTLINE_IMPORTED);
    free(findings);
}

/* The test's source names no character set: ASCII is all that fits. */
static void our_texts_fit_the_character_set_of_the_source(void)
{
    abl_error err;
    char path[128], bytes[1 << 16];
    abl_sr_document *document = NULL;
    source of = open_with("1.2.3.9", ct_class);
    const abl_code name = {"121106", "DCM", "Comment \xc3\xa9"};
    const abl_sr_item items[] = {
        {.type = ABL_SR_CONTAINER, .name = name},
        {.depth = 1,
         .type = ABL_SR_TEXT,
         .name = name,
         .text = "12.0 \xc2\xb1 0.5 mm \xe2\x89\xa5 3"}};
    const abl_dicom_object_info info = {.key = "key",
                                        .series_description = "Result",
                                        .series_number = 1,
                                        .instance_number = 1,
                                        .manufacturer = "A",
                                        .model_name = "a",
                                        .version = "0"};
    ABL_CHECK_OK(abl_sr_create(&document, &err), &err);
    for (int n = 0; n < 2; n++)
        ABL_CHECK_OK(abl_sr_add(document, &items[n], &err), &err);
    snprintf(path, sizeof path, "%s/sr.dcm", of.folder);
    ABL_CHECK_OK(
        abl_dicom_sr_write(path, of.source, &info, document, NULL, 0, &err),
        &err);
    FILE *file = fopen(path, "rb");
    const size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    CU_ASSERT_TRUE(holds(bytes, count, "12.0 +/- 0.5 mm ? 3"));
    CU_ASSERT_TRUE(holds(bytes, count, "Comment ?"));
    CU_ASSERT_FALSE(holds(bytes, count, "\xc2\xb1"));
    abl_sr_destroy(document);
    close_it(&of);
}

const char *const abl_test_suite = "dicom_results";
CU_TestInfo abl_tests[] = {
    ABL_TEST(what_a_source_allows_is_written),
    ABL_TEST(without_a_frame_of_reference_only_the_segmentation_is_missing),
    ABL_TEST(images_without_uids_are_not_referred_to),
    ABL_TEST(a_named_object_that_cannot_be_written_is_an_error),
    ABL_TEST(without_a_source_everything_is_missing_and_said),
    ABL_TEST(an_outline_is_automatic_only_where_the_program_found_it),
    ABL_TEST(a_liver_that_holds_given_lesions_is_said_to),
    ABL_TEST(our_texts_fit_the_character_set_of_the_source),
    CU_TEST_INFO_NULL,
};
