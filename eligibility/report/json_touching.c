/* Lesions that touch, in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/json_out.h"

json_t *abl_out_touching(abl_json_out *out, const abl_touching *touching)
{
    if (touching->count < 2)
        return json_null();
    json_t *object = json_object(), *array = json_array();
    for (size_t n = 0; n < ABL_LESION_BULGES; n++)
        abl_out_append(out, array,
                       abl_out_value(out, &touching->longest_mm[n], "mm", 1));
    abl_out_set(out, object, "count", abl_out_count(touching->count));
    abl_out_set(out, object, "longest_diameters", array);
    return object;
}
