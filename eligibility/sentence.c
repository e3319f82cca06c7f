/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void abl_sentence_append(char *out, size_t size, const char *format, ...)
{
    const size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}
