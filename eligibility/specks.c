/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/specks.h"

#include <string.h>

#include "imaging/components.h"

static bool is_speck(const abl_components *parts, size_t part)
{
    return parts->items[part].voxels <= ABL_SPECK_VOXELS &&
           parts->items[0].voxels >= ABL_SPECK_BESIDE_VOXELS;
}

static abl_status copy_field(abl_volume **out, const abl_volume *field,
                             abl_error *err)
{
    if (*out)
        return ABL_OK;
    abl_status status =
        abl_volume_create(out, &field->grid, ABL_PIXEL_F32, err);
    if (!status)
        memcpy(abl_volume_f32(*out), abl_volume_f32(field),
               abl_grid_voxels(&field->grid) * sizeof(float));
    return status;
}

/* Turns the specks of slice k over, in a copy that is made at the first. */
static abl_status drop_specks(abl_volume **out, const abl_volume *field,
                              size_t k, const abl_components *parts,
                              abl_error *err)
{
    const size_t count = field->grid.size[0] * field->grid.size[1];
    const int32_t *part = abl_volume_i32(parts->labels);
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++) {
        if (!part[n] || !is_speck(parts, (size_t)part[n] - 1))
            continue;
        status = copy_field(out, field, err);
        if (!status)
            abl_volume_f32(*out)[k * count + n] *= -1;
    }
    return status;
}

static bool fill_mask(abl_volume *mask, const abl_volume *field, size_t k)
{
    const size_t count = field->grid.size[0] * field->grid.size[1];
    const float *value = abl_volume_f32(field) + k * count;
    size_t inside = 0;
    for (size_t n = 0; n < count; n++)
        inside += abl_volume_u8(mask)[n] = value[n] > 0;
    return inside > ABL_SPECK_BESIDE_VOXELS;
}

abl_status abl_field_without_specks(abl_volume **out, const abl_volume *field,
                                    abl_error *err)
{
    abl_volume *mask = NULL;
    *out = NULL;
    if (field->type != ABL_PIXEL_F32)
        return abl_error_set(err, ABL_E_INVALID, "a field must be f32");
    abl_grid flat = field->grid;
    flat.size[2] = 1;
    abl_status status = abl_volume_create(&mask, &flat, ABL_PIXEL_U8, err);
    for (size_t k = 0; k < field->grid.size[2] && !status; k++) {
        abl_components parts = {0};
        if (!fill_mask(mask, field, k))
            continue;
        status = abl_components_find(&parts, mask, ABL_CONNECT_CORNERS, err);
        if (!status && parts.count > 1)
            status = drop_specks(out, field, k, &parts, err);
        abl_components_clear(&parts);
    }
    abl_volume_destroy(mask);
    if (status) {
        abl_volume_destroy(*out);
        *out = NULL;
    }
    return status;
}
