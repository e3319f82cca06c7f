/* SPDX-License-Identifier: Apache-2.0 */
#include <itkDiscreteGaussianImageFilter.h>
#include <itkSmoothingRecursiveGaussianImageFilter.h>

#include "imaging/adapters/oracle_image.hpp"

namespace
{
using Output = abl::Image3<float>;

template <typename Pixel>
abl_status run_discrete(abl_volume **out, const abl_volume *in, double sigma_mm, abl_error *err)
{
    auto filter = itk::DiscreteGaussianImageFilter<abl::Image3<Pixel>, Output>::New();
    filter->SetInput(abl::borrow_image<Pixel>(in));
    filter->SetVariance(sigma_mm * sigma_mm);
    filter->SetMaximumError(1e-4);
    filter->SetMaximumKernelWidth(64);
    filter->SetUseImageSpacing(true);
    filter->Update();
    return abl::copy_image<float>(out, filter->GetOutput(), in->grid, ABL_PIXEL_F32, err);
}

template <typename Pixel>
abl_status run_recursive(abl_volume **out, const abl_volume *in, double sigma_mm, abl_error *err)
{
    auto filter = itk::SmoothingRecursiveGaussianImageFilter<abl::Image3<Pixel>, Output>::New();
    filter->SetInput(abl::borrow_image<Pixel>(in));
    filter->SetSigma(sigma_mm);
    filter->Update();
    return abl::copy_image<float>(out, filter->GetOutput(), in->grid, ABL_PIXEL_F32, err);
}
} // namespace

abl_status abl_oracle_gaussian_discrete(abl_volume **out, const abl_volume *in, double sigma_mm,
                                        abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        if (in->type == ABL_PIXEL_I16)
            return run_discrete<std::int16_t>(out, in, sigma_mm, err);
        abl_status status = abl::require_type(in, ABL_PIXEL_F32, err);
        return status ? status : run_discrete<float>(out, in, sigma_mm, err);
    });
}

abl_status abl_oracle_gaussian_recursive(abl_volume **out, const abl_volume *in, double sigma_mm,
                                         abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        if (in->type == ABL_PIXEL_I16)
            return run_recursive<std::int16_t>(out, in, sigma_mm, err);
        abl_status status = abl::require_type(in, ABL_PIXEL_F32, err);
        return status ? status : run_recursive<float>(out, in, sigma_mm, err);
    });
}
