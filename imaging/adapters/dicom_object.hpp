/* What every new DICOM object is made of; internal to the adapters.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_DICOM_OBJECT_HPP
#define ABL_IMAGING_ADAPTERS_DICOM_OBJECT_HPP

#include "imaging/adapters/dicom_toolkit.hpp"

#include <string>
#include <vector>

#include "imaging/dicom_object.h"

struct abl_dicom_source {
    DcmDataset common; /**< patient and study modules, as in the source */
    struct Instance {
        std::string class_uid, instance_uid;
        bool has_plane;
        double position_lps[3], cosines[6], row_then_column_mm[2];
        unsigned rows, columns;
    };
    std::vector<Instance> instances;
    std::string study_uid, series_uid, frame_uid, date_time;
    bool is_utf8; /**< its character set holds all of ours */
};

namespace abl
{
/** Puts values into one item and remembers the first failure. */
class ItemWriter
{
  public:
    explicit ItemWriter(DcmItem &item) : item_(item)
    {
    }
    void put(const DcmTagKey &tag, const std::string &value)
    {
        note(item_.putAndInsertString(tag, value.c_str()));
    }
    void put_u16(const DcmTagKey &tag, unsigned value)
    {
        note(item_.putAndInsertUint16(tag, static_cast<Uint16>(value)));
    }
    void put_u16s(const DcmTagKey &tag, const std::vector<Uint16> &values);
    void put_u32s(const DcmTagKey &tag, const std::vector<Uint32> &values);
    void put_doubles(const DcmTagKey &tag, const std::vector<double> &values);
    void put_floats(const DcmTagKey &tag, const std::vector<float> &values);
    void put_bytes(const DcmTagKey &tag, const std::vector<Uint8> &bytes);
    /** A new last item of a sequence. */
    DcmItem &add_item(const DcmTagKey &sequence);
    /** A sequence with one code; returns its item. */
    DcmItem &put_code(const DcmTagKey &sequence, const abl_code &code);
    /** A sequence item that names an instance. */
    DcmItem &add_reference(const DcmTagKey &sequence, const std::string &class_uid,
                           const std::string &instance_uid);
    const OFCondition &result() const
    {
        return result_;
    }
    void note(const OFCondition &condition)
    {
        if (result_.good() && condition.bad())
            result_ = condition;
    }

  private:
    DcmItem &item_;
    OFCondition result_ = EC_Normal;
};

/** Thrown when DCMTK refuses a value; becomes ABL_E_INTERNAL. */
void require(const OFCondition &condition, const char *what);

/** Our own UTF-8 text in the source's character set: as it is, or in ASCII. */
std::string text_for(const abl_dicom_source &source, const std::string &text);

struct ObjectKind {
    const char *name;      /**< for the UIDs: "seg" */
    const char *class_uid; /**< SOP class */
    const char *modality;
};

/** Patient, study, series, equipment and SOP common modules. */
void put_common(ItemWriter &writer, DcmDataset &dataset, const abl_dicom_source &source,
                const abl_dicom_object_info &info, const ObjectKind &kind);

/** Unsigned pixels: one grey sample or three colours side by side. */
struct PixelFormat {
    unsigned samples, bits;
    size_t rows, columns;
};
void put_pixel_format(ItemWriter &writer, const PixelFormat &format);

/** Every instance of the source, by series, in a sequence such as
 * ReferencedSeriesSequence. */
void put_source_series(ItemWriter &writer, const abl_dicom_source &source);

/** Writes under a temporary name, checks the size and renames. */
abl_status save_object(DcmFileFormat &file, const char *path, size_t least_bytes, abl_error *err);

abl_status check_object_info(const abl_dicom_object_info *info, abl_error *err);
} // namespace abl

#endif
