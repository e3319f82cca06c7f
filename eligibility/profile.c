/* Profiles and overlays from JSON text.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "eligibility/context.h"
#include "eligibility/profile_parts.h"
#include "imaging/sha256.h"

/* Three forms of one format. */
typedef enum profile_form {
    FULL,     /* everything is there */
    BASED_ON, /* a profile that names what it changes */
    OVERLAY   /* changes of any profile */
} profile_form;

abl_status abl_source_read(abl_source *out, const abl_json_reader *reader,
                           const json_t *object)
{
    static const char *const tags[] = {"cited", "convention", "unverified",
                                       NULL};
    size_t tag = 0;
    abl_status status = abl_json_choice(&tag, reader, object, "tag", tags);
    out->tag = (abl_source_tag)tag;
    if (status)
        return status;
    return abl_json_text(out->text, sizeof out->text, reader, object, "source",
                         false);
}

const json_t *abl_json_enter(abl_json_reader *inner,
                             const abl_json_reader *reader,
                             const json_t *object, const char *key)
{
    *inner = *reader;
    snprintf(inner->path, sizeof inner->path, "%s%s%s", reader->path,
             reader->path[0] ? "." : "", key);
    return json_object_get(object, key);
}

static abl_status append_name(char *out, size_t size, const char *between,
                              const char *name, const abl_json_reader *reader,
                              const char *key)
{
    const size_t used = strlen(out);
    const int wanted =
        snprintf(out + used, size - used, "%s%s", used ? between : "", name);
    if ((size_t)wanted < size - used)
        return ABL_OK;
    return abl_json_fail(reader, key, "together longer than %zu bytes",
                         size - 1);
}

/* An overlay's name and title go behind those of what it lies on. */
static abl_status read_names(abl_profile *out, const abl_json_reader *reader,
                             const json_t *root, profile_form form)
{
    char name[sizeof out->name], title[160];
    abl_status status =
        abl_json_text(name, sizeof name, reader, root, "name", false);
    if (!status)
        status =
            abl_json_text(title, sizeof title, reader, root, "title", false);
    if (status)
        return status;
    if (form == BASED_ON) {
        memset(out->name, 0, sizeof out->name);
        memset(out->title, 0, sizeof out->title);
    }
    status =
        append_name(out->name, sizeof out->name, "+", name, reader, "name");
    if (!status)
        status = append_name(out->title, sizeof out->title, "; ", title, reader,
                             "title");
    return status;
}

static abl_status read_modality(abl_profile *out, const abl_json_reader *reader,
                                const json_t *root)
{
    static const char *const names[] = {"mwa", "cryo", "rfa", NULL};
    size_t choice = 0;
    if (!json_object_get(root, "modality"))
        return ABL_OK;
    abl_status status =
        abl_json_choice(&choice, reader, root, "modality", names);
    if (status)
        return status;
    if (out->modality[0])
        return abl_error_set(reader->err, ABL_E_INVALID,
                             "%s: is for %s, and the profile below it is for "
                             "%s already; one modality at a time",
                             reader->name, names[choice], out->modality);
    snprintf(out->modality, sizeof out->modality, "%s", names[choice]);
    return ABL_OK;
}

static abl_status read_needed(abl_profile *out, const abl_json_reader *reader,
                              const json_t *root)
{
    const json_t *list = json_object_get(root, "context_needed");
    if (!list)
        return ABL_OK;
    if (!json_is_array(list))
        return abl_json_fail(reader, "context_needed",
                             "must be a list [ ... ]");
    for (size_t n = 0; n < json_array_size(list); n++) {
        const char *name = json_string_value(json_array_get(list, n));
        size_t bit = 0;
        char key[48];
        snprintf(key, sizeof key, "context_needed[%zu]", n);
        while (name && bit < ABL_CONTEXT_FIELD_COUNT &&
               strcmp(abl_context_field_name((abl_context_field)bit), name) !=
                   0)
            bit++;
        if (!name || bit == ABL_CONTEXT_FIELD_COUNT)
            return abl_json_fail(reader, key, "is no fact of the context");
        out->context_needed |= 1u << bit;
    }
    return ABL_OK;
}

static abl_status read_schema(const abl_json_reader *reader, const json_t *root,
                              profile_form form)
{
    static const char *const profile[] = {"ablascreen-profile/1", NULL};
    static const char *const overlay[] = {"ablascreen-overlay/1", NULL};
    const char *schema = json_string_value(json_object_get(root, "schema"));
    size_t choice = 0;
    if (schema && form != OVERLAY && strcmp(schema, overlay[0]) == 0)
        return abl_json_fail(reader, "schema",
                             "this is an overlay; it lies on a profile, as in "
                             "net+%s",
                             reader->name);
    if (schema && form == OVERLAY && strcmp(schema, profile[0]) == 0)
        return abl_json_fail(reader, "schema",
                             "this is a profile, not an overlay; it can only "
                             "come first");
    return abl_json_choice(&choice, reader, root, "schema",
                           form == OVERLAY ? overlay : profile);
}

static abl_status read_root(abl_profile *out, const abl_json_reader *reader,
                            const json_t *root, profile_form form)
{
    static const char *const keys[] = {
        "schema",  "name",     "title",          "rules",    "access", "exam",
        "surface", "modality", "context_needed", "based_on", NULL};
    abl_status status = abl_json_check_keys(reader, root, keys);
    if (!status && form == OVERLAY && json_object_get(root, "based_on"))
        status =
            abl_json_fail(reader, "based_on", "an overlay lies on any profile");
    if (!status)
        status = read_names(out, reader, root, form);
    if (!status)
        status = read_modality(out, reader, root);
    if (!status)
        status = read_needed(out, reader, root);
    if (!status)
        status = abl_profile_read_rules(out, reader, root, form != FULL);
    if (!status)
        status = abl_profile_read_numbers(out, reader, root, form != FULL);
    return status;
}

/* The sum of a text, or of the sum below and the text. */
static void add_sum(char sha256[65], const char *text, size_t bytes)
{
    abl_sha256 sha;
    abl_sha256_init(&sha);
    abl_sha256_update(&sha, sha256, strlen(sha256));
    abl_sha256_update(&sha, text, bytes);
    abl_sha256_finish(sha256, &sha);
}

static abl_status load_base(abl_profile *out, const abl_json_reader *reader,
                            const json_t *root)
{
    char what[64];
    abl_status status =
        abl_json_text(what, sizeof what, reader, root, "based_on", false);
    if (status)
        return status;
    abl_error why = {ABL_OK, ""};
    status = abl_profile_load_built_in(out, what, &why);
    if (status)
        return abl_json_fail(reader, "based_on", "%s", why.message);
    return ABL_OK;
}

abl_status abl_profile_parse(abl_profile *out, const char *text, size_t bytes,
                             const char *name, abl_error *err)
{
    json_t *root = NULL;
    const abl_json_reader reader = {name, text, bytes, "", err};
    memset(out, 0, sizeof *out);
    abl_status status = abl_json_parse(&root, &reader, err);
    const profile_form form =
        json_object_get(root, "based_on") ? BASED_ON : FULL;
    if (!status && !json_is_object(root))
        status = abl_json_fail(&reader, "", "must be an object { ... }");
    if (!status)
        status = read_schema(&reader, root, form);
    if (!status && form == BASED_ON)
        status = load_base(out, &reader, root);
    if (!status)
        status = read_root(out, &reader, root, form);
    json_decref(root);
    if (!status)
        add_sum(out->sha256, text, bytes);
    return status;
}

abl_status abl_profile_overlay(abl_profile *profile, const char *text,
                               size_t bytes, const char *name, abl_error *err)
{
    json_t *root = NULL;
    const abl_json_reader reader = {name, text, bytes, "", err};
    abl_status status = abl_json_parse(&root, &reader, err);
    if (!status && !json_is_object(root))
        status = abl_json_fail(&reader, "", "must be an object { ... }");
    if (!status)
        status = read_schema(&reader, root, OVERLAY);
    if (!status)
        status = read_root(profile, &reader, root, OVERLAY);
    json_decref(root);
    if (!status)
        add_sum(profile->sha256, text, bytes);
    return status;
}
