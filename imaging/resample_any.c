/* Linear and nearest sampling to any grid, oblique ones too.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/resample.h"
#include "imaging/resample_axes.h"

/* Rounding of positions that are on a border in exact arithmetic. */
static const double border_slack = 1e-9;

/* Voxel position in the input of output voxel (0, 0, 0), and the change from
 * one output voxel to the next along each output axis. */
typedef struct affine {
    double origin[3];
    double step[3][3]; /* [output axis][input axis] */
} affine;

static affine map_grid(const abl_grid *from, const abl_grid *to)
{
    affine map = {{0, 0, 0}, {{0}}};
    abl_grid_to_ijk(map.origin, to, from->origin_lps);
    for (int axis = 0; axis < 3; axis++) {
        double one[3] = {0, 0, 0}, lps[3], ijk[3];
        one[axis] = 1;
        abl_grid_to_lps(lps, from, one);
        abl_grid_to_ijk(ijk, to, lps);
        for (int a = 0; a < 3; a++)
            map.step[axis][a] = ijk[a] - map.origin[a];
    }
    return map;
}

static void map_row(double ijk[3], const affine *map, size_t j, size_t k)
{
    for (int a = 0; a < 3; a++)
        ijk[a] = map->origin[a] + (double)j * map->step[1][a] +
                 (double)k * map->step[2][a];
}

static bool is_inside(const double ijk[3], const abl_grid *grid)
{
    for (int a = 0; a < 3; a++)
        if (!(ijk[a] >= -0.5 - border_slack &&
              ijk[a] <= (double)grid->size[a] - 0.5 + border_slack))
            return false;
    return true;
}

static void sample_row(float *out, const abl_volume *in, size_t count,
                       const double start[3], const double step[3],
                       float outside)
{
    for (size_t i = 0; i < count; i++) {
        double ijk[3];
        for (int a = 0; a < 3; a++)
            ijk[a] = start[a] + (double)i * step[a];
        out[i] = is_inside(ijk, &in->grid)
                     ? (float)abl_volume_sample_ijk(in, ijk)
                     : outside;
    }
}

/* Range of outputs on one axis whose voxel lies inside the input. */
static void find_inside(size_t range[2], double start, double step,
                        size_t inputs, size_t outputs)
{
    double top = (double)inputs - 0.5 + border_slack;
    range[0] = range[1] = 0;
    bool seen = false;
    for (size_t n = 0; n < outputs; n++) {
        double at = start + (double)n * step;
        if (!(at >= -0.5 - border_slack && at <= top))
            continue;
        if (!seen)
            range[0] = n;
        seen = true;
        range[1] = n + 1;
    }
}

static void fill_row(float *row, size_t from, size_t to, float value)
{
    for (size_t i = from; i < to; i++)
        row[i] = value;
}

static void fill_outside(abl_volume *out, const abl_grid *in, float outside)
{
    const affine map = map_grid(&out->grid, in);
    const size_t *size = out->grid.size;
    size_t range[3][2];
    for (int a = 0; a < 3; a++)
        find_inside(range[a], map.origin[a], map.step[a][a], in->size[a],
                    size[a]);
    float *values = abl_volume_f32(out);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            float *row = values + abl_grid_offset(&out->grid, 0, j, k);
            bool inside = k >= range[2][0] && k < range[2][1] &&
                          j >= range[1][0] && j < range[1][1];
            fill_row(row, 0, inside ? range[0][0] : size[0], outside);
            fill_row(row, range[0][1], inside ? size[0] : 0, outside);
        }
}

static abl_status check_grids(const abl_grid *in, const abl_grid *grid,
                              abl_error *err)
{
    abl_status status = abl_grid_validate(grid, err);
    if (status)
        return status;
    const affine map = map_grid(grid, in);
    for (int a = 0; a < 3; a++)
        if (!(fabs(map.origin[a]) < 1e12))
            return abl_error_set(err, ABL_E_GEOMETRY,
                                 "cannot resample: the target grid is too far "
                                 "away");
    return ABL_OK;
}

abl_status abl_resample_linear(abl_volume **out, const abl_volume *in,
                               const abl_grid *grid, float outside,
                               abl_error *err)
{
    *out = NULL;
    abl_status status = check_grids(&in->grid, grid, err);
    if (status)
        return status;
    if (abl_grid_shares_axes(&in->grid, grid)) {
        const abl_axis_kernel linear[3] = {ABL_AXIS_LINEAR, ABL_AXIS_LINEAR,
                                           ABL_AXIS_LINEAR};
        status = abl_resample_axes(out, in, grid, linear, err);
        if (!status)
            fill_outside(*out, &in->grid, outside);
        return status;
    }
    status = abl_volume_create(out, grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    const affine map = map_grid(grid, &in->grid);
    float *values = abl_volume_f32(*out);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++) {
            double start[3];
            map_row(start, &map, j, k);
            sample_row(values + abl_grid_offset(grid, 0, j, k), in,
                       grid->size[0], start, map.step[0], outside);
        }
    return ABL_OK;
}

/* Nearest voxel of a position, halves upwards even after rounding; false when outside. */
static bool find_nearest(size_t *offset, const double ijk[3],
                         const abl_grid *grid)
{
    size_t at[3];
    if (!is_inside(ijk, grid))
        return false;
    for (int a = 0; a < 3; a++) {
        double nearest = floor(ijk[a] + 0.5 + border_slack);
        double top = (double)(grid->size[a] - 1);
        at[a] = (size_t)(nearest < 0 ? 0 : nearest > top ? top : nearest);
    }
    *offset = abl_grid_offset(grid, at[0], at[1], at[2]);
    return true;
}

static void copy_nearest_row(abl_volume *out, const abl_volume *in, size_t to,
                             const double start[3], const double step[3])
{
    size_t bytes = abl_pixel_size(in->type), offset = 0;
    for (size_t i = 0; i < out->grid.size[0]; i++) {
        double ijk[3];
        for (int a = 0; a < 3; a++)
            ijk[a] = start[a] + (double)i * step[a];
        if (find_nearest(&offset, ijk, &in->grid))
            memcpy((char *)out->data + (to + i) * bytes,
                   (const char *)in->data + offset * bytes, bytes);
    }
}

/* Offsets of the input for each output of one axis; SIZE_MAX outside. */
static size_t *map_axis(const affine *map, const abl_grid *in, int axis,
                        size_t outputs, abl_error *err)
{
    size_t *offsets = abl_alloc(outputs, sizeof *offsets, err);
    for (size_t n = 0; offsets && n < outputs; n++) {
        double ijk[3] = {0, 0, 0};
        size_t at = 0;
        ijk[axis] = map->origin[axis] + (double)n * map->step[axis][axis];
        offsets[n] = SIZE_MAX;
        if (find_nearest(&at, ijk, in))
            offsets[n] = at;
    }
    return offsets;
}

static void gather_row(char *to, const char *from, const size_t *offsets,
                       size_t count, size_t bytes)
{
    for (size_t i = 0; i < count; i++) {
        if (offsets[i] == SIZE_MAX)
            continue;
        if (bytes == 1)
            to[i] = from[offsets[i]];
        else
            memcpy(to + i * bytes, from + offsets[i] * bytes, bytes);
    }
}

static abl_status gather_axes(abl_volume *out, const abl_volume *in,
                              abl_error *err)
{
    const affine map = map_grid(&out->grid, &in->grid);
    const size_t *size = out->grid.size;
    size_t *offsets[3];
    for (int a = 0; a < 3; a++)
        offsets[a] = map_axis(&map, &in->grid, a, size[a], err);
    size_t bytes = abl_pixel_size(in->type);
    abl_status status = ABL_E_NOMEM;
    if (!offsets[0] || !offsets[1] || !offsets[2])
        goto done;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            size_t at_j = offsets[1][j], at_k = offsets[2][k];
            if (at_j == SIZE_MAX || at_k == SIZE_MAX)
                continue;
            size_t row = abl_grid_offset(&out->grid, 0, j, k);
            gather_row((char *)out->data + row * bytes,
                       (const char *)in->data + (at_j + at_k) * bytes,
                       offsets[0], size[0], bytes);
        }
    status = ABL_OK;
done:
    for (int a = 0; a < 3; a++)
        free(offsets[a]);
    return status;
}

abl_status abl_resample_nearest(abl_volume **out, const abl_volume *in,
                                const abl_grid *grid, abl_error *err)
{
    *out = NULL;
    abl_volume *volume = NULL;
    abl_status status = check_grids(&in->grid, grid, err);
    if (!status)
        status = abl_volume_create(&volume, grid, in->type, err);
    if (status)
        return status;
    if (abl_grid_shares_axes(&in->grid, grid)) {
        status = gather_axes(volume, in, err);
    } else {
        const affine map = map_grid(grid, &in->grid);
#pragma omp parallel for schedule(static)
        for (size_t k = 0; k < grid->size[2]; k++)
            for (size_t j = 0; j < grid->size[1]; j++) {
                double start[3];
                map_row(start, &map, j, k);
                copy_nearest_row(volume, in, abl_grid_offset(grid, 0, j, k),
                                 start, map.step[0]);
            }
    }
    if (status)
        abl_volume_destroy(volume);
    else
        *out = volume;
    return status;
}
