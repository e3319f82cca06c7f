/* Limits as data: profiles, and overlays that change some of their keys.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A profile holds every limit with its source. Most are rules (R1..R18); the
 * others are plain numbers of a group: how wide a corridor is ("access"), when
 * an exam is poor ("exam"), when a lesion bulges ("surface"). An overlay
 * changes named keys only, each with a source of its own, and lies on top of a
 * profile: "net+rfa". One limit is written once: what the access planner needs
 * of R7 and R10 to R13 is taken from those rules.
 */
#ifndef ABL_ELIGIBILITY_PROFILE_H
#define ABL_ELIGIBILITY_PROFILE_H

#include <stdio.h>

#include "imaging/status.h"

typedef enum abl_source_tag {
    ABL_SOURCE_CITED,      /**< read in the source itself */
    ABL_SOURCE_CONVENTION, /**< computed or decided in this project */
    ABL_SOURCE_UNVERIFIED  /**< common knowledge; no source was read */
} abl_source_tag;
const char *abl_source_tag_name(abl_source_tag tag);

#define ABL_RULE_COUNT 18 /**< R1..R18 */

/** What failing a rule means. */
typedef enum abl_severity {
    ABL_SEVERITY_EXCLUDE, /**< not met: does not meet imaging criteria */
    ABL_SEVERITY_FLAG,    /**< not met: at most borderline */
    ABL_SEVERITY_NOTE     /**< listed only; never part of the verdict */
} abl_severity;
const char *abl_severity_name(abl_severity severity);

typedef enum abl_comparison {
    ABL_BELOW,    /**< value < limit is met */
    ABL_AT_MOST,  /**< value <= limit is met */
    ABL_ABOVE,    /**< value > limit is met */
    ABL_AT_LEAST, /**< value >= limit is met */
    ABL_IS_TRUE   /**< no number */
} abl_comparison;
const char *abl_comparison_name(abl_comparison comparison); /**< "at-most" */

/** Where a number comes from. */
typedef struct abl_source {
    abl_source_tag tag;
    char text[384];
} abl_source;

/** One limit of a profile. */
typedef struct abl_rule {
    char id[8]; /**< "R2" */
    char title[96];
    char unit[16]; /**< "mm", "", "%" */
    abl_comparison comparison;
    double limit;
    abl_source source;
    bool has_band;
    double band_low, band_high; /**< values in [low, high] are borderline */
    abl_source band_source;
    bool per_lesion; /**< else per patient */
    bool enabled;
    abl_severity severity;
    char severity_reason[256];
    struct {
        bool present;
        char quantity[96]; /**< "organ beyond the same capsule patch" */
        double limit;
        char unit[16];
        abl_source source;
    } also; /**< a second number the rule needs */
} abl_rule;

/** How access is planned. Numbers marked with a rule are that rule's. */
typedef struct abl_profile_access {
    double corridor_in_plane_mm;     /**< half-width of a corridor in the axial
                                        plane at its tip: limit of R11 */
    double corridor_out_of_plane_mm; /**< the same across the axial plane, not
                                        below corridor_in_plane_mm */
    double growth_per_100mm; /**< mm that both half-widths gain for each 100 mm
                                of path */
    double pleura_margin_mm; /**< kept from the lung beyond the corridor */
    double max_axial_tilt_deg;    /**< steeper directions are no way in */
    double min_path_mm;           /**< shorter paths are not offered */
    double max_path_mm;           /**< limit of R10 */
    double borderline_path_mm;    /**< upper end of R10's band, or its limit */
    double min_liver_transit_mm;  /**< limit of R12 */
    double max_capsule_angle_deg; /**< limit of R13, from the normal */
    double min_vessel_calibre_mm; /**< vessels that count: R7 */
} abl_profile_access;

/** When an exam is poor; all lengths of R17 itself are in the rule. */
typedef struct abl_profile_exam {
    double max_noise_hu;  /**< more is borderline */
    double high_noise_hu; /**< more is not met */
    double max_metal_ml;  /**< more metal near the liver is borderline */
} abl_profile_exam;

/** The numbers that are no rules, in the order of the file. */
typedef enum abl_profile_number {
    ABL_NUMBER_CORRIDOR_OUT_OF_PLANE_MM,
    ABL_NUMBER_GROWTH_PER_100MM,
    ABL_NUMBER_PLEURA_MARGIN_MM,
    ABL_NUMBER_MAX_AXIAL_TILT_DEG,
    ABL_NUMBER_MIN_PATH_MM,
    ABL_NUMBER_MAX_NOISE_HU,
    ABL_NUMBER_HIGH_NOISE_HU,
    ABL_NUMBER_MAX_METAL_ML,
    ABL_NUMBER_MAX_EXOPHYTIC_PERCENT,
    ABL_NUMBER_COUNT
} abl_profile_number;

/** What can be read from a JSON file. */
typedef struct abl_number_kind {
    const char *group; /**< "access" */
    const char *key;   /**< "min_path_mm" */
    const char *unit;  /**< "mm" */
    const char *title; /**< "Shortest path" */
    double min, max;
} abl_number_kind;
const abl_number_kind *abl_number_kind_of(abl_profile_number number);

/** Facts outside the images that a modality needs; bits. */
enum {
    ABL_NEEDS_EXTRA_HEPATIC_DISEASE = 1,
    ABL_NEEDS_COAGULATION = 2,
    ABL_NEEDS_BILIARY_SURGERY = 4,
    ABL_NEEDS_ASCITES = 8,
    ABL_NEEDS_TARGET_VISIBLE_ON_ULTRASOUND = 16
};

typedef struct abl_profile {
    char name[64]; /**< "net", "net+rfa" */
    char title[256];
    char modality[16]; /**< "mwa", "cryo", "rfa"; empty: any */
    char sha256[65];   /**< of the JSON texts it came from, in the order in
                          which they were laid on top of each other */
    abl_rule rules[ABL_RULE_COUNT]; /**< rules[0] is R1 */
    abl_profile_access access;
    abl_profile_exam exam;
    double max_exophytic_percent; /**< of a lesion's surface */
    abl_source number_sources[ABL_NUMBER_COUNT];
    unsigned context_needed; /**< bits of ABL_NEEDS_... */
} abl_profile;

/** Value of one of the numbers that are no rules. */
double abl_profile_number_get(const abl_profile *profile,
                              abl_profile_number number);

/** Names of what is built in, end with NULL: "net", "strict", "collision";
 * "mwa", "cryo", "rfa", "navigated". */
extern const char *const abl_profile_names[];
extern const char *const abl_overlay_names[];

/**
 * Loads a profile and lays overlays on top of it, from left to right.
 *
 * @param what  PROFILE[+OVERLAY...]: built-in names or JSON files, for
 *              instance "net", "strict+rfa", "mine.json+navigated". The name
 *              of a file that exists is taken as it is, '+' and all.
 * @retval ABL_E_INVALID no such profile or overlay (lists the names there
 *                       are); two overlays that name a modality
 * @retval ABL_E_IO      the file cannot be read
 * @retval ABL_E_FORMAT  names file, line and key
 */
abl_status abl_profile_load(abl_profile *out, const char *what,
                            abl_error *err) ABL_MUST_CHECK;

/**
 * Reads a profile from JSON text (schema: profiles/profile.schema.json).
 *
 * Strict: every rule R1..R18 and every number once, no unknown keys, every
 * number in its range with a source and a tag, bands around the limit, units
 * as the rule measures. With "based_on" (a built-in name such as "net+rfa")
 * only what differs need be there: a "limit", "band", "also" or "if_not_met"
 * that is given replaces the whole object, so that a source always comes with
 * its number; "band": null takes a band away.
 *
 * @param name  file or profile name, for messages
 * @retval ABL_E_FORMAT "NAME:LINE: KEY: what is wrong"
 */
abl_status abl_profile_parse(abl_profile *out, const char *text, size_t bytes,
                             const char *name, abl_error *err) ABL_MUST_CHECK;

/**
 * Lays an overlay on a profile; its form is that of a profile with
 * "based_on", without that key.
 * @param[in,out] profile  undefined after a failure
 * @retval ABL_E_FORMAT as abl_profile_parse()
 * @retval ABL_E_INVALID the profile is for another modality already
 */
abl_status abl_profile_overlay(abl_profile *profile, const char *text,
                               size_t bytes, const char *name,
                               abl_error *err) ABL_MUST_CHECK;

/** Writes the profile as JSON that abl_profile_parse() reads back equal.
 * @retval ABL_E_IO, ABL_E_NOMEM */
abl_status abl_profile_write(FILE *stream, const abl_profile *profile,
                             abl_error *err) ABL_MUST_CHECK;

#endif
