/* Contrast phase from the words of a header.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_SERIES_PHASE_H
#define ABL_IMAGING_SERIES_PHASE_H

#include "imaging/series.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The phase that a series description names, in English, German, French,
 * Spanish, Italian, Dutch, Portuguese, and the usual words of Russian,
 * Chinese, Japanese and Korean. Only words count, no timing is guessed. Text
 * that names two phases ("ART/PV") or only a contrast agent is unknown. "AP"
 * is arterial only beside the liver or a phase ("LIVER 3 PHASE AP"), since it
 * also stands for abdomen and pelvis.
 *
 * @param[out] is_conflict  more than one phase is named; may be NULL
 * @param      text         UTF-8, any case
 */
abl_phase abl_phase_from_text(bool *is_conflict, const char *text);

#ifdef __cplusplus
}
#endif
#endif
