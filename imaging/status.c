/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise() */
#include "imaging/status.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void flatten_line(char *text)
{
    for (; *text; text++)
        if (*text == '\n' || *text == '\r' || *text == '\t')
            *text = ' ';
}

abl_status abl_error_set(abl_error *err, abl_status code, const char *format,
                         ...)
{
    if (!err)
        return code;
    va_list args;
    va_start(args, format);
    err->code = code;
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    flatten_line(err->message);
    return code;
}

void abl_error_prefix(abl_error *err, const char *format, ...)
{
    if (!err)
        return;
    char joined[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(joined, sizeof joined, format, args);
    va_end(args);
    size_t used = strlen(joined);
    snprintf(joined + used, sizeof joined - used, ": %s", err->message);
    memcpy(err->message, joined, sizeof joined);
    flatten_line(err->message);
}

const char *abl_status_name(abl_status status)
{
    static const char *const names[] = {"OK",       "NOMEM",     "INVALID",
                                        "IO",       "FORMAT",    "UNSUPPORTED",
                                        "GEOMETRY", "CANCELLED", "INTERNAL"};
    size_t index = (size_t)status;
    return index < sizeof names / sizeof names[0] ? names[index] : "UNKNOWN";
}

bool abl_mul_size(size_t *out, size_t a, size_t b)
{
    if (!__builtin_mul_overflow(a, b, out))
        return true;
    *out = 0;
    return false;
}

/* Large pages for memory that has not been touched yet: the first touch of a
 * volume otherwise costs as much as a filter. Only a hint. */
static void advise_large_pages(char *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    const size_t worthwhile = (size_t)8 << 20;
    long page = sysconf(_SC_PAGESIZE);
    if (!memory || bytes < worthwhile || page <= 0)
        return;
    size_t skip = (size_t)page - (uintptr_t)memory % (size_t)page;
    size_t whole = (bytes - skip) / (size_t)page * (size_t)page;
    (void)madvise(memory + skip, whole, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)bytes;
#endif
}

void *abl_alloc(size_t count, size_t size, abl_error *err)
{
    size_t bytes = 0;
    void *memory = NULL;
    if (abl_mul_size(&bytes, count ? count : 1, size ? size : 1))
        memory = calloc(1, bytes);
    advise_large_pages(memory, bytes);
    if (!memory)
        abl_error_set(err, ABL_E_NOMEM, "out of memory: %zu items of %zu bytes",
                      count, size);
    return memory;
}
