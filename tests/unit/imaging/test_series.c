/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/series.h"

#include "imaging/nifti.h"
#include "imaging/threads.h"
#include "tests/unit/imaging/dicom_maker.h"
#include "tests/unit/imaging/volumes.h"

enum {
    COUNT = 20
};

static char folder[64];

static void make_stack(maker_slice slices[COUNT])
{
    for (int k = 0; k < COUNT; k++)
        slices[k] = maker_ct(k);
}

/* Writes the slices, scans the folder and removes it. */
static abl_study *scan(const maker_slice *slices, size_t count)
{
    abl_error err;
    abl_study *study = NULL;
    maker_new_folder(folder);
    maker_write_all(folder, slices, count);
    ABL_CHECK_OK(abl_study_scan(&study, folder, NULL, &err), &err);
    return study;
}

static void finish(abl_study *study)
{
    abl_study_destroy(study);
    maker_remove(folder);
}

static abl_volume *load(const abl_study *study, size_t index)
{
    abl_error err;
    abl_volume *volume = NULL;
    ABL_CHECK_OK(abl_series_load(&volume, study, index, NULL, &err), &err);
    return volume;
}

/* One series, not usable, whose reason holds @p words. */
static void expect_unusable(const maker_slice *slices, size_t count,
                            const char *words)
{
    abl_error err;
    size_t index = 0;
    abl_study *study = scan(slices, count);
    if (study) {
        const abl_series_info *info = abl_study_series(study, 0);
        if (!strstr(info->reason, words))
            fprintf(stderr, "reason \"%s\", expected \"%s\"\n", info->reason,
                    words);
        CU_ASSERT_FALSE(info->usable);
        CU_ASSERT_PTR_NOT_NULL(strstr(info->reason, words));
        ABL_CHECK_FAILS(abl_study_choose(&index, study, NULL, &err),
                        ABL_E_UNSUPPORTED, "no series can be analysed", &err);
    }
    finish(study);
}

static void reversed_files_become_a_right_handed_volume_in_hu(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    for (int k = 0; k < COUNT; k++) {
        slices[k].position[2] = 30 - 2.5 * k;
        slices[k].intercept = -1000 - k;
    }
    abl_study *study = scan(slices, COUNT);
    const abl_series_info *info = abl_study_series(study, 0);
    CU_ASSERT_TRUE(info->usable);
    CU_ASSERT_EQUAL(info->modality, ABL_MODALITY_CT);
    CU_ASSERT_EQUAL(info->phase_hint, ABL_PHASE_PORTAL_VENOUS);
    CU_ASSERT_STRING_EQUAL(info->phase_hint_source,
                           "SeriesDescription \"LIVER PV\"");
    CU_ASSERT_EQUAL(info->files, COUNT);
    CU_ASSERT_EQUAL(info->series_number, 7);
    /* PixelSpacing has the distance between rows first. */
    ABL_CHECK_NEAR(info->spacing_mm[0], 9.5, 0);
    ABL_CHECK_NEAR(info->spacing_mm[1], 9, 0);
    ABL_CHECK_NEAR(info->spacing_mm[2], 2.5, 1e-9);
    abl_volume *volume = load(study, 0);
    ABL_CHECK_NEAR(volume->grid.origin_lps[2], 30 - 2.5 * (COUNT - 1), 1e-9);
    ABL_CHECK_NEAR(volume->grid.direction[2][2], 1, 1e-12);
    for (int k = 0; k < COUNT; k++)
        CU_ASSERT_EQUAL(
            abl_volume_i16(
                volume)[abl_grid_offset(&volume->grid, 3, 2, (size_t)k)],
            67 - 1000 - (COUNT - 1 - k));
    CU_ASSERT_PTR_NOT_NULL(strstr(abl_study_file(study, 0, 0), "slice-19.dcm"));
    CU_ASSERT_PTR_NULL(abl_study_file(study, 0, COUNT));
    abl_volume_destroy(volume);
    finish(study);
}

static void every_plain_syntax_gives_the_same_voxels(void)
{
    static const char *const syntaxes[] = {MAKER_EXPLICIT, MAKER_IMPLICIT,
                                           MAKER_BIG};
    abl_volume *first = NULL;
    for (int n = 0; n < 4; n++) {
        maker_slice slices[COUNT];
        make_stack(slices);
        for (int k = 0; k < COUNT; k++) {
            slices[k].syntax = syntaxes[n % 3];
            slices[k].has_preamble = n < 3;
        }
        abl_study *study = scan(slices, COUNT);
        abl_volume *volume = load(study, 0);
        if (!first)
            first = volume;
        else
            CU_ASSERT_EQUAL(memcmp(first->data, volume->data,
                                   2 * abl_grid_voxels(&first->grid)),
                            0);
        if (volume != first)
            abl_volume_destroy(volume);
        finish(study);
    }
    abl_volume_destroy(first);
}

static void stored_bits_sign_and_clamping_are_respected(void)
{
    uint16_t pixels[768] = {0};
    maker_slice slices[COUNT];
    make_stack(slices);
    /* 12 bits stored, signed, with overlay bits above them. */
    pixels[0] = 0xf7ff;
    pixels[1] = 0x0800;
    pixels[2] = 0x3fff;
    for (int k = 0; k < COUNT; k++) {
        slices[k].bits_stored = 12;
        slices[k].is_signed = true;
        slices[k].pixels = pixels;
        slices[k].slope = 20;
        slices[k].intercept = 0.4;
    }
    abl_study *study = scan(slices, COUNT);
    abl_volume *volume = load(study, 0);
    const int16_t *hu = abl_volume_i16(volume);
    CU_ASSERT_EQUAL(hu[0], 32767); /* 2047 * 20 */
    CU_ASSERT_EQUAL(hu[1], -32768);
    CU_ASSERT_EQUAL(hu[2], -20); /* -1 * 20 + 0.4 */
    CU_ASSERT_EQUAL(hu[3], 0);
    abl_volume_destroy(volume);
    finish(study);
}

static void padding_is_air_only_where_it_cannot_be_tissue(void)
{
    uint16_t pixels[768] = {0};
    maker_slice slices[COUNT];
    make_stack(slices);
    pixels[0] = 0xf830; /* -2000, GE's padding */
    for (int k = 0; k < COUNT; k++) {
        slices[k].is_signed = true;
        slices[k].pixels = pixels;
        slices[k].padding = 63536;
    }
    abl_study *study = scan(slices, COUNT);
    abl_volume *volume = load(study, 0);
    CU_ASSERT_EQUAL(abl_volume_i16(volume)[0], -1024);
    CU_ASSERT_EQUAL(abl_volume_i16(volume)[1], -1024);
    abl_volume_destroy(volume);
    finish(study);
    for (int k = 0; k < COUNT; k++) {
        slices[k].padding = 0;
        slices[k].intercept = 40;
    }
    study = scan(slices, COUNT);
    volume = load(study, 0);
    CU_ASSERT_EQUAL(abl_volume_i16(volume)[1], 40);
    abl_volume_destroy(volume);
    finish(study);
}

static void eight_bit_files_are_read(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    for (int k = 0; k < COUNT; k++) {
        slices[k].bits_allocated = slices[k].bits_stored = 8;
        slices[k].slope = 4;
    }
    abl_study *study = scan(slices, COUNT);
    abl_volume *volume = load(study, 0);
    CU_ASSERT_EQUAL(abl_volume_i16(volume)[191], 191 * 4 - 1024);
    abl_volume_destroy(volume);
    finish(study);
}

static void tilted_stack_is_put_upright(void)
{
    uint16_t pixels[768] = {0};
    maker_slice slices[COUNT];
    make_stack(slices);
    pixels[5 * 32 + 8] = 2024;
    for (int k = 0; k < COUNT; k++) {
        slices[k].pixels = pixels;
        slices[k].spacing[0] = slices[k].spacing[1] = 9.5;
        slices[k].position[1] += 0.475 * k; /* 1/20 pixel a slice */
    }
    abl_study *study = scan(slices, COUNT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(abl_study_series(study, 0)->notes, "gantry tilt of 10.8"));
    abl_volume *volume = load(study, 0);
    CU_ASSERT_EQUAL(volume->grid.size[1], 25);
    for (size_t k = 0; k < COUNT; k++) {
        /* The bright pixel's mass stays, its centre moves with the slice. */
        double mass = 0, centre = 0;
        for (size_t j = 0; j < 25; j++) {
            const double hu =
                abl_volume_i16(volume)[abl_grid_offset(&volume->grid, 8, j, k)];
            mass += hu + 1024;
            centre += (hu + 1024) * (double)j;
        }
        ABL_CHECK_NEAR(mass, 2024, 2);
        ABL_CHECK_NEAR(centre / mass, 5 + 0.05 * (double)k, 0.002);
    }
    abl_volume_destroy(volume);
    finish(study);
}

static void geometry_faults_are_reasons_that_name_files(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    slices[7] = maker_ct(19);
    expect_unusable(slices, COUNT - 1, "slice-06.dcm");
    make_stack(slices);
    slices[7].position[2] += 1;
    expect_unusable(slices, COUNT, "3.50 mm instead of 2.50 mm");
    make_stack(slices);
    slices[7].has_position = false;
    expect_unusable(slices, COUNT, "missing between");
    for (int k = 0; k < COUNT; k++)
        slices[k].has_position = false;
    expect_unusable(slices, COUNT, "does not say where it lies");
    make_stack(slices);
    for (int k = 0; k < COUNT; k++)
        slices[k].spacing[0] = 0;
    expect_unusable(slices, COUNT, "PixelSpacing 0 mm");
    make_stack(slices);
    slices[7].rows = 11;
    expect_unusable(slices, COUNT, "missing between");
    make_stack(slices);
    slices[7].frame_uid = "1.9";
    expect_unusable(slices, COUNT, "missing between");
    make_stack(slices);
    for (int k = 0; k < COUNT; k++)
        slices[k].frame_uid = slices[k].sop_uid;
    expect_unusable(slices, COUNT, "different frames of reference");
}

static void images_that_are_no_ct_volume_have_a_reason(void)
{
    static const struct {
        const char *modality, *sop_class, *image_type, *words;
    } kinds[] = {
        {"CT", "1.2.840.10008.5.1.4.1.1.2", "ORIGINAL\\PRIMARY\\LOCALIZER",
         "localizer"},
        {"CT", "1.2.840.10008.5.1.4.1.1.7", "DERIVED\\SECONDARY",
         "screen capture"},
        {"CT", "1.2.840.10008.5.1.4.1.1.2", "DERIVED\\SECONDARY\\MIP",
         "derived images"},
        {"MR", "1.2.840.10008.5.1.4.1.1.4", "ORIGINAL\\PRIMARY\\M",
         "MR sequence not supported yet"},
        {"SEG", "1.2.840.10008.5.1.4.1.1.66.4", "DERIVED\\PRIMARY",
         "segmentation"},
        {"RTSTRUCT", "1.2.840.10008.5.1.4.1.1.481.3", NULL, "contours"},
        {"XA", "1.2.840.10008.5.1.4.1.1.12.1", NULL, "modality XA"},
    };
    for (size_t n = 0; n < sizeof kinds / sizeof kinds[0]; n++) {
        maker_slice slices[COUNT];
        make_stack(slices);
        for (int k = 0; k < COUNT; k++) {
            slices[k].modality = kinds[n].modality;
            slices[k].sop_class = kinds[n].sop_class;
            slices[k].image_type = kinds[n].image_type;
        }
        expect_unusable(slices, COUNT, kinds[n].words);
    }
}

static void pixels_that_are_no_hu_have_a_reason(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    slices[3].photometric = "MONOCHROME1";
    expect_unusable(slices, COUNT, "slice-03.dcm: photometric");
    make_stack(slices);
    slices[3].has_rescale = false;
    expect_unusable(slices, COUNT, "slice-03.dcm has no RescaleSlope");
    make_stack(slices);
    slices[3].slope = 0;
    expect_unusable(slices, COUNT, "slice-03.dcm: RescaleSlope is 0");
    make_stack(slices);
    slices[3].rescale_type = "US";
    expect_unusable(slices, COUNT, "slice-03.dcm: pixels are in US");
    make_stack(slices);
    slices[3].pixel_bytes = 100;
    expect_unusable(slices, COUNT, "slice-03.dcm: holds 100 bytes");
    make_stack(slices);
    slices[3].bits_stored = 17;
    expect_unusable(slices, COUNT, "slice-03.dcm: 17 bits stored in 16");
}

static void small_series_say_what_they_lack(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    expect_unusable(slices, 9, "only 9 slices; at least 10");
    expect_unusable(slices, 1, "a single image");
    for (int k = 0; k < COUNT; k++)
        slices[k].position[2] = 12 * k;
    expect_unusable(slices, COUNT, "12.0 mm apart");
    for (int k = 0; k < COUNT; k++)
        slices[k].position[2] = 1.5 * k;
    expect_unusable(slices, COUNT, "covers only 30 mm");
    make_stack(slices);
    for (int k = 0; k < COUNT; k++)
        slices[k].spacing[1] = 2.5;
    expect_unusable(slices, COUNT, "field of view of 80 x 216 mm");
}

static void acquisitions_at_the_same_positions_become_two_volumes(void)
{
    maker_slice slices[2 * COUNT];
    make_stack(slices);
    make_stack(slices + COUNT);
    for (int k = 0; k < COUNT; k++) {
        maker_slice *second = slices + COUNT + k;
        snprintf(second->sop_uid, sizeof second->sop_uid, "1.2.3.5.%d", k + 1);
        second->acquisition = 2;
        second->intercept = -900;
    }
    abl_study *study = scan(slices, 2 * COUNT);
    CU_ASSERT_EQUAL(abl_study_series_count(study), 2);
    for (size_t n = 0; n < 2; n++) {
        const abl_series_info *info = abl_study_series(study, n);
        CU_ASSERT_TRUE(info->usable);
        CU_ASSERT_EQUAL(info->acquisition_number, (int)n + 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(info->notes, "told apart by Acq"));
        abl_volume *volume = load(study, n);
        CU_ASSERT_EQUAL(abl_volume_i16(volume)[0], n ? -900 : -1024);
        abl_volume_destroy(volume);
    }
    abl_error err;
    size_t index = 9;
    ABL_CHECK_FAILS(abl_study_choose(&index, study, "1.2.3.4", &err),
                    ABL_E_INVALID, "name one as #1", &err);
    ABL_CHECK_OK(abl_study_choose(&index, study, "#2", &err), &err);
    CU_ASSERT_EQUAL(index, 1);
    finish(study);
}

/* Together they would look like one stack of half the spacing. */
static void interleaved_acquisitions_are_told_apart(void)
{
    maker_slice slices[2 * COUNT];
    make_stack(slices);
    make_stack(slices + COUNT);
    for (int k = 0; k < COUNT; k++) {
        maker_slice *second = slices + COUNT + k;
        snprintf(second->sop_uid, sizeof second->sop_uid, "1.2.3.5.%d", k + 1);
        second->acquisition = 2;
        second->position[2] += 1.25;
    }
    abl_study *study = scan(slices, 2 * COUNT);
    CU_ASSERT_EQUAL(abl_study_series_count(study), 2);
    ABL_CHECK_NEAR(abl_study_series(study, 0)->spacing_mm[2], 2.5, 1e-9);
    finish(study);
}

/* Step-and-shoot scanners number every rotation. */
static void acquisition_per_slice_stays_one_volume(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    for (int k = 0; k < COUNT; k++)
        slices[k].acquisition = 100 + k / 4;
    abl_study *study = scan(slices, COUNT);
    CU_ASSERT_EQUAL(abl_study_series_count(study), 1);
    CU_ASSERT_TRUE(abl_study_series(study, 0)->usable);
    CU_ASSERT_EQUAL(abl_study_series(study, 0)->acquisition_number, -1);
    finish(study);
}

static void repeats_that_nothing_tells_apart_are_refused(void)
{
    maker_slice slices[COUNT + 1];
    make_stack(slices);
    slices[COUNT] = slices[7];
    snprintf(slices[COUNT].sop_uid, sizeof slices[COUNT].sop_uid, "1.2.3.5.1");
    expect_unusable(slices, COUNT + 1, "slice-07.dcm and slice-20.dcm");
}

static void second_copies_of_an_instance_are_dropped(void)
{
    maker_slice slices[COUNT + 3];
    make_stack(slices);
    for (int n = 0; n < 3; n++)
        slices[COUNT + n] = slices[2 * n];
    abl_study *study = scan(slices, COUNT + 3);
    const abl_series_info *info = abl_study_series(study, 0);
    CU_ASSERT_TRUE(info->usable);
    CU_ASSERT_EQUAL(info->size[2], COUNT);
    CU_ASSERT_PTR_NOT_NULL(strstr(info->notes, "3 second copies"));
    finish(study);
}

/* A scout inside the series, as some scanners store it. */
static void stray_images_of_a_series_are_left_out_and_noted(void)
{
    maker_slice slices[COUNT + 1];
    make_stack(slices);
    slices[COUNT] = maker_ct(COUNT);
    const double coronal[6] = {1, 0, 0, 0, 0, -1};
    memcpy(slices[COUNT].orientation, coronal, sizeof coronal);
    abl_study *study = scan(slices, COUNT + 1);
    CU_ASSERT_EQUAL(abl_study_series_count(study), 2);
    CU_ASSERT_TRUE(abl_study_series(study, 0)->usable);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(abl_study_series(study, 0)->notes, "1 image of the series"));
    CU_ASSERT_FALSE(abl_study_series(study, 1)->usable);
    finish(study);
}

static void best_series_is_chosen_by_phase_then_thickness(void)
{
    static const struct {
        const char *uid, *description;
        double step;
    } kinds[] = {{"1.5", "ARTERIAL", 2.5},
                 {"1.4", "PRE LIVER", 2.5},
                 {"1.3", "LIVER PV", 5},
                 {"1.2", "LIVER PORTAL", 3},
                 {"1.1", "LIVER PV thin", 0.6}};
    static maker_slice slices[5 * 80];
    size_t count = 0;
    for (int n = 0; n < 5; n++)
        for (int k = 0; k < (n == 4 ? 80 : COUNT); k++) {
            maker_slice *one = slices + count++;
            *one = maker_ct(k);
            one->series_uid = kinds[n].uid;
            one->description = kinds[n].description;
            one->position[2] = kinds[n].step * k;
            snprintf(one->sop_uid, sizeof one->sop_uid, "%s.7.%d", kinds[n].uid,
                     k + 1);
        }
    abl_error err;
    size_t index = 9;
    abl_study *study = scan(slices, count);
    CU_ASSERT_EQUAL(abl_study_series_count(study), 5);
    ABL_CHECK_OK(abl_study_choose(&index, study, NULL, &err), &err);
    static const char *const order[] = {"1.2", "1.1", "1.3", "1.5", "1.4"};
    for (size_t n = 0; n < 5; n++)
        CU_ASSERT_STRING_EQUAL(abl_study_series(study, n)->series_uid,
                               order[n]);
    CU_ASSERT_EQUAL(index, 0);
    ABL_CHECK_OK(abl_study_choose(&index, study, "1.5", &err), &err);
    CU_ASSERT_EQUAL(index, 3);
    ABL_CHECK_FAILS(abl_study_choose(&index, study, "1.", &err), ABL_E_INVALID,
                    "more than one series", &err);
    ABL_CHECK_FAILS(abl_study_choose(&index, study, "9.9", &err), ABL_E_INVALID,
                    "no series '9.9'", &err);
    ABL_CHECK_FAILS(abl_study_choose(&index, study, "", &err), ABL_E_INVALID,
                    "no series ''", &err);
    finish(study);
}

static void patient_names_are_not_kept(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    slices[0].description = "LIVER\x01 \xff PV";
    abl_study *study = scan(slices, COUNT);
    const abl_series_info *info = abl_study_series(study, 0);
    const char *bytes = (const char *)info;
    for (size_t n = 0; n + 6 < sizeof *info; n++)
        CU_ASSERT_FALSE(memcmp(bytes + n, "SECRET", 6) == 0);
    for (const char *c = info->description; *c; c++)
        CU_ASSERT_TRUE((unsigned char)*c >= 32 && (unsigned char)*c < 127);
    finish(study);
}

static void same_volume_at_any_thread_count(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    abl_volume *volumes[2];
    for (int n = 0; n < 2; n++) {
        abl_threads_set(n + 1);
        abl_study *study = scan(slices, COUNT);
        volumes[n] = load(study, 0);
        finish(study);
    }
    CU_ASSERT_EQUAL(memcmp(volumes[0]->data, volumes[1]->data,
                           2 * abl_grid_voxels(&volumes[0]->grid)),
                    0);
    abl_volume_destroy(volumes[0]);
    abl_volume_destroy(volumes[1]);
    abl_threads_set(0);
}

static bool stop_at_once(void *user, const char *stage, double fraction)
{
    int *calls = user;
    CU_ASSERT_PTR_NOT_NULL(stage);
    CU_ASSERT_TRUE(fraction >= 0 && fraction <= 1);
    return ++*calls < 2;
}

static void scan_and_load_can_be_stopped(void)
{
    abl_error err;
    int calls = 0;
    abl_study *again = NULL;
    maker_slice slices[COUNT];
    make_stack(slices);
    abl_study *study = scan(slices, COUNT);
    const abl_progress progress = {stop_at_once, &calls};
    abl_volume *volume = NULL;
    ABL_CHECK_FAILS(abl_series_load(&volume, study, 0, &progress, &err),
                    ABL_E_CANCELLED, "stopped", &err);
    CU_ASSERT_PTR_NULL(volume);
    calls = 0;
    ABL_CHECK_FAILS(abl_study_scan(&again, folder, &progress, &err),
                    ABL_E_CANCELLED, "stopped", &err);
    CU_ASSERT_PTR_NULL(again);
    finish(study);
}

static void expect_burned_in(const maker_slice *slices, abl_burned_in wanted,
                             bool secondary)
{
    abl_study *study = scan(slices, COUNT);
    const abl_series_info *info = abl_study_series(study, 0);
    CU_ASSERT_STRING_EQUAL(abl_burned_in_name(info->burned_in),
                           abl_burned_in_name(wanted));
    CU_ASSERT_EQUAL(info->is_secondary, secondary);
    finish(study);
}

static void burned_in_text_is_what_the_worst_image_says(void)
{
    maker_slice slices[COUNT];
    make_stack(slices);
    expect_burned_in(slices, ABL_BURNED_IN_ABSENT, false);
    for (int k = 0; k < COUNT; k++)
        slices[k].burned_in = "NO";
    expect_burned_in(slices, ABL_BURNED_IN_NO, false);
    slices[3].burned_in = NULL;
    expect_burned_in(slices, ABL_BURNED_IN_ABSENT, false);
    slices[4].burned_in = "YES";
    expect_burned_in(slices, ABL_BURNED_IN_YES, false);
    slices[4].burned_in = "no";
    expect_burned_in(slices, ABL_BURNED_IN_YES, false);
    make_stack(slices);
    slices[5].image_type = "DERIVED\\SECONDARY\\AXIAL";
    expect_burned_in(slices, ABL_BURNED_IN_ABSENT, false);
    slices[6].burned_in = "YES";
    expect_burned_in(slices, ABL_BURNED_IN_YES, false);
}

/* Scanners and archives mark real slices SECONDARY as well. */
static void only_secondary_images_of_other_classes_may_be_captures(void)
{
    static const struct {
        const char *sop_class, *image_type;
        bool secondary;
    } kinds[] = {
        {"1.2.840.10008.5.1.4.1.1.2", "DERIVED\\SECONDARY", false},
        {"1.2.840.10008.5.1.4.1.1.2", "ORIGINAL\\SECONDARY\\AXIAL", false},
        {"1.2.840.10008.5.1.4.1.1.7", "DERIVED\\SECONDARY", true},
        {"1.2.840.10008.5.1.4.1.1.7.2", "ORIGINAL\\SECONDARY", true},
        {"1.2.840.10008.5.1.4.1.1.20", "DERIVED\\SECONDARY", true},
        {"1.2.840.10008.5.1.4.1.1.20", "ORIGINAL\\PRIMARY", false},
    };
    for (size_t n = 0; n < sizeof kinds / sizeof *kinds; n++) {
        maker_slice slices[COUNT];
        make_stack(slices);
        for (int k = 0; k < COUNT; k++) {
            slices[k].sop_class = kinds[n].sop_class;
            slices[k].image_type = kinds[n].image_type;
        }
        expect_burned_in(slices, ABL_BURNED_IN_ABSENT, kinds[n].secondary);
    }
}

static void file_that_vanishes_after_the_scan_is_an_error(void)
{
    abl_error err;
    maker_slice slices[COUNT];
    make_stack(slices);
    abl_study *study = scan(slices, COUNT);
    abl_volume *volume = NULL;
    unlink(abl_study_file(study, 0, 11));
    ABL_CHECK_FAILS(abl_series_load(&volume, study, 0, NULL, &err),
                    ABL_E_FORMAT, "slice-11.dcm", &err);
    CU_ASSERT_PTR_NULL(volume);
    finish(study);
}

const char *const abl_test_suite = "imaging/series";
CU_TestInfo abl_tests[] = {
    ABL_TEST(reversed_files_become_a_right_handed_volume_in_hu),
    ABL_TEST(every_plain_syntax_gives_the_same_voxels),
    ABL_TEST(stored_bits_sign_and_clamping_are_respected),
    ABL_TEST(padding_is_air_only_where_it_cannot_be_tissue),
    ABL_TEST(eight_bit_files_are_read),
    ABL_TEST(tilted_stack_is_put_upright),
    ABL_TEST(geometry_faults_are_reasons_that_name_files),
    ABL_TEST(images_that_are_no_ct_volume_have_a_reason),
    ABL_TEST(pixels_that_are_no_hu_have_a_reason),
    ABL_TEST(small_series_say_what_they_lack),
    ABL_TEST(acquisitions_at_the_same_positions_become_two_volumes),
    ABL_TEST(interleaved_acquisitions_are_told_apart),
    ABL_TEST(acquisition_per_slice_stays_one_volume),
    ABL_TEST(repeats_that_nothing_tells_apart_are_refused),
    ABL_TEST(second_copies_of_an_instance_are_dropped),
    ABL_TEST(stray_images_of_a_series_are_left_out_and_noted),
    ABL_TEST(best_series_is_chosen_by_phase_then_thickness),
    ABL_TEST(patient_names_are_not_kept),
    ABL_TEST(same_volume_at_any_thread_count),
    ABL_TEST(scan_and_load_can_be_stopped),
    ABL_TEST(burned_in_text_is_what_the_worst_image_says),
    ABL_TEST(only_secondary_images_of_other_classes_may_be_captures),
    ABL_TEST(file_that_vanishes_after_the_scan_is_an_error),
    CU_TEST_INFO_NULL,
};
