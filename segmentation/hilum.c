/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/hilum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/vessel_walk.h"

#define NONE ABL_VESSEL_NO_PARENT

/* What counts as a branch of the bifurcation, and of a later division. */
static const double main_length_mm = 25, main_calibre_mm = 4;
static const double later_length_mm = 15, later_calibre_mm = 3;
static const double apart_x_mm = 15;
/* An earlier branch this near to the bifurcation belongs to the hilum. */
static const double early_mm = 25;
/* First nodes of two branches inside the trunk's outline. */
static const double roots_apart_mm = 60;

#define MAX_BRANCHES 16

/* The branches of one division, rightmost supply first. */
typedef struct division {
    size_t count;
    int32_t branch[MAX_BRANCHES];
} division;

static double supply_x(const abl_vessel_walk *walk, int32_t node)
{
    return walk->below_lps[node][0];
}

static void add_branch(division *out, const abl_vessel_walk *walk, int32_t node,
                       double length_mm, double calibre_mm)
{
    if (abl_vessel_branch_mm(walk, node) < length_mm ||
        abl_vessel_branch_calibre_mm(walk, node, 10) < calibre_mm ||
        out->count == MAX_BRANCHES)
        return;
    size_t n = out->count++;
    for (; n > 0 && supply_x(walk, out->branch[n - 1]) > supply_x(walk, node);
         n--)
        out->branch[n] = out->branch[n - 1];
    out->branch[n] = node;
}

static division divide(const abl_vessel_walk *walk, int32_t node,
                       double length_mm, double calibre_mm)
{
    division out = {0};
    for (int32_t c = walk->first_child[node]; c != NONE;
         c = walk->next_sibling[c])
        add_branch(&out, walk, c, length_mm, calibre_mm);
    return out;
}

static bool parts_right_from_left(const division *d,
                                  const abl_vessel_walk *walk)
{
    return d->count >= 2 && supply_x(walk, d->branch[d->count - 1]) -
                                    supply_x(walk, d->branch[0]) >=
                                apart_x_mm;
}

/* A later division of the right branch has both supplies on its right. */
static bool lies_between(int32_t node, const division *d,
                         const abl_vessel_walk *walk)
{
    const double x = walk->vessels->nodes[node].lps[0];
    return supply_x(walk, d->branch[0]) < x &&
           supply_x(walk, d->branch[d->count - 1]) > x;
}

static division find_roots(const abl_vessel_walk *walk)
{
    division out = {0};
    const abl_vessels *vessels = walk->vessels;
    for (size_t n = 0; n < vessels->node_count; n++)
        if (vessels->nodes[n].tree == ABL_TREE_PORTAL &&
            vessels->nodes[n].parent == NONE)
            add_branch(&out, walk, (int32_t)n, main_length_mm, main_calibre_mm);
    return out;
}

static double apart_mm(const double a[3], const double b[3])
{
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                (a[2] - b[2]) * (a[2] - b[2]));
}

/* Down from a root to the first division that parts right from left. */
static int32_t find_bifurcation(const abl_vessel_walk *walk, int32_t root)
{
    for (int32_t n = root; n != NONE; n = abl_vessel_main_child(walk, n)) {
        const division d = divide(walk, n, main_length_mm, main_calibre_mm);
        if (parts_right_from_left(&d, walk) && lies_between(n, &d, walk))
            return n;
    }
    return NONE;
}

/* ---- First-order branches ---- */

typedef struct follower {
    const abl_vessel_walk *walk;
    abl_hilum *hilum;
    abl_portal_branch *branch;
    double start_mm; /* from the root, where the branch begins */
} follower;

static void take(follower *f, int32_t node)
{
    f->branch->nodes[f->branch->count++] = node;
}

/* All of the tree from @p node that is within ABL_HILUM_LEAST_MM. */
static void take_within_least(follower *f, int32_t node)
{
    if (f->walk->from_root_mm[node] - f->start_mm > ABL_HILUM_LEAST_MM)
        return;
    const size_t first = f->branch->count;
    take(f, node);
    for (size_t at = first; at < f->branch->count; at++)
        for (int32_t c = f->walk->first_child[f->branch->nodes[at]]; c != NONE;
             c = f->walk->next_sibling[c])
            if (f->walk->from_root_mm[c] - f->start_mm <= ABL_HILUM_LEAST_MM &&
                f->walk->vessels->nodes[c].calibre_mm >= later_calibre_mm)
                take(f, c);
}

/* The common stem of left and right anterior branches: one of its branches
 * supplies what lies right of the bifurcation. */
static bool is_common_stem(const follower *f, const division *d)
{
    return f->branch == &f->hilum->left && d->count >= 2 &&
           supply_x(f->walk, d->branch[0]) < f->hilum->bifurcation_lps[0] - 5 &&
           parts_right_from_left(d, f->walk);
}

static void follow(follower *f, int32_t node)
{
    const abl_vessel_walk *walk = f->walk;
    while (node != NONE) {
        const double length = walk->from_root_mm[node] - f->start_mm;
        if (length > ABL_HILUM_MOST_MM)
            return;
        take(f, node);
        memcpy(f->branch->end_lps, walk->vessels->nodes[node].lps,
               sizeof f->branch->end_lps);
        f->branch->length_mm = length;
        const division d =
            divide(walk, node, later_length_mm, later_calibre_mm);
        if (d.count >= 2 && !is_common_stem(f, &d)) {
            f->hilum->is_early |= length < ABL_HILUM_LEAST_MM;
            for (size_t n = 0; length < ABL_HILUM_LEAST_MM && n < d.count; n++)
                take_within_least(f, d.branch[n]);
            return;
        }
        node = d.count >= 2 ? d.branch[d.count - 1]
                            : abl_vessel_main_child(walk, node);
    }
}

/* Several branches of one side at the bifurcation itself: each for its first
 * ABL_HILUM_LEAST_MM. */
static void follow_side(abl_hilum *hilum, const abl_vessel_walk *walk,
                        abl_portal_branch *branch, const int32_t *starts,
                        size_t count)
{
    const int32_t parent = walk->vessels->nodes[starts[0]].parent;
    follower f = {walk, hilum, branch,
                  parent == NONE ? 0 : walk->from_root_mm[parent]};
    memcpy(branch->end_lps, hilum->bifurcation_lps, sizeof branch->end_lps);
    if (count == 1) {
        follow(&f, starts[0]);
        return;
    }
    hilum->is_early = true;
    for (size_t n = 0; n < count; n++)
        take_within_least(&f, starts[n]);
}

/* A branch that leaves the trunk shortly before the bifurcation (the right
 * posterior one in some people), and the trunk between. */
static void take_early_branches(abl_hilum *hilum, const abl_vessel_walk *walk,
                                int32_t bifurcation)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    follower f = {walk, hilum, &hilum->right, 0};
    int32_t below = bifurcation;
    for (int32_t n = nodes[below].parent;
         n != NONE &&
         walk->from_root_mm[bifurcation] - walk->from_root_mm[n] <= early_mm;
         below = n, n = nodes[n].parent) {
        const division d = divide(walk, n, main_length_mm, main_calibre_mm);
        f.start_mm = walk->from_root_mm[n];
        for (size_t b = 0; d.count >= 2 && b < d.count; b++)
            if (d.branch[b] != below)
                take_within_least(&f, d.branch[b]);
        for (int32_t up = bifurcation; d.count >= 2 && up != n;
             up = nodes[up].parent)
            take(&f, up);
        hilum->is_early |= d.count >= 2;
        if (d.count >= 2)
            return;
    }
}

/* ---- Parts ---- */

/* Children take their parent's part, unless they start one. */
static void name_parts(abl_vessels *vessels, const abl_hilum *hilum,
                       const division *d, size_t right_count)
{
    for (size_t n = 0; n < vessels->node_count; n++)
        if (vessels->nodes[n].tree == ABL_TREE_PORTAL)
            vessels->nodes[n].part = ABL_PART_NONE;
    for (size_t n = 0; n < d->count; n++)
        vessels->nodes[d->branch[n]].part = n < right_count
                                                ? ABL_PART_RIGHT_PORTAL_BRANCH
                                                : ABL_PART_LEFT_PORTAL_BRANCH;
    for (size_t n = 0; n < vessels->node_count; n++) {
        abl_vessel_node *node = &vessels->nodes[n];
        if (node->tree == ABL_TREE_PORTAL && node->parent != NONE &&
            node->part == ABL_PART_NONE)
            node->part = vessels->nodes[node->parent].part;
    }
    for (size_t n = 0; n < hilum->right.count; n++)
        vessels->nodes[hilum->right.nodes[n]].part = ABL_PART_RIGHT_PORTAL;
    for (size_t n = 0; n < hilum->left.count; n++)
        vessels->nodes[hilum->left.nodes[n]].part = ABL_PART_LEFT_PORTAL;
    if (hilum->joins_roots)
        return;
    for (int32_t n = vessels->nodes[d->branch[0]].parent; n != NONE;
         n = vessels->nodes[n].parent)
        vessels->nodes[n].part = ABL_PART_PORTAL_TRUNK;
}

/* Branches with the right supply come first: the widest gap in x. */
static size_t count_right(const division *d, const abl_vessel_walk *walk)
{
    size_t best = 1;
    double widest = -1;
    for (size_t n = 1; n < d->count; n++) {
        const double gap =
            supply_x(walk, d->branch[n]) - supply_x(walk, d->branch[n - 1]);
        if (gap > widest) {
            widest = gap;
            best = n;
        }
    }
    return best;
}

/* Two roots near each other: the division lies inside the trunk's outline. */
static bool find_between_roots(abl_hilum *out, const abl_vessel_walk *walk,
                               const division *roots)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    if (!parts_right_from_left(roots, walk))
        return false;
    const size_t right_count = count_right(roots, walk);
    double least = roots_apart_mm;
    for (size_t r = 0; r < right_count; r++)
        for (size_t l = right_count; l < roots->count; l++) {
            const double *right = nodes[roots->branch[r]].lps;
            const double *left = nodes[roots->branch[l]].lps;
            if (apart_mm(right, left) >= least)
                continue;
            least = apart_mm(right, left);
            for (int a = 0; a < 3; a++)
                out->bifurcation_lps[a] = 0.5 * (right[a] + left[a]);
            out->joins_roots = true;
        }
    return out->joins_roots;
}

static bool find_division(abl_hilum *out, division *d,
                          const abl_vessel_walk *walk)
{
    *d = find_roots(walk);
    if (find_between_roots(out, walk, d))
        return true;
    int32_t at = NONE;
    double most = 0;
    for (size_t n = 0; n < d->count; n++) {
        const int32_t found = find_bifurcation(walk, d->branch[n]);
        if (found == NONE || walk->below_mm[found] <= most)
            continue;
        most = walk->below_mm[found];
        at = found;
    }
    if (at == NONE)
        return false;
    memcpy(out->bifurcation_lps, walk->vessels->nodes[at].lps,
           sizeof out->bifurcation_lps);
    *d = divide(walk, at, main_length_mm, main_calibre_mm);
    return true;
}

static abl_status locate(abl_hilum *out, abl_vessels *vessels,
                         const abl_vessel_walk *walk, abl_error *err)
{
    division d;
    if (!find_division(out, &d, walk)) {
        snprintf(out->why_not, sizeof out->why_not,
                 "the portal tree shows no division into a right and a left "
                 "branch");
        return ABL_OK;
    }
    out->right.nodes =
        abl_alloc(vessels->node_count, sizeof *out->right.nodes, err);
    out->left.nodes =
        abl_alloc(vessels->node_count, sizeof *out->left.nodes, err);
    if (!out->right.nodes || !out->left.nodes)
        return ABL_E_NOMEM;
    const size_t right_count = count_right(&d, walk);
    follow_side(out, walk, &out->right, d.branch, right_count);
    follow_side(out, walk, &out->left, d.branch + right_count,
                d.count - right_count);
    out->is_found = true;
    if (!out->joins_roots)
        take_early_branches(out, walk, vessels->nodes[d.branch[0]].parent);
    name_parts(vessels, out, &d, right_count);
    return ABL_OK;
}

abl_status abl_hilum_locate(abl_hilum *out, abl_vessels *vessels,
                            abl_error *err)
{
    memset(out, 0, sizeof *out);
    abl_vessel_walk walk;
    abl_status status = abl_vessel_walk_make(&walk, vessels, err);
    if (!status)
        status = locate(out, vessels, &walk, err);
    abl_vessel_walk_clear(&walk);
    return status;
}

void abl_hilum_clear(abl_hilum *hilum)
{
    free(hilum->right.nodes);
    free(hilum->left.nodes);
    memset(hilum, 0, sizeof *hilum);
}
