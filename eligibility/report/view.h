/* A flat cut through the patient: where its pixels are, what they show.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_VIEW_H
#define ABL_ELIGIBILITY_REPORT_VIEW_H

#include "imaging/volume.h"

/** A plane with square pixels. Pixel centres are at whole numbers, the first
 * at (0, 0) in the upper left. */
typedef struct abl_view {
    double centre_lps[3]; /**< shown at the middle of the picture */
    double right_lps[3];  /**< unit vector to the right of the screen */
    double down_lps[3];   /**< unit vector down, perpendicular to right */
    double mm_per_px;
    size_t width_px, height_px;
} abl_view;

typedef enum abl_plane {
    ABL_PLANE_AXIAL,   /**< from the feet: patient's left on the right */
    ABL_PLANE_CORONAL, /**< from the front: patient's left on the right */
    ABL_PLANE_SAGITTAL /**< from the left: anterior on the left */
} abl_plane;

/** A plane along the axes of a canonical grid (so an "axial" view is an image
 * slice even when the scan is a little oblique). */
abl_view abl_view_plane(const abl_grid *grid, abl_plane plane,
                        const double centre_lps[3], double mm_per_px,
                        size_t width_px, size_t height_px);

/** The plane through @p centre that holds @p along_lps (unit) and is nearest
 * to axial; nearest to coronal when the line runs head to feet. */
abl_view abl_view_along(const double centre_lps[3], const double along_lps[3],
                        double mm_per_px, size_t width_px, size_t height_px);

void abl_view_to_lps(double lps[3], const abl_view *view, double column_px,
                     double row_px);

/** Pixel of a point's projection, and its signed distance from the plane. */
void abl_view_from_lps(double pixel[2], double *depth_mm, const abl_view *view,
                       const double lps[3]);

/** Letters of the patient's side toward a direction: "L", "A", "HR", ... */
void abl_view_letters(char letters[4], const double direction_lps[3]);

/** 8-bit grey of a HU window, trilinear; black outside of the scan. 64 levels:
 * finer than the noise of a CT, and a third smaller as a file.
 * @param[out] grey width_px * height_px bytes */
void abl_view_render_hu(uint8_t *grey, const abl_view *view,
                        const abl_volume *image, double centre_hu,
                        double width_hu);

/** Regular points of a view: every step_px pixels from first_px on. */
typedef struct abl_lattice {
    double first_px[2];
    double step_px;
    size_t size[2]; /**< columns, rows */
} abl_lattice;

/** The points of @p view that may see @p field, a step apart; size 0 when the
 * field lies elsewhere. */
abl_lattice abl_view_lattice(const abl_view *view, const abl_grid *field,
                             double step_px);

/** Values of a field on a lattice; @p outside where it has no voxel.
 * @param[out] values size[0] * size[1] floats */
void abl_view_sample_field(float *values, const abl_view *view,
                           const abl_volume *field, const abl_lattice *lattice,
                           float outside);

#endif
