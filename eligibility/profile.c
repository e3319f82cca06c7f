/* Profiles: built in by name, or from a JSON file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/embedded.h"
#include "eligibility/profile_reader.h"
#include "eligibility/rules.h"
#include "imaging/sha256.h"

#define MAX_FILE_BYTES ((size_t)1 << 20)

/* What each rule measures: a profile sets limits, not meanings. */
enum {
    SMALL_IS_GOOD,
    LARGE_IS_GOOD,
    NO_NUMBER
};
static const struct rule_kind {
    const char *unit;
    int direction;
    bool per_lesion, whole;
    double min, max;       /* of the limit and the band */
    const char *also_unit; /* NULL: no second number */
    double also_min, also_max;
} kinds[ABL_RULE_COUNT] = {
    {"", SMALL_IS_GOOD, false, true, 0, 100, NULL, 0, 0},     /* R1 */
    {"mm", SMALL_IS_GOOD, true, false, 1, 200, NULL, 0, 0},   /* R2 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, NULL, 0, 0},    /* R3 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, "mm", 0, 50},   /* R4 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, NULL, 0, 0},    /* R5 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, NULL, 0, 0},    /* R6 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, "mm", 0, 20},   /* R7 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, NULL, 0, 0},    /* R8 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, NULL, 0, 0},    /* R9 */
    {"mm", SMALL_IS_GOOD, true, false, 10, 400, NULL, 0, 0},  /* R10 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, NULL, 0, 0},    /* R11 */
    {"mm", LARGE_IS_GOOD, true, false, 0, 200, NULL, 0, 0},   /* R12 */
    {"deg", SMALL_IS_GOOD, true, false, 0, 90, NULL, 0, 0},   /* R13 */
    {"", LARGE_IS_GOOD, true, false, 0, 100, "mm", 0, 200},   /* R14 */
    {"%", SMALL_IS_GOOD, false, false, 0, 100, NULL, 0, 0},   /* R15 */
    {"%", SMALL_IS_GOOD, false, false, 0, 100, "mm", 5, 10},  /* R16 */
    {"mm", SMALL_IS_GOOD, false, false, 0.1, 20, NULL, 0, 0}, /* R17 */
    {"", NO_NUMBER, false, false, 0, 0, NULL, 0, 0},          /* R18 */
};

static abl_status read_source(abl_source *out, const abl_json_reader *reader,
                              const json_t *object)
{
    static const char *const tags[] = {"cited", "convention", "unverified",
                                       NULL};
    size_t tag = 0;
    abl_status status = abl_json_choice(&tag, reader, object, "tag", tags);
    out->tag = (abl_source_tag)tag;
    if (status)
        return status;
    return abl_json_text(out->text, sizeof out->text, reader, object, "source",
                         false);
}

/* Looks at a member of the reader's object. */
static const json_t *enter(abl_json_reader *inner,
                           const abl_json_reader *reader, const json_t *object,
                           const char *key)
{
    *inner = *reader;
    snprintf(inner->path, sizeof inner->path, "%s.%s", reader->path, key);
    return json_object_get(object, key);
}

static abl_status read_limit(abl_rule *rule, const struct rule_kind *kind,
                             const abl_json_reader *reader,
                             const json_t *object)
{
    static const char *const keys[] = {"compare", "value", "tag", "source",
                                       NULL};
    static const char *const none[] = {"compare", "tag", "source", NULL};
    static const char *const small[] = {"below", "at-most", NULL};
    static const char *const large[] = {"above", "at-least", NULL};
    static const char *const is_true[] = {"is-true", NULL};
    static const struct {
        const char *const *keys, *const *names;
        abl_comparison first;
    } forms[] = {{keys, small, ABL_BELOW},
                 {keys, large, ABL_ABOVE},
                 {none, is_true, ABL_IS_TRUE}};
    abl_json_reader inner;
    size_t choice = 0;
    object = enter(&inner, reader, object, "limit");
    if (!object)
        return abl_json_fail(reader, "", "\"limit\" is missing");
    abl_status status =
        abl_json_check_keys(&inner, object, forms[kind->direction].keys);
    if (!status)
        status = abl_json_choice(&choice, &inner, object, "compare",
                                 forms[kind->direction].names);
    rule->comparison =
        (abl_comparison)((size_t)forms[kind->direction].first + choice);
    const abl_json_number value = {"value", kind->min, kind->max, kind->whole};
    if (!status && kind->direction != NO_NUMBER)
        status = abl_json_number_get(&rule->limit, &inner, object, &value);
    if (!status)
        status = read_source(&rule->source, &inner, object);
    return status;
}

static abl_status read_band(abl_rule *rule, const struct rule_kind *kind,
                            const abl_json_reader *reader, const json_t *object)
{
    static const char *const keys[] = {"low", "high", "tag", "source", NULL};
    abl_json_reader inner;
    object = enter(&inner, reader, object, "band");
    if (!object)
        return ABL_OK;
    if (kind->direction == NO_NUMBER)
        return abl_json_fail(&inner, "", "this rule has no number to band");
    const abl_json_number low = {"low", kind->min, kind->max, kind->whole};
    const abl_json_number high = {"high", kind->min, kind->max, kind->whole};
    abl_status status = abl_json_check_keys(&inner, object, keys);
    if (!status)
        status = abl_json_number_get(&rule->band_low, &inner, object, &low);
    if (!status)
        status = abl_json_number_get(&rule->band_high, &inner, object, &high);
    if (!status)
        status = read_source(&rule->band_source, &inner, object);
    if (status)
        return status;
    rule->has_band = true;
    if (rule->band_low >= rule->band_high)
        return abl_json_fail(&inner, "low", "must be below high");
    const double reach = rule->limit + (kind->whole ? 1 : 0);
    if (rule->band_low > reach || rule->band_high < rule->limit)
        return abl_json_fail(&inner, "",
                             "%g to %g leaves out the limit of %g, so some "
                             "values would be judged twice",
                             rule->band_low, rule->band_high, rule->limit);
    return ABL_OK;
}

static abl_status read_also(abl_rule *rule, const struct rule_kind *kind,
                            const abl_json_reader *reader, const json_t *object)
{
    static const char *const keys[] = {"quantity", "value",  "unit",
                                       "tag",      "source", NULL};
    abl_json_reader inner;
    object = enter(&inner, reader, object, "also");
    if (!object && kind->also_unit)
        return abl_json_fail(reader, "", "\"also\" is missing");
    if (!object)
        return ABL_OK;
    if (!kind->also_unit)
        return abl_json_fail(&inner, "", "this rule has no second number");
    const char *const units[] = {kind->also_unit, NULL};
    const abl_json_number value = {"value", kind->also_min, kind->also_max,
                                   false};
    size_t unit = 0;
    abl_status status = abl_json_check_keys(&inner, object, keys);
    if (!status)
        status = abl_json_text(rule->also.quantity, sizeof rule->also.quantity,
                               &inner, object, "quantity", false);
    if (!status)
        status = abl_json_number_get(&rule->also.limit, &inner, object, &value);
    if (!status)
        status = abl_json_choice(&unit, &inner, object, "unit", units);
    if (!status)
        status = read_source(&rule->also.source, &inner, object);
    snprintf(rule->also.unit, sizeof rule->also.unit, "%s", kind->also_unit);
    rule->also.present = true;
    return status;
}

static abl_status read_severity(abl_rule *rule, const abl_json_reader *reader,
                                const json_t *object)
{
    static const char *const keys[] = {"severity", "reason", NULL};
    static const char *const names[] = {"exclude", "flag", "note", NULL};
    abl_json_reader inner;
    size_t severity = 0;
    object = enter(&inner, reader, object, "if_not_met");
    if (!object)
        return abl_json_fail(reader, "", "\"if_not_met\" is missing");
    abl_status status = abl_json_check_keys(&inner, object, keys);
    if (!status)
        status = abl_json_choice(&severity, &inner, object, "severity", names);
    rule->severity = (abl_severity)severity;
    if (!status)
        status =
            abl_json_text(rule->severity_reason, sizeof rule->severity_reason,
                          &inner, object, "reason", false);
    return status;
}

static abl_status read_head(abl_rule *rule, const struct rule_kind *kind,
                            const abl_json_reader *reader, const json_t *object)
{
    char unit[sizeof rule->unit];
    rule->per_lesion = kind->per_lesion;
    abl_status status = abl_json_text(rule->title, sizeof rule->title, reader,
                                      object, "title", false);
    if (!status)
        status = abl_json_text(unit, sizeof unit, reader, object, "unit", true);
    if (status)
        return status;
    if (strcmp(unit, kind->unit) != 0)
        return abl_json_fail(reader, "unit", "\"%s\"; %s is measured in \"%s\"",
                             unit, rule->id, kind->unit);
    snprintf(rule->unit, sizeof rule->unit, "%s", unit);
    const json_t *enabled = json_object_get(object, "enabled");
    if (enabled && !json_is_boolean(enabled))
        return abl_json_fail(reader, "enabled", "must be true or false");
    rule->enabled = !enabled || json_is_true(enabled);
    return ABL_OK;
}

/* Which rule the object is about; each may come once. */
static abl_status read_id(size_t *index, const abl_profile *profile,
                          const abl_json_reader *reader, const json_t *object)
{
    char id[sizeof profile->rules[0].id], expected[8];
    *index = 0;
    abl_status status =
        abl_json_text(id, sizeof id, reader, object, "id", false);
    if (status)
        return status;
    for (; *index < ABL_RULE_COUNT; ++*index) {
        snprintf(expected, sizeof expected, "R%zu", *index + 1);
        if (strcmp(id, expected) == 0)
            break;
    }
    if (*index == ABL_RULE_COUNT)
        return abl_json_fail(reader, "id",
                             "\"%s\" is no rule; there are R1 "
                             "to R%d",
                             id, ABL_RULE_COUNT);
    if (profile->rules[*index].id[0])
        return abl_json_fail(reader, "id", "\"%s\" comes twice", id);
    return ABL_OK;
}

static abl_status read_rule(abl_profile *profile, const abl_json_reader *reader,
                            const json_t *object)
{
    static const char *const keys[] = {"id",      "title",      "unit",
                                       "limit",   "band",       "also",
                                       "enabled", "if_not_met", NULL};
    size_t index = 0;
    abl_status status = abl_json_check_keys(reader, object, keys);
    if (!status)
        status = read_id(&index, profile, reader, object);
    if (status)
        return status;
    abl_rule *rule = &profile->rules[index];
    const struct rule_kind *kind = &kinds[index];
    snprintf(rule->id, sizeof rule->id, "R%zu", index + 1);
    status = read_head(rule, kind, reader, object);
    if (!status)
        status = read_limit(rule, kind, reader, object);
    if (!status)
        status = read_band(rule, kind, reader, object);
    if (!status)
        status = read_also(rule, kind, reader, object);
    if (!status)
        status = read_severity(rule, reader, object);
    const double margin_mm = rule->also.limit;
    if (!status && index == 15 && margin_mm > 5 && margin_mm < 10)
        status = abl_json_fail(reader, "also.value",
                               "the ablated share is measured for 5 and for "
                               "10 mm only");
    return status;
}

static abl_status read_rules(abl_profile *profile,
                             const abl_json_reader *reader, const json_t *root)
{
    const json_t *rules = json_object_get(root, "rules");
    if (!json_is_array(rules))
        return abl_json_fail(reader, "rules", "must be a list [ ... ]");
    for (size_t n = 0; n < json_array_size(rules); n++) {
        abl_json_reader inner = *reader;
        snprintf(inner.path, sizeof inner.path, "rules[%zu]", n);
        abl_status status =
            read_rule(profile, &inner, json_array_get(rules, n));
        if (status)
            return status;
    }
    for (int n = 0; n < ABL_RULE_COUNT; n++)
        if (!profile->rules[n].id[0])
            return abl_json_fail(reader, "rules",
                                 "R%d is missing; a rule that is not wanted "
                                 "has \"enabled\": false",
                                 n + 1);
    return ABL_OK;
}

static abl_status read_profile(abl_profile *out, const abl_json_reader *reader,
                               const json_t *root)
{
    static const char *const keys[] = {"schema", "name", "title", "rules",
                                       NULL};
    static const char *const schemas[] = {"ablascreen-profile/1", NULL};
    size_t schema = 0;
    abl_status status = abl_json_check_keys(reader, root, keys);
    if (!status)
        status = abl_json_choice(&schema, reader, root, "schema", schemas);
    if (!status)
        status = abl_json_text(out->name, sizeof out->name, reader, root,
                               "name", false);
    if (!status)
        status = abl_json_text(out->title, sizeof out->title, reader, root,
                               "title", false);
    if (!status)
        status = read_rules(out, reader, root);
    return status;
}

abl_status abl_profile_parse(abl_profile *out, const char *text, size_t bytes,
                             const char *name, abl_error *err)
{
    json_t *root = NULL;
    const abl_json_reader reader = {name, text, bytes, "", err};
    memset(out, 0, sizeof *out);
    abl_status status = abl_json_parse(&root, &reader, err);
    if (!status)
        status = read_profile(out, &reader, root);
    json_decref(root);
    if (!status)
        abl_sha256_hex(out->sha256, text, bytes);
    return status;
}

static abl_status load_file(abl_profile *out, const char *path, FILE *file,
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
                          "%s: larger than 1 MB; this is no profile", path);
    else
        status = abl_profile_parse(out, text, bytes, path, err);
    free(text);
    return status;
}

abl_status abl_profile_load(abl_profile *out, const char *name_or_path,
                            abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (strcmp(name_or_path, "net") == 0)
        return abl_profile_parse(out, (const char *)abl_profile_net_json,
                                 abl_profile_net_json_bytes, "net", err);
    FILE *file = fopen(name_or_path, "rb");
    if (!file && errno == ENOENT)
        return abl_error_set(err, ABL_E_INVALID,
                             "profile '%s': neither built in (net) nor a file",
                             name_or_path);
    if (!file)
        return abl_error_set(err, ABL_E_IO, "%s: cannot be read: %s",
                             name_or_path, strerror(errno));
    abl_status status = load_file(out, name_or_path, file, err);
    fclose(file);
    return status;
}
