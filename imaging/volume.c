/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/volume.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

size_t abl_pixel_size(abl_pixel_type type)
{
    switch (type) {
    case ABL_PIXEL_U8:
        return 1;
    case ABL_PIXEL_I16:
        return 2;
    case ABL_PIXEL_I32:
    case ABL_PIXEL_F32:
        return 4;
    }
    return 0;
}

abl_status abl_volume_create(abl_volume **out, const abl_grid *grid,
                             abl_pixel_type type, abl_error *err)
{
    *out = NULL;
    abl_status status = abl_grid_validate(grid, err);
    if (status)
        return status;
    abl_volume *volume = abl_alloc(1, sizeof *volume, err);
    if (!volume)
        return ABL_E_NOMEM;
    volume->grid = *grid;
    volume->type = type;
    volume->data = abl_alloc(abl_grid_voxels(grid), abl_pixel_size(type), err);
    if (!volume->data) {
        free(volume);
        return ABL_E_NOMEM;
    }
    *out = volume;
    return ABL_OK;
}

void abl_volume_destroy(abl_volume *volume)
{
    if (!volume)
        return;
    free(volume->data);
    free(volume);
}

abl_status abl_volume_clone(abl_volume **out, const abl_volume *volume,
                            abl_error *err)
{
    abl_status status =
        abl_volume_create(out, &volume->grid, volume->type, err);
    if (!status)
        memcpy((*out)->data, volume->data,
               abl_grid_voxels(&volume->grid) * abl_pixel_size(volume->type));
    return status;
}

abl_status abl_volume_crop(abl_volume **out, const abl_volume *volume,
                           const size_t lo[3], const size_t size[3],
                           abl_error *err)
{
    *out = NULL;
    abl_grid grid;
    abl_status status = abl_grid_crop(&grid, &volume->grid, lo, size, err);
    if (!status)
        status = abl_volume_create(out, &grid, volume->type, err);
    if (status)
        return status;
    size_t bytes = abl_pixel_size(volume->type);
    const char *from = volume->data;
    char *to = (*out)->data;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            memcpy(to + abl_grid_offset(&grid, 0, j, k) * bytes,
                   from + abl_grid_offset(&volume->grid, lo[0], lo[1] + j,
                                          lo[2] + k) *
                              bytes,
                   size[0] * bytes);
    return ABL_OK;
}

/* One row of the result: start and stride are offsets in the source. */
static void copy_strided(void *to, const void *from, size_t start,
                         ptrdiff_t stride, size_t count, size_t bytes)
{
    const char *source = (const char *)from + start * bytes;
    char *target = to;
    if (stride == 1) {
        memcpy(target, source, count * bytes);
        return;
    }
    for (size_t i = 0; i < count; i++)
        memcpy(target + i * bytes,
               source + (ptrdiff_t)i * stride * (ptrdiff_t)bytes, bytes);
}

abl_status abl_volume_reorient(abl_volume **out, const abl_volume *volume,
                               abl_orientation orientation, abl_error *err)
{
    const abl_grid grid = abl_grid_reorient(&volume->grid, orientation);
    abl_status status = abl_volume_create(out, &grid, volume->type, err);
    if (status)
        return status;
    const size_t *n = volume->grid.size;
    const size_t native_stride[3] = {1, n[0], n[0] * n[1]};
    size_t first = 0;
    ptrdiff_t stride[3];
    for (int a = 0; a < 3; a++) {
        int from = orientation.axis[a];
        stride[a] = (ptrdiff_t)native_stride[from];
        if (orientation.flip[a]) {
            first += (n[from] - 1) * native_stride[from];
            stride[a] = -stride[a];
        }
    }
    size_t bytes = abl_pixel_size(volume->type);
    char *to = (*out)->data;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < grid.size[2]; k++)
        for (size_t j = 0; j < grid.size[1]; j++) {
            ptrdiff_t start = (ptrdiff_t)first + (ptrdiff_t)k * stride[2] +
                              (ptrdiff_t)j * stride[1];
            copy_strided(to + abl_grid_offset(&grid, 0, j, k) * bytes,
                         volume->data, (size_t)start, stride[0], grid.size[0],
                         bytes);
        }
    return ABL_OK;
}

uint8_t *abl_volume_u8(const abl_volume *volume)
{
    assert(volume->type == ABL_PIXEL_U8);
    return volume->data;
}

int16_t *abl_volume_i16(const abl_volume *volume)
{
    assert(volume->type == ABL_PIXEL_I16);
    return volume->data;
}

int32_t *abl_volume_i32(const abl_volume *volume)
{
    assert(volume->type == ABL_PIXEL_I32);
    return volume->data;
}

float *abl_volume_f32(const abl_volume *volume)
{
    assert(volume->type == ABL_PIXEL_F32);
    return volume->data;
}

static double voxel_value(const abl_volume *volume, size_t offset)
{
    switch (volume->type) {
    case ABL_PIXEL_U8:
        return ((const uint8_t *)volume->data)[offset];
    case ABL_PIXEL_I16:
        return ((const int16_t *)volume->data)[offset];
    case ABL_PIXEL_I32:
        return ((const int32_t *)volume->data)[offset];
    case ABL_PIXEL_F32:
        return (double)((const float *)volume->data)[offset];
    }
    return 0;
}

double abl_volume_sample_ijk(const abl_volume *volume, const double ijk[3])
{
    size_t base[3], next[3];
    double weight[3];
    for (int a = 0; a < 3; a++) {
        double top = (double)(volume->grid.size[a] - 1);
        double x = ijk[a] > 0 ? ijk[a] : 0;
        x = x < top ? x : top;
        base[a] = (size_t)x;
        next[a] = base[a] + (base[a] + 1 < volume->grid.size[a] ? 1 : 0);
        weight[a] = x - (double)base[a];
    }
    double sum = 0;
    for (unsigned corner = 0; corner < 8; corner++) {
        double w = 1;
        size_t at[3];
        for (unsigned a = 0; a < 3; a++) {
            bool high = (corner >> a) & 1u;
            at[a] = high ? next[a] : base[a];
            w *= high ? weight[a] : 1 - weight[a];
        }
        if (w > 0)
            sum += w * voxel_value(volume, abl_grid_offset(&volume->grid, at[0],
                                                           at[1], at[2]));
    }
    return sum;
}

double abl_volume_sample_lps(const abl_volume *volume, const double lps[3])
{
    double ijk[3];
    abl_grid_to_ijk(ijk, &volume->grid, lps);
    return abl_volume_sample_ijk(volume, ijk);
}

bool abl_volume_contains_lps(const abl_volume *volume, const double lps[3])
{
    double ijk[3];
    abl_grid_to_ijk(ijk, &volume->grid, lps);
    for (int a = 0; a < 3; a++)
        if (!(ijk[a] >= -0.5 && ijk[a] <= (double)volume->grid.size[a] - 0.5))
            return false;
    return true;
}
