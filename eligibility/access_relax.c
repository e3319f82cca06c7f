/* Which single limit keeps a lesion from being reached.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/access_choose.h"

/* How far limits may be moved in thought: conventions. */
#define NAVIGATED_MM 3.0 /* navigated placement: MAXIO 2.6 mm (A7) */

/* A change of one limit, and how large it is of that limit. */
typedef struct change {
    bool possible;
    double to, share;
    size_t ray;
} change;

/* Rounded to a tenth on the side that still opens the corridor. */
static double round_to(double value, bool down)
{
    return down ? floor(10 * value + 1e-9) / 10 : ceil(10 * value - 1e-9) / 10;
}

static change to_lower(double from, double to, double least)
{
    const double rounded = round_to(to, true);
    return (change){rounded >= least && rounded < from, rounded,
                    (from - rounded) / from, 0};
}

static change to_higher(double from, double to, double most)
{
    const double rounded = round_to(to, false);
    return (change){rounded <= most && rounded > from, rounded,
                    from > 0 ? (rounded - from) / from : 1, 0};
}

/* What would open this direction when only one kind of limit is changed. */
static change change_of(const abl_ray *ray, const abl_access_options *o,
                        abl_relaxation_kind kind)
{
    static const change none = {false, 0, 0, 0};
    const double room = fmin(ray->hard_mm, ray->unclassified_mm);
    switch (kind) {
    case ABL_RELAX_PLEURA_MARGIN:
        /* a ball around the axis as large as half-width and margin */
        return ray->faults == ABL_FAULT_PLEURA
                   ? to_lower(o->pleura_margin_mm,
                              ray->lung_mm - o->corridor_mm, 0)
                   : none;
    case ABL_RELAX_CORRIDOR:
        return (ray->faults & ~(unsigned)(ABL_FAULT_HARD | ABL_FAULT_PLEURA |
                                          ABL_FAULT_UNCLASSIFIED)) == 0 &&
                       ray->faults
                   ? to_lower(o->corridor_mm, fmin(room, ray->clearance_mm),
                              ABL_LEAST_CORRIDOR_MM)
                   : none;
    case ABL_RELAX_CORRIDOR_AND_PLEURA:
        return (ray->faults & ~(unsigned)(ABL_FAULT_HARD | ABL_FAULT_PLEURA)) ==
                           0 &&
                       ray->faults && room >= NAVIGATED_MM
                   ? to_lower(o->pleura_margin_mm, ray->lung_mm - NAVIGATED_MM,
                              0)
                   : none;
    case ABL_RELAX_TILT:
        return ray->faults == ABL_FAULT_STEEP
                   ? to_higher(o->max_axial_tilt_deg, fabs(ray->tilt_deg), 90)
                   : none;
    case ABL_RELAX_TABLE_SIDE:
        return (change){ray->faults == ABL_FAULT_TABLE, 0, 1, 0};
    case ABL_RELAX_MIN_LENGTH:
        return ray->faults == ABL_FAULT_SHORT
                   ? to_lower(o->min_path_mm, ray->length_mm, 0)
                   : none;
    case ABL_RELAX_COUNT:
        break;
    }
    return none;
}

static double limit_now(const abl_access_options *o, abl_relaxation_kind kind)
{
    switch (kind) {
    case ABL_RELAX_PLEURA_MARGIN:
    case ABL_RELAX_CORRIDOR_AND_PLEURA:
        return o->pleura_margin_mm;
    case ABL_RELAX_CORRIDOR:
        return o->corridor_mm;
    case ABL_RELAX_TILT:
        return o->max_axial_tilt_deg;
    case ABL_RELAX_MIN_LENGTH:
        return o->min_path_mm;
    default:
        return 0;
    }
}

static void say(abl_relaxation *r, const abl_access_options *o)
{
    switch (r->kind) {
    case ABL_RELAX_PLEURA_MARGIN:
        snprintf(r->text, sizeof r->text,
                 "a corridor exists if the pleural margin is %.1f mm instead "
                 "of %.1f",
                 r->to, r->from);
        break;
    case ABL_RELAX_CORRIDOR:
        snprintf(r->text, sizeof r->text,
                 "a corridor exists if its half-widths are %.1f and %.1f mm "
                 "instead of %.1f and %.1f, as with navigation",
                 r->to, r->to * o->corridor_out_of_plane_mm / o->corridor_mm,
                 r->from, o->corridor_out_of_plane_mm);
        break;
    case ABL_RELAX_CORRIDOR_AND_PLEURA:
        snprintf(r->text, sizeof r->text,
                 "a corridor exists if its half-widths are %.1f and %.1f mm, "
                 "as with navigation, and the pleural margin is %.1f mm "
                 "instead of %.1f",
                 NAVIGATED_MM,
                 NAVIGATED_MM * o->corridor_out_of_plane_mm / o->corridor_mm,
                 r->to, r->from);
        break;
    case ABL_RELAX_TILT:
        snprintf(r->text, sizeof r->text,
                 "a corridor exists if %.1f degrees out of the axial plane "
                 "are allowed instead of %.1f",
                 r->to, r->from);
        break;
    case ABL_RELAX_TABLE_SIDE:
        snprintf(r->text, sizeof r->text,
                 "a corridor exists from the side of the table, with the "
                 "patient turned");
        break;
    case ABL_RELAX_MIN_LENGTH:
        snprintf(r->text, sizeof r->text,
                 "a corridor exists if paths of %.1f mm are allowed instead of "
                 "%.1f",
                 r->to, r->from);
        break;
    default:
        break;
    }
}

static change least_change(const abl_ray_set *set, abl_relaxation_kind kind)
{
    change best = {false, 0, 0, 0};
    const size_t total = set->targets->count * ABL_ACCESS_DIRECTIONS;
    for (size_t n = 0; n < total; n++) {
        change one = change_of(&set->rays[n], &set->map->options, kind);
        one.ray = n;
        if (one.possible && (!best.possible || one.share < best.share))
            best = one;
    }
    return best;
}

static void insert(abl_access *out, double *shares, const abl_relaxation *one,
                   double share)
{
    size_t at = out->relaxation_count++;
    while (at > 0 && shares[at - 1] > share) {
        out->relaxations[at] = out->relaxations[at - 1];
        shares[at] = shares[at - 1];
        at--;
    }
    out->relaxations[at] = *one;
    shares[at] = share;
}

void abl_access_relax(abl_access *out, const abl_ray_set *set)
{
    const abl_access_options *options = &set->map->options;
    double shares[ABL_RELAX_COUNT];
    out->relaxation_count = 0;
    for (int kind = 0; kind < ABL_RELAX_COUNT; kind++) {
        const bool is_spare =
            kind == ABL_RELAX_CORRIDOR_AND_PLEURA && out->relaxation_count > 0;
        const change best = least_change(set, (abl_relaxation_kind)kind);
        if (!best.possible || is_spare)
            continue;
        abl_relaxation one = {.kind = (abl_relaxation_kind)kind,
                              .from =
                                  limit_now(options, (abl_relaxation_kind)kind),
                              .to = best.to};
        double away[3];
        abl_access_direction(away, best.ray % ABL_ACCESS_DIRECTIONS);
        const double *target =
            set->targets->lps[best.ray / ABL_ACCESS_DIRECTIONS];
        for (int r = 0; r < 3; r++)
            one.entry_lps[r] =
                target[r] + set->rays[best.ray].length_mm * away[r];
        say(&one, options);
        insert(out, shares, &one, best.share);
    }
}
