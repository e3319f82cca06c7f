/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "imaging/dicom_file.h"
#include "imaging/dicom_object.h"
#include "imaging/dicom_write.h"
#include "tests/unit/imaging/volumes.h"

enum {
    SLICES = 4
};

/* A series of 61 x 53: 3233 pixels, which is no multiple of eight. */
typedef struct study {
    char folder[64];
    char paths[SLICES][128];
    abl_grid grid;
    abl_dicom_source *source;
} study;

static const abl_code anatomy = {"123037004", "SCT", "Anatomical Structure"};
static const abl_code liver = {"10200004", "SCT", "Liver"};
static const abl_code diameter = {"81827009", "SCT", "Diameter"};
static const abl_code mm = {"mm", "UCUM", "millimeter"};

static abl_dicom_object_info object_info(void)
{
    return (abl_dicom_object_info){.key = "key",
                                   .series_description = "Result",
                                   .series_number = 9001,
                                   .instance_number = 1,
                                   .manufacturer = "AblaScreen",
                                   .model_name = "ablascreen",
                                   .version = "0.1.0"};
}

static void write_series(study *of, const char *study_uid)
{
    abl_error err;
    abl_dicom_write_info info = abl_dicom_write_defaults();
    abl_dicom_uid(info.study_uid, study_uid);
    abl_dicom_uid(info.series_uid, "series");
    abl_dicom_uid(info.frame_of_reference_uid, "frame");
    abl_volume *volume = random_image(&of->grid, ABL_PIXEL_I16, 7);
    snprintf(of->folder, sizeof of->folder, "dicom_object-XXXXXX");
    if (!mkdtemp(of->folder))
        exit(1);
    ABL_CHECK_OK(abl_dicom_series_write(of->folder, volume, &info, &err), &err);
    for (size_t k = 0; k < of->grid.size[2]; k++)
        snprintf(of->paths[k], sizeof of->paths[k], "%s/IM%05zu.dcm",
                 of->folder, k + 1);
    abl_volume_destroy(volume);
}

static study open_study(void)
{
    abl_error err;
    study of = {.grid = odd_grid(61, 53, SLICES)};
    const char *paths[SLICES];
    write_series(&of, "study");
    for (size_t k = 0; k < SLICES; k++)
        paths[k] = of.paths[k];
    ABL_CHECK_OK(abl_dicom_source_open(&of.source, paths, SLICES, &err), &err);
    return of;
}

static void remove_folder(const char *folder)
{
    char path[512];
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && (entry = readdir(open));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (open)
        closedir(open);
    rmdir(folder);
}

static void close_study(study *of)
{
    abl_dicom_source_destroy(of->source);
    remove_folder(of->folder);
}

static unsigned char *read_bytes(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = calloc(1, 1 << 20);
    *length = file ? fread(bytes, 1, 1 << 20, file) : 0;
    if (file)
        fclose(file);
    return bytes;
}

static abl_dicom_segment segment_of(const abl_volume *labels, uint8_t value)
{
    return (abl_dicom_segment){.label = "Liver",
                               .category = anatomy,
                               .type = liver,
                               .algorithm = ABL_DICOM_AUTOMATIC,
                               .algorithm_name = "organ_ct",
                               .labels = labels,
                               .value = value,
                               .rgb = {86, 180, 233}};
}

static void bits_of_odd_frames_follow_each_other(void)
{
    abl_error err;
    char path[128];
    study of = open_study();
    abl_volume *labels = random_mask(&of.grid, 30, 3);
    const abl_dicom_object_info info = object_info();
    const abl_dicom_segment segment = segment_of(labels, 1);
    snprintf(path, sizeof path, "%s/seg.dcm", of.folder);
    ABL_CHECK_OK(abl_dicom_seg_write(path, of.source, &info, &segment, 1,
                                     ABL_PLANES_OF_GRID, &err),
                 &err);
    size_t length, wrong = 0;
    unsigned char *bytes = read_bytes(path, &length);
    const size_t pixels = abl_grid_voxels(&of.grid);
    const size_t packed = ((pixels + 7) / 8 + 1) & ~(size_t)1;
    CU_ASSERT(length > packed);
    const unsigned char *bits = bytes + length - packed;
    for (size_t n = 0; n < pixels; n++)
        wrong += (bits[n >> 3] >> (n & 7) & 1) != abl_volume_u8(labels)[n];
    CU_ASSERT_EQUAL(wrong, 0);
    free(bytes);
    abl_volume_destroy(labels);
    close_study(&of);
}

static void empty_slices_have_no_frame(void)
{
    abl_error err;
    char path[128];
    abl_dicom_header header;
    study of = open_study();
    abl_volume *labels = new_volume(&of.grid, ABL_PIXEL_U8);
    abl_volume_u8(labels)[2 * 61 * 53 + 100] = 5;
    const abl_dicom_object_info info = object_info();
    const abl_dicom_segment segment = segment_of(labels, 5);
    snprintf(path, sizeof path, "%s/seg.dcm", of.folder);
    ABL_CHECK_OK(abl_dicom_seg_write(path, of.source, &info, &segment, 1,
                                     ABL_PLANES_OF_GRID, &err),
                 &err);
    ABL_CHECK_OK(abl_dicom_header_read(&header, path, &err), &err);
    CU_ASSERT_STRING_EQUAL(header.modality, "SEG");
    CU_ASSERT_STRING_EQUAL(header.study_uid,
                           abl_dicom_source_study_uid(of.source));
    CU_ASSERT_STRING_NOT_EQUAL(header.series_uid,
                               abl_dicom_source_series_uid(of.source));
    abl_dicom_header_clear(&header);
    size_t length;
    unsigned char *bytes = read_bytes(path, &length);
    const size_t packed = ((61 * 53 + 7) / 8 + 1) & ~(size_t)1;
    CU_ASSERT_EQUAL(bytes[length - packed + 100 / 8], 1 << (100 & 7));
    free(bytes);
    abl_volume_destroy(labels);
    close_study(&of);
}

static void segments_that_cannot_be_written_are_refused(void)
{
    abl_error err;
    char path[128];
    study of = open_study();
    abl_grid other = odd_grid(61, 53, SLICES - 1);
    abl_volume *empty = new_volume(&of.grid, ABL_PIXEL_U8);
    abl_volume *full = random_mask(&of.grid, 50, 5);
    abl_volume *shorter = random_mask(&other, 50, 5);
    abl_volume *image = random_image(&of.grid, ABL_PIXEL_I16, 2);
    const abl_dicom_object_info info = object_info();
    abl_dicom_object_info nameless = object_info();
    nameless.key = "";
    snprintf(path, sizeof path, "%s/seg.dcm", of.folder);
    const abl_dicom_segment good = segment_of(full, 1);
    const abl_dicom_segment none = segment_of(empty, 1);
    const abl_dicom_segment zero = segment_of(full, 0);
    const abl_dicom_segment wrong_type = segment_of(image, 1);
    const abl_dicom_segment mixed[2] = {good, segment_of(shorter, 1)};
    ABL_CHECK_FAILS(abl_dicom_seg_write(path, of.source, &info, &none, 1,
                                        ABL_PLANES_OF_GRID, &err),
                    ABL_E_INVALID, "no voxel", &err);
    ABL_CHECK_FAILS(abl_dicom_seg_write(path, of.source, &info, &good, 0,
                                        ABL_PLANES_OF_GRID, &err),
                    ABL_E_INVALID, "1 to 65535", &err);
    ABL_CHECK_FAILS(abl_dicom_seg_write(path, of.source, &info, &zero, 1,
                                        ABL_PLANES_OF_GRID, &err),
                    ABL_E_INVALID, "no label", &err);
    ABL_CHECK_FAILS(abl_dicom_seg_write(path, of.source, &info, &wrong_type, 1,
                                        ABL_PLANES_OF_GRID, &err),
                    ABL_E_INVALID, "u8", &err);
    ABL_CHECK_FAILS(abl_dicom_seg_write(path, of.source, &info, mixed, 2,
                                        ABL_PLANES_OF_GRID, &err),
                    ABL_E_GEOMETRY, "", &err);
    ABL_CHECK_FAILS(abl_dicom_seg_write(path, of.source, &nameless, &good, 1,
                                        ABL_PLANES_OF_GRID, &err),
                    ABL_E_INVALID, "key", &err);
    ABL_CHECK_FAILS(abl_dicom_seg_write("nowhere/seg.dcm", of.source, &info,
                                        &good, 1, ABL_PLANES_OF_GRID, &err),
                    ABL_E_IO, "nowhere/seg.dcm", &err);
    CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
    abl_volume_destroy(empty);
    abl_volume_destroy(full);
    abl_volume_destroy(shorter);
    abl_volume_destroy(image);
    close_study(&of);
}

static void the_same_result_gives_the_same_bytes(void)
{
    abl_error err;
    char path[2][128];
    size_t length[2];
    unsigned char *bytes[2];
    study of = open_study();
    abl_volume *labels = random_mask(&of.grid, 30, 3);
    const abl_dicom_object_info info = object_info();
    const abl_dicom_segment segment = segment_of(labels, 1);
    for (int n = 0; n < 2; n++) {
        snprintf(path[n], sizeof path[n], "%s/seg%d.dcm", of.folder, n);
        ABL_CHECK_OK(abl_dicom_seg_write(path[n], of.source, &info, &segment, 1,
                                         ABL_PLANES_OF_GRID, &err),
                     &err);
        bytes[n] = read_bytes(path[n], &length[n]);
    }
    CU_ASSERT_EQUAL_FATAL(length[0], length[1]);
    CU_ASSERT_EQUAL(memcmp(bytes[0], bytes[1], length[0]), 0);
    free(bytes[0]);
    free(bytes[1]);
    abl_volume_destroy(labels);
    close_study(&of);
}

static void source_matches_its_own_grid_only(void)
{
    study of = open_study();
    abl_grid moved = of.grid, fewer = of.grid, turned = of.grid;
    moved.origin_lps[1] += 0.2;
    fewer.size[2]--;
    turned.spacing_mm[0] = of.grid.spacing_mm[1];
    turned.spacing_mm[1] = of.grid.spacing_mm[0];
    CU_ASSERT_TRUE(abl_dicom_source_matches(of.source, &of.grid));
    CU_ASSERT_FALSE(abl_dicom_source_matches(of.source, &moved));
    CU_ASSERT_FALSE(abl_dicom_source_matches(of.source, &fewer));
    CU_ASSERT_FALSE(abl_dicom_source_matches(of.source, &turned));
    close_study(&of);
}

static void sources_of_two_studies_are_refused(void)
{
    abl_error err;
    abl_dicom_source *source = NULL;
    study of = open_study(), other = {.grid = odd_grid(61, 53, SLICES)};
    write_series(&other, "another study");
    const char *mixed[2] = {of.paths[0], other.paths[1]};
    const char *absent[1] = {"nowhere.dcm"};
    const char *text[1] = {"CTestTestfile.cmake"};
    ABL_CHECK_FAILS(abl_dicom_source_open(&source, mixed, 2, &err),
                    ABL_E_FORMAT, "another study", &err);
    CU_ASSERT_PTR_NULL(source);
    CU_ASSERT_NOT_EQUAL(abl_dicom_source_open(&source, absent, 1, &err),
                        ABL_OK);
    CU_ASSERT_NOT_EQUAL(abl_dicom_source_open(&source, text, 1, &err), ABL_OK);
    ABL_CHECK_FAILS(abl_dicom_source_open(&source, mixed, 0, &err),
                    ABL_E_INVALID, "no series", &err);
    remove_folder(other.folder);
    close_study(&of);
}

static void captures_and_documents_are_checked(void)
{
    abl_error err;
    char path[128];
    study of = open_study();
    const abl_dicom_object_info info = object_info();
    const uint8_t rgb[15] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const uint8_t pdf[] = "%PDF-1.5\n%%EOF";
    snprintf(path, sizeof path, "%s/out.dcm", of.folder);
    ABL_CHECK_OK(
        abl_dicom_capture_write(path, of.source, &info, rgb, 5, 1, 0, &err),
        &err);
    size_t length;
    unsigned char *bytes = read_bytes(path, &length);
    CU_ASSERT_EQUAL(memcmp(bytes + length - 16, rgb, 15), 0);
    free(bytes);
    ABL_CHECK_FAILS(
        abl_dicom_capture_write(path, of.source, &info, rgb, 0, 1, 0, &err),
        ABL_E_INVALID, "0 x 1", &err);
    ABL_CHECK_FAILS(
        abl_dicom_capture_write(path, of.source, &info, rgb, 16385, 1, 0, &err),
        ABL_E_INVALID, "16385", &err);
    ABL_CHECK_OK(abl_dicom_pdf_write(path, of.source, &info, "Title", pdf,
                                     sizeof pdf - 1, &err),
                 &err);
    ABL_CHECK_FAILS(
        abl_dicom_pdf_write(path, of.source, &info, "Title", rgb, 15, &err),
        ABL_E_INVALID, "no PDF", &err);
    ABL_CHECK_FAILS(
        abl_dicom_pdf_write(path, of.source, &info, "Title", pdf, 4, &err),
        ABL_E_INVALID, "no PDF", &err);
    close_study(&of);
}

static abl_sr_item root_item(void)
{
    return (abl_sr_item){.type = ABL_SR_CONTAINER,
                         .name = {"126000", "DCM", "Report"},
                         .template_id = "1500"};
}

static void report_items_are_checked(void)
{
    abl_error err;
    abl_sr_document *document = NULL;
    const double points[6] = {1, 2, 3, 4, 5, NAN};
    const abl_sr_item root = root_item();
    const abl_sr_item number = {.depth = 1,
                                .type = ABL_SR_NUM,
                                .name = diameter,
                                .code = mm,
                                .number = 12.3,
                                .decimals = 1};
    abl_sr_item bad[8];
    for (int n = 0; n < 8; n++)
        bad[n] = number;
    bad[0].depth = 2;
    bad[1].depth = 0;
    bad[2].number = INFINITY;
    bad[3].code.value = NULL;
    bad[4].name.value = "a code of more than sixteen characters";
    bad[5].type = ABL_SR_TEXT;
    bad[6] = (abl_sr_item){.depth = 1,
                           .type = ABL_SR_SCOORD3D,
                           .name = diameter,
                           .graphic_type = "POLYLINE",
                           .points = points,
                           .point_count = 2};
    bad[7] = bad[6];
    bad[7].graphic_type = "POINT";
    ABL_CHECK_OK(abl_sr_create(&document, &err), &err);
    ABL_CHECK_FAILS(abl_sr_add(document, &number, &err), ABL_E_INVALID, "depth",
                    &err);
    ABL_CHECK_OK(abl_sr_add(document, &root, &err), &err);
    for (int n = 0; n < 8; n++)
        ABL_CHECK_FAILS(abl_sr_add(document, &bad[n], &err), ABL_E_INVALID,
                        "report item 2", &err);
    ABL_CHECK_OK(abl_sr_add(document, &number, &err), &err);
    abl_sr_destroy(document);
}

static void an_empty_report_is_refused(void)
{
    abl_error err;
    char path[128];
    abl_sr_document *document = NULL;
    study of = open_study();
    const abl_dicom_object_info info = object_info();
    const abl_sr_item root = root_item();
    snprintf(path, sizeof path, "%s/sr.dcm", of.folder);
    ABL_CHECK_OK(abl_sr_create(&document, &err), &err);
    ABL_CHECK_FAILS(
        abl_dicom_sr_write(path, of.source, &info, document, NULL, 0, &err),
        ABL_E_INVALID, "container", &err);
    ABL_CHECK_OK(abl_sr_add(document, &root, &err), &err);
    ABL_CHECK_OK(
        abl_dicom_sr_write(path, of.source, &info, document, NULL, 0, &err),
        &err);
    abl_sr_destroy(document);
    close_study(&of);
}

const char *const abl_test_suite = "dicom_object";
CU_TestInfo abl_tests[] = {
    ABL_TEST(bits_of_odd_frames_follow_each_other),
    ABL_TEST(empty_slices_have_no_frame),
    ABL_TEST(segments_that_cannot_be_written_are_refused),
    ABL_TEST(the_same_result_gives_the_same_bytes),
    ABL_TEST(source_matches_its_own_grid_only),
    ABL_TEST(sources_of_two_studies_are_refused),
    ABL_TEST(captures_and_documents_are_checked),
    ABL_TEST(report_items_are_checked),
    ABL_TEST(an_empty_report_is_refused),
    CU_TEST_INFO_NULL,
};
