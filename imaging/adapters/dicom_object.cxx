/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_object.hpp"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_structure.h"
#include "imaging/dicom_write.h"

namespace abl
{
void ItemWriter::put_u16s(const DcmTagKey &tag, const std::vector<Uint16> &values)
{
    note(item_.putAndInsertUint16Array(tag, values.data(),
                                       static_cast<unsigned long>(values.size())));
}

void ItemWriter::put_u32s(const DcmTagKey &tag, const std::vector<Uint32> &values)
{
    auto element = std::make_unique<DcmUnsignedLong>(DcmTag(tag));
    note(element->putUint32Array(values.data(), static_cast<unsigned long>(values.size())));
    note(item_.insert(element.get(), OFTrue));
    if (result_.good())
        element.release();
}

void ItemWriter::put_doubles(const DcmTagKey &tag, const std::vector<double> &values)
{
    note(item_.putAndInsertFloat64Array(tag, values.data(),
                                        static_cast<unsigned long>(values.size())));
}

void ItemWriter::put_floats(const DcmTagKey &tag, const std::vector<float> &values)
{
    note(item_.putAndInsertFloat32Array(tag, values.data(),
                                        static_cast<unsigned long>(values.size())));
}

void ItemWriter::put_bytes(const DcmTagKey &tag, const std::vector<Uint8> &bytes)
{
    note(item_.putAndInsertUint8Array(tag, bytes.data(), static_cast<unsigned long>(bytes.size())));
}

DcmItem &ItemWriter::add_item(const DcmTagKey &sequence)
{
    DcmItem *item = nullptr;
    require(item_.findOrCreateSequenceItem(sequence, item, -2), "a sequence item");
    return *item;
}

DcmItem &ItemWriter::put_code(const DcmTagKey &sequence, const abl_code &code)
{
    DcmItem &item = add_item(sequence);
    ItemWriter inner(item);
    inner.put(DCM_CodeValue, code.value);
    inner.put(DCM_CodingSchemeDesignator, code.scheme);
    inner.put(DCM_CodeMeaning, code.meaning);
    note(inner.result());
    return item;
}

DcmItem &ItemWriter::add_reference(const DcmTagKey &sequence, const std::string &class_uid,
                                   const std::string &instance_uid)
{
    DcmItem &item = add_item(sequence);
    ItemWriter inner(item);
    inner.put(DCM_ReferencedSOPClassUID, class_uid);
    inner.put(DCM_ReferencedSOPInstanceUID, instance_uid);
    note(inner.result());
    return item;
}

void require(const OFCondition &condition, const char *what)
{
    if (condition.bad())
        throw std::runtime_error(std::string(what) + " cannot be made: " + condition.text());
}

abl_status check_object_info(const abl_dicom_object_info *info, abl_error *err)
{
    if (!info->key || !*info->key)
        return abl_error_set(err, ABL_E_INVALID, "a new DICOM object needs a key for its UIDs");
    return toolkit_start(err);
}

void put_common(ItemWriter &writer, DcmDataset &dataset, const abl_dicom_source &source,
                const abl_dicom_object_info &info, const ObjectKind &kind)
{
    DcmDataset common(source.common);
    while (common.card() > 0)
        require(dataset.insert(common.remove(0UL)), "the patient module");
    char series_uid[65], instance_uid[65];
    abl_dicom_object_uids(series_uid, instance_uid, &info, kind.name);
    const std::string date = source.date_time.substr(0, 8), time = source.date_time.substr(8);
    writer.put(DCM_SOPClassUID, kind.class_uid);
    writer.put(DCM_SOPInstanceUID, instance_uid);
    writer.put(DCM_InstanceNumber, std::to_string(info.instance_number));
    writer.put(DCM_Modality, kind.modality);
    writer.put(DCM_SeriesInstanceUID, series_uid);
    writer.put(DCM_SeriesNumber, std::to_string(info.series_number));
    writer.put(DCM_SeriesDescription, info.series_description);
    writer.put(DCM_SeriesDate, date);
    writer.put(DCM_SeriesTime, time);
    writer.put(DCM_ContentDate, date);
    writer.put(DCM_ContentTime, time);
    writer.put(DCM_Manufacturer, info.manufacturer);
    writer.put(DCM_ManufacturerModelName, info.model_name);
    writer.put(DCM_DeviceSerialNumber, info.version);
    writer.put(DCM_SoftwareVersions, info.version);
}

std::string text_for(const abl_dicom_source &source, const std::string &text)
{
    static const std::string plus_minus = "\u00b1";
    std::string out;
    for (size_t n = 0; n < text.size(); n++) {
        const auto c = static_cast<unsigned char>(text[n]);
        if (source.is_utf8 || c < 0x80)
            out += text[n];
        else if (text.compare(n, plus_minus.size(), plus_minus) == 0)
            out += "+/-";
        else if (c >= 0xc0)
            out += '?';
    }
    return out;
}

void put_pixel_format(ItemWriter &writer, const PixelFormat &format)
{
    writer.put_u16(DCM_SamplesPerPixel, format.samples);
    writer.put(DCM_PhotometricInterpretation, format.samples == 3 ? "RGB" : "MONOCHROME2");
    if (format.samples == 3)
        writer.put_u16(DCM_PlanarConfiguration, 0);
    writer.put_u16(DCM_Rows, static_cast<unsigned>(format.rows));
    writer.put_u16(DCM_Columns, static_cast<unsigned>(format.columns));
    writer.put_u16(DCM_BitsAllocated, format.bits);
    writer.put_u16(DCM_BitsStored, format.bits);
    writer.put_u16(DCM_HighBit, format.bits - 1);
    writer.put_u16(DCM_PixelRepresentation, 0);
}

void put_source_series(ItemWriter &writer, const abl_dicom_source &source)
{
    ItemWriter series(writer.add_item(DCM_ReferencedSeriesSequence));
    series.put(DCM_SeriesInstanceUID, source.series_uid);
    for (const auto &instance : source.instances)
        series.add_reference(DCM_ReferencedInstanceSequence, instance.class_uid,
                             instance.instance_uid);
    writer.note(series.result());
}

abl_status save_object(DcmFileFormat &file, const char *path, size_t least_bytes, abl_error *err)
{
    const std::string partial = std::string(path) + ".part";
    const OFCondition saved = file.saveFile(partial.c_str(), EXS_LittleEndianExplicit);
    if (saved.bad()) {
        std::remove(partial.c_str());
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written: %s", path, saved.text());
    }
    if (!is_whole_file(partial, least_bytes) || std::rename(partial.c_str(), path) != 0) {
        std::remove(partial.c_str());
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written in full; is the disk full?",
                             path);
    }
    return ABL_OK;
}
} // namespace abl

namespace
{
/** Patient, study and what else new objects share with their source. */
const DcmTagKey copied[] = {
    DCM_SpecificCharacterSet,
    DCM_TimezoneOffsetFromUTC,
    DCM_PatientName,
    DCM_PatientID,
    DCM_IssuerOfPatientID,
    DCM_PatientBirthDate,
    DCM_PatientSex,
    DCM_OtherPatientIDsSequence,
    DCM_PatientIdentityRemoved,
    DCM_DeidentificationMethod,
    DCM_DeidentificationMethodCodeSequence,
    DCM_StudyInstanceUID,
    DCM_StudyDate,
    DCM_StudyTime,
    DCM_StudyID,
    DCM_StudyDescription,
    DCM_AccessionNumber,
    DCM_IssuerOfAccessionNumberSequence,
    DCM_ReferringPhysicianName,
    DCM_PatientAge,
    DCM_PatientSize,
    DCM_PatientWeight,
    DCM_ClinicalTrialProtocolID,
    DCM_ClinicalTrialSubjectID,
};
/** Type 2 attributes: must be there, may be empty. */
const DcmTagKey needed[] = {DCM_PatientName, DCM_PatientID,       DCM_PatientBirthDate,
                            DCM_PatientSex,  DCM_StudyDate,       DCM_StudyTime,
                            DCM_StudyID,     DCM_AccessionNumber, DCM_ReferringPhysicianName};

void copy_common(abl_dicom_source &source, DcmDataset &from)
{
    for (const DcmTagKey &tag : copied) {
        DcmElement *element = nullptr;
        if (from.findAndGetElement(tag, element, OFFalse, OFTrue).bad() || !element)
            continue;
        if (source.common.insert(element, OFTrue).bad())
            delete element;
    }
    for (const DcmTagKey &tag : needed)
        if (!source.common.tagExists(tag))
            abl::require(source.common.insertEmptyElement(tag), "the study module");
}

bool is_digits(const std::string &text, size_t count)
{
    return text.size() >= count && text.find_first_not_of("0123456789") >= count;
}

/** "YYYYMMDDHHMMSS" of the study, or a fixed one. */
std::string read_date_time(DcmDataset &from)
{
    std::string date = abl::text_of(&from, DCM_StudyDate).c_str();
    std::string time = abl::text_of(&from, DCM_StudyTime).c_str();
    if (!is_digits(date, 8))
        date = "19000101";
    if (!is_digits(time, 6))
        time = "000000";
    return date.substr(0, 8) + time.substr(0, 6);
}

abl_status load_header(DcmFileFormat &file, const char *path, abl_error *err)
{
    const abl_status status = abl_dicom_structure_check(path, err);
    if (status)
        return status;
    const OFCondition loaded =
        file.loadFileUntilTag(path, EXS_Unknown, EGL_noChange, 4096, ERM_autoDetect, DCM_PixelData);
    if (loaded.bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: cannot be read as DICOM: %s", path,
                             loaded.text());
    return ABL_OK;
}

abl_dicom_source::Instance read_instance(DcmDataset &from)
{
    abl_dicom_source::Instance out = {};
    out.class_uid = abl::text_of(&from, DCM_SOPClassUID).c_str();
    out.instance_uid = abl::text_of(&from, DCM_SOPInstanceUID).c_str();
    out.rows = abl::short_of(&from, DCM_Rows, 0);
    out.columns = abl::short_of(&from, DCM_Columns, 0);
    out.has_plane = abl::numbers_of(out.position_lps, &from, DCM_ImagePositionPatient, 3) &&
                    abl::numbers_of(out.cosines, &from, DCM_ImageOrientationPatient, 6) &&
                    abl::numbers_of(out.row_then_column_mm, &from, DCM_PixelSpacing, 2);
    return out;
}

/** What is read of one file, by any thread. */
struct Header {
    abl_status status;
    abl_error err;
    std::string study_uid, series_uid;
    abl_dicom_source::Instance instance;
};

void read_header(Header &out, DcmDataset &from)
{
    out.study_uid = abl::text_of(&from, DCM_StudyInstanceUID).c_str();
    out.series_uid = abl::text_of(&from, DCM_SeriesInstanceUID).c_str();
    out.instance = read_instance(from);
}

abl_status read_first(abl_dicom_source &source, Header &out, const char *path)
{
    DcmFileFormat file;
    const abl_status status = load_header(file, path, &out.err);
    if (status)
        return status;
    DcmDataset &from = *file.getDataset();
    read_header(out, from);
    copy_common(source, from);
    source.study_uid = out.study_uid;
    source.series_uid = out.series_uid;
    source.frame_uid = abl::text_of(&from, DCM_FrameOfReferenceUID).c_str();
    source.date_time = read_date_time(from);
    source.is_utf8 = abl::text_of(&from, DCM_SpecificCharacterSet) == "ISO_IR 192";
    return ABL_OK;
}

abl_status read_other(Header &out, const char *path)
{
    DcmFileFormat file;
    const abl_status status = load_header(file, path, &out.err);
    if (!status)
        read_header(out, *file.getDataset());
    return status;
}

/** Files are independent; they are taken in their order when all are read. */
abl_status add_files(abl_dicom_source &source, const char *const *paths, size_t count,
                     abl_error *err)
{
    std::vector<Header> headers(count);
    headers[0].status = read_first(source, headers[0], paths[0]);
#pragma omp parallel for schedule(dynamic, 8)
    for (size_t n = 1; n < count; n++)
        headers[n].status = abl::guard(&headers[n].err, [&headers, paths, n]() -> abl_status {
            return read_other(headers[n], paths[n]);
        });
    for (size_t n = 0; n < count; n++) {
        const Header &one = headers[n];
        if (one.status)
            return abl_error_set(err, one.status, "%s", one.err.message);
        if (one.study_uid.empty() || one.series_uid.empty() || one.study_uid != source.study_uid ||
            one.series_uid != source.series_uid)
            return abl_error_set(err, ABL_E_FORMAT,
                                 "%s: belongs to another study or series than the first file, or "
                                 "to none",
                                 paths[n]);
        source.instances.push_back(one.instance);
    }
    return ABL_OK;
}
} // namespace

abl_status abl_dicom_source_open(abl_dicom_source **out, const char *const *paths, size_t count,
                                 abl_error *err)
{
    *out = nullptr;
    return abl::guard(err, [&]() -> abl_status {
        if (count == 0 || count > 65535)
            return abl_error_set(err, ABL_E_INVALID, "%zu files are no series to refer to", count);
        abl_status status = abl::toolkit_start(err);
        auto source = std::make_unique<abl_dicom_source>();
        if (!status)
            status = add_files(*source, paths, count, err);
        if (!status)
            *out = source.release();
        return status;
    });
}

void abl_dicom_source_destroy(abl_dicom_source *source)
{
    delete source;
}

size_t abl_dicom_source_count(const abl_dicom_source *source)
{
    return source->instances.size();
}

const char *abl_dicom_source_class_uid(const abl_dicom_source *source, size_t index)
{
    return index < source->instances.size() ? source->instances[index].class_uid.c_str() : "";
}

const char *abl_dicom_source_instance_uid(const abl_dicom_source *source, size_t index)
{
    return index < source->instances.size() ? source->instances[index].instance_uid.c_str() : "";
}

const char *abl_dicom_source_series_uid(const abl_dicom_source *source)
{
    return source->series_uid.c_str();
}

const char *abl_dicom_source_study_uid(const abl_dicom_source *source)
{
    return source->study_uid.c_str();
}

const char *abl_dicom_source_frame_uid(const abl_dicom_source *source)
{
    return source->frame_uid.c_str();
}

bool abl_dicom_source_has_names(const abl_dicom_source *source)
{
    for (const auto &instance : source->instances)
        if (instance.class_uid.empty() || instance.instance_uid.empty())
            return false;
    return true;
}

static bool is_same_plane(const abl_dicom_source::Instance &image, const abl_grid &grid, size_t k)
{
    const double tolerance_mm = 0.05;
    if (!image.has_plane || image.columns != grid.size[0] || image.rows != grid.size[1])
        return false;
    for (int corner = 0; corner < 4; corner++) {
        const double i = corner & 1 ? static_cast<double>(grid.size[0] - 1) : 0;
        const double j = corner & 2 ? static_cast<double>(grid.size[1] - 1) : 0;
        const double ijk[3] = {i, j, static_cast<double>(k)};
        double lps[3];
        abl_grid_to_lps(lps, &grid, ijk);
        for (int a = 0; a < 3; a++) {
            const double there = image.position_lps[a] +
                                 image.cosines[a] * image.row_then_column_mm[1] * i +
                                 image.cosines[3 + a] * image.row_then_column_mm[0] * j;
            if (std::fabs(there - lps[a]) > tolerance_mm)
                return false;
        }
    }
    return true;
}

bool abl_dicom_source_matches(const abl_dicom_source *source, const abl_grid *grid)
{
    if (source->instances.size() != grid->size[2])
        return false;
    for (size_t k = 0; k < grid->size[2]; k++)
        if (!is_same_plane(source->instances[k], *grid, k))
            return false;
    return true;
}

bool abl_dicom_source_plane(const abl_dicom_source *source, size_t index, abl_grid *plane)
{
    if (index >= source->instances.size() || !source->instances[index].has_plane)
        return false;
    const auto &image = source->instances[index];
    const double *row = image.cosines, *column = image.cosines + 3;
    *plane = abl_grid_axial(image.columns, image.rows, 1, image.row_then_column_mm[1],
                            image.row_then_column_mm[0], 1);
    for (int a = 0; a < 3; a++) {
        const int b = (a + 1) % 3, c = (a + 2) % 3;
        plane->origin_lps[a] = image.position_lps[a];
        plane->direction[a][0] = row[a];
        plane->direction[a][1] = column[a];
        plane->direction[a][2] = row[b] * column[c] - row[c] * column[b];
    }
    return abl_grid_validate(plane, nullptr) == ABL_OK;
}

const char *abl_dicom_source_date_time(const abl_dicom_source *source)
{
    return source->date_time.c_str();
}

void abl_dicom_object_uids(char series_uid[65], char instance_uid[65],
                           const abl_dicom_object_info *info, const char *kind)
{
    char text[4096];
    std::snprintf(text, sizeof text, "%s/%s", info->key, kind);
    abl_dicom_uid(series_uid, text);
    std::snprintf(text, sizeof text, "%s/%s/%d", info->key, kind, info->instance_number);
    abl_dicom_uid(instance_uid, text);
}
