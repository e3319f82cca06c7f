/* Segmentations of this and of other programs come in voxel for voxel, or are
 * refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_object.h"
#include "imaging/dicom_write.h"
#include "segmentation/import_labels.h"
#include "tests/unit/segmentation/outline_maker.h"

const char *const abl_test_suite = "segmentation.import_seg";

enum {
    COLUMNS = 29,
    ROWS = 23, /* 667 pixels: no multiple of eight */
    SLICES = 6,
    PIXELS = COLUMNS * ROWS
};

static char folder[64];
static abl_import_maps maps;
static abl_series_info info;
static uint8_t pixels[SLICES][PIXELS];

static abl_grid image_grid(void)
{
    abl_grid g = abl_grid_axial(COLUMNS, ROWS, SLICES, 1.5, 1.25, 2.5);
    g.origin_lps[0] = -20;
    g.origin_lps[1] = -12.5;
    g.origin_lps[2] = 100;
    return g;
}

static void begin(void)
{
    maker_new_folder(folder);
    memset(&maps, 0, sizeof maps);
    memset(&info, 0, sizeof info);
    snprintf(info.series_uid, sizeof info.series_uid, "1.2.3.4");
    snprintf(info.frame_of_reference_uid, sizeof info.frame_of_reference_uid,
             "1.2.3.9");
    for (size_t n = 0; n < SLICES * PIXELS; n++)
        pixels[n / PIXELS][n % PIXELS] = n * 2654435761u >> 13 & 1;
}

static void end(void)
{
    abl_import_maps_clear(&maps);
    maker_remove(folder);
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const made_segment one_liver = {1,     "Liver", "10200004",
                                       "SCT", "Liver", NULL};
static made_frame frames[SLICES];

/* One liver in all slices, as another program may write it. */
static made_seg simple(void)
{
    const made_seg out = {.sop_class = MADE_SEG_CLASS,
                          .type = "BINARY",
                          .frame_uid = "1.2.3.9",
                          .series_uid = "1.2.3.4",
                          .rows = ROWS,
                          .columns = COLUMNS,
                          .bits = 1,
                          .orientation = {1, 0, 0, 0, 1, 0},
                          .spacing = {1.25, 1.5},
                          .step_mm = 2.5,
                          .segment_count = 1,
                          .segments = &one_liver,
                          .frame_count = SLICES,
                          .frames = frames};
    for (int k = 0; k < SLICES; k++)
        frames[k] = (made_frame){.segment = 1,
                                 .position = {-20, -12.5, 100 + 2.5 * k},
                                 .pixels = pixels[k]};
    return out;
}

static abl_status import(const made_seg *s, const char *names, abl_error *err)
{
    const abl_grid image = image_grid();
    write_made_seg(folder, "seg.dcm", s);
    return abl_import_file_read(&maps, path_of("seg.dcm"), names, &image, &info,
                                err);
}

/* Value of a map at a voxel of the image; 0 beside the map. */
static int value_at(const abl_import_map *map, const abl_grid *image,
                    const size_t at[3])
{
    double lps[3], ijk[3];
    size_t n[3];
    abl_grid_to_lps(lps, image,
                    (double[3]){(double)at[0], (double)at[1], (double)at[2]});
    abl_grid_to_ijk(ijk, &map->values->grid, lps);
    for (int a = 0; a < 3; a++) {
        if (ijk[a] < -0.25 || ijk[a] > (double)map->values->grid.size[a] - 0.75)
            return 0;
        n[a] = (size_t)(ijk[a] + 0.5);
    }
    return abl_volume_i16(
        map->values)[abl_grid_offset(&map->values->grid, n[0], n[1], n[2])];
}

static size_t count_wrong(const abl_import_map *map, const abl_grid *image,
                          const uint8_t *expected, int value)
{
    size_t wrong = 0, at[3];
    for (at[2] = 0; at[2] < image->size[2]; at[2]++)
        for (at[1] = 0; at[1] < image->size[1]; at[1]++)
            for (at[0] = 0; at[0] < image->size[0]; at[0]++)
                wrong +=
                    (value_at(map, image, at) == 1) !=
                    (expected[abl_grid_offset(image, at[0], at[1], at[2])] ==
                     value);
    return wrong;
}

static bool has_note(const char *code, const char *words)
{
    for (size_t n = 0; maps.count && n < maps.items[0].note_count; n++)
        if (strcmp(maps.items[0].notes[n].code, code) == 0 &&
            strstr(maps.items[0].notes[n].text, words))
            return true;
    return false;
}

static void check_simple(const made_seg *s)
{
    abl_error err;
    const abl_grid image = image_grid();
    ABL_CHECK_OK(import(s, NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_FALSE(maps.items[0].is_resampled);
    CU_ASSERT_EQUAL(count_wrong(&maps.items[0], &image, pixels[0], 1), 0);
    CU_ASSERT_EQUAL(maps.items[0].names.of[1].id, ABL_LIVER);
    CU_ASSERT_TRUE(has_note("labels-named", "taken: liver"));
    CU_ASSERT_FALSE(has_note("labels-resampled", ""));
}

static void every_voxel_comes_in(void)
{
    begin();
    const made_seg s = simple();
    check_simple(&s);
    end();
}

static void frames_lie_where_they_say_in_any_order(void)
{
    begin();
    made_seg s = simple();
    for (int k = 0; k < SLICES / 2; k++) {
        const made_frame swap = frames[k];
        frames[k] = frames[SLICES - 1 - k];
        frames[SLICES - 1 - k] = swap;
    }
    s.groups_per_frame = true;
    s.step_mm = 0;
    check_simple(&s);
    end();
}

static void frames_that_are_not_there_are_empty(void)
{
    begin();
    made_seg s = simple();
    memset(pixels[1], 0, sizeof pixels[1]);
    memset(pixels[4], 0, sizeof pixels[4]);
    frames[1] = frames[2];
    frames[2] = frames[3];
    frames[3] = frames[5];
    s.frame_count = 4;
    s.step_mm = 0;
    check_simple(&s);
    end();
}

/* A frame of 8 x 8 pixels at column 5, row 3, mirrored along its columns. */
static void cropped_and_mirrored_frames_find_their_voxels(void)
{
    begin();
    made_seg s = simple();
    static uint8_t small[SLICES][64];
    for (int k = 0; k < SLICES; k++) {
        for (int n = 0; n < 64; n++) {
            const int i = 5 + 7 - n % 8, j = 3 + n / 8;
            small[k][n] = pixels[k][j * COLUMNS + i];
        }
        for (int n = 0; n < PIXELS; n++)
            if (n % COLUMNS < 5 || n % COLUMNS > 12 || n / COLUMNS < 3 ||
                n / COLUMNS > 10)
                pixels[k][n] = 0;
        frames[k].pixels = small[k];
        frames[k].position[0] = -20 + 1.5 * 12;
        frames[k].position[1] = -12.5 + 1.25 * 3;
    }
    s.rows = s.columns = 8;
    s.orientation[0] = -1;
    check_simple(&s);
    end();
}

static void fractions_count_from_one_half(void)
{
    begin();
    static uint8_t fractions[SLICES][PIXELS];
    static const uint8_t values[] = {0, 1, 127, 128, 200, 255};
    made_seg s = simple();
    for (size_t n = 0; n < SLICES * PIXELS; n++) {
        const uint8_t value = values[n * 7 % 6];
        fractions[n / PIXELS][n % PIXELS] = value;
        pixels[n / PIXELS][n % PIXELS] = value >= 128;
    }
    for (int k = 0; k < SLICES; k++)
        frames[k].pixels = fractions[k];
    s.type = "FRACTIONAL";
    s.bits = 8;
    s.fractional_max = 255;
    check_simple(&s);
    CU_ASSERT_TRUE(has_note("labels-fractional", "one half"));
    end();
}

static void coarser_planes_are_resampled_and_said(void)
{
    begin();
    abl_error err;
    made_seg s = simple();
    frames[1] = frames[2];
    frames[2] = frames[4];
    s.frame_count = 3;
    s.step_mm = 5;
    for (size_t n = 0; n < SLICES * PIXELS; n++) {
        const size_t i = n % COLUMNS, j = n % PIXELS / COLUMNS;
        pixels[n / PIXELS][n % PIXELS] = i > 8 && i < 18 && j > 8 && j < 18;
    }
    ABL_CHECK_OK(import(&s, NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_TRUE(maps.items[0].is_resampled);
    ABL_CHECK_NEAR(maps.items[0].values->grid.spacing_mm[2], 5, 1e-9);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 3 * 81);
    CU_ASSERT_TRUE(has_note("labels-resampled", "positions"));
    end();
}

/* On a grid of their own, too, planes lie where they say. */
static void coarse_frames_in_any_order_find_their_planes(void)
{
    begin();
    abl_error err;
    made_seg s = simple();
    memset(pixels, 0, sizeof pixels);
    for (int k = 0; k < 3; k++) { /* k + 1 pixels at 110, 100 and 115 mm */
        const double z[3] = {110, 100, 115};
        frames[k].position[2] = z[k];
        memset(pixels[k] + 8 * COLUMNS + 8, 1, (size_t)k + 1);
    }
    s.frame_count = 3;
    s.step_mm = 5;
    ABL_CHECK_OK(import(&s, NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    const abl_volume *values = maps.items[0].values;
    const size_t area = values->grid.size[0] * values->grid.size[1];
    for (size_t k = 0; k < values->grid.size[2]; k++) {
        double lps[3];
        size_t count = 0;
        for (size_t n = 0; n < area; n++)
            count += abl_volume_i16(values)[k * area + n] == 1;
        abl_grid_to_lps(lps, &values->grid, (double[3]){0, 0, (double)k});
        const double z = rint(lps[2]);
        CU_ASSERT_EQUAL(count, z == 110 ? 1 : z == 100 ? 2 : z == 115 ? 3 : 0);
    }
    end();
}

/* Slices of a tilted gantry: each lies further along its own rows. */
static void sheared_planes_are_put_upright(void)
{
    begin();
    abl_error err;
    made_seg s = simple();
    for (size_t n = 0; n < SLICES * PIXELS; n++) {
        const size_t i = n % COLUMNS, j = n % PIXELS / COLUMNS;
        pixels[n / PIXELS][n % PIXELS] = i > 8 && i < 18 && j > 8 && j < 14;
    }
    for (int k = 0; k < SLICES; k++)
        frames[k].position[1] += 0.625 * k;
    ABL_CHECK_OK(import(&s, NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    const abl_import_map *map = &maps.items[0];
    CU_ASSERT_TRUE(map->is_resampled);
    double centre[2] = {0, 0};
    size_t count[2] = {0, 0};
    const abl_grid *grid = &map->values->grid;
    for (size_t n = 0; n < abl_grid_voxels(grid); n++) {
        double lps[3];
        if (!abl_volume_i16(map->values)[n])
            continue;
        const size_t area = grid->size[0] * grid->size[1];
        abl_grid_to_lps(lps, grid,
                        (double[3]){(double)(n % grid->size[0]),
                                    (double)(n % area / grid->size[0]),
                                    (double)(n / area)});
        const int end = fabs(lps[2] - 100) < 0.1     ? 0
                        : fabs(lps[2] - 112.5) < 0.1 ? 1
                                                     : -1;
        if (end >= 0) {
            centre[end] += lps[1];
            count[end]++;
        }
    }
    CU_ASSERT_TRUE_FATAL(count[0] > 0 && count[1] > 0);
    ABL_CHECK_NEAR(centre[1] / (double)count[1] - centre[0] / (double)count[0],
                   5 * 0.625, 0.65);
    end();
}

/* A lesion of one slice, where slices overlap: it is no thicker than they. */
static void one_frame_on_a_slice_stays_on_it(void)
{
    begin();
    made_seg s = simple();
    for (int k = 0; k < SLICES; k++)
        if (k != 3)
            memset(pixels[k], 0, sizeof pixels[k]);
    frames[0] = frames[3];
    s.frame_count = 1;
    s.step_mm = 0;
    s.thickness_mm = 5;
    check_simple(&s);
    end();
}

/* Tight frames on another grid touch their edges everywhere. */
static void what_reaches_the_edge_of_its_planes_is_said(void)
{
    begin();
    abl_error err;
    static uint8_t full[16];
    made_seg s = simple();
    memset(full, 1, sizeof full);
    for (int k = 0; k < SLICES; k++) {
        frames[k].pixels = full;
        frames[k].position[0] += 5.2;
        frames[k].position[1] += 5.2;
    }
    s.rows = s.columns = 4;
    ABL_CHECK_OK(import(&s, NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], SLICES * 16);
    CU_ASSERT_TRUE(has_note("labels-at-edge", "\"Liver\""));
    end();
}

static void segments_may_overlap_and_the_liver_holds_its_lesions(void)
{
    begin();
    abl_error err;
    const abl_grid image = image_grid();
    static uint8_t liver[PIXELS], tumour[PIXELS], spleen[PIXELS],
        whole[SLICES * PIXELS], alone[SLICES * PIXELS];
    const made_segment segments[] = {
        {1, "Liver", "10200004", "SCT", "Liver", NULL},
        {4, "Tumor", "M-80006", "SRT", "Neoplasm, Secondary", NULL},
        {5, "Spleen", NULL, NULL, NULL, NULL},
        {9, "Something", "85756007", "SCT", "Tissue", NULL}};
    memset(whole, 0, sizeof whole);
    memset(alone, 0, sizeof alone);
    for (size_t n = 0; n < PIXELS; n++) {
        const size_t i = n % COLUMNS, j = n / COLUMNS;
        tumour[n] = i > 10 && i < 15 && j > 8 && j < 13;
        liver[n] = i > 4 && i < 20 && j > 4 && j < 18 && !tumour[n];
        spleen[n] = i > 17 && i < 25 && j > 8 && j < 18;
        whole[2 * PIXELS + n] = liver[n] || tumour[n];
        alone[2 * PIXELS + n] = spleen[n];
    }
    made_seg s = simple();
    const uint8_t *of[] = {liver, tumour, spleen, liver};
    for (int n = 0; n < 4; n++) {
        frames[n] = frames[5];
        frames[n].segment = segments[n].number;
        frames[n].pixels = of[n];
        frames[n].position[2] = 105;
    }
    s.segments = segments;
    s.segment_count = s.frame_count = 4;
    ABL_CHECK_OK(import(&s, NULL, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 3);
    CU_ASSERT_EQUAL(count_wrong(&maps.items[0], &image, whole, 1), 0);
    CU_ASSERT_EQUAL(maps.items[1].names.of[1].kind, ABL_LABEL_TUMOUR);
    CU_ASSERT_EQUAL(count_wrong(&maps.items[2], &image, alone, 1), 0);
    CU_ASSERT_TRUE(has_note("labels-ignored", "\"Something\""));
    end();
}

/* A series on a grid, and a random label map of it as a segmentation. */
static abl_volume *write_own(const abl_grid *grid)
{
    static const abl_dicom_object_info what = {.key = "key",
                                               .series_description = "Result",
                                               .series_number = 9001,
                                               .instance_number = 1,
                                               .manufacturer = "A",
                                               .model_name = "a",
                                               .version = "0"};
    abl_error err;
    abl_volume *image = NULL, *labels = NULL;
    abl_dicom_source *source = NULL;
    char names[SLICES][128];
    const char *paths[SLICES];
    abl_dicom_write_info study = abl_dicom_write_defaults();
    snprintf(study.study_uid, sizeof study.study_uid, "1.2.3");
    snprintf(study.series_uid, sizeof study.series_uid, "1.2.3.4");
    snprintf(study.frame_of_reference_uid, sizeof study.frame_of_reference_uid,
             "1.2.3.9");
    ABL_CHECK_OK(abl_volume_create(&image, grid, ABL_PIXEL_I16, &err), &err);
    ABL_CHECK_OK(abl_volume_create(&labels, grid, ABL_PIXEL_U8, &err), &err);
    for (size_t v = 0; v < SLICES * PIXELS; v++)
        abl_volume_u8(labels)[v] = (uint8_t)(v * 2654435761u >> 11 & 3);
    ABL_CHECK_OK(abl_dicom_series_write(folder, image, &study, &err), &err);
    for (int k = 0; k < SLICES; k++) {
        snprintf(names[k], sizeof names[k], "%s/IM%05d.dcm", folder, k + 1);
        paths[k] = names[k];
    }
    ABL_CHECK_OK(abl_dicom_source_open(&source, paths, SLICES, &err), &err);
    const abl_dicom_segment segments[] = {
        {.label = "Spleen",
         .category = {"123037004", "SCT", "Anatomical Structure"},
         .type = {"78961009", "SCT", "Spleen"},
         .algorithm = ABL_DICOM_MANUAL,
         .labels = labels,
         .value = 1},
        {.label = "Lesion 1",
         .category = {"49755003", "SCT", "Morphologically Abnormal Structure"},
         .type = {"52988006", "SCT", "Lesion"},
         .algorithm = ABL_DICOM_MANUAL,
         .tracking_id = "Lesion 1",
         .tracking_uid = "1.2.3.5",
         .labels = labels,
         .value = 3}};
    ABL_CHECK_OK(abl_dicom_seg_write(path_of("own.dcm"), source, &what,
                                     segments, 2, ABL_PLANES_OF_GRID, &err),
                 &err);
    abl_volume_destroy(image);
    abl_dicom_source_destroy(source);
    return labels;
}

/* As this program writes it, on a grid that is turned about all axes. */
static void our_own_segmentation_comes_back(double turn)
{
    begin();
    abl_error err;
    abl_grid grid = image_grid();
    const double c = cos(turn), n = sin(turn);
    const double axes[3][3] = {
        {c, -n * c, n * n}, {n, c * c, -n * c}, {0, n, c}};
    memcpy(grid.direction, axes, sizeof axes);
    abl_volume *labels = write_own(&grid), *expected = NULL;
    const abl_orientation order = abl_grid_orientation(&grid);
    const abl_grid canonical = abl_grid_reorient(&grid, order);
    ABL_CHECK_OK(abl_volume_reorient(&expected, labels, order, &err), &err);
    ABL_CHECK_OK(abl_import_file_read(&maps, path_of("own.dcm"), NULL,
                                      &canonical, &info, &err),
                 &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 2);
    CU_ASSERT_EQUAL(maps.items[1].names.of[1].kind, ABL_LABEL_LESION);
    for (int m = 0; m < 2; m++) {
        CU_ASSERT_FALSE(maps.items[m].is_resampled);
        CU_ASSERT_EQUAL(count_wrong(&maps.items[m], &canonical,
                                    abl_volume_u8(expected), m ? 3 : 1),
                        0);
    }
    abl_volume_destroy(expected);
    abl_volume_destroy(labels);
    end();
}

static void ours_comes_back_on_an_axial_grid(void)
{
    our_own_segmentation_comes_back(0);
}

static void ours_comes_back_on_an_oblique_grid(void)
{
    our_own_segmentation_comes_back(0.3);
}

static void ours_comes_back_on_a_grid_far_from_axial(void)
{
    our_own_segmentation_comes_back(1.4);
}

static void given_names_come_before_those_in_the_file(void)
{
    begin();
    abl_error err;
    made_segment odd = one_liver;
    odd.number = 7;
    made_seg s = simple();
    s.segments = &odd;
    for (int k = 0; k < SLICES; k++)
        frames[k].segment = 7;
    maker_write(folder, "names.json", (const uint8_t *)"{\"7\": \"spleen\"}",
                15);
    char names[128];
    snprintf(names, sizeof names, "%s", path_of("names.json"));
    ABL_CHECK_OK(import(&s, names, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_EQUAL(maps.items[0].names.of[1].id, ABL_SPLEEN);
    CU_ASSERT_STRING_EQUAL(maps.items[0].names.source, "names.json");
    end();
}

static void another_series_of_the_same_frame_is_said(void)
{
    begin();
    made_seg s = simple();
    s.series_uid = "1.2.3.5";
    check_simple(&s);
    CU_ASSERT_TRUE(has_note("labels-other-series", "another series"));
    end();
}

static void without_a_frame_the_series_must_be_named(void)
{
    begin();
    made_seg s = simple();
    s.frame_uid = NULL;
    check_simple(&s);
    end();
}

/* Each is refused with these words. */
static void check_refused(const made_seg *s, abl_status status,
                          const char *words)
{
    abl_error err;
    ABL_CHECK_FAILS(import(s, NULL, &err), status, words, &err);
    CU_ASSERT_EQUAL(maps.count, 0);
}

static void what_belongs_elsewhere_is_refused(void)
{
    begin();
    made_seg s = simple();
    s.frame_uid = "1.2.3.10";
    check_refused(&s, ABL_E_GEOMETRY, "another frame of reference");
    s.frame_uid = NULL;
    s.series_uid = "1.2.3.5";
    check_refused(&s, ABL_E_GEOMETRY, "names neither");
    s.series_uid = NULL;
    check_refused(&s, ABL_E_GEOMETRY, "names neither");
    s = simple();
    for (int k = 0; k < SLICES; k++)
        frames[k].position[0] += 500;
    check_refused(&s, ABL_E_GEOMETRY, "on the series");
    end();
}

static void what_is_not_read_is_refused(void)
{
    begin();
    made_seg s = simple();
    s.sop_class = MADE_LABELMAP_CLASS;
    check_refused(&s, ABL_E_UNSUPPORTED, "label map segmentation");
    s.sop_class = MADE_SURFACE_CLASS;
    check_refused(&s, ABL_E_UNSUPPORTED, "surface segmentation");
    s.sop_class = "1.2.840.10008.5.1.4.1.1.2";
    check_refused(&s, ABL_E_UNSUPPORTED, "modality 'SEG'");
    s = simple();
    s.type = "LABELMAP";
    check_refused(&s, ABL_E_UNSUPPORTED, "'LABELMAP'");
    s = simple();
    frames[3].is_turned = true;
    check_refused(&s, ABL_E_UNSUPPORTED, "frame 4 has another orientation");
    s = simple();
    s.syntax = "1.2.840.10008.1.2.5"; /* RLE, but not encapsulated */
    check_refused(&s, ABL_E_FORMAT, "Transfer Syntax");
    end();
}

static void contradictions_are_refused(void)
{
    begin();
    const made_segment twice[2] = {one_liver, one_liver};
    made_seg s = simple();
    s.segments = twice;
    s.segment_count = 2;
    check_refused(&s, ABL_E_FORMAT, "two segments have number 1");
    s = simple();
    s.segment_count = 0;
    check_refused(&s, ABL_E_FORMAT, "no segment");
    s = simple();
    frames[2].segment = 3;
    check_refused(&s, ABL_E_FORMAT, "frame 3 belongs to a segment");
    s = simple();
    frames[1].has_no_position = true;
    check_refused(&s, ABL_E_FORMAT, "frame 2 has no position");
    s = simple();
    s.said_frames = SLICES + 1;
    check_refused(&s, ABL_E_FORMAT, "6 of its 7 frames");
    s.said_frames = 70000;
    check_refused(&s, ABL_E_FORMAT, "70000 frames");
    s = simple();
    s.bits = 8;
    check_refused(&s, ABL_E_FORMAT, "8 bits per pixel");
    s.type = "FRACTIONAL";
    check_refused(&s, ABL_E_FORMAT, "maximum");
    s = simple();
    s.pixel_bytes = 500;
    check_refused(&s, ABL_E_FORMAT, "truncated");
    s = simple();
    s.rows = 0;
    check_refused(&s, ABL_E_UNSUPPORTED, "29 x 0");
    s = simple();
    s.spacing[0] = 0;
    check_refused(&s, ABL_E_FORMAT, "cannot be");
    s = simple();
    s.orientation[4] = 0.5;
    check_refused(&s, ABL_E_FORMAT, "cannot be");
    end();
}

static void planes_at_uneven_distances_are_refused(void)
{
    begin();
    made_seg s = simple();
    for (int k = 0; k < SLICES; k++)
        frames[k].position[2] += 1; /* no slices of the image */
    frames[3].position[2] += 0.9;
    check_refused(&s, ABL_E_GEOMETRY, "uneven");
    s = simple();
    frames[0].position[2] += 1;
    s.frame_count = 1;
    s.step_mm = 0;
    check_refused(&s, ABL_E_GEOMETRY, "how thick");
    end();
}

static void names_that_say_nothing_are_refused(void)
{
    begin();
    made_segment odd = {1, "Segment_1", "85756007", "SCT", "Tissue", NULL};
    made_seg s = simple();
    s.segments = &odd;
    check_refused(&s, ABL_E_FORMAT, "\"Segment_1\"");
    odd = (made_segment){1, "liver tumor", "10200004", "SCT", "Liver", NULL};
    check_refused(&s, ABL_E_FORMAT, "labelled \"liver tumor\" and coded");
    odd = (made_segment){1,     "Hepatic vein", "8993003",
                         "SCT", "Hepatic vein", NULL};
    check_refused(&s, ABL_E_FORMAT, "nothing has a name");
    end();
}

static void an_empty_segment_is_refused_when_it_is_all(void)
{
    begin();
    made_seg s = simple();
    memset(pixels, 0, sizeof pixels);
    check_refused(&s, ABL_E_FORMAT, "nothing that can be used");
    end();
}

/* Far corners of a large plane would need more memory than there is. */
static void pixels_too_far_apart_are_refused(void)
{
    abl_error err;
    begin();
    static uint8_t corner[64];
    made_seg s = simple();
    corner[0] = corner[63] = 1;
    for (int k = 0; k < 2; k++) {
        frames[k].pixels = corner;
        frames[k].position[0] = k * 90000.0;
        frames[k].position[2] = 100.3 + k * 2.5;
    }
    s.rows = s.columns = 8;
    s.frame_count = 2;
    ABL_CHECK_FAILS(import(&s, NULL, &err), ABL_E_UNSUPPORTED, "too far apart",
                    &err);
    for (int k = 0; k < 2; k++) {
        frames[k].position[0] = frames[k].position[1] = k * 15000.0;
        frames[k].position[2] = 100.3 + k * 5;
    }
    s.step_mm = 5;
    ABL_CHECK_FAILS(import(&s, NULL, &err), ABL_E_UNSUPPORTED,
                    "more than is read", &err);
    end();
}

static void nesting_without_end_is_refused(void)
{
    abl_error err;
    begin();
    const abl_grid image = image_grid();
    maker m = {malloc(MAKER_BYTES), 0, false, false};
    put_meta(&m, MAKER_EXPLICIT, true);
    for (int n = 0; n < 20000; n++)
        open_one(&m, 0x00081115);
    maker_write(folder, "deep.dcm", m.bytes, m.count);
    free(m.bytes);
    ABL_CHECK_FAILS(abl_import_file_read(&maps, path_of("deep.dcm"), NULL,
                                         &image, &info, &err),
                    ABL_E_FORMAT, "nested", &err);
    end();
}

/* Cut anywhere, the file is refused; what follows the pixels is not needed. */
static void truncated_files_are_refused(void)
{
    abl_error err;
    begin();
    const abl_grid image = image_grid();
    const made_seg s = simple();
    static uint8_t bytes[MAKER_BYTES];
    write_made_seg(folder, "seg.dcm", &s);
    FILE *file = fopen(path_of("seg.dcm"), "rb");
    const size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    for (size_t length = 140; length + 2 < count; length += 97) {
        maker_write(folder, "cut.dcm", bytes, length);
        const abl_status status = abl_import_file_read(
            &maps, path_of("cut.dcm"), NULL, &image, &info, &err);
        CU_ASSERT_NOT_EQUAL(status, ABL_OK);
        CU_ASSERT_EQUAL(maps.count, 0);
    }
    end();
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(every_voxel_comes_in),
    ABL_TEST(frames_lie_where_they_say_in_any_order),
    ABL_TEST(frames_that_are_not_there_are_empty),
    ABL_TEST(cropped_and_mirrored_frames_find_their_voxels),
    ABL_TEST(fractions_count_from_one_half),
    ABL_TEST(coarser_planes_are_resampled_and_said),
    ABL_TEST(coarse_frames_in_any_order_find_their_planes),
    ABL_TEST(sheared_planes_are_put_upright),
    ABL_TEST(one_frame_on_a_slice_stays_on_it),
    ABL_TEST(what_reaches_the_edge_of_its_planes_is_said),
    ABL_TEST(segments_may_overlap_and_the_liver_holds_its_lesions),
    ABL_TEST(ours_comes_back_on_an_axial_grid),
    ABL_TEST(ours_comes_back_on_an_oblique_grid),
    ABL_TEST(ours_comes_back_on_a_grid_far_from_axial),
    ABL_TEST(given_names_come_before_those_in_the_file),
    ABL_TEST(another_series_of_the_same_frame_is_said),
    ABL_TEST(without_a_frame_the_series_must_be_named),
    ABL_TEST(what_belongs_elsewhere_is_refused),
    ABL_TEST(what_is_not_read_is_refused),
    ABL_TEST(contradictions_are_refused),
    ABL_TEST(planes_at_uneven_distances_are_refused),
    ABL_TEST(names_that_say_nothing_are_refused),
    ABL_TEST(an_empty_segment_is_refused_when_it_is_all),
    ABL_TEST(pixels_too_far_apart_are_refused),
    ABL_TEST(nesting_without_end_is_refused),
    ABL_TEST(truncated_files_are_refused),
    CU_TEST_INFO_NULL,
};
