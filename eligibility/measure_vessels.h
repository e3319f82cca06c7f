/* What of a lesion depends on the vessels: distances, trunk, segments; used by
 * abl_measure() alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_MEASURE_VESSELS_H
#define ABL_ELIGIBILITY_MEASURE_VESSELS_H

#include "eligibility/vessel_near.h"

typedef struct abl_vessel_scene {
    const abl_scene *scene; /**< borrowed */
    abl_vessel_walls walls;
    abl_volume *trunk_field; /**< abl_portal_trunk_field(); may be NULL */
    abl_shape trunk;
    bool is_trunk_cut;
} abl_vessel_scene;

/** The caller clears in any case. Errors of abl_vessel_walls_make(),
 * abl_portal_trunk_field() and abl_shape_create(). */
abl_status abl_vessel_scene_make(abl_vessel_scene *out, const abl_scene *scene,
                                 double calibre_mm,
                                 abl_error *err) ABL_MUST_CHECK;
void abl_vessel_scene_clear(abl_vessel_scene *scene);

/** Vessels, portal trunk and segment of one lesion that was measured
 * before. @retval ABL_E_NOMEM */
abl_status abl_lesion_measure_vessels(abl_lesion_findings *out,
                                      const abl_vessel_scene *scene,
                                      size_t index,
                                      abl_error *err) ABL_MUST_CHECK;

/** What holds for all lesions: trees, hilum, segments involved. */
void abl_findings_fill_vessels(abl_findings *out, const abl_vessel_scene *scene,
                               double calibre_mm);

#endif
