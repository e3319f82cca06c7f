/* Sizes of a bounded solid (internal).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Closed formulas for ellipsoids; for other solids a dense sampling whose error
 * is estimated as the difference from one half (or a quarter) as dense.
 */
#ifndef ABL_IMAGING_PHANTOM_SHAPE_H
#define ABL_IMAGING_PHANTOM_SHAPE_H

#include "imaging/phantom_solid.h"

/** Longest diameter in any plane across @p normal (a unit vector), and the
 * longest line at right angles to it in the same plane. */
void abl_shape_in_plane(double longest_and_across_mm[2], double *error_mm,
                        const abl_solids *solids, size_t solid,
                        const double normal[3]);
void abl_shape_volume(double *volume_mm3, double *error_mm3,
                      const abl_solids *solids, size_t solid);
void abl_shape_diameter_3d(double *diameter_mm, double *error_mm,
                           const abl_solids *solids, size_t solid);

#endif
