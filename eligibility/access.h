/* Straight corridors from the skin into a lesion, and what blocks the rest.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. A corridor is the set of points within corridor_mm of the straight axis
 *     from the entry on the skin to the target in the lesion.
 *  2. It is clear when no part of an obstacle lies in it. Obstacles are bone,
 *     lung, gas, heart, oesophagus, stomach, gallbladder, spleen, kidneys,
 *     pancreas, adrenals, aorta, inferior vena cava, portal and splenic vein
 *     (hard), other lesions (seeding), and soft tissue without a name
 *     (caution: it may be bowel, so such a corridor is never called clear).
 *  3. What lies outside the scan is unknown: a corridor that comes nearer to
 *     the scan's ends than its half-width before it reaches the skin is not
 *     clear. Where the body goes on beyond the field of view the skin field
 *     stays positive, so no skin is met there.
 *  4. A direction counts once, by the first of: the hard obstacle or other
 *     lesion that is met first coming from the skin; no skin; too long;
 *     unclassified tissue. blocked[ABL_UNCLASSIFIED] are therefore the
 *     directions that nothing but unclassified tissue closes.
 *  5. Not seen here: vessels inside the liver, ribs' neurovascular bundles,
 *     the pleural recess below the lung, colon and duodenum as such.
 */
#ifndef ABL_ELIGIBILITY_ACCESS_H
#define ABL_ELIGIBILITY_ACCESS_H

#include "eligibility/measure.h"

/** Directions judged for each lesion; neighbours are about 1.9 degrees apart
 * (Fibonacci lattice: Gonzalez, Math Geosci 2010;42:49). */
#define ABL_ACCESS_DIRECTIONS 12000

/** A corridor is preferred when it crosses this much liver before the lesion
 * (source: clinical.md A7, the figure is unverified) ... */
#define ABL_ACCESS_MIN_TRANSIT_MM 10.0
/** ... and meets the capsule no flatter than this from its normal
 * (unverified). */
#define ABL_ACCESS_MAX_CAPSULE_DEG 60.0

/** Clearances are given up to this; it means "this or more". */
#define ABL_ACCESS_FAR_MM 30.0

/** Obstacles, distance to them and the skin; shared by all lesions, read
 * only after creation. */
typedef struct abl_access_map abl_access_map;

/**
 * Samples every obstacle on one grid of about 2 mm along the image's axes and
 * measures the distance to the nearest surface there.
 *
 * @param[out] out        caller destroys with abl_access_map_destroy()
 * @param      image      only its grid is used: the extent of the scan
 * @param      structures borrowed; must outlive the map
 * @param      options    half-width and lengths are copied
 * @retval ABL_E_INVALID  half-width not in 0.5..25 mm, or lengths not
 *                        0 < max_path_mm <= borderline_path_mm <= 1000
 * @retval ABL_E_GEOMETRY, ABL_E_NOMEM
 */
abl_status abl_access_map_create(abl_access_map **out, const abl_volume *image,
                                 const abl_structures *structures,
                                 const abl_measure_options *options,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_access_map_destroy(abl_access_map *map);

/**
 * Judges the full sphere of directions for one lesion and chooses a path.
 *
 * Target: the lesion's centroid, or its deepest point when the centroid is
 * outside. Chosen is, in this order: no longer than max_path_mm; at least
 * ABL_ACCESS_MIN_TRANSIT_MM of liver and at most ABL_ACCESS_MAX_CAPSULE_DEG;
 * least cost, where cost [mm] = length + 4 for each mm of clearance below 15
 * + 0.5 for each degree out of the axial plane (conventions of this project;
 * out-of-plane needles stray further: Heerink, see clinical.md A7).
 *
 * Accuracy of clearance_mm: half a voxel diagonal of the 2 mm grid at most.
 *
 * @param[out] out  assessed is false, with the reason, when there is no skin,
 *                  no liver or the lesion has no inside; obstacles_uncertain
 *                  is set when an obstacle could not be looked for reliably
 * @retval ABL_E_INVALID  no such lesion
 * @retval ABL_E_NOMEM
 * @par Thread  results do not depend on the number of threads
 */
abl_status abl_access_plan(abl_access *out, const abl_access_map *map,
                           size_t lesion_index, abl_error *err) ABL_MUST_CHECK;

#endif
