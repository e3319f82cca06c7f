/* Straight corridors from the skin into a lesion, and what blocks the rest.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. A corridor is what the needle may reach: every point of its axis, from
 *     the entry on the skin to the target in the lesion, may be off by
 *     corridor_mm in the axial plane and by corridor_out_of_plane_mm across
 *     it. With s = corridor_mm / corridor_out_of_plane_mm, distances to the
 *     axis are taken in a space where millimetres along the scan's third axis
 *     count s; the corridor is a ball there, an ellipse across the axis here.
 *     A tilted axis would see its own ellipse foreshortened; the ball is
 *     widened by 1 / sqrt(cos^2 + s^2 sin^2) of the tilt, so that the corridor
 *     never gets narrower out of the plane than corridor_out_of_plane_mm.
 *  2. Room is that distance divided by the widening, less what the corridor
 *     has grown in that depth: a corridor is clear when the room to every hard
 *     obstacle is at least corridor_mm. Room is never more than the straight
 *     distance.
 *  3. Hard: bone (ribs one by one), lung, the pleural margin around it and the
 *     recess 10 mm below it outside of the liver, gas of stomach and bowel
 *     with 3 mm of wall, heart, oesophagus, stomach, colon, duodenum and small
 *     bowel (imported), gallbladder, spleen, kidneys, pancreas, adrenals,
 *     aorta, inferior vena cava, portal and splenic vein, other lesions
 *     (seeding). Soft: vessels of the liver; in the corridor they make a path
 *     borderline, and the needle's own 2 mm may not meet them. Costly: the
 *     intercostal bundle 5 mm below each rib, the same but only a cost.
 *     Caution: soft tissue without a name, which may be bowel, so such a
 *     corridor is never called clear.
 *  4. What lies outside the scan is unknown: a corridor that comes nearer to
 *     the scan's ends than its half-width before it reaches the skin is not
 *     clear. Where the body goes on beyond the field of view the skin field
 *     stays positive, so no skin is met there.
 *  5. An entry is real skin with room for an applicator: not under the
 *     patient on the table, not behind an arm or a fold, not too steep.
 *  6. A direction counts once, by the first of: too steep; from under the
 *     table; the hard obstacle or other lesion that is met first coming from
 *     the skin; no skin; too long; too short; unclassified tissue; arm or
 *     fold. blocked[ABL_UNCLASSIFIED] are therefore directions that nothing
 *     but unclassified tissue, arm or fold closes.
 *  7. Not seen here: vessels of the abdominal wall, the diaphragm itself,
 *     breathing.
 */
#ifndef ABL_ELIGIBILITY_ACCESS_H
#define ABL_ELIGIBILITY_ACCESS_H

#include "eligibility/access_options.h"
#include "eligibility/findings.h"

/** Directions judged for each lesion; neighbours are about 1.9 degrees apart
 * (Fibonacci lattice: Gonzalez, Math Geosci 2010;42:49). */
#define ABL_ACCESS_DIRECTIONS 12000

/** Unit vector of direction @p n, from the target to the skin. */
void abl_access_direction(double away_lps[3], size_t n);

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
 * @param      image      borrowed; its grid is the extent of the scan; arms
 *                        and table are looked for in its values, which may be
 *                        NULL (then they are not)
 * @param      structures borrowed; both must outlive the map
 * @param      info       for the patient's position; may be NULL
 * @param      options    copied
 * @retval ABL_E_INVALID  half-widths not 0.5 <= corridor_mm <= 25 and
 *                        corridor_mm <= corridor_out_of_plane_mm <= 50, or
 *                        lengths not 0 <= min_path_mm < max_path_mm <=
 *                        borderline_path_mm <= 1000, or growth, margin and
 *                        tilt not in 0..10, 0..50 and 0..90
 * @retval ABL_E_GEOMETRY, ABL_E_NOMEM
 */
abl_status abl_access_map_create(abl_access_map **out, const abl_volume *image,
                                 const abl_structures *structures,
                                 const abl_series_info *info,
                                 const abl_access_options *options,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_access_map_destroy(abl_access_map *map);

/**
 * Judges the full sphere of directions for one lesion and chooses paths.
 *
 * Targets: the lesion's centroid, or its deepest point when the centroid is
 * outside; for a long lesion also a point to each side on its long axis. The
 * counts are those of the first target. Recommended is, in this order: the
 * fewest limits on the borderline side (length, vessel in the corridor, liver
 * before the lesion, capsule angle); least cost, where cost [mm] = length + 4
 * for each mm of room below 15 + 0.5 for each degree out of the axial plane +
 * 2 for each mm that a bundle or a vessel lies in the corridor + 0.5 for each
 * mm off the lesion's centre + 0.2 for each degree from a long lesion's axis
 * (conventions of this project; out-of-plane needles stray further: Heerink,
 * see clinical.md A7). With no path, every limit that alone would open one is
 * given.
 *
 * Accuracy of room: half a voxel diagonal of the 2 mm grid at most.
 *
 * @param[out] out  assessed is false, with the reason, when there is no skin,
 *                  no liver or the lesion has no inside; obstacles_uncertain
 *                  is set when an obstacle could not be looked for reliably.
 *                  Caller frees out->map
 * @retval ABL_E_INVALID  no such lesion
 * @retval ABL_E_NOMEM
 * @par Thread  results do not depend on the number of threads
 */
abl_status abl_access_plan(abl_access *out, const abl_access_map *map,
                           size_t lesion_index, abl_error *err) ABL_MUST_CHECK;

#endif
