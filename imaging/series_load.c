/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/nifti.h"
#include "imaging/series_private.h"

/* Padding becomes air; a padding value that stands for tissue is none. */
static const double air_hu = -1024;
static const double highest_padding_hu = -500, lowest_bright_padding_hu = 3000;

enum {
    STORED_VALUES = 65536
};

/* What a stored word means, for every word; made once per rescale. */
typedef struct meaning {
    const abl_dicom_header *header;
    double slope, intercept;
    bool is_ct;
    union {
        int16_t hu[STORED_VALUES];
        float value[STORED_VALUES];
    } of;
} meaning;

/* What one thread needs. */
typedef struct worker {
    size_t file; /* that is open */
    abl_dicom_pixels *pixels;
    uint16_t *words;
    meaning *table;
    float *plain; /* one slice before shifting; only for tilted stacks */
} worker;

typedef struct loading {
    const abl_study *study;
    const abl_series *series;
    abl_volume *volume;
} loading;

static int32_t stored_value(const abl_dicom_header *header, uint32_t word)
{
    const uint32_t mask = (uint32_t)(((uint64_t)1 << header->bits_stored) - 1);
    const uint32_t bits =
        word >> (header->high_bit + 1 - header->bits_stored) & mask;
    const uint32_t sign = (uint32_t)1 << (header->bits_stored - 1);
    if (header->is_signed)
        return (int32_t)(bits ^ sign) - (int32_t)sign;
    return (int32_t)bits;
}

static bool is_padding(const meaning *table, int32_t stored, double value)
{
    const abl_dicom_header *header = table->header;
    if (!header->has_padding || stored < header->padding_first ||
        stored > header->padding_last)
        return false;
    return value <= highest_padding_hu || value >= lowest_bright_padding_hu;
}

static void fill_meaning(meaning *table, const abl_dicom_header *header,
                         const abl_dicom_frame *frame, bool is_ct)
{
    if (table->header == header && table->slope == frame->slope &&
        table->intercept == frame->intercept)
        return;
    table->header = header;
    table->slope = frame->slope;
    table->intercept = frame->intercept;
    table->is_ct = is_ct;
    for (uint32_t word = 0; word < STORED_VALUES; word++) {
        const int32_t stored = stored_value(header, word);
        double value = frame->slope * stored + frame->intercept;
        if (is_ct) {
            if (is_padding(table, stored, value))
                value = air_hu;
            value = fmax(fmin(value, INT16_MAX), INT16_MIN);
            table->of.hu[word] = (int16_t)rint(value);
        } else {
            table->of.value[word] = (float)fmax(fmin(value, 3.0e38), -3.0e38);
        }
    }
}

static abl_status open_file(worker *at, const loading *job, size_t file,
                            abl_error *err)
{
    if (at->pixels && at->file == file)
        return ABL_OK;
    abl_dicom_pixels_close(at->pixels);
    at->pixels = NULL;
    at->file = file;
    const abl_file *source = job->study->files + file;
    return abl_dicom_pixels_open(&at->pixels, source->path, &source->header,
                                 err);
}

/* Value of a slice at a fractional place; outside is background. */
static double sample_slice(const float *plain, const size_t size[2], double i,
                           double j, double outside)
{
    const double i0 = floor(i), j0 = floor(j);
    if (i0 < -1 || j0 < -1 || i0 > (double)size[0] || j0 > (double)size[1])
        return outside;
    double sum = 0;
    for (int corner = 0; corner < 4; corner++) {
        const double ci = i0 + (corner & 1), cj = j0 + (corner >> 1);
        const double weight = (1 - fabs(i - ci)) * (1 - fabs(j - cj));
        const bool inside =
            ci >= 0 && cj >= 0 && ci < (double)size[0] && cj < (double)size[1];
        sum +=
            weight * (inside ? (double)plain[(size_t)cj * size[0] + (size_t)ci]
                             : outside);
    }
    return sum;
}

/* Puts a displaced slice into its place in the sheared grid. */
static void shift_slice(const loading *job, const worker *at, size_t k,
                        const size_t size[2])
{
    const abl_stack *stack = &job->series->stack;
    const size_t *grown = stack->grid.size;
    const double outside = at->table->is_ct ? air_hu : 0;
    const double di = stack->first_px[0] + (double)k * stack->shift_px[0];
    const double dj = stack->first_px[1] + (double)k * stack->shift_px[1];
    const size_t first = abl_grid_offset(&stack->grid, 0, 0, k);
    for (size_t j = 0; j < grown[1]; j++)
        for (size_t i = 0; i < grown[0]; i++) {
            const double value = sample_slice(at->plain, size, (double)i - di,
                                              (double)j - dj, outside);
            const size_t to = first + j * grown[0] + i;
            if (at->table->is_ct)
                abl_volume_i16(job->volume)[to] = (int16_t)rint(value);
            else
                abl_volume_f32(job->volume)[to] = (float)value;
        }
}

static void store_slice(const loading *job, const worker *at, size_t k,
                        const size_t size[2])
{
    const size_t pixels = size[0] * size[1];
    const meaning *table = at->table;
    if (job->series->stack.tilt_deg > 0) {
        for (size_t n = 0; n < pixels; n++)
            at->plain[n] = table->is_ct ? (float)table->of.hu[at->words[n]]
                                        : table->of.value[at->words[n]];
        shift_slice(job, at, k, size);
    } else if (table->is_ct) {
        int16_t *to = abl_volume_i16(job->volume) + k * pixels;
        for (size_t n = 0; n < pixels; n++)
            to[n] = table->of.hu[at->words[n]];
    } else {
        float *to = abl_volume_f32(job->volume) + k * pixels;
        for (size_t n = 0; n < pixels; n++)
            to[n] = table->of.value[at->words[n]];
    }
}

static abl_status load_slice(worker *at, const loading *job, size_t k,
                             abl_error *err)
{
    const abl_slice *slice = job->series->slices + k;
    const abl_dicom_header *header = &job->study->files[slice->file].header;
    abl_status status = open_file(at, job, slice->file, err);
    if (!status)
        status =
            abl_dicom_pixels_read(at->words, at->pixels, slice->frame, err);
    if (status)
        return status;
    fill_meaning(at->table, header, header->frames + slice->frame,
                 job->volume->type == ABL_PIXEL_I16);
    const size_t size[2] = {header->columns, header->rows};
    store_slice(job, at, k, size);
    return ABL_OK;
}

static void clear_worker(worker *at)
{
    abl_dicom_pixels_close(at->pixels);
    free(at->words);
    free(at->table);
    free(at->plain);
}

static abl_status start_worker(worker *at, const loading *job, abl_error *err)
{
    const abl_dicom_header *header =
        &job->study->files[job->series->slices->file].header;
    const size_t pixels = header->rows * header->columns;
    memset(at, 0, sizeof *at);
    at->words = abl_alloc(pixels, sizeof *at->words, err);
    at->table = abl_alloc(1, sizeof *at->table, err);
    if (job->series->stack.tilt_deg > 0)
        at->plain = abl_alloc(pixels, sizeof *at->plain, err);
    const bool good = at->words && at->table &&
                      (at->plain || !(job->series->stack.tilt_deg > 0));
    return good ? ABL_OK : ABL_E_NOMEM;
}

/* The failure of the lowest slice wins, so that messages do not depend on the
 * number of threads. */
typedef struct outcome {
    size_t slice;
    abl_status status;
    abl_error err;
} outcome;

static void record(outcome *worst, size_t k, abl_status status,
                   const abl_error *err)
{
#pragma omp critical(abl_series_load)
    if (!worst->status || k < worst->slice)
        *worst = (outcome){k, status, *err};
}

static abl_status load_slices(const loading *job, const abl_progress *progress,
                              abl_error *err)
{
    outcome worst = {0, ABL_OK, {ABL_OK, ""}};
    const size_t count = job->series->slice_count;
    bool stop = false;
#pragma omp parallel
    {
        worker at;
        abl_error own = {ABL_OK, ""};
        const abl_status started = start_worker(&at, job, &own);
        if (started)
            record(&worst, 0, started, &own);
#pragma omp for schedule(static)
        for (size_t k = 0; k < count; k++) {
            bool stopped;
#pragma omp atomic read
            stopped = stop;
            if (started || stopped)
                continue;
            abl_status status = load_slice(&at, job, k, &own);
            if (!status && omp_get_thread_num() == 0) {
                const double threads = omp_get_num_threads();
                status = abl_progress_step(
                    progress, "reading images",
                    fmin(1, threads * (double)(k + 1) / (double)count), &own);
            }
            if (status)
                record(&worst, k, status, &own);
            if (status == ABL_E_CANCELLED) {
#pragma omp atomic write
                stop = true;
            }
        }
        clear_worker(&at);
    }
    if (worst.status && err)
        *err = worst.err;
    return worst.status;
}

static abl_status load_nifti(abl_volume **out, const abl_series *series,
                             abl_error *err)
{
    const bool is_ct = series->info.modality == ABL_MODALITY_CT;
    return abl_nifti_read(out, series->path,
                          is_ct ? ABL_PIXEL_I16 : ABL_PIXEL_F32, err);
}

abl_status abl_series_load(abl_volume **out, const abl_study *study,
                           size_t index, const abl_progress *progress,
                           abl_error *err)
{
    *out = NULL;
    if (index >= study->series_count)
        return abl_error_set(err, ABL_E_INVALID, "no series %zu", index);
    const abl_series *series = study->series + index;
    if (!series->is_loadable)
        return abl_error_set(err, ABL_E_GEOMETRY, "%s", series->info.reason);
    abl_status status = abl_progress_step(progress, "reading images", 0, err);
    if (status)
        return status;
    if (series->path)
        return load_nifti(out, series, err);
    const bool is_ct = series->info.modality == ABL_MODALITY_CT;
    status = abl_volume_create(out, &series->stack.grid,
                               is_ct ? ABL_PIXEL_I16 : ABL_PIXEL_F32, err);
    if (status)
        return status;
    const loading job = {study, series, *out};
    status = load_slices(&job, progress, err);
    if (status) {
        abl_volume_destroy(*out);
        *out = NULL;
    }
    return status;
}
