/* From organ probabilities to structures.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_ORGANS_H
#define ABL_SEGMENTATION_ORGANS_H

#include "segmentation/structures.h"

/** Highest id that has a place among the organs: 1..ABL_ORGAN_LAST. */
#define ABL_ORGAN_LAST ABL_LEFT_ADRENAL_GLAND

/** What organ_ct said, on its own grid. */
typedef struct abl_organ_maps {
    abl_volume *hu; /**< f32, what the network saw, before its transform */
    /** f32 by structure id, [ABL_BACKGROUND] included; NULL: no such class */
    abl_volume *probability[ABL_ORGAN_LAST + 1];
    /** Whether the low and high end of each axis is the end of the scan, and
     * not only of the part that was looked at. */
    bool is_scan_end[3][2];
} abl_organ_maps;

void abl_organ_maps_clear(abl_organ_maps *maps);

/**
 * Fills items 1..13 of @p structures.
 *
 * Per organ: the voxels where it is the most probable class; connected pieces
 * by corners; the largest piece stays, for organs that are long or often
 * parted (see the table in organs.c) also pieces of at least a stated share of
 * it; holes are filled. The field is p(organ) - max p(other), made to agree
 * with that mask, on the mask's box + 2 voxels. An organ below its least
 * volume is ABL_NOT_FOUND: least volumes are far below the smallest normal
 * ones [convention], so that specks of another organ are not taken for it.
 *
 * ABL_FOUND_CUT when the mask touches an end of the scan. Reliability is the
 * mean p inside; mean_hu is taken where the distance to the surface is at
 * least the smaller of 4 mm and half the greatest such distance.
 *
 * Warning "liver-split": another piece of at least 100 mL and 10 % of the
 * first.
 *
 * @retval ABL_E_UNSUPPORTED less than 50 mL of liver
 */
abl_status abl_organs_find(abl_structures *structures,
                           const abl_organ_maps *maps,
                           abl_error *err) ABL_MUST_CHECK;

/**
 * Whether the liver lies in a body: a network asked about a water phantom or
 * another part of the body may find something like a liver, but not what is
 * around one.
 * @retval ABL_E_UNSUPPORTED no aorta, and fewer than 4 other organs
 */
abl_status abl_organs_check_body(const abl_structures *structures,
                                 abl_error *err) ABL_MUST_CHECK;

/** Mean of @p hu (f32, same grid as the field) deep inside a field, as
 * described above; 0 when there is no inside. */
abl_status abl_organ_mean_hu(double *out, const abl_volume *field,
                             const abl_volume *hu,
                             abl_error *err) ABL_MUST_CHECK;

#endif
