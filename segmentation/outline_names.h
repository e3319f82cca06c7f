/* What a segment or region of another program stands for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Told by its code where that names an organ or a tumour, else by its label
 * ("Right Kidney", "lesion_01", TotalSegmentator's names), else by the role
 * that radiotherapy gives it (GTV). Codes: SNOMED CT and, in older files, its
 * predecessor SRT, as in the context groups 7150 to 7170 of DICOM PS3.16.
 */
#ifndef ABL_SEGMENTATION_OUTLINE_NAMES_H
#define ABL_SEGMENTATION_OUTLINE_NAMES_H

#include "imaging/outline.h"
#include "segmentation/label_names.h"

/**
 * ABL_LABEL_IGNORED for what is known and of no use, and for vessels inside
 * the liver: those are followed in the images. ABL_LABEL_UNNAMED for what is
 * not known. Of a tumour without a number or a tracking identifier, each
 * connected piece is a lesion.
 *
 * @param[out] disagrees  label and code are both known, and name different
 *                        things
 */
abl_label_meaning abl_outline_meaning(const abl_outline_part *part,
                                      bool *disagrees);

#endif
