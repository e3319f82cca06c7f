/* One lesion in report.json: measures, distances, access, rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "eligibility/report/json_out.h"
#include "eligibility/report/outline_source.h"
#include "eligibility/report/text.h"

static void add_slice(abl_json_out *out, json_t *object,
                      const abl_report *report, const double lps[3])
{
    const size_t slice = abl_report_slice(report, lps);
    abl_out_set(out, object, "slice",
                slice ? abl_out_count(slice) : json_null());
}

/* A length with both of its ends. */
static json_t *build_segment(abl_json_out *out, const abl_report *report,
                             const abl_segment *segment)
{
    json_t *object = abl_out_value(out, &segment->mm, "mm", 1);
    if (!segment->mm.measured)
        return object;
    if (segment->is_read) {
        abl_out_set(out, object, "given_by_reader", json_true());
        return object;
    }
    abl_out_set(out, object, "from_lps_mm",
                abl_out_lps(out, segment->from_lps));
    abl_out_set(out, object, "to_lps_mm", abl_out_lps(out, segment->to_lps));
    add_slice(out, object, report, segment->from_lps);
    return object;
}

static json_t *build_measures(abl_json_out *out, const abl_report *report,
                              const abl_lesion_findings *lesion)
{
    json_t *object = json_object();
    abl_out_set(out, object, "longest_axial_diameter",
                build_segment(out, report, &lesion->longest_axial_diameter));
    abl_out_set(out, object, "perpendicular_diameter",
                build_segment(out, report, &lesion->perpendicular_diameter));
    abl_out_set(out, object, "max_3d_diameter",
                build_segment(out, report, &lesion->max_3d_diameter));
    abl_out_set(out, object, "volume",
                abl_out_value(out, &lesion->volume_ml, "mL", 1));
    abl_out_set(out, object, "equivalent_diameter",
                abl_out_value(out, &lesion->equivalent_diameter_mm, "mm", 1));
    abl_out_set(out, object, "mean_attenuation",
                abl_out_value(out, &lesion->mean_hu, "HU", 1));
    abl_out_set(out, object, "liver_ring_attenuation",
                abl_out_value(out, &lesion->ring_hu, "HU", 1));
    abl_out_set(out, object, "contrast",
                abl_out_value(out, &lesion->contrast_hu, "HU", 1));
    abl_out_set(out, object, "contrast_to_noise_ratio",
                abl_out_value(out, &lesion->cnr, "", 1));
    abl_out_set(out, object, "exophytic_share",
                abl_out_value(out, &lesion->exophytic_share, "%", 100));
    return object;
}

json_t *abl_out_clearance(abl_json_out *out, const abl_report *report,
                          const abl_clearance *to, abl_structure_id id)
{
    json_t *object = build_segment(out, report, &to->nearest);
    if (to->nearest.mm.measured) {
        abl_out_set(out, object, "is_upper_bound",
                    json_boolean(to->is_upper_bound));
        abl_out_set(out, object, "at_least_mm",
                    abl_out_number(out,
                                   to->is_upper_bound ? to->at_least_mm
                                                      : to->nearest.mm.value,
                                   2));
    }
    abl_out_set(out, object, "structure",
                id == ABL_BACKGROUND ? json_null()
                                     : abl_out_text(abl_structure_name(id)));
    return object;
}

static json_t *build_distances(abl_json_out *out, const abl_report *report,
                               const abl_lesion_findings *lesion)
{
    json_t *object = json_object(), *array = json_array();
    const abl_clearance capsule = {lesion->capsule, ABL_LIVER,
                                   lesion->capsule_is_upper_bound,
                                   lesion->capsule_at_least_mm};
    abl_out_set(out, object, "capsule",
                abl_out_clearance(out, report, &capsule, ABL_LIVER));
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++)
        abl_out_append(out, array,
                       abl_out_clearance(out, report, &lesion->to[id],
                                         (abl_structure_id)id));
    abl_out_set(out, object, "structures", array);
    abl_out_set(out, object, "beyond_capsule",
                abl_out_clearance(out, report, &lesion->beyond_capsule,
                                  lesion->beyond_capsule.structure));
    abl_out_set(out, object, "named_organ_beyond_capsule",
                abl_out_clearance(out, report, &lesion->beyond_capsule_named,
                                  lesion->beyond_capsule_named.structure));
    return object;
}

static json_t *build_lesion(abl_json_out *out, const abl_report *report,
                            const abl_pictures *pictures, size_t n)
{
    const abl_lesion_findings *lesion = &report->findings->lesions[n];
    const abl_judgement *judged = &report->assessment->lesions[n];
    const abl_lesion_explanation *explained = &report->explanation->lesions[n];
    json_t *object = json_object();
    abl_out_set(out, object, "number", json_integer(lesion->number));
    abl_out_set(out, object, "verdict",
                abl_out_text(abl_verdict_name(judged->verdict)));
    abl_out_set(out, object, "verdict_text",
                abl_out_text(abl_verdict_text(judged->verdict)));
    abl_out_set(out, object, "limiting_factor",
                abl_out_text(judged->limiting_factor));
    abl_out_set(out, object, "sensitivity",
                abl_out_sensitivity(out, &explained->sensitivity));
    abl_out_set(out, object, "stability",
                abl_out_stability(out, &explained->stability,
                                  report->explanation->seed));
    abl_out_set(out, object, "diameter_under_limit",
                abl_out_under_limit(out, &explained->under_limit));
    abl_out_set(out, object, "confidence",
                abl_out_number(out, lesion->confidence, 2));
    abl_out_set(out, object, "low_confidence",
                json_boolean(lesion->is_low_confidence));
    abl_out_set(out, object, "confidence_reason",
                abl_out_text_or_null(lesion->confidence_reason));
    abl_out_set(out, object, "origin", abl_out_text_or_null(lesion->origin));
    abl_out_set(out, object, "outline",
                abl_out_text(abl_outline_source_name(
                    abl_outline_source_of(lesion->origin))));
    abl_out_set(out, object, "cut_by_end_of_scan",
                json_boolean(lesion->touches_border));
    abl_out_set(out, object, "centroid_lps_mm",
                abl_out_lps(out, lesion->centroid_lps));
    add_slice(out, object, report, lesion->centroid_lps);
    abl_out_set(out, object, "may_be_touching_lesions",
                abl_out_touching(out, &lesion->touching));
    abl_out_set(out, object, "measures", build_measures(out, report, lesion));
    abl_out_set(out, object, "distances", build_distances(out, report, lesion));
    abl_out_set(out, object, "vessels",
                abl_out_lesion_vessels(out, report, lesion));
    abl_out_set(out, object, "segment",
                abl_out_lesion_segment(out, &lesion->segment));
    abl_out_set(out, object, "access",
                abl_out_access(out, report, &lesion->access));
    abl_out_set(out, object, "what_if_zones",
                abl_out_zones(out, explained->zones));
    abl_out_set(out, object, "rules", abl_out_rules(out, report, judged));
    abl_out_set(out, object, "pictures",
                abl_out_pictures(out, pictures, lesion->number));
    return object;
}

json_t *abl_out_lesions(abl_json_out *out, const abl_report *report,
                        const abl_pictures *pictures)
{
    json_t *array = json_array();
    for (size_t n = 0; n < report->findings->lesion_count; n++)
        abl_out_append(out, array, build_lesion(out, report, pictures, n));
    return array;
}
