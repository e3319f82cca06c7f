/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/applicators.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/embedded.h"

#define LEAST_MM 5.0
#define MOST_MM  150.0

/* Where in the library, for messages. */
typedef struct place {
    const char *file;
    size_t number; /* of the applicator, from 1 */
} place;

static abl_status complain(const place *at, const char *key, const char *what,
                           abl_error *err)
{
    return abl_error_set(err, ABL_E_FORMAT, "%s: applicator %zu: %s: %s",
                         at->file, at->number, key, what);
}

static abl_status read_text(char *to, size_t size, const json_t *object,
                            const char *key, const place *at, abl_error *err)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text || !*text)
        return complain(at, key, "a text is wanted", err);
    if (strlen(text) >= size)
        return complain(at, key, "the text is too long", err);
    snprintf(to, size, "%s", text);
    return ABL_OK;
}

static abl_status read_mm(double *to, const json_t *object, const char *key,
                          const place *at, abl_error *err)
{
    const json_t *value = json_object_get(object, key);
    *to = json_number_value(value);
    if (!json_is_number(value) || !(*to >= LEAST_MM && *to <= MOST_MM))
        return complain(at, key, "a number of 5 to 150 is wanted", err);
    return ABL_OK;
}

static abl_status read_tag(abl_source_tag *tag, const json_t *object,
                           const place *at, abl_error *err)
{
    static const abl_source_tag tags[] = {
        ABL_SOURCE_CITED, ABL_SOURCE_CONVENTION, ABL_SOURCE_UNVERIFIED};
    const char *text = json_string_value(json_object_get(object, "tag"));
    for (size_t n = 0; text && n < sizeof tags / sizeof *tags; n++)
        if (strcmp(text, abl_source_tag_name(tags[n])) == 0) {
            *tag = tags[n];
            return ABL_OK;
        }
    return complain(at, "tag", "cited, convention or unverified is wanted",
                    err);
}

static abl_status read_one(abl_applicator *out, const json_t *object,
                           const place *at, abl_error *err)
{
    if (json_object_size(object) != 6)
        return complain(at, "keys",
                        "name, modality, zone_length_mm, zone_width_mm, tag "
                        "and source are wanted and no others",
                        err);
    abl_status status =
        read_text(out->name, sizeof out->name, object, "name", at, err);
    if (!status)
        status = read_text(out->modality, sizeof out->modality, object,
                           "modality", at, err);
    if (!status)
        status =
            read_mm(&out->zone_length_mm, object, "zone_length_mm", at, err);
    if (!status)
        status = read_mm(&out->zone_width_mm, object, "zone_width_mm", at, err);
    if (!status && out->zone_width_mm > out->zone_length_mm)
        status = complain(at, "zone_width_mm", "more than the length", err);
    if (!status)
        status = read_tag(&out->source.tag, object, at, err);
    if (!status)
        status = read_text(out->source.text, sizeof out->source.text, object,
                           "source", at, err);
    return status;
}

static abl_status read_all(abl_applicators *out, const json_t *root,
                           const char *name, abl_error *err)
{
    const json_t *array = json_object_get(root, "applicators");
    const size_t count = json_array_size(array);
    if (json_object_size(root) != 2 ||
        !json_is_string(json_object_get(root, "title")) || count < 1 ||
        count > ABL_ACCESS_MAX_COVERAGE)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: a title and 1 to %d applicators are wanted, "
                             "nothing else",
                             name, ABL_ACCESS_MAX_COVERAGE);
    abl_status status = ABL_OK;
    for (size_t n = 0; n < count && !status; n++) {
        const place at = {name, n + 1};
        status = read_one(&out->items[n], json_array_get(array, n), &at, err);
    }
    out->count = count;
    return status;
}

abl_status abl_applicators_parse(abl_applicators *out, const char *text,
                                 size_t bytes, const char *name, abl_error *err)
{
    json_error_t where;
    memset(out, 0, sizeof *out);
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return abl_error_set(err, ABL_E_FORMAT, "%s:%d: %s", name, where.line,
                             where.text);
    const abl_status status = read_all(out, root, name, err);
    json_decref(root);
    return status;
}

abl_status abl_applicators_builtin(abl_applicators *out, abl_error *err)
{
    return abl_applicators_parse(
        out, (const char *)abl_applicators_generic_json,
        abl_applicators_generic_json_bytes, "generic.json", err);
}
