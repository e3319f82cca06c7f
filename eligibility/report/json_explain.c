/* What explains a verdict, in report.json.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/reading.h"
#include "eligibility/report/json_out.h"

static json_t *number_or_null(abl_json_out *out, bool is_there, double value)
{
    return is_there ? abl_out_number(out, value, 3) : json_null();
}

static json_t *build_flip(abl_json_out *out, const abl_flip *flip)
{
    if (!flip->has_limit && !flip->has_value)
        return json_null();
    json_t *object = json_object();
    abl_out_set(out, object, "limit",
                number_or_null(out, flip->has_limit, flip->limit));
    abl_out_set(out, object, "limit_change",
                number_or_null(out, flip->has_limit, flip->limit_change));
    abl_out_set(out, object, "value",
                number_or_null(out, flip->has_value, flip->value));
    abl_out_set(out, object, "value_change",
                number_or_null(out, flip->has_value, flip->value_change));
    return object;
}

static json_t *build_rule(abl_json_out *out, const abl_rule_sensitivity *of)
{
    json_t *object = json_object();
    abl_out_set(out, object, "id", abl_out_text(of->rule->id));
    abl_out_set(out, object, "result",
                abl_out_text(abl_result_name(of->result)));
    abl_out_set(out, object, "unit", abl_out_text(of->rule->unit));
    abl_out_set(out, object, "to_met", build_flip(out, &of->to_met));
    abl_out_set(out, object, "to_borderline",
                build_flip(out, &of->to_borderline));
    abl_out_set(out, object, "to_not_met", build_flip(out, &of->to_not_met));
    return object;
}

static json_t *build_way(abl_json_out *out, const abl_way *way)
{
    if (!way->is_better)
        return json_null();
    json_t *object = json_object(), *rules = json_array();
    for (size_t n = 0; n < way->count; n++)
        abl_out_append(out, rules, abl_out_text(way->rules[n]->rule->id));
    abl_out_set(out, object, "rules_that_must_change", rules);
    abl_out_set(out, object, "single_change", json_boolean(way->is_single));
    abl_out_set(out, object, "not_assessable", abl_out_count(way->unknown));
    abl_out_set(out, object, "not_changed_by_a_number",
                abl_out_count(way->no_reach));
    return object;
}

json_t *abl_out_sensitivity(abl_json_out *out, const abl_sensitivity *of)
{
    json_t *object = json_object(), *rules = json_array();
    for (size_t n = 0; n < of->rule_count; n++)
        abl_out_append(out, rules, build_rule(out, &of->rules[n]));
    abl_out_set(out, object, "smallest_change", abl_out_text_or_null(of->text));
    abl_out_set(out, object, "way_in", abl_out_text_or_null(of->way_in));
    abl_out_set(out, object, "to_borderline",
                build_way(out, &of->to_borderline));
    abl_out_set(out, object, "to_meets", build_way(out, &of->to_meets));
    abl_out_set(out, object, "closest_rule",
                of->closest ? abl_out_text(of->closest->rule->id)
                            : json_null());
    abl_out_set(out, object, "rules", rules);
    return object;
}

json_t *abl_out_stability(abl_json_out *out, const abl_stability *of,
                          uint64_t seed)
{
    json_t *object = json_object(), *verdicts = json_object();
    for (int v = ABL_VERDICT_MEETS; v <= ABL_VERDICT_NOT_ASSESSABLE; v++)
        abl_out_set(out, verdicts, abl_verdict_name((abl_verdict)v),
                    abl_out_count(of->verdicts[v]));
    abl_out_set(out, object, "draws", abl_out_count(of->draws));
    abl_out_set(out, object, "seed", json_integer((json_int_t)seed));
    abl_out_set(out, object, "same_verdict", abl_out_count(of->same));
    abl_out_set(
        out, object, "same_verdict_share",
        of->draws ? abl_out_number(out, (double)of->same / (double)of->draws, 4)
                  : json_null());
    abl_out_set(out, object, "verdicts", verdicts);
    return object;
}

json_t *abl_out_under_limit(abl_json_out *out, const abl_under_limit *of)
{
    json_t *object = json_object();
    abl_out_set(out, object, "measured", json_boolean(of->measured));
    if (!of->measured) {
        abl_out_set(out, object, "why_not", abl_out_text(of->why_not));
        return object;
    }
    abl_out_set(out, object, "probability",
                abl_out_number(out, of->probability, 3));
    abl_out_set(out, object, "diameter_mm",
                abl_out_number(out, of->diameter_mm, 2));
    abl_out_set(out, object, "limit_mm", abl_out_number(out, of->limit_mm, 2));
    abl_out_set(out, object, "own_sd_mm",
                abl_out_number(out, of->own_sd_mm, 2));
    abl_out_set(out, object, "reader_sd_mm",
                abl_out_number(out, of->reader_sd_mm, 2));
    abl_out_set(out, object, "reader_sd_source",
                abl_out_text(abl_reader_sd_source()));
    abl_out_set(out, object, "tag", abl_out_text("convention"));
    return object;
}

static json_t *build_touch(abl_json_out *out, const abl_zone_touch *touch)
{
    json_t *object = json_object();
    abl_out_set(out, object, "structure",
                touch->lesion
                    ? json_null()
                    : abl_out_text(abl_structure_name(touch->structure)));
    abl_out_set(out, object, "lesion",
                touch->lesion ? json_integer(touch->lesion) : json_null());
    abl_out_set(out, object, "gap",
                abl_out_value(out, &touch->gap_mm, "mm", 1));
    abl_out_set(out, object, "overlap",
                abl_out_value(out, &touch->overlap_ml, "mL", 1));
    return object;
}

static json_t *build_zone(abl_json_out *out, const abl_zone *zone)
{
    json_t *object = json_object(), *touches = json_array();
    abl_out_set(out, object, "margin_mm",
                abl_out_number(out, zone->margin_mm, 1));
    abl_out_set(out, object, "measured", json_boolean(zone->measured));
    if (!zone->measured) {
        json_decref(touches);
        abl_out_set(out, object, "why_not", abl_out_text(zone->why_not));
        return object;
    }
    abl_out_set(out, object, "volume",
                abl_out_value(out, &zone->volume_ml, "mL", 1));
    abl_out_set(out, object, "liver_lost",
                abl_out_value(out, &zone->liver_lost_ml, "mL", 1));
    abl_out_set(out, object, "share_of_liver",
                abl_out_value(out, &zone->liver_share, "%", 100));
    abl_out_set(out, object, "outside_liver",
                abl_out_value(out, &zone->outside_share, "%", 100));
    abl_out_set(out, object, "leaves_scan", json_boolean(zone->leaves_scan));
    for (size_t n = 0; n < zone->touch_count; n++)
        abl_out_append(out, touches, build_touch(out, &zone->touches[n]));
    abl_out_set(out, object, "touches", touches);
    abl_out_set(out, object, "touches_left_out",
                abl_out_count(zone->touches_left_out));
    return object;
}

json_t *abl_out_zones(abl_json_out *out, const abl_zone zones[ABL_ZONE_COUNT])
{
    json_t *array = json_array();
    for (int n = 0; n < ABL_ZONE_COUNT; n++)
        abl_out_append(out, array, build_zone(out, &zones[n]));
    return array;
}

json_t *abl_out_next_exams(abl_json_out *out,
                           const abl_explanation *explanation)
{
    json_t *array = json_array();
    for (size_t n = 0; n < explanation->next_exam_count; n++) {
        const abl_next_exam *exam = &explanation->next_exams[n];
        json_t *object = json_object();
        abl_out_set(out, object, "code", abl_out_text(exam->code));
        abl_out_set(out, object, "reason", abl_out_text(exam->reason));
        abl_out_set(out, object, "exam", abl_out_text(exam->exam));
        abl_out_set(out, object, "why", abl_out_text(exam->why));
        abl_out_set(out, object, "source", abl_out_text(exam->source));
        abl_out_set(out, object, "tag",
                    abl_out_text(abl_source_tag_name(exam->tag)));
        abl_out_append(out, array, object);
    }
    return array;
}

static json_t *build_share(abl_json_out *out, const abl_board_share *share)
{
    json_t *object = json_object();
    abl_out_set(out, object, "lesions", abl_out_count(share->lesions));
    abl_out_set(out, object, "volume",
                abl_out_value(out, &share->volume_ml, "mL", 1));
    abl_out_set(out, object, "share_of_tumour",
                abl_out_value(out, &share->share, "%", 100));
    return object;
}

json_t *abl_out_board(abl_json_out *out, const abl_board *board)
{
    if (!board->applies)
        return json_null();
    json_t *object = json_object(), *options = json_array();
    for (size_t n = 0; abl_board_option(n); n++)
        abl_out_append(out, options, abl_out_text(abl_board_option(n)));
    abl_out_set(out, object, "tumour_volume",
                abl_out_value(out, &board->tumour_volume_ml, "mL", 1));
    abl_out_set(out, object, "tumour_share_of_liver",
                abl_out_value(out, &board->tumour_burden, "%", 100));
    abl_out_set(out, object, "segments", abl_out_text(board->segments_text));
    abl_out_set(out, object, "in_lesions_that_meet",
                build_share(out, &board->meets));
    abl_out_set(out, object, "in_borderline_lesions",
                build_share(out, &board->borderline));
    abl_out_set(out, object, "in_lesions_that_do_not_meet",
                build_share(out, &board->beyond));
    abl_out_set(out, object, "debulking_note",
                abl_out_text(abl_board_debulking_note()));
    abl_out_set(out, object, "portal_trunk",
                abl_out_text(board->portal_trunk_text));
    abl_out_set(out, object, "options", options);
    abl_out_set(out, object, "options_note",
                abl_out_text(abl_board_option_note()));
    return object;
}
