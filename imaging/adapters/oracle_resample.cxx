/* SPDX-License-Identifier: Apache-2.0 */
#include <itkLinearInterpolateImageFunction.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>

#include "imaging/adapters/oracle_image.hpp"

namespace
{
using Image = abl::Image3<float>;

abl_status resample(abl_volume **out, const abl_volume *in, const abl_grid *grid,
                    itk::InterpolateImageFunction<Image> *interpolator, abl_error *err)
{
    abl_status status = abl::require_type(in, ABL_PIXEL_F32, err);
    if (status)
        return status;
    auto reference = Image::New();
    reference->SetRegions(abl::region_of(*grid));
    abl::set_geometry(reference.GetPointer(), *grid);
    auto filter = itk::ResampleImageFilter<Image, Image>::New();
    filter->SetInput(abl::borrow_image<float>(in));
    filter->SetInterpolator(interpolator);
    filter->SetReferenceImage(reference);
    filter->UseReferenceImageOn();
    filter->SetDefaultPixelValue(0);
    filter->Update();
    return abl::copy_image<float>(out, filter->GetOutput(), *grid, ABL_PIXEL_F32, err);
}
} // namespace

abl_status abl_oracle_resample_linear(abl_volume **out, const abl_volume *in, const abl_grid *grid,
                                      abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        auto interpolator = itk::LinearInterpolateImageFunction<Image>::New();
        return resample(out, in, grid, interpolator, err);
    });
}

abl_status abl_oracle_resample_nearest(abl_volume **out, const abl_volume *in, const abl_grid *grid,
                                       abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        auto interpolator = itk::NearestNeighborInterpolateImageFunction<Image>::New();
        return resample(out, in, grid, interpolator, err);
    });
}
