/* Where in a JSON text a value stands, for messages that name the line.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_JSON_LINE_H
#define ABL_ELIGIBILITY_JSON_LINE_H

#include <stddef.h>

/**
 * Line (from 1) of the value at @p path, e.g. "rules[3].limit.value".
 *
 * @param text  well-formed JSON (a parser has accepted it), @p bytes long
 * @return the line of the deepest part of the path that exists: a missing
 *         key gives the line where its object begins. Of a key that occurs
 *         twice the first is meant.
 */
size_t abl_json_line(const char *text, size_t bytes, const char *path);

#endif
