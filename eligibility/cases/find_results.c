/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/cases/find_results.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct search {
    abl_found_results *out;
    size_t capacity, entries;
    size_t seen;         /* results met, also those listed before */
    const char *given;   /* absolute path of the folder that was given */
    const char *display; /* as it was given */
    abl_error *err;
} search;

static abl_status fail_memory(abl_error *err)
{
    return abl_error_set(err, ABL_E_NOMEM, "out of memory");
}

static bool is_listed(const abl_found_results *results, const char *folder)
{
    for (size_t n = 0; n < results->count; n++)
        if (strcmp(results->items[n].folder, folder) == 0)
            return true;
    return false;
}

static abl_status add(search *s, const char *folder, const char *name,
                      const char *problem)
{
    abl_found_results *out = s->out;
    s->seen++;
    if (is_listed(out, folder))
        return ABL_OK;
    if (out->count == ABL_FIND_MAX_RESULTS)
        return abl_error_set(s->err, ABL_E_FORMAT,
                             "%s: more than %d results; name fewer folders",
                             s->given, ABL_FIND_MAX_RESULTS);
    if (out->count == s->capacity) {
        const size_t wanted = s->capacity ? 2 * s->capacity : 64;
        void *grown = realloc(out->items, wanted * sizeof *out->items);
        if (!grown)
            return fail_memory(s->err);
        out->items = grown;
        s->capacity = wanted;
    }
    abl_found_result *item = &out->items[out->count];
    *item = (abl_found_result){strdup(folder), strdup(name), problem};
    out->count++;
    return item->folder && item->name ? ABL_OK : fail_memory(s->err);
}

/* The name under which a folder is shown. */
static const char *shown_name(const search *s, const char *folder)
{
    const size_t length = strlen(s->given);
    if (strncmp(folder, s->given, length) != 0 || !folder[length])
        return s->display;
    return folder + length + (folder[length] == '/');
}

static bool has_entry(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat info;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length > 0 && (size_t)length < sizeof path &&
           lstat(path, &info) == 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static bool is_leftover(const char *name)
{
    return name[0] == '.' && strstr(name, ".partial-");
}

/* Hidden folders are passed over, save those that a stopped run left. */
static int may_hold_results(const struct dirent *entry)
{
    return entry->d_name[0] != '.' || is_leftover(entry->d_name);
}

static const char *problem_of(const char *folder)
{
    if (has_entry(folder, "report.html") || has_entry(folder, "overlays") ||
        has_entry(folder, "masks"))
        return "parts of a result, but no report.json";
    return NULL;
}

static abl_status look(search *s, const char *folder, int depth);

static abl_status look_below(search *s, const char *folder, int depth)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, may_hold_results, by_name);
    if (count < 0)
        return add(s, folder, shown_name(s, folder),
                   "the folder cannot be read");
    abl_status status = ABL_OK;
    s->entries += (size_t)count;
    if (s->entries > ABL_FIND_MAX_ENTRIES)
        status = abl_error_set(s->err, ABL_E_FORMAT,
                               "%s: more than %d files; name the folders "
                               "that hold results",
                               s->given, ABL_FIND_MAX_ENTRIES);
    for (int n = 0; n < count; n++) {
        char path[PATH_MAX];
        const int length =
            snprintf(path, sizeof path, "%s/%s", folder, entries[n]->d_name);
        if (!status && length > 0 && (size_t)length < sizeof path &&
            is_folder(path))
            status = look(s, path, depth + 1);
        free(entries[n]);
    }
    free(entries);
    return status;
}

static abl_status look(search *s, const char *folder, int depth)
{
    const char *slash = strrchr(folder, '/');
    const char *name = shown_name(s, folder);
    const char *problem = problem_of(folder);
    if (slash && is_leftover(slash + 1))
        return add(s, folder, name,
                   "a run that was stopped left it; run the study again");
    if (has_entry(folder, "report.json"))
        return add(s, folder, name, NULL);
    if (problem)
        return add(s, folder, name, problem);
    const size_t before = s->seen;
    abl_status status = ABL_OK;
    if (depth < ABL_FIND_MAX_DEPTH)
        status = look_below(s, folder, depth);
    if (!status && depth <= 1 && s->seen == before)
        status = add(s, folder, name, "there is no report.json in it");
    return status;
}

static abl_status look_into(search *s, const char *path)
{
    char resolved[PATH_MAX];
    if (!realpath(path, resolved))
        return add(s, path, path,
                   errno == ENOENT ? "there is no such folder"
                                   : "the folder cannot be reached");
    if (!is_folder(resolved))
        return add(s, resolved, path, "it is a file, not a result's folder");
    s->given = resolved;
    s->display = path;
    abl_status status = look(s, resolved, 0);
    s->given = "";
    return status;
}

abl_status abl_results_find(abl_found_results *out, const char *const *paths,
                            size_t count, abl_error *err)
{
    memset(out, 0, sizeof *out);
    search s = {out, 0, 0, 0, "", "", err};
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++) {
        s.given = paths[n];
        status = look_into(&s, paths[n]);
    }
    return status;
}

void abl_found_results_clear(abl_found_results *results)
{
    for (size_t n = 0; n < results->count; n++) {
        free(results->items[n].folder);
        free(results->items[n].name);
    }
    free(results->items);
    memset(results, 0, sizeof *results);
}
