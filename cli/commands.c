/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

extern const abl_command abl_command_list;
extern const abl_command abl_command_phantom;
extern const abl_command abl_command_rules;
extern const abl_command abl_command_run;
extern const abl_command abl_command_teach;
extern const abl_command abl_command_worklist;

const abl_command *const abl_commands[] = {
    &abl_command_run,
    &abl_command_list,
    &abl_command_worklist,
    &abl_command_teach,
    &abl_command_phantom,
    &abl_command_rules,
    NULL,
};
