/* From structures to findings: diameters, distances, access.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_MEASURE_H
#define ABL_ELIGIBILITY_MEASURE_H

#include "eligibility/access_options.h"
#include "eligibility/findings.h"

typedef struct abl_measure_options {
    abl_access_options access;
    double vessel_calibre_mm; /**< from which a vessel counts; default 3 */
    abl_progress progress;
} abl_measure_options;

abl_measure_options abl_measure_options_default(void);

/**
 * Measures every lesion and plans its access.
 * @param image i16 HU, canonical order, the grid of structures->labels
 * @param info  may be NULL
 */
abl_status abl_measure(abl_findings **out, const abl_volume *image,
                       const abl_structures *structures,
                       const abl_series_info *info,
                       const abl_measure_options *options,
                       abl_error *err) ABL_MUST_CHECK;

#endif
