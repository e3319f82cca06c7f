/* Pictures without any drawing, for readers who have not seen the answer.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_CLEAN_PICTURES_H
#define ABL_ELIGIBILITY_TEACH_CLEAN_PICTURES_H

#include "eligibility/report/report.h"

/** CT window of the clean pictures: abdomen, centre and width. */
#define ABL_TEACH_WINDOW_CENTRE_HU 40.0
#define ABL_TEACH_WINDOW_WIDTH_HU  400.0

/** Most axial pictures of a study; more slices are thinned evenly, those in
 * which a lesion was measured always kept. */
#define ABL_TEACH_MAX_AXIAL 120

#define ABL_TEACH_WIDTH_PX  512
#define ABL_TEACH_HEIGHT_PX 1024 /**< at most */

#define ABL_TEACHING_SCHEMA "ablascreen-teaching/1"

/**
 * Writes into @p folder/teaching, which must exist: "axial-NNN.png" from below
 * to above the liver, per lesion "lesion-NN-coronal.png" and "-sagittal.png",
 * and "teaching.json" with their scale, slice numbers, where the middle of
 * each lesion is, and what the source says of burned-in text.
 *
 * Pictures are grey, hold no text chunk and no drawing; what lies outside of
 * the body is black, which also removes text burned in beside the patient.
 * No name, date, number or text of the source is written.
 *
 * @retval ABL_E_IO
 * @retval ABL_E_NOMEM
 * @retval ABL_E_UNSUPPORTED no liver was found, so there is nothing to show
 */
abl_status abl_clean_pictures_write(const char *folder,
                                    const abl_report *report,
                                    const abl_progress *progress,
                                    abl_error *err) ABL_MUST_CHECK;

/**
 * Draws the pictures of abl_overlays_write() once more, into
 * @p folder/teaching/overlays, which must exist: without the series'
 * description, number and every other text of its headers, and without a
 * reader's name, all of which the report's
 * own pictures may show.
 * @retval as abl_overlays_write()
 */
abl_status abl_drawn_pictures_write(const char *folder,
                                    const abl_report *report,
                                    const abl_progress *progress,
                                    abl_error *err) ABL_MUST_CHECK;

#endif
