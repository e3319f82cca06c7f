/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_jpeg2000.hpp"

#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"

#include <gdcmDataElement.h>
#include <gdcmJPEG2000Codec.h>
#include <gdcmSequenceOfFragments.h>

#include <algorithm>
#include <cstring>

namespace
{
/* SIZ follows SOC at once (ISO 15444-1, A.5.1). */
const unsigned char start_of_codestream[4] = {0xff, 0x4f, 0xff, 0x51};
/* Some writers leave the boxes of a JP2 file around the codestream. */
const size_t most_box_bytes = 1024;

unsigned get_32(const char *bytes)
{
    unsigned value = 0;
    for (int n = 0; n < 4; n++)
        value = value << 8 | static_cast<unsigned char>(bytes[n]);
    return value;
}

/* Returns the text of what is wrong, or NULL. */
const char *check_codestream(const std::vector<char> &stream, size_t rows, size_t columns,
                             unsigned bits)
{
    if (stream.size() < 43 || memcmp(stream.data(), start_of_codestream, 4) != 0)
        return "holds no JPEG 2000 codestream";
    const char *bytes = stream.data();
    const unsigned right = get_32(bytes + 8), bottom = get_32(bytes + 12);
    const unsigned left = get_32(bytes + 16), top = get_32(bytes + 20);
    if (right < left || bottom < top || right - left != columns || bottom - top != rows)
        return "states another image size than the header";
    if (bytes[40] != 0 || bytes[41] != 1)
        return "holds more than one colour";
    if ((static_cast<unsigned>(bytes[42]) & 0x7fu) + 1 > bits)
        return "has deeper pixels than the header says";
    return nullptr;
}

bool fragment_bytes(DcmPixelSequence *sequence, unsigned long n, const char *&bytes, size_t &count)
{
    DcmPixelItem *fragment = nullptr;
    Uint8 *data = nullptr;
    if (sequence->getItem(fragment, n).bad() || fragment->getUint8Array(data).bad() || !data)
        return false;
    bytes = reinterpret_cast<const char *>(data);
    count = fragment->getLength();
    return true;
}

/* Where the codestream starts in a fragment; @p count when it does not. */
size_t find_codestream(const char *bytes, size_t count)
{
    const char *end = bytes + std::min(count, most_box_bytes);
    const char *start = reinterpret_cast<const char *>(start_of_codestream);
    const char *found = std::search(bytes, end, start, start + 4);
    const bool is_box = count >= 12 && get_32(bytes) == 12;
    if (found == end || (found != bytes && !is_box))
        return count;
    return static_cast<size_t>(found - bytes);
}
} // namespace

abl_status abl::jpeg2000_frames::open(DcmDataset *item, const char *path, size_t frames,
                                      abl_error *err)
{
    path_ = path;
    DcmElement *element = nullptr;
    item->findAndGetElement(DCM_PixelData, element);
    DcmPixelData *data = dynamic_cast<DcmPixelData *>(element);
    if (!data ||
        data->getEncapsulatedRepresentation(item->getOriginalXfer(), nullptr, sequence_).bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: no compressed pixels", path);
    for (unsigned long n = 1; n < sequence_->card(); n++) {
        const char *bytes = nullptr;
        size_t count = 0;
        if (!fragment_bytes(sequence_, n, bytes, count))
            return abl_error_set(err, ABL_E_FORMAT, "%s: fragment %lu cannot be read", path, n);
        if (find_codestream(bytes, count) < count)
            first_.push_back(n);
    }
    if (first_.size() != frames)
        return abl_error_set(err, ABL_E_FORMAT, "%s: %zu compressed images for %zu frames", path,
                             first_.size(), frames);
    first_.push_back(sequence_->card());
    return ABL_OK;
}

abl_status abl::jpeg2000_frames::collect(std::vector<char> &stream, size_t frame, abl_error *err)
{
    for (unsigned long n = first_[frame]; n < first_[frame + 1]; n++) {
        const char *bytes = nullptr;
        size_t count = 0;
        if (!fragment_bytes(sequence_, n, bytes, count))
            return abl_error_set(err, ABL_E_FORMAT, "%s: fragment %lu cannot be read",
                                 path_.c_str(), n);
        const size_t from = stream.empty() ? find_codestream(bytes, count) : 0;
        stream.insert(stream.end(), bytes + from, bytes + count);
    }
    return ABL_OK;
}

abl_status abl::jpeg2000_frames::read(uint16_t *words, size_t frame, size_t rows, size_t columns,
                                      unsigned bits, abl_error *err)
{
    std::vector<char> stream;
    const abl_status status = collect(stream, frame, err);
    if (status)
        return status;
    const char *wrong = check_codestream(stream, rows, columns, bits);
    if (wrong)
        return abl_error_set(err, ABL_E_FORMAT, "%s: frame %zu %s", path_.c_str(), frame + 1,
                             wrong);
    const unsigned depth = (static_cast<unsigned>(stream[42]) & 0x7fu) + 1;
    const unsigned size[3] = {static_cast<unsigned>(columns), static_cast<unsigned>(rows), 1};
    gdcm::JPEG2000Codec codec;
    codec.SetNumberOfDimensions(2);
    codec.SetDimensions(size);
    codec.SetPixelFormat(
        gdcm::PixelFormat(1, bits == 8 ? 8 : 16, static_cast<unsigned short>(depth),
                          static_cast<unsigned short>(depth - 1), (stream[42] & 0x80) != 0));
    codec.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
    codec.SetNumberOfThreadsForDecompression(0);
    gdcm::Fragment fragment;
    fragment.SetByteValue(stream.data(), static_cast<uint32_t>(stream.size()));
    gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
    fragments->AddFragment(fragment);
    gdcm::DataElement in, out;
    in.SetValue(*fragments);
    const bool decoded = codec.Decode(in, out);
    const gdcm::ByteValue *value = decoded ? out.GetByteValue() : nullptr;
    const size_t pixels = rows * columns;
    const size_t each = depth <= 8 ? 1 : 2;
    if (!value || value->GetLength() < pixels * each)
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: frame %zu cannot be decoded; the file is truncated or damaged",
                             path_.c_str(), frame + 1);
    const char *from = value->GetPointer();
    if (each == 2)
        memcpy(words, from, 2 * pixels);
    else
        for (size_t n = 0; n < pixels; n++)
            words[n] = static_cast<unsigned char>(from[n]);
    return ABL_OK;
}
