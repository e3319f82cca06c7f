/* Library of generic applicators: the zone that one position makes.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_APPLICATORS_H
#define ABL_ELIGIBILITY_APPLICATORS_H

#include "eligibility/findings.h"
#include "eligibility/profile.h"

/** An ellipsoid of revolution around the applicator. */
typedef struct abl_applicator {
    char name[64];                        /**< "microwave, one position" */
    char modality[16];                    /**< "mwa", "rfa", "cryo" */
    double zone_length_mm, zone_width_mm; /**< full axes, 5..150 */
    abl_source source;
} abl_applicator;

typedef struct abl_applicators {
    size_t count; /**< 1..ABL_ACCESS_MAX_COVERAGE */
    abl_applicator items[ABL_ACCESS_MAX_COVERAGE];
} abl_applicators;

/**
 * Reads a library from JSON text: "title" and "applicators", each with name,
 * modality, zone_length_mm >= zone_width_mm, tag and source; nothing else.
 * @param name  of the file, for messages
 * @retval ABL_E_FORMAT "NAME: applicator N: KEY: what is wrong"
 */
abl_status abl_applicators_parse(abl_applicators *out, const char *text,
                                 size_t bytes, const char *name,
                                 abl_error *err) ABL_MUST_CHECK;

/** The built-in library, applicators/generic.json. */
abl_status abl_applicators_builtin(abl_applicators *out,
                                   abl_error *err) ABL_MUST_CHECK;

#endif
