/* Imported labels land where they belong, on any grid, or are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_labels.h"

#include "tests/unit/check.h"

const char *const abl_test_suite = "segmentation.import_labels";

/* Everything lies around this point. */
static const double middle[3] = {-40, 25, 310};

typedef struct ball {
    double at[3], radius; /* from the middle */
    int value;
} ball;

/* Later ones lie on top. */
static const ball scene[] = {
    {{0, 0, 0}, 40, 1},     {{-12, 8, 5}, 9, 102}, {{15, -10, -8}, 7, 103},
    {{30, 30, 30}, 10, 24}, {{-38, 0, 0}, 6, 0},
};
#define BALLS (sizeof scene / sizeof *scene)

static double distance(const double a[3], const double b[3])
{
    return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

static int label_at(const double lps[3])
{
    int value = 0;
    for (size_t n = 0; n < BALLS; n++) {
        double at[3];
        for (int a = 0; a < 3; a++)
            at[a] = middle[a] + scene[n].at[a];
        if (scene[n].value && distance(at, lps) < scene[n].radius)
            value = scene[n].value;
    }
    return value;
}

/* A grid of this many voxels around the middle, turned about z. */
static abl_grid grid_around(const size_t size[3], const double mm[3],
                            double turn)
{
    abl_grid g = abl_grid_axial(size[0], size[1], size[2], mm[0], mm[1], mm[2]);
    const double c = cos(turn), s = sin(turn);
    const double axes[3][3] = {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    memcpy(g.direction, axes, sizeof axes);
    double ijk[3], lps[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = 0.5 * (double)(size[a] - 1);
    abl_grid_to_lps(lps, &g, ijk);
    for (int a = 0; a < 3; a++)
        g.origin_lps[a] = middle[a] - lps[a];
    return g;
}

static abl_grid image_grid(void)
{
    return grid_around((size_t[3]){52, 50, 34}, (double[3]){2.2, 2.1, 3.0}, 0);
}

static abl_volume *volume_on(const abl_grid *grid, abl_pixel_type type)
{
    abl_volume *v = NULL;
    abl_error err;
    ABL_CHECK_OK(abl_volume_create(&v, grid, type, &err), &err);
    const size_t *n = grid->size;
    for (size_t at = 0; at < abl_grid_voxels(grid); at++) {
        const double ijk[3] = {(double)(at % n[0]), (double)(at / n[0] % n[1]),
                               (double)(at / (n[0] * n[1]))};
        double lps[3];
        abl_grid_to_lps(lps, grid, ijk);
        const int label = label_at(lps);
        if (type == ABL_PIXEL_U8)
            abl_volume_u8(v)[at] = (uint8_t)label;
        else
            abl_volume_i16(v)[at] = (int16_t)(label == 0   ? 40
                                              : label == 1 ? 110
                                                           : 70);
    }
    return v;
}

static abl_volume *image(void)
{
    static abl_volume *made;
    const abl_grid grid = image_grid();
    if (!made)
        made = volume_on(&grid, ABL_PIXEL_I16);
    return made;
}

static abl_structures *build(const abl_volume *labels, const char *names)
{
    abl_import_map map;
    abl_structures *out = NULL;
    abl_error err;
    ABL_CHECK_OK(abl_import_map_create(&map, labels, names, "map.nii",
                                       &image()->grid, &err),
                 &err);
    ABL_CHECK_OK(
        abl_structures_from_labels(&out, image(), NULL, &map, 1, NULL, &err),
        &err);
    abl_import_map_clear(&map);
    return out;
}

static bool warns(const abl_structures *s, const char *code)
{
    for (size_t n = 0; s && n < s->warning_count; n++)
        if (strcmp(s->warnings[n].code, code) == 0)
            return true;
    return false;
}

/* Centre of mass and volume of a field against a ball. */
static void check_ball(const abl_volume *field, size_t n, double mm,
                       double share)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    const size_t *size = field->grid.size;
    double sum[3] = {0, 0, 0}, count = 0, centre[3], truth[3];
    for (size_t at = 0; at < abl_grid_voxels(&field->grid); at++) {
        if (!(abl_volume_f32(field)[at] > 0))
            continue;
        sum[0] += (double)(at % size[0]);
        sum[1] += (double)(at / size[0] % size[1]);
        sum[2] += (double)(at / (size[0] * size[1]));
        count++;
    }
    for (int a = 0; a < 3; a++)
        sum[a] /= count;
    abl_grid_to_lps(centre, &field->grid, sum);
    for (int a = 0; a < 3; a++)
        truth[a] = middle[a] + scene[n].at[a];
    ABL_CHECK_NEAR(distance(centre, truth), 0, mm);
    ABL_CHECK_NEAR(count * abl_grid_voxel_mm3(&field->grid) /
                       (4.0 / 3 * M_PI * pow(scene[n].radius, 3)),
                   1, share);
}

static void check_scene(const abl_structures *s, double mm)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL_FATAL(s->lesion_count, 2);
    check_ball(s->items[ABL_LIVER].field, 0, mm, 0.05);
    check_ball(s->items[ABL_COLON].field, 3, mm, 0.12);
    check_ball(s->lesions[0].field, 1, mm, 0.15);
    check_ball(s->lesions[1].field, 2, mm, 0.15);
}

static void labels_on_the_images_grid_stay_where_they_are(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    abl_structures *s = build(labels, NULL);
    check_scene(s, 0.3);
    CU_ASSERT(!warns(s, "labels-resampled"));
    CU_ASSERT_STRING_EQUAL(s->items[ABL_LIVER].origin, "imported");
    CU_ASSERT_STRING_EQUAL(s->lesions[1].origin, "imported");
    CU_ASSERT(!s->lesions[0].is_low_confidence);
    CU_ASSERT_EQUAL(s->items[ABL_SPLEEN].found, ABL_NOT_FOUND);
    CU_ASSERT_EQUAL(s->items[ABL_HEPATIC_VEINS].found, ABL_NOT_LOOKED_FOR);
    ABL_CHECK_NEAR(s->items[ABL_LIVER].mean_hu, 110, 1);
    ABL_CHECK_NEAR(s->items[ABL_COLON].mean_hu, 70, 1);
    ABL_CHECK_NEAR(s->noise_hu, 0, 0.5);
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

static void voxel_order_does_not_matter(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8), *other = NULL;
    static const abl_orientation orders[] = {{{0, 1, 2}, {true, false, false}},
                                             {{0, 1, 2}, {true, true, true}},
                                             {{2, 0, 1}, {false, true, true}},
                                             {{1, 2, 0}, {true, false, true}}};
    abl_error err;
    for (size_t n = 0; n < sizeof orders / sizeof *orders; n++) {
        ABL_CHECK_OK(abl_volume_reorient(&other, labels, orders[n], &err),
                     &err);
        abl_structures *s = build(other, NULL);
        check_scene(s, 0.3);
        CU_ASSERT(!warns(s, "labels-resampled"));
        abl_structures_destroy(s);
        abl_volume_destroy(other);
    }
    abl_volume_destroy(labels);
}

static void another_grid_is_resampled_and_said(void)
{
    abl_grid grids[4];
    grids[0] =
        grid_around((size_t[3]){68, 66, 50}, (double[3]){1.7, 1.7, 2.0}, 0);
    grids[1] =
        grid_around((size_t[3]){66, 66, 48}, (double[3]){2.2, 2.3, 2.9}, 0.4);
    grids[2] = image_grid();
    for (int a = 0; a < 3; a++)
        grids[2].origin_lps[a] += 0.7;
    grids[3] = grids[1];
    const double tilt[3][3] = {
        {1, 0, 0}, {0, cos(0.3), -sin(0.3)}, {0, sin(0.3), cos(0.3)}};
    memcpy(grids[3].direction, tilt, sizeof tilt);
    double ijk[3] = {32.5, 32.5, 23.5}, lps[3];
    abl_grid_to_lps(lps, &grids[3], ijk);
    for (int a = 0; a < 3; a++)
        grids[3].origin_lps[a] += middle[a] - lps[a];
    for (int n = 0; n < 4; n++) {
        abl_volume *labels = volume_on(&grids[n], ABL_PIXEL_U8);
        abl_structures *s = build(labels, NULL);
        check_scene(s, 0.5);
        CU_ASSERT(warns(s, "labels-resampled"));
        abl_structures_destroy(s);
        abl_volume_destroy(labels);
    }
}

static void a_map_with_a_moved_origin_moves_its_structures(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    labels->grid.origin_lps[0] += 6;
    abl_structures *s = build(labels, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    const double there[3] = {middle[0] + 30 + 14, middle[1] + 30,
                             middle[2] + 30};
    CU_ASSERT(abl_volume_contains_lps(s->items[ABL_COLON].field, there) &&
              abl_volume_sample_lps(s->items[ABL_COLON].field, there) > 0);
    CU_ASSERT(warns(s, "labels-resampled"));
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

/* The map of a changed scene, refused. */
static void refuse(abl_volume *labels, abl_status code, const char *words)
{
    abl_import_map map;
    abl_error err;
    ABL_CHECK_FAILS(abl_import_map_create(&map, labels, NULL, "map.nii",
                                          &image()->grid, &err),
                    code, words, &err);
    abl_import_map_clear(&map);
    abl_volume_destroy(labels);
}

static void maps_that_do_not_fit_are_refused(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    labels->grid.origin_lps[2] += 500;
    refuse(labels, ABL_E_GEOMETRY, "another series");

    labels = volume_on(&grid, ABL_PIXEL_U8);
    abl_volume_u8(labels)[7] = 99;
    refuse(labels, ABL_E_FORMAT, "label 99");

    labels = volume_on(&grid, ABL_PIXEL_U8);
    memset(labels->data, 0, abl_grid_voxels(&grid));
    refuse(labels, ABL_E_FORMAT, "no voxel");
    labels = volume_on(&grid, ABL_PIXEL_U8);
    memset(labels->data, ABL_SKIN, abl_grid_voxels(&grid));
    refuse(labels, ABL_E_FORMAT, "no voxel");

    labels = volume_on(&grid, ABL_PIXEL_I16); /* 40, 70, 110 */
    abl_volume_i16(labels)[3] = -5;
    refuse(labels, ABL_E_FORMAT, "-5");
    labels = volume_on(&grid, ABL_PIXEL_I16);
    abl_volume_i16(labels)[3] = 2000;
    refuse(labels, ABL_E_FORMAT, "2000");

    const abl_grid small =
        grid_around((size_t[3]){30, 30, 20}, (double[3]){2.2, 2.1, 3.0}, 0);
    refuse(volume_on(&small, ABL_PIXEL_U8), ABL_E_GEOMETRY, "cut by the end");
}

static void numbers_that_are_not_whole_are_refused(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = NULL;
    abl_error err;
    ABL_CHECK_OK(abl_volume_create(&labels, &grid, ABL_PIXEL_F32, &err), &err);
    abl_volume_f32(labels)[9] = 0.5f;
    refuse(labels, ABL_E_FORMAT, "0.5");
}

static void labels_without_a_liver_are_refused(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        if (abl_volume_u8(labels)[n] == 1)
            abl_volume_u8(labels)[n] = 0;
    abl_import_map map;
    abl_structures *s = NULL;
    abl_error err;
    ABL_CHECK_OK(
        abl_import_map_create(&map, labels, NULL, "map.nii", &grid, &err),
        &err);
    ABL_CHECK_FAILS(
        abl_structures_from_labels(&s, image(), NULL, &map, 1, NULL, &err),
        ABL_E_UNSUPPORTED, "no liver", &err);
    CU_ASSERT_PTR_NULL(s);
    abl_import_map_clear(&map);
    abl_volume_destroy(labels);
}

static void the_liver_holds_its_lesions(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    abl_structures *s = build(labels, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    const double centre[3] = {middle[0] - 12, middle[1] + 8, middle[2] + 5};
    CU_ASSERT(abl_volume_sample_lps(s->items[ABL_LIVER].field, centre) > 0);
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

static void a_map_that_covers_a_part_says_so(void)
{
    abl_grid image_part = image_grid();
    const abl_grid part =
        grid_around((size_t[3]){48, 46, 30}, (double[3]){2.2, 2.1, 3.0}, 0);
    abl_volume *labels = volume_on(&part, ABL_PIXEL_U8);
    abl_structures *s = build(labels, NULL);
    check_scene(s, 0.3);
    CU_ASSERT(warns(s, "labels-partial"));
    CU_ASSERT(abl_grid_voxels(&image_part) > abl_grid_voxels(&part));
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

static void write_names(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(text, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void pieces_of_a_tumour_label_are_lesions_largest_first(void)
{
    static const char path[] = "import_labels_names.json";
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        if (abl_volume_u8(labels)[n] > 100)
            abl_volume_u8(labels)[n] = 2;
    /* one voxel inside the liver, far from both */
    const size_t speck = abl_grid_offset(&grid, 27, 37, 17);
    CU_ASSERT_EQUAL(abl_volume_u8(labels)[speck], 1);
    abl_volume_u8(labels)[speck] = 2;
    write_names(path, "{\"1\": \"liver\", \"2\": \"liver_tumor\", \"3\": "
                      "\"spleen\", \"24\": \"colon\"}");
    abl_structures *s = build(labels, path);
    check_scene(s, 0.3);
    CU_ASSERT(warns(s, "lesions-specks"));
    CU_ASSERT(warns(s, "labels-empty"));
    CU_ASSERT_EQUAL(s->items[ABL_SPLEEN].found, ABL_NOT_FOUND);
    CU_ASSERT_EQUAL(s->items[ABL_STOMACH].found, ABL_NOT_LOOKED_FOR);
    remove(path);
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

static void gaps_in_the_numbers_of_lesions_are_said(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    abl_structures *s = build(labels, NULL); /* 102 and 103 */
    CU_ASSERT(warns(s, "lesions-renumbered"));
    abl_structures_destroy(s);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++)
        if (abl_volume_u8(labels)[n] > 100)
            abl_volume_u8(labels)[n]--;
    s = build(labels, NULL);
    CU_ASSERT(!warns(s, "lesions-renumbered"));
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

/* What a network might have found: another liver, bone, one lesion. */
static abl_structures *found_before(void)
{
    const abl_grid grid = image_grid();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        uint8_t *v = abl_volume_u8(labels) + n;
        *v = *v == ABL_COLON ? ABL_SPLEEN : *v == 103 ? 1 : *v;
    }
    abl_structures *s = build(labels, NULL);
    abl_volume_destroy(labels);
    return s;
}

static void what_was_found_stays_where_nothing_was_imported(void)
{
    const abl_grid grid = image_grid();
    abl_structures *s = found_before();
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    abl_import_map map;
    abl_error err;
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    s->items[ABL_SPLEEN].origin = "organ_ct";
    CU_ASSERT_EQUAL(s->lesion_count, 1);
    ABL_CHECK_OK(
        abl_import_map_create(&map, labels, NULL, "map.nii", &grid, &err),
        &err);
    ABL_CHECK_OK(abl_import_labels(s, image(), NULL, &map, 1, NULL, &err),
                 &err);
    check_scene(s, 0.3);
    CU_ASSERT_STRING_EQUAL(s->items[ABL_SPLEEN].origin, "organ_ct");
    CU_ASSERT_PTR_NOT_NULL(s->items[ABL_SPLEEN].field);
    abl_import_map_clear(&map);
    abl_structures_destroy(s);
    abl_volume_destroy(labels);
}

/* A vein of 8 mm in the liver, by the value that says so or by the plain one. */
static abl_structures *build_with_vein(uint8_t value)
{
    const abl_grid grid = image_grid();
    const size_t *n = grid.size;
    abl_volume *labels = volume_on(&grid, ABL_PIXEL_U8);
    for (size_t at = 0; at < abl_grid_voxels(&grid); at++) {
        const double ijk[3] = {(double)(at % n[0]), (double)(at / n[0] % n[1]),
                               (double)(at / (n[0] * n[1]))};
        const double where[3] = {middle[0] + 5, middle[1] + 25, middle[2] + 5};
        double lps[3];
        abl_grid_to_lps(lps, &grid, ijk);
        if (distance(where, lps) < 8)
            abl_volume_u8(labels)[at] = value;
    }
    abl_structures *out = build(labels, NULL);
    abl_volume_destroy(labels);
    return out;
}

static void an_organ_in_the_liver_takes_nothing_from_it(void)
{
    abl_structures *none = build_with_vein(1);
    abl_structures *both =
        build_with_vein(ABL_IN_LIVER_LABEL + ABL_PORTAL_AND_SPLENIC_VEIN);
    abl_structures *alone = build_with_vein(ABL_PORTAL_AND_SPLENIC_VEIN);
    const int vein = ABL_PORTAL_AND_SPLENIC_VEIN;
    CU_ASSERT_FATAL(none && both && alone);
    ABL_CHECK_NEAR(both->items[ABL_LIVER].volume_ml,
                   none->items[ABL_LIVER].volume_ml, 1e-9);
    ABL_CHECK_NEAR(both->items[vein].volume_ml, alone->items[vein].volume_ml,
                   1e-9);
    CU_ASSERT(alone->items[ABL_LIVER].volume_ml <
              none->items[ABL_LIVER].volume_ml - 1);
    CU_ASSERT_EQUAL(both->lesion_count, none->lesion_count);
    for (size_t n = 0; n < both->lesion_count && n < none->lesion_count; n++)
        ABL_CHECK_NEAR(both->lesions[n].volume_ml, none->lesions[n].volume_ml,
                       1e-9);
    abl_structures_destroy(none);
    abl_structures_destroy(both);
    abl_structures_destroy(alone);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(labels_on_the_images_grid_stay_where_they_are),
    ABL_TEST(voxel_order_does_not_matter),
    ABL_TEST(another_grid_is_resampled_and_said),
    ABL_TEST(a_map_with_a_moved_origin_moves_its_structures),
    ABL_TEST(maps_that_do_not_fit_are_refused),
    ABL_TEST(numbers_that_are_not_whole_are_refused),
    ABL_TEST(labels_without_a_liver_are_refused),
    ABL_TEST(the_liver_holds_its_lesions),
    ABL_TEST(a_map_that_covers_a_part_says_so),
    ABL_TEST(pieces_of_a_tumour_label_are_lesions_largest_first),
    ABL_TEST(gaps_in_the_numbers_of_lesions_are_said),
    ABL_TEST(what_was_found_stays_where_nothing_was_imported),
    ABL_TEST(an_organ_in_the_liver_takes_nothing_from_it),
    CU_TEST_INFO_NULL,
};
