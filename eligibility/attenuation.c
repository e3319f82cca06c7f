/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/attenuation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/distance.h"

#define INTERIOR_MM         2.0
#define THIN_INTERIOR_MM    1.0
#define WANTED_VOXELS       20
#define LEAST_VOXELS        5
#define LEAST_RING_VOXELS   50
#define VOXELS_PER_SAMPLE   8.0    /* correlated noise */
#define MEDIAN_SD           1.2533 /* of the mean's, for normal values */
#define SD_PER_QUARTILE_GAP (1 / 1.349)
#define HU_VALUES           65536

/* What the neighbourhood of one lesion looks like. */
typedef struct surroundings {
    abl_volume *image;
    abl_volume *lesion; /* u8: this lesion */
    abl_volume *other;  /* u8: not liver, or another lesion */
    abl_volume *depth;  /* f32 inside the lesion */
    abl_volume *away;   /* f32 from the lesion */
    abl_volume *apart;  /* f32 from what is not liver */
} surroundings;

typedef struct sample {
    size_t count;
    double mean, sd;
} sample;

static void clear_surroundings(surroundings *s)
{
    abl_volume_destroy(s->image);
    abl_volume_destroy(s->lesion);
    abl_volume_destroy(s->other);
    abl_volume_destroy(s->depth);
    abl_volume_destroy(s->away);
    abl_volume_destroy(s->apart);
}

static abl_status choose_crop(size_t lo[3], size_t size[3],
                              const abl_grid *grid, const abl_lesion *lesion,
                              abl_error *err)
{
    for (int a = 0; a < 3; a++) {
        if (lesion->lo[a] > lesion->hi[a] || lesion->hi[a] >= grid->size[a])
            return abl_error_set(err, ABL_E_INVALID,
                                 "a lesion's box %zu..%zu on axis %d leaves "
                                 "the image of %zu voxels",
                                 lesion->lo[a], lesion->hi[a], a,
                                 grid->size[a]);
        const size_t pad = (size_t)ceil((ABL_RING_MM + ABL_RING_GUARD_MM + 1) /
                                        grid->spacing_mm[a]);
        lo[a] = lesion->lo[a] > pad ? lesion->lo[a] - pad : 0;
        const size_t end = lesion->hi[a] + 1 + pad;
        size[a] = (end < grid->size[a] ? end : grid->size[a]) - lo[a];
    }
    return ABL_OK;
}

/* The two masks, from the label maps of the crop. */
static void mark_masks(surroundings *s, uint8_t number)
{
    uint8_t *lesion = abl_volume_u8(s->lesion);
    uint8_t *other = abl_volume_u8(s->other);
    const size_t voxels = abl_grid_voxels(&s->lesion->grid);
    for (size_t n = 0; n < voxels; n++) {
        const bool is_this = lesion[n] == number;
        other[n] = !is_this && (lesion[n] || other[n] != ABL_LIVER);
        lesion[n] = is_this;
    }
}

static abl_status look_around(surroundings *s, const abl_volume *image,
                              const abl_structures *structures, size_t index,
                              abl_error *err)
{
    size_t lo[3], size[3];
    abl_status status =
        choose_crop(lo, size, &image->grid, &structures->lesions[index], err);
    if (!status)
        status = abl_volume_crop(&s->image, image, lo, size, err);
    if (!status)
        status = abl_volume_crop(&s->lesion, structures->lesion_labels, lo,
                                 size, err);
    if (!status)
        status = abl_volume_crop(&s->other, structures->labels, lo, size, err);
    if (status)
        return status;
    mark_masks(s, (uint8_t)(index + 1));
    status =
        abl_distance_to_background(&s->depth, s->lesion, INTERIOR_MM + 1, err);
    if (!status)
        status = abl_distance_map_within(&s->away, s->lesion, ABL_RING_MM, err);
    if (!status)
        status = abl_distance_map_within(&s->apart, s->other, ABL_RING_GUARD_MM,
                                         err);
    return status;
}

static sample sample_interior(const surroundings *s, double deeper_than_mm)
{
    sample out = {0, 0, 0};
    double sum = 0, squares = 0;
    const uint8_t *lesion = abl_volume_u8(s->lesion);
    const float *depth = abl_volume_f32(s->depth);
    const int16_t *hu = abl_volume_i16(s->image);
    const size_t voxels = abl_grid_voxels(&s->image->grid);
    for (size_t n = 0; n < voxels; n++)
        if (lesion[n] && (double)depth[n] > deeper_than_mm) {
            out.count++;
            sum += hu[n];
            squares += (double)hu[n] * hu[n];
        }
    if (!out.count)
        return out;
    out.mean = sum / (double)out.count;
    out.sd = sqrt(fmax(0, squares / (double)out.count - out.mean * out.mean));
    return out;
}

static double find_quantile(const uint32_t *histogram, size_t count, double q)
{
    const double target = q * (double)count;
    double below = 0;
    for (int n = 0; n < HU_VALUES; n++) {
        if (below + histogram[n] >= target && histogram[n])
            /* within one HU: spread evenly */
            return n + INT16_MIN - 0.5 + (target - below) / histogram[n];
        below += histogram[n];
    }
    return 0;
}

static abl_status sample_ring(sample *out, const surroundings *s,
                              abl_error *err)
{
    *out = (sample){0, 0, 0};
    uint32_t *histogram = abl_alloc(HU_VALUES, sizeof *histogram, err);
    if (!histogram)
        return ABL_E_NOMEM;
    const uint8_t *other = abl_volume_u8(s->other);
    const float *away = abl_volume_f32(s->away);
    const float *apart = abl_volume_f32(s->apart);
    const int16_t *hu = abl_volume_i16(s->image);
    const size_t voxels = abl_grid_voxels(&s->image->grid);
    for (size_t n = 0; n < voxels; n++)
        if (!other[n] && (double)away[n] > ABL_RING_GUARD_MM &&
            (double)away[n] <= ABL_RING_MM &&
            (double)apart[n] > ABL_RING_GUARD_MM) {
            out->count++;
            histogram[hu[n] - INT16_MIN]++;
        }
    if (out->count) {
        out->mean = find_quantile(histogram, out->count, 0.5);
        out->sd =
            SD_PER_QUARTILE_GAP * (find_quantile(histogram, out->count, 0.75) -
                                   find_quantile(histogram, out->count, 0.25));
    }
    free(histogram);
    return ABL_OK;
}

static abl_value value_of(const sample *from, size_t least, double factor,
                          const char *why_not)
{
    if (from->count < least)
        return (abl_value){false, 0, 0, why_not};
    const double samples = fmax(1, (double)from->count / VOXELS_PER_SAMPLE);
    return (abl_value){true, from->mean,
                       1.96 * factor * from->sd / sqrt(samples), NULL};
}

static void compare(abl_attenuation *out, double noise_hu)
{
    out->contrast_hu.measured = out->mean_hu.measured && out->ring_hu.measured;
    out->contrast_hu.why_not =
        !out->mean_hu.measured ? out->mean_hu.why_not : out->ring_hu.why_not;
    out->cnr.why_not = out->contrast_hu.why_not;
    if (!out->contrast_hu.measured)
        return;
    out->contrast_hu.value = out->mean_hu.value - out->ring_hu.value;
    out->contrast_hu.uncertainty =
        hypot(out->mean_hu.uncertainty, out->ring_hu.uncertainty);
    out->cnr.measured = noise_hu > 0;
    out->cnr.why_not = noise_hu > 0 ? NULL : "the noise was not measured";
    if (noise_hu > 0) {
        out->cnr.value = fabs(out->contrast_hu.value) / noise_hu;
        out->cnr.uncertainty = out->contrast_hu.uncertainty / noise_hu;
    }
}

static abl_status check_input(const abl_volume *image,
                              const abl_structures *structures,
                              size_t lesion_index, abl_error *err)
{
    if (lesion_index >= structures->lesion_count ||
        lesion_index >= ABL_MAX_LESIONS)
        return abl_error_set(err, ABL_E_INVALID, "there is no lesion %zu",
                             lesion_index + 1);
    if (image->type != ABL_PIXEL_I16 || !structures->labels ||
        !structures->lesion_labels ||
        structures->labels->type != ABL_PIXEL_U8 ||
        structures->lesion_labels->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID,
                             "the image must be i16 and the labels u8");
    abl_status status =
        abl_grid_check_same(&image->grid, &structures->labels->grid, 0.01, err);
    if (!status)
        status = abl_grid_check_same(
            &image->grid, &structures->lesion_labels->grid, 0.01, err);
    return status;
}

abl_status abl_attenuation_measure(abl_attenuation *out,
                                   const abl_volume *image,
                                   const abl_structures *structures,
                                   size_t lesion_index, abl_error *err)
{
    memset(out, 0, sizeof *out);
    surroundings s = {NULL, NULL, NULL, NULL, NULL, NULL};
    abl_status status = check_input(image, structures, lesion_index, err);
    if (!status)
        status = look_around(&s, image, structures, lesion_index, err);
    sample ring;
    if (!status)
        status = sample_ring(&ring, &s, err);
    if (status)
        goto done;
    sample interior = sample_interior(&s, INTERIOR_MM);
    if (interior.count < WANTED_VOXELS)
        interior = sample_interior(&s, THIN_INTERIOR_MM);
    if (interior.count < WANTED_VOXELS)
        interior = sample_interior(&s, 0);
    out->mean_hu =
        value_of(&interior, LEAST_VOXELS, 1, "the lesion has too few voxels");
    out->ring_hu = value_of(&ring, LEAST_RING_VOXELS, MEDIAN_SD,
                            "there is too little liver around the lesion");
    compare(out, structures->noise_hu);
done:
    clear_surroundings(&s);
    return status;
}
