/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/body.h"

#include <math.h>
#include <stdlib.h>

#include "segmentation/body_work.h"

#define SCALE_HU         150.0 /* attenuation difference that becomes 1 */
#define SCALE_CLIPPED_HU 20.0
#define EDGE_MM          1.0 /* stated spread of a threshold's surface */
#define EDGE_CLIPPED_MM  2.0
#define EDGE_COARSE_MM   5.0

/* How a mask becomes a field. */
typedef struct surface {
    abl_structure_id id;
    const abl_volume *mask;
    double threshold_hu;
    double sign; /* +1 brighter inside, -1 darker, 0 no attenuation edge */
    double edge_sd_mm;
} surface;

/* Attenuation decides between voxels, the mask on which side they are. */
static void fill_by_hu(float *field, const abl_body_work *w, const surface *s)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const double scale =
        s->sign /
        (w->clipped && s->id != ABL_BONE ? SCALE_CLIPPED_HU : SCALE_HU);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *m = abl_volume_u8(s->mask);
#pragma omp parallel for schedule(static)
    for (size_t n = 0; n < count; n++) {
        const double v = ((double)hu[n] - s->threshold_hu) * scale;
        const double sure = m[n] ? 1 : -1;
        field[n] = (float)(v * sure > 0 ? fmin(v * sure, 1) * sure : sure);
        if (field[n] == 0)
            field[n] = (float)(1e-3 * sure);
    }
}

/* Mean of the mask in three by three by three, minus one half. */
static void fill_by_mask(float *field, const abl_body_work *w, const surface *s)
{
    const size_t *size = w->grid.size;
    const uint8_t *m = abl_volume_u8(s->mask);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++) {
                const size_t n = abl_grid_offset(&w->grid, i, j, k);
                int sum = 6 * (2 * m[n] - 1);
                sum += i > 0 ? 2 * m[n - 1] - 1 : 0;
                sum += i + 1 < size[0] ? 2 * m[n + 1] - 1 : 0;
                sum += j > 0 ? 2 * m[n - size[0]] - 1 : 0;
                sum += j + 1 < size[1] ? 2 * m[n + size[0]] - 1 : 0;
                field[n] = (float)sum / 12.0f;
                if (sum == 0)
                    field[n] = m[n] ? 0.02f : -0.02f;
            }
}

/* Volume, mean attenuation and whether the mask reaches the scan's end. */
static void describe(abl_structure *out, const abl_body_work *w,
                     const surface *s)
{
    const size_t *size = w->grid.size, plane = size[0] * size[1];
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *m = abl_volume_u8(s->mask);
    double sum = 0, count = 0;
    bool ends = false;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t n = k * plane; n < (k + 1) * plane; n++)
            if (m[n]) {
                sum += hu[n];
                count += 1;
                ends = ends || k == 0 || k + 1 == size[2];
            }
    out->found = count == 0 ? ABL_NOT_FOUND : ends ? ABL_FOUND_CUT : ABL_FOUND;
    out->volume_ml = 1e-3 * count * abl_grid_voxel_mm3(&w->grid);
    out->mean_hu = count > 0 ? sum / count : 0;
    out->reliability = count > 0 ? (w->clipped ? 0.5 : 1) : 0;
    out->edge_sd_mm = s->edge_sd_mm;
    out->origin = "threshold";
}

static abl_status make_item(abl_structures *out, const abl_body_work *w,
                            const surface *s, abl_error *err)
{
    abl_structure *item = &out->items[s->id];
    abl_volume_destroy(item->field);
    *item = (abl_structure){.found = ABL_NOT_FOUND};
    describe(item, w, s);
    if (item->found < ABL_FOUND)
        return ABL_OK;
    abl_status status =
        abl_volume_create(&item->field, &w->grid, ABL_PIXEL_F32, err);
    if (status) {
        item->found = ABL_NOT_FOUND;
        return status;
    }
    if (s->sign != 0)
        fill_by_hu(abl_volume_f32(item->field), w, s);
    else
        fill_by_mask(abl_volume_f32(item->field), w, s);
    return ABL_OK;
}

static abl_status make_items(abl_structures *out, const abl_body_work *w,
                             abl_error *err)
{
    const double edge = w->clipped ? EDGE_CLIPPED_MM : EDGE_MM;
    const surface all[] = {
        {ABL_SKIN, w->body, w->skin_hu, 1, edge},
        {ABL_LUNG, w->lung, w->gas_hu, -1, edge},
        {ABL_BOWEL_GAS, w->gas, w->gas_hu, -1, edge},
        {ABL_BONE, w->bone, w->bone_hu, 1, EDGE_MM},
        {ABL_HEART, w->heart, 0, 0, EDGE_COARSE_MM},
        {ABL_UNCLASSIFIED, w->unclassified, 0, 0, EDGE_COARSE_MM},
    };
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < sizeof all / sizeof *all; n++)
        status = make_item(out, w, &all[n], err);
    if (!status && w->liver_lo > w->liver_hi)
        out->items[ABL_UNCLASSIFIED].found = ABL_NOT_LOOKED_FOR;
    return status;
}

static void warn(abl_structures *out, const abl_body_work *w)
{
    if (w->clipped)
        abl_structures_warn(
            out, "intensity-clipped",
            "The scan's values stop at %.0f HU, so air and fat differ by "
            "little: lung, gas and skin are rough, and a path near them "
            "needs a look at the original scan.",
            w->least_hu);
    if (w->cut)
        abl_structures_warn(
            out, "body-cut",
            "The body goes on beyond the field of view at the sides; there "
            "is no skin there and no path can start there.");
    if (out->items[ABL_SKIN].found < ABL_FOUND)
        abl_structures_warn(out, "skin-not-found",
                            "No body was found in the scan, so distances to "
                            "the skin and access could not be assessed.");
}

static abl_status find_all(abl_body_work *w, const abl_progress *progress,
                           abl_error *err)
{
    abl_status (*const steps[])(abl_body_work *, abl_error *) = {
        abl_body_find_skin,        abl_body_crop,      abl_body_find_gas,
        abl_body_find_inner,       abl_body_find_bone, abl_body_find_heart,
        abl_body_find_unclassified};
    const size_t count = sizeof steps / sizeof *steps;
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < count; n++) {
        if (progress)
            status =
                abl_progress_step(progress, "body structures",
                                  (double)(n + 1) / (double)(count + 1), err);
        if (!status)
            status = steps[n](w, err);
    }
    return status;
}

abl_status abl_body_find(abl_structures *structures, const abl_volume *image,
                         const abl_progress *progress, abl_error *err)
{
    if (image->type != ABL_PIXEL_I16)
        return abl_error_set(err, ABL_E_INVALID,
                             "body structures need attenuation in HU");
    const abl_volume *labels = structures->labels;
    if (labels && (labels->type != ABL_PIXEL_U8 ||
                   abl_grid_check_same(&labels->grid, &image->grid, 0.1, NULL)))
        return abl_error_set(err, ABL_E_INVALID,
                             "organ labels are not on the image's grid");
    abl_body_work work = {.liver_lo = 1};
    abl_status status = abl_body_prepare(&work, image, labels, err);
    if (!status)
        status = find_all(&work, progress, err);
    if (!status)
        status = make_items(structures, &work, err);
    if (!status) {
        structures->intensity_clipped =
            structures->intensity_clipped || work.clipped;
        warn(structures, &work);
    }
    abl_body_work_clear(&work);
    return status;
}
