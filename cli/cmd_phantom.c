/* ablascreen phantom: a computed CT study with known answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output_folder.h"
#include "imaging/dicom_write.h"
#include "imaging/nifti.h"
#include "imaging/phantom.h"
#include "imaging/sha256.h"

static const abl_option options[] = {
    {"output", 'o', ABL_OPTION_TEXT, "DIR",
     "folder to make for the study (required)", 0, 0},
    {"seed", 0, ABL_OPTION_INTEGER, "N",
     "seed of noise and texture (default: 1)", 0, 1e9},
    {"random", 0, ABL_OPTION_INTEGER, "N",
     "no RECIPE: one drawn by this number", 0, 1e9},
    {"save-recipe", 0, ABL_OPTION_TEXT, "FILE",
     "also write the recipe drawn by --random", 0, 0},
};

/* Study, series and frame of reference follow from the voxels. */
static abl_dicom_write_info describe_series(const abl_phantom *phantom,
                                            const abl_volume *image)
{
    abl_dicom_write_info info = abl_dicom_write_defaults();
    char digest[65], text[96];
    abl_sha256_hex(digest, image->data, abl_grid_voxels(&image->grid) * 2);
    char *const uids[] = {info.study_uid, info.series_uid,
                          info.frame_of_reference_uid};
    static const char *const names[] = {"study", "series", "frame"};
    for (int n = 0; n < 3; n++) {
        snprintf(text, sizeof text, "%s/%s", digest, names[n]);
        abl_dicom_uid(uids[n], text);
    }
    snprintf(info.series_description, sizeof info.series_description, "%s",
             abl_phantom_series_description(phantom));
    if (!abl_phantom_is_enhanced(phantom))
        info.contrast_agent[0] = '\0';
    if (abl_phantom_is_mr(phantom))
        memcpy(info.mr_weighting,
               abl_phantom_get_look(phantom) == ABL_LOOK_T1 ? "T1" : "T2", 3);
    info.slice_thickness_mm = abl_phantom_slice_thickness_mm(phantom);
    return info;
}

static abl_status write_dicom(const abl_output_folder *folder,
                              const abl_phantom *phantom,
                              const abl_volume *image, abl_error *err)
{
    char path[PATH_MAX];
    abl_status status = abl_output_folder_add(folder, "dicom", err);
    if (!status)
        status = abl_output_folder_path(path, folder, "dicom", err);
    if (status)
        return status;
    size_t slices = image->grid.size[2];
    double *positions_lps = abl_alloc(3 * slices, sizeof *positions_lps, err);
    if (!positions_lps)
        return ABL_E_NOMEM;
    for (size_t k = 0; k < slices; k++)
        abl_phantom_slice_start_lps(positions_lps + 3 * k, phantom, k);
    abl_dicom_write_info info = describe_series(phantom, image);
    info.positions_lps = positions_lps;
    status = abl_dicom_series_write(path, image, &info, err);
    free(positions_lps);
    return status;
}

/* Labels of a tilted scan are on the grid it has once put upright. */
static abl_status make_labels(abl_volume **labels, const abl_phantom *phantom,
                              uint64_t seed, const abl_progress *progress,
                              abl_error *err)
{
    abl_grid grid;
    abl_status status = abl_phantom_upright_grid(&grid, phantom, err);
    return status ? status
                  : abl_phantom_render(NULL, labels, phantom, &grid, seed,
                                       progress, err);
}

static abl_status write_study(const abl_output_folder *folder,
                              const abl_phantom *phantom, uint64_t seed,
                              const abl_progress *progress, abl_error *err)
{
    char path[PATH_MAX];
    abl_volume *image = NULL, *labels = NULL;
    bool is_tilted = abl_phantom_tilt_deg(phantom) != 0;
    abl_status status = abl_phantom_render(&image, is_tilted ? NULL : &labels,
                                           phantom, NULL, seed, progress, err);
    if (!status && is_tilted)
        status = make_labels(&labels, phantom, seed, progress, err);
    if (!status)
        status = abl_progress_step(progress, "writing", 0.9, err);
    if (!status)
        status = write_dicom(folder, phantom, image, err);
    if (!status)
        status =
            abl_output_folder_path(path, folder, "truth_labels.nii.gz", err);
    if (!status)
        status = abl_nifti_write(path, labels, err);
    if (!status)
        status = abl_output_folder_path(path, folder, "truth.json", err);
    if (!status)
        status = abl_phantom_write_truth(path, phantom, seed, err);
    if (!status)
        status = abl_progress_step(progress, "done", 1, err);
    abl_volume_destroy(image);
    abl_volume_destroy(labels);
    return status;
}

static abl_status save_text(const char *path, const char *text, abl_error *err)
{
    FILE *file = fopen(path, "w");
    bool good = file && fputs(text, file) >= 0 && fputc('\n', file) != EOF;
    int problem = errno;
    if (file && fclose(file) != 0) {
        good = false;
        problem = errno;
    }
    return good ? ABL_OK
                : abl_error_set(err, ABL_E_IO, "%s: %s", path,
                                strerror(problem));
}

static abl_status draw_phantom(abl_phantom **out, const abl_args *args,
                               abl_error *err)
{
    char *text = NULL;
    *out = NULL;
    const char *path = abl_args_text(args, "save-recipe", NULL);
    abl_status status = abl_phantom_random_recipe(
        &text, (uint64_t)abl_args_number(args, "random", 0), err);
    if (!status && path)
        status = save_text(path, text, err);
    if (!status)
        status =
            abl_phantom_parse(out, text, strlen(text), "drawn recipe", err);
    free(text);
    return status;
}

static abl_status load_phantom(abl_phantom **out, const abl_args *args,
                               abl_error *err)
{
    if (abl_args_number(args, "random", -1) >= 0)
        return draw_phantom(out, args, err);
    return abl_phantom_load(
        out, args->positional_count > 0 ? args->positionals[0] : NULL, err);
}

static abl_status make_phantom(const abl_args *args, const char *output,
                               abl_error *err)
{
    const abl_progress progress = abl_progress_for(args);
    abl_phantom *phantom = NULL;
    abl_output_folder folder = {.work_path = ""};
    abl_status status = load_phantom(&phantom, args, err);
    if (!status)
        status = abl_output_folder_open(&folder, output, "truth.json",
                                        args->force, err);
    if (!status)
        status = write_study(&folder, phantom,
                             (uint64_t)abl_args_number(args, "seed", 1),
                             &progress, err);
    if (!status)
        status = abl_output_folder_commit(&folder, err);
    abl_output_folder_discard(&folder);
    abl_progress_done(args);
    if (!status && !args->quiet)
        printf("%s: %zu slices in %s/dicom, %zu lesions in truth.json\n",
               abl_phantom_name(phantom), abl_phantom_grid(phantom)->size[2],
               folder.final_path, abl_phantom_lesion_count(phantom));
    abl_phantom_destroy(phantom);
    return status;
}

static int run(const abl_args *args)
{
    abl_error err = {ABL_OK, ""};
    const char *output = abl_args_output(args, "where should the study go?");
    if (!output)
        return ABL_EXIT_USAGE;
    bool is_drawn = abl_args_number(args, "random", -1) >= 0;
    if (is_drawn && args->positional_count > 0) {
        abl_complain(args, "--random draws its own recipe; leave out RECIPE");
        return ABL_EXIT_USAGE;
    }
    if (!is_drawn && abl_args_text(args, "save-recipe", NULL)) {
        abl_complain(args, "--save-recipe goes with --random");
        return ABL_EXIT_USAGE;
    }
    const abl_status status = make_phantom(args, output, &err);
    return abl_exit_code(args, status, &err);
}

const abl_command abl_command_phantom = {
    .name = "phantom",
    .summary = "a computed CT study with exactly known answers",
    .positionals = "[RECIPE]",
    .description =
        "Writes a DICOM CT series of a computed abdomen, the labels it was\n"
        "made from and the sizes and distances that are known exactly.\n"
        "RECIPE is a JSON file (testdata/recipes/README.md lists its keys);\n"
        "without one the built-in demo is used: a portal venous scan with\n"
        "lesions in the liver; --random draws body, scan and lesions. DIR will hold dicom/*.dcm,\n"
        "truth_labels.nii.gz and truth.json. Same recipe and seed, same\n"
        "bytes. Exit code: 0 done, 1 bad recipe or not written, 2 wrong\n"
        "usage.",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .min_positionals = 0,
    .max_positionals = 1,
    .run = run,
};
