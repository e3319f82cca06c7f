/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_toolkit.hpp"

#include "dcmtk/dcmdata/dccodec.h"

#include <memory>
#include <vector>

#include "imaging/adapters/dicom_fragments.hpp"
#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_file.h"

struct abl_dicom_pixels {
    OFString path;
    size_t rows, columns, frames;
    unsigned bytes; /* of one stored pixel */
    DcmFileFormat file;
    DcmPixelData *data = nullptr;
    Uint32 fragment = 0;          /* where the next frame starts, as DCMTK keeps it */
    size_t next_frame = 0;        /* the frame that this belongs to */
    std::vector<char> buffer;     /* one frame as DCMTK decodes it */
    bool is_in_fragments = false; /* not decoded by DCMTK */
    abl::fragment_frames fragments;
    OFString color;
};

namespace
{
size_t frame_bytes(const abl_dicom_pixels &pixels)
{
    return pixels.rows * pixels.columns * pixels.bytes;
}

abl_status check_format(const abl_dicom_header &header, const char *path, abl_error *err)
{
    if (header.samples_per_pixel != 1)
        return abl_error_set(err, ABL_E_UNSUPPORTED, "%s: a colour image", path);
    if (header.bits_allocated != 8 && header.bits_allocated != 16)
        return abl_error_set(err, ABL_E_UNSUPPORTED, "%s: %u bits per pixel; 8 and 16 are read",
                             path, header.bits_allocated);
    if (header.rows < 1 || header.columns < 1 || header.rows > ABL_DICOM_MAX_SIZE ||
        header.columns > ABL_DICOM_MAX_SIZE)
        return abl_error_set(err, ABL_E_UNSUPPORTED, "%s: %zu x %zu pixels; 1 to %d are read", path,
                             header.columns, header.rows, ABL_DICOM_MAX_SIZE);
    if (header.damage[0])
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s", path, header.damage);
    return ABL_OK;
}

/* Finds the pixels and, for encapsulated syntaxes, a decoder for them. */
abl_status prepare(abl_dicom_pixels *pixels, abl_error *err)
{
    const char *path = pixels->path.c_str();
    DcmDataset *item = pixels->file.getDataset();
    DcmElement *element = nullptr;
    item->findAndGetElement(DCM_PixelData, element);
    pixels->data = dynamic_cast<DcmPixelData *>(element);
    if (!pixels->data)
        return abl_error_set(err, ABL_E_FORMAT, "%s: no pixel data", path);
    const DcmXfer syntax(item->getOriginalXfer());
    pixels->is_in_fragments = abl::coding_of(syntax.getXfer()) != abl::coding::other;
    if (pixels->is_in_fragments)
        return pixels->fragments.open(item, path, pixels->frames, err);
    if (syntax.isEncapsulated() &&
        !DcmCodecList::canChangeCoding(syntax.getXfer(), EXS_LittleEndianExplicit))
        return abl_error_set(err, ABL_E_UNSUPPORTED,
                             "%s: %s pixels cannot be decoded; convert the file to explicit "
                             "little endian",
                             path, syntax.getXferName());
    pixels->buffer.resize((frame_bytes(*pixels) + 1) / 2 * 2);
    return ABL_OK;
}

abl_status open_pixels(abl_dicom_pixels *pixels, const char *path, const abl_dicom_header &header,
                       abl_error *err)
{
    abl_status status = abl::toolkit_start(err);
    if (!status)
        status = check_format(header, path, err);
    if (status)
        return status;
    pixels->path = path;
    pixels->rows = header.rows;
    pixels->columns = header.columns;
    pixels->frames = header.frame_count ? header.frame_count : 1;
    pixels->bytes = header.bits_allocated / 8;
    const OFCondition result = pixels->file.loadFile(path, EXS_Unknown, EGL_noChange);
    if (result.bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s; the file is truncated or damaged", path,
                             result.text());
    DcmItem *item = pixels->file.getDataset();
    if (abl::short_of(item, DCM_Rows, 0) != pixels->rows ||
        abl::short_of(item, DCM_Columns, 0) != pixels->columns ||
        abl::short_of(item, DCM_BitsAllocated, 0) != header.bits_allocated ||
        abl::short_of(item, DCM_SamplesPerPixel, 1) != 1)
        return abl_error_set(err, ABL_E_FORMAT, "%s: the file changed while it was read", path);
    return prepare(pixels, err);
}

abl_status decode_frame(abl_dicom_pixels *pixels, size_t frame, abl_error *err)
{
    if (frame != pixels->next_frame)
        pixels->fragment = 0;
    const OFCondition result = pixels->data->getUncompressedFrame(
        pixels->file.getDataset(), static_cast<Uint32>(frame), pixels->fragment,
        pixels->buffer.data(), static_cast<Uint32>(pixels->buffer.size()), pixels->color);
    pixels->next_frame = frame + 1;
    if (result.bad())
        return abl_error_set(err, ABL_E_FORMAT,
                             "%s: frame %zu cannot be decoded (%s); the file is truncated or "
                             "damaged",
                             pixels->path.c_str(), frame + 1, result.text());
    return ABL_OK;
}

abl_status read_frame(uint16_t *words, abl_dicom_pixels *pixels, size_t frame, abl_error *err)
{
    if (frame >= pixels->frames)
        return abl_error_set(err, ABL_E_INVALID, "%s: no frame %zu", pixels->path.c_str(),
                             frame + 1);
    if (pixels->is_in_fragments)
        return pixels->fragments.read(words, frame, pixels->rows, pixels->columns,
                                      8 * pixels->bytes, err);
    const abl_status status = decode_frame(pixels, frame, err);
    if (status)
        return status;
    const char *from = pixels->buffer.data();
    const size_t count = pixels->rows * pixels->columns;
    if (pixels->bytes == 2)
        memcpy(words, from, 2 * count);
    else
        for (size_t n = 0; n < count; n++)
            words[n] = static_cast<unsigned char>(from[n]);
    return ABL_OK;
}
} // namespace

extern "C" abl_status abl_dicom_pixels_open(abl_dicom_pixels **out, const char *path,
                                            const abl_dicom_header *header, abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&] {
        auto pixels = std::make_unique<abl_dicom_pixels>();
        const abl_status status = open_pixels(pixels.get(), path, *header, err);
        if (!status)
            *out = pixels.release();
        return status;
    });
}

extern "C" abl_status abl_dicom_pixels_read(uint16_t *words, abl_dicom_pixels *pixels, size_t frame,
                                            abl_error *err)
{
    return abl::guard(err, [&] { return read_frame(words, pixels, frame, err); });
}

extern "C" void abl_dicom_pixels_close(abl_dicom_pixels *pixels)
{
    delete pixels;
}
