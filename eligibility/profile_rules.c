/* The rules of a profile: what each measures is fixed, its limits are not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "eligibility/profile_parts.h"

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
    {"mm", LARGE_IS_GOOD, true, false, 0, 50, "mm", 0, 50},   /* R5 */
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
    object = abl_json_enter(&inner, reader, object, "limit");
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
        status = abl_source_read(&rule->source, &inner, object);
    return status;
}

static abl_status read_band(abl_rule *rule, const struct rule_kind *kind,
                            const abl_json_reader *reader, const json_t *object)
{
    static const char *const keys[] = {"low", "high", "tag", "source", NULL};
    abl_json_reader inner;
    object = abl_json_enter(&inner, reader, object, "band");
    if (kind->direction == NO_NUMBER)
        return abl_json_fail(&inner, "", "this rule has no number to band");
    if (json_is_null(object)) {
        rule->has_band = false;
        rule->band_low = rule->band_high = 0;
        rule->band_source = (abl_source){ABL_SOURCE_CITED, ""};
        return ABL_OK;
    }
    const abl_json_number low = {"low", kind->min, kind->max, kind->whole};
    const abl_json_number high = {"high", kind->min, kind->max, kind->whole};
    abl_status status = abl_json_check_keys(&inner, object, keys);
    if (!status)
        status = abl_json_number_get(&rule->band_low, &inner, object, &low);
    if (!status)
        status = abl_json_number_get(&rule->band_high, &inner, object, &high);
    if (!status)
        status = abl_source_read(&rule->band_source, &inner, object);
    rule->has_band = true;
    return status;
}

/* Limit and band may come from different files, so they are compared last. */
static abl_status check_band(const abl_rule *rule, const struct rule_kind *kind,
                             const abl_json_reader *reader,
                             const json_t *object)
{
    abl_json_reader inner;
    if (!rule->has_band)
        return ABL_OK;
    abl_json_enter(&inner, reader, object, "band");
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
    object = abl_json_enter(&inner, reader, object, "also");
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
        status = abl_source_read(&rule->also.source, &inner, object);
    snprintf(rule->also.unit, sizeof rule->also.unit, "%s", kind->also_unit);
    rule->also.present = true;
    return status;
}

static abl_status read_severity(abl_rule *rule, const struct rule_kind *kind,
                                const abl_json_reader *reader,
                                const json_t *object)
{
    (void)kind;
    static const char *const keys[] = {"severity", "reason", NULL};
    static const char *const names[] = {"exclude", "flag", "note", NULL};
    abl_json_reader inner;
    size_t severity = 0;
    object = abl_json_enter(&inner, reader, object, "if_not_met");
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

static abl_status read_title(abl_rule *rule, const struct rule_kind *kind,
                             const abl_json_reader *reader,
                             const json_t *object)
{
    (void)kind;
    return abl_json_text(rule->title, sizeof rule->title, reader, object,
                         "title", false);
}

static abl_status read_unit(abl_rule *rule, const struct rule_kind *kind,
                            const abl_json_reader *reader, const json_t *object)
{
    char unit[sizeof rule->unit];
    abl_status status =
        abl_json_text(unit, sizeof unit, reader, object, "unit", true);
    if (status)
        return status;
    if (strcmp(unit, kind->unit) != 0)
        return abl_json_fail(reader, "unit", "\"%s\"; %s is measured in \"%s\"",
                             unit, rule->id, kind->unit);
    snprintf(rule->unit, sizeof rule->unit, "%s", unit);
    return ABL_OK;
}

static abl_status read_enabled(abl_rule *rule, const struct rule_kind *kind,
                               const abl_json_reader *reader,
                               const json_t *object)
{
    (void)kind;
    const json_t *enabled = json_object_get(object, "enabled");
    if (!json_is_boolean(enabled))
        return abl_json_fail(reader, "enabled", "must be true or false");
    rule->enabled = json_is_true(enabled);
    return ABL_OK;
}

typedef abl_status (*member_reader)(abl_rule *, const struct rule_kind *,
                                    const abl_json_reader *, const json_t *);
static const struct member {
    const char *key;
    member_reader read;
    bool required;
} members[] = {
    {"title", read_title, true},        {"unit", read_unit, true},
    {"limit", read_limit, true},        {"band", read_band, false},
    {"also", read_also, false},         {"enabled", read_enabled, false},
    {"if_not_met", read_severity, true}};
#define MEMBER_COUNT (sizeof members / sizeof members[0])

/* Those the object has; in full profiles those that every rule needs. */
static abl_status read_members(abl_rule *rule, const struct rule_kind *kind,
                               const abl_json_reader *reader,
                               const json_t *object, bool changes_only)
{
    abl_status status = ABL_OK;
    for (size_t n = 0; !status && n < MEMBER_COUNT; n++) {
        const char *key = members[n].key;
        const bool required = members[n].required ||
                              (members[n].read == read_also && kind->also_unit);
        if (json_object_get(object, key))
            status = members[n].read(rule, kind, reader, object);
        else if (required && !changes_only)
            status = abl_json_fail(reader, "", "\"%s\" is missing", key);
    }
    return status;
}

/* The ablated share is measured for two margins only. */
static abl_status check_margin(const abl_rule *rule,
                               const abl_json_reader *reader)
{
    const double margin_mm = rule->also.limit;
    if (strcmp(rule->id, "R16") != 0 || !(margin_mm > 5 && margin_mm < 10))
        return ABL_OK;
    return abl_json_fail(reader, "also.value",
                         "the ablated share is measured for 5 and for 10 mm "
                         "only");
}

static abl_status read_rule(abl_rule *rule, const struct rule_kind *kind,
                            const abl_json_reader *reader, const json_t *object,
                            bool changes_only)
{
    const char *keys[MEMBER_COUNT + 1] = {NULL};
    for (size_t n = 0; n < MEMBER_COUNT; n++)
        keys[n] = members[n].key;
    abl_status status = abl_json_check_keys(reader, object, keys);
    if (!status && json_object_size(object) == 0)
        status = abl_json_fail(reader, "", "changes nothing");
    if (!status)
        status = read_members(rule, kind, reader, object, changes_only);
    if (!status)
        status = check_band(rule, kind, reader, object);
    if (!status)
        status = check_margin(rule, reader);
    return status;
}

static abl_status check_ids(const abl_json_reader *reader, const json_t *rules)
{
    const char *key = NULL;
    json_t *ignored = NULL;
    if (!json_is_object(rules))
        return abl_json_fail(reader, "", "must be an object { \"R1\": ... }");
    json_object_foreach((json_t *)rules, key, ignored)
    {
        char id[8] = "";
        for (int n = 1; n <= ABL_RULE_COUNT && strcmp(id, key) != 0; n++)
            snprintf(id, sizeof id, "R%d", n);
        if (strcmp(id, key) != 0)
            return abl_json_fail(reader, key, "is no rule; there are R1 to R%d",
                                 ABL_RULE_COUNT);
    }
    return ABL_OK;
}

abl_status abl_profile_read_rules(abl_profile *profile,
                                  const abl_json_reader *reader,
                                  const json_t *root, bool changes_only)
{
    abl_json_reader list;
    const json_t *rules = abl_json_enter(&list, reader, root, "rules");
    if (!rules && changes_only)
        return ABL_OK;
    if (!rules)
        return abl_json_fail(reader, "", "\"rules\" is missing");
    abl_status status = check_ids(&list, rules);
    for (int n = 0; !status && n < ABL_RULE_COUNT; n++) {
        abl_rule *rule = &profile->rules[n];
        abl_json_reader inner;
        char id[sizeof rule->id];
        snprintf(id, sizeof id, "R%d", n + 1);
        const json_t *object = abl_json_enter(&inner, &list, rules, id);
        if (!object && changes_only)
            continue;
        if (!object)
            return abl_json_fail(&list, "",
                                 "%s is missing; a rule that is not wanted "
                                 "has \"enabled\": false",
                                 id);
        if (!changes_only) {
            snprintf(rule->id, sizeof rule->id, "R%d", n + 1);
            rule->per_lesion = kinds[n].per_lesion;
            rule->enabled = true;
        }
        status = read_rule(rule, &kinds[n], &inner, object, changes_only);
    }
    return status;
}
