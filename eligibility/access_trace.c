/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_trace.h"

#include "eligibility/access_table.h"

#include <math.h>

#define DEG         57.29577951308232
#define SKIN_STEP   1.0 /* mm; folds of skin thinner than this are not seen */
#define TRACE_STEP  0.5 /* mm; least step through the distance map */
#define TISSUE_STEP 1.0 /* mm; along liver and lesion, with linear edges */
#define FAR_OUTSIDE -1e3
#define NORMAL_MM   1.5 /* half-width of the difference for the normal */
#define FOLD_STEP   2.0 /* mm; beyond the skin */
#define FOLD_MM     100.0
#define SOLID_GAP   6.0   /* mm of skin, hair and clothes */
#define SOLID_MM    200.0 /* looked for up to this far from the skin */
#define SOLID_RUN   16.0  /* mm: thicker than the shell of a table */
#define SOLID_HU    (-300)

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

/* What one direction looks with. */
typedef struct probe {
    double away[3];
    double widening;      /* see abl_ray_widening() */
    double rate;          /* most that a scaled distance changes per mm */
    double growth_per_mm; /* of the half-width, with depth */
    double outer;         /* where the corridor begins: skin, or the limit */
} probe;

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

static probe make_probe(const abl_ray_task *task, const double away[3])
{
    const abl_access_options *options = &task->map->options;
    const double sine = out_of_plane(away, &task->map->grid);
    const double scale = task->map->axial_scale;
    probe p = {.widening = abl_ray_widening(options, away, &task->map->grid),
               .growth_per_mm = 0.01 * options->growth_per_100mm};
    for (int r = 0; r < 3; r++)
        p.away[r] = away[r];
    p.rate = sqrt(fmax(0, 1 - sine * sine) + scale * scale * sine * sine);
    return p;
}

/* Where the corridor first comes to the end of the scan; negative when it
 * starts there. */
static double length_in_scan(const abl_ray_task *task, const probe *p)
{
    const abl_grid *g = &task->map->image_grid;
    const abl_access_options *options = &task->map->options;
    const index_ray ray = to_index(g, task->target_lps, p->away);
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
    double least_mm, at_mm; /* least room, and where */
    double block_mm;        /* first place from the skin that blocks */
    bool blocked;
    uint8_t id; /* of what blocks, or is nearest */
} traced;

static const traced nothing = {.least_mm = ABL_ACCESS_FAR_MM};

/* From @p outer towards the target down to @p inner; stops where it is
 * blocked unless @p goes_on. */
static traced trace(const abl_obstacle_map *map, const index_ray *ray,
                    const probe *p, const double ends[2], double half_width,
                    bool goes_on)
{
    const double inner = ends[0], outer = ends[1];
    const double rate = p->rate / p->widening + p->growth_per_mm;
    traced t = {.least_mm = (double)ABL_OBSTACLE_NONE_MM, .at_mm = outer};
    for (double mm = outer;;) {
        const double d = sample_at(ray, &map->grid, map->mm, mm) / p->widening -
                         p->growth_per_mm * (p->outer - mm);
        if (d < t.least_mm) {
            t.least_mm = d;
            t.at_mm = mm;
        }
        if (d < half_width && !t.blocked) {
            t.blocked = true;
            t.block_mm = mm;
        }
        if (mm <= inner || (t.blocked && !goes_on))
            return t;
        const double ahead = (d - fmax(t.least_mm, goes_on ? -1e9 : 0)) / rate;
        mm = fmax(inner, mm - fmax(TRACE_STEP, ahead));
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

/* The corridor through one map, between the target and the skin. */
static traced trace_map(const abl_obstacle_map *map, const abl_ray_task *task,
                        const probe *p, double from, double half_width)
{
    double ends[2] = {from, p->outer};
    if (!map->mm)
        return nothing;
    const index_ray ray = to_index(&map->grid, task->target_lps, p->away);
    if (!clip_to_grid(&ends[0], &ends[1], &ray, &map->grid))
        return nothing;
    traced t = trace(map, &ray, p, ends, half_width, task->is_full);
    if (t.least_mm >= ABL_ACCESS_FAR_MM)
        return nothing;
    t.id = name_at(map, &ray, t.blocked ? t.block_mm : t.at_mm);
    return t;
}

static bool comes_before(const traced *a, const traced *b)
{
    if (a->blocked != b->blocked)
        return a->blocked;
    return a->blocked ? a->block_mm > b->block_mm : a->least_mm < b->least_mm;
}

/* The other lesion that blocks first or lies nearest; its id is the number.
 * The corridor may touch others inside its own lesion. */
static traced trace_lesions(const abl_ray_task *task, const probe *p)
{
    const abl_access_map *map = task->map;
    traced best = nothing;
    if (map->lesion_count < 2)
        return best;
    const double leave = leave_lesion(task, p->away, p->outer);
    for (size_t n = 0; n < map->lesion_count; n++) {
        if (n == task->lesion_index)
            continue;
        const traced t = trace_map(&map->lesions[n], task, p, leave,
                                   map->options.corridor_mm);
        if (comes_before(&t, &best))
            best = t;
    }
    return best;
}

/* Takes over what is first or nearest. */
static void name_obstacle(abl_ray *out, const traced *t, bool is_lesion)
{
    const bool is_rib = !is_lesion && t->id >= ABL_RIB_FIRST;
    out->lesion = is_lesion ? t->id : 0;
    out->rib = is_rib ? (uint8_t)(t->id - ABL_RIB_FIRST) : 0;
    out->obstacle = is_lesion ? 0 : is_rib ? ABL_BONE : t->id;
}

static void meet_hard(abl_ray *out, const abl_ray_task *task, const probe *p,
                      traced *first)
{
    const abl_access_map *map = task->map;
    const double half = map->options.corridor_mm;
    const traced found[4] = {
        trace_map(&map->layers[ABL_LAYER_HARD], task, p, 0, half),
        trace_map(&map->layers[ABL_LAYER_LUNG], task, p, 0, half),
        trace_lesions(task, p),
        trace_map(&map->layers[ABL_LAYER_PLEURA], task, p, 0, half)};
    *first = nothing;
    for (int n = 0; n < 4; n++) {
        if (found[n].blocked)
            out->faults |= n < 3 ? ABL_FAULT_HARD : ABL_FAULT_PLEURA;
        if (comes_before(&found[n], first)) {
            *first = found[n];
            name_obstacle(out, first, n == 2);
        }
    }
    out->lung_mm = found[1].least_mm;
    out->hard_mm =
        fmin(fmin(found[0].least_mm, found[1].least_mm), found[2].least_mm);
    out->clearance_mm = fmin(out->hard_mm, found[3].least_mm);
}

/* Vessels of the liver and bundles: near ones are told, and the needle itself
 * may not meet them. */
static void meet_soft(abl_ray *out, const abl_ray_task *task, const probe *p,
                      traced *first)
{
    probe thin = *p;
    thin.growth_per_mm = 0;
    const traced vessel = trace_map(&task->map->layers[ABL_LAYER_VESSEL], task,
                                    &thin, 0, ABL_NEEDLE_MM);
    const traced bundle = trace_map(&task->map->layers[ABL_LAYER_BUNDLE], task,
                                    &thin, 0, ABL_NEEDLE_MM);
    out->vessel = vessel.id;
    out->vessel_mm = vessel.least_mm;
    out->bundle_mm = bundle.least_mm;
    if (vessel.blocked || bundle.blocked)
        out->faults |= ABL_FAULT_NEEDLE;
    const traced *both[2] = {&vessel, &bundle};
    for (int n = 0; n < 2; n++)
        if (both[n]->blocked && comes_before(both[n], first)) {
            *first = *both[n];
            name_obstacle(out, first, false);
        }
}

static void meet_unclassified(abl_ray *out, const abl_ray_task *task,
                              const probe *p)
{
    const traced t = trace_map(&task->map->layers[ABL_LAYER_UNCLASSIFIED], task,
                               p, 0, task->map->options.corridor_mm);
    out->unclassified_mm = t.least_mm;
    if (t.blocked)
        out->faults |= ABL_FAULT_UNCLASSIFIED;
}

/* Whether the body, or something solid, is met again beyond the skin. */
static bool meets_again(const abl_ray_task *task, const probe *p, double skin)
{
    const abl_access_map *map = task->map;
    const index_ray ray = to_index(&map->grid, task->target_lps, p->away);
    double in_grid = 0, out_grid = skin + FOLD_MM;
    if (clip_to_grid(&in_grid, &out_grid, &ray, &map->grid))
        for (double mm = skin + FOLD_STEP; mm <= out_grid; mm += FOLD_STEP)
            if (sample_at(&ray, &map->grid, map->skin, mm) > 0)
                return true;
    if (!abl_table_can_see(map))
        return false;
    const int16_t *hu = abl_volume_i16(map->image);
    const index_ray view =
        to_index(&map->image_grid, task->target_lps, p->away);
    double run = 0;
    for (double mm = skin + SOLID_GAP; mm < skin + SOLID_MM; mm += FOLD_STEP) {
        size_t at[3];
        for (int a = 0; a < 3; a++) {
            const double x = view.start[a] + mm * view.per_mm[a];
            if (!(x >= 0 && x <= (double)(map->image_grid.size[a] - 1)))
                return false;
            at[a] = (size_t)lround(x);
        }
        const bool is_solid =
            hu[abl_grid_offset(&map->image_grid, at[0], at[1], at[2])] >
            SOLID_HU;
        run = is_solid ? run + FOLD_STEP : 0;
        if (run >= SOLID_RUN)
            return true;
    }
    return false;
}

/* Length, and whether an applicator can stand there. */
static void check_entry(abl_ray *out, const abl_ray_task *task, const probe *p,
                        double in_scan)
{
    const abl_access_options *options = &task->map->options;
    double entry[3];
    if (!(out->length_mm > 0)) {
        out->faults |= in_scan > options->borderline_path_mm
                           ? ABL_FAULT_LONG
                           : ABL_FAULT_NO_SKIN;
        return;
    }
    if (out->length_mm < options->min_path_mm)
        out->faults |= ABL_FAULT_SHORT;
    point_at(entry, task->target_lps, p->away, out->length_mm);
    if (!options->is_table_side_allowed &&
        abl_table_blocks(&task->map->table, entry, p->away))
        out->faults |= ABL_FAULT_TABLE;
}

static abl_ray_state state_of(const abl_ray *ray, double max_path_mm)
{
    static const struct {
        unsigned fault;
        abl_ray_state state;
    } order[] = {
        {ABL_FAULT_STEEP, ABL_RAY_STEEP},
        {ABL_FAULT_TABLE, ABL_RAY_TABLE},
        {ABL_FAULT_HARD | ABL_FAULT_PLEURA | ABL_FAULT_NEEDLE, ABL_RAY_BLOCKED},
        {ABL_FAULT_NO_SKIN, ABL_RAY_NO_SKIN},
        {ABL_FAULT_LONG, ABL_RAY_TOO_LONG},
        {ABL_FAULT_SHORT, ABL_RAY_TOO_SHORT},
        {ABL_FAULT_UNCLASSIFIED, ABL_RAY_UNCLASSIFIED},
        {ABL_FAULT_FOLD, ABL_RAY_FOLD},
    };
    for (size_t n = 0; n < sizeof order / sizeof *order; n++)
        if (ray->faults & order[n].fault)
            return order[n].state;
    return ray->length_mm <= max_path_mm ? ABL_RAY_CLEAR : ABL_RAY_CLEAR_LONG;
}

static bool is_steep(const abl_ray_task *task, const abl_ray *ray)
{
    return fabs(ray->tilt_deg) > task->map->options.max_axial_tilt_deg;
}

/* Everything that can be wrong, in the order of state_of(); the rest is left
 * when one thing is enough. */
static void find_faults(abl_ray *out, const abl_ray_task *task,
                        const double away_lps[3])
{
    const abl_access_options *options = &task->map->options;
    if (is_steep(task, out))
        out->faults |= ABL_FAULT_STEEP;
    if (out->faults && !task->is_full)
        return;
    probe p = make_probe(task, away_lps);
    const double in_scan = length_in_scan(task, &p);
    if (in_scan < 0) {
        out->faults |= ABL_FAULT_NO_SKIN;
        return;
    }
    const double limit = fmin(in_scan, options->borderline_path_mm);
    const index_ray ray =
        to_index(&task->map->grid, task->target_lps, away_lps);
    const double skin = find_skin(task->map, &ray, limit);
    out->length_mm = skin > 0 ? skin : 0;
    p.outer = skin > 0 ? skin : limit;
    check_entry(out, task, &p, in_scan);
    if ((out->faults & ABL_FAULT_TABLE) && !task->is_full)
        return;
    traced first;
    meet_hard(out, task, &p, &first);
    if (!out->faults || task->is_full)
        meet_soft(out, task, &p, &first);
    if (!out->faults || task->is_full)
        meet_unclassified(out, task, &p);
    if ((!out->faults || task->is_full) && skin > 0 &&
        meets_again(task, &p, skin))
        out->faults |= ABL_FAULT_FOLD;
    if (!out->faults)
        measure_tissue(out, task, away_lps);
}

abl_ray abl_ray_judge(const abl_ray_task *task, const double away_lps[3])
{
    abl_ray out = {.faults = 0};
    const double up = fmin(1, fmax(-1, -away_lps[2]));
    out.tilt_deg = DEG * asin(up);
    find_faults(&out, task, away_lps);
    out.state = state_of(&out, task->map->options.max_path_mm);
    return out;
}
