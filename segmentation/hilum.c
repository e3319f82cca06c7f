/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/hilum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/hilum_division.h"

#define NONE ABL_VESSEL_NO_PARENT

/* What counts as a branch of a later division. */
static const double later_length_mm = 15, later_calibre_mm = 3;
/* An earlier branch this near to the bifurcation belongs to the hilum. */
static const double early_mm = 25;

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
        const abl_division d =
            abl_divide(walk, node, later_length_mm, later_calibre_mm);
        if (d.count >= 2) {
            f->hilum->is_early |= length < ABL_HILUM_LEAST_MM;
            for (size_t n = 0; length < ABL_HILUM_LEAST_MM && n < d.count; n++)
                take_within_least(f, d.branch[n]);
            return;
        }
        node = abl_vessel_main_child(walk, node);
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
        const abl_division d = abl_divide_main(walk, n);
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
                       const abl_division *d)
{
    for (size_t n = 0; n < vessels->node_count; n++)
        if (vessels->nodes[n].tree == ABL_TREE_PORTAL)
            vessels->nodes[n].part = ABL_PART_NONE;
    for (size_t n = 0; n < d->count; n++)
        vessels->nodes[d->branch[n]].part = n < d->right_count
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

static abl_status locate(abl_hilum *out, abl_vessels *vessels,
                         const abl_vessel_walk *walk, abl_error *err)
{
    abl_division d;
    if (!abl_bifurcation_find(&d, out->bifurcation_lps, &out->joins_roots,
                              walk)) {
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
    follow_side(out, walk, &out->right, d.branch, d.right_count);
    follow_side(out, walk, &out->left, d.branch + d.right_count,
                d.count - d.right_count);
    out->is_found = true;
    if (!out->joins_roots)
        take_early_branches(out, walk, vessels->nodes[d.branch[0]].parent);
    name_parts(vessels, out, &d);
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
