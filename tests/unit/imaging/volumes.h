/* Volumes for the kernels' tests: random, odd-sized, anisotropic, oblique.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_IMAGING_VOLUMES_H
#define ABL_TESTS_UNIT_IMAGING_VOLUMES_H

#include "imaging/volume.h"
#include "tests/unit/check.h"

/** Repeatable random numbers (xorshift64*). */
static inline uint32_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)((*state * 0x2545F4914F6CDD1Du) >> 32);
}

/** 0.7 x 0.9 x 2.5 mm, oblique and off-origin. */
static inline abl_grid odd_grid(size_t ni, size_t nj, size_t nk)
{
    abl_grid grid = abl_grid_axial(ni, nj, nk, 0.7, 0.9, 2.5);
    double c = cos(0.3), s = sin(0.3);
    const double direction[3][3] = {{c, 0, s}, {0, 1, 0}, {-s, 0, c}};
    const double origin[3] = {-31.5, 12.25, 88.0};
    memcpy(grid.direction, direction, sizeof direction);
    memcpy(grid.origin_lps, origin, sizeof origin);
    return grid;
}

static inline abl_volume *new_volume(const abl_grid *grid, abl_pixel_type type)
{
    abl_error err;
    abl_volume *volume = NULL;
    if (abl_volume_create(&volume, grid, type, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return volume;
}

/** Each voxel is 1 with a probability of @p percent. */
static inline abl_volume *random_mask(const abl_grid *grid, unsigned percent,
                                      uint64_t seed)
{
    abl_volume *mask = new_volume(grid, ABL_PIXEL_U8);
    for (size_t n = 0; n < abl_grid_voxels(grid); n++)
        abl_volume_u8(mask)[n] = next_random(&seed) % 100 < percent;
    return mask;
}

/** Balls of 2 to 8 voxels, some cut by the border. */
static inline abl_volume *blob_mask(const abl_grid *grid, int balls,
                                    uint64_t seed)
{
    abl_volume *mask = new_volume(grid, ABL_PIXEL_U8);
    for (int ball = 0; ball < balls; ball++) {
        double centre[3], radius = 2 + next_random(&seed) % 7;
        for (int a = 0; a < 3; a++)
            centre[a] = (double)(next_random(&seed) % grid->size[a]);
        for (size_t n = 0; n < abl_grid_voxels(grid); n++) {
            size_t ni = grid->size[0], nj = grid->size[1];
            double di = (double)(n % ni) - centre[0];
            double dj = (double)(n / ni % nj) - centre[1];
            double dk = (double)(n / ni / nj) - centre[2];
            if (di * di + dj * dj + 4 * dk * dk <= radius * radius)
                abl_volume_u8(mask)[n] = 1;
        }
    }
    return mask;
}

/** Noise of about -1000 to 1000 on a ramp. */
static inline abl_volume *random_image(const abl_grid *grid,
                                       abl_pixel_type type, uint64_t seed)
{
    abl_volume *image = new_volume(grid, type);
    for (size_t n = 0; n < abl_grid_voxels(grid); n++) {
        int value =
            (int)(next_random(&seed) % 2001) - 1000 + (int)(n % grid->size[0]);
        if (type == ABL_PIXEL_F32)
            abl_volume_f32(image)[n] = (float)value;
        else
            abl_volume_i16(image)[n] = (int16_t)value;
    }
    return image;
}

/** Largest difference of two f32 volumes of one size. */
static inline double largest_difference(const abl_volume *a,
                                        const abl_volume *b)
{
    double largest = 0;
    for (size_t n = 0; n < abl_grid_voxels(&a->grid); n++) {
        double apart =
            fabs((double)abl_volume_f32(a)[n] - (double)abl_volume_f32(b)[n]);
        largest = apart > largest ? apart : largest;
    }
    return largest;
}

/** Voxels of two volumes of one size and type that differ. */
static inline size_t count_differences(const abl_volume *a, const abl_volume *b)
{
    size_t bytes = abl_pixel_size(a->type), count = 0;
    for (size_t n = 0; n < abl_grid_voxels(&a->grid); n++)
        count += memcmp((const char *)a->data + n * bytes,
                        (const char *)b->data + n * bytes, bytes) != 0;
    return count;
}

static inline size_t count_voxels(const abl_volume *mask)
{
    size_t count = 0;
    for (size_t n = 0; n < abl_grid_voxels(&mask->grid); n++)
        count += abl_volume_u8(mask)[n] != 0;
    return count;
}

#endif
