/* Runs of equal voxels along rows, joined to components (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_RUNS_H
#define ABL_IMAGING_RUNS_H

#include "imaging/components.h"

/** Voxels [from, to) of one row. */
typedef struct abl_run {
    uint16_t from, to;
} abl_run;

/**
 * Runs in storage order. row[r] is the first run of row r = k * size[1] + j,
 * row[rows] their number; root[n] is the first run of n's component.
 */
typedef struct abl_runs {
    size_t size[3];
    size_t count;
    uint32_t *row;
    abl_run *run;
    uint32_t *root;
} abl_runs;

typedef struct abl_runs_options {
    bool of_background; /**< runs of zeros instead of non-zeros */
    bool within_slices; /**< joins no slice to the next */
    abl_connectivity connectivity;
} abl_runs_options;

/**
 * @param mask u8
 * @retval ABL_E_INVALID the mask is not 8-bit, or unknown connectivity
 * @retval ABL_E_NOMEM
 */
abl_status abl_runs_find(abl_runs *out, const abl_volume *mask,
                         const abl_runs_options *options,
                         abl_error *err) ABL_MUST_CHECK;
void abl_runs_clear(abl_runs *runs);

/** Row r of run n, for walking runs in order: while (n >= runs->row[r + 1])
 * r++. */
static inline size_t abl_runs_next_row(const abl_runs *runs, size_t row,
                                       size_t n)
{
    while (n >= runs->row[row + 1])
        row++;
    return row;
}

#endif
