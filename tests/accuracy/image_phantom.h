/* Random adults with lesions whose answers are known, for the whole chain.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_TESTS_ACCURACY_IMAGE_PHANTOM_H
#define ABL_TESTS_ACCURACY_IMAGE_PHANTOM_H

#include "blob.h"
#include "imaging/phantom.h"

#define IMAGE_PHANTOM_LESIONS 14
#define IMAGE_LIVER_HU        110.0 /**< of the adult when enhanced */

/** What distances are stated to: solids of the recipe "adult". */
enum {
    IMAGE_CAPSULE,
    IMAGE_HILUM, /**< portal vein in the porta hepatis: inside or outside of
                    the liver, as one draws it */
    IMAGE_CAVA,
    IMAGE_GALLBLADDER,
    IMAGE_KIDNEY,
    IMAGE_GAPS
};

/** Larger gaps are not looked for: infinite. */
#define IMAGE_MOST_GAP_MM 30.0

typedef struct image_phantom {
    double mm[3];
    double noise_hu, psf_mm, psf_z_mm;
    double row[3], column[3]; /* orientation */
    size_t count;
    blob lesions[IMAGE_PHANTOM_LESIONS];
    double hu[IMAGE_PHANTOM_LESIONS], edge_mm[IMAGE_PHANTOM_LESIONS];
    double longest_mm[IMAGE_PHANTOM_LESIONS];
    double gaps_mm[IMAGE_PHANTOM_LESIONS][IMAGE_GAPS];
    abl_phantom *recipe;
} image_phantom;

/**
 * One adult with up to 14 lesions of 5 to 50 mm, inside the liver and at least
 * 8 mm apart; hypo-attenuating by 20 to 60 HU, one in six hyper-attenuating by
 * as much; one in three lobulated; edges 0.5 to 4 mm wide. Contrast and edge
 * are drawn again where noise would hide the lesion from a reader (Rose's
 * criterion). Noise 7 to 16 HU, spacing 0.75-1 x 0.75-1 x 0.8-5 mm, every
 * third scan turned by up to 15 degrees.
 */
abl_status image_phantom_draw(image_phantom *out, uint64_t seed,
                              abl_error *err) ABL_MUST_CHECK;
void image_phantom_clear(image_phantom *phantom);

#endif
