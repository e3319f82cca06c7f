/* Voxels that stand alone in a slice of a lesion's field.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_SPECKS_H
#define ABL_ELIGIBILITY_SPECKS_H

#include "imaging/volume.h"

/** Largest speck, and the least part beside it that makes it one [voxels]. */
enum {
    ABL_SPECK_VOXELS = 2,
    ABL_SPECK_BESIDE_VOXELS = 20
};

/**
 * Copies a field without specks: parts of a slice (constant k; voxels joined
 * by corners) of at most two voxels beside one of at least twenty. Their values
 * change sign. No reader sees such a part, and a picture may not show it.
 *
 * @param field f32, positive inside
 * @param[out] out NULL when there is no speck; else destroy it
 * @retval ABL_E_INVALID the field is not f32; ABL_E_NOMEM
 */
abl_status abl_field_without_specks(abl_volume **out, const abl_volume *field,
                                    abl_error *err) ABL_MUST_CHECK;

#endif
