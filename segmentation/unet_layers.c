/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/unet_layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/threads.h"

/* One thread's share of a layer: its convolution and its scratch image. */
typedef struct worker {
    abl_unet_conv_run run;
    float *scratch;
    void *work;
} worker;

static float *allocate_aligned(size_t bytes)
{
    return bytes ? aligned_alloc(64, (bytes + 63) / 64 * 64) : NULL;
}

static bool open_worker(worker *self, const abl_unet_conv *conv,
                        size_t scratch_floats)
{
    memset(self, 0, sizeof *self);
    self->work = allocate_aligned(conv->work_bytes);
    self->scratch = allocate_aligned(scratch_floats * sizeof(float));
    if ((conv->work_bytes && !self->work) || (scratch_floats && !self->scratch))
        return false;
    return abl_unet_conv_run_open(&self->run, conv, self->work);
}

static void close_worker(worker *self)
{
    abl_unet_conv_run_close(&self->run);
    free(self->scratch);
    free(self->work);
}

static abl_status report_failure(abl_error *err, const char *name)
{
    return abl_error_set(err, ABL_E_INTERNAL,
                         "layer %s could not be run (memory or oneDNN)", name);
}

static abl_status create_conv(abl_unet_conv *conv, abl_unet_layer *layer,
                              const abl_unet_conv_shape *shape,
                              const float *weight, const float *bias,
                              abl_error *err)
{
    abl_status status =
        abl_unet_conv_create(conv, layer->device, shape, weight, bias, err);
    snprintf(layer->implementation, sizeof layer->implementation, "%s",
             conv->implementation);
    return status;
}

/* ---- strided ---------------------------------------------------------- */

/* (out, in, z, y, x) to (padded out, z * padded in, y, x) */
static void fold_slices(float *folded, const abl_unet_kernel *kernel,
                        size_t padded_in)
{
    for (size_t o = 0; o < kernel->out; o++)
        for (size_t i = 0; i < kernel->in; i++)
            for (size_t z = 0; z < 3; z++)
                memcpy(folded + ((o * 3 + z) * padded_in + i) * 9,
                       kernel->weight + ((o * kernel->in + i) * 3 + z) * 9,
                       9 * sizeof *folded);
}

static abl_status build_strided(abl_unet_conv *conv, abl_unet_layer *layer,
                                abl_error *err)
{
    const abl_unet_image *source = layer->sources[0];
    const abl_unet_image *result = layer->result;
    size_t in = abl_unet_padded(source->channels, source->block);
    size_t out = abl_unet_padded(result->channels, result->block);
    abl_unet_conv_shape shape = {
        .name = layer->name,
        .groups = 1,
        .in = 3 * in,
        .out = out,
        .in_size = {source->size[1], source->size[2]},
        .kernel = {3, 3},
        .stride = {source->size[1] / result->size[1],
                   source->size[2] / result->size[2]},
        .pad = {1, 1},
        .is_plain_input = source->block == 1,
        .relu = true,
    };
    abl_status status = ABL_E_NOMEM;
    float *weight = abl_alloc(out * 3 * in * 9, sizeof *weight, err);
    float *bias = abl_alloc(out, sizeof *bias, err);
    if (weight && bias) {
        fold_slices(weight, layer->kernel, in);
        memcpy(bias, layer->kernel->bias, layer->kernel->out * sizeof *bias);
        status = create_conv(conv, layer, &shape, weight, bias, err);
    }
    free(weight);
    free(bias);
    return status;
}

abl_status abl_unet_run_strided(abl_unet_layer *layer, abl_error *err)
{
    abl_unet_conv conv = {0};
    abl_status status = build_strided(&conv, layer, err);
    if (status)
        return status;
    const abl_unet_image *source = layer->sources[0];
    const abl_unet_image *result = layer->result;
    size_t stride = source->size[0] / result->size[0];
    ptrdiff_t in_slice = (ptrdiff_t)abl_unet_slice(source);
    size_t out_slice = abl_unet_slice(result);
    bool failed = false;
#pragma omp parallel reduction(|| : failed)
    {
        worker self;
        failed = !open_worker(&self, &conv, 0);
#pragma omp for schedule(dynamic, 1)
        for (size_t z = 0; z < result->size[0]; z++) {
            ptrdiff_t first = (ptrdiff_t)(stride * z) - 1;
            if (!failed)
                failed = !abl_unet_conv_execute(&self.run,
                                                source->data + first * in_slice,
                                                result->data + z * out_slice);
        }
        close_worker(&self);
    }
    abl_unet_conv_clear(&conv);
    return failed ? report_failure(err, layer->name) : ABL_OK;
}

/* ---- up --------------------------------------------------------------- */

/* (out, in, taps) to (tap * padded out, padded in) */
static void fold_taps(float *weight, float *bias, const abl_unet_kernel *kernel,
                      size_t padded_in, size_t padded_out)
{
    size_t taps = kernel->size[0] * kernel->size[1] * kernel->size[2];
    for (size_t t = 0; t < taps; t++)
        for (size_t o = 0; o < kernel->out; o++) {
            size_t row = t * padded_out + o;
            bias[row] = kernel->bias[o];
            for (size_t i = 0; i < kernel->in; i++)
                weight[row * padded_in + i] =
                    kernel->weight[(o * kernel->in + i) * taps + t];
        }
}

static abl_status build_pointwise(abl_unet_conv *conv, abl_unet_layer *layer,
                                  size_t padded_out, abl_error *err)
{
    const abl_unet_image *source = layer->sources[0];
    const abl_unet_kernel *kernel = layer->kernel;
    size_t taps = kernel->size[0] * kernel->size[1] * kernel->size[2];
    size_t in = abl_unet_padded(source->channels, source->block);
    abl_unet_conv_shape shape = {
        .name = layer->name,
        .groups = 1,
        .in = in,
        .out = taps * padded_out,
        .in_size = {source->size[1], source->size[2]},
        .kernel = {1, 1},
        .stride = {1, 1},
    };
    abl_status status = ABL_E_NOMEM;
    float *weight = abl_alloc(shape.out * in, sizeof *weight, err);
    float *bias = abl_alloc(shape.out, sizeof *bias, err);
    if (weight && bias) {
        fold_taps(weight, bias, kernel, in, padded_out);
        status = create_conv(conv, layer, &shape, weight, bias, err);
    }
    free(weight);
    free(bias);
    return status;
}

static void copy_lanes(float *to, size_t step, const float *from, size_t n,
                       size_t block)
{
    if (block == 8)
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * step, from + i * 8, 8 * sizeof *to);
    else
        for (size_t i = 0; i < n; i++)
            memcpy(to + i * step, from + i * block, block * sizeof *to);
}

/* [tap][channel block][y][x][lane] of source slice z to its places */
static void interleave(const abl_unet_layer *layer, const float *taps, size_t z)
{
    const size_t *stride = layer->kernel->size;
    const abl_unet_image *result = layer->result;
    const size_t *in_size = layer->sources[0]->size;
    size_t block = result->block, row = in_size[2] * block;
    size_t blocks = abl_unet_padded(result->channels, block) / block;
    size_t out_row = result->size[2] * block;
    for (size_t kz = 0; kz < stride[0]; kz++)
        for (size_t b = 0; b < blocks; b++)
            for (size_t y = 0; y < result->size[1]; y++)
                for (size_t kx = 0; kx < stride[2]; kx++) {
                    size_t tap = (kz * stride[1] + y % stride[1]) * stride[2];
                    const float *from =
                        taps + (((tap + kx) * blocks + b) * in_size[1] +
                                y / stride[1]) *
                                   row;
                    float *to = result->data +
                                (z * stride[0] + kz) * abl_unet_slice(result) +
                                (b * result->size[1] + y) * out_row +
                                kx * block;
                    copy_lanes(to, stride[2] * block, from, in_size[2], block);
                }
}

abl_status abl_unet_run_up(abl_unet_layer *layer, abl_error *err)
{
    abl_unet_conv conv = {0};
    const abl_unet_image *source = layer->sources[0];
    const size_t *stride = layer->kernel->size;
    size_t block = layer->result->block;
    size_t out = abl_unet_padded(layer->result->channels, block);
    abl_status status = build_pointwise(&conv, layer, out, err);
    if (status)
        return status;
    size_t slice = abl_unet_slice(source);
    size_t scratch = stride[0] * stride[1] * stride[2] * out * source->size[1] *
                     source->size[2];
    bool failed = false;
#pragma omp parallel reduction(|| : failed)
    {
        worker self;
        failed = !open_worker(&self, &conv, scratch);
#pragma omp for schedule(dynamic, 1)
        for (size_t z = 0; z < source->size[0]; z++) {
            if (!failed)
                failed = !abl_unet_conv_execute(
                    &self.run, source->data + z * slice, self.scratch);
            if (!failed)
                interleave(layer, self.scratch, z);
        }
        close_worker(&self);
    }
    abl_unet_conv_clear(&conv);
    return failed ? report_failure(err, layer->name) : ABL_OK;
}

/* ---- head ------------------------------------------------------------- */

enum {
    STRIP = 64
};

/* 2^k for whole k in [-126, 127] */
static inline float power_of_two(float k)
{
    union {
        int32_t bits;
        float value;
    } made = {.bits = ((int32_t)k + 127) * (1 << 23)};
    return made.value;
}

/* e^x for x in [-87, 0]; Cody-Waite reduction, Taylor to the 6th order */
static inline float exponential(float x)
{
    float clamped = x < -87.0f ? -87.0f : x;
    float k = (clamped * 1.44269504f + 12582912.0f) - 12582912.0f;
    float r = (clamped - k * 0.693359375f) - k * -2.12194440e-4f;
    float p = 1.38888889e-3f;
    p = p * r + 8.33333333e-3f;
    p = p * r + 4.16666667e-2f;
    p = p * r + 1.66666667e-1f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return x < -87.0f ? 0.0f : p * power_of_two(k);
}

ABL_HOT void abl_unet_softmax(float *values, size_t classes, size_t stride,
                              size_t n)
{
    float most[STRIP], sum[STRIP];
    for (size_t at = 0; at < n; at += STRIP) {
        size_t m = n - at < STRIP ? n - at : STRIP;
        memcpy(most, values + at, m * sizeof *most);
        for (size_t c = 1; c < classes; c++) {
            const float *row = values + c * stride + at;
            for (size_t v = 0; v < m; v++)
                most[v] = row[v] > most[v] ? row[v] : most[v];
        }
        memset(sum, 0, sizeof sum);
        for (size_t c = 0; c < classes; c++) {
            float *row = values + c * stride + at;
            for (size_t v = 0; v < m; v++) {
                row[v] = exponential(row[v] - most[v]);
                sum[v] += row[v];
            }
        }
        for (size_t v = 0; v < m; v++)
            sum[v] = 1.0f / sum[v];
        for (size_t c = 0; c < classes; c++) {
            float *row = values + c * stride + at;
            for (size_t v = 0; v < m; v++)
                row[v] *= sum[v];
        }
    }
}

/* Part of one row of the head's result to all class volumes. */
static void emit_row(const abl_unet_sink *sink, const abl_unet_layer *layer,
                     const float *slice, const size_t zy[2])
{
    float values[ABL_UNET_MAX_CLASSES * STRIP];
    size_t classes = layer->kernel->out, block = layer->device->block;
    const size_t *tile = layer->sources[0]->size;
    size_t out = ((sink->at[0] + zy[0]) * sink->size[1] + sink->at[1] + zy[1]) *
                     sink->size[2] +
                 sink->at[2];
    const float *row =
        slice + ((sink->from[1] + zy[1]) * tile[2] + sink->from[2]) * block;
    for (size_t at = 0; at < sink->extent[2]; at += STRIP) {
        size_t m = sink->extent[2] - at < STRIP ? sink->extent[2] - at : STRIP;
        for (size_t c = 0; c < classes; c++) {
            const float *lane = row + c / block * tile[1] * tile[2] * block +
                                at * block + c % block;
            for (size_t v = 0; v < m; v++)
                values[c * STRIP + v] = lane[v * block];
        }
        if (!sink->wants_logits)
            abl_unet_softmax(values, classes, STRIP, m);
        for (size_t c = 0; c < classes; c++)
            memcpy(sink->classes[c] + out + at, values + c * STRIP,
                   m * sizeof *values);
    }
}

abl_status abl_unet_run_head(abl_unet_layer *layer, const abl_unet_sink *sink,
                             abl_error *err)
{
    abl_unet_conv conv = {0};
    const abl_unet_image *source = layer->sources[0];
    size_t block = layer->device->block;
    size_t out = abl_unet_padded(layer->kernel->out, block);
    abl_status status = build_pointwise(&conv, layer, out, err);
    if (status)
        return status;
    size_t slice = abl_unet_slice(source);
    bool failed = false;
#pragma omp parallel reduction(|| : failed)
    {
        worker self;
        failed =
            !open_worker(&self, &conv, out * source->size[1] * source->size[2]);
#pragma omp for schedule(dynamic, 1)
        for (size_t z = 0; z < sink->extent[0]; z++) {
            if (!failed)
                failed = !abl_unet_conv_execute(
                    &self.run, source->data + (sink->from[0] + z) * slice,
                    self.scratch);
            for (size_t y = 0; !failed && y < sink->extent[1]; y++)
                emit_row(sink, layer, self.scratch, (size_t[2]){z, y});
        }
        close_worker(&self);
    }
    abl_unet_conv_clear(&conv);
    return failed ? report_failure(err, layer->name) : ABL_OK;
}
