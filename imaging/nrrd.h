/* NRRD label maps, with the segment names that 3D Slicer puts into them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Read: attached data of any whole or real type, raw or gzip, in a patient
 * space (left-posterior-superior, right-anterior-superior, and
 * left-anterior-superior); three axes, or four with layers first or last, as
 * overlapping segments are stored.
 */
#ifndef ABL_IMAGING_NRRD_H
#define ABL_IMAGING_NRRD_H

#include "imaging/outline.h"
#include "imaging/volume.h"

/** Largest file, and most bytes its data may unpack to. */
#define ABL_NRRD_MAX_FILE_BYTES ((size_t)1 << 30)
#define ABL_NRRD_MAX_DATA_BYTES ((size_t)1 << 31)
/** Most layers of overlapping segments. */
#define ABL_NRRD_MAX_LAYERS 64

typedef struct abl_nrrd {
    abl_grid grid; /**< as in the file; either handedness */
    size_t layer_count;
    int16_t *values;   /**< layer by layer, each in the order of the grid */
    size_t part_count; /**< segments with a name; 0: a plain label map */
    abl_outline_part *parts; /**< number is the segment's value */
    size_t *part_layer;      /**< layer of each */
} abl_nrrd;

/** Whether a file begins as NRRD does. */
bool abl_nrrd_is(const char *path);

/**
 * @param[out] out     clear with abl_nrrd_clear(), also after failure
 * @param      highest largest value that is accepted, at most INT16_MAX
 * @retval ABL_E_FORMAT       damaged, truncated, or values that are not whole
 *                            or not in 0 to @p highest
 * @retval ABL_E_UNSUPPORTED  data in another file, another encoding or space
 * @retval ABL_E_GEOMETRY     axes that are not at right angles
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_nrrd_read(abl_nrrd *out, const char *path, int highest,
                         abl_error *err) ABL_MUST_CHECK;
void abl_nrrd_clear(abl_nrrd *nrrd);

#endif
