/* Gaussian smoothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/axis_filter.h"
#include "imaging/resample.h"
#include "imaging/threads.h"

static const double max_sigma_mm = 100;

/* Columns of one pass along k: short enough for the first-level cache. */
enum {
    STRIP = 64
};

typedef struct gaussian_plan {
    const abl_volume *in;
    float *out;
    abl_axis_filter axis[3];
} gaussian_plan;

static abl_status make_plan(gaussian_plan *plan, const abl_volume *in,
                            const double sigma_mm[3], abl_error *err)
{
    memset(plan, 0, sizeof *plan);
    plan->in = in;
    for (int a = 0; a < 3; a++) {
        if (!(sigma_mm[a] >= 0 && sigma_mm[a] <= max_sigma_mm))
            return abl_error_set(err, ABL_E_INVALID,
                                 "a Gaussian of %g mm on axis %d is outside "
                                 "0 to %g mm",
                                 sigma_mm[a], a, max_sigma_mm);
        abl_status status =
            abl_axis_filter_gaussian(&plan->axis[a], in->grid.size[a],
                                     sigma_mm[a] / in->grid.spacing_mm[a], err);
        if (status)
            return status;
    }
    return ABL_OK;
}

/* Along i and j; @p rows holds a slice and one row. */
static void smooth_slice(const gaussian_plan *plan, float *rows, size_t k)
{
    const size_t *size = plan->in->grid.size;
    float *scratch = rows + size[0] * size[1];
    for (size_t j = 0; j < size[1]; j++) {
        size_t offset = abl_grid_offset(&plan->in->grid, 0, j, k);
        abl_axis_filter_row(
            rows + j * size[0],
            abl_axis_load_row(scratch, plan->in, offset, size[0]),
            &plan->axis[0]);
    }
    const abl_axis_filter *fj = &plan->axis[1];
    for (size_t j = 0; j < size[1]; j++)
        abl_axis_filter_lines(
            plan->out + abl_grid_offset(&plan->in->grid, 0, j, k),
            rows + fj->first[j] * size[0], size[0], size[0], fj, j);
}

/* Along k in place, for the rows j of all slices. */
static void smooth_column(const gaussian_plan *plan, float *strip, size_t j)
{
    const abl_grid *grid = &plan->in->grid;
    const abl_axis_filter *fk = &plan->axis[2];
    for (size_t i = 0; i < grid->size[0]; i += STRIP) {
        size_t left = grid->size[0] - i, width = left < STRIP ? left : STRIP;
        for (size_t k = 0; k < grid->size[2]; k++)
            memcpy(strip + k * STRIP,
                   plan->out + abl_grid_offset(grid, i, j, k),
                   width * sizeof *strip);
        for (size_t k = 0; k < grid->size[2]; k++)
            abl_axis_filter_lines(plan->out + abl_grid_offset(grid, i, j, k),
                                  strip + fk->first[k] * STRIP, STRIP, width,
                                  fk, k);
    }
}

static abl_status run_plan(const gaussian_plan *plan, bool along_k,
                           abl_error *err)
{
    const size_t *size = plan->in->grid.size;
    size_t slice = size[0] * (size[1] + 1), column = size[2] * STRIP;
    size_t scratch = slice > column ? slice : column;
    size_t threads = (size_t)abl_threads_get();
    float *buffers = abl_alloc(threads * scratch, sizeof *buffers, err);
    if (!buffers)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        smooth_slice(plan, buffers + (size_t)omp_get_thread_num() * scratch, k);
    if (along_k) {
#pragma omp parallel for schedule(static)
        for (size_t j = 0; j < size[1]; j++)
            smooth_column(plan,
                          buffers + (size_t)omp_get_thread_num() * scratch, j);
    }
    free(buffers);
    return ABL_OK;
}

abl_status abl_gaussian(abl_volume **out, const abl_volume *in,
                        const double sigma_mm[3], abl_error *err)
{
    *out = NULL;
    gaussian_plan plan;
    abl_volume *volume = NULL;
    abl_status status = make_plan(&plan, in, sigma_mm, err);
    if (!status)
        status = abl_volume_create(&volume, &in->grid, ABL_PIXEL_F32, err);
    if (!status) {
        plan.out = abl_volume_f32(volume);
        status = run_plan(&plan, sigma_mm[2] > 0 && in->grid.size[2] > 1, err);
    }
    for (int a = 0; a < 3; a++)
        abl_axis_filter_clear(&plan.axis[a]);
    if (status)
        abl_volume_destroy(volume);
    else
        *out = volume;
    return status;
}
