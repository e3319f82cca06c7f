/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "segmentation/body_work.h"

#define COUCH_MM 4.0 /* half the thickness of what is too thin for a body */
#define LEAST_ML 500.0

static abl_status threshold_body(abl_body_work *w, abl_error *err)
{
    abl_status status =
        abl_volume_create(&w->body, &w->grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    const size_t count = abl_grid_voxels(&w->grid);
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *pad = abl_volume_u8(w->pad);
    uint8_t *body = abl_volume_u8(w->body);
    const int limit = (int)w->skin_hu;
    for (size_t n = 0; n < count; n++)
        body[n] = hu[n] > limit && !pad[n] ? 1 : 0;
    return ABL_OK;
}

/* Removes the table's shell, blankets and tubes, and what is not connected
 * with the trunk: opening, largest component, and back to the surface. */
static abl_status keep_trunk(abl_body_work *w, abl_error *err)
{
    const size_t radius = abl_body_radius(&w->grid, COUCH_MM);
    const size_t count = abl_grid_voxels(&w->grid);
    abl_volume *core = NULL;
    abl_status status = abl_volume_clone(&core, w->body, err);
    if (!status)
        status = abl_body_erode(core, radius, 0, err);
    if (!status)
        status = abl_mask_keep_largest(core, ABL_CONNECT_FACES, NULL, err);
    if (!status)
        status = abl_body_dilate(core, radius + 1, 0, err);
    for (size_t n = 0; !status && n < count; n++)
        if (!abl_volume_u8(core)[n])
            abl_volume_u8(w->body)[n] = 0;
    if (!status)
        status = abl_body_fill_trunk(w->body, w->pad, err);
    abl_volume_destroy(core);
    return status;
}

/* Once more without the arms, when they touch the trunk. */
static abl_status leave_arms(abl_body_work *w, abl_error *err)
{
    abl_volume *arms = NULL;
    abl_status status = abl_body_find_arms(&arms, w, err);
    if (status || !arms)
        return status;
    const size_t count = abl_grid_voxels(&w->grid);
    const int16_t *hu = abl_volume_i16(w->hu);
    uint8_t *body = abl_volume_u8(w->body);
    for (size_t n = 0; n < count; n++)
        if (abl_volume_u8(arms)[n] || hu[n] <= (int)w->skin_hu)
            body[n] = 0;
    abl_volume_destroy(arms);
    return keep_trunk(w, err);
}

/* Whether the line from a padded voxel to the slice's middle meets the body
 * first when it comes back into the field of view. */
static bool faces_body(const uint8_t *body, const uint8_t *pad,
                       const size_t size[3], const size_t at[2])
{
    const double middle[2] = {0.5 * (double)(size[0] - 1),
                              0.5 * (double)(size[1] - 1)};
    const double di = middle[0] - (double)at[0];
    const double dj = middle[1] - (double)at[1];
    const double far = hypot(di, dj);
    for (double t = 1; t < far; t += 1) {
        const size_t i = (size_t)lround((double)at[0] + di * t / far);
        const size_t j = (size_t)lround((double)at[1] + dj * t / far);
        if (!pad[j * size[0] + i])
            return body[j * size[0] + i] != 0;
    }
    return false;
}

static bool touches(const uint8_t *body, const uint8_t *pad,
                    const size_t size[3])
{
    const size_t ni = size[0], nj = size[1];
    for (size_t j = 0; j < nj; j++)
        for (size_t i = 0; i < ni; i++) {
            const size_t n = j * ni + i;
            if (body[n] != 1)
                continue;
            if (i == 0 || j == 0 || i + 1 == ni || j + 1 == nj || pad[n - 1] ||
                pad[n + 1] || pad[n - ni] || pad[n + ni])
                return true;
        }
    return false;
}

/* Lets the body go on through padding that it touches. */
static bool extend_slice(uint8_t *body, const uint8_t *pad,
                         const size_t size[3])
{
    if (!touches(body, pad, size))
        return false;
    for (size_t j = 0; j < size[1]; j++)
        for (size_t i = 0; i < size[0]; i++) {
            const size_t n = j * size[0] + i;
            if (pad[n] && faces_body(body, pad, size, (const size_t[2]){i, j}))
                body[n] = 2;
        }
    for (size_t n = 0; n < size[0] * size[1]; n++)
        body[n] = body[n] ? 1 : 0;
    return true;
}

static void extend_beyond(abl_body_work *w)
{
    const size_t *size = w->grid.size, plane = size[0] * size[1];
    uint8_t *body = abl_volume_u8(w->body);
    const uint8_t *pad = abl_volume_u8(w->pad);
    int cut = 0;
#pragma omp parallel for schedule(static) reduction(| : cut)
    for (size_t k = 0; k < size[2]; k++)
        cut |= extend_slice(body + k * plane, pad + k * plane, size) ? 1 : 0;
    w->cut = cut != 0;
}

abl_status abl_body_find_skin(abl_body_work *work, abl_error *err)
{
    abl_status status = threshold_body(work, err);
    if (!status)
        status = keep_trunk(work, err);
    if (!status)
        status = leave_arms(work, err);
    if (status)
        return status;
    if (abl_body_mask_ml(work->body) < LEAST_ML) {
        memset(work->body->data, 0, abl_grid_voxels(&work->grid));
        return ABL_OK;
    }
    extend_beyond(work);
    return ABL_OK;
}
