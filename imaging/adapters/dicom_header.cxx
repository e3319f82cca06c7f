/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_toolkit.hpp"

#include <cmath>
#include <cstdlib>

#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_file.h"
#include "imaging/dicom_structure.h"

namespace
{
/* Values longer than this stay in the file while the header is read. */
const Uint32 max_value_bytes = 16384;

template <size_t size> void copy_all_values(char (&to)[size], DcmItem *item, const DcmTagKey &key)
{
    OFString text;
    if (item && item->findAndGetOFStringArray(key, text).good())
        abl::copy_text(to, size, text);
}

/* FNV-1a, small enough to be exact in a double. */
double hash_of(const OFString &text)
{
    Uint32 hash = 2166136261u;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return text.empty() ? NAN : static_cast<double>(hash);
}

double hash_of_values(DcmItem *item, const DcmTagKey &key)
{
    OFString text;
    if (!item || item->findAndGetOFStringArray(key, text).bad())
        return NAN;
    return hash_of(text);
}

/* Seconds after midnight of a TM (HHMMSS.F) or the time of a DT. */
double seconds_of(DcmItem *item, const DcmTagKey &key, size_t from)
{
    const OFString text = abl::text_of(item, key);
    if (text.size() < from + 6)
        return NAN;
    const OFString hours = text.substr(from, 2), minutes = text.substr(from + 2, 2);
    return 3600 * std::strtod(hours.c_str(), nullptr) + 60 * std::strtod(minutes.c_str(), nullptr) +
           std::strtod(text.substr(from + 4, 10).c_str(), nullptr);
}

void set_key(abl_dicom_frame *frame, abl_dicom_key key, double value)
{
    if (std::isfinite(value))
        frame->keys[key] = value;
}

bool read_orientation(abl_dicom_frame *frame, DcmItem *item)
{
    double six[6];
    if (!abl::numbers_of(six, item, DCM_ImageOrientationPatient, 6))
        return false;
    for (int r = 0; r < 3; r++) {
        frame->row_lps[r] = six[r];
        frame->column_lps[r] = six[r + 3];
    }
    return true;
}

/* PixelSpacing holds the distance between rows first. */
bool read_spacing(abl_dicom_frame *frame, DcmItem *item)
{
    double two[2];
    if (!abl::numbers_of(two, item, DCM_PixelSpacing, 2))
        return false;
    frame->spacing_mm[0] = two[1];
    frame->spacing_mm[1] = two[0];
    return true;
}

/* Attributes that stand in the data set of a single-frame file and in a
 * functional group of an enhanced one; @p item may be NULL. */
void read_plane(abl_dicom_frame *frame, DcmItem *position, DcmItem *orientation, DcmItem *measures,
                DcmItem *rescale)
{
    if (abl::numbers_of(frame->position_lps, position, DCM_ImagePositionPatient, 3))
        frame->has_position = true;
    if (read_orientation(frame, orientation))
        frame->has_orientation = true;
    if (read_spacing(frame, measures))
        frame->has_spacing = true;
    double slope = 1, intercept = 0;
    if (abl::numbers_of(&slope, rescale, DCM_RescaleSlope, 1) &&
        abl::numbers_of(&intercept, rescale, DCM_RescaleIntercept, 1)) {
        frame->slope = slope;
        frame->intercept = intercept;
        frame->has_rescale = true;
    }
}

abl_dicom_frame empty_frame()
{
    abl_dicom_frame frame = {};
    frame.slope = 1;
    for (double &key : frame.keys)
        key = NAN;
    return frame;
}

void read_plain_frame(abl_dicom_frame *frame, DcmItem *item)
{
    read_plane(frame, item, item, item, item);
    set_key(frame, ABL_DICOM_KEY_ACQUISITION, abl::number_of(item, DCM_AcquisitionNumber, NAN));
    set_key(frame, ABL_DICOM_KEY_TEMPORAL,
            abl::number_of(item, DCM_TemporalPositionIdentifier, NAN));
    set_key(frame, ABL_DICOM_KEY_ECHO_TIME, abl::number_of(item, DCM_EchoTime, NAN));
    set_key(frame, ABL_DICOM_KEY_B_VALUE, abl::number_of(item, DCM_DiffusionBValue, NAN));
    set_key(frame, ABL_DICOM_KEY_TRIGGER, abl::number_of(item, DCM_TriggerTime, NAN));
    set_key(frame, ABL_DICOM_KEY_KVP, abl::number_of(item, DCM_KVP, NAN));
    set_key(frame, ABL_DICOM_KEY_KERNEL, hash_of_values(item, DCM_ConvolutionKernel));
    set_key(frame, ABL_DICOM_KEY_IMAGE_TYPE, hash_of_values(item, DCM_ImageType));
    set_key(frame, ABL_DICOM_KEY_ACQUIRED, seconds_of(item, DCM_AcquisitionTime, 0));
}

/* Shared groups first, then the frame's own on top. */
void read_groups(abl_dicom_frame *frame, DcmItem *group)
{
    DcmItem *values = abl::item_of(group, DCM_PixelValueTransformationSequence);
    read_plane(frame, abl::item_of(group, DCM_PlanePositionSequence),
               abl::item_of(group, DCM_PlaneOrientationSequence),
               abl::item_of(group, DCM_PixelMeasuresSequence), values);
    DcmItem *content = abl::item_of(group, DCM_FrameContentSequence);
    set_key(frame, ABL_DICOM_KEY_ACQUISITION,
            abl::number_of(content, DCM_FrameAcquisitionNumber, NAN));
    set_key(frame, ABL_DICOM_KEY_TEMPORAL, abl::number_of(content, DCM_TemporalPositionIndex, NAN));
    set_key(frame, ABL_DICOM_KEY_STACK, hash_of(abl::text_of(content, DCM_StackID)));
    set_key(frame, ABL_DICOM_KEY_ACQUIRED, seconds_of(content, DCM_FrameAcquisitionDateTime, 8));
    set_key(frame, ABL_DICOM_KEY_ECHO_TIME,
            abl::number_of(abl::item_of(group, DCM_MREchoSequence), DCM_EffectiveEchoTime, NAN));
    set_key(frame, ABL_DICOM_KEY_B_VALUE,
            abl::number_of(abl::item_of(group, DCM_MRDiffusionSequence), DCM_DiffusionBValue, NAN));
    DcmItem *type = abl::item_of(group, DCM_CTImageFrameTypeSequence);
    if (!type)
        type = abl::item_of(group, DCM_MRImageFrameTypeSequence);
    set_key(frame, ABL_DICOM_KEY_IMAGE_TYPE, hash_of_values(type, DCM_FrameType));
    set_key(frame, ABL_DICOM_KEY_KVP,
            abl::number_of(abl::item_of(group, DCM_CTXRayDetailsSequence), DCM_KVP, NAN));
}

void read_enhanced_frames(abl_dicom_header *out, DcmItem *item, DcmItem *shared)
{
    abl_dicom_frame common = empty_frame();
    read_groups(&common, shared);
    DcmSequenceOfItems *sequence = nullptr;
    item->findAndGetSequence(DCM_PerFrameFunctionalGroupsSequence, sequence);
    DcmObject *walk = nullptr;
    for (size_t n = 0; n < out->frame_count; n++) {
        out->frames[n] = common;
        walk = sequence ? sequence->nextInContainer(walk) : nullptr;
        if (!walk)
            sequence = nullptr;
        else
            read_groups(out->frames + n, static_cast<DcmItem *>(walk));
    }
}

abl_status read_frames(abl_dicom_header *out, DcmItem *item, const char *path, abl_error *err)
{
    const double frames = abl::number_of(item, DCM_NumberOfFrames, 1);
    if (!(frames >= 1 && frames <= ABL_DICOM_MAX_FRAMES))
        return abl_error_set(err, ABL_E_FORMAT, "%s: %g frames; 1 to %d are supported", path,
                             frames, ABL_DICOM_MAX_FRAMES);
    out->frames = static_cast<abl_dicom_frame *>(
        abl_alloc(static_cast<size_t>(frames), sizeof *out->frames, err));
    if (!out->frames)
        return ABL_E_NOMEM;
    out->frame_count = static_cast<size_t>(frames);
    DcmItem *shared = abl::item_of(item, DCM_SharedFunctionalGroupsSequence);
    if (shared) {
        read_enhanced_frames(out, item, shared);
        return ABL_OK;
    }
    for (size_t n = 0; n < out->frame_count; n++) {
        out->frames[n] = empty_frame();
        read_plain_frame(out->frames + n, item);
    }
    return ABL_OK;
}

void read_texts(abl_dicom_header *out, DcmItem *item)
{
    abl::text_copier text(item);
    const auto copy = [&](auto &to, const DcmTagKey &key) { text.copy(to, sizeof to, item, key); };
    copy(out->sop_class_uid, DCM_SOPClassUID);
    copy(out->sop_instance_uid, DCM_SOPInstanceUID);
    copy(out->study_uid, DCM_StudyInstanceUID);
    copy(out->series_uid, DCM_SeriesInstanceUID);
    copy(out->frame_of_reference_uid, DCM_FrameOfReferenceUID);
    copy(out->modality, DCM_Modality);
    copy(out->description, DCM_SeriesDescription);
    copy(out->protocol, DCM_ProtocolName);
    copy(out->comments, DCM_AcquisitionProtocolDescription);
    if (!out->comments[0])
        copy(out->comments, DCM_RETIRED_AcquisitionComments);
    copy(out->contrast, DCM_ContrastBolusAgent);
    copy(out->manufacturer, DCM_Manufacturer);
    copy(out->model_name, DCM_ManufacturerModelName);
    copy(out->body_part, DCM_BodyPartExamined);
    copy(out->patient_position, DCM_PatientPosition);
    copy(out->study_date, DCM_StudyDate);
    copy(out->photometric, DCM_PhotometricInterpretation);
    copy(out->rescale_type, DCM_RescaleType);
    copy(out->burned_in, DCM_BurnedInAnnotation);
    copy_all_values(out->image_type, item, DCM_ImageType);
    copy_all_values(out->kernel, item, DCM_ConvolutionKernel);
}

/* Padding values are stored as pixels are; their VR says nothing reliable. */
int32_t padding_of(const abl_dicom_header *out, int value)
{
    const unsigned bits = static_cast<unsigned>(value) & 0xffffu;
    return out->is_signed ? static_cast<int16_t>(bits) : static_cast<int32_t>(bits);
}

void read_padding(abl_dicom_header *out, DcmItem *item)
{
    const int first = abl::integer_of(item, DCM_PixelPaddingValue, INT32_MIN);
    if (first == INT32_MIN)
        return;
    out->has_padding = true;
    const int last = abl::integer_of(item, DCM_PixelPaddingRangeLimit, first);
    const int32_t a = padding_of(out, first), b = padding_of(out, last);
    out->padding_first = a < b ? a : b;
    out->padding_last = a < b ? b : a;
}

void read_numbers(abl_dicom_header *out, DcmItem *item)
{
    out->series_number = abl::integer_of(item, DCM_SeriesNumber, -1);
    out->acquisition_number = abl::integer_of(item, DCM_AcquisitionNumber, -1);
    out->instance_number = abl::integer_of(item, DCM_InstanceNumber, -1);
    out->rows = abl::short_of(item, DCM_Rows, 0);
    out->columns = abl::short_of(item, DCM_Columns, 0);
    out->samples_per_pixel = abl::short_of(item, DCM_SamplesPerPixel, 1);
    out->bits_allocated = abl::short_of(item, DCM_BitsAllocated, 0);
    out->bits_stored = abl::short_of(item, DCM_BitsStored, out->bits_allocated);
    out->high_bit = abl::short_of(item, DCM_HighBit, out->bits_stored - 1);
    out->is_signed = abl::short_of(item, DCM_PixelRepresentation, 0) == 1;
    out->has_modality_lut = abl::item_of(item, DCM_ModalityLUTSequence) != nullptr;
    out->is_lossy = abl::text_of(item, DCM_LossyImageCompression) == "01";
    out->slice_thickness_mm = abl::number_of(item, DCM_SliceThickness, 0);
    out->kvp = abl::number_of(item, DCM_KVP, 0);
    read_padding(out, item);
}

/* Uncompressed pixels must be as long as rows, columns and frames say. */
void check_length(abl_dicom_header *out, DcmItem *item, E_TransferSyntax syntax)
{
    DcmElement *pixels = nullptr;
    if (item->findAndGetElement(DCM_PixelData, pixels).bad() || !pixels)
        return;
    out->has_pixels = true;
    if (DcmXfer(syntax).isEncapsulated())
        return;
    const double needed = static_cast<double>(out->rows) * static_cast<double>(out->columns) *
                          out->samples_per_pixel * (out->bits_allocated / 8.0) *
                          static_cast<double>(out->frame_count ? out->frame_count : 1);
    const double held = static_cast<double>(pixels->getLength(syntax));
    if (held < needed)
        snprintf(out->damage, sizeof out->damage,
                 "holds %.0f bytes of pixels instead of %.0f; the file is truncated", held, needed);
}

abl_status read_header(abl_dicom_header *out, const char *path, abl_error *err)
{
    abl_status status = abl::toolkit_start(err);
    if (!status)
        status = abl_dicom_structure_check(path, err);
    if (status)
        return status;
    DcmFileFormat file;
    OFCondition result = file.loadFile(path, EXS_Unknown, EGL_noChange, max_value_bytes);
    if (result.bad()) {
        snprintf(out->damage, sizeof out->damage, "%s; the file is truncated or damaged",
                 result.text());
        file.clear();
        result = file.loadFileUntilTag(path, EXS_Unknown, EGL_noChange, max_value_bytes,
                                       ERM_autoDetect, DCM_PixelData);
    }
    if (result.bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: damaged DICOM file: %s", path, result.text());
    DcmDataset *item = file.getDataset();
    const DcmXfer syntax(item->getOriginalXfer());
    snprintf(out->transfer_syntax_uid, sizeof out->transfer_syntax_uid, "%s", syntax.getXferID());
    snprintf(out->transfer_syntax, sizeof out->transfer_syntax, "%s", syntax.getXferName());
    read_texts(out, item);
    read_numbers(out, item);
    if (!out->sop_class_uid[0] && !out->modality[0])
        return abl_error_set(err, ABL_E_FORMAT, "%s: no DICOM object", path);
    const OFString modality = out->modality;
    if (modality == "CT" || modality == "MR")
        status = read_frames(out, item, path, err);
    if (!status)
        check_length(out, item, syntax.getXfer());
    return status;
}
} // namespace

extern "C" abl_status abl_dicom_header_read(abl_dicom_header *out, const char *path, abl_error *err)
{
    *out = abl_dicom_header();
    return abl::guard(err, [&] { return read_header(out, path, err); });
}
