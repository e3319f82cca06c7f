/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_layers.h"

#include <math.h>
#include <stdlib.h>

#include "eligibility/access_ribs.h"

/* Classes that close a corridor, in the order that decides a tie. Lung has a
 * layer of its own. */
static const abl_structure_id hard_obstacles[] = {
    ABL_BONE,
    ABL_BOWEL_GAS,
    ABL_HEART,
    ABL_AORTA,
    ABL_INFERIOR_VENA_CAVA,
    ABL_PORTAL_AND_SPLENIC_VEIN,
    ABL_STOMACH,
    ABL_COLON,
    ABL_DUODENUM,
    ABL_SMALL_BOWEL,
    ABL_GALLBLADDER,
    ABL_SPLEEN,
    ABL_RIGHT_KIDNEY,
    ABL_LEFT_KIDNEY,
    ABL_PANCREAS,
    ABL_ESOPHAGUS,
    ABL_RIGHT_ADRENAL_GLAND,
    ABL_LEFT_ADRENAL_GLAND,
};
static const abl_structure_id vessels[] = {ABL_HEPATIC_VEINS, ABL_PORTAL_VEINS,
                                           ABL_LIVER_VESSELS};
enum {
    HARD_COUNT = sizeof hard_obstacles / sizeof *hard_obstacles,
    VESSEL_COUNT = sizeof vessels / sizeof *vessels
};

static const abl_volume *field_of(const abl_structures *s, abl_structure_id id)
{
    return s->items[id].found >= ABL_FOUND ? s->items[id].field : NULL;
}

/* Bowel comes from imported labels only; without them unclassified tissue
 * stands for it. */
bool abl_layers_are_known(const abl_structures *structures)
{
    for (size_t n = 0; n < HARD_COUNT; n++)
        if (!abl_structure_is_bowel(hard_obstacles[n]) &&
            structures->items[hard_obstacles[n]].found == ABL_NOT_LOOKED_FOR)
            return false;
    return true;
}

static abl_status create_layer(abl_access_map *map, abl_layer layer,
                               const abl_obstacle *obstacles, size_t count,
                               abl_error *err)
{
    abl_grid reach = map->grid;
    size_t lo[3];
    if (count == 0)
        return ABL_OK;
    if (count == 1 &&
        !abl_grid_reach(&reach, lo, &map->grid, &obstacles->field->grid,
                        ABL_ACCESS_FAR_MM / map->axial_scale))
        return ABL_OK;
    return abl_obstacle_map_create(&map->layers[layer], &reach,
                                   map->axial_scale, obstacles, count, err);
}

static abl_status create_hard(abl_access_map *map, const uint8_t *rib_ids,
                              abl_error *err)
{
    abl_obstacle found[HARD_COUNT];
    abl_volume *walled = NULL;
    size_t count = 0;
    abl_status status = ABL_OK;
    const abl_volume *gas = field_of(map->structures, ABL_BOWEL_GAS);
    if (gas)
        status = abl_field_grow(&walled, &map->grid, gas, ABL_GAS_WALL_MM, err);
    for (size_t n = 0; n < HARD_COUNT; n++) {
        const abl_structure_id id = hard_obstacles[n];
        abl_obstacle one = {field_of(map->structures, id), (uint8_t)id, NULL};
        if (id == ABL_BONE)
            one.ids = rib_ids;
        if (id == ABL_BOWEL_GAS)
            one.field = walled;
        if (one.field)
            found[count++] = one;
    }
    if (!status && count)
        status =
            abl_obstacle_map_create(&map->layers[ABL_LAYER_HARD], &map->grid,
                                    map->axial_scale, found, count, err);
    abl_volume_destroy(walled);
    return status;
}

static abl_status create_ribs_and_hard(abl_access_map *map, abl_error *err)
{
    const abl_volume *bone = field_of(map->structures, ABL_BONE);
    abl_ribs ribs = {NULL, NULL};
    abl_status status = ABL_OK;
    if (bone)
        status = abl_ribs_find(&ribs, map, bone, err);
    if (!status)
        status = create_hard(map, ribs.ids, err);
    const abl_obstacle bundle = {.field = ribs.bundle,
                                 .id = ABL_OBSTACLE_BUNDLE};
    if (!status && ribs.bundle)
        status = create_layer(map, ABL_LAYER_BUNDLE, &bundle, 1, err);
    abl_ribs_clear(&ribs);
    return status;
}

/* Makes the recess part of the pleura: below each column's lowest lung, not
 * in the liver. */
static void add_recess(abl_volume *pleura, const float *lung,
                       const float *liver)
{
    const abl_grid *g = &pleura->grid;
    const size_t plane = g->size[0] * g->size[1];
    float *out = abl_volume_f32(pleura);
    const double recess = ABL_PLEURAL_RECESS_MM / g->spacing_mm[2];
#pragma omp parallel for schedule(static)
    for (size_t at = 0; at < plane; at++) {
        size_t base = 0;
        while (base < g->size[2] && !(lung[base * plane + at] > 0))
            base++;
        if (base == 0 || base == g->size[2])
            continue;
        for (size_t k = base; k-- > 0;) {
            const double down = (double)(base - k);
            if (down > recess + 1)
                break;
            const float depth = (float)((recess - down) * g->spacing_mm[2]);
            const size_t n = k * plane + at;
            if (!(liver[n] > 0) && depth > out[n])
                out[n] = depth;
        }
    }
}

/* Around the lung by the margin, and down into the recess. */
static abl_status create_pleura(abl_access_map *map, const abl_volume *lung,
                                abl_error *err)
{
    const double margin = map->options.pleura_margin_mm;
    abl_volume *pleura = NULL;
    float *in_lung = NULL, *in_liver = NULL;
    if (!(margin > 0))
        return ABL_OK;
    abl_status status = abl_field_grow(
        &pleura, &map->grid, lung, fmax(margin, ABL_PLEURAL_RECESS_MM), err);
    if (status || !pleura)
        return status;
    const size_t voxels = abl_grid_voxels(&pleura->grid);
    in_lung = abl_alloc(voxels, sizeof *in_lung, err);
    in_liver = abl_alloc(voxels, sizeof *in_liver, err);
    status = in_lung && in_liver ? ABL_OK : ABL_E_NOMEM;
    if (!status) {
        float *f = abl_volume_f32(pleura);
        for (size_t n = 0; n < voxels; n++)
            f[n] += (float)(margin - fmax(margin, ABL_PLEURAL_RECESS_MM));
        abl_field_sample_grid(in_lung, &pleura->grid, lung, -1e3f);
        abl_field_sample_grid(in_liver, &pleura->grid,
                              map->structures->items[ABL_LIVER].field, -1e3f);
        add_recess(pleura, in_lung, in_liver);
        const abl_obstacle one = {.field = pleura, .id = ABL_OBSTACLE_PLEURA};
        status = create_layer(map, ABL_LAYER_PLEURA, &one, 1, err);
    }
    free(in_lung);
    free(in_liver);
    abl_volume_destroy(pleura);
    return status;
}

static abl_status create_named(abl_access_map *map, abl_layer layer,
                               const abl_structure_id *ids, size_t count,
                               abl_error *err)
{
    abl_obstacle found[VESSEL_COUNT];
    size_t there = 0;
    for (size_t n = 0; n < count; n++) {
        const abl_volume *field = field_of(map->structures, ids[n]);
        if (field)
            found[there++] = (abl_obstacle){field, (uint8_t)ids[n], NULL};
    }
    return create_layer(map, layer, found, there, err);
}

abl_status abl_layers_create(abl_access_map *map, abl_error *err)
{
    static const abl_structure_id lung = ABL_LUNG, other = ABL_UNCLASSIFIED;
    const abl_volume *lung_field = field_of(map->structures, ABL_LUNG);
    abl_status status = create_ribs_and_hard(map, err);
    if (!status)
        status = create_named(map, ABL_LAYER_LUNG, &lung, 1, err);
    if (!status && lung_field)
        status = create_pleura(map, lung_field, err);
    if (!status)
        status =
            create_named(map, ABL_LAYER_VESSEL, vessels, VESSEL_COUNT, err);
    if (!status)
        status = create_named(map, ABL_LAYER_UNCLASSIFIED, &other, 1, err);
    return status;
}
