/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/uncertainty.h"

#include <math.h>
#include <stdbool.h>

/* The longest is chosen among many, and among more on a larger lesion: squares
 * of its bias, in variances. */
typedef struct chosen {
    double least, grows_mm;
} chosen;
static const chosen in_slice = {0.2, 25};
static const chosen in_space = {0.5, 20};
#define CHOSEN_LABELS 0.4

static double square(double x)
{
    return x * x;
}

static bool is_of_labels(const abl_edge *edge)
{
    return edge->label_mm > 0;
}

static double variance_of(const abl_edge *edge)
{
    if (is_of_labels(edge))
        return square(ABL_LABEL_SD_IN_SLICE * edge->label_mm) +
               square(ABL_LABEL_SD_ALONG * edge->step_mm);
    return square(edge->sd_mm) + square(ABL_SAMPLING_SD * edge->step_mm);
}

static double of_longest(double mm, const abl_edge *edge, const chosen *bias)
{
    if (is_of_labels(edge))
        return 1.96 * sqrt((2 + CHOSEN_LABELS) * variance_of(edge));
    const double together =
        ABL_EDGE_TOGETHER +
        (1 - ABL_EDGE_TOGETHER) * exp(-0.5 * square(mm / ABL_EDGE_LENGTH_MM));
    const double bias2 =
        bias->least + square(fmin(mm, ABL_CHOSEN_MOST_MM) / bias->grows_mm);
    return 1.96 * sqrt(square(edge->sd_mm) * (2 + 2 * together + bias2) +
                       2 * square(ABL_SAMPLING_SD * edge->step_mm));
}

double abl_uncertainty_of_diameter(double mm, const abl_edge *edge)
{
    return of_longest(mm, edge, &in_slice);
}

double abl_uncertainty_of_diameter_3d(double mm, const abl_edge *edge)
{
    return of_longest(mm, edge, &in_space);
}

double abl_uncertainty_of_distance(const abl_edge edges[2])
{
    return 1.96 * sqrt(variance_of(&edges[0]) + variance_of(&edges[1]));
}

double abl_uncertainty_of_volume(double area_mm2, double edge_sd_mm,
                                 double step_mm)
{
    const double places =
        fmax(1, area_mm2 / (2 * M_PI * square(ABL_EDGE_LENGTH_MM)));
    const double share = ABL_EDGE_TOGETHER + (1 - ABL_EDGE_TOGETHER) / places;
    return 1.96 * area_mm2 *
           sqrt(square(edge_sd_mm) * share + square(ABL_VOLUME_SD * step_mm));
}

double abl_uncertainty_of_label_volume(double area_mm2,
                                       const double voxel_mm[3])
{
    const double seen = 0.33 * sqrt(voxel_mm[0] * voxel_mm[1]);
    const double k = voxel_mm[2];
    const double unseen = 2.2 * k * k * k / fmax(area_mm2, 1e-9);
    return 1.96 * k * sqrt(area_mm2) * hypot(seen, unseen);
}
