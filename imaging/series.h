/* From files to series: what was found, what is usable, and its voxels.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_SERIES_H
#define ABL_IMAGING_SERIES_H

#include "imaging/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum abl_modality {
    ABL_MODALITY_OTHER,
    ABL_MODALITY_CT,
    ABL_MODALITY_MR
} abl_modality;

/** Contrast phase of a liver scan. */
typedef enum abl_phase {
    ABL_PHASE_UNKNOWN,
    ABL_PHASE_UNENHANCED,
    ABL_PHASE_ARTERIAL,
    ABL_PHASE_PORTAL_VENOUS,
    ABL_PHASE_DELAYED
} abl_phase;

/** "unknown", "unenhanced", "arterial", "portal venous", "delayed". */
const char *abl_phase_name(abl_phase phase);

/** Whether text was burned into the pixels: BurnedInAnnotation. */
typedef enum abl_burned_in {
    ABL_BURNED_IN_UNKNOWN, /**< the file format cannot say it (NIfTI) */
    ABL_BURNED_IN_ABSENT,  /**< at least one image does not say it */
    ABL_BURNED_IN_NO,      /**< every image says NO */
    ABL_BURNED_IN_YES      /**< an image says YES, or anything but NO */
} abl_burned_in;
/** "unknown", "absent", "no", "yes". */
const char *abl_burned_in_name(abl_burned_in burned_in);

/** What the headers say of one series. Text is UTF-8, cleaned of control
 * characters, empty when absent. Patient identifiers are not kept. */
typedef struct abl_series_info {
    abl_modality modality;
    char modality_text[17]; /**< Modality as written, e.g. "CT", "SEG" */
    char description[129];  /**< SeriesDescription, or the file's name */
    char study_uid[65];
    char series_uid[65];
    char frame_of_reference_uid[65];
    char manufacturer[65];
    char model_name[65];
    char kernel[65];            /**< ConvolutionKernel */
    char patient_position[17];  /**< "HFS", "FFP", ...; empty when absent */
    char study_date[9];         /**< YYYYMMDD */
    char transfer_syntax[65];   /**< name of the first file's syntax */
    int series_number;          /**< -1 when absent */
    int acquisition_number;     /**< -1 when absent or mixed */
    size_t files;               /**< files (or NIfTI: 1) */
    size_t size[3];             /**< columns, rows, slices; 0 when unknown */
    double spacing_mm[3];       /**< measured from positions; 0 when unknown */
    double slice_thickness_mm;  /**< SliceThickness; 0 when absent */
    double gantry_tilt_deg;     /**< corrected when loaded; 0: none */
    double kvp;                 /**< 0 when absent */
    abl_phase phase_hint;       /**< from texts of the header */
    char phase_hint_source[97]; /**< e.g. "SeriesDescription \"PORTAL\"" */
    abl_burned_in burned_in;
    bool is_secondary; /**< ImageType holds SECONDARY and the SOP class is
                            none of CT or MR images: may be a capture of a
                            screen */
    bool is_nifti;     /**< came from .nii or .nii.gz */
    bool usable;       /**< a volume the program can analyse */
    char reason[512];  /**< why not usable; empty when usable */
    char notes[512];   /**< what was corrected or is worth knowing */
} abl_series_info;

typedef struct abl_study abl_study;

/** Called now and then during long work; return false to stop
 * (ABL_E_CANCELLED). @p fraction is 0..1. */
typedef bool (*abl_progress_fn)(void *user, const char *stage, double fraction);
typedef struct abl_progress {
    abl_progress_fn report; /**< NULL: silent */
    void *user;
} abl_progress;

/** ABL_E_CANCELLED when the user asked to stop, else ABL_OK. */
abl_status abl_progress_step(const abl_progress *progress, const char *stage,
                             double fraction, abl_error *err) ABL_MUST_CHECK;

/**
 * Scans a file or a folder (nested; links to files are followed, links to
 * folders are not) for DICOM and NIfTI, and groups slices into series, best to
 * analyse first. A series that holds several volumes (acquisitions at the same
 * positions, other sizes or orientations) becomes several entries; second
 * files of one instance are dropped. DICOMDIR files are passed over.
 *
 * @param[out] out   caller destroys with abl_study_destroy()
 * @param      input path of a file or folder
 * @retval ABL_E_IO      the path does not exist or cannot be read
 * @retval ABL_E_FORMAT  nothing in it is an image; the text says how many
 *                       files were looked at and why the first was refused
 */
abl_status abl_study_scan(abl_study **out, const char *input,
                          const abl_progress *progress,
                          abl_error *err) ABL_MUST_CHECK;
void abl_study_destroy(abl_study *study);

size_t abl_study_series_count(const abl_study *study);
/** Borrowed; lives as long as the study. */
const abl_series_info *abl_study_series(const abl_study *study, size_t index);

/** Files that are no image, unreadable or damaged; with the first reason. */
size_t abl_study_skipped_count(const abl_study *study);
const char *abl_study_skipped_reason(const abl_study *study);

/**
 * The series to analyse. @p series_uid may be a series UID or its start, a
 * series number, "#3" for the third entry, or the name of a NIfTI file. NULL
 * takes the best usable CT: portal venous by its texts before others and
 * unenhanced last, axial before reformatted, soft before sharp kernels, then
 * thinner slices first (below 1 mm after those of 3 mm: more noise and time,
 * no more detail), then more slices; ties by UID.
 * @retval ABL_E_INVALID     no such series, more than one, or not usable (why)
 * @retval ABL_E_UNSUPPORTED no series is usable; lists why each is not
 */
abl_status abl_study_choose(size_t *index, const abl_study *study,
                            const char *series_uid,
                            abl_error *err) ABL_MUST_CHECK;

/**
 * Voxels of one series on its native grid: CT as int16 HU after each slice's
 * own rescale (padding -1024), MR as float. Right-handed for DICOM (k along the
 * slice normal); a tilted gantry is put upright. Also works for series that
 * are not usable but whose geometry is sound, such as MR or few slices.
 * Every geometry or pixel fault is an error that names the file or slice.
 */
abl_status abl_series_load(abl_volume **out, const abl_study *study,
                           size_t index, const abl_progress *progress,
                           abl_error *err) ABL_MUST_CHECK;

/** Paths of the series' files in slice order, borrowed. */
const char *abl_study_file(const abl_study *study, size_t index, size_t file);

#ifdef __cplusplus
}
#endif
#endif
