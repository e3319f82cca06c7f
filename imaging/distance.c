/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/distance.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/threads.h"

/* Columns handled together: one cache line of floats. */
enum {
    STRIP = 16
};

/* Steps to the object along a row when the row has none. */
static const uint16_t no_steps = UINT16_MAX;

/* Squared distances above this are "no object" between the passes. */
static const float none_squared = 1.0e18f;

/* Lower envelope of parabolas along one line, in units of its spacing. */
typedef struct envelope {
    double *height;     /* of each parabola: squared distance / spacing^2 */
    double *start;      /* where it becomes the lowest */
    size_t *apex;       /* where its lowest point is */
    double *reciprocal; /* 1 / (2 n) */
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
    e.height = (double *)(void *)memory;
    e.start = e.height + longest;
    e.reciprocal = e.start + longest;
    e.apex = (size_t *)(void *)(e.reciprocal + longest);
    for (size_t n = 1; n < longest; n++)
        e.reciprocal[n] = 0.5 / (double)n;
    return e;
}

static size_t envelope_bytes(size_t longest)
{
    return longest * (3 * sizeof(double) + sizeof(size_t));
}

/* Parabolas that are lowest somewhere on [0, count); how many. */
static size_t build_envelope(envelope *e, const float *values, size_t count,
                             double per_spacing2, float limit)
{
    size_t used = 0;
    for (size_t q = 0; q < count; q++) {
        if (values[q] > limit)
            continue;
        double height = (double)values[q] * per_spacing2, start = 0;
        double bowl = height + (double)q * (double)q;
        while (used > 0) {
            size_t v = e->apex[used - 1];
            double below = e->height[used - 1] + (double)v * (double)v;
            start = (bowl - below) * e->reciprocal[q - v];
            if (start > e->start[used - 1])
                break;
            used--;
        }
        if (used > 0 && start > (double)(count - 1))
            continue;
        e->height[used] = height;
        e->start[used] = used ? start : 0;
        e->apex[used] = q;
        used++;
    }
    return used;
}

/* Squared distances along one line, in place. */
static void transform_line(float *values, size_t count, double spacing,
                           float limit, envelope *e)
{
    double spacing2 = spacing * spacing;
    size_t used = build_envelope(e, values, count, 1 / spacing2, limit);
    size_t q = 0;
    for (size_t n = 0; n < used; n++) {
        double last = n + 1 < used ? e->start[n + 1] : (double)(count - 1);
        double apex = (double)e->apex[n], height = e->height[n];
        size_t end = (size_t)last + 1;
        for (; q < end; q++) {
            double steps = (double)q - apex;
            values[q] = (float)((height + steps * steps) * spacing2);
        }
    }
    for (; q < count; q++)
        values[q] = none_squared;
}

/* Steps from each voxel of a row to the nearest object voxel. */
static void scan_row(uint16_t *steps, const uint8_t *mask, size_t count,
                     bool to_background)
{
    uint16_t since = no_steps;
    for (size_t i = 0; i < count; i++) {
        bool object = (mask[i] != 0) != to_background;
        since = object ? 0 : (uint16_t)(since + (since != no_steps));
        steps[i] = since;
    }
    for (size_t i = count - 1; i-- > 0;) {
        uint16_t next = steps[i + 1];
        if (next != no_steps && next + 1 < steps[i])
            steps[i] = (uint16_t)(next + 1);
    }
}

/* Distances within one slice, squared. */
static void transform_slice(const distance_plan *plan, char *scratch, size_t k)
{
    const abl_grid *grid = plan->grid;
    size_t ni = grid->size[0], nj = grid->size[1];
    envelope e = take_envelope(scratch, plan->longest);
    float *columns = (float *)(void *)(scratch + envelope_bytes(plan->longest));
    uint16_t *steps = (uint16_t *)(columns + STRIP * plan->longest);
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
                columns[b * nj + j] =
                    n == no_steps ? none_squared : (float)(mm * mm);
            }
        for (size_t b = 0; b < width; b++)
            transform_line(columns + b * nj, nj, grid->spacing_mm[1],
                           plan->limit, &e);
        for (size_t j = 0; j < nj; j++)
            for (size_t b = 0; b < width; b++)
                plan->out[slice + j * ni + i + b] = columns[b * nj + j];
    }
}

/* Along k, with the root: the rows j of all slices. */
static void transform_column(const distance_plan *plan, char *scratch, size_t j)
{
    const abl_grid *grid = plan->grid;
    size_t nk = grid->size[2];
    envelope e = take_envelope(scratch, plan->longest);
    float *columns = (float *)(void *)(scratch + envelope_bytes(plan->longest));
    for (size_t i = 0; i < grid->size[0]; i += STRIP) {
        size_t left = grid->size[0] - i, width = left < STRIP ? left : STRIP;
        for (size_t k = 0; k < nk; k++) {
            const float *from = plan->out + abl_grid_offset(grid, i, j, k);
            for (size_t b = 0; b < width; b++)
                columns[b * nk + k] = from[b];
        }
        for (size_t b = 0; b < width; b++)
            transform_line(columns + b * nk, nk, grid->spacing_mm[2],
                           plan->limit, &e);
        for (size_t k = 0; k < nk; k++) {
            float *to = plan->out + abl_grid_offset(grid, i, j, k);
            for (size_t b = 0; b < width; b++) {
                float squared = columns[b * nk + k];
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
                          STRIP * plan->longest * sizeof(float) +
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

abl_status abl_distance_signed(abl_volume **out, const abl_volume *mask,
                               abl_error *err)
{
    abl_volume *inside = NULL;
    abl_status status = map_distance(out, mask, INFINITY, false, err);
    if (!status)
        status = map_distance(&inside, mask, INFINITY, true, err);
    if (status) {
        abl_volume_destroy(*out);
        *out = NULL;
        return status;
    }
    const uint8_t *object = abl_volume_u8(mask);
    float *values = abl_volume_f32(*out);
    const float *depth = abl_volume_f32(inside);
    size_t voxels = abl_grid_voxels(&mask->grid);
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < voxels; n++)
        if (object[n])
            values[n] = -depth[n];
    abl_volume_destroy(inside);
    return ABL_OK;
}
