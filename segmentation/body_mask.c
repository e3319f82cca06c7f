/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

size_t abl_body_radius(const abl_grid *grid, double mm)
{
    const double voxels = floor(mm / grid->spacing_mm[0] + 0.5);
    return voxels < 1 ? 1 : (size_t)voxels;
}

double abl_body_mask_ml(const abl_volume *mask)
{
    const size_t count = abl_grid_voxels(&mask->grid);
    const uint8_t *m = abl_volume_u8(mask);
    size_t inside = 0;
    for (size_t n = 0; n < count; n++)
        inside += m[n] ? 1 : 0;
    return 1e-3 * (double)inside * abl_grid_voxel_mm3(&mask->grid);
}

/* Turns every voxel within radius of one that equals @p spread into it, along
 * one row of @p count voxels that are @p stride apart. */
static void spread_row(uint8_t *row, size_t count, size_t stride, size_t radius,
                       bool spread)
{
    size_t end = 0; /* voxels before this are within reach of the last one */
    for (size_t n = 0; n < count; n++) {
        uint8_t *v = row + n * stride;
        if ((*v != 0) == spread && *v != 2) {
            end = n + radius + 1;
        } else if (n < end) {
            *v = 2;
        }
    }
    size_t from = count; /* voxels at or after this are within reach */
    bool any = false;
    for (size_t n = count; n-- > 0;) {
        uint8_t *v = row + n * stride;
        if (*v == 2)
            continue;
        if ((*v != 0) == spread) {
            from = n > radius ? n - radius : 0;
            any = true;
        } else if (any && n >= from) {
            *v = 2;
        }
    }
    for (size_t n = 0; n < count; n++)
        if (row[n * stride] == 2)
            row[n * stride] = spread ? 1 : 0;
}

/* The same for @p width neighbouring columns at once would be faster; slices
 * are small enough to stay in cache. */
static void spread_slices(abl_volume *mask, size_t radius, bool spread)
{
    const size_t *n = mask->grid.size;
    uint8_t *m = abl_volume_u8(mask);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < n[2]; k++) {
        uint8_t *slice = m + k * n[0] * n[1];
        for (size_t j = 0; j < n[1]; j++)
            spread_row(slice + j * n[0], n[0], 1, radius, spread);
        for (size_t i = 0; i < n[0]; i++)
            spread_row(slice + i, n[1], n[0], radius, spread);
    }
}

static void spread_k(abl_volume *mask, size_t radius, bool spread)
{
    const size_t *n = mask->grid.size;
    uint8_t *m = abl_volume_u8(mask);
#pragma omp parallel for schedule(static)
    for (size_t j = 0; j < n[1]; j++)
        for (size_t i = 0; i < n[0]; i++)
            spread_row(m + j * n[0] + i, n[2], n[0] * n[1], radius, spread);
}

void abl_body_erode_square(abl_volume *mask, size_t radius)
{
    spread_slices(mask, radius, false);
}

void abl_body_dilate_square(abl_volume *mask, size_t radius)
{
    spread_slices(mask, radius, true);
}

void abl_body_erode_k(abl_volume *mask, size_t radius)
{
    spread_k(mask, radius, false);
}

void abl_body_dilate_k(abl_volume *mask, size_t radius)
{
    spread_k(mask, radius, true);
}

/* One background region of a slice, by flooding. */
typedef struct region {
    const size_t *size;
    uint32_t *stack; /* ends up holding the whole region */
    size_t count;
    bool reaches_border;
} region;

static void flood(region *r, uint8_t *seen, const uint8_t *slice,
                  uint32_t start)
{
    const size_t ni = r->size[0], nj = r->size[1];
    r->count = 1;
    r->stack[0] = start;
    r->reaches_border = false;
    seen[start] = 1;
    for (size_t done = 0; done < r->count; done++) {
        const uint32_t at = r->stack[done];
        const size_t i = at % ni, j = at / ni;
        const bool has[4] = {i > 0, i + 1 < ni, j > 0, j + 1 < nj};
        const uint32_t to[4] = {at - 1, at + 1, at - (uint32_t)ni,
                                at + (uint32_t)ni};
        for (int n = 0; n < 4; n++) {
            if (!has[n]) {
                r->reaches_border = true;
            } else if (!seen[to[n]] && !slice[to[n]]) {
                seen[to[n]] = 1;
                r->stack[r->count++] = to[n];
            }
        }
    }
}

static void fill_slice(uint8_t *slice, const uint8_t *forbidden, region *r,
                       uint8_t *seen, size_t most)
{
    const size_t count = r->size[0] * r->size[1];
    memset(seen, 0, count);
    for (size_t n = 0; n < count; n++) {
        if (slice[n] || seen[n])
            continue;
        flood(r, seen, slice, (uint32_t)n);
        bool fill = !r->reaches_border && r->count <= most;
        for (size_t m = 0; fill && forbidden && m < r->count; m++)
            fill = !forbidden[r->stack[m]];
        for (size_t m = 0; fill && m < r->count; m++)
            slice[r->stack[m]] = 1;
    }
}

abl_status abl_body_fill_small(abl_volume *mask, const abl_volume *forbidden,
                               double max_mm2, abl_error *err)
{
    const size_t *n = mask->grid.size, plane = n[0] * n[1];
    const double pixel = mask->grid.spacing_mm[0] * mask->grid.spacing_mm[1];
    const size_t most = (size_t)(max_mm2 / pixel);
    const uint8_t *f = forbidden ? abl_volume_u8(forbidden) : NULL;
    uint8_t *m = abl_volume_u8(mask);
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    {
        uint8_t *seen = malloc(plane);
        region r = {.size = n, .stack = malloc(plane * sizeof *r.stack)};
        failed = seen && r.stack ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t k = 0; k < n[2]; k++)
            if (!failed)
                fill_slice(m + k * plane, f ? f + k * plane : NULL, &r, seen,
                           most);
        free(seen);
        free(r.stack);
    }
    if (failed)
        return abl_error_set(err, ABL_E_NOMEM, "no memory to fill holes");
    return ABL_OK;
}

typedef struct point2 {
    double i, j;
} point2;

static double turn(point2 a, point2 b, point2 c)
{
    return (b.i - a.i) * (c.j - a.j) - (b.j - a.j) * (c.i - a.i);
}

/* One chain of the hull (Andrew's monotone chain) from row ends that come
 * sorted by j; returns how many points it has. */
static size_t build_chain(point2 *chain, const point2 *ends, size_t count,
                          double sign)
{
    size_t top = 0;
    for (size_t n = 0; n < count; n++) {
        while (top >= 2 &&
               sign * turn(chain[top - 2], chain[top - 1], ends[n]) <= 0)
            top--;
        chain[top++] = ends[n];
    }
    return top;
}

static double chain_at(const point2 *chain, size_t count, size_t *piece,
                       double j)
{
    while (*piece + 2 < count && chain[*piece + 1].j < j)
        (*piece)++;
    if (count < 2)
        return chain[0].i;
    const point2 a = chain[*piece], b = chain[*piece + 1];
    return a.i + (b.i - a.i) * (j - a.j) / (b.j - a.j);
}

/* Room for the row ends of a slice and the two chains. */
typedef struct hull_room {
    point2 *low, *high, *left, *right;
} hull_room;

static void hull_slice(uint8_t *slice, const size_t size[3],
                       const hull_room *room)
{
    size_t rows = 0;
    for (size_t j = 0; j < size[1]; j++) {
        const uint8_t *row = slice + j * size[0];
        const uint8_t *first = memchr(row, 1, size[0]);
        if (!first)
            continue;
        size_t last = size[0] - 1;
        while (!row[last])
            last--;
        room->low[rows] = (point2){(double)(first - row), (double)j};
        room->high[rows++] = (point2){(double)last, (double)j};
    }
    if (rows == 0)
        return;
    const size_t left = build_chain(room->left, room->low, rows, -1);
    const size_t right = build_chain(room->right, room->high, rows, 1);
    size_t at_left = 0, at_right = 0;
    for (size_t j = (size_t)room->low[0].j; j <= (size_t)room->low[rows - 1].j;
         j++) {
        const double from = chain_at(room->left, left, &at_left, (double)j);
        const double to = chain_at(room->right, right, &at_right, (double)j);
        for (size_t i = (size_t)ceil(from - 1e-9); (double)i <= to + 1e-9; i++)
            slice[j * size[0] + i] = 1;
    }
}

abl_status abl_body_hull(abl_volume *mask, abl_error *err)
{
    const size_t *n = mask->grid.size;
    point2 *points = abl_alloc(4 * n[1], sizeof *points, err);
    if (!points)
        return ABL_E_NOMEM;
    const hull_room room = {points, points + n[1], points + 2 * n[1],
                            points + 3 * n[1]};
    for (size_t k = 0; k < n[2]; k++)
        hull_slice(abl_volume_u8(mask) + k * n[0] * n[1], n, &room);
    free(points);
    return ABL_OK;
}
