/* NIfTI in and out (.nii, .nii.gz); positions are LPS on our side.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_NIFTI_H
#define ABL_IMAGING_NIFTI_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Reads a 3-D NIfTI after scl_slope/scl_inter, in the file's voxel order.
 * @param type ABL_PIXEL_I16 (rounded, clamped), ABL_PIXEL_F32 or ABL_PIXEL_U8
 * @retval ABL_E_IO, ABL_E_FORMAT, ABL_E_UNSUPPORTED (not 3-D), ABL_E_GEOMETRY
 */
abl_status abl_nifti_read(abl_volume **out, const char *path,
                          abl_pixel_type type, abl_error *err) ABL_MUST_CHECK;

/** Grid of a NIfTI without its voxels. */
abl_status abl_nifti_read_grid(abl_grid *out, const char *path,
                               abl_error *err) ABL_MUST_CHECK;

/** Writes u8, i16 or f32; ".gz" compresses. Same volume, same bytes. */
abl_status abl_nifti_write(const char *path, const abl_volume *volume,
                           abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
