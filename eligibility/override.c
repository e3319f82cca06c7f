/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/override.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/override_parts.h"
#include "imaging/file_bytes.h"
#include "imaging/sha256.h"
#include "segmentation/label_names.h"

#define MAX_FILE_BYTES ((size_t)1 << 20)
#define FAR_MM         5000.0 /* no position in a scan is farther */
#define MOST_MM        300.0  /* no lesion is larger */

static const char *const action_names[] = {"confirm", "reject", "edit", "add",
                                           NULL};
static const char *const value_names[] = {"longest_axial_diameter_mm",
                                          "perpendicular_diameter_mm",
                                          "max_3d_diameter_mm", NULL};

const char *abl_read_action_name(abl_read_action action)
{
    return action_names[action];
}

const char *abl_read_value_name(abl_read_value value)
{
    return value_names[value];
}

/* Three numbers in range. */
static abl_status read_triple(double out[3], const abl_json_reader *reader,
                              const json_t *object, const char *key, double min,
                              double max)
{
    const json_t *array = json_object_get(object, key);
    if (!array)
        return abl_json_fail(reader, "", "\"%s\" is missing", key);
    if (!json_is_array(array) || json_array_size(array) != 3)
        return abl_json_fail(reader, key, "must be three numbers [x, y, z]");
    for (size_t n = 0; n < 3; n++) {
        const json_t *value = json_array_get(array, n);
        out[n] = json_number_value(value);
        if (!json_is_number(value) || !(out[n] >= min && out[n] <= max))
            return abl_json_fail(reader, key,
                                 "number %zu must be one from %g to %g", n + 1,
                                 min, max);
    }
    return ABL_OK;
}

static abl_status read_match(abl_override_item *out,
                             const abl_json_reader *reader, const json_t *match)
{
    static const char *const by_number[] = {"number", NULL};
    static const char *const by_point[] = {"point_lps", "radius_mm", NULL};
    const bool has_number = json_object_get(match, "number") != NULL;
    abl_status status =
        abl_json_check_keys(reader, match, has_number ? by_number : by_point);
    if (status)
        return status;
    double number = 0;
    if (has_number) {
        const abl_json_number what = {"number", 1, ABL_MAX_LESIONS, true};
        status = abl_json_number_get(&number, reader, match, &what);
        out->number = (int)number;
        return status;
    }
    const abl_json_number radius = {"radius_mm", 0, 50, false};
    status = read_triple(out->point_lps, reader, match, "point_lps", -FAR_MM,
                         FAR_MM);
    if (!status && json_object_get(match, "radius_mm"))
        status = abl_json_number_get(&out->radius_mm, reader, match, &radius);
    return status;
}

static abl_status read_values(abl_override_item *out,
                              const abl_json_reader *reader,
                              const json_t *values)
{
    abl_status status = abl_json_check_keys(reader, values, value_names);
    if (!status && json_object_size(values) == 0)
        return abl_json_fail(reader, "", "holds no value");
    for (int n = 0; n < ABL_READ_VALUE_COUNT && !status; n++) {
        const abl_json_number what = {value_names[n], 0.5, MOST_MM, false};
        if (!json_object_get(values, value_names[n]))
            continue;
        out->has_value[n] = true;
        status = abl_json_number_get(&out->value_mm[n], reader, values, &what);
    }
    if (!status && out->has_value[ABL_READ_LONGEST_AXIAL] &&
        out->has_value[ABL_READ_PERPENDICULAR] &&
        out->value_mm[ABL_READ_PERPENDICULAR] >
            out->value_mm[ABL_READ_LONGEST_AXIAL])
        return abl_json_fail(reader, value_names[ABL_READ_PERPENDICULAR],
                             "is longer than the longest axial diameter");
    return status;
}

static abl_status read_shape(abl_override_item *out,
                             const abl_json_reader *reader, const json_t *shape)
{
    static const char *const known[] = {"centre_lps", "diameters_mm", NULL};
    out->has_shape = true;
    abl_status status = abl_json_check_keys(reader, shape, known);
    if (!status)
        status = read_triple(out->centre_lps, reader, shape, "centre_lps",
                             -FAR_MM, FAR_MM);
    if (!status)
        status = read_triple(out->diameters_mm, reader, shape, "diameters_mm",
                             1, MOST_MM);
    return status;
}

/* A value of the label map in place of a shape. */
static abl_status read_label(abl_override_item *out,
                             const abl_json_reader *reader, const json_t *from)
{
    const abl_json_number what = {"label", 1, ABL_LABEL_MAX_VALUE, true};
    double value = 0;
    if (!json_object_get(from, "label"))
        return ABL_OK;
    if (out->has_shape)
        return abl_json_fail(reader, "label",
                             "there is a \"shape\" too; one of them is meant");
    abl_status status = abl_json_number_get(&value, reader, from, &what);
    out->label = (int)value;
    out->has_shape = true;
    return status;
}

/* What an action needs and what it must not have. */
static abl_status check_item(const abl_override_item *item,
                             const abl_json_reader *reader, const json_t *from)
{
    const bool has_match = json_object_get(from, "match") != NULL;
    const bool has_values = json_object_get(from, "values") != NULL;
    const char *action = action_names[item->action];
    if (item->action == ABL_READ_ADD && (has_match || !item->has_shape))
        return abl_json_fail(reader, "action",
                             "\"add\" needs a \"shape\" or a \"label\", and "
                             "no \"match\"");
    if (item->action != ABL_READ_ADD && !has_match)
        return abl_json_fail(reader, "action",
                             "\"%s\" needs a \"match\": which lesion is meant?",
                             action);
    if (item->action == ABL_READ_EDIT && !has_values && !item->has_shape)
        return abl_json_fail(reader, "action",
                             "\"edit\" needs \"values\", a \"shape\" or a "
                             "\"label\"");
    if (item->action <= ABL_READ_REJECT && (has_values || item->has_shape))
        return abl_json_fail(reader, "action",
                             "\"%s\" takes no \"values\", \"shape\" or "
                             "\"label\"",
                             action);
    return ABL_OK;
}

static abl_status read_item(abl_override_item *out,
                            const abl_json_reader *reader, const json_t *from)
{
    static const char *const known[] = {"action", "match", "values", "shape",
                                        "label",  "note",  NULL};
    size_t action = 0;
    abl_status status = abl_json_check_keys(reader, from, known);
    if (!status)
        status = abl_json_choice(&action, reader, from, "action", action_names);
    out->action = (abl_read_action)action;
    const struct {
        const char *key;
        abl_status (*read)(abl_override_item *, const abl_json_reader *,
                           const json_t *);
    } parts[] = {
        {"match", read_match}, {"values", read_values}, {"shape", read_shape}};
    for (size_t n = 0; n < 3 && !status; n++) {
        const json_t *part = json_object_get(from, parts[n].key);
        const abl_json_reader inner = abl_override_member(reader, parts[n].key);
        if (part)
            status = parts[n].read(out, &inner, part);
    }
    if (!status)
        status = read_label(out, reader, from);
    if (!status)
        status = abl_override_text(out->note, sizeof out->note, reader, from,
                                   "note");
    return status ? status : check_item(out, reader, from);
}

static abl_status read_person(abl_override *out, const abl_json_reader *reader,
                              const json_t *root)
{
    static const char *const known[] = {"name", "when", "role", NULL};
    const json_t *person = json_object_get(root, "reader");
    const abl_json_reader inner = abl_override_member(reader, "reader");
    if (!person)
        return abl_json_fail(reader, "",
                             "\"reader\" is missing: who read this?");
    abl_status status = abl_json_check_keys(&inner, person, known);
    if (!status)
        status = abl_json_text(out->reader_name, sizeof out->reader_name,
                               &inner, person, "name", false);
    if (!status)
        status = abl_json_text(out->reader_when, sizeof out->reader_when,
                               &inner, person, "when", false);
    if (!status)
        status = abl_override_text(out->reader_role, sizeof out->reader_role,
                                   &inner, person, "role");
    return status;
}

static abl_status read_lesions(abl_override *out, const abl_json_reader *reader,
                               const json_t *root)
{
    const json_t *lesions = NULL;
    abl_status status =
        abl_override_list(&lesions, reader, root, "lesions", ABL_OVERRIDE_MAX);
    for (size_t n = 0; n < json_array_size(lesions) && !status; n++) {
        const abl_json_reader inner = abl_override_entry(reader, "lesions", n);
        status = read_item(&out->items[out->count++], &inner,
                           json_array_get(lesions, n));
    }
    return status;
}

static abl_status read_root(abl_override *out, const abl_json_reader *reader,
                            const json_t *root)
{
    static const char *const known[] = {
        "schema", "reader", "lesions", "labels", "structures", "context", NULL};
    static const char *const schemas[] = {"ablascreen-override/1", NULL};
    static abl_status (*const parts[])(abl_override *, const abl_json_reader *,
                                       const json_t *) = {
        read_person, read_lesions, abl_override_labels, abl_override_structures,
        abl_override_facts};
    size_t which = 0;
    abl_status status = abl_json_check_keys(reader, root, known);
    if (!status)
        status = abl_json_choice(&which, reader, root, "schema", schemas);
    for (size_t n = 0; !status && n < sizeof parts / sizeof *parts; n++)
        status = parts[n](out, reader, root);
    if (!status && !out->count && !out->structure_count && !out->has_context)
        return abl_json_fail(reader, "",
                             "says nothing: \"lesions\", \"structures\" or "
                             "\"context\" is missing");
    return status ? status : abl_override_check_labels(out, reader);
}

abl_status abl_override_parse(abl_override **out, const char *text,
                              size_t bytes, const char *name, abl_error *err)
{
    json_t *root = NULL;
    abl_json_reader reader = {name, text, bytes, "", err};
    *out = NULL;
    abl_override *made = abl_alloc(1, sizeof *made, err);
    if (!made)
        return ABL_E_NOMEM;
    snprintf(made->file, sizeof made->file, "%s", abl_file_last_name(name));
    abl_sha256_hex(made->sha256, text, bytes);
    abl_status status = abl_json_parse(&root, &reader, err);
    if (!status)
        status = read_root(made, &reader, root);
    json_decref(root);
    if (status)
        free(made);
    else
        *out = made;
    return status;
}

abl_status abl_override_load(abl_override **out, const char *path,
                             abl_error *err)
{
    char *text = NULL;
    size_t bytes = 0;
    *out = NULL;
    abl_status status = abl_file_read(&text, &bytes, path, MAX_FILE_BYTES, err);
    if (!status)
        status = abl_override_parse(out, text, bytes, path, err);
    free(text);
    return status;
}
