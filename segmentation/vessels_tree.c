/* Which tree each edge belongs to, and the edges as nodes with parents.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/vessels_work.h"

/* Convention: a millimetre of way costs 0.05; the penalties are in the same
 * unit. Children leave at less than 60 degrees to their parent's course and
 * are not much wider than what has been passed. */
static const double cost_per_mm = 0.05;
static const double turn_cost = 24, free_cosine = 0.5;
static const double widen_cost = 20, free_widening = 1.2, free_mm = 0.6;
/* Squares over this: one sharp turn costs more than many slight ones. */
static const double mild_penalty = 8;
/* A trunk is too wide for its course to mean much. */
static const double trunk_share = 0.15;
/* Penalty on the way from which a tree is not believed. */
static const double most_penalty = 60;
/* Once by course and width alone, then with brightness. */
enum {
    ROUNDS = 3
};
static const double least_lone_mm = 15; /* of a vessel that joins no trunk */
static const double rim_mm = 4;         /* from a lesion */

/* The cheapest way to the end of each directed edge (2 e + s: leaves by s). */
typedef struct routes {
    double *cost, *penalty, *narrowest;
    size_t *before;   /* directed edge, or SIZE_MAX at a source */
    double *mismatch; /* penalty of each edge for its brightness */
} routes;

/* Binary heap of (cost, directed edge), lazily cleaned. */
typedef struct heap_item {
    double cost;
    size_t at;
} heap_item;

typedef struct heap {
    heap_item *items;
    size_t count;
} heap;

static bool comes_first(heap_item a, heap_item b)
{
    return a.cost < b.cost || (a.cost <= b.cost && a.at < b.at);
}

static void push(heap *h, heap_item item)
{
    size_t n = h->count++;
    for (; n > 0 && comes_first(item, h->items[(n - 1) / 2]); n = (n - 1) / 2)
        h->items[n] = h->items[(n - 1) / 2];
    h->items[n] = item;
}

static heap_item pop(heap *h)
{
    const heap_item top = h->items[0], last = h->items[--h->count];
    size_t n = 0;
    for (;;) {
        size_t child = 2 * n + 1;
        if (child >= h->count)
            break;
        if (child + 1 < h->count &&
            comes_first(h->items[child + 1], h->items[child]))
            child++;
        if (!comes_first(h->items[child], last))
            break;
        h->items[n] = h->items[child];
        n = child;
    }
    h->items[n] = last;
    return top;
}

static void clear_routes(routes *r)
{
    free(r->cost);
    free(r->penalty);
    free(r->narrowest);
    free(r->before);
    free(r->mismatch);
}

static abl_status create_routes(routes *r, size_t count, abl_error *err)
{
    r->cost = abl_alloc(count, sizeof *r->cost, err);
    r->penalty = abl_alloc(count, sizeof *r->penalty, err);
    r->narrowest = abl_alloc(count, sizeof *r->narrowest, err);
    r->before = abl_alloc(count, sizeof *r->before, err);
    r->mismatch = abl_alloc(count, sizeof *r->mismatch, err);
    return r->cost && r->penalty && r->narrowest && r->before && r->mismatch
               ? ABL_OK
               : ABL_E_NOMEM;
}

static void forget_routes(routes *r, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        r->cost[n] = INFINITY;
        r->before[n] = SIZE_MAX;
    }
}

/* Going on from directed edge @p from, which ends where @p to starts, when the
 * way so far was at least @p narrowest_mm wide (radius). */
static double transition_penalty(const abl_vessel_graph *graph, size_t from,
                                 size_t to, double narrowest_mm)
{
    const abl_vessel_edge *a = &graph->edges[from / 2];
    const abl_vessel_edge *b = &graph->edges[to / 2];
    const int end = from % 2 == 0, start = to % 2 == 1;
    double cosine = 0;
    for (int n = 0; n < 3; n++)
        cosine -= a->direction[end][n] * b->direction[start][n];
    double penalty = turn_cost * fmax(0, free_cosine - cosine);
    if (a->portal_share > 0.5)
        return b->portal_share > 0.5 ? 0 : trunk_share * penalty;
    const double limit = free_widening * narrowest_mm + free_mm;
    if (isfinite(limit) && b->radius_mm > limit)
        penalty += widen_cost * (b->radius_mm - limit) / narrowest_mm;
    return penalty * penalty / mild_penalty;
}

/* Radius that later parts of a way are compared with; short pieces between
 * junctions and the trunk have none of their own. */
static double narrow_down(const abl_vessel_edge *edge, double before_mm)
{
    const bool tells = edge->portal_share <= 0.5 && edge->count >= 4;
    return tells ? fmin(edge->radius_mm, before_mm) : before_mm;
}

static size_t end_vertex(const abl_vessel_graph *graph, size_t directed)
{
    return graph->edges[directed / 2].vertex[1 - directed % 2];
}

static bool may_pass(const abl_vessel_graph *graph, abl_tree tree, size_t edge)
{
    return tree != ABL_TREE_HEPATIC || graph->edges[edge].portal_share <= 0.5;
}

static void relax(routes *r, heap *h, const abl_vessel_graph *graph,
                  size_t before, size_t to, double penalty)
{
    const double way = before == SIZE_MAX ? 0 : r->cost[before];
    const double old = before == SIZE_MAX ? 0 : r->penalty[before];
    const double cost = way + penalty + r->mismatch[to / 2] +
                        cost_per_mm * graph->edges[to / 2].length_mm;
    if (!(cost < r->cost[to]))
        return;
    r->cost[to] = cost;
    r->penalty[to] = old + penalty;
    r->before[to] = before;
    r->narrowest[to] =
        narrow_down(&graph->edges[to / 2],
                    before == SIZE_MAX ? INFINITY : r->narrowest[before]);
    push(h, (heap_item){cost, to});
}

static abl_status find_routes(routes *r, const abl_vessel_graph *graph,
                              abl_tree tree, const bool *is_source,
                              abl_error *err)
{
    const size_t count = 2 * graph->edge_count;
    size_t room = 0; /* each directed edge is relaxed once per way into it */
    for (size_t v = 0; v < graph->vertex_count; v++)
        room += graph->vertices[v].edge_count * graph->vertices[v].edge_count;
    heap h = {abl_alloc(room + count + 1, sizeof *h.items, err), 0};
    if (!h.items)
        return ABL_E_NOMEM;
    forget_routes(r, count);
    for (size_t n = 0; n < count; n++)
        if (is_source[graph->edges[n / 2].vertex[n % 2]] &&
            may_pass(graph, tree, n / 2))
            relax(r, &h, graph, SIZE_MAX, n, 0);
    while (h.count > 0) {
        const heap_item top = pop(&h);
        if (top.cost > r->cost[top.at])
            continue;
        const abl_vessel_vertex *v =
            &graph->vertices[end_vertex(graph, top.at)];
        for (size_t m = 0; m < v->edge_count; m++) {
            const size_t to = graph->incident[v->first_edge + m];
            if (to / 2 != top.at / 2 && may_pass(graph, tree, to / 2))
                relax(r, &h, graph, top.at, to,
                      transition_penalty(graph, top.at, to,
                                         r->narrowest[top.at]));
        }
    }
    free(h.items);
    return ABL_OK;
}

/* Where trees start. Portal: of each connected part of the trunk's vertices
 * the one farthest outside of the liver. */
static void find_sources(bool *hepatic, bool *portal,
                         const abl_vessel_graph *graph, size_t *stack,
                         bool *seen)
{
    for (size_t v = 0; v < graph->vertex_count; v++)
        hepatic[v] = graph->vertices[v].touches_cava;
    for (size_t v = 0; v < graph->vertex_count; v++) {
        if (seen[v] || !graph->vertices[v].in_portal)
            continue;
        size_t top = 0, best = v;
        stack[top++] = v;
        seen[v] = true;
        while (top > 0) {
            const size_t at = stack[--top];
            const abl_vessel_vertex *vertex = &graph->vertices[at];
            if (vertex->outside_mm > graph->vertices[best].outside_mm)
                best = at;
            for (size_t m = 0; m < vertex->edge_count; m++) {
                const size_t n = graph->incident[vertex->first_edge + m];
                const size_t next = end_vertex(graph, n);
                if (!seen[next] && graph->vertices[next].in_portal) {
                    seen[next] = true;
                    stack[top++] = next;
                }
            }
        }
        portal[best] = true;
    }
}

/* Edges to put out, each for a tree and in a direction, parents first. */
typedef struct emission {
    double cost;
    size_t directed;
    abl_tree tree;
} emission;

typedef struct grower {
    const abl_vessel_work *work;
    const abl_vessel_graph *graph;
    routes route[2]; /* hepatic, portal */
    emission *list;
    size_t count;
    bool *is_listed[2]; /* by edge */
    int32_t *node_of;   /* by vertex, for the tree being put out */
    abl_vessels *vessels;
    size_t capacity;
    int32_t branch;
} grower;

static size_t better_way(const routes *r, size_t edge)
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
    const routes *r = &g->route[tree];
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
            queue[tail++] = end_vertex(graph, directed);
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
        status = create_routes(&g->route[t], 2 * edges + 1, err);
    if (!status)
        find_sources(flags, flags + vertices, graph, stack,
                     flags + 2 * vertices);
    for (int round = 0; round < ROUNDS && !status; round++) {
        if (round > 0)
            status = compare_brightness(g, err);
        for (int t = 0; t < 2 && !status; t++)
            status = find_routes(&g->route[t], graph, (abl_tree)t,
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
    clear_routes(&g.route[0]);
    clear_routes(&g.route[1]);
    free(g.list);
    free(g.node_of);
    free(g.is_listed[0]);
    free(g.is_listed[1]);
    return status;
}
