/* The surface of a field as points, with its volume and area.
 * SPDX-License-Identifier: Apache-2.0
 *
 * How a field is read between voxel centres: linear within a slice; between
 * slices by Catmull-Rom, because slices may be 5 mm apart and a linear step
 * over 5 mm cuts the caps off a small lesion (a 10 mm sphere loses 8 % of its
 * volume; Catmull-Rom is exact for every quadratic field). In a slab between
 * two slices the curve is only followed where the voxel or a neighbour is object
 * in one of them and background in one of them, so that neither an island can
 * appear in background nor a hole deep in the object.
 */
#ifndef ABL_SEGMENTATION_SURFACE_H
#define ABL_SEGMENTATION_SURFACE_H

#include "imaging/volume.h"

/** Most points of one surface (24 bytes each). */
#define ABL_SURFACE_MAX_POINTS ((size_t)1 << 23)

typedef struct abl_surface {
    size_t count;
    double (*points_lps)[3];     /**< on the surface, slices in order */
    double lo_lps[3], hi_lps[3]; /**< their box; lo > hi when empty */
    double volume_mm3;
    double area_mm2;    /**< about 10 %: for uncertainties only */
    bool is_open[3][2]; /**< the object reaches the first, last voxel layer of
                             the axis: there is no surface there */
} abl_surface;

/**
 * Points where the zero level of @p field cuts the grid lines along all three
 * axes, by interpolation between the two voxels; slices thicker than 1.75
 * in-plane voxels are divided so that points are about one such voxel apart in
 * every direction.
 *
 * Volume: area of the marching-squares polygons of the (divided) slices,
 * trapezoid rule along k; an object that reaches the first or last slice is
 * continued by half a slice there, as its voxels are. Area: Crofton's formula
 * on the three axes.
 *
 * @param[out] out   caller destroys; count 0 when nothing is positive
 * @param      field f32, positive inside
 * @retval ABL_E_INVALID     the field is not f32
 * @retval ABL_E_UNSUPPORTED more than ABL_SURFACE_MAX_POINTS points
 * @retval ABL_E_NOMEM
 * @par Thread slabs in parallel, joined in order: same bytes always
 */
abl_status abl_surface_create(abl_surface **out, const abl_volume *field,
                              abl_error *err) ABL_MUST_CHECK;
void abl_surface_destroy(abl_surface *surface);

/** The field at a voxel position, as described above; clamped to the grid. */
double abl_field_sample_ijk(const abl_volume *field, const double ijk[3]);
double abl_field_sample_lps(const abl_volume *field, const double lps[3]);

/** Catmull-Rom between @p a (t = 0) and @p b (t = 1). */
static inline double abl_catmull_rom(double before, double a, double b,
                                     double after, double t)
{
    return a + 0.5 * t *
                   (b - before +
                    t * (2 * before - 5 * a + 4 * b - after +
                         t * (3 * (a - b) + after - before)));
}

/** Where a line from @p a to @p b is zero, 0..1; the middle when it cannot be
 * told. */
static inline double abl_crossing(double a, double b)
{
    const double at = a / (a - b);
    return at >= 0 && at <= 1 ? at : 0.5;
}

/** Share of a unit cell where its corners' field is positive, by straight
 * lines between crossings; @p corners in the order (0,0) (1,0) (1,1) (0,1). */
double abl_cell_area(const double corners[4]);

#endif
