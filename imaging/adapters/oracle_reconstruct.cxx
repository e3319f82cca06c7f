/* SPDX-License-Identifier: Apache-2.0 */
#include <itkBinaryFillholeImageFilter.h>
#include <itkBinaryReconstructionByDilationImageFilter.h>

#include "imaging/adapters/oracle_image.hpp"

namespace
{
using Mask = abl::Image3<std::uint8_t>;
}

abl_status abl_oracle_fill_holes(abl_volume **out, const abl_volume *mask, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        abl_status status = abl::require_type(mask, ABL_PIXEL_U8, err);
        if (status)
            return status;
        auto filter = itk::BinaryFillholeImageFilter<Mask>::New();
        filter->SetInput(abl::borrow_image<std::uint8_t>(mask));
        filter->SetForegroundValue(1);
        filter->FullyConnectedOff();
        filter->Update();
        return abl::copy_image<std::uint8_t>(out, filter->GetOutput(), mask->grid, ABL_PIXEL_U8,
                                             err);
    });
}

abl_status abl_oracle_reconstruct(abl_volume **out, const abl_volume *seed,
                                  const abl_volume *allowed, abl_connectivity connectivity,
                                  abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        abl_status status = abl::require_type(seed, ABL_PIXEL_U8, err);
        if (!status)
            status = abl::require_type(allowed, ABL_PIXEL_U8, err);
        if (status)
            return status;
        auto filter = itk::BinaryReconstructionByDilationImageFilter<Mask>::New();
        filter->SetMarkerImage(abl::borrow_image<std::uint8_t>(seed));
        filter->SetMaskImage(abl::borrow_image<std::uint8_t>(allowed));
        filter->SetForegroundValue(1);
        filter->SetBackgroundValue(0);
        filter->SetFullyConnected(connectivity == ABL_CONNECT_CORNERS);
        filter->Update();
        return abl::copy_image<std::uint8_t>(out, filter->GetOutput(), allowed->grid, ABL_PIXEL_U8,
                                             err);
    });
}
