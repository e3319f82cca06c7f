/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/uncertainty.h"

#include <math.h>

/* The longest is chosen among many, so it lies half an edge_sd too high. */
#define CHOSEN 0.25

double abl_uncertainty_of_diameter(double mm, double edge_sd_mm, double step_mm)
{
    const double ratio = mm / ABL_EDGE_LENGTH_MM;
    const double together = exp(-0.5 * ratio * ratio);
    const double sampling = ABL_SAMPLING_SD * step_mm;
    return 1.96 * sqrt(edge_sd_mm * edge_sd_mm * (2 + 2 * together + CHOSEN) +
                       2 * sampling * sampling);
}

double abl_uncertainty_of_distance(const double edge_sd_mm[2],
                                   const double step_mm[2])
{
    double sum = 0;
    for (int n = 0; n < 2; n++) {
        const double sampling = ABL_SAMPLING_SD * step_mm[n];
        sum += edge_sd_mm[n] * edge_sd_mm[n] + sampling * sampling;
    }
    return 1.96 * sqrt(sum);
}

double abl_uncertainty_of_volume_alike(double area_mm2, double edge_sd_mm,
                                       double edge_length_mm, double step_mm)
{
    const double places =
        fmax(1, area_mm2 / (2 * M_PI * edge_length_mm * edge_length_mm));
    const double sampling = ABL_VOLUME_SD * step_mm;
    return 1.96 * area_mm2 *
           sqrt(edge_sd_mm * edge_sd_mm / places + sampling * sampling);
}

double abl_uncertainty_of_volume(double area_mm2, double edge_sd_mm,
                                 double step_mm)
{
    return abl_uncertainty_of_volume_alike(area_mm2, edge_sd_mm,
                                           ABL_EDGE_LENGTH_MM, step_mm);
}
