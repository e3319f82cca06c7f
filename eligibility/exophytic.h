/* How much of a lesion bulges beyond the liver's contour.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_EXOPHYTIC_H
#define ABL_ELIGIBILITY_EXOPHYTIC_H

#include "eligibility/clearance.h"

/** Radius of the closing that gives the expected contour: this, or the
 * lesion's longest diameter where that is larger, up to the second. A smaller
 * ball would sink into the notch that the lesion leaves (conventions). */
#define ABL_EXOPHYTIC_RADIUS_MM     15.0
#define ABL_EXOPHYTIC_MAX_RADIUS_MM 40.0
/** Surface this near the contour, or nearer, does not count as beyond it
 * (convention); see abl_exophytic_tolerance_mm(). */
#define ABL_EXOPHYTIC_TOLERANCE_MM 3.0
/** A liver's capsule is about as curved as a ball of this radius
 * (convention). */
#define ABL_EXOPHYTIC_LIVER_RADIUS_MM 80.0

/**
 * How far the capsule over a lesion that does not bulge may lie above the
 * closing: as far as the ball sinks into a notch as wide as the lesion,
 * r - sqrt(r^2 - d^2 / 4), and the liver's own sag over that width,
 * d^2 / (8 * 80 mm); at least ABL_EXOPHYTIC_TOLERANCE_MM.
 * 3.0 mm for a diameter up to 17 mm, 5.4 mm for 30 mm.
 */
double abl_exophytic_tolerance_mm(double diameter_mm, double radius_mm);

/**
 * Share of a lesion's surface (0..1) that lies outside of the liver's expected
 * contour by more than the tolerance.
 *
 * The contour is the morphological closing of the liver without this lesion
 * (others count as liver) with a ball, on a cubic grid of 1 to 2 mm; the
 * surface is that of the lesion's voxels there.
 *
 * Uncertainty: half of how much the share changes when the tolerance does by
 * 1.96 standard deviations of both edges. Spheres that bulge from a flat liver
 * by half are measured at 0.3 to 0.5 (the rim of the bulge is filled by the
 * closing).
 *
 * @param[out] out  not measured when either has no surface
 * @param diameter_mm  the lesion's longest, > 0
 * @retval ABL_E_NOMEM, ABL_E_GEOMETRY
 */
abl_status abl_exophytic_share(abl_value *out, const abl_shape *liver,
                               const abl_shape *lesion, double diameter_mm,
                               abl_error *err) ABL_MUST_CHECK;

#endif
