/* The liver from lesion_ct, checked against organ_ct.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_LIVER_H
#define ABL_SEGMENTATION_LIVER_H

#include "segmentation/field.h"
#include "segmentation/structures.h"

/** What lesion_ct said, on its own grid. */
typedef struct abl_lesion_maps {
    abl_volume *liver;  /**< f32 p(liver without lesions) */
    abl_volume *lesion; /**< f32 p(lesion) */
    bool is_scan_end[3][2];
} abl_lesion_maps;

void abl_lesion_maps_clear(abl_lesion_maps *maps);

/** Distance added around organ_ct's liver for lesion_ct [mm]: what the
 * network was trained with. */
#define ABL_LIVER_BOX_MARGIN_MM 15.0

/** Voxels of @p image within @p margin_mm of where the field is positive. */
abl_status abl_liver_box(abl_box *out, const abl_volume *liver_field,
                         const abl_grid *image, double margin_mm,
                         abl_error *err) ABL_MUST_CHECK;

/**
 * Sides of the box where lesion_ct's liver runs on: on that face at least
 * 1 cm2 has p(liver) + p(lesion) >= 0.5, and it is not the end of the scan.
 * @return whether there is any
 */
bool abl_liver_leaves_box(bool sides[3][2], const abl_lesion_maps *maps);

/**
 * Replaces items[ABL_LIVER]: liver with its lesions, on lesion_ct's grid.
 *
 * Mask: p(liver) + p(lesion) >= 0.5, less what organ_ct gives to gallbladder,
 * stomach, kidneys or spleen with a lead of at least 0.5, and less what is
 * farther than 8 mm from organ_ct's liver and no lesion; the largest piece,
 * and pieces of at least 10 mL of which organ_ct calls half liver; holes are
 * filled. Field: 2 (p(liver) + p(lesion)) - 1, made to agree with the mask.
 * Expects organ_ct's structures in @p structures. When lesion_ct finds less
 * than half of organ_ct's volume, organ_ct's liver stays and the warning
 * "liver-coarse" says so.
 *
 * Warnings: "liver-cut", "liver-small" (below 300 mL).
 */
abl_status abl_liver_find(abl_structures *structures,
                          const abl_lesion_maps *maps,
                          abl_error *err) ABL_MUST_CHECK;

#endif
