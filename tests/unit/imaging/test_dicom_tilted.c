/* Segmentations on the images of a tilted series: each frame lies on its image
 * and comes back pixel for pixel.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "imaging/dicom_object.h"
#include "imaging/dicom_seg_read.h"
#include "imaging/dicom_write.h"
#include "tests/unit/imaging/volumes.h"

const char *const abl_test_suite = "imaging.dicom_tilted";

enum {
    COLUMNS = 61,
    ROWS = 53, /* 3233 pixels: no multiple of eight */
    SLICES = 5
};

static char folder[64];
static double positions_lps[SLICES][3];
static abl_grid grid;
static abl_dicom_source *source;

static const abl_dicom_object_info info = {.key = "key",
                                           .series_description = "Result",
                                           .series_number = 9001,
                                           .instance_number = 1,
                                           .manufacturer = "A",
                                           .model_name = "a",
                                           .version = "0"};

static abl_dicom_segment segment_of(const abl_volume *labels)
{
    return (abl_dicom_segment){
        .label = "Liver",
        .category = {"123037004", "SCT", "Anatomical Structure"},
        .type = {"10200004", "SCT", "Liver"},
        .algorithm = ABL_DICOM_MANUAL,
        .labels = labels,
        .value = 1};
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Turned about the third axis, and every slice moved by @p per_slice_mm along
 * its columns, as a tilted gantry does. */
static void write_series(double turn, double per_slice_mm)
{
    abl_error err;
    abl_dicom_write_info study = abl_dicom_write_defaults();
    grid = abl_grid_axial(COLUMNS, ROWS, SLICES, 0.8, 0.7, 2.5);
    const double c = cos(turn), s = sin(turn);
    const double axes[3][3] = {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    memcpy(grid.direction, axes, sizeof axes);
    for (int k = 0; k < SLICES; k++)
        for (int a = 0; a < 3; a++)
            positions_lps[k][a] = k * (2.5 * grid.direction[a][2] +
                                       per_slice_mm * grid.direction[a][1]);
    abl_dicom_uid(study.study_uid, "study");
    abl_dicom_uid(study.series_uid, "series");
    abl_dicom_uid(study.frame_of_reference_uid, "frame");
    study.positions_lps = positions_lps[0];
    snprintf(folder, sizeof folder, "dicom_tilted-XXXXXX");
    if (!mkdtemp(folder))
        exit(1);
    abl_volume *image = random_image(&grid, ABL_PIXEL_I16, 7);
    ABL_CHECK_OK(abl_dicom_series_write(folder, image, &study, &err), &err);
    abl_volume_destroy(image);
}

static void open_source(size_t count)
{
    abl_error err;
    char names[SLICES][128];
    const char *paths[SLICES];
    for (int k = 0; k < SLICES; k++) {
        snprintf(names[k], sizeof names[k], "%s/IM%05d.dcm", folder, k + 1);
        paths[k] = names[k];
    }
    ABL_CHECK_OK(abl_dicom_source_open(&source, paths, count, &err), &err);
}

static void begin(double turn, double per_slice_mm)
{
    write_series(turn, per_slice_mm);
    open_source(SLICES);
}

static void end(void)
{
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && (entry = readdir(open));)
        unlink(path_of(entry->d_name));
    if (open)
        closedir(open);
    rmdir(folder);
    abl_dicom_source_destroy(source);
}

static bool is_at(const double a[3], const double b[3])
{
    return fabs(a[0] - b[0]) < 1e-5 && fabs(a[1] - b[1]) < 1e-5 &&
           fabs(a[2] - b[2]) < 1e-5;
}

static void check_frames(const abl_dicom_seg *seg, const abl_volume *labels)
{
    static uint8_t mask[COLUMNS * ROWS];
    CU_ASSERT_EQUAL_FATAL(seg->frame_count, SLICES);
    CU_ASSERT_EQUAL_FATAL(seg->columns, COLUMNS);
    CU_ASSERT_EQUAL_FATAL(seg->rows, ROWS);
    CU_ASSERT_DOUBLE_EQUAL(seg->spacing_mm[0], 0.8, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(seg->spacing_mm[1], 0.7, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(seg->step_mm, 2.5, 1e-6);
    for (int a = 0; a < 3; a++) {
        CU_ASSERT_DOUBLE_EQUAL(seg->row_lps[a], grid.direction[a][0], 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(seg->column_lps[a], grid.direction[a][1], 1e-5);
    }
    for (size_t k = 0; k < SLICES; k++) {
        CU_ASSERT_TRUE(is_at(seg->frames[k].position_lps, positions_lps[k]));
        abl_dicom_seg_mask(mask, seg, k);
        CU_ASSERT_EQUAL(
            memcmp(mask, abl_volume_u8(labels) + k * sizeof mask, sizeof mask),
            0);
    }
}

static void come_back(double turn, double per_slice_mm)
{
    abl_error err;
    abl_dicom_seg seg;
    begin(turn, per_slice_mm);
    abl_volume *labels = random_mask(&grid, 30, 3);
    const abl_dicom_segment segment = segment_of(labels);
    ABL_CHECK_OK(abl_dicom_seg_write(path_of("seg.dcm"), source, &info,
                                     &segment, 1, ABL_PLANES_OF_SOURCE, &err),
                 &err);
    ABL_CHECK_OK(abl_dicom_seg_read(&seg, path_of("seg.dcm"), &err), &err);
    check_frames(&seg, labels);
    abl_dicom_seg_clear(&seg);
    abl_volume_destroy(labels);
    end();
}

static void frames_lie_on_the_images_of_a_tilted_series(void)
{
    come_back(0, 0.53);
    come_back(0, -1.1);
}

static void frames_lie_on_the_images_of_a_tilted_oblique_series(void)
{
    come_back(0.21, 0.53);
    come_back(-0.7, 2);
}

static void images_of_an_upright_series_do_as_well(void)
{
    come_back(0, 0);
}

static void planes_are_those_of_the_headers(void)
{
    begin(0.3, 0.53);
    abl_grid plane;
    for (size_t k = 0; k < SLICES; k++) {
        CU_ASSERT_TRUE(abl_dicom_source_plane(source, k, &plane));
        CU_ASSERT_TRUE(is_at(plane.origin_lps, positions_lps[k]));
        CU_ASSERT_EQUAL(plane.size[0], COLUMNS);
        CU_ASSERT_EQUAL(plane.size[1], ROWS);
        CU_ASSERT_DOUBLE_EQUAL(plane.direction[2][2], 1, 1e-5);
    }
    CU_ASSERT_FALSE(abl_dicom_source_plane(source, SLICES, &plane));
    end();
}

static void refuse(const abl_volume *labels)
{
    abl_error err;
    const abl_dicom_segment segment = segment_of(labels);
    ABL_CHECK_FAILS(abl_dicom_seg_write(path_of("seg.dcm"), source, &info,
                                        &segment, 1, ABL_PLANES_OF_SOURCE,
                                        &err),
                    ABL_E_INVALID, "source's images", &err);
    CU_ASSERT_NOT_EQUAL(access(path_of("seg.dcm"), F_OK), 0);
}

static void labels_that_do_not_fit_the_images_are_refused(void)
{
    static const size_t sizes[][3] = {{COLUMNS + 1, ROWS, SLICES},
                                      {COLUMNS, ROWS - 1, SLICES},
                                      {ROWS, COLUMNS, SLICES},
                                      {COLUMNS, ROWS, SLICES - 1}};
    begin(0, 0.53);
    for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
        abl_grid other = grid;
        memcpy(other.size, sizes[n], sizeof other.size);
        abl_volume *labels = random_mask(&other, 30, 3);
        refuse(labels);
        abl_volume_destroy(labels);
    }
    end();
}

/* A file of another series of planes among them. */
static void images_that_are_no_stack_are_refused(void)
{
    char first[64];
    begin(0, 0.53);
    abl_volume *labels = random_mask(&grid, 30, 3);
    abl_dicom_source_destroy(source);
    memcpy(first, folder, sizeof first);
    write_series(0.5, 0.53);
    char from[128], to[128];
    snprintf(from, sizeof from, "%s/IM00003.dcm", first);
    snprintf(to, sizeof to, "%s/IM00003.dcm", folder);
    CU_ASSERT_EQUAL_FATAL(rename(from, to), 0);
    open_source(SLICES);
    refuse(labels);
    abl_volume_destroy(labels);
    end();
    memcpy(folder, first, sizeof first);
    source = NULL;
    end();
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(frames_lie_on_the_images_of_a_tilted_series),
    ABL_TEST(frames_lie_on_the_images_of_a_tilted_oblique_series),
    ABL_TEST(images_of_an_upright_series_do_as_well),
    ABL_TEST(planes_are_those_of_the_headers),
    ABL_TEST(labels_that_do_not_fit_the_images_are_refused),
    ABL_TEST(images_that_are_no_stack_are_refused),
    CU_TEST_INFO_NULL,
};
