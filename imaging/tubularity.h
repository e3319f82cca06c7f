/* How much the surroundings of each voxel look like a bright tube.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_TUBULARITY_H
#define ABL_IMAGING_TUBULARITY_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Most scales of one call. */
#define ABL_TUBULARITY_MAX_SCALES 8

/** Smallest and largest scale [mm]. */
#define ABL_TUBULARITY_LEAST_MM 0.2
#define ABL_TUBULARITY_MOST_MM  20.0

/**
 * Multi-scale tubularity in the units of the image.
 *
 * At each scale s the Hessian of the image smoothed by a Gaussian of s mm has
 * the eigenvalues a >= b >= c. With b < 0 the response is
 *     e s^2 (-b + a)        when a <= 0 (the end of a tube, a blob),
 *     e s^2 (-b - a / 4)    when a > 0,
 * and 0 when that or -b is negative; the largest over the scales is kept. It
 * is Sato's line measure with both exponents 1: flat sheets have b = 0 and
 * give nothing, blobs a = b and nothing. The factor e makes it the contrast
 * of a long cylinder on its axis, at the scale radius / sqrt(2).
 *
 * Sampled Gaussian derivatives cut at 4 s, moments corrected; borders
 * replicate. Memory: the result, six floats per voxel of 16 + 8 s / spacing
 * slices, and three per voxel of a slice for each thread.
 *
 * @param[out] out   f32 on the image's grid, >= 0; caller destroys
 * @param      image any pixel type
 * @param      mask  u8 on the same grid, or NULL: where to look; 0 elsewhere
 * @param      sigma_mm, count the scales, 1 to ABL_TUBULARITY_MAX_SCALES
 * @retval ABL_E_INVALID  a scale is out of range, or the mask is not u8
 * @retval ABL_E_GEOMETRY the mask has another grid
 * @retval ABL_E_NOMEM
 * @par Source Sato et al., Med Image Anal 1998;2:143; Lindeberg, Int J Comput
 * Vis 1998;30:79 (normalised derivatives)
 */
abl_status abl_tubularity(abl_volume **out, const abl_volume *image,
                          const abl_volume *mask, const double *sigma_mm,
                          size_t count, abl_error *err) ABL_MUST_CHECK;

/** The response for the six second derivatives xx, yy, zz, xy, xz, yz of
 * @p count points, times @p factor; raises @p best to it. */
void abl_tubularity_of_hessian(float *best, const float *const second[6],
                               size_t count, float factor);

#ifdef __cplusplus
}
#endif
#endif
