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
