/* Made-up findings that keep every limit, to be spoiled one at a time.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_ELIGIBILITY_SAMPLE_H
#define ABL_TESTS_UNIT_ELIGIBILITY_SAMPLE_H

#include <stdlib.h>
#include <string.h>

#include "eligibility/rules.h"

static inline abl_value sample_value(double value, double uncertainty)
{
    return (abl_value){true, value, uncertainty, NULL};
}

static inline abl_value sample_unknown(void)
{
    return (abl_value){false, 0, 0, "left out on purpose"};
}

static inline void sample_distance(abl_lesion_findings *lesion,
                                   abl_structure_id id, double mm)
{
    lesion->to[id].structure = id;
    lesion->to[id].nearest.mm = sample_value(mm, 0);
    for (int r = 0; r < 3; r++) {
        lesion->to[id].nearest.from_lps[r] = lesion->centroid_lps[r];
        lesion->to[id].nearest.to_lps[r] = lesion->centroid_lps[r] + mm;
    }
}

static inline abl_vessel_near sample_vessel(abl_tree tree, abl_vessel_part part,
                                            double mm, double calibre_mm)
{
    abl_vessel_near near = {.tree = tree, .part = part};
    near.to.structure = tree == ABL_TREE_PORTAL    ? ABL_PORTAL_VEINS
                        : tree == ABL_TREE_HEPATIC ? ABL_HEPATIC_VEINS
                                                   : ABL_LIVER_VESSELS;
    near.to.nearest.mm = sample_value(mm, 0);
    near.to.at_least_mm = mm;
    near.calibre_mm = sample_value(calibre_mm, 0.5);
    return near;
}

static inline void sample_vessels(abl_lesion_findings *lesion)
{
    abl_lesion_vessels *vessels = &lesion->vessels;
    vessels->seen_within_mm = 1000;
    vessels->of[ABL_TREE_HEPATIC] =
        sample_vessel(ABL_TREE_HEPATIC, ABL_PART_RIGHT_HEPATIC, 24, 6);
    vessels->of[ABL_TREE_PORTAL] =
        sample_vessel(ABL_TREE_PORTAL, ABL_PART_RIGHT_PORTAL_BRANCH, 21, 4.2);
    vessels->of[ABL_TREE_UNNAMED].tree = ABL_TREE_UNNAMED;
    vessels->of[ABL_TREE_UNNAMED].to.nearest.mm = sample_unknown();
    vessels->of[ABL_TREE_UNNAMED].calibre_mm = sample_unknown();
    vessels->nearest = vessels->doubtful = vessels->of[ABL_TREE_PORTAL];
    lesion->portal_trunk = lesion->to[ABL_PORTAL_AND_SPLENIC_VEIN];
    lesion->segment = (abl_lesion_segment){.is_assessed = true,
                                           .main = ABL_COUINAUD_VIII,
                                           .second = ABL_COUINAUD_V,
                                           .second_mm = 4.2};
    lesion->segment.share[ABL_COUINAUD_VIII] = 1;
}

static inline void sample_access(abl_access *access)
{
    access->assessed = true;
    access->directions = 12000;
    access->clear = 640;
    access->clear_long = 12;
    access->blocked[ABL_BONE] = 5200;
    access->blocked[ABL_LUNG] = 2100;
    access->blocked_steep = 1300;
    access->has_path = true;
    access->corridor_mm = 5;
    access->path = (abl_path){.entry_lps = {-170, -40, -60},
                              .target_lps = {-60, -20, -50},
                              .length_mm = 112.3,
                              .clearance_mm = 8.4,
                              .nearest_obstacle = ABL_BONE,
                              .unclassified_mm = 21,
                              .liver_transit_mm = 34.5,
                              .capsule_angle_deg = 22,
                              .axial_tilt_deg = 5,
                              .in_plane_angle_deg = -80};
}

static inline void sample_lesion(abl_lesion_findings *lesion, int number)
{
    memset(lesion, 0, sizeof *lesion);
    lesion->number = number;
    lesion->confidence = 0.93;
    snprintf(lesion->confidence_reason, sizeof lesion->confidence_reason,
             "Seen clearly.");
    const double centre[3] = {-60, -20, -50 + number};
    memcpy(lesion->centroid_lps, centre, sizeof centre);
    lesion->axial_slice = 20;
    lesion->longest_axial_diameter.mm = sample_value(18, 0);
    lesion->perpendicular_diameter.mm = sample_value(15, 0);
    lesion->max_3d_diameter.mm = sample_value(20, 0);
    memcpy(lesion->longest_axial_diameter.from_lps, centre, sizeof centre);
    memcpy(lesion->max_3d_diameter.from_lps, centre, sizeof centre);
    lesion->volume_ml = sample_value(3.1, 0.4);
    lesion->equivalent_diameter_mm = sample_value(18.1, 0.5);
    lesion->mean_hu = sample_value(62, 2);
    lesion->ring_hu = sample_value(108, 1);
    lesion->contrast_hu = sample_value(-46, 2.5);
    lesion->cnr = sample_value(4.2, 0);
    lesion->capsule.mm = sample_value(24, 0);
    lesion->exophytic_share = sample_value(0, 0);
    memcpy(lesion->capsule.from_lps, centre, sizeof centre);
    for (int id = ABL_SPLEEN; id < ABL_STRUCTURE_COUNT; id++)
        sample_distance(lesion, (abl_structure_id)id, 30 + id);
    lesion->beyond_capsule_named = lesion->to[ABL_SPLEEN];
    lesion->beyond_capsule = lesion->to[ABL_SPLEEN];
    sample_vessels(lesion);
    sample_access(&lesion->access);
}

/** One lesion that keeps every limit there is. */
static inline abl_findings *sample_findings(size_t lesions)
{
    abl_findings *findings = calloc(1, sizeof *findings);
    findings->lesions =
        calloc(lesions ? lesions : 1, sizeof(abl_lesion_findings));
    findings->lesion_count = lesions;
    findings->exam.slice_spacing_mm = 1.5;
    findings->exam.slice_thickness_mm = 2;
    findings->exam.noise_hu = sample_value(11, 0.5);
    findings->exam.liver_whole = true;
    findings->exam.metal_ml = sample_value(0, 0);
    findings->exam.geometry_checked = true;
    findings->exam.phase.phase = ABL_PHASE_PORTAL_VENOUS;
    findings->exam.phase.confidence = 0.9;
    findings->has_liver_vessels = true;
    for (int t = 0; t < ABL_TREE_COUNT; t++)
        findings->trees[t].is_assessable = true;
    findings->vessel_least_mm = findings->vessel_calibre_mm = 3;
    findings->has_hilum = findings->is_trunk_cut = true;
    findings->segments.has_lobes = findings->segments.has_right = true;
    findings->segments.has_left = true;
    findings->segments.lesion_count[ABL_COUINAUD_VIII] = lesions;
    findings->segments.tumour_ml[ABL_COUINAUD_VIII] = 3.1 * (double)lesions;
    findings->liver_volume_ml = sample_value(1510, 20);
    findings->tumour_volume_ml = sample_value(3.1 * (double)lesions, 0.5);
    findings->tumour_burden = sample_value(0.012, 0.001);
    findings->ablated_fraction_5mm = sample_value(0.021, 0.002);
    findings->ablated_fraction_10mm = sample_value(0.043, 0.003);
    for (int id = 1; id < ABL_STRUCTURE_COUNT; id++) {
        findings->structures[id].found = ABL_FOUND;
        findings->structures[id].volume_ml = sample_value(100 + id, 5);
        findings->structures[id].mean_hu = sample_value(90, 1);
        findings->structures[id].origin = "organ_ct";
    }
    for (size_t n = 0; n < lesions; n++)
        sample_lesion(&findings->lesions[n], (int)n + 1);
    return findings;
}

static inline const abl_rule_result *
sample_result(const abl_judgement *judgement, const char *id)
{
    for (size_t n = 0; n < judgement->result_count; n++)
        if (strcmp(judgement->results[n].rule->id, id) == 0)
            return &judgement->results[n];
    return NULL;
}

#endif
