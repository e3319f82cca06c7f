/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/threads.h"
#include "segmentation/unet_layers.h"

enum {
    SIDE = 6,             /* inputs of a tile along z and y */
    CORE = 4,             /* results of a tile along z and y */
    POINTS = SIDE * SIDE, /* products per tile */
    CHUNK = 32,           /* floats of a row done at once */
    GRAIN = 8             /* rows are multiples of this */
};

/* A layer cut into rows of tiles; some rows make a job. */
typedef struct tiling {
    const abl_unet_layer *layer;
    size_t tiles[2]; /* along z, y */
    size_t rows;     /* of tiles in a job */
    size_t jobs;
    size_t row_floats; /* of one channel block */
    size_t in_blocks, out_blocks;
    const float *zeros; /* row_floats */
    float *bias;        /* CHUNK values for each channel block */
} tiling;

/* ---- weights ---------------------------------------------------------- */

static void spread_taps(double out[SIDE], double a, double b, double c)
{
    out[0] = a / 4;
    out[1] = -(a + b + c) / 6;
    out[2] = -(a - b + c) / 6;
    out[3] = a / 24 + b / 12 + c / 6;
    out[4] = a / 24 - b / 12 + c / 6;
    out[5] = c;
}

/* The 3x3 (z, y) taps at one x of one (out, in) pair to POINTS values. */
static void spread_plane(double points[POINTS], const float *taps)
{
    double half[SIDE][3];
    for (size_t y = 0; y < 3; y++) {
        double column[SIDE];
        spread_taps(column, taps[y * 3], taps[9 + y * 3], taps[18 + y * 3]);
        for (size_t n = 0; n < SIDE; n++)
            half[n][y] = column[n];
    }
    for (size_t n = 0; n < SIDE; n++)
        spread_taps(points + n * SIDE, half[n][0], half[n][1], half[n][2]);
}

/* Where input channel i of the file lies among padded sources. */
static size_t find_channel(const abl_unet_layer *layer, size_t i)
{
    const abl_unet_image *first = layer->sources[0];
    if (i < first->channels)
        return i;
    return abl_unet_padded(first->channels, first->block) + i - first->channels;
}

/* weight: (POINTS, padded out, padded in, 1, 3) */
static void spread_weights(float *weight, const abl_unet_layer *layer,
                           size_t in, size_t out)
{
    const abl_unet_kernel *kernel = layer->kernel;
#pragma omp parallel for schedule(static)
    for (size_t o = 0; o < kernel->out; o++)
        for (size_t i = 0; i < kernel->in; i++)
            for (size_t x = 0; x < 3; x++) {
                double points[POINTS];
                spread_plane(points,
                             kernel->weight + (o * kernel->in + i) * 27 + x);
                size_t at = (o * in + find_channel(layer, i)) * 3 + x;
                for (size_t p = 0; p < POINTS; p++)
                    weight[p * out * in * 3 + at] = (float)points[p];
            }
}

/* ---- hot rows --------------------------------------------------------- */

/* As ABL_HOT; wider registers save a tenth to a fifth here; same bits. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#    define WIDE_HOT \
        __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#    define WIDE_HOT
#endif

static inline __attribute__((always_inline)) void
transform_in(float *to, size_t step, const float *const rows[POINTS], size_t at,
             size_t m)
{
    float half[SIDE][SIDE][CHUNK];
    for (size_t y = 0; y < SIDE; y++)
        for (size_t c = 0; c < m; c++) {
            float d0 = rows[y][at + c], d1 = rows[SIDE + y][at + c];
            float d2 = rows[2 * SIDE + y][at + c];
            float d3 = rows[3 * SIDE + y][at + c];
            float d4 = rows[4 * SIDE + y][at + c];
            float d5 = rows[5 * SIDE + y][at + c];
            float e = d4 - 4 * d2, o = d3 - 4 * d1, f = d4 - d2,
                  q = 2 * (d3 - d1);
            half[0][y][c] = 4 * d0 - 5 * d2 + d4;
            half[1][y][c] = e + o;
            half[2][y][c] = e - o;
            half[3][y][c] = f + q;
            half[4][y][c] = f - q;
            half[5][y][c] = 4 * d1 - 5 * d3 + d5;
        }
    for (size_t z = 0; z < SIDE; z++) {
        float *out = to + z * SIDE * step + at;
#pragma GCC ivdep
        for (size_t c = 0; c < m; c++) {
            float d0 = half[z][0][c], d1 = half[z][1][c], d2 = half[z][2][c];
            float d3 = half[z][3][c], d4 = half[z][4][c], d5 = half[z][5][c];
            float e = d4 - 4 * d2, o = d3 - 4 * d1, f = d4 - d2,
                  q = 2 * (d3 - d1);
            out[c] = 4 * d0 - 5 * d2 + d4;
            out[step + c] = e + o;
            out[2 * step + c] = e - o;
            out[3 * step + c] = f + q;
            out[4 * step + c] = f - q;
            out[5 * step + c] = 4 * d1 - 5 * d3 + d5;
        }
    }
}

/* POINTS rows of n floats to POINTS rows that lie step apart */
WIDE_HOT static void transform_in_rows(float *to, size_t step,
                                       const float *const rows[POINTS],
                                       size_t n)
{
    size_t at = 0;
    for (; at + CHUNK <= n; at += CHUNK) {
        for (size_t p = 0; p < POINTS; p++) {
            __builtin_prefetch(rows[p] + at + CHUNK);
            __builtin_prefetch(rows[p] + at + CHUNK + 16);
        }
        transform_in(to, step, rows, at, CHUNK);
    }
    for (; at < n; at += GRAIN)
        transform_in(to, step, rows, at, GRAIN);
}

static inline __attribute__((always_inline)) void
transform_out(float *const rows[CORE * CORE], const float *from, size_t step,
              const float *bias, size_t at, size_t m)
{
    float half[CORE][SIDE][CHUNK];
    for (size_t y = 0; y < SIDE; y++) {
        const float *in = from + y * step + at;
        for (size_t c = 0; c < m; c++) {
            float m0 = in[c], m1 = in[6 * step + c], m2 = in[12 * step + c];
            float m3 = in[18 * step + c], m4 = in[24 * step + c];
            float m5 = in[30 * step + c];
            float s1 = m1 + m2, d1 = m1 - m2, s2 = m3 + m4, d2 = m3 - m4;
            half[0][y][c] = m0 + s1 + s2;
            half[1][y][c] = d1 + 2 * d2;
            half[2][y][c] = s1 + 4 * s2;
            half[3][y][c] = d1 + 8 * d2 + m5;
        }
    }
    for (size_t z = 0; z < CORE; z++) {
        float last[CORE][CHUNK];
        for (size_t c = 0; c < m; c++) {
            float m0 = half[z][0][c], m1 = half[z][1][c], m2 = half[z][2][c];
            float m3 = half[z][3][c], m4 = half[z][4][c], m5 = half[z][5][c];
            float s1 = m1 + m2, d1 = m1 - m2, s2 = m3 + m4, d2 = m3 - m4;
            float r0 = m0 + s1 + s2 + bias[c], r1 = d1 + 2 * d2 + bias[c];
            float r2 = s1 + 4 * s2 + bias[c], r3 = d1 + 8 * d2 + m5 + bias[c];
            last[0][c] = r0 > 0 ? r0 : 0;
            last[1][c] = r1 > 0 ? r1 : 0;
            last[2][c] = r2 > 0 ? r2 : 0;
            last[3][c] = r3 > 0 ? r3 : 0;
        }
        for (size_t y = 0; y < CORE; y++)
            if (rows[z * CORE + y])
                memcpy(rows[z * CORE + y] + at, last[y], m * sizeof(float));
    }
}

/* POINTS rows that lie step apart to the result's rows; NULL rows are cut */
WIDE_HOT static void transform_out_rows(float *const rows[CORE * CORE],
                                        const float *from, size_t step,
                                        const float *bias, size_t n)
{
    size_t at = 0;
    for (; at + CHUNK <= n; at += CHUNK)
        transform_out(rows, from, step, bias, at, CHUNK);
    for (; at < n; at += GRAIN)
        transform_out(rows, from, step, bias + at % 16, at, GRAIN);
}

/* ---- jobs ------------------------------------------------------------- */

/* The rows of one source and channel block under tile (tz, ty). */
static void find_rows(const float *rows[POINTS], const tiling *t,
                      const abl_unet_image *source, size_t block,
                      const size_t tile[2])
{
    for (size_t n = 0; n < POINTS; n++) {
        /* one past is the padding; wraps round below zero */
        size_t z = tile[0] * CORE + n / SIDE - 1;
        size_t y = tile[1] * CORE + n % SIDE - 1;
        bool is_inside = z < source->size[0] && y < source->size[1];
        rows[n] = is_inside ? source->data + z * abl_unet_slice(source) +
                                  (block * source->size[1] + y) * t->row_floats
                            : t->zeros;
    }
}

static void gather_row(float *points, const tiling *t, size_t row,
                       const size_t tile[2])
{
    const float *rows[POINTS];
    size_t step = t->in_blocks * t->rows * t->row_floats, at = 0;
    for (size_t s = 0; s < 2 && t->layer->sources[s]; s++) {
        const abl_unet_image *source = t->layer->sources[s];
        size_t blocks =
            abl_unet_padded(source->channels, source->block) / source->block;
        for (size_t b = 0; b < blocks; b++, at++) {
            find_rows(rows, t, source, b, tile);
            transform_in_rows(points + (at * t->rows + row) * t->row_floats,
                              step, rows, t->row_floats);
        }
    }
}

static void scatter_row(const float *points, const tiling *t, size_t row,
                        const size_t tile[2])
{
    float *rows[CORE * CORE];
    const abl_unet_image *result = t->layer->result;
    size_t step = t->out_blocks * t->rows * t->row_floats;
    for (size_t b = 0; b < t->out_blocks; b++) {
        for (size_t n = 0; n < CORE * CORE; n++) {
            size_t z = tile[0] * CORE + n / CORE;
            size_t y = tile[1] * CORE + n % CORE;
            bool is_inside = z < result->size[0] && y < result->size[1];
            rows[n] = is_inside ? result->data + z * abl_unet_slice(result) +
                                      (b * result->size[1] + y) * t->row_floats
                                : NULL;
        }
        transform_out_rows(rows, points + (b * t->rows + row) * t->row_floats,
                           step, t->bias + b * CHUNK, t->row_floats);
    }
}

static bool run_job(abl_unet_conv_run *run, const tiling *t, float *in,
                    float *out, size_t job)
{
    size_t total = t->tiles[0] * t->tiles[1];
    size_t first = job * t->rows;
    size_t count = total - first < t->rows ? total - first : t->rows;
    for (size_t n = 0; n < count; n++) {
        size_t at = first + n;
        size_t tile[2] = {at / t->tiles[1], at % t->tiles[1]};
        gather_row(in, t, n, tile);
    }
    if (!abl_unet_conv_execute(run, in, out))
        return false;
    for (size_t n = 0; n < count; n++) {
        size_t at = first + n;
        size_t tile[2] = {at / t->tiles[1], at % t->tiles[1]};
        scatter_row(out, t, n, tile);
    }
    return true;
}

/* ---- layer ------------------------------------------------------------ */

enum {
    PIXELS = 192, /* a job's convolution should have at least as many */
    MIN_JOBS = 4  /* so that a few threads share small layers */
};

static size_t divide_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

static void cut_layer(tiling *t, const abl_unet_layer *layer)
{
    const abl_unet_image *result = layer->result;
    t->layer = layer;
    t->tiles[0] = divide_up(result->size[0], CORE);
    t->tiles[1] = divide_up(result->size[1], CORE);
    size_t total = t->tiles[0] * t->tiles[1];
    size_t rows = divide_up(PIXELS, result->size[2]);
    size_t jobs = divide_up(total, rows);
    if (jobs < MIN_JOBS)
        jobs = total < MIN_JOBS ? total : MIN_JOBS;
    t->rows = divide_up(total, jobs);
    t->jobs = divide_up(total, t->rows);
    t->row_floats = result->size[2] * result->block;
    t->out_blocks =
        abl_unet_padded(result->channels, result->block) / result->block;
    t->in_blocks = 0;
    for (size_t s = 0; s < 2 && layer->sources[s]; s++)
        t->in_blocks += abl_unet_padded(layer->sources[s]->channels,
                                        layer->sources[s]->block) /
                        layer->sources[s]->block;
}

static abl_status build_conv(abl_unet_conv *conv, const tiling *t,
                             abl_unet_layer *layer, abl_error *err)
{
    size_t block = layer->result->block;
    size_t in = t->in_blocks * block, out = t->out_blocks * block;
    abl_unet_conv_shape shape = {
        .name = layer->name,
        .groups = POINTS,
        .in = in,
        .out = out,
        .in_size = {t->rows, layer->result->size[2]},
        .kernel = {1, 3},
        .stride = {1, 1},
        .pad = {0, 1},
    };
    float *weight = abl_alloc(POINTS * out, in * 3 * sizeof *weight, err);
    if (!weight)
        return ABL_E_NOMEM;
    spread_weights(weight, layer, in, out);
    abl_status status =
        abl_unet_conv_create(conv, layer->device, &shape, weight, NULL, err);
    free(weight);
    snprintf(layer->implementation, sizeof layer->implementation, "w4x4 %.30s",
             conv->implementation);
    return status;
}

static void repeat_bias(tiling *t)
{
    const abl_unet_kernel *kernel = t->layer->kernel;
    size_t block = t->layer->result->block;
    for (size_t b = 0; b < t->out_blocks; b++)
        for (size_t c = 0; c < CHUNK; c++) {
            size_t channel = b * block + c % block;
            t->bias[b * CHUNK + c] =
                channel < kernel->out ? kernel->bias[channel] : 0;
        }
}

static bool run_jobs(const tiling *t, const abl_unet_conv *conv)
{
    size_t in = POINTS * t->in_blocks * t->rows * t->row_floats;
    size_t out = POINTS * t->out_blocks * t->rows * t->row_floats;
    size_t work = divide_up(conv->work_bytes, 64) * 16;
    bool failed = false;
#pragma omp parallel reduction(|| : failed)
    {
        abl_unet_conv_run run = {0};
        size_t bytes = divide_up((in + out + work) * sizeof(float), 64) * 64;
        float *scratch = aligned_alloc(64, bytes);
        failed =
            !scratch || !abl_unet_conv_run_open(&run, conv, scratch + in + out);
        if (scratch)
            memset(scratch, 0, in * sizeof *scratch);
#pragma omp for schedule(dynamic, 1)
        for (size_t job = 0; job < t->jobs; job++)
            if (!failed)
                failed = !run_job(&run, t, scratch, scratch + in, job);
        abl_unet_conv_run_close(&run);
        free(scratch);
    }
    return !failed;
}

abl_status abl_unet_run_winograd(abl_unet_layer *layer, abl_error *err)
{
    tiling t = {0};
    abl_unet_conv conv = {0};
    cut_layer(&t, layer);
    float *zeros = abl_alloc(t.row_floats, sizeof *zeros, err);
    t.zeros = zeros;
    t.bias = abl_alloc(t.out_blocks * CHUNK, sizeof *t.bias, err);
    abl_status status = ABL_E_NOMEM;
    if (zeros && t.bias) {
        repeat_bias(&t);
        status = build_conv(&conv, &t, layer, err);
    }
    if (!status && !run_jobs(&t, &conv))
        status = abl_error_set(err, ABL_E_INTERNAL,
                               "layer %s could not be run (memory or oneDNN)",
                               layer->name);
    abl_unet_conv_clear(&conv);
    free(zeros);
    free(t.bias);
    return status;
}
