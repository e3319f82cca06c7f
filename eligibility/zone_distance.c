/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/zone_distance.h"

#include <math.h>
#include <stdlib.h>

#include "segmentation/surface.h"

/* One grid line, and what the lower envelope of parabolas needs. */
typedef struct line {
    size_t count, stride;
    double step_mm;
    float *square; /* squared distances [mm2], contiguous */
    float *after;
    size_t *root;
    double *from; /* where a root begins to be the lowest */
} line;

static bool line_create(line *out, const abl_grid *grid)
{
    size_t longest = 0;
    for (int a = 0; a < 3; a++)
        longest = grid->size[a] > longest ? grid->size[a] : longest;
    out->square = malloc(longest * sizeof *out->square);
    out->after = malloc(longest * sizeof *out->after);
    out->root = malloc(longest * sizeof *out->root);
    out->from = malloc(longest * sizeof *out->from);
    return out->square && out->after && out->root && out->from;
}

static void line_clear(line *of)
{
    free(of->square);
    free(of->after);
    free(of->root);
    free(of->from);
}

static void set_axis(line *of, const abl_grid *grid, int axis)
{
    of->count = grid->size[axis];
    of->stride = axis == 0   ? 1
                 : axis == 1 ? grid->size[0]
                             : grid->size[0] * grid->size[1];
    of->step_mm = grid->spacing_mm[axis];
}

/* Squared distance along the line to its part in the solid; HUGE_VALF when
 * it is beyond the limit. */
static void measure_along(float *square, const float *field, const line *of,
                          double limit_mm)
{
    const size_t s = of->stride;
    double last = -HUGE_VAL; /* where the solid was left, in voxels */
    for (size_t n = 0; n < of->count; n++) {
        const float here = field[n * s];
        if (n && field[(n - 1) * s] > 0 && !(here > 0))
            last = (double)(n - 1) +
                   abl_crossing((double)field[(n - 1) * s], (double)here);
        const double mm = here > 0 ? 0 : ((double)n - last) * of->step_mm;
        square[n * s] = mm <= limit_mm ? (float)(mm * mm) : HUGE_VALF;
    }
    last = HUGE_VAL;
    for (size_t n = of->count; n-- > 0;) {
        const float here = field[n * s];
        if (n + 1 < of->count && field[(n + 1) * s] > 0 && !(here > 0))
            last = (double)n + 1 -
                   abl_crossing((double)field[(n + 1) * s], (double)here);
        const double mm = (last - (double)n) * of->step_mm;
        if (!(here > 0) && mm <= limit_mm)
            square[n * s] = fminf(square[n * s], (float)(mm * mm));
    }
}

/* Roots of the lower envelope; their number. */
static size_t find_envelope(const line *of)
{
    const double inverse = 0.5 / (of->step_mm * of->step_mm);
    size_t top = 0;
    for (size_t q = 0; q < of->count; q++) {
        const double cost = (double)of->square[q];
        double cut = -HUGE_VAL;
        if (!isfinite(cost))
            continue;
        while (top > 0) {
            const size_t r = of->root[top - 1];
            cut = 0.5 * (double)(q + r) +
                  (cost - (double)of->square[r]) * inverse / (double)(q - r);
            if (cut > of->from[top - 1])
                break;
            top--;
            cut = -HUGE_VAL;
        }
        of->root[top] = q;
        of->from[top++] = cut;
    }
    return top;
}

static void spread_along(float *square, const line *of, double most)
{
    for (size_t n = 0; n < of->count; n++)
        of->square[n] = square[n * of->stride];
    const size_t roots = find_envelope(of);
    if (!roots)
        return;
    for (size_t q = 0, n = 0; q < of->count; q++) {
        while (n + 1 < roots && of->from[n + 1] < (double)q)
            n++;
        const size_t r = of->root[n];
        const double apart = ((double)q - (double)r) * of->step_mm;
        const double sum = apart * apart + (double)of->square[r];
        square[q * of->stride] = sum <= most ? (float)sum : HUGE_VALF;
    }
}

/* All lines along one axis: from the field when there is one, else spread. */
static bool run_axis(float *square, const float *field, const abl_grid *grid,
                     int axis, double limit_mm)
{
    const int other[2] = {axis == 0 ? 1 : 0, axis == 2 ? 1 : 2};
    line first, second;
    set_axis(&first, grid, other[0]);
    set_axis(&second, grid, other[1]);
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    {
        line own;
        failed = line_create(&own, grid) ? 0 : 1;
        set_axis(&own, grid, axis);
#pragma omp for schedule(static)
        for (size_t b = 0; b < second.count; b++)
            for (size_t a = 0; !failed && a < first.count; a++) {
                const size_t at = a * first.stride + b * second.stride;
                if (field)
                    measure_along(square + at, field + at, &own, limit_mm);
                else
                    spread_along(square + at, &own, limit_mm * limit_mm);
            }
        line_clear(&own);
    }
    return !failed;
}

static abl_status out_of_memory(abl_error *err)
{
    return abl_error_set(err, ABL_E_NOMEM, "no memory for an ablation zone");
}

abl_status abl_zone_distance(float *mm, const abl_volume *field,
                             double limit_mm, abl_error *err)
{
    const abl_grid *grid = &field->grid;
    const size_t voxels = abl_grid_voxels(grid);
    float *square = abl_alloc(voxels, sizeof *square, err);
    if (!square)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < voxels; n++)
        mm[n] = HUGE_VALF;
    bool good = true;
    for (int axis = 0; axis < 3 && good; axis++) {
        good = run_axis(square, abl_volume_f32(field), grid, axis, limit_mm);
        for (int other = 0; other < 3 && good; other++)
            if (other != axis)
                good = run_axis(square, NULL, grid, other, limit_mm);
        for (size_t n = 0; n < voxels; n++)
            mm[n] = fminf(mm[n], square[n]);
    }
    for (size_t n = 0; n < voxels; n++)
        mm[n] = sqrtf(mm[n]);
    free(square);
    return good ? ABL_OK : out_of_memory(err);
}
