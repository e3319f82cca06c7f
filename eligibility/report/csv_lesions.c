/* lesions.csv: one row for each lesion.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "eligibility/report/csv_out.h"
#include "eligibility/report/nearest.h"
#include "eligibility/report/report.h"
#include "eligibility/report/text.h"

/* Names never change; new ones come at the end. */
static const char *const columns[] = {"lesion",
                                      "verdict",
                                      "limiting_factor",
                                      "confidence",
                                      "low_confidence",
                                      "outline_origin",
                                      "slice",
                                      "centre_l_mm",
                                      "centre_p_mm",
                                      "centre_h_mm",
                                      "segment_estimated",
                                      "longest_axial_mm",
                                      "longest_axial_ci95_mm",
                                      "perpendicular_mm",
                                      "perpendicular_ci95_mm",
                                      "longest_3d_mm",
                                      "longest_3d_ci95_mm",
                                      "volume_ml",
                                      "volume_ci95_ml",
                                      "mean_hu",
                                      "mean_ci95_hu",
                                      "contrast_hu",
                                      "contrast_ci95_hu",
                                      "capsule_mm",
                                      "capsule_ci95_mm",
                                      "vessel",
                                      "vessel_mm",
                                      "vessel_ci95_mm",
                                      "vessel_calibre_mm",
                                      "vessel_calibre_ci95_mm",
                                      "organ",
                                      "organ_mm",
                                      "organ_ci95_mm",
                                      "path_length_mm",
                                      "path_clearance_mm",
                                      "same_verdict_share"};

static void put_place(abl_csv *csv, const abl_report *report,
                      const abl_lesion_findings *lesion)
{
    const size_t slice = abl_report_slice(report, lesion->centroid_lps);
    abl_csv_number(csv, slice ? (double)slice : NAN, 0);
    for (int r = 0; r < 3; r++)
        abl_csv_number(csv, lesion->centroid_lps[r], 1);
    abl_csv_cell(csv, lesion->segment.is_assessed
                          ? abl_couinaud_title(lesion->segment.main)
                          : NULL);
}

static void put_sizes(abl_csv *csv, const abl_lesion_findings *lesion)
{
    abl_csv_value(csv, &lesion->longest_axial_diameter.mm, 1, 1);
    abl_csv_value(csv, &lesion->perpendicular_diameter.mm, 1, 1);
    abl_csv_value(csv, &lesion->max_3d_diameter.mm, 1, 1);
    abl_csv_value(csv, &lesion->volume_ml, 1, 2);
    abl_csv_value(csv, &lesion->mean_hu, 1, 1);
    abl_csv_value(csv, &lesion->contrast_hu, 1, 1);
}

static void put_vessel(abl_csv *csv, const abl_vessel_near *near)
{
    static const abl_value none = {false, 0, 0, NULL};
    const bool measured = near->to.nearest.mm.measured;
    abl_csv_cell(csv, measured ? abl_vessel_near_title(near) : NULL);
    abl_csv_value(csv, &near->to.nearest.mm, 1, 1);
    abl_csv_value(csv, measured ? &near->calibre_mm : &none, 1, 1);
}

static void put_organ(abl_csv *csv, const abl_lesion_findings *lesion)
{
    static const abl_value none = {false, 0, 0, NULL};
    const abl_clearance *organ = abl_nearest_organ(lesion);
    abl_csv_cell(csv, organ ? abl_structure_title(organ->structure) : NULL);
    abl_csv_value(csv, organ ? &organ->nearest.mm : &none, 1, 1);
}

static void put_row(abl_csv *csv, const abl_report *report, size_t index)
{
    const abl_lesion_findings *lesion = &report->findings->lesions[index];
    const abl_judgement *judged = &report->assessment->lesions[index];
    const abl_stability *stability =
        &report->explanation->lesions[index].stability;
    const bool has_path = lesion->access.assessed && lesion->access.has_path;
    abl_csv_number(csv, lesion->number, 0);
    abl_csv_cell(csv, abl_verdict_name(judged->verdict));
    abl_csv_cell(csv, judged->limiting_factor);
    abl_csv_number(csv, lesion->confidence, 2);
    abl_csv_cell(csv, lesion->is_low_confidence ? "yes" : "no");
    abl_csv_cell(csv, lesion->origin);
    put_place(csv, report, lesion);
    put_sizes(csv, lesion);
    abl_csv_value(csv, &lesion->capsule.mm, 1, 1);
    put_vessel(csv, &lesion->vessels.nearest);
    put_organ(csv, lesion);
    abl_csv_number(csv, has_path ? lesion->access.path.length_mm : NAN, 1);
    abl_csv_number(csv, has_path ? lesion->access.path.clearance_mm : NAN, 1);
    abl_csv_number(csv,
                   stability->draws
                       ? (double)stability->same / (double)stability->draws
                       : NAN,
                   3);
}

/* Every rule for lesions has a column, also one that a profile leaves out. */
static void put_rules(abl_csv *csv, const abl_profile *profile,
                      const abl_judgement *judged)
{
    for (size_t r = 0; r < ABL_RULE_COUNT; r++) {
        const abl_rule *rule = &profile->rules[r];
        const char *found = NULL;
        if (!rule->per_lesion)
            continue;
        for (size_t n = 0; n < judged->result_count && !found; n++)
            if (judged->results[n].rule == rule)
                found = abl_result_name(judged->results[n].result);
        abl_csv_cell(csv, found);
    }
}

static void put_head(abl_csv *csv, const abl_profile *profile)
{
    for (size_t n = 0; n < sizeof columns / sizeof columns[0]; n++)
        abl_csv_cell(csv, columns[n]);
    for (size_t r = 0; r < ABL_RULE_COUNT; r++)
        if (profile->rules[r].per_lesion)
            abl_csv_cell(csv, profile->rules[r].id);
    abl_csv_end_row(csv);
}

abl_status abl_report_write_csv(const char *path, const abl_report *report,
                                abl_error *err)
{
    abl_csv csv = {NULL, 0};
    abl_status status = abl_text_open(&csv.file, path, err);
    if (status)
        return status;
    put_head(&csv, report->profile);
    for (size_t n = 0; n < report->findings->lesion_count; n++) {
        put_row(&csv, report, n);
        put_rules(&csv, report->profile, &report->assessment->lesions[n]);
        abl_csv_end_row(&csv);
    }
    return abl_text_close(csv.file, path, err);
}
