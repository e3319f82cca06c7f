/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/phantom.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/phantom_model.h"
#include "imaging/series_geometry.h"

enum {
    MAX_TEXT = 1 << 20
};

static json_t *parse_json(const char *text, size_t length, const char *name,
                          abl_error *err)
{
    json_error_t where;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        abl_error_set(err, ABL_E_FORMAT, "%s: line %d, column %d: %s", name,
                      where.line, where.column, where.text);
    return root;
}

/* Objects join key by key, lists follow those of the base, "lesions" and all
 * else of the recipe replace it. */
static abl_status join_base(json_t *root, json_t *base, abl_error *err)
{
    const char *key;
    json_t *value;
    int failed = 0;
    json_object_foreach(base, key, value)
    {
        json_t *own = json_object_get(root, key);
        if (!own)
            failed |= json_object_set(root, key, value);
        else if (json_is_object(own) && json_is_object(value))
            failed |= json_object_update_missing(own, value);
        else if (strcmp(key, "parts") == 0 && json_is_array(own)) {
            json_t *all = json_copy(value);
            failed |= !all || json_array_extend(all, own) ||
                      json_object_set_new(root, key, all);
        }
    }
    return failed ? abl_error_set(err, ABL_E_NOMEM, "out of memory") : ABL_OK;
}

static abl_status add_base(const abl_recipe *recipe, abl_error *err)
{
    if (!json_is_object(recipe->root))
        return abl_error_set(err, ABL_E_FORMAT, "%s: a recipe is an object {}",
                             recipe->name);
    const json_t *named = json_object_get(recipe->root, "base");
    if (!named)
        return ABL_OK;
    size_t length = 0;
    const char *name = json_string_value(named);
    const char *text = name ? abl_phantom_builtin(name, &length) : NULL;
    if (!text)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: the base \"%.40s\" is not built in",
                             recipe->name, name ? name : "");
    json_t *base = parse_json(text, length, name, err);
    if (!base)
        return ABL_E_FORMAT;
    abl_status status = join_base(recipe->root, base, err);
    json_decref(base);
    return status;
}

static abl_phantom *new_phantom(abl_error *err)
{
    abl_phantom *p = abl_alloc(1, sizeof *p, err);
    if (!p)
        return NULL;
    abl_solids *s = &p->solids;
    s->nodes = abl_alloc(ABL_PHANTOM_MAX_NODES, sizeof *s->nodes, err);
    s->children = abl_alloc(ABL_PHANTOM_MAX_CHILDREN, sizeof *s->children, err);
    s->points = abl_alloc(ABL_PHANTOM_MAX_POINTS, sizeof *s->points, err);
    p->parts = abl_alloc(ABL_PHANTOM_MAX_PARTS, sizeof *p->parts, err);
    p->lesions = abl_alloc(ABL_PHANTOM_MAX_LESIONS, sizeof *p->lesions, err);
    p->targets = abl_alloc(ABL_PHANTOM_MAX_TARGETS, sizeof *p->targets, err);
    p->obstacles =
        abl_alloc(ABL_PHANTOM_MAX_TARGETS, sizeof *p->obstacles, err);
    p->vessels = abl_alloc(ABL_PHANTOM_MAX_VESSELS, sizeof *p->vessels, err);
    p->paths = abl_alloc(ABL_PHANTOM_MAX_PATHS, sizeof *p->paths, err);
    if (s->nodes && s->children && s->points && p->parts && p->lesions &&
        p->targets && p->obstacles && p->vessels && p->paths)
        return p;
    abl_phantom_destroy(p);
    return NULL;
}

void abl_phantom_destroy(abl_phantom *phantom)
{
    if (!phantom)
        return;
    free(phantom->solids.nodes);
    free(phantom->solids.children);
    free(phantom->solids.points);
    free(phantom->parts);
    free(phantom->lesions);
    free(phantom->targets);
    free(phantom->obstacles);
    free(phantom->vessels);
    free(phantom->paths);
    json_decref(phantom->expect);
    json_decref(phantom->about);
    free(phantom);
}

abl_status abl_phantom_parse(abl_phantom **out, const char *text, size_t length,
                             const char *name, abl_error *err)
{
    *out = NULL;
    abl_recipe recipe = {.name = name};
    recipe.root = parse_json(text, length, name, err);
    if (!recipe.root)
        return ABL_E_FORMAT;
    abl_status status = ABL_E_NOMEM;
    recipe.solid_indices = json_object();
    recipe.phantom = new_phantom(err);
    if (recipe.phantom && recipe.solid_indices)
        status = add_base(&recipe, err);
    if (!status)
        status = abl_recipe_read(&recipe, err);
    json_decref(recipe.solid_indices);
    json_decref(recipe.root);
    if (status)
        abl_phantom_destroy(recipe.phantom);
    else
        *out = recipe.phantom;
    return status;
}

static abl_status read_text(char *text, size_t *length, const char *path,
                            abl_error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    *length = fread(text, 1, MAX_TEXT + 1, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be read", path);
    if (*length > MAX_TEXT)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: larger than 1 MB; is this a recipe?", path);
    return ABL_OK;
}

abl_status abl_phantom_load(abl_phantom **out, const char *path, abl_error *err)
{
    *out = NULL;
    size_t length = 0;
    if (!path) {
        const char *text = abl_phantom_builtin("demo", &length);
        return abl_phantom_parse(out, text, length, "demo", err);
    }
    char *text = abl_alloc(MAX_TEXT + 1, 1, err);
    if (!text)
        return ABL_E_NOMEM;
    abl_status status = read_text(text, &length, path, err);
    if (!status)
        status = abl_phantom_parse(out, text, length, path, err);
    free(text);
    return status;
}

const char *abl_phantom_name(const abl_phantom *phantom)
{
    return phantom->name;
}

const char *abl_phantom_series_description(const abl_phantom *phantom)
{
    return phantom->series_description;
}

bool abl_phantom_is_enhanced(const abl_phantom *phantom)
{
    return phantom->is_enhanced;
}

abl_phantom_look abl_phantom_get_look(const abl_phantom *phantom)
{
    return phantom->look;
}

bool abl_phantom_is_mr(const abl_phantom *phantom)
{
    return phantom->look == ABL_LOOK_T1 || phantom->look == ABL_LOOK_T2;
}

const abl_grid *abl_phantom_grid(const abl_phantom *phantom)
{
    return &phantom->grid;
}

size_t abl_phantom_lesion_count(const abl_phantom *phantom)
{
    return phantom->lesion_count;
}

void abl_phantom_slice_shift(double shift_lps[3], const abl_phantom *phantom,
                             double k)
{
    const abl_grid *grid = &phantom->grid;
    double along_mm = k * grid->spacing_mm[2] *
                      tan(phantom->tilt_deg * 3.14159265358979323846 / 180);
    for (int a = 0; a < 3; a++)
        shift_lps[a] = along_mm * grid->direction[a][1];
}

double abl_phantom_tilt_deg(const abl_phantom *phantom)
{
    return phantom->tilt_deg;
}

double abl_phantom_slice_thickness_mm(const abl_phantom *phantom)
{
    return phantom->thickness_mm > 0 ? phantom->thickness_mm
                                     : phantom->grid.spacing_mm[2];
}

void abl_phantom_slice_start_lps(double lps[3], const abl_phantom *phantom,
                                 size_t k)
{
    double shift_lps[3];
    abl_grid_to_lps(lps, &phantom->grid, (double[3]){0, 0, (double)k});
    abl_phantom_slice_shift(shift_lps, phantom, (double)k);
    for (int a = 0; a < 3; a++)
        lps[a] += shift_lps[a];
}

abl_status abl_phantom_upright_grid(abl_grid *out, const abl_phantom *phantom,
                                    abl_error *err)
{
    const abl_grid *grid = &phantom->grid;
    *out = *grid;
    if (phantom->tilt_deg == 0)
        return ABL_OK;
    abl_plane *planes = abl_alloc(grid->size[2], sizeof *planes, err);
    if (!planes)
        return ABL_E_NOMEM;
    for (size_t k = 0; k < grid->size[2]; k++) {
        abl_plane *plane = planes + k;
        *plane = (abl_plane){
            .spacing_mm = {grid->spacing_mm[0], grid->spacing_mm[1]},
            .size = {grid->size[0], grid->size[1]},
            .name = phantom->name};
        abl_phantom_slice_start_lps(plane->position_lps, phantom, k);
        for (int a = 0; a < 3; a++) {
            plane->row_lps[a] = grid->direction[a][0];
            plane->column_lps[a] = grid->direction[a][1];
        }
    }
    abl_stack stack = {0};
    abl_status status = abl_stack_build(&stack, planes, grid->size[2], err);
    if (!status)
        *out = stack.grid;
    abl_stack_clear(&stack);
    free(planes);
    return status;
}
