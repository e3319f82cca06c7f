/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/json_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_space(cursor *c)
{
    while (c->at < c->end && strchr(" \t\r\n,:", *c->at) && *c->at)
        c->at++;
}

/* From the opening quote to after the closing one. */
static void skip_string(cursor *c)
{
    for (c->at++; c->at < c->end && *c->at != '"'; c->at++)
        if (*c->at == '\\')
            c->at++;
    if (c->at < c->end)
        c->at++;
}

static void skip_value(cursor *c)
{
    size_t depth = 0;
    skip_space(c);
    while (c->at < c->end) {
        const char first = *c->at;
        if (first == '"') {
            skip_string(c);
        } else if (first == '{' || first == '[') {
            depth++;
            c->at++;
        } else if (first == '}' || first == ']') {
            if (depth == 0)
                return;
            depth--;
            c->at++;
        } else {
            while (c->at < c->end && !strchr(" \t\r\n,:{}[]\"", *c->at))
                c->at++;
        }
        if (depth == 0)
            return;
        skip_space(c);
    }
}

/* Moves from an object to the value of a key; false when it has none. */
static bool enter_key(cursor *c, const char *key, size_t length)
{
    if (c->at >= c->end || *c->at != '{')
        return false;
    c->at++;
    for (skip_space(c); c->at < c->end && *c->at == '"'; skip_space(c)) {
        const char *name = c->at + 1;
        skip_string(c);
        const bool found = (size_t)(c->at - name) == length + 1 &&
                           memcmp(name, key, length) == 0;
        skip_space(c);
        if (found)
            return true;
        skip_value(c);
    }
    return false;
}

static bool enter_item(cursor *c, size_t index)
{
    if (c->at >= c->end || *c->at != '[')
        return false;
    c->at++;
    skip_space(c);
    for (; index && c->at < c->end && *c->at != ']'; index--) {
        skip_value(c);
        skip_space(c);
    }
    return c->at < c->end && *c->at != ']';
}

static bool enter_step(cursor *c, const char **path)
{
    const char *step = *path;
    if (*step == '[') {
        char *end = NULL;
        const unsigned long index = strtoul(step + 1, &end, 10);
        *path = *end == ']' ? end + 1 : end;
        return enter_item(c, index);
    }
    step += *step == '.';
    const size_t length = strcspn(step, ".[");
    *path = step + length;
    return enter_key(c, step, length);
}

size_t abl_json_line(const char *text, size_t bytes, const char *path)
{
    cursor c = {text, text + bytes};
    skip_space(&c);
    const char *found = c.at;
    while (*path && enter_step(&c, &path))
        found = c.at;
    size_t line = 1;
    for (const char *at = text; at < found; at++)
        line += *at == '\n';
    return line;
}
