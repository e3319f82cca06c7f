/* SPDX-License-Identifier: Apache-2.0 */
#include "imaging/runs.h"

#include <stdlib.h>
#include <string.h>

#include "imaging/mask_box.h"
#include "imaging/threads.h"

/* Runs of one row: voxels of the wanted kind after one of the other. */
ABL_HOT
static uint32_t count_runs(const uint8_t *row, size_t count, uint8_t background)
{
    uint32_t runs = (row[0] != 0) != background;
    for (size_t i = 1; i < count; i++)
        runs +=
            ((row[i] != 0) != background) & ((row[i - 1] != 0) == background);
    return runs;
}

static void list_row(abl_run *out, const uint8_t *row, size_t count,
                     bool of_background)
{
    for (size_t i = 0;; out++) {
        i = abl_mask_find_change(row, i, count, !of_background);
        if (i == count)
            return;
        out->from = (uint16_t)i;
        i = abl_mask_find_change(row, i, count, of_background);
        out->to = (uint16_t)i;
    }
}

static uint32_t find_root(uint32_t *root, uint32_t n)
{
    while (root[n] != n) {
        root[n] = root[root[n]];
        n = root[n];
    }
    return n;
}

/* The lower run becomes the root, so that it is the first in storage order. */
static void join(uint32_t *root, uint32_t a, uint32_t b)
{
    a = find_root(root, a);
    b = find_root(root, b);
    if (a < b)
        root[b] = a;
    else
        root[a] = b;
}

/* Joins touching runs of two rows; @p reach is 1 when corners touch. */
static void join_rows(abl_runs *runs, size_t row_a, size_t row_b,
                      unsigned reach)
{
    uint32_t a = runs->row[row_a], b = runs->row[row_b];
    while (a < runs->row[row_a + 1] && b < runs->row[row_b + 1]) {
        const abl_run *ra = &runs->run[a], *rb = &runs->run[b];
        if (ra->from < rb->to + reach && rb->from < ra->to + reach)
            join(runs->root, a, b);
        if (ra->to < rb->to)
            a++;
        else
            b++;
    }
}

static void join_slice(abl_runs *runs, size_t k, unsigned reach)
{
    size_t nj = runs->size[1];
    for (size_t j = 1; j < nj; j++)
        join_rows(runs, k * nj + j - 1, k * nj + j, reach);
}

/* Joins slice k to the one before. */
static void join_slices(abl_runs *runs, size_t k, unsigned reach)
{
    size_t nj = runs->size[1];
    for (size_t j = 0; j < nj; j++) {
        size_t lo = j > reach ? j - reach : 0, hi = j + reach;
        for (size_t b = lo; b <= hi && b < nj; b++)
            join_rows(runs, (k - 1) * nj + b, k * nj + j, reach);
    }
}

static void join_all(abl_runs *runs, const abl_runs_options *options)
{
    unsigned reach = options->connectivity == ABL_CONNECT_CORNERS ? 1 : 0;
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < runs->size[2]; k++)
        join_slice(runs, k, reach);
    if (!options->within_slices)
        for (size_t k = 1; k < runs->size[2]; k++)
            join_slices(runs, k, reach);
    for (size_t n = 0; n < runs->count; n++)
        runs->root[n] = runs->root[runs->root[n]];
}

static abl_status list_runs(abl_runs *out, const abl_volume *mask,
                            bool of_background, abl_error *err)
{
    size_t ni = out->size[0], rows = out->size[1] * out->size[2];
    const uint8_t *voxels = abl_volume_u8(mask);
    out->row = abl_alloc(rows + 1, sizeof *out->row, err);
    if (!out->row)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++)
        out->row[r + 1] = count_runs(voxels + r * ni, ni, of_background);
    for (size_t r = 0; r < rows; r++)
        out->row[r + 1] += out->row[r];
    out->count = out->row[rows];
    out->run = abl_alloc(out->count, sizeof *out->run, err);
    out->root = abl_alloc(out->count, sizeof *out->root, err);
    if (!out->run || !out->root)
        return ABL_E_NOMEM;
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++) {
        list_row(out->run + out->row[r], voxels + r * ni, ni, of_background);
        for (uint32_t n = out->row[r]; n < out->row[r + 1]; n++)
            out->root[n] = n;
    }
    return ABL_OK;
}

abl_status abl_runs_find(abl_runs *out, const abl_volume *mask,
                         const abl_runs_options *options, abl_error *err)
{
    memset(out, 0, sizeof *out);
    if (mask->type != ABL_PIXEL_U8)
        return abl_error_set(err, ABL_E_INVALID,
                             "components: the mask must be 8-bit");
    if (options->connectivity != ABL_CONNECT_FACES &&
        options->connectivity != ABL_CONNECT_CORNERS)
        return abl_error_set(err, ABL_E_INVALID,
                             "components: connectivity %d is neither 6 nor 26",
                             (int)options->connectivity);
    memcpy(out->size, mask->grid.size, sizeof out->size);
    abl_status status = list_runs(out, mask, options->of_background, err);
    if (status)
        abl_runs_clear(out);
    else
        join_all(out, options);
    return status;
}

void abl_runs_clear(abl_runs *runs)
{
    free(runs->row);
    free(runs->run);
    free(runs->root);
    memset(runs, 0, sizeof *runs);
}
