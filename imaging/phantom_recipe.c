/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

static const abl_number_range width_range = {0, 100};

typedef abl_status (*item_fn)(abl_recipe *recipe, const json_t *item,
                              const char *where, abl_error *err);

static abl_status each_item(abl_recipe *recipe, const char *key, size_t most,
                            item_fn read, abl_error *err)
{
    const json_t *list = json_object_get(recipe->root, key);
    if (!list)
        return ABL_OK;
    if (!json_is_array(list) || json_array_size(list) > most)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s must be a list of at most %zu",
                             recipe->name, key, most);
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < json_array_size(list); n++) {
        char where[64];
        snprintf(where, sizeof where, "%s[%zu]", key, n);
        status = read(recipe, json_array_get(list, n), where, err);
    }
    return status;
}

abl_status abl_recipe_append_part(abl_recipe *recipe,
                                  const abl_phantom_part *part, abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    if (phantom->part_count == ABL_PHANTOM_MAX_PARTS)
        return abl_error_set(err, ABL_E_FORMAT, "%s: more than %d parts",
                             recipe->name, ABL_PHANTOM_MAX_PARTS);
    phantom->parts[phantom->part_count++] = *part;
    return ABL_OK;
}

abl_status abl_recipe_paint(abl_recipe *recipe, abl_phantom_part *part,
                            const json_t *item, const char *where,
                            abl_error *err)
{
    char place[256];
    snprintf(place, sizeof place, "%s.solid", where);
    part->texture_mm = 10;
    abl_status status = abl_recipe_text(recipe, part->name, sizeof part->name,
                                        item, "name", where, err);
    if (!status)
        status = abl_recipe_solid(recipe, &part->solid,
                                  json_object_get(item, "solid"), place, err);
    if (!status)
        status = abl_recipe_value(recipe, &part->hu, item, "hu", "tissue",
                                  where, err);
    if (!status && isnan(part->hu))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s needs \"hu\" or \"tissue\"",
                               recipe->name, where);
    if (!status)
        status = abl_recipe_number(recipe, &part->edge_mm, item, "edge_mm",
                                   width_range, where, err);
    if (!status)
        status =
            abl_recipe_number(recipe, &part->texture_hu, item, "texture_hu",
                              (abl_number_range){0, 1000}, where, err);
    if (!status)
        status =
            abl_recipe_number(recipe, &part->texture_mm, item, "texture_mm",
                              (abl_number_range){1, 200}, where, err);
    return status;
}

static abl_status read_label(abl_recipe *recipe, int *label, const json_t *item,
                             const char *where, abl_error *err)
{
    const json_t *value = json_object_get(item, "label");
    *label = 0;
    if (!value)
        return ABL_OK;
    if (json_is_string(value) &&
        strcmp(json_string_value(value), "keep") == 0) {
        *label = ABL_PHANTOM_KEEP_LABEL;
        return ABL_OK;
    }
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 ||
        number >= ABL_PHANTOM_LESION_FIRST)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s.label must be 0 to %d or \"keep\"",
                             recipe->name, where, ABL_PHANTOM_LESION_FIRST - 1);
    *label = (int)number;
    return ABL_OK;
}

static abl_status read_part(abl_recipe *recipe, const json_t *item,
                            const char *where, abl_error *err)
{
    static const char *const keys[] = {
        "name",    "solid",      "hu",         "tissue",   "label",
        "edge_mm", "texture_hu", "texture_mm", "disabled", NULL};
    abl_phantom_part part = {.name = ""};
    abl_status status = abl_recipe_keys(recipe, item, keys, where, err);
    if (status || json_is_true(json_object_get(item, "disabled")))
        return status;
    status = abl_recipe_paint(recipe, &part, item, where, err);
    if (!status)
        status = read_label(recipe, &part.label, item, where, err);
    if (!status)
        status = abl_recipe_append_part(recipe, &part, err);
    return status;
}

static abl_status append_named(abl_recipe *recipe, abl_phantom_target *list,
                               size_t *count, const json_t *item,
                               const char *where, abl_error *err)
{
    abl_phantom_target *named = list + *count;
    const char *name = json_string_value(item);
    if (!name || strlen(name) >= sizeof named->name)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s must be the name of a solid", recipe->name,
                             where);
    snprintf(named->name, sizeof named->name, "%s", name);
    abl_status status =
        abl_recipe_solid(recipe, &named->solid, item, where, err);
    if (!status)
        ++*count;
    return status;
}

static abl_status read_target(abl_recipe *recipe, const json_t *item,
                              const char *where, abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    return append_named(recipe, phantom->targets, &phantom->target_count, item,
                        where, err);
}

static abl_status read_obstacle(abl_recipe *recipe, const json_t *item,
                                const char *where, abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    return append_named(recipe, phantom->obstacles, &phantom->obstacle_count,
                        item, where, err);
}

static abl_status read_skin(abl_recipe *recipe, abl_error *err)
{
    const json_t *skin = json_object_get(recipe->root, "skin");
    if (!skin)
        return ABL_OK;
    recipe->phantom->has_skin = true;
    return abl_recipe_solid(recipe, &recipe->phantom->skin, skin, "skin", err);
}

static abl_status read_about(abl_recipe *recipe, abl_error *err)
{
    char text[2048];
    json_t *about = json_object_get(recipe->root, "about");
    if (!about)
        return ABL_OK;
    abl_status status = abl_recipe_text(recipe, text, sizeof text, recipe->root,
                                        "about", "the recipe", err);
    if (!status)
        recipe->phantom->about = json_incref(about);
    return status;
}

static abl_status read_head(abl_recipe *recipe, abl_error *err)
{
    static const char *const keys[] = {
        "name",     "about",   "base",    "series_description",
        "enhanced", "image",   "solids",  "parts",
        "lesions",  "targets", "tissues", "obstacles",
        "skin",     "vessels", "paths",   "expect",
        NULL};
    abl_phantom *phantom = recipe->phantom;
    snprintf(phantom->name, sizeof phantom->name, "phantom");
    const json_t *solids = json_object_get(recipe->root, "solids");
    abl_status status =
        abl_recipe_keys(recipe, recipe->root, keys, "the recipe", err);
    if (!status)
        status = read_about(recipe, err);
    if (!status)
        status = abl_recipe_look(recipe, err);
    if (!status && solids && !json_is_object(solids))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: solids must be an object {}", recipe->name);
    if (!status)
        status = abl_recipe_text(recipe, phantom->name, sizeof phantom->name,
                                 recipe->root, "name", "the recipe", err);
    if (!status)
        status =
            abl_recipe_text(recipe, phantom->series_description,
                            sizeof phantom->series_description, recipe->root,
                            "series_description", "the recipe", err);
    return status;
}

abl_status abl_recipe_read(abl_recipe *recipe, abl_error *err)
{
    abl_status status = read_head(recipe, err);
    if (!status)
        status = abl_recipe_image(recipe, err);
    if (!status)
        status =
            each_item(recipe, "parts", ABL_PHANTOM_MAX_PARTS, read_part, err);
    if (!status)
        status = each_item(recipe, "lesions", ABL_PHANTOM_MAX_LESIONS,
                           abl_recipe_lesion, err);
    if (!status)
        status = each_item(recipe, "targets", ABL_PHANTOM_MAX_TARGETS,
                           read_target, err);
    if (!status)
        status = each_item(recipe, "obstacles", ABL_PHANTOM_MAX_TARGETS,
                           read_obstacle, err);
    if (!status)
        status = read_skin(recipe, err);
    if (!status)
        status = each_item(recipe, "vessels", ABL_PHANTOM_MAX_VESSELS,
                           abl_recipe_vessel, err);
    if (!status)
        status = each_item(recipe, "paths", ABL_PHANTOM_MAX_PATHS,
                           abl_recipe_path, err);
    if (!status)
        status = abl_recipe_expect(recipe, err);
    if (!status && recipe->phantom->part_count == 0)
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: there are no parts to paint", recipe->name);
    return status;
}
