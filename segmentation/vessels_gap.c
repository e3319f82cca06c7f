/* Outlines set right around the great veins: gaps in the liver's where one was
 * left out, islands of the portal trunk's where one is not portal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "imaging/components.h"
#include "segmentation/vessels_work.h"

/* Liver is seen within this on all sides of a gap but one; nearer to the portal
 * trunk the hilum's other contents lie (conventions). */
static const double seen_mm = 20, portal_mm = 12;
static const uint8_t least_sides = 5;
/* A piece of the portal trunk's outline that is smaller and apart from the
 * rest is no trunk: networks take other veins for it (convention). */
static const double least_island_mm3 = 2000;

/* What a line of sight meets in a voxel. */
enum {
    NAMELESS,
    IS_LIVER, /* or the vena cava */
    IS_OTHER
};

static void classify(uint8_t *out, const abl_volume *organ,
                     const abl_volume *inside)
{
    const uint8_t *label = abl_volume_u8(organ), *in = abl_volume_u8(inside);
    const size_t voxels = abl_grid_voxels(&organ->grid);
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < voxels; v++)
        out[v] =
            in[v] || label[v] == ABL_LIVER || label[v] == ABL_INFERIOR_VENA_CAVA
                ? IS_LIVER
            : label[v] == ABL_BACKGROUND ? NAMELESS
                                         : IS_OTHER;
}

/* Counts the voxels of a line that have liver behind them within @p most
 * steps, with nothing but nameless tissue between. */
static void look_back(uint8_t *sides, const uint8_t *kind, ptrdiff_t step,
                      size_t count, size_t most)
{
    size_t steps = 0; /* since liver; 0: none is seen */
    for (size_t n = 0; n < count; n++, sides += step, kind += step) {
        *sides = (uint8_t)(*sides + (steps > 0 && steps <= most));
        steps = *kind == IS_LIVER             ? 1
                : *kind == IS_OTHER || !steps ? 0
                                              : steps + 1;
    }
}

/* On how many of six sides each voxel sees liver. */
static void count_sides(uint8_t *sides, const uint8_t *kind,
                        const abl_grid *grid)
{
    const size_t *size = grid->size;
    const size_t stride[3] = {1, size[0], size[0] * size[1]};
    for (int a = 0; a < 3; a++) {
        const int b = a == 0 ? 1 : 0, c = a == 2 ? 1 : 2;
        const size_t most = (size_t)(seen_mm / grid->spacing_mm[a]);
        const ptrdiff_t step = (ptrdiff_t)stride[a];
        const size_t last = (size[a] - 1) * stride[a];
#pragma omp parallel for schedule(static)
        for (size_t n = 0; n < size[c]; n++)
            for (size_t m = 0; m < size[b]; m++) {
                const size_t at = n * stride[c] + m * stride[b];
                look_back(sides + at, kind + at, step, size[a], most);
                look_back(sides + at + last, kind + at + last, -step, size[a],
                          most);
            }
    }
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

static void fill_gaps(abl_volume *inside, const abl_volume *organ,
                      const abl_volume *to_portal, const abl_volume *hu,
                      const uint8_t *sides, double dark_hu)
{
    const uint8_t *label = abl_volume_u8(organ);
    const float *value = abl_volume_f32(hu), *mm = abl_volume_f32(to_portal);
    uint8_t *in = abl_volume_u8(inside);
    const size_t voxels = abl_grid_voxels(&organ->grid);
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < voxels; v++)
        if (!in[v] && sides[v] >= least_sides &&
            (label[v] == ABL_BACKGROUND || label[v] == ABL_LIVER) &&
            (double)value[v] >= dark_hu && (double)mm[v] >= portal_mm)
            in[v] = 1;
}

abl_status abl_vessels_close_gaps(abl_volume *inside, const abl_volume *organ,
                                  const abl_volume *to_portal,
                                  const abl_volume *hu, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&organ->grid);
    uint8_t *kind = abl_alloc(voxels, 1, err);
    uint8_t *sides = abl_alloc(voxels, 1, err);
    if (kind && sides) {
        classify(kind, organ, inside);
        count_sides(sides, kind, &organ->grid);
        fill_gaps(inside, organ, to_portal, hu, sides,
                  find_dark_hu(inside, hu));
    }
    const bool had_memory = kind && sides;
    free(kind);
    free(sides);
    return had_memory ? ABL_OK : ABL_E_NOMEM;
}

abl_status abl_vessels_drop_islands(abl_volume *organ, abl_error *err)
{
    const size_t voxels = abl_grid_voxels(&organ->grid);
    uint8_t *label = abl_volume_u8(organ);
    abl_volume *mask = NULL;
    abl_components pieces = {0};
    abl_status status =
        abl_vessels_label_mask(&mask, organ, ABL_PORTAL_AND_SPLENIC_VEIN, err);
    if (!status)
        status = abl_components_find(&pieces, mask, ABL_CONNECT_CORNERS, err);
    const size_t most = pieces.count ? pieces.items[0].voxels : 0;
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
