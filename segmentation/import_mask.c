/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "segmentation/field.h"
#include "segmentation/import_work.h"

#define MASK_MARGIN 5 /* voxels: a field needs room around its mask */

/* The members' box, grown so that a field has room around it. */
static bool find_box(abl_box *box, const abl_import_map *map,
                     const bool member[ABL_LABEL_MAX_VALUE + 1])
{
    const size_t *n = map->values->grid.size;
    const int16_t *value = abl_volume_i16(map->values);
    size_t lo[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, hi[3] = {0, 0, 0};
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++) {
                if (!member[*value++])
                    continue;
                const size_t at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    lo[a] = at[a] < lo[a] ? at[a] : lo[a];
                    hi[a] = at[a] > hi[a] ? at[a] : hi[a];
                }
            }
    if (lo[0] == SIZE_MAX)
        return false;
    memcpy(box->lo, lo, sizeof lo);
    memcpy(box->hi, hi, sizeof hi);
    abl_box_grow(box, &map->values->grid, MASK_MARGIN);
    return true;
}

abl_status abl_import_mask(abl_volume **out, const abl_import_map *map,
                           abl_label_test test, int wanted, abl_error *err)
{
    bool member[ABL_LABEL_MAX_VALUE + 1] = {false};
    size_t any = 0, size[3];
    abl_box box;
    abl_volume *part = NULL;
    *out = NULL;
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++) {
        member[value] =
            map->counts[value] && test(&map->names.of[value], value, wanted);
        any += member[value];
    }
    if (!any || !find_box(&box, map, member))
        return ABL_OK;
    abl_box_size(size, &box);
    abl_status status = abl_volume_crop(&part, map->values, box.lo, size, err);
    if (!status)
        status = abl_volume_create(out, &part->grid, ABL_PIXEL_U8, err);
    if (!status) {
        const size_t voxels = abl_grid_voxels(&part->grid);
        for (size_t n = 0; n < voxels; n++)
            abl_volume_u8(*out)[n] = member[abl_volume_i16(part)[n]] ? 1 : 0;
    }
    abl_volume_destroy(part);
    return status;
}
