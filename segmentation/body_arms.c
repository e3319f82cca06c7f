/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "segmentation/body_work.h"

#define CORE_MM     15.0 /* arms touch the trunk by less than twice this */
#define REACH_MM    18.0
#define GAP_MM      6.0 /* half the width of air between arm and trunk */
#define LEAST_ML    20.0
#define LEAST_MM    12.0  /* of an arm's core, along i */
#define MOST_MM     120.0 /* along j */
#define MOST_RATIO  3.0   /* a flank is flatter */
#define BONE_SHARE  0.02
#define SLICE_SHARE 0.5 /* of its slices in which a core looks like an arm */

/* Extent of one component in one slice. */
typedef struct extent {
    size_t lo[2], hi[2];
    bool any;
} extent;

/* Removes air that is no wider than the gap beside an arm from the filled
 * body, and shrinks what is left to cores. */
static abl_status make_cores(abl_volume **out, const abl_body_work *w,
                             abl_error *err)
{
    abl_volume *wide = NULL;
    const size_t count = abl_grid_voxels(&w->grid);
    const size_t gap = abl_body_radius(&w->grid, GAP_MM);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *body = abl_volume_u8(w->body);
    abl_status status = abl_volume_create(&wide, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    uint8_t *air = abl_volume_u8(wide);
    for (size_t n = 0; n < count; n++)
        air[n] = body[n] && hu[n] <= (int)w->skin_hu ? 1 : 0;
    status = abl_body_erode(wide, gap, 0, err);
    if (!status)
        status = abl_body_dilate(wide, gap, 0, err);
    if (!status)
        status = abl_volume_create(out, &w->grid, ABL_PIXEL_U8, err);
    if (!status) {
        uint8_t *m = abl_volume_u8(*out);
        for (size_t n = 0; n < count; n++)
            m[n] = body[n] && (air[n] || hu[n] > (int)w->skin_hu) ? 1 : 0;
        status =
            abl_body_erode(*out, abl_body_radius(&w->grid, CORE_MM), 0, err);
    }
    abl_volume_destroy(wide);
    return status;
}

static void widen(extent *e, size_t i, size_t j)
{
    const size_t at[2] = {i, j};
    for (int a = 0; a < 2; a++) {
        e->lo[a] = !e->any || at[a] < e->lo[a] ? at[a] : e->lo[a];
        e->hi[a] = !e->any || at[a] > e->hi[a] ? at[a] : e->hi[a];
    }
    e->any = true;
}

/* Beside the trunk, and neither thin nor tall. */
static bool looks_like_arm(const extent *arm, const extent *trunk,
                           const abl_grid *g)
{
    const double wide =
        (double)(arm->hi[0] - arm->lo[0] + 1) * g->spacing_mm[0];
    const double tall =
        (double)(arm->hi[1] - arm->lo[1] + 1) * g->spacing_mm[1];
    const bool beside =
        trunk->any && (arm->lo[0] > trunk->hi[0] || arm->hi[0] < trunk->lo[0]);
    return beside && wide >= LEAST_MM && tall <= MOST_MM &&
           tall <= MOST_RATIO * wide;
}

/* Slices in which component n looks like an arm. */
static size_t count_arm_slices(const abl_components *c, size_t n)
{
    const abl_grid *g = &c->labels->grid;
    const int32_t *label = abl_volume_i32(c->labels);
    size_t slices = 0;
    for (size_t k = c->items[n].lo[2]; k <= c->items[n].hi[2]; k++) {
        extent arm = {.any = false}, trunk = {.any = false};
        for (size_t j = 0; j < g->size[1]; j++)
            for (size_t i = 0; i < g->size[0]; i++) {
                const int32_t here = label[abl_grid_offset(g, i, j, k)];
                if (here == 1)
                    widen(&trunk, i, j);
                else if (here == (int32_t)(n + 1))
                    widen(&arm, i, j);
            }
        slices += arm.any && looks_like_arm(&arm, &trunk, g) ? 1 : 0;
    }
    return slices;
}

static void mark_component(abl_volume *mask, const abl_components *c, size_t n)
{
    const size_t count = abl_grid_voxels(&mask->grid);
    const int32_t *label = abl_volume_i32(c->labels);
    uint8_t *m = abl_volume_u8(mask);
    for (size_t v = 0; v < count; v++)
        m[v] = label[v] == (int32_t)(n + 1) ? 1 : 0;
}

/* Whether there is a long bone around the core. */
static bool has_bone(const abl_volume *reach, const abl_body_work *w)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const uint8_t *r = abl_volume_u8(reach), *body = abl_volume_u8(w->body);
    const int16_t *hu = abl_volume_i16(w->hu);
    size_t all = 0, bright = 0;
    for (size_t n = 0; n < count; n++)
        if (r[n] && body[n]) {
            all++;
            bright += hu[n] > (int)w->bone_hu ? 1 : 0;
        }
    return (double)bright > BONE_SHARE * (double)all;
}

/* Adds the surroundings of component n to arms when it is one. */
static abl_status add_arm(abl_volume *arms, const abl_body_work *w,
                          const abl_components *c, size_t n, abl_error *err)
{
    const abl_component *item = &c->items[n];
    const double ml =
        1e-3 * (double)item->voxels * abl_grid_voxel_mm3(&w->grid);
    const size_t slices = item->hi[2] - item->lo[2] + 1;
    if (ml < LEAST_ML ||
        (double)count_arm_slices(c, n) < SLICE_SHARE * (double)slices)
        return ABL_OK;
    abl_volume *reach = NULL;
    abl_status status = abl_volume_create(&reach, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    mark_component(reach, c, n);
    status =
        abl_body_dilate(reach, abl_body_radius(&w->grid, REACH_MM), 0, err);
    if (!status && has_bone(reach, w)) {
        const size_t count = abl_grid_voxels(&w->grid);
        for (size_t v = 0; v < count; v++)
            if (abl_volume_u8(reach)[v])
                abl_volume_u8(arms)[v] = 1;
    }
    abl_volume_destroy(reach);
    return status;
}

/* What lies nearer to the trunk's core stays. */
static abl_status spare_trunk(abl_volume *arms, const abl_components *c,
                              abl_error *err)
{
    abl_volume *trunk = NULL;
    abl_status status = abl_volume_clone(&trunk, arms, err);
    if (status)
        return status;
    mark_component(trunk, c, 0);
    status =
        abl_body_dilate(trunk, abl_body_radius(&arms->grid, REACH_MM), 0, err);
    const size_t count = abl_grid_voxels(&arms->grid);
    for (size_t n = 0; !status && n < count; n++)
        if (abl_volume_u8(trunk)[n])
            abl_volume_u8(arms)[n] = 0;
    abl_volume_destroy(trunk);
    return status;
}

abl_status abl_body_find_arms(abl_volume **arms, const abl_body_work *work,
                              abl_error *err)
{
    *arms = NULL;
    abl_volume *cores = NULL;
    abl_components c = {0};
    abl_status status = make_cores(&cores, work, err);
    if (!status)
        status = abl_components_find(&c, cores, ABL_CONNECT_FACES, err);
    if (!status && c.count > 1)
        status = abl_volume_create(arms, &work->grid, ABL_PIXEL_U8, err);
    for (size_t n = 1; !status && n < c.count; n++)
        status = add_arm(*arms, work, &c, n, err);
    if (!status && *arms)
        status = spare_trunk(*arms, &c, err);
    abl_components_clear(&c);
    abl_volume_destroy(cores);
    if (status || (*arms && abl_body_mask_ml(*arms) == 0)) {
        abl_volume_destroy(*arms);
        *arms = NULL;
    }
    return status;
}
