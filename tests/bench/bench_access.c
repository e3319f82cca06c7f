/* Time of access planning, its parts, and a brute-force tracer.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <time.h>

#include "eligibility/access.h"
#include "imaging/threads.h"
#include "tests/unit/eligibility/scene.h"

static double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Of all threads: what a busy machine does not change. */
static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static scene_shape ball(int id, double left, double back, double up,
                        double radius)
{
    return (scene_shape){.kind = SCENE_BALL,
                         .id = id,
                         .a = {left, back, up},
                         .radius_mm = radius};
}

static scene_shape rod(int id, const double from[3], const double to[3],
                       double radius)
{
    scene_shape s = ball(id, from[0], from[1], from[2], radius);
    s.kind = SCENE_ROD;
    memcpy(s.b, to, sizeof s.b);
    return s;
}

static void add_vessels(scene *sc)
{
    static const struct {
        int id;
        double from[3], to[3], radius;
    } tubes[] = {
        {ABL_AORTA, {210, 270, 10}, {210, 270, 260}, 11},
        {ABL_INFERIOR_VENA_CAVA, {180, 255, 10}, {180, 250, 260}, 11},
        {ABL_PORTAL_AND_SPLENIC_VEIN, {190, 235, 90}, {260, 240, 90}, 6},
        {ABL_HEPATIC_VEINS, {180, 240, 160}, {230, 180, 170}, 4},
        {ABL_HEPATIC_VEINS, {175, 240, 160}, {160, 170, 165}, 4},
        {ABL_PORTAL_VEINS, {185, 230, 100}, {150, 190, 110}, 4},
        {ABL_LIVER_VESSELS, {220, 220, 120}, {230, 190, 110}, 2},
    };
    for (size_t n = 0; n < sizeof tubes / sizeof *tubes; n++)
        scene_add(
            sc, rod(tubes[n].id, tubes[n].from, tubes[n].to, tubes[n].radius));
}

/* A trunk of 400 x 400 x 270 mm with a cage of ribs, every class of
 * neighbour and vessels. */
static scene make_scene(void)
{
    scene sc = {.grid = abl_grid_axial(200, 200, 109, 2.0, 2.0, 2.5)};
    const double middle[3] = {200, 200, 136};
    scene_add(&sc, ball(ABL_SKIN, middle[0], middle[1], middle[2], 130));
    scene_add(&sc, ball(ABL_LIVER, middle[0], middle[1], middle[2], 70));
    scene_add(&sc, ball(ABL_LESION_LABEL_FIRST, 190, 190, 130, 12));
    scene_add(&sc, ball(ABL_LESION_LABEL_FIRST + 1, 230, 200, 150, 9));
    scene_add(&sc, ball(ABL_LUNG, 200, 200, 290, 100));
    scene_add(&sc, ball(ABL_BOWEL_GAS, 260, 150, 80, 30));
    scene_add(&sc, ball(ABL_STOMACH, 290, 200, 140, 30));
    scene_add(&sc, ball(ABL_RIGHT_KIDNEY, 200, 290, 100, 25));
    scene_add(&sc, ball(ABL_UNCLASSIFIED, 180, 180, 40, 25));
    scene_add(&sc, ball(ABL_HEART, 230, 170, 250, 40));
    scene_add(&sc, ball(ABL_GALLBLADDER, 180, 150, 70, 15));
    scene_add(&sc, ball(ABL_SPLEEN, 310, 250, 150, 30));
    scene_add(&sc, ball(ABL_PANCREAS, 220, 220, 60, 15));
    scene_add(&sc, ball(ABL_ESOPHAGUS, 215, 260, 230, 8));
    scene_add(&sc, ball(ABL_LEFT_KIDNEY, 280, 290, 90, 25));
    scene_add(&sc, ball(ABL_RIGHT_ADRENAL_GLAND, 170, 280, 150, 5));
    scene_add(&sc, ball(ABL_COLON, 150, 140, 40, 20));
    add_vessels(&sc);
    for (int n = 0; n < 8; n++) {
        scene_shape rib = ball(ABL_BONE, 80, 90, 30 * n + 20, 5);
        rib.kind = SCENE_ROD;
        memcpy(rib.b, rib.a, sizeof rib.b);
        rib.b[0] += 240;
        scene_add(&sc, rib);
    }
    return sc;
}

/* Every eighth direction. */
static void look_by_brute_force(const scene *sc, const double target[3],
                                size_t *clear)
{
    *clear = 0;
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n += 8) {
        double away[3];
        scene_direction(away, n);
        const scene_sight seen = scene_look(sc, target, away, 200);
        *clear += seen.skin_mm > 0 && seen.hard_mm >= 5 && seen.end_mm >= 5;
    }
}

int main(void)
{
    const scene sc = make_scene();
    const abl_access_options options = abl_access_options_default();
    const abl_volume image = {
        .grid = abl_grid_axial(512, 512, 109, 0.78125, 0.78125, 2.5),
        .type = ABL_PIXEL_I16};
    abl_structures *s = scene_structures(&sc);
    abl_access_map *map = NULL;
    abl_access access = {.assessed = false};
    abl_error err;
    double since = clock_s(), cpu_since = cpu_s();
    abl_status status =
        abl_access_map_create(&map, &image, s, NULL, &options, &err);
    const double map_s = clock_s() - since, map_cpu_s = cpu_s() - cpu_since;
    since = clock_s();
    cpu_since = cpu_s();
    if (!status)
        status = abl_access_plan(&access, map, 0, &err);
    const double plan_s = clock_s() - since, plan_cpu_s = cpu_s() - cpu_since;
    if (status) {
        fprintf(stderr, "abl_bench_access: %s\n", err.message);
        return 1;
    }
    size_t clear = 0;
    cpu_since = cpu_s();
    look_by_brute_force(&sc, access.target_lps, &clear);
    const double brute_cpu_s = 8 * (cpu_s() - cpu_since);
    printf("%d threads, %zu directions; seconds of wall, of all cores\n",
           abl_threads_get(), access.directions);
    printf("map of obstacles      %8.3f s %8.3f s, once for all lesions\n",
           map_s, map_cpu_s);
    printf("one lesion            %8.3f s %8.3f s, %.1f us of one core per "
           "direction\n",
           plan_s, plan_cpu_s, 1e6 * plan_cpu_s / (double)access.directions);
    printf("brute force                      %8.3f s, %.1f times one lesion\n",
           brute_cpu_s, brute_cpu_s / plan_cpu_s);
    printf("map and one lesion    %8.3f s %8.3f s\n", map_s + plan_s,
           map_cpu_s + plan_cpu_s);
    printf("clear                 %8zu of %zu; brute force, hard classes and a "
           "round corridor of 5 mm alone: %zu\n",
           access.clear + access.clear_long, access.directions, 8 * clear);
    free(access.map);
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
    return 0;
}
