/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/tubularity.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/axis_filter.h"
#include "imaging/mask_box.h"
#include "imaging/threads.h"

/* Slices that are finished together, and columns of one block. */
enum {
    SLAB = 16,
    BLOCK = 32,
    PLANES = 6
};

static const double euler = 2.718281828459045;

/* Smoothing, first and second derivative along one axis: weights of the
 * offsets 0..radius; the first derivative is odd, the others even. */
typedef struct derivatives {
    size_t radius;
    float *weights[3];
} derivatives;

/* xy-filtered slices: of the planes xx, yy, none, xy, x, y. */
typedef struct scale_plan {
    const abl_volume *image, *mask;
    float *out, factor;
    derivatives axis[3];
    size_t slices;  /* of the ring */
    float *ring;    /* slices x PLANES x slice */
    float *scratch; /* per thread */
    size_t scratch_size;
} scale_plan;

static void clear_derivatives(derivatives *axis)
{
    for (int n = 0; n < 3; n++)
        free(axis->weights[n]);
    memset(axis, 0, sizeof *axis);
}

static abl_status make_derivatives(derivatives *axis, double sigma_mm,
                                   double spacing_mm, abl_error *err)
{
    const double sigma = sigma_mm / spacing_mm;
    axis->radius = (size_t)fmax(1, floor(4 * sigma + 0.5));
    for (int n = 0; n < 3; n++) {
        axis->weights[n] =
            abl_alloc(axis->radius + 1, sizeof *axis->weights[n], err);
        if (!axis->weights[n])
            return ABL_E_NOMEM;
    }
    double sum = 1, square = 0, fourth = 0;
    for (size_t t = 1; t <= axis->radius; t++) {
        const double x = (double)t, g = exp(-0.5 * x * x / (sigma * sigma));
        sum += 2 * g;
        square += 2 * x * x * g;
        fourth += 2 * x * x * x * x * g;
    }
    /* w0 = g / sum, w1 = x g / square, w2 = (x^2 - m) g c: no answer to a
     * constant, and 2 to x^2. */
    const double m = square / sum, c = 2 / (fourth - m * square);
    for (size_t t = 0; t <= axis->radius; t++) {
        const double x = (double)t, g = exp(-0.5 * x * x / (sigma * sigma));
        axis->weights[0][t] = (float)(g / sum);
        axis->weights[1][t] = (float)(x * g / square / spacing_mm);
        axis->weights[2][t] =
            (float)((x * x - m) * g * c / (spacing_mm * spacing_mm));
    }
    return ABL_OK;
}

/* Eight voxels at a time, said outright: left to itself the compiler unrolls
 * over the weights and works on single voxels. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));

/* One block, its sums in registers; lines[radius] is the middle one. */
static inline __attribute__((always_inline)) void
filter_block(float *out, const float *const *lines, size_t radius,
             const float *weights, float sign, size_t n)
{
    lanes sum[BLOCK / 8];
    const lanes *middle = (const lanes *)(const void *)(lines[radius] + n);
#pragma GCC unroll 4
    for (size_t b = 0; b < BLOCK / 8; b++)
        sum[b] = weights[0] * middle[b];
    for (size_t t = 1; t <= radius; t++) {
        const lanes *high =
            (const lanes *)(const void *)(lines[radius + t] + n);
        const lanes *low = (const lanes *)(const void *)(lines[radius - t] + n);
#pragma GCC unroll 4
        for (size_t b = 0; b < BLOCK / 8; b++)
            sum[b] += weights[t] * (high[b] + sign * low[b]);
    }
    memcpy(out + n, sum, sizeof sum);
}

/* The last block overlaps the one before it. */
ABL_HOT
static void filter_lines(float *restrict out, const float *const *lines,
                         size_t radius, const float *restrict weights,
                         float sign, size_t count)
{
    size_t n = 0;
    for (; n + BLOCK <= count; n += BLOCK)
        filter_block(out, lines, radius, weights, sign, n);
    if (n < count && count >= BLOCK) {
        filter_block(out, lines, radius, weights, sign, count - BLOCK);
        return;
    }
    for (; n < count; n++) {
        float sum = weights[0] * lines[radius][n];
        for (size_t t = 1; t <= radius; t++)
            sum += weights[t] *
                   (lines[radius + t][n] + sign * lines[radius - t][n]);
        out[n] = sum;
    }
}

static void filter_axis(float *out, const float *const *lines,
                        const derivatives *axis, int order, size_t count)
{
    filter_lines(out, lines, axis->radius, axis->weights[order],
                 order == 1 ? -1.0f : 1.0f, count);
}

/* Index @p n + t - radius, kept inside. */
static size_t clamp_index(size_t n, size_t t, size_t radius, size_t size)
{
    const size_t at = n + t;
    return at < radius ? 0 : at - radius >= size ? size - 1 : at - radius;
}

/* Along i: smoothed, first and second derivative of a row. */
static void filter_row(float *const out[3], const scale_plan *plan,
                       size_t offset, float *padded, const float **lines)
{
    const derivatives *axis = &plan->axis[0];
    const size_t count = plan->image->grid.size[0], radius = axis->radius;
    const float *row =
        abl_axis_load_row(padded + radius, plan->image, offset, count);
    if (row != padded + radius)
        memcpy(padded + radius, row, count * sizeof *row);
    for (size_t t = 0; t < radius; t++) {
        padded[t] = padded[radius];
        padded[radius + count + t] = padded[radius + count - 1];
    }
    for (size_t t = 0; t <= 2 * radius; t++)
        lines[t] = padded + t;
    for (int order = 0; order < 3; order++)
        filter_axis(out[order], lines, axis, order, count);
}

/* Plane p of the ring: which orders along i and j it has. */
static const int order_i[PLANES] = {2, 0, 0, 1, 1, 0};
static const int order_j[PLANES] = {0, 2, 0, 1, 0, 1};
static const int order_k[PLANES] = {0, 0, 2, 0, 1, 1};

static float *ring_row(const scale_plan *plan, size_t k, int p, size_t j)
{
    const size_t *size = plan->image->grid.size;
    return plan->ring +
           (((k % plan->slices) * PLANES + (size_t)p) * size[1] + j) * size[0];
}

static void filter_slice(const scale_plan *plan, float *scratch,
                         const float **lines, size_t k)
{
    const size_t *size = plan->image->grid.size, slice = size[0] * size[1];
    float *padded = scratch + 3 * slice;
    for (size_t j = 0; j < size[1]; j++) {
        float *const rows[3] = {scratch + j * size[0],
                                scratch + slice + j * size[0],
                                scratch + 2 * slice + j * size[0]};
        filter_row(rows, plan, abl_grid_offset(&plan->image->grid, 0, j, k),
                   padded, lines);
    }
    const derivatives *axis = &plan->axis[1];
    for (size_t j = 0; j < size[1]; j++)
        for (int p = 0; p < PLANES; p++) {
            const float *from = scratch + (size_t)order_i[p] * slice;
            for (size_t t = 0; t <= 2 * axis->radius; t++)
                lines[t] =
                    from + size[0] * clamp_index(j, t, axis->radius, size[1]);
            filter_axis(ring_row(plan, k, p, j), lines, axis, order_j[p],
                        size[0]);
        }
}

/* Eigenvalues by the trigonometric formula, with the cosine of a third of an
 * angle from Newton's iteration: 4 c^3 - 3 c = |r| on [cos 30 deg, 1], which
 * needs no branch and converges fast. */
ABL_HOT
void abl_tubularity_of_hessian(float *best, const float *const second[6],
                               size_t count, float factor)
{
    for (size_t n = 0; n < count; n++) {
        const float xx = second[0][n], yy = second[1][n], zz = second[2][n];
        const float xy = second[3][n], xz = second[4][n], yz = second[5][n];
        const float q = (xx + yy + zz) * (1 / 3.0f);
        const float a = xx - q, b = yy - q, c = zz - q;
        const float off = xy * xy + xz * xz + yz * yz;
        const float p =
            sqrtf((a * a + b * b + c * c + 2 * off) * (1 / 6.0f)) + 1e-20f;
        const float u = 1 / p;
        const float au = a * u, bs = b * u, cu = c * u;
        const float xyu = xy * u, xzu = xz * u, yzu = yz * u;
        const float det = au * (bs * cu - yzu * yzu) -
                          xyu * (xyu * cu - yzu * xzu) +
                          xzu * (xyu * yzu - bs * xzu);
        const float r = fminf(fabsf(det) * 0.5f, 1.0f);
        float t = 0.8660254f + 0.1339746f * r;
        for (int step = 0; step < 3; step++)
            t -= ((4 * t * t - 3) * t - r) / (12 * t * t - 3);
        const float root = 1.7320508f * sqrtf(fmaxf(1 - t * t, 0.0f));
        /* det >= 0: the lone eigenvalue is the largest, else the least. */
        const float most = det >= 0 ? q + 2 * p * t : q + p * (t + root);
        const float middle = det >= 0 ? q - p * (t - root) : q + p * (t - root);
        const float line = -middle + (most < 0 ? most : -0.25f * most);
        const float response = middle < 0 ? factor * line : 0.0f;
        best[n] = response > best[n] ? response : best[n];
    }
}

/* Columns of a row where the mask wants an answer. */
static bool find_columns(size_t *lo, size_t *hi, const scale_plan *plan,
                         size_t offset)
{
    const size_t count = plan->image->grid.size[0];
    *lo = 0;
    *hi = count;
    if (!plan->mask)
        return true;
    const uint8_t *row = abl_volume_u8(plan->mask) + offset;
    *lo = abl_mask_find_change(row, 0, count, true);
    while (*hi > *lo && !row[*hi - 1])
        --*hi;
    return *lo < *hi;
}

static void finish_row(const scale_plan *plan, float *scratch,
                       const float **lines, size_t j, size_t k)
{
    const size_t *size = plan->image->grid.size;
    const size_t offset = abl_grid_offset(&plan->image->grid, 0, j, k);
    const derivatives *axis = &plan->axis[2];
    const float *second[PLANES];
    size_t lo, hi;
    if (!find_columns(&lo, &hi, plan, offset))
        return;
    for (int p = 0; p < PLANES; p++) {
        for (size_t t = 0; t <= 2 * axis->radius; t++)
            lines[t] =
                lo +
                ring_row(plan, clamp_index(k, t, axis->radius, size[2]), p, j);
        filter_axis(scratch + (size_t)p * size[0], lines, axis, order_k[p],
                    hi - lo);
        second[p] = scratch + (size_t)p * size[0];
    }
    abl_tubularity_of_hessian(plan->out + offset + lo, second, hi - lo,
                              plan->factor);
}

static void clear_plan(scale_plan *plan)
{
    for (int a = 0; a < 3; a++)
        clear_derivatives(&plan->axis[a]);
    free(plan->ring);
    free(plan->scratch);
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The lines' pointers, most of any axis. */
static size_t most_lines(const scale_plan *plan)
{
    size_t radius = 0;
    for (int a = 0; a < 3; a++)
        radius = max_size(radius, plan->axis[a].radius);
    return 2 * radius + 1;
}

static abl_status make_plan(scale_plan *plan, double sigma_mm, abl_error *err)
{
    const abl_grid *grid = &plan->image->grid;
    const size_t slice = grid->size[0] * grid->size[1];
    plan->factor = (float)(euler * sigma_mm * sigma_mm);
    for (int a = 0; a < 3; a++) {
        abl_status status = make_derivatives(&plan->axis[a], sigma_mm,
                                             grid->spacing_mm[a], err);
        if (status)
            return status;
    }
    plan->slices = SLAB + 2 * plan->axis[2].radius;
    if (plan->slices > grid->size[2])
        plan->slices = grid->size[2];
    plan->ring = abl_alloc(plan->slices * PLANES, slice * sizeof(float), err);
    plan->scratch_size =
        max_size(3 * slice + grid->size[0] + 2 * plan->axis[0].radius,
                 PLANES * grid->size[0]);
    plan->scratch = abl_alloc((size_t)abl_threads_get() * plan->scratch_size,
                              sizeof(float), err);
    return plan->ring && plan->scratch ? ABL_OK : ABL_E_NOMEM;
}

static void run_plan(const scale_plan *plan, const float **lines, size_t width)
{
    const size_t *size = plan->image->grid.size;
    const size_t radius = plan->axis[2].radius;
    size_t ready = 0;
    for (size_t k0 = 0; k0 < size[2]; k0 += SLAB) {
        const size_t k1 = k0 + SLAB < size[2] ? k0 + SLAB : size[2];
        const size_t need = k1 + radius < size[2] ? k1 + radius : size[2];
#pragma omp parallel for schedule(dynamic)
        for (size_t k = ready; k < need; k++) {
            const size_t me = (size_t)omp_get_thread_num();
            filter_slice(plan, plan->scratch + me * plan->scratch_size,
                         lines + me * width, k);
        }
        ready = need;
        /* all slices of a row together: their planes stay in the cache */
#pragma omp parallel for schedule(dynamic)
        for (size_t j = 0; j < size[1]; j++) {
            const size_t me = (size_t)omp_get_thread_num();
            for (size_t k = k0; k < k1; k++)
                finish_row(plan, plan->scratch + me * plan->scratch_size,
                           lines + me * width, j, k);
        }
    }
}

static abl_status run_scale(abl_volume *out, const abl_volume *image,
                            const abl_volume *mask, double sigma_mm,
                            abl_error *err)
{
    scale_plan plan = {
        .image = image, .mask = mask, .out = abl_volume_f32(out)};
    const float **lines = NULL;
    abl_status status = make_plan(&plan, sigma_mm, err);
    const size_t width = most_lines(&plan);
    if (!status) {
        lines =
            abl_alloc((size_t)abl_threads_get() * width, sizeof *lines, err);
        status = lines ? ABL_OK : ABL_E_NOMEM;
    }
    if (!status)
        run_plan(&plan, lines, width);
    free(lines);
    clear_plan(&plan);
    return status;
}

static abl_status check(const abl_volume *image, const abl_volume *mask,
                        const double *sigma_mm, size_t count, abl_error *err)
{
    if (count < 1 || count > ABL_TUBULARITY_MAX_SCALES)
        return abl_error_set(err, ABL_E_INVALID,
                             "%zu scales of tubularity; 1 to %d are allowed",
                             count, ABL_TUBULARITY_MAX_SCALES);
    for (size_t n = 0; n < count; n++)
        if (!(sigma_mm[n] >= ABL_TUBULARITY_LEAST_MM &&
              sigma_mm[n] <= ABL_TUBULARITY_MOST_MM))
            return abl_error_set(err, ABL_E_INVALID,
                                 "a scale of tubularity of %g mm is outside "
                                 "%g to %g mm",
                                 sigma_mm[n], ABL_TUBULARITY_LEAST_MM,
                                 ABL_TUBULARITY_MOST_MM);
    if (!mask)
        return ABL_OK;
    if (mask->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID,
                             "the mask of tubularity is not 8-bit");
    return abl_grid_check_same(&image->grid, &mask->grid, 0.01, err);
}

abl_status abl_tubularity(abl_volume **out, const abl_volume *image,
                          const abl_volume *mask, const double *sigma_mm,
                          size_t count, abl_error *err)
{
    *out = NULL;
    abl_volume *best = NULL;
    abl_status status = check(image, mask, sigma_mm, count, err);
    if (!status)
        status = abl_volume_create(&best, &image->grid, ABL_PIXEL_F32, err);
    for (size_t n = 0; n < count && !status; n++)
        status = run_scale(best, image, mask, sigma_mm[n], err);
    if (!status && mask) {
        const uint8_t *wanted = abl_volume_u8(mask);
        float *value = abl_volume_f32(best);
        for (size_t v = 0; v < abl_grid_voxels(&best->grid); v++)
            value[v] = wanted[v] ? value[v] : 0;
    }
    if (status)
        abl_volume_destroy(best);
    else
        *out = best;
    return status;
}
