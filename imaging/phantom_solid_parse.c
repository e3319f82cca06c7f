/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

enum {
    MAX_DEPTH = 24,
    MAX_COST = 20000
};

static const abl_number_range any_mm = {-2000, 2000};
static const abl_number_range radius_mm = {0.1, 2000};
static const abl_number_range blend_mm = {0, 200};

typedef abl_status (*read_fn)(abl_recipe *recipe, abl_solid_node *node,
                              const json_t *object, const char *where,
                              abl_error *err);

static abl_status read_triple(const abl_recipe *recipe, double out[3],
                              const json_t *object, const char *key,
                              abl_number_range range, const char *where,
                              abl_error *err)
{
    char place[256];
    snprintf(place, sizeof place, "%s.%s", where, key);
    return abl_recipe_numbers(recipe, out, 3, json_object_get(object, key),
                              range, place, err);
}

static abl_status require(const abl_recipe *recipe, const json_t *object,
                          const char *key, const char *where, abl_error *err)
{
    if (json_object_get(object, key))
        return ABL_OK;
    return abl_error_set(err, ABL_E_FORMAT, "%s: %s needs \"%s\"", recipe->name,
                         where, key);
}

/* Rotation about x, then y, then z; rows of axes are the local axes. */
static void set_rotation(abl_solid_node *node, const double degrees[3])
{
    double s[3], c[3];
    for (int a = 0; a < 3; a++) {
        s[a] = sin(degrees[a] * 3.14159265358979323846 / 180);
        c[a] = cos(degrees[a] * 3.14159265358979323846 / 180);
        node->rotated = node->rotated || degrees[a] != 0;
    }
    const double axes[3][3] = {{c[2] * c[1], s[2] * c[1], -s[1]},
                               {c[2] * s[1] * s[0] - s[2] * c[0],
                                s[2] * s[1] * s[0] + c[2] * c[0], c[1] * s[0]},
                               {c[2] * s[1] * c[0] + s[2] * s[0],
                                s[2] * s[1] * c[0] - c[2] * s[0], c[1] * c[0]}};
    memcpy(node->axes, axes, sizeof axes);
}

static abl_status read_placement(abl_recipe *recipe, abl_solid_node *node,
                                 const json_t *object, const char *where,
                                 abl_error *err)
{
    double degrees[3] = {0, 0, 0};
    abl_status status = read_triple(recipe, node->centre_lps, object,
                                    "centre_lps", any_mm, where, err);
    if (!status)
        status = read_triple(recipe, node->radii_mm, object, "radii_mm",
                             radius_mm, where, err);
    if (!status && json_object_get(object, "rotate_deg"))
        status = read_triple(recipe, degrees, object, "rotate_deg",
                             (abl_number_range){-360, 360}, where, err);
    set_rotation(node, degrees);
    return status;
}

static abl_status read_ellipsoid(abl_recipe *recipe, abl_solid_node *node,
                                 const json_t *object, const char *where,
                                 abl_error *err)
{
    static const char *const keys[] = {"kind",     "centre_lps", "radii_mm",
                                       "exponent", "rotate_deg", NULL};
    node->exponent = 2;
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = read_placement(recipe, node, object, where, err);
    if (!status)
        status = abl_recipe_number(recipe, &node->exponent, object, "exponent",
                                   (abl_number_range){2, 16}, where, err);
    return status;
}

static abl_status read_box(abl_recipe *recipe, abl_solid_node *node,
                           const json_t *object, const char *where,
                           abl_error *err)
{
    static const char *const keys[] = {"kind",     "centre_lps", "radii_mm",
                                       "round_mm", "rotate_deg", NULL};
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = read_placement(recipe, node, object, where, err);
    if (status)
        return status;
    double most =
        fmin(node->radii_mm[0], fmin(node->radii_mm[1], node->radii_mm[2]));
    return abl_recipe_number(recipe, &node->amount_mm, object, "round_mm",
                             (abl_number_range){0, most}, where, err);
}

static abl_status read_halfspace(abl_recipe *recipe, abl_solid_node *node,
                                 const json_t *object, const char *where,
                                 abl_error *err)
{
    static const char *const keys[] = {"kind", "centre_lps", "normal", NULL};
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = read_triple(recipe, node->centre_lps, object, "centre_lps",
                             any_mm, where, err);
    if (!status)
        status = read_triple(recipe, node->radii_mm, object, "normal",
                             (abl_number_range){-1, 1}, where, err);
    if (status)
        return status;
    double length = 0;
    for (int a = 0; a < 3; a++)
        length += node->radii_mm[a] * node->radii_mm[a];
    length = sqrt(length);
    if (!(length > 0.01))
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s.normal has no length",
                             recipe->name, where);
    for (int a = 0; a < 3; a++)
        node->radii_mm[a] /= length;
    return ABL_OK;
}

/* Children are built first, so that theirs do not lie between ours. */
static abl_status read_children(abl_recipe *recipe, abl_solid_node *node,
                                const json_t *object, size_t most,
                                const char *where, abl_error *err)
{
    const json_t *of = json_object_get(object, "of");
    bool is_list = json_is_array(of);
    size_t count = is_list ? json_array_size(of) : of ? 1 : 0;
    if (count < 1 || count > most)
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s.of must name %s",
                             recipe->name, where,
                             most == 1 ? "one solid" : "one or more solids");
    abl_solids *solids = &recipe->phantom->solids;
    size_t first = solids->child_count;
    if (count > ABL_PHANTOM_MAX_CHILDREN - first)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: more than %d solids inside solids",
                             recipe->name, ABL_PHANTOM_MAX_CHILDREN);
    solids->child_count += count;
    node->first = first;
    node->count = count;
    for (size_t n = 0; n < count; n++) {
        char place[256];
        snprintf(place, sizeof place, "%s.of[%zu]", where, n);
        size_t child = 0;
        abl_status status = abl_recipe_solid(
            recipe, &child, is_list ? json_array_get(of, n) : of, place, err);
        if (status)
            return status;
        solids->children[first + n] = child;
    }
    return ABL_OK;
}

static abl_status read_combination(abl_recipe *recipe, abl_solid_node *node,
                                   const json_t *object, const char *where,
                                   abl_error *err)
{
    static const char *const keys[] = {"kind", "of", "blend_mm", NULL};
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = abl_recipe_number(recipe, &node->amount_mm, object, "blend_mm",
                                   blend_mm, where, err);
    if (!status)
        status = read_children(recipe, node, object, ABL_PHANTOM_MAX_CHILDREN,
                               where, err);
    return status;
}

static abl_status read_grow(abl_recipe *recipe, abl_solid_node *node,
                            const json_t *object, const char *where,
                            abl_error *err)
{
    static const char *const keys[] = {"kind", "of", "by_mm", NULL};
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = require(recipe, object, "by_mm", where, err);
    if (!status)
        status = abl_recipe_number(recipe, &node->amount_mm, object, "by_mm",
                                   (abl_number_range){-200, 200}, where, err);
    if (!status)
        status = read_children(recipe, node, object, 1, where, err);
    return status;
}

static abl_status read_symmetric(abl_recipe *recipe, abl_solid_node *node,
                                 const json_t *object, const char *where,
                                 abl_error *err)
{
    static const char *const keys[] = {"kind", "of", NULL};
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status = read_children(recipe, node, object, 1, where, err);
    return status;
}

static abl_status read_warp(abl_recipe *recipe, abl_solid_node *node,
                            const json_t *object, const char *where,
                            abl_error *err)
{
    static const char *const keys[] = {"kind",          "of",    "amplitude_mm",
                                       "wavelength_mm", "phase", NULL};
    node->amount_mm = 2;
    node->wavelength_mm = 40;
    abl_status status = abl_recipe_keys(recipe, object, keys, where, err);
    if (!status)
        status =
            abl_recipe_number(recipe, &node->amount_mm, object, "amplitude_mm",
                              (abl_number_range){0, 20}, where, err);
    if (!status)
        status = abl_recipe_number(recipe, &node->wavelength_mm, object,
                                   "wavelength_mm", (abl_number_range){5, 500},
                                   where, err);
    if (!status)
        status = abl_recipe_number(recipe, &node->phase, object, "phase",
                                   (abl_number_range){-100, 100}, where, err);
    if (!status)
        status = read_children(recipe, node, object, 1, where, err);
    return status;
}

static const struct {
    const char *name;
    abl_solid_kind kind;
    read_fn read;
} kinds[] = {
    {"ellipsoid", ABL_SOLID_ELLIPSOID, read_ellipsoid},
    {"box", ABL_SOLID_BOX, read_box},
    {"tube", ABL_SOLID_TUBE, abl_recipe_tube},
    {"loft", ABL_SOLID_LOFT, abl_recipe_loft},
    {"halfspace", ABL_SOLID_HALFSPACE, read_halfspace},
    {"union", ABL_SOLID_UNION, read_combination},
    {"intersection", ABL_SOLID_INTERSECTION, read_combination},
    {"difference", ABL_SOLID_DIFFERENCE, read_combination},
    {"grow", ABL_SOLID_GROW, read_grow},
    {"symmetric", ABL_SOLID_SYMMETRIC, read_symmetric},
    {"warp", ABL_SOLID_WARP, read_warp},
};

static abl_status build_solid(abl_recipe *recipe, size_t *index,
                              const json_t *object, const char *where,
                              abl_error *err)
{
    const char *name = json_string_value(json_object_get(object, "kind"));
    size_t n = 0, count = sizeof kinds / sizeof kinds[0];
    while (n < count && (!name || strcmp(kinds[n].name, name) != 0))
        n++;
    if (n == count)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s has the unknown kind \"%.40s\"",
                             recipe->name, where, name ? name : "");
    abl_solid_node node = {.kind = kinds[n].kind};
    abl_status status = kinds[n].read(recipe, &node, object, where, err);
    if (status)
        return status;
    abl_solids *solids = &recipe->phantom->solids;
    if (solids->node_count == ABL_PHANTOM_MAX_NODES)
        return abl_error_set(err, ABL_E_FORMAT, "%s: more than %d solids",
                             recipe->name, ABL_PHANTOM_MAX_NODES);
    *index = solids->node_count++;
    solids->nodes[*index] = node;
    abl_solid_finish(solids, *index);
    const abl_solid_node *built = solids->nodes + *index;
    if (built->depth > MAX_DEPTH || built->cost > MAX_COST)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s is too complex: %zu levels of %d, %zu "
                             "shapes of %d",
                             recipe->name, where, built->depth, MAX_DEPTH,
                             built->cost, MAX_COST);
    return ABL_OK;
}

static abl_status find_solid(abl_recipe *recipe, size_t *index,
                             const char *name, const char *where,
                             abl_error *err)
{
    const json_t *known = json_object_get(recipe->solid_indices, name);
    if (known) {
        *index = (size_t)json_integer_value(known);
        return ABL_OK;
    }
    const json_t *object =
        json_object_get(json_object_get(recipe->root, "solids"), name);
    if (!object)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s names the solid \"%.40s\", which is not "
                             "in \"solids\"",
                             recipe->name, where, name);
    char place[64];
    snprintf(place, sizeof place, "solids.%.40s", name);
    abl_status status = abl_recipe_solid(recipe, index, object, place, err);
    if (!status && json_object_set_new(recipe->solid_indices, name,
                                       json_integer((json_int_t)*index)) != 0)
        status = abl_error_set(err, ABL_E_NOMEM, "out of memory");
    return status;
}

abl_status abl_recipe_solid(abl_recipe *recipe, size_t *index,
                            const json_t *value, const char *where,
                            abl_error *err)
{
    *index = 0;
    if (recipe->depth >= MAX_DEPTH)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: %s is nested more than %d deep; does a solid "
                             "contain itself?",
                             recipe->name, where, MAX_DEPTH);
    recipe->depth++;
    abl_status status;
    if (json_is_string(value))
        status =
            find_solid(recipe, index, json_string_value(value), where, err);
    else if (json_is_object(value))
        status = build_solid(recipe, index, value, where, err);
    else
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s must be a solid {} or the name of one",
                               recipe->name, where);
    recipe->depth--;
    return status;
}
