/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/unet_input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What becomes of a value v: min((v clamped to [low, high] + add) * scale,
 * most). */
typedef struct window {
    float low, high, add, scale, most;
} window;

static float read_voxel(const abl_volume *volume, size_t n)
{
    if (volume->type == ABL_PIXEL_F32)
        return ((const float *)volume->data)[n];
    if (volume->type == ABL_PIXEL_I16)
        return ((const int16_t *)volume->data)[n];
    return ((const uint8_t *)volume->data)[n];
}

static void swap(float *a, float *b)
{
    float kept = *a;
    *a = *b;
    *b = kept;
}

/* Quickselect, median of three: values[rank] as if sorted. */
static float select_rank(float *values, size_t n, size_t rank)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (values[middle] < values[low])
            swap(&values[middle], &values[low]);
        if (values[high] < values[low])
            swap(&values[high], &values[low]);
        if (values[high] < values[middle])
            swap(&values[high], &values[middle]);
        float pivot = values[middle];
        size_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                swap(&values[i++], &values[j]);
                if (!j--)
                    break;
            }
        }
        if (rank >= i)
            low = i;
        else if (j != SIZE_MAX && rank <= j)
            high = j;
        else
            break;
    }
    return values[rank];
}

float abl_unet_percentile(float *values, size_t n, double fraction)
{
    double at = fraction * (double)(n - 1);
    size_t rank = (size_t)at;
    double below = select_rank(values, n, rank);
    if (rank + 1 >= n)
        return (float)below;
    double above = values[rank + 1];
    for (size_t m = rank + 2; m < n; m++)
        above = values[m] < above ? values[m] : above;
    return (float)(below + (above - below) * (at - (double)rank));
}

static abl_status choose_mr_window(window *w, const abl_volume *input,
                                   abl_error *err)
{
    size_t voxels = abl_grid_voxels(&input->grid), kept = 0;
    double sum = 0;
    for (size_t n = 0; n < voxels; n++)
        sum += read_voxel(input, n);
    double limit = 0.2 * sum / (double)voxels;
    float *values = abl_alloc(voxels, sizeof *values, err);
    if (!values)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < voxels; n++)
        if (read_voxel(input, n) > limit)
            values[kept++] = read_voxel(input, n);
    float top = kept ? abl_unet_percentile(values, kept, 0.995) : 0;
    free(values);
    *w = (window){-HUGE_VALF, HUGE_VALF, 0, top > 0 ? 0.902f / top : 0, 1};
    return ABL_OK;
}

/* Writes the padded input; false when a voxel is not a number. */
static bool fill(float *out, const size_t size[3], const abl_volume *input,
                 const window *w)
{
    const size_t *in = input->grid.size;
    bool is_finite = true;
#pragma omp parallel for schedule(static) reduction(&& : is_finite)
    for (size_t z = 0; z < in[2]; z++)
        for (size_t y = 0; y < in[1]; y++) {
            float *row = out + (z * size[1] + y) * size[2];
            size_t from = abl_grid_offset(&input->grid, 0, y, z);
            for (size_t x = 0; x < in[0]; x++) {
                float value = read_voxel(input, from + x);
                is_finite = is_finite && isfinite(value);
                value = value < w->low ? w->low : value;
                value = value > w->high ? w->high : value;
                value = (value + w->add) * w->scale;
                row[x] = value > w->most ? w->most : value;
            }
        }
    return is_finite;
}

abl_status abl_unet_input_make(float **out, size_t size[3],
                               const abl_unet_model *model,
                               const abl_volume *input, abl_error *err)
{
    *out = NULL;
    size_t voxels = 1;
    bool fits = true;
    abl_status status = abl_grid_validate(&input->grid, err);
    if (status)
        return status;
    if (input->type == ABL_PIXEL_I32)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "32-bit integers are no network input");
    for (size_t a = 0; a < 3; a++) {
        size_t multiple = model->info.pad_multiple[2 - a];
        size[a] =
            (input->grid.size[2 - a] + multiple - 1) / multiple * multiple;
        fits = fits && abl_mul_size(&voxels, voxels, size[a]);
    }
    if (!fits || voxels > ABL_GRID_MAX_VOXELS)
        return abl_error_set(err, ABL_E_INVALID, "the volume is too large");
    window w = {-125, 275, 125, 1.0f / 400, 1};
    if (model->transform == ABL_UNET_MR_PERCENTILE)
        status = choose_mr_window(&w, input, err);
    if (status)
        return status;
    *out = abl_alloc(voxels, sizeof **out, err);
    if (!*out)
        return ABL_E_NOMEM;
    if (fill(*out, size, input, &w))
        return ABL_OK;
    free(*out);
    *out = NULL;
    return abl_error_set(err, ABL_E_INVALID,
                         "a voxel of the network's input is not a number");
}
