/* Liver, vessels, lesions and paths as volumes that rays can be cast into.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_SURFACE_SCENE_H
#define ABL_ELIGIBILITY_REPORT_SURFACE_SCENE_H

#include "eligibility/report/report.h"

/** What a ray may meet, in the order of abl_surface_scene::things. */
typedef enum abl_thing {
    ABL_THING_LIVER,
    ABL_THING_TUBE, /**< vessels and gallbladder */
    ABL_THING_LESION,
    ABL_THING_COUNT
} abl_thing;

enum {
    ABL_SCENE_BLOCK = 8 /**< voxels along an edge of what rays leap over */
};

/** A straight needle. */
typedef struct abl_rod {
    double from_lps[3], to_lps[3], radius_mm;
} abl_rod;

typedef struct abl_surface_scene {
    abl_grid grid; /**< same spacing on all axes, around the liver */
    /** f32 from 0 outside to 1 inside, 0.5 on the surface. */
    abl_volume *things[ABL_THING_COUNT];
    abl_volume *tube_id;   /**< u8 abl_structure_id */
    abl_volume *lesion_id; /**< u8 lesion number */
    size_t blocks[3];
    uint8_t *block_has; /**< bit n: things[n] reaches 0.5 in or beside it */
    size_t rod_count;
    abl_rod rods[ABL_MAX_LESIONS]; /**< recommended paths, entry to target */
} abl_surface_scene;

/**
 * Resamples the fields of @p report around the liver, about three million
 * voxels at most, of 1.3 mm or more.
 * @param[out] out clear with abl_surface_scene_clear(), also after failure
 * @retval ABL_E_NOMEM
 * @retval ABL_E_INVALID there is no liver
 */
abl_status abl_surface_scene_make(abl_surface_scene *out,
                                  const abl_report *report,
                                  abl_error *err) ABL_MUST_CHECK;
void abl_surface_scene_clear(abl_surface_scene *scene);

#endif
