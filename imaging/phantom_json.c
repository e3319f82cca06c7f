/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

abl_status abl_recipe_keys(const abl_recipe *recipe, const json_t *object,
                           const char *const *allowed, const char *where,
                           abl_error *err)
{
    if (!json_is_object(object))
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s must be an object {}",
                             recipe->name, where);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        size_t n = 0;
        while (allowed[n] && strcmp(allowed[n], key) != 0)
            n++;
        if (!allowed[n])
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: %s has no key \"%.40s\"", recipe->name,
                                 where, key);
    }
    return ABL_OK;
}

static abl_status read_number(const abl_recipe *recipe, double *out,
                              const json_t *value, abl_number_range range,
                              const char *where, abl_error *err)
{
    if (!json_is_number(value))
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s must be a number",
                             recipe->name, where);
    double number = json_number_value(value);
    if (!(number >= range.min && number <= range.max))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s is %g; allowed are %g to %g", recipe->name,
                             where, number, range.min, range.max);
    *out = number;
    return ABL_OK;
}

abl_status abl_recipe_number(const abl_recipe *recipe, double *out,
                             const json_t *object, const char *key,
                             abl_number_range range, const char *where,
                             abl_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        return ABL_OK;
    char place[256];
    snprintf(place, sizeof place, "%s.%s", where, key);
    return read_number(recipe, out, value, range, place, err);
}

abl_status abl_recipe_numbers(const abl_recipe *recipe, double *out,
                              size_t count, const json_t *array,
                              abl_number_range range, const char *where,
                              abl_error *err)
{
    if (!json_is_array(array) || json_array_size(array) != count)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s must be %zu numbers in []", recipe->name,
                             where, count);
    for (size_t n = 0; n < count; n++) {
        char place[256];
        snprintf(place, sizeof place, "%s[%zu]", where, n);
        abl_status status = read_number(
            recipe, out + n, json_array_get(array, n), range, place, err);
        if (status)
            return status;
    }
    return ABL_OK;
}

abl_status abl_recipe_text(const abl_recipe *recipe, char *out, size_t size,
                           const json_t *object, const char *key,
                           const char *where, abl_error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        return ABL_OK;
    const char *text = json_string_value(value);
    size_t length = text ? strlen(text) : 0;
    if (!text || length == 0 || length >= size ||
        json_string_length(value) != length)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s.%s must be a text of 1 to %zu characters",
                             recipe->name, where, key, size - 1);
    for (size_t n = 0; n < length; n++)
        if (text[n] < 0x20 || text[n] > 0x7e || text[n] == '\\')
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: %s.%s may hold plain ASCII only",
                                 recipe->name, where, key);
    memcpy(out, text, length + 1);
    return ABL_OK;
}
