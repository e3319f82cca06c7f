/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/profile_reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "eligibility/json_line.h"

abl_status abl_json_fail(const abl_json_reader *reader, const char *key,
                         const char *format, ...)
{
    char path[192], text[384];
    const bool dotted = reader->path[0] && key[0] && key[0] != '[';
    snprintf(path, sizeof path, "%s%s%s", reader->path, dotted ? "." : "", key);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const size_t line = abl_json_line(reader->text, reader->bytes, path);
    return abl_error_set(reader->err, ABL_E_FORMAT, "%s:%zu: %s%s%s",
                         reader->name, line, path, path[0] ? ": " : "", text);
}

abl_status abl_json_parse(json_t **root, const abl_json_reader *reader,
                          abl_error *err)
{
    json_error_t fault;
    *root =
        json_loadb(reader->text, reader->bytes, JSON_REJECT_DUPLICATES, &fault);
    if (*root)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT, "%s:%d: column %d: %s",
                         reader->name, fault.line, fault.column, fault.text);
}

static bool is_known(const char *key, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(key, *known) == 0)
            return true;
    return false;
}

abl_status abl_json_check_keys(const abl_json_reader *reader,
                               const json_t *object, const char *const *known)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(object))
        return abl_json_fail(reader, "", "must be an object { ... }");
    json_object_foreach((json_t *)object, key, value)
    {
        if (!is_known(key, known))
            return abl_json_fail(reader, key, "unknown key");
    }
    return ABL_OK;
}

static abl_status get(const json_t **out, const abl_json_reader *reader,
                      const json_t *object, const char *key)
{
    *out = json_object_get(object, key);
    if (*out)
        return ABL_OK;
    return abl_json_fail(reader, "", "\"%s\" is missing", key);
}

abl_status abl_json_text(char *out, size_t size, const abl_json_reader *reader,
                         const json_t *object, const char *key,
                         bool may_be_empty)
{
    const json_t *value = NULL;
    memset(out, 0, size);
    abl_status status = get(&value, reader, object, key);
    if (status)
        return status;
    if (!json_is_string(value))
        return abl_json_fail(reader, key, "must be text in quotes");
    const char *text = json_string_value(value);
    const size_t length = json_string_length(value);
    if (length == 0 && !may_be_empty)
        return abl_json_fail(reader, key, "must not be empty");
    if (length >= size)
        return abl_json_fail(reader, key, "is longer than %zu bytes", size - 1);
    for (size_t n = 0; n < length; n++)
        if ((unsigned char)text[n] < 0x20)
            return abl_json_fail(reader, key, "holds a control character");
    memcpy(out, text, length + 1);
    return ABL_OK;
}

abl_status abl_json_number_get(double *out, const abl_json_reader *reader,
                               const json_t *object,
                               const abl_json_number *what)
{
    const json_t *value = NULL;
    *out = 0;
    abl_status status = get(&value, reader, object, what->key);
    if (status)
        return status;
    if (!json_is_number(value))
        return abl_json_fail(reader, what->key, "must be a number");
    const double number = json_number_value(value);
    if (!isfinite(number) || number < what->min || number > what->max)
        return abl_json_fail(reader, what->key,
                             "%g is out of range; it must be %g to %g", number,
                             what->min, what->max);
    if (what->whole && rint(number) != number)
        return abl_json_fail(reader, what->key, "must be a whole number");
    *out = number;
    return ABL_OK;
}

abl_status abl_json_choice(size_t *out, const abl_json_reader *reader,
                           const json_t *object, const char *key,
                           const char *const *names)
{
    char text[32], list[160] = "";
    *out = 0;
    abl_status status =
        abl_json_text(text, sizeof text, reader, object, key, false);
    if (status)
        return status;
    for (size_t n = 0; names[n]; n++) {
        if (strcmp(text, names[n]) == 0) {
            *out = n;
            return ABL_OK;
        }
        const size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", n ? ", " : "",
                 names[n]);
    }
    return abl_json_fail(reader, key, "\"%s\" is not one of: %s", text, list);
}
