/* Points in cubic cells: nearest and farthest pairs by boxes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/clearance.h"

#define CELLS_ALONG 48 /* about, along the diagonal of the points' box */
#define MIN_CELL_MM 2.0
#define MAX_CELL_MM 16.0
#define MAX_CELLS   ((size_t)1 << 22)

typedef struct cell {
    size_t first, count;
    double lo[3], hi[3];
} cell;

struct abl_point_index {
    size_t count, cell_count;
    double (*points)[3];
    cell *cells; /* only those with points */
    double lo[3], hi[3];
};

typedef struct cell_grid {
    double lo[3], cell_mm;
    size_t size[3];
} cell_grid;

static double square_mm2(const double a[3], const double b[3])
{
    const double d0 = a[0] - b[0], d1 = a[1] - b[1], d2 = a[2] - b[2];
    return d0 * d0 + d1 * d1 + d2 * d2;
}

/* Plain comparisons: fmin() and fmax() are calls. */
static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* Least squared distance between two boxes. */
static double box_gap_mm2(const double a_lo[3], const double a_hi[3],
                          const double b_lo[3], const double b_hi[3])
{
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        const double gap = larger(a_lo[a] - b_hi[a], b_lo[a] - a_hi[a]);
        sum += gap > 0 ? gap * gap : 0;
    }
    return sum;
}

/* Greatest squared distance between two boxes. */
static double box_span_mm2(const cell *x, const cell *y)
{
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        const double span = larger(x->hi[a] - y->lo[a], y->hi[a] - x->lo[a]);
        sum += span * span;
    }
    return sum;
}

static void start_box(double lo[3], double hi[3])
{
    for (int a = 0; a < 3; a++) {
        lo[a] = HUGE_VAL;
        hi[a] = -HUGE_VAL;
    }
}

static void grow_box(double lo[3], double hi[3], const double point[3])
{
    for (int a = 0; a < 3; a++) {
        lo[a] = smaller(lo[a], point[a]);
        hi[a] = larger(hi[a], point[a]);
    }
}

static cell_grid choose_cells(const abl_point_index *index)
{
    cell_grid cells;
    memcpy(cells.lo, index->lo, sizeof cells.lo);
    const double diagonal = sqrt(square_mm2(index->lo, index->hi));
    cells.cell_mm =
        fmin(MAX_CELL_MM, fmax(MIN_CELL_MM, diagonal / CELLS_ALONG));
    for (;; cells.cell_mm *= 2) {
        double total = 1;
        for (int a = 0; a < 3; a++) {
            const double along =
                floor((index->hi[a] - index->lo[a]) / cells.cell_mm) + 1;
            total *= along;
            cells.size[a] = (size_t)along;
        }
        if (total <= (double)MAX_CELLS)
            return cells;
    }
}

static size_t cell_of(const cell_grid *cells, const double point[3])
{
    size_t at[3];
    for (int a = 0; a < 3; a++) {
        const double x = floor((point[a] - cells->lo[a]) / cells->cell_mm);
        const size_t top = cells->size[a] - 1;
        at[a] = x > 0 ? ((size_t)x < top ? (size_t)x : top) : 0;
    }
    return (at[2] * cells->size[1] + at[1]) * cells->size[0] + at[0];
}

/* Counting sort by cell; the order within a cell is the order given. */
static abl_status sort_points(abl_point_index *index, const double (*points)[3],
                              const cell_grid *cells, abl_error *err)
{
    const size_t total = cells->size[0] * cells->size[1] * cells->size[2];
    size_t *start = abl_alloc(total + 1, sizeof *start, err);
    if (!start)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < index->count; n++)
        start[cell_of(cells, points[n]) + 1]++;
    for (size_t c = 0; c < total; c++) {
        index->cell_count += start[c + 1] > 0;
        start[c + 1] += start[c];
    }
    index->cells = abl_alloc(index->cell_count, sizeof *index->cells, err);
    if (!index->cells) {
        free(start);
        return ABL_E_NOMEM;
    }
    size_t used = 0;
    for (size_t c = 0; c < total; c++)
        if (start[c + 1] > start[c]) {
            cell *made = &index->cells[used++];
            made->first = start[c];
            made->count = start[c + 1] - start[c];
            start_box(made->lo, made->hi);
        }
    for (size_t n = 0; n < index->count; n++) {
        size_t *next = &start[cell_of(cells, points[n])];
        memcpy(index->points[(*next)++], points[n], sizeof points[n]);
    }
    free(start);
    for (size_t c = 0; c < index->cell_count; c++)
        for (size_t n = 0; n < index->cells[c].count; n++)
            grow_box(index->cells[c].lo, index->cells[c].hi,
                     index->points[index->cells[c].first + n]);
    return ABL_OK;
}

abl_status abl_point_index_create(abl_point_index **out,
                                  const double (*points_lps)[3], size_t count,
                                  abl_error *err)
{
    *out = NULL;
    abl_point_index *index = abl_alloc(1, sizeof *index, err);
    if (!index)
        return ABL_E_NOMEM;
    abl_status status = ABL_OK;
    index->count = count;
    start_box(index->lo, index->hi);
    for (size_t n = 0; n < count; n++)
        grow_box(index->lo, index->hi, points_lps[n]);
    if (count) {
        const cell_grid cells = choose_cells(index);
        index->points = abl_alloc(count, sizeof index->points[0], err);
        status = index->points ? sort_points(index, points_lps, &cells, err)
                               : ABL_E_NOMEM;
    }
    if (status)
        abl_point_index_destroy(index);
    else
        *out = index;
    return status;
}

void abl_point_index_destroy(abl_point_index *index)
{
    if (!index)
        return;
    free(index->points);
    free(index->cells);
    free(index);
}

size_t abl_point_index_count(const abl_point_index *index)
{
    return index->count;
}

typedef struct pair {
    double mm2;
    const double *a, *b;
} pair;

static void search_nearest(pair *best, const abl_point_index *ia, const cell *x,
                           const abl_point_index *ib, const cell *y)
{
    for (size_t m = 0; m < x->count; m++) {
        const double *a = ia->points[x->first + m];
        if (box_gap_mm2(a, a, y->lo, y->hi) >= best->mm2)
            continue;
        for (size_t n = 0; n < y->count; n++) {
            const double *b = ib->points[y->first + n];
            const double mm2 = square_mm2(a, b);
            if (mm2 < best->mm2)
                *best = (pair){mm2, a, b};
        }
    }
}

/* The cell nearest to a box. */
static const cell *nearest_cell(const abl_point_index *index,
                                const double lo[3], const double hi[3])
{
    const cell *best = &index->cells[0];
    double least = HUGE_VAL;
    for (size_t c = 0; c < index->cell_count; c++) {
        const double gap =
            box_gap_mm2(index->cells[c].lo, index->cells[c].hi, lo, hi);
        if (gap < least) {
            least = gap;
            best = &index->cells[c];
        }
    }
    return best;
}

double abl_point_index_nearest(const abl_point_index *index_a,
                               const abl_point_index *index_b, double below_mm,
                               double a_lps[3], double b_lps[3])
{
    if (!index_a->count || !index_b->count)
        return HUGE_VAL;
    pair best = {below_mm * below_mm, NULL, NULL};
    const cell *y = nearest_cell(index_b, index_a->lo, index_a->hi);
    const cell *x = nearest_cell(index_a, y->lo, y->hi);
    search_nearest(&best, index_a, x, index_b, y);
    for (size_t c = 0; c < index_b->cell_count; c++) {
        y = &index_b->cells[c];
        if (box_gap_mm2(y->lo, y->hi, index_a->lo, index_a->hi) >= best.mm2)
            continue;
        for (size_t d = 0; d < index_a->cell_count; d++) {
            x = &index_a->cells[d];
            if (box_gap_mm2(x->lo, x->hi, y->lo, y->hi) < best.mm2)
                search_nearest(&best, index_a, x, index_b, y);
        }
    }
    if (!best.a)
        return HUGE_VAL;
    memcpy(a_lps, best.a, 3 * sizeof *a_lps);
    memcpy(b_lps, best.b, 3 * sizeof *b_lps);
    return sqrt(best.mm2);
}

static const double *farthest_from(const abl_point_index *index,
                                   const double from[3])
{
    const double *best = index->points[0];
    double most = -1;
    for (size_t n = 0; n < index->count; n++) {
        const double mm2 = square_mm2(from, index->points[n]);
        if (mm2 > most) {
            most = mm2;
            best = index->points[n];
        }
    }
    return best;
}

/* A good first guess: sweeps there and back. */
static pair sweep_farthest(const abl_point_index *index)
{
    const double *a = index->points[0], *b = a;
    for (int sweep = 0; sweep < 4; sweep++) {
        const double *next = farthest_from(index, b);
        a = b;
        b = next;
    }
    return (pair){square_mm2(a, b), a, b};
}

static void search_farthest(pair *best, const abl_point_index *index,
                            const cell *x, const cell *y)
{
    for (size_t m = 0; m < x->count; m++) {
        const double *a = index->points[x->first + m];
        const cell at = {0, 1, {a[0], a[1], a[2]}, {a[0], a[1], a[2]}};
        if (box_span_mm2(&at, y) <= best->mm2)
            continue;
        for (size_t n = 0; n < y->count; n++) {
            const double *b = index->points[y->first + n];
            const double mm2 = square_mm2(a, b);
            if (mm2 > best->mm2)
                *best = (pair){mm2, a, b};
        }
    }
}

double abl_point_index_farthest(const abl_point_index *index, double a_lps[3],
                                double b_lps[3])
{
    if (index->count < 2)
        return 0;
    pair best = sweep_farthest(index);
    cell all = {0, 0, {0, 0, 0}, {0, 0, 0}};
    memcpy(all.lo, index->lo, sizeof all.lo);
    memcpy(all.hi, index->hi, sizeof all.hi);
    for (size_t c = 0; c < index->cell_count; c++) {
        const cell *x = &index->cells[c];
        if (box_span_mm2(x, &all) <= best.mm2)
            continue;
        for (size_t d = c; d < index->cell_count; d++)
            if (box_span_mm2(x, &index->cells[d]) > best.mm2)
                search_farthest(&best, index, x, &index->cells[d]);
    }
    memcpy(a_lps, best.a, 3 * sizeof *a_lps);
    memcpy(b_lps, best.b, 3 * sizeof *b_lps);
    return sqrt(best.mm2);
}

static bool is_within(const double lps[3], const abl_point_index *around,
                      const cell *const *near, size_t count, double reach_mm2)
{
    for (size_t c = 0; c < count; c++) {
        const cell *x = near[c];
        if (box_gap_mm2(lps, lps, x->lo, x->hi) > reach_mm2)
            continue;
        for (size_t n = 0; n < x->count; n++)
            if (square_mm2(lps, around->points[x->first + n]) <= reach_mm2)
                return true;
    }
    return false;
}

/* Appends the points of one cell that lie within reach. */
static void keep_within(double (*kept)[3], size_t *count,
                        const abl_point_index *from, const cell *x,
                        const abl_point_index *around, const cell **near,
                        double reach_mm2)
{
    size_t near_count = 0;
    for (size_t c = 0; c < around->cell_count; c++) {
        const cell *y = &around->cells[c];
        if (box_gap_mm2(x->lo, x->hi, y->lo, y->hi) <= reach_mm2)
            near[near_count++] = y;
    }
    for (size_t n = 0; near_count && n < x->count; n++) {
        const double *point = from->points[x->first + n];
        if (is_within(point, around, near, near_count, reach_mm2))
            memcpy(kept[(*count)++], point, sizeof kept[0]);
    }
}

abl_status abl_point_index_within(double (**points_lps)[3], size_t *count,
                                  const abl_point_index *from,
                                  const abl_point_index *around,
                                  double radius_mm, abl_error *err)
{
    *points_lps = NULL;
    *count = 0;
    const double reach = radius_mm * radius_mm;
    size_t candidates = 0;
    for (size_t c = 0; c < from->cell_count; c++)
        if (box_gap_mm2(from->cells[c].lo, from->cells[c].hi, around->lo,
                        around->hi) <= reach)
            candidates += from->cells[c].count;
    if (!candidates)
        return ABL_OK;
    double(*kept)[3] = abl_alloc(candidates, sizeof kept[0], err);
    const cell **near =
        kept ? abl_alloc(around->cell_count, sizeof *near, err) : NULL;
    if (!near) {
        free(kept);
        return ABL_E_NOMEM;
    }
    for (size_t c = 0; c < from->cell_count; c++)
        if (box_gap_mm2(from->cells[c].lo, from->cells[c].hi, around->lo,
                        around->hi) <= reach)
            keep_within(kept, count, from, &from->cells[c], around, near,
                        reach);
    free(near);
    *points_lps = kept;
    return ABL_OK;
}
