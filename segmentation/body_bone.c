/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define SPINE_HALF_MM 30.0 /* the spine lies this near the body's middle */
#define LEAST_ML      0.03
#define MARROW_MM2    2000.0
#define JOINT_MM      6.0  /* gap between a bone and the next */
#define SHALLOW_MM    20.0 /* bone in the wall starts this near the surface */
#define BIG_ML        15.0
#define THICK_MM      4.7 /* half the width no rib has; filled bowel does */
#define CHEST_SHARE   0.4 /* of the slice between the lungs: it is the chest */
#define CHEST_MM      8.0 /* deeper in the hull of the lungs is no rib */
#define THICK_SHARE   0.04
#define WEAK_HU       110.0 /* above muscle */
#define WEAK_SHARE    0.65  /* of the threshold of sure bone */

/* Places that tell bright components apart. */
typedef struct places {
    abl_volume *hull;  /* of the lungs, by slice */
    abl_volume *deep;  /* far from the wall's outside */
    abl_volume *thick; /* middle of thick bright things */
    size_t lung_lo;    /* the lowest slice with lung */
    double middle[2];  /* of the body along i and j */
} places;

/* One bright component. */
typedef struct bright {
    size_t voxels, in_hull, at_spine, shallow, thick, belly, joined;
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
        goto done;
    const size_t count = abl_grid_voxels(&w->grid);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const uint8_t *body = abl_volume_u8(w->body);
    const uint8_t *pad = abl_volume_u8(w->pad);
    const int16_t *hu = abl_volume_i16(w->hu);
    uint8_t *r = abl_volume_u8(rim), *m = abl_volume_u8(*out);
    for (size_t n = 0; n < count; n++)
        r[n] = is_bright_organ(organ[n]) ? 1 : 0;
    status = abl_body_dilate(rim, 2, 0, err);
    const int limit = (int)w->bone_hu;
    for (size_t n = 0; n < count; n++)
        m[n] =
            hu[n] > limit && body[n] && !pad[n] && !organ[n] && !r[n] ? 1 : 0;
done:
    abl_volume_destroy(rim);
    return status;
}

/* The lowest slice with lung; the number of slices when there is none. */
static size_t lowest_lung(const abl_volume *lung)
{
    const size_t *size = lung->grid.size, plane = size[0] * size[1];
    for (size_t k = 0; k < size[2]; k++)
        if (memchr(abl_volume_u8(lung) + k * plane, 1, plane))
            return k;
    return size[2];
}

/* In front, below the lungs and behind the wall: ribs are not there. */
static bool is_belly(const abl_body_work *w, const places *at, size_t i,
                     size_t j, size_t k)
{
    return k < at->lung_lo && (double)j < at->middle[1] &&
           !abl_body_is_in_wall(w, i, j, k);
}

static void tally_bright(bright *items, const abl_body_work *w,
                         const abl_components *c, const places *at)
{
    const size_t *size = w->grid.size;
    const int32_t *label = abl_volume_i32(c->labels);
    const uint8_t *h = abl_volume_u8(at->hull);
    const uint8_t *d = abl_volume_u8(at->deep);
    const uint8_t *t = abl_volume_u8(at->thick);
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++) {
                const size_t n = (k * size[1] + j) * size[0] + i;
                if (!label[n])
                    continue;
                bright *b = &items[label[n] - 1];
                const double off =
                    fabs((double)i - at->middle[0]) * w->grid.spacing_mm[0];
                b->voxels++;
                b->in_hull += h[n] ? 1 : 0;
                b->shallow += d[n] ? 0 : 1;
                b->thick += t[n] ? 1 : 0;
                b->belly += is_belly(w, at, i, j, k) ? 1 : 0;
                b->at_spine +=
                    off < SPINE_HALF_MM && (double)j > at->middle[1] ? 1 : 0;
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
        const bool is_thick =
            (double)b->thick > THICK_SHARE * (double)b->voxels;
        items[n].is_bone =
            n == spine ||
            (2 * b->shallow > b->voxels && 2 * b->in_hull < b->voxels &&
             !is_thick && 2 * b->belly < b->voxels);
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
    if (!status)
        status =
            abl_body_dilate(reach, abl_body_radius(&w->grid, JOINT_MM), 1, err);
    if (status)
        goto done;
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
done:
    abl_volume_destroy(reach);
    return status;
}

/* Thin or poor bone next to sure bone: in the wall and behind the spine's
 * canal nothing else is this bright. */
static abl_status grow_bone(abl_body_work *w, const places *at, abl_error *err)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const size_t *size = w->grid.size;
    const int limit = (int)fmax(WEAK_HU, WEAK_SHARE * w->bone_hu);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *body = abl_volume_u8(w->body), *pad = abl_volume_u8(w->pad);
    const uint8_t *organ = abl_volume_u8(w->organ);
    const uint8_t *hull = abl_volume_u8(at->hull);
    uint8_t *allowed = abl_volume_u8(at->deep);
    const uint8_t *bone = abl_volume_u8(w->bone);
    for (size_t n = 0; n < count; n++) {
        const size_t i = n % size[0], j = n / size[0] % size[1];
        const bool weak = !allowed[n] && hu[n] > limit && body[n] && !pad[n] &&
                          !organ[n] && !hull[n];
        allowed[n] =
            bone[n] || (weak && !is_belly(w, at, i, j, n / size[0] / size[1]))
                ? 1
                : 0;
    }
    abl_volume *grown = NULL;
    abl_status status =
        abl_mask_reconstruct(&grown, w->bone, at->deep, ABL_CONNECT_FACES, err);
    if (!status) {
        abl_volume_destroy(w->bone);
        w->bone = grown;
    }
    return status;
}

static size_t count_marks(const uint8_t *marks, size_t count)
{
    size_t sum = 0;
    for (size_t n = 0; n < count; n++)
        sum += marks[n] ? 1 : 0;
    return sum;
}

/* In the chest the cage may lie under thick muscle: what is not between the
 * lungs counts as shallow. */
static void clear_chest(abl_volume *deep, const abl_body_work *w,
                        const abl_volume *hull)
{
    const size_t *size = w->grid.size, plane = size[0] * size[1];
    for (size_t k = 0; k < size[2]; k++) {
        const size_t lungs =
            count_marks(abl_volume_u8(hull) + k * plane, plane);
        const size_t inner =
            count_marks(abl_volume_u8(w->inner) + k * plane, plane);
        if ((double)lungs > CHEST_SHARE * (double)inner)
            memset(abl_volume_u8(deep) + k * plane, 0, plane);
    }
}

static abl_status mark_places(places *at, const abl_body_work *w,
                              const abl_volume *mask, abl_error *err)
{
    at->lung_lo = lowest_lung(w->lung);
    abl_body_middle(at->middle, w->body);
    abl_status status = abl_volume_clone(&at->hull, w->lung, err);
    if (!status)
        status = abl_body_hull(at->hull, err);
    if (!status)
        status = abl_volume_clone(&at->deep, w->inner, err);
    if (!status)
        status = abl_body_erode(at->deep, abl_body_radius(&w->grid, SHALLOW_MM),
                                0, err);
    if (status)
        return status;
    clear_chest(at->deep, w, at->hull);
    status =
        abl_body_erode(at->hull, abl_body_radius(&w->grid, CHEST_MM), 0, err);
    if (!status)
        status = abl_volume_clone(&at->thick, mask, err);
    if (!status)
        status = abl_body_erode(at->thick, abl_body_radius(&w->grid, THICK_MM),
                                0, err);
    return status;
}

static abl_status sort_bright(abl_body_work *w, const abl_components *c,
                              bright *items, const abl_volume *mask,
                              abl_error *err)
{
    places at = {.hull = NULL};
    const double voxel_ml = 1e-3 * abl_grid_voxel_mm3(&w->grid);
    abl_status status = mark_places(&at, w, mask, err);
    if (status)
        goto done;
    tally_bright(items, w, c, &at);
    judge_alone(items, c->count);
    for (size_t n = 0; n < c->count; n++)
        if ((double)items[n].voxels * voxel_ml < LEAST_ML)
            items[n].is_bone = false;
    fill_bone(w->bone, c, items);
    status = join_bones(items, w, c, err);
    if (status)
        goto done;
    fill_bone(w->bone, c, items);
    status = grow_bone(w, &at, err);
    if (!status)
        status = abl_body_fill_small(w->bone, w->organ, MARROW_MM2, err);
done:
    abl_volume_destroy(at.hull);
    abl_volume_destroy(at.deep);
    abl_volume_destroy(at.thick);
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
    status = items ? sort_bright(work, &c, items, mask, err) : ABL_E_NOMEM;
done:
    free(items);
    abl_components_clear(&c);
    abl_volume_destroy(mask);
    return status;
}
