/* 95 % half-widths of lengths, distances and volumes.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Surfaces that networks found: off by an error with the stated 1-sigma
 * (edge_sd_mm). A share ABL_EDGE_TOGETHER of its variance is common to the
 * whole surface (an outline drawn too wide or too narrow), the rest fades with
 * the distance r along the surface as exp(-r^2 / (2 L^2)), L =
 * ABL_EDGE_LENGTH_MM, and averages out in volumes. Both were fitted to what
 * diameters and volumes of the same lesions of random phantoms are off by
 * (abl_accuracy_images). Reading the surface off the grid adds an independent
 * error in proportion to the voxel in the direction measured; its factor was
 * measured on ideal fields.
 *
 * Surfaces made from labels: where the outline passes between two voxels is
 * not known, but smoothing joins several of them, so that the 1-sigma is a part
 * of the voxel in the slice and a part of the voxel along the direction
 * measured; it has no direction in common over more than some voxels. The
 * parts were measured: abl_accuracy_measures, seed 1; seed 2 checks them.
 *
 * The longest of many lengths nearly alike, and the shortest of many distances
 * nearly alike, are biased by the roughness of the surface; the square of that
 * bias is part of the variance. abl_accuracy_measures draws such surfaces: the
 * longest 3-D diameter comes out one edge_sd too long at 20 mm, a capsule around
 * a lesion more than one too near, and the same is seen in images (bias of 325
 * lesions: 0.5 mm at 8 mm, 2.4 mm at 35 mm).
 */
#ifndef ABL_ELIGIBILITY_UNCERTAINTY_H
#define ABL_ELIGIBILITY_UNCERTAINTY_H

#define ABL_EDGE_TOGETHER  0.29
#define ABL_EDGE_LENGTH_MM 3.0

/** Longest diameter that the bias of a maximum was fitted on. */
#define ABL_CHOSEN_MOST_MM 50.0

/** 1-sigma of a surface's position due to sampling, in voxels along the
 * direction measured. */
#define ABL_SAMPLING_SD 0.05

/** Sampling error of a volume as a shift of its surface, in voxels. */
#define ABL_VOLUME_SD 0.02

/** 1-sigma of a surface made from labels, in voxels of the slice and in voxels
 * along the direction measured. */
#define ABL_LABEL_SD_IN_SLICE 0.12
#define ABL_LABEL_SD_ALONG    0.09

/** How far off one surface may lie in the direction measured. */
typedef struct abl_edge {
    double sd_mm;    /**< of a network's surface; not used for labels */
    double step_mm;  /**< voxel along the direction */
    double label_mm; /**< voxel in the slice of the labels that it was made
                          from; 0: of none */
} abl_edge;

/** Of the longest distance @p mm between two points of one surface:
 * network: 1.96 sqrt(sd^2 (2 + 2 t + c) + 2 (ABL_SAMPLING_SD step)^2),
 * t = ABL_EDGE_TOGETHER + (1 - ABL_EDGE_TOGETHER) exp(-mm^2 / (2 L^2)): what
 * both ends have in common counts twice; c is the square of the bias of a
 * maximum, which grows with the surface: 0.2 + (mm / 25)^2 in a slice,
 * 0.5 + (mm / 20)^2 in space, no further than it was seen to
 * (ABL_CHOSEN_MOST_MM).
 * labels: 1.96 sqrt(2.4 V), V = (ABL_LABEL_SD_IN_SLICE label)^2 +
 *                               (ABL_LABEL_SD_ALONG step)^2. */
double abl_uncertainty_of_diameter(double mm, const abl_edge *edge);
double abl_uncertainty_of_diameter_3d(double mm, const abl_edge *edge);

/** Times the same for the diameter at right angles to the longest one of
 * labels: it turns with that one. */
#define ABL_PERPENDICULAR_SD_RATIO 1.2

/** Of the distance between two surfaces, found independently:
 * 1.96 sqrt(V1 + V2), V = sd^2 + (ABL_SAMPLING_SD step)^2 or as above. */
double abl_uncertainty_of_distance(const abl_edge edges[2]);

/** Times the same for the distance to a surface that lies around (capsule,
 * skin), where many points are nearly as near. */
#define ABL_DEPTH_SD_RATIO        1.4
#define ABL_DEPTH_SD_RATIO_LABELS 1.14

/** Of a volume [mm3]: 1.96 area sqrt(sd^2 (t + (1 - t) / n) +
 * (ABL_VOLUME_SD step)^2), t = ABL_EDGE_TOGETHER, n = max(1, area / (2 pi L^2))
 * how many places err on their own. */
double abl_uncertainty_of_volume(double area_mm2, double edge_sd_mm,
                                 double step_mm);

/** Of a volume [mm3] made from labels with voxels of i, j and k mm:
 * 1.96 k sqrt(area) hypot(0.33 sqrt(i j), 2.2 k^3 / area): outlines in each
 * slice err pixel by pixel, and a lesion in few slices has most of its volume
 * where it was not seen. */
double abl_uncertainty_of_label_volume(double area_mm2,
                                       const double voxel_mm[3]);

#endif
