/* A reader's outlines from a file. Internal to readings.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_READING_LABELS_H
#define ABL_ELIGIBILITY_READING_LABELS_H

#include "eligibility/reading.h"

/**
 * The automatic structures with those that the reader outlined in their place,
 * and all that follows from them (abl_import_labels()); lesions stay.
 *
 * @param[out] out  NULL when the reader outlined none; caller destroys
 * @retval ABL_E_NOMEM, ABL_E_CANCELLED
 */
abl_status abl_reading_outline(abl_structures **out,
                               const abl_override *override,
                               const abl_import_maps *maps,
                               const abl_structures *automatic,
                               const abl_reading_scan *scan,
                               abl_error *err) ABL_MUST_CHECK;

#endif
