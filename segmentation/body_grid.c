/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define PLANE_MM    1.5   /* wanted spacing in plane */
#define PADDING_HU  -1200 /* lower values are no measurement */
#define CLIPPED_HU  -300  /* a CT whose least value is above was clipped */
#define BRIGHT_HU   200.0
#define EMPTY_LINES 4 /* at a side of the image */
#define FAT_SHARE   3 /* fat's peak is at least a third of the highest */
#define BIN_HU      4 /* of the histogram that finds fat */
#define CROP_RIM    3 /* voxels kept around the body */

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
    int32_t *sum, *padding;
    int least, most;
} row_sums;

/* One voxel of each block; padding counts apart. */
static void add_phase(row_sums *s, const int16_t *row, size_t count, size_t per)
{
    int least = s->least, most = s->most;
    for (size_t out = 0; out < count; out++) {
        const int v = row[out * per];
        const int pad = v < PADDING_HU ? 1 : 0;
        s->padding[out] += pad;
        s->sum[out] += pad ? 0 : v;
        const int low = pad ? INT_MAX : v;
        least = low < least ? low : least;
        most = v > most ? v : most;
    }
    s->least = least;
    s->most = most;
}

static void add_row(row_sums *s, const int16_t *row, size_t ni, size_t per)
{
    for (size_t phase = 0; phase < per && phase < ni; phase++)
        add_phase(s, row + phase, (ni - phase + per - 1) / per, per);
}

static void average_row(const abl_body_work *w, row_sums *s,
                        const abl_volume *image, const block *b,
                        const size_t at[2])
{
    const abl_grid *g = &w->grid;
    const size_t ni = g->size[0];
    memset(s->sum, 0, ni * sizeof *s->sum);
    memset(s->padding, 0, ni * sizeof *s->padding);
    const size_t end_k = block_end(&image->grid, b, 2, at[1]);
    const size_t end_j = block_end(&image->grid, b, 1, at[0]);
    size_t rows = 0;
    for (size_t k = at[1] * b->per[2]; k < end_k; k++)
        for (size_t j = at[0] * b->per[1]; j < end_j; j++, rows++)
            add_row(s,
                    abl_volume_i16(image) +
                        abl_grid_offset(&image->grid, 0, j, k),
                    image->grid.size[0], b->per[0]);
    const size_t row = abl_grid_offset(g, 0, at[0], at[1]);
    for (size_t i = 0; i < ni; i++) {
        const size_t along = block_end(&image->grid, b, 0, i) - i * b->per[0];
        const int all = (int)(along * rows);
        const int count = all - s->padding[i];
        abl_volume_i16(w->hu)[row + i] =
            (int16_t)(count > 0 ? s->sum[i] / count : -1024);
        abl_volume_u8(w->pad)[row + i] = s->padding[i] > count ? 1 : 0;
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
        int32_t *room = malloc(2 * ni * sizeof *room);
        row_sums s = {room, room + ni, INT_MAX, INT_MIN};
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

static size_t block_middle(const abl_grid *image, const block *b, int axis,
                           size_t n)
{
    const size_t at = n * b->per[axis] + b->per[axis] / 2;
    return at < image->size[axis] ? at : image->size[axis] - 1;
}

/* The label at the middle of each block of a slice; true when the liver is
 * among them. */
static bool sample_slice(uint8_t *out, const abl_body_work *w,
                         const abl_volume *labels, const block *b, size_t k)
{
    const size_t *n = w->grid.size;
    bool has_liver = false;
    for (size_t j = 0; j < n[1]; j++) {
        const uint8_t *row =
            abl_volume_u8(labels) +
            abl_grid_offset(&labels->grid, 0,
                            block_middle(&labels->grid, b, 1, j),
                            block_middle(&labels->grid, b, 2, k));
        for (size_t i = 0; i < n[0]; i++) {
            const uint8_t label = row[block_middle(&labels->grid, b, 0, i)];
            out[j * n[0] + i] = label;
            has_liver = has_liver || label == ABL_LIVER;
        }
    }
    return has_liver;
}

/* The slices of the liver too; without one nothing is known of the belly. */
static void sample_labels(abl_body_work *w, const abl_volume *labels,
                          const block *b)
{
    const size_t *n = w->grid.size;
    size_t lo = n[2], hi = 0;
#pragma omp parallel for schedule(static) reduction(min                 \
                                                    : lo) reduction(max \
                                                                    : hi)
    for (size_t k = 0; k < n[2]; k++)
        if (sample_slice(abl_volume_u8(w->organ) + k * n[0] * n[1], w, labels,
                         b, k)) {
            lo = k < lo ? k : lo;
            hi = k > hi ? k : hi;
        }
    if (lo <= hi) {
        w->liver_lo = lo;
        w->liver_hi = hi;
    }
}

/* Marks of one slice: 1 outside the inscribed circle, 2 well outside. */
static void mark_corners(uint8_t *marks, const abl_grid *g, double radius)
{
    for (size_t j = 0; j < g->size[1]; j++)
        for (size_t i = 0; i < g->size[0]; i++) {
            const double di = (double)i - 0.5 * (double)(g->size[0] - 1);
            const double dj = (double)j - 0.5 * (double)(g->size[1] - 1);
            const double far =
                hypot(di * g->spacing_mm[0], dj * g->spacing_mm[1]) - radius;
            marks[j * g->size[0] + i] =
                (uint8_t)(far > 2 * g->spacing_mm[0] ? 2 : far >= 0);
        }
}

/* A round reconstruction leaves one constant outside the inscribed circle;
 * then nothing was measured there. */
static abl_status mark_round_padding(abl_body_work *w, abl_error *err)
{
    const abl_grid *g = &w->grid;
    const size_t plane = g->size[0] * g->size[1];
    const int16_t *hu = abl_volume_i16(w->hu);
    uint8_t *pad = abl_volume_u8(w->pad);
    const double side0 = (double)g->size[0] * g->spacing_mm[0];
    const double side1 = (double)g->size[1] * g->spacing_mm[1];
    if (fabs(side0 - side1) > 0.02 * side0)
        return ABL_OK;
    uint8_t *marks = abl_alloc(plane, 1, err);
    if (!marks)
        return ABL_E_NOMEM;
    mark_corners(marks, g, 0.5 * fmin(side0, side1));
    bool constant = true;
    for (size_t k = 0; k < g->size[2] && constant; k++)
        for (size_t n = 0; n < plane && constant; n++)
            constant = marks[n] < 2 || hu[k * plane + n] == hu[0];
    for (size_t k = 0; k < g->size[2] && constant; k++)
        for (size_t n = 0; n < plane; n++)
            if (marks[n])
                pad[k * plane + n] = 1;
    free(marks);
    return ABL_OK;
}

/* Whether one row or column holds the same value in every slice. */
static bool is_constant(const abl_body_work *w, int axis, size_t at)
{
    const size_t *size = w->grid.size, other = size[1 - axis];
    const int16_t *hu = abl_volume_i16(w->hu);
    const size_t step = axis == 0 ? size[0] : 1;
    const size_t first = axis == 0 ? at : at * size[0];
    for (size_t k = 0; k < size[2]; k++)
        for (size_t n = 0; n < other; n++)
            if (hu[k * size[0] * size[1] + first + n * step] != hu[first])
                return false;
    return true;
}

static void pad_line(abl_body_work *w, int axis, size_t at)
{
    const size_t *size = w->grid.size, other = size[1 - axis];
    const size_t step = axis == 0 ? size[0] : 1;
    const size_t first = axis == 0 ? at : at * size[0];
    for (size_t k = 0; k < size[2]; k++)
        for (size_t n = 0; n < other; n++)
            abl_volume_u8(w->pad)[k * size[0] * size[1] + first + n * step] = 1;
}

/* Resampled images may end in a few lines that hold nothing. More than that
 * is air. */
static void mark_empty_lines(abl_body_work *w)
{
    for (int side = 0; side < 4; side++) {
        const int axis = side / 2;
        const size_t size = w->grid.size[axis];
        size_t lines = 0;
        while (lines <= EMPTY_LINES && lines < size &&
               is_constant(w, axis, side % 2 ? size - 1 - lines : lines))
            lines++;
        for (size_t n = 0; lines <= EMPTY_LINES && n < lines; n++)
            pad_line(w, axis, side % 2 ? size - 1 - n : n);
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

/* Two places in a histogram, as bins from the least value. */
typedef struct fat_edge {
    double valley; /* between gas and fat */
    double flank;  /* where the peak of fat has fallen to three fifths */
} fat_edge;

/* Coming from soft tissue, fat is the first peak of some height, and its valley ends where
 * counts rise again. False when fat makes no peak. */
static bool find_fat(fat_edge *out, const uint64_t *bins, size_t last)
{
    size_t peak = last;
    uint64_t least = 0;
    for (size_t n = 1; n <= last; n++)
        least = bins[n] / FAT_SHARE > least ? bins[n] / FAT_SHARE : least;
    for (size_t n = last; n >= 1; n--) {
        if (bins[n] > bins[peak])
            peak = n;
        if (bins[peak] >= least && 20 * bins[n] < 17 * bins[peak])
            break;
    }
    if (bins[peak] < least || 10 * bins[peak] < 13 * bins[last])
        return false;
    size_t valley = peak, flank = peak;
    for (size_t n = peak; n >= 1; n--) {
        if (bins[n] < bins[valley])
            valley = n;
        if (10 * bins[n] > 11 * bins[valley])
            break;
        if (5 * bins[n] >= 3 * bins[peak])
            flank = n;
    }
    out->valley = (double)valley + 0.5;
    out->flank = fmax((double)flank, out->valley);
    return true;
}

/* Between gas and fat in a scan that was clipped or squeezed: skin lies
 * in the valley, so that mats stay out and colon and lung apart; what is sure
 * to be lung may grow up to the flank of fat. */
static void split_clipped(abl_body_work *w)
{
    enum {
        BINS = 1 - CLIPPED_HU / BIN_HU
    };
    uint64_t bins[BINS] = {0}, smoothed[BINS] = {0};
    const size_t count = abl_grid_voxels(&w->grid);
    const int16_t *hu = abl_volume_i16(w->hu);
    w->skin_hu = w->least_hu + 8;
    w->gas_hu = w->least_hu + 10;
    w->lung_hu = w->gas_hu;
    if (w->least_hu > -60)
        return;
    const size_t top = (size_t)((-20 - w->least_hu) / BIN_HU);
    for (size_t n = 0; n < count; n++) {
        const double bin = ((double)hu[n] - w->least_hu) / BIN_HU;
        if (bin >= 0 && bin <= (double)(top + 1))
            bins[(size_t)bin]++;
    }
    smoothed[1] = 4 * bins[1]; /* the least value itself stays out */
    for (size_t n = 2; n <= top; n++)
        smoothed[n] = bins[n - 1] + 2 * bins[n] + bins[n + 1];
    fat_edge fat;
    if (!find_fat(&fat, smoothed, top))
        return;
    w->skin_hu = w->least_hu + BIN_HU * fat.valley;
    w->gas_hu = w->skin_hu;
    w->lung_hu = w->least_hu + BIN_HU * fat.flank;
}

static void choose_thresholds(abl_body_work *w)
{
    w->skin_hu = fmax(-400, w->least_hu / 2);
    w->gas_hu = w->skin_hu;
    w->lung_hu = w->skin_hu;
    if (w->clipped)
        split_clipped(w);
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
    status = mark_round_padding(work, err);
    mark_empty_lines(work);
    work->clipped = work->least_hu > CLIPPED_HU;
    if (!status && work->clipped)
        status = smooth(work, err);
    choose_thresholds(work);
    return status;
}

abl_status abl_body_crop(abl_body_work *work, abl_error *err)
{
    size_t lo[3], hi[3], size[3];
    if (!abl_body_box(lo, hi, work->body))
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
    abl_body_wall_clear(&work->wall);
}
