/* SPDX-License-Identifier: Apache-2.0 */
#include <itkBinaryDilateImageFilter.h>
#include <itkBinaryErodeImageFilter.h>
#include <itkBinaryMorphologicalClosingImageFilter.h>
#include <itkBinaryMorphologicalOpeningImageFilter.h>
#include <itkFlatStructuringElement.h>

#include "imaging/adapters/oracle_image.hpp"

namespace
{
using Mask = abl::Image3<std::uint8_t>;
using Ball = itk::FlatStructuringElement<3>;

Ball make_ball(const abl_grid &grid, double radius_mm)
{
    itk::Image<bool, 3>::SizeType size;
    for (unsigned a = 0; a < 3; a++)
        size[a] = 2 * static_cast<itk::SizeValueType>(radius_mm / grid.spacing_mm[a] + 1e-3) + 1;
    auto image = itk::Image<bool, 3>::New();
    image->SetRegions(size);
    image->Allocate(true);
    itk::Image<bool, 3>::IndexType at;
    for (at[2] = 0; at[2] < static_cast<long>(size[2]); at[2]++)
        for (at[1] = 0; at[1] < static_cast<long>(size[1]); at[1]++)
            for (at[0] = 0; at[0] < static_cast<long>(size[0]); at[0]++) {
                double square = 0;
                for (unsigned a = 0; a < 3; a++) {
                    double mm = (static_cast<double>(at[a]) - static_cast<double>(size[a] / 2)) *
                                grid.spacing_mm[a];
                    square += mm * mm;
                }
                image->SetPixel(at, square <= (radius_mm + 1e-4) * (radius_mm + 1e-4));
            }
    return Ball::FromImage(image.GetPointer());
}

template <typename Filter> typename Mask::Pointer run(Filter *filter, Mask *mask, const Ball &ball)
{
    filter->SetInput(mask);
    filter->SetKernel(ball);
    filter->SetForegroundValue(1);
    filter->SetBackgroundValue(0);
    filter->Update();
    return filter->GetOutput();
}

typename Mask::Pointer morph(Mask *mask, abl_oracle_morphology operation, const Ball &ball)
{
    switch (operation) {
    case ABL_ORACLE_DILATE:
        return run(itk::BinaryDilateImageFilter<Mask, Mask, Ball>::New().GetPointer(), mask, ball);
    case ABL_ORACLE_ERODE:
        return run(itk::BinaryErodeImageFilter<Mask, Mask, Ball>::New().GetPointer(), mask, ball);
    case ABL_ORACLE_OPEN:
        return run(itk::BinaryMorphologicalOpeningImageFilter<Mask, Mask, Ball>::New().GetPointer(),
                   mask, ball);
    case ABL_ORACLE_CLOSE:
        break;
    }
    auto filter = itk::BinaryMorphologicalClosingImageFilter<Mask, Mask, Ball>::New();
    filter->SetInput(mask);
    filter->SetKernel(ball);
    filter->SetForegroundValue(1);
    filter->SafeBorderOn();
    filter->Update();
    return filter->GetOutput();
}
} // namespace

abl_status abl_oracle_morph(abl_volume **out, const abl_volume *mask,
                            abl_oracle_morphology operation, double radius_mm, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        abl_status status = abl::require_type(mask, ABL_PIXEL_U8, err);
        if (status)
            return status;
        auto image = abl::borrow_image<std::uint8_t>(mask);
        auto result = morph(image, operation, make_ball(mask->grid, radius_mm));
        return abl::copy_image<std::uint8_t>(out, result, mask->grid, ABL_PIXEL_U8, err);
    });
}
