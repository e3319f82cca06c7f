/* SPDX-License-Identifier: Apache-2.0 */
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkNiftiImageIO.h>

#include "imaging/adapters/oracle_image.hpp"

static abl_grid grid_of(const abl::Image3<float> *image)
{
    abl_grid grid = {};
    for (unsigned a = 0; a < 3; a++) {
        grid.size[a] = image->GetLargestPossibleRegion().GetSize()[a];
        grid.spacing_mm[a] = image->GetSpacing()[a];
        grid.origin_lps[a] = image->GetOrigin()[a];
        for (unsigned r = 0; r < 3; r++)
            grid.direction[r][a] = image->GetDirection()(r, a);
    }
    return grid;
}

abl_status abl_oracle_nifti_read(abl_volume **out, const char *path, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        auto reader = itk::ImageFileReader<abl::Image3<float>>::New();
        reader->SetImageIO(itk::NiftiImageIO::New());
        reader->SetFileName(path);
        reader->Update();
        const abl::Image3<float> *image = reader->GetOutput();
        return abl::copy_image<float>(out, image, grid_of(image), ABL_PIXEL_F32, err);
    });
}

abl_status abl_oracle_nifti_write(const char *path, const abl_volume *volume, abl_error *err)
{
    return abl::guard(err, [&] {
        const abl_status status = abl::require_type(volume, ABL_PIXEL_F32, err);
        if (status)
            return status;
        auto writer = itk::ImageFileWriter<abl::Image3<float>>::New();
        writer->SetImageIO(itk::NiftiImageIO::New());
        writer->SetInput(abl::borrow_image<float>(volume));
        writer->SetFileName(path);
        writer->Update();
        return ABL_OK;
    });
}
