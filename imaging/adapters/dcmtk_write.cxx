/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_toolkit.hpp"

#include <climits>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_write.h"

namespace
{
/** Puts values and remembers the first failure. */
class Writer
{
  public:
    explicit Writer(DcmItem &item) : item_(item)
    {
    }
    void put(const DcmTagKey &tag, const std::string &value)
    {
        note(item_.putAndInsertString(tag, value.c_str()));
    }
    void put_given(const DcmTagKey &tag, const char *value)
    {
        if (*value)
            put(tag, value);
    }
    void put_u16(const DcmTagKey &tag, size_t value)
    {
        note(item_.putAndInsertUint16(tag, static_cast<Uint16>(value)));
    }
    void put_pixels(const std::vector<Uint16> &pixels)
    {
        note(item_.putAndInsertUint16Array(DCM_PixelData, pixels.data(),
                                           static_cast<unsigned long>(pixels.size())));
    }
    OFCondition result() const
    {
        return result_;
    }

  private:
    void note(const OFCondition &condition)
    {
        if (result_.good() && condition.bad())
            result_ = condition;
    }
    DcmItem &item_;
    OFCondition result_ = EC_Normal;
};

struct Series {
    const abl_volume *volume;
    const abl_dicom_write_info *info;
};

void put_patient_and_study(Writer &writer, const abl_dicom_write_info &info)
{
    writer.put(DCM_SpecificCharacterSet, "ISO_IR 192");
    writer.put(DCM_PatientName, info.patient_name);
    writer.put(DCM_PatientID, info.patient_id);
    writer.put(DCM_PatientBirthDate, "");
    writer.put(DCM_PatientSex, "O");
    writer.put(DCM_StudyInstanceUID, info.study_uid);
    writer.put(DCM_StudyDate, info.date);
    writer.put(DCM_StudyTime, info.time);
    writer.put(DCM_ReferringPhysicianName, "");
    writer.put(DCM_StudyID, "1");
    writer.put(DCM_AccessionNumber, "");
    writer.put_given(DCM_StudyDescription, info.study_description);
}

bool is_mr(const abl_dicom_write_info &info)
{
    return info.mr_weighting[0] != '\0';
}

int intercept(const abl_dicom_write_info &info)
{
    return is_mr(info) ? 0 : info.rescale_intercept_hu;
}

void put_series(Writer &writer, const abl_dicom_write_info &info)
{
    writer.put(DCM_Modality, is_mr(info) ? "MR" : "CT");
    writer.put(DCM_SeriesInstanceUID, info.series_uid);
    writer.put(DCM_SeriesNumber, std::to_string(info.series_number));
    writer.put(DCM_SeriesDate, info.date);
    writer.put(DCM_SeriesTime, info.time);
    writer.put_given(DCM_SeriesDescription, info.series_description);
    writer.put(DCM_BodyPartExamined, "ABDOMEN");
    writer.put_given(DCM_PatientPosition, info.patient_position);
    writer.put(DCM_FrameOfReferenceUID, info.frame_of_reference_uid);
    writer.put(DCM_PositionReferenceIndicator, "");
    writer.put(DCM_Manufacturer, info.manufacturer);
    writer.put_given(DCM_ManufacturerModelName, info.model_name);
}

void put_x_ray(Writer &writer, const abl_dicom_write_info &info)
{
    writer.put(DCM_KVP, abl::decimal(info.kvp));
    writer.put_given(DCM_ConvolutionKernel, info.kernel);
    writer.put(DCM_RescaleIntercept, std::to_string(info.rescale_intercept_hu));
    writer.put(DCM_RescaleSlope, "1");
    writer.put(DCM_RescaleType, "HU");
}

/** What type 1 and 2 attributes of the MR image module ask for; the times are
 * those of a usual gradient echo (T1) or single-shot spin echo (T2). */
void put_mr_sequence(Writer &writer, const abl_dicom_write_info &info)
{
    const bool is_t1 = std::strcmp(info.mr_weighting, "T1") == 0;
    writer.put(DCM_ScanningSequence, is_t1 ? "GR" : "SE");
    writer.put(DCM_SequenceVariant, "SK");
    writer.put(DCM_ScanOptions, "");
    writer.put(DCM_MRAcquisitionType, is_t1 ? "3D" : "2D");
    writer.put(DCM_RepetitionTime, is_t1 ? "4.2" : "1200");
    writer.put(DCM_EchoTime, is_t1 ? "2" : "90");
    writer.put(DCM_EchoTrainLength, is_t1 ? "1" : "180");
    writer.put(DCM_MagneticFieldStrength, "1.5");
}

void put_acquisition(Writer &writer, const abl_dicom_write_info &info)
{
    writer.put(DCM_AcquisitionDate, info.date);
    writer.put(DCM_AcquisitionTime, info.time);
    writer.put(DCM_ContentDate, info.date);
    writer.put(DCM_ContentTime, info.time);
    writer.put(DCM_AcquisitionNumber, "1");
    if (is_mr(info))
        put_mr_sequence(writer, info);
    else
        put_x_ray(writer, info);
    writer.put_given(DCM_ContrastBolusAgent, info.contrast_agent);
    writer.put_given(DCM_ImageComments, info.comment);
    writer.put(DCM_WindowCenter, abl::decimal(info.window_centre_hu));
    writer.put(DCM_WindowWidth, abl::decimal(info.window_width_hu));
}

void put_plane(Writer &writer, const Series &series, size_t k)
{
    const abl_grid &grid = series.volume->grid;
    double position[3];
    const double ijk[3] = {0, 0, static_cast<double>(k)};
    abl_grid_to_lps(position, &grid, ijk);
    if (series.info->positions_lps)
        std::memcpy(position, series.info->positions_lps + 3 * k, sizeof position);
    double orientation[6];
    for (int r = 0; r < 3; r++) {
        orientation[r] = grid.direction[r][0];
        orientation[3 + r] = grid.direction[r][1];
    }
    const double row_then_column_mm[2] = {grid.spacing_mm[1], grid.spacing_mm[0]};
    const double thickness_mm = series.info->slice_thickness_mm;
    writer.put(DCM_ImagePositionPatient, abl::decimals(position, 3));
    writer.put(DCM_ImageOrientationPatient, abl::decimals(orientation, 6));
    writer.put(DCM_PixelSpacing, abl::decimals(row_then_column_mm, 2));
    writer.put(DCM_SliceThickness,
               abl::decimal(thickness_mm > 0 ? thickness_mm : grid.spacing_mm[2]));
}

void put_instance(Writer &writer, const Series &series, size_t k)
{
    char uid[65];
    const std::string number = std::to_string(k + 1);
    abl_dicom_uid(uid, (std::string(series.info->series_uid) + "/" + number).c_str());
    writer.put(DCM_SOPClassUID, is_mr(*series.info) ? UID_MRImageStorage : UID_CTImageStorage);
    writer.put(DCM_SOPInstanceUID, uid);
    writer.put(DCM_InstanceNumber, number);
    writer.put(DCM_ImageType,
               is_mr(*series.info) ? "ORIGINAL\\PRIMARY\\M" : "ORIGINAL\\PRIMARY\\AXIAL");
}

void put_pixels(Writer &writer, const Series &series, size_t k)
{
    const abl_grid &grid = series.volume->grid;
    const size_t count = grid.size[0] * grid.size[1];
    const int16_t *hu = abl_volume_i16(series.volume) + k * count;
    std::vector<Uint16> stored(count);
    for (size_t n = 0; n < count; n++)
        stored[n] = static_cast<Uint16>(hu[n] - intercept(*series.info));
    writer.put_u16(DCM_SamplesPerPixel, 1);
    writer.put(DCM_PhotometricInterpretation, "MONOCHROME2");
    writer.put_u16(DCM_Rows, grid.size[1]);
    writer.put_u16(DCM_Columns, grid.size[0]);
    writer.put_u16(DCM_BitsAllocated, 16);
    writer.put_u16(DCM_BitsStored, 16);
    writer.put_u16(DCM_HighBit, 15);
    writer.put_u16(DCM_PixelRepresentation, 1);
    writer.put_pixels(stored);
}

abl_status write_slice(const Series &series, const std::string &folder, size_t k, abl_error *err)
{
    char name[16];
    std::snprintf(name, sizeof name, "/IM%05u.dcm", static_cast<unsigned>((k + 1) % 100000));
    const std::string path = folder + name;
    DcmFileFormat file;
    Writer writer(*file.getDataset());
    put_patient_and_study(writer, *series.info);
    put_series(writer, *series.info);
    put_acquisition(writer, *series.info);
    put_plane(writer, series, k);
    put_instance(writer, series, k);
    put_pixels(writer, series, k);
    OFCondition result = writer.result();
    if (result.good())
        result = file.saveFile(path.c_str(), EXS_LittleEndianExplicit);
    if (result.bad())
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written: %s", path.c_str(),
                             result.text());
    const abl_grid &grid = series.volume->grid;
    if (!abl::is_whole_file(path, grid.size[0] * grid.size[1] * 2))
        return abl_error_set(err, ABL_E_IO, "%s: cannot be written in full; is the disk full?",
                             path.c_str());
    return ABL_OK;
}

bool is_uid(const char *text)
{
    const size_t length = std::strlen(text);
    return length > 0 && length <= 64 && std::strspn(text, "0123456789.") == length;
}

abl_status check_values(const abl_volume *volume, int intercept, abl_error *err)
{
    const size_t count = abl_grid_voxels(&volume->grid);
    const int16_t *hu = abl_volume_i16(volume);
    int16_t low = hu[0], high = hu[0];
    for (size_t n = 1; n < count; n++) {
        low = hu[n] < low ? hu[n] : low;
        high = hu[n] > high ? hu[n] : high;
    }
    const long long least = static_cast<long long>(low) - intercept;
    const long long most = static_cast<long long>(high) - intercept;
    if (least < INT16_MIN || most > INT16_MAX)
        return abl_error_set(err, ABL_E_INVALID,
                             "values from %d to %d HU do not fit 16 bits with a rescale "
                             "intercept of %d",
                             low, high, intercept);
    return ABL_OK;
}

abl_status check(const abl_volume *volume, const abl_dicom_write_info *info, abl_error *err)
{
    abl_status status = abl_grid_validate(&volume->grid, err);
    if (status)
        return status;
    if (volume->type != ABL_PIXEL_I16)
        return abl_error_set(err, ABL_E_INVALID, "a CT series is written from int16 HU");
    if (volume->grid.size[2] > 99999)
        return abl_error_set(err, ABL_E_INVALID, "%zu slices are more than one series takes",
                             volume->grid.size[2]);
    if (!is_uid(info->study_uid) || !is_uid(info->series_uid) ||
        !is_uid(info->frame_of_reference_uid))
        return abl_error_set(err, ABL_E_INVALID,
                             "study, series and frame of reference need a UID of digits and dots");
    if (!dcmDataDict.isDictionaryLoaded())
        return abl_error_set(err, ABL_E_INTERNAL,
                             "the DICOM dictionary was not found; set DCMDICTPATH");
    if (is_mr(*info) && std::strcmp(info->mr_weighting, "T1") != 0 &&
        std::strcmp(info->mr_weighting, "T2") != 0)
        return abl_error_set(err, ABL_E_INVALID, "an MR series is T1 or T2");
    return check_values(volume, intercept(*info), err);
}
} // namespace

abl_status abl_dicom_series_write(const char *folder, const abl_volume *volume,
                                  const abl_dicom_write_info *info, abl_error *err)
{
    return abl::guard(err, [&]() -> abl_status {
        abl_status status = check(volume, info, err);
        const Series series = {volume, info};
        for (size_t k = 0; !status && k < volume->grid.size[2]; k++)
            status = write_slice(series, folder, k, err);
        return status;
    });
}
