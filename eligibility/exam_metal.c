/* Metal near the liver.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "eligibility/exam.h"

/* Inclusive box of a label; false when there is none. */
static bool find_box(size_t lo[3], size_t hi[3], const abl_volume *labels,
                     uint8_t label)
{
    const size_t *size = labels->grid.size;
    const uint8_t *at = abl_volume_u8(labels);
    bool found = false;
    for (int a = 0; a < 3; a++) {
        lo[a] = size[a];
        hi[a] = 0;
    }
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++)
            for (size_t i = 0; i < size[0]; i++, at++) {
                if (*at != label)
                    continue;
                const size_t ijk[3] = {i, j, k};
                found = true;
                for (int a = 0; a < 3; a++) {
                    lo[a] = ijk[a] < lo[a] ? ijk[a] : lo[a];
                    hi[a] = ijk[a] > hi[a] ? ijk[a] : hi[a];
                }
            }
    return found;
}

abl_value abl_exam_metal_ml(const abl_volume *image, const abl_volume *labels)
{
    const abl_grid *grid = &image->grid;
    size_t lo[3], hi[3], count = 0;
    if (!find_box(lo, hi, labels, ABL_LIVER))
        return (abl_value){false, 0, 0, "there is no liver"};
    for (int a = 0; a < 3; a++) {
        const size_t reach =
            (size_t)ceil(ABL_METAL_REACH_MM / grid->spacing_mm[a]);
        lo[a] = lo[a] > reach ? lo[a] - reach : 0;
        hi[a] =
            hi[a] + reach < grid->size[a] ? hi[a] + reach : grid->size[a] - 1;
    }
    for (size_t k = lo[2]; k <= hi[2]; k++)
        for (size_t j = lo[1]; j <= hi[1]; j++) {
            const int16_t *row =
                abl_volume_i16(image) + abl_grid_offset(grid, 0, j, k);
            for (size_t i = lo[0]; i <= hi[0]; i++)
                count += row[i] > ABL_METAL_HU;
        }
    const double voxel_mm3 =
        grid->spacing_mm[0] * grid->spacing_mm[1] * grid->spacing_mm[2];
    const double ml = (double)count * voxel_mm3 / 1000;
    return (abl_value){true, ml, ml / 2, NULL};
}
