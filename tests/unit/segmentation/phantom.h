/* Volumes with simple shapes, for the tests of this folder.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_SEGMENTATION_PHANTOM_H
#define ABL_TESTS_UNIT_SEGMENTATION_PHANTOM_H

#include <math.h>
#include <stdlib.h>

#include "imaging/volume.h"

/** Anisotropic, off the origin, odd sizes; canonical order. */
static inline abl_grid phantom_grid(size_t ni, size_t nj, size_t nk,
                                    const double spacing_mm[3])
{
    abl_grid grid =
        abl_grid_axial(ni, nj, nk, spacing_mm[0], spacing_mm[1], spacing_mm[2]);
    grid.origin_lps[0] = -87.3;
    grid.origin_lps[1] = 41.9;
    grid.origin_lps[2] = -512.6;
    return grid;
}

/** NULL on failure: the tests then fail on it. */
static inline abl_volume *phantom_volume(const abl_grid *grid,
                                         abl_pixel_type type)
{
    abl_volume *volume = NULL;
    return abl_volume_create(&volume, grid, type, NULL) == ABL_OK ? volume
                                                                  : NULL;
}

/** Signed distance to a sphere, positive inside; centre in mm from the first
 * voxel's centre. */
static inline double phantom_depth_mm(const abl_grid *grid, size_t v,
                                      const double centre_mm[3],
                                      double radius_mm)
{
    const size_t *n = grid->size;
    const size_t at[3] = {v % n[0], v / n[0] % n[1], v / (n[0] * n[1])};
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        const double d = (double)at[a] * grid->spacing_mm[a] - centre_mm[a];
        sum += d * d;
    }
    return radius_mm - sqrt(sum);
}

/** Adds a sphere to an f32 volume: value rises from 0 to @p top over
 * @p soft_mm around the surface; the larger of old and new stays. */
static inline void phantom_sphere(abl_volume *volume, const double centre_mm[3],
                                  double radius_mm, double soft_mm, float top)
{
    float *f = abl_volume_f32(volume);
    for (size_t v = 0; v < abl_grid_voxels(&volume->grid); v++) {
        const double d =
            phantom_depth_mm(&volume->grid, v, centre_mm, radius_mm);
        double part = 0.5 + d / soft_mm;
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        const float value = (float)part * top;
        f[v] = value > f[v] ? value : f[v];
    }
}

/** Gaussian noise that is the same on every run. */
static inline double phantom_noise(uint64_t *state, double sd)
{
    double sum = 0;
    for (int n = 0; n < 12; n++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*state >> 40) / 16777216.0;
    }
    return (sum - 6) * sd;
}

#endif
