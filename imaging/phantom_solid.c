/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/phantom_solid.h"

#include <math.h>
#include <stdint.h>

/* Values are never NaN here; least() and most() would be calls. */
static inline double least(double a, double b)
{
    return a < b ? a : b;
}

static inline double most(double a, double b)
{
    return a > b ? a : b;
}

static inline double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void to_local(double local[3], const abl_solid_node *node,
                     const double lps[3])
{
    double offset[3];
    for (int a = 0; a < 3; a++)
        offset[a] = lps[a] - node->centre_lps[a];
    for (int a = 0; a < 3; a++)
        local[a] = node->rotated ? dot(node->axes[a], offset) : offset[a];
}

/* |x|^n; exponents of whole and half numbers up to 4 need no pow(). */
static inline double power(double x, double n)
{
    double square = x * x;
    if (n == 2.5)
        return square * sqrt(fabs(x));
    if (n == 3)
        return square * fabs(x);
    if (n == 4)
        return square * square;
    return pow(fabs(x), n);
}

/* (|x|^n + |y|^n + |z|^n)^(1/n); slope at most 1 for n >= 2. */
static inline double norm(double x, double y, double z, double n)
{
    if (n == 2)
        return sqrt(x * x + y * y + z * z);
    double sum = power(x, n) + power(y, n) + power(z, n);
    return n == 4 ? sqrt(sqrt(sum)) : pow(sum, 1 / n);
}

static double smallest(const double values[3])
{
    return least(values[0], least(values[1], values[2]));
}

static double ellipsoid_value(const abl_solid_node *node, const double lps[3])
{
    double at[3];
    to_local(at, node, lps);
    const double *r = node->radii_mm;
    return (norm(at[0] / r[0], at[1] / r[1], at[2] / r[2], node->exponent) -
            1) *
           smallest(r);
}

static double box_value(const abl_solid_node *node, const double lps[3])
{
    double at[3], outside = 0, inside = -INFINITY;
    to_local(at, node, lps);
    for (int a = 0; a < 3; a++) {
        double q = fabs(at[a]) - (node->radii_mm[a] - node->amount_mm);
        outside += q > 0 ? q * q : 0;
        inside = most(inside, q);
    }
    return sqrt(outside) + least(inside, 0) - node->amount_mm;
}

static double capsule_value(const abl_solid_point *from,
                            const abl_solid_point *to, const double lps[3])
{
    double along[3], offset[3];
    for (int a = 0; a < 3; a++) {
        along[a] = to->lps[a] - from->lps[a];
        offset[a] = lps[a] - from->lps[a];
    }
    double length2 = dot(along, along);
    double t = length2 > 0 ? dot(offset, along) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    for (int a = 0; a < 3; a++)
        offset[a] -= t * along[a];
    return sqrt(dot(offset, offset)) - from->radius_mm -
           t * (to->radius_mm - from->radius_mm);
}

/* Whether something in the ball may be nearer than @p best. */
static inline bool may_be_nearer(const abl_solid_ball *ball,
                                 const double lps[3], double best)
{
    double sum = 0, enough = best + ball->reach_mm;
    for (int a = 0; a < 3; a++) {
        double offset = lps[a] - ball->centre_lps[a];
        sum += offset * offset;
    }
    return enough > 0 && sum < enough * enough;
}

static double tube_value(const abl_solids *solids, const abl_solid_node *node,
                         const double lps[3])
{
    const abl_solid_point *points = solids->points + node->first;
    size_t pieces = node->count - 1;
    double best = 1e30;
    for (size_t g = 0; g < pieces; g += ABL_SOLID_GROUP) {
        if (!may_be_nearer(&points[g].group, lps, best))
            continue;
        size_t end = g + ABL_SOLID_GROUP;
        end = end < pieces ? end : pieces;
        for (size_t n = g; n < end; n++)
            if (may_be_nearer(&points[n].piece, lps, best))
                best =
                    least(best, capsule_value(points + n, points + n + 1, lps));
    }
    return best;
}

static double mixed(double a, double b, double t)
{
    return a + t * (b - a);
}

/* The sections of a finished loft are evenly spaced. */
static abl_solid_point section_at(const abl_solid_point *points, size_t count,
                                  double z)
{
    double step = points[1].lps[2] - points[0].lps[2];
    double at = (z - points[0].lps[2]) / step;
    double last = (double)count - 2;
    at = at > 0 ? at : 0;
    size_t n = (size_t)least(at, last);
    double t = least(at - (double)n, 1);
    const abl_solid_point *p = points + n, *q = p + 1;
    abl_solid_point section = {.lps = {mixed(p->lps[0], q->lps[0], t),
                                       mixed(p->lps[1], q->lps[1], t), z},
                               .left_mm = mixed(p->left_mm, q->left_mm, t),
                               .front_mm = mixed(p->front_mm, q->front_mm, t),
                               .back_mm = mixed(p->back_mm, q->back_mm, t),
                               .exponent = p->exponent};
    return section;
}

static double loft_value(const abl_solids *solids, const abl_solid_node *node,
                         const double lps[3])
{
    const abl_solid_point *points = solids->points + node->first;
    abl_solid_point at = section_at(points, node->count, lps[2]);
    double dy = lps[1] - at.lps[1];
    double depth = dy < 0 ? at.front_mm : at.back_mm;
    double value =
        (norm((lps[0] - at.lps[0]) / at.left_mm, dy / depth, 0, at.exponent) -
         1) *
        least(at.left_mm, least(at.front_mm, at.back_mm)) * node->slowness;
    double ends = most(points[0].lps[2] - lps[2],
                       lps[2] - points[node->count - 1].lps[2]);
    return most(value, ends);
}

/* A sine of parabolas, period and amplitude 1: steepest slope 8. */
static inline double wave(double turns)
{
    double whole = (double)(int64_t)turns;
    double t = turns - whole;
    t = t < 0 ? t + 1 : t;
    return t < 0.5 ? 16 * t * (0.5 - t) : -16 * (t - 0.5) * (1 - t);
}

static double warp_value(const abl_solids *solids, const abl_solid_node *node,
                         const double lps[3])
{
    const double per_mm = 1 / node->wavelength_mm;
    double at[3];
    for (int a = 0; a < 3; a++) {
        double u = lps[(a + 1) % 3] * per_mm, v = lps[(a + 2) % 3] * per_mm;
        at[a] = lps[a] + node->amount_mm / 2 *
                             (wave(u + 0.16 * node->phase + 0.16 * a) +
                              wave(0.7 * v + 0.32 * node->phase + 0.48 * a));
    }
    return abl_solid_value(solids, solids->children[node->first], at) *
           node->slowness;
}

/* Polynomial smooth minimum: differs from min() where |a - b| < blend. */
static double smooth_min(double a, double b, double blend)
{
    if (!(fabs(a - b) < blend))
        return least(a, b);
    double h = blend - fabs(a - b);
    return least(a, b) - h * h / (4 * blend);
}

/* A lower bound of the distance to the node's bounds. */
static double bounds_distance(const abl_solid_node *node, const double lps[3])
{
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        double q = most(node->lo[a] - lps[a], lps[a] - node->hi[a]);
        sum += q > 0 ? q * q : 0;
    }
    return sqrt(sum);
}

/* The nearest by bounds comes first, so that most others are skipped. */
static double union_value(const abl_solids *solids, const abl_solid_node *node,
                          const double lps[3])
{
    enum {
        REMEMBERED = 32
    };
    const size_t *children = solids->children + node->first;
    double far[REMEMBERED], best = 1e30;
    size_t nearest = 0;
    for (size_t n = 0; n < node->count && n < REMEMBERED; n++) {
        far[n] = bounds_distance(solids->nodes + children[n], lps);
        nearest = far[n] < far[nearest] ? n : nearest;
    }
    best = abl_solid_value(solids, children[nearest], lps);
    for (size_t n = 0; n < node->count; n++) {
        double d = n < REMEMBERED
                       ? far[n]
                       : bounds_distance(solids->nodes + children[n], lps);
        if (n == nearest || (d > 0 && d >= best + node->amount_mm))
            continue;
        best = smooth_min(best, abl_solid_value(solids, children[n], lps),
                          node->amount_mm);
    }
    return best;
}

/* Intersection, and difference as intersection with complements. */
static double overlap_value(const abl_solids *solids,
                            const abl_solid_node *node, const double lps[3])
{
    const size_t *children = solids->children + node->first;
    double sign = node->kind == ABL_SOLID_DIFFERENCE ? -1 : 1;
    double worst = abl_solid_value(solids, children[0], lps);
    for (size_t n = 1; n < node->count; n++) {
        if (sign < 0 && bounds_distance(solids->nodes + children[n], lps) >
                            most(-worst, 0) + node->amount_mm)
            continue;
        double value = sign * abl_solid_value(solids, children[n], lps);
        worst = -smooth_min(-worst, -value, node->amount_mm);
    }
    return worst;
}

static double plane_value(const abl_solid_node *node, const double lps[3])
{
    return dot(node->radii_mm, lps) - dot(node->radii_mm, node->centre_lps);
}

double abl_solid_value(const abl_solids *solids, size_t index,
                       const double lps[3])
{
    const abl_solid_node *node = solids->nodes + index;
    switch (node->kind) {
    case ABL_SOLID_ELLIPSOID:
        return ellipsoid_value(node, lps);
    case ABL_SOLID_BOX:
        return box_value(node, lps);
    case ABL_SOLID_TUBE:
        return tube_value(solids, node, lps) * node->slowness;
    case ABL_SOLID_LOFT:
        return loft_value(solids, node, lps);
    case ABL_SOLID_HALFSPACE:
        return plane_value(node, lps);
    case ABL_SOLID_UNION:
        return union_value(solids, node, lps);
    case ABL_SOLID_INTERSECTION:
    case ABL_SOLID_DIFFERENCE:
        return overlap_value(solids, node, lps);
    case ABL_SOLID_GROW:
        return abl_solid_value(solids, solids->children[node->first], lps) -
               node->amount_mm;
    case ABL_SOLID_SYMMETRIC:
        return abl_solid_value(solids, solids->children[node->first],
                               (double[3]){fabs(lps[0]), lps[1], lps[2]});
    case ABL_SOLID_WARP:
        return warp_value(solids, node, lps);
    case ABL_SOLID_MOVE:
        return abl_solid_value(solids, solids->children[node->first],
                               (double[3]){lps[0] - node->centre_lps[0],
                                           lps[1] - node->centre_lps[1],
                                           lps[2] - node->centre_lps[2]});
    }
    return INFINITY;
}
