/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_jpeg2000.hpp"

#include "dcmtk/dcmdata/dcpixseq.h"
#include "dcmtk/dcmdata/dcpxitem.h"

#include <gdcmImage.h>
#include <gdcmImageReader.h>

#include <cstring>

namespace
{
unsigned get_32(const Uint8 *bytes)
{
    return static_cast<unsigned>(bytes[0]) << 24 | static_cast<unsigned>(bytes[1]) << 16 |
           static_cast<unsigned>(bytes[2]) << 8 | bytes[3];
}

/* SIZ follows SOC at once (ISO 15444-1, A.5.1). Returns the text of what is
 * wrong, or NULL. */
const char *check_codestream(const Uint8 *bytes, size_t count, const abl::pixel_shape &shape)
{
    static const Uint8 start[4] = {0xff, 0x4f, 0xff, 0x51};
    if (count < 43 || memcmp(bytes, start, 4) != 0)
        return "holds no JPEG 2000 codestream";
    const unsigned right = get_32(bytes + 8), bottom = get_32(bytes + 12);
    const unsigned left = get_32(bytes + 16), top = get_32(bytes + 20);
    if (right < left || bottom < top || right - left != shape.columns || bottom - top != shape.rows)
        return "states another image size than the header";
    if (bytes[40] != 0 || bytes[41] != 1)
        return "holds more than one colour";
    if (static_cast<unsigned>(bytes[42] & 0x7f) + 1 > 8 * shape.bytes)
        return "has deeper pixels than the header says";
    return nullptr;
}

/* Fragments that start a codestream, one per frame; the others continue it. */
abl_status check_fragments(DcmFileFormat &file, const char *path, const abl::pixel_shape &shape,
                           abl_error *err)
{
    DcmElement *element = nullptr;
    DcmPixelSequence *sequence = nullptr;
    DcmDataset *item = file.getDataset();
    item->findAndGetElement(DCM_PixelData, element);
    DcmPixelData *data = static_cast<DcmPixelData *>(element);
    if (data->getEncapsulatedRepresentation(item->getOriginalXfer(), nullptr, sequence).bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: no compressed pixels", path);
    size_t streams = 0;
    for (unsigned long n = 1; n < sequence->card(); n++) {
        DcmPixelItem *fragment = nullptr;
        Uint8 *bytes = nullptr;
        if (sequence->getItem(fragment, n).bad() || fragment->getUint8Array(bytes).bad() || !bytes)
            return abl_error_set(err, ABL_E_FORMAT, "%s: fragment %lu cannot be read", path, n);
        const size_t count = fragment->getLength();
        if (streams > 0 && (count < 2 || bytes[0] != 0xff || bytes[1] != 0x4f))
            continue;
        const char *wrong = check_codestream(bytes, count, shape);
        if (wrong)
            return abl_error_set(err, ABL_E_FORMAT, "%s: fragment %lu %s", path, n, wrong);
        streams++;
    }
    if (streams != shape.frames)
        return abl_error_set(err, ABL_E_FORMAT, "%s: %zu images for %zu frames", path, streams,
                             shape.frames);
    return ABL_OK;
}
} // namespace

abl_status abl::read_jpeg2000(std::vector<char> &out, DcmFileFormat &file, const char *path,
                              const pixel_shape &shape, abl_error *err)
{
    const abl_status status = check_fragments(file, path, shape, err);
    if (status)
        return status;
    const size_t bytes = shape.rows * shape.columns * shape.frames * shape.bytes;
    gdcm::ImageReader reader;
    reader.SetFileName(path);
    if (!reader.Read())
        return abl_error_set(err, ABL_E_FORMAT, "%s: the JPEG 2000 pixels cannot be read", path);
    const gdcm::Image &image = reader.GetImage();
    if (image.GetBufferLength() != bytes)
        return abl_error_set(err, ABL_E_FORMAT, "%s: %lu bytes of pixels instead of %zu", path,
                             image.GetBufferLength(), bytes);
    out.resize(bytes);
    if (!image.GetBuffer(out.data()))
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: the JPEG 2000 pixels cannot be decoded; the file is truncated "
                             "or damaged",
                             path);
    return ABL_OK;
}
