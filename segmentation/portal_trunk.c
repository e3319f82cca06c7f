/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/portal_trunk.h"

#include <math.h>

/* Slope of the cut's face, of the order of a network's field [1/mm]. */
static const double face_slope = 0.2;

static void voxel_lps(double lps[3], const abl_grid *grid, size_t n)
{
    const size_t plane = grid->size[0] * grid->size[1];
    abl_grid_to_lps(lps, grid,
                    (double[3]){(double)(n % grid->size[0]),
                                (double)(n % plane / grid->size[0]),
                                (double)(n / plane)});
}

/* Heights that a field's inside spans. */
static void find_heights(double z[2], const abl_volume *field)
{
    const float *value = abl_volume_f32(field);
    double lps[3];
    z[0] = HUGE_VAL;
    z[1] = -HUGE_VAL;
    for (size_t n = 0; n < abl_grid_voxels(&field->grid); n++) {
        if (!(value[n] > 0))
            continue;
        voxel_lps(lps, &field->grid, n);
        z[0] = fmin(z[0], lps[2]);
        z[1] = fmax(z[1], lps[2]);
    }
}

static bool find_middle(double *x, const abl_volume *aorta, const double z[2])
{
    const float *value = abl_volume_f32(aorta);
    double lps[3], sum = 0, count = 0;
    for (size_t n = 0; n < abl_grid_voxels(&aorta->grid); n++) {
        if (!(value[n] > 0))
            continue;
        voxel_lps(lps, &aorta->grid, n);
        if (lps[2] < z[0] || lps[2] > z[1])
            continue;
        sum += lps[0];
        count++;
    }
    *x = count > 0 ? sum / count : 0;
    return count > 0;
}

/* Number of voxels left. */
static size_t cut(const abl_volume *field, double middle_x)
{
    float *value = abl_volume_f32(field);
    double lps[3];
    size_t left = 0;
    for (size_t n = 0; n < abl_grid_voxels(&field->grid); n++) {
        voxel_lps(lps, &field->grid, n);
        value[n] =
            (float)fmin((double)value[n], face_slope * (middle_x - lps[0]));
        left += value[n] > 0;
    }
    return left;
}

abl_status abl_portal_trunk_field(abl_volume **out, bool *is_cut,
                                  const abl_volume *portal,
                                  const abl_volume *aorta, abl_error *err)
{
    *out = NULL;
    *is_cut = false;
    if (portal->type != ABL_PIXEL_F32 ||
        (aorta && aorta->type != ABL_PIXEL_F32))
        return abl_error_set(err, ABL_E_INVALID,
                             "the portal vein or the aorta is not a field");
    abl_status status = abl_volume_clone(out, portal, err);
    double z[2], middle_x;
    if (status || !aorta)
        return status;
    find_heights(z, portal);
    if (!find_middle(&middle_x, aorta, z))
        return ABL_OK;
    *is_cut = cut(*out, middle_x) > 0;
    if (*is_cut)
        return ABL_OK;
    abl_volume_destroy(*out);
    return abl_volume_clone(out, portal, err);
}
