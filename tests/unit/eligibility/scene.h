/* Analytic bodies for access tests: shapes with exact signed distances, the
 * structures made from them, and a brute-force tracer.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_SCENE_H
#define ABL_TESTS_SCENE_H

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/access_trace.h"

typedef enum scene_kind {
    SCENE_BALL,
    SCENE_ROD,
    SCENE_SHELL
} scene_kind;

/* A ball; a rod (capsule) from a to b; a shell (thick sphere) with a round
 * hole of radius hole_mm around the half-line from a towards b. */
typedef struct scene_shape {
    scene_kind kind;
    int id; /* abl_structure_id, or ABL_LESION_LABEL_FIRST and up */
    double a[3], b[3], radius_mm, hole_mm;
} scene_shape;

#define SCENE_MAX 40
typedef struct scene {
    abl_grid grid; /* of the scan */
    size_t count;
    scene_shape shapes[SCENE_MAX];
} scene;

static inline double scene_apart(const double a[3], const double b[3])
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += (a[r] - b[r]) * (a[r] - b[r]);
    return sqrt(sum);
}

/* Distance to the segment a-b, or to the half-line when @p endless. */
static inline double scene_off_axis(const scene_shape *s, const double p[3],
                                    bool endless)
{
    double along = 0, length = 0, foot[3];
    for (int r = 0; r < 3; r++) {
        along += (p[r] - s->a[r]) * (s->b[r] - s->a[r]);
        length += (s->b[r] - s->a[r]) * (s->b[r] - s->a[r]);
    }
    double t = along / length;
    t = t < 0 ? 0 : t;
    t = t > 1 && !endless ? 1 : t;
    for (int r = 0; r < 3; r++)
        foot[r] = s->a[r] + t * (s->b[r] - s->a[r]);
    return scene_apart(foot, p);
}

/* Positive inside, as a field. */
static inline double scene_depth(const scene_shape *s, const double p[3])
{
    if (s->kind == SCENE_BALL)
        return s->radius_mm - scene_apart(s->a, p);
    if (s->kind == SCENE_ROD)
        return s->radius_mm - scene_off_axis(s, p, false);
    const double wall = 3 - fabs(scene_apart(s->a, p) - s->radius_mm);
    if (s->hole_mm <= 0)
        return wall;
    return fmin(wall, scene_off_axis(s, p, true) - s->hole_mm);
}

/* Depth in the union of all shapes of one id. */
static inline double scene_depth_of(const scene *sc, int id, const double p[3])
{
    double depth = -1e3;
    for (size_t n = 0; n < sc->count; n++)
        if (sc->shapes[n].id == id)
            depth = fmax(depth, scene_depth(&sc->shapes[n], p));
    return depth;
}

static inline void scene_add(scene *sc, scene_shape shape)
{
    if (sc->count < SCENE_MAX)
        sc->shapes[sc->count++] = shape;
}

static inline abl_volume *scene_field(const scene *sc, int id)
{
    abl_volume *v = NULL;
    if (abl_volume_create(&v, &sc->grid, ABL_PIXEL_F32, NULL))
        return NULL;
    float *f = abl_volume_f32(v);
#pragma omp parallel for
    for (size_t k = 0; k < sc->grid.size[2]; k++)
        for (size_t j = 0; j < sc->grid.size[1]; j++)
            for (size_t i = 0; i < sc->grid.size[0]; i++) {
                const double at[3] = {(double)i, (double)j, (double)k};
                double lps[3];
                abl_grid_to_lps(lps, &sc->grid, at);
                f[abl_grid_offset(&sc->grid, i, j, k)] =
                    (float)scene_depth_of(sc, id, lps);
            }
    return v;
}

/* Structures of a scene; every class counts as looked for. */
static inline abl_structures *scene_structures(const scene *sc)
{
    abl_structures *s = calloc(1, sizeof *s);
    s->lesions = calloc(ABL_MAX_LESIONS, sizeof *s->lesions);
    for (int id = 0; id < ABL_STRUCTURE_COUNT; id++)
        s->items[id].found = ABL_NOT_FOUND;
    for (size_t n = 0; n < sc->count; n++) {
        const int id = sc->shapes[n].id;
        if (id >= ABL_LESION_LABEL_FIRST) {
            s->lesions[s->lesion_count++].field = scene_field(sc, id);
        } else if (!s->items[id].field) {
            s->items[id].field = scene_field(sc, id);
            s->items[id].found = ABL_FOUND;
        }
    }
    return s;
}

static inline void scene_direction(double away[3], size_t n)
{
    const double h = 1 - (2 * (double)n + 1) / (double)ABL_ACCESS_DIRECTIONS;
    const double turn = acos(-1.0) * (3 - sqrt(5.0)) * (double)n;
    away[0] = sqrt(1 - h * h) * cos(turn);
    away[1] = sqrt(1 - h * h) * sin(turn);
    away[2] = h;
}

/* Least distance of p to the ends of the scan; negative outside. */
static inline double scene_to_end(const abl_grid *g, const double p[3])
{
    double ijk[3], least = DBL_MAX;
    abl_grid_to_ijk(ijk, g, p);
    for (int a = 0; a < 3; a++) {
        least = fmin(least, (ijk[a] + 0.5) * g->spacing_mm[a]);
        least =
            fmin(least, ((double)g->size[a] - 0.5 - ijk[a]) * g->spacing_mm[a]);
    }
    return least;
}

/* Gas is an obstacle with the wall around it. */
static inline double scene_wall_mm(int id)
{
    return id == ABL_BOWEL_GAS ? 3 : 0;
}

/* What the brute-force tracer sees along one direction. */
typedef struct scene_sight {
    double skin_mm; /* < 0: none */
    double hard_mm; /* least distance of the axis to a hard obstacle */
    double end_mm;  /* least distance to the ends of the scan */
} scene_sight;

/* From the target, in fine steps, on the exact shapes. */
static inline scene_sight scene_look(const scene *sc, const double target[3],
                                     const double away[3], double limit)
{
    scene_sight seen = {-1, DBL_MAX, DBL_MAX};
    for (double mm = 0; mm <= limit; mm += 0.25) {
        double p[3];
        for (int r = 0; r < 3; r++)
            p[r] = target[r] + mm * away[r];
        if (!(scene_depth_of(sc, ABL_SKIN, p) > 0)) {
            seen.skin_mm = mm;
            return seen;
        }
        seen.end_mm = fmin(seen.end_mm, scene_to_end(&sc->grid, p));
        for (size_t n = 0; n < sc->count; n++) {
            const int id = sc->shapes[n].id;
            if (id != ABL_SKIN && id != ABL_LIVER && id != ABL_UNCLASSIFIED &&
                id < ABL_LESION_LABEL_FIRST)
                seen.hard_mm =
                    fmin(seen.hard_mm,
                         -scene_depth(&sc->shapes[n], p) - scene_wall_mm(id));
        }
    }
    return seen;
}

#endif
