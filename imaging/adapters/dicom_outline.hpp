/* What objects with outlines have in common; internal to the adapters.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_DICOM_OUTLINE_HPP
#define ABL_IMAGING_ADAPTERS_DICOM_OUTLINE_HPP

#include "imaging/adapters/dicom_toolkit.hpp"

#include <map>
#include <set>
#include <string>

#include "imaging/outline.h"

namespace abl
{
/** Loads a file after its structure was checked; long values stay on disk. */
abl_status load_outlines(DcmFileFormat &file, const char *path, abl_error *err);

/** The items of a sequence, one after the other; NULL behind the last. */
class item_walk
{
  public:
    item_walk(DcmItem *item, const DcmTagKey &key);
    DcmItem *next();
    size_t count() const;

  private:
    DcmSequenceOfItems *sequence_ = nullptr;
    DcmObject *at_ = nullptr;
};

/** The segments or regions of a file, which the caller owns, by number. */
class part_list
{
  public:
    part_list(abl_outline_part **parts, size_t *count) : parts_(parts), count_(count)
    {
    }
    abl_status reserve(size_t count, abl_error *err);
    /** Counts the next part, whose number is set; false when another has it. */
    bool count_next();
    /** The part that is filled next. */
    abl_outline_part *next() const
    {
        return *parts_ + *count_;
    }
    /** Index of the part of that number; false when there is none. */
    bool find(size_t *index, long number) const;

  private:
    abl_outline_part **parts_;
    size_t *count_;
    std::map<long, size_t> index_of_;
};

/** Code value, scheme and meaning of a sequence's first item. */
void read_code(abl_outline_part *part, text_copier &text, DcmItem *item, const DcmTagKey &sequence);

abl_status set_series(abl_outline_origin *origin, const std::set<std::string> &uids,
                      abl_error *err);
} // namespace abl

#endif
