/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/burden.h"

#include <math.h>
#include <string.h>

#include "eligibility/uncertainty.h"
#include "imaging/distance.h"
#include "imaging/resample.h"

#define GRID_MM          2.0
#define MAX_VOXELS       4.0e6
#define CENTRE_INSIDE    0.35 /* voxels from a surface to the nearest centre */
#define GRID_UNCERTAINTY 0.04

/* The range of a surface in voxels of a grid. */
static void find_range(double lo[3], double hi[3], const abl_grid *grid,
                       const abl_surface *surface)
{
    for (int a = 0; a < 3; a++) {
        lo[a] = HUGE_VAL;
        hi[a] = -HUGE_VAL;
    }
    for (size_t n = 0; n < surface->count; n++) {
        double ijk[3];
        abl_grid_to_ijk(ijk, grid, surface->points_lps[n]);
        for (int a = 0; a < 3; a++) {
            lo[a] = fmin(lo[a], ijk[a]);
            hi[a] = fmax(hi[a], ijk[a]);
        }
    }
}

/* A cubic grid along the liver field's axes, around the liver. */
static abl_status choose_grid(abl_grid *out, const abl_shape *liver,
                              abl_error *err)
{
    const abl_grid *field = &liver->field->grid;
    double lo[3], hi[3], voxels = 1;
    find_range(lo, hi, field, liver->surface);
    for (int a = 0; a < 3; a++) {
        if (liver->surface->is_open[a][0])
            lo[a] = 0;
        if (liver->surface->is_open[a][1])
            hi[a] = (double)(field->size[a] - 1);
        voxels *= (hi[a] - lo[a]) * field->spacing_mm[a] / GRID_MM + 1;
    }
    const double step = GRID_MM * fmax(1, cbrt(voxels / MAX_VOXELS));
    *out = *field;
    abl_grid_to_lps(out->origin_lps, field, lo);
    for (int a = 0; a < 3; a++) {
        const double mm = (hi[a] - lo[a]) * field->spacing_mm[a];
        out->size[a] = (size_t)floor(mm / step) + 1;
        out->spacing_mm[a] = step;
    }
    return abl_grid_validate(out, err);
}

/* Sets the voxels of the grid whose centre lies in the lesion. */
static void mark_lesion(abl_volume *mask, const abl_shape *lesion)
{
    const abl_grid *grid = &mask->grid;
    double lo[3], hi[3];
    find_range(lo, hi, grid, lesion->surface);
    size_t first[3], end[3];
    for (int a = 0; a < 3; a++) {
        const double top = (double)grid->size[a];
        first[a] = (size_t)fmin(top, fmax(0, ceil(lo[a])));
        end[a] = (size_t)fmin(top, fmax(0, floor(hi[a]) + 1));
    }
    for (size_t k = first[2]; k < end[2]; k++)
        for (size_t j = first[1]; j < end[1]; j++)
            for (size_t i = first[0]; i < end[0]; i++) {
                double lps[3];
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                if (abl_volume_contains_lps(lesion->field, lps) &&
                    abl_field_sample_lps(lesion->field, lps) > 0)
                    abl_volume_u8(mask)[abl_grid_offset(grid, i, j, k)] = 1;
            }
}

static double zone_uncertainty_mm3(const abl_shape *lesions, size_t count,
                                   double margin_mm)
{
    double squares = 0;
    for (size_t n = 0; n < count; n++) {
        if (!lesions[n].surface)
            continue;
        const double radius =
            cbrt(0.75 / M_PI * lesions[n].surface->volume_mm3) + margin_mm;
        const double one = abl_uncertainty_of_volume(4 * M_PI * radius * radius,
                                                     lesions[n].edge_sd_mm, 0);
        squares += one * one;
    }
    return sqrt(squares);
}

static abl_value count_share(const abl_volume *liver, const abl_volume *away,
                             double reach_mm)
{
    const float *inside = abl_volume_f32(liver);
    const float *mm = abl_volume_f32(away);
    const size_t voxels = abl_grid_voxels(&liver->grid);
    size_t all = 0, taken = 0;
    for (size_t n = 0; n < voxels; n++)
        if (inside[n] > 0) {
            all++;
            taken += (double)mm[n] <= reach_mm;
        }
    if (!all)
        return (abl_value){false, 0, 0, "the liver has no inside"};
    return (abl_value){true, (double)taken / (double)all, 0, NULL};
}

abl_status abl_burden_ablated(abl_value *out, const abl_shape *liver,
                              const abl_shape *lesions, size_t count,
                              double margin_mm, abl_error *err)
{
    *out = (abl_value){false, 0, 0, "there is no liver or no lesion"};
    if (!liver->field || !liver->surface || !liver->surface->count || !count)
        return ABL_OK;
    abl_grid grid;
    abl_volume *inside = NULL, *mask = NULL, *away = NULL;
    abl_status status = choose_grid(&grid, liver, err);
    if (!status)
        status = abl_resample_linear(&inside, liver->field, &grid, -1, err);
    if (!status)
        status = abl_volume_create(&mask, &grid, ABL_PIXEL_U8, err);
    if (status)
        goto done;
    for (size_t n = 0; n < count; n++)
        if (lesions[n].surface && lesions[n].surface->count)
            mark_lesion(mask, &lesions[n]);
    const double reach = margin_mm + CENTRE_INSIDE * grid.spacing_mm[0];
    status = abl_distance_map_within(&away, mask, reach, err);
    if (status)
        goto done;
    *out = count_share(inside, away, reach);
    if (out->measured)
        out->uncertainty =
            fmin(1, GRID_UNCERTAINTY * out->value +
                        zone_uncertainty_mm3(lesions, count, margin_mm) /
                            liver->surface->volume_mm3);
done:
    abl_volume_destroy(inside);
    abl_volume_destroy(mask);
    abl_volume_destroy(away);
    return status;
}
