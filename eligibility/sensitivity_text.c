/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/sensitivity_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "eligibility/sentence.h"

#define MAX_LISTED 5

/* What would be different about the measure of a rule. */
typedef struct phrase {
    const char *what, *how;
} phrase;

static phrase find_phrase(const abl_rule *rule)
{
    static const phrase phrases[] = {
        {"the number of lesions were", "lower"},
        {"the lesion were", "smaller"},
        {"the nearest structure were", "farther away"},
        {"the lesion were", "deeper"},
        {"the nearest organ were", "farther away"},
        {"the nearest organ were", "farther away"},
        {"the nearest vessel were", "farther away"},
        {"the hilum were", "farther away"},
        {"the nearest trunk were", "farther away"},
        {"the path were", "shorter"},
        {"there were", "more room around the axis"},
        {"the path crossed", "more liver"},
        {"the path met the capsule", "steeper"},
        {"the contrast-to-noise ratio were", "higher"},
        {"the tumour share were", "lower"},
        {"the ablated share were", "lower"},
        {"the slices were", "thinner"},
    };
    const size_t number = (size_t)strtoul(rule->id + 1, NULL, 10);
    if (number >= 1 && number <= sizeof phrases / sizeof phrases[0])
        return phrases[number - 1];
    return (phrase){"the measure were", "better"};
}

static const char *space_before(const char *unit)
{
    return unit[0] ? " " : "";
}

/* "3.2 mm"; a number of things has no decimals. */
static void say_amount(char *out, size_t size, const abl_rule *rule,
                       double amount)
{
    const bool is_number = strcmp(rule->id, "R1") == 0;
    abl_sentence_append(out, size, "%.*f%s%s", is_number ? 0 : 1, amount,
                        space_before(rule->unit), rule->unit);
}

void abl_sensitivity_say_flip(char *out, size_t size,
                              const abl_rule_sensitivity *of,
                              const abl_flip *flip)
{
    const abl_rule *rule = of->rule;
    const phrase words = find_phrase(rule);
    out[0] = '\0';
    if (flip->has_value) {
        abl_sentence_append(out, size, "%s ", words.what);
        say_amount(out, size, rule, fabs(flip->value_change));
        abl_sentence_append(out, size, " %s (", words.how);
        say_amount(out, size, rule, flip->value);
        abl_sentence_append(out, size, ")");
    }
    if (flip->has_limit)
        abl_sentence_append(out, size, "%sthe limit %s%g%s%s instead of %g",
                            flip->has_value ? " or " : "",
                            flip->has_value ? "" : "were ", flip->limit,
                            space_before(rule->unit), rule->unit, rule->limit);
}

static const abl_flip *flip_towards(const abl_rule_sensitivity *rule,
                                    abl_verdict target)
{
    return target == ABL_VERDICT_MEETS ? &rule->to_met : &rule->to_borderline;
}

static const char *target_words(abl_verdict target)
{
    return target == ABL_VERDICT_MEETS ? "meet" : "be borderline";
}

static void say_single(char *out, size_t size, const abl_way *way,
                       const char *subject)
{
    char flip[256];
    const abl_rule_sensitivity *rule = way->rules[0];
    abl_sensitivity_say_flip(flip, sizeof flip, rule,
                             flip_towards(rule, way->target));
    abl_sentence_append(out, size, "%s would %s if %s", subject,
                        target_words(way->target), flip);
}

/* "R2 diameter (3.2 mm smaller)", "R7 vessels (not assessable)". */
static void say_item(char *out, size_t size, const abl_rule_sensitivity *rule,
                     const abl_sensitivity *of, abl_verdict target)
{
    const abl_flip *flip = flip_towards(rule, target);
    abl_sentence_append(out, size, "%s %s (", rule->rule->id,
                        abl_rule_aspect(rule->rule));
    if (rule->result == ABL_NOT_ASSESSABLE) {
        abl_sentence_append(out, size, "not assessable");
    } else if (flip->has_value) {
        say_amount(out, size, rule->rule, fabs(flip->value_change));
        abl_sentence_append(out, size, " %s", find_phrase(rule->rule).how);
    } else if (flip->has_limit) {
        abl_sentence_append(out, size, "limit %g%s%s", flip->limit,
                            space_before(rule->rule->unit), rule->rule->unit);
    } else if (strcmp(rule->rule->id, "R10") == 0 && of->way_in[0]) {
        abl_sentence_append(out, size, "%s", of->way_in);
    } else {
        abl_sentence_append(out, size, "no number changes it");
    }
    abl_sentence_append(out, size, ")");
}

static void say_list(char *out, size_t size, const abl_way *way,
                     const abl_sensitivity *of)
{
    abl_sentence_append(
        out, size, "%zu rule%s would have to change before it %s: ", way->count,
        way->count == 1 ? "" : "s",
        way->target == ABL_VERDICT_MEETS ? "meets" : "is borderline");
    for (size_t n = 0; n < way->count && n < MAX_LISTED; n++) {
        abl_sentence_append(out, size, "%s", n ? ", " : "");
        say_item(out, size, way->rules[n], of, way->target);
    }
    if (way->count > MAX_LISTED)
        abl_sentence_append(out, size, " and %zu more",
                            way->count - MAX_LISTED);
    abl_sentence_append(out, size, ".");
}

static void say_way(char *out, size_t size, const abl_way *way,
                    const abl_sensitivity *of)
{
    if (!way->is_single) {
        say_list(out, size, way, of);
        return;
    }
    say_single(out, size, way, "It");
    abl_sentence_append(out, size, ".");
}

static void say_excluded(char *out, size_t size, const abl_sensitivity *of)
{
    const abl_way *way = &of->to_borderline, *all = &of->to_meets;
    if (way->is_single && all->is_single && way->rules[0] == all->rules[0]) {
        say_single(out, size, way, "It");
        say_single(out, size, all, ", and");
        abl_sentence_append(out, size, ".");
        return;
    }
    say_way(out, size, way, of);
    if (all->count > way->count)
        abl_sentence_append(
            out, size, " To meet, %zu would have to%s.", all->count,
            all->unknown ? ", and what is not assessable become known" : "");
}

static void say_reserve(char *out, size_t size,
                        const abl_rule_sensitivity *closest)
{
    char title[sizeof closest->rule->title];
    const abl_flip *flip = &closest->to_borderline;
    snprintf(title, sizeof title, "%s", closest->rule->title);
    abl_sentence_append(out, size,
                        "The least reserve is that of %s (%s): it would no "
                        "longer be met with a limit of %g%s%s instead of %g.",
                        title, closest->rule->id, flip->limit,
                        space_before(closest->rule->unit), closest->rule->unit,
                        closest->rule->limit);
}

void abl_sensitivity_describe(char *out, size_t size, const abl_sensitivity *of,
                              abl_verdict verdict, bool of_patient)
{
    char text[sizeof of->text] = "";
    out[0] = '\0';
    if (verdict == ABL_VERDICT_DOES_NOT_MEET)
        say_excluded(text, sizeof text, of);
    else if (verdict == ABL_VERDICT_BORDERLINE)
        say_way(text, sizeof text, &of->to_meets, of);
    else if (of->closest)
        say_reserve(text, sizeof text, of->closest);
    if (text[0])
        abl_sentence_append(
            out, size, "%s%s",
            of_patient ? "For the whole liver, leaving the single lesions "
                         "aside: "
                       : "",
            text);
}
