/* Zones of spheres against spheres and planes, whose volumes are known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/zone.h"

#include "eligibility/zone_distance.h"
#include "imaging/threads.h"
#include "tests/unit/eligibility/shapes.h"

const char *const abl_test_suite = "eligibility.zone";

#define MAX_LESIONS 3

typedef struct place {
    abl_grid scan;
    abl_structures s;
    abl_findings f;
    abl_lesion lesions[MAX_LESIONS];
    abl_lesion_findings found[MAX_LESIONS];
    abl_zone zones[ABL_ZONE_COUNT];
} place;

/* A scan around 0 of about 110 mm, turned by the given angles. */
static void open_place(place *p, const double mm[3], double yaw, double pitch)
{
    static const double middle[3] = {3, -2, 7};
    abl_error err = {ABL_OK, ""};
    size_t size[3];
    memset(p, 0, sizeof *p);
    for (int a = 0; a < 3; a++)
        size[a] = (size_t)(110 / mm[a]);
    p->scan = turned_grid(size, mm, middle, yaw, pitch);
    ABL_CHECK_OK(abl_volume_create(&p->s.labels, &p->scan, ABL_PIXEL_U8, &err),
                 &err);
    p->s.lesions = p->lesions;
    p->f.lesions = p->found;
    p->f.liver_volume_ml = (abl_value){true, 1500, 10, NULL};
}

static void close_place(place *p)
{
    for (size_t n = 0; n < p->s.lesion_count; n++)
        abl_volume_destroy(p->lesions[n].field);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        abl_volume_destroy(p->s.items[id].field);
    abl_volume_destroy(p->s.labels);
}

/* The part of a field around what is inside, as segmentation crops it. */
static abl_volume *crop_to_inside(abl_volume *whole)
{
    abl_error err = {ABL_OK, ""};
    size_t lo[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, hi[3] = {0, 0, 0}, size[3];
    const abl_grid *g = &whole->grid;
    for (size_t n = 0; n < abl_grid_voxels(g); n++) {
        const size_t at[3] = {n % g->size[0], n / g->size[0] % g->size[1],
                              n / g->size[0] / g->size[1]};
        for (int a = 0; abl_volume_f32(whole)[n] > 0 && a < 3; a++) {
            lo[a] = at[a] < lo[a] ? at[a] : lo[a];
            hi[a] = at[a] > hi[a] ? at[a] : hi[a];
        }
    }
    for (int a = 0; a < 3; a++) {
        lo[a] = lo[a] > 2 ? lo[a] - 2 : 0;
        hi[a] = hi[a] + 2 < g->size[a] ? hi[a] + 2 : g->size[a] - 1;
        size[a] = hi[a] + 1 - lo[a];
    }
    abl_volume *crop = NULL;
    ABL_CHECK_OK(abl_volume_crop(&crop, whole, lo, size, &err), &err);
    abl_volume_destroy(whole);
    return crop;
}

static void add_lesion(place *p, const solid *from)
{
    const size_t n = p->s.lesion_count++;
    p->f.lesion_count++;
    p->lesions[n].field = crop_to_inside(solid_field(&p->scan, from));
    p->lesions[n].edge_sd_mm = 0.2;
    p->found[n].number = (int)n + 1;
    p->found[n].capsule.mm = (abl_value){true, 20, 0, NULL};
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        p->found[n].to[id].nearest.mm =
            (abl_value){false, 0, 0, "not found in this scan"};
}

/* A structure on a grid of its own, at a known distance from lesion 1. */
static void add_structure(place *p, abl_structure_id id, const solid *from,
                          double clearance_mm)
{
    const abl_grid grid =
        turned_grid((size_t[3]){66, 66, 66}, (double[3]){1.5, 1.5, 1.5},
                    (double[3]){0, 0, 0}, 0.3, -0.2);
    p->s.items[id].found = ABL_FOUND;
    p->s.items[id].field = solid_field(&grid, from);
    p->s.items[id].edge_sd_mm = 0.2;
    p->found[0].to[id].nearest.mm = (abl_value){true, clearance_mm, 0, NULL};
}

static void measure(place *p)
{
    abl_error err = {ABL_OK, ""};
    ABL_CHECK_OK(abl_zones_measure(p->zones, &p->s, &p->f, 0, &err), &err);
}

static double ball_ml(double radius_mm)
{
    return 4 * M_PI / 3000 * radius_mm * radius_mm * radius_mm;
}

/* Of a ball beyond a plane that cuts off a cap of this height. */
static double cap_ml(double radius_mm, double height_mm)
{
    if (height_mm <= 0)
        return 0;
    return M_PI * height_mm * height_mm * (3 * radius_mm - height_mm) / 3000;
}

static double lens_ml(double a, double b, double apart)
{
    if (apart >= a + b)
        return 0;
    return M_PI * (a + b - apart) * (a + b - apart) *
           (apart * apart + 2 * apart * (a + b) - 3 * (a - b) * (a - b)) /
           (12 * apart * 1000);
}

static void check_part(double actual, double expected, const char *what)
{
    const double slack = 0.02 * expected + 0.005;
    if (!(fabs(actual - expected) <= slack))
        fprintf(stderr, "%s: %.4f, expected %.4f (%+.2f %%)\n", what, actual,
                expected, 100 * (actual / expected - 1));
    CU_ASSERT_TRUE(fabs(actual - expected) <= slack);
}

static const abl_zone_touch *touch_of(const abl_zone *zone, abl_structure_id id,
                                      int lesion)
{
    for (size_t n = 0; n < zone->touch_count; n++)
        if (zone->touches[n].structure == id &&
            zone->touches[n].lesion == lesion)
            return &zone->touches[n];
    return NULL;
}

static const double spacings[][3] = {
    {0.8, 0.8, 0.8}, {0.7, 0.9, 1.5}, {0.8, 0.8, 3}, {1, 1, 5}};

static void zones_of_spheres_have_their_volume(void)
{
    for (size_t n = 0; n < sizeof spacings / sizeof spacings[0]; n++)
        for (double radius = 6; radius <= 20; radius += 10) {
            static place p;
            const solid ball = solid_sphere(2.3, -1.1, 4.7, radius);
            if (radius < 2.5 * spacings[n][2])
                continue;
            open_place(&p, spacings[n], 0.2 * (double)n, -0.1 * (double)n);
            add_lesion(&p, &ball);
            measure(&p);
            check_part(p.zones[ABL_ZONE_LEAST].volume_ml.value,
                       ball_ml(radius + 5), "zone of 5 mm");
            check_part(p.zones[ABL_ZONE_AIM].volume_ml.value,
                       ball_ml(radius + 10), "zone of 10 mm");
            CU_ASSERT_FALSE(p.zones[ABL_ZONE_AIM].leaves_scan);
            CU_ASSERT_EQUAL(p.zones[ABL_ZONE_AIM].touch_count, 0);
            close_place(&p);
        }
}

static void overlaps_of_spheres_are_lenses(void)
{
    for (size_t n = 0; n < 3; n++) {
        static place p;
        const double clearance = 1.5 + 3 * (double)n;
        const solid ball = solid_sphere(0, 0, 0, 11);
        const double away = (11 + 14 + clearance) / sqrt(3);
        const solid organ = solid_sphere(away, -away, away, 14);
        open_place(&p, spacings[n], 0.3, 0.2);
        add_lesion(&p, &ball);
        add_structure(&p, ABL_STOMACH, &organ, clearance);
        measure(&p);
        for (int z = 0; z < ABL_ZONE_COUNT; z++) {
            const double margin = p.zones[z].margin_mm;
            const double expected = lens_ml(11 + margin, 14, 25 + clearance);
            const abl_zone_touch *got = touch_of(&p.zones[z], ABL_STOMACH, 0);
            CU_ASSERT_EQUAL(got != NULL, clearance <= margin);
            if (!got)
                continue;
            check_part(got->overlap_ml.value, expected, "lens");
            ABL_CHECK_NEAR(got->gap_mm.value, clearance - margin, 1e-9);
        }
        close_place(&p);
    }
}

/* A half-space beyond the plane at this distance from the lesion's centre. */
static solid half_space(const double towards[3], double from_centre_mm,
                        bool other_side)
{
    solid made = solid_ellipsoid(0, 0, 0, 200, 200, 200);
    const double helper[3] = {0.36, -0.48, 0.8};
    double along = 0;
    made.is_box = true;
    for (int a = 0; a < 3; a++)
        along += helper[a] * towards[a];
    double length = 0;
    for (int a = 0; a < 3; a++) {
        made.axes[0][a] = towards[a];
        made.axes[1][a] = helper[a] - along * towards[a];
        length += made.axes[1][a] * made.axes[1][a];
    }
    for (int a = 0; a < 3; a++)
        made.axes[1][a] /= sqrt(length);
    for (int a = 0; a < 3; a++)
        made.axes[2][a] =
            made.axes[0][(a + 1) % 3] * made.axes[1][(a + 2) % 3] -
            made.axes[0][(a + 2) % 3] * made.axes[1][(a + 1) % 3];
    const double shift =
        other_side ? from_centre_mm - 200 : from_centre_mm + 200;
    for (int a = 0; a < 3; a++)
        made.centre_lps[a] = shift * towards[a];
    return made;
}

static void overlaps_with_a_plane_are_caps(void)
{
    static const double ways[][3] = {
        {1, 0, 0}, {0, 0, 1}, {0.6, 0, 0.8}, {-0.48, 0.64, -0.6}};
    for (size_t n = 0; n < 4; n++) {
        static place p;
        const solid ball = solid_sphere(0, 0, 0, 10);
        const solid wall = half_space(ways[n], 12, false);
        open_place(&p, spacings[n % 3], 0.1 * (double)n, 0);
        add_lesion(&p, &ball);
        add_structure(&p, ABL_HEART, &wall, 2);
        measure(&p);
        for (int z = 0; z < ABL_ZONE_COUNT; z++) {
            const abl_zone_touch *got = touch_of(&p.zones[z], ABL_HEART, 0);
            const double margin = p.zones[z].margin_mm;
            CU_ASSERT_PTR_NOT_NULL(got);
            if (got)
                check_part(got->overlap_ml.value,
                           cap_ml(10 + margin, margin - 2), "cap");
        }
        close_place(&p);
    }
}

static void the_part_outside_the_liver_is_told_apart(void)
{
    static place p;
    const double way[3] = {0.6, 0, 0.8};
    const solid ball = solid_sphere(0, 0, 0, 10);
    const solid liver = half_space(way, 13, true);
    open_place(&p, spacings[1], 0.2, 0.1);
    add_lesion(&p, &ball);
    add_structure(&p, ABL_LIVER, &liver, 0);
    measure(&p);
    for (int z = 0; z < ABL_ZONE_COUNT; z++) {
        const abl_zone *zone = &p.zones[z];
        const double radius = 10 + zone->margin_mm;
        const double outside = cap_ml(radius, zone->margin_mm - 3);
        ABL_CHECK_NEAR(zone->outside_share.value, outside / ball_ml(radius),
                       0.004);
        check_part(zone->liver_lost_ml.value,
                   ball_ml(radius) - ball_ml(10) - outside, "liver lost");
        ABL_CHECK_NEAR(zone->liver_share.value,
                       zone->liver_lost_ml.value / 1500, 1e-12);
        CU_ASSERT_PTR_NULL(touch_of(zone, ABL_LIVER, 0));
    }
    close_place(&p);
}

static void vessels_and_other_lesions_appear_by_themselves(void)
{
    static place p;
    const solid ball = solid_sphere(0, 0, 0, 10);
    const solid second = solid_sphere(22, 0, 0, 8);
    const solid far = solid_sphere(-45, 0, 0, 5);
    const solid vessel = solid_ellipsoid(0, 14, 0, 30, 3, 3);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    add_lesion(&p, &second);
    add_lesion(&p, &far);
    add_structure(&p, ABL_HEPATIC_VEINS, &vessel, 1);
    measure(&p);
    const abl_zone *zone = &p.zones[ABL_ZONE_AIM];
    const abl_zone_touch *vein = touch_of(zone, ABL_HEPATIC_VEINS, 0);
    const abl_zone_touch *other = touch_of(zone, ABL_BACKGROUND, 2);
    CU_ASSERT_PTR_NOT_NULL(vein);
    CU_ASSERT_PTR_NOT_NULL(other);
    CU_ASSERT_PTR_NULL(touch_of(zone, ABL_BACKGROUND, 3));
    if (other) {
        check_part(other->overlap_ml.value, lens_ml(20, 8, 22), "lesion 2");
        CU_ASSERT_FALSE(other->gap_mm.measured);
    }
    for (size_t n = 1; n < zone->touch_count; n++)
        CU_ASSERT_TRUE(zone->touches[n - 1].overlap_ml.value >=
                       zone->touches[n].overlap_ml.value);
    close_place(&p);
}

static void what_was_not_measured_is_found_by_its_overlap(void)
{
    static place p;
    const solid ball = solid_sphere(0, 0, 0, 10);
    const solid near = solid_sphere(24, 0, 0, 10);
    const solid far = solid_sphere(0, 45, 0, 10);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    add_structure(&p, ABL_SPLEEN, &near, 4);
    add_structure(&p, ABL_PANCREAS, &far, 25);
    p.found[0].to[ABL_SPLEEN].nearest.mm.measured = false;
    p.found[0].to[ABL_PANCREAS].nearest.mm.measured = false;
    measure(&p);
    const abl_zone_touch *got = touch_of(&p.zones[ABL_ZONE_AIM], ABL_SPLEEN, 0);
    CU_ASSERT_PTR_NOT_NULL(got);
    CU_ASSERT_FALSE(got && got->gap_mm.measured);
    CU_ASSERT_PTR_NULL(touch_of(&p.zones[ABL_ZONE_AIM], ABL_PANCREAS, 0));
    close_place(&p);
}

static void skin_is_what_lies_outside_of_the_body(void)
{
    static place p;
    const double way[3] = {0, 1, 0};
    const solid ball = solid_sphere(0, 0, 0, 10);
    const solid body = half_space(way, 14, true);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    add_structure(&p, ABL_SKIN, &body, 4);
    measure(&p);
    const abl_zone_touch *got = touch_of(&p.zones[ABL_ZONE_AIM], ABL_SKIN, 0);
    CU_ASSERT_PTR_NOT_NULL(got);
    if (got)
        check_part(got->overlap_ml.value, cap_ml(20, 6), "beyond the skin");
    close_place(&p);
}

/* The stated interval holds the truth when a surface lies off by it. */
static void uncertainty_covers_a_moved_surface(void)
{
    static place p;
    const solid ball = solid_sphere(0, 0, 0, 10);
    const solid organ = solid_sphere(26, 0, 0, 12);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    add_structure(&p, ABL_STOMACH, &organ, 4);
    p.found[0].to[ABL_STOMACH].nearest.mm.uncertainty = 1;
    measure(&p);
    const abl_zone_touch *got =
        touch_of(&p.zones[ABL_ZONE_AIM], ABL_STOMACH, 0);
    CU_ASSERT_PTR_NOT_NULL(got);
    if (got) {
        const double more = lens_ml(21, 12, 26) - lens_ml(20, 12, 26);
        CU_ASSERT_TRUE(got->overlap_ml.uncertainty >= 0.97 * more);
        CU_ASSERT_TRUE(got->overlap_ml.uncertainty <= 1.5 * more);
    }
    close_place(&p);
}

static void a_zone_that_leaves_the_scan_says_so(void)
{
    static place p;
    const solid ball = solid_sphere(0, 0, 50, 6);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    measure(&p);
    CU_ASSERT_TRUE(p.zones[ABL_ZONE_AIM].leaves_scan);
    close_place(&p);
}

static void without_a_liver_nothing_is_said_of_it(void)
{
    static place p;
    const solid ball = solid_sphere(0, 0, 0, 8);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    measure(&p);
    CU_ASSERT_TRUE(p.zones[0].measured);
    CU_ASSERT_FALSE(p.zones[0].liver_lost_ml.measured);
    CU_ASSERT_FALSE(p.zones[0].outside_share.measured);
    CU_ASSERT_FALSE(p.zones[0].liver_share.measured);
    close_place(&p);
}

static void a_lesion_without_inside_has_no_zone(void)
{
    static place p;
    const solid ball = solid_sphere(0, 0, 0, 8);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    float *value = abl_volume_f32(p.lesions[0].field);
    for (size_t n = 0; n < abl_grid_voxels(&p.lesions[0].field->grid); n++)
        value[n] = -1;
    measure(&p);
    CU_ASSERT_FALSE(p.zones[0].measured);
    CU_ASSERT_PTR_NOT_NULL(p.zones[0].why_not);
    close_place(&p);
}

static void a_lesion_that_is_not_there_is_refused(void)
{
    static place p;
    abl_error err = {ABL_OK, ""};
    const solid ball = solid_sphere(0, 0, 0, 8);
    open_place(&p, spacings[0], 0, 0);
    add_lesion(&p, &ball);
    ABL_CHECK_FAILS(abl_zones_measure(p.zones, &p.s, &p.f, 1, &err),
                    ABL_E_INVALID, "no lesion 2", &err);
    p.f.lesion_count = 0;
    ABL_CHECK_FAILS(abl_zones_measure(p.zones, &p.s, &p.f, 0, &err),
                    ABL_E_INVALID, "no lesion 1", &err);
    close_place(&p);
}

/* Against the exact distance of a sphere, in every direction. */
static void distances_are_exact_between_voxels(void)
{
    abl_error err = {ABL_OK, ""};
    const solid ball = solid_sphere(0.4, 0.2, -0.3, 9);
    const abl_grid grid =
        turned_grid((size_t[3]){48, 52, 30}, (double[3]){0.9, 0.8, 1.4},
                    (double[3]){0, 0, 0}, 0.3, 0.4);
    abl_volume *field = solid_field(&grid, &ball);
    float *mm = calloc(abl_grid_voxels(&grid), sizeof *mm);
    float *again = calloc(abl_grid_voxels(&grid), sizeof *again);
    abl_threads_set(1);
    ABL_CHECK_OK(abl_zone_distance(mm, field, 8, &err), &err);
    abl_threads_set(3);
    ABL_CHECK_OK(abl_zone_distance(again, field, 8, &err), &err);
    abl_threads_set(0);
    CU_ASSERT_EQUAL(memcmp(mm, again, abl_grid_voxels(&grid) * sizeof *mm), 0);
    double worst = 0;
    for (size_t n = 0; n < abl_grid_voxels(&grid); n++) {
        const double truth = -(double)abl_volume_f32(field)[n];
        if (truth > 3 && truth < 7.5)
            worst = fmax(worst, fabs((double)mm[n] - truth));
        if (truth > 8.5)
            CU_ASSERT_TRUE(isinf(mm[n]));
        if (truth < 0)
            CU_ASSERT_EQUAL(mm[n], 0);
    }
    ABL_CHECK_NEAR(worst, 0, 0.15);
    free(mm);
    free(again);
    abl_volume_destroy(field);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(distances_are_exact_between_voxels),
    ABL_TEST(zones_of_spheres_have_their_volume),
    ABL_TEST(overlaps_of_spheres_are_lenses),
    ABL_TEST(overlaps_with_a_plane_are_caps),
    ABL_TEST(the_part_outside_the_liver_is_told_apart),
    ABL_TEST(vessels_and_other_lesions_appear_by_themselves),
    ABL_TEST(what_was_not_measured_is_found_by_its_overlap),
    ABL_TEST(skin_is_what_lies_outside_of_the_body),
    ABL_TEST(uncertainty_covers_a_moved_surface),
    ABL_TEST(a_zone_that_leaves_the_scan_says_so),
    ABL_TEST(without_a_liver_nothing_is_said_of_it),
    ABL_TEST(a_lesion_without_inside_has_no_zone),
    ABL_TEST(a_lesion_that_is_not_there_is_refused),
    CU_TEST_INFO_NULL,
};
