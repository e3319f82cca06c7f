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

/* The part of the work grid that a field covers. */
typedef struct part {
    abl_grid grid;
    size_t lo[3];
} part;

/* The mask's box and one voxel around it; the skin keeps the whole grid. */
static abl_status choose_part(part *out, const abl_body_work *w,
                              const surface *s, abl_error *err)
{
    size_t hi[3], size[3];
    *out = (part){.grid = w->grid, .lo = {0, 0, 0}};
    if (s->id == ABL_SKIN || !abl_body_box(out->lo, hi, s->mask))
        return ABL_OK;
    for (int a = 0; a < 3; a++) {
        const size_t top = w->grid.size[a] - 1;
        out->lo[a] -= out->lo[a] > 0 ? 1 : 0;
        hi[a] += hi[a] < top ? 1 : 0;
        size[a] = hi[a] - out->lo[a] + 1;
    }
    return abl_grid_crop(&out->grid, &w->grid, out->lo, size, err);
}

/* Attenuation decides between voxels, the mask on which side they are. */
static void fill_by_hu(float *row, const abl_body_work *w, const surface *s,
                       size_t from, size_t count)
{
    const double scale =
        s->sign /
        (w->clipped && s->id != ABL_BONE ? SCALE_CLIPPED_HU : SCALE_HU);
    const int16_t *hu = abl_volume_i16(w->hu) + from;
    const uint8_t *m = abl_volume_u8(s->mask) + from;
    for (size_t n = 0; n < count; n++) {
        const double sure = m[n] ? 1 : -1;
        const double v = ((double)hu[n] - s->threshold_hu) * scale * sure;
        row[n] = (float)(v > 0 ? fmin(fmax(v, 1e-3), 1) * sure : sure);
    }
}

/* Weighted mean of a voxel (6) and its face neighbours (1 each) as -1 and 1;
 * the voxel decides when they balance. */
static void fill_by_mask(float *row, const abl_body_work *w, const surface *s,
                         const size_t from[3], size_t count)
{
    const size_t *size = w->grid.size;
    const size_t stride[3] = {1, size[0], size[0] * size[1]};
    const size_t first = abl_grid_offset(&w->grid, from[0], from[1], from[2]);
    const uint8_t *m = abl_volume_u8(s->mask) + first;
    for (size_t n = 0; n < count; n++) {
        const size_t at[3] = {from[0] + n, from[1], from[2]};
        int sum = 6 * (2 * m[n] - 1);
        for (int a = 0; a < 3; a++) {
            sum += at[a] > 0 ? 2 * *(m + n - stride[a]) - 1 : 0;
            sum += at[a] + 1 < size[a] ? 2 * m[n + stride[a]] - 1 : 0;
        }
        row[n] = sum == 0 ? (m[n] ? 0.02f : -0.02f) : (float)sum / 12.0f;
    }
}

static void fill_field(abl_volume *field, const part *p, const abl_body_work *w,
                       const surface *s)
{
    const size_t *size = p->grid.size;
    float *f = abl_volume_f32(field);
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            const size_t from[3] = {p->lo[0], p->lo[1] + j, p->lo[2] + k};
            float *row = f + abl_grid_offset(&p->grid, 0, j, k);
            if (s->sign != 0)
                fill_by_hu(row, w, s,
                           abl_grid_offset(&w->grid, from[0], from[1], from[2]),
                           size[0]);
            else
                fill_by_mask(row, w, s, from, size[0]);
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
    part p;
    abl_status status = choose_part(&p, w, s, err);
    if (!status)
        status = abl_volume_create(&item->field, &p.grid, ABL_PIXEL_F32, err);
    if (status)
        item->found = ABL_NOT_FOUND;
    else
        fill_field(item->field, &p, w, s);
    return status;
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
        abl_body_find_skin,  abl_body_crop,
        abl_body_find_gas,   abl_body_find_inner,
        abl_body_find_wall,  abl_body_find_bone,
        abl_body_find_heart, abl_body_find_unclassified};
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
