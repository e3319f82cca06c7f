/* DCMTK, started once and kept quiet; text and numbers out of data sets.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_ADAPTERS_DICOM_TOOLKIT_HPP
#define ABL_IMAGING_ADAPTERS_DICOM_TOOLKIT_HPP

#include "dcmtk/config/osconfig.h"

#include "dcmtk/dcmdata/dcspchrs.h"
#include "dcmtk/dcmdata/dctk.h"

#include <string>

#include "imaging/status.h"

namespace abl
{
/** Registers the decoders and silences the loggers, once per process; fails
 * when the data dictionary is not there. Thread-safe. */
abl_status toolkit_start(abl_error *err);

/** Value @p index of an attribute as text, trimmed; empty when absent. */
OFString text_of(DcmItem *item, const DcmTagKey &key, unsigned long index = 0);

/** True when all @p count numbers of an attribute are there and finite. */
bool numbers_of(double *out, DcmItem *item, const DcmTagKey &key, unsigned long count);

/** One number, or @p fallback. */
double number_of(DcmItem *item, const DcmTagKey &key, double fallback);

/** A whole number in the range of int, or @p fallback. */
int integer_of(DcmItem *item, const DcmTagKey &key, int fallback);

/** An unsigned 16-bit attribute, or @p fallback. */
unsigned short_of(DcmItem *item, const DcmTagKey &key, unsigned fallback);

/** First item of a sequence, or NULL. */
DcmItem *item_of(DcmItem *item, const DcmTagKey &key);

/** Copies text, made valid UTF-8 without control characters, cut to fit. */
void copy_text(char *to, size_t size, const OFString &text);

/** Text of a data set and of its items, converted from the character set that
 * the data set names, when the library knows it. */
class text_copier
{
  public:
    explicit text_copier(DcmItem *dataset);
    /** As copy_text(). */
    void copy(char *to, size_t size, DcmItem *item, const DcmTagKey &key);

  private:
    DcmSpecificCharacterSet set_;
    bool ready_ = false;
};

/** A decimal string of at most 16 characters (VR DS). */
std::string decimal(double value);
std::string decimals(const double *values, size_t count);

/** Whether a file is there with more than that many bytes: the library does
 * not report a failing close. */
bool is_whole_file(const std::string &path, size_t least_bytes);
} // namespace abl

#endif
