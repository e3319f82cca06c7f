/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/access_layers.h"
#include "eligibility/access_table.h"

#include <math.h>
#include <stdlib.h>

#define GRID_MM 2.0 /* wanted spacing of the planning grid */

static bool is_within(double value, double low, double high)
{
    return value >= low && value <= high;
}

static abl_status check_options(const abl_access_options *o, abl_error *err)
{
    if (!is_within(o->corridor_mm, 0.5, 25) ||
        !is_within(o->corridor_out_of_plane_mm, o->corridor_mm, 50))
        return abl_error_set(err, ABL_E_INVALID,
                             "corridor half-widths %g and %g mm are not in "
                             "order or not in 0.5 to 25 and 50",
                             o->corridor_mm, o->corridor_out_of_plane_mm);
    if (!is_within(o->growth_per_100mm, 0, 10) ||
        !is_within(o->pleura_margin_mm, 0, 50) ||
        !is_within(o->max_axial_tilt_deg, 0, 90))
        return abl_error_set(err, ABL_E_INVALID,
                             "growth %g mm, pleura margin %g mm or tilt %g "
                             "deg is not in 0 to 10, 50 and 90",
                             o->growth_per_100mm, o->pleura_margin_mm,
                             o->max_axial_tilt_deg);
    if (!(o->min_path_mm >= 0 && o->min_path_mm < o->max_path_mm &&
          o->max_path_mm <= o->borderline_path_mm &&
          o->borderline_path_mm <= 1000))
        return abl_error_set(err, ABL_E_INVALID,
                             "path lengths %g, %g and %g mm are not in order "
                             "or not in 0 to 1000",
                             o->min_path_mm, o->max_path_mm,
                             o->borderline_path_mm);
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
    if (!abl_layers_are_known(s))
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

/* The part that paths from the liver can reach. */
static abl_status reach_grid(abl_grid *out, const abl_access_map *map,
                             abl_error *err)
{
    const abl_grid whole = coarse_grid(&map->image_grid);
    const double margin = map->options.borderline_path_mm +
                          map->options.corridor_out_of_plane_mm + 10;
    size_t lo[3];
    const abl_volume *liver = map->structures->items[ABL_LIVER].field;
    if (!abl_grid_reach(out, lo, &whole, &liver->grid, margin))
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "the liver lies outside the scan");
    return ABL_OK;
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

/* Marks voxels whose 26 neighbours are all in the body. */
static abl_status mark_deep(abl_access_map *map, abl_error *err)
{
    const abl_grid *g = &map->grid;
    map->is_deep = abl_alloc(abl_grid_voxels(g), sizeof *map->is_deep, err);
    if (!map->is_deep)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t k = 1; k < g->size[2] - 1; k++)
        for (size_t j = 1; j + 1 < g->size[1]; j++)
            for (size_t i = 1; i + 1 < g->size[0]; i++) {
                bool deep = true;
                for (size_t n = 0; deep && n < 9; n++) {
                    const float *f =
                        map->skin +
                        abl_grid_offset(g, i, j + n % 3 - 1, k + n / 3 - 1);
                    deep = f[-1] > 0 && f[0] > 0 && f[1] > 0;
                }
                map->is_deep[abl_grid_offset(g, i, j, k)] = deep;
            }
    return ABL_OK;
}

static abl_status measure_lesion(abl_obstacle_map *out,
                                 const abl_access_map *map, size_t n,
                                 abl_error *err)
{
    abl_grid box;
    size_t lo[3];
    const abl_volume *field = map->structures->lesions[n].field;
    if (!field || !abl_grid_reach(&box, lo, &map->grid, &field->grid,
                                  ABL_ACCESS_FAR_MM / map->axial_scale))
        return ABL_OK;
    const abl_obstacle obstacle = {.field = field, .id = (uint8_t)(n + 1)};
    return abl_obstacle_map_create(out, &box, map->axial_scale, &obstacle, 1,
                                   err);
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

static abl_status fill_map(abl_access_map *map, const abl_series_info *info,
                           abl_error *err)
{
    abl_status status = abl_applicators_builtin(&map->applicators, err);
    if (!status)
        status = reach_grid(&map->grid, map, err);
    if (!status)
        status = sample_skin(map, err);
    if (status || map->why_not)
        return status;
    abl_table_find(&map->table, map, info ? info->patient_position : "");
    status = mark_deep(map, err);
    if (!status)
        status = abl_layers_create(map, err);
    if (!status)
        status = measure_lesions(map, err);
    return status;
}

abl_status abl_access_map_create(abl_access_map **out, const abl_volume *image,
                                 const abl_structures *structures,
                                 const abl_series_info *info,
                                 const abl_access_options *options,
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
    map->image = image;
    map->options = *options;
    map->image_grid = image->grid;
    map->axial_scale = options->corridor_mm / options->corridor_out_of_plane_mm;
    map->why_not = say_why_not(structures);
    map->uncertain_why = say_uncertain(structures);
    if (!map->why_not)
        status = fill_map(map, info, err);
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
    free(map->is_deep);
    for (int n = 0; n < ABL_LAYER_COUNT; n++)
        abl_obstacle_map_clear(&map->layers[n]);
    for (size_t n = 0; n < map->lesion_count; n++)
        abl_obstacle_map_clear(&map->lesions[n]);
    free(map->lesions);
    free(map);
}
