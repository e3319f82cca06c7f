/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/hilum_division.h"

#include <math.h>
#include <string.h>

#include "imaging/point.h"

#define NONE ABL_VESSEL_NO_PARENT

/* What counts as a branch of the bifurcation. */
static const double main_length_mm = 25, main_calibre_mm = 4;
static const double apart_x_mm = 15;
/* First nodes of two branches inside the trunk's outline. */
static const double roots_apart_mm = 60;

double abl_supply_x(const abl_vessel_walk *walk, int32_t node)
{
    return walk->below_lps[node][0];
}

static void add_branch(abl_division *out, const abl_vessel_walk *walk,
                       int32_t node, double length_mm, double calibre_mm)
{
    if (abl_vessel_branch_mm(walk, node) < length_mm ||
        abl_vessel_branch_calibre_mm(walk, node, 10) < calibre_mm ||
        out->count == ABL_DIVISION_MAX)
        return;
    const double x = abl_supply_x(walk, node);
    size_t n = out->count++;
    for (; n > 0 && abl_supply_x(walk, out->branch[n - 1]) > x; n--)
        out->branch[n] = out->branch[n - 1];
    out->branch[n] = node;
}

abl_division abl_divide(const abl_vessel_walk *walk, int32_t node,
                        double length_mm, double calibre_mm)
{
    abl_division out = {0};
    for (int32_t c = walk->first_child[node]; c != NONE;
         c = walk->next_sibling[c])
        add_branch(&out, walk, c, length_mm, calibre_mm);
    return out;
}

abl_division abl_divide_main(const abl_vessel_walk *walk, int32_t node)
{
    return abl_divide(walk, node, main_length_mm, main_calibre_mm);
}

static abl_division find_roots(const abl_vessel_walk *walk)
{
    abl_division out = {0};
    const abl_vessels *vessels = walk->vessels;
    for (size_t n = 0; n < vessels->node_count; n++)
        if (vessels->nodes[n].tree == ABL_TREE_PORTAL &&
            vessels->nodes[n].parent == NONE)
            add_branch(&out, walk, (int32_t)n, main_length_mm, main_calibre_mm);
    return out;
}

/* Length and mean x of what the branches from..to supply. */
static double sum_supply(double *x, const abl_division *d,
                         const abl_vessel_walk *walk, size_t from, size_t to)
{
    double length = 0;
    *x = 0;
    for (size_t n = from; n < to; n++) {
        const double mm = abl_vessel_branch_mm(walk, d->branch[n]);
        length += mm;
        *x += mm * abl_supply_x(walk, d->branch[n]);
    }
    *x /= fmax(length, 1e-9);
    return length;
}

/* How well a division parts right from left: the smaller side's length times
 * how far apart the sides are; 0 when it does not. Chooses the split. */
static double grade(abl_division *d, const abl_vessel_walk *walk)
{
    double best = 0;
    for (size_t split = 1; split < d->count; split++) {
        double right_x, left_x;
        const double right = sum_supply(&right_x, d, walk, 0, split);
        const double left = sum_supply(&left_x, d, walk, split, d->count);
        const double score = fmin(right, left) * (left_x - right_x);
        if (left_x - right_x < apart_x_mm || score <= best)
            continue;
        best = score;
        d->right_count = split;
    }
    return best;
}

/* A later division of the right branch has both supplies on its right. */
static bool lies_between(double x, const abl_division *d,
                         const abl_vessel_walk *walk)
{
    return abl_supply_x(walk, d->branch[0]) < x &&
           abl_supply_x(walk, d->branch[d->count - 1]) > x;
}

/* Half way between the nearest roots of the two sides, the right one on the
 * right; false when they are too far apart. */
static bool join_roots(double lps[3], const abl_division *roots,
                       const abl_vessel_walk *walk)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    double least = roots_apart_mm;
    for (size_t r = 0; r < roots->right_count; r++)
        for (size_t l = roots->right_count; l < roots->count; l++) {
            const double *right = nodes[roots->branch[r]].lps;
            const double *left = nodes[roots->branch[l]].lps;
            if (abl_point_distance_mm(right, left) >= least ||
                right[0] > left[0])
                continue;
            least = abl_point_distance_mm(right, left);
            for (int a = 0; a < 3; a++)
                lps[a] = 0.5 * (right[a] + left[a]);
        }
    return least < roots_apart_mm;
}

bool abl_bifurcation_find(abl_division *out, double lps[3], bool *joins_roots,
                          const abl_vessel_walk *walk)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    abl_division roots = find_roots(walk);
    double best = grade(&roots, walk);
    *joins_roots = best > 0 && join_roots(lps, &roots, walk);
    if (*joins_roots)
        *out = roots;
    else
        best = 0;
    for (size_t n = 0; n < walk->vessels->node_count; n++) {
        if (nodes[n].tree != ABL_TREE_PORTAL)
            continue;
        abl_division d = abl_divide_main(walk, (int32_t)n);
        const double score = d.count >= 2 ? grade(&d, walk) : 0;
        if (score <= best || !lies_between(nodes[n].lps[0], &d, walk))
            continue;
        best = score;
        *out = d;
        *joins_roots = false;
        memcpy(lps, nodes[n].lps, sizeof nodes[n].lps);
    }
    return best > 0;
}
