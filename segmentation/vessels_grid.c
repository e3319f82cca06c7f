/* The work grid: regions, parenchyma and contrast.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/distance.h"
#include "imaging/resample.h"
#include "segmentation/field.h"
#include "segmentation/vessels_work.h"

static const double work_mm = 1.0, margin_mm = 16;
static const size_t most_voxels = 14000000;
/* Rim of the liver that holds no vessel, but where a trunk is near. */
static const double rim_mm = 1.6, near_trunk_mm = 10;
/* Nameless tissue belongs to the way from trunk to liver within these. */
static const double cava_bridge_mm = 5, portal_bridge_mm = 10;
static const double trunk_outside_mm = 14;
static const double level_mm = 4, level_sigma_mm = 14;

static abl_status choose_grid(abl_vessel_work *work, abl_error *err)
{
    const abl_grid *image = &work->image->grid;
    abl_box box;
    size_t size[3];
    abl_grid part;
    abl_volume *mask = NULL;
    const abl_volume *liver = work->structures->items[ABL_LIVER].field;
    abl_status status = abl_field_mask(&mask, liver, err);
    if (status)
        return status;
    abl_box inner;
    const bool any = abl_mask_box(&inner, mask);
    abl_volume_destroy(mask);
    abl_grid around;
    if (!any ||
        abl_grid_crop(&around, &liver->grid, inner.lo,
                      (size_t[3]){inner.hi[0] - inner.lo[0] + 1,
                                  inner.hi[1] - inner.lo[1] + 1,
                                  inner.hi[2] - inner.lo[2] + 1},
                      err) ||
        !abl_box_of_overlap(&box, image, &around))
        return abl_error_set(err, ABL_E_INVALID,
                             "vessels: there is no liver in the image");
    abl_box_grow_mm(&box, image, margin_mm);
    abl_box_size(size, &box);
    status = abl_grid_crop(&part, image, box.lo, size, err);
    double mm = work_mm, volume = abl_grid_voxel_mm3(&part);
    volume *= (double)abl_grid_voxels(&part);
    if (volume / (mm * mm * mm) > (double)most_voxels)
        mm = cbrt(volume / (double)most_voxels);
    if (!status)
        status =
            abl_grid_respace(&work->grid, &part, (double[3]){mm, mm, mm}, err);
    return status;
}

abl_status abl_vessels_label_mask(abl_volume **out, const abl_volume *labels,
                                  uint8_t id, abl_error *err)
{
    abl_status status =
        abl_volume_create(out, &labels->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const uint8_t *from = abl_volume_u8(labels);
    uint8_t *to = abl_volume_u8(*out);
    for (size_t v = 0; v < abl_grid_voxels(&labels->grid); v++)
        to[v] = from[v] == id;
    return ABL_OK;
}

static abl_status distance_to_label(abl_volume **out, const abl_volume *labels,
                                    uint8_t id, double limit_mm, abl_error *err)
{
    abl_volume *mask = NULL;
    *out = NULL;
    abl_status status = abl_vessels_label_mask(&mask, labels, id, err);
    if (!status)
        status = abl_distance_map_within(out, mask, limit_mm, err);
    abl_volume_destroy(mask);
    return status;
}

/* What the regions are made of, all on the work grid. */
typedef struct region_parts {
    abl_volume *organ, *lesion, *field, *inside, *rim, *cava, *portal;
} region_parts;

static void clear_parts(region_parts *p)
{
    abl_volume_destroy(p->organ);
    abl_volume_destroy(p->lesion);
    abl_volume_destroy(p->field);
    abl_volume_destroy(p->inside);
    abl_volume_destroy(p->rim);
    abl_volume_destroy(p->cava);
    abl_volume_destroy(p->portal);
}

static uint8_t region_of(const region_parts *p, const float *outside, size_t v)
{
    const uint8_t organ = abl_volume_u8(p->organ)[v];
    const float cava = abl_volume_f32(p->cava)[v];
    const float portal = abl_volume_f32(p->portal)[v];
    if (abl_volume_u8(p->lesion)[v])
        return ABL_REGION_NONE;
    if (organ == ABL_INFERIOR_VENA_CAVA)
        return ABL_REGION_CAVA;
    if (organ == ABL_PORTAL_AND_SPLENIC_VEIN)
        return (double)outside[v] <= trunk_outside_mm ? ABL_REGION_PORTAL
                                                      : ABL_REGION_NONE;
    const double trunk = (double)fminf(cava, portal);
    if (abl_volume_u8(p->inside)[v])
        return (double)abl_volume_f32(p->rim)[v] > rim_mm ||
                       trunk <= near_trunk_mm
                   ? ABL_REGION_LIVER
                   : ABL_REGION_NONE;
    const bool bridges = ((double)cava <= cava_bridge_mm ||
                          (double)portal <= portal_bridge_mm) &&
                         (double)outside[v] <= portal_bridge_mm;
    return organ == ABL_BACKGROUND && bridges ? ABL_REGION_BRIDGE
                                              : ABL_REGION_NONE;
}

static abl_status make_parts(region_parts *p, abl_vessel_work *work,
                             const abl_volume *hu, abl_error *err)
{
    const abl_structures *s = work->structures;
    abl_status status =
        abl_resample_nearest(&p->organ, s->labels, &work->grid, err);
    if (!status)
        status = abl_vessels_bridge_cava(p->organ, err);
    if (!status)
        status = abl_vessels_drop_islands(p->organ, err);
    if (!status)
        status = abl_resample_nearest(&p->lesion, s->lesion_labels, &work->grid,
                                      err);
    if (!status)
        status = abl_resample_linear(&p->field, s->items[ABL_LIVER].field,
                                     &work->grid, -1, err);
    if (!status)
        status = abl_field_mask(&p->inside, p->field, err);
    if (!status)
        status = distance_to_label(&p->cava, p->organ, ABL_INFERIOR_VENA_CAVA,
                                   12, err);
    if (!status)
        status = distance_to_label(&p->portal, p->organ,
                                   ABL_PORTAL_AND_SPLENIC_VEIN, 12, err);
    if (!status)
        status =
            abl_vessels_close_gaps(p->inside, p->organ, p->portal, hu, err);
    if (!status)
        status = abl_distance_map_within(&work->outside, p->inside, 30, err);
    if (!status)
        status = abl_distance_to_background(&p->rim, p->inside, 4, err);
    return status;
}

static void fill_regions(uint8_t *region, const region_parts *parts,
                         const float *outside)
{
    const size_t voxels = abl_grid_voxels(&parts->organ->grid);
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < voxels; v++)
        region[v] = region_of(parts, outside, v);
}

static abl_status make_regions(abl_vessel_work *work, const abl_volume *hu,
                               abl_error *err)
{
    region_parts parts = {0};
    abl_status status = make_parts(&parts, work, hu, err);
    if (!status)
        status =
            abl_volume_create(&work->region, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        fill_regions(abl_volume_u8(work->region), &parts,
                     abl_volume_f32(work->outside));
    if (!status)
        status =
            abl_distance_map_within(&work->to_lesion, parts.lesion, 6, err);
    work->to_cava = status ? NULL : parts.cava;
    parts.cava = status ? parts.cava : NULL;
    clear_parts(&parts);
    return status;
}

enum {
    BINS = 512,
    FIRST_HU = -100
};

/* Level where @p share of the first @p last bins lie below. */
static double quantile(const double *bins, size_t last, double share)
{
    double all = 0, sum = 0;
    for (size_t n = 0; n < last; n++)
        all += bins[n];
    for (size_t n = 0; n < last; n++) {
        if (sum + bins[n] >= share * all && bins[n] > 0)
            return FIRST_HU + (double)n + (share * all - sum) / bins[n];
        sum += bins[n];
    }
    return FIRST_HU + (double)last;
}

/* Mode of the parenchyma and its SD from the dark side, where no vessel is:
 * 31.7 % of a normal law's lower half lie beyond one SD. */
static bool find_parenchyma(abl_vessel_work *work, const abl_volume *hu)
{
    double bins[BINS] = {0}, smooth[BINS] = {0}, total = 0;
    const float *value = abl_volume_f32(hu);
    const uint8_t *region = abl_volume_u8(work->region);
    for (size_t v = 0; v < abl_grid_voxels(&work->grid); v++)
        if (region[v] == ABL_REGION_LIVER && value[v] > FIRST_HU &&
            value[v] < FIRST_HU + BINS) {
            bins[(size_t)(value[v] - FIRST_HU)] += 1;
            total += 1;
        }
    size_t mode = 0;
    for (size_t n = 3; n + 3 < BINS; n++) {
        for (size_t t = n - 3; t <= n + 3; t++)
            smooth[n] += bins[t];
        mode = smooth[n] > smooth[mode] ? n : mode;
    }
    work->liver_hu = FIRST_HU + (double)mode + 0.5;
    work->noise_hu = work->liver_hu - quantile(bins, mode + 1, 0.317);
    return total >= 1000;
}

/* Sums of parenchyma and of its voxels on a coarse grid, smoothed alike. */
static abl_status smooth_coarse(abl_volume **out, const abl_volume *in,
                                abl_error *err)
{
    abl_grid coarse;
    abl_volume *small = NULL;
    const double mm[3] = {level_mm, level_mm, level_mm};
    const double sigma[3] = {level_sigma_mm, level_sigma_mm, level_sigma_mm};
    *out = NULL;
    abl_status status = abl_grid_respace(&coarse, &in->grid, mm, err);
    if (!status)
        status = abl_resample(&small, in, &coarse, err);
    if (!status)
        status = abl_gaussian(out, small, sigma, err);
    abl_volume_destroy(small);
    return status;
}

/* Voxels within 2 SD of @p level (NULL: of the mode), and what they are above
 * the mode. */
static void pick_parenchyma(abl_volume *sum, abl_volume *count,
                            const abl_vessel_work *work, const abl_volume *hu,
                            const abl_volume *level)
{
    const float *value = abl_volume_f32(hu);
    const uint8_t *region = abl_volume_u8(work->region);
    const double reach = (level ? 2 : 3) * work->noise_hu;
    const size_t voxels = abl_grid_voxels(&work->grid);
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < voxels; v++) {
        const double off = (double)value[v] - work->liver_hu;
        const double here = level ? (double)abl_volume_f32(level)[v] : 0;
        const bool is_tissue =
            region[v] == ABL_REGION_LIVER && fabs(off - here) <= reach;
        abl_volume_f32(count)[v] = is_tissue;
        abl_volume_f32(sum)[v] = is_tissue ? (float)off : 0;
    }
}

/* Local mean of what was picked, on the work grid. */
static abl_status average(abl_volume **out, const abl_volume *sum,
                          const abl_volume *count, abl_error *err)
{
    abl_volume *a = NULL, *b = NULL;
    *out = NULL;
    abl_status status = smooth_coarse(&a, sum, err);
    if (!status)
        status = smooth_coarse(&b, count, err);
    for (size_t v = 0; !status && v < abl_grid_voxels(&a->grid); v++)
        abl_volume_f32(a)[v] /= fmaxf(abl_volume_f32(b)[v], 0.02f);
    if (!status)
        status = abl_resample(out, a, &sum->grid, err);
    abl_volume_destroy(a);
    abl_volume_destroy(b);
    return status;
}

/* contrast = hu - level of the parenchyma nearby; twice, so that a lobe that
 * is brighter as a whole is not taken for vessel. */
static abl_status subtract_level(abl_vessel_work *work, const abl_volume *hu,
                                 abl_error *err)
{
    abl_volume *sum = NULL, *count = NULL, *level = NULL, *finer = NULL;
    abl_status status =
        abl_volume_create(&sum, &work->grid, ABL_PIXEL_F32, err);
    if (!status)
        status = abl_volume_create(&count, &work->grid, ABL_PIXEL_F32, err);
    for (int pass = 0; pass < 2 && !status; pass++) {
        pick_parenchyma(sum, count, work, hu, level);
        status = average(&finer, sum, count, err);
        abl_volume_destroy(level);
        level = finer;
    }
    if (!status)
        status =
            abl_volume_create(&work->contrast, &work->grid, ABL_PIXEL_F32, err);
    for (size_t v = 0; !status && v < abl_grid_voxels(&work->grid); v++)
        abl_volume_f32(work->contrast)[v] = abl_volume_f32(hu)[v] -
                                            (float)work->liver_hu -
                                            abl_volume_f32(level)[v];
    abl_volume_destroy(sum);
    abl_volume_destroy(count);
    abl_volume_destroy(level);
    return status;
}

abl_status abl_vessels_prepare(abl_vessel_work *work, abl_error *err)
{
    abl_volume *hu = NULL;
    abl_status status = choose_grid(work, err);
    if (!status)
        status = abl_resample(&hu, work->image, &work->grid, err);
    if (!status)
        status = make_regions(work, hu, err);
    if (!status && !find_parenchyma(work, hu))
        work->noise_hu = -1;
    if (!status)
        status = subtract_level(work, hu, err);
    abl_volume_destroy(hu);
    return status;
}

void abl_vessel_to_lps(double lps[3], const abl_grid *grid, const double mm[3])
{
    const double ijk[3] = {mm[0] / grid->spacing_mm[0],
                           mm[1] / grid->spacing_mm[1],
                           mm[2] / grid->spacing_mm[2]};
    abl_grid_to_lps(lps, grid, ijk);
}

void abl_vessel_from_lps(double mm[3], const abl_grid *grid,
                         const double lps[3])
{
    abl_grid_to_ijk(mm, grid, lps);
    for (int a = 0; a < 3; a++)
        mm[a] *= grid->spacing_mm[a];
}
