/* What was measured: plain data between the measures, the rules and the
 * report. Lengths in mm, volumes in mL, positions in LPS mm.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_FINDINGS_H
#define ABL_ELIGIBILITY_FINDINGS_H

#include "eligibility/context.h"
#include "segmentation/lesion_bulges.h"
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
    bool is_read; /**< the value is a reader's: the line is not its line and
                       must not be shown with it */
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

/** The nearest wall of a vessel inside the liver. */
typedef struct abl_vessel_near {
    abl_clearance to; /**< to its wall; structure is the item of its tree */
    abl_tree tree;
    abl_vessel_part part;
    abl_value calibre_mm; /**< there */
} abl_vessel_near;

/** "right portal branch", or "portal vein" when the part is not known. */
const char *abl_vessel_near_title(const abl_vessel_near *near);

/** Vessels inside the liver beside one lesion. */
typedef struct abl_lesion_vessels {
    abl_vessel_near nearest;  /**< of any tree, at or above the calibre */
    abl_vessel_near doubtful; /**< the nearest whose calibre may reach it: its
                                   95 % interval does. Never farther than
                                   nearest */
    abl_vessel_near of[ABL_TREE_COUNT]; /**< nearest, by tree */
    double seen_within_mm; /**< all liver this near was in the scan */
} abl_lesion_vessels;

/** What can be in the way: every abl_structure_id, and two zones that are no
 * structures. */
enum {
    ABL_OBSTACLE_PLEURA = ABL_STRUCTURE_COUNT, /**< the margin around the lung
                                                    and the recess below it */
    ABL_OBSTACLE_BUNDLE, /**< vessels and nerve along a rib's lower border */
    ABL_OBSTACLE_COUNT
};
/** "pleural margin"; for a structure its title. */
const char *abl_obstacle_title(int obstacle);
/** "pleural_margin"; for a structure its name. */
const char *abl_obstacle_name(int obstacle);
/** The structure an obstacle belongs to, for rules. */
abl_structure_id abl_obstacle_structure(int obstacle);

/** One straight corridor from the skin into a lesion. Clearances are room
 * around the axis as the corridor's half-width in the axial plane is measured
 * (eligibility/access.h), so out of the plane the same number stands for more
 * millimetres; never more than the straight distance. */
typedef struct abl_path {
    double entry_lps[3];  /**< on the skin */
    double target_lps[3]; /**< in the lesion */
    double length_mm;
    double clearance_mm;  /**< least room to any hard obstacle's margin */
    int nearest_obstacle; /**< an obstacle; ABL_BACKGROUND: none within 30 mm,
                               or another lesion */
    int nearest_rib;      /**< 1.. from the head on its side of the scan when
                               the nearest obstacle is a rib; else 0 */
    bool is_right_rib;
    int nearest_lesion;     /**< number of the other lesion that is the nearest
                                 obstacle, or 0 */
    double unclassified_mm; /**< least room to soft tissue without a name; not
                                 in clearance_mm */
    double vessel_mm; /**< the same to vessels of the liver; 30: none nearer */
    abl_structure_id nearest_vessel; /**< ABL_BACKGROUND: none within 30 mm */
    double bundle_mm;                /**< the same to intercostal bundles */
    double liver_transit_mm;         /**< liver crossed before the lesion */
    double capsule_angle_deg;   /**< from the capsule's normal; 0 = upright */
    double axial_tilt_deg;      /**< out of the axial plane, + when the tip
                                    points to the head */
    double in_plane_angle_deg;  /**< 0 = straight down from anterior, + from
                                    the patient's left */
    double long_axis_angle_deg; /**< from the lesion's long axis, 0..90 */
    double off_centre_mm;       /**< target to the lesion's middle */
    double midline_mm;   /**< entry from the body's middle, + to the left */
    bool touches_vessel; /**< a vessel lies in the corridor: borderline */
    bool touches_bundle; /**< a bundle lies in the corridor: costs only */
    char reason[240];    /**< why it is shown, with numbers */
} abl_path;

/** A limit that, changed alone, opens a corridor where there is none. */
typedef enum abl_relaxation_kind {
    ABL_RELAX_PLEURA_MARGIN,
    ABL_RELAX_CORRIDOR,
    ABL_RELAX_CORRIDOR_AND_PLEURA, /**< both, when neither alone is enough */
    ABL_RELAX_TILT,
    ABL_RELAX_TABLE_SIDE,
    ABL_RELAX_MIN_LENGTH,
    ABL_RELAX_COUNT
} abl_relaxation_kind;

typedef struct abl_relaxation {
    abl_relaxation_kind kind;
    double from, to; /**< the limit now, and one that opens a corridor; 0
                              for the table side */
    double entry_lps[3];
    char text[200]; /**< "a corridor exists if the pleural margin is 3.0 mm
                         instead of 5.0" */
} abl_relaxation;

/** One direction on the map of the skin. */
typedef struct abl_direction {
    uint8_t state;    /**< abl_ray_state */
    uint8_t obstacle; /**< that closes it: abl_obstacle_id, or 0 */
    uint8_t lesion;   /**< the same: another lesion's number, or 0 */
    float length_mm;  /**< target to skin; 0 when no skin was met */
} abl_direction;

/** Applicator positions that cover a lesion and its margin. */
typedef struct abl_coverage {
    char applicator[64]; /**< of the library */
    double zone_mm[3];   /**< axes of the ellipsoid: along, across, across */
    double margin_mm;
    bool is_along_path; /**< zones lie along the path; else along the lesion's
                             long axis */
    int positions;      /**< enough of them; 0: more than was tried */
} abl_coverage;

enum {
    ABL_ACCESS_MAX_OTHERS = 5,
    ABL_ACCESS_MAX_COVERAGE = 8
};

typedef struct abl_access {
    bool assessed;
    const char *why_not;       /**< when not assessed */
    bool obstacles_uncertain;  /**< an obstacle could not be looked for
                                   reliably: a path is borderline at most */
    const char *uncertain_why; /**< static text, or NULL */
    double target_lps[3];      /**< where every counted direction starts */
    size_t directions;         /**< looked at */
    size_t clear;              /**< usable within the length limit */
    size_t clear_long;         /**< clear, but 150 to 200 mm */
    size_t blocked[ABL_OBSTACLE_COUNT]; /**< by first obstacle; by
                                   ABL_UNCLASSIFIED only when nothing else
                                   closes the direction: with no path these
                                   make the rule not assessable */
    size_t blocked_lesion;              /**< by another lesion (seeding) */
    size_t blocked_no_skin;             /**< leaves the scan before the skin */
    size_t blocked_too_long;
    size_t blocked_too_short;
    size_t blocked_steep;         /**< too far out of the axial plane */
    size_t blocked_table;         /**< comes from under the patient */
    size_t blocked_fold;          /**< an arm or a fold lies before the skin */
    const char *table_known_from; /**< static text: "the header", ... */
    bool has_path;
    abl_path path; /**< the recommended one */
    size_t other_count;
    abl_path others[ABL_ACCESS_MAX_OTHERS]; /**< from the Pareto set */
    size_t pareto_count; /**< clear paths that no other betters in clearance,
                              length, transit, tilt and capsule angle */
    size_t relaxation_count; /**< only when there is no path */
    abl_relaxation relaxations[ABL_RELAX_COUNT]; /**< least change first */
    size_t coverage_count;
    abl_coverage coverage[ABL_ACCESS_MAX_COVERAGE];
    double corridor_mm;              /**< half-width used, axial plane */
    double corridor_out_of_plane_mm; /**< and across it */
    double pleura_margin_mm;
    abl_direction *map; /**< `directions` of them, in the order of
                             abl_access_direction(); NULL when not assessed */
} abl_access;

/**
 * One outline read as several lesions, e.g. a large and a small one that a
 * network joined. RECIST 1.1 measures lesions apart while a plane between them
 * can be seen, and as one when they have coalesced; a network's outline does
 * not tell which, so both readings are kept.
 * @par Source Eisenhauer et al., Eur J Cancer 2009;45:228 (RECIST 1.1)
 */
typedef struct abl_touching {
    size_t count; /**< lesions it may be; 0: not looked for */
    abl_value longest_mm[ABL_LESION_BULGES]; /**< of the two largest when count
                                 > 1: the greater of axial and 3-D diameter */
} abl_touching;

typedef struct abl_lesion_findings {
    int number; /**< 1.. as in the pictures and labels.json */
    double centroid_lps[3];
    double confidence;
    bool is_low_confidence;
    char confidence_reason[160];
    const char *origin; /**< of its outline, as abl_structure::origin */
    bool touches_border;
    size_t axial_slice; /**< canonical k of the longest axial diameter */
    abl_segment longest_axial_diameter;
    abl_segment perpendicular_diameter; /**< same slice */
    abl_segment max_3d_diameter;
    abl_touching touching; /**< its other reading: several that touch */
    abl_value volume_ml;
    abl_value equivalent_diameter_mm;
    abl_value mean_hu;
    abl_value ring_hu;         /**< liver within 10 mm, vessels left out */
    abl_value contrast_hu;     /**< lesion minus ring */
    abl_value cnr;             /**< |contrast| / noise */
    abl_segment capsule;       /**< lesion surface to the surface of liver with
                                lesions; 0 when exophytic */
    abl_value exophytic_share; /**< of the surface beyond the liver's contour,
                                    0..1; eligibility/exophytic.h */
    bool capsule_is_upper_bound; /**< as abl_clearance::is_upper_bound */
    double capsule_at_least_mm;
    abl_clearance to[ABL_STRUCTURE_COUNT]; /**< by structure; not measured
                                where it was not found */
    abl_clearance beyond_capsule;       /**< nearest organ within reach of the
                                capsule patch that is nearest to the lesion;
                                may be ABL_UNCLASSIFIED */
    abl_clearance beyond_capsule_named; /**< the same without ABL_UNCLASSIFIED,
                                which may hide a named organ behind it */
    abl_lesion_vessels vessels;         /**< inside the liver */
    abl_clearance portal_trunk; /**< to the portal and splenic vein right of
                                     the aorta: without the splenic vein */
    abl_lesion_segment segment; /**< an estimate */
    abl_access access;
} abl_lesion_findings;

typedef struct abl_exam {
    double slice_spacing_mm;
    double slice_thickness_mm; /**< 0 when not given */
    abl_value noise_hu;
    bool liver_whole;
    bool intensity_clipped;
    abl_phase_estimate phase;
    abl_value metal_ml;     /**< over ABL_METAL_HU in the liver's box and 30 mm
                             around it */
    bool geometry_checked;  /**< slice by slice: gaps and tilt; not for NIfTI,
                                whose one affine cannot show them */
    double gantry_tilt_deg; /**< put upright; 0: none */
} abl_exam;

/** Couinaud segments, all estimates. */
typedef struct abl_segment_findings {
    bool has_lobes, has_right, has_left;     /**< as abl_couinaud_map */
    char why_not[160];                       /**< what is missing; "" nothing */
    size_t lesion_count[ABL_COUINAUD_COUNT]; /**< lesions that hold 5 % or more
                                                  of their volume there */
    double tumour_ml[ABL_COUINAUD_COUNT];
} abl_segment_findings;

/** "estimated: V (1 lesion), VIII (2 lesions)", or why not. */
void abl_segments_describe(char out[256], const abl_segment_findings *segments);

typedef struct abl_findings {
    abl_exam exam;
    bool has_liver_vessels; /**< vessels inside the liver were looked for */
    abl_tree_state trees[ABL_TREE_COUNT]; /**< when they were */
    double vessel_least_mm;   /**< thinner ones are not seen in this scan */
    double vessel_calibre_mm; /**< from which a vessel counts */
    bool has_hilum;           /**< the portal bifurcation was found */
    char hilum_why_not[160];  /**< else why not */
    bool is_trunk_cut;        /**< portal_trunk is without the splenic vein;
                                    false: the aorta was not found */
    abl_segment_findings segments;
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
    const abl_context *context;   /**< borrowed; NULL: nothing was given */
    bool is_read; /**< lesions as a reader left them, not as they were found */
    size_t automatic_count; /**< found, when is_read */
    size_t added_by_reader; /**< of lesion_count, when is_read */
    size_t warning_count;
    abl_warning warnings[ABL_MAX_WARNINGS];
} abl_findings;

void abl_findings_destroy(abl_findings *findings);

/** Appends a warning; when there is no room the last one says so. */
void abl_findings_warn(abl_findings *findings, const char *code,
                       const char *format, ...) ABL_PRINTF(3, 4);

#endif
