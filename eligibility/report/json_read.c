/* What people gave beside the images, in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/json_out.h"

json_t *abl_out_input_files(abl_json_out *out, const abl_report *report)
{
    json_t *array = json_array();
    for (size_t n = 0; n < report->input_count; n++) {
        const abl_input_file *input = &report->inputs[n];
        json_t *object = json_object();
        abl_out_set(out, object, "role", abl_out_text(input->role));
        abl_out_set(out, object, "file", abl_out_text(input->file));
        abl_out_set(out, object, "sha256", abl_out_text_or_null(input->sha256));
        abl_out_append(out, array, object);
    }
    return array;
}

static json_t *build_result(abl_json_out *out, const abl_assessment *from)
{
    json_t *object = json_object();
    const abl_verdict verdict = from->patient.verdict;
    abl_out_set(out, object, "verdict",
                abl_out_text(abl_verdict_name(verdict)));
    abl_out_set(out, object, "verdict_text",
                abl_out_text(abl_verdict_text(verdict)));
    abl_out_set(out, object, "summary", abl_out_text(from->summary));
    abl_out_set(out, object, "limiting_factor",
                abl_out_text(from->patient.limiting_factor));
    abl_out_set(out, object, "verdict_without_low_confidence",
                abl_out_text(abl_verdict_name(from->without_low_confidence)));
    abl_out_set(out, object, "lesion_count", abl_out_count(from->lesion_count));
    return object;
}

static json_t *build_side(abl_json_out *out, const abl_findings *findings,
                          const abl_assessment *assessment, int n)
{
    if (n == ABL_READ_NONE)
        return json_null();
    const abl_lesion_findings *lesion = &findings->lesions[n];
    const abl_judgement *judged = &assessment->lesions[n];
    json_t *object = json_object();
    abl_out_set(out, object, "number", json_integer(lesion->number));
    abl_out_set(out, object, "verdict",
                abl_out_text(abl_verdict_name(judged->verdict)));
    abl_out_set(out, object, "limiting_factor",
                abl_out_text(judged->limiting_factor));
    abl_out_set(out, object, "low_confidence",
                json_boolean(lesion->is_low_confidence));
    abl_out_set(out, object, "centroid_lps_mm",
                abl_out_lps(out, lesion->centroid_lps));
    abl_out_set(
        out, object, "longest_axial_diameter",
        abl_out_value(out, &lesion->longest_axial_diameter.mm, "mm", 1));
    abl_out_set(
        out, object, "perpendicular_diameter",
        abl_out_value(out, &lesion->perpendicular_diameter.mm, "mm", 1));
    abl_out_set(out, object, "max_3d_diameter",
                abl_out_value(out, &lesion->max_3d_diameter.mm, "mm", 1));
    abl_out_set(out, object, "volume",
                abl_out_value(out, &lesion->volume_ml, "mL", 1));
    return object;
}

static json_t *build_given(abl_json_out *out, const abl_override_item *item)
{
    json_t *array = json_array();
    for (int v = 0; item && v < ABL_READ_VALUE_COUNT; v++)
        if (item->has_value[v])
            abl_out_append(
                out, array,
                abl_out_text(abl_read_value_name((abl_read_value)v)));
    return array;
}

static json_t *build_pair(abl_json_out *out, const abl_report *report,
                          int automatic, int read, int entry)
{
    const abl_override_item *item =
        entry == ABL_READ_NONE ? NULL
                               : &report->reading->override->items[entry];
    json_t *object = json_object();
    abl_out_set(out, object, "action",
                item ? abl_out_text(abl_read_action_name(item->action))
                     : json_null());
    abl_out_set(out, object, "note",
                abl_out_text_or_null(item ? item->note : ""));
    abl_out_set(out, object, "shape_given",
                json_boolean(item && item->has_shape));
    abl_out_set(out, object, "label_given",
                item && item->label ? json_integer(item->label) : json_null());
    abl_out_set(out, object, "values_given", build_given(out, item));
    abl_out_set(out, object, "automatic",
                build_side(out, report->automatic_findings,
                           report->automatic_assessment, automatic));
    abl_out_set(out, object, "read",
                build_side(out, report->findings, report->assessment, read));
    return object;
}

static int find_read(const abl_reading *reading, size_t automatic)
{
    for (size_t n = 0; n < reading->structures->lesion_count; n++)
        if (reading->lesions[n].automatic == (int)automatic)
            return (int)n;
    return ABL_READ_NONE;
}

/* Every automatic lesion, rejected ones too, then those added. */
static json_t *build_pairs(abl_json_out *out, const abl_report *report)
{
    const abl_reading *reading = report->reading;
    json_t *array = json_array();
    for (size_t n = 0; n < reading->automatic_count; n++)
        abl_out_append(out, array,
                       build_pair(out, report, (int)n, find_read(reading, n),
                                  reading->item_of[n]));
    for (size_t n = 0; n < reading->structures->lesion_count; n++)
        if (reading->lesions[n].automatic == ABL_READ_NONE)
            abl_out_append(out, array,
                           build_pair(out, report, ABL_READ_NONE, (int)n,
                                      reading->lesions[n].item));
    return array;
}

/* Structures that the reader outlined. */
static json_t *build_structures(abl_json_out *out, const abl_report *report)
{
    const abl_override *override = report->reading->override;
    json_t *array = json_array();
    for (size_t n = 0; n < override->structure_count; n++) {
        const abl_override_structure *given = &override->structures[n];
        json_t *object = json_object();
        abl_out_set(out, object, "name",
                    abl_out_text(abl_structure_name(given->id)));
        abl_out_set(out, object, "note", abl_out_text_or_null(given->note));
        abl_out_set(
            out, object, "automatic_volume",
            abl_out_value(
                out,
                &report->automatic_findings->structures[given->id].volume_ml,
                "mL", 1));
        abl_out_set(out, object, "read_volume",
                    abl_out_value(
                        out, &report->findings->structures[given->id].volume_ml,
                        "mL", 1));
        abl_out_append(out, array, object);
    }
    return array;
}

static json_t *build_fact(const abl_context *context, int n)
{
    return context && context->facts[n].given
               ? abl_out_text(context->facts[n].value)
               : json_null();
}

/* Facts that the reader gave, beside what the run was given. */
static json_t *build_facts(abl_json_out *out, const abl_report *report)
{
    const abl_context *given = &report->reading->override->context;
    json_t *array = json_array();
    for (int n = 0; n < ABL_CONTEXT_FIELD_COUNT; n++) {
        if (!given->facts[n].given)
            continue;
        json_t *object = json_object();
        abl_out_set(out, object, "name",
                    abl_out_text(abl_context_field_name((abl_context_field)n)));
        abl_out_set(out, object, "automatic",
                    build_fact(report->automatic_findings->context, n));
        abl_out_set(out, object, "read", build_fact(given, n));
        abl_out_append(out, array, object);
    }
    return array;
}

static json_t *build_labels(abl_json_out *out, const abl_override *override)
{
    if (!override->labels_path[0])
        return json_null();
    json_t *object = json_object();
    abl_out_set(out, object, "file", abl_out_text(override->labels_file));
    abl_out_set(out, object, "sha256", abl_out_text(override->labels_sha256));
    return object;
}

json_t *abl_out_reading(abl_json_out *out, const abl_report *report)
{
    const abl_reading *reading = report->reading;
    if (!reading)
        return json_null();
    const abl_override *override = reading->override;
    json_t *object = json_object(), *reader = json_object();
    abl_out_set(out, reader, "name", abl_out_text(override->reader_name));
    abl_out_set(out, reader, "when", abl_out_text(override->reader_when));
    abl_out_set(out, reader, "role",
                abl_out_text_or_null(override->reader_role));
    abl_out_set(out, object, "reader", reader);
    abl_out_set(
        out, object, "reader_sd_mm",
        abl_out_number(
            out, abl_reader_sd_mm(report->findings->exam.phase.phase), 2));
    abl_out_set(out, object, "reader_sd_source",
                abl_out_text(abl_reader_sd_source()));
    abl_out_set(out, object, "automatic",
                build_result(out, report->automatic_assessment));
    abl_out_set(out, object, "read", build_result(out, report->assessment));
    abl_out_set(out, object, "lesions", build_pairs(out, report));
    abl_out_set(out, object, "labels", build_labels(out, override));
    abl_out_set(out, object, "structures", build_structures(out, report));
    abl_out_set(out, object, "context", build_facts(out, report));
    return object;
}
