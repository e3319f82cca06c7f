/* Distances between the surfaces of two solids.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "imaging/phantom_solid.h"
#include "imaging/point.h"

enum {
    SAMPLES = 1200,
    STARTS = 6, /* samples that are followed to their nearest points */
    ROUNDS = 40
};

static const double far_mm = 400;
static const double golden = 2.39996322972865332; /* angle of a full turn */

bool abl_solid_is_ellipsoid(const abl_solid_node *node)
{
    return node->kind == ABL_SOLID_ELLIPSOID && node->exponent == 2;
}

bool abl_solid_is_sphere(const abl_solid_node *node)
{
    return abl_solid_is_ellipsoid(node) &&
           node->radii_mm[0] == node->radii_mm[1] &&
           node->radii_mm[0] == node->radii_mm[2];
}

static void ellipsoid_surface(double lps[3], const abl_solid_node *node,
                              double polar, double around)
{
    const double local[3] = {node->radii_mm[0] * sin(polar) * cos(around),
                             node->radii_mm[1] * sin(polar) * sin(around),
                             node->radii_mm[2] * cos(polar)};
    for (int a = 0; a < 3; a++)
        lps[a] = node->centre_lps[a] + node->axes[0][a] * local[0] +
                 node->axes[1][a] * local[1] + node->axes[2][a] * local[2];
}

/* The point of an ellipsoid's surface that is nearest to @p lps. */
static void nearest_on_ellipsoid(double out[3], const abl_solid_node *node,
                                 const double lps[3])
{
    enum {
        TRIED = 200
    };
    double best = INFINITY, at[2] = {0, 0}, tried[3];
    for (int n = 0; n < TRIED; n++) {
        double polar = acos(1 - (2 * n + 1.0) / TRIED);
        ellipsoid_surface(tried, node, polar, n * golden);
        if (abl_point_distance_mm(tried, lps) < best) {
            best = abl_point_distance_mm(tried, lps);
            at[0] = polar;
            at[1] = n * golden;
        }
    }
    for (double step = 0.2; step > 1e-6;) {
        double from = best, base[2] = {at[0], at[1]};
        for (int n = 0; n < 8; n++) {
            const double turn = n * 0.78539816339744831;
            double polar = base[0] + step * cos(turn);
            double around = base[1] + step * sin(turn);
            ellipsoid_surface(tried, node, polar, around);
            if (abl_point_distance_mm(tried, lps) < best) {
                best = abl_point_distance_mm(tried, lps);
                at[0] = polar;
                at[1] = around;
            }
        }
        if (!(best < from))
            step /= 2;
    }
    ellipsoid_surface(out, node, at[0], at[1]);
}

/* The outermost point of the surface along a ray from the middle, walking in
 * from outside of the bounds. */
static bool outermost(double lps[3], const abl_solids *solids, size_t index,
                      const double middle[3], const double unit[3],
                      double reach)
{
    double at = reach, value = 1;
    while (at > 0) {
        for (int a = 0; a < 3; a++)
            lps[a] = middle[a] + at * unit[a];
        value = abl_solid_value(solids, index, lps);
        if (value < 0)
            break;
        at -= fmax(value, 0.02);
    }
    if (!(at > 0))
        return false;
    double inside = at, outside = at + 0.05;
    for (int n = 0; n < 30; n++) {
        double half = (inside + outside) / 2;
        for (int a = 0; a < 3; a++)
            lps[a] = middle[a] + half * unit[a];
        *(abl_solid_value(solids, index, lps) < 0 ? &inside : &outside) = half;
    }
    return true;
}

size_t abl_solid_sample(double (*lps)[3], size_t count,
                        const abl_solids *solids, size_t index)
{
    const abl_solid_node *node = solids->nodes + index;
    double middle[3];
    for (int a = 0; a < 3; a++)
        middle[a] = (node->lo[a] + node->hi[a]) / 2;
    double reach = abl_point_distance_mm(middle, node->hi) + 0.1;
    size_t found = 0;
    for (size_t n = 0; n < count; n++) {
        double polar = acos(1 - (2 * (double)n + 1) / (double)count);
        double around = (double)n * golden;
        const double unit[3] = {sin(polar) * cos(around),
                                sin(polar) * sin(around), cos(polar)};
        if (abl_solid_is_ellipsoid(node))
            ellipsoid_surface(lps[found++], node, polar, around);
        else if (outermost(lps[found], solids, index, middle, unit, reach))
            found++;
    }
    return found;
}

/* @p out holds a point near the answer. */
static void nearest_on(double out[3], const abl_solids *solids, size_t index,
                       const double lps[3])
{
    const abl_solid_node *node = solids->nodes + index;
    const double guess[3] = {out[0], out[1], out[2]};
    if (abl_solid_is_ellipsoid(node))
        nearest_on_ellipsoid(out, node, lps);
    else
        abl_solid_nearest_from_mm(out, solids, index, lps, guess);
}

static const abl_solid_span nothing = {
    INFINITY, {NAN, NAN, NAN}, {NAN, NAN, NAN}};

static abl_solid_span sphere_gap(const abl_solids *solids, size_t from,
                                 size_t to)
{
    abl_solid_span span = nothing;
    const abl_solid_node *ball = solids->nodes + from;
    double centre =
        abl_solid_nearest_mm(span.to_lps, solids, to, ball->centre_lps, far_mm);
    if (!isfinite(centre))
        return span;
    for (int a = 0; a < 3; a++)
        span.from_lps[a] =
            ball->centre_lps[a] +
            (centre > 0 ? ball->radii_mm[0] / centre *
                              (span.to_lps[a] - ball->centre_lps[a])
                        : 0);
    span.gap_mm = fmax(centre - ball->radii_mm[0], 0);
    return span;
}

/* Nearest points in turn from a first pair, until they settle. */
static abl_solid_span alternate(const abl_solids *solids, size_t from,
                                size_t to, abl_solid_span tried)
{
    abl_solid_span span = nothing;
    for (int n = 0; n < ROUNDS && tried.gap_mm < span.gap_mm - 1e-4; n++) {
        span = tried;
        nearest_on(tried.from_lps, solids, from, tried.to_lps);
        tried.gap_mm = abl_solid_nearest_from_mm(tried.to_lps, solids, to,
                                                 tried.from_lps, span.to_lps);
    }
    return span;
}

abl_solid_span abl_solid_gap_near(const abl_solids *solids, size_t from,
                                  size_t to, const abl_solid_span *near)
{
    abl_solid_span span = *near;
    nearest_on(span.from_lps, solids, from, near->to_lps);
    if (abl_solid_value(solids, from, near->to_lps) < 0 ||
        (abl_solid_value(solids, to, span.from_lps) < 0) !=
            (abl_solid_value(solids, to, near->from_lps) < 0)) {
        span.gap_mm = 0;
        return span;
    }
    span.gap_mm = abl_solid_nearest_from_mm(span.to_lps, solids, to,
                                            span.from_lps, near->to_lps);
    return alternate(solids, from, to, span);
}

/* Samples with small values of the other solid, each some way from the
 * others, least first. */
static size_t promising(size_t starts[STARTS], double (*lps)[3],
                        const double *values, size_t count, double apart_mm)
{
    size_t kept = 0;
    while (kept < STARTS) {
        size_t best = count;
        for (size_t n = 0; n < count; n++) {
            bool near = false;
            for (size_t k = 0; k < kept && !near; k++)
                near = abl_point_distance_mm(lps[n], lps[starts[k]]) < apart_mm;
            if (!near &&
                (best == count || fabs(values[n]) < fabs(values[best])))
                best = n;
        }
        if (best == count)
            break;
        starts[kept++] = best;
    }
    return kept;
}

static abl_solid_span sampled_gap(const abl_solids *solids, size_t from,
                                  size_t to)
{
    double lps[SAMPLES][3], values[SAMPLES];
    size_t count = abl_solid_sample(lps, SAMPLES, solids, from);
    size_t starts[STARTS], inside = 0;
    for (size_t n = 0; n < count; n++) {
        values[n] = abl_solid_value(solids, to, lps[n]);
        inside += values[n] < 0;
    }
    abl_solid_span best = nothing;
    if (inside > 0 && inside < count) {
        best.gap_mm = 0;
        return best;
    }
    const abl_solid_node *node = solids->nodes + from;
    count = promising(starts, lps, values, count,
                      abl_point_distance_mm(node->lo, node->hi) / 8);
    for (size_t n = 0; n < count; n++) {
        abl_solid_span found = nothing;
        memcpy(found.from_lps, lps[starts[n]], sizeof found.from_lps);
        found.gap_mm =
            abl_solid_nearest_mm(found.to_lps, solids, to, found.from_lps,
                                 fmin(best.gap_mm + 1, far_mm));
        found = alternate(solids, from, to, found);
        if (found.gap_mm < best.gap_mm)
            best = found;
    }
    return best;
}

abl_solid_span abl_solid_gap(const abl_solids *solids, size_t from, size_t to)
{
    return abl_solid_is_sphere(solids->nodes + from)
               ? sphere_gap(solids, from, to)
               : sampled_gap(solids, from, to);
}
