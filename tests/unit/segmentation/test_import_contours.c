/* Contours fill their own planes and no others, or are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_labels.h"
#include "tests/unit/segmentation/outline_maker.h"

const char *const abl_test_suite = "segmentation.import_contours";

enum {
    SIZE = 20,
    SLICES = 8
};

static char folder[64];
static abl_import_maps maps;
static abl_series_info info;
static const made_region liver[] = {{3, "Liver", "ORGAN"}};

static abl_grid image_grid(void)
{
    abl_grid g = abl_grid_axial(SIZE, SIZE, SLICES, 2, 2, 3);
    g.origin_lps[0] = -10;
    g.origin_lps[1] = 30;
    g.origin_lps[2] = -60;
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
}

static void end(void)
{
    abl_import_maps_clear(&maps);
    maker_remove(folder);
}

/* A square between voxel positions in slice k: pixels lo + 1 to hi. */
static made_contour square(int region, double lo, double hi, double k)
{
    made_contour c = {.region = region, .count = 4};
    const double corner[4][2] = {{lo, lo}, {hi, lo}, {hi, hi}, {lo, hi}};
    for (int n = 0; n < 4; n++) {
        c.points[n][0] = -10 + 2 * (corner[n][0] + 0.5);
        c.points[n][1] = 30 + 2 * (corner[n][1] + 0.5);
        c.points[n][2] = -60 + 3 * k;
    }
    return c;
}

static abl_status import_of(const made_region *regions, size_t region_count,
                            const made_contour *contours, size_t count,
                            const char *frame_uid, const abl_grid *image,
                            abl_error *err)
{
    char path[128];
    write_made_contours(folder, "rt.dcm", frame_uid, "1.2.3.4", regions,
                        region_count, contours, count);
    snprintf(path, sizeof path, "%s/rt.dcm", folder);
    return abl_import_file_read(&maps, path, NULL, image, &info, err);
}

static abl_status import(const made_contour *contours, size_t count,
                         abl_error *err)
{
    const abl_grid image = image_grid();
    return import_of(liver, 1, contours, count, "1.2.3.9", &image, err);
}

static bool has_note(const char *code, const char *words)
{
    for (size_t n = 0; maps.count && n < maps.items[0].note_count; n++)
        if (strcmp(maps.items[0].notes[n].code, code) == 0 &&
            strstr(maps.items[0].notes[n].text, words))
            return true;
    return false;
}

/* The value at a point. */
static int at(const abl_import_map *map, double i, double j, double k)
{
    const abl_grid image = image_grid();
    const abl_grid *grid = &map->values->grid;
    double lps[3], ijk[3];
    size_t n[3];
    abl_grid_to_lps(lps, &image, (double[3]){i, j, k});
    abl_grid_to_ijk(ijk, grid, lps);
    for (int a = 0; a < 3; a++) {
        if (ijk[a] < -0.5 || ijk[a] > (double)grid->size[a] - 0.51)
            return 0;
        n[a] = (size_t)(ijk[a] + 0.5);
    }
    return abl_volume_i16(map->values)[abl_grid_offset(grid, n[0], n[1], n[2])];
}

static void a_contour_fills_the_pixels_whose_centres_it_holds(void)
{
    abl_error err;
    begin();
    made_contour c[SLICES];
    for (int k = 0; k < SLICES; k++)
        c[k] = square(3, 4, 10, k);
    ABL_CHECK_OK(import(c, SLICES, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_FALSE(maps.items[0].is_resampled);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], SLICES * 36);
    CU_ASSERT_EQUAL(at(&maps.items[0], 4, 7, 3), 0);
    CU_ASSERT_EQUAL(at(&maps.items[0], 5, 5, 3), 1);
    CU_ASSERT_EQUAL(at(&maps.items[0], 10, 10, 3), 1);
    CU_ASSERT_EQUAL(at(&maps.items[0], 11, 10, 3), 0);
    end();
}

static void inner_contours_are_holes_and_islands_in_them_are_filled(void)
{
    abl_error err;
    begin();
    const made_contour c[] = {square(3, 2, 17, 4), square(3, 5, 14, 4),
                              square(3, 8, 10, 4), square(3, 2, 17, 5)};
    ABL_CHECK_OK(import(c, 4, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 225 - 81 + 4 + 225);
    CU_ASSERT_EQUAL(at(&maps.items[0], 6, 6, 4), 0);
    CU_ASSERT_EQUAL(at(&maps.items[0], 6, 6, 5), 1);
    CU_ASSERT_EQUAL(at(&maps.items[0], 9, 9, 4), 1);
    end();
}

static void contours_that_share_an_edge_leave_no_seam(void)
{
    abl_error err;
    begin();
    made_contour c[2] = {square(3, 4, 7, 4), square(3, 4, 7, 4)};
    for (int n = 0; n < 4; n++)
        c[1].points[n][0] += 2 * 3;
    ABL_CHECK_OK(import(c, 2, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 2 * 9);
    end();
}

static void nothing_is_invented_between_contours(void)
{
    abl_error err;
    begin();
    const made_contour c[] = {square(3, 4, 10, 1), square(3, 4, 10, 2),
                              square(3, 4, 10, 5)};
    ABL_CHECK_OK(import(c, 3, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 3 * 36);
    CU_ASSERT_EQUAL(at(&maps.items[0], 7, 7, 3), 0);
    CU_ASSERT_TRUE(has_note("labels-gaps", "2 planes"));
    end();
}

/* Every second slice: planes as thick as they are apart. */
static void planes_further_apart_than_slices_are_resampled_and_said(void)
{
    abl_error err;
    begin();
    const made_contour c[] = {square(3, 4, 10, 1), square(3, 4, 10, 3),
                              square(3, 4, 10, 5)};
    ABL_CHECK_OK(import(c, 3, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_TRUE(maps.items[0].is_resampled);
    ABL_CHECK_NEAR(maps.items[0].values->grid.spacing_mm[2], 6, 1e-6);
    CU_ASSERT_TRUE(has_note("labels-resampled", ""));
    CU_ASSERT_FALSE(has_note("labels-gaps", ""));
    end();
}

static void regions_are_told_by_name_and_role(void)
{
    abl_error err;
    begin();
    const abl_grid image = image_grid();
    const made_region regions[] = {
        {1, "BODY", "EXTERNAL"}, {2, "LIVER", "ORGAN"},
        {3, "GTV2", ""},         {4, "seg 7 target", "GTV"},
        {5, "PTV", "PTV"},       {6, "Kidney_Right", "ORGAN"}};
    const made_contour c[] = {square(1, 1, 18, 3),  square(2, 2, 9, 3),
                              square(3, 4, 6, 3),   square(4, 7, 10, 3),
                              square(6, 12, 17, 3), square(6, 12, 17, 4)};
    ABL_CHECK_OK(import_of(regions, 6, c, 6, "1.2.3.9", &image, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 4);
    CU_ASSERT_EQUAL(maps.items[0].names.of[1].id, ABL_LIVER);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 49 + 9 - 4);
    CU_ASSERT_EQUAL(maps.items[1].names.of[1].kind, ABL_LABEL_LESION);
    CU_ASSERT_EQUAL(maps.items[2].names.of[1].kind, ABL_LABEL_TUMOUR);
    CU_ASSERT_EQUAL(maps.items[3].names.of[1].id, ABL_RIGHT_KIDNEY);
    CU_ASSERT_TRUE(has_note("labels-ignored", "\"BODY\", \"PTV\""));
    end();
}

/* Slices across x: canonical order moves their axis. */
static void contours_follow_slices_of_any_direction(void)
{
    abl_error err;
    begin();
    const abl_grid image = image_grid();
    made_contour c[2] = {square(3, 4, 10, 0), square(3, 4, 10, 0)};
    for (int n = 0; n < 2; n++)
        for (int p = 0; p < 4; p++) {
            const double lo_hi[2] = {-60 + 3 * 1.5, -60 + 3 * 5.5};
            c[n].points[p][2] = lo_hi[p == 1 || p == 2];
            c[n].points[p][0] = -10 + 2 * (7 + n);
        }
    ABL_CHECK_OK(import_of(liver, 1, c, 2, "1.2.3.9", &image, &err), &err);
    CU_ASSERT_EQUAL_FATAL(maps.count, 1);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 2 * 6 * 4);
    CU_ASSERT_EQUAL(at(&maps.items[0], 8, 6, 3), 1);
    CU_ASSERT_EQUAL(at(&maps.items[0], 9, 6, 3), 0);
    end();
}

static void what_is_not_closed_is_left_out_and_said(void)
{
    abl_error err;
    begin();
    made_contour c[] = {square(3, 4, 10, 3), square(3, 4, 10, 3),
                        square(3, 4, 10, 3)};
    c[1].type = "OPEN_PLANAR";
    c[2].count = 2;
    ABL_CHECK_OK(import(c, 3, &err), &err);
    CU_ASSERT_EQUAL(maps.items[0].counts[1], 36);
    CU_ASSERT_TRUE(has_note("labels-contours", "2 contours"));
    end();
}

static void contours_off_their_plane_are_refused(void)
{
    abl_error err;
    begin();
    made_contour c = square(3, 4, 10, 3);
    c.points[2][2] += 1;
    ABL_CHECK_FAILS(import(&c, 1, &err), ABL_E_GEOMETRY, "one plane parallel",
                    &err);
    c = square(3, 4, 10, 3.5);
    ABL_CHECK_FAILS(import(&c, 1, &err), ABL_E_GEOMETRY, "how thick", &err);
    made_contour uneven[] = {square(3, 4, 10, 1.5), square(3, 4, 10, 2.5),
                             square(3, 4, 10, 3.9)};
    ABL_CHECK_FAILS(import(uneven, 3, &err), ABL_E_GEOMETRY, "uneven", &err);
    end();
}

static void damaged_contours_are_refused(void)
{
    abl_error err;
    begin();
    static const char *const texts[] = {"1\\2\\3\\4\\5\\6\\7\\8",
                                        "1\\2\\3\\4\\5\\6\\7\\8\\nan",
                                        "1\\2\\3\\4\\5\\6\\7\\8\\1e9",
                                        "1\\2\\3\\4\\5\\6\\7\\8\\x",
                                        "1\\2\\3\\4\\5\\6\\7\\8\\",
                                        "",
                                        "1,2,3,4,5,6,7,8,9"};
    for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++) {
        made_contour c = square(3, 4, 10, 3);
        c.text = texts[n];
        c.said = 3;
        ABL_CHECK_FAILS(import(&c, 1, &err), ABL_E_FORMAT, "does not hold",
                        &err);
    }
    made_contour c = square(3, 4, 10, 3);
    c.said = 5;
    ABL_CHECK_FAILS(import(&c, 1, &err), ABL_E_FORMAT, "does not hold", &err);
    c = square(8, 4, 10, 3);
    ABL_CHECK_FAILS(import(&c, 1, &err), ABL_E_FORMAT, "region 8", &err);
    c = square(3, 4, 10, 3);
    c.type = "POINT";
    ABL_CHECK_FAILS(import(&c, 1, &err), ABL_E_FORMAT, "no closed planar",
                    &err);
    end();
}

static void regions_that_belong_elsewhere_are_refused(void)
{
    abl_error err;
    begin();
    const abl_grid image = image_grid();
    const made_region twice[] = {{3, "Liver", ""}, {3, "Spleen", ""}};
    const made_region unknown[] = {{3, "zzPRV", "CONTROL"}};
    const made_contour c = square(3, 4, 10, 3);
    ABL_CHECK_FAILS(import_of(liver, 1, &c, 1, "1.2.3.10", &image, &err),
                    ABL_E_GEOMETRY, "another frame of reference", &err);
    ABL_CHECK_FAILS(import_of(twice, 2, &c, 1, "1.2.3.9", &image, &err),
                    ABL_E_FORMAT, "number 3", &err);
    ABL_CHECK_FAILS(import_of(unknown, 1, &c, 1, "1.2.3.9", &image, &err),
                    ABL_E_FORMAT, "\"zzPRV\"", &err);
    ABL_CHECK_FAILS(import_of(liver, 0, &c, 1, "1.2.3.9", &image, &err),
                    ABL_E_FORMAT, "no region", &err);
    end();
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(a_contour_fills_the_pixels_whose_centres_it_holds),
    ABL_TEST(inner_contours_are_holes_and_islands_in_them_are_filled),
    ABL_TEST(contours_that_share_an_edge_leave_no_seam),
    ABL_TEST(nothing_is_invented_between_contours),
    ABL_TEST(planes_further_apart_than_slices_are_resampled_and_said),
    ABL_TEST(regions_are_told_by_name_and_role),
    ABL_TEST(contours_follow_slices_of_any_direction),
    ABL_TEST(what_is_not_closed_is_left_out_and_said),
    ABL_TEST(contours_off_their_plane_are_refused),
    ABL_TEST(damaged_contours_are_refused),
    ABL_TEST(regions_that_belong_elsewhere_are_refused),
    CU_TEST_INFO_NULL,
};
