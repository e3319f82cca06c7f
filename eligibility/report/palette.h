/* At most 256 colours for a drawn picture: 64 greys and its commonest colours.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_PALETTE_H
#define ABL_ELIGIBILITY_REPORT_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "imaging/status.h"

#define ABL_PALETTE_GREYS ((size_t)64) /**< the first entries, black to white */

typedef struct abl_palette {
    size_t count;
    bool is_short; /**< the picture has more colours; those are changed */
    uint8_t rgb[256][3];
} abl_palette;

/**
 * A picture of 0xRRGGBB words as palette numbers. Greys fall on the nearest of
 * 64 levels (as abl_view_render_hu() makes them); the rest on 192 colours, which
 * are told apart to 5 bits a channel: the commonest, and those that would change
 * most without an entry.
 * @param[out] numbers @p count of them
 * @retval ABL_E_NOMEM
 */
abl_status abl_palette_apply(abl_palette *palette, uint8_t *numbers,
                             const uint32_t *words, size_t count,
                             abl_error *err) ABL_MUST_CHECK;

#endif
