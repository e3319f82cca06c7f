/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/body.h"

#include "imaging/threads.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "body";

/* How the phantom is made; all false is an ordinary scan. */
typedef struct recipe {
    bool clipped;    /* to -125..275 */
    bool round_view; /* padding outside a circle that cuts the body */
    bool oblique;    /* turned by some degrees */
    bool empty;      /* air alone */
    bool no_labels;
    bool arms;       /* that touch the trunk */
    bool half_colon; /* half of the nameless ball has a label */
} recipe;

typedef struct phantom {
    abl_volume *image;
    abl_structures *structures;
} phantom;

static double in_ellipse(double left, double back, double a, double b)
{
    return hypot(left / a, back / b);
}

static bool in_ball(const double p[3], double left, double back, double up,
                    double radius)
{
    return hypot(hypot(p[0] - left, p[1] - back), p[2] - up) < radius;
}

static bool in_liver(const double p[3])
{
    return hypot(hypot((p[0] + 55) / 55, (p[1] + 5) / 60), (p[2] - 90) / 60) <
               1 &&
           in_ellipse(p[0], p[1], 116, 72) < 1;
}

static bool in_lung(const double p[3])
{
    return p[2] > 110 && !in_liver(p) &&
           in_ellipse(fabs(p[0]) - 65, p[1] - 5, 48, 58) < 1;
}

static bool in_rib(const double p[3])
{
    const double ring = in_ellipse(p[0], p[1], 126, 81);
    return p[2] > 55 && fabs(remainder(p[2], 30)) < 6 && ring > 0.96 &&
           ring < 1.04 && p[1] > -60;
}

/* Attenuation inside the wall. */
static int cavity_hu(const double p[3])
{
    if (in_liver(p))
        return 110;
    if (in_lung(p))
        return -850;
    if (hypot(p[0] - 10, p[1] - 40) < 10)
        return 300;
    if (p[2] > 120)
        return in_ball(p, 5, -15, 165, 48) ? 160 : 40;
    if (in_ball(p, 45, -40, 50, 20))
        return -990;
    if (in_ball(p, 45, -40, 50, 23) || in_ball(p, 55, 15, 40, 20))
        return 40;
    if (in_ball(p, -10, -20, 25, 14))
        return 500;
    return -100;
}

/* Millimetres: to the left, to the back, up from the lowest slice. */
static int phantom_hu(const double p[3])
{
    const bool couch = fabs(p[0]) < 180 && p[1] > 122 && p[1] < 126;
    if (couch || hypot(fabs(p[0]) - 178, p[1] + 40) < 16)
        return couch ? 250 : 40;
    if (in_ellipse(p[0], p[1], 150, 105) >= 1)
        return -1000;
    if (hypot(p[0], p[1] - 68) < 18)
        return 420;
    if (in_rib(p))
        return 500;
    if (in_ellipse(p[0], p[1], 132, 87) >= 1)
        return in_ellipse(p[0], p[1], 148, 103) >= 1 ? 20 : -100;
    return in_ellipse(p[0], p[1], 120, 75) >= 1 ? 60 : cavity_hu(p);
}

static uint8_t phantom_label(const recipe *r, const double p[3])
{
    if (in_liver(p))
        return ABL_LIVER;
    if (r->half_colon && in_ball(p, 55, 15, 40, 21) && p[1] > 15)
        return ABL_COLON;
    return hypot(p[0] - 10, p[1] - 40) < 10 ? ABL_AORTA : ABL_BACKGROUND;
}

static abl_grid phantom_grid(const recipe *r)
{
    abl_grid g = abl_grid_axial(201, 165, 41, 2.0, 2.0, 5.0);
    const double c = cos(0.07), s = sin(0.07);
    const double turn[3][3] = {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    g.origin_lps[0] = -200;
    g.origin_lps[1] = -164;
    g.origin_lps[2] = 700;
    if (r->oblique)
        memcpy(g.direction, turn, sizeof turn);
    return g;
}

/* Place in the phantom of a voxel, whatever way the grid is turned. */
static void place(double p[3], const abl_grid *g, size_t i, size_t j, size_t k)
{
    p[0] = ((double)i - 100) * g->spacing_mm[0];
    p[1] = ((double)j - 82) * g->spacing_mm[1];
    p[2] = (double)k * g->spacing_mm[2];
}

static int voxel_hu(const recipe *r, const double p[3], uint32_t *noise)
{
    *noise = *noise * 1664525u + 1013904223u;
    if (r->arms && hypot(fabs(p[0]) - 176, p[1]) < 30)
        return hypot(fabs(p[0]) - 176, p[1]) < 10 ? 600 : 30;
    if (r->round_view && hypot(p[0], p[1]) > 130)
        return -2000;
    int hu = r->empty ? -1000 : phantom_hu(p) + (int)(*noise >> 28) - 8;
    if (r->clipped)
        hu = hu < -125 ? -125 : hu > 275 ? 275 : hu;
    return hu;
}

static phantom make_phantom(recipe r)
{
    phantom out = {NULL, calloc(1, sizeof *out.structures)};
    const abl_grid g = phantom_grid(&r);
    uint32_t noise = 7;
    CU_ASSERT_EQUAL(abl_volume_create(&out.image, &g, ABL_PIXEL_I16, NULL),
                    ABL_OK);
    CU_ASSERT_EQUAL(
        abl_volume_create(&out.structures->labels, &g, ABL_PIXEL_U8, NULL),
        ABL_OK);
    for (size_t k = 0; k < g.size[2]; k++)
        for (size_t j = 0; j < g.size[1]; j++)
            for (size_t i = 0; i < g.size[0]; i++) {
                double p[3];
                place(p, &g, i, j, k);
                const size_t n = abl_grid_offset(&g, i, j, k);
                abl_volume_i16(out.image)[n] = (int16_t)voxel_hu(&r, p, &noise);
                if (!r.no_labels && !r.empty)
                    abl_volume_u8(out.structures->labels)[n] =
                        phantom_label(&r, p);
            }
    return out;
}

static phantom find_in(recipe r)
{
    phantom p = make_phantom(r);
    abl_error err = {0};
    ABL_CHECK_OK(abl_body_find(p.structures, p.image, NULL, &err), &err);
    return p;
}

/* The ordinary scan, made once; never cleared. */
static const phantom *ordinary(void)
{
    static phantom p;
    if (!p.image)
        p = find_in((recipe){.empty = false});
    return &p;
}

static void clear(phantom *p)
{
    abl_volume_destroy(p->image);
    abl_structures_destroy(p->structures);
}

/* Field value at a place of the phantom; -9 where there is no field. */
static double value_at(const phantom *p, abl_structure_id id, double left,
                       double back, double up)
{
    const abl_volume *f = p->structures->items[id].field;
    const abl_grid *g = &p->image->grid;
    const double ijk[3] = {left / g->spacing_mm[0] + 100,
                           back / g->spacing_mm[1] + 82, up / g->spacing_mm[2]};
    double lps[3];
    abl_grid_to_lps(lps, g, ijk);
    return f && abl_volume_contains_lps(f, lps) ? abl_volume_sample_lps(f, lps)
                                                : -9;
}

static bool has(const phantom *p, abl_structure_id id, double left, double back,
                double up)
{
    return value_at(p, id, left, back, up) > 0;
}

static bool warns(const phantom *p, const char *code)
{
    for (size_t n = 0; n < p->structures->warning_count; n++)
        if (strcmp(p->structures->warnings[n].code, code) == 0)
            return true;
    return false;
}

/* Where the skin field changes sign along a line to the left. */
static double skin_left(const phantom *p, double back, double up)
{
    double left = 100;
    while (left < 199 && has(p, ABL_SKIN, left, back, up))
        left += 0.1;
    return left;
}

static void skin_is_where_the_body_ends(void)
{
    const phantom *p = ordinary();
    CU_ASSERT_EQUAL(p->structures->items[ABL_SKIN].found, ABL_FOUND_CUT);
    for (double back = -60; back <= 60; back += 30)
        ABL_CHECK_NEAR(skin_left(p, back, 52),
                       150 * sqrt(1 - back * back / (105.0 * 105)), 1.2);
    ABL_CHECK_NEAR(p->structures->items[ABL_SKIN].volume_ml,
                   3.14159 * 150 * 105 * 205 * 1e-3, 150);
    CU_ASSERT(has(p, ABL_SKIN, 45, -40, 50) && has(p, ABL_SKIN, 65, 5, 170));
    CU_ASSERT(!warns(p, "body-cut") && !p->structures->intensity_clipped);
}

static void couch_and_arms_are_no_body(void)
{
    const phantom *p = ordinary();
    CU_ASSERT(!has(p, ABL_SKIN, 0, 124, 50));
    CU_ASSERT(!has(p, ABL_SKIN, 178, -40, 50));
    CU_ASSERT(!has(p, ABL_SKIN, -178, -40, 150));
}

static void arms_that_touch_the_trunk_are_left_out(void)
{
    phantom p = find_in((recipe){.arms = true});
    for (double up = 10; up < 200; up += 20) {
        CU_ASSERT(!has(&p, ABL_SKIN, 180, 0, up));
        CU_ASSERT(!has(&p, ABL_SKIN, -180, 0, up));
        ABL_CHECK_NEAR(skin_left(&p, -50, up), 150 * sqrt(1 - 2500 / 11025.0),
                       1.5);
    }
    ABL_CHECK_NEAR(skin_left(&p, 0, 52), 150, 8);
    CU_ASSERT(has(&p, ABL_SKIN, 140, 0, 52));
    clear(&p);
}

static void lung_and_bowel_gas_are_told_apart(void)
{
    const phantom *p = ordinary();
    CU_ASSERT(has(p, ABL_LUNG, 65, 5, 170) && has(p, ABL_LUNG, -65, 5, 180));
    CU_ASSERT(!has(p, ABL_LUNG, 45, -40, 50));
    CU_ASSERT(has(p, ABL_BOWEL_GAS, 45, -40, 50));
    CU_ASSERT(!has(p, ABL_BOWEL_GAS, 65, 5, 170));
    CU_ASSERT(!has(p, ABL_LUNG, -55, -5, 120));
    ABL_CHECK_NEAR(p->structures->items[ABL_BOWEL_GAS].volume_ml, 33.5, 4);
}

static void ribs_and_spine_are_bone_and_contrast_is_not(void)
{
    const phantom *p = ordinary();
    CU_ASSERT(has(p, ABL_BONE, 0, 68, 50) && has(p, ABL_BONE, 0, 68, 180));
    CU_ASSERT(has(p, ABL_BONE, 126, 0, 120));
    CU_ASSERT(has(p, ABL_BONE, -126, 0, 60));
    CU_ASSERT(!has(p, ABL_BONE, 126, 0, 105));
    CU_ASSERT(!has(p, ABL_BONE, 10, 40, 60));
    CU_ASSERT(!has(p, ABL_BONE, -10, -20, 25));
    CU_ASSERT(!has(p, ABL_BONE, 5, -15, 165));
}

static void the_heart_lies_between_the_lungs(void)
{
    const phantom *p = ordinary();
    CU_ASSERT(has(p, ABL_HEART, 5, -15, 165));
    CU_ASSERT(!has(p, ABL_HEART, 65, 5, 170));
    CU_ASSERT(!has(p, ABL_HEART, -55, -5, 110));
    CU_ASSERT(!has(p, ABL_HEART, 55, 15, 40));
}

static void nameless_tissue_in_the_belly_is_unclassified(void)
{
    const phantom *p = ordinary();
    CU_ASSERT(has(p, ABL_UNCLASSIFIED, 55, 15, 40));
    CU_ASSERT(has(p, ABL_UNCLASSIFIED, -10, -20, 25));
    CU_ASSERT(!has(p, ABL_UNCLASSIFIED, 20, 0, 60));
    CU_ASSERT(!has(p, ABL_UNCLASSIFIED, -55, -5, 90));
    for (double turn = 0.1; turn < 6.28; turn += 0.3)
        CU_ASSERT(
            !has(p, ABL_UNCLASSIFIED, 126 * cos(turn), 81 * sin(turn), 45));
}

static void an_outlined_colon_has_a_name_only_where_it_was_outlined(void)
{
    phantom p = find_in((recipe){.half_colon = true});
    CU_ASSERT(!has(&p, ABL_UNCLASSIFIED, 55, 24, 40));
    CU_ASSERT(has(&p, ABL_UNCLASSIFIED, 55, 5, 40));
    CU_ASSERT(has(&p, ABL_UNCLASSIFIED, -10, -20, 25));
    clear(&p);
}

static void a_clipped_scan_is_said_to_be(void)
{
    phantom p = find_in((recipe){.clipped = true});
    CU_ASSERT(p.structures->intensity_clipped);
    CU_ASSERT(warns(&p, "intensity-clipped"));
    ABL_CHECK_NEAR(skin_left(&p, 0, 52), 150, 3);
    CU_ASSERT(has(&p, ABL_LUNG, 65, 5, 170));
    CU_ASSERT(has(&p, ABL_BOWEL_GAS, 45, -40, 50));
    CU_ASSERT(has(&p, ABL_BONE, 126, 0, 120));
    CU_ASSERT(!has(&p, ABL_BONE, -10, -20, 25));
    clear(&p);
}

static void there_is_no_skin_where_the_view_ends(void)
{
    phantom p = find_in((recipe){.round_view = true});
    CU_ASSERT(warns(&p, "body-cut"));
    for (double left = 100; left < 198; left += 3)
        CU_ASSERT(has(&p, ABL_SKIN, left, 0, 52));
    CU_ASSERT(has(&p, ABL_SKIN, 0, -100, 52));
    CU_ASSERT(!has(&p, ABL_SKIN, 0, -110, 52));
    clear(&p);
}

static void an_oblique_scan_gives_the_same(void)
{
    phantom p = find_in((recipe){.oblique = true});
    ABL_CHECK_NEAR(skin_left(&p, 0, 52), 150, 1.2);
    CU_ASSERT(has(&p, ABL_LUNG, 65, 5, 170) && has(&p, ABL_BONE, 0, 68, 50));
    clear(&p);
}

static void without_labels_nothing_is_called_unclassified(void)
{
    phantom p = find_in((recipe){.no_labels = true});
    CU_ASSERT_EQUAL(p.structures->items[ABL_UNCLASSIFIED].found,
                    ABL_NOT_LOOKED_FOR);
    CU_ASSERT_PTR_NULL(p.structures->items[ABL_UNCLASSIFIED].field);
    CU_ASSERT(has(&p, ABL_SKIN, 0, 0, 50) && has(&p, ABL_LUNG, 65, 5, 170));
    clear(&p);
}

static void air_alone_has_no_skin(void)
{
    phantom p = find_in((recipe){.empty = true});
    for (int id = ABL_LUNG; id < ABL_UNCLASSIFIED; id++) {
        CU_ASSERT_EQUAL(p.structures->items[id].found, ABL_NOT_FOUND);
        CU_ASSERT_PTR_NULL(p.structures->items[id].field);
        ABL_CHECK_NEAR(p.structures->items[id].volume_ml, 0, 0);
    }
    CU_ASSERT(warns(&p, "skin-not-found"));
    clear(&p);
}

static void a_field_is_never_nan_and_agrees_with_found(void)
{
    const phantom *p = ordinary();
    for (int id = ABL_LUNG; id <= ABL_UNCLASSIFIED; id++) {
        const abl_structure *s = &p->structures->items[id];
        CU_ASSERT_PTR_NOT_NULL_FATAL(s->field);
        size_t inside = 0, bad = 0;
        for (size_t n = 0; n < abl_grid_voxels(&s->field->grid); n++) {
            const float f = abl_volume_f32(s->field)[n];
            inside += f > 0;
            bad += !(fabsf(f) <= 1.0f) || f == 0;
        }
        CU_ASSERT(s->found >= ABL_FOUND && inside > 0 && bad == 0);
        ABL_CHECK_NEAR(s->volume_ml,
                       1e-3 * (double)inside *
                           abl_grid_voxel_mm3(&s->field->grid),
                       0.02 * s->volume_ml);
        CU_ASSERT(s->edge_sd_mm > 0 && strcmp(s->origin, "threshold") == 0);
    }
}

static void threads_do_not_change_the_fields(void)
{
    abl_threads_set(1);
    phantom one = find_in((recipe){.empty = false});
    abl_threads_set(2);
    phantom two = find_in((recipe){.empty = false});
    for (int id = ABL_LUNG; id <= ABL_UNCLASSIFIED; id++) {
        const abl_volume *a = one.structures->items[id].field;
        const abl_volume *b = two.structures->items[id].field;
        CU_ASSERT_FATAL(a && b);
        CU_ASSERT_EQUAL(memcmp(&a->grid, &b->grid, sizeof a->grid), 0);
        CU_ASSERT_EQUAL(
            memcmp(a->data, b->data, abl_grid_voxels(&a->grid) * sizeof(float)),
            0);
    }
    clear(&one);
    clear(&two);
}

static void the_wrong_image_or_labels_are_refused(void)
{
    phantom p = make_phantom((recipe){.empty = true});
    abl_error err = {0};
    abl_volume *other = NULL;
    CU_ASSERT_EQUAL(
        abl_volume_create(&other, &p.image->grid, ABL_PIXEL_F32, NULL), ABL_OK);
    ABL_CHECK_FAILS(abl_body_find(p.structures, other, NULL, &err),
                    ABL_E_INVALID, "HU", &err);
    p.structures->labels->grid.origin_lps[2] += 5;
    ABL_CHECK_FAILS(abl_body_find(p.structures, p.image, NULL, &err),
                    ABL_E_INVALID, "grid", &err);
    abl_volume_destroy(other);
    clear(&p);
}

static bool stop(void *user, const char *stage, double fraction)
{
    (void)stage;
    (*(int *)user)++;
    return fraction < 0.3;
}

static void it_stops_when_asked(void)
{
    phantom p = make_phantom((recipe){0});
    abl_error err = {0};
    int calls = 0;
    const abl_progress progress = {stop, &calls};
    ABL_CHECK_FAILS(abl_body_find(p.structures, p.image, &progress, &err),
                    ABL_E_CANCELLED, "", &err);
    CU_ASSERT(calls > 1);
    CU_ASSERT_PTR_NULL(p.structures->items[ABL_SKIN].field);
    clear(&p);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(skin_is_where_the_body_ends),
    ABL_TEST(couch_and_arms_are_no_body),
    ABL_TEST(arms_that_touch_the_trunk_are_left_out),
    ABL_TEST(lung_and_bowel_gas_are_told_apart),
    ABL_TEST(ribs_and_spine_are_bone_and_contrast_is_not),
    ABL_TEST(the_heart_lies_between_the_lungs),
    ABL_TEST(nameless_tissue_in_the_belly_is_unclassified),
    ABL_TEST(an_outlined_colon_has_a_name_only_where_it_was_outlined),
    ABL_TEST(a_clipped_scan_is_said_to_be),
    ABL_TEST(there_is_no_skin_where_the_view_ends),
    ABL_TEST(an_oblique_scan_gives_the_same),
    ABL_TEST(without_labels_nothing_is_called_unclassified),
    ABL_TEST(air_alone_has_no_skin),
    ABL_TEST(a_field_is_never_nan_and_agrees_with_found),
    ABL_TEST(threads_do_not_change_the_fields),
    ABL_TEST(the_wrong_image_or_labels_are_refused),
    ABL_TEST(it_stops_when_asked),
    CU_TEST_INFO_NULL,
};
