/* PNG files from RGBA pixels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_PNG_H
#define ABL_IMAGING_PNG_H

#include <stdint.h>

#include "imaging/status.h"

/** Writes 8-bit RGBA rows (top row first, 4 bytes a pixel, not premultiplied,
 * no padding). Same pixels, same bytes.
 * @retval ABL_E_IO with the path and libpng's text */
abl_status abl_png_write(const char *path, const uint8_t *rgba, size_t width,
                         size_t height, abl_error *err) ABL_MUST_CHECK;

/** Reads any PNG as RGBA, at most 16384 x 16384; free() the pixels. */
abl_status abl_png_read(uint8_t **rgba, size_t *width, size_t *height,
                        const char *path, abl_error *err) ABL_MUST_CHECK;

#endif
