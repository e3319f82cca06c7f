/* JPEG 2000 pixels, which DCMTK cannot decode, through GDCM.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_DICOM_JPEG2000_HPP
#define ABL_IMAGING_ADAPTERS_DICOM_JPEG2000_HPP

#include "imaging/adapters/dicom_toolkit.hpp"

#include <vector>

namespace abl
{
struct pixel_shape {
    size_t rows, columns, frames;
    unsigned bytes;
};

/** All frames of @p path as stored words. @p file is the same file as DCMTK
 * loaded it: the size, component count and depth that every codestream states
 * are compared with the header's before the decoder sees them. */
abl_status read_jpeg2000(std::vector<char> &out, DcmFileFormat &file, const char *path,
                         const pixel_shape &shape, abl_error *err);
} // namespace abl

#endif
