/* The skeleton as a graph: vertices where lines end or meet, edges between.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/point.h"
#include "segmentation/vessels_work.h"

/* A spur shorter than this and the radius where it starts is a bump. */
static const double bump_mm = 2.5;
static const double direction_mm = 6; /* along which an edge's start points */
static const double least_joining_mm = 1.8, most_gap_mm = 4;
enum {
    MOST_ROUNDS = 8,
    NEIGHBOURS = 26
};

/* Skeleton voxels in storage order and what each is. */
typedef struct tracer {
    const abl_vessel_work *work;
    uint8_t *voxel;
    ptrdiff_t step[NEIGHBOURS];
    int32_t *id; /* vertex + 1 on key voxels, else 0 */
    size_t count;
    uint32_t *list;
} tracer;

static void fill_steps(tracer *t)
{
    const size_t *size = t->work->grid.size;
    int n = 0;
    for (ptrdiff_t k = -1; k <= 1; k++)
        for (ptrdiff_t j = -1; j <= 1; j++)
            for (ptrdiff_t i = -1; i <= 1; i++)
                if (i || j || k)
                    t->step[n++] =
                        (k * (ptrdiff_t)size[1] + j) * (ptrdiff_t)size[0] + i;
}

static size_t neighbour(const tracer *t, size_t at, int n)
{
    return (size_t)((ptrdiff_t)at + t->step[n]);
}

static int degree(const tracer *t, size_t at)
{
    int count = 0;
    for (int n = 0; n < NEIGHBOURS; n++)
        count += t->voxel[neighbour(t, at, n)] == 1;
    return count;
}

static bool touches_cava(const tracer *t, size_t at)
{
    for (int n = 0; n < NEIGHBOURS; n++)
        if (t->voxel[neighbour(t, at, n)] == 2)
            return true;
    return false;
}

static void voxel_mm(double mm[3], const abl_grid *grid, size_t at)
{
    const size_t *size = grid->size;
    mm[0] = (double)(at % size[0]) * grid->spacing_mm[0];
    mm[1] = (double)(at / size[0] % size[1]) * grid->spacing_mm[1];
    mm[2] = (double)(at / size[0] / size[1]) * grid->spacing_mm[2];
}

static abl_status list_skeleton(tracer *t, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&t->work->grid);
    t->count = 0;
    for (size_t v = 0; v < voxels; v++)
        t->count += t->voxel[v] == 1;
    free(t->list);
    t->list = abl_alloc(t->count, sizeof *t->list, err);
    size_t n = 0;
    for (size_t v = 0; t->list && v < voxels; v++)
        if (t->voxel[v] == 1)
            t->list[n++] = (uint32_t)v;
    return t->list ? ABL_OK : ABL_E_NOMEM;
}

/* One vertex from all key voxels that hang together with @p start. */
static void gather_vertex(tracer *t, abl_vessel_vertex *vertex, size_t start,
                          int32_t id, uint32_t *stack)
{
    const abl_grid *grid = &t->work->grid;
    size_t top = 0, count = 0;
    memset(vertex, 0, sizeof *vertex);
    stack[top++] = (uint32_t)start;
    t->id[start] = id;
    while (top > 0) {
        const size_t at = stack[--top];
        double mm[3];
        voxel_mm(mm, grid, at);
        for (int a = 0; a < 3; a++)
            vertex->mm[a] += mm[a];
        count++;
        vertex->touches_cava |= touches_cava(t, at);
        vertex->in_portal |=
            abl_volume_u8(t->work->region)[at] == ABL_REGION_PORTAL;
        vertex->radius_mm =
            fmax(vertex->radius_mm, (double)abl_volume_f32(t->work->depth)[at]);
        for (int n = 0; n < NEIGHBOURS; n++) {
            const size_t next = neighbour(t, at, n);
            if (t->voxel[next] == 1 && t->id[next] == 0 &&
                degree(t, next) != 2) {
                t->id[next] = id;
                stack[top++] = (uint32_t)next;
            }
        }
    }
    for (int a = 0; a < 3; a++)
        vertex->mm[a] /= (double)count;
    vertex->outside_mm = (double)abl_volume_f32(t->work->outside)[start];
}

static abl_status find_vertices(tracer *t, abl_vessel_graph *graph,
                                abl_error *err)
{
    uint32_t *stack = abl_alloc(t->count, sizeof *stack, err);
    graph->vertices = abl_alloc(t->count, sizeof *graph->vertices, err);
    if (!stack || !graph->vertices) {
        free(stack);
        return ABL_E_NOMEM;
    }
    for (size_t n = 0; n < t->count; n++)
        t->id[t->list[n]] = 0;
    for (size_t n = 0; n < t->count; n++)
        if (t->id[t->list[n]] == 0 && degree(t, t->list[n]) != 2) {
            gather_vertex(t, &graph->vertices[graph->vertex_count], t->list[n],
                          (int32_t)graph->vertex_count + 1, stack);
            graph->vertex_count++;
        }
    free(stack);
    return ABL_OK;
}

/* The neighbour of a chain voxel that is not @p from; SIZE_MAX: none. */
static size_t next_of(const tracer *t, size_t at, size_t from)
{
    for (int n = 0; n < NEIGHBOURS; n++) {
        const size_t next = neighbour(t, at, n);
        if (t->voxel[next] == 1 && next != from)
            return next;
    }
    return SIZE_MAX;
}

static void measure_edge(abl_vessel_edge *edge, const tracer *t,
                         const abl_vessel_graph *graph)
{
    const abl_grid *grid = &t->work->grid;
    const float *depth = abl_volume_f32(t->work->depth);
    double before[3], at[3], sum = 0, inside = 0;
    memcpy(before, graph->vertices[edge->vertex[0]].mm, sizeof before);
    edge->length_mm = 0;
    for (size_t n = 0; n < edge->count; n++) {
        const size_t v = graph->points[edge->first + n];
        voxel_mm(at, grid, v);
        edge->length_mm += abl_point_distance_mm(before, at);
        memcpy(before, at, sizeof before);
        sum += (double)depth[v];
        inside += abl_volume_u8(t->work->region)[v] == ABL_REGION_PORTAL;
    }
    edge->length_mm +=
        abl_point_distance_mm(before, graph->vertices[edge->vertex[1]].mm);
    edge->radius_mm = sum / (double)edge->count;
    edge->portal_share = inside / (double)edge->count;
}

/* Direction and radius where an edge leaves its end @p s. */
static void measure_end(abl_vessel_edge *edge, int s, const tracer *t,
                        const abl_vessel_graph *graph)
{
    const double *start = graph->vertices[edge->vertex[s]].mm;
    double at[3], sum = 0, norm = 0;
    size_t used = 0;
    for (size_t n = 0; n < edge->count; n++) {
        const size_t m = s == 0 ? n : edge->count - 1 - n;
        const size_t v = graph->points[edge->first + m];
        voxel_mm(at, &t->work->grid, v);
        sum += (double)abl_volume_f32(t->work->depth)[v];
        used++;
        norm = abl_point_distance_mm(at, start);
        if (norm >= direction_mm)
            break;
    }
    edge->end_radius_mm[s] = sum / (double)used;
    for (int a = 0; a < 3; a++)
        edge->direction[s][a] = norm > 0 ? (at[a] - start[a]) / norm : 0;
}

/* Follows a chain from vertex @p id; false when it closes on itself or ends
 * nowhere. */
static bool follow(tracer *t, abl_vessel_graph *graph, int32_t id, size_t from,
                   size_t at)
{
    abl_vessel_edge *edge = &graph->edges[graph->edge_count];
    *edge = (abl_vessel_edge){.first = graph->point_count};
    while (at != SIZE_MAX && t->id[at] == 0) {
        graph->points[graph->point_count++] = (uint32_t)at;
        t->id[at] = -1;
        const size_t next = next_of(t, at, from);
        from = at;
        at = next;
    }
    edge->count = graph->point_count - edge->first;
    if (at == SIZE_MAX || t->id[at] <= 0 || t->id[at] == id)
        return false;
    edge->vertex[0] = (size_t)id - 1;
    edge->vertex[1] = (size_t)t->id[at] - 1;
    measure_edge(edge, t, graph);
    measure_end(edge, 0, t, graph);
    measure_end(edge, 1, t, graph);
    graph->edge_count++;
    return true;
}

static abl_status find_edges(tracer *t, abl_vessel_graph *graph, abl_error *err)
{
    graph->edges = abl_alloc(t->count + 1, sizeof *graph->edges, err);
    graph->points = abl_alloc(t->count, sizeof *graph->points, err);
    if (!graph->edges || !graph->points)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < t->count; n++) {
        const size_t at = t->list[n];
        const int32_t id = t->id[at];
        if (id <= 0)
            continue;
        for (int m = 0; m < NEIGHBOURS; m++) {
            const size_t next = neighbour(t, at, m);
            if (t->voxel[next] == 1 && t->id[next] == 0)
                follow(t, graph, id, at, next);
        }
    }
    return ABL_OK;
}

static abl_status find_incident(abl_vessel_graph *graph, abl_error *err)
{
    graph->incident =
        abl_alloc(2 * graph->edge_count, sizeof *graph->incident, err);
    if (!graph->incident)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < 2 * graph->edge_count; n++)
        graph->vertices[graph->edges[n / 2].vertex[n % 2]].edge_count++;
    size_t first = 0;
    for (size_t v = 0; v < graph->vertex_count; v++) {
        graph->vertices[v].first_edge = first;
        first += graph->vertices[v].edge_count;
        graph->vertices[v].edge_count = 0;
    }
    for (size_t n = 0; n < 2 * graph->edge_count; n++) {
        abl_vessel_vertex *vertex =
            &graph->vertices[graph->edges[n / 2].vertex[n % 2]];
        graph->incident[vertex->first_edge + vertex->edge_count++] = n;
    }
    return ABL_OK;
}

/* A wide line that ends a little before the vena cava and points at it joins
 * it: the two labels do not always meet. */
static void reach_for_cava(abl_vessel_graph *graph, const tracer *t)
{
    for (size_t n = 0; n < 2 * graph->edge_count; n++) {
        const abl_vessel_edge *edge = &graph->edges[n / 2];
        abl_vessel_vertex *tip = &graph->vertices[edge->vertex[n % 2]];
        const double radius = edge->end_radius_mm[n % 2];
        double here[3], ahead[3];
        if (tip->edge_count != 1 || radius < least_joining_mm)
            continue;
        for (int a = 0; a < 3; a++) {
            const double h = t->work->grid.spacing_mm[a];
            here[a] = tip->mm[a] / h;
            ahead[a] = (tip->mm[a] - 2 * edge->direction[n % 2][a]) / h;
        }
        const abl_volume *cava = t->work->to_cava;
        const double gap = abl_volume_sample_ijk(cava, here);
        if (gap <= radius + most_gap_mm &&
            abl_volume_sample_ijk(cava, ahead) < gap - 1)
            tip->touches_cava = true;
    }
}

static abl_status build(tracer *t, abl_vessel_graph *graph, abl_error *err)
{
    abl_vessel_graph_clear(graph);
    abl_status status = list_skeleton(t, err);
    if (!status)
        status = find_vertices(t, graph, err);
    if (!status)
        status = find_edges(t, graph, err);
    if (!status)
        status = find_incident(graph, err);
    if (!status)
        reach_for_cava(graph, t);
    return status;
}

/* Whether an edge is a bump on the vessel that it leaves. */
static bool is_spur(const abl_vessel_graph *graph, const abl_vessel_edge *edge)
{
    for (int s = 0; s < 2; s++) {
        const abl_vessel_vertex *tip = &graph->vertices[edge->vertex[s]];
        const abl_vessel_vertex *base = &graph->vertices[edge->vertex[1 - s]];
        if (tip->edge_count == 1 && !tip->touches_cava &&
            base->edge_count > 1 && edge->length_mm < base->radius_mm + bump_mm)
            return true;
    }
    return false;
}

/* A flat edge between others may be where branches leave to both sides. */
static bool is_flat_end(const abl_vessel_work *work,
                        const abl_vessel_edge *edge)
{
    const abl_vessel_vertex *vertices = work->graph.vertices;
    return (vertices[edge->vertex[0]].edge_count == 1 ||
            vertices[edge->vertex[1]].edge_count == 1) &&
           abl_vessel_edge_is_flat(work, edge);
}

static void erase_edge(tracer *t, const abl_vessel_graph *graph,
                       const abl_vessel_edge *edge)
{
    for (size_t n = 0; n < edge->count; n++)
        t->voxel[graph->points[edge->first + n]] = 0;
    for (int s = 0; s < 2; s++)
        if (graph->vertices[edge->vertex[s]].edge_count == 1) {
            const size_t tip =
                graph->points[edge->first + (s == 0 ? 0 : edge->count - 1)];
            for (int n = 0; n < NEIGHBOURS; n++) {
                const size_t at = neighbour(t, tip, n);
                if (t->voxel[at] == 1 &&
                    t->id[at] == (int32_t)edge->vertex[s] + 1)
                    t->voxel[at] = 0;
            }
        }
}

/* Lone voxels and tips without a chain, which are no vertex of any edge. */
static size_t erase_tips(tracer *t, const abl_vessel_graph *graph)
{
    size_t erased = 0;
    for (size_t n = 0; n < t->count; n++) {
        const size_t at = t->list[n];
        if (t->voxel[at] == 1 && t->id[at] > 0 && degree(t, at) <= 1 &&
            graph->vertices[t->id[at] - 1].edge_count == 0 &&
            !touches_cava(t, at)) {
            t->voxel[at] = 0;
            erased++;
        }
    }
    return erased;
}

abl_status abl_vessels_trace(abl_vessel_work *work, abl_error *err)
{
    tracer t = {.work = work, .voxel = abl_volume_u8(work->vessel)};
    abl_volume *ids = NULL;
    abl_vessel_graph *graph = &work->graph;
    abl_status status =
        abl_volume_create(&ids, &work->grid, ABL_PIXEL_I32, err);
    if (status)
        return status;
    t.id = abl_volume_i32(ids);
    fill_steps(&t);
    for (int round = 0; round <= MOST_ROUNDS; round++) {
        status = build(&t, graph, err);
        if (status || round == MOST_ROUNDS)
            break;
        size_t erased = erase_tips(&t, graph);
        for (size_t e = 0; e < graph->edge_count; e++)
            if (is_spur(graph, &graph->edges[e]) ||
                is_flat_end(work, &graph->edges[e])) {
                erase_edge(&t, graph, &graph->edges[e]);
                erased++;
            }
        if (erased == 0)
            break;
    }
    free(t.list);
    abl_volume_destroy(ids);
    return status;
}

void abl_vessel_graph_clear(abl_vessel_graph *graph)
{
    free(graph->vertices);
    free(graph->edges);
    free(graph->points);
    free(graph->incident);
    memset(graph, 0, sizeof *graph);
}
