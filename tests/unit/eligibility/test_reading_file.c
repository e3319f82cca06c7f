/* A reader's outlines are the same from any kind of file, and no others are
 * taken from it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading.h"
#include "imaging/nifti.h"
#include "tests/unit/segmentation/outline_maker.h"

const char *const abl_test_suite = "eligibility.reading_file";

enum {
    SIZE = 20,
    PIXELS = SIZE * SIZE,
    VOXELS = SIZE * PIXELS,
    PARTS = 3,
    NAMELESS = 7, /* the number of the lesion */
    LIVER = 2
};

/* Cubes of voxels, ends included. */
typedef struct cube {
    int number, lo, hi;
    const char *label;
} cube;

static const cube cubes[PARTS] = {{1, 3, 6, "Gallbladder"},
                                  {LIVER, 8, 17, "Liver"},
                                  {NAMELESS, 10, 13, "Segment_7"}};

static char folder[64], path[128];
static abl_import_maps maps;
static abl_series_info info;
static abl_override override;

static abl_grid image_grid(void)
{
    abl_grid g = abl_grid_axial(SIZE, SIZE, SIZE, 2, 2, 2);
    for (int a = 0; a < 3; a++)
        g.origin_lps[a] = 10 * a;
    return g;
}

static bool is_in(const cube *of, size_t voxel)
{
    const int at[3] = {(int)(voxel % SIZE), (int)(voxel / SIZE % SIZE),
                       (int)(voxel / PIXELS)};
    bool inside = true;
    for (int a = 0; a < 3; a++)
        inside = inside && at[a] >= of->lo && at[a] <= of->hi;
    return inside;
}

/* The lesion and the gallbladder are taken, the liver is not. */
static void begin(const char *file)
{
    maker_new_folder(folder);
    snprintf(path, sizeof path, "%s/%s", folder, file);
    memset(&maps, 0, sizeof maps);
    memset(&info, 0, sizeof info);
    snprintf(info.series_uid, sizeof info.series_uid, "1.2.3.4");
    snprintf(info.frame_of_reference_uid, sizeof info.frame_of_reference_uid,
             "1.2.3.9");
    override =
        (abl_override){.file = "o.json", .count = 1, .structure_count = 1};
    override.items[0] =
        (abl_override_item){.action = ABL_READ_ADD, .label = NAMELESS};
    override.structures[0].id = ABL_GALLBLADDER;
    snprintf(override.labels_path, sizeof override.labels_path, "%s", path);
}

static void end(void)
{
    abl_import_maps_clear(&maps);
    maker_remove(folder);
}

static void write_seg(const char *frame_uid)
{
    static uint8_t pixels[PARTS * SIZE][PIXELS];
    static made_frame frames[PARTS * SIZE];
    made_segment segments[PARTS];
    for (int p = 0; p < PARTS; p++) {
        segments[p] = (made_segment){.number = (unsigned)cubes[p].number,
                                     .label = cubes[p].label};
        for (int k = 0; k < SIZE; k++) {
            uint8_t *mask = pixels[p * SIZE + k];
            for (size_t n = 0; n < PIXELS; n++)
                mask[n] = is_in(&cubes[p], (size_t)k * PIXELS + n);
            frames[p * SIZE + k] =
                (made_frame){.segment = (unsigned)cubes[p].number,
                             .position = {0, 10, 20 + 2.0 * k},
                             .pixels = mask};
        }
    }
    const made_seg seg = {.sop_class = MADE_SEG_CLASS,
                          .type = "BINARY",
                          .frame_uid = frame_uid,
                          .series_uid = "1.2.3.4",
                          .rows = SIZE,
                          .columns = SIZE,
                          .bits = 1,
                          .orientation = {1, 0, 0, 0, 1, 0},
                          .spacing = {2, 2},
                          .step_mm = 2,
                          .segment_count = PARTS,
                          .segments = segments,
                          .frame_count = PARTS * SIZE,
                          .frames = frames};
    write_made_seg(folder, "o.dcm", &seg);
}

static void write_contours(const char *frame_uid)
{
    static made_contour contours[PARTS * SIZE];
    made_region regions[PARTS];
    size_t count = 0;
    for (int p = 0; p < PARTS; p++) {
        const double lo = 2 * (cubes[p].lo - 0.5), hi = 2 * (cubes[p].hi + 0.5);
        regions[p] = (made_region){cubes[p].number, cubes[p].label, NULL};
        for (int k = cubes[p].lo; k <= cubes[p].hi; k++)
            contours[count++] = (made_contour){.region = cubes[p].number,
                                               .count = 4,
                                               .points = {
                                                   {lo, 10 + lo, 20 + 2.0 * k},
                                                   {hi, 10 + lo, 20 + 2.0 * k},
                                                   {hi, 10 + hi, 20 + 2.0 * k},
                                                   {lo, 10 + hi, 20 + 2.0 * k},
                                               }};
    }
    write_made_contours(folder, "o.dcm", frame_uid, "1.2.3.4", regions, PARTS,
                        contours, count);
}

/* Segments lie on each other: one layer for each. */
static void write_nrrd(void)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file,
            "NRRD0005\ntype: unsigned char\ndimension: 4\n"
            "sizes: %d %d %d %d\nencoding: raw\n"
            "space: left-posterior-superior\n"
            "space directions: none (2,0,0) (0,2,0) (0,0,2)\n"
            "space origin: (0,10,20)\n",
            PARTS, SIZE, SIZE, SIZE);
    for (int p = 0; p < PARTS; p++)
        fprintf(file,
                "Segment%d_Name:=%s\nSegment%d_Layer:=%d\n"
                "Segment%d_LabelValue:=%d\n",
                p, cubes[p].label, p, p, p, cubes[p].number);
    fprintf(file, "\n");
    for (size_t n = 0; n < VOXELS; n++)
        for (int p = 0; p < PARTS; p++)
            fputc(is_in(&cubes[p], n) ? cubes[p].number : 0, file);
    fclose(file);
}

/* One value a voxel: the lesion lies over the liver. */
static void write_nifti(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = NULL;
    abl_error err;
    ABL_CHECK_OK(abl_volume_create(&labels, &grid, ABL_PIXEL_U8, &err), &err);
    for (size_t n = 0; n < VOXELS; n++)
        for (int p = 0; p < PARTS; p++)
            if (is_in(&cubes[p], n))
                abl_volume_u8(labels)[n] = (uint8_t)cubes[p].number;
    ABL_CHECK_OK(abl_nifti_write(path, labels, &err), &err);
    abl_volume_destroy(labels);
    char names[160];
    snprintf(names, sizeof names, "%s/names.json", folder);
    FILE *file = fopen(names, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "{\"1\": \"gallbladder\", \"2\": \"liver\", "
                  "\"7\": \"lesion_07\"}");
    fclose(file);
    snprintf(override.labels_names, sizeof override.labels_names, "%s", names);
}

static abl_status read_maps(abl_error *err)
{
    const abl_grid image = image_grid();
    return abl_reading_maps_read(&maps, &override, &image, &info, err);
}

static void check_lesion(void)
{
    const abl_grid image = image_grid();
    abl_volume *field = NULL;
    abl_error err;
    size_t wrong = 0;
    ABL_CHECK_OK(abl_import_shape(&field, &maps, NAMELESS, &image, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    for (size_t n = 0; n < abl_grid_voxels(&field->grid); n++) {
        const size_t *size = field->grid.size;
        double lps[3], ijk[3];
        abl_grid_to_lps(lps, &field->grid,
                        (double[3]){(double)(n % size[0]),
                                    (double)(n / size[0] % size[1]),
                                    (double)(n / (size[0] * size[1]))});
        abl_grid_to_ijk(ijk, &image, lps);
        const size_t voxel = (size_t)(ijk[0] + 0.5) +
                             SIZE * (size_t)(ijk[1] + 0.5) +
                             PIXELS * (size_t)(ijk[2] + 0.5);
        wrong += (abl_volume_f32(field)[n] > 0) != is_in(&cubes[2], voxel);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    abl_volume_destroy(field);
}

static void check_taken(bool has_parts)
{
    abl_error err;
    ABL_CHECK_OK(read_maps(&err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, has_parts ? 2 : 1);
    CU_ASSERT_STRING_EQUAL(override.labels_file, maps.items[0].file);
    CU_ASSERT_EQUAL(strlen(override.labels_sha256), 64);
    CU_ASSERT_FALSE(maps.items[0].is_resampled);
    check_lesion();
    for (size_t m = 0; has_parts && m < maps.count; m++)
        CU_ASSERT_FALSE(maps.items[m].names.of[1].kind == ABL_LABEL_STRUCTURE &&
                        maps.items[m].names.of[1].id == ABL_LIVER);
}

static void a_segmentation_gives_what_is_taken_and_nothing_else(void)
{
    begin("o.dcm");
    write_seg("1.2.3.9");
    check_taken(true);
    end();
}

static void a_structure_set_gives_the_same(void)
{
    begin("o.dcm");
    write_contours("1.2.3.9");
    check_taken(true);
    end();
}

static void a_file_of_a_segment_editor_gives_the_same(void)
{
    begin("o.nrrd");
    write_nrrd();
    check_taken(true);
    end();
}

static void a_label_map_gives_the_same(void)
{
    begin("o.nii");
    write_nifti();
    check_taken(false);
    end();
}

/* Lesions and vessels of the file are liver when the liver is taken. */
static void a_liver_that_is_taken_holds_its_lesions(void)
{
    abl_error err;
    size_t inside = 0;
    begin("o.dcm");
    write_seg("1.2.3.9");
    override.count = 0;
    override.structures[0].id = ABL_LIVER;
    ABL_CHECK_OK(read_maps(&err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    for (size_t n = 0; n < VOXELS; n++)
        inside += is_in(&cubes[1], n);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], inside);
    end();
}

static void refuse(abl_status status, const char *words)
{
    abl_error err;
    ABL_CHECK_FAILS(read_maps(&err), status, words, &err);
    end();
}

static void what_is_not_in_the_file_is_refused(void)
{
    begin("o.dcm");
    write_seg("1.2.3.9");
    override.items[0].label = 8;
    refuse(ABL_E_INVALID, "no voxel of label 8");
    begin("o.dcm");
    write_contours("1.2.3.9");
    override.structures[0].id = ABL_COLON;
    refuse(ABL_E_INVALID, "no voxel of colon");
    begin("o.nrrd");
    write_nrrd();
    override.items[0].label = 9;
    refuse(ABL_E_INVALID, "no voxel of label 9");
    begin("o.nii");
    write_nifti();
    override.items[0].label = 8;
    refuse(ABL_E_INVALID, "no voxel of label 8");
    begin("o.dcm");
    write_seg("1.2.3.9");
    override.count = 0;
    override.structures[0].id = ABL_SPLEEN;
    refuse(ABL_E_FORMAT, "nothing has a name that can be used");
}

static void outlines_of_another_patient_are_refused(void)
{
    begin("o.dcm");
    write_seg("1.2.3.10");
    refuse(ABL_E_GEOMETRY, "another frame of reference");
    begin("o.dcm");
    write_contours("1.2.3.10");
    refuse(ABL_E_GEOMETRY, "another frame of reference");
}

static void files_of_other_kinds_are_refused(void)
{
    begin("o.dcm");
    refuse(ABL_E_IO, "o.dcm");
    begin("o.dcm");
    write_seg("1.2.3.9");
    CU_ASSERT_EQUAL_FATAL(truncate(path, 3000), 0);
    refuse(ABL_E_FORMAT, "o.dcm");
    begin("o.nrrd");
    write_nrrd();
    CU_ASSERT_EQUAL_FATAL(truncate(path, 4000), 0);
    refuse(ABL_E_FORMAT, "o.nrrd");
    begin("o.txt");
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "liver: here\n");
    fclose(file);
    refuse(ABL_E_FORMAT, "o.txt");
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(a_segmentation_gives_what_is_taken_and_nothing_else),
    ABL_TEST(a_structure_set_gives_the_same),
    ABL_TEST(a_file_of_a_segment_editor_gives_the_same),
    ABL_TEST(a_label_map_gives_the_same),
    ABL_TEST(a_liver_that_is_taken_holds_its_lesions),
    ABL_TEST(what_is_not_in_the_file_is_refused),
    ABL_TEST(outlines_of_another_patient_are_refused),
    ABL_TEST(files_of_other_kinds_are_refused),
    CU_TEST_INFO_NULL,
};
