/* ablascreen worklist: many results as one table.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output_folder.h"
#include "eligibility/cases/worklist.h"

static const abl_option options[] = {
    {"output", 'o', ABL_OPTION_TEXT, "DIR",
     "folder to make for the tables (required)", 0, 0},
};

/* Absolute path that the table's folder will have; its parent exists. */
static abl_status future_path(char out[PATH_MAX], const char *work_path,
                              const char *final_path, abl_error *err)
{
    char work[PATH_MAX];
    if (!realpath(work_path, work))
        return abl_error_set(err, ABL_E_IO, "%s: cannot be found again",
                             work_path);
    const char *last = strrchr(final_path, '/');
    last = last ? last + 1 : final_path;
    *strrchr(work, '/') = '\0';
    const int length = snprintf(out, PATH_MAX, "%s/%s", work, last);
    if (length < 0 || length >= PATH_MAX)
        return abl_error_set(err, ABL_E_INVALID, "%s: the path is too long",
                             final_path);
    return ABL_OK;
}

static abl_status write_tables(abl_output_folder *folder,
                               const abl_worklist *list, abl_error *err)
{
    char path[PATH_MAX];
    abl_status status =
        abl_output_folder_path(path, folder, "worklist.csv", err);
    if (!status)
        status = abl_worklist_write_csv(path, list, err);
    if (!status)
        status = abl_output_folder_path(path, folder, "worklist.html", err);
    if (!status)
        status = abl_worklist_write_html(path, list, err);
    if (!status)
        status = abl_output_folder_commit(folder, err);
    return status;
}

static abl_status check_any(const abl_worklist *list, abl_error *err)
{
    if (list->read_count)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT, "no result could be read; %s: %s",
                         list->rows[0].name, list->rows[0].message);
}

static abl_status make(const abl_args *args, const char *output, abl_error *err)
{
    abl_output_folder folder;
    abl_found_results results = {0, NULL};
    abl_worklist list = {0};
    char table[PATH_MAX];
    abl_status status = abl_output_folder_open(&folder, output, "worklist.csv",
                                               args->force, err);
    if (status)
        return status;
    status = future_path(table, folder.work_path, folder.final_path, err);
    if (!status)
        status = abl_results_find(&results, args->positionals,
                                  args->positional_count, err);
    if (!status)
        status = abl_worklist_build(&list, &results, table, err);
    if (!status)
        status = check_any(&list, err);
    if (!status)
        status = write_tables(&folder, &list, err);
    abl_output_folder_discard(&folder);
    if (!status && !args->quiet)
        printf("%zu of %zu folders read, %zu rows\nworklist: "
               "%s/worklist.html\n",
               list.read_count, list.folder_count, list.row_count,
               folder.final_path);
    abl_worklist_clear(&list);
    abl_found_results_clear(&results);
    return status;
}

static int run(const abl_args *args)
{
    abl_error err = {ABL_OK, ""};
    const char *output = abl_args_output(args, "where should the tables go?");
    if (!output)
        return ABL_EXIT_USAGE;
    const abl_status status = make(args, output, &err);
    return abl_exit_code(args, status, &err);
}

const abl_command abl_command_worklist = {
    .name = "worklist",
    .summary = "many results as one table, the nearest to a limit first",
    .positionals = "RESULT...",
    .description =
        "Reads the report.json of each result folder (or of all below a\n"
        "folder) and writes worklist.csv and worklist.html: one row for each\n"
        "patient and each lesion, borderline ones first, then by how near a\n"
        "measured value is to its limit: |value - limit| over the larger of\n"
        "half of the borderline band and the measurement's 95 % half-width.\n"
        "Folders without a readable report are rows that say so. Names and\n"
        "links are as on disk: the tables are not de-identified. Exit code:\n"
        "0 done, 1 no result could be read or nothing written, 2 wrong usage.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .min_positionals = 1,
    .max_positionals = ABL_MAX_POSITIONALS,
    .run = run,
};
