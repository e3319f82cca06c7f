/* Morphology with balls of any radius, by thresholding distance maps.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "imaging/distance.h"
#include "imaging/mask_box.h"

/* A radius that is a whole number of voxels includes the last one, whatever
 * the rounding of the spacing. */
static const double radius_slack_mm = 1e-4;
static const double max_radius_mm = 10000;

/* Part of a grid that may reach over its borders: the first voxel in the
 * grid's indices, and the number of voxels. */
typedef struct box {
    ptrdiff_t lo[3];
    size_t size[3];
} box;

static abl_status check_arguments(const abl_volume *mask, double radius_mm,
                                  abl_error *err)
{
    if (mask->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID,
                             "morphology: the mask must be 8-bit");
    if (!(radius_mm >= 0 && radius_mm <= max_radius_mm))
        return abl_error_set(err, ABL_E_INVALID,
                             "morphology: a radius of %g mm is outside 0 to "
                             "%g mm",
                             radius_mm, max_radius_mm);
    return ABL_OK;
}

/* False when the mask is empty. */
static bool find_bounds(box *out, const abl_volume *mask)
{
    size_t lo[3], hi[3];
    if (!abl_mask_find_box(lo, hi, mask))
        return false;
    for (int a = 0; a < 3; a++) {
        out->lo[a] = (ptrdiff_t)lo[a];
        out->size[a] = hi[a] - lo[a] + 1;
    }
    return true;
}

/* Adds radius_mm and one voxel on every side. */
static box grow_box(const box *in, const abl_grid *grid, double radius_mm)
{
    box out;
    for (int a = 0; a < 3; a++) {
        double steps = floor(radius_mm / grid->spacing_mm[a] + 1e-3);
        size_t margin = (size_t)steps + 1;
        out.lo[a] = in->lo[a] - (ptrdiff_t)margin;
        out.size[a] = in->size[a] + 2 * margin;
    }
    return out;
}

static box clip_box(const box *in, const abl_grid *grid)
{
    box out;
    for (int a = 0; a < 3; a++) {
        ptrdiff_t end = in->lo[a] + (ptrdiff_t)in->size[a];
        ptrdiff_t top = (ptrdiff_t)grid->size[a];
        out.lo[a] = in->lo[a] > 0 ? in->lo[a] : 0;
        out.size[a] = (size_t)((end < top ? end : top) - out.lo[a]);
    }
    return out;
}

/* Copies the rows that two volumes share; @p b starts at voxel @p lo of @p a.
 * Into b when @p to_b, else into a. */
static void copy_shared(abl_volume *a, abl_volume *b, const ptrdiff_t lo[3],
                        bool to_b)
{
    size_t from[3], count[3], in_b[3];
    for (int axis = 0; axis < 3; axis++) {
        ptrdiff_t start = lo[axis] > 0 ? lo[axis] : 0;
        ptrdiff_t end = lo[axis] + (ptrdiff_t)b->grid.size[axis];
        ptrdiff_t top = (ptrdiff_t)a->grid.size[axis];
        from[axis] = (size_t)start;
        count[axis] = (size_t)((end < top ? end : top) - start);
        in_b[axis] = (size_t)(start - lo[axis]);
    }
    for (size_t k = 0; k < count[2]; k++)
        for (size_t j = 0; j < count[1]; j++) {
            uint8_t *row_a =
                abl_volume_u8(a) +
                abl_grid_offset(&a->grid, from[0], from[1] + j, from[2] + k);
            uint8_t *row_b =
                abl_volume_u8(b) +
                abl_grid_offset(&b->grid, in_b[0], in_b[1] + j, in_b[2] + k);
            memcpy(to_b ? row_b : row_a, to_b ? row_a : row_b, count[0]);
        }
}

/* The part of @p mask in @p part, zero where that leaves the grid. */
static abl_status cut_box(abl_volume **out, const abl_volume *mask,
                          const box *part, abl_error *err)
{
    *out = NULL;
    abl_grid grid = mask->grid;
    double first[3];
    for (int a = 0; a < 3; a++)
        first[a] = (double)part->lo[a];
    memcpy(grid.size, part->size, sizeof grid.size);
    abl_grid_to_lps(grid.origin_lps, &mask->grid, first);
    abl_status status = abl_volume_create(out, &grid, ABL_PIXEL_U8, err);
    if (status)
        return status;
    abl_volume source = *mask;
    copy_shared(&source, *out, part->lo, true);
    return ABL_OK;
}

/* In place: 1 within the radius of the object. */
static abl_status dilate_part(abl_volume *part, double radius_mm,
                              abl_error *err)
{
    abl_volume *map = NULL;
    double limit = radius_mm + radius_slack_mm;
    abl_status status = abl_distance_map_within(&map, part, limit, err);
    if (status)
        return status;
    const float *distance = abl_volume_f32(map);
    uint8_t *voxels = abl_volume_u8(part);
    size_t count = abl_grid_voxels(&part->grid);
    for (size_t n = 0; n < count; n++)
        voxels[n] = (double)distance[n] <= limit;
    abl_volume_destroy(map);
    return ABL_OK;
}

/* In place: 1 farther than the radius from the background. */
static abl_status erode_part(abl_volume *part, double radius_mm, abl_error *err)
{
    abl_volume *map = NULL;
    double limit = radius_mm + radius_slack_mm;
    abl_status status = abl_distance_to_background(&map, part, limit, err);
    if (status)
        return status;
    const float *distance = abl_volume_f32(map);
    uint8_t *voxels = abl_volume_u8(part);
    size_t count = abl_grid_voxels(&part->grid);
    for (size_t n = 0; n < count; n++)
        voxels[n] = (double)distance[n] > limit;
    abl_volume_destroy(map);
    return ABL_OK;
}

typedef abl_status (*part_operation)(abl_volume *part, double radius_mm,
                                     abl_error *err);

/* One or two operations on the object's box grown by a margin, which stays
 * inside the volume unless it may overhang. */
typedef struct morph_plan {
    part_operation first, second;
    double radius_mm, margin_mm;
    bool overhang;
} morph_plan;

static abl_status run_on_box(abl_volume **part, const abl_volume *mask,
                             const box *where, const morph_plan *plan,
                             abl_error *err)
{
    abl_status status = cut_box(part, mask, where, err);
    if (!status)
        status = plan->first(*part, plan->radius_mm, err);
    if (!status && plan->second)
        status = plan->second(*part, plan->radius_mm, err);
    return status;
}

static abl_status morph(abl_volume **out, const abl_volume *mask,
                        const morph_plan *plan, abl_error *err)
{
    abl_volume *result = NULL, *part = NULL;
    box bounds;
    *out = NULL;
    abl_status status = check_arguments(mask, plan->radius_mm, err);
    if (!status)
        status = abl_volume_create(&result, &mask->grid, ABL_PIXEL_U8, err);
    if (!status && find_bounds(&bounds, mask)) {
        box where = grow_box(&bounds, &mask->grid, plan->margin_mm);
        if (!plan->overhang)
            where = clip_box(&where, &mask->grid);
        status = run_on_box(&part, mask, &where, plan, err);
        if (!status)
            copy_shared(result, part, where.lo, false);
    }
    abl_volume_destroy(part);
    if (status)
        abl_volume_destroy(result);
    else
        *out = result;
    return status;
}

abl_status abl_dilate(abl_volume **out, const abl_volume *mask,
                      double radius_mm, abl_error *err)
{
    const morph_plan plan = {dilate_part, NULL, radius_mm, radius_mm, false};
    return morph(out, mask, &plan, err);
}

abl_status abl_erode(abl_volume **out, const abl_volume *mask, double radius_mm,
                     abl_error *err)
{
    const morph_plan plan = {erode_part, NULL, radius_mm, 0, false};
    return morph(out, mask, &plan, err);
}

abl_status abl_open(abl_volume **out, const abl_volume *mask, double radius_mm,
                    abl_error *err)
{
    const morph_plan plan = {erode_part, dilate_part, radius_mm, 0, false};
    return morph(out, mask, &plan, err);
}

abl_status abl_close(abl_volume **out, const abl_volume *mask, double radius_mm,
                     abl_error *err)
{
    const morph_plan plan = {dilate_part, erode_part, radius_mm, radius_mm,
                             true};
    return morph(out, mask, &plan, err);
}
