/* Outlines set right around the great veins: gaps in the liver's where one was
 * left out, islands of the portal trunk's where one is not portal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "imaging/components.h"
#include "segmentation/vessels_work.h"

/* Sides of a gap are seen within this; nearer to the portal trunk the hilum's
 * other contents lie (conventions). */
static const double seen_mm = 20, portal_mm = 12;
/* A piece of the portal trunk's outline that is smaller and apart from the
 * rest is no trunk: networks take other veins for it (convention). */
static const double least_island_mm3 = 2000;

typedef struct gap_search {
    const abl_volume *organ, *inside;
    size_t stride[3];
} gap_search;

/* Along an axis: liver or a trunk behind nothing but nameless tissue. */
static bool sees_liver(const gap_search *s, size_t v, ptrdiff_t step,
                       size_t steps)
{
    for (size_t n = 1; n <= steps; n++) {
        const size_t at = (size_t)((ptrdiff_t)v + (ptrdiff_t)n * step);
        const uint8_t organ = abl_volume_u8(s->organ)[at];
        if (abl_volume_u8(s->inside)[at] || organ == ABL_LIVER ||
            organ == ABL_INFERIOR_VENA_CAVA)
            return true;
        if (organ != ABL_BACKGROUND)
            return false;
    }
    return false;
}

/* On all sides but one. */
static bool is_enclosed(const gap_search *s, size_t v)
{
    const abl_grid *grid = &s->organ->grid;
    int open = 0;
    for (int a = 0; a < 3; a++) {
        const size_t at = v / s->stride[a] % grid->size[a];
        const size_t up = grid->size[a] - 1 - at;
        const size_t most = (size_t)(seen_mm / grid->spacing_mm[a]);
        const ptrdiff_t step = (ptrdiff_t)s->stride[a];
        open += !sees_liver(s, v, -step, at < most ? at : most);
        open += !sees_liver(s, v, step, up < most ? up : most);
        if (open > 1)
            return false;
    }
    return true;
}

/* One SD below the mean of what is inside. */
static double find_dark_hu(const abl_volume *inside, const abl_volume *hu)
{
    const uint8_t *in = abl_volume_u8(inside);
    const float *value = abl_volume_f32(hu);
    double count = 0, sum = 0, squares = 0;
    for (size_t v = 0; v < abl_grid_voxels(&inside->grid); v++)
        if (in[v]) {
            count++;
            sum += (double)value[v];
            squares += (double)value[v] * (double)value[v];
        }
    const double mean = sum / fmax(count, 1);
    return mean - sqrt(fmax(squares / fmax(count, 1) - mean * mean, 0));
}

abl_status abl_vessels_close_gaps(abl_volume *inside, const abl_volume *organ,
                                  const abl_volume *to_portal,
                                  const abl_volume *hu, abl_error *err)
{
    const size_t *size = organ->grid.size,
                 voxels = abl_grid_voxels(&organ->grid);
    abl_volume *before = NULL;
    abl_status status =
        abl_volume_create(&before, &inside->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    memcpy(before->data, inside->data, voxels);
    const gap_search s = {organ, before, {1, size[0], size[0] * size[1]}};
    const double dark_hu = find_dark_hu(before, hu);
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < voxels; v++) {
        const uint8_t label = abl_volume_u8(organ)[v];
        if (!abl_volume_u8(before)[v] &&
            (label == ABL_BACKGROUND || label == ABL_LIVER) &&
            (double)abl_volume_f32(hu)[v] >= dark_hu &&
            (double)abl_volume_f32(to_portal)[v] >= portal_mm &&
            is_enclosed(&s, v))
            abl_volume_u8(inside)[v] = 1;
    }
    abl_volume_destroy(before);
    return ABL_OK;
}

abl_status abl_vessels_drop_islands(abl_volume *organ, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&organ->grid);
    uint8_t *label = abl_volume_u8(organ);
    abl_volume *mask = NULL;
    abl_components pieces = {0};
    abl_status status =
        abl_volume_create(&mask, &organ->grid, ABL_PIXEL_U8, err);
    for (size_t v = 0; v < voxels && !status; v++)
        abl_volume_u8(mask)[v] = label[v] == ABL_PORTAL_AND_SPLENIC_VEIN;
    if (!status)
        status = abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    size_t most = 0;
    for (size_t n = 0; n < pieces.count && !status; n++)
        most = pieces.items[n].voxels > most ? pieces.items[n].voxels : most;
    const double mm3 = abl_grid_voxel_mm3(&organ->grid);
    for (size_t v = 0; v < voxels && !status; v++) {
        const int32_t piece = abl_volume_i32(pieces.labels)[v];
        const size_t size = piece > 0 ? pieces.items[piece - 1].voxels : most;
        if (size < most && (double)size * mm3 < least_island_mm3)
            label[v] = ABL_BACKGROUND;
    }
    abl_components_clear(&pieces);
    abl_volume_destroy(mask);
    return status;
}
