/* What was measured: plain data between the measures, the rules and the
 * report. Lengths in mm, volumes in mL, positions in LPS mm.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_FINDINGS_H
#define ABL_ELIGIBILITY_FINDINGS_H

#include "segmentation/structures.h"

/** A number and how far it may be off; nothing is printed that was not
 * measured. The interval holds what the grid and the stated edge_sd_mm of the
 * surfaces add (eligibility/uncertainty.h), not that another reader may draw
 * the lesion's border elsewhere. */
typedef struct abl_value {
    bool measured;
    double value;
    double uncertainty;  /**< half-width of the 95 % interval, same unit */
    const char *why_not; /**< when not measured: static text, else NULL */
} abl_value;

/** A length between two points. */
typedef struct abl_segment {
    abl_value mm;
    double from_lps[3], to_lps[3]; /**< where it was measured */
} abl_segment;

/** Surface to surface; 0 when the two touch or overlap. Where the structure
 * may go on beyond the end of the scan, and that end is nearer than what was
 * seen of it, the distance is an upper bound only: rules compare at_least_mm
 * with a limit before they call it met. */
typedef struct abl_clearance {
    abl_segment nearest;
    abl_structure_id structure;
    bool is_upper_bound; /**< an unseen part may be nearer */
    double at_least_mm;  /**< true whatever lies outside; <= nearest.mm */
} abl_clearance;

/** One straight corridor from the skin into a lesion. */
typedef struct abl_path {
    double entry_lps[3];  /**< on the skin */
    double target_lps[3]; /**< in the lesion */
    double length_mm;
    double clearance_mm; /**< least distance of the axis to any obstacle */
    abl_structure_id nearest_obstacle; /**< ABL_BACKGROUND: none within 30 mm,
                                    or another lesion */
    int nearest_lesion;      /**< number of the other lesion that is the nearest
                             obstacle, or 0 */
    double unclassified_mm;  /**< least distance of the axis to soft tissue
                                    without a name; not in clearance_mm */
    double liver_transit_mm; /**< liver crossed before the lesion */
    double capsule_angle_deg;  /**< from the capsule's normal; 0 = upright */
    double axial_tilt_deg;     /**< out of the axial plane, + when the tip
                                    points to the head */
    double in_plane_angle_deg; /**< 0 = straight down from anterior, + from
                                    the patient's left */
} abl_path;

typedef struct abl_access {
    bool assessed;
    const char *why_not;       /**< when not assessed */
    bool obstacles_uncertain;  /**< an obstacle could not be looked for
                                   reliably: a path is borderline at most */
    const char *uncertain_why; /**< static text, or NULL */
    double target_lps[3];      /**< where every direction starts */
    size_t directions;         /**< looked at */
    size_t clear;              /**< usable within the length limit */
    size_t clear_long;         /**< clear, but 150 to 200 mm */
    size_t blocked[ABL_STRUCTURE_COUNT]; /**< by first obstacle; by
                                   ABL_UNCLASSIFIED only when nothing else
                                   closes the direction: with no path these
                                   make the rule not assessable */
    size_t blocked_lesion;               /**< by another lesion (seeding) */
    size_t blocked_no_skin;              /**< leaves the scan before the skin */
    size_t blocked_too_long;
    bool has_path;
    abl_path path;      /**< the best */
    double corridor_mm; /**< half-width used */
} abl_access;

typedef struct abl_lesion_findings {
    int number; /**< 1.. as in the pictures and labels.json */
    double centroid_lps[3];
    double confidence;
    bool is_low_confidence;
    char confidence_reason[160];
    bool touches_border;
    size_t axial_slice; /**< canonical k of the longest axial diameter */
    abl_segment longest_axial_diameter;
    abl_segment perpendicular_diameter; /**< same slice */
    abl_segment max_3d_diameter;
    abl_value volume_ml;
    abl_value equivalent_diameter_mm;
    abl_value mean_hu;
    abl_value ring_hu;     /**< liver within 10 mm, vessels left out */
    abl_value contrast_hu; /**< lesion minus ring */
    abl_value cnr;         /**< |contrast| / noise */
    abl_segment capsule;   /**< lesion surface to the surface of liver with
                                lesions; 0 when exophytic */
    bool capsule_is_upper_bound; /**< as abl_clearance::is_upper_bound */
    double capsule_at_least_mm;
    abl_clearance to[ABL_STRUCTURE_COUNT]; /**< by structure; not measured
                                where it was not found */
    abl_clearance beyond_capsule;       /**< nearest organ within reach of the
                                capsule patch that is nearest to the lesion;
                                may be ABL_UNCLASSIFIED */
    abl_clearance beyond_capsule_named; /**< the same without ABL_UNCLASSIFIED,
                                which may hide a named organ behind it */
    abl_access access;
} abl_lesion_findings;

typedef struct abl_exam {
    double slice_spacing_mm;
    double slice_thickness_mm; /**< 0 when not given */
    abl_value noise_hu;
    bool liver_whole;
    bool intensity_clipped;
    abl_phase_estimate phase;
} abl_exam;

typedef struct abl_findings {
    abl_exam exam;
    bool has_liver_vessels;    /**< vessels inside the liver were looked for */
    abl_value liver_volume_ml; /**< with lesions */
    abl_value tumour_volume_ml;
    abl_value tumour_burden;        /**< share of the liver, 0..1 */
    abl_value ablated_fraction_5mm; /**< lesions + 5 mm, of the liver */
    abl_value ablated_fraction_10mm;
    struct {
        abl_found found;
        abl_value volume_ml;
        abl_value mean_hu;
        const char *origin;
    } structures[ABL_STRUCTURE_COUNT];
    size_t lesion_count;
    abl_lesion_findings *lesions; /**< same order as abl_structures */
    size_t warning_count;
    abl_warning warnings[ABL_MAX_WARNINGS];
} abl_findings;

void abl_findings_destroy(abl_findings *findings);

#endif
