/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_option.h"

#include <string.h>

abl_status abl_profile_choose(char out[ABL_PROFILE_CHOICE_BYTES],
                              const abl_args *args, const char *profile,
                              abl_error *err)
{
    const char *modality = abl_args_text(args, "modality", NULL);
    if (modality && strcmp(modality, "mwa") != 0 &&
        strcmp(modality, "cryo") != 0 && strcmp(modality, "rfa") != 0)
        return abl_error_set(err, ABL_E_INVALID,
                             "--modality %s: there are mwa, cryo and rfa",
                             modality);
    const int length =
        snprintf(out, ABL_PROFILE_CHOICE_BYTES, "%s%s%s", profile,
                 modality ? "+" : "", modality ? modality : "");
    if (length < 0 || length >= ABL_PROFILE_CHOICE_BYTES)
        return abl_error_set(err, ABL_E_INVALID,
                             "the name of the profile is too long");
    return ABL_OK;
}
