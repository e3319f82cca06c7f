/* What no image shows and somebody may tell us: R18.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing here is asked for and nothing is checked against the images; what is
 * given is repeated in the report as given, what is not given is "not
 * assessed".
 */
#ifndef ABL_ELIGIBILITY_CONTEXT_H
#define ABL_ELIGIBILITY_CONTEXT_H

#include "imaging/status.h"

/** The order of the bits ABL_NEEDS_... of a profile. */
typedef enum abl_context_field {
    ABL_CONTEXT_EXTRA_HEPATIC_DISEASE,
    ABL_CONTEXT_COAGULATION,
    ABL_CONTEXT_BILIARY_SURGERY,
    ABL_CONTEXT_ASCITES,
    ABL_CONTEXT_TARGET_VISIBLE_ON_ULTRASOUND,
    ABL_CONTEXT_FIELD_COUNT
} abl_context_field;

/** What a given value means. */
typedef enum abl_context_meaning {
    ABL_CONTEXT_FINE,
    ABL_CONTEXT_DOUBTFUL, /**< to be looked at */
    ABL_CONTEXT_ADVERSE
} abl_context_meaning;

/** One fact, as given. */
typedef struct abl_context_fact {
    bool given;
    char value[24]; /**< one of abl_context_choices() */
    abl_context_meaning meaning;
    char note[256]; /**< free text; may be empty */
    char date[11];  /**< "2025-03-31"; may be empty */
    char by[96];    /**< who says so; may be empty */
} abl_context_fact;

typedef struct abl_context {
    abl_context_fact facts[ABL_CONTEXT_FIELD_COUNT];
    char sha256[65]; /**< of the file; empty when none was given */
} abl_context;

/** "biliary_surgery": as in the file. */
const char *abl_context_field_name(abl_context_field field);
/** "bile duct surgery or stent": for people. */
const char *abl_context_field_title(abl_context_field field);
/** "none, less-than-liver, more-than-liver". */
const char *abl_context_choices(abl_context_field field);

/**
 * Reads a context from JSON text:
 *
 *     {"schema": "ablascreen-context/1",
 *      "coagulation": {"value": "normal", "note": "INR 1.0",
 *                      "date": "2025-03-31", "by": "ward"}}
 *
 * Values, from fine by doubtful to adverse (which of the three a value is, is
 * a convention of this project; that these facts matter: Penn Medicine patient
 * page for disease outside the liver, CIRSE Standards of Practice 2020
 * (abstract) for coagulation, unverified for the rest):
 *
 *     extra_hepatic_disease         none | less-than-liver | more-than-liver
 *     coagulation                   normal | correctable | impaired
 *     biliary_surgery               no | yes (doubtful; stents count)
 *     ascites                       none | little | much
 *     target_visible_on_ultrasound  yes | some, no (doubtful)
 *
 * Every field may be left out; note, date and by too. No other keys.
 *
 * @param name  file, for messages
 * @retval ABL_E_FORMAT "NAME:LINE: KEY: what is wrong"
 */
abl_status abl_context_parse(abl_context *out, const char *text, size_t bytes,
                             const char *name, abl_error *err) ABL_MUST_CHECK;

/** Reads a file of at most 64 kB.
 * @retval ABL_E_INVALID there is no such file
 * @retval ABL_E_IO      it cannot be read
 * @retval ABL_E_FORMAT  as abl_context_parse() */
abl_status abl_context_load(abl_context *out, const char *path,
                            abl_error *err) ABL_MUST_CHECK;

#endif
