/* What the shaded view promises: it hides no lesion, draws no other, and needs
 * no more than a liver.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "eligibility/report/surface_rays.h"
#include "imaging/threads.h"
#include "tests/unit/eligibility/shapes.h"

enum {
    SIDE = 121
};
#define LESION 0xFFFF00u

static const uint32_t colours[ABL_STRUCTURE_COUNT] = {
    [ABL_BACKGROUND] = 0xFF8000,
    [ABL_LIVER] = 0x80C0F0,
    [ABL_PORTAL_VEINS] = 0xFF00FF};

/* A liver of 40 mm in the middle of the grid, seen from the front. */
typedef struct setting {
    abl_structures structures;
    abl_lesion lesion;
    abl_lesion_findings lesion_findings;
    abl_findings findings;
    abl_report report;
    uint8_t rgb[SIDE * SIDE * 3];
} setting;

static abl_grid field_grid(size_t slices)
{
    abl_grid grid = abl_grid_axial(46, 46, slices, 2, 2, 2);
    for (int a = 0; a < 3; a++)
        grid.origin_lps[a] = -45;
    return grid;
}

static void give(setting *s, abl_structure_id id, size_t slices, solid shape)
{
    const abl_grid grid = field_grid(slices);
    s->structures.items[id].field = solid_field(&grid, &shape);
}

static setting *set_up(size_t slices)
{
    setting *s = calloc(1, sizeof *s);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    give(s, ABL_LIVER, slices, solid_sphere(0, 0, 0, 40));
    s->report.structures = &s->structures;
    s->report.findings = &s->findings;
    s->findings.lesions = &s->lesion_findings;
    s->structures.lesions = &s->lesion;
    return s;
}

static void give_lesion(setting *s)
{
    const abl_grid grid = field_grid(46);
    const solid ball = solid_sphere(10, 15, 0, 8);
    s->lesion.field = solid_field(&grid, &ball);
    s->structures.lesion_count = s->findings.lesion_count = 1;
}

static void take_down(setting *s)
{
    for (int n = 0; n < ABL_STRUCTURE_COUNT; n++)
        abl_volume_destroy(s->structures.items[n].field);
    abl_volume_destroy(s->lesion.field);
    free(s);
}

/* One pixel for each mm; the middle is LPS 0. */
static void render(setting *s)
{
    abl_error err;
    abl_surface_scene scene;
    const abl_view view = {.right_lps = {1, 0, 0},
                           .down_lps = {0, 0, -1},
                           .mm_per_px = 1,
                           .width_px = SIDE,
                           .height_px = SIDE};
    ABL_CHECK_OK(abl_surface_scene_make(&scene, &s->report, &err), &err);
    ABL_CHECK_OK(
        abl_surface_render(s->rgb, &scene, &view, colours, LESION, &err), &err);
    abl_surface_scene_clear(&scene);
}

/* At x to the patient's left and z to the head. */
static const uint8_t *at(const setting *s, int x, int z)
{
    return s->rgb + 3 * ((SIDE / 2 - z) * SIDE + SIDE / 2 + x);
}

static bool is_yellow(const uint8_t *rgb)
{
    return rgb[0] > 120 && rgb[1] > 120 && rgb[2] + 40 < rgb[0];
}

static void the_lesion_is_seen_through_the_liver_at_its_place(void)
{
    setting *s = set_up(46);
    give_lesion(s);
    render(s);
    CU_ASSERT_TRUE(is_yellow(at(s, 10, 0)));
    CU_ASSERT_TRUE(is_yellow(at(s, 16, 0)));
    CU_ASSERT_FALSE(is_yellow(at(s, 20, 0)));
    CU_ASSERT_FALSE(is_yellow(at(s, -10, 0)));
    take_down(s);
}

static void a_lesion_of_four_mm_is_seen(void)
{
    setting *s = set_up(46);
    const abl_grid grid = field_grid(46);
    const solid ball = solid_sphere(10, 15, 0, 2);
    s->lesion.field = solid_field(&grid, &ball);
    s->lesion.equivalent_diameter_mm = 4;
    s->structures.lesion_count = s->findings.lesion_count = 1;
    render(s);
    CU_ASSERT_TRUE(is_yellow(at(s, 10, 0)));
    s->lesion.equivalent_diameter_mm = 40;
    render(s); /* smoothed as a large one it would be lost */
    CU_ASSERT_FALSE(is_yellow(at(s, 11, 1)));
    take_down(s);
}

static void a_lesion_behind_a_vessel_shines_through(void)
{
    setting *s = set_up(46);
    give(s, ABL_PORTAL_VEINS, 46, solid_ellipsoid(0, -10, 0, 30, 5, 5));
    render(s);
    const uint8_t alone = at(s, 10, 0)[1];
    CU_ASSERT(at(s, 10, 0)[0] > alone + 40); /* purple: hardly any green */
    give_lesion(s);
    render(s);
    CU_ASSERT(at(s, 10, 0)[1] > alone + 30);
    take_down(s);
}

static void without_lesions_nothing_is_yellow(void)
{
    setting *s = set_up(46);
    render(s);
    for (size_t n = 0; n < (size_t)SIDE * SIDE; n++)
        if (is_yellow(s->rgb + 3 * n))
            CU_FAIL("a yellow pixel");
    CU_ASSERT(at(s, 0, 0)[2] > 60);
    CU_ASSERT_EQUAL(at(s, 55, 55)[2], 0);
    take_down(s);
}

static void a_liver_that_the_scan_cuts_off_ends_there(void)
{
    setting *s = set_up(30); /* up to z = 13 */
    render(s);
    CU_ASSERT(at(s, 0, 8)[2] > 60);
    CU_ASSERT_EQUAL(at(s, 0, 22)[2], 0);
    take_down(s);
}

static void a_path_is_drawn_from_the_skin_to_the_target(void)
{
    setting *s = set_up(46);
    give_lesion(s);
    abl_access *access = &s->lesion_findings.access;
    const double entry[3] = {-55, 15, 0}, target[3] = {10, 15, 0};
    access->assessed = access->has_path = true;
    memcpy(access->path.entry_lps, entry, sizeof entry);
    memcpy(access->path.target_lps, target, sizeof target);
    render(s);
    CU_ASSERT(at(s, -50, 0)[0] > 120 && at(s, -50, 0)[2] < 110);
    CU_ASSERT_EQUAL(at(s, -50, 4)[0], 0);
    access->has_path = false;
    render(s);
    CU_ASSERT_EQUAL(at(s, -50, 0)[0], 0);
    take_down(s);
}

static void same_bytes_at_any_number_of_threads(void)
{
    setting *s = set_up(46), *t = set_up(46);
    give_lesion(s);
    give_lesion(t);
    const int threads = abl_threads_get();
    abl_threads_set(1);
    render(s);
    abl_threads_set(3);
    render(t);
    abl_threads_set(threads);
    CU_ASSERT_EQUAL(memcmp(s->rgb, t->rgb, sizeof s->rgb), 0);
    take_down(s);
    take_down(t);
}

static void without_a_liver_it_is_refused(void)
{
    abl_error err;
    abl_surface_scene scene;
    setting *s = set_up(46);
    abl_volume_destroy(s->structures.items[ABL_LIVER].field);
    s->structures.items[ABL_LIVER].field = NULL;
    CU_ASSERT_EQUAL(abl_surface_scene_make(&scene, &s->report, &err),
                    ABL_E_INVALID);
    abl_surface_scene_clear(&scene);
    take_down(s);
}

const char *const abl_test_suite = "eligibility.surface_view";
CU_TestInfo abl_tests[] = {
    ABL_TEST(the_lesion_is_seen_through_the_liver_at_its_place),
    ABL_TEST(a_lesion_of_four_mm_is_seen),
    ABL_TEST(a_lesion_behind_a_vessel_shines_through),
    ABL_TEST(without_lesions_nothing_is_yellow),
    ABL_TEST(a_liver_that_the_scan_cuts_off_ends_there),
    ABL_TEST(a_path_is_drawn_from_the_skin_to_the_target),
    ABL_TEST(same_bytes_at_any_number_of_threads),
    ABL_TEST(without_a_liver_it_is_refused),
    CU_TEST_INFO_NULL,
};
