/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_object.hpp"

#include <cmath>
#include <cstring>

#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_write.h"

namespace
{
struct Frame {
    size_t segment, slice;
};

struct Position {
    double lps[3];
};

struct Job {
    const abl_dicom_source *source;
    const abl_dicom_object_info *info;
    const abl_dicom_segment *segments;
    size_t count;
    abl_grid grid;                   /* of the first slice; sizes and distance of slices of all */
    std::vector<Position> positions; /* of each slice */
    bool slice_matches;
    std::string dimension_uid;
};

const char *const algorithm_types[] = {"AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"};
const abl_code source_purpose = {"121322", "DCM", "Source image for image processing operation"};
const abl_code derivation = {"113076", "DCM", "Segmentation"};

const Uint8 *slice_of(const Job &job, const Frame &frame)
{
    const abl_volume *labels = job.segments[frame.segment].labels;
    return abl_volume_u8(labels) + frame.slice * labels->grid.size[0] * labels->grid.size[1];
}

std::vector<Frame> find_frames(const Job &job)
{
    std::vector<Frame> frames;
    const abl_grid &grid = job.grid;
    for (size_t s = 0; s < job.count; s++)
        for (size_t k = 0; k < grid.size[2]; k++) {
            const Frame frame = {s, k};
            if (std::memchr(slice_of(job, frame), job.segments[s].value,
                            grid.size[0] * grid.size[1]))
                frames.push_back(frame);
        }
    return frames;
}

/* Most rows hold nothing, and most of the others nothing at their ends. */
void pack_row(Uint8 *bytes, size_t bit, const Uint8 *label, size_t count, Uint8 value)
{
    const void *found = std::memchr(label, value, count);
    if (!found)
        return;
    const auto first = static_cast<size_t>(static_cast<const Uint8 *>(found) - label);
    while (label[count - 1] != value)
        count--;
    for (size_t n = first; n < count; n++) {
        const unsigned is_inside = label[n] == value;
        bytes[(bit + n) >> 3] |= static_cast<Uint8>(is_inside << ((bit + n) & 7));
    }
}

std::vector<Uint8> pack(const Job &job, const std::vector<Frame> &frames)
{
    const size_t columns = job.grid.size[0], pixels = columns * job.grid.size[1];
    std::vector<Uint8> bytes(((pixels * frames.size() + 7) / 8 + 1) & ~static_cast<size_t>(1));
    size_t bit = 0;
    for (const Frame &frame : frames) {
        const Uint8 *label = slice_of(job, frame);
        const Uint8 value = job.segments[frame.segment].value;
        for (size_t n = 0; n < pixels; n += columns, bit += columns)
            pack_row(bytes.data(), bit, label + n, columns, value);
    }
    return bytes;
}

/** CIELab (D50) as DICOM's unsigned 16-bit triple, PS3.3 C.10.7.1.1. */
std::vector<Uint16> lab_of(const uint8_t rgb[3])
{
    double linear[3];
    for (int c = 0; c < 3; c++) {
        const double v = rgb[c] / 255.0;
        linear[c] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    }
    static const double m[3][3] = {{0.4360747, 0.3850649, 0.1430804},
                                   {0.2225045, 0.7168786, 0.0606169},
                                   {0.0139322, 0.0971045, 0.7141733}};
    static const double white[3] = {0.96422, 1.0, 0.82521};
    double f[3];
    for (int r = 0; r < 3; r++) {
        const double t =
            (m[r][0] * linear[0] + m[r][1] * linear[1] + m[r][2] * linear[2]) / white[r];
        f[r] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    }
    const double lab[3] = {(116 * f[1] - 16) / 100, (500 * (f[0] - f[1]) + 128) / 255,
                           (200 * (f[1] - f[2]) + 128) / 255};
    std::vector<Uint16> out;
    for (double share : lab)
        out.push_back(static_cast<Uint16>(std::lround(share * 65535)));
    return out;
}

void put_segment(abl::ItemWriter &root, const abl_dicom_segment &segment, size_t number)
{
    abl::ItemWriter item(root.add_item(DCM_SegmentSequence));
    item.put_u16(DCM_SegmentNumber, static_cast<unsigned>(number));
    item.put(DCM_SegmentLabel, segment.label);
    item.put_code(DCM_SegmentedPropertyCategoryCodeSequence, segment.category);
    abl::ItemWriter type(item.put_code(DCM_SegmentedPropertyTypeCodeSequence, segment.type));
    if (segment.side.value)
        type.put_code(DCM_SegmentedPropertyTypeModifierCodeSequence, segment.side);
    item.note(type.result());
    if (segment.description)
        item.put(DCM_SegmentDescription, segment.description);
    item.put(DCM_SegmentAlgorithmType, algorithm_types[segment.algorithm]);
    if (segment.algorithm != ABL_DICOM_MANUAL)
        item.put(DCM_SegmentAlgorithmName, segment.algorithm_name);
    if (segment.tracking_id) {
        item.put(DCM_TrackingID, segment.tracking_id);
        item.put(DCM_TrackingUID, segment.tracking_uid);
    }
    item.put_u16s(DCM_RecommendedDisplayCIELabValue, lab_of(segment.rgb));
    root.note(item.result());
}

void put_dimensions(abl::ItemWriter &root, const Job &job)
{
    abl::ItemWriter organization(root.add_item(DCM_DimensionOrganizationSequence));
    organization.put(DCM_DimensionOrganizationUID, job.dimension_uid);
    root.note(organization.result());
    const struct {
        DcmTagKey pointer, group;
    } indices[] = {{DCM_ReferencedSegmentNumber, DCM_SegmentIdentificationSequence},
                   {DCM_ImagePositionPatient, DCM_PlanePositionSequence}};
    for (const auto &index : indices) {
        DcmItem &item = root.add_item(DCM_DimensionIndexSequence);
        abl::ItemWriter writer(item);
        writer.put(DCM_DimensionOrganizationUID, job.dimension_uid);
        writer.note(item.putAndInsertTagKey(DCM_DimensionIndexPointer, index.pointer));
        writer.note(item.putAndInsertTagKey(DCM_FunctionalGroupPointer, index.group));
        root.note(writer.result());
    }
}

void put_shared(abl::ItemWriter &root, const Job &job)
{
    const abl_grid &grid = job.grid;
    abl::ItemWriter shared(root.add_item(DCM_SharedFunctionalGroupsSequence));
    abl::ItemWriter measures(shared.add_item(DCM_PixelMeasuresSequence));
    const double row_then_column_mm[2] = {grid.spacing_mm[1], grid.spacing_mm[0]};
    measures.put(DCM_SliceThickness, abl::decimal(grid.spacing_mm[2]));
    measures.put(DCM_SpacingBetweenSlices, abl::decimal(grid.spacing_mm[2]));
    measures.put(DCM_PixelSpacing, abl::decimals(row_then_column_mm, 2));
    abl::ItemWriter orientation(shared.add_item(DCM_PlaneOrientationSequence));
    double cosines[6];
    for (int r = 0; r < 3; r++) {
        cosines[r] = grid.direction[r][0];
        cosines[3 + r] = grid.direction[r][1];
    }
    orientation.put(DCM_ImageOrientationPatient, abl::decimals(cosines, 6));
    root.note(measures.result());
    root.note(orientation.result());
    root.note(shared.result());
}

void put_derivation(abl::ItemWriter &frame_item, const Job &job, size_t slice)
{
    abl::ItemWriter image(frame_item.add_item(DCM_DerivationImageSequence));
    image.put_code(DCM_DerivationCodeSequence, derivation);
    const auto &instance = job.source->instances[slice];
    DcmItem &reference =
        image.add_reference(DCM_SourceImageSequence, instance.class_uid, instance.instance_uid);
    abl::ItemWriter source(reference);
    source.put_code(DCM_PurposeOfReferenceCodeSequence, source_purpose);
    source.put(DCM_SpatialLocationsPreserved, "YES");
    frame_item.note(source.result());
    frame_item.note(image.result());
}

void put_frame(abl::ItemWriter &root, const Job &job, const Frame &frame)
{
    abl::ItemWriter item(root.add_item(DCM_PerFrameFunctionalGroupsSequence));
    abl::ItemWriter content(item.add_item(DCM_FrameContentSequence));
    content.put_u32s(DCM_DimensionIndexValues, {static_cast<Uint32>(frame.segment + 1),
                                                static_cast<Uint32>(frame.slice + 1)});
    abl::ItemWriter plane(item.add_item(DCM_PlanePositionSequence));
    plane.put(DCM_ImagePositionPatient, abl::decimals(job.positions[frame.slice].lps, 3));
    abl::ItemWriter identity(item.add_item(DCM_SegmentIdentificationSequence));
    identity.put_u16(DCM_ReferencedSegmentNumber, static_cast<unsigned>(frame.segment + 1));
    if (job.slice_matches)
        put_derivation(item, job, frame.slice);
    root.note(content.result());
    root.note(plane.result());
    root.note(identity.result());
    root.note(item.result());
}

void put_image(abl::ItemWriter &root, const Job &job, size_t frames)
{
    const abl_grid &grid = job.grid;
    root.put(DCM_ImageType, "DERIVED\\PRIMARY");
    root.put(DCM_FrameOfReferenceUID, job.source->frame_uid);
    root.put(DCM_PositionReferenceIndicator, "");
    root.put(DCM_BodyPartExamined, "ABDOMEN");
    root.put(DCM_ContentLabel, "ABLASCREEN");
    root.put(DCM_ContentDescription, "Liver, lesions and vessels; research use only");
    root.put(DCM_ContentCreatorName, "");
    root.put(DCM_SegmentationType, "BINARY");
    root.put(DCM_LossyImageCompression, "00");
    root.put(DCM_NumberOfFrames, std::to_string(frames));
    abl::put_pixel_format(root, {1, 1, grid.size[1], grid.size[0]});
}

abl_status check_segments(const Job &job, abl_error *err)
{
    if (job.count == 0 || job.count > 65535)
        return abl_error_set(err, ABL_E_INVALID, "a segmentation needs 1 to 65535 segments");
    if (job.source->frame_uid.empty())
        return abl_error_set(err, ABL_E_INVALID,
                             "the source has no frame of reference, so a segmentation cannot be "
                             "placed in it");
    for (size_t n = 0; n < job.count; n++) {
        const abl_volume *labels = job.segments[n].labels;
        if (labels->type != ABL_PIXEL_U8 || job.segments[n].value == 0)
            return abl_error_set(err, ABL_E_INVALID, "segment %zu is no label of a u8 map", n + 1);
        const char *name = job.segments[n].algorithm_name;
        if (job.segments[n].algorithm != ABL_DICOM_MANUAL && (!name || !*name))
            return abl_error_set(err, ABL_E_INVALID, "segment %zu needs the name of its algorithm",
                                 n + 1);
        const abl_status status =
            abl_grid_check_same(&job.segments[0].labels->grid, &labels->grid, 0.001, err);
        if (status)
            return status;
    }
    return ABL_OK;
}

void place_on_grid(Job &job)
{
    for (size_t k = 0; k < job.grid.size[2]; k++) {
        const double ijk[3] = {0, 0, static_cast<double>(k)};
        Position at;
        abl_grid_to_lps(at.lps, &job.grid, ijk);
        job.positions.push_back(at);
    }
    job.slice_matches = abl_dicom_source_matches(job.source, &job.grid);
}

/* Frames share orientation and pixel spacing: other images are no stack. */
bool is_in_stack(const abl_grid &first, const abl_grid &plane)
{
    abl_grid moved = plane;
    std::memcpy(moved.origin_lps, first.origin_lps, sizeof moved.origin_lps);
    return abl_grid_check_same(&first, &moved, 0.05, nullptr) == ABL_OK;
}

abl_status place_on_source(Job &job, abl_error *err)
{
    const abl_grid labels = job.grid;
    const size_t count = job.source->instances.size();
    abl_grid plane;
    bool fits = count == labels.size[2] && abl_dicom_source_plane(job.source, 0, &job.grid);
    for (size_t k = 0; fits && k < count; k++) {
        Position at;
        fits = abl_dicom_source_plane(job.source, k, &plane) && is_in_stack(job.grid, plane);
        std::memcpy(at.lps, plane.origin_lps, sizeof at.lps);
        job.positions.push_back(at);
    }
    if (!fits || job.grid.size[0] != labels.size[0] || job.grid.size[1] != labels.size[1])
        return abl_error_set(err, ABL_E_INVALID,
                             "labels of %zu x %zu x %zu pixels are not those of the source's "
                             "images, or these are no stack",
                             labels.size[0], labels.size[1], labels.size[2]);
    job.grid.size[2] = labels.size[2];
    job.grid.spacing_mm[2] = labels.spacing_mm[2];
    job.slice_matches = true;
    return ABL_OK;
}

abl_status check_frames(const Job &job, const std::vector<Frame> &frames, abl_error *err)
{
    std::vector<bool> seen(job.count, false);
    for (const Frame &frame : frames)
        seen[frame.segment] = true;
    for (size_t n = 0; n < job.count; n++)
        if (!seen[n])
            return abl_error_set(err, ABL_E_INVALID, "segment %zu (%s) has no voxel", n + 1,
                                 job.segments[n].label);
    return ABL_OK;
}

abl_status write_seg(const char *path, const Job &job, const std::vector<Frame> &frames,
                     abl_error *err)
{
    static const abl::ObjectKind kind = {"seg", UID_SegmentationStorage, "SEG"};
    DcmFileFormat file;
    DcmDataset &dataset = *file.getDataset();
    abl::ItemWriter root(dataset);
    abl::put_common(root, dataset, *job.source, *job.info, kind);
    abl::put_source_series(root, *job.source);
    put_image(root, job, frames.size());
    put_dimensions(root, job);
    for (size_t n = 0; n < job.count; n++)
        put_segment(root, job.segments[n], n + 1);
    put_shared(root, job);
    for (const Frame &frame : frames)
        put_frame(root, job, frame);
    const std::vector<Uint8> bytes = pack(job, frames);
    root.put_bytes(DCM_PixelData, bytes);
    abl::require(root.result(), "the segmentation");
    return abl::save_object(file, path, bytes.size(), err);
}
} // namespace

abl_status abl_dicom_seg_write(const char *path, const abl_dicom_source *source,
                               const abl_dicom_object_info *info, const abl_dicom_segment *segments,
                               size_t count, abl_dicom_planes planes, abl_error *err)
{
    return abl::guard(err, [&]() -> abl_status {
        char uid[65];
        Job job = {source, info, segments, count, {}, {}, false, ""};
        abl_status status = abl::check_object_info(info, err);
        if (!status)
            status = check_segments(job, err);
        if (status)
            return status;
        job.grid = segments[0].labels->grid;
        if (planes == ABL_PLANES_OF_SOURCE)
            status = place_on_source(job, err);
        else
            place_on_grid(job);
        if (status)
            return status;
        abl_dicom_uid(uid, (std::string(info->key) + "/dimensions").c_str());
        job.dimension_uid = uid;
        const std::vector<Frame> frames = find_frames(job);
        status = check_frames(job, frames, err);
        return status ? status : write_seg(path, job, frames, err);
    });
}
