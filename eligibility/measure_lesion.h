/* The measures of one lesion; used by abl_measure() alone.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_MEASURE_LESION_H
#define ABL_ELIGIBILITY_MEASURE_LESION_H

#include "eligibility/clearance.h"

/** Points of the capsule this much farther from the lesion than the nearest
 * one still belong to the patch (convention: half the 10 mm within which a
 * lesion counts as subcapsular, PMC7075578). */
#define ABL_PATCH_MM 5.0

/** Everything found in the scan, ready to be measured from. Structures that
 * were not found have an empty shape. */
typedef struct abl_scene {
    const abl_volume *image;
    const abl_structures *structures;
    abl_shape items[ABL_STRUCTURE_COUNT];
    abl_shape *lesions; /**< structures->lesion_count */
} abl_scene;

/** Shapes of every field. A surface too fragmented to measure gives an empty
 * shape. The caller clears in any case. */
abl_status abl_scene_create(abl_scene *out, const abl_volume *image,
                            const abl_structures *structures,
                            abl_error *err) ABL_MUST_CHECK;
void abl_scene_clear(abl_scene *scene);

/** All of abl_lesion_findings except access. */
abl_status abl_lesion_measure(abl_lesion_findings *out, const abl_scene *scene,
                              size_t index, abl_error *err) ABL_MUST_CHECK;

/** How near the lesion comes to the first or last slice's outer face [mm]:
 * what lies beyond was not seen. 0 when it is cut or has no surface. */
double abl_lesion_scan_end_mm(const abl_scene *scene, size_t index);

/** Explains a missing distance by what was found, and bounds one where the
 * structure may go on beyond the end of the scan. */
void abl_lesion_bound(abl_clearance *to, abl_found found, bool may_go_on,
                      double end_mm);

/** Volume inside a surface [mL]; abl_uncertainty_of_volume() with the cube
 * root of the voxel, or abl_uncertainty_of_label_volume(). */
abl_value abl_shape_volume_ml(const abl_shape *shape);

#endif
