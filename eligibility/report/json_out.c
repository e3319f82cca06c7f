/* SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/json_out.h"

#include <math.h>

#include "eligibility/report/text.h"

void abl_out_set(abl_json_out *out, json_t *object, const char *key,
                 json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        out->out_of_memory = true;
}

void abl_out_append(abl_json_out *out, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        out->out_of_memory = true;
}

json_t *abl_out_number(abl_json_out *out, double value, int decimals)
{
    const double scale = pow(10, decimals);
    const double rounded = round(value * scale) / scale;
    if (!isfinite(rounded)) {
        out->not_finite = true;
        return json_null();
    }
    return json_real(rounded + 0.0);
}

json_t *abl_out_count(size_t count)
{
    return json_integer((json_int_t)count);
}

json_t *abl_out_text(const char *text)
{
    char clean[2048];
    const size_t bytes = abl_text_clean(clean, sizeof clean, text);
    return json_stringn(clean, bytes);
}

json_t *abl_out_text_or_null(const char *text)
{
    return text && text[0] ? abl_out_text(text) : json_null();
}

json_t *abl_out_lps(abl_json_out *out, const double lps[3])
{
    json_t *array = json_array();
    for (int r = 0; r < 3; r++)
        abl_out_append(out, array, abl_out_number(out, lps[r], 2));
    return array;
}

json_t *abl_out_value(abl_json_out *out, const abl_value *value,
                      const char *unit, double scale)
{
    json_t *object = json_object();
    abl_out_set(out, object, "measured", json_boolean(value->measured));
    if (value->measured) {
        abl_out_set(out, object, "value",
                    abl_out_number(out, value->value * scale, 2));
        abl_out_set(out, object, "uncertainty",
                    abl_out_number(out, value->uncertainty * scale, 2));
    }
    abl_out_set(out, object, "unit", abl_out_text(unit));
    if (!value->measured)
        abl_out_set(
            out, object, "why_not",
            abl_out_text(value->why_not ? value->why_not : "not measured"));
    return object;
}

static json_t *build_source(abl_json_out *out, const abl_source *source)
{
    json_t *object = json_object();
    abl_out_set(out, object, "tag",
                abl_out_text(abl_source_tag_name(source->tag)));
    abl_out_set(out, object, "text", abl_out_text(source->text));
    return object;
}

static json_t *build_limit(abl_json_out *out, const abl_rule *rule)
{
    char limit[96], band[96];
    json_t *object = json_object();
    abl_rule_describe(limit, band, rule);
    abl_out_set(out, object, "comparison",
                abl_out_text(abl_comparison_name(rule->comparison)));
    abl_out_set(out, object, "value",
                rule->comparison == ABL_IS_TRUE
                    ? json_null()
                    : abl_out_number(out, rule->limit, 4));
    abl_out_set(out, object, "unit", abl_out_text(rule->unit));
    abl_out_set(out, object, "text", abl_out_text(limit));
    abl_out_set(out, object, "source", build_source(out, &rule->source));
    return object;
}

static json_t *build_band(abl_json_out *out, const abl_rule *rule)
{
    if (!rule->has_band)
        return json_null();
    json_t *object = json_object();
    abl_out_set(out, object, "low", abl_out_number(out, rule->band_low, 4));
    abl_out_set(out, object, "high", abl_out_number(out, rule->band_high, 4));
    abl_out_set(out, object, "unit", abl_out_text(rule->unit));
    abl_out_set(out, object, "source", build_source(out, &rule->band_source));
    return object;
}

static json_t *build_also(abl_json_out *out, const abl_rule *rule)
{
    if (!rule->also.present)
        return json_null();
    json_t *object = json_object();
    abl_out_set(out, object, "quantity", abl_out_text(rule->also.quantity));
    abl_out_set(out, object, "value", abl_out_number(out, rule->also.limit, 4));
    abl_out_set(out, object, "unit", abl_out_text(rule->also.unit));
    abl_out_set(out, object, "source", build_source(out, &rule->also.source));
    return object;
}

static json_t *build_rule(abl_json_out *out, const abl_report *report,
                          const abl_rule_result *result)
{
    const abl_rule *rule = result->rule;
    const size_t slice =
        result->has_point ? abl_report_slice(report, result->point_lps) : 0;
    abl_value observed = result->observed;
    if (!observed.why_not)
        observed.why_not = result->text;
    json_t *object = json_object();
    abl_out_set(out, object, "id", abl_out_text(rule->id));
    abl_out_set(out, object, "title", abl_out_text(rule->title));
    abl_out_set(out, object, "result",
                abl_out_text(abl_result_name(result->result)));
    abl_out_set(out, object, "severity",
                abl_out_text(abl_severity_name(rule->severity)));
    abl_out_set(out, object, "observed",
                abl_out_value(out, &observed, rule->unit, 1));
    abl_out_set(out, object, "observed_is_at_least",
                json_boolean(result->is_at_least));
    abl_out_set(out, object, "structure",
                result->structure == ABL_BACKGROUND
                    ? json_null()
                    : abl_out_text(abl_structure_name(result->structure)));
    abl_out_set(out, object, "text", abl_out_text(result->text));
    abl_out_set(out, object, "slice",
                slice ? abl_out_count(slice) : json_null());
    abl_out_set(out, object, "position_lps_mm",
                result->has_point ? abl_out_lps(out, result->point_lps)
                                  : json_null());
    abl_out_set(out, object, "limit", build_limit(out, rule));
    abl_out_set(out, object, "band", build_band(out, rule));
    abl_out_set(out, object, "also", build_also(out, rule));
    return object;
}

json_t *abl_out_rules(abl_json_out *out, const abl_report *report,
                      const abl_judgement *judgement)
{
    json_t *array = json_array();
    for (size_t n = 0; n < judgement->result_count; n++)
        abl_out_append(out, array,
                       build_rule(out, report, &judgement->results[n]));
    return array;
}

json_t *abl_out_pictures(abl_json_out *out, const abl_pictures *pictures,
                         int lesion)
{
    json_t *array = json_array();
    for (size_t n = 0; n < pictures->count; n++) {
        const abl_picture *picture = &pictures->items[n];
        if (lesion >= 0 && picture->lesion != lesion)
            continue;
        json_t *object = json_object();
        abl_out_set(out, object, "file", abl_out_text(picture->file));
        abl_out_set(out, object, "caption", abl_out_text(picture->caption));
        abl_out_set(out, object, "width_px", abl_out_count(picture->width));
        abl_out_set(out, object, "height_px", abl_out_count(picture->height));
        abl_out_append(out, array, object);
    }
    return array;
}
