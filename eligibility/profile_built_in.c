/* Which embedded text belongs to which name.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/embedded.h"

const char *abl_embedded_profile(size_t *bytes, const char *name)
{
    static const struct {
        const char *name;
        const unsigned char *text;
        const size_t *bytes;
    } texts[] = {
        {"net", abl_profile_net_json, &abl_profile_net_json_bytes},
        {"strict", abl_profile_strict_json, &abl_profile_strict_json_bytes},
        {"collision", abl_profile_collision_json,
         &abl_profile_collision_json_bytes},
        {"mwa", abl_overlay_mwa_json, &abl_overlay_mwa_json_bytes},
        {"cryo", abl_overlay_cryo_json, &abl_overlay_cryo_json_bytes},
        {"rfa", abl_overlay_rfa_json, &abl_overlay_rfa_json_bytes},
        {"navigated", abl_overlay_navigated_json,
         &abl_overlay_navigated_json_bytes},
    };
    *bytes = 0;
    for (size_t n = 0; n < sizeof texts / sizeof texts[0]; n++)
        if (strcmp(texts[n].name, name) == 0) {
            *bytes = *texts[n].bytes;
            return (const char *)texts[n].text;
        }
    return NULL;
}
