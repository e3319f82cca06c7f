/* report.json: the source of truth of the whole report.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "eligibility/report/json_out.h"
#include "eligibility/report/outline_source.h"
#include "eligibility/report/text.h"

static json_t *build_patient(abl_json_out *out, const abl_report *report,
                             const abl_pictures *pictures)
{
    const abl_assessment *assessment = report->assessment;
    const abl_judgement *patient = &assessment->patient;
    const size_t *counts = assessment->verdict_counts;
    json_t *object = json_object(), *by_verdict = json_object();
    for (int v = ABL_VERDICT_MEETS; v <= ABL_VERDICT_NOT_ASSESSABLE; v++)
        abl_out_set(out, by_verdict, abl_verdict_name((abl_verdict)v),
                    abl_out_count(counts[v]));
    abl_out_set(out, object, "verdict",
                abl_out_text(abl_verdict_name(patient->verdict)));
    abl_out_set(out, object, "verdict_text",
                abl_out_text(abl_verdict_text(patient->verdict)));
    abl_out_set(out, object, "summary", abl_out_text(assessment->summary));
    abl_out_set(out, object, "limiting_factor",
                abl_out_text(patient->limiting_factor));
    abl_out_set(
        out, object, "verdict_without_low_confidence",
        abl_out_text(abl_verdict_name(assessment->without_low_confidence)));
    abl_out_set(out, object, "lesion_count",
                abl_out_count(assessment->lesion_count));
    abl_out_set(out, object, "low_confidence_count",
                abl_out_count(assessment->low_confidence_count));
    abl_out_set(out, object, "lesions_by_verdict", by_verdict);
    abl_out_set(out, object, "sensitivity",
                abl_out_sensitivity(out, &report->explanation->patient));
    abl_out_set(out, object, "stability",
                abl_out_stability(out, &report->explanation->stability,
                                  report->explanation->seed));
    abl_out_set(out, object, "rules", abl_out_rules(out, report, patient));
    abl_out_set(out, object, "pictures", abl_out_pictures(out, pictures, 0));
    return object;
}

static json_t *build_caveat(abl_json_out *out)
{
    json_t *object = json_object();
    abl_out_set(out, object, "code", abl_out_text("ct-under-counts"));
    abl_out_set(out, object, "text", abl_out_text(abl_undercount_text()));
    abl_out_set(out, object, "source", abl_out_text(abl_undercount_source()));
    abl_out_set(out, object, "tag", abl_out_text("cited"));
    json_t *array = json_array();
    abl_out_append(out, array, object);
    return array;
}

static json_t *build_liver(abl_json_out *out, const abl_findings *findings)
{
    json_t *object = json_object();
    abl_out_set(out, object, "volume",
                abl_out_value(out, &findings->liver_volume_ml, "mL", 1));
    abl_out_set(out, object, "tumour_volume",
                abl_out_value(out, &findings->tumour_volume_ml, "mL", 1));
    abl_out_set(out, object, "tumour_share",
                abl_out_value(out, &findings->tumour_burden, "%", 100));
    abl_out_set(out, object, "ablated_share_with_5_mm_margin",
                abl_out_value(out, &findings->ablated_fraction_5mm, "%", 100));
    abl_out_set(out, object, "ablated_share_with_10_mm_margin",
                abl_out_value(out, &findings->ablated_fraction_10mm, "%", 100));
    return object;
}

static json_t *build_phase(abl_json_out *out, const abl_phase_estimate *phase)
{
    json_t *object = json_object();
    abl_out_set(out, object, "name",
                abl_out_text(abl_phase_name(phase->phase)));
    abl_out_set(out, object, "confidence",
                abl_out_number(out, phase->confidence, 2));
    abl_out_set(out, object, "disagrees_with_header",
                json_boolean(phase->disagrees_with_header));
    abl_out_set(out, object, "reason", abl_out_text_or_null(phase->reason));
    return object;
}

static json_t *build_exam(abl_json_out *out, const abl_report *report)
{
    const abl_exam *exam = &report->findings->exam;
    json_t *object = json_object();
    abl_out_set(out, object, "slice_spacing_mm",
                abl_out_number(out, exam->slice_spacing_mm, 3));
    abl_out_set(out, object, "slice_thickness_mm",
                exam->slice_thickness_mm > 0
                    ? abl_out_number(out, exam->slice_thickness_mm, 3)
                    : json_null());
    abl_out_set(out, object, "phase", build_phase(out, &exam->phase));
    abl_out_set(out, object, "noise",
                abl_out_value(out, &exam->noise_hu, "HU", 1));
    abl_out_set(out, object, "liver_whole", json_boolean(exam->liver_whole));
    abl_out_set(out, object, "intensity_clipped",
                json_boolean(exam->intensity_clipped));
    abl_out_adequacy(out, object, report);
    return object;
}

static json_t *build_series(abl_json_out *out, const abl_report *report)
{
    const abl_series_info *info = report->info;
    const abl_grid *grid = report->native_grid;
    json_t *object = json_object(), *size = json_array(),
           *spacing = json_array();
    for (int a = 0; a < 3; a++) {
        abl_out_append(out, size, abl_out_count(grid->size[a]));
        abl_out_append(out, spacing,
                       abl_out_number(out, grid->spacing_mm[a], 4));
    }
    abl_out_set(out, object, "series_uid",
                abl_out_text_or_null(info->series_uid));
    abl_out_set(out, object, "study_uid",
                abl_out_text_or_null(info->study_uid));
    abl_out_set(out, object, "frame_of_reference_uid",
                abl_out_text_or_null(info->frame_of_reference_uid));
    abl_out_set(out, object, "modality", abl_out_text(info->modality_text));
    abl_out_set(out, object, "description",
                abl_out_text_or_null(info->description));
    abl_out_set(out, object, "series_number",
                info->series_number >= 0 ? json_integer(info->series_number)
                                         : json_null());
    abl_out_set(out, object, "manufacturer",
                abl_out_text_or_null(info->manufacturer));
    abl_out_set(out, object, "model_name",
                abl_out_text_or_null(info->model_name));
    abl_out_set(out, object, "kernel", abl_out_text_or_null(info->kernel));
    abl_out_set(out, object, "files", abl_out_count(info->files));
    abl_out_set(out, object, "size", size);
    abl_out_set(out, object, "spacing_mm", spacing);
    abl_out_set(out, object, "notes", abl_out_text_or_null(info->notes));
    return object;
}

static const char *found_name(abl_found found)
{
    static const char *const names[] = {"not-looked-for", "not-found", "found",
                                        "found-cut-by-end-of-scan"};
    return (size_t)found < sizeof names / sizeof names[0]
               ? names[found]
               : names[ABL_NOT_LOOKED_FOR];
}

static json_t *build_structures(abl_json_out *out, const abl_findings *findings)
{
    json_t *array = json_array();
    for (int id = ABL_LIVER; id < ABL_STRUCTURE_COUNT; id++) {
        json_t *object = json_object();
        abl_out_set(out, object, "name",
                    abl_out_text(abl_structure_name((abl_structure_id)id)));
        abl_out_set(out, object, "found",
                    abl_out_text(found_name(findings->structures[id].found)));
        abl_out_set(
            out, object, "volume",
            abl_out_value(out, &findings->structures[id].volume_ml, "mL", 1));
        abl_out_set(
            out, object, "mean_attenuation",
            abl_out_value(out, &findings->structures[id].mean_hu, "HU", 1));
        abl_out_set(out, object, "origin",
                    abl_out_text_or_null(findings->structures[id].origin));
        abl_out_set(out, object, "outline",
                    findings->structures[id].found >= ABL_FOUND
                        ? abl_out_text(abl_outline_source_name(
                              abl_outline_source_of_structure(
                                  findings, (abl_structure_id)id)))
                        : json_null());
        abl_out_append(out, array, object);
    }
    return array;
}

static json_t *build_note(abl_json_out *out, const char *code, const char *text)
{
    json_t *object = json_object();
    abl_out_set(out, object, "code", abl_out_text(code));
    abl_out_set(out, object, "text", abl_out_text(text));
    return object;
}

static json_t *build_warnings(abl_json_out *out, const abl_findings *findings)
{
    json_t *array = json_array();
    for (size_t n = 0; n < findings->warning_count; n++)
        abl_out_append(out, array,
                       build_note(out, findings->warnings[n].code,
                                  findings->warnings[n].text));
    return array;
}

static json_t *build_not_assessed(abl_json_out *out,
                                  const abl_findings *findings)
{
    abl_note notes[ABL_MAX_NOTES];
    const size_t count = abl_notes_list(notes, findings);
    json_t *array = json_array();
    for (size_t n = 0; n < count; n++)
        abl_out_append(out, array,
                       build_note(out, notes[n].code, notes[n].text));
    return array;
}

static json_t *build_provenance(abl_json_out *out, const abl_report *report)
{
    json_t *object = json_object(), *profile = json_object(),
           *models = json_object();
    abl_out_set(out, profile, "name", abl_out_text(report->profile->name));
    abl_out_set(out, profile, "title", abl_out_text(report->profile->title));
    abl_out_set(out, profile, "sha256", abl_out_text(report->profile->sha256));
    abl_out_set(out, models, "organ_ct_sha256",
                abl_out_text_or_null(report->organ_model_sha256));
    abl_out_set(out, models, "lesion_ct_sha256",
                abl_out_text_or_null(report->lesion_model_sha256));
    abl_out_set(out, object, "program", abl_out_text("ablascreen"));
    abl_out_set(out, object, "version", abl_out_text(report->version));
    abl_out_set(out, object, "input", abl_out_text(report->input));
    abl_out_set(out, object, "profile", profile);
    abl_out_set(out, object, "models", models);
    abl_out_set(out, object, "files", abl_out_input_files(out, report));
    return object;
}

static json_t *build_report(abl_json_out *out, const abl_report *report,
                            const abl_pictures *pictures)
{
    json_t *root = json_object();
    abl_out_set(out, root, "schema", abl_out_text("ablascreen-report/1"));
    abl_out_set(out, root, "research_use", abl_out_text(ABL_RESEARCH_USE));
    abl_out_set(out, root, "coordinate_system", abl_out_text("LPS"));
    abl_out_set(out, root, "slice_numbers",
                abl_out_text("axial slices of the series, counted from 1 at "
                             "the feet"));
    abl_out_set(out, root, "uncertainty",
                abl_out_text("half-width of the 95 % interval"));
    abl_out_set(out, root, "patient", build_patient(out, report, pictures));
    abl_out_set(out, root, "reading", abl_out_reading(out, report));
    abl_out_set(out, root, "caveats", build_caveat(out));
    abl_out_set(out, root, "next_exams",
                abl_out_next_exams(out, report->explanation));
    abl_out_set(out, root, "tumour_board",
                abl_out_board(out, &report->explanation->board));
    abl_out_set(out, root, "lesions", abl_out_lesions(out, report, pictures));
    abl_out_set(out, root, "liver", build_liver(out, report->findings));
    abl_out_set(out, root, "liver_vessels",
                abl_out_vessels(out, report->findings));
    abl_out_set(out, root, "liver_segments",
                abl_out_segments(out, report->findings));
    abl_out_set(out, root, "exam", build_exam(out, report));
    abl_out_set(out, root, "context", abl_out_context(out, report));
    abl_out_set(out, root, "series", build_series(out, report));
    abl_out_set(out, root, "structures",
                build_structures(out, report->findings));
    abl_out_set(out, root, "warnings", build_warnings(out, report->findings));
    abl_out_set(out, root, "not_assessed",
                build_not_assessed(out, report->findings));
    abl_out_set(out, root, "provenance", build_provenance(out, report));
    return root;
}

static abl_status dump(const char *path, const json_t *root, abl_error *err)
{
    FILE *file = NULL;
    abl_status status = abl_text_open(&file, path, err);
    if (status)
        return status;
    const bool failed =
        json_dumpf(root, file, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0 ||
        fputc('\n', file) == EOF;
    status = abl_text_close(file, path, err);
    if (!status && failed)
        status = abl_error_set(err, ABL_E_IO, "%s: could not be written whole",
                               path);
    return status;
}

abl_status abl_report_write_json(const char *path, const abl_report *report,
                                 const abl_pictures *pictures, abl_error *err)
{
    abl_json_out out = {false, false};
    json_t *root = build_report(&out, report, pictures);
    abl_status status = ABL_OK;
    if (out.not_finite)
        status =
            abl_error_set(err, ABL_E_INTERNAL,
                          "%s: a number of the report is not finite", path);
    else if (out.out_of_memory)
        status = abl_error_set(err, ABL_E_NOMEM, "out of memory");
    else
        status = dump(path, root, err);
    json_decref(root);
    return status;
}
