/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/net_run.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/resample.h"

static const float body_hu = -100;
static const double body_margin_mm = 20;
static const double search_part_mm = 240;

abl_status abl_net_load(abl_unet **out, const char *folder, const char *name,
                        abl_error *err)
{
    *out = NULL;
    char path[PATH_MAX];
    const int length =
        snprintf(path, sizeof path, "%s/%s.safetensors", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return abl_error_set(err, ABL_E_IO, "the models' folder is too long");
    abl_status status = abl_unet_load(out, path, err);
    if (status)
        return status;
    if (abl_unet_get_info(*out)->modality != ABL_MODALITY_CT) {
        status = abl_error_set(err, ABL_E_UNSUPPORTED,
                               "%s: not a network for CT", path);
        abl_unet_destroy(*out);
        *out = NULL;
    }
    return status;
}

/* Part of a scan at the network's spacing. */
static abl_status sample_part(abl_volume **out, const abl_unet *net,
                              const abl_volume *image, const abl_box *box,
                              abl_error *err)
{
    *out = NULL;
    abl_grid part, grid;
    size_t size[3];
    abl_box_size(size, box);
    abl_status status = abl_grid_crop(&part, &image->grid, box->lo, size, err);
    if (!status)
        status = abl_grid_respace(&grid, &part,
                                  abl_unet_get_info(net)->spacing_mm, err);
    if (!status)
        status = abl_resample(out, image, &grid, err);
    return status;
}

static void clear_classes(abl_volume **maps, size_t classes)
{
    for (size_t c = 0; maps && c < classes; c++)
        abl_volume_destroy(maps[c]);
    free(maps);
}

/* As many maps as the network has classes; clear_classes() them. */
static abl_status run(abl_volume ***out, const abl_unet *net,
                      const abl_volume *input, const char *stage,
                      const abl_progress *progress, abl_error *err)
{
    const size_t classes = abl_unet_get_info(net)->classes;
    abl_unet_options options = {.stage = stage};
    if (progress)
        options.progress = *progress;
    *out = abl_alloc(classes, sizeof **out, err);
    if (!*out)
        return ABL_E_NOMEM;
    abl_status status = abl_unet_probabilities(*out, net, input, &options, err);
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

/* ---- organ_ct ---- */

/* The box of the body on the network's grid; everything when there is no
 * body to tell. */
static abl_status find_body(abl_box *out, const abl_volume *hu, abl_error *err)
{
    abl_volume *mask = NULL;
    abl_status status = abl_volume_create(&mask, &hu->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const float *values = abl_volume_f32(hu);
    uint8_t *inside = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&hu->grid);
    for (size_t v = 0; v < voxels; v++)
        inside[v] = values[v] > body_hu;
    status = abl_mask_keep_largest(mask, ABL_CONNECT_FACES, NULL, err);
    if (!status && !abl_mask_box(out, mask))
        for (int a = 0; a < 3; a++) {
            out->lo[a] = 0;
            out->hi[a] = hu->grid.size[a] - 1;
        }
    abl_volume_destroy(mask);
    abl_box_grow_mm(out, &hu->grid, body_margin_mm);
    out->lo[2] = 0;
    out->hi[2] = hu->grid.size[2] - 1;
    return status;
}

static int find_class(const abl_unet_info *info, const char *name)
{
    for (size_t c = 0; c < info->classes; c++)
        if (strcmp(info->labels[c], name) == 0)
            return (int)c;
    return -1;
}

/* Slices (of the whole) in which a part's most probable class is liver. */
static size_t count_liver(double *middle, abl_volume *const *maps,
                          size_t classes, size_t liver)
{
    const abl_grid *grid = &maps[0]->grid;
    const size_t plane = grid->size[0] * grid->size[1];
    size_t count = 0;
    double sum = 0;
    for (size_t v = 0; v < abl_grid_voxels(grid); v++) {
        const float p = ((const float *)maps[liver]->data)[v];
        bool best = true;
        for (size_t c = 0; c < classes && best; c++)
            best = ((const float *)maps[c]->data)[v] <= p;
        count += best;
        sum += best ? (double)(v / plane) : 0;
    }
    *middle = count ? sum / (double)count : 0;
    return count;
}

/* Narrows a long scan to the slices around the liver. */
static abl_status search_liver(abl_box *box, const abl_unet *net,
                               const abl_volume *hu,
                               const abl_progress *progress, abl_error *err)
{
    const abl_unet_info *info = abl_unet_get_info(net);
    const size_t slices = hu->grid.size[2];
    const size_t step = (size_t)(search_part_mm / hu->grid.spacing_mm[2]);
    const size_t liver = (size_t)find_class(info, "liver");
    size_t most = 0;
    double middle = 0.5 * (double)slices;
    abl_status status = ABL_OK;
    for (size_t first = 0; first < slices && !status; first += step) {
        abl_box part = *box;
        size_t size[3];
        part.lo[2] = first;
        part.hi[2] = first + step < slices ? first + step - 1 : slices - 1;
        abl_box_size(size, &part);
        abl_volume *input = NULL, **maps = NULL;
        status = abl_volume_crop(&input, hu, part.lo, size, err);
        if (!status)
            status =
                run(&maps, net, input, "searching the liver", progress, err);
        abl_volume_destroy(input);
        double centre = 0;
        const size_t count =
            status ? 0 : count_liver(&centre, maps, info->classes, liver);
        clear_classes(maps, info->classes);
        if (count <= most)
            continue;
        most = count;
        middle = centre + (double)first;
    }
    const double half = 0.5 * ABL_ORGAN_MOST_LENGTH_MM / hu->grid.spacing_mm[2];
    box->lo[2] = middle > half ? (size_t)(middle - half) : 0;
    box->hi[2] = middle + half < (double)(slices - 1) ? (size_t)(middle + half)
                                                      : slices - 1;
    return status;
}

/* What organ_ct is to see: body only, not too long. */
static abl_status prepare_organs(abl_organ_maps *out, const abl_unet *net,
                                 const abl_volume *image,
                                 const abl_progress *progress, abl_error *err)
{
    abl_volume *hu = NULL;
    abl_box box = {{0, 0, 0}, {0, 0, 0}};
    size_t size[3];
    for (int a = 0; a < 3; a++)
        box.hi[a] = image->grid.size[a] - 1;
    abl_status status = sample_part(&hu, net, image, &box, err);
    if (!status)
        status = find_body(&box, hu, err);
    if (!status && (double)hu->grid.size[2] * hu->grid.spacing_mm[2] >
                       ABL_ORGAN_MOST_LENGTH_MM)
        status = search_liver(&box, net, hu, progress, err);
    for (int a = 0; a < 3 && !status; a++) {
        out->is_scan_end[a][0] = box.lo[a] == 0;
        out->is_scan_end[a][1] = box.hi[a] + 1 == hu->grid.size[a];
    }
    abl_box_size(size, &box);
    if (!status)
        status = abl_volume_crop(&out->hu, hu, box.lo, size, err);
    abl_volume_destroy(hu);
    return status;
}

/* Hands the maps over to the structure ids they are named for. */
static void take_organs(abl_organ_maps *out, abl_volume **maps,
                        const abl_unet_info *info)
{
    for (size_t c = 0; c < info->classes; c++) {
        const abl_structure_id id = abl_structure_from_name(info->labels[c]);
        if (id > ABL_ORGAN_LAST || out->probability[id] ||
            (id == ABL_BACKGROUND && strcmp(info->labels[c], "background")))
            continue;
        out->probability[id] = maps[c];
        maps[c] = NULL;
    }
}

abl_status abl_net_run_organs(abl_organ_maps *out, const abl_unet *net,
                              const abl_volume *image,
                              const abl_progress *progress, abl_error *err)
{
    memset(out, 0, sizeof *out);
    const abl_unet_info *info = abl_unet_get_info(net);
    if (find_class(info, "liver") < 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s has no class \"liver\"", info->name);
    abl_volume **maps = NULL;
    abl_status status = prepare_organs(out, net, image, progress, err);
    if (!status)
        status = run(&maps, net, out->hu, "finding organs", progress, err);
    if (!status)
        take_organs(out, maps, info);
    clear_classes(maps, info->classes);
    if (status)
        abl_organ_maps_clear(out);
    return status;
}

/* ---- lesion_ct ---- */

abl_status abl_net_fold_bright(abl_volume *hu, const abl_net_fold *fold,
                               abl_error *err)
{
    abl_volume *liver = NULL;
    abl_status status =
        abl_resample_linear(&liver, fold->liver, &hu->grid, -1, err);
    if (status)
        return status;
    const float *inside = abl_volume_f32(liver);
    float *value = abl_volume_f32(hu);
    const float level = (float)fold->level_hu;
    const float least = level - (float)ABL_NET_MOST_FOLD_HU;
    const size_t voxels = abl_grid_voxels(&hu->grid);
    for (size_t v = 0; v < voxels; v++)
        if (inside[v] > 0 && value[v] > level)
            value[v] = fmaxf(2 * level - value[v], least);
    abl_volume_destroy(liver);
    return ABL_OK;
}

abl_status abl_net_run_lesions(abl_lesion_maps *out, const abl_unet *net,
                               const abl_volume *image, const abl_box *box,
                               const abl_net_fold *fold,
                               const abl_progress *progress, abl_error *err)
{
    memset(out, 0, sizeof *out);
    const abl_unet_info *info = abl_unet_get_info(net);
    const int liver = find_class(info, "liver");
    const int lesion = find_class(info, "lesion");
    if (liver < 0 || lesion < 0)
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s has no classes \"liver\" and \"lesion\"",
                             info->name);
    abl_volume *hu = NULL, **maps = NULL;
    abl_status status = sample_part(&hu, net, image, box, err);
    if (!status && fold)
        status = abl_net_fold_bright(hu, fold, err);
    if (!status)
        status = run(&maps, net, hu, "finding lesions", progress, err);
    abl_volume_destroy(hu);
    if (status)
        return status;
    out->liver = maps[liver];
    out->lesion = maps[lesion];
    maps[liver] = NULL;
    maps[lesion] = NULL;
    clear_classes(maps, info->classes);
    for (int a = 0; a < 3; a++) {
        out->is_scan_end[a][0] = box->lo[a] == 0;
        out->is_scan_end[a][1] = box->hi[a] + 1 == image->grid.size[a];
    }
    return ABL_OK;
}
