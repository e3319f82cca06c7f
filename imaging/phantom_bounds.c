/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "imaging/phantom_solid.h"
#include "imaging/point.h"

static void include_point(abl_solid_node *node, const double lps[3],
                          const double reach[3])
{
    for (int a = 0; a < 3; a++) {
        node->lo[a] = fmin(node->lo[a], lps[a] - reach[a]);
        node->hi[a] = fmax(node->hi[a], lps[a] + reach[a]);
    }
}

static void bound_rotated(abl_solid_node *node)
{
    double reach[3] = {0};
    bool is_round = node->kind == ABL_SOLID_ELLIPSOID && node->exponent == 2;
    for (int a = 0; a < 3; a++) {
        double sum = 0;
        for (int b = 0; b < 3; b++) {
            double part = fabs(node->axes[b][a]) * node->radii_mm[b];
            sum += is_round ? part * part : part;
        }
        reach[a] = is_round ? sqrt(sum) : sum;
    }
    include_point(node, node->centre_lps, reach);
}

/* A ball around @p count + 1 points with their radii. */
static abl_solid_ball bound_points(const abl_solid_point *points, size_t count)
{
    abl_solid_ball ball = {{0, 0, 0}, 0};
    for (int a = 0; a < 3; a++)
        ball.centre_lps[a] = (points[0].lps[a] + points[count].lps[a]) / 2;
    for (size_t n = 0; n <= count; n++)
        ball.reach_mm =
            fmax(ball.reach_mm,
                 abl_point_distance_mm(points[n].lps, ball.centre_lps) +
                     points[n].radius_mm);
    return ball;
}

static void bound_pieces(abl_solid_point *points, size_t pieces)
{
    for (size_t n = 0; n < pieces; n++) {
        size_t rest = pieces - n;
        points[n].piece = bound_points(points + n, 1);
        points[n].group = bound_points(
            points + n, rest < ABL_SOLID_GROUP ? rest : ABL_SOLID_GROUP);
    }
}

static void finish_tube(abl_solids *solids, abl_solid_node *node)
{
    const abl_solid_point *points = solids->points + node->first;
    double slope = 0;
    for (size_t n = 0; n < node->count; n++) {
        double r = points[n].radius_mm;
        include_point(node, points[n].lps, (double[3]){r, r, r});
        if (n == 0)
            continue;
        double taper = r - points[n - 1].radius_mm;
        double length = abl_point_distance_mm(points[n].lps, points[n - 1].lps);
        slope = fmax(slope, taper * taper / (length * length));
    }
    bound_pieces(solids->points + node->first, node->count - 1);
    node->slowness = 1 / sqrt(1 + slope);
}

static void finish_loft(abl_solids *solids, abl_solid_node *node)
{
    const abl_solid_point *p = solids->points + node->first;
    double slope = 0;
    for (size_t n = 0; n < node->count; n++) {
        double depth = fmax(p[n].front_mm, p[n].back_mm);
        include_point(node, p[n].lps,
                      (double[3]){p[n].left_mm + 5, depth + 5, 0});
        if (n == 0)
            continue;
        const abl_solid_point *q = p + n - 1;
        double moved = fmax(fabs(p[n].lps[0] - q->lps[0]) +
                                fabs(p[n].left_mm - q->left_mm),
                            fabs(p[n].lps[1] - q->lps[1]) +
                                fmax(fabs(p[n].front_mm - q->front_mm),
                                     fabs(p[n].back_mm - q->back_mm)));
        slope = fmax(slope, 1.5 * moved / (p[n].lps[2] - q->lps[2]));
    }
    node->slowness = 1 / sqrt(1 + slope * slope);
}

static void join_children(abl_solids *solids, abl_solid_node *node)
{
    for (size_t n = 0; n < node->count; n++) {
        const abl_solid_node *child =
            solids->nodes + solids->children[node->first + n];
        for (int a = 0; a < 3; a++) {
            if (node->kind == ABL_SOLID_INTERSECTION && n > 0) {
                node->lo[a] = fmax(node->lo[a], child->lo[a]);
                node->hi[a] = fmin(node->hi[a], child->hi[a]);
            } else if (node->kind != ABL_SOLID_DIFFERENCE || n == 0) {
                node->lo[a] = fmin(node->lo[a], child->lo[a]);
                node->hi[a] = fmax(node->hi[a], child->hi[a]);
            }
        }
    }
}

static void widen(abl_solid_node *node, double by_mm)
{
    for (int a = 0; a < 3; a++) {
        node->lo[a] -= by_mm;
        node->hi[a] += by_mm;
    }
}

static void count_cost(abl_solids *solids, abl_solid_node *node)
{
    bool has_points =
        node->kind == ABL_SOLID_TUBE || node->kind == ABL_SOLID_LOFT;
    node->cost = has_points ? node->count : 1;
    node->depth = 1;
    for (size_t n = 0; n < node->count && !has_points; n++) {
        const abl_solid_node *child =
            solids->nodes + solids->children[node->first + n];
        node->cost += child->cost;
        if (node->depth <= child->depth)
            node->depth = child->depth + 1;
    }
}

void abl_solid_finish(abl_solids *solids, size_t index)
{
    abl_solid_node *node = solids->nodes + index;
    count_cost(solids, node);
    node->slowness = 1;
    for (int a = 0; a < 3; a++) {
        node->lo[a] = node->kind == ABL_SOLID_HALFSPACE ? -INFINITY : INFINITY;
        node->hi[a] = -node->lo[a];
    }
    switch (node->kind) {
    case ABL_SOLID_HALFSPACE:
        return;
    case ABL_SOLID_ELLIPSOID:
    case ABL_SOLID_BOX:
        bound_rotated(node);
        return;
    case ABL_SOLID_TUBE:
        finish_tube(solids, node);
        return;
    case ABL_SOLID_LOFT:
        finish_loft(solids, node);
        return;
    default:
        break;
    }
    join_children(solids, node);
    if (node->kind == ABL_SOLID_UNION)
        widen(node, node->amount_mm / 4);
    if (node->kind == ABL_SOLID_GROW || node->kind == ABL_SOLID_WARP)
        widen(node, node->amount_mm);
    for (int a = 0; a < 3 && node->kind == ABL_SOLID_MOVE; a++) {
        node->lo[a] += node->centre_lps[a];
        node->hi[a] += node->centre_lps[a];
    }
    if (node->kind == ABL_SOLID_SYMMETRIC) {
        node->hi[0] = fmax(fabs(node->lo[0]), fabs(node->hi[0]));
        node->lo[0] = -node->hi[0];
    }
    if (node->kind == ABL_SOLID_WARP)
        node->slowness = 1 / (1 + 2 * 3.14159265358979323846 * node->amount_mm /
                                      node->wavelength_mm);
}

/* Distance along one ray to the first change of sign, or INFINITY. */
static double trace_mm(const abl_solids *solids, size_t index,
                       const double lps[3], const double unit[3],
                       double most_mm)
{
    double low = 0, high = 0, at[3];
    const double start = abl_solid_value(solids, index, lps);
    double value = start;
    while ((value < 0) == (start < 0)) {
        if (high >= most_mm)
            return INFINITY;
        low = high;
        high += fmax(fabs(value), 0.05);
        for (int a = 0; a < 3; a++)
            at[a] = lps[a] + high * unit[a];
        value = abl_solid_value(solids, index, at);
    }
    for (int n = 0; n < 24; n++) {
        double middle = (low + high) / 2;
        for (int a = 0; a < 3; a++)
            at[a] = lps[a] + middle * unit[a];
        bool same = (abl_solid_value(solids, index, at) < 0) == (start < 0);
        *(same ? &low : &high) = middle;
    }
    return high;
}

/* Turns @p unit by @p angle towards the direction @p around in its plane. */
static void tilt(double out[3], const double unit[3], double angle,
                 double around)
{
    int small = fabs(unit[0]) < 0.7 ? 0 : 1;
    double u[3] = {0}, v[3], length = sqrt(1 - unit[small] * unit[small]);
    for (int a = 0; a < 3; a++)
        u[a] = ((a == small) - unit[small] * unit[a]) / length;
    for (int a = 0; a < 3; a++)
        v[a] = unit[(a + 1) % 3] * u[(a + 2) % 3] -
               unit[(a + 2) % 3] * u[(a + 1) % 3];
    for (int a = 0; a < 3; a++)
        out[a] = cos(angle) * unit[a] +
                 sin(angle) * (cos(around) * u[a] + sin(around) * v[a]);
}

/* The cone of directions that may meet a solid: its axis, and its half angle
 * as one minus the cosine; the whole sphere from within. */
static double aim(double axis[3], const abl_solid_node *node,
                  const double lps[3])
{
    double centre[3], corner[3];
    for (int a = 0; a < 3; a++) {
        centre[a] = (node->lo[a] + node->hi[a]) / 2;
        corner[a] = node->hi[a];
        axis[a] = a == 2;
    }
    double apart = abl_point_distance_mm(centre, lps),
           radius = abl_point_distance_mm(centre, corner);
    if (!isfinite(radius) || apart <= radius)
        return 2;
    for (int a = 0; a < 3; a++)
        axis[a] = (centre[a] - lps[a]) / apart;
    double sine = radius / apart;
    return 1 - sqrt(1 - sine * sine);
}

typedef struct ray {
    double unit[3], length_mm;
} ray;

/* Turns a ray to the shortest one nearby. */
static void refine_ray(ray *best, const abl_solids *solids, size_t index,
                       const double lps[3])
{
    enum {
        TURNS = 8
    };
    const double turn = 0.78539816339744831;
    for (double angle = 0.1; angle > 2e-5;) {
        ray found = *best, tried = *best;
        for (int n = 0; n < TURNS; n++) {
            tilt(tried.unit, best->unit, angle, n * turn);
            tried.length_mm =
                trace_mm(solids, index, lps, tried.unit, found.length_mm);
            if (tried.length_mm < found.length_mm)
                found = tried;
        }
        if (found.length_mm < best->length_mm)
            *best = found;
        else
            angle /= 2;
    }
}

/* Keeps @p count rays, shortest first. */
static void keep_ray(ray *kept, size_t count, const ray *found)
{
    size_t n = count - 1;
    if (!(found->length_mm < kept[n].length_mm))
        return;
    for (; n > 0 && found->length_mm < kept[n - 1].length_mm; n--)
        kept[n] = kept[n - 1];
    kept[n] = *found;
}

double abl_solid_nearest_mm(double nearest_lps[3], const abl_solids *solids,
                            size_t index, const double lps[3], double most_mm)
{
    enum {
        DIRECTIONS = 500,
        KEPT = 6
    };
    const double golden = 2.39996322972865332;
    double axis[3], cap = aim(axis, solids->nodes + index, lps);
    ray kept[KEPT];
    for (int n = 0; n < KEPT; n++)
        kept[n] = (ray){{0, 0, 1}, INFINITY};
    for (int n = 0; n < DIRECTIONS; n++) {
        ray tried;
        double polar = acos(1 - cap * (n + 0.5) / DIRECTIONS);
        tilt(tried.unit, axis, polar, n * golden);
        tried.length_mm = trace_mm(solids, index, lps, tried.unit,
                                   fmin(most_mm, kept[KEPT - 1].length_mm));
        keep_ray(kept, KEPT, &tried);
    }
    ray best = kept[0];
    for (int n = 0; n < KEPT && isfinite(kept[n].length_mm); n++) {
        refine_ray(kept + n, solids, index, lps);
        if (kept[n].length_mm < best.length_mm)
            best = kept[n];
    }
    for (int a = 0; a < 3; a++)
        nearest_lps[a] = isfinite(best.length_mm)
                             ? lps[a] + best.length_mm * best.unit[a]
                             : NAN;
    return best.length_mm;
}

double abl_solid_nearest_from_mm(double nearest_lps[3],
                                 const abl_solids *solids, size_t index,
                                 const double lps[3], const double guess_lps[3])
{
    double length = abl_point_distance_mm(guess_lps, lps);
    if (!(length > 1e-9)) {
        for (int a = 0; a < 3; a++)
            nearest_lps[a] = guess_lps[a];
        return 0;
    }
    ray best;
    for (int a = 0; a < 3; a++)
        best.unit[a] = (guess_lps[a] - lps[a]) / length;
    best.length_mm = trace_mm(solids, index, lps, best.unit, 2 * length + 1);
    if (!isfinite(best.length_mm))
        best.length_mm = length;
    refine_ray(&best, solids, index, lps);
    for (int a = 0; a < 3; a++)
        nearest_lps[a] = lps[a] + best.length_mm * best.unit[a];
    return best.length_mm;
}
