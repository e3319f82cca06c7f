/* ablascreen run: one study to verdict, pictures and report.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "cli/dicom_output.h"
#include "cli/output_folder.h"
#include "cli/pipeline.h"
#include "cli/profile_option.h"
#include "eligibility/teach/clean_pictures.h"

static const abl_option options[] = {
    {"output", 'o', ABL_OPTION_TEXT, "DIR",
     "folder to make for the results (required)", 0, 0},
    {"series", 0, ABL_OPTION_TEXT, "UID|N",
     "series to analyse: UID, its start, or number (default: the best)", 0, 0},
    {"profile", 0, ABL_OPTION_TEXT, "PROFILE", ABL_PROFILE_HELP, 0, 0},
    ABL_MODALITY_OPTION,
    {"context", 0, ABL_OPTION_TEXT, "FILE",
     "JSON with facts that no image shows, such as coagulation", 0, 0},
    {"labels", 0, ABL_OPTION_LIST, "FILE",
     "outlines to use instead of those found: a NIfTI or NRRD label map, a "
     "DICOM SEG or RTSTRUCT; may be repeated",
     0, 0},
    {"label-names", 0, ABL_OPTION_LIST, "FILE|NAME",
     "what its values or segment numbers are: JSON {\"1\": \"liver\"}, "
     "totalsegmentator, or ablascreen (default; a file with names of its own "
     "needs none); one for all or one for each",
     0, 0},
    {"override", 0, ABL_OPTION_TEXT, "FILE",
     "a reader's JSON: lesions confirmed, rejected, edited or added; both "
     "results are reported",
     0, 0},
    {"models", 0, ABL_OPTION_TEXT, "DIR",
     "folder with the networks (default: as built or installed)", 0, 0},
    {"dicom", 0, ABL_OPTION_TEXT, "LIST",
     "DICOM objects to write: seg, sr, sc, pdf, all or none (default: all)", 0,
     0},
    {"teaching", 0, ABL_OPTION_FLAG, NULL,
     "also write undecorated pictures, for 'ablascreen teach'", 0, 0},
    {"timings", 0, ABL_OPTION_FLAG, NULL,
     "print seconds per stage and peak memory", 0, 0},
};

static void print_timings(const abl_pipeline *pipeline, double total_s)
{
    static const char *const names[ABL_STAGE_COUNT] = {
        "read", "organs", "lesions", "vessels", "body", "measure", "write"};
    printf("\ntime by stage [s]\n");
    for (int n = 0; n < ABL_STAGE_COUNT; n++)
        printf("  %-8s %6.2f\n", names[n], pipeline->seconds[n]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("  %-8s %6.2f   peak memory %.2f GB\n", "total", total_s,
           (double)usage.ru_maxrss / 1e6);
}

static abl_status write_teaching(const abl_pipeline *pipeline,
                                 const abl_output_folder *folder,
                                 const abl_progress *progress, abl_error *err)
{
    abl_status status = abl_output_folder_add(folder, "teaching", err);
    if (!status)
        status = abl_output_folder_add(folder, "teaching/overlays", err);
    if (!status)
        status = abl_drawn_pictures_write(folder->work_path, &pipeline->report,
                                          progress, err);
    if (!status)
        status = abl_clean_pictures_write(folder->work_path, &pipeline->report,
                                          progress, err);
    return status;
}

static abl_status write_result(abl_pipeline *pipeline,
                               abl_output_folder *folder,
                               abl_dicom_choice dicom, bool teaching,
                               const abl_progress *progress, abl_error *err)
{
    abl_status status = abl_output_folder_add(folder, "overlays", err);
    if (!status)
        status = abl_output_folder_add(folder, "masks", err);
    if (!status)
        status = abl_output_folder_add(folder, "dicom", err);
    if (!status)
        status = abl_pipeline_write(pipeline, folder->work_path, dicom,
                                    progress, err);
    if (!status && teaching)
        status = write_teaching(pipeline, folder, progress, err);
    if (!status)
        status = abl_progress_step(progress, "done", 1, err);
    if (!status)
        status = abl_output_folder_commit(folder, err);
    return status;
}

static abl_status run_study(const abl_args *args, const char *output,
                            const char *models, abl_error *err)
{
    const double start = abl_pipeline_clock_s();
    char profile[ABL_PROFILE_CHOICE_BYTES];
    abl_pipeline pipeline;
    abl_output_folder folder;
    abl_dicom_choice dicom;
    abl_status status = abl_dicom_choice_parse(
        &dicom, abl_args_text(args, "dicom", "all"), err);
    if (!status)
        status = abl_profile_choose(profile, args,
                                    abl_args_text(args, "profile", "net"), err);
    if (status)
        return status;
    abl_pipeline_options how = {.input = args->positionals[0],
                                .series = abl_args_text(args, "series", NULL),
                                .model_dir = models,
                                .override =
                                    abl_args_text(args, "override", NULL),
                                .profile = profile,
                                .context = abl_args_text(args, "context", NULL),
                                .progress = abl_progress_for(args)};
    how.label_count = abl_args_list(args, "labels", &how.labels);
    how.label_name_count = abl_args_list(args, "label-names", &how.label_names);
    status = abl_output_folder_open(&folder, output, "report.json", args->force,
                                    err);
    if (status)
        return status;
    status = abl_pipeline_run(&pipeline, &how, err);
    if (!status)
        status =
            write_result(&pipeline, &folder, dicom,
                         abl_args_flag(args, "teaching"), &how.progress, err);
    abl_output_folder_discard(&folder);
    abl_progress_done(args);
    if (!status && !args->quiet)
        status = abl_report_print_summary(stdout, &pipeline.report, err);
    if (!status && !args->quiet)
        printf("\nreport: %s/report.html\n", folder.final_path);
    if (!status && abl_args_flag(args, "timings"))
        print_timings(&pipeline, abl_pipeline_clock_s() - start);
    abl_pipeline_clear(&pipeline);
    return status;
}

static int run(const abl_args *args)
{
    abl_error err = {ABL_OK, ""};
    const char *output = abl_args_output(args, "where should the result go?");
    if (!output)
        return ABL_EXIT_USAGE;
    const char *const *texts = NULL;
    const size_t names = abl_args_list(args, "label-names", &texts);
    if (names > 1 && names != abl_args_list(args, "labels", &texts)) {
        abl_complain(args, "--label-names must be given once, or once for "
                           "each --labels");
        return ABL_EXIT_USAGE;
    }
    if (names && !abl_args_list(args, "labels", &texts)) {
        abl_complain(args, "--label-names needs --labels FILE");
        return ABL_EXIT_USAGE;
    }
    const char *models = abl_model_dir(abl_args_text(args, "models", NULL));
    if (!models) {
        abl_complain(args, "organ_ct.safetensors was not found; name its "
                           "folder with --models DIR");
        return ABL_EXIT_USAGE;
    }
    const abl_status status = run_study(args, output, models, &err);
    return abl_exit_code(args, status, &err);
}

const abl_command abl_command_run = {
    .name = "run",
    .summary = "one study to verdict, pictures and report",
    .positionals = "INPUT",
    .description =
        "Reads a liver CT (a DICOM folder or file, or NIfTI), finds the\n"
        "liver, its lesions and neighbours, measures them, plans access and\n"
        "applies the limits of thermal ablation. DIR will hold report.html,\n"
        "report.json, overlays/*.png and masks/labels.nii.gz. A run leaves a\n"
        "whole result or none. Exit code: 0 done (whatever the verdict),\n"
        "1 could not be analysed, 2 wrong usage.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .min_positionals = 1,
    .max_positionals = 1,
    .run = run,
};
