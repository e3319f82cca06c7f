/* The cheapest ways along vessels from the trunks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessels_routes.h"

#include <math.h>
#include <stdlib.h>

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
static const double mouth_mm = 15; /* of a vein in the vena cava */
static const double junction_radii = 1.5;
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

void abl_vessel_routes_clear(abl_vessel_routes *r)
{
    free(r->cost);
    free(r->penalty);
    free(r->narrowest);
    free(r->heading);
    free(r->before);
    free(r->mismatch);
}

abl_status abl_vessel_routes_create(abl_vessel_routes *r, size_t count,
                                    abl_error *err)
{
    r->cost = abl_alloc(count, sizeof *r->cost, err);
    r->penalty = abl_alloc(count, sizeof *r->penalty, err);
    r->narrowest = abl_alloc(count, sizeof *r->narrowest, err);
    r->heading = abl_alloc(count, sizeof *r->heading, err);
    r->before = abl_alloc(count, sizeof *r->before, err);
    r->mismatch = abl_alloc(count, sizeof *r->mismatch, err);
    return r->cost && r->penalty && r->narrowest && r->heading && r->before &&
                   r->mismatch
               ? ABL_OK
               : ABL_E_NOMEM;
}

static void forget_routes(abl_vessel_routes *r, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        r->cost[n] = INFINITY;
        r->before[n] = SIZE_MAX;
    }
}

/* Short, and in the vena cava at one end: outlines of vena cava and liver cut
 * it, so that its width means as little as a trunk's. */
static bool is_mouth(const abl_vessel_graph *graph, const abl_vessel_edge *edge)
{
    return (graph->vertices[edge->vertex[0]].touches_cava ||
            graph->vertices[edge->vertex[1]].touches_cava) &&
           edge->length_mm < mouth_mm;
}

/* Within a junction: too short for a course of its own. */
static bool is_within_junction(const abl_vessel_edge *edge)
{
    return edge->length_mm < junction_radii * edge->radius_mm;
}

static double turn_penalty(const double heading[3], const double start[3])
{
    double cosine = 0, length = 0;
    for (int n = 0; n < 3; n++) {
        cosine += heading[n] * start[n];
        length += heading[n] * heading[n];
    }
    return length > 0 ? turn_cost * fmax(0, free_cosine - cosine) : 0;
}

/* Going on from directed edge @p from, which ends where @p to starts. */
static double transition_penalty(const abl_vessel_routes *r,
                                 const abl_vessel_graph *graph, size_t from,
                                 size_t to)
{
    const abl_vessel_edge *a = &graph->edges[from / 2];
    const abl_vessel_edge *b = &graph->edges[to / 2];
    double penalty = is_within_junction(b)
                         ? 0
                         : turn_penalty(r->heading[from], b->direction[to % 2]);
    if (a->portal_share > 0.5)
        return b->portal_share > 0.5 ? 0 : trunk_share * penalty;
    const double limit = free_widening * r->narrowest[from] + free_mm;
    if (isfinite(limit) && b->radius_mm > limit)
        penalty += widen_cost * (b->radius_mm - limit) / r->narrowest[from];
    return penalty * penalty / mild_penalty;
}

/* Radius that later parts of a way are compared with; short pieces between
 * junctions, trunk and mouths have none of their own. */
static double narrow_down(const abl_vessel_graph *graph,
                          const abl_vessel_edge *edge, double before_mm)
{
    const bool tells =
        edge->portal_share <= 0.5 && edge->count >= 4 && !is_mouth(graph, edge);
    return tells ? fmin(edge->radius_mm, before_mm) : before_mm;
}

/* The course at the end of @p to; that of the way before, within a junction. */
static void set_heading(abl_vessel_routes *r, const abl_vessel_graph *graph,
                        size_t before, size_t to)
{
    const abl_vessel_edge *edge = &graph->edges[to / 2];
    const bool is_own = !is_within_junction(edge);
    for (int n = 0; n < 3; n++)
        r->heading[to][n] = is_own ? -edge->direction[1 - to % 2][n]
                            : before == SIZE_MAX ? 0
                                                 : r->heading[before][n];
}

size_t abl_vessel_edge_end(const abl_vessel_graph *graph, size_t directed)
{
    return graph->edges[directed / 2].vertex[1 - directed % 2];
}

static bool may_pass(const abl_vessel_graph *graph, abl_tree tree, size_t edge)
{
    return tree != ABL_TREE_HEPATIC || graph->edges[edge].portal_share <= 0.5;
}

static void relax(abl_vessel_routes *r, heap *h, const abl_vessel_graph *graph,
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
    set_heading(r, graph, before, to);
    r->narrowest[to] =
        narrow_down(graph, &graph->edges[to / 2],
                    before == SIZE_MAX ? INFINITY : r->narrowest[before]);
    push(h, (heap_item){cost, to});
}

abl_status abl_vessel_routes_find(abl_vessel_routes *r,
                                  const abl_vessel_graph *graph, abl_tree tree,
                                  const bool *is_source, abl_error *err)
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
            &graph->vertices[abl_vessel_edge_end(graph, top.at)];
        for (size_t m = 0; m < v->edge_count; m++) {
            const size_t to = graph->incident[v->first_edge + m];
            if (to / 2 != top.at / 2 && may_pass(graph, tree, to / 2))
                relax(r, &h, graph, top.at, to,
                      transition_penalty(r, graph, top.at, to));
        }
    }
    free(h.items);
    return ABL_OK;
}

void abl_vessel_sources_find(bool *hepatic, bool *portal,
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
                const size_t next = abl_vessel_edge_end(graph, n);
                if (!seen[next] && graph->vertices[next].in_portal) {
                    seen[next] = true;
                    stack[top++] = next;
                }
            }
        }
        portal[best] = true;
    }
}
