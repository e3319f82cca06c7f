/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/contour.h"

#include <stdlib.h>

/* Edges between neighbouring points: number 2n runs from point n to the right,
 * 2n + 1 downwards. Cells have their upper left point's number; their edges
 * are counted top, right, bottom, left. */
typedef struct tracer {
    const float *values;
    const abl_lattice *lattice;
    size_t columns, rows;
    uint8_t *seen; /* by edge */
    abl_contour_fn point;
    void *user;
} tracer;

static bool is_inside(const tracer *t, size_t n)
{
    return t->values[n] > 0;
}

static bool is_crossed(const tracer *t, size_t edge)
{
    const size_t n = edge / 2, column = n % t->columns, row = n / t->columns;
    if (edge % 2 ? row + 1 >= t->rows : column + 1 >= t->columns)
        return false;
    return is_inside(t, n) != is_inside(t, n + (edge % 2 ? t->columns : 1));
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
    t->seen[first] = 1;
    for (;;) {
        edge = leave_cell(t, cell, edge);
        report(t, edge, false);
        if (t->seen[edge])
            return;
        t->seen[edge] = 1;
        if (!cross(&cell, t, edge, edge / 2 != cell))
            return;
    }
}

static void trace_all(const tracer *t)
{
    const size_t edges = 2 * t->columns * t->rows;
    for (int pass = 0; pass < 2; pass++)
        for (size_t edge = 0; edge < edges; edge++) {
            size_t before, behind;
            if (t->seen[edge] || !is_crossed(t, edge))
                continue;
            const bool has_before = cross(&before, t, edge, false);
            const bool has_behind = cross(&behind, t, edge, true);
            if (pass == 1 || has_before != has_behind)
                follow(t, edge, has_behind ? behind : before);
        }
}

abl_status abl_contour_trace(const float *values, const abl_lattice *lattice,
                             abl_contour_fn point, void *user, abl_error *err)
{
    if (lattice->size[0] < 2 || lattice->size[1] < 2)
        return ABL_OK;
    tracer t = {values, lattice, lattice->size[0], lattice->size[1], NULL,
                point,  user};
    t.seen = abl_alloc(2 * t.columns * t.rows, 1, err);
    if (!t.seen)
        return ABL_E_NOMEM;
    trace_all(&t);
    free(t.seen);
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
