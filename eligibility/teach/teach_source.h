/* The clean pictures of a result, as teaching/teaching.json lists them.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_ELIGIBILITY_TEACH_TEACH_SOURCE_H
#define ABL_ELIGIBILITY_TEACH_TEACH_SOURCE_H

#include "eligibility/cases/case_read.h"
#include "imaging/series.h"

#define ABL_TEACH_MAX_PICTURES 400

/** A picture without drawing. Its file's name is made by us. */
typedef struct abl_clean_picture {
    char file[40];
    size_t slice; /**< of the series, from 1; 0: unknown */
    size_t width_px, height_px;
    double lesion_px[2]; /**< middle of the lesion; of a lesion's pictures */
} abl_clean_picture;

typedef struct abl_clean_lesion {
    int number;
    size_t axial_index; /**< in abl_teach_source::axial */
    double axial_px[2];
    abl_clean_picture coronal, sagittal;
} abl_clean_lesion;

typedef struct abl_teach_source {
    abl_burned_in burned_in;
    bool is_secondary;
    bool outside_is_black;
    double mm_per_px; /**< of every clean picture */
    size_t axial_count;
    abl_clean_picture *axial;
    size_t lesion_count;
    abl_clean_lesion *lesions;
} abl_teach_source;

/**
 * Reads @p folder/teaching/teaching.json, which is not trusted: bounded and
 * checked like report.json. File names must be exactly those that this
 * program gives.
 * @param[out] out  clear with abl_teach_source_clear(), also after failure
 * @retval ABL_E_UNSUPPORTED there are no clean pictures, or of another version
 * @retval ABL_E_FORMAT      what is wrong, with line and key
 * @retval ABL_E_IO, ABL_E_NOMEM
 */
abl_status abl_teach_source_load(abl_teach_source *out, const char *folder,
                                 abl_error *err) ABL_MUST_CHECK;
/** The same from a text in memory. */
abl_status abl_teach_source_parse(abl_teach_source *out, const char *text,
                                  size_t bytes, abl_error *err) ABL_MUST_CHECK;
void abl_teach_source_clear(abl_teach_source *source);

/** Whether pictures of this source may be shown: refused are those whose
 * images say that text is burned in, and those that do not say and may be
 * captures of a screen (abl_series_info::is_secondary).
 * @par Source DICOM PS3.15 E.3.1 (text burned in is not found by headers
 *      alone), PS3.3 C.7.6.1.1.2 (SECONDARY: made after the examination) and
 *      C.8.6 (secondary capture); that CT and MR classes are no captures is a
 *      convention.
 * @retval ABL_E_UNSUPPORTED with the reason and --accept-burned-in */
abl_status abl_teach_check_burned_in(const abl_teach_source *source,
                                     abl_error *err) ABL_MUST_CHECK;

#endif
