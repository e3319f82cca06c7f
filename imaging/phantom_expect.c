/* What a radiologist would say of a recipe's scan: checked and kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

static abl_status check_verdict(const abl_recipe *recipe, const json_t *item,
                                const char *where, abl_error *err)
{
    static const char *const verdicts[] = {"meets", "borderline",
                                           "does-not-meet", "not-assessable"};
    const char *verdict = json_string_value(json_object_get(item, "verdict"));
    for (size_t n = 0; verdict && n < 4; n++)
        if (strcmp(verdict, verdicts[n]) == 0)
            return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: %s.verdict must be meets, borderline, "
                         "does-not-meet or not-assessable",
                         recipe->name, where);
}

static bool is_rule(const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text || text[0] != 'R' || text[1] < '1' || text[1] > '9')
        return false;
    int number = text[1] - '0';
    if (text[2] == '\0')
        return true;
    number = 10 * number + text[2] - '0';
    return text[2] >= '0' && text[2] <= '9' && text[3] == '\0' && number <= 18;
}

/* One rule, a list of rules any of which will do, or null. */
static abl_status check_rule(const abl_recipe *recipe, const json_t *item,
                             const char *where, abl_error *err)
{
    const json_t *value = json_object_get(item, "limiting_rule");
    bool good = !value || json_is_null(value) || is_rule(value);
    if (json_is_array(value)) {
        good = json_array_size(value) > 0 && json_array_size(value) <= 18;
        for (size_t n = 0; n < json_array_size(value); n++)
            good = good && is_rule(json_array_get(value, n));
    }
    if (good)
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT,
                         "%s: %s.limiting_rule must be R1 to R18, a list of "
                         "these, or null",
                         recipe->name, where);
}

static abl_status check_lesions(const abl_recipe *recipe, const json_t *lesions,
                                abl_error *err)
{
    static const char *const keys[] = {"verdict", "limiting_rule", NULL};
    abl_status status = ABL_OK;
    if (!lesions)
        return ABL_OK;
    if (!json_is_array(lesions) ||
        json_array_size(lesions) != recipe->phantom->lesion_count)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: expect.lesions must have one entry for each "
                             "of the %zu lesions",
                             recipe->name, recipe->phantom->lesion_count);
    for (size_t n = 0; !status && n < json_array_size(lesions); n++) {
        char where[64];
        const json_t *item = json_array_get(lesions, n);
        snprintf(where, sizeof where, "expect.lesions[%zu]", n);
        status = abl_recipe_keys(recipe, item, keys, where, err);
        if (!status)
            status = check_verdict(recipe, item, where, err);
        if (!status)
            status = check_rule(recipe, item, where, err);
    }
    return status;
}

abl_status abl_recipe_expect(abl_recipe *recipe, abl_error *err)
{
    static const char *const keys[] = {"verdict", "limiting_rule", "lesions",
                                       "without_low_confidence", NULL};
    json_t *expect = json_object_get(recipe->root, "expect");
    if (!expect)
        return ABL_OK;
    abl_status status = abl_recipe_keys(recipe, expect, keys, "expect", err);
    if (!status)
        status = check_verdict(recipe, expect, "expect", err);
    if (!status)
        status = check_rule(recipe, expect, "expect", err);
    const json_t *without = json_object_get(expect, "without_low_confidence");
    if (!status && without && !json_is_boolean(without))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: expect.without_low_confidence must be "
                               "true or false",
                               recipe->name);
    if (!status)
        status = check_lesions(recipe, json_object_get(expect, "lesions"), err);
    if (!status)
        recipe->phantom->expect = json_incref(expect);
    return status;
}
