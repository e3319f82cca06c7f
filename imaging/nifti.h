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
 * NIfTI-1 and NIfTI-2, either byte order; a 4-D file with one volume is 3-D.
 *
 * @param type ABL_PIXEL_I16 (rounded, clamped), ABL_PIXEL_F32 or ABL_PIXEL_U8
 *             (a value outside 0..255 is ABL_E_FORMAT)
 * @retval ABL_E_IO           cannot be read
 * @retval ABL_E_FORMAT       damaged, truncated, or voxels that are no numbers
 * @retval ABL_E_UNSUPPORTED  not one 3-D volume of plain numbers
 * @retval ABL_E_GEOMETRY     no orientation, or axes that are not orthogonal
 */
abl_status abl_nifti_read(abl_volume **out, const char *path,
                          abl_pixel_type type, abl_error *err) ABL_MUST_CHECK;

/** What can be said of a NIfTI without keeping its voxels. */
typedef struct abl_nifti_summary {
    abl_grid grid;
    bool is_8_bit;         /**< one byte a voxel: a label map; not looked at */
    size_t voxels;         /**< how many were looked at */
    double min, max;       /**< of these, after scl_slope/scl_inter */
    size_t below_minus_50; /**< how many are below -50; stops at 20000 */
} abl_nifti_summary;

/** Reads voxels until it is clear whether they go below -50, as a CT's do. */
abl_status abl_nifti_summarise(abl_nifti_summary *out, const char *path,
                               abl_error *err) ABL_MUST_CHECK;

/** Grid of a NIfTI without its voxels. */
abl_status abl_nifti_read_grid(abl_grid *out, const char *path,
                               abl_error *err) ABL_MUST_CHECK;

/** Writes u8, i16 or f32; ".gz" compresses. Same volume, same bytes (no time
 * or name inside). Nothing stays at @p path after a failure.
 * @retval ABL_E_IO with the path and the system's reason */
abl_status abl_nifti_write(const char *path, const abl_volume *volume,
                           abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
