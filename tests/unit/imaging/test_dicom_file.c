/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_file.h"

#include "imaging/dicom_structure.h"
#include "imaging/series.h"
#include "tests/unit/imaging/dicom_maker.h"

enum {
    ROWS = 24,
    COLUMNS = 32
};

static const char *const file_path = "dicom-file-test.dcm";

static int formula(int i, int j)
{
    const bool is_disc = (i - 16) * (i - 16) + (j - 12) * (j - 12) < 50;
    return 1000 + 20 * i + 7 * j + (is_disc ? 300 : 0) + (31 * i + 17 * j) % 13;
}

static size_t read_testdata(uint8_t *bytes, size_t size, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/dicom/%s", ABL_TESTDATA_DIR, name);
    FILE *file = fopen(path, "rb");
    const size_t count = file ? fread(bytes, 1, size, file) : 0;
    if (file)
        fclose(file);
    CU_ASSERT_TRUE(count > 500);
    return count;
}

/* Header and first frame of a file; a status, and words when it is ABL_OK. */
static abl_status read_file(abl_dicom_header *header,
                            uint16_t words[ROWS * COLUMNS], const char *path,
                            abl_error *err)
{
    abl_dicom_pixels *pixels = NULL;
    abl_status status = abl_dicom_header_read(header, path, err);
    if (!status && (header->rows != ROWS || header->columns != COLUMNS))
        status = abl_error_set(err, ABL_E_FORMAT, "another size");
    if (!status)
        status = abl_dicom_pixels_open(&pixels, path, header, err);
    if (!status)
        status = abl_dicom_pixels_read(words, pixels, 0, err);
    abl_dicom_pixels_close(pixels);
    return status;
}

static void every_syntax_decodes_to_the_same_image(void)
{
    static const struct {
        const char *name;
        double tolerance_hu;
    } files[] = {
        {"plain.dcm", 0},          {"big_endian.dcm", 0},
        {"deflated.dcm", 0},       {"rle.dcm", 0},
        {"jpeg_lossless.dcm", 0},  {"jpeg_ls.dcm", 0},
        {"jpeg2000.dcm", 0},       {"jpeg_extended.dcm", 40},
        {"jpeg_baseline.dcm", 60},
    };
    for (size_t n = 0; n < sizeof files / sizeof files[0]; n++) {
        abl_error err;
        abl_dicom_header header;
        uint16_t words[ROWS * COLUMNS];
        char path[512];
        snprintf(path, sizeof path, "%s/dicom/%s", ABL_TESTDATA_DIR,
                 files[n].name);
        ABL_CHECK_OK(read_file(&header, words, path, &err), &err);
        double worst = 0;
        for (int j = 0; j < ROWS && header.frames; j++)
            for (int i = 0; i < COLUMNS; i++) {
                const double hu =
                    header.frames->slope * words[j * COLUMNS + i] +
                    header.frames->intercept;
                worst = fmax(worst, fabs(hu - (formula(i, j) - 1024)));
            }
        ABL_CHECK_NEAR(worst, 0, files[n].tolerance_hu);
        CU_ASSERT_EQUAL(header.is_lossy, files[n].tolerance_hu > 0);
        abl_dicom_header_clear(&header);
    }
}

static void header_holds_what_the_file_says(void)
{
    abl_error err;
    abl_dicom_header header;
    maker_slice slice = maker_ct(3);
    slice.padding = 63536;
    slice.is_signed = true;
    slice.rescale_type = "HU";
    maker_write_slice(".", file_path, &slice);
    ABL_CHECK_OK(abl_dicom_header_read(&header, file_path, &err), &err);
    CU_ASSERT_STRING_EQUAL(header.modality, "CT");
    CU_ASSERT_STRING_EQUAL(header.image_type, "ORIGINAL\\PRIMARY\\AXIAL");
    CU_ASSERT_STRING_EQUAL(header.sop_instance_uid, "1.2.3.4.4");
    CU_ASSERT_STRING_EQUAL(header.rescale_type, "HU");
    CU_ASSERT_STRING_EQUAL(header.damage, "");
    CU_ASSERT_EQUAL(header.frame_count, 1);
    CU_ASSERT_EQUAL(header.instance_number, 4);
    CU_ASSERT_EQUAL(header.padding_first, -2000);
    ABL_CHECK_NEAR(header.frames->position_lps[2], 37.5, 0);
    ABL_CHECK_NEAR(header.frames->spacing_mm[0], 9.5, 0);
    ABL_CHECK_NEAR(header.frames->spacing_mm[1], 9, 0);
    ABL_CHECK_NEAR(header.frames->keys[ABL_DICOM_KEY_ACQUISITION], 1, 0);
    CU_ASSERT_TRUE(isnan(header.frames->keys[ABL_DICOM_KEY_TEMPORAL]));
    abl_dicom_header_clear(&header);
    unlink(file_path);
}

static void put_sequence(maker *m, unsigned tag)
{
    put_head(m, tag, "SQ", 0xffffffffu);
}

static void put_item(maker *m)
{
    put_number(m, 0xfffe, 2);
    put_number(m, 0xe000, 2);
    put_number(m, 0xffffffffu, 4);
}

static void put_end(maker *m, unsigned element)
{
    put_number(m, 0xfffe, 2);
    put_number(m, element, 2);
    put_number(m, 0, 4);
}

static void put_group(maker *m, unsigned tag, unsigned value_tag,
                      const double *values, size_t count)
{
    put_sequence(m, tag);
    put_item(m);
    put_reals(m, value_tag, values, count);
    put_end(m, 0xe00d);
    put_end(m, 0xe0dd);
}

static void put_rescale(maker *m, double intercept)
{
    const double slope = 1;
    put_sequence(m, 0x00289145);
    put_item(m);
    put_reals(m, 0x00281052, &intercept, 1);
    put_reals(m, 0x00281053, &slope, 1);
    put_end(m, 0xe00d);
    put_end(m, 0xe0dd);
}

/* An enhanced CT whose frames are stored from head to foot. */
static maker make_enhanced(int frames)
{
    maker_slice slice = maker_ct(0);
    maker m = {calloc(1, 8 * MAKER_BYTES), 0, false, false};
    if (!m.bytes)
        exit(1);
    put_meta(&m, MAKER_EXPLICIT, true);
    put_text(&m, 0x00080008, "CS", slice.image_type);
    put_text(&m, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2.1");
    put_text(&m, 0x00080018, "UI", slice.sop_uid);
    put_text(&m, 0x00080060, "CS", "CT");
    put_text(&m, 0x0020000d, "UI", slice.study_uid);
    put_text(&m, 0x0020000e, "UI", slice.series_uid);
    put_short(&m, 0x00280002, 1);
    put_text(&m, 0x00280004, "CS", "MONOCHROME2");
    put_integer(&m, 0x00280008, frames);
    put_short(&m, 0x00280010, slice.rows);
    put_short(&m, 0x00280011, slice.columns);
    put_short(&m, 0x00280100, 16);
    put_short(&m, 0x00280101, 16);
    put_short(&m, 0x00280102, 15);
    put_short(&m, 0x00280103, 0);
    put_sequence(&m, 0x52009229);
    put_item(&m);
    put_group(&m, 0x00209116, 0x00200037, slice.orientation, 6);
    put_group(&m, 0x00289110, 0x00280030, slice.spacing, 2);
    put_end(&m, 0xe00d);
    put_end(&m, 0xe0dd);
    put_sequence(&m, 0x52009230);
    for (int n = 0; n < frames; n++) {
        slice.position[2] = 100 - 2.5 * n;
        put_item(&m);
        put_group(&m, 0x00209113, 0x00200032, slice.position, 3);
        put_rescale(&m, -1000 - n);
        put_end(&m, 0xe00d);
    }
    put_end(&m, 0xe0dd);
    const size_t pixels = (size_t)(slice.rows * slice.columns);
    put_head(&m, 0x7fe00010, "OW", (uint32_t)(2 * pixels * (size_t)frames));
    for (int n = 0; n < frames; n++)
        for (size_t p = 0; p < pixels; p++)
            put_number(&m, (uint32_t)(n * 5), 2);
    return m;
}

/* 400 frames have 2000 items and more: the structure check follows them. */
static void enhanced_file_becomes_a_volume_with_its_own_rescale(void)
{
    static const int counts[] = {20, 400};
    for (int n = 0; n < 2; n++) {
        abl_error err;
        abl_study *study = NULL;
        abl_volume *volume = NULL;
        const int frames = counts[n];
        maker m = make_enhanced(frames);
        maker_write(".", file_path, m.bytes, m.count);
        free(m.bytes);
        ABL_CHECK_OK(abl_study_scan(&study, file_path, NULL, &err), &err);
        if (!study)
            continue;
        const abl_series_info *info = abl_study_series(study, 0);
        CU_ASSERT_STRING_EQUAL(info->reason, "");
        CU_ASSERT_EQUAL(info->files, 1);
        CU_ASSERT_EQUAL(info->size[2], (size_t)frames);
        ABL_CHECK_NEAR(info->spacing_mm[2], 2.5, 1e-9);
        ABL_CHECK_OK(abl_series_load(&volume, study, 0, NULL, &err), &err);
        for (int k = 0; k < frames && volume; k++) {
            const int stored = frames - 1 - k;
            CU_ASSERT_EQUAL(abl_volume_i16(volume)[(size_t)k * ROWS * COLUMNS],
                            5 * stored - 1000 - stored);
        }
        abl_volume_destroy(volume);
        abl_study_destroy(study);
    }
    unlink(file_path);
}

static void sniff(const uint8_t *bytes, size_t count, bool expected)
{
    abl_error err;
    bool is_dicom = !expected;
    maker_write(".", file_path, bytes, count);
    ABL_CHECK_OK(abl_dicom_sniff(&is_dicom, file_path, &err), &err);
    CU_ASSERT_EQUAL(is_dicom, expected);
}

static void only_dicom_is_taken_for_dicom(void)
{
    maker_slice slice = maker_ct(0);
    maker m = maker_bytes(&slice);
    sniff(m.bytes, m.count, true);
    sniff(m.bytes, 132, true);
    sniff(m.bytes, 131, false);
    sniff(m.bytes, 0, false);
    free(m.bytes);
    slice.has_preamble = false;
    m = maker_bytes(&slice);
    sniff(m.bytes, m.count, true);
    free(m.bytes);
    static const char *const others[] = {
        "#!/bin/sh\necho hello world\n", "\x89PNG\r\n\x1a\n        ",
        "PK\x03\x04 zip file zip file", "{\"json\": true, \"n\": 1234567}"};
    for (size_t n = 0; n < sizeof others / sizeof others[0]; n++)
        sniff((const uint8_t *)others[n], strlen(others[n]), false);
    unlink(file_path);
}

static void special_files_are_never_opened_for_reading(void)
{
    abl_error err;
    bool is_dicom = true;
    if (mkfifo(file_path, 0600) != 0)
        exit(1);
    ABL_CHECK_FAILS(abl_dicom_sniff(&is_dicom, file_path, &err), ABL_E_IO,
                    "not a regular file", &err);
    CU_ASSERT_FALSE(is_dicom);
    unlink(file_path);
    ABL_CHECK_FAILS(abl_dicom_sniff(&is_dicom, file_path, &err), ABL_E_IO,
                    "No such file", &err);
}

/* A sparse file larger than the limit costs nothing to make. */
static void huge_file_is_refused_by_its_size(void)
{
    abl_error err;
    bool is_dicom = false;
    maker_slice slice = maker_ct(0);
    maker m = maker_bytes(&slice);
    maker_write(".", file_path, m.bytes, m.count);
    free(m.bytes);
    if (truncate(file_path, (off_t)ABL_DICOM_MAX_FILE_BYTES + 1) == 0)
        ABL_CHECK_FAILS(abl_dicom_sniff(&is_dicom, file_path, &err),
                        ABL_E_UNSUPPORTED, "more than the", &err);
    unlink(file_path);
}

static void put_nested(maker *m, int levels, bool is_defined)
{
    const uint32_t each = 20;
    for (int n = 0; n < levels; n++) {
        const uint32_t rest = each * (uint32_t)(levels - n) - 12;
        put_head(m, 0x00081115, "SQ", is_defined ? rest : 0xffffffffu);
        put_number(m, 0xfffe, 2);
        put_number(m, 0xe000, 2);
        put_number(m, is_defined ? rest - 8 : 0xffffffffu, 4);
    }
}

/* DCMTK's recursive parser would overflow its stack. */
static void deep_nesting_is_refused_before_parsing(void)
{
    for (int n = 0; n < 6; n++) {
        abl_error err;
        abl_dicom_header header;
        const int levels = n < 3 ? 20000 : 500;
        maker m = {calloc(1, MAKER_BYTES), 0, false, false};
        put_meta(&m, n % 3 == 2 ? MAKER_IMPLICIT : MAKER_EXPLICIT, n != 1);
        put_text(&m, 0x00080060, "CS", "CT");
        if (n % 3 == 1)
            put_nested(&m, levels, true);
        else
            put_nested(&m, levels, false);
        maker_write(".", file_path, m.bytes, m.count);
        free(m.bytes);
        const abl_status status =
            abl_dicom_header_read(&header, file_path, &err);
        CU_ASSERT_TRUE(levels < 1000 || status == ABL_E_FORMAT);
        CU_ASSERT_TRUE(levels < 1000 ||
                       strstr(err.message, "nested too deeply"));
        abl_dicom_header_clear(&header);
    }
    unlink(file_path);
}

/* The same inside a value whose VR says it is none. */
static void nesting_in_disguise_is_found(void)
{
    abl_error err;
    maker m = {calloc(1, MAKER_BYTES), 0, false, false};
    put_meta(&m, MAKER_EXPLICIT, true);
    put_text(&m, 0x00080060, "CS", "CT");
    put_head(&m, 0x00091010, "UN", 0xffffffffu);
    m.is_implicit = true;
    put_item(&m);
    put_nested(&m, 5000, false);
    maker_write(".", file_path, m.bytes, m.count);
    free(m.bytes);
    ABL_CHECK_FAILS(abl_dicom_structure_check(file_path, &err), ABL_E_FORMAT,
                    "nested too deeply", &err);
    unlink(file_path);
}

static void attributes_that_lie_are_refused(void)
{
    static const struct {
        unsigned rows, bits;
        const char *words;
    } lies[] = {{65535, 16, "1 to 16384"},
                {24, 12, "bits per pixel"},
                {24, 32, ""},
                {0, 16, "pixels; 1 to"}};
    for (size_t n = 0; n < sizeof lies / sizeof lies[0]; n++) {
        abl_error err;
        abl_dicom_header header;
        abl_dicom_pixels *pixels = NULL;
        maker_slice slice = maker_ct(0);
        maker m = {calloc(1, MAKER_BYTES), 0, false, false};
        slice.pixel_bytes = 2 * ROWS * COLUMNS;
        slice.rows = lies[n].rows;
        slice.bits_allocated = 16;
        put_meta(&m, MAKER_EXPLICIT, true);
        put_slice(&m, &slice);
        for (size_t at = 132; at + 10 < m.count; at++)
            if (memcmp(m.bytes + at, "\x28\0\0\1US\2", 7) == 0)
                m.bytes[at + 8] = (uint8_t)lies[n].bits;
        maker_write(".", file_path, m.bytes, m.count);
        free(m.bytes);
        ABL_CHECK_OK(abl_dicom_header_read(&header, file_path, &err), &err);
        CU_ASSERT_NOT_EQUAL(
            abl_dicom_pixels_open(&pixels, file_path, &header, &err), ABL_OK);
        if (!strstr(err.message, lies[n].words))
            fprintf(stderr, "%s\n", err.message);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.message, lies[n].words));
        CU_ASSERT_PTR_NULL(pixels);
        abl_dicom_header_clear(&header);
    }
    unlink(file_path);
}

static const char *const damaged_names[] = {
    "plain.dcm",   "deflated.dcm", "rle.dcm",           "jpeg_lossless.dcm",
    "jpeg_ls.dcm", "jpeg2000.dcm", "jpeg_extended.dcm", "big_endian.dcm"};

/* Whatever byte is wrong: a status, and no crash under the sanitizers. */
static void damaged_bytes_never_crash(void)
{
    static uint8_t bytes[8192];
    for (size_t f = 0; f < sizeof damaged_names / sizeof *damaged_names; f++) {
        const size_t count =
            read_testdata(bytes, sizeof bytes, damaged_names[f]);
        size_t refused = 0, tried = 0;
        for (size_t at = 128 + f; at < count; at += 11) {
            abl_error err;
            abl_dicom_header header;
            uint16_t words[ROWS * COLUMNS];
            const uint8_t kept = bytes[at];
            bytes[at] ^= (uint8_t)(at % 2 ? 0xff : 0x81);
            maker_write(".", file_path, bytes, count);
            tried++;
            refused += read_file(&header, words, file_path, &err) != ABL_OK;
            abl_dicom_header_clear(&header);
            bytes[at] = kept;
        }
        CU_ASSERT_TRUE(tried > 100);
        CU_ASSERT_TRUE(refused > 0);
    }
    unlink(file_path);
}

/* Shorter than the data set: never a full image without an error. */
static void truncated_files_are_refused_at_every_length(void)
{
    static uint8_t bytes[8192];
    for (size_t f = 0; f < sizeof damaged_names / sizeof *damaged_names; f++) {
        const size_t count =
            read_testdata(bytes, sizeof bytes, damaged_names[f]);
        for (size_t length = 0; length + 30 < count; length += 29) {
            abl_error err;
            abl_dicom_header header;
            uint16_t words[ROWS * COLUMNS];
            maker_write(".", file_path, bytes, length);
            const abl_status status =
                read_file(&header, words, file_path, &err);
            if (!status)
                fprintf(stderr, "%s cut to %zu of %zu bytes was read\n",
                        damaged_names[f], length, count);
            CU_ASSERT_NOT_EQUAL(status, ABL_OK);
            abl_dicom_header_clear(&header);
        }
    }
    unlink(file_path);
}

const char *const abl_test_suite = "imaging/dicom_file";
CU_TestInfo abl_tests[] = {
    ABL_TEST(every_syntax_decodes_to_the_same_image),
    ABL_TEST(header_holds_what_the_file_says),
    ABL_TEST(enhanced_file_becomes_a_volume_with_its_own_rescale),
    ABL_TEST(only_dicom_is_taken_for_dicom),
    ABL_TEST(special_files_are_never_opened_for_reading),
    ABL_TEST(huge_file_is_refused_by_its_size),
    ABL_TEST(deep_nesting_is_refused_before_parsing),
    ABL_TEST(nesting_in_disguise_is_found),
    ABL_TEST(attributes_that_lie_are_refused),
    ABL_TEST(damaged_bytes_never_crash),
    ABL_TEST(truncated_files_are_refused_at_every_length),
    CU_TEST_INFO_NULL,
};
