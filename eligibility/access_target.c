/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_target.h"

#include <math.h>
#include <stdlib.h>

#include "eligibility/access_distance.h"

static bool find_centroid(double ijk[3], const abl_volume *field)
{
    const abl_grid *g = &field->grid;
    const float *f = abl_volume_f32(field);
    double sum[3] = {0, 0, 0}, count = 0;
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                if (!(f[abl_grid_offset(g, i, j, k)] > 0))
                    continue;
                sum[0] += (double)i;
                sum[1] += (double)j;
                sum[2] += (double)k;
                count += 1;
            }
    for (int a = 0; a < 3; a++)
        ijk[a] = count > 0 ? sum[a] / count : 0;
    return count > 0;
}

/* Squared depth, where the border of the crop counts as outside. */
static double square_depth(const abl_grid *g, const size_t at[3], float square)
{
    double least = (double)square;
    for (int a = 0; a < 3; a++) {
        const size_t far = g->size[a] - 1 - at[a];
        const double edge =
            ((double)(at[a] < far ? at[a] : far) + 1) * g->spacing_mm[a];
        least = fmin(least, edge * edge);
    }
    return least;
}

static void pick_deepest(double ijk[3], const abl_grid *g, const float *square)
{
    double best = -1;
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                const size_t at[3] = {i, j, k};
                const float here = square[abl_grid_offset(g, i, j, k)];
                const double depth = here > 0 ? square_depth(g, at, here) : -1;
                if (depth <= best)
                    continue;
                best = depth;
                for (int a = 0; a < 3; a++)
                    ijk[a] = (double)at[a];
            }
}

static abl_status find_deepest(double ijk[3], const abl_volume *field,
                               abl_error *err)
{
    const size_t count = abl_grid_voxels(&field->grid);
    const float *f = abl_volume_f32(field);
    uint8_t *outside = abl_alloc(count, sizeof *outside, err);
    int32_t *seed = abl_alloc(count, sizeof *seed, err);
    float *square = abl_alloc(count, sizeof *square, err);
    abl_status status = ABL_E_NOMEM;
    if (!outside || !seed || !square)
        goto done;
    for (size_t n = 0; n < count; n++)
        if (!(f[n] > 0))
            outside[n] = 1;
    status = abl_access_nearest(seed, square, &field->grid, outside, err);
    if (!status)
        pick_deepest(ijk, &field->grid, square);
done:
    free(outside);
    free(seed);
    free(square);
    return status;
}

abl_status abl_access_target(double target_lps[3], bool *found,
                             const abl_volume *field, abl_error *err)
{
    double ijk[3];
    target_lps[0] = target_lps[1] = target_lps[2] = 0;
    *found = find_centroid(ijk, field);
    if (!*found)
        return ABL_OK;
    if (!(abl_volume_sample_ijk(field, ijk) > 0)) {
        abl_status status = find_deepest(ijk, field, err);
        if (status)
            return status;
    }
    abl_grid_to_lps(target_lps, &field->grid, ijk);
    return ABL_OK;
}

/* Mean and second central moments in LPS. */
static double sum_moments(double mean[3], double moment[3][3],
                          const abl_volume *field)
{
    const abl_grid *g = &field->grid;
    const float *f = abl_volume_f32(field);
    double count = 0, sum[3] = {0}, square[3][3] = {{0}};
    for (size_t k = 0; k < g->size[2]; k++)
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                if (!(f[abl_grid_offset(g, i, j, k)] > 0))
                    continue;
                const double at[3] = {(double)i * g->spacing_mm[0],
                                      (double)j * g->spacing_mm[1],
                                      (double)k * g->spacing_mm[2]};
                count++;
                for (int a = 0; a < 3; a++) {
                    sum[a] += at[a];
                    for (int b = 0; b < 3; b++)
                        square[a][b] += at[a] * at[b];
                }
            }
    for (int a = 0; a < 3; a++)
        mean[a] = count > 0 ? sum[a] / count : 0;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            moment[a][b] =
                count > 0 ? square[a][b] / count - mean[a] * mean[b] : 0;
    for (int a = 0; a < 3; a++) /* a voxel is a box, not a point */
        moment[a][a] += g->spacing_mm[a] * g->spacing_mm[a] / 12;
    return count;
}

/* Cyclic Jacobi rotations; columns of v are the eigenvectors. */
static void diagonalise(double m[3][3], double v[3][3])
{
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
            v[a][b] = a == b;
    for (int sweep = 0; sweep < 24; sweep++)
        for (int p = 0; p < 2; p++)
            for (int q = p + 1; q < 3; q++) {
                if (fabs(m[p][q]) < 1e-12)
                    continue;
                const double turn = 0.5 * atan2(2 * m[p][q], m[q][q] - m[p][p]);
                const double c = cos(turn), s = sin(turn);
                for (int r = 0; r < 3; r++) {
                    const double x = m[r][p], y = m[r][q];
                    m[r][p] = c * x - s * y;
                    m[r][q] = s * x + c * y;
                }
                for (int r = 0; r < 3; r++) {
                    const double x = m[p][r], y = m[q][r];
                    m[p][r] = c * x - s * y;
                    m[q][r] = s * x + c * y;
                    const double vx = v[r][p], vy = v[r][q];
                    v[r][p] = c * vx - s * vy;
                    v[r][q] = s * vx + c * vy;
                }
            }
}

abl_lesion_axes abl_lesion_axes_of(const abl_volume *field)
{
    abl_lesion_axes out = {.long_lps = {0, 0, 1}};
    double mean[3], moment[3][3], v[3][3], ijk[3];
    const abl_grid *g = &field->grid;
    if (!(sum_moments(mean, moment, field) > 0))
        return out;
    for (int a = 0; a < 3; a++)
        ijk[a] = mean[a] / g->spacing_mm[a];
    abl_grid_to_lps(out.centre_lps, g, ijk);
    diagonalise(moment, v);
    int order[3] = {0, 1, 2};
    for (int a = 0; a < 2; a++)
        for (int b = a + 1; b < 3; b++)
            if (moment[order[b]][order[b]] > moment[order[a]][order[a]]) {
                const int swap = order[a];
                order[a] = order[b];
                order[b] = swap;
            }
    for (int n = 0; n < 3; n++) /* a solid ellipsoid: variance = semi^2 / 5 */
        out.length_mm[n] = 2 * sqrt(5 * fmax(0, moment[order[n]][order[n]]));
    for (int r = 0; r < 3; r++) {
        out.long_lps[r] = 0;
        for (int a = 0; a < 3; a++)
            out.long_lps[r] += g->direction[r][a] * v[a][order[0]];
    }
    return out;
}

bool abl_lesion_is_long(const abl_lesion_axes *axes)
{
    return axes->length_mm[0] >= ABL_LONG_MM &&
           axes->length_mm[0] >= ABL_LONG_RATIO * axes->length_mm[1];
}

abl_status abl_targets_find(abl_targets *out, const abl_volume *field,
                            abl_error *err)
{
    bool found = false;
    *out = (abl_targets){.count = 0};
    abl_status status = abl_access_target(out->lps[0], &found, field, err);
    if (status || !found)
        return status;
    out->count = 1;
    out->axes = abl_lesion_axes_of(field);
    if (!abl_lesion_is_long(&out->axes))
        return ABL_OK;
    for (int side = -1; side <= 1; side += 2) {
        double *lps = out->lps[out->count];
        for (int r = 0; r < 3; r++)
            lps[r] = out->axes.centre_lps[r] + side * 0.25 *
                                                   out->axes.length_mm[0] *
                                                   out->axes.long_lps[r];
        if (abl_volume_contains_lps(field, lps) &&
            abl_volume_sample_lps(field, lps) > 0)
            out->count++;
    }
    return ABL_OK;
}
