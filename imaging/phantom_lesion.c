/* Lesions of a recipe.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/phantom_model.h"

static const abl_number_range width_range = {0, 100};

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
    return abl_recipe_append_part(recipe, part, err);
}

static abl_status paint_lesion(abl_recipe *recipe, abl_phantom_part *part,
                               double rim_mm, double rim_hu, abl_error *err)
{
    if (!(rim_mm > 0))
        return abl_recipe_append_part(recipe, part, err);
    abl_phantom_part rim = *part;
    rim.hu = rim_hu;
    abl_status status = abl_recipe_append_part(recipe, &rim, err);
    part->label = ABL_PHANTOM_KEEP_LABEL;
    if (!status)
        status = append_core(recipe, part, rim_mm, err);
    return status;
}

static abl_status check_bounded(const abl_recipe *recipe, size_t solid,
                                const char *where, abl_error *err)
{
    const abl_solid_node *node = recipe->phantom->solids.nodes + solid;
    for (int a = 0; a < 3; a++)
        if (!(node->hi[a] - node->lo[a] < 1000))
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: %s is larger than 1 m or has no end",
                                 recipe->name, where);
    return ABL_OK;
}

abl_status abl_recipe_lesion(abl_recipe *recipe, const json_t *item,
                             const char *where, abl_error *err)
{
    static const char *const keys[] = {
        "name",       "solid",  "hu",     "tissue",     "edge_mm", "texture_hu",
        "texture_mm", "rim_mm", "rim_hu", "rim_tissue", "place",   NULL};
    abl_phantom *phantom = recipe->phantom;
    size_t number = phantom->lesion_count;
    abl_phantom_part part = {.label = ABL_PHANTOM_LESION_FIRST + (int)number};
    snprintf(part.name, sizeof part.name, "lesion %zu", number + 1);
    double rim_mm = 0, rim_hu = NAN;
    abl_status status = abl_recipe_keys(recipe, item, keys, where, err);
    if (!status)
        status = abl_recipe_paint(recipe, &part, item, where, err);
    if (!status)
        status = abl_recipe_number(recipe, &rim_mm, item, "rim_mm", width_range,
                                   where, err);
    if (!status)
        status = abl_recipe_value(recipe, &rim_hu, item, "rim_hu", "rim_tissue",
                                  where, err);
    if (!status && rim_mm > 0 && isnan(rim_hu))
        status = abl_error_set(err, ABL_E_FORMAT,
                               "%s: %s needs \"rim_hu\" or \"rim_tissue\"",
                               recipe->name, where);
    if (!status)
        status = abl_recipe_place(recipe, &part.solid, item, where, err);
    if (!status)
        status = check_bounded(recipe, part.solid, where, err);
    if (status)
        return status;
    abl_phantom_lesion *lesion = phantom->lesions + phantom->lesion_count++;
    memcpy(lesion->name, part.name, sizeof lesion->name);
    lesion->solid = part.solid;
    lesion->hu = part.hu;
    return paint_lesion(recipe, &part, rim_mm, rim_hu, err);
}
