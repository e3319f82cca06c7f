/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

enum {
    MAX_COLUMNS = 1024,
    MAX_SLICES = 2000
};

static const abl_number_range hu_range = {-1024, 3071};
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

static abl_status append_part(abl_recipe *recipe, const abl_phantom_part *part,
                              abl_error *err)
{
    abl_phantom *phantom = recipe->phantom;
    if (phantom->part_count == ABL_PHANTOM_MAX_PARTS)
        return abl_error_set(err, ABL_E_FORMAT, "%s: more than %d parts",
                             recipe->name, ABL_PHANTOM_MAX_PARTS);
    phantom->parts[phantom->part_count++] = *part;
    return ABL_OK;
}

/* What parts and lesions share. */
static abl_status read_paint(abl_recipe *recipe, abl_phantom_part *part,
                             const json_t *item, const char *where,
                             abl_error *err)
{
    char place[256];
    snprintf(place, sizeof place, "%s.solid", where);
    part->texture_mm = 10;
    part->hu = NAN;
    abl_status status = abl_recipe_text(recipe, part->name, sizeof part->name,
                                        item, "name", where, err);
    if (!status)
        status = abl_recipe_solid(recipe, &part->solid,
                                  json_object_get(item, "solid"), place, err);
    if (!status)
        status = abl_recipe_number(recipe, &part->hu, item, "hu", hu_range,
                                   where, err);
    if (!status && isnan(part->hu))
        status = abl_error_set(err, ABL_E_FORMAT, "%s: %s needs \"hu\"",
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
    static const char *const keys[] = {"name",       "solid",    "hu",
                                       "label",      "edge_mm",  "texture_hu",
                                       "texture_mm", "disabled", NULL};
    abl_phantom_part part = {.name = ""};
    abl_status status = abl_recipe_keys(recipe, item, keys, where, err);
    if (status || json_is_true(json_object_get(item, "disabled")))
        return status;
    status = read_paint(recipe, &part, item, where, err);
    if (!status)
        status = read_label(recipe, &part.label, item, where, err);
    if (!status)
        status = append_part(recipe, &part, err);
    return status;
}

/* A rim is the lesion in the rim's HU with the shrunken lesion on top. */
static abl_status append_core(abl_recipe *recipe, abl_phantom_part *part,
                              double rim_mm, abl_error *err)
{
    abl_solids *solids = &recipe->phantom->solids;
    if (solids->node_count == ABL_PHANTOM_MAX_NODES ||
        solids->child_count == ABL_PHANTOM_MAX_CHILDREN)
        return abl_error_set(err, ABL_E_FORMAT, "%s: too many solids",
                             recipe->name);
    abl_solid_node core = {.kind = ABL_SOLID_GROW,
                           .amount_mm = -rim_mm,
                           .first = solids->child_count,
                           .count = 1};
    solids->children[solids->child_count++] = part->solid;
    part->solid = solids->node_count;
    solids->nodes[solids->node_count++] = core;
    abl_solid_finish(solids, part->solid);
    return append_part(recipe, part, err);
}

static abl_status paint_lesion(abl_recipe *recipe, abl_phantom_part *part,
                               double rim_mm, double rim_hu, abl_error *err)
{
    if (!(rim_mm > 0))
        return append_part(recipe, part, err);
    abl_phantom_part rim = *part;
    rim.hu = rim_hu;
    abl_status status = append_part(recipe, &rim, err);
    part->label = ABL_PHANTOM_KEEP_LABEL;
    if (!status)
        status = append_core(recipe, part, rim_mm, err);
    return status;
}

static abl_status read_lesion(abl_recipe *recipe, const json_t *item,
                              const char *where, abl_error *err)
{
    static const char *const keys[] = {"name",    "solid",      "hu",
                                       "edge_mm", "texture_hu", "texture_mm",
                                       "rim_mm",  "rim_hu",     NULL};
    abl_phantom *phantom = recipe->phantom;
    size_t number = phantom->lesion_count;
    abl_phantom_part part = {.label = ABL_PHANTOM_LESION_FIRST + (int)number};
    snprintf(part.name, sizeof part.name, "lesion %zu", number + 1);
    double rim_mm = 0, rim_hu = 0;
    abl_status status = abl_recipe_keys(recipe, item, keys, where, err);
    if (!status)
        status = read_paint(recipe, &part, item, where, err);
    if (!status)
        status = abl_recipe_number(recipe, &rim_mm, item, "rim_mm", width_range,
                                   where, err);
    if (!status)
        status = abl_recipe_number(recipe, &rim_hu, item, "rim_hu", hu_range,
                                   where, err);
    if (status)
        return status;
    abl_phantom_lesion *lesion = phantom->lesions + phantom->lesion_count++;
    memcpy(lesion->name, part.name, sizeof lesion->name);
    lesion->solid = part.solid;
    lesion->hu = part.hu;
    return paint_lesion(recipe, &part, rim_mm, rim_hu, err);
}

static abl_status read_target(abl_recipe *recipe, const json_t *item,
                              const char *where, abl_error *err)
{
    abl_phantom_target *target =
        recipe->phantom->targets + recipe->phantom->target_count;
    const char *name = json_string_value(item);
    if (!name || strlen(name) >= sizeof target->name)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s must be the name of a solid", recipe->name,
                             where);
    snprintf(target->name, sizeof target->name, "%s", name);
    abl_status status =
        abl_recipe_solid(recipe, &target->solid, item, where, err);
    if (!status)
        recipe->phantom->target_count++;
    return status;
}

static abl_status read_size(const abl_recipe *recipe, abl_grid *grid,
                            const json_t *image, abl_error *err)
{
    double size[3] = {512, 512, 110};
    const json_t *given = json_object_get(image, "size");
    if (given) {
        abl_status status = abl_recipe_numbers(
            recipe, size, 3, given, (abl_number_range){1, MAX_SLICES},
            "image.size", err);
        if (status)
            return status;
    }
    for (int a = 0; a < 3; a++) {
        grid->size[a] = (size_t)size[a];
        if (size[a] != floor(size[a]) || (a < 2 && size[a] > MAX_COLUMNS))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: image.size[%d] is %g; allowed are whole "
                                 "numbers up to %d",
                                 recipe->name, a, size[a],
                                 a < 2 ? MAX_COLUMNS : MAX_SLICES);
    }
    return ABL_OK;
}

/* Columns, then rows of the image in LPS; slices follow as their normal. */
static abl_status read_direction(const abl_recipe *recipe, abl_grid *grid,
                                 const json_t *image, abl_error *err)
{
    const json_t *given = json_object_get(image, "orientation");
    if (!given)
        return ABL_OK;
    double v[6];
    abl_status status =
        abl_recipe_numbers(recipe, v, 6, given, (abl_number_range){-1, 1},
                           "image.orientation", err);
    if (status)
        return status;
    const double *row = v, *column = v + 3;
    for (int a = 0; a < 3; a++) {
        int b = (a + 1) % 3, c = (a + 2) % 3;
        grid->direction[a][0] = row[a];
        grid->direction[a][1] = column[a];
        grid->direction[a][2] = row[b] * column[c] - row[c] * column[b];
    }
    return ABL_OK;
}

static abl_status read_grid(const abl_recipe *recipe, const json_t *image,
                            abl_error *err)
{
    abl_grid *grid = &recipe->phantom->grid;
    double centre_lps[3] = {0, 0, 0};
    *grid = abl_grid_axial(1, 1, 1, 0.75, 0.75, 2.5);
    abl_status status = read_size(recipe, grid, image, err);
    const json_t *spacing = json_object_get(image, "spacing_mm");
    if (!status && spacing)
        status = abl_recipe_numbers(recipe, grid->spacing_mm, 3, spacing,
                                    (abl_number_range){0.1, 20},
                                    "image.spacing_mm", err);
    const json_t *centre = json_object_get(image, "centre_lps");
    if (!status && centre)
        status = abl_recipe_numbers(recipe, centre_lps, 3, centre,
                                    (abl_number_range){-2000, 2000},
                                    "image.centre_lps", err);
    if (!status)
        status = read_direction(recipe, grid, image, err);
    if (!status)
        status = abl_grid_validate(grid, err);
    if (status == ABL_E_GEOMETRY) {
        abl_error_prefix(err, "%s: image", recipe->name);
        if (err)
            err->code = ABL_E_FORMAT;
        return ABL_E_FORMAT;
    }
    if (status)
        return status;
    double half[3], offset[3];
    for (int a = 0; a < 3; a++)
        half[a] = ((double)grid->size[a] - 1) / 2;
    abl_grid_to_lps(offset, grid, half);
    for (int a = 0; a < 3; a++)
        grid->origin_lps[a] = centre_lps[a] - offset[a];
    return ABL_OK;
}

static abl_status read_image(abl_recipe *recipe, abl_error *err)
{
    static const char *const keys[] = {
        "size",     "spacing_mm", "centre_lps", "orientation",   "psf_mm",
        "psf_z_mm", "noise_hu",   "noise_mm",   "background_hu", NULL};
    abl_phantom *phantom = recipe->phantom;
    json_t *image = json_object_get(recipe->root, "image");
    const struct {
        const char *key;
        double *out;
        abl_number_range range;
    } numbers[] = {
        {"psf_mm", &phantom->psf_mm, {0, 5}},
        {"psf_z_mm", &phantom->psf_z_mm, {0, 5}},
        {"noise_hu", &phantom->noise_hu, {0, 200}},
        {"noise_mm", &phantom->noise_mm, {0, 5}},
        {"background_hu", &phantom->background_hu, {-1024, 3071}},
    };
    phantom->background_hu = -1000;
    abl_status status = ABL_OK;
    if (image)
        status = abl_recipe_keys(recipe, image, keys, "image", err);
    for (size_t n = 0; !status && n < sizeof numbers / sizeof numbers[0]; n++)
        status =
            abl_recipe_number(recipe, numbers[n].out, image, numbers[n].key,
                              numbers[n].range, "image", err);
    if (!status)
        status = read_grid(recipe, image, err);
    return status;
}

static abl_status read_head(abl_recipe *recipe, abl_error *err)
{
    static const char *const keys[] = {
        "name",     "about",   "base",   "series_description",
        "enhanced", "image",   "solids", "parts",
        "lesions",  "targets", NULL};
    abl_phantom *phantom = recipe->phantom;
    snprintf(phantom->name, sizeof phantom->name, "phantom");
    snprintf(phantom->series_description, sizeof phantom->series_description,
             "Phantom");
    const json_t *enhanced = json_object_get(recipe->root, "enhanced");
    phantom->is_enhanced = json_is_true(enhanced);
    const json_t *solids = json_object_get(recipe->root, "solids");
    abl_status status =
        abl_recipe_keys(recipe, recipe->root, keys, "the recipe", err);
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
        status = read_image(recipe, err);
    if (!status)
        status =
            each_item(recipe, "parts", ABL_PHANTOM_MAX_PARTS, read_part, err);
    if (!status)
        status = each_item(recipe, "lesions", ABL_PHANTOM_MAX_LESIONS,
                           read_lesion, err);
    if (!status)
        status = each_item(recipe, "targets", ABL_PHANTOM_MAX_TARGETS,
                           read_target, err);
    if (!status && recipe->phantom->part_count == 0)
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: there are no parts to paint", recipe->name);
    return status;
}
