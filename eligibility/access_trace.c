/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_trace.h"

#include <math.h>

#include "eligibility/access_probe.h"
#include "eligibility/access_table.h"

#define DEG       57.29577951308232
#define FOLD_STEP 2.0 /* mm; beyond the skin */
#define FOLD_MM   100.0
#define SOLID_GAP 6.0   /* mm of skin, hair and clothes */
#define SOLID_MM  200.0 /* looked for up to this far from the skin */
#define SOLID_RUN 16.0  /* mm: thicker than the shell of a table */
#define SOLID_HU  (-300)

static bool comes_before(const abl_traced *a, const abl_traced *b)
{
    if (a->blocked != b->blocked)
        return a->blocked;
    return a->blocked ? a->block_mm > b->block_mm : a->least_mm < b->least_mm;
}

/* The other lesion that blocks first or lies nearest; its id is the number.
 * The corridor may touch others inside its own lesion. */
static abl_traced trace_lesions(const abl_ray_task *task, const abl_probe *p)
{
    const abl_access_map *map = task->map;
    abl_traced best = ABL_TRACED_NOTHING;
    if (map->lesion_count < 2)
        return best;
    const double leave = abl_ray_leaves_lesion(task, p->away, p->outer);
    for (size_t n = 0; n < map->lesion_count; n++) {
        if (n == task->lesion_index)
            continue;
        const abl_traced t = abl_probe_trace(&map->lesions[n], task, p, leave,
                                             map->options.corridor_mm);
        if (comes_before(&t, &best))
            best = t;
    }
    return best;
}

/* Takes over what is first or nearest. */
static void name_obstacle(abl_ray *out, const abl_traced *t, bool is_lesion)
{
    const bool is_rib = !is_lesion && t->id >= ABL_RIB_FIRST;
    out->lesion = is_lesion ? t->id : 0;
    out->rib = is_rib ? (uint8_t)(t->id - ABL_RIB_FIRST) : 0;
    out->obstacle = is_lesion ? 0 : is_rib ? ABL_BONE : t->id;
}

static void meet_hard(abl_ray *out, const abl_ray_task *task,
                      const abl_probe *p, abl_traced *first)
{
    const abl_access_map *map = task->map;
    const double half = map->options.corridor_mm;
    const abl_traced found[4] = {
        abl_probe_trace(&map->layers[ABL_LAYER_HARD], task, p, 0, half),
        abl_probe_trace(&map->layers[ABL_LAYER_LUNG], task, p, 0, half),
        trace_lesions(task, p),
        abl_probe_trace(&map->layers[ABL_LAYER_PLEURA], task, p, 0, half)};
    *first = ABL_TRACED_NOTHING;
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
static void meet_soft(abl_ray *out, const abl_ray_task *task,
                      const abl_probe *p, abl_traced *first)
{
    abl_probe thin = *p;
    thin.growth_per_mm = 0;
    const abl_traced vessel = abl_probe_trace(
        &task->map->layers[ABL_LAYER_VESSEL], task, &thin, 0, ABL_NEEDLE_MM);
    const abl_traced bundle = abl_probe_trace(
        &task->map->layers[ABL_LAYER_BUNDLE], task, &thin, 0, ABL_NEEDLE_MM);
    out->vessel = vessel.id;
    out->vessel_mm = vessel.least_mm;
    out->bundle_mm = bundle.least_mm;
    if (vessel.blocked || bundle.blocked)
        out->faults |= ABL_FAULT_NEEDLE;
    const abl_traced *both[2] = {&vessel, &bundle};
    for (int n = 0; n < 2; n++)
        if (both[n]->blocked && comes_before(both[n], first)) {
            *first = *both[n];
            name_obstacle(out, first, false);
        }
}

static void meet_unclassified(abl_ray *out, const abl_ray_task *task,
                              const abl_probe *p)
{
    const abl_traced t =
        abl_probe_trace(&task->map->layers[ABL_LAYER_UNCLASSIFIED], task, p, 0,
                        task->map->options.corridor_mm);
    out->unclassified_mm = t.least_mm;
    if (t.blocked)
        out->faults |= ABL_FAULT_UNCLASSIFIED;
}

/* Whether the body, or something solid, is met again beyond the skin. */
static bool meets_again(const abl_ray_task *task, const abl_probe *p,
                        double skin)
{
    const abl_access_map *map = task->map;
    const abl_index_ray ray =
        abl_index_ray_make(&map->grid, task->target_lps, p->away);
    double in_grid = 0, out_grid = skin + FOLD_MM;
    if (abl_index_ray_clip(&in_grid, &out_grid, &ray, &map->grid))
        for (double mm = skin + FOLD_STEP; mm <= out_grid; mm += FOLD_STEP)
            if (abl_index_ray_sample(&ray, &map->grid, map->skin, mm) > 0)
                return true;
    if (!abl_table_can_see(map))
        return false;
    const int16_t *hu = abl_volume_i16(map->image);
    const abl_index_ray view =
        abl_index_ray_make(&map->image_grid, task->target_lps, p->away);
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
static void check_entry(abl_ray *out, const abl_ray_task *task,
                        const abl_probe *p, double in_scan)
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
    abl_point_at(entry, task->target_lps, p->away, out->length_mm);
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

/* Whether to look no further: at the first fault, or when no single limit
 * could open the direction any more (see access_relax.c). */
static bool is_settled(const abl_ray_task *task, const abl_ray *ray)
{
    const unsigned faults = ray->faults;
    const unsigned widths =
        ABL_FAULT_HARD | ABL_FAULT_PLEURA | ABL_FAULT_UNCLASSIFIED;
    const unsigned alone = ABL_FAULT_STEEP | ABL_FAULT_TABLE | ABL_FAULT_SHORT;
    if (!task->is_full)
        return faults != 0;
    if (faults & ~(widths | alone))
        return true;
    return (faults & alone) && (faults & (faults - 1));
}

/* The room is too small for any corridor that is thought of. */
static bool is_shut(const abl_ray_task *task, const abl_ray *ray)
{
    return is_settled(task, ray) || ray->hard_mm < ABL_LEAST_CORRIDOR_MM;
}

static void meet_obstacles(abl_ray *out, const abl_ray_task *task,
                           const abl_probe *p, double skin)
{
    abl_traced first;
    meet_hard(out, task, p, &first);
    if (is_shut(task, out))
        return;
    meet_soft(out, task, p, &first);
    if (is_settled(task, out))
        return;
    meet_unclassified(out, task, p);
    if (is_settled(task, out))
        return;
    if (skin > 0 && meets_again(task, p, skin))
        out->faults |= ABL_FAULT_FOLD;
}

/* Everything that can be wrong, in the order of state_of(); the rest is left
 * when it is settled. */
static void find_faults(abl_ray *out, const abl_ray_task *task,
                        const double away_lps[3])
{
    const abl_access_options *options = &task->map->options;
    if (is_steep(task, out))
        out->faults |= ABL_FAULT_STEEP;
    if (is_settled(task, out))
        return;
    abl_probe p = abl_probe_make(task, away_lps);
    const double in_scan = abl_probe_in_scan(task, &p);
    if (in_scan < 0) {
        out->faults |= ABL_FAULT_NO_SKIN;
        return;
    }
    const double limit = fmin(in_scan, options->borderline_path_mm);
    const abl_index_ray ray =
        abl_index_ray_make(&task->map->grid, task->target_lps, away_lps);
    const double skin = abl_probe_skin(task->map, &ray, limit);
    out->length_mm = skin > 0 ? skin : 0;
    p.outer = skin > 0 ? skin : limit;
    check_entry(out, task, &p, in_scan);
    if (task->is_full ? is_settled(task, out)
                      : (out->faults & ABL_FAULT_TABLE) != 0)
        return;
    meet_obstacles(out, task, &p, skin);
    if (!out->faults)
        abl_ray_tissue(out, task, away_lps);
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
