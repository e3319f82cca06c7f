/* What a study is made of; shared by the series_*.c files only.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_IMAGING_SERIES_PRIVATE_H
#define ABL_IMAGING_SERIES_PRIVATE_H

#include "imaging/dicom_file.h"
#include "imaging/series.h"
#include "imaging/series_geometry.h"

/** Most files and folder levels that one scan looks at. */
#define ABL_STUDY_MAX_FILES 200000
#define ABL_STUDY_MAX_DEPTH 32
/** Fewest slices of a group that is a volume of its own within a series. */
#define ABL_SERIES_MIN_GROUP 5
/** What a CT must have to be analysed. The liver is 150 to 200 mm high; less
 * than 40 mm of it is no liver examination. The networks were trained on
 * slices up to 5 mm; thicker than 10 mm nothing can be measured. */
#define ABL_SERIES_MIN_SLICES      10
#define ABL_SERIES_MIN_COVERAGE_MM 40.0
#define ABL_SERIES_LOW_COVERAGE_MM 140.0
#define ABL_SERIES_MAX_STEP_MM     10.0
#define ABL_SERIES_MIN_FIELD_MM    150.0

typedef enum abl_file_kind {
    ABL_FILE_OTHER,
    ABL_FILE_DICOM,
    ABL_FILE_NIFTI
} abl_file_kind;

typedef struct abl_file {
    char *path;
    abl_file_kind kind;
    abl_dicom_header header; /**< of DICOM files that could be read */
    char *trouble;           /**< why it could not be read, or NULL */
    bool is_ignored;         /**< no image and no surprise: DICOMDIR, ... */
    bool is_copy;            /**< another file holds the same instance */
    bool is_unreadable;      /**< could not be opened: may be an image */
} abl_file;

/** One image of a series. */
typedef struct abl_slice {
    size_t file; /**< index into the study's files */
    size_t frame;
} abl_slice;

typedef struct abl_series {
    abl_series_info info;
    size_t slice_count;
    abl_slice *slices; /**< in slice order once the stack is good */
    bool is_loadable;  /**< pixels and geometry make a volume */
    bool is_axial;
    bool is_sharp;        /**< kernel for lung or bone */
    abl_stack stack;      /**< of loadable DICOM */
    const char *path;     /**< of NIfTI; borrowed from the file */
    size_t copies;        /**< files dropped as copies */
    size_t part, parts;   /**< this is volume part (1..) of parts */
    const char *split_by; /**< attribute that told the parts apart, or NULL */
    size_t left_out;      /**< images of the series that fit no volume */
} abl_series;

struct abl_study {
    abl_file *files;
    size_t file_count;
    abl_series *series;
    size_t series_count, series_room;
    size_t skipped_count;
    size_t damaged_count; /**< of these, DICOM or unreadable: maybe slices */
    bool is_lone_file;    /**< the input is one file, no folder */
    char skipped_reason[512];
};

/** Lists every file below @p input in a fixed order; @p out->files holds only
 * paths then. */
abl_status abl_study_list_files(abl_study *out, const char *input,
                                abl_error *err) ABL_MUST_CHECK;

/** Fills kind and header of every file, in parallel. */
abl_status abl_study_read_headers(abl_study *study,
                                  const abl_progress *progress,
                                  abl_error *err) ABL_MUST_CHECK;

/** Marks second files of an instance as copies. */
abl_status abl_study_mark_copies(abl_study *study,
                                 abl_error *err) ABL_MUST_CHECK;

/** Makes one abl_series per volume or set of images that is none. */
abl_status abl_study_group(abl_study *study, abl_error *err) ABL_MUST_CHECK;

/** A new empty series; the study owns it. */
abl_status abl_study_add_series(abl_series **out, abl_study *study,
                                abl_error *err) ABL_MUST_CHECK;

/** Geometry, and what the program can do with it: fills info, notes, reason,
 * is_loadable and, for good stacks, the slice order. */
abl_status abl_series_describe(abl_series *series, const abl_study *study,
                               abl_error *err) ABL_MUST_CHECK;
abl_status abl_series_describe_nifti(abl_series *series,
                                     abl_error *err) ABL_MUST_CHECK;

/** The limits that hold for a CT of either kind, once info and @p grid are
 * known; sets reason or notes. */
void abl_series_check_extent(abl_series *series, const abl_grid *grid);

/** Appends "; text" to a text field, cut to fit. */
void abl_text_append(char *text, size_t size, const char *format, ...)
    ABL_PRINTF(3, 4);

/** First usable, then best to analyse; a total order. For qsort. */
int abl_series_compare(const void *left, const void *right);

/** The plane of an image; false when it has no position or orientation. */
bool abl_slice_plane(abl_plane *out, const abl_study *study,
                     const abl_slice *slice);

/** Last part of a path. */
const char *abl_path_name(const char *path);
/** Whether a path ends in .nii or .nii.gz, in any case. */
bool abl_path_is_nifti(const char *path);

#endif
