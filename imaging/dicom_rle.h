/* RLE Lossless pixels of DICOM (PackBits by byte planes).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_DICOM_RLE_H
#define ABL_IMAGING_DICOM_RLE_H

#include <stdint.h>

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Unpacks one frame of one sample per pixel. DCMTK 3.6.7's own decoder reads
 * outside damaged input, therefore ours.
 *
 * @param words   receives @p pixels values
 * @param bytes_per_pixel 1 or 2
 * @retval ABL_E_FORMAT  the segments do not hold @p pixels pixels
 * @par Source DICOM PS3.5 annex G
 */
abl_status abl_dicom_rle_decode(uint16_t *words, size_t pixels,
                                unsigned bytes_per_pixel, const uint8_t *bytes,
                                size_t count, abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
