/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "segmentation/body_work.h"

#define SOFT_HU       -30
#define CORE_MM       6.0 /* half the thickness of what is too thin */
#define LEAST_ML      20.0
#define LUNG_SHARE    0.12 /* of the hull: lower slices are belly */
#define BELOW_DOME_MM 50.0

static size_t count_slice(const uint8_t *slice, size_t plane)
{
    size_t sum = 0;
    for (size_t n = 0; n < plane; n++)
        sum += slice[n] ? 1 : 0;
    return sum;
}

/* Soft tissue between the lungs without another name. */
static void mark_candidates(abl_volume *mask, const abl_body_work *w)
{
    const size_t *size = w->grid.size, plane = size[0] * size[1];
    const double below = BELOW_DOME_MM / w->grid.spacing_mm[2];
    const int16_t *hu = abl_volume_i16(w->hu);
    const uint8_t *lung = abl_volume_u8(w->lung);
    const uint8_t *bone = abl_volume_u8(w->bone);
    const uint8_t *organ = abl_volume_u8(w->organ);
    uint8_t *m = abl_volume_u8(mask); /* comes in as the hull */
    for (size_t k = 0; k < size[2]; k++) {
        const size_t at = k * plane;
        const size_t hull = count_slice(m + at, plane);
        const bool belly = w->liver_lo <= w->liver_hi &&
                           (double)k + below < (double)w->liver_hi;
        if (belly ||
            (double)count_slice(lung + at, plane) < LUNG_SHARE * (double)hull) {
            memset(m + at, 0, plane);
            continue;
        }
        for (size_t n = at; n < at + plane; n++)
            m[n] = m[n] && hu[n] > SOFT_HU && !lung[n] && !bone[n] && !organ[n]
                       ? 1
                       : 0;
    }
}

abl_status abl_body_find_heart(abl_body_work *work, abl_error *err)
{
    abl_volume *all = NULL;
    const size_t radius = abl_body_radius(&work->grid, CORE_MM);
    abl_status status = abl_volume_clone(&all, work->lung, err);
    if (!status)
        status = abl_body_hull(all, err);
    if (status)
        goto done;
    mark_candidates(all, work);
    status = abl_volume_clone(&work->heart, all, err);
    if (!status)
        status = abl_body_erode(work->heart, radius, 0, err);
    if (!status)
        status =
            abl_mask_keep_largest(work->heart, ABL_CONNECT_FACES, NULL, err);
    if (!status)
        status = abl_body_dilate(work->heart, radius + 2, 1, err);
    if (status)
        goto done;
    const size_t count = abl_grid_voxels(&work->grid);
    uint8_t *heart = abl_volume_u8(work->heart);
    const uint8_t *allowed = abl_volume_u8(all);
    for (size_t n = 0; n < count; n++)
        heart[n] = heart[n] & allowed[n];
    if (abl_body_mask_ml(work->heart) < LEAST_ML)
        memset(heart, 0, count);
done:
    abl_volume_destroy(all);
    return status;
}
