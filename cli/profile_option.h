/* --profile and --modality, which several verbs take.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_CLI_PROFILE_OPTION_H
#define ABL_CLI_PROFILE_OPTION_H

#include "cli/command.h"

#define ABL_PROFILE_CHOICE_BYTES 4096

#define ABL_PROFILE_HELP \
    "limits: net, strict, collision or FILE, with +OVERLAY (default: net)"
#define ABL_MODALITY_OPTION                                                \
    {                                                                      \
        "modality", 0, ABL_OPTION_TEXT, "NAME",                            \
            "mwa, cryo or rfa: the same as +NAME behind the profile", 0, 0 \
    }

/**
 * "net+rfa" from a profile and the option --modality.
 * @param profile  as given, e.g. "net" or "mine.json+navigated"
 * @retval ABL_E_INVALID  no such modality, or too long
 */
abl_status abl_profile_choose(char out[ABL_PROFILE_CHOICE_BYTES],
                              const abl_args *args, const char *profile,
                              abl_error *err) ABL_MUST_CHECK;

#endif
