/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_trace.h"

#include <math.h>

#define DEG         57.29577951308232
#define SKIN_STEP   1.0 /* mm; folds of skin thinner than this are not seen */
#define TRACE_STEP  0.5 /* mm; least step through the distance map */
#define TISSUE_STEP 1.0 /* mm; along liver and lesion, with linear edges */
#define FAR_OUTSIDE -1e3
#define NORMAL_MM   1.5 /* half-width of the difference for the normal */

static void point_at(double lps[3], const double start[3], const double away[3],
                     double mm)
{
    for (int r = 0; r < 3; r++)
        lps[r] = start[r] + mm * away[r];
}

/* A ray in the index space of a grid, so that each step is three sums. */
typedef struct index_ray {
    double start[3], per_mm[3];
} index_ray;

static index_ray to_index(const abl_grid *grid, const double start_lps[3],
                          const double away[3])
{
    index_ray ray;
    double end[3], lps[3];
    abl_grid_to_ijk(ray.start, grid, start_lps);
    point_at(lps, start_lps, away, 1.0);
    abl_grid_to_ijk(end, grid, lps);
    for (int a = 0; a < 3; a++)
        ray.per_mm[a] = end[a] - ray.start[a];
    return ray;
}

static double sample_at(const index_ray *ray, const abl_grid *grid,
                        const float *values, double mm)
{
    double ijk[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = ray->start[a] + mm * ray->per_mm[a];
    return abl_grid_sample_f32(grid, values, ijk);
}

/* Where the corridor first comes to the end of the scan; negative when it
 * starts there. */
static double length_in_scan(const abl_ray_task *task, const double away[3])
{
    const abl_grid *g = &task->map->image_grid;
    const index_ray ray = to_index(g, task->target_lps, away);
    double least = 1e9;
    for (int a = 0; a < 3; a++) {
        const double keep =
            task->map->options.corridor_mm / g->spacing_mm[a] - 0.5;
        const double low = ray.start[a] - keep;
        const double high = (double)(g->size[a] - 1) - keep - ray.start[a];
        if (low < 0 || high < 0)
            return -1;
        if (ray.per_mm[a] > 1e-9)
            least = fmin(least, high / ray.per_mm[a]);
        else if (ray.per_mm[a] < -1e-9)
            least = fmin(least, low / -ray.per_mm[a]);
    }
    return least;
}

/* Distance to the first point outside the body, or a negative number when
 * there is none up to @p limit. */
static double find_skin(const abl_access_map *map, const index_ray *ray,
                        double limit)
{
    double inside = sample_at(ray, &map->grid, map->skin, 0);
    for (double mm = SKIN_STEP; mm <= limit + SKIN_STEP; mm += SKIN_STEP) {
        const double next = sample_at(ray, &map->grid, map->skin, mm);
        if (!(next > 0)) {
            const double skin = mm - SKIN_STEP * next / (next - inside);
            return skin <= limit ? skin : -1;
        }
        inside = next;
    }
    return -1;
}

static uint8_t name_at(const abl_obstacle_map *map, const index_ray *ray,
                       double mm)
{
    size_t at[3];
    for (int a = 0; a < 3; a++) {
        const double top = (double)(map->grid.size[a] - 1);
        const double x = ray->start[a] + mm * ray->per_mm[a];
        at[a] = (size_t)lround(fmin(fmax(x, 0), top));
    }
    return map->id[abl_grid_offset(&map->grid, at[0], at[1], at[2])];
}

/* Result of following the axis through one distance map. */
typedef struct traced {
    double least_mm, at_mm; /* least distance, and where */
    bool blocked;           /* then at_mm is the first place from the skin */
} traced;

/* From @p outer towards the target down to @p inner. */
static traced trace(const abl_obstacle_map *map, const index_ray *ray,
                    double outer, double inner, double half_width)
{
    traced t = {.least_mm = (double)ABL_OBSTACLE_NONE_MM, .at_mm = outer};
    double mm = outer;
    for (;;) {
        const double d = sample_at(ray, &map->grid, map->mm, mm);
        if (d < t.least_mm) {
            t.least_mm = d;
            t.at_mm = mm;
        }
        if (d < half_width) {
            t.blocked = true;
            return t;
        }
        if (mm <= inner)
            return t;
        mm = fmax(inner, mm - fmax(TRACE_STEP, d - t.least_mm));
    }
}

/* Value of a field on the ray; far outside beyond the field's voxels. */
static double field_at(const abl_volume *field, const index_ray *ray, double mm)
{
    double ijk[3];
    for (int a = 0; a < 3; a++) {
        ijk[a] = ray->start[a] + mm * ray->per_mm[a];
        if (!(ijk[a] >= -0.5 && ijk[a] <= (double)field->grid.size[a] - 0.5))
            return FAR_OUTSIDE;
    }
    return abl_grid_sample_f32(&field->grid, field->data, ijk);
}

/* Where the ray first leaves its own lesion. */
static double leave_lesion(const abl_ray_task *task, const double away[3],
                           double limit)
{
    const index_ray ray = to_index(&task->lesion->grid, task->target_lps, away);
    double mm = 0;
    while (mm < limit && field_at(task->lesion, &ray, mm) > 0)
        mm += TISSUE_STEP;
    return fmin(mm, limit);
}

/* Share of a step whose ends have the values a and b that is positive. */
static double positive_share(double a, double b)
{
    if (a > 0)
        return b > 0 ? 1 : a / (a - b);
    return b > 0 ? b / (b - a) : 0;
}

static double capsule_angle(const abl_volume *liver, const double lps[3],
                            const double away[3])
{
    double normal[3], length = 0, along = 0;
    for (int r = 0; r < 3; r++) {
        double low[3] = {lps[0], lps[1], lps[2]};
        double high[3] = {lps[0], lps[1], lps[2]};
        low[r] -= NORMAL_MM;
        high[r] += NORMAL_MM;
        normal[r] = abl_volume_sample_lps(liver, low) -
                    abl_volume_sample_lps(liver, high);
        length += normal[r] * normal[r];
    }
    if (!(length > 0))
        return 90;
    for (int r = 0; r < 3; r++)
        along += normal[r] * away[r] / sqrt(length);
    return DEG * acos(fmin(1, fabs(along)));
}

/* Part of the ray inside a grid, cut to [*inner, *outer]; false when none. */
static bool clip_to_grid(double *inner, double *outer, const index_ray *ray,
                         const abl_grid *grid)
{
    for (int a = 0; a < 3; a++) {
        const double top = (double)(grid->size[a] - 1);
        if (fabs(ray->per_mm[a]) < 1e-9) {
            if (ray->start[a] < 0 || ray->start[a] > top)
                return false;
            continue;
        }
        const double t0 = -ray->start[a] / ray->per_mm[a];
        const double t1 = (top - ray->start[a]) / ray->per_mm[a];
        *inner = fmax(*inner, fmin(t0, t1));
        *outer = fmin(*outer, fmax(t0, t1));
    }
    return *inner <= *outer;
}

/* Liver between the capsule and the lesion, coming from the skin. */
static void measure_tissue(abl_ray *out, const abl_ray_task *task,
                           const double away[3])
{
    const abl_grid *g = &task->liver->grid;
    const index_ray in_liver = to_index(g, task->target_lps, away);
    const index_ray in_lesion =
        to_index(&task->lesion->grid, task->target_lps, away);
    double tissue = FAR_OUTSIDE, liver = FAR_OUTSIDE, last = 0;
    double nearest = 0, outer = out->length_mm;
    bool entered = false;
    out->transit_mm = 0;
    out->capsule_deg = 90;
    clip_to_grid(&nearest, &outer, &in_liver, g);
    for (double mm = outer; mm > 0; mm -= TISSUE_STEP) {
        const double step = liver > FAR_OUTSIDE ? last - mm : 0;
        const double was = liver, tissue_was = tissue;
        const double lesion = field_at(task->lesion, &in_lesion, mm);
        liver = field_at(task->liver, &in_liver, mm);
        tissue = fmin(liver, -lesion);
        last = mm;
        if (liver > 0 && !entered) {
            double lps[3];
            point_at(lps, task->target_lps, away,
                     mm + step * positive_share(was, liver));
            out->capsule_deg = capsule_angle(task->liver, lps, away);
            entered = true;
        }
        out->transit_mm += step * positive_share(tissue_was, tissue);
        if (lesion > 0)
            return;
    }
}

static bool comes_before(const traced *a, const traced *b)
{
    if (a->blocked != b->blocked)
        return a->blocked;
    return a->blocked ? a->at_mm > b->at_mm : a->least_mm < b->least_mm;
}

/* The other lesion that blocks first or lies nearest; *number is 0 when all
 * are far. The corridor may touch others inside its own lesion. */
static traced trace_lesions(uint8_t *number, const abl_ray_task *task,
                            const double away[3], double outer)
{
    const abl_access_map *map = task->map;
    traced best = {.least_mm = ABL_ACCESS_FAR_MM};
    const double leave =
        map->lesion_count > 1 ? leave_lesion(task, away, outer) : outer;
    *number = 0;
    for (size_t n = 0; n < map->lesion_count; n++) {
        const abl_obstacle_map *other = &map->lesions[n];
        double from = leave, to = outer;
        if (n == task->lesion_index || !other->mm)
            continue;
        const index_ray ray = to_index(&other->grid, task->target_lps, away);
        if (!clip_to_grid(&from, &to, &ray, &other->grid))
            continue;
        const traced t = trace(other, &ray, to, from, map->options.corridor_mm);
        if (comes_before(&t, &best)) {
            best = t;
            *number = (uint8_t)(n + 1);
        }
    }
    return best;
}

/* Fills what blocks, or what is nearest; true when blocked. */
static bool meet_obstacles(abl_ray *out, const abl_ray_task *task,
                           const double away[3], double outer)
{
    const abl_access_map *map = task->map;
    const index_ray ray = to_index(&map->hard.grid, task->target_lps, away);
    const traced hard =
        trace(&map->hard, &ray, outer, 0, map->options.corridor_mm);
    uint8_t number;
    const traced lesion = trace_lesions(&number, task, away, outer);
    out->clearance_mm =
        fmin(fmin(hard.least_mm, lesion.least_mm), ABL_ACCESS_FAR_MM);
    if (number > 0 && comes_before(&lesion, &hard))
        out->lesion = number;
    else if (hard.blocked || hard.least_mm < ABL_ACCESS_FAR_MM)
        out->obstacle = name_at(&map->hard, &ray, hard.at_mm);
    return hard.blocked || lesion.blocked;
}

static bool meets_unclassified(abl_ray *out, const abl_ray_task *task,
                               const double away[3])
{
    const abl_obstacle_map *map = &task->map->unclassified;
    const index_ray ray = to_index(&map->grid, task->target_lps, away);
    const traced t =
        trace(map, &ray, out->length_mm, 0, task->map->options.corridor_mm);
    out->unclassified_mm = fmin(t.least_mm, ABL_ACCESS_FAR_MM);
    return t.blocked;
}

abl_ray abl_ray_judge(const abl_ray_task *task, const double away_lps[3])
{
    const abl_measure_options *options = &task->map->options;
    abl_ray out = {.state = ABL_RAY_NO_SKIN};
    const double in_scan = length_in_scan(task, away_lps);
    if (in_scan < 0)
        return out;
    const double limit = fmin(in_scan, options->borderline_path_mm);
    const index_ray ray =
        to_index(&task->map->grid, task->target_lps, away_lps);
    const double skin = find_skin(task->map, &ray, limit);
    out.length_mm = skin > 0 ? skin : 0;
    if (meet_obstacles(&out, task, away_lps, skin > 0 ? skin : limit)) {
        out.state = ABL_RAY_BLOCKED;
        return out;
    }
    if (!(skin > 0)) {
        if (in_scan > options->borderline_path_mm)
            out.state = ABL_RAY_TOO_LONG;
        return out;
    }
    if (meets_unclassified(&out, task, away_lps)) {
        out.state = ABL_RAY_UNCLASSIFIED;
        return out;
    }
    out.state =
        skin <= options->max_path_mm ? ABL_RAY_CLEAR : ABL_RAY_CLEAR_LONG;
    out.tilt_deg = DEG * asin(fmin(1, fmax(-1, -away_lps[2])));
    measure_tissue(&out, task, away_lps);
    return out;
}
