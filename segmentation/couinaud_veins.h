/* The three hepatic veins in the hepatic tree; used by couinaud_map.c alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_COUINAUD_VEINS_H
#define ABL_SEGMENTATION_COUINAUD_VEINS_H

#include "segmentation/couinaud.h"
#include "segmentation/vessel_walk.h"

typedef enum abl_hepatic_vein {
    ABL_RIGHT_VEIN,
    ABL_MIDDLE_VEIN,
    ABL_LEFT_VEIN,
    ABL_HEPATIC_VEINS_COUNT
} abl_hepatic_vein;

/** The ends of their main courses, or ABL_VESSEL_NO_PARENT. */
typedef struct abl_hepatic_courses {
    int32_t leaf[ABL_HEPATIC_VEINS_COUNT];
    bool *is_own[ABL_HEPATIC_VEINS_COUNT]; /**< per node: on the course and on
                                              no other vein's */
} abl_hepatic_courses;

/** Height at which the hepatic veins join the vena cava: mean of the thick
 * roots within 25 mm of the uppermost; false when there is none. */
bool abl_hepatic_confluence(double lps[3], const abl_vessel_walk *walk);

/** The curtain's direction at a horizontal distance from the vena cava. */
double abl_curtain_degrees(const abl_curtain *curtain, double radius_mm);

/** Degrees around @p cava_lps, 0 to the front, positive to the left. */
double abl_degrees_around(const double cava_lps[3], const double lps[3]);

/**
 * @param middle_degrees where the middle vein is expected
 * @param[out] out       caller clears, also after an error
 * @retval ABL_E_NOMEM
 */
abl_status abl_hepatic_courses_find(abl_hepatic_courses *out,
                                    const abl_vessel_walk *walk,
                                    const double cava_lps[3],
                                    double middle_degrees,
                                    abl_error *err) ABL_MUST_CHECK;
void abl_hepatic_courses_clear(abl_hepatic_courses *courses);

/** Sets the parts of all hepatic nodes: courses and what joins them. */
void abl_hepatic_courses_name(abl_vessels *vessels,
                              const abl_hepatic_courses *courses);

#endif
