/* PNG in memory from pixels of one byte: grey, or numbers of a palette.
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

#ifdef __cplusplus
}
#endif
#endif
