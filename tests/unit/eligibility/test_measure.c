/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/measure.h"

#include "eligibility/burden.h"
#include "imaging/threads.h"
#include "tests/unit/eligibility/shapes.h"

/* A liver (ball of 50 mm) with two lesions, a gallbladder below, a stomach
 * that touches the capsule beside lesion 1, bone that is cut. */
static const solid liver = {
    {0, 0, 0}, {50, 50, 50}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};
static const solid lesions[2] = {
    {{38, 0, 2}, {8, 8, 8}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false},
    {{-10, 8, -6}, {6, 6, 6}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false}};
static const solid stomach = {
    {72, 0, 2}, {20, 20, 20}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};
static const solid gallbladder = {
    {-10, 8, -26}, {9, 9, 9}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};
static const solid bone = {
    {-10, 108, -6}, {20, 20, 20}, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, false};

static abl_grid image_grid(void)
{
    abl_grid grid = abl_grid_axial(101, 121, 51, 1.5, 1.5, 2.5);
    const double origin[3] = {-62, -62, -64};
    memcpy(grid.origin_lps, origin, sizeof origin);
    return grid;
}

static abl_volume *organ_field(const solid *from)
{
    const abl_grid grid =
        turned_grid((size_t[3]){47, 47, 47}, (double[3]){2.5, 2.5, 2.5},
                    from->centre_lps, 0.2, 0.1);
    return solid_field(&grid, from);
}

static void set_organ(abl_structures *s, int id, abl_found found,
                      const solid *from)
{
    s->items[id].found = found;
    s->items[id].origin = "threshold";
    s->items[id].edge_sd_mm = 0.2;
    s->items[id].volume_ml = 1;
    s->items[id].field = from ? organ_field(from) : NULL;
}

static void set_lesion(abl_structures *s, size_t index, const abl_grid *grid,
                       const solid *from)
{
    abl_lesion *lesion = &s->lesions[index];
    abl_error err;
    abl_volume *whole = solid_field(grid, from);
    size_t lo[3], size[3], hi[3];
    for (int a = 0; a < 3; a++) {
        const double mid =
            (from->centre_lps[a] - grid->origin_lps[a]) / grid->spacing_mm[a];
        const double reach = from->half_mm[a] / grid->spacing_mm[a];
        lo[a] = (size_t)(mid - reach);
        hi[a] = (size_t)(mid + reach) + 1;
        lesion->lo[a] = lo[a] + 1;
        lesion->hi[a] = hi[a] - 1;
        lo[a] -= 2;
        size[a] = hi[a] + 3 - lo[a];
    }
    ABL_CHECK_OK(abl_volume_crop(&lesion->field, whole, lo, size, &err), &err);
    for (size_t n = 0; n < abl_grid_voxels(grid); n++)
        if (abl_volume_f32(whole)[n] > 0)
            abl_volume_u8(s->lesion_labels)[n] = (uint8_t)(index + 1);
    abl_volume_destroy(whole);
    lesion->edge_sd_mm = 0.2;
    lesion->confidence = 0.9;
    snprintf(lesion->confidence_reason, sizeof lesion->confidence_reason,
             "phantom");
}

/* @p first is the solid that becomes lesion 1. */
static void make_scan(abl_volume **image, abl_structures **out, size_t first)
{
    abl_error err;
    const abl_grid grid = image_grid();
    abl_structures *s = abl_alloc(1, sizeof *s, &err);
    ABL_CHECK_OK(abl_volume_create(image, &grid, ABL_PIXEL_I16, &err), &err);
    ABL_CHECK_OK(abl_volume_create(&s->labels, &grid, ABL_PIXEL_U8, &err),
                 &err);
    ABL_CHECK_OK(
        abl_volume_create(&s->lesion_labels, &grid, ABL_PIXEL_U8, &err), &err);
    abl_volume *field = solid_field(&grid, &liver);
    s->lesion_count = 2;
    s->lesions = abl_alloc(2, sizeof *s->lesions, &err);
    for (size_t n = 0; n < 2; n++)
        set_lesion(s, n, &grid, &lesions[(n + first) % 2]);
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        const bool in = abl_volume_f32(field)[n] > 0;
        abl_volume_u8(s->labels)[n] = in ? ABL_LIVER : 0;
        abl_volume_i16(*image)[n] = abl_volume_u8(s->lesion_labels)[n] ? 60
                                    : in                               ? 110
                                                                       : -100;
    }
    abl_volume_destroy(field);
    set_organ(s, ABL_LIVER, ABL_FOUND, &liver);
    set_organ(s, ABL_STOMACH, ABL_FOUND, &stomach);
    set_organ(s, ABL_GALLBLADDER, ABL_FOUND, &gallbladder);
    set_organ(s, ABL_BONE, ABL_FOUND_CUT, &bone);
    set_organ(s, ABL_SPLEEN, ABL_NOT_FOUND, NULL);
    s->noise_hu = 12;
    abl_structures_warn(s, "phantom", "not a patient");
    *out = s;
}

static abl_findings *measure(size_t first)
{
    abl_error err;
    abl_volume *image = NULL;
    abl_structures *s = NULL;
    abl_findings *found = NULL;
    const abl_measure_options options = abl_measure_options_default();
    make_scan(&image, &s, first);
    ABL_CHECK_OK(abl_measure(&found, image, s, NULL, &options, &err), &err);
    abl_structures_destroy(s);
    abl_volume_destroy(image);
    return found;
}

static void lesions_of_a_known_scan_are_measured(void)
{
    abl_findings *found = measure(0);
    const abl_lesion_findings *one = &found->lesions[0];
    const abl_lesion_findings *two = &found->lesions[1];
    CU_ASSERT_EQUAL(found->lesion_count, 2);
    ABL_CHECK_NEAR(one->longest_axial_diameter.mm.value, 16, 0.3);
    ABL_CHECK_NEAR(one->perpendicular_diameter.mm.value, 16, 0.3);
    ABL_CHECK_NEAR(one->max_3d_diameter.mm.value, 16, 0.3);
    ABL_CHECK_NEAR(one->volume_ml.value, 2.145, 0.05);
    ABL_CHECK_NEAR(one->equivalent_diameter_mm.value, 16, 0.15);
    ABL_CHECK_NEAR(one->capsule.mm.value, 50 - hypot(38, 2) - 8, 0.2);
    ABL_CHECK_NEAR(two->capsule.mm.value, 50 - sqrt(200) - 6, 0.2);
    ABL_CHECK_NEAR(one->to[ABL_STOMACH].nearest.mm.value, 34 - 28, 0.2);
    ABL_CHECK_NEAR(two->to[ABL_GALLBLADDER].nearest.mm.value, 20 - 15, 0.2);
    ABL_CHECK_NEAR(one->mean_hu.value, 60, 1e-9);
    ABL_CHECK_NEAR(one->ring_hu.value, 110, 0.6);
    ABL_CHECK_NEAR(two->cnr.value, 50.0 / 12, 0.1);
    for (int a = 0; a < 3; a++)
        ABL_CHECK_NEAR(one->centroid_lps[a], lesions[0].centre_lps[a], 0.3);
    /* k of z = 2 */
    CU_ASSERT_EQUAL(one->axial_slice, 26);
    CU_ASSERT_EQUAL(one->number, 1);
    CU_ASSERT_STRING_EQUAL(one->confidence_reason, "phantom");
    abl_findings_destroy(found);
}

static void organ_beyond_the_capsule_is_the_one_at_the_same_patch(void)
{
    abl_findings *found = measure(0);
    const abl_clearance *beyond = &found->lesions[0].beyond_capsule;
    CU_ASSERT_EQUAL(beyond->structure, ABL_STOMACH);
    ABL_CHECK_NEAR(beyond->nearest.mm.value, hypot(72, 2) - 70, 0.3);
    /* bowel was not looked for: something unseen may be nearer */
    CU_ASSERT(beyond->is_upper_bound);
    ABL_CHECK_NEAR(beyond->at_least_mm, 0, 0);
    abl_findings_destroy(found);
}

static void what_was_not_found_or_sought_is_not_measured(void)
{
    abl_findings *found = measure(0);
    const abl_clearance *to = found->lesions[0].to;
    CU_ASSERT(!to[ABL_SPLEEN].nearest.mm.measured);
    CU_ASSERT_STRING_EQUAL(to[ABL_SPLEEN].nearest.mm.why_not,
                           "not found in this scan");
    CU_ASSERT(!to[ABL_HEART].nearest.mm.measured);
    CU_ASSERT_STRING_EQUAL(to[ABL_HEART].nearest.mm.why_not, "not looked for");
    CU_ASSERT(!to[ABL_LIVER].nearest.mm.measured);
    ABL_CHECK_NEAR(to[ABL_SPLEEN].at_least_mm, 0, 0);
    CU_ASSERT(!found->structures[ABL_SPLEEN].volume_ml.measured);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        CU_ASSERT_EQUAL(to[id].structure, (abl_structure_id)id);
    abl_findings_destroy(found);
}

static void cut_structure_beyond_the_scan_end_is_an_upper_bound(void)
{
    abl_findings *found = measure(0);
    const abl_clearance *to = &found->lesions[1].to[ABL_BONE];
    CU_ASSERT(to->nearest.mm.measured);
    ABL_CHECK_NEAR(to->nearest.mm.value, 100 - 26, 0.3);
    /* the scan ends 1.25 mm outside z = -64; the lesion ends at z = -12 */
    CU_ASSERT(to->is_upper_bound);
    ABL_CHECK_NEAR(to->at_least_mm, 65.25 - 12, 0.2);
    CU_ASSERT(!found->lesions[1].to[ABL_GALLBLADDER].is_upper_bound);
    CU_ASSERT(!found->lesions[1].capsule_is_upper_bound);
    ABL_CHECK_NEAR(found->lesions[1].capsule_at_least_mm,
                   found->lesions[1].capsule.mm.value, 0);
    abl_findings_destroy(found);
}

static void cut_lesion_bounds_nothing_from_below(void)
{
    abl_error err;
    abl_volume *image = NULL;
    abl_structures *s = NULL;
    abl_findings *found = NULL;
    const abl_measure_options options = abl_measure_options_default();
    make_scan(&image, &s, 0);
    s->lesions[1].touches_border = true;
    ABL_CHECK_OK(abl_measure(&found, image, s, NULL, &options, &err), &err);
    const abl_lesion_findings *two = &found->lesions[1];
    CU_ASSERT(two->touches_border && two->capsule_is_upper_bound);
    CU_ASSERT(two->to[ABL_GALLBLADDER].is_upper_bound);
    ABL_CHECK_NEAR(two->to[ABL_GALLBLADDER].at_least_mm, 0, 0);
    abl_findings_destroy(found);
    abl_structures_destroy(s);
    abl_volume_destroy(image);
}

static void burden_and_ablated_share_follow_the_balls(void)
{
    abl_findings *found = measure(0);
    const double whole = 125000;
    ABL_CHECK_NEAR(found->liver_volume_ml.value, 4.0 / 3 * M_PI * 125, 3);
    ABL_CHECK_NEAR(found->tumour_volume_ml.value,
                   4.0 / 3e3 * M_PI * (512 + 216), 0.05);
    ABL_CHECK_NEAR(found->tumour_burden.value, (512 + 216) / whole, 2e-4);
    CU_ASSERT(found->tumour_burden.uncertainty > 0);
    /* both zones of 5 mm, lesion 1 clipped by 1 mm of capsule */
    ABL_CHECK_NEAR(found->ablated_fraction_5mm.value, (2197 + 1331) / whole,
                   0.002);
    CU_ASSERT(found->ablated_fraction_10mm.value >
              found->ablated_fraction_5mm.value);
    CU_ASSERT(found->ablated_fraction_10mm.value < (5832.0 + 4096.0) / whole);
    abl_findings_destroy(found);
}

static void order_of_lesions_changes_no_number(void)
{
    abl_findings *a = measure(0), *b = measure(1);
    for (size_t n = 0; n < 2; n++) {
        const abl_lesion_findings *x = &a->lesions[n], *y = &b->lesions[1 - n];
        ABL_CHECK_NEAR(x->volume_ml.value, y->volume_ml.value, 0);
        ABL_CHECK_NEAR(x->max_3d_diameter.mm.value, y->max_3d_diameter.mm.value,
                       0);
        ABL_CHECK_NEAR(x->capsule.mm.value, y->capsule.mm.value, 0);
        ABL_CHECK_NEAR(x->cnr.value, y->cnr.value, 0);
        ABL_CHECK_NEAR(x->to[ABL_STOMACH].nearest.mm.value,
                       y->to[ABL_STOMACH].nearest.mm.value, 0);
    }
    ABL_CHECK_NEAR(a->ablated_fraction_5mm.value, b->ablated_fraction_5mm.value,
                   0);
    abl_findings_destroy(a);
    abl_findings_destroy(b);
}

/* The bytes between members are nobody's: made 0. */
static void clear_padding(abl_value *value)
{
    abl_value clean;
    memset(&clean, 0, sizeof clean);
    clean.measured = value->measured;
    clean.value = value->value;
    clean.uncertainty = value->uncertainty;
    clean.why_not = value->why_not;
    memcpy(value, &clean, sizeof clean);
}

static void clear_paddings(abl_lesion_findings *l)
{
    abl_value *values[] = {&l->longest_axial_diameter.mm,
                           &l->perpendicular_diameter.mm,
                           &l->max_3d_diameter.mm,
                           &l->volume_ml,
                           &l->equivalent_diameter_mm,
                           &l->mean_hu,
                           &l->ring_hu,
                           &l->contrast_hu,
                           &l->cnr,
                           &l->capsule.mm,
                           &l->exophytic_share,
                           &l->beyond_capsule.nearest.mm,
                           &l->beyond_capsule_named.nearest.mm,
                           &l->portal_trunk.nearest.mm};
    for (size_t n = 0; n < sizeof values / sizeof *values; n++)
        clear_padding(values[n]);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        clear_padding(&l->to[id].nearest.mm);
}

static void one_and_two_threads_give_the_same_bytes(void)
{
    abl_threads_set(1);
    abl_findings *one = measure(0);
    abl_threads_set(2);
    abl_findings *two = measure(0);
    for (size_t n = 0; n < 2; n++) {
        clear_paddings(&one->lesions[n]);
        clear_paddings(&two->lesions[n]);
    }
    CU_ASSERT_EQUAL(
        memcmp(one->lesions, two->lesions, 2 * sizeof *one->lesions), 0);
    clear_padding(&one->ablated_fraction_5mm);
    clear_padding(&two->ablated_fraction_5mm);
    CU_ASSERT_EQUAL(memcmp(&one->ablated_fraction_5mm,
                           &two->ablated_fraction_5mm,
                           sizeof one->ablated_fraction_5mm),
                    0);
    abl_findings_destroy(one);
    abl_findings_destroy(two);
}

static void exam_and_warnings_are_handed_on(void)
{
    abl_findings *found = measure(0);
    ABL_CHECK_NEAR(found->exam.slice_spacing_mm, 2.5, 0);
    ABL_CHECK_NEAR(found->exam.noise_hu.value, 12, 0);
    CU_ASSERT(found->exam.liver_whole);
    CU_ASSERT_EQUAL(found->warning_count, 1);
    CU_ASSERT_STRING_EQUAL(found->warnings[0].code, "phantom");
    abl_findings_destroy(found);
}

static void scan_without_lesions_is_measured_too(void)
{
    abl_error err;
    abl_volume *image = NULL;
    abl_structures *s = NULL;
    abl_findings *found = NULL;
    const abl_measure_options options = abl_measure_options_default();
    make_scan(&image, &s, 0);
    for (size_t n = 0; n < 2; n++)
        abl_volume_destroy(s->lesions[n].field);
    s->lesion_count = 0;
    s->noise_hu = -1;
    ABL_CHECK_OK(abl_measure(&found, image, s, NULL, &options, &err), &err);
    CU_ASSERT(found->tumour_volume_ml.measured);
    ABL_CHECK_NEAR(found->tumour_volume_ml.value, 0, 0);
    ABL_CHECK_NEAR(found->ablated_fraction_5mm.value, 0, 0);
    CU_ASSERT(!found->exam.noise_hu.measured);
    abl_findings_destroy(found);
    abl_structures_destroy(s);
    abl_volume_destroy(image);
}

static void scan_without_a_liver_has_no_capsule_and_no_burden(void)
{
    abl_error err;
    abl_volume *image = NULL;
    abl_structures *s = NULL;
    abl_findings *found = NULL;
    const abl_measure_options options = abl_measure_options_default();
    make_scan(&image, &s, 0);
    abl_volume_destroy(s->items[ABL_LIVER].field);
    s->items[ABL_LIVER].field = NULL;
    s->items[ABL_LIVER].found = ABL_NOT_FOUND;
    ABL_CHECK_OK(abl_measure(&found, image, s, NULL, &options, &err), &err);
    CU_ASSERT(!found->lesions[0].capsule.mm.measured);
    CU_ASSERT(!found->lesions[0].beyond_capsule.nearest.mm.measured);
    CU_ASSERT(!found->tumour_burden.measured);
    CU_ASSERT(!found->ablated_fraction_5mm.measured);
    CU_ASSERT(!found->exam.liver_whole);
    abl_findings_destroy(found);
    abl_structures_destroy(s);
    abl_volume_destroy(image);
}

static bool stop_at_once(void *user, const char *stage, double fraction)
{
    (void)user;
    (void)stage;
    (void)fraction;
    return false;
}

static void bad_input_and_cancelling_are_reported(void)
{
    abl_error err;
    abl_volume *image = NULL, *field;
    abl_structures *s = NULL;
    abl_findings *found = NULL;
    abl_measure_options options = abl_measure_options_default();
    make_scan(&image, &s, 0);
    options.progress.report = stop_at_once;
    ABL_CHECK_FAILS(abl_measure(&found, image, s, NULL, &options, &err),
                    ABL_E_CANCELLED, "stopped", &err);
    CU_ASSERT_PTR_NULL(found);
    options.progress.report = NULL;
    field = s->lesions[1].field;
    s->lesions[1].field = NULL;
    ABL_CHECK_FAILS(abl_measure(&found, image, s, NULL, &options, &err),
                    ABL_E_INVALID, "lesion 2 has no shape", &err);
    s->lesions[1].field = field;
    s->lesion_count = ABL_MAX_LESIONS + 1;
    ABL_CHECK_FAILS(abl_measure(&found, image, s, NULL, &options, &err),
                    ABL_E_INVALID, "more than", &err);
    s->lesion_count = 2;
    image->grid.spacing_mm[2] = 3;
    ABL_CHECK_FAILS(abl_measure(&found, image, s, NULL, &options, &err),
                    ABL_E_GEOMETRY, "apart", &err);
    image->type = ABL_PIXEL_U8;
    ABL_CHECK_FAILS(abl_measure(&found, image, s, NULL, &options, &err),
                    ABL_E_INVALID, "i16", &err);
    abl_findings_destroy(NULL);
    abl_structures_destroy(s);
    abl_volume_destroy(image);
}

const char *const abl_test_suite = "eligibility.measure";
CU_TestInfo abl_tests[] = {
    ABL_TEST(lesions_of_a_known_scan_are_measured),
    ABL_TEST(organ_beyond_the_capsule_is_the_one_at_the_same_patch),
    ABL_TEST(what_was_not_found_or_sought_is_not_measured),
    ABL_TEST(cut_structure_beyond_the_scan_end_is_an_upper_bound),
    ABL_TEST(cut_lesion_bounds_nothing_from_below),
    ABL_TEST(burden_and_ablated_share_follow_the_balls),
    ABL_TEST(order_of_lesions_changes_no_number),
    ABL_TEST(one_and_two_threads_give_the_same_bytes),
    ABL_TEST(exam_and_warnings_are_handed_on),
    ABL_TEST(scan_without_lesions_is_measured_too),
    ABL_TEST(scan_without_a_liver_has_no_capsule_and_no_burden),
    ABL_TEST(bad_input_and_cancelling_are_reported),
    CU_TEST_INFO_NULL,
};
