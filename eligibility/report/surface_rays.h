/* A shaded picture of a scene by casting one ray for each pixel.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_REPORT_SURFACE_RAYS_H
#define ABL_ELIGIBILITY_REPORT_SURFACE_RAYS_H

#include "eligibility/report/surface_scene.h"
#include "eligibility/report/view.h"

/**
 * Parallel rays along right x down of @p view. The liver is a shell that
 * is clearer where it is seen face on; what is opaque fades with its depth in
 * it, and a lesion shines through a vessel or needle that hides it. Every second
 * pixel of every second row has a ray; the others too where their neighbours
 * met different things; pixels at edges have three.
 *
 * @param[out] rgb 3 bytes for each of width_px * height_px pixels
 * @param colours  0xRRGGBB for each abl_structure_id of tubes; [ABL_LIVER] for
 *                 the shell; [ABL_BACKGROUND] for needles
 * @param lesion   0xRRGGBB
 * @retval ABL_E_NOMEM
 * @par Thread pixels in parallel, each on its own: same bytes always
 */
abl_status abl_surface_render(uint8_t *rgb, const abl_surface_scene *scene,
                              const abl_view *view,
                              const uint32_t colours[ABL_STRUCTURE_COUNT],
                              uint32_t lesion, abl_error *err) ABL_MUST_CHECK;

#endif
