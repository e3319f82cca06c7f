/* The reader on real files that break readers. Skipped, saying so, where the
 * data are absent; they are no part of the project.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "imaging/series.h"
#include "tests/unit/check.h"

/* What a folder must give: the best series, and words of its reason. */
typedef struct expected {
    const char *folder;
    abl_modality modality;
    size_t size[3];
    double step_mm;   /* 0: no volume */
    bool is_loadable; /* abl_series_load() works */
    const char *reason, *notes;
    abl_phase phase;
} expected;

static const expected edges[] = {
    {"dicom-edge/gantry_tilt_ge",
     ABL_MODALITY_CT,
     {512, 512, 4},
     4.851,
     true,
     "only 4 slices",
     "gantry tilt of 14.0 degrees",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/irregular_gap",
     ABL_MODALITY_CT,
     {512, 512, 12},
     0,
     false,
     "1.08 mm instead of 4.00 mm between 14.dcm and 15.dcm",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/slice_increment",
     ABL_MODALITY_CT,
     {512, 512, 4},
     0,
     false,
     "1 slice missing between IM-0001-0003.dcm",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/not_a_volume",
     ABL_MODALITY_CT,
     {512, 512, 4},
     0,
     false,
     "all 4 images are at one position (61.50 mm), 001.dcm to 004.dcm",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/single_slice",
     ABL_MODALITY_MR,
     {256, 256, 1},
     0,
     false,
     "a single image",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/j2k",
     ABL_MODALITY_MR,
     {256, 256, 4},
     1,
     true,
     "MR sequence not supported",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/jpegls",
     ABL_MODALITY_MR,
     {256, 256, 4},
     1,
     true,
     "MR sequence not supported",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/jpeg_lossless",
     ABL_MODALITY_MR,
     {256, 256, 4},
     1,
     true,
     "MR sequence not supported",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/rle",
     ABL_MODALITY_MR,
     {256, 256, 4},
     1,
     true,
     "MR sequence not supported",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/implicit_vr",
     ABL_MODALITY_MR,
     {256, 256, 4},
     1,
     true,
     "MR sequence not supported",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/big_endian_mr",
     ABL_MODALITY_MR,
     {64, 64, 10},
     0,
     false,
     "does not say where it lies",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/enhanced_mr",
     ABL_MODALITY_MR,
     {64, 64, 10},
     0,
     false,
     "does not say where it lies",
     "5 second copies",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/enhanced_ct",
     ABL_MODALITY_CT,
     {512, 512, 2},
     10,
     true,
     "derived images",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/truncated",
     ABL_MODALITY_MR,
     {64, 64, 10},
     0,
     false,
     "truncated or damaged",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/dcmqi_liver_seg_sr",
     ABL_MODALITY_CT,
     {512, 512, 3},
     1,
     true,
     "only 3 slices",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/highdicom_seg",
     ABL_MODALITY_CT,
     {128, 128, 1},
     0,
     false,
     "a single image",
     "",
     ABL_PHASE_UNKNOWN},
    {"dicom-edge/rtstruct",
     ABL_MODALITY_CT,
     {512, 512, 2},
     5,
     true,
     "only 2 slices",
     "",
     ABL_PHASE_UNKNOWN},
};

static const expected cases[] = {
    {"cases/chaos_ct_3/dicom",
     ABL_MODALITY_CT,
     {512, 512, 78},
     2,
     true,
     "",
     "",
     ABL_PHASE_UNKNOWN},
    {"cases/hcc_tace_006",
     ABL_MODALITY_CT,
     {512, 512, 109},
     2.5,
     true,
     "",
     "",
     ABL_PHASE_ARTERIAL},
    {"cases/crlm_1004",
     ABL_MODALITY_CT,
     {512, 512, 41},
     5,
     true,
     "",
     "",
     ABL_PHASE_UNKNOWN},
    {"cases/ts_j2k",
     ABL_MODALITY_CT,
     {512, 512, 20},
     2,
     true,
     "",
     "covers only 40 mm",
     ABL_PHASE_UNKNOWN},
    {"cases/btcv03",
     ABL_MODALITY_CT,
     {257, 257, 141},
     3,
     true,
     "",
     "",
     ABL_PHASE_UNKNOWN},
};

static bool find_folder(char *path, size_t size, const char *name)
{
    const char *shared = getenv("ABLASCREEN_SHARED");
    snprintf(path, size, "%s/%s", shared ? shared : ABL_SHARED_DIR, name);
    struct stat info;
    if (stat(path, &info) == 0)
        return true;
    printf("\nskipped: no real data at %s\n", path);
    CU_PASS("skipped");
    return false;
}

static void check_text(const char *folder, const char *text, const char *words)
{
    if (!strstr(text, words))
        fprintf(stderr, "%s: \"%s\", expected \"%s\"\n", folder, text, words);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, words));
}

static void check_load(const expected *want, const abl_study *study)
{
    abl_error err;
    abl_volume *volume = NULL;
    const abl_status status = abl_series_load(&volume, study, 0, NULL, &err);
    if (want->is_loadable != !status)
        fprintf(stderr, "%s: %s\n", want->folder,
                status ? err.message : "was loaded");
    CU_ASSERT_EQUAL(want->is_loadable, !status);
    abl_volume_destroy(volume);
}

static void check_folder(const expected *want)
{
    abl_error err;
    char path[1024];
    abl_study *study = NULL;
    if (!find_folder(path, sizeof path, want->folder))
        return;
    ABL_CHECK_OK(abl_study_scan(&study, path, NULL, &err), &err);
    if (!study)
        return;
    const abl_series_info *info = abl_study_series(study, 0);
    CU_ASSERT_EQUAL(info->modality, want->modality);
    CU_ASSERT_EQUAL(info->phase_hint, want->phase);
    for (int a = 0; a < 3; a++)
        CU_ASSERT_EQUAL(info->size[a], want->size[a]);
    ABL_CHECK_NEAR(info->spacing_mm[2], want->step_mm, 0.002);
    check_text(want->folder, info->reason, want->reason);
    check_text(want->folder, info->notes, want->notes);
    CU_ASSERT_EQUAL(info->usable, want->reason[0] == '\0');
    check_load(want, study);
    abl_study_destroy(study);
}

static void every_edge_folder_gives_what_it_should(void)
{
    for (size_t n = 0; n < sizeof edges / sizeof edges[0]; n++)
        check_folder(edges + n);
}

static void every_case_is_read(void)
{
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++)
        check_folder(cases + n);
}

/* The same four slices in six syntaxes, and one of them stored otherwise. */
static void lossless_syntaxes_agree(void)
{
    static const char *const names[] = {"rle", "j2k", "jpegls",
                                        "jpeg_lossless"};
    abl_error err;
    abl_volume *first = NULL;
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        char path[1024], folder[64];
        abl_study *study = NULL;
        abl_volume *volume = NULL;
        snprintf(folder, sizeof folder, "dicom-edge/%s", names[n]);
        if (!find_folder(path, sizeof path, folder))
            break;
        ABL_CHECK_OK(abl_study_scan(&study, path, NULL, &err), &err);
        ABL_CHECK_OK(abl_series_load(&volume, study, 0, NULL, &err), &err);
        abl_study_destroy(study);
        if (first)
            CU_ASSERT_EQUAL(memcmp(first->data, volume->data,
                                   4 * abl_grid_voxels(&first->grid)),
                            0);
        if (first)
            abl_volume_destroy(volume);
        else
            first = volume;
    }
    abl_volume_destroy(first);
}

const char *const abl_test_suite = "imaging/series_realdata";
CU_TestInfo abl_tests[] = {
    ABL_TEST(every_edge_folder_gives_what_it_should),
    ABL_TEST(every_case_is_read),
    ABL_TEST(lossless_syntaxes_agree),
    CU_TEST_INFO_NULL,
};
