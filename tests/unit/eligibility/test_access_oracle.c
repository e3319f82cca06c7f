/* Access against a brute-force tracer in double precision that knows nothing
 * of grids: exact solids, their surfaces as dense points, distance from every
 * point to the segment.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access.h"
#include "scene.h"
#include "tests/unit/check.h"

const char *const abl_test_suite = "access oracle";

enum {
    PHANTOMS = 100,
    STRIDE = 40, /* every n-th direction */
    MAX_POINTS = 40000
};

static const abl_access_options ellipse = {.corridor_mm = 5,
                                           .corridor_out_of_plane_mm = 10,
                                           .max_axial_tilt_deg = 90,
                                           .max_path_mm = 150,
                                           .borderline_path_mm = 200,
                                           .is_table_side_allowed = true};

static double uniform(uint32_t *state, double low, double high)
{
    *state = *state * 1664525u + 1013904223u;
    return low + (high - low) * (double)(*state >> 8) / 16777216.0;
}

/* A body of 55 mm with two to five solids around a lesion in its middle. */
static scene random_solids(uint32_t seed)
{
    static const int ids[] = {ABL_LUNG, ABL_STOMACH, ABL_BOWEL_GAS, ABL_HEART,
                              ABL_RIGHT_KIDNEY};
    uint32_t state = seed;
    scene sc = {.grid = abl_grid_axial(66, 64, 66, 2.2, 2.3, 2.5)};
    const double middle[3] = {71, 73, 81};
    const scene_shape round[] = {
        {SCENE_BALL, ABL_SKIN, {71, 73, 81}, {0}, 50, 0},
        {SCENE_BALL, ABL_LIVER, {71, 73, 81}, {0}, 30, 0},
        {SCENE_BALL, ABL_LESION_LABEL_FIRST, {71, 73, 81}, {0}, 8, 0}};
    for (int n = 0; n < 3; n++)
        scene_add(&sc, round[n]);
    const int count = 2 + (int)uniform(&state, 0, 3.99);
    for (int n = 0; n < count; n++) {
        double away[3];
        scene_direction(away,
                        (size_t)uniform(&state, 0, ABL_ACCESS_DIRECTIONS - 1));
        const double far = uniform(&state, 20, 48);
        scene_shape s = {.kind = uniform(&state, 0, 1) < 0.5 ? SCENE_BALL
                                                             : SCENE_ROD,
                         .id = ids[(int)uniform(&state, 0, 4.99)],
                         .radius_mm = uniform(&state, 6, 12)};
        for (int r = 0; r < 3; r++) {
            s.a[r] = middle[r] + far * away[r];
            s.b[r] = s.a[r] + uniform(&state, -25, 25);
        }
        scene_add(&sc, s);
    }
    return sc;
}

typedef struct cloud {
    size_t count;
    double (*points)[3];
} cloud;

static void add_point(cloud *c, const double p[3])
{
    if (c->count < MAX_POINTS)
        memcpy(c->points[c->count++], p, 3 * sizeof *p);
}

/* About one point per square millimetre. */
static void add_ball(cloud *c, const double middle[3], double radius)
{
    const double total = ceil(12.6 * radius * radius);
    for (double n = 0; n < total; n++) {
        const double h = 1 - (2 * n + 1) / total, turn = 2.399963229728653 * n;
        const double w = sqrt(1 - h * h);
        add_point(c, (double[3]){middle[0] + radius * w * cos(turn),
                                 middle[1] + radius * w * sin(turn),
                                 middle[2] + radius * h});
    }
}

static void add_tube(cloud *c, const scene_shape *s, double radius)
{
    const double length = scene_apart(s->a, s->b);
    double axis[3], u[3], v[3];
    for (int r = 0; r < 3; r++)
        axis[r] = (s->b[r] - s->a[r]) / length;
    const int least = fabs(axis[0]) < fabs(axis[1]) ? 0 : 1;
    double size = 0;
    for (int r = 0; r < 3; r++) {
        u[r] = (r == least) - axis[least] * axis[r];
        size += u[r] * u[r];
    }
    for (int r = 0; r < 3; r++)
        u[r] /= sqrt(size);
    for (int r = 0; r < 3; r++)
        v[r] = axis[(r + 1) % 3] * u[(r + 2) % 3] -
               axis[(r + 2) % 3] * u[(r + 1) % 3];
    const double around = ceil(6.3 * radius);
    for (double mm = 0; mm <= length; mm += 1)
        for (double n = 0; n < around; n++) {
            const double turn = 6.283185307179586 * n / around;
            double p[3];
            for (int r = 0; r < 3; r++)
                p[r] = s->a[r] + mm * axis[r] +
                       radius * (cos(turn) * u[r] + sin(turn) * v[r]);
            add_point(c, p);
        }
}

static void fill_cloud(cloud *c, const scene *sc)
{
    c->count = 0;
    for (size_t n = 3; n < sc->count; n++) {
        const scene_shape *s = &sc->shapes[n];
        const double radius = s->radius_mm + scene_wall_mm(s->id);
        add_ball(c, s->a, radius);
        if (s->kind == SCENE_ROD) {
            add_ball(c, s->b, radius);
            add_tube(c, s, radius);
        }
    }
}

/* Room of the whole axis, by the definition in access.h. */
static double room_of(const cloud *c, const double target[3],
                      const double away[3], double length)
{
    const double s = ellipse.corridor_mm / ellipse.corridor_out_of_plane_mm;
    const double flat = 1 - away[2] * away[2];
    const double widening = 1 / sqrt(flat + s * s * away[2] * away[2]);
    const double along[3] = {away[0], away[1], s * away[2]};
    const double square = flat + s * s * away[2] * away[2];
    double least = DBL_MAX;
    for (size_t n = 0; n < c->count; n++) {
        const double at[3] = {c->points[n][0] - target[0],
                              c->points[n][1] - target[1],
                              s * (c->points[n][2] - target[2])};
        double t =
            (at[0] * along[0] + at[1] * along[1] + at[2] * along[2]) / square;
        t = t < 0 ? 0 : t > length ? length : t;
        double sum = 0;
        for (int r = 0; r < 3; r++)
            sum += (at[r] - t * along[r]) * (at[r] - t * along[r]);
        least = sum < least ? sum : least;
    }
    return fmin(sqrt(least) / widening, ABL_ACCESS_FAR_MM);
}

typedef struct tally {
    size_t looked, clear, border, wrong_state, wrong_room;
    double worst_mm;
} tally;

static void compare(tally *t, const abl_ray *ray, double room,
                    const abl_grid *grid)
{
    const double half_voxel =
        0.5 * fmax(fmax(grid->spacing_mm[0], grid->spacing_mm[1]),
                   grid->spacing_mm[2]);
    const bool is_clear = ray->state == ABL_RAY_CLEAR;
    t->looked++;
    if (fabs(room - ellipse.corridor_mm) <= half_voxel)
        t->border++;
    else if (is_clear != (room >= ellipse.corridor_mm))
        t->wrong_state++;
    if (!is_clear)
        return;
    t->clear++;
    const double off = fabs(ray->clearance_mm - room);
    t->worst_mm = fmax(t->worst_mm, off);
    if (off > abl_grid_half_diagonal_mm(grid))
        t->wrong_room++;
}

static void check_phantom(tally *t, cloud *c, uint32_t seed)
{
    const scene sc = random_solids(seed);
    abl_structures *s = scene_structures(&sc);
    abl_access_map *map = NULL;
    abl_error err = {0};
    const abl_volume image = {.grid = sc.grid, .type = ABL_PIXEL_I16};
    ABL_CHECK_OK(abl_access_map_create(&map, &image, s, NULL, &ellipse, &err),
                 &err);
    if (map) {
        const abl_ray_task task = {.map = map,
                                   .lesion = s->lesions[0].field,
                                   .liver = s->items[ABL_LIVER].field,
                                   .target_lps = {71, 73, 81}};
        fill_cloud(c, &sc);
        for (size_t n = seed % STRIDE; n < ABL_ACCESS_DIRECTIONS; n += STRIDE) {
            double away[3];
            scene_direction(away, n);
            const abl_ray ray = abl_ray_judge(&task, away);
            compare(t, &ray, room_of(c, task.target_lps, away, 50), &map->grid);
        }
    }
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
}

static void a_hundred_phantoms_give_the_same_clear_directions_and_room(void)
{
    tally t = {0};
    cloud c = {0, malloc(MAX_POINTS * sizeof(double[3]))};
    for (uint32_t seed = 1; seed <= PHANTOMS; seed++)
        check_phantom(&t, &c, seed * 2654435761u);
    free(c.points);
    ABL_CHECK_NEAR(t.wrong_state, 0, 0);
    ABL_CHECK_NEAR(t.wrong_room, 0, 0);
    CU_ASSERT(t.clear > t.looked / 5 && t.clear < 4 * t.looked / 5);
    CU_ASSERT(t.border < t.looked / 5);
    printf("\n  %zu directions, %zu clear, %zu within half a voxel of a "
           "border, room off by %.2f mm at most\n",
           t.looked, t.clear, t.border, t.worst_mm);
}

CU_TestInfo abl_tests[] = {
    ABL_TEST(a_hundred_phantoms_give_the_same_clear_directions_and_room),
    CU_TEST_INFO_NULL,
};
