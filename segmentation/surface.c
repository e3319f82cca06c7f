/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/surface.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STEPS 16

/* What one slab between two slices gives. */
typedef struct slab {
    size_t count, capacity;
    double (*points)[3];
    double volume_voxels;
    double crossed_mm2; /* crossings times the area each stands for */
    abl_status status;
} slab;

/* Working memory of one thread: two slices of the divided slab. */
typedef struct slab_work {
    const abl_volume *field;
    size_t k;
    size_t steps;
    size_t lo[2], hi[2]; /* in-plane window, ends included */
    float *below, *above;
    uint8_t *curved;
    slab *out;
} slab_work;

static const float *slice_of(const abl_volume *field, size_t k)
{
    return abl_volume_f32(field) +
           k * field->grid.size[0] * field->grid.size[1];
}

static bool push_point(const slab_work *work, double i, double j, double k,
                       double stands_for_mm2)
{
    slab *out = work->out;
    if (out->count == out->capacity) {
        const size_t more = out->capacity ? 2 * out->capacity : 256;
        if (out->count >= ABL_SURFACE_MAX_POINTS) {
            out->status = ABL_E_UNSUPPORTED;
            return false;
        }
        void *grown = realloc(out->points, more * sizeof out->points[0]);
        if (!grown) {
            out->status = ABL_E_NOMEM;
            return false;
        }
        out->points = grown;
        out->capacity = more;
    }
    abl_grid_to_lps(out->points[out->count++], &work->field->grid,
                    (double[3]){i, j, k});
    out->crossed_mm2 += stands_for_mm2;
    return true;
}

/* Rows and columns of slices k and k + 1 that hold anything positive, with two
 * voxels around; false when there is nothing. */
static bool find_window(slab_work *work)
{
    const size_t *size = work->field->grid.size;
    size_t lo[2] = {SIZE_MAX, SIZE_MAX}, hi[2] = {0, 0};
    const size_t last = work->k + 1 < size[2] ? work->k + 1 : work->k;
    for (size_t k = work->k; k <= last; k++)
        for (size_t j = 0; j < size[1]; j++) {
            const float *row = slice_of(work->field, k) + j * size[0];
            size_t first = 0, end = size[0];
            while (first < end && !(row[first] > 0))
                first++;
            if (first == end)
                continue;
            while (!(row[end - 1] > 0))
                end--;
            lo[0] = first < lo[0] ? first : lo[0];
            hi[0] = end - 1 > hi[0] ? end - 1 : hi[0];
            lo[1] = j < lo[1] ? j : lo[1];
            hi[1] = j > hi[1] ? j : hi[1];
        }
    if (lo[0] == SIZE_MAX)
        return false;
    for (int a = 0; a < 2; a++) {
        work->lo[a] = lo[a] > 2 ? lo[a] - 2 : 0;
        work->hi[a] = hi[a] + 2 < size[a] ? hi[a] + 2 : size[a] - 1;
    }
    return true;
}

/* Notes what a voxel and its eight neighbours in a slice hold: background,
 * object. */
static void look_around(bool seen[2], const float *slice, const slab_work *work,
                        size_t i, size_t j)
{
    const size_t ni = work->field->grid.size[0];
    const size_t i0 = i > work->lo[0] ? i - 1 : i;
    const size_t i1 = i < work->hi[0] ? i + 1 : i;
    const size_t j0 = j > work->lo[1] ? j - 1 : j;
    const size_t j1 = j < work->hi[1] ? j + 1 : j;
    for (size_t y = j0; y <= j1; y++)
        for (size_t x = i0; x <= i1; x++)
            seen[slice[y * ni + x] > 0] = true;
}

static void mark_curved(slab_work *work)
{
    const size_t ni = work->field->grid.size[0];
    const float *a = slice_of(work->field, work->k);
    const float *b = slice_of(work->field, work->k + 1);
    for (size_t j = work->lo[1]; j <= work->hi[1]; j++)
        for (size_t i = work->lo[0]; i <= work->hi[0]; i++) {
            bool seen[2] = {false, false};
            look_around(seen, a, work, i, j);
            look_around(seen, b, work, i, j);
            work->curved[j * ni + i] = seen[0] && seen[1];
        }
}

/* One step of the slab, t of the way from slice k to k + 1. */
static void fill_step(float *out, const slab_work *work, double t)
{
    const abl_grid *grid = &work->field->grid;
    const size_t ni = grid->size[0], k = work->k;
    const float *a = slice_of(work->field, k);
    const float *b = k + 1 < grid->size[2] ? a + ni * grid->size[1] : a;
    const float *p = k > 0 ? a - ni * grid->size[1] : NULL;
    const float *q = k + 2 < grid->size[2] ? b + ni * grid->size[1] : NULL;
    for (size_t j = work->lo[1]; j <= work->hi[1]; j++)
        for (size_t i = work->lo[0]; i <= work->hi[0]; i++) {
            const size_t n = j * ni + i;
            const double va = (double)a[n], vb = (double)b[n];
            const double before = p ? (double)p[n] : 2 * va - vb;
            const double after = q ? (double)q[n] : 2 * vb - va;
            const double value = work->curved[n]
                                     ? abl_catmull_rom(before, va, vb, after, t)
                                     : va + t * (vb - va);
            out[n] = (float)value;
        }
}

static bool add_in_plane(const slab_work *work, const float *slice, double k)
{
    const abl_grid *grid = &work->field->grid;
    const size_t ni = grid->size[0];
    const double dk = grid->spacing_mm[2] / (double)work->steps;
    const double si_mm2 = grid->spacing_mm[1] * dk;
    const double sj_mm2 = grid->spacing_mm[0] * dk;
    for (size_t j = work->lo[1]; j <= work->hi[1]; j++)
        for (size_t i = work->lo[0]; i <= work->hi[0]; i++) {
            const float *v = slice + j * ni + i;
            const double here = (double)v[0];
            if (i < work->hi[0] && (v[0] > 0) != (v[1] > 0) &&
                !push_point(work, (double)i + abl_crossing(here, (double)v[1]),
                            (double)j, k, si_mm2))
                return false;
            if (j < work->hi[1] && (v[0] > 0) != (v[ni] > 0) &&
                !push_point(work, (double)i,
                            (double)j + abl_crossing(here, (double)v[ni]), k,
                            sj_mm2))
                return false;
        }
    return true;
}

static bool add_between(const slab_work *work, double k, double dk)
{
    const abl_grid *grid = &work->field->grid;
    const double mm2 = grid->spacing_mm[0] * grid->spacing_mm[1];
    for (size_t j = work->lo[1]; j <= work->hi[1]; j++)
        for (size_t i = work->lo[0]; i <= work->hi[0]; i++) {
            const size_t n = j * grid->size[0] + i;
            const double a = (double)work->below[n];
            const double b = (double)work->above[n];
            if ((a > 0) != (b > 0) &&
                !push_point(work, (double)i, (double)j,
                            k + dk * abl_crossing(a, b), mm2))
                return false;
        }
    return true;
}

static double polygon_area(const double (*p)[2], size_t count)
{
    double sum = 0;
    for (size_t n = 0; n < count; n++) {
        const double *a = p[n], *b = p[(n + 1) % count];
        sum += a[0] * b[1] - b[0] * a[1];
    }
    return 0.5 * sum;
}

double abl_cell_area(const double c[4])
{
    static const double corner[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    double p[8][2];
    size_t count = 0;
    for (size_t n = 0; n < 4; n++) {
        const size_t m = (n + 1) % 4;
        if (c[n] > 0)
            memcpy(p[count++], corner[n], sizeof p[0]);
        if ((c[n] > 0) != (c[m] > 0)) {
            const double t = abl_crossing(c[n], c[m]);
            for (int a = 0; a < 2; a++)
                p[count][a] = corner[n][a] + t * (corner[m][a] - corner[n][a]);
            count++;
        }
    }
    const bool is_saddle = (c[0] > 0) == (c[2] > 0) &&
                           (c[1] > 0) == (c[3] > 0) && (c[0] > 0) != (c[1] > 0);
    if (!is_saddle || c[0] + c[1] + c[2] + c[3] > 0)
        return polygon_area((const double(*)[2])p, count);
    /* two corners on their own */
    double sum = 0;
    for (size_t n = c[0] > 0 ? 0u : 1u; n < 4; n += 2)
        sum += 0.5 * abl_crossing(c[n], c[(n + 1) % 4]) *
               abl_crossing(c[n], c[(n + 3) % 4]);
    return sum;
}

static double slice_area(const slab_work *work, const float *slice)
{
    const size_t ni = work->field->grid.size[0];
    double sum = 0;
    for (size_t j = work->lo[1]; j < work->hi[1]; j++) {
        size_t whole = 0;
        for (size_t i = work->lo[0]; i < work->hi[0]; i++) {
            const float *v = slice + j * ni + i;
            const int inside =
                (v[0] > 0) + (v[1] > 0) + (v[ni] > 0) + (v[ni + 1] > 0);
            if (inside == 4)
                whole++;
            else if (inside > 0)
                sum += abl_cell_area((double[4]){(double)v[0], (double)v[1],
                                                 (double)v[ni + 1],
                                                 (double)v[ni]});
        }
        sum += (double)whole;
    }
    return sum;
}

static void swap_steps(slab_work *work)
{
    float *keep = work->below;
    work->below = work->above;
    work->above = keep;
}

static void measure_slab(slab_work *work)
{
    const size_t nk = work->field->grid.size[2];
    if (!find_window(work))
        return;
    const bool has_next = work->k + 1 < nk;
    if (has_next && work->steps > 1)
        mark_curved(work);
    else
        memset(work->curved, 0,
               work->field->grid.size[0] * work->field->grid.size[1]);
    fill_step(work->below, work, 0);
    double area = slice_area(work, work->below);
    if (work->k == 0 || !has_next)
        work->out->volume_voxels += 0.5 * area;
    if (work->k == 0 && !has_next)
        work->out->volume_voxels += 0.5 * area;
    if (!add_in_plane(work, work->below, (double)work->k) || !has_next)
        return;
    const double dk = 1.0 / (double)work->steps;
    for (size_t s = 0; s < work->steps; s++) {
        const double k = (double)work->k + (double)s * dk;
        fill_step(work->above, work, (double)(s + 1) * dk);
        const double next = slice_area(work, work->above);
        work->out->volume_voxels += 0.5 * (area + next) * dk;
        area = next;
        if (!add_between(work, k, dk))
            return;
        swap_steps(work);
        if (s + 1 < work->steps && !add_in_plane(work, work->below, k + dk))
            return;
    }
}

static size_t count_steps(const abl_grid *grid)
{
    const double in_plane = sqrt(grid->spacing_mm[0] * grid->spacing_mm[1]);
    const double steps = ceil(grid->spacing_mm[2] / fmax(in_plane, 0.5) - 0.75);
    return steps < 1 ? 1 : steps > MAX_STEPS ? MAX_STEPS : (size_t)steps;
}

static abl_status measure_slabs(slab *slabs, const abl_volume *field,
                                abl_error *err)
{
    const size_t nk = field->grid.size[2];
    const size_t plane = field->grid.size[0] * field->grid.size[1];
    size_t total = 0; /* stops early; the sum decides in count_points() */
    bool failed = false;
#pragma omp parallel
    {
        float *steps = malloc(2 * plane * sizeof *steps);
        uint8_t *curved = malloc(plane);
#pragma omp for schedule(dynamic)
        for (size_t k = 0; k < nk; k++) {
            slab_work work = {.field = field,
                              .k = k,
                              .steps = count_steps(&field->grid),
                              .below = steps,
                              .above = steps ? steps + plane : NULL,
                              .curved = curved,
                              .out = &slabs[k]};
            size_t so_far;
#pragma omp atomic read
            so_far = total;
            if (!steps || !curved)
                slabs[k].status = ABL_E_NOMEM;
            else if (so_far > ABL_SURFACE_MAX_POINTS)
                slabs[k].status = ABL_E_UNSUPPORTED;
            else
                measure_slab(&work);
#pragma omp atomic
            total += slabs[k].count;
        }
        free(steps);
        free(curved);
    }
    for (size_t k = 0; k < nk; k++)
        failed |= slabs[k].status == ABL_E_NOMEM;
    return failed ? abl_error_set(err, ABL_E_NOMEM, "out of memory") : ABL_OK;
}

static abl_status count_points(size_t *count, const slab *slabs, size_t nk,
                               abl_error *err)
{
    *count = 0;
    for (size_t k = 0; k < nk; k++) {
        *count += slabs[k].count;
        if (slabs[k].status == ABL_E_UNSUPPORTED ||
            *count > ABL_SURFACE_MAX_POINTS)
            return abl_error_set(err, ABL_E_UNSUPPORTED,
                                 "the surface has more than %zu points; it is "
                                 "noise, not a shape",
                                 ABL_SURFACE_MAX_POINTS);
    }
    return ABL_OK;
}

static void join_slabs(abl_surface *surface, slab *slabs, const abl_grid *grid)
{
    double voxels = 0, crossed = 0;
    for (size_t k = 0; k < grid->size[2]; k++) {
        voxels += slabs[k].volume_voxels;
        crossed += slabs[k].crossed_mm2;
        if (slabs[k].count)
            memcpy(surface->points_lps + surface->count, slabs[k].points,
                   slabs[k].count * sizeof slabs[k].points[0]);
        surface->count += slabs[k].count;
    }
    surface->volume_mm3 = voxels * abl_grid_voxel_mm3(grid);
    surface->area_mm2 = crossed * 2.0 / 3.0;
    for (int a = 0; a < 3; a++) {
        surface->lo_lps[a] = HUGE_VAL;
        surface->hi_lps[a] = -HUGE_VAL;
    }
    for (size_t n = 0; n < surface->count; n++)
        for (int a = 0; a < 3; a++) {
            const double at = surface->points_lps[n][a];
            surface->lo_lps[a] = fmin(surface->lo_lps[a], at);
            surface->hi_lps[a] = fmax(surface->hi_lps[a], at);
        }
}

static bool reaches_layer(const abl_volume *field, size_t axis, size_t layer)
{
    size_t lo[3] = {0, 0, 0}, hi[3];
    memcpy(hi, field->grid.size, sizeof hi);
    lo[axis] = layer;
    hi[axis] = layer + 1;
    const float *data = abl_volume_f32(field);
    for (size_t k = lo[2]; k < hi[2]; k++)
        for (size_t j = lo[1]; j < hi[1]; j++)
            for (size_t i = lo[0]; i < hi[0]; i++)
                if (data[abl_grid_offset(&field->grid, i, j, k)] > 0)
                    return true;
    return false;
}

abl_status abl_surface_create(abl_surface **out, const abl_volume *field,
                              abl_error *err)
{
    *out = NULL;
    if (field->type != ABL_PIXEL_F32)
        return abl_error_set(err, ABL_E_INVALID, "a field must be f32");
    const size_t nk = field->grid.size[2];
    slab *slabs = abl_alloc(nk, sizeof *slabs, err);
    abl_surface *surface = abl_alloc(1, sizeof *surface, err);
    size_t count = 0;
    abl_status status = slabs && surface ? ABL_OK : ABL_E_NOMEM;
    if (!status)
        status = measure_slabs(slabs, field, err);
    if (!status)
        status = count_points(&count, slabs, nk, err);
    if (!status) {
        surface->points_lps =
            abl_alloc(count, sizeof surface->points_lps[0], err);
        status = surface->points_lps ? ABL_OK : ABL_E_NOMEM;
    }
    if (!status) {
        join_slabs(surface, slabs, &field->grid);
        for (size_t a = 0; a < 3; a++) {
            surface->is_open[a][0] = reaches_layer(field, a, 0);
            surface->is_open[a][1] =
                reaches_layer(field, a, field->grid.size[a] - 1);
        }
        *out = surface;
        surface = NULL;
    }
    for (size_t k = 0; slabs && k < nk; k++)
        free(slabs[k].points);
    free(slabs);
    abl_surface_destroy(surface);
    return status;
}

void abl_surface_destroy(abl_surface *surface)
{
    if (!surface)
        return;
    free(surface->points_lps);
    free(surface);
}

/* In-plane linear value on one slice. */
static double sample_slice(const float *slice, size_t ni, const size_t lo[2],
                           const size_t hi[2], const double t[2])
{
    const double a = (double)slice[lo[1] * ni + lo[0]];
    const double b = (double)slice[lo[1] * ni + hi[0]];
    const double c = (double)slice[hi[1] * ni + lo[0]];
    const double d = (double)slice[hi[1] * ni + hi[0]];
    const double low = a + t[0] * (b - a), high = c + t[0] * (d - c);
    return low + t[1] * (high - low);
}

/* Whether all voxels of a slice within one voxel of a cell are object. */
static bool is_deep_inside(const float *slice, const size_t *size,
                           const size_t lo[2], const size_t hi[2])
{
    const size_t i1 = hi[0] + 1 < size[0] ? hi[0] + 1 : hi[0];
    const size_t j1 = hi[1] + 1 < size[1] ? hi[1] + 1 : hi[1];
    for (size_t j = lo[1] > 0 ? lo[1] - 1 : 0; j <= j1; j++)
        for (size_t i = lo[0] > 0 ? lo[0] - 1 : 0; i <= i1; i++)
            if (!(slice[j * size[0] + i] > 0))
                return false;
    return true;
}

double abl_field_sample_ijk(const abl_volume *field, const double ijk[3])
{
    const size_t *size = field->grid.size;
    size_t lo[3], hi[3];
    double t[3];
    for (int a = 0; a < 3; a++) {
        const double top = (double)(size[a] - 1);
        const double x = ijk[a] > 0 ? (ijk[a] < top ? ijk[a] : top) : 0;
        lo[a] = (size_t)x;
        hi[a] = lo[a] + 1 < size[a] ? lo[a] + 1 : lo[a];
        t[a] = x - (double)lo[a];
    }
    const size_t ni = size[0];
    const double a = sample_slice(slice_of(field, lo[2]), ni, lo, hi, t);
    if (!(t[2] > 0))
        return a;
    const double b = sample_slice(slice_of(field, hi[2]), ni, lo, hi, t);
    const double before =
        lo[2] > 0 ? sample_slice(slice_of(field, lo[2] - 1), ni, lo, hi, t)
                  : 2 * a - b;
    const double after =
        hi[2] + 1 < size[2]
            ? sample_slice(slice_of(field, hi[2] + 1), ni, lo, hi, t)
            : 2 * b - a;
    const double value = abl_catmull_rom(before, a, b, after, t[2]);
    const bool is_hole = value <= 0 && a > 0 && b > 0 &&
                         is_deep_inside(slice_of(field, lo[2]), size, lo, hi) &&
                         is_deep_inside(slice_of(field, hi[2]), size, lo, hi);
    return is_hole ? a + t[2] * (b - a) : value;
}

double abl_field_sample_lps(const abl_volume *field, const double lps[3])
{
    double ijk[3];
    abl_grid_to_ijk(ijk, &field->grid, lps);
    return abl_field_sample_ijk(field, ijk);
}
