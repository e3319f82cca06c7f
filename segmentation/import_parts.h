/* From the named parts of one file to maps. Internal to imports.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ABL_SEGMENTATION_IMPORT_PARTS_H
#define ABL_SEGMENTATION_IMPORT_PARTS_H

#include "segmentation/import_planes.h"

/** What every reader of a file with parts is given. */
typedef struct abl_import_job {
    abl_import_maps *maps;   /**< takes the maps */
    const char *path, *file; /**< whole, and its last name */
    const char *sha256;
    const char *names;                /**< see abl_import_file_read() */
    const abl_import_selection *only; /**< NULL: everything */
    const abl_grid *image;
    const abl_series_info *info;              /**< may be NULL */
    char names_source[128], names_sha256[65]; /**< filled when naming */
    size_t note_count; /**< for the first map of the file */
    abl_warning notes[ABL_MAX_IMPORT_NOTES];
} abl_import_job;

/** A list that says how many names did not fit. Zeroed: empty. */
typedef struct abl_name_list {
    char text[200];
    size_t used, more;
} abl_name_list;

/** Appends a label; with @p is, what it was taken for. */
void abl_name_list_add(abl_name_list *to, const char *label, const char *is);
/** The text, "" when nothing was added. */
const char *abl_name_list_end(abl_name_list *of);
/** "liver", "a lesion", "lesions by piece". */
const char *abl_label_meaning_title(abl_label_meaning meaning);

/** As abl_import_note(), for the file. */
void abl_import_job_note(abl_import_job *job, const char *code,
                         const char *format, ...) ABL_PRINTF(3, 4);

/** Whether it may be laid on the image.
 * @param parts  those that are used, for their own frames of reference
 * @retval ABL_E_GEOMETRY another frame of reference, or none that is known */
abl_status abl_import_belongs(abl_import_job *job,
                              const abl_outline_origin *origin,
                              const abl_outline_part *parts,
                              const abl_label_meaning *meanings, size_t count,
                              abl_error *err) ABL_MUST_CHECK;

/** What each part is: given names first, then the file's own. Notes which are
 * used and which are not.
 * @param[out] meanings  @p count of them
 * @retval ABL_E_FORMAT  nothing can be used; label and code disagree; as
 *                       abl_label_names_load() */
abl_status abl_import_name_parts(abl_import_job *job,
                                 abl_label_meaning *meanings,
                                 const abl_outline_part *parts, size_t count,
                                 abl_error *err) ABL_MUST_CHECK;

/** Appends the maps of all structures and lesions that the parts hold. */
abl_status abl_import_group_parts(abl_import_job *job,
                                  const abl_mask_planes *planes,
                                  const abl_label_meaning *meanings,
                                  abl_error *err) ABL_MUST_CHECK;

/** Smallest distance between two different positions, 0 when there are none;
 * sorts them. Positions nearer than @p same are one. */
double abl_import_step(double *positions, size_t count, double same);

abl_status abl_import_seg(abl_import_job *job, abl_error *err) ABL_MUST_CHECK;
abl_status abl_import_contours(abl_import_job *job,
                               abl_error *err) ABL_MUST_CHECK;
abl_status abl_import_nrrd(abl_import_job *job, abl_error *err) ABL_MUST_CHECK;

/** Room for one more map, zeroed. @retval ABL_E_NOMEM, ABL_E_UNSUPPORTED */
abl_status abl_import_maps_add(abl_import_map **out, abl_import_maps *maps,
                               abl_error *err) ABL_MUST_CHECK;

#endif
