/* SPDX-License-Identifier: Apache-2.0 */
#include <algorithm>
#include <cmath>

#include <itkHessianRecursiveGaussianImageFilter.h>
#include <itkImageRegionConstIterator.h>

#include "imaging/adapters/oracle_image.hpp"

namespace
{
using Input = abl::Image3<float>;
using Hessian = itk::HessianRecursiveGaussianImageFilter<Input>;

/** The formula of imaging/tubularity.h from ITK's eigenvalues. */
float respond(const Hessian::OutputImageType::PixelType &tensor, double sigma_mm)
{
    Hessian::OutputImageType::PixelType::EigenValuesArrayType values;
    tensor.ComputeEigenValues(values);
    std::sort(values.Begin(), values.End());
    const double most = values[2], middle = values[1];
    if (!(middle < 0))
        return 0;
    const double line = -middle + (most < 0 ? most : -0.25 * most);
    return static_cast<float>(std::max(0.0, std::exp(1.0) * sigma_mm * sigma_mm * line));
}
} // namespace

abl_status abl_oracle_tubularity(abl_volume **out, const abl_volume *in, double sigma_mm,
                                 abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        abl_status status = abl::require_type(in, ABL_PIXEL_F32, err);
        if (status)
            return status;
        auto filter = Hessian::New();
        filter->SetInput(abl::borrow_image<float>(in));
        filter->SetSigma(sigma_mm);
        filter->Update();
        status = abl_volume_create(out, &in->grid, ABL_PIXEL_F32, err);
        if (status)
            return status;
        float *value = abl_volume_f32(*out);
        itk::ImageRegionConstIterator<Hessian::OutputImageType> at(
            filter->GetOutput(), filter->GetOutput()->GetBufferedRegion());
        for (; !at.IsAtEnd(); ++at)
            *value++ = respond(at.Get(), sigma_mm);
        return ABL_OK;
    });
}
