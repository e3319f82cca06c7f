/* What a case can be looked up by: "under the capsule", "no path", ...
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_FINDING_CLASS_H
#define ABL_ELIGIBILITY_TEACH_FINDING_CLASS_H

#include "eligibility/cases/case_read.h"

/** In the order of the list. Each follows from rule results and values of the
 * report; R numbers are those of the profile. */
typedef enum abl_finding_class {
    ABL_CLASS_SUBCAPSULAR,   /**< R4 borderline or not met */
    ABL_CLASS_EXOPHYTIC,     /**< more of the surface bulges than allowed */
    ABL_CLASS_PERIVASCULAR,  /**< R7 borderline or not met */
    ABL_CLASS_HILAR,         /**< R8 borderline or not met */
    ABL_CLASS_GREAT_VESSEL,  /**< R9 borderline or not met */
    ABL_CLASS_NEAR_BOWEL,    /**< R5 borderline or not met */
    ABL_CLASS_NEAR_ORGAN,    /**< R6 borderline or not met */
    ABL_CLASS_SIZE_AT_LIMIT, /**< R2 borderline */
    ABL_CLASS_TOO_LARGE,     /**< R2 not met */
    ABL_CLASS_NO_PATH,       /**< R10 not met */
    ABL_CLASS_HARD_ACCESS, /**< R10 to R13 borderline, or R11 to R13 not met */
    ABL_CLASS_FAINT,       /**< R14 borderline, not met or not assessable */
    ABL_CLASS_MANY,        /**< R1 borderline or not met */
    ABL_CLASS_KISSING,     /**< two lesions at most ABL_KISSING_GAP_MM apart */
    ABL_CLASS_BURDEN,      /**< R15 or R16 borderline or not met */
    ABL_CLASS_POOR_EXAM,   /**< R17 borderline or not met */
    ABL_CLASS_NO_LESION,   /**< none was found */
    ABL_CLASS_PLAIN,       /**< none of the above */
    ABL_CLASS_COUNT
} abl_finding_class;

/** Gap below which lesions are listed as kissing: distance of their middles
 * less half of both longest axial diameters. An estimate for the list only (a
 * convention); no rule uses it. */
#define ABL_KISSING_GAP_MM 5.0

/** "Under the capsule": for the list. */
const char *abl_finding_class_title(abl_finding_class finding);

/** Bits (1u << abl_finding_class) of a whole case.
 * @param max_exophytic_percent  share of the surface above which a lesion
 *                               bulges */
unsigned abl_finding_classes(const abl_case *item,
                             double max_exophytic_percent);

#endif
