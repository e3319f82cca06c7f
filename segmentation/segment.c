/* Structures of a CT, from voxels to named surfaces.
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "segmentation/body.h"
#include "segmentation/label_map.h"
#include "segmentation/lesions.h"
#include "segmentation/net_run.h"
#include "segmentation/noise.h"
#include "segmentation/phase.h"
#include "segmentation/vein_islands.h"
#include "segmentation/vessels.h"

/* How far the liver's box grows on a side where the liver runs on. */
static const double second_look_mm = 40;

static double read_clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static abl_status find_organs(abl_structures *structures,
                              const abl_volume *image,
                              const abl_segment_options *options,
                              abl_error *err)
{
    abl_unet *net = NULL;
    abl_organ_maps maps = {0};
    abl_status status = abl_net_load(&net, options->model_dir, "organ_ct", err);
    if (!status)
        status = abl_net_run_organs(&maps, net, image, &options->progress, err);
    if (!status)
        memcpy(structures->organ_model_sha256, abl_unet_get_info(net)->sha256,
               sizeof structures->organ_model_sha256);
    abl_unet_destroy(net);
    if (!status)
        status = abl_organs_find(structures, &maps, err);
    if (!status)
        status = abl_organs_check_body(structures, err);
    abl_organ_maps_clear(&maps);
    return status;
}

/* Grows the box on the given sides. */
static void widen(abl_box *box, const abl_grid *grid, bool sides[3][2])
{
    abl_box wide = *box;
    abl_box_grow_mm(&wide, grid, second_look_mm);
    for (int a = 0; a < 3; a++) {
        box->lo[a] = sides[a][0] ? wide.lo[a] : box->lo[a];
        box->hi[a] = sides[a][1] ? wide.hi[a] : box->hi[a];
    }
}

/* lesion_ct on the liver's box, once more when the liver runs out of it. */
static abl_status look_at_liver(abl_lesion_maps *maps, abl_box *box,
                                const abl_unet *net,
                                const abl_structures *structures,
                                const abl_volume *image,
                                const abl_progress *progress, abl_error *err)
{
    bool sides[3][2];
    abl_status status =
        abl_liver_box(box, structures->items[ABL_LIVER].field, &image->grid,
                      ABL_LIVER_BOX_MARGIN_MM, err);
    if (!status)
        status =
            abl_net_run_lesions(maps, net, image, box, NULL, progress, err);
    if (status || !abl_liver_leaves_box(sides, maps))
        return status;
    abl_lesion_maps_clear(maps);
    widen(box, &image->grid, sides);
    return abl_net_run_lesions(maps, net, image, box, NULL, progress, err);
}

/* On arterial scans lesions are often brighter than the liver, which lesion_ct
 * does not know: it looks once more at the liver with what is bright folded to
 * the dark side. */
static abl_status look_for_bright(abl_lesion_maps *maps, const abl_box *box,
                                  const abl_unet *net,
                                  const abl_structures *structures,
                                  const abl_volume *image,
                                  const abl_progress *progress, abl_error *err)
{
    if (structures->phase.phase != ABL_PHASE_ARTERIAL)
        return ABL_OK;
    const abl_structure *liver = &structures->items[ABL_LIVER];
    const abl_net_fold fold = {liver->field, liver->mean_hu};
    abl_lesion_maps bright = {0};
    abl_status status =
        abl_net_run_lesions(&bright, net, image, box, &fold, progress, err);
    if (!status) {
        float *p = abl_volume_f32(maps->lesion);
        const float *more = abl_volume_f32(bright.lesion);
        for (size_t v = 0; v < abl_grid_voxels(&maps->lesion->grid); v++)
            p[v] = fmaxf(p[v], more[v]);
    }
    abl_lesion_maps_clear(&bright);
    return status;
}

/* Level and noise of the liver at the scan's resolution. */
static abl_status measure_liver(abl_structures *structures,
                                const abl_volume *image,
                                const abl_lesion_maps *maps, abl_error *err)
{
    abl_liver_noise noise;
    abl_structure *liver = &structures->items[ABL_LIVER];
    abl_status status =
        abl_liver_noise_measure(&noise, image, liver->field, maps->lesion, err);
    structures->noise_hu = noise.noise_hu;
    if (noise.noise_hu >= 0)
        liver->mean_hu = noise.liver_hu;
    return status;
}

static abl_status find_lesions(abl_structures *structures,
                               const abl_volume *image,
                               const abl_series_info *info,
                               const abl_segment_options *options,
                               abl_error *err)
{
    abl_lesion_maps maps = {0};
    abl_unet *net = NULL;
    abl_box box;
    abl_status status =
        abl_net_load(&net, options->model_dir, "lesion_ct", err);
    if (!status)
        status = look_at_liver(&maps, &box, net, structures, image,
                               &options->progress, err);
    if (!status)
        memcpy(structures->lesion_model_sha256, abl_unet_get_info(net)->sha256,
               sizeof structures->lesion_model_sha256);
    if (!status)
        status = abl_liver_find(structures, &maps, err);
    if (!status)
        status = measure_liver(structures, image, &maps, err);
    if (!status) {
        abl_phase_find(structures, info);
        status = look_for_bright(&maps, &box, net, structures, image,
                                 &options->progress, err);
    }
    abl_unet_destroy(net);
    if (!status)
        status = abl_vein_islands_yield(structures, image, maps.lesion, err);
    if (!status)
        status = abl_lesions_find(structures, image, &maps, err);
    if (!status)
        status = abl_label_map_make(structures, &image->grid, err);
    abl_lesion_maps_clear(&maps);
    return status;
}

static abl_status check_image(const abl_volume *image, abl_error *err)
{
    const abl_orientation o = abl_grid_orientation(&image->grid);
    if (image->type != ABL_PIXEL_I16)
        return abl_error_set(err, ABL_E_INVALID,
                             "the image does not hold 16-bit HU");
    for (int a = 0; a < 3; a++)
        if (o.axis[a] != a || o.flip[a])
            return abl_error_set(err, ABL_E_INVALID,
                                 "the image is not in canonical order");
    return ABL_OK;
}

static void note_seconds(const abl_segment_options *options, int stage,
                         double *since)
{
    const double now = read_clock_s();
    if (options->stage_seconds)
        options->stage_seconds[stage] = now - *since;
    *since = now;
}

abl_status abl_segment_ct(abl_structures **out, const abl_volume *image,
                          const abl_series_info *info,
                          const abl_segment_options *options, abl_error *err)
{
    *out = NULL;
    double since = read_clock_s();
    abl_status status = check_image(image, err);
    if (status)
        return status;
    abl_structures *structures = abl_alloc(1, sizeof *structures, err);
    if (!structures)
        return ABL_E_NOMEM;
    structures->noise_hu = -1;
    status = find_organs(structures, image, options, err);
    note_seconds(options, ABL_SEGMENT_ORGANS, &since);
    if (!status)
        status = find_lesions(structures, image, info, options, err);
    note_seconds(options, ABL_SEGMENT_LESIONS, &since);
    const bool wants_vessels = !options->without_vessels;
    if (!status && wants_vessels)
        status = abl_vessels_find(structures, image, &options->progress, err);
    note_seconds(options, ABL_SEGMENT_VESSELS, &since);
    if (!status)
        status = abl_body_find(structures, image, &options->progress, err);
    note_seconds(options, ABL_SEGMENT_BODY, &since);
    if (!status && wants_vessels)
        status = abl_hilum_find(structures, err);
    if (!status && wants_vessels)
        status = abl_couinaud_find(structures, err);
    if (status)
        abl_structures_destroy(structures);
    else
        *out = structures;
    return status;
}
