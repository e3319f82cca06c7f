/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_seg_read.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "imaging/adapters/dicom_outline.hpp"
#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_file.h"

namespace
{
struct Reader {
    abl_dicom_seg *out;
    const char *path;
    DcmDataset *item;
    abl::part_list parts;
    abl_error *err;
};

abl_status refuse(const Reader &in, abl_status status, const char *why)
{
    return abl_error_set(in.err, status, "%s: %s", in.path, why);
}

abl_status check_class(const Reader &in)
{
    const OFString uid = abl::text_of(in.item, DCM_SOPClassUID);
    const OFString type = abl::text_of(in.item, DCM_SegmentationType);
    if (uid != UID_SegmentationStorage)
        return refuse(in, ABL_E_UNSUPPORTED, "no DICOM Segmentation");
    if (type != "BINARY" && type != "FRACTIONAL")
        return abl_error_set(in.err, ABL_E_UNSUPPORTED,
                             "%s: a segmentation of type '%.20s'; BINARY and FRACTIONAL are read, "
                             "so export it as one of them",
                             in.path, type.c_str());
    return ABL_OK;
}

abl_status read_size(const Reader &in)
{
    abl_dicom_seg *out = in.out;
    const double frames = abl::number_of(in.item, DCM_NumberOfFrames, 1);
    out->rows = abl::short_of(in.item, DCM_Rows, 0);
    out->columns = abl::short_of(in.item, DCM_Columns, 0);
    if (out->rows < 1 || out->columns < 1 || out->rows > ABL_DICOM_MAX_SIZE ||
        out->columns > ABL_DICOM_MAX_SIZE)
        return abl_error_set(in.err, ABL_E_UNSUPPORTED, "%s: %zu x %zu pixels; 1 to %d are read",
                             in.path, out->columns, out->rows, ABL_DICOM_MAX_SIZE);
    if (!(frames >= 1 && frames <= ABL_DICOM_MAX_FRAMES) || frames != std::floor(frames))
        return abl_error_set(in.err, ABL_E_FORMAT, "%s: %g frames; 1 to %d are read", in.path,
                             frames, ABL_DICOM_MAX_FRAMES);
    out->frame_count = static_cast<size_t>(frames);
    return ABL_OK;
}

abl_status read_depth(const Reader &in)
{
    abl_dicom_seg *out = in.out;
    const bool is_binary = abl::text_of(in.item, DCM_SegmentationType) == "BINARY";
    const unsigned bits = abl::short_of(in.item, DCM_BitsAllocated, 0);
    if (bits != (is_binary ? 1u : 8u) || abl::short_of(in.item, DCM_SamplesPerPixel, 1) != 1)
        return abl_error_set(in.err, ABL_E_FORMAT,
                             "%s: %u bits per pixel do not belong to a %s segmentation", in.path,
                             bits, is_binary ? "BINARY" : "FRACTIONAL");
    if (is_binary)
        return ABL_OK;
    out->fractional_max = abl::short_of(in.item, DCM_MaximumFractionalValue, 0);
    abl::copy_text(out->fractional_type, sizeof out->fractional_type,
                   abl::text_of(in.item, DCM_SegmentationFractionalType));
    if (out->fractional_max < 1 || out->fractional_max > 255)
        return refuse(in, ABL_E_FORMAT, "a FRACTIONAL segmentation without a maximum of 1 to 255");
    return ABL_OK;
}

/* The element of the pixels, when it is as long as it must be. */
abl_status find_pixels(const Reader &in, DcmElement **pixels, size_t *bytes)
{
    const abl_dicom_seg *out = in.out;
    const DcmXfer syntax(in.item->getOriginalXfer());
    const size_t values = out->rows * out->columns * out->frame_count;
    *bytes = out->fractional_max ? values : (values + 7) / 8;
    if (*bytes > ABL_DICOM_SEG_MAX_BYTES)
        return abl_error_set(in.err, ABL_E_UNSUPPORTED,
                             "%s: %zu frames of %zu x %zu are more than is read", in.path,
                             out->frame_count, out->columns, out->rows);
    if (syntax.isEncapsulated())
        return abl_error_set(in.err, ABL_E_UNSUPPORTED,
                             "%s: %s pixels of a segmentation are not decoded; convert the file "
                             "to explicit little endian",
                             in.path, syntax.getXferName());
    if (in.item->findAndGetElement(DCM_PixelData, *pixels).bad() || !*pixels)
        return refuse(in, ABL_E_FORMAT, "no pixel data");
    const size_t held = (*pixels)->getLength(syntax.getXfer());
    if (held < *bytes)
        return abl_error_set(in.err, ABL_E_FORMAT,
                             "%s: holds %zu bytes of pixels instead of %zu; the file is truncated",
                             in.path, held, *bytes);
    return ABL_OK;
}

abl_status read_pixels(const Reader &in)
{
    DcmElement *pixels = nullptr;
    Uint8 *bytes = nullptr;
    size_t count = 0;
    const abl_status status = find_pixels(in, &pixels, &count);
    if (status)
        return status;
    if (pixels->getUint8Array(bytes).bad() || !bytes)
        return refuse(in, ABL_E_FORMAT, "the pixels cannot be read; the file is truncated");
    in.out->pixels = static_cast<uint8_t *>(abl_alloc(count, 1, in.err));
    if (!in.out->pixels)
        return ABL_E_NOMEM;
    std::memcpy(in.out->pixels, bytes, count);
    return ABL_OK;
}

void read_segment(abl_outline_part *part, abl::text_copier &text, DcmItem *segment)
{
    part->number = abl::short_of(segment, DCM_SegmentNumber, 0);
    text.copy(part->label, sizeof part->label, segment, DCM_SegmentLabel);
    abl::read_code(part, text, segment, DCM_SegmentedPropertyTypeCodeSequence);
    DcmItem *type = abl::item_of(segment, DCM_SegmentedPropertyTypeCodeSequence);
    DcmItem *side = abl::item_of(type, DCM_SegmentedPropertyTypeModifierCodeSequence);
    text.copy(part->side, sizeof part->side, side, DCM_CodeValue);
    part->is_tracked = !abl::text_of(segment, DCM_TrackingUID).empty();
}

abl_status read_segments(Reader &in)
{
    abl::item_walk walk(in.item, DCM_SegmentSequence);
    abl::text_copier text(in.item);
    const size_t count = walk.count();
    if (count < 1 || count > 65535)
        return refuse(in, ABL_E_FORMAT, "describes no segment");
    const abl_status status = in.parts.reserve(count, in.err);
    if (status)
        return status;
    for (DcmItem *segment = walk.next(); segment; segment = walk.next()) {
        abl_outline_part *part = in.parts.next();
        read_segment(part, text, segment);
        std::memcpy(part->frame_uid, in.out->origin.frame_uid, sizeof part->frame_uid);
        if (part->number < 1 || !in.parts.count_next())
            return abl_error_set(in.err, ABL_E_FORMAT, "%s: two segments have number %ld, or none",
                                 in.path, part->number);
    }
    return ABL_OK;
}

abl_status read_origin(const Reader &in)
{
    abl_outline_origin *origin = &in.out->origin;
    std::set<std::string> uids;
    abl::item_walk walk(in.item, DCM_ReferencedSeriesSequence);
    for (DcmItem *series = walk.next(); series; series = walk.next())
        uids.insert(abl::text_of(series, DCM_SeriesInstanceUID).c_str());
    abl::copy_text(origin->study_uid, sizeof origin->study_uid,
                   abl::text_of(in.item, DCM_StudyInstanceUID));
    abl::copy_text(origin->frame_uid, sizeof origin->frame_uid,
                   abl::text_of(in.item, DCM_FrameOfReferenceUID));
    return abl::set_series(origin, uids, in.err);
}

/** What one frame says, after what all say. */
struct Groups {
    bool has_position = false, has_orientation = false, has_spacing = false;
    double position[3] = {0, 0, 0}, cosines[6] = {0, 0, 0, 0, 0, 0};
    double row_then_column_mm[2] = {0, 0};
    double step_mm = 0, thickness_mm = 0;
    long segment = 0;
};

void read_groups(Groups *out, DcmItem *group)
{
    double three[3], six[6], two[2];
    DcmItem *measures = abl::item_of(group, DCM_PixelMeasuresSequence);
    if (abl::numbers_of(three, abl::item_of(group, DCM_PlanePositionSequence),
                        DCM_ImagePositionPatient, 3)) {
        std::memcpy(out->position, three, sizeof three);
        out->has_position = true;
    }
    if (abl::numbers_of(six, abl::item_of(group, DCM_PlaneOrientationSequence),
                        DCM_ImageOrientationPatient, 6)) {
        std::memcpy(out->cosines, six, sizeof six);
        out->has_orientation = true;
    }
    if (abl::numbers_of(two, measures, DCM_PixelSpacing, 2)) {
        std::memcpy(out->row_then_column_mm, two, sizeof two);
        out->has_spacing = true;
    }
    out->step_mm = std::fabs(abl::number_of(measures, DCM_SpacingBetweenSlices, out->step_mm));
    out->thickness_mm = abl::number_of(measures, DCM_SliceThickness, out->thickness_mm);
    out->segment = abl::short_of(abl::item_of(group, DCM_SegmentIdentificationSequence),
                                 DCM_ReferencedSegmentNumber, static_cast<unsigned>(out->segment));
}

bool is_near(const double *a, const double *b, size_t count, double tolerance)
{
    for (size_t n = 0; n < count; n++)
        if (!(std::fabs(a[n] - b[n]) <= tolerance))
            return false;
    return true;
}

double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Unit vectors at right angles, and a sane pixel. */
bool take_plane(abl_dicom_seg *out, const Groups &of)
{
    const double row = std::sqrt(dot(of.cosines, of.cosines));
    const double column = std::sqrt(dot(of.cosines + 3, of.cosines + 3));
    if (!(std::fabs(row - 1) < 1e-2 && std::fabs(column - 1) < 1e-2 &&
          std::fabs(dot(of.cosines, of.cosines + 3)) < 1e-3))
        return false;
    for (int a = 0; a < 3; a++) {
        out->row_lps[a] = of.cosines[a] / row;
        out->column_lps[a] = of.cosines[3 + a] / column;
    }
    out->spacing_mm[0] = of.row_then_column_mm[1];
    out->spacing_mm[1] = of.row_then_column_mm[0];
    out->step_mm = of.step_mm;
    out->thickness_mm = of.thickness_mm;
    return out->spacing_mm[0] >= 0.01 && out->spacing_mm[0] <= 100 && out->spacing_mm[1] >= 0.01 &&
           out->spacing_mm[1] <= 100;
}

abl_status check_frame(const Reader &in, const Groups &first, const Groups &here, size_t n)
{
    size_t part = 0;
    const char *why = nullptr;
    abl_status status = ABL_E_FORMAT;
    if (!here.has_position || !here.has_orientation || !here.has_spacing)
        why = "has no position, orientation or pixel spacing in the patient";
    else if (!in.parts.find(&part, here.segment))
        why = "belongs to a segment that is not described";
    else if (!is_near(here.position, here.position, 3, 0) || std::fabs(here.position[0]) > 1e5 ||
             std::fabs(here.position[1]) > 1e5 || std::fabs(here.position[2]) > 1e5)
        why = "lies nowhere near a patient";
    else if (!is_near(first.cosines, here.cosines, 6, 1e-4) ||
             !is_near(first.row_then_column_mm, here.row_then_column_mm, 2, 1e-4)) {
        why = "has another orientation or pixel spacing than the first; segmentations in one "
              "orientation are read";
        status = ABL_E_UNSUPPORTED;
    }
    return why ? abl_error_set(in.err, status, "%s: frame %zu %s", in.path, n + 1, why) : ABL_OK;
}

abl_status read_frames(const Reader &in)
{
    abl_dicom_seg *out = in.out;
    Groups shared, first;
    read_groups(&shared, abl::item_of(in.item, DCM_SharedFunctionalGroupsSequence));
    abl::item_walk walk(in.item, DCM_PerFrameFunctionalGroupsSequence);
    if (walk.count() != out->frame_count)
        return abl_error_set(in.err, ABL_E_FORMAT, "%s: describes %zu of its %zu frames", in.path,
                             walk.count(), out->frame_count);
    out->frames = static_cast<abl_dicom_seg_frame *>(
        abl_alloc(out->frame_count, sizeof *out->frames, in.err));
    if (!out->frames)
        return ABL_E_NOMEM;
    for (size_t n = 0; n < out->frame_count; n++) {
        Groups here = shared;
        read_groups(&here, walk.next());
        if (n == 0)
            first = here;
        const abl_status status = check_frame(in, first, here, n);
        if (status)
            return status;
        (void)in.parts.find(&out->frames[n].part, here.segment); /* checked */
        out->parts[out->frames[n].part].plane_count++;
        std::memcpy(out->frames[n].position_lps, here.position, sizeof here.position);
    }
    return take_plane(out, first)
               ? ABL_OK
               : refuse(in, ABL_E_FORMAT, "an orientation or pixel spacing that cannot be");
}

abl_status read_all(Reader &in)
{
    abl_status status = check_class(in);
    if (!status)
        status = read_size(in);
    if (!status)
        status = read_depth(in);
    if (!status)
        status = read_origin(in);
    if (!status)
        status = read_segments(in);
    if (!status)
        status = read_frames(in);
    return status ? status : read_pixels(in);
}
} // namespace

extern "C" abl_status abl_dicom_seg_read(abl_dicom_seg *out, const char *path, abl_error *err)
{
    std::memset(out, 0, sizeof *out);
    return abl::guard(err, [&]() -> abl_status {
        DcmFileFormat file;
        const abl_status status = abl::load_outlines(file, path, err);
        if (status)
            return status;
        Reader in = {out, path, file.getDataset(), {&out->parts, &out->part_count}, err};
        return read_all(in);
    });
}

extern "C" void abl_dicom_seg_clear(abl_dicom_seg *seg)
{
    std::free(seg->origin.series_uids);
    std::free(seg->parts);
    std::free(seg->frames);
    std::free(seg->pixels);
    std::memset(seg, 0, sizeof *seg);
}

namespace
{
/* Whole bytes of nothing, which are most, are passed over. */
void unpack(uint8_t *mask, const uint8_t *bits, size_t first, size_t count)
{
    for (size_t n = 0; n < count;) {
        const size_t bit = first + n;
        if ((bit & 7) == 0 && bits[bit >> 3] == 0 && count - n >= 8) {
            std::memset(mask + n, 0, 8);
            n += 8;
            continue;
        }
        mask[n++] = bits[bit >> 3] >> (bit & 7) & 1;
    }
}
} // namespace

extern "C" void abl_dicom_seg_mask(uint8_t *mask, const abl_dicom_seg *seg, size_t frame)
{
    const size_t count = seg->rows * seg->columns;
    if (!seg->fractional_max) {
        unpack(mask, seg->pixels, frame * count, count);
        return;
    }
    const uint8_t *from = seg->pixels + frame * count;
    for (size_t n = 0; n < count; n++)
        mask[n] = 2u * from[n] >= seg->fractional_max ? 1 : 0;
}
