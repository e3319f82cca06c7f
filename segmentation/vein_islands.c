/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vein_islands.h"

#include <math.h>
#include <stdlib.h>

#include "imaging/components.h"
#include "imaging/resample.h"
#include "segmentation/field.h"
#include "segmentation/organs.h"

static bool is_lesion(const double *sums, const abl_components *pieces,
                      int32_t n)
{
    return n > 0 &&
           sums[n] >= ABL_ISLAND_LEAST_P * (double)pieces->items[n - 1].voxels;
}

/* Sums of p(lesion), on the same grid, by piece from [1] on. */
static void sum_pieces(double *sums, const abl_components *pieces,
                       const abl_volume *p)
{
    const int32_t *label = abl_volume_i32(pieces->labels);
    const float *value = abl_volume_f32(p);
    for (size_t v = 0; v < abl_grid_voxels(&p->grid); v++)
        if (label[v] > 0)
            sums[label[v]] += (double)value[v];
}

/* Returns how many pieces went. */
static size_t drop(abl_volume *field, const double *sums,
                   const abl_components *pieces)
{
    const int32_t *label = abl_volume_i32(pieces->labels);
    float *value = abl_volume_f32(field);
    size_t dropped = 0;
    for (size_t n = 1; n <= pieces->count; n++)
        dropped += is_lesion(sums, pieces, (int32_t)n);
    for (size_t v = 0; dropped && v < abl_grid_voxels(&field->grid); v++)
        if (is_lesion(sums, pieces, label[v]))
            value[v] = fminf(-value[v], -0.01f);
    return dropped;
}

static abl_status measure_again(abl_structure *vein, const abl_volume *image,
                                abl_error *err)
{
    abl_volume *hu = NULL;
    abl_status status = abl_resample(&hu, image, &vein->field->grid, err);
    if (!status)
        status = abl_organ_mean_hu(&vein->mean_hu, vein->field, hu, err);
    vein->volume_ml = abl_field_volume_ml(vein->field);
    abl_volume_destroy(hu);
    return status;
}

static abl_status yield_pieces(abl_structure *vein,
                               const abl_components *pieces,
                               const abl_volume *image, const abl_volume *p,
                               abl_error *err)
{
    double *sums = abl_alloc(pieces->count + 1, sizeof *sums, err);
    if (!sums)
        return ABL_E_NOMEM;
    sum_pieces(sums, pieces, p);
    const size_t dropped = drop(vein->field, sums, pieces);
    free(sums);
    if (!dropped)
        return ABL_OK;
    if (dropped < pieces->count)
        return measure_again(vein, image, err);
    abl_volume_destroy(vein->field);
    *vein = (abl_structure){.found = ABL_NOT_FOUND};
    return ABL_OK;
}

abl_status abl_vein_islands_yield(abl_structures *structures,
                                  const abl_volume *image,
                                  const abl_volume *lesion, abl_error *err)
{
    abl_structure *vein = &structures->items[ABL_PORTAL_AND_SPLENIC_VEIN];
    abl_volume *mask = NULL, *p = NULL;
    abl_components pieces = {0};
    if (!vein->field)
        return ABL_OK;
    abl_status status = abl_field_mask(&mask, vein->field, err);
    if (!status)
        status = abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    if (!status)
        status = abl_resample_linear(&p, lesion, &mask->grid, 0, err);
    if (!status)
        status = yield_pieces(vein, &pieces, image, p, err);
    abl_volume_destroy(p);
    abl_components_clear(&pieces);
    abl_volume_destroy(mask);
    return status;
}
