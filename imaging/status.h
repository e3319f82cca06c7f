/* Status codes, error messages and checked allocation for every module.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions of the whole library
 *  1. Every fallible function returns abl_status and takes a caller-owned
 *     abl_error as its last argument, which may be NULL.
 *  2. Outputs come first and are initialised before anything can fail.
 *  3. The library never exits, prints or aborts.
 *  4. Coordinates named _lps are DICOM patient millimetres (x to the patient's
 *     left, y to posterior, z to the head); _ijk are voxel indices.
 *  5. Destroy functions accept NULL.
 */
#ifndef ABL_IMAGING_STATUS_H
#define ABL_IMAGING_STATUS_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ABL_MUST_CHECK     __attribute__((warn_unused_result))
#define ABL_PRINTF(fmt, a) __attribute__((format(printf, fmt, a)))

/** What a caller can do about a failure. A closed set. */
typedef enum abl_status {
    ABL_OK = 0,
    ABL_E_NOMEM,       /**< memory could not be allocated */
    ABL_E_INVALID,     /**< an argument is out of its stated range */
    ABL_E_IO,          /**< a file could not be read or written */
    ABL_E_FORMAT,      /**< a file's content is damaged or hostile */
    ABL_E_UNSUPPORTED, /**< well-formed, but not something we handle */
    ABL_E_GEOMETRY,    /**< slices or grids do not fit together */
    ABL_E_CANCELLED,   /**< the caller asked to stop */
    ABL_E_INTERNAL     /**< a library below us broke its promise */
} abl_status;

/** Caller-owned error text; lives on the stack, cannot leak or go stale. */
typedef struct abl_error {
    abl_status code;
    char message[768]; /**< one line, no trailing newline */
} abl_error;

/** Sets @p err (when not NULL) and returns @p code, so that a function can
 * end in `return abl_error_set(...)`. The text says which file, what was
 * wrong and what the user can do. */
abl_status abl_error_set(abl_error *err, abl_status code, const char *format,
                         ...) ABL_PRINTF(3, 4);

/** Puts context (a file name, a series) in front of an existing message. */
void abl_error_prefix(abl_error *err, const char *format, ...) ABL_PRINTF(2, 3);

/** Upper-case name of a code, for tests and logs. Static storage. */
const char *abl_status_name(abl_status status);

/** a * b into @p out; false on overflow (then @p out is 0). */
bool abl_mul_size(size_t *out, size_t a, size_t b);

/**
 * Zeroed memory for @p count items of @p size bytes; free() it.
 * @return NULL with ABL_E_NOMEM set on overflow or exhaustion; count 0 is 1.
 */
void *abl_alloc(size_t count, size_t size, abl_error *err) ABL_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
