/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_map.h"

#include <math.h>
#include <stdlib.h>

#define GRID_MM 2.0 /* wanted spacing of the planning grid */

/* Classes that close a corridor, in the order that decides a tie. */
static const abl_structure_id hard_obstacles[] = {
    ABL_BONE,
    ABL_LUNG,
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
#define HARD_COUNT (sizeof hard_obstacles / sizeof *hard_obstacles)

static abl_status check_options(const abl_measure_options *options,
                                abl_error *err)
{
    if (!(options->corridor_mm >= 0.5 && options->corridor_mm <= 25))
        return abl_error_set(err, ABL_E_INVALID,
                             "corridor half-width %g mm is not in 0.5 to 25",
                             options->corridor_mm);
    if (!(options->max_path_mm > 0 &&
          options->max_path_mm <= options->borderline_path_mm &&
          options->borderline_path_mm <= 1000))
        return abl_error_set(err, ABL_E_INVALID,
                             "path lengths %g and %g mm are not in order or "
                             "not in 0 to 1000",
                             options->max_path_mm, options->borderline_path_mm);
    return ABL_OK;
}

static bool is_there(const abl_structures *s, abl_structure_id id)
{
    return s->items[id].found >= ABL_FOUND && s->items[id].field;
}

static const char *say_why_not(const abl_structures *s)
{
    if (!is_there(s, ABL_SKIN))
        return "the skin was not found";
    if (!is_there(s, ABL_LIVER))
        return "the liver was not found";
    return NULL;
}

static const char *say_uncertain(const abl_structures *s)
{
    if (s->intensity_clipped)
        return "the scan's intensities are clipped, so gas, lung and bone "
               "cannot be told reliably";
    if (!is_there(s, ABL_BONE))
        return "no bone was found, so ribs cannot be kept clear of";
    if (!is_there(s, ABL_LUNG))
        return "no lung was found, so the pleura cannot be kept clear of";
    for (size_t n = 0; n < HARD_COUNT; n++)
        if (s->items[hard_obstacles[n]].found == ABL_NOT_LOOKED_FOR &&
            !abl_structure_is_bowel(hard_obstacles[n]))
            return "not every obstacle was looked for";
    if (s->items[ABL_UNCLASSIFIED].found == ABL_NOT_LOOKED_FOR)
        return "soft tissue without a name was not looked for";
    return NULL;
}

/* The whole scan at about GRID_MM, outer borders kept. */
static abl_grid coarse_grid(const abl_grid *image)
{
    abl_grid grid = *image;
    double first[3];
    for (int a = 0; a < 3; a++) {
        const double extent = (double)image->size[a] * image->spacing_mm[a];
        const double count = fmax(1, ceil(extent / GRID_MM - 1e-6));
        grid.size[a] = (size_t)count;
        grid.spacing_mm[a] = extent / count;
        first[a] = 0.5 * grid.spacing_mm[a] / image->spacing_mm[a] - 0.5;
    }
    abl_grid_to_lps(grid.origin_lps, image, first);
    return grid;
}

/* Grows a box on the grid. */
static void grow_box(size_t lo[3], size_t hi[3], const abl_grid *grid,
                     double mm)
{
    for (int a = 0; a < 3; a++) {
        const size_t more = (size_t)ceil(mm / grid->spacing_mm[a]);
        const size_t top = grid->size[a] - 1;
        lo[a] = lo[a] > more ? lo[a] - more : 0;
        hi[a] = top - hi[a] > more ? hi[a] + more : top;
    }
}

/* The part that paths from the liver can reach. */
static abl_status reach_grid(abl_grid *out, const abl_access_map *map,
                             abl_error *err)
{
    const abl_grid whole = coarse_grid(&map->image_grid);
    const double margin =
        map->options.borderline_path_mm + map->options.corridor_mm + 10;
    size_t lo[3], hi[3], size[3];
    const abl_volume *liver = map->structures->items[ABL_LIVER].field;
    if (!abl_grid_overlap(lo, hi, &whole, &liver->grid))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "the liver lies outside the scan");
    grow_box(lo, hi, &whole, margin);
    for (int a = 0; a < 3; a++)
        size[a] = hi[a] - lo[a] + 1;
    return abl_grid_crop(out, &whole, lo, size, err);
}

/* Shrinks the grid to the body and one voxel more, with its skin samples. */
static abl_status crop_to_body(abl_access_map *map, abl_error *err)
{
    const abl_grid from = map->grid;
    size_t lo[3] = {from.size[0], from.size[1], from.size[2]};
    size_t hi[3] = {0, 0, 0}, size[3];
    for (size_t k = 0; k < from.size[2]; k++)
        for (size_t j = 0; j < from.size[1]; j++)
            for (size_t i = 0; i < from.size[0]; i++) {
                if (!(map->skin[abl_grid_offset(&from, i, j, k)] > 0))
                    continue;
                const size_t at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    lo[a] = at[a] < lo[a] ? at[a] : lo[a];
                    hi[a] = at[a] > hi[a] ? at[a] : hi[a];
                }
            }
    if (lo[2] == from.size[2]) {
        map->why_not = "the skin was not found";
        return ABL_OK;
    }
    for (int a = 0; a < 3; a++) {
        lo[a] -= lo[a] > 0 ? 1 : 0;
        hi[a] += hi[a] + 1 < from.size[a] ? 1 : 0;
        size[a] = hi[a] - lo[a] + 1;
    }
    abl_status status = abl_grid_crop(&map->grid, &from, lo, size, err);
    for (size_t k = 0; !status && k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++)
                map->skin[abl_grid_offset(&map->grid, i, j, k)] =
                    map->skin[abl_grid_offset(&from, lo[0] + i, lo[1] + j,
                                              lo[2] + k)];
    return status;
}

static abl_status sample_skin(abl_access_map *map, abl_error *err)
{
    map->skin = abl_alloc(abl_grid_voxels(&map->grid), sizeof *map->skin, err);
    if (!map->skin)
        return ABL_E_NOMEM;
    abl_field_sample_grid(map->skin, &map->grid,
                          map->structures->items[ABL_SKIN].field, -1e3f);
    return crop_to_body(map, err);
}

static abl_status measure_obstacles(abl_access_map *map, abl_error *err)
{
    const abl_structure *items = map->structures->items;
    abl_obstacle hard[HARD_COUNT];
    size_t count = 0;
    for (size_t n = 0; n < HARD_COUNT; n++)
        if (is_there(map->structures, hard_obstacles[n]))
            hard[count++] = (abl_obstacle){items[hard_obstacles[n]].field,
                                           (uint8_t)hard_obstacles[n]};
    abl_status status =
        abl_obstacle_map_create(&map->hard, &map->grid, hard, count, err);
    const abl_obstacle other = {items[ABL_UNCLASSIFIED].field,
                                ABL_UNCLASSIFIED};
    if (!status)
        status = abl_obstacle_map_create(
            &map->unclassified, &map->grid, &other,
            is_there(map->structures, ABL_UNCLASSIFIED) ? 1 : 0, err);
    return status;
}

static abl_status measure_lesion(abl_obstacle_map *out,
                                 const abl_access_map *map, size_t n,
                                 abl_error *err)
{
    size_t lo[3], hi[3], size[3];
    const abl_volume *field = map->structures->lesions[n].field;
    if (!field || !abl_grid_overlap(lo, hi, &map->grid, &field->grid))
        return ABL_OK;
    grow_box(lo, hi, &map->grid, ABL_ACCESS_FAR_MM);
    for (int a = 0; a < 3; a++)
        size[a] = hi[a] - lo[a] + 1;
    abl_grid box;
    const abl_obstacle obstacle = {field, (uint8_t)(n + 1)};
    abl_status status = abl_grid_crop(&box, &map->grid, lo, size, err);
    if (!status)
        status = abl_obstacle_map_create(out, &box, &obstacle, 1, err);
    return status;
}

static abl_status measure_lesions(abl_access_map *map, abl_error *err)
{
    const size_t count = map->structures->lesion_count;
    if (count < 2)
        return ABL_OK;
    map->lesions = abl_alloc(count, sizeof *map->lesions, err);
    if (!map->lesions)
        return ABL_E_NOMEM;
    map->lesion_count = count;
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < count && n < UINT8_MAX; n++)
        status = measure_lesion(&map->lesions[n], map, n, err);
    return status;
}

abl_status abl_access_map_create(abl_access_map **out, const abl_volume *image,
                                 const abl_structures *structures,
                                 const abl_measure_options *options,
                                 abl_error *err)
{
    *out = NULL;
    abl_status status = check_options(options, err);
    if (status)
        return status;
    abl_access_map *map = abl_alloc(1, sizeof *map, err);
    if (!map)
        return ABL_E_NOMEM;
    map->structures = structures;
    map->options = *options;
    map->image_grid = image->grid;
    map->why_not = say_why_not(structures);
    map->uncertain_why = say_uncertain(structures);
    if (!map->why_not)
        status = reach_grid(&map->grid, map, err);
    if (!status && !map->why_not)
        status = sample_skin(map, err);
    if (!status && !map->why_not)
        status = measure_obstacles(map, err);
    if (!status && !map->why_not)
        status = measure_lesions(map, err);
    if (status) {
        abl_access_map_destroy(map);
        return status;
    }
    *out = map;
    return ABL_OK;
}

void abl_access_map_destroy(abl_access_map *map)
{
    if (!map)
        return;
    free(map->skin);
    abl_obstacle_map_clear(&map->hard);
    abl_obstacle_map_clear(&map->unclassified);
    for (size_t n = 0; n < map->lesion_count; n++)
        abl_obstacle_map_clear(&map->lesions[n]);
    free(map->lesions);
    free(map);
}
