/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/dicom_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *abl_dicom_key_name(abl_dicom_key key)
{
    static const char *const names[ABL_DICOM_KEY_COUNT] = {
        "AcquisitionNumber", "TemporalPositionIdentifier",
        "EchoTime",          "DiffusionBValue",
        "TriggerTime",       "KVP",
        "StackID",           "ConvolutionKernel",
        "ImageType",         "AcquisitionTime"};
    return names[key];
}

void abl_dicom_header_clear(abl_dicom_header *header)
{
    free(header->frames);
    memset(header, 0, sizeof *header);
}

static bool is_one_of(const uint8_t *two, const char *list)
{
    for (; *list; list += 2)
        if (two[0] == (uint8_t)list[0] && two[1] == (uint8_t)list[1])
            return true;
    return false;
}

/* A data set without preamble starts with a short element of group 2 or 8. */
static bool starts_like_data_set(const uint8_t *bytes, size_t count)
{
    if (count < 8)
        return false;
    const bool little = (bytes[0] == 8 || bytes[0] == 2) && bytes[1] == 0;
    const bool big = bytes[0] == 0 && bytes[1] == 8;
    if (!little && !big)
        return false;
    if (is_one_of(bytes + 4, "ULUICSDATMSHLOOBPNDTSQIS"))
        return true;
    return little && bytes[3] == 0 && bytes[5] == 0 && bytes[6] == 0 &&
           bytes[7] == 0 && bytes[4] <= 64;
}

static bool contains(const uint8_t *bytes, size_t count, const char *text)
{
    const size_t length = strlen(text);
    for (size_t n = 0; n + length <= count; n++)
        if (memcmp(bytes + n, text, length) == 0)
            return true;
    return false;
}

static abl_status check_size(off_t size, const uint8_t *bytes, size_t count,
                             const char *path, abl_error *err)
{
    const bool deflated = contains(bytes, count, "1.2.840.10008.1.2.1.99");
    const size_t limit =
        deflated ? ABL_DICOM_MAX_DEFLATED_BYTES : ABL_DICOM_MAX_FILE_BYTES;
    if (size >= 0 && (uint64_t)size <= limit)
        return ABL_OK;
    return abl_error_set(err, ABL_E_UNSUPPORTED,
                         "%s: %lld bytes are more than the %zu allowed%s", path,
                         (long long)size, limit,
                         deflated ? " in a deflated file" : "");
}

static abl_status sniff_file(bool *is_dicom, int file, const char *path,
                             abl_error *err)
{
    struct stat info;
    uint8_t bytes[1024];
    if (fstat(file, &info) != 0)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return abl_error_set(err, ABL_E_IO, "%s: not a regular file", path);
    const ssize_t count = read(file, bytes, sizeof bytes);
    if (count < 0)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    *is_dicom = (count >= 132 && memcmp(bytes + 128, "DICM", 4) == 0) ||
                starts_like_data_set(bytes, (size_t)count);
    if (*is_dicom)
        return check_size(info.st_size, bytes, (size_t)count, path, err);
    return ABL_OK;
}

abl_status abl_dicom_sniff(bool *is_dicom, const char *path, abl_error *err)
{
    *is_dicom = false;
    const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return abl_error_set(err, ABL_E_IO, "%s: %s", path, strerror(errno));
    const abl_status status = sniff_file(is_dicom, file, path, err);
    close(file);
    return status;
}
