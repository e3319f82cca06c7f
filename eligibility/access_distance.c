/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_distance.h"

#include <float.h>
#include <stdlib.h>

#include "imaging/threads.h"

enum {
    TILE = 16
}; /* columns handled together: one cache line of floats */

/* Lower envelope of parabolas over one column. */
typedef struct envelope {
    size_t *root;
    double *from; /* where a root begins to be the lowest */
    float *cost;
    int32_t *seed;
} envelope;

static void nearest_in_row(int32_t *seed, float *square, const uint8_t *marks,
                           size_t first, size_t count, double spacing)
{
    int32_t last = ABL_ACCESS_NO_SEED;
    for (size_t i = 0; i < count; i++) {
        if (marks[first + i])
            last = (int32_t)(first + i);
        seed[i] = last;
    }
    last = ABL_ACCESS_NO_SEED;
    for (size_t n = count; n-- > 0;) {
        const int32_t here = (int32_t)(first + n);
        if (marks[first + n])
            last = here;
        if (last >= 0 && (seed[n] < 0 || last - here < here - seed[n]))
            seed[n] = last;
        const double apart = (double)(seed[n] - here) * spacing;
        square[n] = seed[n] < 0 ? FLT_MAX : (float)(apart * apart);
    }
}

static void spread_column(envelope *e, float *square, int32_t *seed,
                          size_t stride, size_t count, double spacing)
{
    const double inverse = 0.5 / (spacing * spacing);
    size_t top = 0;
    for (size_t q = 0; q < count; q++) {
        const float cost = square[q * stride];
        e->cost[q] = cost;
        e->seed[q] = seed[q * stride];
        if (cost == FLT_MAX)
            continue;
        double cut = -DBL_MAX;
        while (top > 0) {
            const size_t r = e->root[top - 1];
            cut = 0.5 * (double)(q + r) + ((double)cost - (double)e->cost[r]) *
                                              inverse / (double)(q - r);
            if (cut > e->from[top - 1])
                break;
            top--;
            cut = -DBL_MAX;
        }
        e->root[top] = q;
        e->from[top++] = cut;
    }
    if (top == 0)
        return;
    for (size_t q = 0, n = 0; q < count; q++) {
        while (n + 1 < top && e->from[n + 1] < (double)q)
            n++;
        const size_t r = e->root[n];
        const double apart = ((double)q - (double)r) * spacing;
        square[q * stride] = (float)(apart * apart + (double)e->cost[r]);
        seed[q * stride] = e->seed[r];
    }
}

/* Columns of one tile, through a small contiguous copy. */
typedef struct column_tile {
    float *square;
    int32_t *seed;
} column_tile;

static void spread_tile(envelope *e, const column_tile *tile, float *square,
                        int32_t *seed, const size_t shape[3], double spacing)
{
    const size_t width = shape[0], count = shape[1], stride = shape[2];
    for (size_t q = 0; q < count; q++)
        for (size_t i = 0; i < width; i++) {
            tile->square[i * count + q] = square[q * stride + i];
            tile->seed[i * count + q] = seed[q * stride + i];
        }
    for (size_t i = 0; i < width; i++)
        spread_column(e, tile->square + i * count, tile->seed + i * count, 1,
                      count, spacing);
    for (size_t q = 0; q < count; q++)
        for (size_t i = 0; i < width; i++) {
            square[q * stride + i] = tile->square[i * count + q];
            seed[q * stride + i] = tile->seed[i * count + q];
        }
}

static bool envelope_create(envelope *e, column_tile *tile, size_t count)
{
    e->root = malloc(count * sizeof *e->root);
    e->from = malloc(count * sizeof *e->from);
    e->cost = malloc(count * sizeof *e->cost);
    e->seed = malloc(count * sizeof *e->seed);
    tile->square = malloc(count * TILE * sizeof *tile->square);
    tile->seed = malloc(count * TILE * sizeof *tile->seed);
    return e->root && e->from && e->cost && e->seed && tile->square &&
           tile->seed;
}

static void envelope_clear(envelope *e, column_tile *tile)
{
    free(e->root);
    free(e->from);
    free(e->cost);
    free(e->seed);
    free(tile->square);
    free(tile->seed);
}

/* Along axis 1 or 2. False when memory ran out. */
static bool spread_axis(float *square, int32_t *seed, const abl_grid *grid,
                        int axis)
{
    const size_t ni = grid->size[0], count = grid->size[axis];
    const size_t others = grid->size[3 - axis];
    const size_t stride = axis == 1 ? ni : ni * grid->size[1];
    const size_t step = axis == 1 ? ni * grid->size[1] : ni;
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    {
        envelope e;
        column_tile tile;
        failed = envelope_create(&e, &tile, count) ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t other = 0; other < others; other++)
            for (size_t i = 0; !failed && i < ni; i += TILE) {
                const size_t width = ni - i < TILE ? ni - i : TILE;
                const size_t at = other * step + i;
                spread_tile(&e, &tile, square + at, seed + at,
                            (const size_t[3]){width, count, stride},
                            grid->spacing_mm[axis]);
            }
        envelope_clear(&e, &tile);
    }
    return !failed;
}

abl_status abl_access_nearest(int32_t *seed, float *square_mm2,
                              const abl_grid *grid, const uint8_t *marks,
                              abl_error *err)
{
    const size_t ni = grid->size[0], rows = grid->size[1] * grid->size[2];
    if (abl_grid_voxels(grid) > INT32_MAX)
        return abl_error_set(err, ABL_E_INVALID,
                             "the grid for access planning is too large");
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < rows; row++)
        nearest_in_row(seed + row * ni, square_mm2 + row * ni, marks, row * ni,
                       ni, grid->spacing_mm[0]);
    if (!spread_axis(square_mm2, seed, grid, 1) ||
        !spread_axis(square_mm2, seed, grid, 2))
        return abl_error_set(err, ABL_E_NOMEM, "no memory for access planning");
    return ABL_OK;
}
