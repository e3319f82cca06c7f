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

/* to = from, joined with itself @p shift voxels on (object spreads) or met
 * with it (background spreads); what lies outside changes nothing. */
static void combine(uint8_t *restrict to, const uint8_t *restrict a,
                    const uint8_t *restrict b, size_t count, bool spread)
{
    if (spread)
        for (size_t n = 0; n < count; n++)
            to[n] = a[n] | b[n];
    else
        for (size_t n = 0; n < count; n++)
            to[n] = a[n] & b[n];
}

/* Windows [n, n + radius] and [n - radius, n] by doubling, then both. Three
 * buffers of count bytes; the result ends in line. */
static void spread_line(uint8_t *line, uint8_t *room, size_t count, size_t step,
                        size_t radius, bool spread)
{
    uint8_t *ahead = room, *behind = room + count, *spare = room + 2 * count;
    memcpy(ahead, line, count);
    memcpy(behind, line, count);
    for (size_t done = 0; done < radius;) {
        const size_t more = done + 1 < radius - done ? done + 1 : radius - done;
        const size_t shift = more * step;
        if (shift >= count)
            break;
        combine(spare, ahead, ahead + shift, count - shift, spread);
        memcpy(ahead, spare, count - shift);
        combine(spare, behind + shift, behind, count - shift, spread);
        memcpy(behind + shift, spare, count - shift);
        done += more;
    }
    combine(line, ahead, behind, count, spread);
}

/* In plane; false when memory ran out and nothing was done to some slices. */
static bool spread_slices(abl_volume *mask, size_t radius, bool spread)
{
    const size_t *n = mask->grid.size, plane = n[0] * n[1];
    uint8_t *m = abl_volume_u8(mask);
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    {
        uint8_t *room = malloc(3 * plane);
        failed = room ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t k = 0; k < n[2]; k++) {
            uint8_t *slice = m + k * plane;
            for (size_t j = 0; !failed && j < n[1]; j++)
                spread_line(slice + j * n[0], room, n[0], 1, radius, spread);
            if (!failed)
                spread_line(slice, room, plane, n[0], radius, spread);
        }
        free(room);
    }
    return !failed;
}

static abl_status spread_mask(abl_volume *mask, size_t radius, size_t slices,
                              bool spread, abl_error *err)
{
    const size_t count = abl_grid_voxels(&mask->grid);
    const size_t plane = mask->grid.size[0] * mask->grid.size[1];
    if (radius > 0 && !spread_slices(mask, radius, spread))
        return abl_error_set(err, ABL_E_NOMEM, "no memory to grow a mask");
    if (slices == 0)
        return ABL_OK;
    uint8_t *room = abl_alloc(3, count, err);
    if (!room)
        return ABL_E_NOMEM;
    spread_line(abl_volume_u8(mask), room, count, plane, slices, spread);
    free(room);
    return ABL_OK;
}

abl_status abl_body_erode(abl_volume *mask, size_t radius, size_t slices,
                          abl_error *err)
{
    return spread_mask(mask, radius, slices, false, err);
}

abl_status abl_body_dilate(abl_volume *mask, size_t radius, size_t slices,
                           abl_error *err)
{
    return spread_mask(mask, radius, slices, true, err);
}

bool abl_body_row_ends(size_t *first, size_t *last, const uint8_t *row,
                       size_t count)
{
    const uint8_t *found = memchr(row, 1, count);
    if (!found)
        return false;
    *first = (size_t)(found - row);
    *last = count - 1;
    while (!row[*last])
        (*last)--;
    return true;
}

void abl_body_middle(double middle[2], const abl_volume *body)
{
    const size_t *size = body->grid.size;
    const uint8_t *m = abl_volume_u8(body);
    double sum[2] = {0, 0}, count = 0;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            size_t first, last;
            if (!abl_body_row_ends(&first, &last,
                                   m + (k * size[1] + j) * size[0], size[0]))
                continue;
            const double length = (double)(last - first + 1);
            sum[0] += 0.5 * length * (double)(first + last);
            sum[1] += length * (double)j;
            count += length;
        }
    middle[0] = count > 0 ? sum[0] / count : 0;
    middle[1] = count > 0 ? sum[1] / count : 0;
}

bool abl_body_box(size_t lo[3], size_t hi[3], const abl_volume *mask)
{
    const size_t *n = mask->grid.size;
    const uint8_t *m = abl_volume_u8(mask);
    for (int a = 0; a < 3; a++) {
        lo[a] = n[a];
        hi[a] = 0;
    }
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++) {
            size_t first, last;
            if (!abl_body_row_ends(&first, &last, m + (k * n[1] + j) * n[0],
                                   n[0]))
                continue;
            const size_t from[3] = {first, j, k}, to[3] = {last, j, k};
            for (int a = 0; a < 3; a++) {
                lo[a] = from[a] < lo[a] ? from[a] : lo[a];
                hi[a] = to[a] > hi[a] ? to[a] : hi[a];
            }
        }
    return lo[2] < n[2];
}

/* One background region of a slice, by flooding. */
typedef struct region {
    const size_t *size;
    const uint8_t *barrier; /* of the slice, or NULL: never entered */
    bool front_and_back;    /* the sides of the slice are closed */
    uint32_t *stack;        /* ends up holding the whole region */
    uint8_t *seen;
    size_t count;
    bool is_open; /* reaches the end of the slice or the barrier */
} region;

/* Whether the region may leave the slice here. */
static bool is_exit(const region *r, size_t i, size_t j)
{
    const double di = (double)i - 0.5 * (double)r->size[0];
    const double dj = (double)j - 0.5 * (double)r->size[1];
    return !r->front_and_back ||
           fabs(dj) * (double)r->size[0] >= fabs(di) * (double)r->size[1];
}

static void flood(region *r, const uint8_t *slice, uint32_t start)
{
    const size_t ni = r->size[0], nj = r->size[1];
    r->count = 1;
    r->stack[0] = start;
    r->is_open = false;
    r->seen[start] = 1;
    for (size_t done = 0; done < r->count; done++) {
        const uint32_t at = r->stack[done];
        const size_t i = at % ni, j = at / ni;
        const bool has[4] = {i > 0, i + 1 < ni, j > 0, j + 1 < nj};
        const uint32_t to[4] = {at - 1, at + 1, at - (uint32_t)ni,
                                at + (uint32_t)ni};
        for (int n = 0; n < 4; n++) {
            if (!has[n] || (r->barrier && r->barrier[to[n]])) {
                r->is_open = r->is_open || is_exit(r, i, j);
            } else if (!r->seen[to[n]] && !slice[to[n]]) {
                r->seen[to[n]] = 1;
                r->stack[r->count++] = to[n];
            }
        }
    }
}

static void fill_slice(uint8_t *slice, const uint8_t *forbidden, region *r,
                       size_t most)
{
    const size_t count = r->size[0] * r->size[1];
    memset(r->seen, 0, count);
    for (size_t n = 0; n < count; n++) {
        if (slice[n] || r->seen[n] || (r->barrier && r->barrier[n]))
            continue;
        flood(r, slice, (uint32_t)n);
        bool fill = !r->is_open && r->count <= most;
        for (size_t m = 0; fill && forbidden && m < r->count; m++)
            fill = !forbidden[r->stack[m]];
        for (size_t m = 0; fill && m < r->count; m++)
            slice[r->stack[m]] = 1;
    }
}

/* What regions are filled; masks may be NULL. */
typedef struct fill_rule {
    const uint8_t *forbidden, *barrier;
    bool front_and_back;
    size_t most; /* voxels */
} fill_rule;

static abl_status fill_slices(abl_volume *mask, const fill_rule *rule,
                              abl_error *err)
{
    const size_t *n = mask->grid.size, plane = n[0] * n[1];
    uint8_t *m = abl_volume_u8(mask);
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    {
        region r = {.size = n,
                    .front_and_back = rule->front_and_back,
                    .seen = malloc(plane),
                    .stack = malloc(plane * sizeof *r.stack)};
        failed = r.seen && r.stack ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t k = 0; k < n[2]; k++) {
            const size_t at = k * plane;
            r.barrier = rule->barrier ? rule->barrier + at : NULL;
            if (!failed)
                fill_slice(m + at,
                           rule->forbidden ? rule->forbidden + at : NULL, &r,
                           rule->most);
        }
        free(r.seen);
        free(r.stack);
    }
    return failed ? abl_error_set(err, ABL_E_NOMEM, "no memory to fill holes")
                  : ABL_OK;
}

abl_status abl_body_fill_small(abl_volume *mask, const abl_volume *forbidden,
                               double max_mm2, abl_error *err)
{
    const double pixel = mask->grid.spacing_mm[0] * mask->grid.spacing_mm[1];
    const fill_rule rule = {.forbidden =
                                forbidden ? abl_volume_u8(forbidden) : NULL,
                            .most = (size_t)(max_mm2 / pixel)};
    return fill_slices(mask, &rule, err);
}

abl_status abl_body_fill_trunk(abl_volume *mask, const abl_volume *pad,
                               abl_error *err)
{
    const fill_rule rule = {.barrier = abl_volume_u8(pad),
                            .front_and_back = true,
                            .most = SIZE_MAX};
    return fill_slices(mask, &rule, err);
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
        size_t first, last;
        if (!abl_body_row_ends(&first, &last, slice + j * size[0], size[0]))
            continue;
        room->low[rows] = (point2){(double)first, (double)j};
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
