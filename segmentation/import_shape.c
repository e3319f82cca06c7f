/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_field.h"
#include "segmentation/import_work.h"

static bool is_value(const abl_label_meaning *meaning, int value, int wanted)
{
    (void)meaning;
    return value == wanted;
}

static bool holds(const abl_import_map *map, int number)
{
    return map->part[0] ? map->number == number &&
                              map->names.of[1].kind == ABL_LABEL_LESION
                        : map->counts[number] > 0;
}

const abl_import_map *abl_import_map_of(const abl_import_maps *maps, int number)
{
    for (size_t n = 0; n < maps->count; n++)
        if (holds(&maps->items[n], number))
            return &maps->items[n];
    return NULL;
}

abl_status abl_import_shape(abl_volume **out, const abl_import_maps *maps,
                            int number, const abl_grid *image, abl_error *err)
{
    abl_volume *mask = NULL;
    const abl_import_map *map = abl_import_map_of(maps, number);
    *out = NULL;
    if (!map)
        return ABL_OK;
    abl_status status =
        abl_import_mask(&mask, map, is_value, map->part[0] ? 1 : number, err);
    if (!status && mask)
        status = abl_import_field(out, mask, image, err);
    abl_volume_destroy(mask);
    return status;
}
