/* Sentences that are put together from parts.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_SENTENCE_H
#define ABL_ELIGIBILITY_SENTENCE_H

#include <stddef.h>

#include "imaging/status.h"

/** Prints behind the string in @p out; what does not fit in @p size bytes, the
 * terminator among them, is cut. */
void abl_sentence_append(char *out, size_t size, const char *format, ...)
    ABL_PRINTF(3, 4);

#endif
