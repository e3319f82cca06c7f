/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "segmentation/body_work.h"

#define LUNG_LEAST_ML 30.0 /* a lung base in the scan */
#define LUNG_SURE_ML  400.0
#define GAS_LEAST_ML  0.05
#define NEAR_LUNG_MM  5.0
#define VESSEL_MM2    300.0 /* holes up to this in a lung's slice are vessels */
#define PURE_GAS_HU   -950
#define BUBBLES_MM    4.5 /* half the way between bubbles of one bowel */
#define DENSE_LUNG_MM 6.0
#define SOFT_HU       -30

/* What tells lung from gas in the bowel. */
typedef struct pocket {
    size_t voxels, pure, stomach, near_lung, at_top;
    double sum_j;
    size_t hi_k;
    uint8_t kind; /* 0 neither, 1 lung, 2 gas */
} pocket;

static abl_status threshold_gas(abl_volume **out, const abl_body_work *w,
                                abl_error *err)
{
    abl_status status = abl_volume_create(out, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const size_t count = abl_grid_voxels(&w->grid);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *body = abl_volume_u8(w->body);
    const uint8_t *pad = abl_volume_u8(w->pad);
    uint8_t *gas = abl_volume_u8(*out);
    const int limit = (int)w->gas_hu;
    for (size_t n = 0; n < count; n++)
        gas[n] = hu[n] < limit && body[n] && !pad[n] ? 1 : 0;
    return ABL_OK;
}

static void tally_pockets(pocket *pockets, const abl_body_work *w,
                          const abl_components *c)
{
    const size_t *size = w->grid.size;
    const int32_t *label = abl_volume_i32(c->labels);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const int pure_hu = w->clipped ? (int)w->least_hu + 4 : PURE_GAS_HU;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++) {
                const size_t n = (k * size[1] + j) * size[0] + i;
                if (!label[n])
                    continue;
                pocket *p = &pockets[label[n] - 1];
                p->voxels++;
                p->pure += hu[n] < pure_hu ? 1 : 0;
                p->stomach += organ[n] == ABL_STOMACH ? 1 : 0;
                p->at_top += k + 2 >= size[2] ? 1 : 0;
                p->sum_j += (double)j;
                p->hi_k = k;
            }
}

/* Lung is large, high, and no pure gas; where clipping hides the last, lung
 * is behind or reaches the upper end (gas floats to the front). */
static bool is_lung(const pocket *p, const abl_body_work *w, double middle)
{
    const double ml = 1e-3 * (double)p->voxels * abl_grid_voxel_mm3(&w->grid);
    if (ml < LUNG_LEAST_ML || (double)p->stomach > 0.2 * (double)p->voxels)
        return false;
    const bool has_liver = w->liver_lo <= w->liver_hi;
    const size_t high =
        has_liver ? (w->liver_lo + w->liver_hi) / 2 : w->grid.size[2] * 6 / 10;
    if (p->hi_k < high)
        return false;
    if (!w->clipped)
        return (double)p->pure < 0.5 * (double)p->voxels;
    return ml > LUNG_SURE_ML || p->at_top > 0 ||
           p->sum_j / (double)p->voxels > middle;
}

/* Gas is more than a crumb, and in a clipped scan as low as values go: noise
 * in fat is not. */
static bool is_gas(const pocket *p, const abl_body_work *w)
{
    const double ml = 1e-3 * (double)p->voxels * abl_grid_voxel_mm3(&w->grid);
    return ml >= GAS_LEAST_ML && (!w->clipped || 5 * p->pure > p->voxels);
}

static void fill_kind(abl_volume *mask, const abl_components *c,
                      const pocket *pockets, uint8_t kind)
{
    const size_t count = abl_grid_voxels(&mask->grid);
    const int32_t *label = abl_volume_i32(c->labels);
    uint8_t *m = abl_volume_u8(mask);
    for (size_t n = 0; n < count; n++)
        m[n] = label[n] && pockets[label[n] - 1].kind == kind ? 1 : 0;
}

/* Small pockets beside a lung belong to it. */
static abl_status join_near_lung(pocket *pockets, const abl_body_work *w,
                                 const abl_components *c, abl_error *err)
{
    abl_volume *reach = NULL;
    abl_status status = abl_volume_clone(&reach, w->lung, err);
    if (!status)
        status = abl_body_dilate(reach, abl_body_radius(&w->grid, NEAR_LUNG_MM),
                                 1, err);
    if (status)
        goto done;
    const size_t count = abl_grid_voxels(&w->grid);
    const int32_t *label = abl_volume_i32(c->labels);
    const uint8_t *r = abl_volume_u8(reach);
    for (size_t n = 0; n < count; n++)
        if (label[n] && r[n])
            pockets[label[n] - 1].near_lung++;
    for (size_t n = 0; n < c->count; n++) {
        pocket *p = &pockets[n];
        const double ml =
            1e-3 * (double)p->voxels * abl_grid_voxel_mm3(&w->grid);
        if (p->kind == 2 && ml < LUNG_LEAST_ML && p->stomach == 0 &&
            2 * p->near_lung > p->voxels &&
            (w->clipped || 2 * p->pure < p->voxels))
            p->kind = 1;
    }
done:
    abl_volume_destroy(reach);
    return status;
}

/* Closing by a square in plane. */
static abl_status make_closed(abl_volume **out, const abl_volume *mask,
                              double mm, abl_error *err)
{
    const size_t radius = abl_body_radius(&mask->grid, mm);
    abl_status status = abl_volume_clone(out, mask, err);
    if (!status)
        status = abl_body_dilate(*out, radius, 0, err);
    if (!status)
        status = abl_body_erode(*out, radius, 0, err);
    return status;
}

/* What lies between bubbles is the bowel's content. */
static abl_status close_gas(abl_body_work *w, abl_error *err)
{
    abl_volume *closed = NULL;
    abl_status status = make_closed(&closed, w->gas, BUBBLES_MM, err);
    if (!status) {
        const size_t count = abl_grid_voxels(&w->grid);
        const uint8_t *c = abl_volume_u8(closed);
        const uint8_t *organ = abl_volume_u8(w->organ);
        const uint8_t *lung = abl_volume_u8(w->lung);
        uint8_t *gas = abl_volume_u8(w->gas);
        for (size_t n = 0; n < count; n++)
            if (c[n] && !lung[n] && (!organ[n] || organ[n] == ABL_STOMACH))
                gas[n] = 1;
    }
    abl_volume_destroy(closed);
    return status;
}

/* In a clipped scan: what is connected with sure lung and nearly as dense as
 * fat. */
static abl_status grow_lung(abl_body_work *w, abl_error *err)
{
    abl_volume *dense = NULL, *grown = NULL;
    abl_status status = abl_volume_create(&dense, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const size_t count = abl_grid_voxels(&w->grid);
    const uint8_t *body = abl_volume_u8(w->body), *gas = abl_volume_u8(w->gas);
    const uint8_t *pad = abl_volume_u8(w->pad);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const int16_t *hu = abl_volume_i16(w->hu);
    uint8_t *d = abl_volume_u8(dense);
    for (size_t n = 0; n < count; n++)
        if (hu[n] < (int)w->lung_hu && body[n] && !pad[n] && !organ[n] &&
            !gas[n])
            d[n] = 1;
    status =
        abl_mask_reconstruct(&grown, w->lung, dense, ABL_CONNECT_FACES, err);
    const uint8_t *g = grown ? abl_volume_u8(grown) : NULL;
    for (size_t n = 0; !status && n < count; n++)
        if (g[n])
            abl_volume_u8(w->lung)[n] = 1;
    abl_volume_destroy(dense);
    abl_volume_destroy(grown);
    return status;
}

/* In a clipped scan: lung as dense as fat between lung that is not. */
static abl_status close_lung(abl_body_work *w, abl_error *err)
{
    abl_volume *closed = NULL;
    abl_status status = make_closed(&closed, w->lung, DENSE_LUNG_MM, err);
    if (!status) {
        const size_t count = abl_grid_voxels(&w->grid);
        const uint8_t *c = abl_volume_u8(closed);
        const uint8_t *body = abl_volume_u8(w->body);
        const uint8_t *gas = abl_volume_u8(w->gas);
        const uint8_t *organ = abl_volume_u8(w->organ);
        const int16_t *hu = abl_volume_i16(w->hu);
        uint8_t *lung = abl_volume_u8(w->lung);
        for (size_t n = 0; n < count; n++)
            if (c[n] && body[n] && !organ[n] && !gas[n] && hu[n] < SOFT_HU)
                lung[n] = 1;
    }
    abl_volume_destroy(closed);
    return status;
}

static abl_status sort_pockets(abl_body_work *w, const abl_components *c,
                               pocket *pockets, abl_error *err)
{
    tally_pockets(pockets, w, c);
    double middle[2];
    abl_body_middle(middle, w->body);
    for (size_t n = 0; n < c->count; n++) {
        if (is_lung(&pockets[n], w, middle[1]))
            pockets[n].kind = 1;
        else if (is_gas(&pockets[n], w))
            pockets[n].kind = 2;
    }
    fill_kind(w->lung, c, pockets, 1);
    abl_status status = join_near_lung(pockets, w, c, err);
    if (status)
        return status;
    fill_kind(w->lung, c, pockets, 1);
    fill_kind(w->gas, c, pockets, 2);
    status = close_gas(w, err);
    if (!status && w->clipped)
        status = grow_lung(w, err);
    if (!status && w->clipped)
        status = close_lung(w, err);
    if (!status)
        status = abl_body_fill_small(w->lung, w->organ, VESSEL_MM2, err);
    return status;
}

abl_status abl_body_find_gas(abl_body_work *work, abl_error *err)
{
    abl_volume *mask = NULL;
    abl_components c = {0};
    pocket *pockets = NULL;
    abl_status status = threshold_gas(&mask, work, err);
    if (!status)
        status = abl_volume_create(&work->lung, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&work->gas, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_components_find(&c, mask, ABL_CONNECT_FACES, err);
    if (status)
        goto done;
    pockets = abl_alloc(c.count, sizeof *pockets, err);
    status = pockets ? sort_pockets(work, &c, pockets, err) : ABL_E_NOMEM;
done:
    free(pockets);
    abl_components_clear(&c);
    abl_volume_destroy(mask);
    return status;
}
