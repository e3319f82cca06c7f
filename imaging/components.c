/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/components.h"

#include <stdlib.h>
#include <string.h>

#include "imaging/runs.h"

/* Sums of one component; exact, whatever the order. */
typedef struct tally {
    uint32_t first; /* its first run */
    size_t voxels;
    size_t lo[3], hi[3];
    uint64_t sum[3];
} tally;

static void add_run(tally *t, const abl_run *run, size_t j, size_t k)
{
    size_t length = (size_t)(run->to - run->from);
    const size_t lo[3] = {run->from, j, k};
    const size_t hi[3] = {(size_t)(run->to - 1), j, k};
    for (int a = 0; a < 3; a++) {
        t->lo[a] = t->voxels == 0 || lo[a] < t->lo[a] ? lo[a] : t->lo[a];
        t->hi[a] = t->voxels == 0 || hi[a] > t->hi[a] ? hi[a] : t->hi[a];
        t->sum[a] += (lo[a] + hi[a]) * length / 2;
    }
    t->voxels += length;
}

/* Number of components; order[n] becomes the index of root n's tally. */
static size_t number_roots(uint32_t *order, const abl_runs *runs)
{
    size_t roots = 0;
    for (size_t n = 0; n < runs->count; n++)
        if (runs->root[n] == n)
            order[n] = (uint32_t)roots++;
    return roots;
}

static void tally_runs(tally *tallies, const uint32_t *order,
                       const abl_runs *runs)
{
    size_t row = 0;
    for (size_t n = 0; n < runs->count; n++) {
        row = abl_runs_next_row(runs, row, n);
        uint32_t root = runs->root[n];
        tally *t = &tallies[order[root]];
        t->first = root;
        add_run(t, &runs->run[n], row % runs->size[1], row / runs->size[1]);
    }
}

/* One pass of a radix sort on 11 bits of the size, largest first; stable. */
static void sort_pass(uint32_t *to, const uint32_t *from, size_t count,
                      const tally *tallies, unsigned shift)
{
    enum {
        DIGITS = 2048
    };
    size_t start[DIGITS + 1] = {0};
    for (size_t n = 0; n < count; n++)
        start[(~tallies[from[n]].voxels >> shift & (DIGITS - 1)) + 1]++;
    for (size_t d = 0; d < DIGITS; d++)
        start[d + 1] += start[d];
    for (size_t n = 0; n < count; n++)
        to[start[~tallies[from[n]].voxels >> shift & (DIGITS - 1)]++] = from[n];
}

/* Tallies by size, largest first; equals stay in the order of their first
 * voxel. Sizes have 31 bits, so that three passes of 11 are enough. */
static uint32_t *sort_tallies(const tally *tallies, size_t count,
                              abl_error *err)
{
    uint32_t *order = abl_alloc(count, sizeof *order, err);
    uint32_t *spare = abl_alloc(count, sizeof *spare, err);
    if (!order || !spare) {
        free(order);
        free(spare);
        return NULL;
    }
    for (size_t n = 0; n < count; n++)
        order[n] = (uint32_t)n;
    for (unsigned shift = 0; shift < 33; shift += 11) {
        sort_pass(spare, order, count, tallies, shift);
        uint32_t *sorted = spare;
        spare = order;
        order = sorted;
    }
    free(spare);
    return order;
}

static void describe(abl_component *item, const tally *t)
{
    item->voxels = t->voxels;
    for (int a = 0; a < 3; a++) {
        item->lo[a] = t->lo[a];
        item->hi[a] = t->hi[a];
        item->centroid_ijk[a] = (double)t->sum[a] / (double)t->voxels;
    }
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

static abl_status number_components(abl_components *out, const abl_runs *runs,
                                    uint32_t *number, abl_error *err)
{
    size_t roots = number_roots(number, runs);
    tally *tallies = abl_alloc(roots, sizeof *tallies, err);
    out->items = abl_alloc(roots, sizeof *out->items, err);
    if (!tallies || !out->items) {
        free(tallies);
        return ABL_E_NOMEM;
    }
    tally_runs(tallies, number, runs);
    uint32_t *order = sort_tallies(tallies, roots, err);
    for (size_t c = 0; order && c < roots; c++) {
        describe(&out->items[c], &tallies[order[c]]);
        number[tallies[order[c]].first] = (uint32_t)c + 1;
    }
    abl_status status = order ? ABL_OK : ABL_E_NOMEM;
    out->count = order ? roots : 0;
    free(order);
    free(tallies);
    return status;
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
