/* Painting one slice of a phantom (internal).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_PHANTOM_PAINT_H
#define ABL_IMAGING_PHANTOM_PAINT_H

#include "imaging/phantom_model.h"

/** One slice being painted. */
typedef struct abl_canvas {
    const abl_phantom *phantom;
    const abl_grid *grid;
    size_t k;
    float *values;   /**< HU of this slice */
    uint8_t *labels; /**< of this slice, or NULL */
    uint64_t seed;
    bool is_tilted; /**< the recipe's own stack, with its tilt */
} abl_canvas;

/** All parts over one another, with partial volume and texture. */
void abl_phantom_paint(const abl_canvas *canvas);

/** Whether slices are not just the voxels of the grid. */
bool abl_phantom_has_profile(const abl_phantom *phantom);
/** As abl_phantom_paint(), with the recipe's slice profile, which holds the
 * point spread along k, and its tilt. */
abl_status abl_phantom_paint_profile(const abl_canvas *canvas,
                                     abl_error *err) ABL_MUST_CHECK;

/** The finaliser of splitmix64: neighbouring numbers give unrelated ones. */
uint64_t abl_phantom_mix(uint64_t number);

#endif
