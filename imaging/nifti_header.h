/* The header of a NIfTI-1 or NIfTI-2 file, checked, as a grid and a voxel type.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_NIFTI_HEADER_H
#define ABL_IMAGING_NIFTI_HEADER_H

#include <stdint.h>

#include "imaging/grid.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes to hand to abl_nifti_header_parse(); NIfTI-1 needs the first 348. */
#define ABL_NIFTI_HEADER_BYTES 540
/** Where voxels start in the files we write: header and 4 extension bytes. */
#define ABL_NIFTI_VOXEL_OFFSET 352
/** Farthest start of the voxels that is believed (header extensions). */
#define ABL_NIFTI_MAX_OFFSET ((size_t)64 << 20)

/** Voxel types as numbered by the standard. */
typedef enum abl_nifti_type {
    ABL_NIFTI_U8 = 2,
    ABL_NIFTI_I16 = 4,
    ABL_NIFTI_I32 = 8,
    ABL_NIFTI_F32 = 16,
    ABL_NIFTI_F64 = 64,
    ABL_NIFTI_I8 = 256,
    ABL_NIFTI_U16 = 512,
    ABL_NIFTI_U32 = 768,
    ABL_NIFTI_I64 = 1024,
    ABL_NIFTI_U64 = 1280
} abl_nifti_type;

typedef struct abl_nifti_header {
    abl_grid grid;       /**< LPS; valid (abl_grid_validate) */
    abl_nifti_type type; /**< of the stored voxels */
    size_t voxel_bytes;  /**< 1, 2, 4 or 8 */
    size_t voxel_offset; /**< first voxel in the unpacked file */
    bool swapped;        /**< other byte order than this machine */
    double slope, inter; /**< value = slope * stored + inter */
} abl_nifti_header;

/**
 * Parses and checks a header. The sform is used when its code is set, else the
 * qform; a file with neither is refused, because left and right are unknown.
 *
 * @param bytes  the first bytes of the unpacked file
 * @param count  how many there are; fewer than needed is ABL_E_FORMAT
 * @retval ABL_E_FORMAT       no NIfTI, or damaged
 * @retval ABL_E_UNSUPPORTED  not 3-D, colour or complex voxels, .hdr/.img pair
 * @retval ABL_E_GEOMETRY     no orientation, sheared axes, impossible spacing
 * @par Source NIfTI-1 data format, nifti1.h of the NIfTI working group (2007)
 */
abl_status abl_nifti_header_parse(abl_nifti_header *out, const uint8_t *bytes,
                                  size_t count, abl_error *err) ABL_MUST_CHECK;

/** The 352 bytes in front of the voxels of a NIfTI-1 file: qform and sform
 * both set (code 1, scanner), millimetres, slope 1, no text.
 * @retval ABL_E_UNSUPPORTED an axis is longer than 32767 */
abl_status abl_nifti_header_format(uint8_t bytes[ABL_NIFTI_VOXEL_OFFSET],
                                   const abl_grid *grid, abl_nifti_type type,
                                   abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
