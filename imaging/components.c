/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/components.h"

#include <stdlib.h>
#include <string.h>

#include "imaging/runs.h"

static size_t run_length(const abl_run *run)
{
    return (size_t)(run->to - run->from);
}

/* Numbers the roots in storage order from 0 and adds up their sizes, which
 * must be zero before; returns how many there are. */
static size_t measure_roots(uint32_t *number, uint32_t *voxels,
                            const abl_runs *runs)
{
    size_t roots = 0;
    for (size_t n = 0; n < runs->count; n++) {
        uint32_t root = runs->root[n];
        if (root == n)
            number[n] = (uint32_t)roots++;
        voxels[number[root]] += (uint32_t)run_length(&runs->run[n]);
    }
    return roots;
}

/* One pass of a radix sort on 11 bits of the size, largest first; stable. */
static void sort_pass(uint32_t *to, const uint32_t *from, size_t count,
                      const uint32_t *voxels, unsigned shift)
{
    enum {
        DIGITS = 2048
    };
    size_t start[DIGITS + 1] = {0};
    for (size_t n = 0; n < count; n++)
        start[(~voxels[from[n]] >> shift & (DIGITS - 1)) + 1]++;
    for (size_t d = 0; d < DIGITS; d++)
        start[d + 1] += start[d];
    for (size_t n = 0; n < count; n++)
        to[start[~voxels[from[n]] >> shift & (DIGITS - 1)]++] = from[n];
}

/* Components by size, largest first; equals stay in the order of their first
 * voxel. Sizes have 32 bits, so that three passes of 11 are enough. */
static abl_status sort_sizes(uint32_t **out, const uint32_t *voxels,
                             size_t count, abl_error *err)
{
    uint32_t *order = abl_alloc(count, sizeof *order, err);
    uint32_t *spare = abl_alloc(count, sizeof *spare, err);
    *out = NULL;
    if (!order || !spare) {
        free(order);
        free(spare);
        return ABL_E_NOMEM;
    }
    for (size_t n = 0; n < count; n++)
        order[n] = (uint32_t)n;
    for (unsigned shift = 0; shift < 33; shift += 11) {
        sort_pass(spare, order, count, voxels, shift);
        uint32_t *sorted = spare;
        spare = order;
        order = sorted;
    }
    free(spare);
    *out = order;
    return ABL_OK;
}

/* Sums of whole numbers below 2^53 are exact in a double. */
static void add_run(abl_component *item, const abl_run *run, size_t j, size_t k)
{
    const size_t lo[3] = {run->from, j, k};
    const size_t hi[3] = {(size_t)(run->to - 1), j, k};
    double length = (double)run_length(run);
    bool first = item->voxels == 0;
    for (int a = 0; a < 3; a++) {
        item->lo[a] = first || lo[a] < item->lo[a] ? lo[a] : item->lo[a];
        item->hi[a] = first || hi[a] > item->hi[a] ? hi[a] : item->hi[a];
        item->centroid_ijk[a] += 0.5 * (double)(lo[a] + hi[a]) * length;
    }
    item->voxels += run_length(run);
}

static void describe(abl_components *out, const uint32_t *number,
                     const abl_runs *runs)
{
    size_t row = 0;
    for (size_t n = 0; n < runs->count; n++) {
        row = abl_runs_next_row(runs, row, n);
        add_run(&out->items[number[runs->root[n]] - 1], &runs->run[n],
                row % runs->size[1], row / runs->size[1]);
    }
    for (size_t c = 0; c < out->count; c++)
        for (int a = 0; a < 3; a++)
            out->items[c].centroid_ijk[a] /= (double)out->items[c].voxels;
}

/* Fills items and count; number[root] becomes the component's label. */
static abl_status number_components(abl_components *out, const abl_runs *runs,
                                    uint32_t *number, abl_error *err)
{
    uint32_t *order = NULL;
    uint32_t *voxels = abl_alloc(runs->count, sizeof *voxels, err);
    if (!voxels)
        return ABL_E_NOMEM;
    size_t roots = measure_roots(number, voxels, runs);
    abl_status status = sort_sizes(&order, voxels, roots, err);
    out->items = status ? NULL : abl_alloc(roots, sizeof *out->items, err);
    if (out->items) {
        out->count = roots;
        for (size_t c = 0; c < roots; c++)
            voxels[order[c]] = (uint32_t)c + 1;
        for (size_t n = 0; n < runs->count; n++)
            if (runs->root[n] == n)
                number[n] = voxels[number[n]];
        describe(out, number, runs);
    }
    free(order);
    free(voxels);
    return out->items ? ABL_OK : ABL_E_NOMEM;
}

static void paint_row(int32_t *labels, const abl_runs *runs, size_t row,
                      const uint32_t *number)
{
    int32_t *to = labels + row * runs->size[0];
    for (uint32_t n = runs->row[row]; n < runs->row[row + 1]; n++) {
        int32_t label = (int32_t)number[runs->root[n]];
        for (size_t i = runs->run[n].from; i < runs->run[n].to; i++)
            to[i] = label;
    }
}

abl_status abl_components_find(abl_components *out, const abl_volume *mask,
                               abl_connectivity connectivity, abl_error *err)
{
    memset(out, 0, sizeof *out);
    const abl_runs_options options = {false, false, connectivity};
    abl_runs runs;
    uint32_t *number = NULL;
    abl_status status = abl_runs_find(&runs, mask, &options, err);
    if (status)
        return status;
    number = abl_alloc(runs.count, sizeof *number, err);
    status = number ? number_components(out, &runs, number, err) : ABL_E_NOMEM;
    if (!status)
        status =
            abl_volume_create(&out->labels, &mask->grid, ABL_PIXEL_I32, err);
    if (!status) {
        size_t rows = runs.size[1] * runs.size[2];
        int32_t *labels = abl_volume_i32(out->labels);
#pragma omp parallel for schedule(static)
        for (size_t row = 0; row < rows; row++)
            paint_row(labels, &runs, row, number);
    }
    free(number);
    abl_runs_clear(&runs);
    if (status)
        abl_components_clear(out);
    return status;
}

void abl_components_clear(abl_components *components)
{
    abl_volume_destroy(components->labels);
    free(components->items);
    memset(components, 0, sizeof *components);
}
