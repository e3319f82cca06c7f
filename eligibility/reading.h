/* An override applied: the read result beside the automatic one.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Conventions
 *  1. The automatic structures and findings are never changed. The read ones
 *     are a second set with lesions of its own, measured by the same
 *     abl_measure().
 *  2. Read lesions are the automatic ones that were not rejected, in their
 *     order, then those added in the order of the file; they are numbered
 *     anew from 1. abl_read_lesion says which automatic number each had.
 *  3. A shape given by a reader is measured like any other; the position of
 *     its surface is as uncertain as readers are (abl_reader_sd_mm()).
 *  4. A value given by a reader replaces ours, its uncertainty is that of one
 *     reader, and it has no line to draw (abl_segment::is_read).
 */
#ifndef ABL_ELIGIBILITY_READING_H
#define ABL_ELIGIBILITY_READING_H

#include "eligibility/measure.h"
#include "eligibility/override.h"
#include "segmentation/import_labels.h"

#define ABL_READ_NONE (-1)

/** The middle of a given shape may lie this far outside of the liver found,
 * whose outline may be wrong there; what lies farther is taken for a slip of
 * the pen (convention). */
#define ABL_READ_FAR_MM 15.0

typedef struct abl_read_lesion {
    int automatic; /**< index of the automatic lesion; ABL_READ_NONE: added */
    int item;      /**< entry of the override; ABL_READ_NONE: untouched */
    double centre_lps[3]; /**< of the shape that the entry gives, if it does */
} abl_read_lesion;

typedef struct abl_reading {
    const abl_override *override; /**< borrowed */
    abl_structures *structures;   /**< read; shares what was not read with the
                                       automatic ones, which must outlive it */
    abl_findings *findings;   /**< read; NULL before abl_reading_measure() */
    abl_read_lesion *lesions; /**< structures->lesion_count */
    int *item_of;             /**< by automatic lesion: entry, or NONE */
    size_t automatic_count;
    /** Of the findings' own, what values replaced: by read lesion. */
    abl_value (*measured)[ABL_READ_VALUE_COUNT];
    abl_volume *liver; /**< owned; NULL: the automatic one */
    abl_structures
        *outlined;       /**< owned: automatic, with the structures that the
                                   reader outlined; NULL: none was */
    abl_context context; /**< what was given to the run and by the reader */
} abl_reading;

/** The scan that was read. */
typedef struct abl_reading_scan {
    const abl_volume *image;      /**< i16 HU, canonical order */
    const abl_series_info *info;  /**< may be NULL */
    const abl_progress *progress; /**< may be NULL */
} abl_reading_scan;

/**
 * Reads the outlines that an override names (abl_import_file_select()), and
 * checks that they hold what is taken from them; notes the file's name and sum
 * in the override. Nothing to do without one.
 *
 * @param[out] out  zeroed before; clear with abl_import_maps_clear(), also
 *                  after failure
 * @param      info the series they must belong to; may be NULL
 * @retval ABL_E_INVALID  a label or structure has no voxel
 * @retval ABL_E_IO, ABL_E_FORMAT, ABL_E_UNSUPPORTED, ABL_E_GEOMETRY  as
 *         abl_import_file_read()
 */
abl_status abl_reading_maps_read(abl_import_maps *out, abl_override *override,
                                 const abl_grid *image,
                                 const abl_series_info *info,
                                 abl_error *err) ABL_MUST_CHECK;

/**
 * SD of one reader's diameter [mm]: half-width of the 95 % limits of agreement
 * between two readers, by phase, over 1.96 sqrt(2).
 * @par Source Huh, Korean J Radiol 2018;19(6), 79 neuroendocrine liver
 *      metastases on CT: pre-contrast -6.1 to 5.7 mm, portal -7.9 to 7.1,
 *      arterial -8.5 to 7.4 (cited). Other phases take the widest
 *      (convention).
 */
double abl_reader_sd_mm(abl_phase phase);
/** Where that comes from, one sentence. Static storage. */
const char *abl_reader_sd_source(void);

/**
 * Finds the lesion that each entry means and makes the read lesions.
 *
 * A point means a lesion when it lies in its outline or within the entry's
 * radius of it.
 *
 * Structures that the reader outlined replace the automatic ones, and what
 * follows from them is found anew.
 *
 * @param maps  of abl_reading_maps_read(); NULL when the override has no labels
 * @retval ABL_E_INVALID an entry means no lesion, or two; two entries mean the
 *         same; a shape lies far outside of the liver, does not touch the lesion
 *         that it edits, or has its middle in another lesion. The message says
 *         which entry and lesions.
 * @retval ABL_E_NOMEM, ABL_E_CANCELLED
 */
abl_status abl_reading_create(abl_reading **out, const abl_override *override,
                              const abl_import_maps *maps,
                              const abl_structures *automatic,
                              const abl_reading_scan *scan,
                              abl_error *err) ABL_MUST_CHECK;

/**
 * Measures the read lesions and puts the reader's values and facts in.
 * @param given  context of the run, or NULL; the reader's facts stand above it
 */
abl_status abl_reading_measure(abl_reading *reading,
                               const abl_reading_scan *scan,
                               const abl_context *given,
                               const abl_measure_options *options,
                               abl_error *err) ABL_MUST_CHECK;

void abl_reading_destroy(abl_reading *reading);

#endif
