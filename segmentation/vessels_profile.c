/* What blur makes of a vessel's round section.
 * SPDX-License-Identifier: Apache-2.0 */
#include "segmentation/vessels_profile.h"

#include <math.h>

/* exp(-x) I0(x), x >= 0: Abramowitz and Stegun, 9.8.1 and 9.8.2. */
static double scaled_bessel(double x)
{
    static const double low[] = {1,         3.5156229, 3.0899424, 1.2067492,
                                 0.2659732, 0.0360768, 0.0045813};
    static const double high[] = {0.39894228,  0.01328592,  0.00225319,
                                  -0.00157565, 0.00916281,  -0.02057706,
                                  0.02635537,  -0.01647633, 0.00392377};
    double sum = 0;
    if (x < 3.75) {
        const double t = (x / 3.75) * (x / 3.75);
        for (int n = 6; n >= 0; n--)
            sum = sum * t + low[n];
        return sum * exp(-x);
    }
    for (int n = 8; n >= 0; n--)
        sum = sum * (3.75 / x) + high[n];
    return sum / sqrt(x);
}

double abl_vessel_profile_slope(double rho_mm, double radius_mm, double blur_mm)
{
    const double square = blur_mm * blur_mm;
    const double off = rho_mm - radius_mm;
    return radius_mm / square * exp(-0.5 * off * off / square) *
           scaled_bessel(rho_mm * radius_mm / square);
}

/* Sums the slope from radius 0 on, by Simpson's rule. */
void abl_vessel_profile_fill(abl_vessel_profile *profile)
{
    const double h = 1.0 / ABL_PROFILE_PER_BLUR;
    for (size_t u = 0; u <= ABL_PROFILE_STEPS; u++) {
        const double rho = (double)u * h;
        profile->value[u][0] = 0;
        for (size_t s = 1; s <= ABL_PROFILE_STEPS; s++) {
            const double r = (double)s * h;
            profile->value[u][s] =
                profile->value[u][s - 1] +
                h / 6 *
                    (abl_vessel_profile_slope(rho, r - h, 1) +
                     4 * abl_vessel_profile_slope(rho, r - 0.5 * h, 1) +
                     abl_vessel_profile_slope(rho, r, 1));
        }
    }
}

double abl_vessel_profile_at(const abl_vessel_profile *profile, double rho_mm,
                             double radius_mm, double blur_mm)
{
    const double u = rho_mm / blur_mm, s = radius_mm / blur_mm;
    const double x = u * ABL_PROFILE_PER_BLUR, y = s * ABL_PROFILE_PER_BLUR;
    if (!(x < ABL_PROFILE_STEPS) || !(y < ABL_PROFILE_STEPS))
        /* an edge, nearer to the middle for its bend */
        return 0.5 * erfc((u - s + 0.5 / fmax(s, 0.5)) / sqrt(2));
    const size_t i = (size_t)x, j = (size_t)y;
    const double a = x - (double)i, b = y - (double)j;
    return (1 - a) *
               ((1 - b) * profile->value[i][j] + b * profile->value[i][j + 1]) +
           a * ((1 - b) * profile->value[i + 1][j] +
                b * profile->value[i + 1][j + 1]);
}
