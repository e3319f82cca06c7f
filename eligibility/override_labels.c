/* What of an override concerns outlines in a label map, and context.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "eligibility/context_read.h"
#include "eligibility/override_parts.h"
#include "imaging/file_bytes.h"

abl_status abl_override_text(char *out, size_t size,
                             const abl_json_reader *reader,
                             const json_t *object, const char *key)
{
    out[0] = '\0';
    return json_object_get(object, key)
               ? abl_json_text(out, size, reader, object, key, true)
               : ABL_OK;
}

abl_json_reader abl_override_member(const abl_json_reader *reader,
                                    const char *key)
{
    abl_json_reader inner = *reader;
    snprintf(inner.path, sizeof inner.path, "%.60s%s%s", reader->path,
             reader->path[0] ? "." : "", key);
    return inner;
}

abl_status abl_override_list(const json_t **out, const abl_json_reader *reader,
                             const json_t *root, const char *key, size_t most)
{
    *out = json_object_get(root, key);
    if (!*out)
        return ABL_OK;
    if (!json_is_array(*out) || json_array_size(*out) == 0)
        return abl_json_fail(reader, key, "must be a list of at least one");
    if (json_array_size(*out) > most)
        return abl_json_fail(reader, key, "holds more than %zu entries", most);
    return ABL_OK;
}

abl_json_reader abl_override_entry(const abl_json_reader *reader,
                                   const char *list, size_t n)
{
    char key[40];
    snprintf(key, sizeof key, "%s[%zu]", list, n);
    return abl_override_member(reader, key);
}

/* Where a file named in the override lies: beside the override. */
static void place_beside(char *out, size_t size, const char *name,
                         const char *override)
{
    const char *last = abl_file_last_name(override);
    const int folder = name[0] == '/' ? 0 : (int)(last - override);
    snprintf(out, size, "%.*s%s", folder, override, name);
}

static bool is_built_in(const char *names)
{
    return strcmp(names, "ablascreen") == 0 ||
           strcmp(names, "totalsegmentator") == 0;
}

abl_status abl_override_labels(abl_override *out, const abl_json_reader *reader,
                               const json_t *root)
{
    static const char *const known[] = {"file", "names", NULL};
    const json_t *labels = json_object_get(root, "labels");
    const abl_json_reader inner = abl_override_member(reader, "labels");
    char file[512], names[512] = "";
    if (!labels)
        return ABL_OK;
    abl_status status = abl_json_check_keys(&inner, labels, known);
    if (!status)
        status =
            abl_json_text(file, sizeof file, &inner, labels, "file", false);
    if (!status)
        status =
            abl_override_text(names, sizeof names, &inner, labels, "names");
    if (status)
        return status;
    place_beside(out->labels_path, sizeof out->labels_path, file, reader->name);
    if (is_built_in(names))
        snprintf(out->labels_names, sizeof out->labels_names, "%s", names);
    else if (names[0])
        place_beside(out->labels_names, sizeof out->labels_names, names,
                     reader->name);
    return ABL_OK;
}

/* Vessels in the liver are lines, skin and nameless tissue are computed. */
static bool may_be_outlined(abl_structure_id id)
{
    return id != ABL_BACKGROUND && id != ABL_SKIN && id != ABL_UNCLASSIFIED &&
           !abl_structure_is_in_liver(id);
}

static abl_status read_structure(abl_override *out,
                                 const abl_json_reader *reader,
                                 const json_t *from)
{
    static const char *const known[] = {"name", "note", NULL};
    abl_override_structure *to = &out->structures[out->structure_count];
    char name[64] = "";
    abl_status status = abl_json_check_keys(reader, from, known);
    if (!status)
        status = abl_json_text(name, sizeof name, reader, from, "name", false);
    if (!status)
        status =
            abl_override_text(to->note, sizeof to->note, reader, from, "note");
    if (status)
        return status;
    to->id = abl_structure_from_name(name);
    if (!may_be_outlined(to->id))
        return abl_json_fail(reader, "name",
                             "\"%s\" is no structure that can be outlined",
                             name);
    for (size_t n = 0; n < out->structure_count; n++)
        if (out->structures[n].id == to->id)
            return abl_json_fail(reader, "name", "\"%s\" is there twice", name);
    out->structure_count++;
    return ABL_OK;
}

abl_status abl_override_structures(abl_override *out,
                                   const abl_json_reader *reader,
                                   const json_t *root)
{
    const json_t *list = NULL;
    abl_status status = abl_override_list(&list, reader, root, "structures",
                                          ABL_STRUCTURE_COUNT - 1);
    for (size_t n = 0; n < json_array_size(list) && !status; n++) {
        const abl_json_reader inner =
            abl_override_entry(reader, "structures", n);
        status = read_structure(out, &inner, json_array_get(list, n));
    }
    return status;
}

/* Facts without a name of their own are the reader's. */
abl_status abl_override_facts(abl_override *out, const abl_json_reader *reader,
                              const json_t *root)
{
    const json_t *context = json_object_get(root, "context");
    const abl_json_reader inner = abl_override_member(reader, "context");
    if (!context)
        return ABL_OK;
    abl_status status = abl_context_read_fields(&out->context, &inner, context);
    for (int n = 0; !status && n < ABL_CONTEXT_FIELD_COUNT; n++) {
        abl_context_fact *fact = &out->context.facts[n];
        out->has_context |= fact->given;
        if (fact->given && !fact->by[0])
            snprintf(fact->by, sizeof fact->by, "%s", out->reader_name);
    }
    if (!status && !out->has_context)
        return abl_json_fail(&inner, "", "holds no fact");
    return status;
}

/* Labels that are used, and nothing that is used without them. */
abl_status abl_override_check_labels(const abl_override *override,
                                     const abl_json_reader *reader)
{
    bool uses = override->structure_count > 0;
    for (size_t n = 0; n < override->count; n++)
        uses |= override->items[n].label > 0;
    if (uses && !override->labels_path[0])
        return abl_json_fail(reader, "",
                             "\"labels\" is missing: which file holds the "
                             "outlines?");
    if (!uses && override->labels_path[0])
        return abl_json_fail(reader, "labels",
                             "nothing is taken from it: a lesion needs "
                             "\"label\", an organ an entry in "
                             "\"structures\"");
    return ABL_OK;
}
