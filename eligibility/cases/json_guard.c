/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/cases/json_guard.h"

const char *abl_json_exceeds(const char *text, size_t bytes,
                             const abl_json_bounds *bounds)
{
    size_t depth = 0, values = 1;
    bool in_text = false;
    for (size_t n = 0; n < bytes; n++) {
        const char at = text[n];
        if (in_text) {
            if (at == '\\')
                n++;
            else if (at == '"')
                in_text = false;
            continue;
        }
        if (at == '"')
            in_text = true;
        else if (at == '[' || at == '{')
            depth++;
        else if ((at == ']' || at == '}') && depth > 0)
            depth--;
        values += at == '[' || at == '{' || at == ',';
        if (depth > bounds->max_depth)
            return "it is nested too deeply";
        if (values > bounds->max_values)
            return "it holds too many values";
    }
    return NULL;
}
