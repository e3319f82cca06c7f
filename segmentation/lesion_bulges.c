/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_bulges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/resample.h"
#include "segmentation/lesion_candidates.h"

static const double finest_mm = 1.25, steps_across = 24;

void abl_lesion_bulges_clear(abl_lesion_bulges *bulges)
{
    for (size_t n = 0; n < ABL_LESION_BULGES; n++)
        abl_volume_destroy(bulges->fields[n]);
    memset(bulges, 0, sizeof *bulges);
}

/* The bulges' numbers on an even grid. */
static abl_status cut(abl_volume **labels, size_t *count,
                      const abl_volume *field, abl_error *err)
{
    const double across_mm =
        cbrt(6000 * abl_field_volume_ml(field) / 3.14159265358979323846);
    const double step_mm = fmax(finest_mm, across_mm / steps_across);
    const double spacing_mm[3] = {step_mm, step_mm, step_mm};
    abl_grid grid;
    abl_volume *even = NULL, *mask = NULL;
    *count = 0;
    abl_status status = abl_grid_respace(&grid, &field->grid, spacing_mm, err);
    if (!status)
        status = abl_resample_linear(&even, field, &grid, -1, err);
    if (!status)
        status = abl_field_mask(&mask, even, err);
    if (!status)
        status = abl_volume_create(labels, &grid, ABL_PIXEL_I32, err);
    if (!status)
        status = abl_candidates_cut(*labels, count, mask, ABL_LESION_BULGE_NECK,
                                    err);
    abl_volume_destroy(even);
    abl_volume_destroy(mask);
    return status;
}

/* Numbers of the largest bulges, the largest first. */
static abl_status rank(int32_t largest[ABL_LESION_BULGES],
                       const abl_volume *labels, size_t count, abl_error *err)
{
    size_t *sizes = abl_alloc(count + 1, sizeof *sizes, err);
    if (!sizes)
        return ABL_E_NOMEM;
    const int32_t *label = abl_volume_i32(labels);
    const size_t voxels = abl_grid_voxels(&labels->grid);
    for (size_t v = 0; v < voxels; v++)
        sizes[label[v]] += 1;
    for (size_t n = 0; n < ABL_LESION_BULGES; n++) {
        size_t best = 0;
        sizes[0] = 0;
        for (size_t c = 1; c <= count; c++)
            best = sizes[c] > sizes[best] ? c : best;
        largest[n] = (int32_t)best;
        sizes[best] = 0;
    }
    free(sizes);
    return ABL_OK;
}

static int32_t label_at(const abl_volume *labels, const double ijk[3])
{
    size_t at[3];
    for (int a = 0; a < 3; a++) {
        if (ijk[a] < 0 || ijk[a] >= (double)labels->grid.size[a])
            return 0;
        at[a] = (size_t)ijk[a];
    }
    return abl_volume_i32(
        labels)[abl_grid_offset(&labels->grid, at[0], at[1], at[2])];
}

/* The bulge at a point, or the nearest among the voxels around it; 0: none. */
static int32_t find_label(const abl_volume *labels, const double ijk[3])
{
    const double here[3] = {floor(ijk[0] + 0.5), floor(ijk[1] + 0.5),
                            floor(ijk[2] + 0.5)};
    const int32_t own = label_at(labels, here);
    if (own != 0)
        return own;
    int32_t best = 0;
    double least = HUGE_VAL;
    for (int s = 0; s < 27; s++) {
        const double to[3] = {here[0] + s % 3 - 1, here[1] + s / 3 % 3 - 1,
                              here[2] + s / 9 - 1};
        double apart = 0;
        for (int a = 0; a < 3; a++)
            apart += (to[a] - ijk[a]) * (to[a] - ijk[a]);
        const int32_t found = label_at(labels, to);
        if (found != 0 && apart < least) {
            best = found;
            least = apart;
        }
    }
    return best;
}

/* The field with the inside of the other bulges turned to outside. */
static abl_status make_part(abl_volume **out, const abl_volume *field,
                            const abl_volume *labels, int32_t own,
                            abl_error *err)
{
    abl_status status = abl_volume_clone(out, field, err);
    if (status)
        return status;
    const size_t *n = field->grid.size;
    float *f = abl_volume_f32(*out);
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++, f++) {
                if (!(*f > 0))
                    continue;
                const double at[3] = {(double)i, (double)j, (double)k};
                double lps[3], ijk[3];
                abl_grid_to_lps(lps, &field->grid, at);
                abl_grid_to_ijk(ijk, &labels->grid, lps);
                if (find_label(labels, ijk) != own)
                    *f = -*f;
            }
    return ABL_OK;
}

abl_status abl_lesion_bulges_find(abl_lesion_bulges *out,
                                  const abl_volume *field, abl_error *err)
{
    abl_volume *labels = NULL;
    int32_t largest[ABL_LESION_BULGES] = {0};
    memset(out, 0, sizeof *out);
    abl_status status = cut(&labels, &out->count, field, err);
    if (!status && out->count > 1)
        status = rank(largest, labels, out->count, err);
    for (size_t n = 0; n < ABL_LESION_BULGES && out->count > 1 && !status; n++)
        status = make_part(&out->fields[n], field, labels, largest[n], err);
    abl_volume_destroy(labels);
    if (status)
        abl_lesion_bulges_clear(out);
    return status;
}
