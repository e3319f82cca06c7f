/* A result folder appears whole or not at all.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_CLI_OUTPUT_FOLDER_H
#define ABL_CLI_OUTPUT_FOLDER_H

#include <limits.h>

#include "imaging/status.h"

/** A temporary folder beside the one that was asked for. */
typedef struct abl_output_folder {
    char final_path[PATH_MAX]; /**< where the result will be */
    char work_path[PATH_MAX];  /**< write here until the commit */
    const char *marker;        /**< file that says the folder is ours */
    bool replace;
} abl_output_folder;

/**
 * Creates the working folder ".NAME.partial-XXXXXX" in the parent of @p path,
 * so that the final rename stays on one file system.
 *
 * @param path    the folder to make; its parent must exist
 * @param marker  file name that every result of this kind holds
 *                ("report.json"), static storage
 * @param replace an existing folder may be replaced, but only when it is
 *                empty or holds the marker: never a folder of something else
 * @retval ABL_E_INVALID exists and may not be replaced
 * @retval ABL_E_IO      cannot be created; the text says why
 */
abl_status abl_output_folder_open(abl_output_folder *folder, const char *path,
                                  const char *marker, bool replace,
                                  abl_error *err) ABL_MUST_CHECK;

/** Makes a sub-folder of the working folder. */
abl_status abl_output_folder_add(const abl_output_folder *folder,
                                 const char *name,
                                 abl_error *err) ABL_MUST_CHECK;

/** @p name inside the working folder. @retval ABL_E_INVALID too long */
abl_status abl_output_folder_path(char out[PATH_MAX],
                                  const abl_output_folder *folder,
                                  const char *name,
                                  abl_error *err) ABL_MUST_CHECK;

/** Renames the working folder to its final name. On failure the working
 * folder is removed and an old result is left as it was. */
abl_status abl_output_folder_commit(abl_output_folder *folder,
                                    abl_error *err) ABL_MUST_CHECK;

/** Removes the working folder and all in it. Safe after a commit. */
void abl_output_folder_discard(abl_output_folder *folder);

#endif
