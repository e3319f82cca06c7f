/* Bounds on a JSON text that came from elsewhere, before it is parsed.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_CASES_JSON_GUARD_H
#define ABL_ELIGIBILITY_CASES_JSON_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/** Most nesting and most values (numbers, texts, objects, ...) of one text. A
 * value costs a parser about 100 bytes. */
typedef struct abl_json_bounds {
    size_t max_depth, max_values;
} abl_json_bounds;

/** One pass over the bytes, without recursion; the text need not be
 * well-formed.
 * @return NULL when within the bounds, else what is too much (static) */
const char *abl_json_exceeds(const char *text, size_t bytes,
                             const abl_json_bounds *bounds);

#endif
