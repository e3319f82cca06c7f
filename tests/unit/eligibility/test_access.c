/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access.h"

#include "eligibility/access_distance.h"
#include "eligibility/access_target.h"
#include "imaging/threads.h"
#include "scene.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "access";

/* A round corridor and no limits but length: what geometry alone decides. */
static const abl_access_options usual = {.corridor_mm = 5,
                                         .corridor_out_of_plane_mm = 5,
                                         .max_axial_tilt_deg = 90,
                                         .max_path_mm = 150,
                                         .borderline_path_mm = 200,
                                         .min_liver_transit_mm = 10,
                                         .max_capsule_angle_deg = 60,
                                         .is_table_side_allowed = true};

/* Unequal spacing, odd sizes, off origin and turned about two axes. */
static abl_grid oblique_grid(double extent_mm)
{
    const double step = extent_mm > 300 ? 3 : 1;
    abl_grid g = abl_grid_axial(1, 1, 1, 2.6 * step, 2.9 * step, 3.3 * step);
    for (int a = 0; a < 3; a++)
        g.size[a] = (size_t)(extent_mm / g.spacing_mm[a]) | 1u;
    const double c = cos(0.2), s = sin(0.2), d = cos(0.1), t = sin(0.1);
    const double turn[3][3] = {
        {c, -s * d, s * t}, {s, c * d, -c * t}, {0, t, d}};
    memcpy(g.direction, turn, sizeof turn);
    double middle[3], at[3];
    for (int a = 0; a < 3; a++)
        at[a] = 0.5 * (double)(g.size[a] - 1);
    abl_grid_to_lps(middle, &g, at);
    const double wanted[3] = {40, -60, 300};
    for (int r = 0; r < 3; r++)
        g.origin_lps[r] = wanted[r] - middle[r];
    return g;
}

static const double middle_lps[3] = {40, -60, 300};

static scene_shape ball(int id, double left, double back, double up,
                        double radius)
{
    return (scene_shape){
        .kind = SCENE_BALL,
        .id = id,
        .a = {middle_lps[0] + left, middle_lps[1] + back, middle_lps[2] + up},
        .radius_mm = radius};
}

/* A round body with a round liver and a lesion in the middle. */
static scene round_body(double body_mm, double extent_mm)
{
    scene sc = {.grid = oblique_grid(extent_mm)};
    scene_add(&sc, ball(ABL_SKIN, 0, 0, 0, body_mm));
    scene_add(&sc, ball(ABL_LIVER, 0, 0, 0, 45));
    scene_add(&sc, ball(ABL_LESION_LABEL_FIRST, 0, 0, 0, 10));
    return sc;
}

static size_t count_all(const abl_access *a)
{
    size_t sum = a->clear + a->clear_long + a->blocked_lesion +
                 a->blocked_no_skin + a->blocked_too_long +
                 a->blocked_too_short + a->blocked_steep + a->blocked_table +
                 a->blocked_fold;
    for (int id = 0; id < ABL_OBSTACLE_COUNT; id++)
        sum += a->blocked[id];
    return sum;
}

/* The map of directions is checked and given back: out.map is NULL. */
static abl_access plan_for(const scene *sc, abl_structures *s, size_t lesion,
                           const abl_access_options *options)
{
    abl_error err = {0};
    abl_access out = {0};
    abl_access_map *map = NULL;
    const abl_volume image = {.grid = sc->grid, .type = ABL_PIXEL_I16};
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, NULL, options, &err),
                 &err);
    if (map)
        ABL_CHECK_OK(abl_access_plan(&out, map, lesion, &err), &err);
    abl_access_map_destroy(map);
    if (out.assessed) {
        size_t clear = 0;
        CU_ASSERT_EQUAL(count_all(&out), out.directions);
        for (size_t n = 0; n < out.directions; n++)
            clear += out.map[n].state == ABL_RAY_CLEAR;
        CU_ASSERT_EQUAL(clear, out.clear);
    }
    free(out.map);
    out.map = NULL;
    return out;
}

static abl_access plan_with(const scene *sc, abl_structures *s, size_t lesion)
{
    return plan_for(sc, s, lesion, &usual);
}

static abl_access plan(const scene *sc)
{
    abl_structures *s = scene_structures(sc);
    const abl_access out = plan_with(sc, s, 0);
    abl_structures_destroy(s);
    return out;
}

static double angle_deg(const abl_path *p, const double away[3])
{
    double dot = 0;
    for (int r = 0; r < 3; r++)
        dot += (p->entry_lps[r] - p->target_lps[r]) * away[r];
    return 57.29578 * acos(fmin(1, dot / p->length_mm));
}

static void nothing_in_the_way_is_clear_all_round(void)
{
    const scene sc = round_body(100, 230);
    const abl_access a = plan(&sc);
    CU_ASSERT(a.assessed && a.has_path);
    CU_ASSERT_EQUAL(a.clear, a.directions);
    ABL_CHECK_NEAR(a.path.length_mm, 100, 1.0);
    ABL_CHECK_NEAR(a.path.liver_transit_mm, 35, 1.0);
    ABL_CHECK_NEAR(a.path.capsule_angle_deg, 0, 3);
    CU_ASSERT_EQUAL(a.path.nearest_obstacle, ABL_BACKGROUND);
    ABL_CHECK_NEAR(a.path.clearance_mm, ABL_ACCESS_FAR_MM, 0);
}

static void the_only_window_is_found(void)
{
    scene sc = round_body(100, 230);
    scene_shape shell = ball(ABL_BONE, 0, 0, 0, 70);
    const double away[3] = {0.48, -0.64, 0.6};
    shell.kind = SCENE_SHELL;
    shell.hole_mm = 15;
    for (int r = 0; r < 3; r++)
        shell.b[r] = shell.a[r] + 10 * away[r];
    scene_add(&sc, shell);
    const abl_access a = plan(&sc);
    CU_ASSERT_FATAL(a.has_path);
    CU_ASSERT(angle_deg(&a.path, away) < 4);
    ABL_CHECK_NEAR(a.path.clearance_mm, 15, 2);
    CU_ASSERT_EQUAL(a.path.nearest_obstacle, ABL_BONE);
    /* axes that pass within 10 mm of the hole's middle: asin(10 / 73) */
    const double half = asin(10 / 73.0);
    ABL_CHECK_NEAR(a.clear, 6000.0 * (1 - cos(half)), 20);
    CU_ASSERT_EQUAL(a.blocked[ABL_BONE] + a.clear, a.directions);
    ABL_CHECK_NEAR(a.path.in_plane_angle_deg, 36.87, 5);
    ABL_CHECK_NEAR(a.path.axial_tilt_deg, -36.87, 4);
}

static void a_window_narrower_than_the_corridor_is_no_window(void)
{
    scene sc = round_body(100, 230);
    scene_shape shell = ball(ABL_BONE, 0, 0, 0, 70);
    shell.kind = SCENE_SHELL;
    shell.hole_mm = 3;
    shell.b[0] = shell.a[0] + 1;
    shell.b[1] = shell.a[1];
    shell.b[2] = shell.a[2];
    scene_add(&sc, shell);
    const abl_access a = plan(&sc);
    CU_ASSERT(a.assessed && !a.has_path);
    CU_ASSERT_EQUAL(a.clear, 0);
    CU_ASSERT_EQUAL(a.blocked[ABL_BONE], a.directions);
}

/* Horizontal rods in front, 26 mm apart: a cage of ribs. */
static void add_ribs(scene *sc)
{
    for (int n = -4; n <= 4; n++) {
        scene_shape rib = ball(ABL_BONE, -95, -80, 26 * n + 13, 5);
        rib.kind = SCENE_ROD;
        memcpy(rib.b, rib.a, sizeof rib.b);
        rib.b[0] += 190;
        scene_add(sc, rib);
    }
}

static void a_path_goes_between_ribs(void)
{
    scene sc = round_body(100, 230);
    add_ribs(&sc);
    scene_add(&sc, ball(ABL_LUNG, 0, 110, 0, 100));
    const abl_access a = plan(&sc);
    CU_ASSERT_FATAL(a.has_path);
    CU_ASSERT(a.blocked[ABL_BONE] > 500);
    CU_ASSERT(a.path.clearance_mm >= usual.corridor_mm);
    const scene_sight seen = scene_look(
        &sc, a.path.target_lps,
        (const double[3]){
            (a.path.entry_lps[0] - a.path.target_lps[0]) / a.path.length_mm,
            (a.path.entry_lps[1] - a.path.target_lps[1]) / a.path.length_mm,
            (a.path.entry_lps[2] - a.path.target_lps[2]) / a.path.length_mm},
        200);
    ABL_CHECK_NEAR(a.path.clearance_mm, seen.hard_mm, 2.3);
    ABL_CHECK_NEAR(a.path.length_mm, seen.skin_mm, 1);
}

static void a_dome_lesion_behind_lung_is_reached_from_below(void)
{
    scene sc = round_body(100, 230);
    scene_add(&sc, ball(ABL_LUNG, 0, 0, 120, 105));
    const abl_access a = plan(&sc);
    CU_ASSERT_FATAL(a.has_path);
    CU_ASSERT(a.blocked[ABL_LUNG] > 3000);
    CU_ASSERT(a.path.axial_tilt_deg > -5);
    CU_ASSERT_EQUAL(a.path.nearest_obstacle, ABL_LUNG);
}

static void lengths_are_sorted_into_clear_long_and_too_long(void)
{
    scene sc = round_body(170, 390);
    abl_access a = plan(&sc);
    CU_ASSERT_EQUAL(a.clear_long, a.directions);
    CU_ASSERT(a.has_path);
    ABL_CHECK_NEAR(a.path.length_mm, 170, 1);
    sc = round_body(230, 520);
    a = plan(&sc);
    CU_ASSERT_EQUAL(a.blocked_too_long, a.directions);
    CU_ASSERT(!a.has_path);
}

static void what_is_outside_the_scan_is_never_clear(void)
{
    /* the scan ends 60 mm from the middle, the body at 100 mm */
    const scene sc = round_body(100, 120);
    const abl_access a = plan(&sc);
    CU_ASSERT(a.assessed && !a.has_path);
    CU_ASSERT_EQUAL(a.blocked_no_skin, a.directions);
}

static void a_corridor_may_not_stick_out_of_the_scan(void)
{
    scene sc = round_body(100, 230);
    sc.shapes[0] = ball(ABL_SKIN, 0, -11, 108, 25);
    sc.shapes[1] = ball(ABL_LIVER, 0, -11, 108, 20);
    sc.shapes[2] = ball(ABL_LESION_LABEL_FIRST, 0, -11, 112, 6);
    const abl_access a = plan(&sc);
    CU_ASSERT(a.assessed);
    CU_ASSERT_EQUAL(a.blocked_no_skin, a.directions);
}

static void a_path_through_unclassified_tissue_is_not_clear(void)
{
    scene sc = round_body(100, 230);
    scene_shape shell = ball(ABL_UNCLASSIFIED, 0, 0, 0, 70);
    shell.kind = SCENE_SHELL;
    scene_add(&sc, shell);
    scene_add(&sc, ball(ABL_STOMACH, 60, 0, 0, 20));
    const abl_access a = plan(&sc);
    CU_ASSERT(!a.has_path);
    CU_ASSERT(a.blocked[ABL_STOMACH] > 300);
    CU_ASSERT_EQUAL(a.blocked[ABL_STOMACH] + a.blocked[ABL_UNCLASSIFIED],
                    a.directions);
}

static void another_lesion_is_not_pierced(void)
{
    scene sc = round_body(100, 230);
    scene_add(&sc, ball(ABL_LESION_LABEL_FIRST + 1, 0, -30, 0, 10));
    const abl_access a = plan(&sc);
    /* within asin(15 / 30) of the axis between them */
    ABL_CHECK_NEAR(a.blocked_lesion, 6000 * (1 - cos(asin(0.5))), 60);
    CU_ASSERT(a.has_path);
    CU_ASSERT_EQUAL(a.path.nearest_lesion, 2);
    CU_ASSERT_EQUAL(a.path.nearest_obstacle, ABL_BACKGROUND);
}

static void the_first_obstacle_from_the_skin_is_named(void)
{
    scene sc = round_body(100, 230);
    scene_shape shell = ball(ABL_BONE, 0, 0, 0, 85);
    shell.kind = SCENE_SHELL;
    scene_add(&sc, shell);
    shell.radius_mm = 65;
    shell.id = ABL_BOWEL_GAS;
    scene_add(&sc, shell);
    const abl_access a = plan(&sc);
    CU_ASSERT_EQUAL(a.blocked[ABL_BONE], a.directions);
}

static void transit_and_angle_agree_with_geometry(void)
{
    scene sc = round_body(100, 230);
    sc.shapes[2] = ball(ABL_LESION_LABEL_FIRST, 0, -20, 0, 8);
    abl_structures *s = scene_structures(&sc);
    abl_error err = {0};
    abl_access_map *map = NULL;
    const abl_volume image = {.grid = sc.grid, .type = ABL_PIXEL_I16};
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, NULL, &usual, &err),
                 &err);
    const abl_ray_task task = {.map = map,
                               .lesion = s->lesions[0].field,
                               .liver = s->items[ABL_LIVER].field,
                               .target_lps = {40, -80, 300}};
    const abl_ray ray = abl_ray_judge(&task, (const double[3]){1, 0, 0});
    const double reach = sqrt(45.0 * 45 - 20 * 20);
    CU_ASSERT_EQUAL(ray.state, ABL_RAY_CLEAR);
    ABL_CHECK_NEAR(ray.length_mm, sqrt(100.0 * 100 - 20 * 20), 0.6);
    ABL_CHECK_NEAR(ray.transit_mm, reach - 8, 1.0);
    ABL_CHECK_NEAR(ray.capsule_deg, 57.29578 * asin(20 / 45.0), 3);
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
}

static uint32_t noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static double between(uint32_t *state, double low, double high)
{
    return low + (high - low) * (double)noise(state) / 16777216.0;
}

static scene random_scene(uint32_t seed)
{
    scene sc = round_body(105, seed % 2 ? 230 : 190);
    for (int n = 0; n < 12; n++) {
        const double toward[3] = {between(&seed, -1, 1), between(&seed, -1, 1),
                                  between(&seed, -1, 1)};
        const double far = between(&seed, 40, 80) / sqrt(3.0);
        scene_shape shape = ball(n % 3 ? ABL_BONE : ABL_BOWEL_GAS,
                                 2 * far * toward[0], 2 * far * toward[1],
                                 2 * far * toward[2], between(&seed, 6, 14));
        if (scene_apart(shape.a, middle_lps) < 30)
            continue;
        shape.kind = n % 2 ? SCENE_BALL : SCENE_ROD;
        memcpy(shape.b, shape.a, sizeof shape.b);
        shape.b[n % 3] += 40;
        if (shape.kind == SCENE_ROD &&
            scene_off_axis(&shape, middle_lps, false) < 30)
            continue;
        scene_add(&sc, shape);
    }
    return sc;
}

/* 0: agrees; 1: differs within the tolerance of a border; 2: wrong. */
static int compare_ray(const abl_ray *ray, const scene_sight *seen, double tol)
{
    const bool clear =
        ray->state == ABL_RAY_CLEAR || ray->state == ABL_RAY_CLEAR_LONG;
    const bool near_scan = fabs(seen->end_mm - usual.corridor_mm) < tol;
    const bool near_hard = fabs(seen->hard_mm - usual.corridor_mm) < tol;
    const bool should = seen->skin_mm > 0 &&
                        seen->end_mm >= usual.corridor_mm &&
                        seen->hard_mm >= usual.corridor_mm;
    if (clear != should)
        return near_scan || near_hard ? 1 : 2;
    if (!clear)
        return 0;
    if (fabs(ray->length_mm - seen->skin_mm) > 1)
        return 2;
    const double clearance = fmin(seen->hard_mm, ABL_ACCESS_FAR_MM);
    return fabs(ray->clearance_mm - clearance) > tol ? 2 : 0;
}

static void check_against_brute_force(uint32_t seed)
{
    const scene sc = random_scene(seed);
    abl_structures *s = scene_structures(&sc);
    abl_error err = {0};
    abl_access_map *map = NULL;
    const abl_volume image = {.grid = sc.grid, .type = ABL_PIXEL_I16};
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, NULL, &usual, &err),
                 &err);
    const abl_ray_task task = {.map = map,
                               .lesion = s->lesions[0].field,
                               .liver = s->items[ABL_LIVER].field,
                               .target_lps = {40, -60, 300}};
    const double tol = abl_grid_half_diagonal_mm(&map->grid);
    size_t wrong = 0, at_border = 0, clear = 0, looked = 0;
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n += 8, looked++) {
        double away[3];
        scene_direction(away, n);
        const abl_ray ray = abl_ray_judge(&task, away);
        const scene_sight seen = scene_look(&sc, task.target_lps, away, 200);
        const int verdict = compare_ray(&ray, &seen, tol);
        wrong += verdict == 2;
        at_border += verdict == 1;
        clear += ray.state == ABL_RAY_CLEAR;
    }
    ABL_CHECK_NEAR(wrong, 0, 0);
    CU_ASSERT(clear > looked / 20 && clear < looked);
    CU_ASSERT(at_border < looked / 25);
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
}

static void brute_force_on_exact_shapes_agrees(void)
{
    for (uint32_t seed = 1; seed <= 3; seed++)
        check_against_brute_force(seed * 7919u);
}

static void threads_do_not_change_the_answer(void)
{
    const scene sc = random_scene(4711);
    abl_threads_set(1);
    const abl_access one = plan(&sc);
    abl_threads_set(2);
    const abl_access two = plan(&sc);
    CU_ASSERT(one.has_path);
    CU_ASSERT_EQUAL(memcmp(one.blocked, two.blocked, sizeof one.blocked), 0);
    CU_ASSERT_EQUAL(one.clear, two.clear);
    CU_ASSERT_EQUAL(memcmp(one.path.entry_lps, two.path.entry_lps,
                           sizeof one.path.entry_lps),
                    0);
    ABL_CHECK_NEAR(one.path.clearance_mm, two.path.clearance_mm, 0);
    ABL_CHECK_NEAR(one.path.liver_transit_mm, two.path.liver_transit_mm, 0);
}

static void not_assessed_says_why(void)
{
    const scene sc = round_body(60, 140);
    abl_structures *s = scene_structures(&sc);
    s->items[ABL_SKIN].found = ABL_NOT_FOUND;
    abl_access a = plan_with(&sc, s, 0);
    CU_ASSERT(!a.assessed && !a.has_path && strstr(a.why_not, "skin"));
    s->items[ABL_SKIN].found = ABL_FOUND;
    s->items[ABL_LIVER].found = ABL_NOT_FOUND;
    a = plan_with(&sc, s, 0);
    CU_ASSERT(!a.assessed && strstr(a.why_not, "liver"));
    s->items[ABL_LIVER].found = ABL_FOUND;
    float *f = abl_volume_f32(s->lesions[0].field);
    for (size_t n = 0; n < abl_grid_voxels(&sc.grid); n++)
        f[n] = -1;
    a = plan_with(&sc, s, 0);
    CU_ASSERT(!a.assessed && strstr(a.why_not, "lesion"));
    abl_structures_destroy(s);
}

static void an_empty_skin_is_not_assessed(void)
{
    scene sc = round_body(60, 140);
    sc.shapes[0].a[0] += 1000;
    abl_access a = plan(&sc);
    CU_ASSERT(!a.assessed && strstr(a.why_not, "skin"));
    sc = round_body(60, 140);
    sc.shapes[0] = ball(ABL_SKIN, 0, 0, 40, 20);
    a = plan(&sc);
    CU_ASSERT(!a.assessed && strstr(a.why_not, "outside the body"));
}

static void doubt_about_obstacles_is_reported(void)
{
    scene sc = round_body(60, 140);
    scene_add(&sc, ball(ABL_BONE, 0, 45, 0, 5));
    abl_access a = plan(&sc);
    CU_ASSERT(a.obstacles_uncertain && strstr(a.uncertain_why, "lung"));
    scene_add(&sc, ball(ABL_LUNG, 0, 0, 45, 5));
    abl_structures *s = scene_structures(&sc);
    a = plan_with(&sc, s, 0);
    CU_ASSERT(!a.obstacles_uncertain && !a.uncertain_why);
    s->items[ABL_STOMACH].found = ABL_NOT_LOOKED_FOR;
    a = plan_with(&sc, s, 0);
    CU_ASSERT(a.obstacles_uncertain && strstr(a.uncertain_why, "looked for"));
    s->items[ABL_STOMACH].found = ABL_NOT_FOUND;
    s->intensity_clipped = true;
    a = plan_with(&sc, s, 0);
    CU_ASSERT(a.obstacles_uncertain && strstr(a.uncertain_why, "clipped"));
    s->items[ABL_BONE].found = ABL_NOT_FOUND;
    s->intensity_clipped = false;
    a = plan_with(&sc, s, 0);
    CU_ASSERT(a.obstacles_uncertain && strstr(a.uncertain_why, "bone"));
    abl_structures_destroy(s);
}

static void bad_arguments_are_refused(void)
{
    const scene sc = round_body(60, 140);
    abl_structures *s = scene_structures(&sc);
    const abl_volume image = {.grid = sc.grid, .type = ABL_PIXEL_I16};
    abl_access_options bad[12];
    size_t count = 0;
    for (; count < 12; count++)
        bad[count] = usual;
    bad[0].corridor_mm = 0;
    bad[1].corridor_mm = NAN;
    bad[2].corridor_mm = bad[2].corridor_out_of_plane_mm = 99;
    bad[3].corridor_out_of_plane_mm = 4;
    bad[4].corridor_out_of_plane_mm = NAN;
    bad[5].max_path_mm = 0;
    bad[6].max_path_mm = 210;
    bad[7].borderline_path_mm = 1e9;
    bad[8].min_path_mm = 150;
    bad[9].growth_per_100mm = -1;
    bad[10].pleura_margin_mm = 51;
    bad[11].max_axial_tilt_deg = 91;
    abl_error err = {0};
    abl_access_map *map = NULL;
    for (size_t n = 0; n < count; n++) {
        ABL_CHECK_FAILS(
            abl_access_map_create(&map, &image, s, NULL, &bad[n], &err),
            ABL_E_INVALID, "mm", &err);
        CU_ASSERT_PTR_NULL(map);
    }
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, NULL, &usual, &err),
                 &err);
    abl_access out;
    ABL_CHECK_FAILS(abl_access_plan(&out, map, 1, &err), ABL_E_INVALID,
                    "no lesion 2", &err);
    CU_ASSERT(!out.assessed && !out.has_path);
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
}

static void the_nearest_seed_is_exact(void)
{
    const abl_grid g = abl_grid_axial(23, 17, 19, 0.7, 2.1, 1.3);
    const size_t count = abl_grid_voxels(&g);
    uint8_t *marks = calloc(count, 1);
    int32_t *seed = calloc(count, sizeof *seed);
    float *square = calloc(count, sizeof *square);
    uint32_t state = 5;
    size_t where[40];
    for (size_t n = 0; n < 40; n++) {
        where[n] = noise(&state) % count;
        marks[where[n]] = 1;
    }
    CU_ASSERT_EQUAL(abl_access_nearest(seed, square, &g, marks, NULL), ABL_OK);
    double worst = 0;
    for (size_t n = 0; n < count; n++) {
        double least = DBL_MAX, named = DBL_MAX;
        for (size_t m = 0; m <= 40; m++) {
            const size_t w = m < 40 ? where[m] : (size_t)seed[n];
            const double i = 0.7 * ((double)(n % 23) - (double)(w % 23));
            const double j =
                2.1 * ((double)(n / 23 % 17) - (double)(w / 23 % 17));
            const double k = 1.3 * ((double)(n / 391) - (double)(w / 391));
            named = i * i + j * j + k * k;
            least = m < 40 ? fmin(least, named) : least;
        }
        worst = fmax(worst, fabs(least - (double)square[n]));
        worst = fmax(worst, fabs(least - named));
    }
    ABL_CHECK_NEAR(worst, 0, 1e-3);
    memset(marks, 0, count);
    CU_ASSERT_EQUAL(abl_access_nearest(seed, square, &g, marks, NULL), ABL_OK);
    CU_ASSERT(seed[0] == ABL_ACCESS_NO_SEED && square[count - 1] == FLT_MAX);
    free(marks);
    free(seed);
    free(square);
}

static void a_hollow_lesion_is_aimed_at_inside(void)
{
    scene sc = {.grid = oblique_grid(80)};
    scene_shape shell = ball(ABL_LESION_LABEL_FIRST, 0, 0, 0, 20);
    shell.kind = SCENE_SHELL;
    scene_add(&sc, shell);
    abl_volume *field = scene_field(&sc, ABL_LESION_LABEL_FIRST);
    double target[3];
    bool found = false;
    CU_ASSERT_EQUAL(abl_access_target(target, &found, field, NULL), ABL_OK);
    CU_ASSERT(found);
    CU_ASSERT(scene_depth(&sc.shapes[0], target) > 0.5);
    sc.shapes[0] = ball(ABL_LESION_LABEL_FIRST, 3, 4, 5, 12);
    abl_volume_destroy(field);
    field = scene_field(&sc, ABL_LESION_LABEL_FIRST);
    CU_ASSERT_EQUAL(abl_access_target(target, &found, field, NULL), ABL_OK);
    ABL_CHECK_NEAR(scene_apart(target, sc.shapes[0].a), 0, 0.3);
    abl_volume_destroy(field);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(nothing_in_the_way_is_clear_all_round),
    ABL_TEST(the_only_window_is_found),
    ABL_TEST(a_window_narrower_than_the_corridor_is_no_window),
    ABL_TEST(a_path_goes_between_ribs),
    ABL_TEST(a_dome_lesion_behind_lung_is_reached_from_below),
    ABL_TEST(lengths_are_sorted_into_clear_long_and_too_long),
    ABL_TEST(what_is_outside_the_scan_is_never_clear),
    ABL_TEST(a_corridor_may_not_stick_out_of_the_scan),
    ABL_TEST(a_path_through_unclassified_tissue_is_not_clear),
    ABL_TEST(another_lesion_is_not_pierced),
    ABL_TEST(the_first_obstacle_from_the_skin_is_named),
    ABL_TEST(transit_and_angle_agree_with_geometry),
    ABL_TEST(brute_force_on_exact_shapes_agrees),
    ABL_TEST(threads_do_not_change_the_answer),
    ABL_TEST(not_assessed_says_why),
    ABL_TEST(an_empty_skin_is_not_assessed),
    ABL_TEST(doubt_about_obstacles_is_reported),
    ABL_TEST(bad_arguments_are_refused),
    ABL_TEST(the_nearest_seed_is_exact),
    ABL_TEST(a_hollow_lesion_is_aimed_at_inside),
    CU_TEST_INFO_NULL,
};
