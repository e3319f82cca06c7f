/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/project.h"

#include <float.h>
#include <stddef.h>
#include <stdlib.h>

#define AIR_HU (-1024)

/* One voxel along the axis, at the height of a point. */
static abl_grid flatten(const abl_grid *grid, int axis,
                        const double through_lps[3])
{
    abl_grid flat = *grid;
    double ijk[3];
    abl_grid_to_ijk(ijk, grid, through_lps);
    flat.size[axis] = 1;
    for (int r = 0; r < 3; r++)
        flat.origin_lps[r] +=
            ijk[axis] * grid->spacing_mm[axis] * grid->direction[r][axis];
    return flat;
}

static size_t flat_offset(const abl_grid *flat, int axis, size_t i, size_t j,
                          size_t k)
{
    return abl_grid_offset(flat, axis == 0 ? 0 : i, axis == 1 ? 0 : j,
                           axis == 2 ? 0 : k);
}

abl_status abl_project_field(abl_volume **out, const abl_volume *field,
                             int axis, const double through_lps[3],
                             abl_error *err)
{
    const abl_grid *grid = &field->grid;
    const abl_grid flat = flatten(grid, axis, through_lps);
    abl_status status = abl_volume_create(out, &flat, ABL_PIXEL_F32, err);
    if (status)
        return status;
    const float *from = abl_volume_f32(field);
    float *to = abl_volume_f32(*out);
    for (size_t n = 0; n < abl_grid_voxels(&flat); n++)
        to[n] = -FLT_MAX;
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                const float value = *from++;
                float *most = &to[flat_offset(&flat, axis, i, j, k)];
                *most = value > *most ? value : *most;
            }
    return ABL_OK;
}

/* One ray: the brightest voxel of the structure, and all voxels' sum. */
typedef struct ray {
    int32_t sum, count;
    int16_t most;
    bool met;
} ray;

/* Three voxels along the ray together, so that noise does not win; what lies
 * beside the structure does not count. */
static int16_t smooth(const int16_t *hu, const uint8_t *label, size_t at,
                      size_t last, size_t stride)
{
    const ptrdiff_t step = (ptrdiff_t)stride;
    const int before = at && label[-step] == *label ? hu[-step] : *hu;
    const int behind = at < last && label[step] == *label ? hu[step] : *hu;
    return (int16_t)((before + *hu + behind) / 3);
}

static void add_voxel(ray *one, int16_t hu, bool is_inside)
{
    one->sum += hu;
    one->count++;
    if (is_inside && (!one->met || hu > one->most)) {
        one->met = true;
        one->most = hu;
    }
}

static void cast(ray *rays, const abl_volume *image, const abl_volume *labels,
                 uint8_t inside, int axis, const size_t range[2],
                 const abl_grid *flat)
{
    const abl_grid *grid = &image->grid;
    const size_t stride[3] = {1, grid->size[0], grid->size[0] * grid->size[1]};
    size_t lo[3] = {0, 0, 0}, hi[3];
    for (int a = 0; a < 3; a++)
        hi[a] = grid->size[a] - 1;
    const size_t last = hi[axis];
    lo[axis] = range[0];
    hi[axis] = range[1] < last ? range[1] : last;
    const int16_t *hu = abl_volume_i16(image);
    const uint8_t *label = labels ? abl_volume_u8(labels) : NULL;
    for (size_t k = lo[2]; k <= hi[2]; k++)
        for (size_t j = lo[1]; j <= hi[1]; j++)
            for (size_t i = lo[0]; i <= hi[0]; i++) {
                const size_t n = abl_grid_offset(grid, i, j, k);
                const size_t at = axis == 0 ? i : axis == 1 ? j : k;
                const bool is_inside = label && label[n] == inside;
                add_voxel(&rays[flat_offset(flat, axis, i, j, k)],
                          is_inside ? smooth(hu + n, label + n, at, last,
                                             stride[axis])
                                    : hu[n],
                          is_inside);
            }
}

static int16_t value_of(const ray *one)
{
    if (one->met)
        return one->most;
    if (!one->count)
        return AIR_HU;
    return (int16_t)(one->sum / one->count);
}

abl_status abl_project_image(abl_volume **out, const abl_volume *image,
                             const abl_volume *labels, uint8_t inside, int axis,
                             const size_t range[2], const double through_lps[3],
                             abl_error *err)
{
    const abl_grid flat = flatten(&image->grid, axis, through_lps);
    const size_t count = abl_grid_voxels(&flat);
    ray *rays = abl_alloc(count, sizeof *rays, err);
    if (!rays)
        return ABL_E_NOMEM;
    abl_status status = abl_volume_create(out, &flat, ABL_PIXEL_I16, err);
    if (!status) {
        cast(rays, image, labels, inside, axis, range, &flat);
        for (size_t n = 0; n < count; n++)
            abl_volume_i16(*out)[n] = value_of(&rays[n]);
    }
    free(rays);
    return status;
}
