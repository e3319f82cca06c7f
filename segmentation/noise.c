/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/distance.h"
#include "imaging/resample.h"
#include "segmentation/field.h"

static const double block_mm = 8, depth_mm = 8;
static const size_t least_blocks = 10;

/* Depth below the liver's surface and away from lesions, on the field's
 * grid. */
static abl_status find_depth(abl_volume **out, const abl_volume *liver,
                             const abl_volume *lesion, abl_error *err)
{
    abl_volume *p = NULL, *outside = NULL;
    *out = NULL;
    abl_status status = abl_resample_linear(&p, lesion, &liver->grid, 0, err);
    if (!status)
        status = abl_volume_create(&outside, &liver->grid, ABL_PIXEL_U8, err);
    if (status)
        goto done;
    const float *f = abl_volume_f32(liver), *lesion_p = abl_volume_f32(p);
    uint8_t *mask = abl_volume_u8(outside);
    const size_t voxels = abl_grid_voxels(&liver->grid);
    for (size_t v = 0; v < voxels; v++)
        mask[v] = !(f[v] > 0) || lesion_p[v] >= 0.3f;
    status = abl_distance_map(out, outside, err);
done:
    abl_volume_destroy(p);
    abl_volume_destroy(outside);
    return status;
}

typedef struct block {
    double mean, sd;
} block;

/* Mean and plane-free SD of the (2 half[0] + 1) x (2 half[1] + 1) voxels
 * around @p at; on a centred lattice mean and slopes are independent. */
static block measure_block(const abl_volume *image, const size_t at[3],
                           const size_t half[2])
{
    const int16_t *hu = image->data;
    double sum = 0, sum_2 = 0, sum_x = 0, sum_y = 0, xx = 0, yy = 0, n = 0;
    for (size_t j = at[1] - half[1]; j <= at[1] + half[1]; j++)
        for (size_t i = at[0] - half[0]; i <= at[0] + half[0]; i++) {
            const double v = hu[abl_grid_offset(&image->grid, i, j, at[2])];
            const double x = (double)i - (double)at[0];
            const double y = (double)j - (double)at[1];
            sum += v;
            sum_2 += v * v;
            sum_x += v * x;
            sum_y += v * y;
            xx += x * x;
            yy += y * y;
            n += 1;
        }
    const double rest =
        sum_2 - sum * sum / n - sum_x * sum_x / xx - sum_y * sum_y / yy;
    const block out = {sum / n, sqrt(rest > 0 ? rest / (n - 3) : 0)};
    return out;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double take_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

/* Lattice of block centres over the box, and what was found at them. */
typedef struct survey {
    const abl_volume *image, *depth;
    abl_box box;
    size_t half[2], step[2];
    double *mean, *sd; /* up to capacity each */
    size_t count, capacity;
} survey;

static bool is_deep(const survey *s, const size_t at[3])
{
    const double ijk[3] = {(double)at[0], (double)at[1], (double)at[2]};
    double lps[3];
    abl_grid_to_lps(lps, &s->image->grid, ijk);
    const double depth = abl_volume_sample_lps(s->depth, lps);
    return depth >= depth_mm && depth < 0.5 * (double)ABL_DISTANCE_NONE;
}

static void visit(survey *s, const size_t at[3])
{
    for (int a = 0; a < 2; a++)
        if (at[a] < s->half[a] || at[a] + s->half[a] >= s->image->grid.size[a])
            return;
    if (s->count >= s->capacity || !is_deep(s, at))
        return;
    const block found = measure_block(s->image, at, s->half);
    s->mean[s->count] = found.mean;
    s->sd[s->count] = found.sd;
    s->count += 1;
}

static abl_status prepare(survey *s, abl_error *err)
{
    size_t size[3];
    abl_box_size(size, &s->box);
    s->capacity = size[2];
    for (int a = 0; a < 2; a++) {
        const double voxels = block_mm / s->image->grid.spacing_mm[a];
        s->half[a] = voxels > 3 ? (size_t)(voxels / 2) : 1;
        s->step[a] = 2 * s->half[a] + 1;
        s->capacity *= size[a] / s->step[a] + 1;
    }
    s->mean = abl_alloc(s->capacity, sizeof *s->mean, err);
    s->sd = abl_alloc(s->capacity, sizeof *s->sd, err);
    return s->mean && s->sd ? ABL_OK : ABL_E_NOMEM;
}

static void walk(survey *s)
{
    size_t at[3];
    for (at[2] = s->box.lo[2]; at[2] <= s->box.hi[2]; at[2]++)
        for (at[1] = s->box.lo[1]; at[1] <= s->box.hi[1]; at[1] += s->step[1])
            for (at[0] = s->box.lo[0]; at[0] <= s->box.hi[0];
                 at[0] += s->step[0])
                visit(s, at);
}

abl_status abl_liver_noise_measure(abl_liver_noise *out,
                                   const abl_volume *image,
                                   const abl_volume *liver,
                                   const abl_volume *lesion, abl_error *err)
{
    out->noise_hu = -1;
    out->liver_hu = 0;
    out->blocks = 0;
    abl_volume *depth = NULL;
    survey s = {.image = image};
    if (!abl_box_of_overlap(&s.box, &image->grid, &liver->grid))
        return ABL_OK;
    abl_status status = find_depth(&depth, liver, lesion, err);
    s.depth = depth;
    if (!status)
        status = prepare(&s, err);
    if (!status)
        walk(&s);
    out->blocks = s.count;
    if (!status && s.count >= least_blocks) {
        out->noise_hu = take_median(s.sd, s.count);
        out->liver_hu = take_median(s.mean, s.count);
    }
    free(s.mean);
    free(s.sd);
    abl_volume_destroy(depth);
    return status;
}
