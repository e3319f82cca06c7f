/* How well a segmentation agrees with a reference.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_SCORE_H
#define ABL_TESTS_ACCURACY_SCORE_H

#include "segmentation/structures.h"

/** Dice of (a in a_values) and (b in b_values), on one grid; both lists end
 * with 0. NaN when both are empty. */
double score_dice(const abl_volume *a, const uint8_t *a_values,
                  const abl_volume *b, const uint8_t *b_values);

/** Detection of the lesions of at least one size. */
typedef struct score_detection {
    size_t truth, found; /**< reference lesions, and how many were found */
    size_t false_all;    /**< lesions reported that touch no reference */
    size_t false_sure;   /**< those that are not of low confidence */
} score_detection;

typedef struct score_lesions {
    score_detection from_10_mm, from_5_mm;
    size_t reported, low_confidence;
    double dice;
    double truth_ml, found_ml;
    size_t pairs;             /**< one lesion to one reference lesion */
    double diameter_error_mm; /**< mean |difference| of the pairs from 10 mm */
    double diameter_bias_mm;  /**< mean difference of the same pairs */
    double worst_diameter_mm;
} score_lesions;

/**
 * A reference lesion (connected by corners, of at least so many mm equivalent
 * diameter) is found when reported lesions cover at least 10 % of it. A
 * reported lesion is false when less than 10 % of it is reference lesion.
 * Reported lesions count as false from any size in false_all of 5 mm and from
 * 10 mm on in that of 10 mm.
 *
 * @param truth  u8 on the grid of structures->lesion_labels
 * @param value  of lesions in it
 */
abl_status score_lesions_find(score_lesions *out,
                              const abl_structures *structures,
                              const abl_volume *truth, uint8_t value,
                              bool verbose, abl_error *err) ABL_MUST_CHECK;

#endif
