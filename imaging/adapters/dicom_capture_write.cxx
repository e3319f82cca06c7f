/* Pictures and documents as DICOM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_object.hpp"

#include <cstring>

#include "imaging/adapters/guard.hpp"

namespace
{
const size_t most_pdf_bytes = static_cast<size_t>(512) << 20;

void put_shown_image(abl::ItemWriter &root, const abl_dicom_source &source, size_t shows)
{
    if (shows >= source.instances.size())
        return;
    const auto &instance = source.instances[shows];
    root.add_reference(DCM_SourceImageSequence, instance.class_uid, instance.instance_uid);
}
} // namespace

abl_status abl_dicom_capture_write(const char *path, const abl_dicom_source *source,
                                   const abl_dicom_object_info *info, const uint8_t *rgb,
                                   size_t columns, size_t rows, size_t shows, abl_error *err)
{
    return abl::guard(err, [&]() -> abl_status {
        static const abl::ObjectKind kind = {"sc", UID_SecondaryCaptureImageStorage, "OT"};
        if (columns < 1 || rows < 1 || columns > 16384 || rows > 16384)
            return abl_error_set(err, ABL_E_INVALID, "a picture of %zu x %zu cannot be captured",
                                 columns, rows);
        const abl_status status = abl::check_object_info(info, err);
        if (status)
            return status;
        std::vector<Uint8> bytes(rgb, rgb + 3 * columns * rows);
        bytes.resize((bytes.size() + 1) & ~static_cast<size_t>(1));
        DcmFileFormat file;
        DcmDataset &dataset = *file.getDataset();
        abl::ItemWriter root(dataset);
        abl::put_common(root, dataset, *source, *info, kind);
        put_shown_image(root, *source, shows);
        root.put(DCM_ConversionType, "WSD");
        root.put(DCM_BodyPartExamined, "ABDOMEN");
        root.put(DCM_ImageType, "DERIVED\\SECONDARY");
        root.put(DCM_PatientOrientation, "");
        root.put(DCM_BurnedInAnnotation, "NO");
        abl::put_pixel_format(root, {3, 8, rows, columns});
        root.put_bytes(DCM_PixelData, bytes);
        abl::require(root.result(), "the picture");
        return abl::save_object(file, path, bytes.size(), err);
    });
}

abl_status abl_dicom_pdf_write(const char *path, const abl_dicom_source *source,
                               const abl_dicom_object_info *info, const char *title,
                               const uint8_t *pdf, size_t bytes, abl_error *err)
{
    return abl::guard(err, [&]() -> abl_status {
        static const abl::ObjectKind kind = {"pdf", UID_EncapsulatedPDFStorage, "DOC"};
        static const abl_code concept_name = {"126000", "DCM", "Imaging Measurement Report"};
        if (bytes < 8 || bytes > most_pdf_bytes || std::memcmp(pdf, "%PDF-", 5) != 0)
            return abl_error_set(err, ABL_E_INVALID, "%s: what should be wrapped is no PDF", path);
        const abl_status status = abl::check_object_info(info, err);
        if (status)
            return status;
        std::vector<Uint8> padded(pdf, pdf + bytes);
        padded.resize((bytes + 1) & ~static_cast<size_t>(1));
        DcmFileFormat file;
        DcmDataset &dataset = *file.getDataset();
        abl::ItemWriter root(dataset);
        abl::put_common(root, dataset, *source, *info, kind);
        root.put(DCM_ConversionType, "WSD");
        root.put(DCM_BodyPartExamined, "ABDOMEN");
        root.put(DCM_AcquisitionDateTime, "");
        root.put(DCM_BurnedInAnnotation, "NO");
        root.put(DCM_DocumentTitle, title);
        root.put_code(DCM_ConceptNameCodeSequence, concept_name);
        root.put(DCM_MIMETypeOfEncapsulatedDocument, "application/pdf");
        root.note(
            dataset.putAndInsertUint32(DCM_EncapsulatedDocumentLength, static_cast<Uint32>(bytes)));
        root.put_bytes(DCM_EncapsulatedDocument, padded);
        abl::require(root.result(), "the document");
        return abl::save_object(file, path, bytes, err);
    });
}
