/* Exam adequacy part by part, and the context as given, in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/exam.h"
#include "eligibility/report/json_out.h"

static json_t *build_source(abl_json_out *out, const abl_source *source)
{
    if (!source)
        return json_null();
    json_t *object = json_object();
    abl_out_set(out, object, "tag",
                abl_out_text(abl_source_tag_name(source->tag)));
    abl_out_set(out, object, "text", abl_out_text(source->text));
    return object;
}

static json_t *build_part(abl_json_out *out, const abl_exam_part *part)
{
    json_t *object = json_object();
    abl_out_set(out, object, "part", abl_out_text(part->name));
    abl_out_set(out, object, "result",
                abl_out_text(abl_result_name(part->result)));
    abl_out_set(out, object, "counts", json_boolean(part->counts));
    abl_out_set(out, object, "text", abl_out_text(part->text));
    abl_out_set(out, object, "limit", abl_out_text_or_null(part->limit));
    abl_out_set(out, object, "source", build_source(out, part->source));
    return object;
}

void abl_out_adequacy(abl_json_out *out, json_t *exam, const abl_report *report)
{
    const abl_exam *found = &report->findings->exam;
    abl_exam_part parts[ABL_EXAM_PART_COUNT];
    json_t *array = json_array();
    abl_exam_judge(parts, found, report->profile);
    for (size_t n = 0; n < ABL_EXAM_PART_COUNT; n++)
        abl_out_append(out, array, build_part(out, &parts[n]));
    abl_out_set(out, exam, "metal",
                abl_out_value(out, &found->metal_ml, "mL", 1));
    abl_out_set(out, exam, "gaps_and_tilt_checked",
                json_boolean(found->geometry_checked));
    abl_out_set(out, exam, "gantry_tilt_deg",
                abl_out_number(out, found->gantry_tilt_deg, 2));
    abl_out_set(out, exam, "adequacy", array);
}

static json_t *build_fact(abl_json_out *out, const abl_report *report,
                          abl_context_field field)
{
    static const abl_context_fact none = {false, "", ABL_CONTEXT_FINE,
                                          "",    "", ""};
    const abl_context *context = report->findings->context;
    const abl_context_fact *fact = context ? &context->facts[field] : &none;
    json_t *object = json_object();
    abl_out_set(out, object, "fact",
                abl_out_text(abl_context_field_name(field)));
    abl_out_set(out, object, "given", json_boolean(fact->given));
    abl_out_set(out, object, "value", abl_out_text_or_null(fact->value));
    abl_out_set(out, object, "note", abl_out_text_or_null(fact->note));
    abl_out_set(out, object, "date", abl_out_text_or_null(fact->date));
    abl_out_set(out, object, "by", abl_out_text_or_null(fact->by));
    abl_out_set(
        out, object, "needed",
        json_boolean(report->profile->context_needed >> (unsigned)field & 1u));
    return object;
}

json_t *abl_out_context(abl_json_out *out, const abl_report *report)
{
    const abl_context *context = report->findings->context;
    json_t *object = json_object(), *facts = json_array();
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++)
        abl_out_append(out, facts,
                       build_fact(out, report, (abl_context_field)n));
    abl_out_set(out, object, "as_given", json_true());
    abl_out_set(out, object, "sha256",
                context ? abl_out_text_or_null(context->sha256) : json_null());
    abl_out_set(out, object, "facts", facts);
    return object;
}
