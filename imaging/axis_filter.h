/* One axis of a separable filter: which inputs make each output (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_AXIS_FILTER_H
#define ABL_IMAGING_AXIS_FILTER_H

#include "imaging/volume.h"

/**
 * Output n is the sum over t < taps[n] of weights[n * width + t] times input
 * lo + first[n] + t. Weights sum to 1; indices beyond the border have been
 * folded onto it.
 */
typedef struct abl_axis_filter {
    size_t count;                 /**< outputs */
    size_t width;                 /**< weights stored per output */
    size_t most_taps;             /**< of any output */
    size_t lo, used;              /**< inputs needed: [lo, lo + used) */
    size_t shift_lo, shift_count; /**< outputs that share weights, and whose
                                       inputs move by one from one to the next */
    size_t *first;
    size_t *taps;
    float *weights;
} abl_axis_filter;

/** Outputs along one axis in input index units: centre n = start + n * step. */
typedef struct abl_axis_sampling {
    size_t inputs, outputs;
    double start, step;
} abl_axis_sampling;

typedef enum abl_axis_kernel {
    ABL_AXIS_LINEAR,      /**< two neighbours */
    ABL_AXIS_TRIANGLE,    /**< half-width max(1, step) */
    ABL_AXIS_GAUSS_LINEAR /**< Gaussian of 0.4 * step, then linear */
} abl_axis_kernel;

/** @retval ABL_E_NOMEM */
abl_status abl_axis_filter_sampling(abl_axis_filter *filter,
                                    const abl_axis_sampling *sampling,
                                    abl_axis_kernel kernel,
                                    abl_error *err) ABL_MUST_CHECK;

/** Gaussian of @p sigma voxels cut at 4 sigma; 0 is the identity. */
abl_status abl_axis_filter_gaussian(abl_axis_filter *filter, size_t count,
                                    double sigma,
                                    abl_error *err) ABL_MUST_CHECK;

void abl_axis_filter_clear(abl_axis_filter *filter);

/** Along contiguous values; @p in starts at input lo. No overlap. */
void abl_axis_filter_row(float *out, const float *in,
                         const abl_axis_filter *filter);

/** Output @p n for @p count neighbouring lines that are @p stride apart from
 * one input to the next; @p in starts at input lo + first[n]. */
void abl_axis_filter_lines(float *out, const float *in, size_t stride,
                           size_t count, const abl_axis_filter *filter,
                           size_t n);

/** Voxels [i, i + count) of a row as float: @p scratch, or the voxels
 * themselves when they are float. */
const float *abl_axis_load_row(float *scratch, const abl_volume *volume,
                               size_t offset, size_t count);

#endif
