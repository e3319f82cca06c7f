/* Profiles and overlays: built in by name, or from files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eligibility/embedded.h"
#include "eligibility/profile_parts.h"

#define MAX_FILE_BYTES ((size_t)1 << 20)
#define MAX_WHAT_BYTES 4096

const char *const abl_profile_names[] = {"net", "strict", "collision", NULL};
const char *const abl_overlay_names[] = {"mwa", "cryo", "rfa", "navigated",
                                         NULL};
static bool is_one_of(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

static abl_status take_text(abl_profile *out, const char *text, size_t bytes,
                            const char *name, bool is_overlay, abl_error *err)
{
    return is_overlay ? abl_profile_overlay(out, text, bytes, name, err)
                      : abl_profile_parse(out, text, bytes, name, err);
}

static abl_status load_file(abl_profile *out, const char *path, FILE *file,
                            bool is_overlay, abl_error *err)
{
    char *text = abl_alloc(MAX_FILE_BYTES + 1, 1, err);
    if (!text)
        return ABL_E_NOMEM;
    const size_t bytes = fread(text, 1, MAX_FILE_BYTES + 1, file);
    abl_status status = ABL_OK;
    if (ferror(file))
        status = abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                               strerror(errno));
    else if (bytes > MAX_FILE_BYTES)
        status =
            abl_error_set(err, ABL_E_FORMAT,
                          "%s: larger than 1 MB; this is no profile", path);
    else
        status = take_text(out, text, bytes, path, is_overlay, err);
    free(text);
    return status;
}

static abl_status load_path(abl_profile *out, const char *path, bool is_overlay,
                            abl_error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT && is_overlay &&
        is_one_of(abl_profile_names, path))
        return abl_error_set(err, ABL_E_INVALID,
                             "overlay '%s': this is a profile; only one, and "
                             "it comes first",
                             path);
    if (!file && errno == ENOENT && is_overlay)
        return abl_error_set(err, ABL_E_INVALID,
                             "overlay '%s': neither built in (mwa, cryo, rfa, "
                             "navigated) nor a file",
                             path);
    if (!file && errno == ENOENT && is_one_of(abl_overlay_names, path))
        return abl_error_set(err, ABL_E_INVALID,
                             "profile '%s': this is an overlay; it lies on a "
                             "profile, as in net+%s",
                             path, path);
    if (!file && errno == ENOENT)
        return abl_error_set(err, ABL_E_INVALID,
                             "profile '%s': neither built in (net, strict, "
                             "collision) nor a file",
                             path);
    if (!file)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                             strerror(errno));
    abl_status status = load_file(out, path, file, is_overlay, err);
    fclose(file);
    return status;
}

static abl_status load_one(abl_profile *out, const char *name, bool is_overlay,
                           bool built_in_only, abl_error *err)
{
    const char *const *names =
        is_overlay ? abl_overlay_names : abl_profile_names;
    if (is_one_of(names, name)) {
        size_t bytes = 0;
        const char *text = abl_embedded_profile(&bytes, name);
        return take_text(out, text, bytes, name, is_overlay, err);
    }
    if (built_in_only)
        return abl_error_set(err, ABL_E_INVALID,
                             "\"%s\" is not built in; there are net, strict "
                             "and collision, with +mwa, +cryo, +rfa and "
                             "+navigated",
                             name);
    return load_path(out, name, is_overlay, err);
}

static abl_status load_layers(abl_profile *out, const char *what,
                              bool built_in_only, abl_error *err)
{
    char layers[MAX_WHAT_BYTES], *rest = layers;
    if (strlen(what) >= sizeof layers)
        return abl_error_set(err, ABL_E_INVALID,
                             "the name of the profile is too long");
    snprintf(layers, sizeof layers, "%s", what);
    abl_status status = ABL_OK;
    for (bool is_overlay = false; !status && rest; is_overlay = true) {
        const char *name = rest;
        rest = strchr(rest, '+');
        if (rest)
            *rest++ = '\0';
        status = load_one(out, name, is_overlay, built_in_only, err);
    }
    return status;
}

abl_status abl_profile_load_built_in(abl_profile *out, const char *what,
                                     abl_error *err)
{
    return load_layers(out, what, true, err);
}

abl_status abl_profile_load(abl_profile *out, const char *what, abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (strchr(what, '+') && access(what, F_OK) == 0)
        return load_path(out, what, false, err);
    return load_layers(out, what, false, err);
}
