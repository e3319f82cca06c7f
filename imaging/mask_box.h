/* The box around a mask's object (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_MASK_BOX_H
#define ABL_IMAGING_MASK_BOX_H

#include <string.h>

#include "imaging/volume.h"

/** First voxel from @p i on whose being non-zero equals @p wanted, or
 * @p count. */
static inline size_t abl_mask_find_change(const uint8_t *row, size_t i,
                                          size_t count, bool wanted)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    if (i < count && (row[i] != 0) == wanted)
        return i;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        memcpy(&eight, row + i, sizeof eight);
        bool has_zero = (eight - ones) & ~eight & tops;
        if (wanted ? eight != 0 : has_zero)
            break;
    }
    while (i < count && (row[i] != 0) != wanted)
        i++;
    return i;
}

/** Box of the non-zero voxels, both ends included; false when there are none.
 * @p mask is u8. */
bool abl_mask_find_box(size_t lo[3], size_t hi[3], const abl_volume *mask);

#endif
