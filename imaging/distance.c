/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/distance.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/mask_box.h"
#include "imaging/threads.h"

/* Columns handled together: one cache line of floats. */
enum {
    STRIP = 16
};

/* Steps to the object along a row when the row has none. */
static const uint16_t no_steps = UINT16_MAX;

/* Squared distances above this are "no object" between the passes. */
static const float none_squared = 1.0e18f;

/* One parabola height + (q - apex)^2 along a line, in units of its spacing. */
typedef struct parabola {
    double base;  /* height + apex^2 */
    double start; /* from here on it is the lowest */
    double height;
    int32_t apex;
} parabola;

/* Scratch for the lower envelope of a line's parabolas. */
typedef struct envelope {
    parabola *lowest;
    double *reciprocal; /* 1 / (2 n) */
    int32_t *owner;     /* which of lowest[] starts at each position, or 0 */
} envelope;

typedef struct distance_plan {
    const abl_grid *grid;
    const uint8_t *mask;
    bool to_background; /* the zeros of the mask are the object */
    float limit;        /* squared distances above are not needed */
    float *out;
    char *scratch;
    size_t scratch_bytes; /* per thread */
    size_t longest;       /* of the axes j and k */
} distance_plan;

static envelope take_envelope(char *memory, size_t longest)
{
    envelope e;
    e.lowest = (parabola *)(void *)memory;
    e.reciprocal = (double *)(void *)(e.lowest + longest);
    e.owner = (int32_t *)(void *)(e.reciprocal + longest);
    for (size_t n = 1; n < longest; n++)
        e.reciprocal[n] = 0.5 / (double)n;
    return e;
}

static size_t envelope_bytes(size_t longest)
{
    return longest * (sizeof(parabola) + sizeof(double) + 2 * sizeof(int32_t));
}

/* Parabolas that are lowest somewhere on [0, count); how many. */
ABL_HOT
static int32_t build_envelope(const envelope *e, const float *values,
                              int32_t count, double per_spacing2, float limit)
{
    int32_t used = 0;
    for (int32_t q = 0; q < count; q++) {
        if (values[q] > limit)
            continue;
        parabola next = {0, 0, (double)values[q] * per_spacing2, q};
        next.base = next.height + (double)q * (double)q;
        for (; used > 0; used--) {
            const parabola *top = &e->lowest[used - 1];
            next.start = (next.base - top->base) * e->reciprocal[q - top->apex];
            if (next.start > top->start)
                break;
        }
        if (used == 0)
            next.start = 0;
        else if (next.start > (double)(count - 1))
            continue;
        e->lowest[used++] = next;
    }
    return used;
}

/* Squared distances along one line, in place. */
ABL_HOT
static void write_envelope(float *values, int32_t count, double spacing2,
                           const envelope *e, int32_t used)
{
    memset(e->owner, 0, (size_t)count * sizeof *e->owner);
    for (int32_t n = 1; n < used; n++)
        e->owner[(int32_t)ceil(e->lowest[n].start)] = n;
    int32_t owner = 0;
    for (int32_t q = 0; q < count; q++) {
        owner = e->owner[q] > owner ? e->owner[q] : owner;
        double steps = (double)(q - e->lowest[owner].apex);
        values[q] =
            (float)((e->lowest[owner].height + steps * steps) * spacing2);
    }
}

static void transform_line(float *values, size_t count, double spacing,
                           float limit, const envelope *e)
{
    double spacing2 = spacing * spacing;
    int32_t used =
        build_envelope(e, values, (int32_t)count, 1 / spacing2, limit);
    if (used > 0)
        write_envelope(values, (int32_t)count, spacing2, e, used);
    else
        for (size_t q = 0; q < count; q++)
            values[q] = none_squared;
}

/* Steps over the gap [from, to) between two objects, or none at an end. */
ABL_HOT
static void fill_gap(uint16_t *steps, int32_t from, int32_t to, bool before,
                     bool after)
{
    for (int32_t i = from; i < to; i++) {
        int32_t back = before ? i - from + 1 : no_steps;
        int32_t on = after ? to - i : no_steps;
        steps[i] = (uint16_t)(back < on ? back : on);
    }
}

/* Steps from each voxel of a row to the nearest object voxel. */
static void scan_row(uint16_t *steps, const uint8_t *mask, size_t count,
                     bool to_background)
{
    bool before = false;
    for (size_t i = 0; i < count;) {
        size_t object = abl_mask_find_change(mask, i, count, !to_background);
        if (object > i)
            fill_gap(steps, (int32_t)i, (int32_t)object, before,
                     object < count);
        if (object == count)
            return;
        i = abl_mask_find_change(mask, object, count, to_background);
        memset(steps + object, 0, (i - object) * sizeof *steps);
        before = true;
    }
}

/* Distances within one slice, squared. */
static void transform_slice(const distance_plan *plan, char *scratch, size_t k)
{
    const abl_grid *grid = plan->grid;
    size_t ni = grid->size[0], nj = grid->size[1];
    size_t pitch = plan->longest + STRIP;
    envelope e = take_envelope(scratch, plan->longest);
    float *columns = (float *)(void *)(scratch + envelope_bytes(plan->longest));
    uint16_t *steps = (uint16_t *)(void *)(columns + STRIP * pitch);
    size_t slice = abl_grid_offset(grid, 0, 0, k);
    for (size_t j = 0; j < nj; j++)
        scan_row(steps + j * ni, plan->mask + slice + j * ni, ni,
                 plan->to_background);
    for (size_t i = 0; i < ni; i += STRIP) {
        size_t width = ni - i < STRIP ? ni - i : STRIP;
        for (size_t j = 0; j < nj; j++)
            for (size_t b = 0; b < width; b++) {
                uint16_t n = steps[j * ni + i + b];
                double mm = n * grid->spacing_mm[0];
                columns[b * pitch + j] =
                    n == no_steps ? none_squared : (float)(mm * mm);
            }
        for (size_t b = 0; b < width; b++)
            transform_line(columns + b * pitch, nj, grid->spacing_mm[1],
                           plan->limit, &e);
        for (size_t j = 0; j < nj; j++)
            for (size_t b = 0; b < width; b++)
                plan->out[slice + j * ni + i + b] = columns[b * pitch + j];
    }
}

/* Along k, with the root: the rows j of all slices. */
static void transform_column(const distance_plan *plan, char *scratch, size_t j)
{
    const abl_grid *grid = plan->grid;
    size_t nk = grid->size[2];
    size_t pitch = plan->longest + STRIP;
    envelope e = take_envelope(scratch, plan->longest);
    float *columns = (float *)(void *)(scratch + envelope_bytes(plan->longest));
    for (size_t i = 0; i < grid->size[0]; i += STRIP) {
        size_t left = grid->size[0] - i, width = left < STRIP ? left : STRIP;
        for (size_t k = 0; k < nk; k++) {
            const float *from = plan->out + abl_grid_offset(grid, i, j, k);
            for (size_t b = 0; b < width; b++)
                columns[b * pitch + k] = from[b];
        }
        for (size_t b = 0; b < width; b++)
            transform_line(columns + b * pitch, nk, grid->spacing_mm[2],
                           plan->limit, &e);
        for (size_t k = 0; k < nk; k++) {
            float *to = plan->out + abl_grid_offset(grid, i, j, k);
            for (size_t b = 0; b < width; b++) {
                float squared = columns[b * pitch + k];
                to[b] =
                    squared > plan->limit ? ABL_DISTANCE_NONE : sqrtf(squared);
            }
        }
    }
}

static abl_status run_plan(distance_plan *plan, abl_error *err)
{
    const size_t *size = plan->grid->size;
    plan->longest = size[1] > size[2] ? size[1] : size[2];
    plan->scratch_bytes = envelope_bytes(plan->longest) +
                          STRIP * (plan->longest + STRIP) * sizeof(float) +
                          size[0] * size[1] * sizeof(uint16_t);
    plan->scratch_bytes = (plan->scratch_bytes + 63) / 64 * 64;
    plan->scratch =
        abl_alloc((size_t)abl_threads_get(), plan->scratch_bytes, err);
    if (!plan->scratch)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < size[2]; k++)
        transform_slice(plan,
                        plan->scratch +
                            (size_t)omp_get_thread_num() * plan->scratch_bytes,
                        k);
#pragma omp parallel for schedule(dynamic)
    for (size_t j = 0; j < size[1]; j++)
        transform_column(plan,
                         plan->scratch +
                             (size_t)omp_get_thread_num() * plan->scratch_bytes,
                         j);
    free(plan->scratch);
    return ABL_OK;
}

static abl_status map_distance(abl_volume **out, const abl_volume *mask,
                               double limit_mm, bool to_background,
                               abl_error *err)
{
    *out = NULL;
    abl_volume *volume = NULL;
    if (mask->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID,
                             "distance map: the mask must be 8-bit");
    abl_status status =
        abl_volume_create(&volume, &mask->grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    double limit = limit_mm < 1e8 ? limit_mm : 1e8;
    distance_plan plan = {.grid = &mask->grid,
                          .mask = abl_volume_u8(mask),
                          .to_background = to_background,
                          .limit = (float)(limit * limit * (1 + 1e-6)),
                          .out = abl_volume_f32(volume)};
    status = run_plan(&plan, err);
    if (status)
        abl_volume_destroy(volume);
    else
        *out = volume;
    return status;
}

abl_status abl_distance_map(abl_volume **out, const abl_volume *mask,
                            abl_error *err)
{
    return map_distance(out, mask, INFINITY, false, err);
}

abl_status abl_distance_map_within(abl_volume **out, const abl_volume *mask,
                                   double limit_mm, abl_error *err)
{
    *out = NULL;
    if (!(limit_mm >= 0))
        return abl_error_set(err, ABL_E_INVALID,
                             "distance map: the limit of %g mm is negative",
                             limit_mm);
    return map_distance(out, mask, limit_mm, false, err);
}

abl_status abl_distance_to_background(abl_volume **out, const abl_volume *mask,
                                      double limit_mm, abl_error *err)
{
    *out = NULL;
    if (!(limit_mm >= 0))
        return abl_error_set(err, ABL_E_INVALID,
                             "distance map: the limit of %g mm is negative",
                             limit_mm);
    return map_distance(out, mask, limit_mm, true, err);
}

/* The object's box with one voxel around it, where there is one: it holds the
 * nearest background voxel of every object voxel. */
static abl_status crop_object(abl_volume **out, size_t lo[3],
                              const abl_volume *mask, abl_error *err)
{
    size_t hi[3], size[3];
    *out = NULL;
    if (!abl_mask_find_box(lo, hi, mask))
        return ABL_OK;
    for (int a = 0; a < 3; a++) {
        lo[a] -= lo[a] > 0;
        hi[a] += hi[a] + 1 < mask->grid.size[a];
        size[a] = hi[a] - lo[a] + 1;
    }
    return abl_volume_crop(out, mask, lo, size, err);
}

static void subtract_depth(abl_volume *out, const abl_volume *part,
                           const abl_volume *depth, const size_t lo[3])
{
    const size_t *size = part->grid.size;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            size_t row = abl_grid_offset(&part->grid, 0, j, k);
            const uint8_t *object = abl_volume_u8(part) + row;
            const float *mm = abl_volume_f32(depth) + row;
            float *to =
                abl_volume_f32(out) +
                abl_grid_offset(&out->grid, lo[0], lo[1] + j, lo[2] + k);
            for (size_t i = 0; i < size[0]; i++)
                to[i] = object[i] ? -mm[i] : to[i];
        }
}

abl_status abl_distance_signed(abl_volume **out, const abl_volume *mask,
                               abl_error *err)
{
    abl_volume *part = NULL, *depth = NULL;
    size_t lo[3];
    abl_status status = map_distance(out, mask, INFINITY, false, err);
    if (!status)
        status = crop_object(&part, lo, mask, err);
    if (!status && part)
        status = map_distance(&depth, part, INFINITY, true, err);
    if (!status && part)
        subtract_depth(*out, part, depth, lo);
    abl_volume_destroy(part);
    abl_volume_destroy(depth);
    if (status) {
        abl_volume_destroy(*out);
        *out = NULL;
    }
    return status;
}
