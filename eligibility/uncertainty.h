/* 95 % half-widths of lengths, distances and volumes.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The model: a surface lies off by an error with the stated 1-sigma
 * (edge_sd_mm) that is the same at one place and fades with the distance r
 * along the surface as exp(-r^2 / (2 L^2)), L = ABL_EDGE_LENGTH_MM (a
 * convention: 4 voxels of the 2.5 mm networks). Volumes of labels, where only
 * the voxels err, take ABL_MASK_EDGE_LENGTH_MM instead. Reading the surface off the
 * grid adds an independent error in proportion to the voxel in the direction
 * measured; its factor was measured on ideal fields. abl_accuracy_measures
 * draws such surfaces and prints how often the interval holds the truth.
 */
#ifndef ABL_ELIGIBILITY_UNCERTAINTY_H
#define ABL_ELIGIBILITY_UNCERTAINTY_H

#define ABL_EDGE_LENGTH_MM 10.0

/** 1-sigma of a surface's position due to sampling, in voxels along the
 * direction measured. */
#define ABL_SAMPLING_SD 0.05

/** Sampling error of a volume as a shift of its surface, in voxels. */
#define ABL_VOLUME_SD 0.02

/** Of the distance @p mm between two points of one surface:
 * 1.96 sqrt(sd^2 (2 + 2 exp(-mm^2 / (2 L^2)) + 0.25) +
 *           2 (ABL_SAMPLING_SD step)^2);
 * both ends move together on a small lesion and apart on a large one; the
 * quarter is the square of the bias of a maximum over a rough surface. */
double abl_uncertainty_of_diameter(double mm, double edge_sd_mm,
                                   double step_mm);

/** Of the distance between two surfaces, found independently:
 * 1.96 sqrt(sum of sd^2 + (ABL_SAMPLING_SD step)^2). */
double abl_uncertainty_of_distance(const double edge_sd_mm[2],
                                   const double step_mm[2]);

/** Of a volume [mm3]: 1.96 area sqrt(sd^2 / n + (ABL_VOLUME_SD step)^2), where
 * n = max(1, area / (2 pi L^2)) is how many places err on their own. */
double abl_uncertainty_of_volume(double area_mm2, double edge_sd_mm,
                                 double step_mm);

/** As above with another length than L: labels err voxel by voxel. */
double abl_uncertainty_of_volume_alike(double area_mm2, double edge_sd_mm,
                                       double edge_length_mm, double step_mm);

#endif
