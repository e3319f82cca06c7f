/* ablascreen teach: finished results as pages to learn from.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output_folder.h"
#include "eligibility/teach/case_id.h"
#include "eligibility/teach/teach.h"
#include "imaging/file_bytes.h"

#define MAX_SALT_BYTES ((size_t)4096)

static const abl_option options[] = {
    {"output", 'o', ABL_OPTION_TEXT, "DIR",
     "folder to make for the pages (required)", 0, 0},
    {"salt", 0, ABL_OPTION_TEXT, "FILE",
     "name cases by a hash keyed with this secret file of 16 bytes or more "
     "(default: by order)",
     0, 0},
    {"accept-burned-in", 0, ABL_OPTION_FLAG, NULL,
     "take images that may have text burned in: look at every picture", 0, 0},
};

static abl_status read_salt(char **salt, size_t *bytes, const char *path,
                            abl_error *err)
{
    if (!path)
        return ABL_OK;
    abl_status status = abl_file_read(salt, bytes, path, MAX_SALT_BYTES, err);
    if (!status && *bytes < ABL_TEACH_MIN_SALT_BYTES)
        status = abl_error_set(err, ABL_E_INVALID,
                               "%s: a salt of %zu bytes can be guessed; give "
                               "%d or more random ones",
                               path, *bytes, ABL_TEACH_MIN_SALT_BYTES);
    return status;
}

static void report_left_out(const abl_args *args,
                            const abl_teach_summary *summary)
{
    for (size_t n = 0; n < summary->left_out_count; n++)
        abl_complain(args, "left out: %s: %s", summary->left_out[n].name,
                     summary->left_out[n].reason);
}

static abl_status write_set(const abl_args *args, const char *output,
                            const abl_found_results *results,
                            const abl_teach_options *how, abl_error *err)
{
    abl_output_folder folder;
    abl_teach_summary summary = {0, 0, NULL};
    abl_status status = abl_output_folder_open(
        &folder, output, ABL_TEACH_MARKER, args->force, err);
    if (status)
        return status;
    status = abl_teach_write(&summary, folder.work_path, results, how, err);
    if (!status)
        status = abl_output_folder_commit(&folder, err);
    abl_output_folder_discard(&folder);
    abl_progress_done(args);
    if (!status) {
        report_left_out(args, &summary);
        if (!args->quiet)
            printf("%zu of %zu results taken\npages: %s/index.html\n",
                   summary.case_count, results->count, folder.final_path);
    }
    abl_teach_summary_clear(&summary);
    return status;
}

static abl_status make(const abl_args *args, const char *output, abl_error *err)
{
    abl_found_results results = {0, NULL};
    char *salt = NULL;
    size_t salt_bytes = 0;
    abl_status status =
        read_salt(&salt, &salt_bytes, abl_args_text(args, "salt", NULL), err);
    if (!status)
        status = abl_results_find(&results, args->positionals,
                                  args->positional_count, err);
    const abl_teach_options how = {salt, salt_bytes,
                                   abl_args_flag(args, "accept-burned-in"),
                                   abl_progress_for(args)};
    if (!status)
        status = write_set(args, output, &results, &how, err);
    abl_found_results_clear(&results);
    free(salt);
    return status;
}

static int run(const abl_args *args)
{
    abl_error err = {ABL_OK, ""};
    const char *output = abl_args_output(args, "where should the pages go?");
    if (!output)
        return ABL_EXIT_USAGE;
    const abl_status status = make(args, output, &err);
    return abl_exit_code(args, status, &err);
}

const abl_command abl_command_teach = {
    .name = "teach",
    .summary = "results as pages to learn from: answer first, then compare",
    .positionals = "RESULT...",
    .description =
        "Reads results that 'ablascreen run --teaching' made (or all below a\n"
        "folder) and writes a folder of pages that opens from disk: pictures\n"
        "without drawing, a ruler, questions rule by rule, then our answer\n"
        "with pictures, values, limits and sources. Answers stay in the\n"
        "browser. Pages are de-identified: no name, number, date, UID or free\n"
        "text of the source is written; text burned into the pixels cannot be\n"
        "seen by the program, so look at the pictures. Exit code: 0 done,\n"
        "1 no result could be used or nothing written, 2 wrong usage.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .min_positionals = 1,
    .max_positionals = ABL_MAX_POSITIONALS,
    .run = run,
};
