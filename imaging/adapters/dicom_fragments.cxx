/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_fragments.hpp"

#include "dcmtk/dcmdata/dcpixel.h"
#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"

#include <gdcmDataElement.h>
#include <gdcmJPEG2000Codec.h>
#include <gdcmJPEGLSCodec.h>
#include <gdcmSequenceOfFragments.h>

#include <algorithm>
#include <cstring>

#include "imaging/dicom_rle.h"

namespace
{
/* What a codestream says of its image. */
struct stated {
    size_t rows, columns, components;
    unsigned depth;
    bool is_signed;
};

/* Some writers leave the boxes of a JP2 file around the codestream. */
const size_t most_box_bytes = 1024;

unsigned get_number(const char *bytes, int count)
{
    unsigned value = 0;
    for (int n = 0; n < count; n++)
        value = value << 8 | static_cast<unsigned char>(bytes[n]);
    return value;
}

/* SIZ follows SOC at once (ISO 15444-1, A.5.1). */
bool parse_jpeg2000(stated &out, const std::vector<char> &stream)
{
    if (stream.size() < 43 || get_number(stream.data(), 4) != 0xff4fff51u)
        return false;
    const char *bytes = stream.data();
    const unsigned right = get_number(bytes + 8, 4), bottom = get_number(bytes + 12, 4);
    const unsigned left = get_number(bytes + 16, 4), top = get_number(bytes + 20, 4);
    const unsigned depth = get_number(bytes + 42, 1);
    out = {bottom > top ? bottom - top : 0, right > left ? right - left : 0,
           get_number(bytes + 40, 2), (depth & 0x7fu) + 1, (depth & 0x80u) != 0};
    return true;
}

/* Marker segments up to SOF55 (ITU-T T.87, C.2.2). */
bool parse_jpegls(stated &out, const std::vector<char> &stream)
{
    size_t at = 2;
    while (at + 10 <= stream.size()) {
        const char *bytes = stream.data() + at;
        if (get_number(bytes, 1) != 0xff)
            return false;
        if (get_number(bytes, 2) == 0xfff7u) {
            out = {get_number(bytes + 5, 2), get_number(bytes + 7, 2), get_number(bytes + 9, 1),
                   get_number(bytes + 4, 1), false};
            return true;
        }
        at += 2 + get_number(bytes + 2, 2);
    }
    return false;
}

/* Returns the text of what is wrong, or NULL. */
const char *check_stated(const stated &image, size_t rows, size_t columns, unsigned bits)
{
    if (image.rows != rows || image.columns != columns)
        return "states another image size than the header";
    if (image.components != 1)
        return "holds more than one colour";
    if (image.depth < 2 || image.depth > bits)
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
size_t find_start(abl::coding coding, const char *bytes, size_t count)
{
    if (coding == abl::coding::rle)
        return 0;
    if (coding == abl::coding::jpegls)
        return count >= 4 && get_number(bytes, 3) == 0xffd8ffu ? 0 : count;
    static const unsigned char mark[4] = {0xff, 0x4f, 0xff, 0x51};
    const char *end = bytes + std::min(count, most_box_bytes);
    const char *start = reinterpret_cast<const char *>(mark);
    const char *found = std::search(bytes, end, start, start + 4);
    const bool is_box = count >= 12 && get_number(bytes, 4) == 12;
    if (found == end || (found != bytes && !is_box))
        return count;
    return static_cast<size_t>(found - bytes);
}

template <typename Codec>
bool decode(gdcm::DataElement &out, Codec &codec, const std::vector<char> &stream,
            const stated &image, unsigned bits)
{
    const unsigned size[3] = {static_cast<unsigned>(image.columns),
                              static_cast<unsigned>(image.rows), 1};
    codec.SetNumberOfDimensions(2);
    codec.SetDimensions(size);
    codec.SetPixelFormat(gdcm::PixelFormat(
        1, static_cast<unsigned short>(bits), static_cast<unsigned short>(image.depth),
        static_cast<unsigned short>(image.depth - 1), image.is_signed));
    codec.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
    gdcm::Fragment fragment;
    fragment.SetByteValue(stream.data(), static_cast<uint32_t>(stream.size()));
    gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
    fragments->AddFragment(fragment);
    gdcm::DataElement in;
    in.SetValue(*fragments);
    return codec.Decode(in, out);
}

bool decode_stream(gdcm::DataElement &out, abl::coding coding, const std::vector<char> &stream,
                   const stated &image, unsigned bits)
{
    if (coding == abl::coding::jpegls) {
        gdcm::JPEGLSCodec codec;
        return decode(out, codec, stream, image, bits);
    }
    gdcm::JPEG2000Codec codec;
    codec.SetNumberOfThreadsForDecompression(0);
    return decode(out, codec, stream, image, bits);
}
} // namespace

abl::coding abl::coding_of(E_TransferSyntax syntax)
{
    if (syntax == EXS_JPEG2000 || syntax == EXS_JPEG2000LosslessOnly)
        return coding::jpeg2000;
    if (syntax == EXS_JPEGLSLossless || syntax == EXS_JPEGLSLossy)
        return coding::jpegls;
    if (syntax == EXS_RLELossless)
        return coding::rle;
    return coding::other;
}

abl_status abl::fragment_frames::find_frames(size_t frames, abl_error *err)
{
    for (unsigned long n = 1; n < sequence_->card(); n++) {
        const char *bytes = nullptr;
        size_t count = 0;
        if (!fragment_bytes(sequence_, n, bytes, count))
            return abl_error_set(err, ABL_E_FORMAT, "%s: fragment %lu cannot be read",
                                 path_.c_str(), n);
        if (find_start(coding_, bytes, count) < count && (frames > 1 || first_.empty()))
            first_.push_back(n);
    }
    if (first_.size() != frames)
        return abl_error_set(err, ABL_E_FORMAT, "%s: %zu compressed images for %zu frames",
                             path_.c_str(), first_.size(), frames);
    first_.push_back(sequence_->card());
    return ABL_OK;
}

abl_status abl::fragment_frames::open(DcmDataset *item, const char *path, size_t frames,
                                      abl_error *err)
{
    path_ = path;
    coding_ = coding_of(item->getOriginalXfer());
    DcmElement *element = nullptr;
    item->findAndGetElement(DCM_PixelData, element);
    DcmPixelData *data = dynamic_cast<DcmPixelData *>(element);
    if (!data ||
        data->getEncapsulatedRepresentation(item->getOriginalXfer(), nullptr, sequence_).bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: no compressed pixels", path);
    return find_frames(frames, err);
}

abl_status abl::fragment_frames::collect(std::vector<char> &stream, size_t frame, abl_error *err)
{
    for (unsigned long n = first_[frame]; n < first_[frame + 1]; n++) {
        const char *bytes = nullptr;
        size_t count = 0;
        if (!fragment_bytes(sequence_, n, bytes, count))
            return abl_error_set(err, ABL_E_FORMAT, "%s: fragment %lu cannot be read",
                                 path_.c_str(), n);
        const size_t from = stream.empty() ? find_start(coding_, bytes, count) : 0;
        stream.insert(stream.end(), bytes + from, bytes + count);
    }
    return ABL_OK;
}

abl_status abl::fragment_frames::read(uint16_t *words, size_t frame, size_t rows, size_t columns,
                                      unsigned bits, abl_error *err)
{
    std::vector<char> stream;
    abl_status status = collect(stream, frame, err);
    if (status)
        return status;
    if (coding_ != coding::rle)
        return decode(words, stream, frame, rows, columns, bits, err);
    status =
        abl_dicom_rle_decode(words, rows * columns, bits / 8,
                             reinterpret_cast<const uint8_t *>(stream.data()), stream.size(), err);
    if (status)
        abl_error_prefix(err, "%s: frame %zu", path_.c_str(), frame + 1);
    return status;
}

abl_status abl::fragment_frames::decode(uint16_t *words, const std::vector<char> &stream,
                                        size_t frame, size_t rows, size_t columns, unsigned bits,
                                        abl_error *err)
{
    stated image = {};
    const bool parsed =
        coding_ == coding::jpegls ? parse_jpegls(image, stream) : parse_jpeg2000(image, stream);
    const char *wrong =
        parsed ? check_stated(image, rows, columns, bits) : "holds no image that can be decoded";
    if (wrong)
        return abl_error_set(err, ABL_E_FORMAT, "%s: frame %zu %s", path_.c_str(), frame + 1,
                             wrong);
    gdcm::DataElement out;
    const bool decoded = decode_stream(out, coding_, stream, image, bits);
    const gdcm::ByteValue *value = decoded ? out.GetByteValue() : nullptr;
    const size_t pixels = rows * columns;
    const size_t each = image.depth <= 8 ? 1 : 2;
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
