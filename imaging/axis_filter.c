/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/axis_filter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/threads.h"

/* Changes of spacing below this are no change: headers round. */
static const double same_step = 1e-4;

typedef struct kernel_shape {
    abl_axis_kernel kernel;
    double reach;        /* weights are zero from here on */
    size_t radius;       /* of the Gaussian's table */
    const double *gauss; /* radius + 1 values, or NULL */
} kernel_shape;

static double gauss_at(const kernel_shape *shape, double whole_offset)
{
    size_t n = (size_t)fabs(whole_offset);
    return n <= shape->radius ? shape->gauss[n] : 0;
}

/* Weight of input @p t for an output centred at @p centre. */
static double weight_at(const kernel_shape *shape, double t, double centre)
{
    if (shape->kernel != ABL_AXIS_GAUSS_LINEAR) {
        double weight = 1 - fabs(t - centre) / shape->reach;
        return weight > 0 ? weight : 0;
    }
    double base = floor(centre), high = centre - base;
    double weight = (1 - high) * gauss_at(shape, t - base);
    return high > 0 ? weight + high * gauss_at(shape, t - base - 1) : weight;
}

static double *gauss_table(double sigma, size_t radius, abl_error *err)
{
    double *table = abl_alloc(radius + 1, sizeof *table, err);
    for (size_t n = 0; table && n <= radius; n++)
        table[n] = exp(-0.5 * ((double)n / sigma) * ((double)n / sigma));
    return table;
}

static abl_status create_filter(abl_axis_filter *filter, size_t count,
                                size_t width, abl_error *err)
{
    memset(filter, 0, sizeof *filter);
    size_t weights = 0;
    if (!abl_mul_size(&weights, count, width))
        return abl_error_set(err, ABL_E_NOMEM, "filter too large");
    filter->count = count;
    filter->width = width;
    filter->first = abl_alloc(count, sizeof *filter->first, err);
    filter->taps = abl_alloc(count, sizeof *filter->taps, err);
    filter->weights = abl_alloc(weights, sizeof *filter->weights, err);
    if (filter->first && filter->taps && filter->weights)
        return ABL_OK;
    abl_axis_filter_clear(filter);
    return ABL_E_NOMEM;
}

void abl_axis_filter_clear(abl_axis_filter *filter)
{
    free(filter->first);
    free(filter->taps);
    free(filter->weights);
    memset(filter, 0, sizeof *filter);
}

static double clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* Weights of one output, folded onto the borders, into @p row (width). */
static void fill_output(abl_axis_filter *filter, size_t n, double *row,
                        const kernel_shape *shape, double centre, size_t inputs)
{
    double top = (double)inputs - 1;
    double at = clamp(centre, -shape->reach - 1, top + shape->reach + 1);
    double from = ceil(at - shape->reach), to = floor(at + shape->reach);
    size_t lo = (size_t)clamp(from, 0, top), hi = (size_t)clamp(to, 0, top);
    double sum = 0;
    memset(row, 0, (hi - lo + 1) * sizeof *row);
    for (double t = from; t <= to; t++) {
        double weight = weight_at(shape, t, at);
        row[(size_t)clamp(t, 0, top) - lo] += weight;
        sum += weight;
    }
    while (lo < hi && row[hi - lo] <= 0)
        hi--;
    size_t skip = 0;
    while (lo + skip < hi && row[skip] <= 0)
        skip++;
    filter->first[n] = lo + skip;
    filter->taps[n] = hi - lo - skip + 1;
    for (size_t t = 0; t < filter->taps[n]; t++)
        filter->weights[n * filter->width + t] = (float)(row[skip + t] / sum);
}

/* Makes first[] relative to the lowest input that is used at all. */
static void trim_inputs(abl_axis_filter *filter)
{
    size_t lo = filter->first[0], hi = 0;
    for (size_t n = 0; n < filter->count; n++) {
        size_t end = filter->first[n] + filter->taps[n];
        lo = filter->first[n] < lo ? filter->first[n] : lo;
        hi = end > hi ? end : hi;
        if (filter->taps[n] > filter->most_taps)
            filter->most_taps = filter->taps[n];
    }
    for (size_t n = 0; n < filter->count; n++)
        filter->first[n] -= lo;
    filter->lo = lo;
    filter->used = hi - lo;
}

static abl_status build_filter(abl_axis_filter *filter,
                               const abl_axis_sampling *sampling,
                               const kernel_shape *shape, abl_error *err)
{
    size_t width = (size_t)(2 * shape->reach) + 3;
    width = width < sampling->inputs ? width : sampling->inputs;
    double *row = abl_alloc(width, sizeof *row, err);
    if (!row)
        return ABL_E_NOMEM;
    abl_status status = create_filter(filter, sampling->outputs, width, err);
    if (!status) {
        for (size_t n = 0; n < sampling->outputs; n++)
            fill_output(filter, n, row, shape,
                        sampling->start + (double)n * sampling->step,
                        sampling->inputs);
        trim_inputs(filter);
    }
    free(row);
    return status;
}

abl_status abl_axis_filter_sampling(abl_axis_filter *filter,
                                    const abl_axis_sampling *sampling,
                                    abl_axis_kernel kernel, abl_error *err)
{
    memset(filter, 0, sizeof *filter);
    kernel_shape shape = {ABL_AXIS_LINEAR, 1, 0, NULL};
    double *table = NULL;
    bool shrinks = sampling->step > 1 + same_step;
    if (shrinks && kernel == ABL_AXIS_TRIANGLE) {
        shape.kernel = kernel;
        shape.reach = sampling->step;
    } else if (shrinks && kernel == ABL_AXIS_GAUSS_LINEAR) {
        double sigma = 0.4 * sampling->step;
        shape.kernel = kernel;
        shape.radius = (size_t)(4 * sigma + 0.5);
        shape.reach = (double)shape.radius + 1;
        shape.gauss = table = gauss_table(sigma, shape.radius, err);
        if (!table)
            return ABL_E_NOMEM;
    }
    abl_status status = build_filter(filter, sampling, &shape, err);
    free(table);
    return status;
}

abl_status abl_axis_filter_gaussian(abl_axis_filter *filter, size_t count,
                                    double sigma, abl_error *err)
{
    memset(filter, 0, sizeof *filter);
    const abl_axis_sampling sampling = {count, count, 0, 1};
    kernel_shape shape = {ABL_AXIS_LINEAR, 1, 0, NULL};
    double *table = NULL;
    if (sigma > 0 && count > 1) {
        shape.kernel = ABL_AXIS_GAUSS_LINEAR;
        shape.radius = (size_t)(4 * sigma + 0.5);
        shape.reach = (double)shape.radius;
        shape.gauss = table = gauss_table(sigma, shape.radius, err);
        if (!table)
            return ABL_E_NOMEM;
    }
    abl_status status = build_filter(filter, &sampling, &shape, err);
    free(table);
    if (!status && count > 2 * shape.radius) {
        filter->shift_lo = shape.radius;
        filter->shift_count = count - 2 * shape.radius;
    }
    return status;
}

/* Blocks of 32 keep the sums in registers over all taps. */
ABL_HOT
static void combine(float *restrict out, const float *restrict in,
                    size_t stride, size_t count, const float *restrict weights,
                    size_t taps)
{
    enum {
        BLOCK = 32
    };
    size_t n = 0;
    for (; n + BLOCK <= count; n += BLOCK) {
        float sum[BLOCK];
        for (size_t b = 0; b < BLOCK; b++)
            sum[b] = weights[0] * in[n + b];
        for (size_t t = 1; t < taps; t++)
            for (size_t b = 0; b < BLOCK; b++)
                sum[b] += weights[t] * in[t * stride + n + b];
        memcpy(out + n, sum, sizeof sum);
    }
    for (; n < count; n++) {
        float sum = weights[0] * in[n];
        for (size_t t = 1; t < taps; t++)
            sum += weights[t] * in[t * stride + n];
        out[n] = sum;
    }
}

void abl_axis_filter_lines(float *out, const float *in, size_t stride,
                           size_t count, const abl_axis_filter *filter,
                           size_t n)
{
    combine(out, in, stride, count, filter->weights + n * filter->width,
            filter->taps[n]);
}

static void filter_outputs(float *out, const float *in,
                           const abl_axis_filter *filter, size_t from,
                           size_t to)
{
    for (size_t n = from; n < to; n++) {
        const float *weights = filter->weights + n * filter->width;
        const float *values = in + filter->first[n];
        float sum = weights[0] * values[0];
        for (size_t t = 1; t < filter->taps[n]; t++)
            sum += weights[t] * values[t];
        out[n] = sum;
    }
}

/* The same for one or two taps, without a branch on their number. */
ABL_HOT
static void interpolate_outputs(float *restrict out, const float *restrict in,
                                const abl_axis_filter *filter)
{
    for (size_t n = 0; n < filter->count; n++) {
        const float *weights = filter->weights + n * filter->width;
        size_t last = filter->taps[n] - 1;
        float low = weights[0] * in[filter->first[n]];
        float both = low + weights[last] * in[filter->first[n] + last];
        out[n] = last > 0 ? both : low;
    }
}

void abl_axis_filter_row(float *out, const float *in,
                         const abl_axis_filter *filter)
{
    size_t lo = filter->shift_lo, hi = lo + filter->shift_count;
    if (filter->most_taps <= 2) {
        interpolate_outputs(out, in, filter);
        return;
    }
    filter_outputs(out, in, filter, 0, lo);
    if (hi > lo)
        combine(out + lo, in + filter->first[lo], 1, hi - lo,
                filter->weights + lo * filter->width, filter->taps[lo]);
    filter_outputs(out, in, filter, hi, filter->count);
}

const float *abl_axis_load_row(float *scratch, const abl_volume *volume,
                               size_t offset, size_t count)
{
    switch (volume->type) {
    case ABL_PIXEL_U8:
        for (size_t n = 0; n < count; n++)
            scratch[n] = (float)((const uint8_t *)volume->data)[offset + n];
        return scratch;
    case ABL_PIXEL_I16:
        for (size_t n = 0; n < count; n++)
            scratch[n] = (float)((const int16_t *)volume->data)[offset + n];
        return scratch;
    case ABL_PIXEL_I32:
        for (size_t n = 0; n < count; n++)
            scratch[n] = (float)((const int32_t *)volume->data)[offset + n];
        return scratch;
    case ABL_PIXEL_F32:
        break;
    }
    return (const float *)volume->data + offset;
}
