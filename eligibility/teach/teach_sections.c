/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "eligibility/report/json_out.h"
#include "eligibility/teach/teach_case.h"

/* A rule is asked when it is part of the verdict. */
static bool is_asked(const abl_case_rule *rule)
{
    return rule->severity != ABL_SEVERITY_NOTE && rule->id != 18;
}

static void describe_limit(char limit[96], char band[96],
                           const abl_case_rule *rule)
{
    abl_rule plain = {.comparison = rule->comparison,
                      .limit = rule->limit,
                      .has_band = rule->has_band,
                      .band_low = rule->band_low,
                      .band_high = rule->band_high};
    const bool known = abl_teach_unit_is_known(rule->unit);
    snprintf(plain.unit, sizeof plain.unit, "%s", known ? rule->unit : "");
    abl_rule_describe(limit, band, &plain);
}

/* A count or a plan has no measurement error. */
static void describe_value(char text[96], const abl_case_rule *rule)
{
    const bool known = abl_teach_unit_is_known(rule->unit);
    char error[32] = "";
    if (!rule->observed.measured) {
        snprintf(text, 96, "not measured");
        return;
    }
    if (rule->observed.uncertainty > 0)
        snprintf(error, sizeof error, " ± %.1f", rule->observed.uncertainty);
    snprintf(text, 96, "%s%.1f%s%s%s", rule->is_at_least ? "at least " : "",
             rule->observed.value, error, known && rule->unit[0] ? " " : "",
             known ? rule->unit : "");
}

static json_t *build_rule(abl_json_out *out, const abl_case_rule *rule,
                          const abl_teach_sources *sources)
{
    char id[8], limit[96], band[96], value[96];
    const char *source = abl_teach_rule_source(sources, rule);
    json_t *object = json_object();
    snprintf(id, sizeof id, "R%d", rule->id);
    describe_limit(limit, band, rule);
    describe_value(value, rule);
    abl_out_set(out, object, "id", abl_out_text(id));
    abl_out_set(out, object, "title",
                abl_out_text(abl_teach_rule_title(sources, rule->id)));
    abl_out_set(out, object, "result",
                abl_out_text(abl_result_name(rule->result)));
    abl_out_set(out, object, "excludes",
                json_boolean(rule->severity == ABL_SEVERITY_EXCLUDE));
    abl_out_set(out, object, "value", abl_out_text(value));
    abl_out_set(
        out, object, "reason",
        abl_out_text(abl_teach_text_is_safe(rule->text) ? rule->text : value));
    abl_out_set(out, object, "limit", abl_out_text(limit));
    abl_out_set(out, object, "band", abl_out_text(band));
    abl_out_set(out, object, "tag",
                abl_out_text(abl_source_tag_name(rule->source.tag)));
    abl_out_set(out, object, "source",
                abl_out_text(source ? source
                                    : "of a profile that is not built in; its "
                                      "words are left out"));
    abl_out_set(out, object, "slice", abl_out_count(rule->slice));
    return object;
}

/* "Not met: R8. Borderline: R3, R7." */
static void describe_deciding(char *text, size_t size,
                              const abl_case_judgement *judged)
{
    static const struct {
        abl_result result;
        const char *words;
    } kinds[] = {{ABL_NOT_MET, "Not met"},
                 {ABL_BORDERLINE, "Borderline"},
                 {ABL_NOT_ASSESSABLE, "Not assessable"}};
    size_t used = 0;
    text[0] = '\0';
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        bool any = false;
        for (size_t n = 0; n < judged->rule_count && used < size; n++) {
            const abl_case_rule *rule = &judged->rules[n];
            if (rule->result != kinds[k].result || !is_asked(rule))
                continue;
            used += (size_t)snprintf(
                text + used, size - used, "%s%s%sR%d", !any && used ? ". " : "",
                any ? "" : kinds[k].words, any ? ", " : ": ", rule->id);
            any = true;
        }
    }
    if (used && used < size)
        snprintf(text + used, size - used, ".");
    else if (!used)
        snprintf(text, size, "Every rule is met.");
}

/* "Lesion 1: borderline. Lesion 2: meets." behind the patient's own rules. */
static void add_lesions(char *text, size_t size, const abl_case *report)
{
    for (size_t n = 0; n < report->lesion_count; n++) {
        const size_t used = strlen(text);
        snprintf(text + used, size - used, " Lesion %d: %s.",
                 report->lesions[n].number,
                 abl_verdict_text(report->lesions[n].judged.verdict));
    }
}

static json_t *build_section(abl_json_out *out, int lesion,
                             const abl_case_judgement *judged,
                             const abl_case *report,
                             const abl_teach_sources *sources,
                             size_t *questions)
{
    char key[24], title[32], deciding[1600];
    json_t *object = json_object(), *rules = json_array();
    snprintf(key, sizeof key, lesion ? "lesion-%d" : "patient", lesion);
    snprintf(title, sizeof title, lesion ? "Lesion %d" : "Patient", lesion);
    describe_deciding(deciding, sizeof deciding, judged);
    if (!lesion)
        add_lesions(deciding, sizeof deciding, report);
    for (size_t n = 0; n < judged->rule_count; n++)
        if (is_asked(&judged->rules[n])) {
            abl_out_append(out, rules,
                           build_rule(out, &judged->rules[n], sources));
            ++*questions;
        }
    abl_out_set(out, object, "key", abl_out_text(key));
    abl_out_set(out, object, "title", abl_out_text(title));
    abl_out_set(out, object, "lesion", json_integer(lesion));
    abl_out_set(out, object, "verdict",
                abl_out_text(abl_verdict_name(judged->verdict)));
    abl_out_set(out, object, "deciding", abl_out_text(deciding));
    abl_out_set(out, object, "rules", rules);
    return object;
}

json_t *abl_teach_sections(const abl_case *report,
                           const abl_teach_sources *sources,
                           size_t *question_count)
{
    abl_json_out out = {false, false};
    json_t *array = json_array();
    *question_count = 0;
    abl_out_append(&out, array,
                   build_section(&out, 0, &report->patient, report, sources,
                                 question_count));
    for (size_t n = 0; n < report->lesion_count && n < ABL_TEACH_MAX_LESIONS;
         n++)
        abl_out_append(&out, array,
                       build_section(&out, report->lesions[n].number,
                                     &report->lesions[n].judged, report,
                                     sources, question_count));
    if (!out.out_of_memory && !out.not_finite)
        return array;
    json_decref(array);
    return NULL;
}
