/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/cases/worklist.h"

/* Length of what both paths have in common, at whole names. */
static size_t common_length(const char *from, const char *to)
{
    size_t n = 0, whole = 0;
    for (; from[n] && from[n] == to[n]; n++)
        if (from[n] == '/')
            whole = n;
    const bool from_ends = !from[n] || from[n] == '/';
    const bool to_ends = !to[n] || to[n] == '/';
    return from_ends && to_ends ? n : whole;
}

static size_t count_names(const char *path)
{
    size_t count = 0;
    for (const char *at = path; *at; at++)
        count += *at != '/' && (at == path || at[-1] == '/');
    return count;
}

static char *put_encoded(char *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) {
        const unsigned char at = (unsigned char)*text;
        if ((at < 128 && isalnum(at)) || strchr("-._~/", at)) {
            *out++ = (char)at;
        } else {
            *out++ = '%';
            *out++ = hex[at >> 4];
            *out++ = hex[at & 15];
        }
    }
    return out;
}

char *abl_relative_url(const char *from, const char *to)
{
    const size_t common = common_length(from, to);
    const size_t up = count_names(from + common);
    const char *rest = to + common;
    rest += strspn(rest, "/");
    char *url = malloc(3 * up + 3 * strlen(rest) + 3);
    if (!url)
        return NULL;
    char *at = url;
    for (size_t n = 0; n < up; n++) {
        memcpy(at, n + 1 < up || *rest ? "../" : "..", 3);
        at += n + 1 < up || *rest ? 3 : 2;
    }
    if (!up && !*rest)
        *at++ = '.';
    else if (!up && strcspn(rest, ":") < strcspn(rest, "/")) {
        memcpy(at, "./", 2); /* "a:b" would be taken for a scheme */
        at += 2;
    }
    at = put_encoded(at, rest);
    *at = '\0';
    return url;
}
