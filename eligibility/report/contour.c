/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/contour.h"

#include <stdlib.h>
#include <string.h>

#include "imaging/threads.h"

/* What is known of a point: whether the level passes between it and the point
 * to its right or below, and which of these edges a line has passed. */
enum {
    CROSSED_RIGHT = 1,
    CROSSED_DOWN = 2,
    SEEN_RIGHT = 4,
    SEEN_DOWN = 8
};

/* Edges between neighbouring points: number 2n runs from point n to the right,
 * 2n + 1 downwards. Cells have their upper left point's number; their edges
 * are counted top, right, bottom, left. */
typedef struct tracer {
    const float *values;
    const abl_lattice *lattice;
    size_t columns, rows;
    uint8_t *marks; /* by point */
    abl_contour_fn point;
    void *user;
} tracer;

static bool is_crossed(const tracer *t, size_t edge)
{
    return t->marks[edge / 2] >> (edge % 2) & CROSSED_RIGHT;
}

static bool is_seen(const tracer *t, size_t edge)
{
    return t->marks[edge / 2] >> (edge % 2) & SEEN_RIGHT;
}

static void mark_seen(const tracer *t, size_t edge)
{
    t->marks[edge / 2] |= (uint8_t)(SEEN_RIGHT << (edge % 2));
}

static void report(const tracer *t, size_t edge, bool starts)
{
    const size_t n = edge / 2;
    const double here = (double)t->values[n];
    const double next = (double)t->values[n + (edge % 2 ? t->columns : 1)];
    const double along = here / (here - next);
    double at[2] = {(double)(n % t->columns), (double)(n / t->columns)};
    at[edge % 2] += along;
    for (int a = 0; a < 2; a++)
        at[a] = t->lattice->first_px[a] + at[a] * t->lattice->step_px;
    t->point(t->user, at, starts);
}

static void edges_of(size_t edges[4], const tracer *t, size_t cell)
{
    edges[0] = 2 * cell;
    edges[1] = 2 * (cell + 1) + 1;
    edges[2] = 2 * (cell + t->columns);
    edges[3] = 2 * cell + 1;
}

/* Where a line that came in by @p edge leaves the cell. In a saddle the middle
 * of the cell says which corners are joined. */
static size_t leave_cell(const tracer *t, size_t cell, size_t edge)
{
    size_t edges[4], crossed = 0, at = 0, other = edge;
    edges_of(edges, t, cell);
    for (size_t n = 0; n < 4; n++) {
        if (edges[n] == edge)
            at = n;
        else if (is_crossed(t, edges[n]))
            other = edges[n];
        crossed += is_crossed(t, edges[n]);
    }
    if (crossed < 4)
        return other;
    const float *v = t->values + cell;
    const double middle = (double)v[0] + (double)v[1] + (double)v[t->columns] +
                          (double)v[t->columns + 1];
    static const size_t joined[] = {1, 0, 3, 2}, parted[] = {3, 2, 1, 0};
    return edges[(middle > 0) == (v[0] > 0) ? joined[at] : parted[at]];
}

/* The cell on the other side of an edge; false at the lattice's border. */
static bool cross(size_t *cell, const tracer *t, size_t edge, bool forward)
{
    const size_t n = edge / 2, column = n % t->columns, row = n / t->columns;
    if (forward) {
        *cell = n;
        return edge % 2 ? column + 1 < t->columns : row + 1 < t->rows;
    }
    if (edge % 2 ? column == 0 : row == 0)
        return false;
    *cell = n - (edge % 2 ? 1 : t->columns);
    return true;
}

static void follow(const tracer *t, size_t first, size_t cell)
{
    size_t edge = first;
    report(t, first, true);
    mark_seen(t, first);
    for (;;) {
        edge = leave_cell(t, cell, edge);
        report(t, edge, false);
        if (is_seen(t, edge))
            return;
        mark_seen(t, edge);
        if (!cross(&cell, t, edge, edge / 2 != cell))
            return;
    }
}

ABL_HOT static void mark_row(uint8_t *marks, const float *here,
                             const float *below, size_t columns)
{
    for (size_t n = 0; n + 1 < columns; n++)
        marks[n] = (uint8_t)(((here[n] > 0) != (here[n + 1] > 0)) |
                             ((here[n] > 0) != (below[n] > 0)) << 1);
    const size_t last = columns - 1;
    marks[last] = (uint8_t)(((here[last] > 0) != (below[last] > 0)) << 1);
}

/* The last row has nothing below it: it is its own neighbour. */
static void mark_all(const tracer *t)
{
    for (size_t row = 0; row < t->rows; row++) {
        const float *here = t->values + row * t->columns;
        mark_row(t->marks + row * t->columns, here,
                 row + 1 < t->rows ? here + t->columns : here, t->columns);
    }
}

/* The next point at @p n or behind it that has a mark; most have none. */
static size_t next_marked(const tracer *t, size_t n, size_t points)
{
    uint64_t eight;
    while (n + sizeof eight <= points) {
        memcpy(&eight, t->marks + n, sizeof eight);
        if (eight)
            break;
        n += sizeof eight;
    }
    while (n < points && !t->marks[n])
        n++;
    return n;
}

static void trace_from(const tracer *t, size_t edge, bool closed_too)
{
    size_t before = 0, behind = 0;
    if (is_seen(t, edge) || !is_crossed(t, edge))
        return;
    const bool has_before = cross(&before, t, edge, false);
    const bool has_behind = cross(&behind, t, edge, true);
    if (closed_too || has_before != has_behind)
        follow(t, edge, has_behind ? behind : before);
}

static void trace_all(const tracer *t)
{
    const size_t points = t->columns * t->rows;
    for (int pass = 0; pass < 2; pass++)
        for (size_t n = next_marked(t, 0, points); n < points;
             n = next_marked(t, n + 1, points)) {
            trace_from(t, 2 * n, pass == 1);
            trace_from(t, 2 * n + 1, pass == 1);
        }
}

abl_status abl_contour_trace(const float *values, const abl_lattice *lattice,
                             abl_contour_fn point, void *user, abl_error *err)
{
    if (lattice->size[0] < 2 || lattice->size[1] < 2)
        return ABL_OK;
    tracer t = {values, lattice, lattice->size[0], lattice->size[1], NULL,
                point,  user};
    t.marks = abl_alloc(t.columns * t.rows, 1, err);
    if (!t.marks)
        return ABL_E_NOMEM;
    mark_all(&t);
    trace_all(&t);
    free(t.marks);
    return ABL_OK;
}

abl_status abl_contour_field(const abl_view *view, const abl_volume *field,
                             double step_px, abl_contour_fn point, void *user,
                             abl_error *err)
{
    const abl_lattice lattice = abl_view_lattice(view, &field->grid, step_px);
    if (lattice.size[0] < 2 || lattice.size[1] < 2)
        return ABL_OK;
    float *values =
        abl_alloc(lattice.size[0] * lattice.size[1], sizeof *values, err);
    if (!values)
        return ABL_E_NOMEM;
    abl_view_sample_field(values, view, field, &lattice, -1.0f);
    abl_status status = abl_contour_trace(values, &lattice, point, user, err);
    free(values);
    return status;
}
