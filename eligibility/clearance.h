/* Shortest and longest distances between surfaces.
 * SPDX-License-Identifier: Apache-2.0
 *
 * How exact: the points of two surfaces find the nearest pair; from there the
 * two ends slide along their fields until the distance no longer shrinks, so
 * that the result does not depend on where the grid lines cut the surfaces.
 */
#ifndef ABL_ELIGIBILITY_CLEARANCE_H
#define ABL_ELIGIBILITY_CLEARANCE_H

#include "eligibility/findings.h"
#include "eligibility/uncertainty.h"
#include "segmentation/surface.h"

/** Points sorted into cubic cells, to find neighbours. Owns its copy. */
typedef struct abl_point_index abl_point_index;

/** @param points may be NULL when @p count is 0. */
abl_status abl_point_index_create(abl_point_index **out,
                                  const double (*points_lps)[3], size_t count,
                                  abl_error *err) ABL_MUST_CHECK;
void abl_point_index_destroy(abl_point_index *index);
size_t abl_point_index_count(const abl_point_index *index);

/** The nearest pair closer than @p below_mm, exact for the points.
 * @return the distance, or HUGE_VAL when there is none (a, b untouched) */
double abl_point_index_nearest(const abl_point_index *index_a,
                               const abl_point_index *index_b, double below_mm,
                               double a_lps[3], double b_lps[3]);

/** The farthest pair of one set, exact; 0 for fewer than two points. */
double abl_point_index_farthest(const abl_point_index *index, double a_lps[3],
                                double b_lps[3]);

/** Points of @p from within radius_mm of any point of @p around.
 * @param[out] points_lps caller frees; count 0 gives NULL */
abl_status abl_point_index_within(double (**points_lps)[3], size_t *count,
                                  const abl_point_index *from,
                                  const abl_point_index *around,
                                  double radius_mm,
                                  abl_error *err) ABL_MUST_CHECK;

/** A structure ready to be measured from. */
typedef struct abl_shape {
    const abl_volume *field; /**< borrowed */
    abl_surface *surface;
    abl_point_index *index;
    double edge_sd_mm;
    double label_mm[3]; /**< as abl_lesion::label_mm; create sets 0 */
} abl_shape;

abl_status abl_shape_create(abl_shape *out, const abl_volume *field,
                            double edge_sd_mm, abl_error *err) ABL_MUST_CHECK;
void abl_shape_clear(abl_shape *shape);

/** What is stated of the shape's surface along @p unit_lps; NULL: in no
 * direction, with the voxel's diagonal. */
abl_edge abl_shape_edge(const abl_shape *shape, const double unit_lps[3]);

/**
 * Shortest distance between the surfaces of two solids; 0 when any point of
 * one lies in the other (then both ends are the deepest such surface point).
 *
 * Uncertainty: abl_uncertainty_of_distance() with the voxel of each grid along
 * the distance, or its diagonal where it is 0.
 *
 * Not measured when either has no surface.
 */
void abl_clearance_between(abl_segment *out, const abl_shape *a,
                           const abl_shape *b);

/** Shortest distance from the surface of @p inner to that of the solid around
 * it (skin, capsule); 0 when any point of @p inner lies outside @p outer.
 * Uncertainty: ABL_DEPTH_SD_RATIO times the above. */
void abl_clearance_inside(abl_segment *out, const abl_shape *inner,
                          const abl_shape *outer);

/** As abl_clearance_between() from @p a to a part of the surface of @p b given
 * by its points; exact to the points' distance at the part's border. */
void abl_clearance_to_part(abl_segment *out, const abl_shape *a,
                           const abl_point_index *part, const abl_shape *b);

/** From a patch of a surface (points) to a solid; 0 when a point lies in it.
 */
void abl_clearance_from_patch(abl_segment *out, const abl_point_index *patch,
                              const abl_shape *of, const abl_shape *to);

#endif
