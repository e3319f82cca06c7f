/* Radii along a tree from noisy ones: the most likely, and how sure.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "segmentation/vessels_work.h"

/* How calibre changes (convention, from what trees look like): it wanders
 * within a branch, gets less on the way from the trunk, and at a junction the
 * widest child goes on much as before while others are thinner. */
static const double wander = 0.003; /* variance of radius per mm [mm] */
static const double taper = 0.02;   /* radius lost per mm */
static const double keeps = 0.93, keeps_sd = 0.10;   /* of the parent's */
static const double splits = 0.75, splits_sd = 0.25; /* of the parent's */
static const double gross = 2.5; /* SDs from which a value counts less */
enum {
    ROUNDS = 4
};

/* Normal laws as mean and precision (0: nothing known). */
typedef struct belief {
    double mean, precision;
} belief;

typedef struct chain {
    const abl_vessel_node *nodes;
    size_t count;
    const double (*mm)[3];
    const double *value, *variance; /* measured, by node */
    belief *up, *message, *all;     /* from below, to the parent, from all */
    double *weight, *radius;
    bool *is_main; /* widest child of its parent */
} chain;

static belief join(belief a, belief b)
{
    const double sum = a.precision + b.precision;
    if (!(sum > 0))
        return (belief){0, 0};
    return (belief){(a.mean * a.precision + b.mean * b.precision) / sum, sum};
}

static belief take_out(belief all, belief part)
{
    const double rest = all.precision - part.precision;
    if (!(rest > 1e-9))
        return (belief){0, 0};
    return (belief){
        (all.mean * all.precision - part.mean * part.precision) / rest, rest};
}

/* radius = factor * parent's + shift, give or take a variance. */
typedef struct link {
    double factor, shift, variance;
} link;

static link link_of(const chain *c, size_t n)
{
    const size_t parent = (size_t)c->nodes[n].parent;
    double square = 0;
    for (int a = 0; a < 3; a++)
        square +=
            (c->mm[n][a] - c->mm[parent][a]) * (c->mm[n][a] - c->mm[parent][a]);
    const double mm = fmax(sqrt(square), 0.5);
    if (c->nodes[n].branch == c->nodes[parent].branch)
        return (link){1, -taper * mm, wander * mm};
    const double sd =
        (c->is_main[n] ? keeps_sd : splits_sd) * fmax(c->radius[parent], 1);
    return (link){c->is_main[n] ? keeps : splits, 0, sd * sd + wander * mm};
}

static belief to_parent(belief child, link l)
{
    if (!(child.precision > 0))
        return child;
    return (belief){(child.mean - l.shift) / l.factor,
                    l.factor * l.factor / (1 / child.precision + l.variance)};
}

static belief to_child(belief parent, link l)
{
    if (!(parent.precision > 0))
        return parent;
    return (belief){l.factor * parent.mean + l.shift,
                    1 / (l.factor * l.factor / parent.precision + l.variance)};
}

/* Parents come before their children: once up, once down. */
static void pass_beliefs(chain *c)
{
    for (size_t n = 0; n < c->count; n++)
        c->up[n] = (belief){c->value[n], c->weight[n] / c->variance[n]};
    for (size_t n = c->count; n-- > 0;)
        if (c->nodes[n].parent >= 0) {
            const size_t parent = (size_t)c->nodes[n].parent;
            c->message[n] = to_parent(c->up[n], link_of(c, n));
            c->up[parent] = join(c->up[parent], c->message[n]);
        }
    for (size_t n = 0; n < c->count; n++) {
        c->all[n] = c->up[n];
        if (c->nodes[n].parent < 0)
            continue;
        const belief above =
            take_out(c->all[c->nodes[n].parent], c->message[n]);
        c->all[n] = join(c->up[n], to_child(above, link_of(c, n)));
    }
}

/* A value far off the rest counts less: Cauchy's weights. */
static void weigh(chain *c)
{
    for (size_t n = 0; n < c->count; n++) {
        const double off = c->value[n] - c->all[n].mean;
        const double limit =
            gross * gross * (c->variance[n] + 1 / c->all[n].precision);
        c->weight[n] = 1 / (1 + off * off / limit);
        c->radius[n] = c->all[n].mean;
    }
}

/* Mean calibre from a node to the end of its branch. */
static double calibre_onwards(const chain *c, size_t first)
{
    size_t n = first;
    double sum = 0;
    for (; n < c->count && c->nodes[n].branch == c->nodes[first].branch; n++)
        sum += c->nodes[n].calibre_mm;
    return sum / (double)(n - first);
}

static void find_main_children(chain *c, size_t *widest)
{
    for (size_t n = 0; n < c->count; n++)
        widest[n] = SIZE_MAX;
    for (size_t n = 0; n < c->count; n++) {
        const int32_t parent = c->nodes[n].parent;
        if (parent < 0 || c->nodes[parent].branch == c->nodes[n].branch)
            continue;
        size_t *best = &widest[parent];
        if (*best == SIZE_MAX ||
            calibre_onwards(c, n) > calibre_onwards(c, *best))
            *best = n;
    }
    for (size_t n = 0; n < c->count; n++)
        if (widest[n] != SIZE_MAX)
            c->is_main[widest[n]] = true;
}

abl_status abl_vessel_radii_smooth(double *radius_mm, double *sd_mm,
                                   const abl_vessels *vessels,
                                   const double (*mm)[3], const double *value,
                                   const double *variance, abl_error *err)
{
    const size_t count = vessels->node_count;
    chain c = {.nodes = vessels->nodes,
               .count = count,
               .mm = mm,
               .value = value,
               .variance = variance,
               .radius = radius_mm};
    c.up = abl_alloc(3 * count, sizeof *c.up, err);
    c.weight = abl_alloc(count, sizeof *c.weight, err);
    c.is_main = abl_alloc(count, sizeof *c.is_main, err);
    size_t *widest = abl_alloc(count, sizeof *widest, err);
    const bool is_ready = c.up && c.weight && c.is_main && widest;
    if (is_ready) {
        c.message = c.up + count;
        c.all = c.message + count;
        find_main_children(&c, widest);
        for (size_t n = 0; n < count; n++) {
            c.weight[n] = 1;
            radius_mm[n] = value[n];
        }
        for (int round = 0; round < ROUNDS; round++) {
            pass_beliefs(&c);
            weigh(&c);
        }
        for (size_t n = 0; n < count; n++)
            sd_mm[n] = 1 / sqrt(c.all[n].precision);
    }
    free(c.up);
    free(c.weight);
    free(c.is_main);
    free(widest);
    return is_ready ? ABL_OK : ABL_E_NOMEM;
}
