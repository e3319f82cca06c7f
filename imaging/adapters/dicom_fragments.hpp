/* Compressed frames that DCMTK 3.6.7 does not decode for us: JPEG 2000 (it
 * cannot), JPEG-LS (Debian's writes outside its memory: it was built for
 * another version of CharLS) and RLE (it reads outside damaged input). GDCM
 * decodes the first two, our own code the last.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_DICOM_FRAGMENTS_HPP
#define ABL_IMAGING_ADAPTERS_DICOM_FRAGMENTS_HPP

#include "imaging/adapters/dicom_toolkit.hpp"

#include <cstdint>
#include <vector>

namespace abl
{
enum class coding {
    other,
    jpeg2000,
    jpegls,
    rle
};

/** How the pixels of a transfer syntax are coded; other: not for this file. */
coding coding_of(E_TransferSyntax syntax);

/** Compressed fragments of a file, told apart by frame. */
class fragment_frames
{
  public:
    /** Finds the frames: each starts with the mark of a codestream, later
     * fragments without one continue it; RLE has one fragment per frame. The
     * data set must outlive this. */
    abl_status open(DcmDataset *item, const char *path, size_t frames, abl_error *err);

    /** Stored words of one frame. The size, component count and depth that
     * the codestream states are compared with the header's before the decoder
     * sees it. */
    abl_status read(uint16_t *words, size_t frame, size_t rows, size_t columns, unsigned bits,
                    abl_error *err);

  private:
    abl_status decode(uint16_t *words, const std::vector<char> &stream, size_t frame, size_t rows,
                      size_t columns, unsigned bits, abl_error *err);
    abl_status find_frames(size_t frames, abl_error *err);
    abl_status collect(std::vector<char> &stream, size_t frame, abl_error *err);

    coding coding_ = coding::other;
    DcmPixelSequence *sequence_ = nullptr;
    std::vector<unsigned long> first_; /* fragment of each frame, and the end */
    OFString path_;
};
} // namespace abl

#endif
