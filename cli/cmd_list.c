/* ablascreen list: every series found, and why each is used or not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "cli/command.h"

static const abl_option options[] = {
    {"json", 0, ABL_OPTION_FLAG, NULL, "print JSON instead of a table", 0, 0},
};

static void format_size(char *text, size_t size, const abl_series_info *info)
{
    if (info->size[0] == 0)
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%zux%zux%zu", info->size[0], info->size[1],
                 info->size[2]);
}

static void format_spacing(char *text, size_t size, const abl_series_info *info)
{
    if (!(info->spacing_mm[2] > 0))
        snprintf(text, size, "-");
    else
        snprintf(text, size, "%.3fx%.3fx%.2f", info->spacing_mm[0],
                 info->spacing_mm[1], info->spacing_mm[2]);
}

/* Characters, not bytes: descriptions are UTF-8. */
static void print_padded(const char *text, int width)
{
    int shown = 0;
    for (; *text && shown < width; text++) {
        if (((unsigned char)*text & 0xc0) != 0x80)
            shown++;
        putchar(*text);
    }
    for (; ((unsigned char)*text & 0xc0) == 0x80; text++)
        putchar(*text);
    for (; shown < width + 2; shown++)
        putchar(' ');
}

static void print_row(size_t index, const abl_series_info *info, bool chosen)
{
    char size[48], spacing[48], number[16];
    format_size(size, sizeof size, info);
    format_spacing(spacing, sizeof spacing, info);
    snprintf(number, sizeof number, "#%zu", index + 1);
    print_padded(number, 4);
    print_padded(chosen ? "run" : info->usable ? "yes" : "no", 4);
    print_padded(info->modality_text[0] ? info->modality_text : "-", 8);
    print_padded(info->description[0] ? info->description : "-", 28);
    print_padded(size, 14);
    print_padded(spacing, 17);
    printf("%s\n", abl_phase_name(info->phase_hint));
    if (info->reason[0])
        printf("      not used: %s\n", info->reason);
    if (info->notes[0])
        printf("      note: %s\n", info->notes);
}

static void print_table(const abl_study *study, size_t chosen)
{
    static const char *const heads[] = {"#",           "used", "modality",
                                        "description", "size", "spacing [mm]"};
    static const int widths[] = {4, 4, 8, 28, 14, 17};
    for (size_t n = 0; n < sizeof widths / sizeof widths[0]; n++)
        print_padded(heads[n], widths[n]);
    printf("phase by text\n");
    const size_t count = abl_study_series_count(study);
    for (size_t n = 0; n < count; n++)
        print_row(n, abl_study_series(study, n), n == chosen);
    if (chosen < count)
        printf("\n'ablascreen run' would analyse #%zu; --series #N picks "
               "another one.\n",
               chosen + 1);
    else
        printf("\nNo series can be analysed.\n");
    if (abl_study_skipped_count(study) > 0)
        printf("%zu other file%s skipped; first %s\n",
               abl_study_skipped_count(study),
               abl_study_skipped_count(study) == 1 ? " was" : "s were",
               abl_study_skipped_reason(study));
}

static json_t *number_or_null(int value)
{
    return value < 0 ? json_null() : json_integer(value);
}

static json_t *series_to_json(size_t index, const abl_series_info *info,
                              bool chosen)
{
    json_t *size = json_pack("[i,i,i]", (int)info->size[0], (int)info->size[1],
                             (int)info->size[2]);
    json_t *spacing = json_pack("[f,f,f]", info->spacing_mm[0],
                                info->spacing_mm[1], info->spacing_mm[2]);
    return json_pack(
        "{s:i, s:b, s:b, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:o, s:o, s:f,"
        " s:s, s:s, s:s, s:s, s:s, s:s}",
        "index", (int)index + 1, "usable", info->usable, "chosen", chosen,
        "modality", info->modality_text, "description", info->description,
        "study_uid", info->study_uid, "series_uid", info->series_uid,
        "series_number", number_or_null(info->series_number),
        "acquisition_number", number_or_null(info->acquisition_number), "files",
        (int)info->files, "size", size, "spacing_mm", spacing,
        "slice_thickness_mm", info->slice_thickness_mm, "kernel", info->kernel,
        "transfer_syntax", info->transfer_syntax, "phase_hint",
        abl_phase_name(info->phase_hint), "phase_hint_source",
        info->phase_hint_source, "reason", info->reason, "notes", info->notes);
}

static abl_status print_json(const abl_study *study, size_t chosen,
                             abl_error *err)
{
    const size_t count = abl_study_series_count(study);
    json_t *list = json_array();
    for (size_t n = 0; n < count; n++)
        json_array_append_new(
            list, series_to_json(n, abl_study_series(study, n), n == chosen));
    json_t *root = json_pack(
        "{s:o, s:o, s:i, s:s}", "series", list, "chosen",
        chosen < count ? json_integer((json_int_t)chosen + 1) : json_null(),
        "skipped_files", (int)abl_study_skipped_count(study), "skipped_reason",
        abl_study_skipped_reason(study));
    const bool good =
        root &&
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) == 0;
    json_decref(root);
    if (!good)
        return abl_error_set(err, ABL_E_INTERNAL, "the list is no valid JSON");
    putchar('\n');
    return ABL_OK;
}

static int run(const abl_args *args)
{
    abl_error err = {ABL_OK, ""};
    abl_study *study = NULL;
    const abl_progress progress = abl_progress_for(args);
    abl_status status =
        abl_study_scan(&study, args->positionals[0], &progress, &err);
    abl_progress_done(args);
    if (!status) {
        size_t chosen = 0;
        if (abl_study_choose(&chosen, study, NULL, NULL))
            chosen = abl_study_series_count(study);
        if (abl_args_flag(args, "json"))
            status = print_json(study, chosen, &err);
        else
            print_table(study, chosen);
    }
    abl_study_destroy(study);
    if (status)
        abl_complain(args, "%s", err.message);
    return status ? ABL_EXIT_FAILED : ABL_EXIT_DONE;
}

const abl_command abl_command_list = {
    .name = "list",
    .summary = "every series found, and why each is used or not",
    .positionals = "INPUT",
    .description =
        "Scans a file or folder (with its subfolders) for DICOM and NIfTI and\n"
        "prints every series with its size, spacing and phase, whether it can\n"
        "be analysed and, if not, why. 'run' marks the one that 'ablascreen\n"
        "run' would take. No patient data are printed. Exit code: 0 done,\n"
        "1 nothing readable, 2 wrong usage.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .min_positionals = 1,
    .max_positionals = 1,
    .run = run,
};
