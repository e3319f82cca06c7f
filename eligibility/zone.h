/* What an ablation zone would touch: a lesion grown by a margin.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. The zone is every point within the margin of the lesion: the ideal zone,
 *     not that of a device, whose zones are ellipsoids and smaller or larger
 *     (microwave 31.9 x 27.6 mm on average: mco.2020.1983).
 *  2. The part of the zone outside the liver is told apart. On the side of the
 *     capsule a margin is not missing, as there is no tumour beyond it (qam,
 *     artorg-unibe-ch/qam at cedfa65).
 *  3. Measured on the grid of the image, thick slices divided, with voxels on
 *     a surface counted in part. Distances are those of the findings.
 *  4. What lies outside the scan is not seen: then volumes are lower bounds.
 */
#ifndef ABL_ELIGIBILITY_ZONE_H
#define ABL_ELIGIBILITY_ZONE_H

#include "eligibility/findings.h"

/** Margins looked at [mm]: the least, and the aim (Wang, Cardiovasc Intervent
 * Radiol 2013, PMC4122121). */
#define ABL_ZONE_LEAST_MM 5.0
#define ABL_ZONE_AIM_MM   10.0
enum {
    ABL_ZONE_LEAST,
    ABL_ZONE_AIM,
    ABL_ZONE_COUNT
};

/** A structure or another lesion that the zone reaches. */
typedef struct abl_zone_touch {
    abl_structure_id structure; /**< ABL_BACKGROUND when it is a lesion */
    int lesion;                 /**< number of the other lesion, or 0 */
    abl_value gap_mm; /**< lesion to structure, less the margin: how far the
                           zone reaches beyond its near surface when below 0;
                           not measured for another lesion */
    abl_value overlap_ml;
} abl_zone_touch;

#define ABL_ZONE_MAX_TOUCHES 48

typedef struct abl_zone {
    bool measured;
    const char *why_not; /**< static, when not measured */
    double margin_mm;
    abl_value volume_ml;     /**< with the lesion */
    abl_value liver_lost_ml; /**< of the zone in the liver, less the lesion */
    abl_value liver_share;   /**< that, of the liver's volume, 0..1 */
    abl_value outside_share; /**< of the zone, outside the liver, 0..1 */
    bool leaves_scan;        /**< some of the zone is outside the scan */
    size_t touch_count;      /**< largest overlap first */
    size_t touches_left_out; /**< beyond ABL_ZONE_MAX_TOUCHES */
    abl_zone_touch touches[ABL_ZONE_MAX_TOUCHES];
} abl_zone;

/**
 * Both zones of one lesion.
 *
 * Uncertainty (95 %): of an overlap, what it changes by when the zone's
 * surface moves by the uncertainty of the gap, and 2 % for the grid; of the
 * zone's volume, abl_uncertainty_of_volume() as of a sphere, and 2 %.
 * Overlaps that are smaller than 0.005 mL and not reached by distance are
 * left out.
 *
 * @param structures  must hold the lesion of the findings at the same index
 * @retval ABL_E_INVALID  no such lesion in one of the two
 * @retval ABL_E_NOMEM, ABL_E_GEOMETRY
 */
abl_status abl_zones_measure(abl_zone zones[ABL_ZONE_COUNT],
                             const abl_structures *structures,
                             const abl_findings *findings, size_t index,
                             abl_error *err) ABL_MUST_CHECK;

#endif
