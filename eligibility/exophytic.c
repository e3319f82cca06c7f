/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/exophytic.h"

#include <math.h>

#include "imaging/distance.h"
#include "imaging/resample.h"

#define MIN_STEP_MM 1.0
#define MAX_STEP_MM 2.0

double abl_exophytic_tolerance_mm(double diameter_mm, double radius_mm)
{
    const double half = fmin(radius_mm, diameter_mm / 2);
    const double sinks = radius_mm - sqrt(radius_mm * radius_mm - half * half);
    const double sags =
        diameter_mm * diameter_mm / (8 * ABL_EXOPHYTIC_LIVER_RADIUS_MM);
    return fmax(ABL_EXOPHYTIC_TOLERANCE_MM, sinks + sags);
}

/* A cubic grid along the liver field's axes, around the lesion and as far as
 * balls that touch it reach. */
static abl_status choose_grid(abl_grid *out, const abl_shape *liver,
                              const abl_shape *lesion, double step_mm,
                              double reach_mm, abl_error *err)
{
    const abl_grid *field = &liver->field->grid;
    double lo[3] = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
    double hi[3] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (size_t n = 0; n < lesion->surface->count; n++) {
        double ijk[3];
        abl_grid_to_ijk(ijk, field, lesion->surface->points_lps[n]);
        for (int a = 0; a < 3; a++) {
            lo[a] = fmin(lo[a], ijk[a]);
            hi[a] = fmax(hi[a], ijk[a]);
        }
    }
    *out = *field;
    for (int a = 0; a < 3; a++) {
        const double reach = reach_mm / field->spacing_mm[a];
        const double mm = (hi[a] - lo[a]) * field->spacing_mm[a];
        lo[a] -= reach;
        out->size[a] = (size_t)ceil((mm + 2 * reach_mm) / step_mm) + 1;
        out->spacing_mm[a] = step_mm;
    }
    abl_grid_to_lps(out->origin_lps, field, lo);
    return abl_grid_validate(out, err);
}

/* The liver without the lesion, and the lesion. */
static void split(abl_volume *rest, abl_volume *mask, const abl_volume *liver,
                  const abl_volume *lesion)
{
    const float *in_liver = abl_volume_f32(liver);
    const float *in_lesion = abl_volume_f32(lesion);
    const size_t voxels = abl_grid_voxels(&liver->grid);
    for (size_t n = 0; n < voxels; n++) {
        abl_volume_u8(mask)[n] = in_lesion[n] > 0;
        abl_volume_u8(rest)[n] = in_liver[n] > 0 && !(in_lesion[n] > 0);
    }
}

/* Faces of the lesion's voxels, and those beyond each of three distances. */
static void count_faces(size_t *all, size_t beyond[3], const abl_volume *mask,
                        const abl_volume *away, const double limits_mm[3])
{
    const abl_grid *grid = &mask->grid;
    const uint8_t *in = abl_volume_u8(mask);
    const float *mm = abl_volume_f32(away);
    const size_t steps[3] = {1, grid->size[0], grid->size[0] * grid->size[1]};
    *all = beyond[0] = beyond[1] = beyond[2] = 0;
    for (size_t k = 1; k + 1 < grid->size[2]; k++)
        for (size_t j = 1; j + 1 < grid->size[1]; j++)
            for (size_t i = 1; i + 1 < grid->size[0]; i++) {
                const size_t at = abl_grid_offset(grid, i, j, k);
                size_t faces = 0;
                if (!in[at])
                    continue;
                for (int a = 0; a < 3; a++)
                    faces +=
                        (size_t)!in[at - steps[a]] + (size_t)!in[at + steps[a]];
                *all += faces;
                for (int n = 0; n < 3; n++)
                    beyond[n] += (double)mm[at] > limits_mm[n] ? faces : 0;
            }
}

static abl_status measure(abl_value *out, const abl_volume *rest,
                          const abl_volume *mask, double radius_mm,
                          const double tolerance_mm[3], abl_error *err)
{
    abl_volume *closed = NULL, *away = NULL;
    abl_status status = abl_close(&closed, rest, radius_mm, err);
    if (!status)
        status = abl_distance_map_within(
            &away, closed, tolerance_mm[2] + rest->grid.spacing_mm[0], err);
    size_t all = 0, beyond[3] = {0};
    if (!status)
        count_faces(&all, beyond, mask, away, tolerance_mm);
    if (!status && all)
        *out = (abl_value){true, (double)beyond[1] / (double)all,
                           0.5 * (double)(beyond[0] - beyond[2]) / (double)all,
                           NULL};
    abl_volume_destroy(closed);
    abl_volume_destroy(away);
    return status;
}

abl_status abl_exophytic_share(abl_value *out, const abl_shape *liver,
                               const abl_shape *lesion, double diameter_mm,
                               abl_error *err)
{
    *out = (abl_value){false, 0, 0, "there is no surface to compare"};
    if (!liver->surface || !liver->surface->count || !lesion->surface ||
        !lesion->surface->count)
        return ABL_OK;
    const double radius_mm = fmin(ABL_EXOPHYTIC_MAX_RADIUS_MM,
                                  fmax(ABL_EXOPHYTIC_RADIUS_MM, diameter_mm));
    const double step_mm =
        fmin(MAX_STEP_MM, fmax(MIN_STEP_MM, diameter_mm / 10));
    const double edge_mm = 1.96 * hypot(liver->edge_sd_mm, lesion->edge_sd_mm);
    const double wanted_mm = abl_exophytic_tolerance_mm(diameter_mm, radius_mm);
    const double tolerance_mm[3] = {fmax(step_mm, wanted_mm - edge_mm),
                                    wanted_mm, wanted_mm + edge_mm};
    abl_grid grid;
    abl_volume *in_liver = NULL, *in_lesion = NULL, *rest = NULL, *mask = NULL;
    abl_status status = choose_grid(&grid, liver, lesion, step_mm,
                                    2 * radius_mm + 2 * step_mm, err);
    if (!status)
        status = abl_resample_linear(&in_liver, liver->field, &grid, -1, err);
    if (!status)
        status = abl_resample_linear(&in_lesion, lesion->field, &grid, -1, err);
    if (!status)
        status = abl_volume_create(&rest, &grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&mask, &grid, ABL_PIXEL_U8, err);
    if (!status) {
        split(rest, mask, in_liver, in_lesion);
        status = measure(out, rest, mask, radius_mm, tolerance_mm, err);
    }
    abl_volume_destroy(in_liver);
    abl_volume_destroy(in_lesion);
    abl_volume_destroy(rest);
    abl_volume_destroy(mask);
    return status;
}
