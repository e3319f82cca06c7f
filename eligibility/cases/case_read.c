/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/cases/case_read.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "eligibility/cases/json_guard.h"
#include "eligibility/profile_reader.h"
#include "eligibility/report/text.h"
#include "imaging/file_bytes.h"

#define MAX_NUMBER 1e9 /* of anything measured; larger is no measurement */

static const abl_json_bounds bounds = {24, 2000000};

/* Names in the order of their enums. */
static const char *const result_names[] = {"met", "borderline", "not-met",
                                           "not-assessable", NULL};
static const char *const verdict_names[] = {
    "meets", "borderline", "does-not-meet", "not-assessable", NULL};
static const char *const severity_names[] = {"exclude", "flag", "note", NULL};
static const char *const comparison_names[] = {"below",    "at-most", "above",
                                               "at-least", "is-true", NULL};
static const char *const tag_names[] = {"cited", "convention", "unverified",
                                        NULL};

const char *abl_case_status_name(abl_case_status status)
{
    static const char *const names[] = {"read", "absent", "unreadable",
                                        "other-schema"};
    return names[status];
}

static void at_path(abl_json_reader *reader, const char *format, ...)
    ABL_PRINTF(2, 3);
static void at_path(abl_json_reader *reader, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(reader->path, sizeof reader->path, format, list);
    va_end(list);
}

static abl_status get_object(const json_t **out, const abl_json_reader *reader,
                             const json_t *object, const char *key)
{
    *out = json_object_get(object, key);
    if (json_is_object(*out))
        return ABL_OK;
    return abl_json_fail(reader, key, "must be an object");
}

/* Text of at most size - 1 bytes, cleaned for printing. */
static abl_status get_text(char *out, size_t size,
                           const abl_json_reader *reader, const json_t *object,
                           const char *key)
{
    char raw[1024];
    const size_t most = size < sizeof raw ? size : sizeof raw;
    abl_status status = abl_json_text(raw, most, reader, object, key, true);
    abl_text_clean(out, size, raw);
    return status;
}

static abl_status get_flag(bool *out, const abl_json_reader *reader,
                           const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    *out = json_is_true(value);
    if (json_is_boolean(value))
        return ABL_OK;
    return abl_json_fail(reader, key, "must be true or false");
}

static abl_status get_number(double *out, const abl_json_reader *reader,
                             const json_t *object, const char *key)
{
    const abl_json_number what = {key, -MAX_NUMBER, MAX_NUMBER, false};
    return abl_json_number_get(out, reader, object, &what);
}

/* A count from 1; null is 0. */
static abl_status get_slice(size_t *out, const abl_json_reader *reader,
                            const json_t *object)
{
    double number = 0;
    const abl_json_number what = {"slice", 1, 100000, true};
    *out = 0;
    if (json_is_null(json_object_get(object, "slice")))
        return ABL_OK;
    abl_status status = abl_json_number_get(&number, reader, object, &what);
    *out = (size_t)number;
    return status;
}

/* {"measured": ..., "value": ..., "uncertainty": ...}; without it, or null:
 * not measured. */
static abl_status get_value(abl_case_value *out, const abl_json_reader *reader,
                            const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    *out = (abl_case_value){false, 0, 0};
    if (!value || json_is_null(value))
        return ABL_OK;
    if (!json_is_object(value))
        return abl_json_fail(reader, key, "must be an object or null");
    abl_status status = get_flag(&out->measured, reader, value, "measured");
    if (status || !out->measured)
        return status;
    status = get_number(&out->value, reader, value, "value");
    if (!status)
        status = get_number(&out->uncertainty, reader, value, "uncertainty");
    if (!status && out->uncertainty < 0)
        status = abl_json_fail(reader, key, "has an uncertainty below 0");
    return status;
}

static abl_status read_limit(abl_case_rule *rule, const abl_json_reader *reader,
                             const json_t *object)
{
    const json_t *limit = NULL, *source = NULL;
    size_t comparison = 0, tag = 0;
    abl_status status = get_object(&limit, reader, object, "limit");
    if (!status)
        status = abl_json_choice(&comparison, reader, limit, "comparison",
                                 comparison_names);
    rule->comparison = (abl_comparison)comparison;
    if (!status && rule->comparison != ABL_IS_TRUE)
        status = get_number(&rule->limit, reader, limit, "value");
    if (!status)
        status = get_text(rule->unit, sizeof rule->unit, reader, limit, "unit");
    if (!status)
        status = get_text(rule->limit_text, sizeof rule->limit_text, reader,
                          limit, "text");
    if (!status)
        status = get_object(&source, reader, limit, "source");
    if (!status)
        status = abl_json_choice(&tag, reader, source, "tag", tag_names);
    rule->source.tag = (abl_source_tag)tag;
    if (!status)
        status = get_text(rule->source.text, sizeof rule->source.text, reader,
                          source, "text");
    return status;
}

static abl_status read_band(abl_case_rule *rule, const abl_json_reader *reader,
                            const json_t *object)
{
    if (json_is_null(json_object_get(object, "band")))
        return ABL_OK;
    const json_t *band = NULL;
    abl_status status = get_object(&band, reader, object, "band");
    if (!status)
        status = get_number(&rule->band_low, reader, band, "low");
    if (!status)
        status = get_number(&rule->band_high, reader, band, "high");
    if (!status && rule->band_low > rule->band_high)
        status = abl_json_fail(reader, "band", "low is above high");
    rule->has_band = !status;
    return status;
}

/* "R1" to "R18". */
static abl_status read_id(int *out, const abl_json_reader *reader,
                          const json_t *object)
{
    char id[8], wanted[8];
    *out = 0;
    abl_status status =
        abl_json_text(id, sizeof id, reader, object, "id", false);
    if (status)
        return status;
    for (int n = 1; n <= ABL_RULE_COUNT; n++) {
        snprintf(wanted, sizeof wanted, "R%d", n);
        if (strcmp(id, wanted) == 0)
            *out = n;
    }
    return *out ? ABL_OK
                : abl_json_fail(reader, "id", "is no rule of this program");
}

static abl_status read_structure(abl_structure_id *out,
                                 const abl_json_reader *reader,
                                 const json_t *object)
{
    char name[64];
    *out = ABL_BACKGROUND;
    if (json_is_null(json_object_get(object, "structure")))
        return ABL_OK;
    abl_status status =
        abl_json_text(name, sizeof name, reader, object, "structure", false);
    if (!status)
        *out = abl_structure_from_name(name);
    return status;
}

static abl_status read_rule(abl_case_rule *rule, const abl_json_reader *reader,
                            const json_t *object)
{
    size_t result = 0, severity = 0;
    if (!json_is_object(object))
        return abl_json_fail(reader, "", "must be an object");
    abl_status status = read_id(&rule->id, reader, object);
    if (!status)
        status =
            get_text(rule->title, sizeof rule->title, reader, object, "title");
    if (!status)
        status =
            abl_json_choice(&result, reader, object, "result", result_names);
    rule->result = (abl_result)result;
    if (!status)
        status = abl_json_choice(&severity, reader, object, "severity",
                                 severity_names);
    rule->severity = (abl_severity)severity;
    if (!status)
        status = get_value(&rule->observed, reader, object, "observed");
    if (!status)
        status = get_flag(&rule->is_at_least, reader, object,
                          "observed_is_at_least");
    if (!status)
        status = read_structure(&rule->structure, reader, object);
    if (!status)
        status =
            get_text(rule->text, sizeof rule->text, reader, object, "text");
    if (!status)
        status = get_slice(&rule->slice, reader, object);
    if (!status)
        status = read_limit(rule, reader, object);
    if (!status)
        status = read_band(rule, reader, object);
    return status;
}

static abl_status read_judgement(abl_case_judgement *out,
                                 abl_json_reader *reader, const json_t *object)
{
    char above[sizeof reader->path];
    memcpy(above, reader->path, sizeof above);
    size_t verdict = 0;
    abl_status status =
        abl_json_choice(&verdict, reader, object, "verdict", verdict_names);
    out->verdict = (abl_verdict)verdict;
    if (!status)
        status = get_text(out->limiting_factor, sizeof out->limiting_factor,
                          reader, object, "limiting_factor");
    if (status)
        return status;
    const json_t *rules = json_object_get(object, "rules");
    if (!json_is_array(rules) || json_array_size(rules) > ABL_RULE_COUNT)
        return abl_json_fail(reader, "rules",
                             "must be a list of at most %d rules",
                             ABL_RULE_COUNT);
    out->rule_count = json_array_size(rules);
    for (size_t n = 0; n < out->rule_count && !status; n++) {
        at_path(reader, "%.60s.rules[%zu]", above, n);
        status = read_rule(&out->rules[n], reader, json_array_get(rules, n));
    }
    memcpy(reader->path, above, sizeof above);
    return status;
}

static abl_status read_point(double lps[3], const abl_json_reader *reader,
                             const json_t *object, const char *key)
{
    const json_t *array = json_object_get(object, key);
    bool good = json_is_array(array) && json_array_size(array) == 3;
    for (size_t n = 0; n < 3; n++) {
        const json_t *number = json_array_get(array, n);
        lps[n] = json_number_value(number);
        good = good && json_is_number(number) && fabs(lps[n]) <= MAX_NUMBER;
    }
    return good ? ABL_OK : abl_json_fail(reader, key, "must be three numbers");
}

/* The vessel that may count, with its calibre; null: none. */
static abl_status read_vessel(abl_case_lesion *lesion,
                              const abl_json_reader *reader,
                              const json_t *object)
{
    const json_t *vessels = json_object_get(object, "vessels");
    const json_t *nearest = json_object_get(vessels, "nearest_that_may_count");
    if (!nearest || json_is_null(nearest))
        return ABL_OK;
    if (!json_is_object(nearest))
        return abl_json_fail(reader, "vessels", "must hold objects");
    abl_status status =
        get_value(&lesion->vessel_mm, reader, nearest, "distance");
    if (!status)
        status =
            get_value(&lesion->vessel_calibre_mm, reader, nearest, "calibre");
    return status;
}

static abl_status read_measures(abl_case_lesion *lesion,
                                const abl_json_reader *reader,
                                const json_t *object)
{
    const json_t *measures = NULL, *distances = NULL;
    abl_status status = get_object(&measures, reader, object, "measures");
    if (!status)
        status = get_value(&lesion->longest_axial_diameter_mm, reader, measures,
                           "longest_axial_diameter");
    if (!status)
        status = get_value(&lesion->exophytic_percent, reader, measures,
                           "exophytic_share");
    if (!status)
        status = get_object(&distances, reader, object, "distances");
    if (!status)
        status = get_value(&lesion->capsule_mm, reader, distances, "capsule");
    if (!status)
        status = read_vessel(lesion, reader, object);
    return status;
}

static abl_status read_lesion(abl_case_lesion *lesion, abl_json_reader *reader,
                              const json_t *object)
{
    const abl_json_number which = {"number", 1, 100000, true};
    double number = 0;
    if (!json_is_object(object))
        return abl_json_fail(reader, "", "must be an object");
    abl_status status = abl_json_number_get(&number, reader, object, &which);
    lesion->number = (int)number;
    if (!status)
        status =
            get_flag(&lesion->low_confidence, reader, object, "low_confidence");
    if (!status)
        status = get_slice(&lesion->slice, reader, object);
    if (!status)
        status =
            read_point(lesion->centroid_lps, reader, object, "centroid_lps_mm");
    if (!status)
        status = read_measures(lesion, reader, object);
    if (!status)
        status = read_judgement(&lesion->judged, reader, object);
    return status;
}

static abl_status read_lesions(abl_case *out, abl_json_reader *reader,
                               const json_t *root)
{
    const json_t *array = json_object_get(root, "lesions");
    if (!json_is_array(array) || json_array_size(array) > ABL_CASE_MAX_LESIONS)
        return abl_json_fail(reader, "lesions",
                             "must be a list of at most %d lesions",
                             ABL_CASE_MAX_LESIONS);
    out->lesion_count = json_array_size(array);
    out->lesions =
        abl_alloc(out->lesion_count, sizeof *out->lesions, reader->err);
    if (!out->lesions)
        return ABL_E_NOMEM;
    abl_status status = ABL_OK;
    for (size_t n = 0; n < out->lesion_count && !status; n++) {
        at_path(reader, "lesions[%zu]", n);
        status =
            read_lesion(&out->lesions[n], reader, json_array_get(array, n));
    }
    at_path(reader, "%s", "");
    return status;
}

static abl_status read_phase(abl_case *out, abl_json_reader *reader,
                             const json_t *root)
{
    const json_t *exam = NULL, *phase = NULL;
    abl_status status = get_object(&exam, reader, root, "exam");
    if (!status)
        status = get_object(&phase, reader, exam, "phase");
    if (!status)
        status = get_text(out->phase, sizeof out->phase, reader, phase, "name");
    return status;
}

/* Without a series (older reports, NIfTI) there is no UID. */
static abl_status read_series(abl_case *out, const abl_json_reader *reader,
                              const json_t *root)
{
    const json_t *series = json_object_get(root, "series");
    const json_t *uid = json_object_get(series, "series_uid");
    if (!uid || json_is_null(uid))
        return ABL_OK;
    return get_text(out->series_uid, sizeof out->series_uid, reader, series,
                    "series_uid");
}

static abl_status read_root(abl_case *out, abl_json_reader *reader,
                            const json_t *root)
{
    const json_t *patient = NULL;
    abl_status status = get_object(&patient, reader, root, "patient");
    at_path(reader, "patient");
    if (!status)
        status = read_judgement(&out->patient, reader, patient);
    at_path(reader, "%s", "");
    if (!status)
        status = read_lesions(out, reader, root);
    if (!status)
        status = read_phase(out, reader, root);
    if (!status)
        status = read_series(out, reader, root);
    const json_t *reading = json_object_get(root, "reading");
    if (!status && reading && !json_is_null(reading) &&
        !json_is_object(reading))
        status = abl_json_fail(reader, "reading", "must be an object or null");
    out->was_read_by_reader = json_is_object(reading);
    return status;
}

static void refuse(abl_case *out, abl_case_status status, const char *message)
{
    abl_case_clear(out);
    out->status = status;
    snprintf(out->message, sizeof out->message, "%s", message);
}

/* Only a report of this schema is looked into. */
static bool check_schema(abl_case *out, const char *name, const json_t *root)
{
    const json_t *schema = json_object_get(root, "schema");
    if (!json_is_string(schema)) {
        char text[256];
        snprintf(text, sizeof text, "%s: is no report of this program", name);
        refuse(out, ABL_CASE_UNREADABLE, text);
        return false;
    }
    if (strcmp(json_string_value(schema), ABL_CASE_SCHEMA) != 0) {
        char text[256];
        snprintf(text, sizeof text,
                 "%s: has the schema \"%.60s\"; this program reads \"%s\". Run "
                 "the study again",
                 name, json_string_value(schema), ABL_CASE_SCHEMA);
        refuse(out, ABL_CASE_OTHER_SCHEMA, text);
        return false;
    }
    return true;
}

abl_status abl_case_parse(abl_case *out, const char *text, size_t bytes,
                          const char *name, abl_error *err)
{
    abl_error why = {ABL_OK, ""};
    memset(out, 0, sizeof *out);
    const char *too_much = abl_json_exceeds(text, bytes, &bounds);
    if (too_much) {
        snprintf(why.message, sizeof why.message, "%s: %s", name, too_much);
        refuse(out, ABL_CASE_UNREADABLE, why.message);
        return ABL_OK;
    }
    abl_json_reader reader = {name, text, bytes, "", &why};
    json_t *root = NULL;
    abl_status status = abl_json_parse(&root, &reader, &why);
    if (!status && check_schema(out, name, root))
        status = read_root(out, &reader, root);
    json_decref(root);
    if (status == ABL_E_NOMEM) {
        abl_case_clear(out);
        return abl_error_set(err, ABL_E_NOMEM, "%s: out of memory", name);
    }
    if (status)
        refuse(out, ABL_CASE_UNREADABLE, why.message);
    return ABL_OK;
}

abl_status abl_case_load(abl_case *out, const char *folder, abl_error *err)
{
    char path[PATH_MAX], *text = NULL;
    size_t bytes = 0;
    struct stat info;
    abl_error why = {ABL_OK, ""};
    memset(out, 0, sizeof *out);
    const int length = snprintf(path, sizeof path, "%s/report.json", folder);
    if (length < 0 || (size_t)length >= sizeof path) {
        refuse(out, ABL_CASE_UNREADABLE, "the path is too long");
        return ABL_OK;
    }
    if (lstat(path, &info) != 0 && errno == ENOENT) {
        refuse(out, ABL_CASE_ABSENT, "there is no report.json");
        return ABL_OK;
    }
    abl_status status =
        abl_file_read(&text, &bytes, path, ABL_CASE_MAX_BYTES, &why);
    if (status == ABL_E_NOMEM)
        return abl_error_set(err, status, "%s: out of memory", path);
    if (status)
        refuse(out, ABL_CASE_UNREADABLE, why.message);
    else
        status = abl_case_parse(out, text, bytes, "report.json", err);
    free(text);
    return status == ABL_E_NOMEM ? status : ABL_OK;
}

void abl_case_clear(abl_case *item)
{
    free(item->lesions);
    memset(item, 0, sizeof *item);
}
