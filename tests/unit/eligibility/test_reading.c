/* A reader's word applied: which lesion is meant, and both results stay.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading.h"

#include "eligibility/rules.h"
#include "segmentation/import_labels.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "eligibility.reading";

typedef struct ball {
    double at[3], radius;
    int value;
} ball;

/* The liver and its lesions, around the origin. */
static const ball balls[] = {{{0, 0, 0}, 42, 1},
                             {{-14, 6, 4}, 9, 101},
                             {{16, -12, -8}, 7, 102},
                             {{10, 18, 10}, 5, 103}};

static double apart(const double a[3], const double b[3])
{
    return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

static abl_volume *image, *labels;
static abl_structures *automatic;
static abl_reading_scan scan;
static abl_import_maps outlines; /* what a reader drew over the labels */

/* Lesion 101 smaller, a lesion 110 that was not found, a gallbladder beside
 * the liver and a vessel in it. */
static void draw_outlines(void)
{
    static const ball drawn[] = {{{-14, 6, 4}, 9, 1},
                                 {{-14, 6, 4}, 7, 101},
                                 {{0, 20, -20}, 6, 110},
                                 {{50, 0, 0}, 5, ABL_GALLBLADDER},
                                 {{0, -25, 0}, 3, ABL_LIVER_VESSELS}};
    abl_volume *map = NULL;
    abl_error err;
    ABL_CHECK_OK(abl_volume_clone(&map, labels, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&map->grid); n++) {
        const double ijk[3] = {(double)(n % 60), (double)(n / 60 % 60),
                               (double)(n / 3600)};
        double lps[3];
        abl_grid_to_lps(lps, &map->grid, ijk);
        for (size_t b = 0; b < sizeof drawn / sizeof *drawn; b++)
            if (hypot(hypot(lps[0] - drawn[b].at[0], lps[1] - drawn[b].at[1]),
                      lps[2] - drawn[b].at[2]) < drawn[b].radius)
                abl_volume_u8(map)[n] = (uint8_t)drawn[b].value;
    }
    outlines = (abl_import_maps){1, abl_alloc(1, sizeof *outlines.items, &err)};
    CU_ASSERT_PTR_NOT_NULL_FATAL(outlines.items);
    ABL_CHECK_OK(abl_import_map_create(outlines.items, map, NULL, "edited.nii",
                                       &map->grid, &err),
                 &err);
    abl_volume_destroy(map);
}

static void make_scene(void)
{
    abl_grid grid = abl_grid_axial(60, 60, 48, 1.8, 1.8, 2.2);
    abl_error err;
    abl_import_map map;
    if (automatic)
        return;
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] =
            -0.5 * (double)(grid.size[a] - 1) * grid.spacing_mm[a];
    ABL_CHECK_OK(abl_volume_create(&image, &grid, ABL_PIXEL_I16, &err), &err);
    ABL_CHECK_OK(abl_volume_create(&labels, &grid, ABL_PIXEL_U8, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        const double ijk[3] = {(double)(n % 60), (double)(n / 60 % 60),
                               (double)(n / 3600)};
        double lps[3];
        abl_grid_to_lps(lps, &grid, ijk);
        for (size_t b = 0; b < 4; b++)
            if (apart(lps, balls[b].at) < balls[b].radius)
                abl_volume_u8(labels)[n] = (uint8_t)balls[b].value;
        const uint8_t value = abl_volume_u8(labels)[n];
        abl_volume_i16(image)[n] = (int16_t)(value == 0   ? 40
                                             : value == 1 ? 110
                                                          : 60);
    }
    ABL_CHECK_OK(
        abl_import_map_create(&map, labels, NULL, "map.nii", &grid, &err),
        &err);
    ABL_CHECK_OK(abl_structures_from_labels(&automatic, image, NULL, &map, 1,
                                            NULL, &err),
                 &err);
    abl_import_map_clear(&map);
    CU_ASSERT_PTR_NOT_NULL_FATAL(automatic);
    CU_ASSERT_EQUAL_FATAL(automatic->lesion_count, 3);
    scan = (abl_reading_scan){image, NULL, NULL};
    draw_outlines();
    automatic->lesions[1].is_low_confidence = true;
    automatic->lesions[1].confidence = 0.2;
}

static abl_override override_of(size_t count)
{
    abl_override o = {.file = "o.json", .reader_name = "R1", .count = count};
    return o;
}

static abl_override_item by_number(abl_read_action action, int number)
{
    return (abl_override_item){.action = action, .number = number};
}

static abl_override_item by_point(abl_read_action action, double x, double y,
                                  double z, double radius_mm)
{
    return (abl_override_item){
        .action = action, .point_lps = {x, y, z}, .radius_mm = radius_mm};
}

static abl_override_item shaped(abl_read_action action, int number, double x,
                                double y, double z, double mm)
{
    return (abl_override_item){.action = action,
                               .number = number,
                               .has_shape = true,
                               .centre_lps = {x, y, z},
                               .diameters_mm = {mm, mm, mm}};
}

static void refuse(const abl_override *o, const char *words)
{
    abl_error err;
    abl_reading *reading = NULL;
    make_scene();
    ABL_CHECK_FAILS(
        abl_reading_create(&reading, o, &outlines, automatic, &scan, &err),
        ABL_E_INVALID, words, &err);
    CU_ASSERT_PTR_NULL(reading);
}

static abl_reading *read_as(const abl_override *o)
{
    abl_error err;
    abl_reading *reading = NULL;
    const abl_measure_options how = abl_measure_options_default();
    make_scene();
    ABL_CHECK_OK(
        abl_reading_create(&reading, o, &outlines, automatic, &scan, &err),
        &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(reading);
    ABL_CHECK_OK(abl_reading_measure(reading, &scan, NULL, &how, &err), &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(reading->findings);
    return reading;
}

static void words_that_mean_no_lesion_are_refused(void)
{
    abl_override o = override_of(1);
    o.items[0] = by_number(ABL_READ_CONFIRM, 4);
    refuse(&o, "lesions[0] means lesion 4, but 3");
    o.items[0] = by_point(ABL_READ_REJECT, 0, 0, 38, 2);
    refuse(&o, "means no lesion");
    o.items[0] = by_point(ABL_READ_REJECT, -300, 0, 0, 0);
    refuse(&o, "the nearest, lesion 1");
}

static void words_that_mean_two_lesions_are_refused(void)
{
    abl_override o = override_of(1);
    o.items[0] = by_point(ABL_READ_CONFIRM, 2, 2, 0, 40);
    refuse(&o, "means two lesions, 1 and 2");
}

static void the_same_lesion_twice_is_refused(void)
{
    abl_override o = override_of(3);
    o.items[0] = by_number(ABL_READ_CONFIRM, 1);
    o.items[1] = by_number(ABL_READ_CONFIRM, 2);
    o.items[2] = by_point(ABL_READ_REJECT, 16, -12, -8, 0);
    refuse(&o, "lesions[1] and lesions[2] both mean lesion 2");
}

static void shapes_in_the_wrong_place_are_refused(void)
{
    abl_override o = override_of(1);
    o.items[0] = shaped(ABL_READ_ADD, 0, -14, 6, 4, 10);
    refuse(&o, "lies in another lesion, 1");
    o.items[0] = shaped(ABL_READ_ADD, 0, 0, 0, 900, 10);
    refuse(&o, "outside of the liver");
    o.items[0] = shaped(ABL_READ_ADD, 0, 50, -40, 40, 4);
    refuse(&o, "outside of the liver");
    o.items[0] = shaped(ABL_READ_EDIT, 2, 0, 0, -300, 12);
    refuse(&o, "outside of the liver");
    o.count = 2;
    o.items[0] = shaped(ABL_READ_ADD, 0, 0, 0, -25, 10);
    o.items[1] = shaped(ABL_READ_ADD, 0, 0, 2, -25, 12);
    refuse(&o, "lesions[0]: the middle");
    o.count = 1;
    o.items[0] = shaped(ABL_READ_EDIT, 2, 0, 0, -28, 10);
    refuse(&o, "does not touch the lesion that it edits");
    o.items[0] = shaped(ABL_READ_EDIT, 2, -10, 6, 4, 60);
    refuse(&o, "lies in another lesion, 1");
    o.items[0] = shaped(ABL_READ_ADD, 0, 4, 4, -4, 1);
    refuse(&o, "smaller than a voxel");
}

static void a_confirmed_lesion_is_no_longer_of_low_confidence(void)
{
    abl_override o = override_of(1);
    o.items[0] = by_point(ABL_READ_CONFIRM, 16, -12, -1, 2);
    abl_reading *r = read_as(&o);
    CU_ASSERT_EQUAL(r->findings->lesion_count, 3);
    CU_ASSERT(!r->findings->lesions[1].is_low_confidence);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(r->findings->lesions[1].confidence_reason, "Confirmed by R1"));
    CU_ASSERT(automatic->lesions[1].is_low_confidence);
    abl_reading_destroy(r);
}

static void a_rejected_lesion_is_left_out_and_stays_known(void)
{
    abl_override o = override_of(1);
    o.items[0] = by_number(ABL_READ_REJECT, 1);
    abl_reading *r = read_as(&o);
    CU_ASSERT_EQUAL(r->findings->lesion_count, 2);
    CU_ASSERT_EQUAL(r->lesions[0].automatic, 1);
    CU_ASSERT_EQUAL(r->lesions[1].automatic, 2);
    CU_ASSERT_EQUAL(r->item_of[0], 0);
    CU_ASSERT_EQUAL(r->item_of[1], ABL_READ_NONE);
    CU_ASSERT_EQUAL(automatic->lesion_count, 3);
    double ijk[3];
    abl_grid_to_ijk(ijk, &image->grid, balls[1].at);
    const size_t at =
        abl_grid_offset(&image->grid, (size_t)(ijk[0] + 0.5),
                        (size_t)(ijk[1] + 0.5), (size_t)(ijk[2] + 0.5));
    CU_ASSERT_EQUAL(abl_volume_u8(r->structures->lesion_labels)[at], 0);
    CU_ASSERT_EQUAL(abl_volume_u8(automatic->lesion_labels)[at], 1);
    abl_reading_destroy(r);
}

static void an_edited_value_has_a_readers_uncertainty_and_no_line(void)
{
    abl_override o = override_of(1);
    o.items[0] = by_number(ABL_READ_EDIT, 1);
    o.items[0].has_value[ABL_READ_LONGEST_AXIAL] = true;
    o.items[0].value_mm[ABL_READ_LONGEST_AXIAL] = 26;
    abl_reading *r = read_as(&o);
    const abl_lesion_findings *l = &r->findings->lesions[0];
    ABL_CHECK_NEAR(l->longest_axial_diameter.mm.value, 26, 0);
    ABL_CHECK_NEAR(l->longest_axial_diameter.mm.uncertainty,
                   1.96 * abl_reader_sd_mm(r->findings->exam.phase.phase),
                   1e-9);
    CU_ASSERT(l->longest_axial_diameter.is_read);
    CU_ASSERT(!l->max_3d_diameter.is_read);
    ABL_CHECK_NEAR(r->measured[0][ABL_READ_LONGEST_AXIAL].value, 18, 1.5);
    CU_ASSERT(!r->findings->lesions[1].longest_axial_diameter.is_read);
    abl_reading_destroy(r);
}

static void a_shape_is_measured_like_any_other(void)
{
    abl_override o = override_of(2);
    o.items[0] = shaped(ABL_READ_EDIT, 2, 16, -12, -8, 20);
    o.items[1] = shaped(ABL_READ_ADD, 0, 0, 0, -34, 24);
    abl_reading *r = read_as(&o);
    CU_ASSERT_EQUAL_FATAL(r->findings->lesion_count, 4);
    const abl_lesion_findings *edited = &r->findings->lesions[1];
    const abl_lesion_findings *added = &r->findings->lesions[3];
    ABL_CHECK_NEAR(edited->longest_axial_diameter.mm.value, 20, 0.6);
    ABL_CHECK_NEAR(edited->volume_ml.value, 4.19, 0.15);
    CU_ASSERT_STRING_EQUAL(edited->origin, "edited");
    CU_ASSERT(!edited->longest_axial_diameter.is_read);
    CU_ASSERT(edited->longest_axial_diameter.mm.uncertainty > 4);
    CU_ASSERT_EQUAL(r->lesions[3].automatic, ABL_READ_NONE);
    ABL_CHECK_NEAR(added->max_3d_diameter.mm.value, 24, 0.8);
    ABL_CHECK_NEAR(added->centroid_lps[2], -34, 0.3);
    /* it bulges out of the liver, which now holds it */
    ABL_CHECK_NEAR(added->capsule.mm.value, 0, 0.7);
    CU_ASSERT(r->structures->items[ABL_LIVER].volume_ml >
              automatic->items[ABL_LIVER].volume_ml + 0.2);
    CU_ASSERT_EQUAL(automatic->lesion_count, 3);
    abl_reading_destroy(r);
}

static void a_lesion_beside_the_outline_of_the_liver_is_kept_and_said(void)
{
    abl_override o = override_of(1);
    o.items[0] = shaped(ABL_READ_ADD, 0, 0, 0, -46, 12);
    abl_reading *r = read_as(&o);
    CU_ASSERT_EQUAL(r->findings->lesion_count, 4);
    bool said = false;
    for (size_t n = 0; n < r->findings->warning_count; n++)
        said |=
            strcmp(r->findings->warnings[n].code, "read-outside-liver") == 0;
    CU_ASSERT(said);
    abl_reading_destroy(r);
}

static void an_outline_in_the_label_map_is_a_shape(void)
{
    abl_override o = override_of(2);
    o.items[0] = by_number(ABL_READ_EDIT, 1);
    o.items[0].has_shape = true;
    o.items[0].label = 101;
    o.items[1] = (abl_override_item){
        .action = ABL_READ_ADD, .has_shape = true, .label = 110};
    abl_reading *reading = read_as(&o);
    CU_ASSERT_EQUAL_FATAL(reading->findings->lesion_count, 4);
    const abl_lesion_findings *lesions = reading->findings->lesions;
    ABL_CHECK_NEAR(lesions[0].longest_axial_diameter.mm.value, 14, 1.2);
    ABL_CHECK_NEAR(lesions[3].longest_axial_diameter.mm.value, 12, 1.2);
    const double at[3] = {0, 20, -20};
    ABL_CHECK_NEAR(apart(lesions[3].centroid_lps, at), 0, 1);
    CU_ASSERT_STRING_EQUAL(reading->structures->lesions[3].origin, "edited");
    CU_ASSERT_EQUAL(reading->findings->automatic_count, 3);
    CU_ASSERT_EQUAL(reading->findings->added_by_reader, 1);
    abl_reading_destroy(reading);
}

static void an_outline_that_is_not_where_it_edits_is_refused(void)
{
    abl_override o = override_of(1);
    o.items[0] = by_number(ABL_READ_EDIT, 2);
    o.items[0].has_shape = true;
    o.items[0].label = 110;
    refuse(&o, "does not touch the lesion");
    o.items[0] = (abl_override_item){
        .action = ABL_READ_ADD, .has_shape = true, .label = 44};
    refuse(&o, "smaller than a voxel");
}

static void an_outlined_structure_stands_in_the_read_result_alone(void)
{
    abl_override o = override_of(0);
    o.structure_count = 1;
    o.structures[0].id = ABL_GALLBLADDER;
    abl_reading *reading = read_as(&o);
    const abl_structure *read = &reading->structures->items[ABL_GALLBLADDER];
    CU_ASSERT_PTR_NULL(automatic->items[ABL_GALLBLADDER].field);
    CU_ASSERT_PTR_NOT_NULL_FATAL(read->field);
    CU_ASSERT_STRING_EQUAL(read->origin, "edited");
    ABL_CHECK_NEAR(read->volume_ml, 0.524, 0.08);
    CU_ASSERT_EQUAL(reading->structures->lesion_count, 3);
    CU_ASSERT_PTR_NOT_EQUAL(reading->structures->items[ABL_LIVER].field,
                            automatic->items[ABL_LIVER].field);
    ABL_CHECK_NEAR(reading->structures->items[ABL_LIVER].volume_ml,
                   automatic->items[ABL_LIVER].volume_ml, 1e-9);
    ABL_CHECK_NEAR(
        reading->findings->lesions[0].to[ABL_GALLBLADDER].nearest.mm.value,
        apart((const double[3]){50, 0, 0}, balls[1].at) - 14, 1.5);
    abl_reading_destroy(reading);
}

static void an_outlined_liver_holds_its_lesions_and_vessels(void)
{
    abl_override o = override_of(0);
    o.structure_count = 1;
    o.structures[0].id = ABL_LIVER;
    abl_reading *reading = read_as(&o);
    const abl_volume *liver = reading->structures->items[ABL_LIVER].field;
    const double vessel[3] = {0, -25, 0}, lesion[3] = {0, 20, -20};
    CU_ASSERT(abl_volume_sample_lps(liver, vessel) > 0);
    CU_ASSERT(abl_volume_sample_lps(liver, lesion) > 0);
    CU_ASSERT_EQUAL(reading->structures->lesion_count, 3);
    CU_ASSERT_PTR_NOT_NULL(reading->structures->vessels);
    abl_reading_destroy(reading);
}

static void facts_of_the_reader_stand_above_those_of_the_run(void)
{
    abl_context given = {.sha256 = ""};
    given.facts[ABL_CONTEXT_ASCITES] =
        (abl_context_fact){.given = true, .value = "none"};
    given.facts[ABL_CONTEXT_COAGULATION] =
        (abl_context_fact){.given = true, .value = "normal"};
    abl_override o = override_of(0);
    abl_error err;
    abl_reading *reading = NULL;
    const abl_measure_options how = abl_measure_options_default();
    o.has_context = true;
    o.context.facts[ABL_CONTEXT_ASCITES] =
        (abl_context_fact){.given = true, .value = "much"};
    make_scene();
    ABL_CHECK_OK(abl_reading_create(&reading, &o, NULL, automatic, &scan, &err),
                 &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(reading);
    ABL_CHECK_OK(abl_reading_measure(reading, &scan, &given, &how, &err), &err);
    const abl_context *read = reading->findings->context;
    CU_ASSERT_PTR_NOT_NULL_FATAL(read);
    CU_ASSERT_STRING_EQUAL(read->facts[ABL_CONTEXT_ASCITES].value, "much");
    CU_ASSERT_STRING_EQUAL(read->facts[ABL_CONTEXT_COAGULATION].value,
                           "normal");
    CU_ASSERT_STRING_EQUAL(given.facts[ABL_CONTEXT_ASCITES].value, "none");
    abl_reading_destroy(reading);
}

static void the_summary_says_what_was_found_and_what_was_read(void)
{
    abl_override o = override_of(2);
    abl_profile profile;
    abl_assessment *assessment = NULL;
    abl_error err;
    o.items[0] = by_number(ABL_READ_REJECT, 1);
    o.items[1] = shaped(ABL_READ_ADD, 0, 0, 20, -20, 12);
    abl_reading *reading = read_as(&o);
    ABL_CHECK_OK(abl_profile_load(&profile, "net", &err), &err);
    ABL_CHECK_OK(abl_assess(&assessment, reading->findings, &profile, &err),
                 &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(
        strstr(assessment->summary,
               "3 lesions as read (2 of 3 found automatically, 1 added)"));
    CU_ASSERT_PTR_NULL(strstr(assessment->summary, "lesions found"));
    abl_assessment_destroy(assessment);
    abl_reading_destroy(reading);
}

static void a_readers_noise_follows_the_phase(void)
{
    ABL_CHECK_NEAR(abl_reader_sd_mm(ABL_PHASE_PORTAL_VENOUS), 2.7, 0.05);
    CU_ASSERT(abl_reader_sd_mm(ABL_PHASE_UNENHANCED) <
              abl_reader_sd_mm(ABL_PHASE_PORTAL_VENOUS));
    CU_ASSERT(abl_reader_sd_mm(ABL_PHASE_UNKNOWN) >=
              abl_reader_sd_mm(ABL_PHASE_ARTERIAL));
}

static void the_scene_is_put_away(void)
{
    abl_import_maps_clear(&outlines);
    abl_structures_destroy(automatic);
    abl_volume_destroy(image);
    abl_volume_destroy(labels);
    automatic = NULL;
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(words_that_mean_no_lesion_are_refused),
    ABL_TEST(words_that_mean_two_lesions_are_refused),
    ABL_TEST(the_same_lesion_twice_is_refused),
    ABL_TEST(shapes_in_the_wrong_place_are_refused),
    ABL_TEST(a_confirmed_lesion_is_no_longer_of_low_confidence),
    ABL_TEST(a_rejected_lesion_is_left_out_and_stays_known),
    ABL_TEST(an_edited_value_has_a_readers_uncertainty_and_no_line),
    ABL_TEST(a_shape_is_measured_like_any_other),
    ABL_TEST(a_lesion_beside_the_outline_of_the_liver_is_kept_and_said),
    ABL_TEST(an_outline_in_the_label_map_is_a_shape),
    ABL_TEST(an_outline_that_is_not_where_it_edits_is_refused),
    ABL_TEST(an_outlined_structure_stands_in_the_read_result_alone),
    ABL_TEST(an_outlined_liver_holds_its_lesions_and_vessels),
    ABL_TEST(facts_of_the_reader_stand_above_those_of_the_run),
    ABL_TEST(the_summary_says_what_was_found_and_what_was_read),
    ABL_TEST(a_readers_noise_follows_the_phase),
    ABL_TEST(the_scene_is_put_away),
    CU_TEST_INFO_NULL,
};
