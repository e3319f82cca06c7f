/* What people gave beside the images, in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/json_out.h"

json_t *abl_out_input_files(abl_json_out *out, const abl_report *report)
{
    json_t *array = json_array();
    for (size_t n = 0; n < report->input_count; n++) {
        const abl_input_file *input = &report->inputs[n];
        json_t *object = json_object();
        abl_out_set(out, object, "role", abl_out_text(input->role));
        abl_out_set(out, object, "file", abl_out_text(input->file));
        abl_out_set(out, object, "sha256", abl_out_text_or_null(input->sha256));
        abl_out_append(out, array, object);
    }
    return array;
}
