/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output_folder.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_entry(const char *path, const struct stat *info, int type,
                        struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static int remove_tree(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static abl_status join(char out[PATH_MAX], const char *first,
                       const char *middle, const char *second, abl_error *err)
{
    int length = snprintf(out, PATH_MAX, "%s%s%s", first, middle, second);
    if (length < 0 || length >= PATH_MAX)
        return abl_error_set(err, ABL_E_INVALID, "%s: the path is too long",
                             first);
    return ABL_OK;
}

static bool is_empty_folder(const char *path)
{
    DIR *stream = opendir(path);
    if (!stream)
        return false;
    size_t entries = 0;
    while (readdir(stream))
        entries++;
    closedir(stream);
    return entries <= 2;
}

static abl_status check_existing(const abl_output_folder *folder,
                                 abl_error *err)
{
    struct stat info;
    if (lstat(folder->final_path, &info) != 0)
        return ABL_OK;
    if (!S_ISDIR(info.st_mode))
        return abl_error_set(err, ABL_E_INVALID,
                             "%s exists and is not a folder; name another one",
                             folder->final_path);
    if (!folder->replace)
        return abl_error_set(err, ABL_E_INVALID,
                             "%s exists already; name another folder, or use "
                             "--force to replace it",
                             folder->final_path);
    char marker[PATH_MAX];
    abl_status status =
        join(marker, folder->final_path, "/", folder->marker, err);
    if (status)
        return status;
    if (access(marker, F_OK) != 0 && !is_empty_folder(folder->final_path))
        return abl_error_set(
            err, ABL_E_INVALID,
            "%s holds something else than a result of this program (no %s in "
            "it), so --force does not replace it; name another folder",
            folder->final_path, folder->marker);
    return ABL_OK;
}

/* Splits PATH into parent and last name, without trailing slashes. */
static abl_status split_path(char parent[PATH_MAX], char name[NAME_MAX],
                             abl_output_folder *folder, const char *path,
                             abl_error *err)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || length >= PATH_MAX - 64)
        return abl_error_set(err, ABL_E_INVALID,
                             "the output folder's name is empty or too long");
    memcpy(folder->final_path, path, length);
    folder->final_path[length] = '\0';
    char *slash = strrchr(folder->final_path, '/');
    const char *last = slash ? slash + 1 : folder->final_path;
    if (!*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0 ||
        strlen(last) >= NAME_MAX - 32)
        return abl_error_set(err, ABL_E_INVALID,
                             "'%s' cannot be an output folder; name a new one",
                             path);
    snprintf(name, NAME_MAX, "%s", last);
    if (!slash)
        snprintf(parent, PATH_MAX, ".");
    else if (slash == folder->final_path)
        snprintf(parent, PATH_MAX, "/");
    else
        snprintf(parent, PATH_MAX, "%.*s", (int)(slash - folder->final_path),
                 folder->final_path);
    return ABL_OK;
}

abl_status abl_output_folder_open(abl_output_folder *folder, const char *path,
                                  const char *marker, bool replace,
                                  abl_error *err)
{
    memset(folder, 0, sizeof *folder);
    folder->marker = marker;
    folder->replace = replace;
    char parent[PATH_MAX], name[NAME_MAX], template[NAME_MAX + 32];
    abl_status status = split_path(parent, name, folder, path, err);
    if (!status)
        status = check_existing(folder, err);
    if (status)
        return status;
    char work[PATH_MAX];
    snprintf(template, sizeof template, ".%s.partial-XXXXXX", name);
    status = join(work, parent, "/", template, err);
    if (status)
        return status;
    if (!mkdtemp(work) || chmod(work, 0755) != 0)
        return abl_error_set(err, ABL_E_IO,
                             "%s: a folder cannot be made in it: %s", parent,
                             strerror(errno));
    memcpy(folder->work_path, work, sizeof work);
    return ABL_OK;
}

abl_status abl_output_folder_path(char out[PATH_MAX],
                                  const abl_output_folder *folder,
                                  const char *name, abl_error *err)
{
    return join(out, folder->work_path, "/", name, err);
}

abl_status abl_output_folder_add(const abl_output_folder *folder,
                                 const char *name, abl_error *err)
{
    char path[PATH_MAX];
    abl_status status = abl_output_folder_path(path, folder, name, err);
    if (!status && mkdir(path, 0755) != 0)
        status = abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    return status;
}

/* The old result steps aside first and comes back when the new one cannot
 * take its place. */
static abl_status move_aside(const abl_output_folder *folder,
                             char aside[PATH_MAX], abl_error *err)
{
    aside[0] = '\0';
    struct stat info;
    if (!folder->replace || lstat(folder->final_path, &info) != 0)
        return ABL_OK;
    abl_status status = check_existing(folder, err);
    if (!status)
        status = join(aside, folder->work_path, ".old", "", err);
    if (!status && rename(folder->final_path, aside) != 0) {
        aside[0] = '\0';
        status = abl_error_set(err, ABL_E_IO, "%s: cannot be replaced: %s",
                               folder->final_path, strerror(errno));
    }
    return status;
}

abl_status abl_output_folder_commit(abl_output_folder *folder, abl_error *err)
{
    char aside[PATH_MAX];
    abl_status status = move_aside(folder, aside, err);
    if (!status && rename(folder->work_path, folder->final_path) != 0) {
        status = abl_error_set(err, ABL_E_IO, "%s: cannot be made: %s",
                               folder->final_path, strerror(errno));
        if (aside[0] && rename(aside, folder->final_path) != 0)
            abl_error_prefix(err, "the old result is now in %s", aside);
        aside[0] = '\0';
    }
    if (status) {
        abl_output_folder_discard(folder);
        return status;
    }
    folder->work_path[0] = '\0';
    if (aside[0])
        remove_tree(aside);
    return ABL_OK;
}

void abl_output_folder_discard(abl_output_folder *folder)
{
    if (!folder->work_path[0])
        return;
    remove_tree(folder->work_path);
    folder->work_path[0] = '\0';
}
