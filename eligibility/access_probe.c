/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_probe.h"

#include <math.h>

#define SKIN_STEP 1.0 /* mm; folds of skin thinner than this are not seen */

/* mm; least step through a distance map. Around a least distance of r mm it
 * misses 1 / 8r mm. */
#define TRACE_STEP 1.0

/* As fmax(), without a call; there are no NaN here. */
static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

void abl_point_at(double lps[3], const double start[3], const double away[3],
                  double mm)
{
    for (int r = 0; r < 3; r++)
        lps[r] = start[r] + mm * away[r];
}

abl_index_ray abl_index_ray_make(const abl_grid *grid,
                                 const double start_lps[3],
                                 const double away[3])
{
    abl_index_ray ray;
    double end[3], lps[3];
    abl_grid_to_ijk(ray.start, grid, start_lps);
    abl_point_at(lps, start_lps, away, 1.0);
    abl_grid_to_ijk(end, grid, lps);
    for (int a = 0; a < 3; a++)
        ray.per_mm[a] = end[a] - ray.start[a];
    return ray;
}

double abl_index_ray_sample(const abl_index_ray *ray, const abl_grid *grid,
                            const float *values, double mm)
{
    double ijk[3];
    for (int a = 0; a < 3; a++)
        ijk[a] = ray->start[a] + mm * ray->per_mm[a];
    return abl_grid_sample_f32(grid, values, ijk);
}

/* Offset of the voxel nearest to a place on the ray, which may lie outside. */
static size_t voxel_at(const abl_grid *grid, const abl_index_ray *ray,
                       double mm)
{
    size_t at[3];
    for (int a = 0; a < 3; a++) {
        const double top = (double)(grid->size[a] - 1);
        const double x = ray->start[a] + mm * ray->per_mm[a] + 0.5;
        at[a] = (size_t)(ptrdiff_t)(x < 0.5 ? 0.5 : x > top ? top : x);
    }
    return abl_grid_offset(grid, at[0], at[1], at[2]);
}

/* Part of the ray inside a grid, cut to [*inner, *outer]; false when none. */
bool abl_index_ray_clip(double *inner, double *outer, const abl_index_ray *ray,
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

/* Distance to the first point outside the body, or a negative number when
 * there is none up to @p limit. */
double abl_probe_skin(const abl_access_map *map, const abl_index_ray *ray,
                      double limit)
{
    double inside = 1;
    for (double mm = 0; mm <= limit + SKIN_STEP; mm += SKIN_STEP) {
        if (map->is_deep[voxel_at(&map->grid, ray, mm)]) {
            inside = 0; /* to be sampled when it is needed */
            continue;
        }
        if (!(inside > 0) && mm > 0)
            inside = abl_index_ray_sample(ray, &map->grid, map->skin,
                                          mm - SKIN_STEP);
        const double next =
            abl_index_ray_sample(ray, &map->grid, map->skin, mm);
        if (!(next > 0) && mm > 0) {
            const double skin = mm - SKIN_STEP * next / (next - inside);
            return skin <= limit ? skin : -1;
        }
        inside = next;
    }
    return -1;
}

/* Cosine of the angle between a direction and the axial plane's normal. */
static double out_of_plane(const double away[3], const abl_grid *grid)
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += away[r] * grid->direction[r][2];
    return sum;
}

double abl_ray_widening(const abl_access_options *options,
                        const double away_lps[3], const abl_grid *grid)
{
    const double sine = out_of_plane(away_lps, grid);
    const double in = options->corridor_mm;
    const double out = options->corridor_out_of_plane_mm;
    const double cosine2 = fmax(0, 1 - sine * sine);
    return out / sqrt(out * out * cosine2 + in * in * sine * sine);
}

abl_probe abl_probe_make(const abl_ray_task *task, const double away[3])
{
    const abl_access_options *options = &task->map->options;
    const double sine = out_of_plane(away, &task->map->grid);
    const double scale = task->map->axial_scale;
    abl_probe p = {.widening =
                       abl_ray_widening(options, away, &task->map->grid),
                   .growth_per_mm = 0.01 * options->growth_per_100mm};
    for (int r = 0; r < 3; r++)
        p.away[r] = away[r];
    p.rate = sqrt(fmax(0, 1 - sine * sine) + scale * scale * sine * sine);
    return p;
}

/* Where the corridor first comes to the end of the scan; negative when it
 * starts there. */
double abl_probe_in_scan(const abl_ray_task *task, const abl_probe *p)
{
    const abl_grid *g = &task->map->image_grid;
    const abl_access_options *options = &task->map->options;
    const abl_index_ray ray = abl_index_ray_make(g, task->target_lps, p->away);
    const double half =
        p->widening *
        (options->corridor_mm + p->growth_per_mm * options->borderline_path_mm);
    double least = 1e9;
    for (int a = 0; a < 3; a++) {
        const double mm = a == 2 ? half / task->map->axial_scale : half;
        const double keep = mm / g->spacing_mm[a] - 0.5;
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

/* Room by the distance at the nearest voxel: the true one is no less than
 * this by more than half a voxel diagonal, and often that is enough. */
static double least_room(const abl_obstacle_map *map, const abl_index_ray *ray,
                         const abl_probe *p, double mm)
{
    const double near = (double)map->mm[voxel_at(&map->grid, ray, mm)];
    return (near - map->half_diagonal_mm) / p->widening -
           p->growth_per_mm * (p->outer - mm);
}

/* From @p outer towards the target down to @p inner; stops where the room is
 * below @p enough_mm. */
static abl_traced trace(const abl_obstacle_map *map, const abl_index_ray *ray,
                        const abl_probe *p, const double ends[2],
                        double half_width, double enough_mm)
{
    const double inner = ends[0], outer = ends[1];
    const double rate = p->rate / p->widening + p->growth_per_mm;
    abl_traced t = {.least_mm = ABL_ACCESS_FAR_MM, .at_mm = outer};
    for (double mm = outer;;) {
        double d = least_room(map, ray, p, mm);
        if (d < t.least_mm + rate * TRACE_STEP) {
            d = abl_index_ray_sample(ray, &map->grid, map->mm, mm) /
                    p->widening -
                p->growth_per_mm * (p->outer - mm);
            if (d < t.least_mm) {
                t.least_mm = d;
                t.at_mm = mm;
            }
            if (d < half_width && !t.blocked) {
                t.blocked = true;
                t.block_mm = mm;
            }
        }
        if (mm <= inner || t.least_mm < enough_mm)
            return t;
        mm = larger(inner, mm - larger(TRACE_STEP, (d - t.least_mm) / rate));
    }
}

/* The corridor through one map, between the target and the skin. */
abl_traced abl_probe_trace(const abl_obstacle_map *map,
                           const abl_ray_task *task, const abl_probe *p,
                           double from, double half_width)
{
    double ends[2] = {from, p->outer};
    if (!map->mm)
        return ABL_TRACED_NOTHING;
    const abl_index_ray ray =
        abl_index_ray_make(&map->grid, task->target_lps, p->away);
    if (!abl_index_ray_clip(&ends[0], &ends[1], &ray, &map->grid))
        return ABL_TRACED_NOTHING;
    const double enough_mm =
        task->is_full ? fmin(half_width, ABL_LEAST_CORRIDOR_MM) : half_width;
    abl_traced t = trace(map, &ray, p, ends, half_width, enough_mm);
    if (t.least_mm >= ABL_ACCESS_FAR_MM)
        return ABL_TRACED_NOTHING;
    t.id =
        map->id[voxel_at(&map->grid, &ray, t.blocked ? t.block_mm : t.at_mm)];
    return t;
}
