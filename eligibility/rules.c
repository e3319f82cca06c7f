/* Judging one number, and the words for limits and results.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/rules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const char *const *names, size_t count, size_t n)
{
    return n < count ? names[n] : "unknown";
}

#define NAME_OF(names, n) \
    name_of(names, sizeof(names) / sizeof(names)[0], (size_t)(n))

const char *abl_result_name(abl_result result)
{
    static const char *const names[] = {"met", "borderline", "not-met",
                                        "not-assessable"};
    return NAME_OF(names, result);
}

const char *abl_source_tag_name(abl_source_tag tag)
{
    static const char *const names[] = {"cited", "convention", "unverified"};
    return NAME_OF(names, tag);
}

const char *abl_severity_name(abl_severity severity)
{
    static const char *const names[] = {"exclude", "flag", "note"};
    return NAME_OF(names, severity);
}

const char *abl_comparison_name(abl_comparison comparison)
{
    static const char *const names[] = {"below", "at-most", "above", "at-least",
                                        "is-true"};
    return NAME_OF(names, comparison);
}

const char *abl_verdict_name(abl_verdict verdict)
{
    static const char *const names[] = {"meets", "borderline", "does-not-meet",
                                        "not-assessable"};
    return NAME_OF(names, verdict);
}

const char *abl_verdict_text(abl_verdict verdict)
{
    static const char *const names[] = {
        "meets imaging criteria", "borderline: needs review",
        "does not meet imaging criteria", "not assessable"};
    return NAME_OF(names, verdict);
}

const char *abl_undercount_text(void)
{
    return "CT under-counts neuroendocrine liver metastases. Of 265 of them, "
           "portal venous CT showed 43 %, arterial CT 44 %, unenhanced CT "
           "17 %, and MRI with mangafodipir 92 %. MRI with diffusion and "
           "hepatobiliary phase: sensitivity 86 %, specificity 94 % "
           "(545 metastases).";
}

const char *abl_undercount_source(void)
{
    return "study of mangafodipir (MnDPDP) MRI in neuroendocrine metastases; "
           "Hayoz, Eur Radiol 2020;30:6593";
}

/* As it is printed: one decimal. */
static double round_printed(double value)
{
    return round(value * 10) / 10;
}

static bool satisfies(const abl_rule *rule, double value)
{
    switch (rule->comparison) {
    case ABL_BELOW:
        return value < rule->limit;
    case ABL_AT_MOST:
        return value <= rule->limit;
    case ABL_ABOVE:
        return value > rule->limit;
    case ABL_AT_LEAST:
        return value >= rule->limit;
    case ABL_IS_TRUE:
    default:
        return false;
    }
}

/* Inside the band, but not on an edge that is the limit and that the
 * comparison gives to the outer side. */
static bool is_in_band(const abl_rule *rule, double value)
{
    if (!rule->has_band || value < rule->band_low || value > rule->band_high)
        return false;
    if (value > rule->band_low && value < rule->band_high)
        return true;
    if (value < rule->limit || value > rule->limit)
        return true;
    const bool small_is_good =
        rule->comparison == ABL_BELOW || rule->comparison == ABL_AT_MOST;
    const bool is_good_edge = (value <= rule->band_low) == small_is_good;
    return satisfies(rule, value) != is_good_edge;
}

abl_result abl_rule_judge(const abl_rule *rule, double value,
                          double uncertainty)
{
    if (!isfinite(value) || !isfinite(uncertainty) || uncertainty < 0 ||
        rule->comparison == ABL_IS_TRUE)
        return ABL_NOT_ASSESSABLE;
    const double v = round_printed(value);
    const double u = round_printed(uncertainty);
    if (is_in_band(rule, v))
        return ABL_BORDERLINE;
    const bool good = satisfies(rule, v);
    if (satisfies(rule, v - u) != good || satisfies(rule, v + u) != good)
        return ABL_BORDERLINE;
    return good ? ABL_MET : ABL_NOT_MET;
}

const char *abl_rule_aspect(const abl_rule *rule)
{
    static const char *const aspects[ABL_RULE_COUNT] = {
        "number",        "diameter",     "margin",       "surface",
        "bowel",         "other organs", "vessels",      "hilum",
        "large veins",   "path",         "corridor",     "liver crossed",
        "capsule angle", "visibility",   "tumour share", "ablated share",
        "exam",          "context"};
    const unsigned long number =
        rule->id[0] == 'R' ? strtoul(rule->id + 1, NULL, 10) : 0;
    return number >= 1 && number <= ABL_RULE_COUNT ? aspects[number - 1] : "";
}

void abl_rule_describe(char limit[96], char band[96], const abl_rule *rule)
{
    static const char *const words[] = {"below", "at most", "above",
                                        "at least"};
    const bool is_angle = strcmp(rule->unit, "deg") == 0;
    const char *space = rule->unit[0] && !is_angle ? " " : "";
    const char *unit = is_angle ? "\xc2\xb0" : rule->unit;
    band[0] = '\0';
    if (rule->comparison == ABL_IS_TRUE)
        snprintf(limit, 96, "known");
    else
        snprintf(limit, 96, "%s %g%s%s", NAME_OF(words, rule->comparison),
                 rule->limit, space, unit);
    if (rule->has_band)
        snprintf(band, 96, "%g to %g%s%s", rule->band_low, rule->band_high,
                 space, unit);
}
