/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/context.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/context_read.h"
#include "imaging/sha256.h"

#define MAX_FILE_BYTES ((size_t)64 << 10)

static const struct field {
    const char *name, *title, *choices;
    const char *values[4]; /* ends with NULL */
    abl_context_meaning meanings[3];
} fields[ABL_CONTEXT_FIELD_COUNT] = {
    {"extra_hepatic_disease",
     "disease outside the liver",
     "none, less-than-liver, more-than-liver",
     {"none", "less-than-liver", "more-than-liver"},
     {ABL_CONTEXT_FINE, ABL_CONTEXT_DOUBTFUL, ABL_CONTEXT_ADVERSE}},
    {"coagulation",
     "coagulation",
     "normal, correctable, impaired",
     {"normal", "correctable", "impaired"},
     {ABL_CONTEXT_FINE, ABL_CONTEXT_DOUBTFUL, ABL_CONTEXT_ADVERSE}},
    {"biliary_surgery",
     "bile duct surgery or stent",
     "no, yes",
     {"no", "yes"},
     {ABL_CONTEXT_FINE, ABL_CONTEXT_DOUBTFUL, ABL_CONTEXT_FINE}},
    {"ascites",
     "ascites",
     "none, little, much",
     {"none", "little", "much"},
     {ABL_CONTEXT_FINE, ABL_CONTEXT_DOUBTFUL, ABL_CONTEXT_ADVERSE}},
    {"target_visible_on_ultrasound",
     "target visible on ultrasound",
     "yes, some, no",
     {"yes", "some", "no"},
     {ABL_CONTEXT_FINE, ABL_CONTEXT_DOUBTFUL, ABL_CONTEXT_DOUBTFUL}},
};

const char *abl_context_field_name(abl_context_field field)
{
    return fields[field].name;
}

const char *abl_context_field_title(abl_context_field field)
{
    return fields[field].title;
}

const char *abl_context_choices(abl_context_field field)
{
    return fields[field].choices;
}

static bool read_digits(int *out, const char *text, int count)
{
    *out = 0;
    for (int n = 0; n < count; n++) {
        if (text[n] < '0' || text[n] > '9')
            return false;
        *out = 10 * *out + (text[n] - '0');
    }
    return true;
}

static bool is_date(const char *text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 0, month = 0, day = 0;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
        !read_digits(&year, text, 4) || !read_digits(&month, text + 5, 2) ||
        !read_digits(&day, text + 8, 2))
        return false;
    if (year < 1900 || month < 1 || month > 12 || day < 1)
        return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

static abl_status read_optional(char *out, size_t size,
                                const abl_json_reader *reader,
                                const json_t *object, const char *key)
{
    if (!json_object_get(object, key))
        return ABL_OK;
    return abl_json_text(out, size, reader, object, key, true);
}

static abl_status read_fact(abl_context_fact *out, const struct field *field,
                            const abl_json_reader *reader, const json_t *object)
{
    static const char *const keys[] = {"value", "note", "date", "by", NULL};
    size_t choice = 0;
    abl_status status = abl_json_check_keys(reader, object, keys);
    if (!status)
        status =
            abl_json_choice(&choice, reader, object, "value", field->values);
    if (!status)
        status =
            read_optional(out->note, sizeof out->note, reader, object, "note");
    if (!status)
        status =
            read_optional(out->date, sizeof out->date, reader, object, "date");
    if (!status)
        status = read_optional(out->by, sizeof out->by, reader, object, "by");
    if (status)
        return status;
    if (out->date[0] && !is_date(out->date))
        return abl_json_fail(reader, "date",
                             "\"%s\" is no date; it is written as 2025-03-31",
                             out->date);
    out->given = true;
    snprintf(out->value, sizeof out->value, "%s", field->values[choice]);
    out->meaning = field->meanings[choice];
    return ABL_OK;
}

static abl_status check_fields(const abl_json_reader *reader,
                               const json_t *object, const char *another)
{
    const char *keys[ABL_CONTEXT_FIELD_COUNT + 2] = {NULL};
    for (size_t n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        keys[n] = fields[n].name;
    keys[ABL_CONTEXT_FIELD_COUNT] = another;
    return abl_json_check_keys(reader, object, keys);
}

static abl_status read_fields(abl_context *out, const abl_json_reader *reader,
                              const json_t *root)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < ABL_CONTEXT_FIELD_COUNT; n++) {
        const json_t *object = json_object_get(root, fields[n].name);
        abl_json_reader inner = *reader;
        snprintf(inner.path, sizeof inner.path, "%.60s%s%s", reader->path,
                 reader->path[0] ? "." : "", fields[n].name);
        if (object)
            status = read_fact(&out->facts[n], &fields[n], &inner, object);
    }
    return status;
}

abl_status abl_context_read_fields(abl_context *out,
                                   const abl_json_reader *reader,
                                   const json_t *object)
{
    abl_status status = check_fields(reader, object, NULL);
    return status ? status : read_fields(out, reader, object);
}

static abl_status read_context(abl_context *out, const abl_json_reader *reader,
                               const json_t *root)
{
    static const char *const schemas[] = {"ablascreen-context/1", NULL};
    size_t schema = 0;
    abl_status status = check_fields(reader, root, "schema");
    if (!status)
        status = abl_json_choice(&schema, reader, root, "schema", schemas);
    return status ? status : read_fields(out, reader, root);
}

abl_status abl_context_parse(abl_context *out, const char *text, size_t bytes,
                             const char *name, abl_error *err)
{
    json_t *root = NULL;
    const abl_json_reader reader = {name, text, bytes, "", err};
    memset(out, 0, sizeof *out);
    abl_status status = abl_json_parse(&root, &reader, err);
    if (!status)
        status = read_context(out, &reader, root);
    json_decref(root);
    if (!status)
        abl_sha256_hex(out->sha256, text, bytes);
    return status;
}

static abl_status load_file(abl_context *out, const char *path, FILE *file,
                            abl_error *err)
{
    char *text = abl_alloc(MAX_FILE_BYTES + 1, 1, err);
    if (!text)
        return ABL_E_NOMEM;
    const size_t bytes = fread(text, 1, MAX_FILE_BYTES + 1, file);
    abl_status status = ABL_OK;
    if (ferror(file))
        status = abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s", path,
                               strerror(errno));
    else if (bytes > MAX_FILE_BYTES)
        status =
            abl_error_set(err, ABL_E_FORMAT,
                          "%s: larger than 64 kB; this is no context", path);
    else
        status = abl_context_parse(out, text, bytes, path, err);
    free(text);
    return status;
}

abl_status abl_context_load(abl_context *out, const char *path, abl_error *err)
{
    memset(out, 0, sizeof *out);
    FILE *file = fopen(path, "rb");
    if (!file)
        return abl_error_set(err, errno == ENOENT ? ABL_E_INVALID : ABL_E_IO,
                             "context %s: cannot be read: %s", path,
                             strerror(errno));
    abl_status status = load_file(out, path, file, err);
    fclose(file);
    return status;
}
