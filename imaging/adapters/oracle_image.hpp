/* Volumes to ITK images and back, for the oracles.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_ORACLE_IMAGE_HPP
#define ABL_IMAGING_ADAPTERS_ORACLE_IMAGE_HPP

#include <itkImage.h>
#include <itkImportImageFilter.h>

#include <cstdint>
#include <cstring>

#include "imaging/adapters/guard.hpp"
#include "imaging/oracle.h"

namespace abl
{
template <typename Pixel> using Image3 = itk::Image<Pixel, 3>;

template <typename Image> void set_geometry(Image *image, const abl_grid &grid)
{
    typename Image::SpacingType spacing;
    typename Image::PointType origin;
    typename Image::DirectionType direction;
    for (unsigned a = 0; a < 3; a++) {
        spacing[a] = grid.spacing_mm[a];
        origin[a] = grid.origin_lps[a];
        for (unsigned r = 0; r < 3; r++)
            direction(r, a) = grid.direction[r][a];
    }
    image->SetSpacing(spacing);
    image->SetOrigin(origin);
    image->SetDirection(direction);
}

inline itk::ImageRegion<3> region_of(const abl_grid &grid)
{
    itk::Size<3> size;
    for (unsigned a = 0; a < 3; a++)
        size[a] = grid.size[a];
    return itk::ImageRegion<3>(size);
}

/** An image that borrows the volume's voxels. */
template <typename Pixel> typename Image3<Pixel>::Pointer borrow_image(const abl_volume *volume)
{
    auto importer = itk::ImportImageFilter<Pixel, 3>::New();
    importer->SetRegion(region_of(volume->grid));
    importer->SetImportPointer(static_cast<Pixel *>(volume->data), abl_grid_voxels(&volume->grid),
                               false);
    importer->Update();
    typename Image3<Pixel>::Pointer image = importer->GetOutput();
    image->DisconnectPipeline();
    set_geometry(image.GetPointer(), volume->grid);
    return image;
}

/** A new volume with the image's voxels on @p grid. */
template <typename Pixel>
abl_status copy_image(abl_volume **out, const Image3<Pixel> *image, const abl_grid &grid,
                      abl_pixel_type type, abl_error *err)
{
    if (image->GetBufferedRegion().GetNumberOfPixels() != abl_grid_voxels(&grid))
        return abl_error_set(err, ABL_E_INTERNAL, "ITK gave an image of another size");
    abl_status status = abl_volume_create(out, &grid, type, err);
    if (!status)
        std::memcpy((*out)->data, image->GetBufferPointer(),
                    abl_grid_voxels(&grid) * sizeof(Pixel));
    return status;
}

/** ABL_E_INVALID when the volume has another pixel type. */
inline abl_status require_type(const abl_volume *volume, abl_pixel_type type, abl_error *err)
{
    return volume->type == type ? ABL_OK
                                : abl_error_set(err, ABL_E_INVALID, "oracle: wrong pixel type");
}
} // namespace abl

#endif
