/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/mask_box.h"

/* First and last object voxel of a row; false when there are none. */
static bool find_ends(size_t ends[2], const uint8_t *row, size_t count)
{
    size_t lo = abl_mask_find_change(row, 0, count, true), hi = count;
    if (lo == count)
        return false;
    while (!row[hi - 1])
        hi--;
    ends[0] = lo;
    ends[1] = hi - 1;
    return true;
}

bool abl_mask_find_box(size_t lo[3], size_t hi[3], const abl_volume *mask)
{
    const size_t *size = mask->grid.size;
    bool found = false;
    for (size_t k = 0; k < size[2]; k++)
        for (size_t j = 0; j < size[1]; j++) {
            size_t ends[2];
            const uint8_t *row =
                abl_volume_u8(mask) + abl_grid_offset(&mask->grid, 0, j, k);
            if (!find_ends(ends, row, size[0]))
                continue;
            const size_t first[3] = {ends[0], j, k}, last[3] = {ends[1], j, k};
            for (int a = 0; a < 3; a++) {
                lo[a] = !found || first[a] < lo[a] ? first[a] : lo[a];
                hi[a] = !found || last[a] > hi[a] ? last[a] : hi[a];
            }
            found = true;
        }
    return found;
}
