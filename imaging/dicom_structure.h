/* Is a DICOM file's structure harmless for a recursive parser?
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_DICOM_STRUCTURE_H
#define ABL_IMAGING_DICOM_STRUCTURE_H

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Files with at most this many sequence items cannot nest too deeply: DCMTK
 * needs about 1.5 kB of stack per level. */
#define ABL_DICOM_FREE_ITEMS 1000
/** Deepest nesting that is accepted where there are more items. */
#define ABL_DICOM_MAX_NESTING 32
/** Most bytes that a deflated file may unpack to. */
#define ABL_DICOM_MAX_INFLATED_BYTES ((size_t)1 << 30)

/**
 * Counts the sequence items of a file; when there are many, follows its whole
 * structure without recursion and bounds the nesting. Ordinary CT slices cost
 * one pass over the file.
 *
 * @retval ABL_E_IO      cannot be read
 * @retval ABL_E_FORMAT  nested too deeply, or so damaged that it cannot be told;
 *                       deflated data that unpack to too much
 * @par Thread  reentrant
 */
abl_status abl_dicom_structure_check(const char *path,
                                     abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
