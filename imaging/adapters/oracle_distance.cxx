/* SPDX-License-Identifier: Apache-2.0 */
#include <itkMultiThreaderBase.h>
#include <itkSignedMaurerDistanceMapImageFilter.h>

#include "imaging/adapters/oracle_image.hpp"

void abl_oracle_threads_set(int threads)
{
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(
        static_cast<itk::ThreadIdType>(threads));
}

abl_status abl_oracle_distance(abl_volume **out, const abl_volume *mask, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        abl_status status = abl::require_type(mask, ABL_PIXEL_U8, err);
        if (status)
            return status;
        using Filter =
            itk::SignedMaurerDistanceMapImageFilter<abl::Image3<std::uint8_t>, abl::Image3<float>>;
        auto filter = Filter::New();
        filter->SetInput(abl::borrow_image<std::uint8_t>(mask));
        filter->SquaredDistanceOff();
        filter->UseImageSpacingOn();
        filter->InsideIsPositiveOff();
        filter->Update();
        return abl::copy_image<float>(out, filter->GetOutput(), mask->grid, ABL_PIXEL_F32, err);
    });
}
