/* Which tree each edge belongs to, and the edges as nodes with parents.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "segmentation/vessels_routes.h"

/* Penalty on the way from which a tree is not believed. */
static const double most_penalty = 60;
/* Once by course and width alone, then with brightness. */
enum {
    ROUNDS = 3
};
static const double least_lone_mm = 15; /* of a vessel that joins no trunk */
static const double rim_mm = 4;         /* from a lesion */

/* Edges to put out, each for a tree and in a direction, parents first. */
typedef struct emission {
    double cost;
    size_t directed;
    abl_tree tree;
} emission;

typedef struct grower {
    const abl_vessel_work *work;
    const abl_vessel_graph *graph;
    abl_vessel_routes route[2]; /* hepatic, portal */
    emission *list;
    size_t count;
    bool *is_listed[2]; /* by edge */
    int32_t *node_of;   /* by vertex, for the tree being put out */
    abl_vessels *vessels;
    size_t capacity;
    int32_t branch;
} grower;

static size_t better_way(const abl_vessel_routes *r, size_t edge)
{
    return r->cost[2 * edge] <= r->cost[2 * edge + 1] ? 2 * edge : 2 * edge + 1;
}

/* The believed tree of an edge; unnamed when neither is reached or no way is
 * possible. */
static abl_tree tree_of(size_t *directed, const grower *g, size_t edge)
{
    const size_t way[2] = {better_way(&g->route[0], edge),
                           better_way(&g->route[1], edge)};
    const int tree =
        g->route[1].cost[way[1]] < g->route[0].cost[way[0]] ? 1 : 0;
    *directed = way[tree];
    const bool is_reached = isfinite(g->route[tree].cost[*directed]);
    return is_reached && g->route[tree].penalty[*directed] <= most_penalty
               ? (abl_tree)tree
               : ABL_TREE_UNNAMED;
}

/* What each edge's brightness says, given the trees as they are. */
static abl_status compare_brightness(grower *g, abl_error *err)
{
    const size_t edges = g->graph->edge_count;
    abl_tree *trees = abl_alloc(edges + 1, sizeof *trees, err);
    if (!trees)
        return ABL_E_NOMEM;
    for (size_t e = 0; e < edges; e++) {
        size_t directed;
        trees[e] = tree_of(&directed, g, e);
    }
    double *mismatch[2] = {g->route[0].mismatch, g->route[1].mismatch};
    abl_status status =
        abl_vessel_edges_mismatch(mismatch, g->work, trees, err);
    free(trees);
    return status;
}

/* Lists an edge and the way to it. */
static void list_way(grower *g, int tree, size_t directed)
{
    const abl_vessel_routes *r = &g->route[tree];
    for (; directed != SIZE_MAX && !g->is_listed[tree][directed / 2];
         directed = r->before[directed]) {
        g->is_listed[tree][directed / 2] = true;
        g->list[g->count++] =
            (emission){r->cost[directed], directed, (abl_tree)tree};
    }
}

static int compare(const void *a, const void *b)
{
    const emission *x = a, *y = b;
    if (x->tree != y->tree)
        return x->tree < y->tree ? -1 : 1;
    if (x->cost < y->cost || y->cost < x->cost)
        return x->cost < y->cost ? -1 : 1;
    return x->directed < y->directed ? -1 : x->directed > y->directed;
}

static int32_t add_node(grower *g, const double mm[3], double radius_mm,
                        abl_tree tree, int32_t parent)
{
    abl_vessels *vessels = g->vessels;
    abl_vessel_node *node = &vessels->nodes[vessels->node_count];
    abl_vessel_to_lps(node->lps, &g->work->grid, mm);
    node->calibre_mm = 2 * radius_mm;
    node->parent = parent;
    node->branch = g->branch;
    node->tree = tree;
    return (int32_t)vessels->node_count++;
}

static void voxel_mm(double mm[3], const abl_grid *grid, size_t at)
{
    const size_t *size = grid->size;
    mm[0] = (double)(at % size[0]) * grid->spacing_mm[0];
    mm[1] = (double)(at / size[0] % size[1]) * grid->spacing_mm[1];
    mm[2] = (double)(at / size[0] / size[1]) * grid->spacing_mm[2];
}

static void emit(grower *g, size_t directed, abl_tree tree)
{
    const abl_vessel_edge *edge = &g->graph->edges[directed / 2];
    const bool backwards = directed % 2 == 1;
    const size_t from = edge->vertex[directed % 2];
    const size_t to = edge->vertex[1 - directed % 2];
    const abl_vessel_vertex *v = g->graph->vertices;
    g->branch++;
    if (g->node_of[from] < 0)
        g->node_of[from] = add_node(g, v[from].mm, v[from].radius_mm, tree,
                                    ABL_VESSEL_NO_PARENT);
    int32_t parent = g->node_of[from];
    for (size_t n = 0; n < edge->count; n++) {
        const size_t m = backwards ? edge->count - 1 - n : n;
        const size_t at = g->graph->points[edge->first + m];
        double mm[3];
        voxel_mm(mm, &g->work->grid, at);
        parent = add_node(g, mm, (double)abl_volume_f32(g->work->depth)[at],
                          tree, parent);
    }
    if (g->node_of[to] < 0)
        g->node_of[to] = add_node(g, v[to].mm, v[to].radius_mm, tree, parent);
}

static void forget_nodes(grower *g)
{
    for (size_t v = 0; v < g->graph->vertex_count; v++)
        g->node_of[v] = -1;
}

static void emit_named(grower *g)
{
    qsort(g->list, g->count, sizeof *g->list, compare);
    for (size_t n = 0; n < g->count; n++) {
        if (n == 0 || g->list[n].tree != g->list[n - 1].tree)
            forget_nodes(g);
        emit(g, g->list[n].directed, g->list[n].tree);
    }
}

static bool is_free(const grower *g, size_t edge)
{
    return !g->is_listed[0][edge] && !g->is_listed[1][edge];
}

/* Length of the free edges that hang together with @p edge; marks them in
 * @p part and gives the end of the widest. */
static double gather_part(const grower *g, size_t edge, size_t *stack,
                          bool *seen, size_t *part, size_t *part_count)
{
    double length = 0;
    size_t top = 0;
    *part_count = 0;
    stack[top++] = edge;
    seen[edge] = true;
    while (top > 0) {
        const size_t at = stack[--top];
        part[(*part_count)++] = at;
        length += g->graph->edges[at].length_mm;
        for (int s = 0; s < 2; s++) {
            const abl_vessel_vertex *v =
                &g->graph->vertices[g->graph->edges[at].vertex[s]];
            for (size_t m = 0; m < v->edge_count; m++) {
                const size_t next = g->graph->incident[v->first_edge + m] / 2;
                if (!seen[next] && is_free(g, next)) {
                    seen[next] = true;
                    stack[top++] = next;
                }
            }
        }
    }
    return length;
}

/* Whether most of a part lies along lesions (a bright rim) or in sheets. */
static bool is_no_vessel(const grower *g, const size_t *part, size_t count)
{
    const float *to_lesion = abl_volume_f32(g->work->to_lesion);
    double near = 0, flat = 0, all = 0;
    for (size_t n = 0; n < count; n++) {
        const abl_vessel_edge *edge = &g->graph->edges[part[n]];
        for (size_t m = 0; m < edge->count; m++)
            near +=
                (double)to_lesion[g->graph->points[edge->first + m]] <= rim_mm;
        flat += (double)abl_vessel_flat_points(g->work, edge);
        all += (double)edge->count;
    }
    return near > 0.5 * all || flat > 0.5 * all;
}

/* Puts out a part of unknown tree from the wider end of its widest edge. */
static void emit_part(grower *g, const size_t *part, size_t count,
                      bool *is_put_out, size_t *queue)
{
    const abl_vessel_graph *graph = g->graph;
    size_t widest = part[0];
    for (size_t n = 0; n < count; n++)
        if (graph->edges[part[n]].radius_mm > graph->edges[widest].radius_mm)
            widest = part[n];
    const abl_vessel_edge *edge = &graph->edges[widest];
    size_t head = 0, tail = 0;
    queue[tail++] =
        edge->vertex[edge->end_radius_mm[1] > edge->end_radius_mm[0] ? 1 : 0];
    while (head < tail) {
        const abl_vessel_vertex *v = &graph->vertices[queue[head++]];
        for (size_t m = 0; m < v->edge_count; m++) {
            const size_t directed = graph->incident[v->first_edge + m];
            if (!is_free(g, directed / 2) || is_put_out[directed / 2])
                continue;
            is_put_out[directed / 2] = true;
            emit(g, directed, ABL_TREE_UNNAMED);
            queue[tail++] = abl_vessel_edge_end(graph, directed);
        }
    }
}

static abl_status emit_unnamed(grower *g, abl_error *err)
{
    const size_t edges = g->graph->edge_count;
    size_t *stack = abl_alloc(edges + 1, sizeof *stack, err);
    size_t *part = abl_alloc(edges + 1, sizeof *part, err);
    bool *seen = abl_alloc(edges + 1, sizeof *seen, err);
    bool *put_out = abl_alloc(edges + 1, sizeof *put_out, err);
    abl_status status = stack && part && seen && put_out ? ABL_OK : ABL_E_NOMEM;
    forget_nodes(g);
    for (size_t e = 0; e < edges && !status; e++) {
        size_t count;
        if (seen[e] || !is_free(g, e))
            continue;
        if (gather_part(g, e, stack, seen, part, &count) >= least_lone_mm &&
            !is_no_vessel(g, part, count))
            emit_part(g, part, count, put_out, stack);
    }
    free(stack);
    free(part);
    free(seen);
    free(put_out);
    return status;
}

static abl_status prepare(grower *g, abl_error *err)
{
    const abl_vessel_graph *graph = g->graph;
    const size_t edges = graph->edge_count, vertices = graph->vertex_count;
    bool *flags = abl_alloc(3 * vertices + 1, sizeof *flags, err);
    size_t *stack = abl_alloc(vertices + 1, sizeof *stack, err);
    g->list = abl_alloc(2 * edges + 1, sizeof *g->list, err);
    g->node_of = abl_alloc(vertices + 1, sizeof *g->node_of, err);
    for (int t = 0; t < 2; t++)
        g->is_listed[t] = abl_alloc(edges + 1, sizeof *g->is_listed[t], err);
    abl_status status = flags && stack && g->list && g->node_of &&
                                g->is_listed[0] && g->is_listed[1]
                            ? ABL_OK
                            : ABL_E_NOMEM;
    for (int t = 0; t < 2 && !status; t++)
        status = abl_vessel_routes_create(&g->route[t], 2 * edges + 1, err);
    if (!status)
        abl_vessel_sources_find(flags, flags + vertices, graph, stack,
                                flags + 2 * vertices);
    for (int round = 0; round < ROUNDS && !status; round++) {
        if (round > 0)
            status = compare_brightness(g, err);
        for (int t = 0; t < 2 && !status; t++)
            status = abl_vessel_routes_find(&g->route[t], graph, (abl_tree)t,
                                            flags + (size_t)t * vertices, err);
    }
    free(flags);
    free(stack);
    return status;
}

abl_status abl_vessels_grow(abl_vessels *vessels, const abl_vessel_work *work,
                            abl_error *err)
{
    grower g = {.work = work, .graph = &work->graph, .vessels = vessels};
    abl_status status = prepare(&g, err);
    const size_t most = 2 * g.graph->point_count + 4 * g.graph->edge_count + 1;
    vessels->nodes =
        status ? NULL : abl_alloc(most, sizeof *vessels->nodes, err);
    if (!status && !vessels->nodes)
        status = ABL_E_NOMEM;
    if (!status) {
        for (size_t e = 0; e < g.graph->edge_count; e++) {
            size_t directed;
            const abl_tree tree = tree_of(&directed, &g, e);
            if (tree != ABL_TREE_UNNAMED)
                list_way(&g, (int)tree, directed);
        }
        emit_named(&g);
        status = emit_unnamed(&g, err);
    }
    abl_vessel_routes_clear(&g.route[0]);
    abl_vessel_routes_clear(&g.route[1]);
    free(g.list);
    free(g.node_of);
    free(g.is_listed[0]);
    free(g.is_listed[1]);
    return status;
}
