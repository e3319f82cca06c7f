/* Gaps in the vena cava behind the liver, where labels often thin out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "segmentation/vessels_work.h"

static const double longest_gap_mm = 45;
/* A slice with less than this share of the typical area is a gap. */
static const double least_share = 0.4;
static const double shrink = 0.8; /* of the disc's radius: stay inside */

typedef struct disc {
    double middle[2], area; /* voxels */
} disc;

static disc measure_slice(const abl_volume *organ, size_t k)
{
    const size_t *size = organ->grid.size;
    disc out = {{0, 0}, 0};
    for (size_t j = 0; j < size[1]; j++) {
        const uint8_t *row =
            abl_volume_u8(organ) + abl_grid_offset(&organ->grid, 0, j, k);
        for (size_t i = 0; i < size[0]; i++)
            if (row[i] == ABL_INFERIOR_VENA_CAVA) {
                out.middle[0] += (double)i;
                out.middle[1] += (double)j;
                out.area += 1;
            }
    }
    for (int a = 0; a < 2; a++)
        out.middle[a] /= fmax(out.area, 1);
    return out;
}

static int compare(const void *a, const void *b)
{
    const double x = ((const disc *)a)->area, y = ((const disc *)b)->area;
    return (x > y) - (x < y);
}

/* Median area of the slices that have any. */
static double typical_area(const disc *discs, size_t count, disc *scratch)
{
    size_t used = 0;
    for (size_t k = 0; k < count; k++)
        if (discs[k].area > 0)
            scratch[used++] = discs[k];
    qsort(scratch, used, sizeof *scratch, compare);
    return used > 0 ? scratch[used / 2].area : 0;
}

static void add_disc(abl_volume *organ, size_t k, const disc *at)
{
    const size_t *size = organ->grid.size;
    const double radius = shrink * sqrt(at->area / M_PI);
    for (size_t j = 0; j < size[1]; j++)
        for (size_t i = 0; i < size[0]; i++) {
            uint8_t *label =
                abl_volume_u8(organ) + abl_grid_offset(&organ->grid, i, j, k);
            const double x = (double)i - at->middle[0];
            const double y = (double)j - at->middle[1];
            if (x * x + y * y <= radius * radius &&
                (*label == ABL_BACKGROUND || *label == ABL_LIVER))
                *label = ABL_INFERIOR_VENA_CAVA;
        }
}

static void bridge(abl_volume *organ, const disc *discs, size_t lo, size_t hi)
{
    for (size_t k = lo + 1; k < hi; k++) {
        const double t = (double)(k - lo) / (double)(hi - lo);
        disc at;
        for (int a = 0; a < 2; a++)
            at.middle[a] = discs[lo].middle[a] +
                           t * (discs[hi].middle[a] - discs[lo].middle[a]);
        at.area = discs[lo].area + t * (discs[hi].area - discs[lo].area);
        add_disc(organ, k, &at);
    }
}

abl_status abl_vessels_bridge_cava(abl_volume *organ, abl_error *err)
{
    const size_t count = organ->grid.size[2];
    disc *discs = abl_alloc(2 * count, sizeof *discs, err);
    if (!discs)
        return ABL_E_NOMEM;
    for (size_t k = 0; k < count; k++)
        discs[k] = measure_slice(organ, k);
    const double least =
        least_share * typical_area(discs, count, discs + count);
    size_t last = count;
    for (size_t k = 0; k < count && least > 0; k++) {
        if (discs[k].area < least)
            continue;
        if (last < count && k > last + 1 &&
            (double)(k - last) * organ->grid.spacing_mm[2] <= longest_gap_mm)
            bridge(organ, discs, last, k);
        last = k;
    }
    free(discs);
    return ABL_OK;
}
