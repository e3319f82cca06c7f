/* SPDX-License-Identifier: Apache-2.0 */
#include <itkConnectedComponentImageFilter.h>
#include <itkLabelShapeKeepNObjectsImageFilter.h>

#include "imaging/adapters/oracle_image.hpp"

namespace
{
using Mask = abl::Image3<std::uint8_t>;
using Labels = abl::Image3<std::int32_t>;
using Components = itk::ConnectedComponentImageFilter<Mask, Labels>;

Components::Pointer find_components(const abl_volume *mask, abl_connectivity connectivity)
{
    auto filter = Components::New();
    filter->SetInput(abl::borrow_image<std::uint8_t>(mask));
    filter->SetFullyConnected(connectivity == ABL_CONNECT_CORNERS);
    filter->Update();
    return filter;
}
} // namespace

abl_status abl_oracle_components(abl_volume **labels, size_t *count, const abl_volume *mask,
                                 abl_connectivity connectivity, abl_error *err)
{
    *labels = nullptr;
    *count = 0;
    return abl::guard(err, [&] {
        abl_status status = abl::require_type(mask, ABL_PIXEL_U8, err);
        if (status)
            return status;
        auto filter = find_components(mask, connectivity);
        *count = static_cast<size_t>(filter->GetObjectCount());
        return abl::copy_image<std::int32_t>(labels, filter->GetOutput(), mask->grid, ABL_PIXEL_I32,
                                             err);
    });
}

abl_status abl_oracle_keep_largest(abl_volume **out, const abl_volume *mask,
                                   abl_connectivity connectivity, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        abl_volume *kept = nullptr;
        abl_status status = abl::require_type(mask, ABL_PIXEL_U8, err);
        if (status)
            return status;
        auto filter = itk::LabelShapeKeepNObjectsImageFilter<Labels>::New();
        filter->SetInput(find_components(mask, connectivity)->GetOutput());
        filter->SetBackgroundValue(0);
        filter->SetNumberOfObjects(1);
        filter->SetAttribute("NumberOfPixels");
        filter->Update();
        status = abl::copy_image<std::int32_t>(&kept, filter->GetOutput(), mask->grid,
                                               ABL_PIXEL_I32, err);
        if (!status)
            status = abl_volume_create(out, &mask->grid, ABL_PIXEL_U8, err);
        for (size_t n = 0; !status && n < abl_grid_voxels(&mask->grid); n++)
            abl_volume_u8(*out)[n] = abl_volume_i32(kept)[n] != 0;
        abl_volume_destroy(kept);
        return status;
    });
}
