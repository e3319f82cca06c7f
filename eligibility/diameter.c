/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/diameter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/specks.h"

#define CHORD_LINES 2048 /* lines tried for the perpendicular */

/* A position in the slice in mm along its i and j axes. */
typedef struct spot {
    double i_mm, j_mm;
} spot;

typedef struct outline {
    size_t count, capacity;
    spot *spots; /* where the outline cuts grid lines, row by row */
} outline;

typedef struct chord {
    double mm;
    spot from, to;
} chord;

static bool push_spot(outline *out, double i_mm, double j_mm)
{
    if (out->count == out->capacity) {
        const size_t more = out->capacity ? 2 * out->capacity : 512;
        void *grown = realloc(out->spots, more * sizeof *out->spots);
        if (!grown)
            return false;
        out->spots = grown;
        out->capacity = more;
    }
    out->spots[out->count++] = (spot){i_mm, j_mm};
    return true;
}

/* Outermost positive positions of one line of @p count values: first and last
 * crossing, or the end of the line; false when nothing is positive. */
static bool find_ends(double ends[2], const float *values, size_t count,
                      size_t stride)
{
    size_t first = 0, last = count;
    while (first < count && !(values[first * stride] > 0))
        first++;
    if (first == count)
        return false;
    while (!(values[(last - 1) * stride] > 0))
        last--;
    last--;
    ends[0] = (double)first;
    ends[1] = (double)last;
    if (first > 0)
        ends[0] = (double)first - 1 +
                  abl_crossing((double)values[(first - 1) * stride],
                               (double)values[first * stride]);
    if (last + 1 < count)
        ends[1] =
            (double)last + abl_crossing((double)values[last * stride],
                                        (double)values[(last + 1) * stride]);
    return true;
}

/* The points of the outline that can lie on its convex hull: first and last
 * crossing of every row and column. */
static bool collect_outline(outline *out, const abl_volume *field, size_t k)
{
    const abl_grid *grid = &field->grid;
    const size_t ni = grid->size[0], nj = grid->size[1];
    const float *slice = abl_volume_f32(field) + k * ni * nj;
    const double *mm = grid->spacing_mm;
    double ends[2];
    out->count = 0;
    for (size_t j = 0; j < nj; j++) {
        if (!find_ends(ends, slice + j * ni, ni, 1))
            continue;
        for (int e = 0; e < 2; e++)
            if (!push_spot(out, ends[e] * mm[0], (double)j * mm[1]))
                return false;
    }
    if (out->count == 0)
        return true;
    for (size_t i = 0; i < ni; i++) {
        if (!find_ends(ends, slice + i, nj, ni))
            continue;
        for (int e = 0; e < 2; e++)
            if (!push_spot(out, (double)i * mm[0], ends[e] * mm[1]))
                return false;
    }
    return true;
}

static int compare_spots(const void *left, const void *right)
{
    const spot *a = left, *b = right;
    if (a->i_mm != b->i_mm)
        return a->i_mm < b->i_mm ? -1 : 1;
    return a->j_mm < b->j_mm ? -1 : a->j_mm > b->j_mm;
}

static double turn(const spot *o, const spot *a, const spot *b)
{
    return (a->i_mm - o->i_mm) * (b->j_mm - o->j_mm) -
           (a->j_mm - o->j_mm) * (b->i_mm - o->i_mm);
}

/* Andrew's monotone chain; sorts the spots, returns the size of the hull. */
static size_t find_hull(spot *hull, outline *from)
{
    qsort(from->spots, from->count, sizeof *from->spots, compare_spots);
    size_t used = 0;
    for (size_t n = 0; n < from->count; n++) {
        while (used >= 2 &&
               turn(&hull[used - 2], &hull[used - 1], &from->spots[n]) <= 0)
            used--;
        hull[used++] = from->spots[n];
    }
    const size_t lower = used + 1;
    for (size_t n = from->count - 1; n-- > 0;) {
        while (used >= lower &&
               turn(&hull[used - 2], &hull[used - 1], &from->spots[n]) <= 0)
            used--;
        hull[used++] = from->spots[n];
    }
    return used > 1 ? used - 1 : used;
}

static double spot_distance(const spot *a, const spot *b)
{
    return hypot(a->i_mm - b->i_mm, a->j_mm - b->j_mm);
}

/* Hulls of slices have a few hundred corners at most: every pair is tried. */
static abl_status find_longest(chord *best, outline *points, abl_error *err)
{
    *best = (chord){-1, {0, 0}, {0, 0}};
    spot *hull = abl_alloc(2 * points->count + 2, sizeof *hull, err);
    if (!hull)
        return ABL_E_NOMEM;
    const size_t corners = find_hull(hull, points);
    for (size_t m = 0; m < corners; m++)
        for (size_t n = m + 1; n < corners; n++) {
            const double mm = spot_distance(&hull[m], &hull[n]);
            if (mm > best->mm)
                *best = (chord){mm, hull[m], hull[n]};
        }
    free(hull);
    return ABL_OK;
}

/* Extent across the long axis on lines at right angles to it. */
typedef struct widths {
    chord axis;
    double unit[2]; /* along the axis */
    double low[CHORD_LINES], high[CHORD_LINES];
} widths;

static void add_edge(widths *w, const spot *a, const spot *b)
{
    const double scale = (CHORD_LINES - 1) / w->axis.mm;
    double s[2], t[2];
    const spot *ends[2] = {a, b};
    for (int e = 0; e < 2; e++) {
        const double di = ends[e]->i_mm - w->axis.from.i_mm;
        const double dj = ends[e]->j_mm - w->axis.from.j_mm;
        s[e] = (di * w->unit[0] + dj * w->unit[1]) * scale;
        t[e] = dj * w->unit[0] - di * w->unit[1];
    }
    const double first = fmax(ceil(fmin(s[0], s[1])), 0);
    const double last = fmin(floor(fmax(s[0], s[1])), CHORD_LINES - 1);
    for (double line = first; line <= last; line++) {
        const double share = s[1] != s[0] ? (line - s[0]) / (s[1] - s[0]) : 0.0;
        const double at = t[0] + share * (t[1] - t[0]);
        const size_t n = (size_t)line;
        w->low[n] = fmin(w->low[n], at);
        w->high[n] = fmax(w->high[n], at);
    }
}

/* The marching-squares pieces of one cell, corners (0,0) (1,0) (1,1) (0,1). */
static void add_cell(widths *w, const abl_grid *grid, size_t i, size_t j,
                     const double c[4])
{
    static const double corner[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    spot crossings[4];
    size_t count = 0;
    for (size_t n = 0; n < 4; n++) {
        const size_t m = (n + 1) % 4;
        if ((c[n] > 0) == (c[m] > 0))
            continue;
        const double t = abl_crossing(c[n], c[m]);
        const double at[2] = {corner[n][0] + t * (corner[m][0] - corner[n][0]),
                              corner[n][1] + t * (corner[m][1] - corner[n][1])};
        crossings[count++] = (spot){((double)i + at[0]) * grid->spacing_mm[0],
                                    ((double)j + at[1]) * grid->spacing_mm[1]};
    }
    for (size_t n = 0; n + 1 < count; n += 2)
        add_edge(w, &crossings[n], &crossings[n + 1]);
}

static void add_cells(widths *w, const abl_volume *field, size_t k)
{
    const size_t ni = field->grid.size[0], nj = field->grid.size[1];
    const float *slice = abl_volume_f32(field) + k * ni * nj;
    for (size_t j = 0; j + 1 < nj; j++)
        for (size_t i = 0; i + 1 < ni; i++) {
            const float *v = slice + j * ni + i;
            const int inside =
                (v[0] > 0) + (v[1] > 0) + (v[ni] > 0) + (v[ni + 1] > 0);
            if (inside > 0 && inside < 4)
                add_cell(w, &field->grid, i, j,
                         (double[4]){(double)v[0], (double)v[1],
                                     (double)v[ni + 1], (double)v[ni]});
        }
}

/* Where the lesion reaches the edge of the grid, the edge is its outline. */
static void add_border(widths *w, const abl_grid *grid, const float *slice,
                       const size_t first[2], int along)
{
    const size_t stride = along == 0 ? 1 : grid->size[0];
    const float *v = slice + first[1] * grid->size[0] + first[0];
    for (size_t n = 0; n + 1 < grid->size[along]; n++, v += stride) {
        const double a = (double)v[0], b = (double)v[stride];
        if (!(a > 0) && !(b > 0))
            continue;
        const double t = (a > 0) == (b > 0) ? 0 : abl_crossing(a, b);
        const double ends[2] = {(double)n + (a > 0 ? 0 : t),
                                (double)n + (b > 0 ? 1 : t)};
        spot spots[2];
        for (int e = 0; e < 2; e++) {
            double at[2] = {(double)first[0], (double)first[1]};
            at[along] = ends[e];
            spots[e] = (spot){at[0] * grid->spacing_mm[0],
                              at[1] * grid->spacing_mm[1]};
        }
        add_edge(w, &spots[0], &spots[1]);
    }
}

static void add_borders(widths *w, const abl_volume *field, size_t k)
{
    const size_t *size = field->grid.size;
    const float *slice = abl_volume_f32(field) + k * size[0] * size[1];
    for (int along = 0; along < 2; along++) {
        const size_t first[2] = {0, 0};
        size_t last[2] = {size[0] - 1, size[1] - 1};
        last[along] = 0;
        add_border(w, &field->grid, slice, first, along);
        add_border(w, &field->grid, slice, last, along);
    }
}

static spot across(const widths *w, size_t line, double t)
{
    const double s = (double)line * w->axis.mm / (CHORD_LINES - 1);
    return (spot){w->axis.from.i_mm + s * w->unit[0] - t * w->unit[1],
                  w->axis.from.j_mm + s * w->unit[1] + t * w->unit[0]};
}

static abl_status find_perpendicular(chord *best, const abl_volume *field,
                                     size_t k, const chord *axis,
                                     abl_error *err)
{
    *best = (chord){-1, {0, 0}, {0, 0}};
    widths *w = abl_alloc(1, sizeof *w, err);
    if (!w)
        return ABL_E_NOMEM;
    w->axis = *axis;
    w->unit[0] = (axis->to.i_mm - axis->from.i_mm) / axis->mm;
    w->unit[1] = (axis->to.j_mm - axis->from.j_mm) / axis->mm;
    for (size_t n = 0; n < CHORD_LINES; n++) {
        w->low[n] = HUGE_VAL;
        w->high[n] = -HUGE_VAL;
    }
    add_cells(w, field, k);
    add_borders(w, field, k);
    for (size_t n = 0; n < CHORD_LINES; n++)
        if (w->high[n] - w->low[n] > best->mm)
            *best = (chord){w->high[n] - w->low[n], across(w, n, w->low[n]),
                            across(w, n, w->high[n])};
    free(w);
    return ABL_OK;
}

typedef double uncertainty_law(double mm, const abl_edge *edge);

static void fill_segment(abl_segment *out, const abl_shape *shape,
                         uncertainty_law *law)
{
    double unit[3], mm = 0;
    for (int a = 0; a < 3; a++) {
        unit[a] = out->to_lps[a] - out->from_lps[a];
        mm += unit[a] * unit[a];
    }
    mm = sqrt(mm);
    for (int a = 0; a < 3; a++)
        unit[a] = mm > 0 ? unit[a] / mm : 0;
    const abl_edge edge = abl_shape_edge(shape, unit);
    out->mm = (abl_value){true, mm, law(mm, &edge), NULL};
}

static void place_chord(abl_segment *out, const abl_shape *shape, size_t k,
                        const chord *from)
{
    const abl_grid *grid = &shape->field->grid;
    const double *mm = grid->spacing_mm;
    abl_grid_to_lps(out->from_lps, grid,
                    (double[3]){from->from.i_mm / mm[0],
                                from->from.j_mm / mm[1], (double)k});
    abl_grid_to_lps(
        out->to_lps, grid,
        (double[3]){from->to.i_mm / mm[0], from->to.j_mm / mm[1], (double)k});
    fill_segment(out, shape, abl_uncertainty_of_diameter);
}

static abl_status search_slices(chord *best, size_t *slice,
                                const abl_volume *field, abl_error *err)
{
    outline points = {0, 0, NULL};
    abl_status status = ABL_OK;
    *best = (chord){-1, {0, 0}, {0, 0}};
    for (size_t k = 0; !status && k < field->grid.size[2]; k++) {
        chord found = {-1, {0, 0}, {0, 0}};
        if (!collect_outline(&points, field, k))
            status = abl_error_set(err, ABL_E_NOMEM, "out of memory");
        else if (points.count > 0)
            status = find_longest(&found, &points, err);
        if (!status && points.count > 0 && found.mm > best->mm) {
            *best = found;
            *slice = k;
        }
    }
    free(points.spots);
    return status;
}

static abl_status measure(abl_axial_diameters *out, const abl_shape *shape,
                          const abl_volume *field, abl_error *err)
{
    chord longest, perpendicular;
    abl_status status = search_slices(&longest, &out->slice, field, err);
    if (status || !(longest.mm > 0))
        return status;
    place_chord(&out->longest, shape, out->slice, &longest);
    status =
        find_perpendicular(&perpendicular, field, out->slice, &longest, err);
    if (!status && perpendicular.mm > 0)
        place_chord(&out->perpendicular, shape, out->slice, &perpendicular);
    if (shape->label_mm[0] > 0)
        out->perpendicular.mm.uncertainty *= ABL_PERPENDICULAR_SD_RATIO;
    return status;
}

abl_status abl_diameters_axial(abl_axial_diameters *out, const abl_shape *shape,
                               abl_error *err)
{
    abl_volume *cleaned = NULL;
    memset(out, 0, sizeof *out);
    out->longest.mm.why_not = "the lesion is in no slice";
    out->perpendicular.mm.why_not = "the lesion is in no slice";
    abl_status status = abl_field_without_specks(&cleaned, shape->field, err);
    if (!status)
        status = measure(out, shape, cleaned ? cleaned : shape->field, err);
    abl_volume_destroy(cleaned);
    return status;
}

void abl_diameter_3d(abl_segment *out, const abl_shape *shape)
{
    memset(out, 0, sizeof *out);
    out->mm.why_not = "the lesion has no surface in this scan";
    if (abl_point_index_farthest(shape->index, out->from_lps, out->to_lps) > 0)
        fill_segment(out, shape, abl_uncertainty_of_diameter_3d);
}
