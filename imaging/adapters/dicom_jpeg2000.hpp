/* JPEG 2000 frames, which DCMTK cannot decode, through GDCM.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_DICOM_JPEG2000_HPP
#define ABL_IMAGING_ADAPTERS_DICOM_JPEG2000_HPP

#include "imaging/adapters/dicom_toolkit.hpp"

#include <cstdint>
#include <vector>

namespace abl
{
/** Compressed fragments of a file, told apart by frame. */
class jpeg2000_frames
{
  public:
    /** Finds the frames: each starts with a codestream, later fragments
     * without one continue it. The data set must outlive this object. */
    abl_status open(DcmDataset *item, const char *path, size_t frames, abl_error *err);

    /** Stored words of one frame. The size, component count and depth that
     * the codestream states are compared with the header's before the decoder
     * sees it. */
    abl_status read(uint16_t *words, size_t frame, size_t rows, size_t columns, unsigned bits,
                    abl_error *err);

  private:
    abl_status collect(std::vector<char> &stream, size_t frame, abl_error *err);

    DcmPixelSequence *sequence_ = nullptr;
    std::vector<unsigned long> first_; /* fragment of each frame, and the end */
    OFString path_;
};
} // namespace abl

#endif
