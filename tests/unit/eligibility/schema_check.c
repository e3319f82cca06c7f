/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/eligibility/schema_check.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct checker {
    const json_t *root;
    char *why;
    size_t size;
} checker;

static bool check(const checker *c, const json_t *schema, const json_t *value,
                  const char *path);

static bool complain(const checker *c, const char *path, const char *what,
                     const char *detail)
{
    snprintf(c->why, c->size, "%s: %s %s", path[0] ? path : "/", what, detail);
    return false;
}

static bool has_type(const json_t *value, const char *type)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return strcmp(type, "object") == 0;
    case JSON_ARRAY:
        return strcmp(type, "array") == 0;
    case JSON_STRING:
        return strcmp(type, "string") == 0;
    case JSON_INTEGER:
        return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
    case JSON_REAL:
        return strcmp(type, "number") == 0;
    case JSON_TRUE:
    case JSON_FALSE:
        return strcmp(type, "boolean") == 0;
    case JSON_NULL:
    default:
        return strcmp(type, "null") == 0;
    }
}

static bool check_type(const checker *c, const json_t *want,
                       const json_t *value, const char *path)
{
    if (json_is_string(want))
        return has_type(value, json_string_value(want)) ||
               complain(c, path, "is not of type", json_string_value(want));
    for (size_t n = 0; n < json_array_size(want); n++)
        if (has_type(value, json_string_value(json_array_get(want, n))))
            return true;
    return complain(c, path, "is of none of the types", "");
}

static bool check_enum(const checker *c, const json_t *want,
                       const json_t *value, const char *path)
{
    for (size_t n = 0; n < json_array_size(want); n++)
        if (json_equal(json_array_get(want, n), value))
            return true;
    return complain(c, path, "is not in the enum", "");
}

static bool check_members(const checker *c, const json_t *schema,
                          const json_t *value, const char *path)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach((json_t *)value, key, member)
    {
        char inner[512];
        const json_t *want = json_object_get(properties, key);
        snprintf(inner, sizeof inner, "%s/%s", path, key);
        if (!want && json_is_false(others))
            return complain(c, inner, "is an unknown key", "");
        if (!want)
            want = others;
        if (json_is_object(want) && !check(c, want, member, inner))
            return false;
    }
    return true;
}

static bool check_required(const checker *c, const json_t *want,
                           const json_t *value, const char *path)
{
    for (size_t n = 0; n < json_array_size(want); n++) {
        const char *key = json_string_value(json_array_get(want, n));
        if (!json_object_get(value, key))
            return complain(c, path, "lacks", key);
    }
    return true;
}

static bool check_items(const checker *c, const json_t *schema,
                        const json_t *value, const char *path)
{
    const json_t *items = json_object_get(schema, "items");
    const json_t *least = json_object_get(schema, "minItems");
    const json_t *most = json_object_get(schema, "maxItems");
    const json_int_t count = (json_int_t)json_array_size(value);
    if (least && count < json_integer_value(least))
        return complain(c, path, "has too few items", "");
    if (most && count > json_integer_value(most))
        return complain(c, path, "has too many items", "");
    for (size_t n = 0; items && n < json_array_size(value); n++) {
        char inner[512];
        snprintf(inner, sizeof inner, "%s/%zu", path, n);
        if (!check(c, items, json_array_get(value, n), inner))
            return false;
    }
    return true;
}

static bool check_range(const checker *c, const json_t *schema,
                        const json_t *value, const char *path)
{
    const json_t *least = json_object_get(schema, "minimum");
    const json_t *most = json_object_get(schema, "maximum");
    const double number = json_number_value(value);
    if (least && number < json_number_value(least))
        return complain(c, path, "is below the minimum", "");
    if (most && number > json_number_value(most))
        return complain(c, path, "is above the maximum", "");
    return true;
}

static bool check_pattern(const checker *c, const json_t *want,
                          const json_t *value, const char *path)
{
    regex_t pattern;
    const char *text = json_string_value(want);
    if (regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB) != 0)
        return complain(c, path, "has a pattern that cannot be read:", text);
    const bool fits =
        regexec(&pattern, json_string_value(value), 0, NULL, 0) == 0;
    regfree(&pattern);
    return fits || complain(c, path, "does not fit", text);
}

/* Characters, not bytes, of UTF-8. */
static json_int_t length_of(const json_t *value)
{
    json_int_t length = 0;
    for (const char *at = json_string_value(value); *at; at++)
        length += ((unsigned char)*at & 0xc0) != 0x80;
    return length;
}

static bool check_length(const checker *c, const json_t *schema,
                         const json_t *value, const char *path)
{
    const json_t *least = json_object_get(schema, "minLength");
    const json_t *most = json_object_get(schema, "maxLength");
    if (least && length_of(value) < json_integer_value(least))
        return complain(c, path, "is too short", "");
    if (most && length_of(value) > json_integer_value(most))
        return complain(c, path, "is too long", "");
    return true;
}

/* oneOf and not; what they complain of is not kept. */
static bool check_alternatives(const checker *c, const json_t *schema,
                               const json_t *value, const char *path)
{
    char ignored[512] = "";
    const checker quiet = {c->root, ignored, sizeof ignored};
    const json_t *choices = json_object_get(schema, "oneOf");
    const json_t *never = json_object_get(schema, "not");
    size_t fits = 0;
    for (size_t n = 0; n < json_array_size(choices); n++)
        fits += check(&quiet, json_array_get(choices, n), value, path);
    if (choices && fits != 1)
        return complain(c, path, "does not fit one of its forms:", ignored);
    if (never && check(&quiet, never, value, path))
        return complain(c, path, "is what it must not be", "");
    return true;
}

static bool check_keywords(const checker *c, const json_t *schema,
                           const char *path)
{
    static const char *const known[] = {"type",
                                        "enum",
                                        "properties",
                                        "required",
                                        "additionalProperties",
                                        "items",
                                        "minItems",
                                        "maxItems",
                                        "minimum",
                                        "maximum",
                                        "pattern",
                                        "minLength",
                                        "maxLength",
                                        "minProperties",
                                        "oneOf",
                                        "not",
                                        "$schema",
                                        "title",
                                        "description",
                                        "definitions",
                                        NULL};
    const char *key = NULL;
    json_t *ignored = NULL;
    json_object_foreach((json_t *)schema, key, ignored)
    {
        size_t n = 0;
        while (known[n] && strcmp(known[n], key) != 0)
            n++;
        if (!known[n])
            return complain(c, path,
                            "has a schema keyword that is not "
                            "checked:",
                            key);
    }
    return true;
}

static const json_t *follow(const checker *c, const json_t *schema)
{
    static const char start[] = "#/definitions/";
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    if (!ref)
        return schema;
    if (strncmp(ref, start, sizeof start - 1) != 0)
        return NULL;
    return json_object_get(json_object_get(c->root, "definitions"),
                           ref + sizeof start - 1);
}

static bool check(const checker *c, const json_t *schema, const json_t *value,
                  const char *path)
{
    schema = follow(c, schema);
    if (!schema)
        return complain(c, path, "has a $ref to nothing", "");
    const json_t *type = json_object_get(schema, "type");
    const json_t *choices = json_object_get(schema, "enum");
    const json_t *pattern = json_object_get(schema, "pattern");
    if (!check_keywords(c, schema, path) ||
        (type && !check_type(c, type, value, path)) ||
        (choices && !check_enum(c, choices, value, path)) ||
        !check_alternatives(c, schema, value, path))
        return false;
    const json_t *members = json_object_get(schema, "minProperties");
    if (json_is_object(value) && members &&
        (json_int_t)json_object_size(value) < json_integer_value(members))
        return complain(c, path, "has too few members", "");
    if (json_is_object(value))
        return check_required(c, json_object_get(schema, "required"), value,
                              path) &&
               check_members(c, schema, value, path);
    if (json_is_array(value))
        return check_items(c, schema, value, path);
    if (json_is_number(value))
        return check_range(c, schema, value, path);
    if (json_is_string(value) && !check_length(c, schema, value, path))
        return false;
    if (json_is_string(value) && pattern)
        return check_pattern(c, pattern, value, path);
    return true;
}

int schema_check(char *why, size_t size, const json_t *schema,
                 const json_t *value)
{
    const checker c = {schema, why, size};
    why[0] = '\0';
    return check(&c, schema, value, "");
}
