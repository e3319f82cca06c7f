/* PNG in memory from pixels of one byte (grey, or numbers of a palette) or in
 * full colour.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_PNG_ENCODE_H
#define ABL_IMAGING_PNG_ENCODE_H

#include <stdint.h>

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One IDAT, every row predicted by PNG's fourth filter (Paeth) and packed for
 * runs only. That suits scans with noise: as small as the slowest setting, at
 * a fifth of its time. Neighbouring numbers should therefore be alike.
 * Same pixels, same bytes.
 *
 * @param[out] png    free() it
 * @param pixels      width * height bytes, top row first
 * @param palette_rgb 3 bytes a colour; NULL: pixels are grey
 * @param colours     1 to 256, more than any pixel; without meaning for grey
 * @retval ABL_E_INVALID a side is 0 or above 65535, or 0 or over 256 colours
 * @retval ABL_E_NOMEM
 */
abl_status abl_png_encode(uint8_t **png, size_t *bytes, const uint8_t *pixels,
                          size_t width, size_t height,
                          const uint8_t *palette_rgb, size_t colours,
                          abl_error *err) ABL_MUST_CHECK;

/** The same in full colour: 3 bytes a pixel, red first.
 * @retval ABL_E_INVALID a side is 0 or above 65535
 * @retval ABL_E_NOMEM */
abl_status abl_png_encode_rgb(uint8_t **png, size_t *bytes, const uint8_t *rgb,
                              size_t width, size_t height,
                              abl_error *err) ABL_MUST_CHECK;

/** The packed rows inside a PNG that was made here: a zlib stream, every row
 * behind the number of its filter.
 * @param[out] packed into @p png; NULL when it is not one of ours */
void abl_png_packed(const uint8_t **packed, size_t *packed_bytes,
                    const uint8_t *png, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
