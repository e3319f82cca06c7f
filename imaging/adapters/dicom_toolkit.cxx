/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/adapters/dicom_toolkit.hpp"

#include "dcmtk/dcmjpeg/djdecode.h"

#include <gdcmGlobal.h>
#include <gdcmTrace.h>

#include <sys/stat.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace abl
{
static void start_libraries()
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    /* Converters leave known attributes as UN in explicit files. */
    dcmEnableUnknownVRConversion.set(OFTrue);
    DJDecoderRegistration::registerCodecs();
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Global::GetInstance();
}

abl_status toolkit_start(abl_error *err)
{
    static std::once_flag once;
    std::call_once(once, start_libraries);
    if (!dcmDataDict.isDictionaryLoaded())
        return abl_error_set(err, ABL_E_INTERNAL,
                             "the DICOM dictionary of DCMTK was not found; install the package "
                             "libdcmtk17 or set DCMDICTPATH to dicom.dic");
    return ABL_OK;
}

OFString text_of(DcmItem *item, const DcmTagKey &key, unsigned long index)
{
    OFString text;
    if (!item || item->findAndGetOFString(key, text, index).bad())
        return "";
    const char *blank = " \t\r\n";
    const size_t first = text.find_first_not_of(blank);
    if (first == OFString_npos)
        return "";
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

static bool parse_number(double *out, const OFString &text)
{
    char *end = nullptr;
    *out = std::strtod(text.c_str(), &end);
    return end != text.c_str() && *end == '\0' && std::isfinite(*out);
}

bool numbers_of(double *out, DcmItem *item, const DcmTagKey &key, unsigned long count)
{
    for (unsigned long n = 0; n < count; n++)
        if (!parse_number(out + n, text_of(item, key, n)))
            return false;
    return true;
}

double number_of(DcmItem *item, const DcmTagKey &key, double fallback)
{
    double value = 0;
    return numbers_of(&value, item, key, 1) ? value : fallback;
}

int integer_of(DcmItem *item, const DcmTagKey &key, int fallback)
{
    const double value = number_of(item, key, fallback);
    return std::fabs(value) < 2e9 ? static_cast<int>(value) : fallback;
}

unsigned short_of(DcmItem *item, const DcmTagKey &key, unsigned fallback)
{
    Uint16 value = 0;
    return item && item->findAndGetUint16(key, value).good() ? value : fallback;
}

DcmItem *item_of(DcmItem *item, const DcmTagKey &key)
{
    DcmItem *found = nullptr;
    return item && item->findAndGetSequenceItem(key, found, 0).good() ? found : nullptr;
}

/* Bytes of the UTF-8 character at the start of the text; 0 when it is none. */
static size_t utf8_length(const unsigned char *c, size_t left)
{
    const size_t need = c[0] < 0x80             ? 1
                        : (c[0] & 0xe0) == 0xc0 ? 2
                        : (c[0] & 0xf0) == 0xe0 ? 3
                        : (c[0] & 0xf8) == 0xf0 ? 4
                                                : 0;
    if (need == 0 || need > left || (need == 2 && c[0] < 0xc2))
        return 0;
    for (size_t n = 1; n < need; n++)
        if ((c[n] & 0xc0) != 0x80)
            return 0;
    return need;
}

void copy_text(char *to, size_t size, const OFString &text)
{
    const unsigned char *from = reinterpret_cast<const unsigned char *>(text.data());
    size_t used = 0;
    for (size_t n = 0; n < text.size();) {
        const size_t length = utf8_length(from + n, text.size() - n);
        const bool plain = length > 0 && (length > 1 || (from[n] >= 32 && from[n] != 127));
        const size_t out = plain ? length : 1;
        if (used + out >= size)
            break;
        for (size_t b = 0; b < out; b++)
            to[used++] = plain ? static_cast<char>(from[n + b]) : '?';
        n += length > 0 ? length : 1;
    }
    to[used] = '\0';
}

text_copier::text_copier(DcmItem *dataset)
{
    const OFString name = text_of(dataset, DCM_SpecificCharacterSet);
    if (!name.empty() && name != "ISO_IR 192")
        ready_ = set_.selectCharacterSet(*dataset).good();
}

void text_copier::copy(char *to, size_t size, DcmItem *item, const DcmTagKey &key)
{
    const OFString text = text_of(item, key);
    OFString converted;
    if (ready_ && set_.convertString(text, converted).good())
        copy_text(to, size, converted);
    else
        copy_text(to, size, text);
}

std::string decimal(double value)
{
    char text[40];
    if (std::fabs(value) < 5e-10)
        return "0";
    for (int digits = 12; digits > 3; digits--) {
        std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (std::strlen(text) <= 16)
            break;
    }
    return text;
}

std::string decimals(const double *values, size_t count)
{
    std::string text;
    for (size_t n = 0; n < count; n++)
        text += (n ? "\\" : "") + decimal(values[n]);
    return text;
}

bool is_whole_file(const std::string &path, size_t least_bytes)
{
    struct stat found;
    return stat(path.c_str(), &found) == 0 && static_cast<size_t>(found.st_size) > least_bytes;
}
} // namespace abl
