/* Is the exam good enough? Each part of R17 for itself.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_EXAM_H
#define ABL_ELIGIBILITY_EXAM_H

#include "eligibility/rules.h"

/** Voxels over this are metal: bone and contrast media stay below, and
 * 12-bit scanners end at 3071 (convention). */
#define ABL_METAL_HU 3000
/** How far around the liver's box metal is looked for [mm] (convention). */
#define ABL_METAL_REACH_MM 30.0
/** Slices thinner than this share of their spacing leave gaps between them
 * (convention, as the series gate). */
#define ABL_GAP_SHARE 0.75

typedef enum abl_exam_part_id {
    ABL_EXAM_SLICES,   /**< thickness and spacing, the larger of the two */
    ABL_EXAM_PHASE,    /**< portal venous or better */
    ABL_EXAM_COVERAGE, /**< the whole liver */
    ABL_EXAM_NOISE,    /**< SD in the liver */
    ABL_EXAM_METAL,
    ABL_EXAM_GEOMETRY,  /**< gaps and gantry tilt */
    ABL_EXAM_INTENSITY, /**< attenuation cut off */
    ABL_EXAM_MOTION,    /**< not looked for; listed, never counted */
    ABL_EXAM_PART_COUNT
} abl_exam_part_id;

/** One part, and whether it is good enough. */
typedef struct abl_exam_part {
    abl_exam_part_id id;
    const char *name;  /**< "slices", "phase": stable */
    const char *title; /**< for people */
    abl_result result;
    bool counts;     /**< for R17; else only listed */
    char text[256];  /**< what was seen, with the numbers */
    char limit[128]; /**< "at most 3 mm, borderline 3 to 5 mm"; may be empty */
    const abl_source *source; /**< of the limit, borrowed from the profile or
                                   static; NULL: no limit */
} abl_exam_part;

/** Volume over ABL_METAL_HU in the box of the liver and ABL_METAL_REACH_MM
 * around it. Not measured when there is no liver.
 * @param image  i16 HU
 * @param labels u8 on the same grid, ABL_LIVER where the liver is
 * Uncertainty: half of it, as partial volume hides or spreads metal. */
abl_value abl_exam_metal_ml(const abl_volume *image, const abl_volume *labels);

/** Fills every part, in the order of the ids. */
void abl_exam_judge(abl_exam_part out[ABL_EXAM_PART_COUNT],
                    const abl_exam *exam, const abl_profile *profile);

#endif
