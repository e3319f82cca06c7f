/* Where the criteria are not met: the facts a tumour board asks for next.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Facts and names only. Nothing here ranks, recommends or rejects a therapy.
 */
#ifndef ABL_ELIGIBILITY_BOARD_H
#define ABL_ELIGIBILITY_BOARD_H

#include "eligibility/rules.h"

/** Tumour volume by verdict of the lesion it lies in. */
typedef struct abl_board_share {
    size_t lesions;
    abl_value volume_ml;
    abl_value share; /**< of all tumour volume, 0..1 */
} abl_board_share;

typedef struct abl_board {
    bool applies; /**< the patient's verdict is "does not meet"; otherwise
                       nothing below is to be printed */
    abl_value liver_volume_ml, tumour_volume_ml;
    abl_value tumour_burden;    /**< share of the liver, 0..1 */
    abl_board_share meets;      /**< within the per-lesion limits */
    abl_board_share borderline; /**< borderline or not assessable */
    abl_board_share beyond;     /**< does not meet */
    abl_found portal_trunk;     /**< as segmentation found it */
    const char *portal_trunk_text;
    char segments_text[256]; /**< lobes and segments, or why not */
} abl_board;

/**
 * @param[out] out  static texts only; nothing to release
 */
void abl_board_fill(abl_board *out, const abl_findings *findings,
                    const abl_assessment *assessment);

/** The liver-directed and whole-body options that the hospital's page names,
 * in alphabetical order; NULL at and beyond the end. Static. */
const char *abl_board_option(size_t n);
/** That the order means nothing, and where the names come from. Static. */
const char *abl_board_option_note(void);
/** How much of the tumour removing aims at, with sources. Static. */
const char *abl_board_debulking_note(void);

#endif
