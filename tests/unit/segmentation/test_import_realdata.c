/* Segmentations and structure sets that other programs wrote, where the public
 * collection of odd files lies beside the project.
 * SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_contours.h"
#include "imaging/dicom_seg_read.h"
#include "imaging/nrrd.h"
#include "segmentation/import_labels.h"
#include "tests/unit/check.h"

#include <unistd.h>

const char *const abl_test_suite = "segmentation.import_realdata";

static char path[1024];

static const char *find(const char *name)
{
    const char *shared = getenv("ABLASCREEN_SHARED");
    snprintf(path, sizeof path, "%s/dicom-edge/%s",
             shared ? shared : ABL_SHARED_DIR, name);
    if (access(path, R_OK) == 0)
        return path;
    printf("skipped: no real data\n");
    return NULL;
}

/* Voxels of each frame of a file, added up. */
static size_t count_pixels(const abl_dicom_seg *seg, size_t frame)
{
    size_t count = 0;
    uint8_t *mask = calloc(seg->rows, seg->columns);
    abl_dicom_seg_mask(mask, seg, frame);
    for (size_t n = 0; n < seg->rows * seg->columns; n++)
        count += mask[n];
    free(mask);
    return count;
}

static size_t count_all(const abl_dicom_seg *seg)
{
    size_t count = 0;
    for (size_t n = 0; n < seg->frame_count; n++)
        count += count_pixels(seg, n);
    return count;
}

/* Both files come from dcmqi: the NRRD file is what the SEG was made from. */
static void a_segmentation_of_dcmqi_is_its_nrrd_file_voxel_for_voxel(void)
{
    abl_error err;
    abl_nrrd nrrd;
    abl_import_maps maps = {0, NULL};
    if (!find("dcmqi_liver_seg_sr/liver_seg.nrrd"))
        return;
    ABL_CHECK_OK(abl_nrrd_read(&nrrd, path, 1, &err), &err);
    ABL_CHECK_OK(abl_import_file_read(&maps,
                                      find("dcmqi_liver_seg_sr/liver.dcm"),
                                      NULL, &nrrd.grid, NULL, &err),
                 &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    const abl_import_map *map = &maps.items[0];
    CU_ASSERT_EQUAL(map->names.of[1].id, ABL_LIVER);
    CU_ASSERT_FALSE(map->is_resampled);
    const abl_grid *grid = &map->values->grid;
    size_t inside = 0, wrong = 0, n = 0;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++, n++) {
                double lps[3], ijk[3];
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                abl_grid_to_ijk(ijk, &nrrd.grid, lps);
                const size_t at = abl_grid_offset(
                    &nrrd.grid, (size_t)lrint(ijk[0]), (size_t)lrint(ijk[1]),
                    (size_t)lrint(ijk[2]));
                const int value = abl_volume_i16(map->values)[n];
                wrong += value != nrrd.values[at];
                inside += value == 1;
            }
    size_t wanted = 0;
    for (size_t v = 0; v < abl_grid_voxels(&nrrd.grid); v++)
        wanted += nrrd.values[v] == 1;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(inside, wanted);
    CU_ASSERT_TRUE(wanted > 1000);
    abl_nrrd_clear(&nrrd);
    abl_import_maps_clear(&maps);
}

static void segmentations_of_highdicom_are_read(void)
{
    static const struct {
        const char *name;
        size_t segments, frames;
        unsigned highest;
    } files[] = {
        {"highdicom_seg/seg_image_ct_binary.dcm", 1, 3, 0},
        {"highdicom_seg/seg_image_ct_binary_fractional.dcm", 1, 3, 255},
        {"highdicom_seg/seg_image_ct_binary_overlap.dcm", 2, 8, 0}};
    abl_error err;
    abl_dicom_seg seg;
    size_t binary = 0;
    for (size_t n = 0; n < 3; n++) {
        if (!find(files[n].name))
            return;
        ABL_CHECK_OK(abl_dicom_seg_read(&seg, path, &err), &err);
        CU_ASSERT_EQUAL(seg.part_count, files[n].segments);
        CU_ASSERT_EQUAL(seg.frame_count, files[n].frames);
        CU_ASSERT_EQUAL(seg.fractional_max, files[n].highest);
        CU_ASSERT_EQUAL(seg.rows, 16);
        if (n == 0)
            binary = count_all(&seg);
        if (n == 1) /* the same mask, as fractions */
            CU_ASSERT_EQUAL(count_all(&seg), binary);
        CU_ASSERT_TRUE(binary > 0);
        abl_dicom_seg_clear(&seg);
    }
}

static void a_structure_set_is_read(void)
{
    abl_error err;
    abl_dicom_contours contours;
    if (!find("rtstruct/rt.dcm"))
        return;
    ABL_CHECK_OK(abl_dicom_contours_read(&contours, path, &err), &err);
    CU_ASSERT_EQUAL(contours.part_count, 1);
    CU_ASSERT_EQUAL(contours.contour_count, 2);
    CU_ASSERT_STRING_EQUAL(contours.parts[0].label, "ROI-1");
    abl_dicom_contours_clear(&contours);
}

static void images_and_reports_are_no_outlines(void)
{
    static const char *const names[] = {"dcmqi_liver_seg_sr/ct-3slice/01.dcm",
                                        "dcmqi_liver_seg_sr/sr-example/sr.dcm"};
    abl_error err;
    abl_import_maps maps = {0, NULL};
    const abl_grid grid = abl_grid_axial(8, 8, 8, 1, 1, 1);
    for (int n = 0; n < 2; n++) {
        if (!find(names[n]))
            return;
        ABL_CHECK_FAILS(
            abl_import_file_read(&maps, path, NULL, &grid, NULL, &err),
            ABL_E_UNSUPPORTED, "a DICOM object of modality", &err);
    }
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(a_segmentation_of_dcmqi_is_its_nrrd_file_voxel_for_voxel),
    ABL_TEST(segmentations_of_highdicom_are_read),
    ABL_TEST(a_structure_set_is_read),
    ABL_TEST(images_and_reports_are_no_outlines),
    CU_TEST_INFO_NULL,
};
