/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/resample.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/resample_axes.h"
#include "imaging/threads.h"

abl_status abl_grid_respace(abl_grid *out, const abl_grid *grid,
                            const double spacing_mm[3], abl_error *err)
{
    *out = *grid;
    abl_status status = abl_grid_validate(grid, err);
    if (status)
        return status;
    double first[3];
    for (int a = 0; a < 3; a++) {
        double ratio = spacing_mm[a] / grid->spacing_mm[a];
        double size = round((double)grid->size[a] / ratio);
        if (!(ratio > 0 && isfinite(ratio) &&
              size <= (double)ABL_GRID_MAX_SIZE))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "cannot respace axis %d from %g to %g mm", a,
                                 grid->spacing_mm[a], spacing_mm[a]);
        out->size[a] = size < 1 ? 1 : (size_t)size;
        out->spacing_mm[a] = spacing_mm[a];
        first[a] = 0.5 * ratio - 0.5;
    }
    abl_grid_to_lps(out->origin_lps, grid, first);
    return abl_grid_validate(out, err);
}

bool abl_grid_shares_axes(const abl_grid *a, const abl_grid *b)
{
    for (int r = 0; r < 3; r++)
        for (int axis = 0; axis < 3; axis++)
            if (!(fabs(a->direction[r][axis] - b->direction[r][axis]) <= 1e-4))
                return false;
    return true;
}

/* How one slice, or one output, is made: three filters and the sizes of the
 * temporaries. Along i and j the filter that shrinks the slice runs first. */
typedef struct resample_plan {
    const abl_volume *in;
    abl_axis_filter axis[3];
    bool j_first;
    size_t load;  /* floats of a loaded slice */
    size_t mid;   /* floats between the two passes of a slice */
    size_t plane; /* floats of a finished slice */
} resample_plan;

static void clear_plan(resample_plan *plan)
{
    for (int a = 0; a < 3; a++)
        abl_axis_filter_clear(&plan->axis[a]);
}

static abl_status make_plan(resample_plan *plan, const abl_volume *in,
                            const abl_grid *grid,
                            const abl_axis_kernel kernels[3], abl_error *err)
{
    memset(plan, 0, sizeof *plan);
    plan->in = in;
    double start[3];
    abl_grid_to_ijk(start, &in->grid, grid->origin_lps);
    for (int a = 0; a < 3; a++) {
        abl_axis_sampling sampling = {in->grid.size[a], grid->size[a], start[a],
                                      grid->spacing_mm[a] /
                                          in->grid.spacing_mm[a]};
        if (!isfinite(start[a]))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "the target grid is infinitely far away");
        abl_status status = abl_axis_filter_sampling(&plan->axis[a], &sampling,
                                                     kernels[a], err);
        if (status)
            return status;
    }
    const abl_axis_filter *axis = plan->axis;
    plan->j_first = axis[1].count < axis[1].used;
    plan->load = axis[0].used * axis[1].used;
    plan->mid = plan->j_first ? axis[0].used * axis[1].count
                              : axis[0].count * axis[1].used;
    plan->plane = axis[0].count * axis[1].count;
    return ABL_OK;
}

/* The needed part of input slice lo + k, contiguous. */
static void load_slice(float *out, const resample_plan *plan, size_t k)
{
    const abl_axis_filter *axis = plan->axis;
    size_t width = axis[0].used;
    for (size_t j = 0; j < axis[1].used; j++) {
        size_t offset = abl_grid_offset(&plan->in->grid, axis[0].lo,
                                        axis[1].lo + j, axis[2].lo + k);
        const float *row =
            abl_axis_load_row(out + j * width, plan->in, offset, width);
        if (row != out + j * width)
            memcpy(out + j * width, row, width * sizeof *out);
    }
}

/* A loaded slice to the output's columns and rows. */
static void filter_slice(float *out, float *mid, const float *slice,
                         const resample_plan *plan)
{
    const abl_axis_filter *fi = &plan->axis[0], *fj = &plan->axis[1];
    if (plan->j_first) {
        for (size_t j = 0; j < fj->count; j++)
            abl_axis_filter_lines(mid + j * fi->used,
                                  slice + fj->first[j] * fi->used, fi->used,
                                  fi->used, fj, j);
        for (size_t j = 0; j < fj->count; j++)
            abl_axis_filter_row(out + j * fi->count, mid + j * fi->used, fi);
        return;
    }
    for (size_t j = 0; j < fj->used; j++)
        abl_axis_filter_row(mid + j * fi->count, slice + j * fi->used, fi);
    for (size_t j = 0; j < fj->count; j++)
        abl_axis_filter_lines(out + j * fi->count,
                              mid + fj->first[j] * fi->count, fi->count,
                              fi->count, fj, j);
}

/* Slices shrink: all needed slices first, then k over the small ones. */
static abl_status run_slices_first(float *out, const resample_plan *plan,
                                   abl_error *err)
{
    const abl_axis_filter *fk = &plan->axis[2];
    size_t scratch = plan->load + plan->mid, all = 0;
    size_t threads = (size_t)abl_threads_get();
    float *buffers = NULL, *slices = NULL;
    abl_status status = ABL_E_NOMEM;
    if (!abl_mul_size(&all, plan->plane, fk->used))
        return abl_error_set(err, status, "out of memory: slices too large");
    buffers = abl_alloc(threads * scratch, sizeof *buffers, err);
    slices = abl_alloc(all, sizeof *slices, err);
    if (!buffers || !slices)
        goto done;
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < fk->used; k++) {
        float *slice = buffers + (size_t)omp_get_thread_num() * scratch;
        load_slice(slice, plan, k);
        filter_slice(slices + k * plan->plane, slice + plan->load, slice, plan);
    }
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < fk->count; k++)
        abl_axis_filter_lines(out + k * plan->plane,
                              slices + fk->first[k] * plan->plane, plan->plane,
                              plan->plane, fk, k);
    status = ABL_OK;
done:
    free(buffers);
    free(slices);
    return status;
}

/* Input slices mixed along k for output slice @p k; @p rows holds the taps
 * of one row when they have to be made float. */
static void mix_slices(float *out, float *rows, const resample_plan *plan,
                       size_t k)
{
    const abl_axis_filter *axis = plan->axis, *fk = &axis[2];
    const abl_grid *grid = &plan->in->grid;
    size_t width = axis[0].used, first = fk->lo + fk->first[k];
    for (size_t j = 0; j < axis[1].used; j++) {
        size_t offset =
            abl_grid_offset(grid, axis[0].lo, axis[1].lo + j, first);
        size_t slice = grid->size[0] * grid->size[1];
        float *to = out + j * width;
        if (plan->in->type == ABL_PIXEL_F32) {
            abl_axis_filter_lines(to, abl_volume_f32(plan->in) + offset, slice,
                                  width, fk, k);
            continue;
        }
        for (size_t t = 0; t < fk->taps[k]; t++)
            (void)abl_axis_load_row(rows + t * width, plan->in,
                                    offset + t * slice, width);
        abl_axis_filter_lines(to, rows, width, width, fk, k);
    }
}

/* Slices grow: k first, on the small input slices; no volume in between. */
static abl_status run_k_first(float *out, const resample_plan *plan,
                              abl_error *err)
{
    const abl_axis_filter *fk = &plan->axis[2];
    size_t rows = plan->axis[0].used * fk->width;
    size_t scratch = plan->load + plan->mid + rows;
    size_t threads = (size_t)abl_threads_get();
    float *buffers = abl_alloc(threads * scratch, sizeof *buffers, err);
    if (!buffers)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < fk->count; k++) {
        float *slice = buffers + (size_t)omp_get_thread_num() * scratch;
        float *mid = slice + plan->load;
        mix_slices(slice, mid + plan->mid, plan, k);
        filter_slice(out + k * plan->plane, mid, slice, plan);
    }
    free(buffers);
    return ABL_OK;
}

abl_status abl_resample_axes(abl_volume **out, const abl_volume *in,
                             const abl_grid *grid,
                             const abl_axis_kernel kernels[3], abl_error *err)
{
    *out = NULL;
    resample_plan plan = {0};
    abl_volume *volume = NULL;
    abl_status status = abl_grid_validate(grid, err);
    if (!status && !abl_grid_shares_axes(&in->grid, grid))
        status = abl_error_set(err, ABL_E_GEOMETRY,
                               "cannot resample: the grids' axes differ");
    if (!status)
        status = make_plan(&plan, in, grid, kernels, err);
    if (!status)
        status = abl_volume_create(&volume, grid, ABL_PIXEL_F32, err);
    if (!status)
        status = plan.plane <= plan.load
                     ? run_slices_first(abl_volume_f32(volume), &plan, err)
                     : run_k_first(abl_volume_f32(volume), &plan, err);
    clear_plan(&plan);
    if (status)
        abl_volume_destroy(volume);
    else
        *out = volume;
    return status;
}

abl_status abl_resample(abl_volume **out, const abl_volume *in,
                        const abl_grid *grid, abl_error *err)
{
    const abl_axis_kernel kernels[3] = {ABL_AXIS_TRIANGLE, ABL_AXIS_TRIANGLE,
                                        ABL_AXIS_GAUSS_LINEAR};
    return abl_resample_axes(out, in, grid, kernels, err);
}
