/* ITK's filters as the reference for our kernels: tests and benchmarks only.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ORACLE_H
#define ABL_IMAGING_ORACLE_H

#include "imaging/components.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Threads that ITK uses from now on. */
void abl_oracle_threads_set(int threads);

/** itk::SignedMaurerDistanceMapImageFilter, f32 [mm]: outside, distance to
 * the nearest object voxel; inside, minus the distance to the nearest object
 * voxel that touches background. */
abl_status abl_oracle_distance(abl_volume **out, const abl_volume *mask,
                               abl_error *err) ABL_MUST_CHECK;

/** itk::ConnectedComponentImageFilter, i32 in ITK's numbering. */
abl_status abl_oracle_components(abl_volume **labels, size_t *count,
                                 const abl_volume *mask,
                                 abl_connectivity connectivity,
                                 abl_error *err) ABL_MUST_CHECK;

/** The same and itk::LabelShapeKeepNObjectsImageFilter (1 object), u8. */
abl_status abl_oracle_keep_largest(abl_volume **out, const abl_volume *mask,
                                   abl_connectivity connectivity,
                                   abl_error *err) ABL_MUST_CHECK;

/** itk::DiscreteGaussianImageFilter (error 1e-4, kernel to 64 voxels): a
 * modified-Bessel kernel, not a sampled Gaussian. f32 from i16 or f32. */
abl_status abl_oracle_gaussian_discrete(abl_volume **out, const abl_volume *in,
                                        double sigma_mm,
                                        abl_error *err) ABL_MUST_CHECK;

/** itk::SmoothingRecursiveGaussianImageFilter: an approximation. f32 from i16
 * or f32; every axis needs four voxels. */
abl_status abl_oracle_gaussian_recursive(abl_volume **out, const abl_volume *in,
                                         double sigma_mm,
                                         abl_error *err) ABL_MUST_CHECK;

/** The formula of abl_tubularity() at one scale from the eigenvalues of
 * itk::HessianRecursiveGaussianImageFilter: an approximation. f32. */
abl_status abl_oracle_tubularity(abl_volume **out, const abl_volume *in,
                                 double sigma_mm,
                                 abl_error *err) ABL_MUST_CHECK;

/** itk::ResampleImageFilter from f32; outside its input it gives 0. */
abl_status abl_oracle_resample_linear(abl_volume **out, const abl_volume *in,
                                      const abl_grid *grid,
                                      abl_error *err) ABL_MUST_CHECK;
abl_status abl_oracle_resample_nearest(abl_volume **out, const abl_volume *in,
                                       const abl_grid *grid,
                                       abl_error *err) ABL_MUST_CHECK;

typedef enum abl_oracle_morphology {
    ABL_ORACLE_DILATE,
    ABL_ORACLE_ERODE,
    ABL_ORACLE_OPEN,
    ABL_ORACLE_CLOSE
} abl_oracle_morphology;

/** itk::Binary*ImageFilter with the voxels within @p radius_mm of the centre
 * as structuring element; u8 of 0 and 1 in, u8 out. */
abl_status abl_oracle_morph(abl_volume **out, const abl_volume *mask,
                            abl_oracle_morphology operation, double radius_mm,
                            abl_error *err) ABL_MUST_CHECK;

/** itk::BinaryFillholeImageFilter, u8 of 0 and 1. */
abl_status abl_oracle_fill_holes(abl_volume **out, const abl_volume *mask,
                                 abl_error *err) ABL_MUST_CHECK;

/** itk::BinaryReconstructionByDilationImageFilter, u8 of 0 and 1. */
abl_status abl_oracle_reconstruct(abl_volume **out, const abl_volume *seed,
                                  const abl_volume *allowed,
                                  abl_connectivity connectivity,
                                  abl_error *err) ABL_MUST_CHECK;

/** itk::NiftiImageIO, as f32. */
abl_status abl_oracle_nifti_read(abl_volume **out, const char *path,
                                 abl_error *err) ABL_MUST_CHECK;
/** itk::NiftiImageIO; f32 only. */
abl_status abl_oracle_nifti_write(const char *path, const abl_volume *volume,
                                  abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
