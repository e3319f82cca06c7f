/* Small recipes for the phantom's tests.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_UNIT_IMAGING_PHANTOMS_H
#define ABL_TESTS_UNIT_IMAGING_PHANTOMS_H

#include "imaging/phantom.h"
#include "tests/unit/check.h"

/** Anisotropic, oblique, off-centre, odd-sized; no blur, no noise. */
#define PHANTOM_IMAGE                                                       \
    "\"image\":{\"size\":[61,53,23],\"spacing_mm\":[0.9,1.1,2.5],"          \
    "\"centre_lps\":[3.3,-2.1,7.7],\"orientation\":[0.8,0.6,0,-0.6,0.8,0]," \
    "\"background_hu\":-100}"

#define PHANTOM_BALL(x, y, z, r)                                     \
    "{\"kind\":\"ellipsoid\",\"centre_lps\":[" #x "," #y "," #z "]," \
    "\"radii_mm\":[" #r "," #r "," #r "]}"

static inline abl_status parse_text(abl_phantom **out, const char *text,
                                    abl_error *err)
{
    return abl_phantom_parse(out, text, strlen(text), "test", err);
}

static inline abl_phantom *must_parse(const char *text)
{
    abl_error err;
    abl_phantom *phantom = NULL;
    if (parse_text(&phantom, text, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return phantom;
}

#endif
