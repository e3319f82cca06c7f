/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define SOFT_HU -30
#define SKIN_MM 3.0 /* the skin itself */
#define GAP_MM  4.5 /* half the width of gaps that fat does not pass */

static void mark_outer(abl_volume *mask, const abl_body_work *w)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *lung = abl_volume_u8(w->lung);
    const uint8_t *gas = abl_volume_u8(w->gas);
    const uint8_t *body = abl_volume_u8(w->body);
    uint8_t *m = abl_volume_u8(mask);
    for (size_t n = 0; n < count; n++)
        m[n] = body[n] ? 0 : 1;
    abl_body_dilate_square(mask, abl_body_radius(&w->grid, SKIN_MM));
    for (size_t n = 0; n < count; n++)
        if (hu[n] < SOFT_HU && !lung[n] && !gas[n])
            m[n] = 1;
}

/* Inside of the fat under the skin: fat is followed inwards from the surface
 * through openings wider than a gap between muscles. */
abl_status abl_body_find_inner(abl_body_work *w, abl_error *err)
{
    const size_t count = abl_grid_voxels(&w->grid);
    const size_t radius = abl_body_radius(&w->grid, GAP_MM);
    abl_volume *outer = NULL, *core = NULL, *seed = NULL;
    abl_status status = abl_volume_create(&outer, &w->grid, ABL_PIXEL_U8, err);
    if (!status)
        status = abl_volume_create(&seed, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        goto done;
    mark_outer(outer, w);
    status = abl_volume_clone(&core, outer, err);
    if (status)
        goto done;
    abl_body_erode_square(core, radius);
    const uint8_t *body = abl_volume_u8(w->body);
    const uint8_t *c = abl_volume_u8(core), *o = abl_volume_u8(outer);
    uint8_t *s = abl_volume_u8(seed);
    for (size_t n = 0; n < count; n++)
        s[n] = c[n] && !body[n] ? 1 : 0;
    status =
        abl_mask_reconstruct(&w->inner, seed, core, ABL_CONNECT_FACES, err);
    if (status)
        goto done;
    abl_body_dilate_square(w->inner, radius);
    uint8_t *inner = abl_volume_u8(w->inner);
    for (size_t n = 0; n < count; n++)
        inner[n] = body[n] && !(inner[n] && o[n]) ? 1 : 0;
done:
    abl_volume_destroy(outer);
    abl_volume_destroy(core);
    abl_volume_destroy(seed);
    return status;
}
