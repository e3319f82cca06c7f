/* Do the images of a series make one regular volume? Pure geometry.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only ImagePositionPatient, ImageOrientationPatient and PixelSpacing count;
 * never file names, instance numbers, SliceThickness or SpacingBetweenSlices.
 */
#ifndef ABL_IMAGING_SERIES_GEOMETRY_H
#define ABL_IMAGING_SERIES_GEOMETRY_H

#include "imaging/grid.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * How far a slice may be from its place in the regular stack, and a gap from
 * the usual gap: positions are often written with one decimal, which moves
 * either end of a gap by 0.05 mm (1.25 mm becomes 1.2, 1.3, 1.2, ...).
 * The larger of the two holds, but at most a quarter of the gap.
 */
#define ABL_STACK_TOLERANCE_MM       0.11
#define ABL_STACK_TOLERANCE_FRACTION 0.02
/** Images closer than this share one position [mm]. */
#define ABL_STACK_SAME_POSITION_MM 0.01
/** Orientation vectors may differ by this within a stack (0.1 degrees), and
 * be off unit length or the right angle by ten times as much. */
#define ABL_STACK_ORIENTATION_TOLERANCE 2e-3
/** Steepest gantry tilt that is corrected [degrees]. */
#define ABL_STACK_MAX_TILT_DEG 45.0

/** One image of the stack. */
typedef struct abl_plane {
    double position_lps[3];           /**< centre of the first pixel */
    double row_lps[3], column_lps[3]; /**< along increasing column, row */
    double spacing_mm[2];             /**< between columns (i), rows (j) */
    size_t size[2];                   /**< columns, rows */
    const char *name;                 /**< for messages; borrowed */
} abl_plane;

/** How the images go into a volume. */
typedef struct abl_stack {
    abl_grid grid;      /**< right-handed: k along row x column */
    size_t *order;      /**< order[k]: index of the plane of slice k */
    double tilt_deg;    /**< 0: none, else the grid is the sheared one */
    double shift_px[2]; /**< of slice k + 1 against slice k, along i and j */
    double first_px[2]; /**< where slice 0 starts in the grid, >= 0 */
} abl_stack;

/**
 * Sorts images along their normal and checks that they make a volume. A tilted
 * gantry (every slice displaced by the same amount) is accepted: the grid then
 * grows to hold the displaced slices, and the loader must shift each by
 * first_px + k * shift_px. A displacement of less than half a pixel over the
 * whole stack is no tilt.
 *
 * @param[out] out  cleared with abl_stack_clear(), also after failure
 * @retval ABL_E_GEOMETRY  names the images, what is wrong and by how much:
 *         fewer than two, bad numbers, mixed sizes, spacings or orientations,
 *         equal positions, missing slices, uneven gaps, sideways jumps
 */
abl_status abl_stack_build(abl_stack *out, const abl_plane *planes,
                           size_t count, abl_error *err) ABL_MUST_CHECK;
void abl_stack_clear(abl_stack *stack);

/** Whether two images have the same orientation, within tolerance. */
bool abl_plane_same_orientation(const abl_plane *a, const abl_plane *b);
/** Same number of pixels and same spacing (0.1 %). */
bool abl_plane_same_shape(const abl_plane *a, const abl_plane *b);

/** Unit normal: row x column. The vectors need not be exact. */
void abl_plane_normal(double normal[3], const abl_plane *plane);

/** Finite numbers, and orientation vectors that can be made orthonormal. */
abl_status abl_plane_check(const abl_plane *plane,
                           abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
