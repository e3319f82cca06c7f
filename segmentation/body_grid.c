/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define PLANE_MM   1.5   /* wanted spacing in plane */
#define PADDING_HU -1200 /* lower values are no measurement */
#define CLIPPED_HU -300  /* a CT whose least value is above was clipped */
#define BRIGHT_HU  200.0
#define CROP_RIM   3 /* voxels kept around the body */

typedef struct block {
    size_t per[3]; /* image voxels averaged along each axis */
} block;

static block choose_block(const abl_grid *image)
{
    block b;
    for (int a = 0; a < 3; a++) {
        const double spacing = image->spacing_mm[a];
        const double wanted = a < 2 ? PLANE_MM : spacing < 1.25 ? 2.0 : 0;
        const double per = floor(wanted / spacing + 0.5);
        b.per[a] = per < 1 ? 1 : (size_t)per;
    }
    return b;
}

static abl_grid block_grid(const abl_grid *image, const block *b)
{
    abl_grid grid = *image;
    double first[3];
    for (int a = 0; a < 3; a++) {
        grid.size[a] = (image->size[a] + b->per[a] - 1) / b->per[a];
        grid.spacing_mm[a] = image->spacing_mm[a] * (double)b->per[a];
        first[a] = 0.5 * (double)(b->per[a] - 1);
    }
    abl_grid_to_lps(grid.origin_lps, image, first);
    return grid;
}

static size_t block_end(const abl_grid *image, const block *b, int axis,
                        size_t n)
{
    const size_t end = (n + 1) * b->per[axis];
    return end < image->size[axis] ? end : image->size[axis];
}

/* Sums of one output row. */
typedef struct row_sums {
    int32_t *sum, *count, *padding;
    int least, most;
} row_sums;

static void add_row(row_sums *s, const int16_t *row, size_t ni, size_t per)
{
    for (size_t i = 0, out = 0; i < ni; out++) {
        const size_t end = i + per < ni ? i + per : ni;
        for (; i < end; i++) {
            const int v = row[i];
            if (v < PADDING_HU) {
                s->padding[out]++;
                continue;
            }
            s->least = v < s->least ? v : s->least;
            s->most = v > s->most ? v : s->most;
            s->sum[out] += v;
            s->count[out]++;
        }
    }
}

static void average_row(const abl_body_work *w, row_sums *s,
                        const abl_volume *image, const block *b,
                        const size_t at[2])
{
    const abl_grid *g = &w->grid;
    const size_t ni = g->size[0];
    memset(s->sum, 0, ni * sizeof *s->sum);
    memset(s->count, 0, ni * sizeof *s->count);
    memset(s->padding, 0, ni * sizeof *s->padding);
    for (size_t k = at[1] * b->per[2]; k < block_end(&image->grid, b, 2, at[1]);
         k++)
        for (size_t j = at[0] * b->per[1];
             j < block_end(&image->grid, b, 1, at[0]); j++)
            add_row(s,
                    abl_volume_i16(image) +
                        abl_grid_offset(&image->grid, 0, j, k),
                    image->grid.size[0], b->per[0]);
    const size_t row = abl_grid_offset(g, 0, at[0], at[1]);
    for (size_t i = 0; i < ni; i++) {
        const int mean = s->count[i] > 0 ? s->sum[i] / s->count[i] : -1024;
        abl_volume_i16(w->hu)[row + i] = (int16_t)mean;
        abl_volume_u8(w->pad)[row + i] = s->padding[i] > s->count[i] ? 1 : 0;
    }
}

static abl_status average_image(abl_body_work *w, const abl_volume *image,
                                const block *b, abl_error *err)
{
    const size_t ni = w->grid.size[0];
    int failed = 0, least = INT_MAX, most = INT_MIN;
#pragma omp parallel reduction(|                                          \
                               : failed) reduction(min                    \
                                                   : least) reduction(max \
                                                                      : most)
    {
        int32_t *room = malloc(3 * ni * sizeof *room);
        row_sums s = {room, room + ni, room + 2 * ni, INT_MAX, INT_MIN};
        failed = room ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t k = 0; k < w->grid.size[2]; k++)
            for (size_t j = 0; !failed && j < w->grid.size[1]; j++)
                average_row(w, &s, image, b, (const size_t[2]){j, k});
        least = s.least;
        most = s.most;
        free(room);
    }
    if (failed)
        return abl_error_set(err, ABL_E_NOMEM, "no memory to average");
    w->least_hu = least == INT_MAX ? 0 : least;
    w->most_hu = most == INT_MIN ? 0 : most;
    return ABL_OK;
}

/* The label at the middle of each block. */
static void sample_labels(abl_body_work *w, const abl_volume *labels,
                          const block *b)
{
    const abl_grid *g = &w->grid, *from = &labels->grid;
    w->liver_lo = g->size[2];
    w->liver_hi = 0;
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                size_t at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    at[a] = at[a] * b->per[a] + b->per[a] / 2;
                    at[a] = at[a] < from->size[a] ? at[a] : from->size[a] - 1;
                }
                const uint8_t label = abl_volume_u8(
                    labels)[abl_grid_offset(from, at[0], at[1], at[2])];
                abl_volume_u8(w->organ)[abl_grid_offset(g, i, j, k)] = label;
                w->has_organs = w->has_organs || label > 0;
                if (label != ABL_LIVER)
                    continue;
                w->liver_lo = k < w->liver_lo ? k : w->liver_lo;
                w->liver_hi = k;
            }
}

static double from_middle(const abl_grid *g, size_t i, size_t j)
{
    const double di = (double)i - 0.5 * (double)(g->size[0] - 1);
    const double dj = (double)j - 0.5 * (double)(g->size[1] - 1);
    return hypot(di * g->spacing_mm[0], dj * g->spacing_mm[1]);
}

/* A round reconstruction leaves one constant outside the inscribed circle;
 * then nothing was measured there. */
static void mark_round_padding(abl_body_work *w)
{
    const abl_grid *g = &w->grid;
    const int16_t *hu = abl_volume_i16(w->hu);
    const double side0 = (double)g->size[0] * g->spacing_mm[0];
    const double side1 = (double)g->size[1] * g->spacing_mm[1];
    const double radius = 0.5 * fmin(side0, side1);
    bool constant = fabs(side0 - side1) < 0.02 * side0;
    for (int pass = 0; pass < 2 && constant; pass++)
        for (size_t k = 0; k < g->size[2] && constant; k++)
            for (size_t j = 0; j < g->size[1] && constant; j++)
                for (size_t i = 0; i < g->size[0]; i++) {
                    const double far = from_middle(g, i, j) - radius;
                    const size_t n = abl_grid_offset(g, i, j, k);
                    if (far < (pass ? 0 : 2 * g->spacing_mm[0]))
                        continue;
                    if (pass)
                        abl_volume_u8(w->pad)[n] = 1;
                    else if (hu[n] != hu[0])
                        constant = false;
                }
}

/* Mean of three by three in plane, for scans whose air and fat differ by
 * less than the noise. */
static abl_status smooth(abl_body_work *w, abl_error *err)
{
    const size_t *n = w->grid.size;
    abl_volume *from = NULL;
    abl_status status = abl_volume_clone(&from, w->hu, err);
    if (status)
        return status;
    const int16_t *in = abl_volume_i16(from);
    int16_t *out = abl_volume_i16(w->hu);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 1; j + 1 < n[1]; j++)
            for (size_t i = 1; i + 1 < n[0]; i++) {
                const size_t at = (k * n[1] + j) * n[0] + i;
                int sum = 0;
                for (size_t row = at - n[0]; row <= at + n[0]; row += n[0])
                    sum += in[row - 1] + in[row] + in[row + 1];
                out[at] = (int16_t)(sum / 9);
            }
    abl_volume_destroy(from);
    return ABL_OK;
}

static void choose_thresholds(abl_body_work *w)
{
    w->clipped = w->least_hu > CLIPPED_HU;
    w->skin_hu = w->clipped ? w->least_hu + 8 : fmax(-400, w->least_hu / 2);
    w->gas_hu = w->clipped ? w->least_hu + 12 : w->skin_hu;
    w->bone_hu = fmin(BRIGHT_HU, w->most_hu - 20);
}

abl_status abl_body_prepare(abl_body_work *work, const abl_volume *image,
                            const abl_volume *labels, abl_error *err)
{
    const block b = choose_block(&image->grid);
    work->grid = block_grid(&image->grid, &b);
    work->liver_lo = 1;
    abl_status status =
        abl_volume_create(&work->hu, &work->grid, ABL_PIXEL_I16, err);
    if (!status)
        status =
            abl_volume_create(&work->organ, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&work->pad, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = average_image(work, image, &b, err);
    if (status)
        return status;
    if (labels)
        sample_labels(work, labels, &b);
    if (!work->has_organs) {
        work->liver_lo = 1;
        work->liver_hi = 0;
    }
    mark_round_padding(work);
    choose_thresholds(work);
    return work->clipped ? smooth(work, err) : ABL_OK;
}

/* Slices, rows and columns that hold the body. */
static bool body_box(size_t lo[3], size_t hi[3], const abl_volume *body)
{
    const size_t *n = body->grid.size;
    const uint8_t *m = abl_volume_u8(body);
    for (int a = 0; a < 3; a++) {
        lo[a] = n[a];
        hi[a] = 0;
    }
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++) {
            const uint8_t *row = m + (k * n[1] + j) * n[0];
            const uint8_t *first = memchr(row, 1, n[0]);
            if (!first)
                continue;
            size_t last = n[0] - 1;
            while (!row[last])
                last--;
            const size_t from[3] = {(size_t)(first - row), j, k};
            const size_t to[3] = {last, j, k};
            for (int a = 0; a < 3; a++) {
                lo[a] = from[a] < lo[a] ? from[a] : lo[a];
                hi[a] = to[a] > hi[a] ? to[a] : hi[a];
            }
        }
    return lo[2] < n[2];
}

abl_status abl_body_crop(abl_body_work *work, abl_error *err)
{
    size_t lo[3], hi[3], size[3];
    if (!body_box(lo, hi, work->body))
        return ABL_OK;
    for (int a = 0; a < 3; a++) {
        const size_t top = work->grid.size[a] - 1;
        lo[a] = a < 2 ? (lo[a] > CROP_RIM ? lo[a] - CROP_RIM : 0) : 0;
        hi[a] = a < 2 ? (top - hi[a] > CROP_RIM ? hi[a] + CROP_RIM : top) : top;
        size[a] = hi[a] - lo[a] + 1;
    }
    abl_volume **all[] = {&work->hu, &work->organ, &work->pad, &work->body};
    for (size_t n = 0; n < sizeof all / sizeof *all; n++) {
        abl_volume *cropped = NULL;
        abl_status status = abl_volume_crop(&cropped, *all[n], lo, size, err);
        if (status)
            return status;
        abl_volume_destroy(*all[n]);
        *all[n] = cropped;
    }
    work->grid = work->hu->grid;
    return ABL_OK;
}

void abl_body_work_clear(abl_body_work *work)
{
    abl_volume **all[] = {&work->hu,   &work->organ, &work->pad,
                          &work->body, &work->lung,  &work->gas,
                          &work->bone, &work->heart, &work->unclassified,
                          &work->inner};
    for (size_t n = 0; n < sizeof all / sizeof *all; n++) {
        abl_volume_destroy(*all[n]);
        *all[n] = NULL;
    }
}
