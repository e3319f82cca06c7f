/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define SOFT_HU         -30
#define SPINE_HALF_MM   30.0
#define SPINE_LEAST_MM2 300.0
#define SPINE_MM        20.0 /* muscle and crura beside the spine */
#define THIN_MM         3.0  /* half the thickness of what is left out */
#define LEAST_ML        2.0
#define ABOVE_LIVER_MM  10.0

/* Mean row of the bone in the back's middle, about the spinal canal, by
 * slice: behind it is no belly. */
static void find_back(double *back_row, const abl_body_work *w)
{
    const abl_grid *g = &w->grid;
    const uint8_t *bone = abl_volume_u8(w->bone);
    double body_middle[2];
    abl_body_middle(body_middle, w->body);
    const double half = SPINE_HALF_MM / g->spacing_mm[0];
    const size_t from = (size_t)fmax(0, body_middle[0] - half);
    const size_t to = (size_t)(body_middle[0] + half);
    double last = (double)g->size[1];
    for (size_t k = 0; k < g->size[2]; k++) {
        double sum = 0, count = 0;
        for (size_t j = (size_t)body_middle[1]; j < g->size[1]; j++)
            for (size_t i = from; i <= to && i < g->size[0]; i++)
                if (bone[abl_grid_offset(g, i, j, k)]) {
                    sum += (double)j;
                    count += 1;
                }
        if (count * g->spacing_mm[0] * g->spacing_mm[1] > SPINE_LEAST_MM2)
            last = sum / count;
        back_row[k] = last;
    }
}

/* The spine and the muscle and crura that lie against it. */
static abl_status mark_spine(abl_volume **out, const abl_body_work *w,
                             abl_error *err)
{
    const size_t *size = w->grid.size;
    double middle[2];
    abl_body_middle(middle, w->body);
    abl_status status = abl_volume_clone(out, w->bone, err);
    if (status)
        return status;
    uint8_t *m = abl_volume_u8(*out);
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++)
                if ((double)j < middle[1] ||
                    fabs((double)i - middle[0]) * w->grid.spacing_mm[0] >
                        SPINE_HALF_MM)
                    m[abl_grid_offset(&w->grid, i, j, k)] = 0;
    return abl_body_dilate(*out, abl_body_radius(&w->grid, SPINE_MM), 0, err);
}

/* Everything that has a name or cannot be belly content. */
static abl_status mark_taken(abl_volume **out, const abl_body_work *w,
                             abl_error *err)
{
    abl_volume *spine = NULL;
    abl_status status = abl_volume_clone(out, w->heart, err);
    if (!status)
        status = abl_body_dilate(*out, 3, 1, err);
    if (!status)
        status = mark_spine(&spine, w, err);
    if (status)
        goto done;
    const size_t count = abl_grid_voxels(&w->grid);
    uint8_t *m = abl_volume_u8(*out);
    const uint8_t *s = abl_volume_u8(spine), *bone = abl_volume_u8(w->bone);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const uint8_t *lung = abl_volume_u8(w->lung), *gas = abl_volume_u8(w->gas);
    const int16_t *hu = abl_volume_i16(w->hu);
    for (size_t n = 0; n < count; n++)
        if (s[n] || bone[n] || organ[n] || lung[n] || gas[n] ||
            hu[n] <= SOFT_HU)
            m[n] = 1;
done:
    abl_volume_destroy(spine);
    return status;
}

/* One row of one slice; above_lung remembers the columns that have lung
 * further down, whose tissue is chest. */
static void mark_row(abl_volume *mask, const abl_body_work *w,
                     const uint8_t *taken, const size_t at[2],
                     uint8_t *above_lung)
{
    const size_t row = abl_grid_offset(&w->grid, 0, at[0], at[1]);
    const uint8_t *inner = abl_volume_u8(w->inner) + row;
    const uint8_t *lung = abl_volume_u8(w->lung) + row;
    uint8_t *m = abl_volume_u8(mask) + row;
    for (size_t i = 0; i < w->grid.size[0]; i++) {
        above_lung[i] = above_lung[i] | lung[i];
        if (!taken[row + i] && inner[i] && !above_lung[i] &&
            !abl_body_is_in_wall(w, i, at[0], at[1]))
            m[i] = 1;
    }
}

static abl_status mark_belly(abl_volume *mask, const abl_body_work *w,
                             const uint8_t *taken, const double *back_row,
                             abl_error *err)
{
    const size_t *size = w->grid.size;
    const size_t top =
        w->liver_hi + (size_t)(ABOVE_LIVER_MM / w->grid.spacing_mm[2]);
    int failed = 0;
#pragma omp parallel reduction(| : failed)
    {
        uint8_t *above_lung = malloc(size[0]);
        failed = above_lung ? 0 : 1;
#pragma omp for schedule(static)
        for (size_t j = 0; j < size[1]; j++) {
            if (!failed)
                memset(above_lung, 0, size[0]);
            for (size_t k = 0; !failed && k < size[2] && k <= top; k++)
                if ((double)j <= back_row[k])
                    mark_row(mask, w, taken, (const size_t[2]){j, k},
                             above_lung);
        }
        free(above_lung);
    }
    return failed ? abl_error_set(err, ABL_E_NOMEM, "no memory for the belly")
                  : ABL_OK;
}

/* Leaves out thin sheets (rims of organs, mesentery) and crumbs. */
static abl_status keep_thick(abl_volume *mask, abl_error *err)
{
    const size_t radius = abl_body_radius(&mask->grid, THIN_MM);
    const size_t slices = mask->grid.spacing_mm[2] <= THIN_MM ? 1 : 0;
    const size_t count = abl_grid_voxels(&mask->grid);
    const double voxel_ml = 1e-3 * abl_grid_voxel_mm3(&mask->grid);
    abl_volume *core = NULL;
    abl_components c = {0};
    abl_status status = abl_volume_clone(&core, mask, err);
    if (!status)
        status = abl_body_erode(core, radius, slices, err);
    if (!status)
        status = abl_body_dilate(core, radius, slices, err);
    if (status)
        goto done;
    uint8_t *m = abl_volume_u8(mask);
    const uint8_t *reach = abl_volume_u8(core);
    for (size_t n = 0; n < count; n++)
        m[n] = m[n] & reach[n];
    status = abl_components_find(&c, mask, ABL_CONNECT_FACES, err);
    for (size_t n = 0; !status && n < count; n++) {
        const int32_t label = abl_volume_i32(c.labels)[n];
        if (label && (double)c.items[label - 1].voxels * voxel_ml < LEAST_ML)
            m[n] = 0;
    }
done:
    abl_components_clear(&c);
    abl_volume_destroy(core);
    return status;
}

abl_status abl_body_find_unclassified(abl_body_work *work, abl_error *err)
{
    abl_volume *taken = NULL;
    double *back_row = NULL;
    abl_status status =
        abl_volume_create(&work->unclassified, &work->grid, ABL_PIXEL_U8, err);
    if (status || work->liver_lo > work->liver_hi)
        return status;
    back_row = abl_alloc(work->grid.size[2], sizeof *back_row, err);
    status = back_row ? mark_taken(&taken, work, err) : ABL_E_NOMEM;
    if (status)
        goto done;
    find_back(back_row, work);
    status = mark_belly(work->unclassified, work, abl_volume_u8(taken),
                        back_row, err);
    if (!status)
        status = keep_thick(work->unclassified, err);
done:
    free(back_row);
    abl_volume_destroy(taken);
    return status;
}
