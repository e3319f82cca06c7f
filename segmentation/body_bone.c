/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "segmentation/body_work.h"

#define SPINE_HALF_MM 30.0 /* the spine lies this near the body's middle */
#define LEAST_ML      0.1
#define MARROW_MM2    2000.0
#define JOINT_MM      6.0  /* gap between a bone and the next */
#define SHALLOW_MM    25.0 /* bone in the wall starts this near the surface */
#define BIG_ML        15.0

/* One bright component. */
typedef struct bright {
    size_t voxels, in_hull, at_spine, shallow, joined;
    bool is_bone;
} bright;

/* Organs whose edge may be as bright as bone; their rim is left out too. */
static bool is_bright_organ(uint8_t label)
{
    return label == ABL_AORTA || label == ABL_INFERIOR_VENA_CAVA ||
           label == ABL_PORTAL_AND_SPLENIC_VEIN || label == ABL_RIGHT_KIDNEY ||
           label == ABL_LEFT_KIDNEY || label == ABL_STOMACH ||
           label == ABL_SPLEEN;
}

static abl_status threshold_bright(abl_volume **out, const abl_body_work *w,
                                   abl_error *err)
{
    abl_volume *rim = NULL;
    abl_status status = abl_volume_create(out, &w->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&rim, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const size_t count = abl_grid_voxels(&w->grid);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const uint8_t *body = abl_volume_u8(w->body);
    const uint8_t *pad = abl_volume_u8(w->pad);
    const int16_t *hu = abl_volume_i16(w->hu);
    uint8_t *r = abl_volume_u8(rim), *m = abl_volume_u8(*out);
    for (size_t n = 0; n < count; n++)
        r[n] = is_bright_organ(organ[n]) ? 1 : 0;
    abl_body_dilate_square(rim, 2);
    const int limit = (int)w->bone_hu;
    for (size_t n = 0; n < count; n++)
        m[n] =
            hu[n] > limit && body[n] && !pad[n] && !organ[n] && !r[n] ? 1 : 0;
    abl_volume_destroy(rim);
    return ABL_OK;
}

/* Middle of the body along i and along j. */
static void body_middle(double middle[2], const abl_volume *body)
{
    const size_t *size = body->grid.size;
    const uint8_t *m = abl_volume_u8(body);
    double sum[2] = {0, 0}, count = 0;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++)
                if (m[(k * size[1] + j) * size[0] + i]) {
                    sum[0] += (double)i;
                    sum[1] += (double)j;
                    count += 1;
                }
    middle[0] = count > 0 ? sum[0] / count : 0;
    middle[1] = count > 0 ? sum[1] / count : 0;
}

static void tally_bright(bright *items, const abl_body_work *w,
                         const abl_components *c, const abl_volume *hull,
                         const abl_volume *deep)
{
    const size_t *size = w->grid.size;
    const int32_t *label = abl_volume_i32(c->labels);
    const uint8_t *h = abl_volume_u8(hull), *d = abl_volume_u8(deep);
    double middle[2];
    body_middle(middle, w->body);
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++) {
                const size_t n = (k * size[1] + j) * size[0] + i;
                if (!label[n])
                    continue;
                bright *b = &items[label[n] - 1];
                const double off =
                    fabs((double)i - middle[0]) * w->grid.spacing_mm[0];
                b->voxels++;
                b->in_hull += h[n] ? 1 : 0;
                b->shallow += d[n] ? 0 : 1;
                b->at_spine +=
                    off < SPINE_HALF_MM && (double)j > middle[1] ? 1 : 0;
            }
}

/* The spine, what lies in the wall, and outside the space between the lungs. */
static void judge_alone(bright *items, size_t count)
{
    size_t spine = count, most = 0;
    for (size_t n = 0; n < count; n++)
        if (items[n].at_spine > most) {
            most = items[n].at_spine;
            spine = n;
        }
    for (size_t n = 0; n < count; n++) {
        const bright *b = &items[n];
        items[n].is_bone = n == spine || (2 * b->shallow > b->voxels &&
                                          2 * b->in_hull < b->voxels);
    }
}

static void fill_bone(abl_volume *bone, const abl_components *c,
                      const bright *items)
{
    const size_t count = abl_grid_voxels(&bone->grid);
    const int32_t *label = abl_volume_i32(c->labels);
    uint8_t *m = abl_volume_u8(bone);
    for (size_t n = 0; n < count; n++)
        m[n] = label[n] && items[label[n] - 1].is_bone ? 1 : 0;
}

/* Adds what lies a joint's gap from bone and behind the lungs' space: heads
 * of ribs, the sacrum's neighbours. */
static abl_status join_bones(bright *items, const abl_body_work *w,
                             const abl_components *c, abl_error *err)
{
    abl_volume *reach = NULL;
    abl_status status = abl_volume_clone(&reach, w->bone, err);
    if (status)
        return status;
    abl_body_dilate_square(reach, abl_body_radius(&w->grid, JOINT_MM));
    abl_body_dilate_k(reach, 1);
    const size_t count = abl_grid_voxels(&w->grid);
    const double voxel_ml = 1e-3 * abl_grid_voxel_mm3(&w->grid);
    const int32_t *label = abl_volume_i32(c->labels);
    const uint8_t *r = abl_volume_u8(reach);
    for (size_t n = 0; n < count; n++)
        if (label[n] && r[n])
            items[label[n] - 1].joined++;
    for (size_t n = 0; n < c->count; n++) {
        bright *b = &items[n];
        const bool small = (double)b->voxels * voxel_ml < BIG_ML;
        if (!b->is_bone && b->joined > 0 && 2 * b->in_hull < b->voxels &&
            (b->at_spine > 0 || 4 * b->joined > b->voxels ||
             (!small && 2 * b->at_spine > b->voxels)))
            b->is_bone = true;
    }
    abl_volume_destroy(reach);
    return ABL_OK;
}

static abl_status sort_bright(abl_body_work *w, const abl_components *c,
                              bright *items, abl_error *err)
{
    abl_volume *hull = NULL, *deep = NULL;
    abl_status status = abl_volume_clone(&hull, w->lung, err);
    if (!status)
        status = abl_volume_clone(&deep, w->inner, err);
    if (!status)
        status = abl_body_hull(hull, err);
    if (status)
        goto done;
    abl_body_erode_square(deep, abl_body_radius(&w->grid, SHALLOW_MM));
    tally_bright(items, w, c, hull, deep);
    judge_alone(items, c->count);
    const double voxel_ml = 1e-3 * abl_grid_voxel_mm3(&w->grid);
    for (size_t n = 0; n < c->count; n++)
        if ((double)items[n].voxels * voxel_ml < LEAST_ML)
            items[n].is_bone = false;
    fill_bone(w->bone, c, items);
    status = join_bones(items, w, c, err);
    if (!status) {
        fill_bone(w->bone, c, items);
        status = abl_body_fill_small(w->bone, w->organ, MARROW_MM2, err);
    }
done:
    abl_volume_destroy(hull);
    abl_volume_destroy(deep);
    return status;
}

abl_status abl_body_find_bone(abl_body_work *work, abl_error *err)
{
    abl_volume *mask = NULL;
    abl_components c = {0};
    bright *items = NULL;
    abl_status status = threshold_bright(&mask, work, err);
    if (!status)
        status = abl_volume_create(&work->bone, &work->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_components_find(&c, mask, ABL_CONNECT_FACES, err);
    if (status)
        goto done;
    items = abl_alloc(c.count, sizeof *items, err);
    status = items ? sort_bright(work, &c, items, err) : ABL_E_NOMEM;
done:
    free(items);
    abl_components_clear(&c);
    abl_volume_destroy(mask);
    return status;
}
