/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_outline.hpp"

#include <cstdio>
#include <cstring>

#include "imaging/adapters/guard.hpp"
#include "imaging/dicom_structure.h"

namespace abl
{
/* Values longer than this stay in the file until they are asked for. */
const Uint32 max_value_bytes = 16384;

abl_status load_outlines(DcmFileFormat &file, const char *path, abl_error *err)
{
    abl_status status = toolkit_start(err);
    if (!status)
        status = abl_dicom_structure_check(path, err);
    if (status)
        return status;
    const OFCondition loaded = file.loadFile(path, EXS_Unknown, EGL_noChange, max_value_bytes);
    if (loaded.bad())
        return abl_error_set(err, ABL_E_FORMAT, "%s: %s; the file is truncated or damaged", path,
                             loaded.text());
    return ABL_OK;
}

item_walk::item_walk(DcmItem *item, const DcmTagKey &key)
{
    if (item)
        item->findAndGetSequence(key, sequence_);
}

DcmItem *item_walk::next()
{
    at_ = sequence_ ? sequence_->nextInContainer(at_) : nullptr;
    if (!at_)
        sequence_ = nullptr;
    return static_cast<DcmItem *>(at_);
}

size_t item_walk::count() const
{
    return sequence_ ? sequence_->card() : 0;
}

abl_status part_list::reserve(size_t count, abl_error *err)
{
    *parts_ = static_cast<abl_outline_part *>(abl_alloc(count, sizeof **parts_, err));
    return *parts_ ? ABL_OK : ABL_E_NOMEM;
}

bool part_list::count_next()
{
    if (!index_of_.emplace(next()->number, *count_).second)
        return false;
    ++*count_;
    return true;
}

bool part_list::find(size_t *index, long number) const
{
    const auto found = index_of_.find(number);
    if (found == index_of_.end())
        return false;
    *index = found->second;
    return true;
}

void read_code(abl_outline_part *part, text_copier &text, DcmItem *item, const DcmTagKey &sequence)
{
    DcmItem *code = item_of(item, sequence);
    text.copy(part->code, sizeof part->code, code, DCM_CodeValue);
    text.copy(part->scheme, sizeof part->scheme, code, DCM_CodingSchemeDesignator);
    text.copy(part->meaning, sizeof part->meaning, code, DCM_CodeMeaning);
}

abl_status set_series(abl_outline_origin *origin, const std::set<std::string> &uids, abl_error *err)
{
    if (uids.empty())
        return ABL_OK;
    origin->series_uids = static_cast<char(*)[65]>(abl_alloc(uids.size(), 65, err));
    if (!origin->series_uids)
        return ABL_E_NOMEM;
    for (const std::string &uid : uids)
        std::snprintf(origin->series_uids[origin->series_count++], 65, "%s", uid.c_str());
    return ABL_OK;
}
} // namespace abl

extern "C" abl_status abl_dicom_outline_kind(abl_outline_kind *kind, char modality[17],
                                             const char *path, abl_error *err)
{
    *kind = ABL_OUTLINE_NONE;
    modality[0] = '\0';
    return abl::guard(err, [&]() -> abl_status {
        DcmFileFormat file;
        const abl_status status = abl::load_outlines(file, path, err);
        if (status)
            return status;
        DcmDataset *item = file.getDataset();
        const OFString uid = abl::text_of(item, DCM_SOPClassUID);
        abl::copy_text(modality, 17, abl::text_of(item, DCM_Modality));
        if (uid == UID_SegmentationStorage)
            *kind = ABL_OUTLINE_SEGMENTATION;
        else if (uid == "1.2.840.10008.5.1.4.1.1.66.7") /* unknown to DCMTK 3.6.7 */
            *kind = ABL_OUTLINE_LABELMAP;
        else if (uid == UID_SurfaceSegmentationStorage)
            *kind = ABL_OUTLINE_SURFACE;
        else if (uid == UID_RTStructureSetStorage)
            *kind = ABL_OUTLINE_CONTOURS;
        return ABL_OK;
    });
}
