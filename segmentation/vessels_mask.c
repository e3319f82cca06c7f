/* Which voxels are vessel, and their skeleton.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/distance.h"
#include "imaging/resample.h"
#include "imaging/thinning.h"
#include "imaging/tubularity.h"
#include "segmentation/field.h"
#include "segmentation/vessels_work.h"

/* Scales for radii of 1.5, 2.8 and 5.5 mm: radius / sqrt(2). */
enum {
    SCALES = 3
};
static const double scales_mm[SCALES] = {1.1, 2.0, 3.9};
static const double noisy_scales_mm[SCALES] = {1.5, 2.5, 4.2};
static const double poor_scales_mm[SCALES] = {1.9, 2.9, 4.4};
/* Contrast over noise of the grid; noisy scans are smoothed more. */
static const double clear_cnr = 3.6, poor_cnr = 2.2;
static const double still_cnr = 7.0; /* needs the least smoothing */
static const double least_smooth_mm = 0.7, most_smooth_mm = 1.3;
static const double usual_contrast_hu = 45;
/* In units of the vessels' contrast; chosen on phantoms of 1 to 5 mm slices:
 * the tubularity of a 3 mm tube blurred by 1 mm is 0.45. */
static const float seed_tube = 0.42f, least_tube = 0.25f;
static const float half_bright = 0.5f, least_bright = 0.28f;
/* In units of what noise alone gives: the median tubularity of the liver, and
 * the SD of its smoothed brightness. Chosen on phantoms with noise. */
static const float seed_median = 7.0f, least_median = 4.3f;
static const float seed_sd = 3.0f, half_sd = 2.5f, least_sd = 1.5f;
static const double bright_share = 0.015;
static const size_t least_piece = 20; /* voxels */
static const size_t box_voxels = 4;   /* around where tubes are wanted */

enum {
    BINS = 600,
    BINS_BELOW = 200 /* of them below zero */
};

/* Histogram of the liver in steps of 1/4 HU for tubularity, else 1 HU. */
static size_t count_liver(size_t bins[BINS], const abl_vessel_work *work,
                          const abl_volume *volume, float per_hu)
{
    const uint8_t *region = abl_volume_u8(work->region);
    const float *value = abl_volume_f32(volume);
    size_t count = 0;
    memset(bins, 0, BINS * sizeof *bins);
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
        if (region[v] == ABL_REGION_LIVER) {
            const float n = value[v] * per_hu + BINS_BELOW;
            bins[(size_t)fminf(fmaxf(n, 0), BINS - 1)]++;
            count++;
        }
    return count;
}

/* Level that @p share of the counts lie below, in HU. */
static float level_of(const size_t bins[BINS], size_t count, double share,
                      float per_hu)
{
    size_t below = 0, n = 0;
    while (n + 1 < BINS && (double)(below + bins[n]) < share * (double)count)
        below += bins[n++];
    return ((float)n + 0.5f - BINS_BELOW) / per_hu;
}

/* Contrast of the brightest 1.5 % of the liver: wide vessels fill more. */
static double contrast_of_brightest(const abl_vessel_work *work,
                                    const abl_volume *smooth)
{
    size_t bins[BINS];
    const size_t count = count_liver(bins, work, smooth, 1);
    return (double)level_of(bins, count, 1 - bright_share, 1);
}

static double choose_contrast(const abl_vessel_work *work, double brightest)
{
    const abl_structure *portal =
        &work->structures->items[ABL_PORTAL_AND_SPLENIC_VEIN];
    if (portal->found < ABL_FOUND)
        return brightest;
    const double trunk = portal->mean_hu - work->liver_hu;
    return fmax(fmin(trunk, brightest * 1.25), brightest * 0.75);
}

/* All in HU. */
typedef struct thresholds {
    float seed_tube, least_tube, seed_bright, half_bright, least_bright;
} thresholds;

static thresholds choose_thresholds(const abl_vessel_work *work,
                                    const abl_volume *smooth,
                                    const abl_volume *tube)
{
    size_t bins[BINS];
    size_t count = count_liver(bins, work, tube, 4);
    const float median = level_of(bins, count, 0.5, 4);
    count = count_liver(bins, work, smooth, 1);
    const float sd =
        level_of(bins, count, 0.5, 1) - level_of(bins, count, 0.159, 1);
    const float c = (float)work->contrast_hu;
    const thresholds out = {
        .seed_tube = fmaxf(seed_tube * c, seed_median * median),
        .least_tube = fmaxf(least_tube * c, least_median * median),
        .seed_bright = fmaxf(half_bright * c, seed_sd * sd),
        .half_bright = fmaxf(half_bright * c, half_sd * sd),
        .least_bright = fmaxf(least_bright * c, least_sd * sd)};
    return out;
}

static void classify(const abl_vessel_work *work, uint8_t *allowed,
                     uint8_t *seed, const float *smooth, const float *tube,
                     const thresholds *least)
{
    const uint8_t *region = abl_volume_u8(work->region);
    const size_t voxels = abl_grid_voxels(&work->grid);
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < voxels; v++) {
        const bool may =
            region[v] != ABL_REGION_NONE && region[v] != ABL_REGION_CAVA;
        const bool is_trunk = region[v] == ABL_REGION_PORTAL;
        const bool is_line = is_trunk || tube[v] >= least->least_tube;
        allowed[v] = may && (smooth[v] >= least->half_bright ||
                             (is_line && smooth[v] >= least->least_bright));
        seed[v] = allowed[v] && (is_trunk || (tube[v] >= least->seed_tube &&
                                              smooth[v] >= least->seed_bright));
    }
}

/* Pieces that are too small go. */
static abl_status drop_specks(abl_volume *mask, abl_error *err)
{
    abl_components pieces;
    abl_status status =
        abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    if (status)
        return status;
    const int32_t *label = abl_volume_i32(pieces.labels);
    uint8_t *voxel = abl_volume_u8(mask);
    for (size_t v = 0; v < abl_grid_voxels(&mask->grid); v++)
        if (label[v] > 0 && pieces.items[label[v] - 1].voxels < least_piece)
            voxel[v] = 0;
    abl_components_clear(&pieces);
    return ABL_OK;
}

static void add_cava(abl_vessel_work *work)
{
    const uint8_t *region = abl_volume_u8(work->region);
    uint8_t *vessel = abl_volume_u8(work->vessel);
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
        vessel[v] = region[v] == ABL_REGION_CAVA ? 2 : vessel[v];
}

static abl_status join_mask(abl_vessel_work *work, const abl_volume *smooth,
                            abl_error *err)
{
    abl_volume *allowed = NULL, *seed = NULL;
    abl_status status =
        abl_volume_create(&allowed, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&seed, &work->grid, ABL_PIXEL_U8, err);
    if (!status) {
        const thresholds least = choose_thresholds(work, smooth, work->tube);
        work->least_tube_hu = (double)least.least_tube;
        classify(work, abl_volume_u8(allowed), abl_volume_u8(seed),
                 abl_volume_f32(smooth), abl_volume_f32(work->tube), &least);
        status = abl_mask_reconstruct(&work->vessel, seed, allowed,
                                      ABL_CONNECT_CORNERS, err);
    }
    abl_volume_destroy(allowed);
    abl_volume_destroy(seed);
    if (!status)
        status = drop_specks(work->vessel, err);
    if (!status)
        status = abl_mask_fill_holes(work->vessel, err);
    return status;
}

/* Filling must not take in a lesion that a bright rim encloses. */
static void clear_forbidden(abl_vessel_work *work)
{
    const float *to_lesion = abl_volume_f32(work->to_lesion);
    uint8_t *vessel = abl_volume_u8(work->vessel);
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
        vessel[v] = to_lesion[v] > 0 ? vessel[v] : 0;
}

/* Where the kernel has to answer. */
static abl_status make_wanted(abl_volume **out, const abl_vessel_work *work,
                              abl_error *err)
{
    abl_status status = abl_volume_create(out, &work->grid, ABL_PIXEL_U8, err);
    for (size_t v = 0; v < abl_grid_voxels(&work->grid) && !status; v++) {
        const uint8_t region = abl_volume_u8(work->region)[v];
        abl_volume_u8(*out)[v] =
            region == ABL_REGION_LIVER || region == ABL_REGION_BRIDGE;
    }
    return status;
}

/* Contrast to expect over noise: what the trunk promises. */
static double expected_cnr(const abl_vessel_work *work)
{
    const abl_structure *portal =
        &work->structures->items[ABL_PORTAL_AND_SPLENIC_VEIN];
    const double hu = portal->found >= ABL_FOUND
                          ? portal->mean_hu - work->liver_hu
                          : usual_contrast_hu;
    return hu / fmax(work->noise_hu, 1);
}

static abl_status smooth_contrast(abl_volume **out, const abl_vessel_work *work,
                                  abl_error *err)
{
    const double noisy = fmin(
        fmax((still_cnr - expected_cnr(work)) / (still_cnr - poor_cnr), 0), 1);
    const double mm =
        least_smooth_mm + noisy * (most_smooth_mm - least_smooth_mm);
    return abl_gaussian(out, work->contrast, (double[3]){mm, mm, mm}, err);
}

static const double *scales_for(const abl_vessel_work *work)
{
    const double cnr = work->contrast_hu / fmax(work->noise_hu, 1);
    return cnr >= clear_cnr  ? scales_mm
           : cnr >= poor_cnr ? noisy_scales_mm
                             : poor_scales_mm;
}

/* Puts @p part back where it was cut from. */
static void paste(abl_volume *whole, const abl_volume *part, const size_t lo[3])
{
    const size_t *size = part->grid.size;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            memcpy(abl_volume_f32(whole) + abl_grid_offset(&whole->grid, lo[0],
                                                           lo[1] + j,
                                                           lo[2] + k),
                   abl_volume_f32(part) + abl_grid_offset(&part->grid, 0, j, k),
                   size[0] * sizeof(float));
}

/* Only the box where an answer is wanted is looked at. */
static abl_status find_tubes(abl_vessel_work *work, abl_error *err)
{
    abl_volume *wanted = NULL, *mask = NULL, *image = NULL, *tube = NULL;
    abl_box box;
    size_t size[3];
    abl_status status =
        abl_volume_create(&work->tube, &work->grid, ABL_PIXEL_F32, err);
    if (!status)
        status = make_wanted(&wanted, work, err);
    if (status || !abl_mask_box(&box, wanted))
        goto done;
    abl_box_grow(&box, &work->grid, box_voxels);
    abl_box_size(size, &box);
    status = abl_volume_crop(&mask, wanted, box.lo, size, err);
    if (!status)
        status = abl_volume_crop(&image, work->contrast, box.lo, size, err);
    if (!status)
        status =
            abl_tubularity(&tube, image, mask, scales_for(work), SCALES, err);
    if (!status)
        paste(work->tube, tube, box.lo);
done:
    abl_volume_destroy(wanted);
    abl_volume_destroy(mask);
    abl_volume_destroy(image);
    abl_volume_destroy(tube);
    return status;
}

static abl_status find_skeleton(abl_vessel_work *work, const abl_volume *smooth,
                                abl_error *err)
{
    abl_status status = find_tubes(work, err);
    if (!status)
        status = join_mask(work, smooth, err);
    if (status)
        return status;
    clear_forbidden(work);
    add_cava(work);
    status = abl_distance_to_background(&work->depth, work->vessel, 20, err);
    return status ? status : abl_mask_thin(work->vessel, work->depth, err);
}

abl_status abl_vessels_detect(abl_vessel_work *work, abl_error *err)
{
    abl_volume *smooth = NULL;
    abl_status status = smooth_contrast(&smooth, work, err);
    if (status)
        return status;
    work->contrast_hu =
        choose_contrast(work, contrast_of_brightest(work, smooth));
    const double cnr = work->contrast_hu / fmax(work->noise_hu, 1);
    work->least_mm = cnr >= clear_cnr  ? ABL_VESSEL_LEAST_MM
                     : cnr >= poor_cnr ? ABL_VESSEL_LEAST_NOISY_MM
                                       : ABL_VESSEL_LEAST_POOR_MM;
    if (work->contrast_hu >= ABL_VESSEL_LEAST_CONTRAST_HU &&
        cnr >= ABL_VESSEL_LEAST_CNR)
        status = find_skeleton(work, smooth, err);
    abl_volume_destroy(smooth);
    return status;
}
