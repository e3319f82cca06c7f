/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessel_walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/point.h"

static abl_status check_node(const abl_vessels *vessels, size_t n,
                             abl_error *err)
{
    const abl_vessel_node *node = &vessels->nodes[n];
    if (!isfinite(node->lps[0]) || !isfinite(node->lps[1]) ||
        !isfinite(node->lps[2]) || !(node->calibre_mm > 0) ||
        !(node->calibre_mm < 100) || !(node->calibre_sd_mm >= 0) ||
        !isfinite(node->calibre_sd_mm))
        return abl_error_set(err, ABL_E_INVALID,
                             "vessel node %zu has no valid place or calibre",
                             n);
    if ((unsigned)node->tree >= ABL_TREE_COUNT)
        return abl_error_set(err, ABL_E_INVALID,
                             "vessel node %zu is of no tree", n);
    if (node->parent == ABL_VESSEL_NO_PARENT)
        return ABL_OK;
    if (node->parent < 0 || (size_t)node->parent >= n ||
        vessels->nodes[node->parent].tree != node->tree)
        return abl_error_set(err, ABL_E_INVALID,
                             "vessel node %zu does not follow its parent", n);
    return ABL_OK;
}

static abl_status check(const abl_vessels *vessels, abl_error *err)
{
    if (vessels->node_count > ABL_VESSEL_MAX_NODES)
        return abl_error_set(err, ABL_E_INVALID,
                             "%zu vessel nodes are more than the %zu supported",
                             vessels->node_count, ABL_VESSEL_MAX_NODES);
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < vessels->node_count; n++)
        status = check_node(vessels, n, err);
    return status;
}

static abl_status allocate(abl_vessel_walk *out, size_t count, abl_error *err)
{
    out->first_child = abl_alloc(count, sizeof *out->first_child, err);
    out->next_sibling = abl_alloc(count, sizeof *out->next_sibling, err);
    out->edge_mm = abl_alloc(count, sizeof *out->edge_mm, err);
    out->from_root_mm = abl_alloc(count, sizeof *out->from_root_mm, err);
    out->below_mm = abl_alloc(count, sizeof *out->below_mm, err);
    out->below_lps = abl_alloc(count, sizeof *out->below_lps, err);
    return out->first_child && out->next_sibling && out->edge_mm &&
                   out->from_root_mm && out->below_mm && out->below_lps
               ? ABL_OK
               : ABL_E_NOMEM;
}

static void measure_down(abl_vessel_walk *out)
{
    const abl_vessel_node *nodes = out->vessels->nodes;
    for (size_t n = 0; n < out->vessels->node_count; n++) {
        const int32_t parent = nodes[n].parent;
        out->first_child[n] = out->next_sibling[n] = ABL_VESSEL_NO_PARENT;
        if (parent == ABL_VESSEL_NO_PARENT)
            continue;
        out->edge_mm[n] =
            abl_point_distance_mm(nodes[n].lps, nodes[parent].lps);
        out->from_root_mm[n] = out->from_root_mm[parent] + out->edge_mm[n];
        out->next_sibling[n] = out->first_child[parent];
        out->first_child[parent] = (int32_t)n;
    }
}

/* Children hand up their length and its first moment. */
static void measure_up(abl_vessel_walk *out)
{
    const abl_vessel_node *nodes = out->vessels->nodes;
    for (size_t n = out->vessels->node_count; n-- > 0;) {
        const int32_t parent = nodes[n].parent;
        if (parent != ABL_VESSEL_NO_PARENT) {
            const double edge = out->edge_mm[n];
            out->below_mm[parent] += out->below_mm[n] + edge;
            for (int a = 0; a < 3; a++)
                out->below_lps[parent][a] +=
                    out->below_lps[n][a] +
                    edge * 0.5 * (nodes[n].lps[a] + nodes[parent].lps[a]);
        }
        for (int a = 0; a < 3; a++)
            out->below_lps[n][a] = out->below_mm[n] > 0
                                       ? out->below_lps[n][a] / out->below_mm[n]
                                       : nodes[n].lps[a];
    }
}

abl_status abl_vessel_walk_make(abl_vessel_walk *out,
                                const abl_vessels *vessels, abl_error *err)
{
    memset(out, 0, sizeof *out);
    out->vessels = vessels;
    abl_status status = check(vessels, err);
    if (!status)
        status = allocate(out, vessels->node_count, err);
    if (status)
        return status;
    measure_down(out);
    measure_up(out);
    return ABL_OK;
}

void abl_vessel_walk_clear(abl_vessel_walk *walk)
{
    free(walk->first_child);
    free(walk->next_sibling);
    free(walk->edge_mm);
    free(walk->from_root_mm);
    free(walk->below_mm);
    free(walk->below_lps);
    memset(walk, 0, sizeof *walk);
}

double abl_vessel_branch_mm(const abl_vessel_walk *walk, int32_t child)
{
    return walk->below_mm[child] + walk->edge_mm[child];
}

/* Longer first, then thicker, then by place. */
static bool is_larger(const abl_vessel_walk *walk, int32_t a, int32_t b)
{
    const abl_vessel_node *nodes = walk->vessels->nodes;
    const double longer =
        abl_vessel_branch_mm(walk, a) - abl_vessel_branch_mm(walk, b);
    if (fabs(longer) > 1e-6)
        return longer > 0;
    if (nodes[a].calibre_mm > nodes[b].calibre_mm ||
        nodes[a].calibre_mm < nodes[b].calibre_mm)
        return nodes[a].calibre_mm > nodes[b].calibre_mm;
    return memcmp(nodes[a].lps, nodes[b].lps, sizeof nodes[a].lps) > 0;
}

int32_t abl_vessel_main_child(const abl_vessel_walk *walk, int32_t node)
{
    int32_t best = walk->first_child[node];
    for (int32_t c = best; c != ABL_VESSEL_NO_PARENT; c = walk->next_sibling[c])
        if (is_larger(walk, c, best))
            best = c;
    return best;
}

double abl_vessel_branch_calibre_mm(const abl_vessel_walk *walk, int32_t node,
                                    double within_mm)
{
    const double start = walk->from_root_mm[node];
    double most = 0;
    for (int32_t n = node; n != ABL_VESSEL_NO_PARENT &&
                           walk->from_root_mm[n] - start <= within_mm;
         n = abl_vessel_main_child(walk, n))
        most = fmax(most, walk->vessels->nodes[n].calibre_mm);
    return most;
}
