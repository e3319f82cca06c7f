/* What tissues look like in a contrast phase or an MR weighting.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

static const abl_number_range hu_range = {-1024, 3071};

static const struct {
    const char *key, *series_description;
    bool is_enhanced;
} looks[] = {
    [ABL_LOOK_PLAIN] = {"plain", "Phantom", false},
    [ABL_LOOK_UNENHANCED] = {"unenhanced", "Unenhanced abdomen", false},
    [ABL_LOOK_ARTERIAL] = {"arterial", "Arterial abdomen", true},
    [ABL_LOOK_PORTAL_VENOUS] = {"portal_venous", "Portal venous abdomen", true},
    [ABL_LOOK_DELAYED] = {"delayed", "Delayed abdomen", true},
    [ABL_LOOK_T1] = {"t1", "T1 abdomen", false},
    [ABL_LOOK_T2] = {"t2", "T2 abdomen", false},
};

enum {
    LOOKS = sizeof looks / sizeof looks[0]
};

const char *abl_phantom_look_name(abl_phantom_look look)
{
    return looks[look].key;
}

abl_status abl_recipe_look(abl_recipe *recipe, abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    const json_t *given =
        json_object_get(json_object_get(recipe->root, "image"), "look");
    const char *name = json_string_value(given);
    size_t n = 0;
    while (given && n < LOOKS && (!name || strcmp(looks[n].key, name) != 0))
        n++;
    if (n == LOOKS)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: image.look is \"%.40s\"; allowed are plain, "
                             "unenhanced, arterial, portal_venous, delayed, t1 "
                             "and t2",
                             recipe->name, name ? name : "");
    phantom->look = (abl_phantom_look)n;
    const json_t *enhanced = json_object_get(recipe->root, "enhanced");
    phantom->is_enhanced =
        enhanced ? json_is_true(enhanced) : looks[n].is_enhanced;
    snprintf(phantom->series_description, sizeof phantom->series_description,
             "%s", looks[n].series_description);
    return ABL_OK;
}

static abl_status tissue_value(const abl_recipe *recipe, double *out,
                               const char *tissue, const char *where,
                               abl_error *err)
{
    const char *look = looks[recipe->phantom->look].key;
    const json_t *values =
        json_object_get(json_object_get(recipe->root, "tissues"), tissue);
    if (!json_is_object(values))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s names the tissue \"%.40s\", which is not "
                             "in \"tissues\"",
                             recipe->name, where, tissue);
    if (!json_object_get(values, look))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: the tissue \"%.40s\" has no value for the "
                             "look \"%s\"",
                             recipe->name, tissue, look);
    char path[128];
    snprintf(path, sizeof path, "tissues.%.40s", tissue);
    return abl_recipe_number(recipe, out, values, look, hu_range, path, err);
}

abl_status abl_recipe_value(const abl_recipe *recipe, double *out,
                            const json_t *item, const char *hu_key,
                            const char *tissue_key, const char *where,
                            abl_error *err)
{
    *out = NAN;
    const json_t *tissue = json_object_get(item, tissue_key);
    if (!tissue)
        return abl_recipe_number(recipe, out, item, hu_key, hu_range, where,
                                 err);
    if (!json_is_string(tissue) || json_object_get(item, hu_key))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s.%s must be a name, without \"%s\"",
                             recipe->name, where, tissue_key, hu_key);
    return tissue_value(recipe, out, json_string_value(tissue), where, err);
}
