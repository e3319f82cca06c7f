/* A profile as JSON that can be read back, e.g. as a start for one's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "eligibility/context.h"
#include "eligibility/profile_parts.h"

/* Numbers as written: 30, not 30.0, where they are whole. */
static json_t *write_number(double value)
{
    const json_int_t whole = (json_int_t)value;
    const double back = (double)whole;
    return back < value || back > value ? json_real(value)
                                        : json_integer(whole);
}

static int set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value);
}

static int set_source(json_t *object, const abl_source *source)
{
    int failed =
        set(object, "tag", json_string(abl_source_tag_name(source->tag)));
    return failed | set(object, "source", json_string(source->text));
}

static int set_limit(json_t *object, const abl_rule *rule)
{
    json_t *limit = json_object();
    int failed = set(limit, "compare",
                     json_string(abl_comparison_name(rule->comparison)));
    if (rule->comparison != ABL_IS_TRUE)
        failed |= set(limit, "value", write_number(rule->limit));
    failed |= set_source(limit, &rule->source);
    return failed | set(object, "limit", limit);
}

static int set_band(json_t *object, const abl_rule *rule)
{
    if (!rule->has_band)
        return 0;
    json_t *band = json_object();
    int failed = set(band, "low", write_number(rule->band_low));
    failed |= set(band, "high", write_number(rule->band_high));
    failed |= set_source(band, &rule->band_source);
    return failed | set(object, "band", band);
}

static int set_also(json_t *object, const abl_rule *rule)
{
    if (!rule->also.present)
        return 0;
    json_t *also = json_object();
    int failed = set(also, "quantity", json_string(rule->also.quantity));
    failed |= set(also, "value", write_number(rule->also.limit));
    failed |= set(also, "unit", json_string(rule->also.unit));
    failed |= set_source(also, &rule->also.source);
    return failed | set(object, "also", also);
}

static int set_severity(json_t *object, const abl_rule *rule)
{
    json_t *severity = json_object();
    int failed = set(severity, "severity",
                     json_string(abl_severity_name(rule->severity)));
    failed |= set(severity, "reason", json_string(rule->severity_reason));
    return failed | set(object, "if_not_met", severity);
}

static int add_rule(json_t *rules, const abl_rule *rule)
{
    json_t *object = json_object();
    int failed = set(object, "title", json_string(rule->title));
    failed |= set(object, "unit", json_string(rule->unit));
    if (!rule->enabled)
        failed |= set(object, "enabled", json_false());
    failed |= set_limit(object, rule);
    failed |= set_band(object, rule);
    failed |= set_also(object, rule);
    failed |= set_severity(object, rule);
    return failed | set(rules, rule->id, object);
}

static int add_number(json_t *root, const abl_profile *profile,
                      abl_profile_number number)
{
    const abl_number_kind *kind = abl_number_kind_of(number);
    int failed = 0;
    if (!json_object_get(root, kind->group))
        failed |= set(root, kind->group, json_object());
    json_t *object = json_object();
    failed |= set(object, "value",
                  write_number(abl_profile_number_get(profile, number)));
    failed |= set_source(object, &profile->number_sources[number]);
    return failed | set(json_object_get(root, kind->group), kind->key, object);
}

static int set_needed(json_t *root, unsigned context_needed)
{
    json_t *list = json_array();
    int failed = 0;
    for (unsigned bit = 0; bit < ABL_CONTEXT_FIELD_COUNT; bit++)
        if (context_needed >> bit & 1u)
            failed |= json_array_append_new(
                list,
                json_string(abl_context_field_name((abl_context_field)bit)));
    return failed | set(root, "context_needed", list);
}

abl_status abl_profile_write(FILE *stream, const abl_profile *profile,
                             abl_error *err)
{
    json_t *root = json_object(), *rules = json_object();
    int failed = set(root, "schema", json_string("ablascreen-profile/1"));
    failed |= set(root, "name", json_string(profile->name));
    failed |= set(root, "title", json_string(profile->title));
    if (profile->modality[0])
        failed |= set(root, "modality", json_string(profile->modality));
    if (profile->context_needed)
        failed |= set_needed(root, profile->context_needed);
    for (int n = 0; n < ABL_RULE_COUNT; n++)
        failed |= add_rule(rules, &profile->rules[n]);
    failed |= set(root, "rules", rules);
    for (int n = 0; n < ABL_NUMBER_COUNT; n++)
        failed |= add_number(root, profile, (abl_profile_number)n);
    abl_status status = ABL_OK;
    if (failed)
        status = abl_error_set(err, ABL_E_NOMEM, "out of memory");
    else if (json_dumpf(root, stream,
                        JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0 ||
             fputc('\n', stream) == EOF)
        status = abl_error_set(err, ABL_E_IO,
                               "the profile cannot be written: "
                               "%s",
                               strerror(errno));
    json_decref(root);
    return status;
}
