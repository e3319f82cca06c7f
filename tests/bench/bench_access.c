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

static scene_shape ball(int id, double left, double back, double up,
                        double radius)
{
    return (scene_shape){.kind = SCENE_BALL,
                         .id = id,
                         .a = {left, back, up},
                         .radius_mm = radius};
}

/* A trunk of 400 x 400 x 270 mm with a cage of ribs and neighbours. */
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
    for (int n = 0; n < 8; n++) {
        scene_shape rib = ball(ABL_BONE, 80, 90, 30 * n + 20, 5);
        rib.kind = SCENE_ROD;
        memcpy(rib.b, rib.a, sizeof rib.b);
        rib.b[0] += 240;
        scene_add(&sc, rib);
    }
    return sc;
}

/* Seconds for every eighth direction, scaled to all of them. */
static double time_brute_force(const scene *sc, const double target[3],
                               size_t *clear)
{
    const double since = clock_s();
    *clear = 0;
    for (size_t n = 0; n < ABL_ACCESS_DIRECTIONS; n += 8) {
        double away[3];
        scene_direction(away, n);
        const scene_sight seen = scene_look(sc, target, away, 200);
        *clear += seen.skin_mm > 0 && seen.hard_mm >= 5 && seen.end_mm >= 5;
    }
    return 8 * (clock_s() - since);
}

int main(void)
{
    const scene sc = make_scene();
    const abl_access_options options = abl_access_options_default();
    const abl_volume image = {.grid = sc.grid, .type = ABL_PIXEL_I16};
    abl_structures *s = scene_structures(&sc);
    abl_access_map *map = NULL;
    abl_access access = {.assessed = false};
    abl_error err;
    double since = clock_s();
    abl_status status =
        abl_access_map_create(&map, &image, s, NULL, &options, &err);
    const double map_s = clock_s() - since;
    since = clock_s();
    if (!status)
        status = abl_access_plan(&access, map, 0, &err);
    const double plan_s = clock_s() - since;
    if (status) {
        fprintf(stderr, "abl_bench_access: %s\n", err.message);
        return 1;
    }
    size_t clear = 0;
    const double brute_s = time_brute_force(&sc, access.target_lps, &clear);
    printf("%d threads, %zu directions\n", abl_threads_get(),
           access.directions);
    printf("map of obstacles      %8.3f s, once for all lesions\n", map_s);
    printf("one lesion            %8.3f s, %.2f us per direction\n", plan_s,
           1e6 * plan_s / (double)access.directions);
    printf("brute force           %8.3f s, %.0f times one lesion\n", brute_s,
           brute_s / plan_s);
    printf("clear                 %8zu of %zu; brute force %zu of %d\n",
           access.clear + access.clear_long + access.blocked[ABL_UNCLASSIFIED] +
               access.blocked_lesion,
           access.directions, 8 * clear, ABL_ACCESS_DIRECTIONS);
    free(access.map);
    abl_access_map_destroy(map);
    abl_structures_destroy(s);
    return 0;
}
