/* Lesions: candidates kept or dropped, shaped, weighed and numbered.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LESIONS_H
#define ABL_SEGMENTATION_LESIONS_H

#include "segmentation/liver.h"
#include "segmentation/structures.h"

/** What a confidence is made of. */
typedef struct abl_lesion_evidence {
    double mean_probability;       /**< inside the lesion */
    double equivalent_diameter_mm; /**< (6 V / pi)^(1/3) */
    double contrast;      /**< |lesion - ring| in spreads of the ring */
    double liver_share;   /**< of what lies just outside */
    double inner_hu;      /**< median of its inner half */
    double fissure_share; /**< fat in a cleft beside it: lesion_fissure.h */
    bool near_gallbladder;
    bool is_like_vessel; /**< no wider than a vessel, and as dark as blood on an
                              unenhanced scan or no brighter than portal blood
                              on an arterial one */
} abl_lesion_evidence;

/**
 * Confidence 0..1 and the sentence that goes with it: the product of
 *   probability  p rises from 0 at a mean of 0.40 to 1 at 0.80
 *   size         s rises from 0.3 at 4 mm to 1 at 10 mm
 *   contrast     c rises from 0.3 at 0.5 spreads to 1 at 2
 *   place        0.5 when less than 30 % of its surroundings are liver,
 *                0.4 when it may be part of the gallbladder, else 1
 *   vessel       0.3 when it may be a vessel in section: without contrast agent
 *                blood is darker than the liver, and lesions are as dark; on
 *                arterial scans the portal vein may be as bright as lesions
 *   fissure      0.4 when fat in a cleft of the liver beside it makes up
 *                ABL_FISSURE_SHARE of its volume: the fissures, and the fatty
 *                spots and spared areas that are common beside them
 *   fat          0.3 when its inside is below -15 HU, as in a fissure or the
 *                falciform ligament; cysts have about 0 HU, solid lesions more.
 * Straight lines between; the limits are convention, the order of the factors
 * follows what networks of this kind get wrong. Below 0.35 the confidence is
 * called low.
 */
double abl_lesion_confidence(char *reason, size_t reason_size,
                             const abl_lesion_evidence *evidence);

/** Widest vessel in the liver [mm], how near to the attenuation of blood its
 * own lies [HU], and how far above that of the portal trunk a branch may lie on
 * an arterial scan (convention: portal vein, noise of a small section). */
#define ABL_LESION_VESSEL_MM 15.0
#define ABL_LESION_BLOOD_HU  10.0
#define ABL_LESION_PORTAL_HU 20.0

/** Below this a lesion is of low confidence. */
#define ABL_LESION_LOW_CONFIDENCE 0.35

/** Least equivalent diameter of a lesion [mm]. */
#define ABL_LESION_LEAST_MM 3.0

/**
 * Finds the lesions and fills lesion_count, lesions and lesion_labels.
 * Expects organs, liver and phase in @p structures.
 *
 * A candidate is dropped when its equivalent diameter is under 3 mm; when at
 * least 30 % of it lie in organ_ct's gallbladder, or at least half in its
 * stomach, veins, aorta, kidneys, spleen, oesophagus, pancreas or adrenal
 * glands; or when less than 15 % of what lies just outside is liver.
 * It "may be part of the gallbladder" when it is dark (below 30 HU) and
 * within 3 mm of the gallbladder found.
 *
 * Order: largest volume first, ties by position. More than ABL_MAX_LESIONS:
 * the smallest are left out with the warning "lesions-left-out".
 */
abl_status abl_lesions_find(abl_structures *structures, const abl_volume *image,
                            const abl_lesion_maps *maps,
                            abl_error *err) ABL_MUST_CHECK;

#endif
