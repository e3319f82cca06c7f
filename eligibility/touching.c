/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/touching.h"

#include <math.h>
#include <string.h>

#include "eligibility/diameter.h"

static abl_status measure_longest(abl_value *out, const abl_volume *field,
                                  double edge_sd_mm, abl_error *err)
{
    abl_shape shape = {.field = NULL};
    abl_axial_diameters axial;
    abl_segment all;
    abl_status status = abl_shape_create(&shape, field, edge_sd_mm, err);
    if (!status)
        status = abl_diameters_axial(&axial, &shape, err);
    if (!status) {
        abl_diameter_3d(&all, &shape);
        *out =
            axial.longest.mm.value > all.mm.value ? axial.longest.mm : all.mm;
    }
    abl_shape_clear(&shape);
    return status;
}

abl_status abl_touching_measure(abl_touching *out, const abl_lesion *lesion,
                                abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (!lesion->origin || strcmp(lesion->origin, "lesion_ct") != 0)
        return ABL_OK;
    abl_lesion_bulges bulges;
    abl_status status = abl_lesion_bulges_find(&bulges, lesion->field, err);
    for (size_t n = 0; n < ABL_LESION_BULGES && bulges.count > 1 && !status;
         n++)
        status = measure_longest(&out->longest_mm[n], bulges.fields[n],
                                 lesion->edge_sd_mm, err);
    if (!status)
        out->count = bulges.count;
    abl_lesion_bulges_clear(&bulges);
    return status == ABL_E_UNSUPPORTED ? ABL_OK : status;
}
