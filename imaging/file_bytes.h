/* Whole small files, and the sum of any file.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_FILE_BYTES_H
#define ABL_IMAGING_FILE_BYTES_H

#include "imaging/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A regular file of at most @p max_bytes, with a terminator behind it.
 * @param[out] text  free() it
 * @retval ABL_E_IO     cannot be read, or is no regular file
 * @retval ABL_E_FORMAT larger than @p max_bytes
 */
abl_status abl_file_read(char **text, size_t *bytes, const char *path,
                         size_t max_bytes, abl_error *err) ABL_MUST_CHECK;

/** Writes a file whole; what cannot be written whole is removed, unless it is
 * no regular file.
 * @retval ABL_E_IO with the path and why */
abl_status abl_file_write(const char *path, const void *data, size_t bytes,
                          abl_error *err) ABL_MUST_CHECK;

/** SHA-256 of a file's bytes as they lie on disk.
 * @retval ABL_E_IO */
abl_status abl_file_sha256(char hex[65], const char *path,
                           abl_error *err) ABL_MUST_CHECK;

/** The last name of a path: folders above it may name a patient. Points into
 * @p path. */
const char *abl_file_last_name(const char *path);

#ifdef __cplusplus
}
#endif
#endif
