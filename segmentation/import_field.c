/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_field.h"

#include <math.h>
#include <string.h>

#include "imaging/resample.h"
#include "segmentation/mask_field.h"

#define OUTSIDE (-1.0f)

/* Index range of the image that the other grid's box touches. */
static bool find_range(size_t lo[3], size_t hi[3], const abl_grid *image,
                       const abl_grid *grid)
{
    double low[3] = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
    double high[3] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (unsigned corner = 0; corner < 8; corner++) {
        double at[3], lps[3], ijk[3];
        for (unsigned a = 0; a < 3; a++)
            at[a] = (corner >> a) & 1u ? (double)grid->size[a] - 0.5 : -0.5;
        abl_grid_to_lps(lps, grid, at);
        abl_grid_to_ijk(ijk, image, lps);
        for (int a = 0; a < 3; a++) {
            low[a] = fmin(low[a], ijk[a]);
            high[a] = fmax(high[a], ijk[a]);
        }
    }
    for (int a = 0; a < 3; a++) {
        const double top = (double)(image->size[a] - 1);
        if (!(high[a] >= 0 && low[a] <= top))
            return false;
        lo[a] = (size_t)fmax(0, floor(low[a] + 1e-6));
        hi[a] = (size_t)fmin(top, ceil(high[a] - 1e-6));
    }
    return true;
}

bool abl_grid_crop_around(abl_grid *out, const abl_grid *image,
                          const abl_grid *grid)
{
    size_t lo[3], hi[3], size[3];
    if (!find_range(lo, hi, image, grid))
        return false;
    for (int a = 0; a < 3; a++)
        size[a] = hi[a] - lo[a] + 1;
    return abl_grid_crop(out, image, lo, size, NULL) == ABL_OK;
}

/* Whether the voxels of @p grid are voxels of the image. */
static bool is_crop_of(const abl_grid *grid, const abl_grid *image)
{
    double ijk[3], last[3], lps[3];
    abl_grid_to_ijk(ijk, image, grid->origin_lps);
    const double far_end[3] = {(double)(grid->size[0] - 1),
                               (double)(grid->size[1] - 1),
                               (double)(grid->size[2] - 1)};
    abl_grid_to_lps(lps, grid, far_end);
    abl_grid_to_ijk(last, image, lps);
    for (int a = 0; a < 3; a++)
        if (fabs(ijk[a] - rint(ijk[a])) > 1e-3 || rint(ijk[a]) < 0 ||
            fabs(last[a] - rint(ijk[a]) - far_end[a]) > 1e-3 ||
            rint(last[a]) >= (double)image->size[a])
            return false;
    return true;
}

abl_status abl_import_field(abl_volume **out, const abl_volume *mask,
                            const abl_grid *image, abl_error *err)
{
    abl_volume *field = NULL;
    abl_grid crop;
    *out = NULL;
    if (!abl_mask_count(mask))
        return ABL_OK;
    abl_status status = abl_field_from_mask(&field, mask, err);
    if (status)
        return status;
    if (is_crop_of(&field->grid, image)) {
        *out = field;
        return ABL_OK;
    }
    if (abl_grid_crop_around(&crop, image, &field->grid))
        status = abl_resample_linear(out, field, &crop, OUTSIDE, err);
    abl_volume_destroy(field);
    return status;
}

/* The smallest crop of the image around two grids. */
static bool crop_around_both(abl_grid *out, const abl_grid *image,
                             const abl_grid *a, const abl_grid *b)
{
    size_t lo[2][3], hi[2][3], size[3];
    const bool first = find_range(lo[0], hi[0], image, a);
    const bool second = find_range(lo[1], hi[1], image, b);
    if (!first && !second)
        return false;
    const int only = first ? 0 : 1;
    for (int axis = 0; axis < 3; axis++) {
        size_t low = lo[only][axis], high = hi[only][axis];
        if (first && second) {
            low = lo[1][axis] < low ? lo[1][axis] : low;
            high = hi[1][axis] > high ? hi[1][axis] : high;
        }
        lo[0][axis] = low;
        size[axis] = high - low + 1;
    }
    return abl_grid_crop(out, image, lo[0], size, NULL) == ABL_OK;
}

abl_status abl_field_join(abl_volume **field, const abl_volume *other,
                          const abl_grid *image, abl_error *err)
{
    abl_volume *joined = NULL, *more = NULL;
    abl_grid crop;
    if (!*field)
        return abl_volume_clone(field, other, err);
    if (!crop_around_both(&crop, image, &(*field)->grid, &other->grid))
        return ABL_OK;
    abl_status status =
        abl_resample_linear(&joined, *field, &crop, OUTSIDE, err);
    if (!status)
        status = abl_resample_linear(&more, other, &crop, OUTSIDE, err);
    if (!status) {
        float *to = abl_volume_f32(joined);
        const float *from = abl_volume_f32(more);
        const size_t voxels = abl_grid_voxels(&crop);
        for (size_t n = 0; n < voxels; n++)
            to[n] = from[n] > to[n] ? from[n] : to[n];
        abl_volume_destroy(*field);
        *field = joined;
        joined = NULL;
    }
    abl_volume_destroy(joined);
    abl_volume_destroy(more);
    return status;
}

bool abl_field_reaches_end(const abl_volume *field, const abl_grid *image)
{
    const size_t *n = field->grid.size;
    const float *f = abl_volume_f32(field);
    double first[3];
    abl_grid_to_ijk(first, image, field->grid.origin_lps);
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                if (!(*f++ > 0))
                    continue;
                const size_t at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    const double here = rint(first[a]) + (double)at[a];
                    if (here < 0.5 || here + 1.5 > (double)image->size[a])
                        return true;
                }
            }
    return false;
}

abl_status abl_image_under(abl_volume **out, const abl_volume *image,
                           const abl_grid *crop, abl_error *err)
{
    return abl_resample_linear(out, image, crop, 0, err);
}
