/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/import_field.h"
#include "segmentation/import_work.h"

static bool is_value(const abl_label_meaning *meaning, int value, int wanted)
{
    (void)meaning;
    return value == wanted;
}

abl_status abl_import_shape(abl_volume **out, const abl_import_map *map,
                            int value, const abl_grid *image, abl_error *err)
{
    abl_volume *mask = NULL;
    *out = NULL;
    abl_status status = abl_import_mask(&mask, map, is_value, value, err);
    if (!status && mask)
        status = abl_import_field(out, mask, image, err);
    abl_volume_destroy(mask);
    return status;
}
