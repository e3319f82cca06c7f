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
#include "segmentation/vessels_work.h"

/* Scales for radii of 1.5, 2.8 and 5.5 mm: radius / sqrt(2). */
enum {
    SCALES = 3
};
static const double scales_mm[SCALES] = {1.1, 2.0, 3.9};
static const double noisy_scales_mm[SCALES] = {1.5, 2.5, 4.2};
/* Noisy scans are smoothed more. */
static const double least_smooth_mm = 0.7, most_smooth_mm = 1.1;
static const double clear_cnr = 2.4, poor_cnr = 1.2;
static const double usual_contrast_hu = 45;
/* In units of the vessels' contrast; chosen on phantoms of 1 to 5 mm slices:
 * the tubularity of a 3 mm tube blurred by 1 mm is 0.45. */
static const float seed_tube = 0.42f, least_tube = 0.25f;
static const float half_bright = 0.5f, least_bright = 0.28f;
static const double bright_share = 0.015;
static const size_t least_piece = 20; /* voxels */

enum {
    BINS = 300
};

/* Contrast of the brightest 1.5 % of the liver: wide vessels fill more. */
static double contrast_of_brightest(const abl_vessel_work *work,
                                    const abl_volume *smooth)
{
    const uint8_t *region = abl_volume_u8(work->region);
    const float *value = abl_volume_f32(smooth);
    size_t bins[BINS] = {0}, count = 0;
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
        if (region[v] == ABL_REGION_LIVER) {
            bins[(size_t)fminf(fmaxf(value[v], 0), BINS - 1)]++;
            count++;
        }
    size_t above = 0, n = BINS;
    while (n > 1 && (double)above < bright_share * (double)count)
        above += bins[--n];
    return (double)n + 0.5;
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

static void classify(const abl_vessel_work *work, uint8_t *allowed,
                     uint8_t *seed, const float *smooth, const float *tube)
{
    const uint8_t *region = abl_volume_u8(work->region);
    const float c = (float)work->contrast_hu;
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++) {
        const float bright = smooth[v] / c, line = tube[v] / c;
        const bool may = region[v] != ABL_REGION_NONE;
        const bool is_trunk = region[v] == ABL_REGION_PORTAL;
        allowed[v] = may && (bright >= half_bright ||
                             (line >= least_tube && bright >= least_bright) ||
                             (is_trunk && bright >= least_bright));
        allowed[v] = allowed[v] && region[v] != ABL_REGION_CAVA;
        seed[v] = allowed[v] &&
                  (is_trunk || (line >= seed_tube && bright >= half_bright));
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
                            const abl_volume *tube, abl_error *err)
{
    abl_volume *allowed = NULL, *seed = NULL;
    abl_status status =
        abl_volume_create(&allowed, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&seed, &work->grid, ABL_PIXEL_U8, err);
    if (!status) {
        classify(work, abl_volume_u8(allowed), abl_volume_u8(seed),
                 abl_volume_f32(smooth), abl_volume_f32(tube));
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
    const uint8_t *region = abl_volume_u8(work->region);
    uint8_t *vessel = abl_volume_u8(work->vessel);
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
        vessel[v] = region[v] == ABL_REGION_NONE ? 0 : vessel[v];
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
        fmax((clear_cnr - expected_cnr(work)) / (clear_cnr - poor_cnr), 0), 1);
    const double mm =
        least_smooth_mm + noisy * (most_smooth_mm - least_smooth_mm);
    return abl_gaussian(out, work->contrast, (double[3]){mm, mm, mm}, err);
}

static abl_status find_tubes(abl_volume **out, const abl_vessel_work *work,
                             abl_error *err)
{
    abl_volume *wanted = NULL;
    *out = NULL;
    abl_status status = make_wanted(&wanted, work, err);
    if (!status)
        status = abl_tubularity(out, work->contrast, wanted,
                                work->is_noisy ? noisy_scales_mm : scales_mm,
                                SCALES, err);
    abl_volume_destroy(wanted);
    return status;
}

static abl_status find_skeleton(abl_vessel_work *work, const abl_volume *smooth,
                                abl_error *err)
{
    abl_volume *tube = NULL;
    abl_status status = find_tubes(&tube, work, err);
    if (!status)
        status = join_mask(work, smooth, tube, err);
    abl_volume_destroy(tube);
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
    work->is_noisy = cnr < clear_cnr;
    if (work->contrast_hu >= ABL_VESSEL_LEAST_CONTRAST_HU &&
        cnr >= ABL_VESSEL_LEAST_CNR)
        status = find_skeleton(work, smooth, err);
    abl_volume_destroy(smooth);
    return status;
}
