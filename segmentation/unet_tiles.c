/* SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/unet_tiles.h"

#include <string.h>

enum {
    MAX_PARTS = 64,    /* along one axis */
    HALO_STEPS = 4,    /* full, 3/4, 1/2, 1/4 of the reach */
    MAX_WORK = 3,      /* times the work of the whole */
    LAST_MAX_WORK = 12 /* the same, for the smallest halo */
};

typedef struct search {
    const abl_unet_model *model;
    const abl_unet_device *device;
    size_t max_bytes;
    size_t stride[3];
} search;

static size_t round_up(size_t value, size_t to)
{
    return (value + to - 1) / to * to;
}

void abl_unet_reach(size_t reach[3], const abl_unet_model *model)
{
    size_t total[3];
    abl_unet_model_total_stride(total, model);
    for (size_t a = 0; a < 3; a++) {
        size_t scale = 1, sum = 2;
        for (size_t n = 0; n + 1 < model->levels; n++) {
            size_t next = scale * model->strides[n][a];
            sum += scale + next;             /* encoder of level n + 1 */
            sum += 2 * scale + next - scale; /* decoder of n, and up */
            scale = next;
        }
        reach[a] = round_up(sum, total[a]);
    }
}

static size_t cut_part(size_t size, size_t parts, size_t stride)
{
    return round_up((size + parts - 1) / parts, stride);
}

static void set_parts(abl_unet_tiling *tiling, const search *s,
                      const size_t parts[3])
{
    tiling->count = 1;
    for (size_t a = 0; a < 3; a++) {
        tiling->core[a] = cut_part(tiling->size[a], parts[a], s->stride[a]);
        tiling->parts[a] =
            (tiling->size[a] + tiling->core[a] - 1) / tiling->core[a];
        size_t extent = tiling->core[a] + 2 * tiling->halo[a];
        tiling->largest[a] =
            extent < tiling->size[a] ? extent : tiling->size[a];
        tiling->count *= tiling->parts[a];
    }
}

/* Voxels of all tiles; the work is proportional to it. */
static double count_voxels(const abl_unet_tiling *tiling)
{
    double product = 1;
    for (size_t a = 0; a < 3; a++) {
        double sum = 0;
        for (size_t n = 0; n < tiling->parts[a]; n++) {
            size_t from = n * tiling->core[a], end = from + tiling->core[a];
            from = from > tiling->halo[a] ? from - tiling->halo[a] : 0;
            end = end + tiling->halo[a] < tiling->size[a]
                      ? end + tiling->halo[a]
                      : tiling->size[a];
            sum += (double)(end - from);
        }
        product *= sum;
    }
    return product;
}

static bool fits(const abl_unet_tiling *tiling, const search *s)
{
    abl_unet_plan plan;
    return !abl_unet_plan_make(&plan, s->model, s->device, tiling->largest,
                               NULL) &&
           plan.bytes <= s->max_bytes;
}

/* The cheapest cut that fits with the halo that @p tiling has. */
static bool find_cut(abl_unet_tiling *best, const abl_unet_tiling *tiling,
                     const search *s)
{
    double least = 0;
    size_t most[3], n[3];
    for (size_t a = 0; a < 3; a++) {
        most[a] = tiling->size[a] / s->stride[a];
        most[a] = most[a] > MAX_PARTS ? MAX_PARTS : most[a];
    }
    for (n[1] = 1; n[1] <= most[1]; n[1]++)
        for (n[2] = 1; n[2] <= most[2]; n[2]++)
            for (n[0] = 1; n[0] <= most[0]; n[0]++) {
                abl_unet_tiling next = *tiling;
                set_parts(&next, s, n);
                if (!fits(&next, s))
                    continue;
                double voxels = count_voxels(&next);
                if (least == 0 || voxels < least) {
                    least = voxels;
                    *best = next;
                }
                break; /* more parts only cost more */
            }
    return least > 0;
}

static abl_status count_flop(abl_unet_tiling *tiling, const search *s,
                             abl_error *err)
{
    abl_unet_plan plan;
    abl_status status =
        abl_unet_plan_make(&plan, s->model, s->device, tiling->size, err);
    if (status)
        return status;
    double whole = (double)tiling->size[0] * (double)tiling->size[1] *
                   (double)tiling->size[2];
    tiling->flop = plan.flop * count_voxels(tiling) / whole;
    return ABL_OK;
}

/* Largest halo first while the work stays bounded. */
static bool find_tiles(abl_unet_tiling *tiling, const search *s,
                       const size_t reach[3])
{
    double whole = count_voxels(tiling);
    abl_unet_tiling best = *tiling;
    for (size_t step = HALO_STEPS; step > 0; step--) {
        abl_unet_tiling from = *tiling;
        for (size_t a = 0; a < 3; a++)
            from.halo[a] = round_up(reach[a] * step / HALO_STEPS, s->stride[a]);
        if (!find_cut(&best, &from, s))
            continue;
        int most = step > 1 ? MAX_WORK : LAST_MAX_WORK;
        if (count_voxels(&best) > most * whole)
            continue;
        *tiling = best;
        tiling->is_exact = step == HALO_STEPS;
        return true;
    }
    return false;
}

abl_status abl_unet_tiling_choose(abl_unet_tiling *tiling,
                                  const abl_unet_model *model,
                                  const abl_unet_device *device,
                                  const size_t size[3], size_t max_bytes,
                                  abl_error *err)
{
    search s = {.model = model, .device = device, .max_bytes = max_bytes};
    const size_t one[3] = {1, 1, 1};
    size_t reach[3];
    abl_unet_model_total_stride(s.stride, model);
    abl_unet_reach(reach, model);
    memset(tiling, 0, sizeof *tiling);
    memcpy(tiling->size, size, sizeof tiling->size);
    set_parts(tiling, &s, one);
    tiling->is_exact = true;
    if (fits(tiling, &s))
        return count_flop(tiling, &s, err);
    if (!find_tiles(tiling, &s, reach))
        return abl_error_set(err, ABL_E_INVALID,
                             "not even the smallest tile with its overlap "
                             "fits into %zu bytes; allow more memory for the "
                             "network",
                             max_bytes);
    return count_flop(tiling, &s, err);
}

void abl_unet_tiling_at(abl_unet_tile *tile, const abl_unet_tiling *tiling,
                        size_t index)
{
    for (size_t b = 0; b < 3; b++) {
        size_t a = 2 - b;
        size_t n = index % tiling->parts[a], size = tiling->size[a];
        index /= tiling->parts[a];
        size_t from = n * tiling->core[a], end = from + tiling->core[a];
        end = end < size ? end : size;
        tile->core_from[a] = from;
        tile->core[a] = end - from;
        tile->from[a] = from > tiling->halo[a] ? from - tiling->halo[a] : 0;
        end = end + tiling->halo[a] < size ? end + tiling->halo[a] : size;
        tile->extent[a] = end - tile->from[a];
    }
}
