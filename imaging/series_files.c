/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "imaging/series_private.h"

const char *abl_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t a = strlen(text), b = strlen(end);
    return a >= b && strcasecmp(text + a - b, end) == 0;
}

bool abl_path_is_nifti(const char *path)
{
    return ends_with(path, ".nii") || ends_with(path, ".nii.gz");
}

/* Paths still to be looked at; taken from the end. */
typedef struct pending {
    char *path;
    unsigned depth;
} pending;

typedef struct walk {
    pending *items;
    size_t count, room;
    size_t file_room;
} walk;

static bool grow(void **items, size_t *room, size_t each)
{
    const size_t more = *room ? 2 * *room : 256;
    size_t bytes = 0;
    if (!abl_mul_size(&bytes, more, each))
        return false;
    void *grown = realloc(*items, bytes);
    if (!grown)
        return false;
    *items = grown;
    *room = more;
    return true;
}

static bool push(walk *at, char *path, unsigned depth)
{
    if (at->count == at->room) {
        void *items = at->items;
        if (!grow(&items, &at->room, sizeof *at->items))
            return false;
        at->items = items;
    }
    at->items[at->count++] = (pending){path, depth};
    return true;
}

static char *join_path(const char *folder, const char *name)
{
    const size_t bytes = strlen(folder) + strlen(name) + 2;
    char *path = malloc(bytes);
    const bool slash = folder[0] && folder[strlen(folder) - 1] == '/';
    if (path)
        snprintf(path, bytes, "%s%s%s", folder, slash ? "" : "/", name);
    return path;
}

static int compare_paths_down(const void *left, const void *right)
{
    const pending *a = left, *b = right;
    return strcmp(b->path, a->path);
}

/* "." and "..", and what macOS leaves beside every file. */
static bool is_unwanted_name(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strncmp(name, "._", 2) == 0 || strcmp(name, ".DS_Store") == 0;
}

static void note_skipped(abl_study *study, const char *path, const char *why)
{
    if (study->skipped_count++ == 0)
        snprintf(study->skipped_reason, sizeof study->skipped_reason, "%s: %s",
                 path, why);
}

static abl_status open_folder(walk *at, abl_study *study, const pending *folder,
                              abl_error *err)
{
    DIR *stream = opendir(folder->path);
    if (!stream) {
        note_skipped(study, folder->path, strerror(errno));
        study->damaged_count++;
        return ABL_OK;
    }
    const size_t first = at->count;
    bool good = true;
    for (struct dirent *entry = readdir(stream); entry && good;
         entry = readdir(stream)) {
        if (is_unwanted_name(entry->d_name))
            continue;
        char *path = join_path(folder->path, entry->d_name);
        good = path && push(at, path, folder->depth + 1);
        if (!good)
            free(path);
        if (at->count > ABL_STUDY_MAX_FILES)
            break;
    }
    closedir(stream);
    qsort(at->items + first, at->count - first, sizeof *at->items,
          compare_paths_down);
    if (!good)
        return abl_error_set(err, ABL_E_NOMEM, "out of memory listing %s",
                             folder->path);
    return ABL_OK;
}

static abl_status add_file(walk *at, abl_study *study, char *path,
                           abl_error *err)
{
    if (study->file_count == at->file_room) {
        void *files = study->files;
        if (!grow(&files, &at->file_room, sizeof *study->files)) {
            free(path);
            return abl_error_set(err, ABL_E_NOMEM, "out of memory");
        }
        study->files = files;
    }
    abl_file *file = study->files + study->file_count++;
    memset(file, 0, sizeof *file);
    file->path = path;
    return ABL_OK;
}

/* Links to files are followed, links to folders are not: they may loop. */
static abl_status visit(walk *at, abl_study *study, pending item,
                        abl_error *err)
{
    struct stat link, target;
    const char *why = NULL;
    const bool seen =
        lstat(item.path, &link) == 0 && stat(item.path, &target) == 0;
    if (!seen)
        why = strerror(errno);
    else if (S_ISREG(target.st_mode))
        return add_file(at, study, item.path, err);
    else if (!S_ISDIR(target.st_mode))
        why = "neither a file nor a folder";
    else if (S_ISLNK(link.st_mode) && item.depth > 0)
        why = "a link to a folder is not followed";
    else if (item.depth >= ABL_STUDY_MAX_DEPTH)
        why = "too many folders inside each other";
    abl_status status = ABL_OK;
    if (why)
        note_skipped(study, item.path, why);
    else
        status = open_folder(at, study, &item, err);
    free(item.path);
    return status;
}

static abl_status check_input(const char *input, abl_error *err)
{
    struct stat info;
    if (stat(input, &info) != 0)
        return abl_error_set(err, ABL_E_IO, "%s: %s", input, strerror(errno));
    if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
        return abl_error_set(err, ABL_E_IO, "%s: neither a file nor a folder",
                             input);
    if (S_ISDIR(info.st_mode)) {
        DIR *stream = opendir(input);
        if (!stream)
            return abl_error_set(err, ABL_E_IO, "%s: %s", input,
                                 strerror(errno));
        closedir(stream);
    }
    return ABL_OK;
}

abl_status abl_study_list_files(abl_study *out, const char *input,
                                abl_error *err)
{
    walk at = {NULL, 0, 0, 0};
    abl_status status = check_input(input, err);
    if (status)
        return status;
    char *path = strdup(input);
    if (!path || !push(&at, path, 0)) {
        free(path);
        return abl_error_set(err, ABL_E_NOMEM, "out of memory");
    }
    while (!status && at.count > 0) {
        status = visit(&at, out, at.items[--at.count], err);
        if (!status && out->file_count + at.count > ABL_STUDY_MAX_FILES)
            status = abl_error_set(err, ABL_E_UNSUPPORTED,
                                   "%s: more than %d files; name the folder of "
                                   "one study",
                                   input, ABL_STUDY_MAX_FILES);
    }
    while (at.count > 0)
        free(at.items[--at.count].path);
    free(at.items);
    return status;
}
