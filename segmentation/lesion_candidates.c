/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/lesion_candidates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/distance.h"

static const float least_bulge_mm = 3.0f;

void abl_candidates_clear(abl_candidates *candidates)
{
    abl_volume_destroy(candidates->labels);
    memset(candidates, 0, sizeof *candidates);
}

/* Voxels of one mask, deepest first, joined into bulges as they come. */
typedef struct flood {
    const abl_grid *grid;
    const float *depth;
    int32_t *bulge; /* per voxel: 0 or a bulge number from 1 */
    struct entry {
        float depth;
        size_t voxel;
    } * order;
    size_t entries;
    struct basin {
        int32_t parent; /* itself when it is a root */
        float peak;
    } * basins; /* [0] unused */
    int32_t basin_count;
    float neck_share;
} flood;

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth > y->depth ? -1 : 1;
    return (x->voxel > y->voxel) - (x->voxel < y->voxel);
}

static int32_t find_root(flood *f, int32_t n)
{
    while (f->basins[n].parent != n) {
        f->basins[n].parent = f->basins[f->basins[n].parent].parent;
        n = f->basins[n].parent;
    }
    return n;
}

/* Two bulges meet at a voxel: one lesion unless the neck is narrow. The
 * deeper one (then the older) keeps the name. */
static void meet(flood *f, int32_t a, int32_t b, float neck)
{
    const bool a_first = f->basins[a].peak > f->basins[b].peak ||
                         (f->basins[a].peak == f->basins[b].peak && b > a);
    const int32_t major = a_first ? a : b, minor = a_first ? b : a;
    const float peak = f->basins[minor].peak;
    if (peak < least_bulge_mm || neck > f->neck_share * peak)
        f->basins[minor].parent = major;
}

static double step_mm(const abl_grid *grid, int s)
{
    double sum = 0;
    for (int a = 0, rest = s; a < 3; a++, rest /= 3) {
        const double d = (rest % 3 - 1) * grid->spacing_mm[a];
        sum += d * d;
    }
    return sqrt(sum);
}

/* Joins a voxel to the bulge that rises most steeply among its 26 neighbours,
 * and the bulges there to each other where they meet. */
static void add_voxel(flood *f, const struct entry *entry)
{
    const size_t *n = f->grid->size;
    const size_t v = entry->voxel;
    const size_t at[3] = {v % n[0], v / n[0] % n[1], v / (n[0] * n[1])};
    int32_t own = 0;
    double steepest = -1;
    for (int s = 0; s < 27; s++) {
        const size_t i = at[0] + (size_t)(s % 3);
        const size_t j = at[1] + (size_t)(s / 3 % 3);
        const size_t k = at[2] + (size_t)(s / 9);
        if (s == 13 || i < 1 || j < 1 || k < 1 || i > n[0] || j > n[1] ||
            k > n[2])
            continue;
        const size_t to = abl_grid_offset(f->grid, i - 1, j - 1, k - 1);
        if (f->bulge[to] == 0)
            continue;
        const int32_t root = find_root(f, f->bulge[to]);
        const double rise =
            (double)(f->depth[to] - entry->depth) / step_mm(f->grid, s);
        if (own != 0 && find_root(f, own) != root)
            meet(f, find_root(f, own), root, entry->depth);
        if (rise > steepest) {
            steepest = rise;
            own = root;
        }
    }
    if (own == 0) {
        own = ++f->basin_count;
        f->basins[own].parent = own;
        f->basins[own].peak = entry->depth;
    }
    f->bulge[v] = own;
}

static abl_status prepare(flood *f, const abl_volume *mask, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(f->grid);
    const uint8_t *inside = abl_volume_u8(mask);
    const size_t count = abl_mask_count(mask);
    f->bulge = abl_alloc(voxels, sizeof *f->bulge, err);
    f->order = abl_alloc(count, sizeof *f->order, err);
    f->basins = abl_alloc(count + 1, sizeof *f->basins, err);
    if (!f->bulge || !f->order || !f->basins)
        return ABL_E_NOMEM;
    for (size_t v = 0; v < voxels; v++)
        if (inside[v]) {
            f->order[f->entries].depth = f->depth[v];
            f->order[f->entries].voxel = v;
            f->entries += 1;
        }
    qsort(f->order, f->entries, sizeof *f->order, compare_entries);
    return ABL_OK;
}

/* Roots become consecutive numbers in order of their first voxel. */
static abl_status number_bulges(abl_volume *labels, size_t *count, flood *f,
                                abl_error *err)
{
    int32_t *name = abl_alloc((size_t)f->basin_count + 1, sizeof *name, err);
    if (!name)
        return ABL_E_NOMEM;
    int32_t *out = abl_volume_i32(labels);
    const size_t voxels = abl_grid_voxels(f->grid);
    for (size_t v = 0; v < voxels; v++) {
        if (f->bulge[v] == 0)
            continue;
        const int32_t root = find_root(f, f->bulge[v]);
        if (name[root] == 0)
            name[root] = (int32_t)++ * count;
        out[v] = name[root];
    }
    free(name);
    return ABL_OK;
}

static abl_status find_depth(abl_volume **out, const abl_volume *mask,
                             abl_error *err)
{
    abl_volume *outside = NULL;
    *out = NULL;
    abl_status status = abl_volume_clone(&outside, mask, err);
    if (status)
        return status;
    uint8_t *data = abl_volume_u8(outside);
    const size_t voxels = abl_grid_voxels(&mask->grid);
    for (size_t v = 0; v < voxels; v++)
        data[v] = !data[v];
    status = abl_distance_map(out, outside, err);
    abl_volume_destroy(outside);
    return status;
}

abl_status abl_candidates_cut(abl_volume *labels, size_t *count,
                              const abl_volume *mask, float neck_share,
                              abl_error *err)
{
    flood f = {.grid = &mask->grid, .neck_share = neck_share};
    abl_volume *depth = NULL;
    abl_status status = find_depth(&depth, mask, err);
    if (status)
        return status;
    f.depth = abl_volume_f32(depth);
    status = prepare(&f, mask, err);
    if (!status) {
        for (size_t n = 0; n < f.entries; n++)
            add_voxel(&f, &f.order[n]);
        status = number_bulges(labels, count, &f, err);
    }
    free(f.bulge);
    free(f.order);
    free(f.basins);
    abl_volume_destroy(depth);
    return status;
}

/* One connected piece, cut on a crop of its box with a border around. */
static abl_status cut_piece(abl_volume *labels, size_t *count,
                            const abl_components *pieces, size_t n,
                            abl_error *err)
{
    abl_box box;
    memcpy(box.lo, pieces->items[n].lo, sizeof box.lo);
    memcpy(box.hi, pieces->items[n].hi, sizeof box.hi);
    abl_box_grow(&box, &labels->grid, 1);
    size_t size[3];
    abl_box_size(size, &box);
    abl_volume *part = NULL, *mask = NULL;
    abl_status status =
        abl_volume_crop(&part, pieces->labels, box.lo, size, err);
    if (!status)
        status = abl_volume_create(&mask, &part->grid, ABL_PIXEL_U8, err);
    if (status)
        goto done;
    int32_t *name = abl_volume_i32(part);
    uint8_t *inside = abl_volume_u8(mask);
    const size_t voxels = abl_grid_voxels(&part->grid);
    for (size_t v = 0; v < voxels; v++) {
        inside[v] = name[v] == (int32_t)n + 1;
        name[v] = 0;
    }
    status = abl_candidates_cut(part, count, mask, ABL_LESION_NECK, err);
    int32_t *out = abl_volume_i32(labels);
    for (size_t v = 0; v < voxels && !status; v++)
        if (name[v])
            out[abl_grid_offset(&labels->grid, box.lo[0] + v % size[0],
                                box.lo[1] + v / size[0] % size[1],
                                box.lo[2] + v / (size[0] * size[1]))] = name[v];
done:
    abl_volume_destroy(part);
    abl_volume_destroy(mask);
    return status;
}

static abl_status find_pieces(abl_components *out, const abl_volume *lesion,
                              const abl_volume *liver, abl_error *err)
{
    abl_volume *seed = NULL, *allowed = NULL, *mask = NULL;
    abl_status status =
        abl_volume_create(&seed, &lesion->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&allowed, &lesion->grid, ABL_PIXEL_U8, err);
    if (status)
        goto done;
    const float *p = abl_volume_f32(lesion);
    const uint8_t *in_liver = abl_volume_u8(liver);
    const size_t voxels = abl_grid_voxels(&lesion->grid);
    for (size_t v = 0; v < voxels; v++) {
        abl_volume_u8(seed)[v] = in_liver[v] && p[v] >= ABL_LESION_SEED_P;
        abl_volume_u8(allowed)[v] = in_liver[v] && p[v] >= ABL_LESION_SPREAD_P;
    }
    status = abl_mask_reconstruct(&mask, seed, allowed, ABL_CONNECT_FACES, err);
    if (!status)
        status = abl_components_find(out, mask, ABL_CONNECT_FACES, err);
done:
    abl_volume_destroy(seed);
    abl_volume_destroy(allowed);
    abl_volume_destroy(mask);
    return status;
}

abl_status abl_candidates_find(abl_candidates *out, const abl_volume *lesion,
                               const abl_volume *liver, abl_error *err)
{
    memset(out, 0, sizeof *out);
    abl_components pieces = {0};
    abl_status status =
        abl_grid_check_same(&lesion->grid, &liver->grid, 0.01, err);
    if (!status)
        status = find_pieces(&pieces, lesion, liver, err);
    if (!status)
        status =
            abl_volume_create(&out->labels, &lesion->grid, ABL_PIXEL_I32, err);
    for (size_t n = 0; n < pieces.count && !status; n++)
        status = cut_piece(out->labels, &out->count, &pieces, n, err);
    abl_components_clear(&pieces);
    if (status)
        abl_candidates_clear(out);
    return status;
}
