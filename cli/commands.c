/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

const abl_command *const abl_commands[] = {
    NULL,
};
