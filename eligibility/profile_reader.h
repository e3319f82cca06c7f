/* Strict reading of JSON objects, with errors that name line and key.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_PROFILE_READER_H
#define ABL_ELIGIBILITY_PROFILE_READER_H

#include <jansson.h>

#include "imaging/status.h"

/** A text being read; @p path is the object that is being looked at. */
typedef struct abl_json_reader {
    const char *name; /**< for messages */
    const char *text;
    size_t bytes;
    char path[96];  /**< "rules[3].limit" */
    abl_error *err; /**< set by the first failure */
} abl_json_reader;

/** One key of an object. */
typedef struct abl_json_number {
    const char *key;
    double min, max;
    bool whole; /**< integers only */
} abl_json_number;

/** "NAME:LINE: PATH.KEY: text"; @p key may be "" for the object itself. */
abl_status abl_json_fail(const abl_json_reader *reader, const char *key,
                         const char *format, ...) ABL_PRINTF(3, 4);

/** Parses; numbers, duplicates and trailing text are checked.
 * @retval ABL_E_FORMAT with line and column */
abl_status abl_json_parse(json_t **root, const abl_json_reader *reader,
                          abl_error *err) ABL_MUST_CHECK;

/** @p object is an object with no key beyond @p known (ends with NULL). */
abl_status abl_json_check_keys(const abl_json_reader *reader,
                               const json_t *object,
                               const char *const *known) ABL_MUST_CHECK;

/** Copies a string of 1 to @p size - 1 bytes (0 when @p may_be_empty). */
abl_status abl_json_text(char *out, size_t size, const abl_json_reader *reader,
                         const json_t *object, const char *key,
                         bool may_be_empty) ABL_MUST_CHECK;

/** A finite number in [min, max]. */
abl_status abl_json_number_get(double *out, const abl_json_reader *reader,
                               const json_t *object,
                               const abl_json_number *what) ABL_MUST_CHECK;

/** Index of a string in @p names (ends with NULL). */
abl_status abl_json_choice(size_t *out, const abl_json_reader *reader,
                           const json_t *object, const char *key,
                           const char *const *names) ABL_MUST_CHECK;

#endif
