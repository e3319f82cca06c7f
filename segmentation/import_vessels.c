/* Vessels, hilum and segments in the liver that was imported.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "segmentation/hilum.h"
#include "segmentation/import_work.h"
#include "segmentation/vessels.h"

/* What the vessels, the hilum or the segments are found from. */
static bool decides_vessels(const abl_label_meaning *meaning)
{
    if (meaning->kind >= ABL_LABEL_LESION)
        return true;
    return meaning->kind == ABL_LABEL_STRUCTURE &&
           (meaning->id == ABL_LIVER || meaning->id == ABL_GALLBLADDER ||
            meaning->id == ABL_INFERIOR_VENA_CAVA ||
            meaning->id == ABL_PORTAL_AND_SPLENIC_VEIN ||
            abl_structure_is_in_liver(meaning->id));
}

static bool any_decides(const abl_importer *in)
{
    for (size_t m = 0; m < in->count; m++)
        for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++)
            if (in->maps[m].counts[value] &&
                decides_vessels(&in->maps[m].names.of[value]))
                return true;
    return false;
}

static void forget(abl_structures *structures)
{
    for (int id = ABL_HEPATIC_VEINS; id <= ABL_HILUM; id++) {
        abl_volume_destroy(structures->items[id].field);
        structures->items[id] = (abl_structure){.found = ABL_NOT_LOOKED_FOR};
    }
    abl_vessels_destroy(structures->vessels);
    structures->vessels = NULL;
    if (structures->hilum)
        abl_hilum_clear(structures->hilum);
    free(structures->hilum);
    structures->hilum = NULL;
    free(structures->couinaud);
    structures->couinaud = NULL;
}

static void warn_of_vessels(const abl_importer *in)
{
    for (size_t m = 0; m < in->count; m++) {
        size_t voxels = 0;
        for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++) {
            const abl_label_meaning *meaning = &in->maps[m].names.of[value];
            if (meaning->kind == ABL_LABEL_STRUCTURE &&
                abl_structure_is_in_liver(meaning->id))
                voxels += in->maps[m].counts[value];
        }
        if (voxels)
            abl_structures_warn(
                in->structures, "labels-vessels",
                "The liver vessels outlined in %s count as liver; trees and "
                "calibres were followed in the images, inside that liver.",
                in->maps[m].file);
    }
}

abl_status abl_import_vessels(abl_importer *in, const abl_progress *progress,
                              abl_error *err)
{
    abl_structures *structures = in->structures;
    warn_of_vessels(in);
    if (in->from_nothing || (structures->vessels && !any_decides(in)))
        return ABL_OK;
    forget(structures);
    abl_status status = abl_vessels_find(structures, in->image, progress, err);
    if (!status)
        status = abl_hilum_find(structures, err);
    return status ? status : abl_couinaud_find(structures, err);
}
