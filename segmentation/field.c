/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/threads.h"

static void include_row(abl_box *box, const uint8_t *row, uint8_t label,
                        bool any, const size_t at[3])
{
    const size_t count = at[0];
    size_t first = count, last = 0;
    for (size_t i = 0; i < count; i++) {
        if (any ? row[i] == 0 : row[i] != label)
            continue;
        first = first == count ? i : first;
        last = i;
    }
    if (first == count)
        return;
    const size_t lo[3] = {first, at[1], at[2]}, hi[3] = {last, at[1], at[2]};
    for (int a = 0; a < 3; a++) {
        box->lo[a] = lo[a] < box->lo[a] ? lo[a] : box->lo[a];
        box->hi[a] = hi[a] > box->hi[a] ? hi[a] : box->hi[a];
    }
}

static bool find_box(abl_box *out, const abl_volume *volume, uint8_t label,
                     bool any)
{
    const size_t *n = volume->grid.size;
    const uint8_t *data = abl_volume_u8(volume);
    abl_box box = {{n[0], n[1], n[2]}, {0, 0, 0}};
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++) {
            const size_t at[3] = {n[0], j, k};
            include_row(&box, data + abl_grid_offset(&volume->grid, 0, j, k),
                        label, any, at);
        }
    *out = box;
    return box.lo[0] < n[0];
}

bool abl_mask_box(abl_box *out, const abl_volume *mask)
{
    return find_box(out, mask, 0, true);
}

bool abl_label_box(abl_box *out, const abl_volume *labels, uint8_t label)
{
    return find_box(out, labels, label, false);
}

static void grow_axis(abl_box *box, const abl_grid *grid, int a, size_t by)
{
    box->lo[a] = box->lo[a] > by ? box->lo[a] - by : 0;
    const size_t last = grid->size[a] - 1;
    box->hi[a] = last - box->hi[a] > by ? box->hi[a] + by : last;
}

void abl_box_grow(abl_box *box, const abl_grid *grid, size_t voxels)
{
    for (int a = 0; a < 3; a++)
        grow_axis(box, grid, a, voxels);
}

void abl_box_grow_mm(abl_box *box, const abl_grid *grid, double mm)
{
    for (int a = 0; a < 3; a++)
        grow_axis(box, grid, a, (size_t)ceil(mm / grid->spacing_mm[a]));
}

void abl_box_size(size_t size[3], const abl_box *box)
{
    for (int a = 0; a < 3; a++)
        size[a] = box->hi[a] - box->lo[a] + 1;
}

/* Position of voxel x of the target on one axis of the other grid. */
typedef struct axis_map {
    double start, step;
} axis_map;

static void map_axes(axis_map map[3], const abl_grid *other,
                     const abl_grid *target)
{
    double start[3];
    abl_grid_to_ijk(start, other, target->origin_lps);
    for (int a = 0; a < 3; a++) {
        map[a].start = start[a];
        map[a].step = target->spacing_mm[a] / other->spacing_mm[a];
    }
}

bool abl_box_of_overlap(abl_box *out, const abl_grid *grid,
                        const abl_grid *other)
{
    axis_map map[3];
    map_axes(map, other, grid);
    for (int a = 0; a < 3; a++) {
        double lo = ceil((-0.5 - map[a].start) / map[a].step - 1e-6);
        double hi = floor(
            ((double)other->size[a] - 0.5 - map[a].start) / map[a].step + 1e-6);
        const double top = (double)(grid->size[a] - 1);
        lo = lo > 0 ? lo : 0;
        hi = hi < top ? hi : top;
        if (!(lo <= hi))
            return false;
        out->lo[a] = (size_t)lo;
        out->hi[a] = (size_t)hi;
    }
    return true;
}

size_t abl_mask_count(const abl_volume *mask)
{
    const uint8_t *data = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    size_t count = 0;
    for (size_t v = 0; v < voxels; v++)
        count += data[v] != 0;
    return count;
}

void abl_field_reconcile(abl_volume *field, const abl_volume *mask)
{
    float *f = abl_volume_f32(field);
    const uint8_t *inside = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&field->grid);
    for (size_t v = 0; v < voxels; v++) {
        if (inside[v] && f[v] < ABL_FIELD_EPS)
            f[v] = ABL_FIELD_EPS;
        else if (!inside[v] && f[v] > -ABL_FIELD_EPS)
            f[v] = -ABL_FIELD_EPS;
    }
}

void abl_field_centroid(double lps[3], const abl_volume *field)
{
    const abl_grid *grid = &field->grid;
    const float *value = abl_volume_f32(field);
    double sum[3] = {0, 0, 0}, count = 0;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++)
                if (*value++ > 0) {
                    sum[0] += (double)i;
                    sum[1] += (double)j;
                    sum[2] += (double)k;
                    count++;
                }
    for (int a = 0; a < 3; a++)
        sum[a] /= fmax(count, 1);
    abl_grid_to_lps(lps, grid, sum);
}

abl_status abl_field_mask(abl_volume **out, const abl_volume *field,
                          abl_error *err)
{
    abl_status status = abl_volume_create(out, &field->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const float *f = abl_volume_f32(field);
    uint8_t *mask = abl_volume_u8(*out);
    const size_t voxels = abl_grid_voxels(&field->grid);
    for (size_t v = 0; v < voxels; v++)
        mask[v] = f[v] > 0;
    return ABL_OK;
}

abl_status abl_field_trim(abl_volume **out, const abl_volume *field,
                          size_t margin, abl_error *err)
{
    *out = NULL;
    abl_volume *mask = NULL;
    abl_status status = abl_field_mask(&mask, field, err);
    if (status)
        return status;
    abl_box box;
    if (abl_mask_box(&box, mask)) {
        size_t size[3];
        abl_box_grow(&box, &field->grid, margin);
        abl_box_size(size, &box);
        status = abl_volume_crop(out, field, box.lo, size, err);
    } else {
        status = abl_error_set(err, ABL_E_INVALID,
                               "a structure's field is nowhere positive");
    }
    abl_volume_destroy(mask);
    return status;
}

/* Clamped neighbour range on one axis. */
static void neighbours(size_t range[2], size_t at, size_t count)
{
    range[0] = at > 0 ? at - 1 : 0;
    range[1] = at + 1 < count ? at + 1 : at;
}

enum {
    CHUNK = 256
}; /* columns of a row counted at once */

/* A third of a voxel along one axis: the two voxels about it, their shares. */
typedef struct third {
    size_t at[2];
    double weight[2];
} third;

static void find_thirds(third out[3], size_t at, size_t count)
{
    const double top = (double)(count - 1);
    for (int s = 0; s < 3; s++) {
        double x = (double)at + (s - 1) / 3.0;
        x = x > 0 ? x : 0;
        x = x < top ? x : top;
        const size_t base = (size_t)x;
        const double weight = x - (double)base;
        out[s] = (third){{base, base + (base + 1 < count ? 1 : 0)},
                         {1 - weight, weight}};
    }
}

/* As abl_volume_sample_ijk(), to the last bit. */
static double sample_third(const abl_volume *field, const third *const of[3])
{
    const float *f = field->data;
    double sum = 0;
    for (unsigned corner = 0; corner < 8; corner++) {
        const unsigned i = corner & 1u, j = corner >> 1 & 1u, k = corner >> 2;
        const double w = of[0]->weight[i] * of[1]->weight[j] * of[2]->weight[k];
        if (w > 0)
            sum += w * (double)f[abl_grid_offset(&field->grid, of[0]->at[i],
                                                 of[1]->at[j], of[2]->at[k])];
    }
    return sum;
}

static size_t count_samples(const abl_volume *field, const size_t at[3])
{
    size_t inside = 0;
    third thirds[3][3];
    for (int a = 0; a < 3; a++)
        find_thirds(thirds[a], at[a], field->grid.size[a]);
    for (int s = 0; s < 27; s++) {
        const third *const of[3] = {&thirds[0][s % 3], &thirds[1][s / 3 % 3],
                                    &thirds[2][s / 9]};
        inside += sample_third(field, of) > 0;
    }
    return inside;
}

/* How many voxels of each column, in the rows about (j, k), are inside; the
 * number of these rows. */
static size_t count_columns(uint8_t *inside, const abl_volume *field,
                            const size_t columns[2], size_t j, size_t k)
{
    size_t rows[2], slices[2];
    const size_t count = columns[1] - columns[0] + 1;
    neighbours(rows, j, field->grid.size[1]);
    neighbours(slices, k, field->grid.size[2]);
    memset(inside, 0, count);
    for (size_t z = slices[0]; z <= slices[1]; z++)
        for (size_t y = rows[0]; y <= rows[1]; y++) {
            const float *row = (const float *)field->data +
                               abl_grid_offset(&field->grid, columns[0], y, z);
            for (size_t n = 0; n < count; n++)
                inside[n] = (uint8_t)(inside[n] + (row[n] > 0));
        }
    return (rows[1] - rows[0] + 1) * (slices[1] - slices[0] + 1);
}

/* Volume of some columns of a row in 27ths of a voxel. Voxels whose 26
 * neighbours are like them count whole. */
static size_t measure_columns(const abl_volume *field, size_t first,
                              size_t last, size_t j, size_t k)
{
    uint8_t inside[CHUNK + 2];
    const size_t width = field->grid.size[0];
    const size_t columns[2] = {first ? first - 1 : 0,
                               last + 1 < width ? last + 1 : last};
    const size_t rows = count_columns(inside, field, columns, j, k);
    size_t sum = 0;
    for (size_t i = first; i <= last; i++) {
        size_t range[2], all = 0;
        neighbours(range, i, width);
        for (size_t x = range[0]; x <= range[1]; x++)
            all += inside[x - columns[0]];
        if (all == rows * (range[1] - range[0] + 1))
            sum += 27;
        else if (all)
            sum += count_samples(field, (const size_t[3]){i, j, k});
    }
    return sum;
}

static size_t measure_slice(const abl_volume *field, size_t k)
{
    const size_t *n = field->grid.size;
    size_t sum = 0;
    for (size_t j = 0; j < n[1]; j++)
        for (size_t first = 0; first < n[0]; first += CHUNK) {
            const size_t end = first + CHUNK < n[0] ? first + CHUNK : n[0];
            sum += measure_columns(field, first, end - 1, j, k);
        }
    return sum;
}

double abl_field_volume_ml(const abl_volume *field)
{
    size_t sum = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : sum)
    for (size_t k = 0; k < field->grid.size[2]; k++)
        sum += measure_slice(field, k);
    return (double)sum / 27.0 * abl_grid_voxel_mm3(&field->grid) / 1000.0;
}

/* Central differences, one-sided at the border. */
static double gradient_at(const abl_volume *field, const size_t at[3])
{
    const float *f = field->data;
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        size_t range[2], lo[3], hi[3];
        neighbours(range, at[a], field->grid.size[a]);
        memcpy(lo, at, sizeof lo);
        memcpy(hi, at, sizeof hi);
        lo[a] = range[0];
        hi[a] = range[1];
        if (range[0] == range[1])
            continue;
        double slope =
            (double)(f[abl_grid_offset(&field->grid, hi[0], hi[1], hi[2])] -
                     f[abl_grid_offset(&field->grid, lo[0], lo[1], lo[2])]) /
            ((double)(range[1] - range[0]) * field->grid.spacing_mm[a]);
        sum += slope * slope;
    }
    return sqrt(sum);
}

/* Whether an inside voxel has an outside face neighbour. */
static bool is_surface(const abl_volume *field, const size_t at[3])
{
    const float *f = field->data;
    if (!(f[abl_grid_offset(&field->grid, at[0], at[1], at[2])] > 0))
        return false;
    for (int a = 0; a < 3; a++) {
        size_t range[2], to[3];
        neighbours(range, at[a], field->grid.size[a]);
        for (int side = 0; side < 2; side++) {
            memcpy(to, at, sizeof to);
            to[a] = range[side];
            if (!(f[abl_grid_offset(&field->grid, to[0], to[1], to[2])] > 0))
                return true;
        }
    }
    return false;
}

/* Gradients are counted in steps of this many per mm: a median without a
 * list. */
enum {
    SLOPE_BINS = 4096
};
static const double slope_bin = 0.001;

static double median_slope(const abl_volume *field)
{
    size_t bins[SLOPE_BINS] = {0};
    size_t total = 0;
    const size_t *n = field->grid.size;
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                const size_t at[3] = {i, j, k};
                if (!is_surface(field, at))
                    continue;
                size_t bin = (size_t)(gradient_at(field, at) / slope_bin);
                bins[bin < SLOPE_BINS ? bin : SLOPE_BINS - 1]++;
                total++;
            }
    size_t seen = 0;
    for (size_t b = 0; total > 0 && b < SLOPE_BINS; b++) {
        seen += bins[b];
        if (2 * seen >= total)
            return ((double)b + 0.5) * slope_bin;
    }
    return 0;
}

double abl_field_slope_sd_mm(const abl_volume *field)
{
    const double root_2_pi = 2.5066282746310002;
    const double slope = median_slope(field);
    return slope > 0 ? 2.0 / (root_2_pi * slope) : 0;
}

double abl_field_edge_sd_mm(const abl_volume *field)
{
    const double *s = field->grid.spacing_mm;
    const double by_slope = abl_field_slope_sd_mm(field);
    if (!(by_slope > 0))
        return abl_grid_half_diagonal_mm(&field->grid);
    const double grid = (s[0] * s[0] + s[1] * s[1] + s[2] * s[2]) / 3 / 12;
    return sqrt(by_slope * by_slope + grid);
}

static abl_status make_axis_taps(abl_field_taps *taps, int a,
                                 const axis_map *map, size_t field_size,
                                 abl_error *err)
{
    const size_t count = taps->box.hi[a] - taps->box.lo[a] + 1;
    taps->base[a] = abl_alloc(count, sizeof *taps->base[a], err);
    taps->weight[a] = abl_alloc(count, sizeof *taps->weight[a], err);
    if (!taps->base[a] || !taps->weight[a])
        return ABL_E_NOMEM;
    const double top = (double)(field_size - 1);
    for (size_t n = 0; n < count; n++) {
        double x = map->start + (double)(taps->box.lo[a] + n) * map->step;
        x = x > 0 ? x : 0;
        x = x < top ? x : top;
        size_t base = (size_t)x;
        if (base > 0 && base + 1 >= field_size)
            base = field_size - 2;
        taps->base[a][n] = (uint32_t)base;
        taps->weight[a][n] = (float)(x - (double)base);
    }
    return ABL_OK;
}

abl_status abl_field_taps_make(abl_field_taps *out, bool *meets,
                               const abl_grid *field, const abl_grid *target,
                               abl_error *err)
{
    memset(out, 0, sizeof *out);
    *meets = abl_box_of_overlap(&out->box, target, field);
    if (!*meets)
        return ABL_OK;
    axis_map map[3];
    map_axes(map, field, target);
    abl_status status = ABL_OK;
    for (int a = 0; a < 3 && !status; a++)
        status = make_axis_taps(out, a, &map[a], field->size[a], err);
    if (status)
        abl_field_taps_clear(out);
    return status;
}

void abl_field_taps_clear(abl_field_taps *taps)
{
    for (int a = 0; a < 3; a++) {
        free(taps->base[a]);
        free(taps->weight[a]);
    }
    memset(taps, 0, sizeof *taps);
}

static float blend(const float *f, size_t lower, size_t upper, float weight)
{
    return f[lower] + weight * (f[upper] - f[lower]);
}

void abl_field_row(float *out, const abl_volume *field,
                   const abl_field_taps *taps, size_t j, size_t k)
{
    const size_t *n = field->grid.size;
    const float *f = field->data;
    const size_t dj = j - taps->box.lo[1], dk = k - taps->box.lo[2];
    const float wj = taps->weight[1][dj], wk = taps->weight[2][dk];
    const size_t step_i = n[0] > 1 ? 1 : 0;
    const size_t step_j = n[1] > 1 ? n[0] : 0;
    const size_t step_k = n[2] > 1 ? n[0] * n[1] : 0;
    const size_t row =
        abl_grid_offset(&field->grid, 0, taps->base[1][dj], taps->base[2][dk]);
    const size_t count = taps->box.hi[0] - taps->box.lo[0] + 1;
    for (size_t i = 0; i < count; i++) {
        const size_t at = row + taps->base[0][i];
        const float wi = taps->weight[0][i];
        const float a = blend(f, at, at + step_i, wi);
        const float b = blend(f, at + step_j, at + step_j + step_i, wi);
        const float c = blend(f, at + step_k, at + step_k + step_i, wi);
        const float d =
            blend(f, at + step_k + step_j, at + step_k + step_j + step_i, wi);
        const float low = a + wj * (b - a), high = c + wj * (d - c);
        out[i] = low + wk * (high - low);
    }
}
