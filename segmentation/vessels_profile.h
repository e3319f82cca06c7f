/* What blur makes of a vessel's round section; internal to vessels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_VESSELS_PROFILE_H
#define ABL_SEGMENTATION_VESSELS_PROFILE_H

#include <stddef.h>

enum {
    ABL_PROFILE_STEPS = 64, /* to 8 blurs in each direction */
    ABL_PROFILE_PER_BLUR = 8
};

/** Brightness of a disc of brightness 1 under a Gaussian blur, by distance
 * from its middle and radius, both in blurs (standard deviations). */
typedef struct abl_vessel_profile {
    double value[ABL_PROFILE_STEPS + 1][ABL_PROFILE_STEPS + 1];
} abl_vessel_profile;

void abl_vessel_profile_fill(abl_vessel_profile *profile);

/** Brightness at @p rho_mm from the middle of a disc of @p radius_mm. */
double abl_vessel_profile_at(const abl_vessel_profile *profile, double rho_mm,
                             double radius_mm, double blur_mm);

/** Its change with the radius [1/mm]:
 * r / b^2 exp(-(rho^2 + r^2) / 2 b^2) I0(rho r / b^2). */
double abl_vessel_profile_slope(double rho_mm, double radius_mm,
                                double blur_mm);

#endif
