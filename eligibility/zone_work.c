/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/zone_work.h"

#include <math.h>
#include <string.h>

#include "eligibility/zone_distance.h"
#include "segmentation/surface.h"

#define MAX_VOXELS  3.0e6
#define SLICE_RATIO 1.75 /* thicker slices are divided */

/* The lesion's voxels in its own grid; false when there are none. */
bool abl_zone_box(double lo[3], double hi[3], const abl_volume *field)
{
    const float *value = abl_volume_f32(field);
    const size_t *size = field->grid.size;
    for (int a = 0; a < 3; a++) {
        lo[a] = HUGE_VAL;
        hi[a] = -HUGE_VAL;
    }
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++) {
                const double at[3] = {(double)i, (double)j, (double)k};
                if (!(*value++ > 0))
                    continue;
                for (int a = 0; a < 3; a++) {
                    lo[a] = fmin(lo[a], at[a]);
                    hi[a] = fmax(hi[a], at[a]);
                }
            }
    return lo[0] <= hi[0];
}

static void choose_steps(double step_mm[3], const double extent_mm[3],
                         const double spacing_mm[3])
{
    const double fine = fmin(spacing_mm[0], spacing_mm[1]);
    double voxels = 1;
    for (int a = 0; a < 3; a++) {
        const double parts = ceil(spacing_mm[a] / (SLICE_RATIO * fine));
        step_mm[a] = spacing_mm[a] / fmax(1, parts);
        voxels *= extent_mm[a] / step_mm[a] + 1;
    }
    const double coarser = fmax(1, cbrt(voxels / MAX_VOXELS));
    for (int a = 0; a < 3; a++)
        step_mm[a] *= coarser;
}

/* Around the lesion, along the axes of its field, room for every margin. */
static bool choose_grid(abl_grid *out, const abl_volume *field)
{
    double lo[3], hi[3], step_mm[3], extent_mm[3];
    const double *spacing = field->grid.spacing_mm;
    if (!abl_zone_box(lo, hi, field))
        return false;
    for (int a = 0; a < 3; a++) {
        const double grow =
            (ABL_ZONE_AIM_MM + ABL_ZONE_MAX_DOUBT_MM) / spacing[a] + 2;
        lo[a] -= grow;
        hi[a] += grow;
        extent_mm[a] = (hi[a] - lo[a]) * spacing[a];
    }
    choose_steps(step_mm, extent_mm, spacing);
    *out = field->grid;
    abl_grid_to_lps(out->origin_lps, &field->grid, lo);
    for (int a = 0; a < 3; a++) {
        out->spacing_mm[a] = step_mm[a];
        out->size[a] = (size_t)ceil(extent_mm[a] / step_mm[a]) + 1;
    }
    return true;
}

/* The lesion's field on the zone's grid, smooth between slices. */
static void sample_lesion(abl_volume *out, const abl_volume *field)
{
    const abl_grid *grid = &out->grid;
    float *value = abl_volume_f32(out);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < grid->size[2]; k++)
        for (size_t j = 0; j < grid->size[1]; j++)
            for (size_t i = 0; i < grid->size[0]; i++) {
                double lps[3], ijk[3];
                bool inside = true;
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                abl_grid_to_ijk(ijk, &field->grid, lps);
                for (int a = 0; a < 3; a++)
                    inside = inside && ijk[a] > -0.5 &&
                             ijk[a] < (double)field->grid.size[a] - 0.5;
                value[abl_grid_offset(grid, i, j, k)] =
                    inside ? (float)abl_field_sample_ijk(field, ijk) : -1;
            }
}

static abl_status fill_work(abl_zone_work *work, const abl_volume *field,
                            abl_error *err)
{
    const abl_grid *grid = &work->grid;
    const double reach = ABL_ZONE_AIM_MM + ABL_ZONE_MAX_DOUBT_MM;
    work->voxel_ml = abl_grid_voxel_mm3(grid) / 1000;
    abl_status status =
        abl_volume_create(&work->lesion, grid, ABL_PIXEL_F32, err);
    if (!status)
        status = abl_volume_create(&work->away, grid, ABL_PIXEL_F32, err);
    if (status)
        return status;
    sample_lesion(work->lesion, field);
    return abl_zone_distance(abl_volume_f32(work->away), work->lesion,
                             reach + 2 * grid->spacing_mm[2], err);
}

abl_status abl_zone_work_open(abl_zone_work *out,
                              const abl_structures *structures,
                              const abl_findings *findings, size_t index,
                              abl_error *err)
{
    const abl_volume *field = structures->lesions[index].field;
    memset(out, 0, sizeof *out);
    out->structures = structures;
    out->findings = findings;
    out->index = index;
    if (!field || !structures->labels || !choose_grid(&out->grid, field))
        return ABL_OK;
    return fill_work(out, field, err);
}

void abl_zone_work_clear(abl_zone_work *work)
{
    abl_volume_destroy(work->lesion);
    abl_volume_destroy(work->away);
}
