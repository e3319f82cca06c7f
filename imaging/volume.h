/* A grid with voxel values.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_VOLUME_H
#define ABL_IMAGING_VOLUME_H

#include <stdint.h>

#include "imaging/grid.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum abl_pixel_type {
    ABL_PIXEL_U8,  /**< labels and masks */
    ABL_PIXEL_I16, /**< CT in HU */
    ABL_PIXEL_I32, /**< component numbers */
    ABL_PIXEL_F32  /**< MR, fields, probabilities, distances; never NaN */
} abl_pixel_type;

/** Contiguous voxels in the order of abl_grid. The volume owns data. */
typedef struct abl_volume {
    abl_grid grid;
    abl_pixel_type type;
    void *data;
} abl_volume;

/** Bytes of one voxel. */
size_t abl_pixel_size(abl_pixel_type type);

/**
 * Zeroed volume; the caller owns it.
 * @retval ABL_E_GEOMETRY the grid is not valid
 * @retval ABL_E_NOMEM
 */
abl_status abl_volume_create(abl_volume **out, const abl_grid *grid,
                             abl_pixel_type type,
                             abl_error *err) ABL_MUST_CHECK;
void abl_volume_destroy(abl_volume *volume);

abl_status abl_volume_clone(abl_volume **out, const abl_volume *volume,
                            abl_error *err) ABL_MUST_CHECK;

/** Copies the part [lo, lo + size). */
abl_status abl_volume_crop(abl_volume **out, const abl_volume *volume,
                           const size_t lo[3], const size_t size[3],
                           abl_error *err) ABL_MUST_CHECK;

/** Same voxels in another order; see abl_grid_orientation(). */
abl_status abl_volume_reorient(abl_volume **out, const abl_volume *volume,
                               abl_orientation orientation,
                               abl_error *err) ABL_MUST_CHECK;

/** Typed views of the data; asking for another type is a bug (assert). */
uint8_t *abl_volume_u8(const abl_volume *volume);
int16_t *abl_volume_i16(const abl_volume *volume);
int32_t *abl_volume_i32(const abl_volume *volume);
float *abl_volume_f32(const abl_volume *volume);

/** Trilinear value at a point; positions outside are clamped to the border. */
double abl_volume_sample_lps(const abl_volume *volume, const double lps[3]);

/** As abl_volume_sample_lps() at a voxel position. */
double abl_volume_sample_ijk(const abl_volume *volume, const double ijk[3]);

/** Whether the point lies inside the grid (voxel borders included). */
bool abl_volume_contains_lps(const abl_volume *volume, const double lps[3]);

#ifdef __cplusplus
}
#endif
#endif
