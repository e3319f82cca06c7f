/* Label maps read and checked against the image they shall lie on.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "imaging/file_bytes.h"
#include "imaging/nifti.h"
#include "segmentation/import_work.h"

/* Grids whose corners lie this near are one grid: the header's numbers are
 * floats. */
#define SAME_GRID_MM 0.1

static bool is_used(const abl_import_map *map, int value)
{
    return map->names.of[value].kind > ABL_LABEL_IGNORED;
}

static abl_status convert(abl_volume *to, const abl_volume *from,
                          const char *file, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&from->grid);
    int16_t *out = abl_volume_i16(to);
    for (size_t n = 0; n < voxels; n++) {
        const double value =
            from->type == ABL_PIXEL_F32   ? (double)abl_volume_f32(from)[n]
            : from->type == ABL_PIXEL_I16 ? (double)abl_volume_i16(from)[n]
                                          : (double)abl_volume_u8(from)[n];
        if (rint(value) != value || value < 0 || value > ABL_LABEL_MAX_VALUE)
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: holds the value %g; a label map has "
                                 "whole numbers from 0 to %d",
                                 file, value, ABL_LABEL_MAX_VALUE);
        out[n] = (int16_t)value;
    }
    return ABL_OK;
}

static void count_values(abl_import_map *map)
{
    const size_t voxels = abl_grid_voxels(&map->values->grid);
    const int16_t *value = abl_volume_i16(map->values);
    for (size_t n = 0; n < voxels; n++)
        map->counts[value[n]]++;
}

static abl_status check_names(const abl_import_map *map, abl_error *err)
{
    size_t used = 0;
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++) {
        if (!map->counts[value])
            continue;
        used += is_used(map, value) ? map->counts[value] : 0;
        if (map->names.of[value].kind == ABL_LABEL_UNNAMED)
            return abl_error_set(
                err, ABL_E_FORMAT,
                "%s: %zu voxels have label %d, which has no name in %s; name "
                "it, or name it \"ignore\"",
                map->file, map->counts[value], value, map->names.source);
    }
    if (!used)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: no voxel has a label that can be used "
                             "(names from %s)",
                             map->file, map->names.source);
    return ABL_OK;
}

static bool contains(const abl_grid *grid, const double lps[3])
{
    double ijk[3];
    abl_grid_to_ijk(ijk, grid, lps);
    for (int a = 0; a < 3; a++)
        if (!(ijk[a] >= -0.5 && ijk[a] <= (double)grid->size[a] - 0.5))
            return false;
    return true;
}

/* Share of a grid's inside that another grid holds, on a lattice. */
static double share_inside(const abl_grid *of, const abl_grid *in)
{
    enum {
        STEPS = 20
    };
    size_t inside = 0;
    for (int n = 0; n < STEPS * STEPS * STEPS; n++) {
        const int at[3] = {n % STEPS, n / STEPS % STEPS, n / STEPS / STEPS};
        double ijk[3], lps[3];
        for (int a = 0; a < 3; a++)
            ijk[a] = (at[a] + 0.5) / STEPS * (double)of->size[a] - 0.5;
        abl_grid_to_lps(lps, of, ijk);
        inside += contains(in, lps);
    }
    return (double)inside / (STEPS * STEPS * STEPS);
}

/* One step outwards from a voxel at the map's end, where is it? */
static bool goes_on(const abl_grid *map, const abl_grid *image,
                    const size_t at[3])
{
    for (int a = 0; a < 3; a++)
        for (int end = 0; end < 2; end++) {
            if (at[a] != (end ? map->size[a] - 1 : 0))
                continue;
            double ijk[3] = {(double)at[0], (double)at[1], (double)at[2]};
            double lps[3];
            ijk[a] += end ? 1 : -1;
            abl_grid_to_lps(lps, map, ijk);
            if (contains(image, lps))
                return true;
        }
    return false;
}

/* Walks over the used voxels: those beside the image, and those at an end of
 * the map where the image goes on. */
static void walk(const abl_import_map *map, const abl_grid *image,
                 size_t *beside, int *cut_value)
{
    const abl_grid *grid = &map->values->grid;
    const size_t *n = grid->size;
    const int16_t *value = abl_volume_i16(map->values);
    for (size_t k = 0; k < n[2]; k++)
        for (size_t j = 0; j < n[1]; j++)
            for (size_t i = 0; i < n[0]; i++, value++) {
                if (!*value || !is_used(map, *value))
                    continue;
                const size_t at[3] = {i, j, k};
                double lps[3];
                abl_grid_to_lps(lps, grid,
                                (double[3]){(double)i, (double)j, (double)k});
                *beside += !contains(image, lps);
                if (!*cut_value && goes_on(grid, image, at))
                    *cut_value = *value;
            }
}

static void describe_value(char out[80], const abl_import_map *map, int value)
{
    if (map->part[0])
        snprintf(out, 80, "\"%s\"", map->part);
    else
        snprintf(out, 80, "what label %d marks", value);
}

abl_status abl_import_check_place(abl_import_map *map, const abl_grid *image,
                                  abl_error *err)
{
    size_t used = 0, beside = 0;
    int cut_value = 0;
    char what[80];
    for (int value = 1; value <= ABL_LABEL_MAX_VALUE; value++)
        used += is_used(map, value) ? map->counts[value] : 0;
    map->coverage = 1;
    if (!map->is_resampled)
        return ABL_OK;
    walk(map, image, &beside, &cut_value);
    if (!map->part[0])
        map->coverage = share_inside(image, &map->values->grid);
    map->outside = (double)beside / (double)used;
    if (beside == used && !map->part[0])
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "%s: no labelled voxel lies on the series that is "
                             "analysed; the map belongs to another series or "
                             "its positions are wrong",
                             map->file);
    describe_value(what, map, cut_value);
    if (cut_value)
        return abl_error_set(err, ABL_E_GEOMETRY,
                             "%s: %s is cut by the end of the map where the "
                             "series goes on; give a map of the whole series, "
                             "or name it \"ignore\"",
                             map->file, what);
    return ABL_OK;
}

abl_status abl_import_map_create(abl_import_map *out, const abl_volume *labels,
                                 const char *names, const char *file,
                                 const abl_grid *image, abl_error *err)
{
    abl_volume *whole = NULL;
    memset(out, 0, sizeof *out);
    snprintf(out->file, sizeof out->file, "%s", file);
    if (labels->type == ABL_PIXEL_I32)
        return abl_error_set(err, ABL_E_INVALID, "%s: labels must be u8 or i16",
                             file);
    abl_status status = abl_label_names_load(&out->names, names, err);
    if (!status)
        status = abl_volume_create(&whole, &labels->grid, ABL_PIXEL_I16, err);
    if (!status)
        status = convert(whole, labels, file, err);
    if (!status)
        status = abl_volume_reorient(&out->values, whole,
                                     abl_grid_orientation(&whole->grid), err);
    abl_volume_destroy(whole);
    if (status)
        return status;
    out->is_resampled = abl_grid_check_same(&out->values->grid, image,
                                            SAME_GRID_MM, NULL) != ABL_OK;
    if (!out->is_resampled)
        out->values->grid = *image;
    count_values(out);
    status = check_names(out, err);
    return status ? status : abl_import_check_place(out, image, err);
}

abl_status abl_import_map_read(abl_import_map *out, const char *path,
                               const char *names, const abl_grid *image,
                               abl_error *err)
{
    abl_volume *labels = NULL;
    char sha256[65];
    memset(out, 0, sizeof *out);
    abl_status status = abl_file_sha256(sha256, path, err);
    if (!status)
        status = abl_nifti_read(&labels, path, ABL_PIXEL_F32, err);
    if (!status)
        status = abl_import_map_create(out, labels, names,
                                       abl_file_last_name(path), image, err);
    memcpy(out->sha256, sha256, sizeof sha256);
    abl_volume_destroy(labels);
    return status;
}

void abl_import_map_clear(abl_import_map *map)
{
    abl_volume_destroy(map->values);
    memset(map, 0, sizeof *map);
}
