/* Masks changed by connection: largest part, holes, reconstruction.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "imaging/components.h"
#include "imaging/runs.h"

/* Writes @p value over every run of a component whose mark is @p mark. */
static void paint_marked(abl_volume *mask, const abl_runs *runs,
                         const uint8_t *marks, uint8_t mark, uint8_t value)
{
    uint8_t *voxels = abl_volume_u8(mask);
    size_t rows = runs->size[1] * runs->size[2];
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < rows; row++)
        for (uint32_t n = runs->row[row]; n < runs->row[row + 1]; n++) {
            const abl_run *run = &runs->run[n];
            if (marks[runs->root[n]] == mark)
                memset(voxels + row * runs->size[0] + run->from, value,
                       (size_t)(run->to - run->from));
        }
}

/* Root of the component with most voxels, the first of equals. */
static size_t find_largest(const abl_runs *runs, size_t *voxels)
{
    size_t best = 0;
    for (size_t n = 0; n < runs->count; n++)
        voxels[runs->root[n]] += (size_t)(runs->run[n].to - runs->run[n].from);
    for (size_t n = 0; n < runs->count; n++)
        if (voxels[n] > voxels[best])
            best = n;
    return best;
}

abl_status abl_mask_keep_largest(abl_volume *mask,
                                 abl_connectivity connectivity, size_t *voxels,
                                 abl_error *err)
{
    if (voxels)
        *voxels = 0;
    const abl_runs_options options = {false, false, connectivity};
    abl_runs runs;
    abl_status status = abl_runs_find(&runs, mask, &options, err);
    if (status)
        return status;
    uint8_t *marks = abl_alloc(runs.count, 1, err);
    size_t *sizes = abl_alloc(runs.count, sizeof *sizes, err);
    if (!marks || !sizes) {
        status = ABL_E_NOMEM;
    } else if (runs.count > 0) {
        size_t best = find_largest(&runs, sizes);
        marks[best] = 1;
        paint_marked(mask, &runs, marks, 0, 0);
        if (voxels)
            *voxels = sizes[best];
    }
    free(sizes);
    free(marks);
    abl_runs_clear(&runs);
    return status;
}

/* Marks the components that touch the border; in 2-D, that of each slice. */
static void mark_border(uint8_t *marks, const abl_runs *runs, bool per_slice)
{
    const size_t *size = runs->size;
    size_t rows = size[1] * size[2];
    for (size_t row = 0; row < rows; row++) {
        size_t j = row % size[1], k = row / size[1];
        bool edge = j == 0 || j + 1 == size[1] ||
                    (!per_slice && (k == 0 || k + 1 == size[2]));
        for (uint32_t n = runs->row[row]; n < runs->row[row + 1]; n++)
            if (edge || runs->run[n].from == 0 || runs->run[n].to == size[0])
                marks[runs->root[n]] = 1;
    }
}

static abl_status fill_holes(abl_volume *mask, bool per_slice, abl_error *err)
{
    const abl_runs_options options = {true, per_slice, ABL_CONNECT_FACES};
    abl_runs runs;
    abl_status status = abl_runs_find(&runs, mask, &options, err);
    if (status)
        return status;
    uint8_t *marks = abl_alloc(runs.count, 1, err);
    if (marks) {
        mark_border(marks, &runs, per_slice);
        paint_marked(mask, &runs, marks, 0, 1);
    } else {
        status = ABL_E_NOMEM;
    }
    free(marks);
    abl_runs_clear(&runs);
    return status;
}

abl_status abl_mask_fill_holes(abl_volume *mask, abl_error *err)
{
    return fill_holes(mask, false, err);
}

abl_status abl_mask_fill_holes_2d(abl_volume *mask, abl_error *err)
{
    return fill_holes(mask, true, err);
}

static void mark_seeded(uint8_t *marks, const abl_runs *runs,
                        const uint8_t *seed)
{
    size_t row = 0;
    for (size_t n = 0; n < runs->count; n++) {
        row = abl_runs_next_row(runs, row, n);
        const uint8_t *voxels = seed + row * runs->size[0];
        bool found = marks[runs->root[n]];
        for (size_t i = runs->run[n].from; !found && i < runs->run[n].to; i++)
            found = voxels[i] != 0;
        if (found)
            marks[runs->root[n]] = 1;
    }
}

abl_status abl_mask_reconstruct(abl_volume **out, const abl_volume *seed,
                                const abl_volume *allowed,
                                abl_connectivity connectivity, abl_error *err)
{
    *out = NULL;
    const abl_runs_options options = {false, false, connectivity};
    abl_runs runs = {0};
    uint8_t *marks = NULL;
    if (seed->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID,
                             "reconstruction: the seed must be 8-bit");
    abl_status status =
        abl_grid_check_same(&seed->grid, &allowed->grid, 0.01, err);
    if (!status)
        status = abl_runs_find(&runs, allowed, &options, err);
    if (!status && !(marks = abl_alloc(runs.count, 1, err)))
        status = ABL_E_NOMEM;
    if (!status)
        status = abl_volume_create(out, &allowed->grid, ABL_PIXEL_U8, err);
    if (!status) {
        mark_seeded(marks, &runs, abl_volume_u8(seed));
        paint_marked(*out, &runs, marks, 1, 1);
    }
    free(marks);
    abl_runs_clear(&runs);
    return status;
}
