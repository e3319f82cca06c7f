/* How bright a lesion is, and the liver around it.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_ATTENUATION_H
#define ABL_ELIGIBILITY_ATTENUATION_H

#include "eligibility/findings.h"

typedef struct abl_attenuation {
    abl_value mean_hu;     /**< of the interior */
    abl_value ring_hu;     /**< median of the liver around */
    abl_value contrast_hu; /**< lesion minus ring */
    abl_value cnr;         /**< |contrast| / noise */
} abl_attenuation;

/** Width of the ring from the lesion, and the band left out on either side
 * because voxels there are partly something else [mm]. */
#define ABL_RING_MM       10.0
#define ABL_RING_GUARD_MM 2.0

/**
 * Lesion: mean HU of the voxels deeper than 2 mm; of those deeper than 1 mm,
 * then of all, where fewer than 20 are left; not measured under 5 voxels.
 * Ring: median HU (a vessel without a label does not move it) of liver voxels
 * 2 to 10 mm from the lesion and more than 2 mm from anything that is not
 * liver: other lesions, labelled vessels, the capsule. Not measured under 50
 * voxels.
 *
 * Uncertainty (95 %): 1.96 SD / sqrt(n / 8) of the voxels used (1.25 times
 * that for the median); noise is correlated over about 2 x 2 x 2 voxels after
 * reconstruction, a convention. Noise is taken as exact for the CNR.
 *
 * @param image        i16 HU on the grid of @p structures->labels (checked)
 * @param lesion_index 0.. ; its voxels are those of lesion_labels
 * @retval ABL_E_INVALID no such lesion, or its box is not in the image
 * @retval ABL_E_GEOMETRY grids differ
 * @retval ABL_E_NOMEM
 */
abl_status abl_attenuation_measure(abl_attenuation *out,
                                   const abl_volume *image,
                                   const abl_structures *structures,
                                   size_t lesion_index,
                                   abl_error *err) ABL_MUST_CHECK;

#endif
